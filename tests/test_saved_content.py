"""A workbook of ours that was only saved again, or filled in where it asks for it, is unchanged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook

from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.saved_content import is_as_written
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings, Limits
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.text.sheet_content import CONTENT_KEY
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from tests.catalogs import JIS
from tests.office import Office
from tests.returned import edit_workbook
from tests.samples import AS_OF, ISSUER, client, report, resolve_all, summary

Edit = Callable[[Workbook], object]
ANSWERS, PLAN = 1, 3  # positions of the sheets


def _is_same(content: bytes) -> bool:
    opened = open_workbook_bytes(content, "x.xlsx", IntakeSettings())
    return is_as_written(opened.content, read_workbook(opened, Limits()))


@pytest.fixture(scope="module")
def made() -> bytes:
    return report(client("甲社", {"POL": "×△○?×○○○○"}))


def _formulas(book: Workbook) -> list[object]:
    cells = (cell for row in book.worksheets[ANSWERS].iter_rows() for cell in row)
    return [cell for cell in cells if cell.data_type == "f"]


def _set(sheet: int, cell: str, **attributes: object) -> Edit:
    def edit(book: Workbook) -> None:
        for name, value in attributes.items():
            setattr(book.worksheets[sheet][cell], name, value)

    return edit


def _unfold(book: Workbook) -> None:
    columns = book.worksheets[PLAN].column_dimensions.values()
    folded = [each for each in columns if each.outlineLevel]
    assert folded
    for each in folded:
        each.hidden = False


def _set_formula(value: object) -> Edit:
    return lambda book: setattr(_formulas(book)[0], "value", value)


@pytest.mark.parametrize(
    ("edit", "same"),
    [
        pytest.param(lambda _: None, True, id="saved again, without the values of formulas"),
        pytest.param(_set(PLAN, "L6", value="山田"), True, id="an owner in the plan"),
        pytest.param(_unfold, True, id="the numbers of controls opened"),
        pytest.param(_set(PLAN, "E6", value="別の文"), False, id="a text beside it"),
        pytest.param(_set(0, "A60", value="追記"), False, id="a sentence more"),
        pytest.param(_set(0, "A1", value="追記"), False, id="a sentence on top"),
        pytest.param(_set(PLAN, "A5", value=None), False, id="a text less"),
        pytest.param(
            _set(PLAN, "A5", fill=PatternFill("solid", fgColor="FFFF00")), False, id="fill"
        ),
        pytest.param(_set(PLAN, "A5", font=Font(color="FF0000")), False, id="colour of letters"),
        pytest.param(_set(PLAN, "A5", font=Font(strike=True)), False, id="struck out"),
        pytest.param(
            lambda book: setattr(book.worksheets[-1], "sheet_state", "hidden"),
            False,
            id="a sheet hidden",
        ),
        pytest.param(
            lambda book: setattr(book.worksheets[0].row_dimensions[6], "hidden", True),
            False,
            id="a row hidden",
        ),
        pytest.param(
            lambda book: setattr(book.worksheets[0].oddHeader.center, "text", "社外秘"),
            False,
            id="a header",
        ),
        pytest.param(_set(0, "A1", comment=Comment("確認", "担当")), False, id="a note"),
        pytest.param(_set_formula(1), False, id="a number instead of a formula"),
        pytest.param(_set_formula("=1+1"), False, id="another formula"),
        pytest.param(lambda book: book.create_sheet("メモ"), False, id="a sheet more"),
        pytest.param(lambda book: book.remove(book.worksheets[-1]), False, id="a sheet less"),
        pytest.param(lambda book: book.worksheets[0]._charts.clear(), False, id="a chart less"),
    ],
)
def test_only_entries_and_values_of_formulas_may_differ(
    made: bytes, edit: Edit, same: bool
) -> None:
    assert _is_same(edit_workbook(made, edit)) == same


def test_portfolio_and_corrections_are_known_again_too() -> None:
    held = client("乙社", {"POL": "×△○?×○○○."})
    outcomes = resolve_all(client("甲社"), held)
    book = build_portfolio(summary(outcomes), JIS, ISSUER, Wording(Lang.JA)).bytes()
    assert held.sheet
    correction, _ = make_correction_sheet(JIS, held.sheet, outcomes[1].problems, ISSUER, ())
    for content in (book, correction):
        assert _is_same(edit_workbook(content, lambda _: None))
        assert not _is_same(edit_workbook(content, _set(0, "A60", value="追記")))


def test_a_workbook_without_the_property_was_changed(made: bytes) -> None:
    def drop(book: Any) -> None:
        del book.custom_doc_props[CONTENT_KEY]

    assert not _is_same(edit_workbook(made, drop))


def test_a_book_of_many_rows_goes_without() -> None:
    book = Book(title="x", author="x", created=AS_OF)
    page = book.page("x")
    for row in range(2_000):
        page.text(row, 0, "x", {})
        page.done(row)
    book.seal()
    opened = open_workbook_bytes(book.bytes(), "x.xlsx", IntakeSettings())
    assert CONTENT_KEY not in read_workbook(opened, Limits()).properties


@pytest.mark.slow("LibreOffice saves a report")
def test_libreoffice_saves_a_report_and_changes_nothing(made: bytes, office: Office) -> None:
    assert _is_same(office.convert({"report": made}, "xlsx", "xlsx")["report"])
