"""Which catalogue, version and client a return is of: three carriers, the majority counts."""

from __future__ import annotations

from typing import Any

import pytest
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook import Workbook

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import (
    IDENTITY_KEYS,
    IDENTITY_SHEET,
    REPLACES_KEY,
    STAMP_CELL,
    cell_name,
    format_stamp,
)
from sheet_diag.intake.cells import Grid
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from tests.catalogs import JIS
from tests.grids import ReadGrids, book, sheet
from tests.returned import (
    COMPANY,
    PROFILE,
    QUESTIONS,
    edit_workbook,
    make_return,
    page_at,
    problems_in,
    put_cell,
    read_return,
    sheet_of,
    signs_of,
)


def _carriers(hidden: str, visible: str, custom: str) -> bytes:
    """A return whose carriers say `catalogue version client`; empty: the carrier is lost."""

    def change(book: Workbook) -> None:
        cell = page_at(book, QUESTIONS)[cell_name(*STAMP_CELL)]
        cell.value = f"様式 {format_stamp(SheetIdentity(*visible.split()))}" if visible else None
        if hidden:
            for row, text in enumerate([*hidden.split(), None][:3], 1):
                book[IDENTITY_SHEET].cell(row, 2).value = text
        else:
            del book[IDENTITY_SHEET]
        for key in IDENTITY_KEYS:
            del _custom(book)[key]
        for key, text in zip(IDENTITY_KEYS, custom.split(), strict=False):
            _custom(book).append(StringProperty(name=key, value=text))

    return edit_workbook(make_return(client="C-1"), change)


def _custom(book: Any) -> Any:
    """The custom properties; openpyxl's stubs do not know them."""
    return book.custom_doc_props


@pytest.mark.parametrize(
    ("hidden", "visible", "custom", "identity", "problems"),
    [
        pytest.param("small 1 C-1", "small 1 C-1", "small 1 C-1", "small 1 C-1", [], id="agree"),
        pytest.param("small 1", "small 1", "small 1", "small 1", [], id="no client"),
        pytest.param("", "small 1 C-1", "small 1 C-1", "small 1 C-1", [], id="hidden sheet lost"),
        pytest.param("small 1 C-1", "", "small 1 C-1", "small 1 C-1", [], id="visible cell lost"),
        pytest.param("small 1 C-1", "small 1 C-1", "", "small 1 C-1", [], id="property lost"),
        pytest.param("", "small 1 C-1", "", "small 1 C-1", [], id="only the visible cell left"),
        pytest.param("", "", "", "", ["IDENTITY_MISSING"], id="all lost"),
        pytest.param(
            "small 1 C-2",
            "small 1 C-1",
            "small 1 C-1",
            "small 1 C-1",
            ["IDENTITY_DISAGREES C-2, C-1"],
            id="one differs: the majority counts",
        ),
        pytest.param(
            "small 1 C-1",
            "small 1 C-2",
            "",
            "small 1 C-1",
            ["IDENTITY_DISAGREES C-1, C-2"],
            id="a tie: the hidden sheet counts",
        ),
        pytest.param(
            "",
            "small 1 C-1",
            "small 1 C-2",
            "small 1 C-1",
            ["IDENTITY_DISAGREES C-1, C-2"],
            id="a tie without it: the visible cell counts",
        ),
        pytest.param(
            "small 1 C-1",
            "small 1",
            "small 1 C-1",
            "small 1 C-1",
            [],
            id="one says nothing of the client",
        ),
        pytest.param(
            "other 1 C-1",
            "small 1 C-1",
            "small 1 C-1",
            "small 1 C-1",
            ["IDENTITY_DISAGREES other, small"],
            id="one says another catalogue",
        ),
        pytest.param(
            "small 0 C-1",
            "small 0 C-1",
            "small 0 C-1",
            "small 0 C-1",
            ["OTHER_VERSION 0"],
            id="older version",
        ),
        pytest.param(
            "small 0 C-1",
            "small 1 C-1",
            "small 0 C-1",
            "small 0 C-1",
            ["OTHER_VERSION 0", "IDENTITY_DISAGREES 0, 1"],
            id="older version by majority",
        ),
    ],
)
def test_the_majority_decides_on_the_identity(
    hidden: str, visible: str, custom: str, identity: str, problems: list[str]
) -> None:
    received = read_return(_carriers(hidden, visible, custom))
    assert sheet_of(received).identity == SheetIdentity(*identity.split())
    assert (signs_of(received), problems_in(received)) == ("○-△×", problems)


@pytest.mark.parametrize("lost", ["none", "visible"])
def test_a_sheet_of_another_catalogue_is_refused(lost: str) -> None:
    visible = "" if lost == "visible" else "other 1"
    received = read_return(_carriers("other 1", visible, "other 1"))
    assert (received.sheet, problems_in(received)) == (None, ["FOREIGN_CATALOG other"])


def test_a_sheet_of_the_builtin_catalogue_is_foreign_to_another() -> None:
    received = read_return(make_hearing_sheet(JIS, Lang.JA, Issuer(), Entries(PROFILE)))
    assert (received.sheet, problems_in(received)) == (None, [f"FOREIGN_CATALOG {JIS.id}"])


def test_an_identity_that_was_cleared_is_missing() -> None:
    def clear(book: Workbook) -> None:
        page_at(book, QUESTIONS)[cell_name(*STAMP_CELL)].value = None
        for (cell,) in book[IDENTITY_SHEET]["B1:B3"]:
            cell.value = None
        for key in IDENTITY_KEYS[:2]:
            del _custom(book)[key]

    assert problems_in(read_return(edit_workbook(make_return(), clear))) == ["IDENTITY_MISSING"]


def test_brackets_in_a_clients_text_are_no_identity() -> None:
    content = put_cell(make_return(client="C-1"), COMPANY, "C7", "管理部 [IT/HR]")
    received = read_return(content)
    assert (sheet_of(received).identity.client, problems_in(received)) == ("C-1", [])


@pytest.mark.parametrize("client", ["C-1", "2026.11_a", "0001"])
def test_a_client_id_is_carried_three_times(client: str) -> None:
    content = make_return(client=client)

    def only_visible(book: Workbook) -> None:
        del book[IDENTITY_SHEET]
        for key in IDENTITY_KEYS:
            del _custom(book)[key]

    assert sheet_of(read_return(content)).identity.client == client
    assert sheet_of(read_return(edit_workbook(content, only_visible))).identity.client == client


# --- what a correction replaces

ONE, TWO = "a1" * 32, "0f" * 32


def _identity_sheet(name: str, value: str) -> Grid:
    rows = ((IDENTITY_KEYS[0], "small"), (IDENTITY_KEYS[1], "1"), (REPLACES_KEY, value))
    return Grid(name, visible=False, rows=rows)


@pytest.mark.parametrize(
    ("hidden", "custom", "replaces"),
    [
        pytest.param(ONE, "", (ONE,), id="hidden sheet"),
        pytest.param("", f"{ONE} {TWO}", (ONE, TWO), id="property"),
        pytest.param(f"{ONE}\n{TWO.upper()}", ONE, (ONE, TWO), id="both, once each"),
        pytest.param(f"{ONE[:-1]} {ONE}0 {'g' * 64}", "", (), id="no digest"),
        pytest.param(f"x {TWO}", "", (TWO,), id="what is no digest is left out"),
        pytest.param("", "", (), id="none"),
    ],
)
def test_a_correction_names_what_it_replaces(
    hidden: str, custom: str, replaces: tuple[str, ...]
) -> None:
    properties = {REPLACES_KEY: custom} if custom else {}
    read = ReadGrids(book(sheet(), _identity_sheet("_x", hidden), properties=properties))
    assert (read.sheet.replaces, read.told) == (replaces, [])


def test_a_return_as_sent_replaces_nothing() -> None:
    assert sheet_of(read_return(make_return(client="C-1"))).replaces == ()
