"""Ids in any script: numbers as firms write them, names of catalogues on stamps and in files."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sheet_diag.catalog.consistency import check_consistency
from sheet_diag.catalog.errors import CatalogFaultCode
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.layout import format_stamp, read_stamp
from sheet_diag.intake.returns.vocabulary import vocabulary_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.reports.run_json.diagnosis_entry import describe_diagnosis
from tests.catalogs import bare_catalog
from tests.report_contexts import make_context
from tests.samples import AS_OF, receive_sheet

NUMBERS = ("①", "1-2", "Q1", "「問１」", "2", "組織.1", "3 の 4")


def numbered(*numbers: str) -> Catalog:
    (category,) = bare_catalog(" ".join("1" for _ in numbers)).categories
    pairs = zip(category.items, numbers, strict=True)
    items = tuple(item.model_copy(update={"id": number}) for item, number in pairs)
    named = category.model_copy(update={"id": "組織（基本）", "items": items})
    return Catalog.model_validate(
        bare_catalog("1").model_dump(by_alias=True)
        | {"id": "簡易診断", "version": "第2版", "categories": [named.model_dump(by_alias=True)]}
    )


FIRM = numbered(*NUMBERS)


def test_a_sheet_with_numbers_of_any_kind_is_read_by_them() -> None:
    answers = dict(
        zip(NUMBERS, ("はい", "一部", "いいえ", "はい", "一部", "いいえ", "はい"), strict=True)
    )
    received = receive_sheet(Entries({"company": "青空商事"}, answers), catalog=FIRM)
    sheet = received.require_sheet()
    assert list(sheet.answers.items()) == list(
        zip(NUMBERS, ("yes", "partial", "no", "yes", "partial", "no", "yes"), strict=True)
    )
    assert (sheet.identity.catalog, sheet.identity.version) == ("簡易診断", "第2版")
    assert [p.code for p in received.problems if p.item in NUMBERS] == []


@pytest.mark.parametrize("typed", ["1", "Ｑ１", "1－2", "「問1」", "３の４"])
def test_a_number_is_known_after_folding(typed: str) -> None:
    assert vocabulary_of(FIRM).find_item(typed)


def test_numbers_that_are_the_same_after_folding_are_one_twice() -> None:
    raw = {"categories": [{"id": "C", "items": [{"id": "①"}, {"id": "1"}, {"id": "2"}]}]}
    found = [
        (f.path, f.value) for f in check_consistency(raw) if f.code is CatalogFaultCode.DUPLICATE_ID
    ]
    assert found == [(("categories", 0, "items", 1, "id"), "1")]


@pytest.mark.parametrize("number", ["", " 1", "1 ", "1\n2", "x" * 41, "\u200b"])
def test_a_number_that_cannot_be_told_apart_by_eye_is_refused(number: str) -> None:
    with pytest.raises(ValidationError):
        numbered(number)


@pytest.mark.parametrize("name", ["a/b", "簡易 診断", "診断?", "-1", "x" * 41])
def test_the_id_of_a_catalogue_is_safe_in_stamps_and_file_names(name: str) -> None:
    with pytest.raises(ValidationError):
        Catalog.model_validate(FIRM.model_dump(by_alias=True) | {"id": name})


def test_a_stamp_holds_names_in_any_script() -> None:
    identity = SheetIdentity("簡易診断_v2", "第2版", "C-001")
    assert read_stamp(f"票の番号：{format_stamp(identity)}") == identity


def test_a_diagnosis_is_described_by_these_numbers() -> None:
    context = make_context({"組織（基本）": "△"}, of=FIRM)
    entry = describe_diagnosis(FIRM, context.report.diagnosis, AS_OF)
    assert set(entry["open_items"]) == set(NUMBERS)
    assert list(entry["categories"]) == ["組織（基本）"]
