"""Filled-in hearing sheets of the built-in catalogue as a person edits them, the truth beside.

A `HearingSheet` is made from a sheet that the product wrote, changed by the edits of
`tests.edits`, and saved as a workbook. `truth` says what its client means.
"""

from __future__ import annotations

import base64
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import xlsxwriter

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import HEADER_ROW, QUESTION_COLUMNS, QuestionColumn
from sheet_diag.intake.cells import CellMark, Grid, WorkbookContent
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings, Limits
from tests.catalogs import JIS
from tests.samples import ISSUER, ISSUER_EN, PROFILE, PROFILE_EN

UNCLEAR: Final = "unclear"  # what the client means cannot be known: nothing may be read
ITEMS: Final = JIS.items
_SHARES: Final = {"yes": 5, "partial": 3, "no": 3, "unknown": 1, "na": 1, None: 1}


class DoesNotFitError(Exception):
    """An edit cannot be made after the one before it."""


@dataclass(eq=False)
class Cell:
    """A cell as shown; `struck` is its first part that is struck out."""

    text: str = ""
    formula: str = ""
    number: float | None = None
    note: str = ""
    struck: str = ""
    look: dict[str, Any] = field(default_factory=dict)
    kind: str = ""  # picture, checkbox


@dataclass(eq=False)
class Row:
    cells: list[Cell]
    hidden: bool = False


@dataclass(eq=False)
class Page:
    name: str
    rows: list[Row]
    visible: bool = True
    merged: list[tuple[Row, int, Row, int]] = field(default_factory=list)
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def width(self) -> int:
        return len(self.rows[0].cells)

    def insert_row(self, at: int, texts: dict[int, str] | None = None) -> Row:
        row = Row([Cell((texts or {}).get(col, "")) for col in range(self.width)])
        self.rows.insert(at, row)
        return row

    def insert_column(self, at: int) -> None:
        for row in self.rows:
            row.cells.insert(at, Cell())
        self.merged = [
            (top, left + (left >= at), last, right + (right >= at))
            for top, left, last, right in self.merged
        ]
        self.hidden_columns = {col + (col >= at) for col in self.hidden_columns}

    def delete_column(self, at: int) -> None:
        for row in self.rows:
            del row.cells[at]
        self.merged = [
            (top, left - (left > at), last, right - (right >= at))
            for top, left, last, right in self.merged
        ]
        self.hidden_columns = {col - (col > at) for col in self.hidden_columns - {at}}

    def place(self, cell: Cell) -> tuple[int, int]:
        for row, cells in enumerate(self.rows):
            if cell in cells.cells:
                return row, cells.cells.index(cell)
        raise DoesNotFitError


class HearingSheet:
    """A filled-in sheet: its pages, and by item the cells of each column, wherever they are moved.

    `told` are texts that say what `truth` holds of an item; a problem has to show them.
    """

    def __init__(self, chance: random.Random, lang: Lang) -> None:
        self.chance, self.lang = chance, lang
        self.truth: dict[str, str | None] = {}
        self.told: dict[str, str] = {}
        self.touched: set[str] = set()
        book = _sent(lang)
        self.properties = dict(book.properties)
        self.pages = [_page(grid) for grid in book.grids]
        self.questions = self.pages[2]
        self.company = next(c for row in self.pages[1].rows for c in row.cells if _is_name(c.text))
        self.name = self.company.text
        rows = self.questions.rows
        self.headings: dict[QuestionColumn, Cell] = dict(
            zip(QUESTION_COLUMNS, rows[HEADER_ROW].cells, strict=True)
        )
        self.header = rows[HEADER_ROW]
        self.rows = {row.cells[0].text: row for row in rows if row.cells[0].text in ITEMS}
        self.sections = [row for row in rows[HEADER_ROW + 1 :] if row.cells[0].text not in ITEMS]
        self.cells: dict[QuestionColumn, dict[str, Cell]] = {
            name: {item: row.cells[col] for item, row in self.rows.items()}
            for col, name in enumerate(self.headings)
        }
        self._fill_in()

    def _fill_in(self) -> None:
        for item, entry in ITEMS.items():
            shares = {c: n for c, n in _SHARES.items() if c != "na" or entry.na_allowed}
            (choice,) = self.chance.choices([*shares], [*shares.values()])
            self.truth[item] = choice
            self.answers[item].text = self.word(choice) if choice else ""
            self.cells[QuestionColumn.CHECK][item].text = "" if choice else "未回答"
            if self.chance.random() < 0.1:
                self.cells[QuestionColumn.REMARK][item].text = "詳細は別途ご説明します。"

    @property
    def answers(self) -> dict[str, Cell]:
        return self.cells[QuestionColumn.ANSWER]

    def word(self, choice: str) -> str:
        """The word of the drop-down."""
        return _CHOICES[choice].label[self.lang]

    def column(self, name: QuestionColumn) -> int:
        """The place of the column with a heading of ours."""
        if self.headings[name] not in self.header.cells:
            raise DoesNotFitError
        return self.header.cells.index(self.headings[name])

    def pick(self, most: int = 1, *, filled: bool = True) -> list[str]:
        """Choose items with an answer in its place that no edit has changed."""
        cells = {id(cell) for row in self.questions.rows for cell in row.cells}
        fit = [
            item
            for item, cell in self.answers.items()
            if item not in self.touched
            and id(cell) in cells
            and bool(cell.text) is filled
            and (self.truth[item] in _CHOICES) is filled
            and not (cell.formula or cell.kind or cell.number or cell.struck)
        ]
        if not fit:
            raise DoesNotFitError
        items = self.chance.sample(fit, min(most, len(fit)))
        self.touched.update(items)
        return items

    def other(self, item: str) -> str:
        """Another choice than the one that is meant."""
        return self.chance.choice([c for c in ("yes", "partial", "no") if c != self.truth[item]])

    def row_of(self, item: str) -> int:
        """The place of the row that holds the answer to an item."""
        return self.questions.place(self.answers[item])[0]

    def question_rows(self) -> list[tuple[str, int]]:
        """The items with an answer cell on the sheet, and their rows, from the top."""
        owner = {id(cell): item for item, cell in self.answers.items()}
        return [
            (owner[id(cell)], at)
            for at, row in enumerate(self.questions.rows)
            for cell in row.cells
            if id(cell) in owner
        ]

    def add_page(self, name: str, texts: Sequence[Sequence[str]], at: int | None = None) -> Page:
        width = max(map(len, texts))
        rows = [Row([Cell(t) for t in (*line, *[""] * (width - len(line)))]) for line in texts]
        page = Page(name, rows)
        self.pages.insert(len(self.pages) if at is None else at, page)
        return page

    def save(self) -> bytes:
        """The workbook as a file."""
        buffer = io.BytesIO()
        with xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False}) as book:
            for key, value in self.properties.items():
                book.set_custom_property(key, value)
            for page in self.pages:
                _write(book, page)
        return buffer.getvalue()


_PICTURE: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_CHOICES: Final = {c.id: c for c in JIS.answer_sets["implementation"]}


def _is_name(text: str) -> bool:
    return text in (PROFILE["company"], PROFILE_EN["company"])


@cache
def _sent(lang: Lang) -> WorkbookContent:
    profile, issuer = (PROFILE, ISSUER) if lang is Lang.JA else (PROFILE_EN, ISSUER_EN)
    content = make_hearing_sheet(JIS, lang, issuer, Entries(profile), "K-1")
    settings = IntakeSettings()
    return read_workbook(open_workbook_bytes(content, "a.xlsx", settings), Limits())


def _page(grid: Grid) -> Page:
    width = max(map(len, grid.rows))
    rows = [
        Row(
            [
                Cell(grid.text(row, col), "=1" if _is_formula(grid, row, col) else "")
                for col in range(width)
            ]
        )
        for row in range(len(grid.rows))
    ]
    merged = [
        (rows[top], left, rows[last], right)
        for top, left, last, right in grid.merged
        if right < width and last < len(rows)
    ]
    return Page(grid.name, rows, grid.visible, merged)


def _is_formula(grid: Grid, row: int, col: int) -> bool:
    return grid.marks.get((row, col)) is CellMark.FORMULA


def _write(book: xlsxwriter.Workbook, page: Page) -> None:
    sheet = book.add_worksheet(page.name)
    if not page.visible:
        sheet.hide()
    places = {id(row): at for at, row in enumerate(page.rows)}
    for col in page.hidden_columns:
        sheet.set_column(col, col, None, None, {"hidden": True})
    for top, left, last, right in page.merged:
        if id(top) in places and id(last) in places:
            area = (places[id(top)], left, places[id(last)], right)
            if area[0] <= area[2] and area[1] <= area[3] and area[:2] != area[2:]:
                sheet.merge_range(*area, "")
    for at, row in enumerate(page.rows):
        if row.hidden:
            sheet.set_row(at, None, None, {"hidden": True})
        for col, cell in enumerate(row.cells):
            _write_cell(book, sheet, at, col, cell)


def _write_cell(book: Any, sheet: Any, row: int, col: int, cell: Cell) -> None:
    look = book.add_format(cell.look) if cell.look else None
    if cell.kind == "picture":
        sheet.embed_image(row, col, "a.png", {"image_data": io.BytesIO(_PICTURE)})
    elif cell.kind == "checkbox":
        sheet.insert_checkbox(row, col, cell.text == "TRUE")
    elif cell.number is not None:
        sheet.write_number(row, col, cell.number, look)
    elif cell.formula:
        sheet.write_formula(row, col, cell.formula, look, cell.text)
    elif cell.struck:
        struck = book.add_format({"font_strikeout": True})
        if rest := cell.text.removeprefix(cell.struck):
            sheet.write_rich_string(row, col, struck, cell.struck, rest)
        else:
            sheet.write_string(row, col, cell.text, struck)
    elif cell.text:
        sheet.write_string(row, col, cell.text, look)
    elif look:
        sheet.write_blank(row, col, None, look)
    if cell.note:
        sheet.write_comment(row, col, cell.note)
