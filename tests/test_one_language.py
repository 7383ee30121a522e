"""A catalogue in one language: its texts stand in every document, ours in that asked for."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from sheet_diag.catalog.errors import CatalogError
from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.raw_tree import read_yaml
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.intake.returns.vocabulary import vocabulary_of
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Aliases, Catalog, GlossaryEntry
from sheet_diag.model.record import Text
from sheet_diag.text.glosses import Glosses
from tests.catalog_files import KITCHEN
from tests.report_contexts import make_view
from tests.samples import receive_sheet


def keep_only(raw: Any, lang: str) -> Any:
    """The kitchen of `tests.catalog_files` without its texts in the other language."""
    if isinstance(raw, dict):
        if raw.keys() == {"ja", "en"}:
            return {lang: raw[lang]}
        return {key: keep_only(each, lang) for key, each in raw.items()}
    return [keep_only(each, lang) for each in raw] if isinstance(raw, list) else raw


def kitchen(folder: Path, lang: str, **changes: Any) -> Catalog:
    raw = keep_only(read_yaml(KITCHEN.encode()), lang) | changes
    file = folder / "catalog.yaml"
    file.write_text(yaml.safe_dump(copy.deepcopy(raw), allow_unicode=True), encoding="utf-8")
    return load_catalog(file)


def test_a_language_that_is_left_out_is_as_the_other() -> None:
    only = Text.model_validate({"ja": "手洗い"})
    assert [only[lang] for lang in Lang] == ["手洗い", "手洗い"]
    both = Text(ja="手洗い", en="Hands")
    assert [both[lang] for lang in Lang] == ["手洗い", "Hands"]


@pytest.mark.parametrize(
    ("raw", "faults"),
    [
        ({}, [("ja",), ("en",)]),
        ({"ja": " "}, [("ja",)]),
        ({"ja": "手洗い", "fr": "Mains"}, [("fr",)]),
    ],
)
def test_a_text_in_no_language_or_a_wrong_one_is_told_once(
    raw: dict[str, str], faults: Any
) -> None:
    with pytest.raises(ValidationError) as caught:
        Text.model_validate(raw)
    assert [each["loc"] for each in caught.value.errors()] == faults


def test_an_english_report_of_a_japanese_catalogue_speaks_both(tmp_path: Path) -> None:
    catalog = kitchen(tmp_path, "ja")
    view = make_view(
        of=catalog, lang=Lang.EN, rest="○", choices={"hands": "mostly", "fridge": "never"}
    )
    assert view.categories.heads[0] == "Category"
    assert [row.name for row in view.categories.rows] == ["1. 調理場", "2. 倉庫"]
    assert view.head.title == "衛生診断"


@pytest.mark.parametrize("catalog_lang", ["ja", "en"])
@pytest.mark.parametrize("sheet_lang", list(Lang))
def test_a_sheet_is_read_whichever_language_the_catalogue_has(
    tmp_path: Path, catalog_lang: str, sheet_lang: Lang
) -> None:
    catalog = kitchen(tmp_path, catalog_lang)
    entries = Entries(
        {"company": "青空食堂"}, {"hands": {"ja": "いつも", "en": "Always"}[catalog_lang]}
    )
    sheet = receive_sheet(entries, catalog=catalog, lang=sheet_lang).require_sheet()
    assert (sheet.lang, sheet.name) == (sheet_lang, "青空食堂")
    assert sheet.answers == {"hands": "always", "fridge": None}


def test_a_label_that_is_the_same_in_both_languages_is_known_loosely(tmp_path: Path) -> None:
    vocabulary = vocabulary_of(kitchen(tmp_path, "ja"))
    assert vocabulary.fields["店名"] == ("company", Lang.JA)
    assert [field for field, _ in vocabulary.loose_fields.values()] == ["company", "seats"]


def test_short_names_that_are_alike_are_told_once_in_one_language(tmp_path: Path) -> None:
    raw = keep_only(read_yaml(KITCHEN.encode()), "ja")
    for category in raw["categories"]:
        category["short"] = {"ja": "場所"}
    with pytest.raises(CatalogError) as caught:
        kitchen(tmp_path, "ja", categories=raw["categories"])
    assert [str(fault.path) for fault in caught.value.faults] == ["categories.store.short.ja"]


def test_a_glossary_in_one_language_explains_in_every_document() -> None:
    entry = GlossaryEntry(
        forms=Aliases(ja=("VPN",)), gloss=Text.model_validate({"ja": "暗号化した通信路"})
    )
    assert Glosses([entry], Lang.EN).explain("Use a VPN.") == "Use a VPN (暗号化した通信路)."
