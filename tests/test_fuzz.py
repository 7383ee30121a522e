"""Random damage to a valid return: never an exception, never another answer without a word.

Two kinds of damage: bytes of the file (cut, flipped, doubled, zeroed) and cells of the sheet
(cleared, overwritten, moved, merged), as a bad transfer or a careless hand makes them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import FIRST_QUESTION_ROW, QUESTION_COLUMNS, QuestionColumn
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from sheet_diag.model.settings import Issuer
from tests.returned import PROFILE, QUESTIONS, SMALL, edit_workbook, page_at

pytestmark = pytest.mark.slow("some hundred damaged files are read")

ANSWERS = {"C1-1": "はい", "C1-2": "該当なし", "C2-1": "一部", "C2-2": "いいえ"}
REMARKS = {"C2-1": "本社のみ"}
WIDTH = len(QUESTION_COLUMNS)
AT = {column: place for place, column in enumerate(QUESTION_COLUMNS, 1)}
LAST = FIRST_QUESTION_ROW + 8


@cache
def _sent() -> bytes:
    return make_hearing_sheet(SMALL, Lang.JA, Issuer(), Entries(PROFILE, ANSWERS, REMARKS), "K-1")


@cache
def _whole() -> ReceivedFile:
    return read_content("a.xlsx", _sent(), SMALL)


def _require_told(received: ReceivedFile) -> None:
    """Every answer that differs from the one typed has a problem at its item, or none was read."""
    whole = _whole().sheet
    assert whole
    if received.sheet is None:
        assert received.problems, "a refusal has its reason"
        return
    told = {problem.item for problem in received.problems}
    for item, choice in received.sheet.answers.items():
        assert choice == whole.answers[item] or item in told or _all_told(received), item


def _all_told(received: ReceivedFile) -> bool:
    """Problems of the whole sheet that say that answers may differ."""
    codes = {problem.code for problem in received.problems}
    return bool(codes & {ProblemCode.ANSWER_COLUMN_TWICE, ProblemCode.SHEET_TWICE})


def test_the_undamaged_return_is_read_in_full() -> None:
    whole = _whole()
    assert whole.sheet
    assert whole.sheet.answers == {
        "C1-1": "yes",
        "C1-2": "na",
        "C2-1": "partial",
        "C2-2": "no",
    }
    assert [problem.code for problem in whole.problems] == []


@given(st.data())
def test_damaged_bytes_raise_nothing(data: st.DataObject) -> None:
    content = bytearray(_sent())
    place = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(1, 400))
    match data.draw(st.sampled_from(["cut", "flip", "zero", "double", "drop", "noise"])):
        case "cut":
            del content[place:]
        case "flip":
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        case "zero":
            content[place : place + length] = bytes(length)
        case "double":
            content[place:place] = content[place : place + length]
        case "drop":
            del content[place : place + length]
        case _:
            content[place:place] = data.draw(st.binary(min_size=1, max_size=60))
    _require_told(read_content("a.xlsx", bytes(content), SMALL))


@given(st.data())
def test_damaged_parts_raise_nothing(data: st.DataObject) -> None:
    """Damage inside one part of the package, which the outer checksum does not notice."""
    with zipfile.ZipFile(io.BytesIO(_sent())) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    part = bytearray(parts[name])
    place = data.draw(st.integers(0, len(part) - 1))
    length = data.draw(st.integers(1, 60))
    match data.draw(st.sampled_from(["gone", "cut", "flip", "drop", "double"])):
        case "gone":
            del parts[name]
        case "cut":
            parts[name] = bytes(part[:place])
        case "flip":
            part[place] ^= 1 << data.draw(st.integers(0, 7))
            parts[name] = bytes(part)
        case "drop":
            del part[place : place + length]
            parts[name] = bytes(part)
        case _:
            part[place:place] = part[place : place + length]
            parts[name] = bytes(part)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for entry, content in parts.items():
            package.writestr(entry, content)
    received = read_content("a.xlsx", buffer.getvalue(), SMALL)
    if name.startswith("xl/") and received.sheet is not None:
        return  # a changed letter is another text: what it reads as is nobody's to know
    _require_told(received)


_TEXTS = st.one_of(
    st.sampled_from(
        ["はい", "いいえ", "一部", "○", "#REF!", "=1+1", "C1-1", "No.", "回答", "　", ""]
    ),
    st.text(max_size=12).filter(lambda text: not any(ord(char) < 32 for char in text)),
    st.integers(-5, 99_999),
)


def _edits(data: st.DataObject) -> Iterator[tuple[str, int, int, str | int | None]]:
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(["put", "clear", "delete", "insert", "merge", "hide"]))
        row = data.draw(st.integers(1, LAST))
        column = data.draw(st.integers(1, WIDTH))
        yield kind, row, column, data.draw(_TEXTS) if kind == "put" else None


@given(st.data())
def test_damaged_cells_raise_nothing(data: st.DataObject) -> None:
    """An edit may change an answer only where the client typed it: into an answer's cell."""
    edits = list(_edits(data))
    content = edit_workbook(_sent(), lambda book: _apply(book, edits))
    typed = any(
        kind == "put" and column == AT[QuestionColumn.ANSWER] for kind, _, column, _ in edits
    )
    headed = any(
        kind == "put" and column != AT[QuestionColumn.ANSWER] for kind, _, column, _ in edits
    )
    received = read_content("a.xlsx", content, SMALL)
    if not typed and not headed:
        _require_told(received)


def _apply(book: Workbook, edits: list[tuple[str, int, int, str | int | None]]) -> None:
    page = page_at(book, QUESTIONS)
    for kind, row, column, value in edits:
        match kind:
            case "put" | "clear":
                cell = page.cell(row, column)
                if type(cell).__name__ != "MergedCell":
                    cell.value = value
            case "delete":
                page.delete_rows(row)
            case "insert":
                page.insert_rows(row)
            case "hide":
                page.row_dimensions[row].hidden = True
            case _:
                page.merge_cells(None, row, column, min(row + 1, LAST), column)


@given(st.binary(max_size=3000))
def test_any_bytes_raise_nothing(content: bytes) -> None:
    received = read_content("a.bin", content, SMALL)
    assert received.sheet is None
    assert len(received.problems) == 1


@given(_TEXTS, st.sampled_from(sorted(ANSWERS)))
def test_a_typed_answer_is_understood_or_reported(text: str | int, item: str) -> None:
    """Whatever is typed: the choice whose word it is, or a problem at the item."""

    def change(book: Workbook) -> None:
        page = page_at(book, QUESTIONS)
        for row in range(1, LAST + 1):
            if page.cell(row, 1).value == item:
                page.cell(row, AT[QuestionColumn.ANSWER]).value = text

    received = read_content("a.xlsx", edit_workbook(_sent(), change), SMALL)
    assert received.sheet
    choice = received.sheet.answers[item]
    told = {problem.code for problem in received.problems if problem.item == item}
    words = {"yes": "はい", "partial": "一部", "no": "いいえ", "na": "該当なし"}
    assert told or words.get(choice or "") == text
    assert received.sheet.name == "株式会社見本"
