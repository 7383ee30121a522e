"""One sheet of a questionnaire's workbook -> its table: the row of headings, columns, cells.

Whatever a sheet holds that is not used is told at its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFault, BookFaultCode, FaultKind
from sheet_diag.catalog.headings import RANK, Heading, SheetForm
from sheet_diag.catalog.rows import Place, Row, Table
from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.cell_formats import CellFormats, show_number, write_exact
from sheet_diag.intake.cells import CellMark, CellPosition, Grid
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import tidy_text
from sheet_diag.xlsx.theme import DOUBTFUL, FAULTY, INPUT

_FIRST_ROWS: Final = 30
_AUTHORS: Final = ("※", "#")
_OWN_HEADINGS: Final = ("メモ", "Notes")
_NUMBERS: Final = ("whole", "number", "positive", "points")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
# The fills with which a checked workbook is marked; they say nothing of colours.


def read_table(
    grid: Grid, formats: CellFormats, form: SheetForm, lang: Lang
) -> tuple[Table | None, list[BookFault]]:
    """Read the table of a sheet (None: it has no row of headings), and tell its faults."""
    reader = _SheetReader(grid, formats, form, lang)
    return reader.read(), reader.faults


class _SheetReader:
    def __init__(self, grid: Grid, formats: CellFormats, form: SheetForm, lang: Lang) -> None:
        self.faults: list[BookFault] = []
        self._grid, self._formats, self._form, self._lang = grid, formats, form, lang
        self._columns: dict[str, int] = {}
        self._header = 0

    def read(self) -> Table | None:
        """Read the sheet; one without any text holds no table."""
        if not any(map(str.strip, (cell for row in self._grid.rows for cell in row))):
            return None
        header = self._find_header()
        if header is None:
            place = Place(self._grid.name, "A1")
            needed = next(each for each in self._form.columns if each.required)
            self._tell(
                BookFaultCode.HEADER_MISSING,
                place,
                expected=_name(needed[self._lang]),
                parts={"heading": needed[self._lang]},
            )
            return None
        self._header = header
        self._read_headings(header)
        broken = self._find_merged()
        rows = tuple(self._read_rows(broken))
        self._tell_hidden(rows)
        letters = {key: _letters(col) for key, col in self._columns.items()}
        head = Row(self._form.key, self._grid.name, str(header + 1), {}, letters or {"": "A"})
        return Table(self._form.key, self._grid.name, self._lang, tuple(self._columns), rows, head)

    # --- the row of headings

    def _find_header(self) -> int | None:
        """Find the row of headings: one with a required heading and another, else the likeliest."""
        found = list(self._list_headings())
        for fits in (_has_more, _stands_alone, _has_others, _is_near):
            for number, lang, texts, known in found:
                required = any(each.required and each.key in known for each in self._form.columns)
                if fits(len(texts), len(known), required):
                    self._lang = lang
                    return number
        return None

    def _list_headings(self) -> Iterator[tuple[int, Lang, list[str], set[str]]]:
        """Yield the first rows with their texts and the headings among them, by language."""
        other = Lang.EN if self._lang is Lang.JA else Lang.JA
        for number, cells in enumerate(self._grid.rows[:_FIRST_ROWS]):
            texts = [text for cell in cells if (text := tidy_text(cell))]
            for lang in (self._lang, other):
                found = (self._form.find_column(text, lang) for text in texts)
                yield number, lang, texts, {key for key in found if key}

    def _read_headings(self, header: int) -> None:
        unknown: list[tuple[int, str]] = []
        for col, cell in enumerate(self._grid.rows[header]):
            text = tidy_text(cell)
            if not text:
                continue
            key = self._form.find_column(text, self._lang)
            if key is None and self._is_rank_column(text):
                key = RANK + text
            if key is None:
                unknown.append((col, text))
            elif key in self._columns:
                self._tell_twice(col, text, key)
            else:
                self._columns[key] = col
        self._tell_unknown(unknown)
        self._tell_missing(header, {text for _, text in unknown})
        self._tell_unheaded(header)

    def _is_rank_column(self, text: str) -> bool:
        ranked = any(each.of == "rank" for each in self._form.columns)
        return ranked and not _is_own(text) and not text.endswith(("）", ")"))

    def _tell_twice(self, col: int, text: str, key: str) -> None:
        first = cell_name(self._header, self._columns[key])
        self._tell(
            BookFaultCode.HEADING_TWICE,
            self._place(self._header, col),
            text,
            expected=Message("book.expect.once", {"cell": first}),
        )

    def _tell_unknown(self, unknown: list[tuple[int, str]]) -> None:
        missing = [
            each[self._lang]
            for each in self._form.columns
            if each.key not in self._columns and each.of is None
        ]
        other = Lang.EN if self._lang is Lang.JA else Lang.JA
        for col, text in unknown:
            if _is_own(text):
                continue
            key = self._form.find_column(text, other)
            near = self._form.write_heading(key, self._lang) if key else ""
            near = near or find_nearest(text, missing)
            self._tell(
                BookFaultCode.HEADING_UNKNOWN,
                self._place(self._header, col),
                text,
                near=near,
                kind=FaultKind.ERROR if near else FaultKind.WARNING,
                expected=Message("book.expect.heading") if near else None,
                says="book.fault.HEADING_UNKNOWN.near" if near else "",
            )

    def _tell_missing(self, header: int, unknown: set[str]) -> None:
        for heading in self._form.columns:
            if not heading.required or heading.key in self._columns:
                continue
            if any(find_nearest(text, [heading[self._lang]]) for text in unknown):
                continue  # told there
            col = next((at for at, cell in enumerate(self._grid.rows[header]) if not cell), 0)
            place = self._place(header, col or len(self._grid.rows[header]))
            self._tell(
                BookFaultCode.HEADING_MISSING,
                place,
                expected=_name(heading[self._lang]),
                parts={"heading": heading[self._lang]},
            )

    def _tell_unheaded(self, header: int) -> None:
        """Tell the columns that hold something below no heading."""
        width = max((len(row) for row in self._grid.rows[header:]), default=0)
        for col in range(width):
            if self._grid.text(header, col).strip():
                continue
            for row in range(header + 1, len(self._grid.rows)):
                text = tidy_text(self._grid.text(row, col))
                if text and not self._is_note(row):
                    self._tell(
                        BookFaultCode.HEADING_UNKNOWN,
                        self._place(row, col),
                        text,
                        kind=FaultKind.WARNING,
                        says="book.fault.HEADING_UNKNOWN.none",
                    )
                    break

    # --- the rows below

    def _read_rows(self, broken: dict[CellPosition, None]) -> Iterator[Row]:
        letters = {key: _letters(col) for key, col in self._columns.items()}
        above: dict[str, str] = {}
        for number in range(self._header + 1, len(self._grid.rows)):
            if self._is_empty(number) or self._is_note(number):
                continue
            cells, wrong = {}, set()
            for key, col in self._columns.items():
                text = self._read_cell(key, number, col)
                if text is None or (number, col) in broken:
                    wrong.add(key)
                elif text:
                    cells[key] = text
                elif self._form.heading_of(key).carried and above.get(key):
                    cells[key] = above[key]
            above.update(cells)
            yield Row(
                self._form.key, self._grid.name, str(number + 1), cells, letters, frozenset(wrong)
            )

    def _is_empty(self, number: int) -> bool:
        return not any(
            self._grid.text(number, col).strip()
            or (number, col) in self._grid.marks
            or (self._form.heading_of(key).kind == "colour" and self._fill(number, col))
            for key, col in self._columns.items()
            if self._form.heading_of(key).kind != "free"
        )

    def _is_note(self, number: int) -> bool:
        """Whether a row is the author's own: it begins with a mark and lacks what is required."""
        cells = self._grid.rows[number] if number < len(self._grid.rows) else ()
        filled = [cell for cell in map(str.strip, cells) if cell]
        if not filled or not filled[0].startswith(_AUTHORS):
            return False
        required = [
            self._grid.text(number, col).strip()
            for key, col in self._columns.items()
            if self._form.heading_of(key).required
        ]
        return not all(required) or (len(filled) == 1 and self._form.key != "questions")

    def _read_cell(self, key: str, row: int, col: int) -> str | None:
        """Read a cell as its column takes it; None where it was told that it cannot be used."""
        heading, at = self._form.heading_of(key), (row, col)
        mark, text = self._grid.marks.get(at), tidy_text(self._grid.text(row, col))
        if heading.kind == "free":
            return ""
        if mark is CellMark.ERROR:
            self._tell_cell(BookFaultCode.ERROR_VALUE, at, text, heading)
            return None
        if mark is CellMark.NOT_CALCULATED:
            formula = self._formats.formulas.get(at, text)
            self._tell_cell(BookFaultCode.NOT_CALCULATED, at, formula, heading)
            return None
        if heading.kind == "colour" and not text:
            return self._fill(row, col)
        form = self._formats.numbers.get(at)
        if _DAY.match(text) and heading.kind == "id" and form != "@":
            self._tell_cell(BookFaultCode.DATE_IN_NUMBER, at, text, heading)
            return None
        if form is None or not _NUMBER.fullmatch(text):
            return text
        return (write_exact if heading.kind in _NUMBERS else show_number)(text, form)

    def _fill(self, row: int, col: int) -> str:
        fill = self._formats.fills.get((row, col), "")
        return "" if fill in (FAULTY, DOUBTFUL, INPUT) else fill

    def _tell_cell(
        self, code: BookFaultCode, at: CellPosition, stands: str, heading: Heading
    ) -> None:
        expected = Message("book.expect.cell", {"heading": heading[self._lang]})
        self._tell(code, self._place(*at), stands, expected=expected)

    def _find_merged(self) -> dict[CellPosition, None]:
        """Tell merged cells over several rows, and list the cells below their first."""
        broken: dict[CellPosition, None] = {}
        for top, left, bottom, right in self._grid.merged:
            for key, col in self._columns.items():
                if not left <= col <= right or top <= self._header or top == bottom:
                    continue
                if self._form.heading_of(key).carried:
                    continue
                text = tidy_text(self._grid.text(top, left))
                self._tell(BookFaultCode.MERGED_ROWS, self._place(top, left), text)
                broken |= dict.fromkeys(
                    (row, at) for row in range(top + 1, bottom + 1) for at in range(left, right + 1)
                )
                break
        return broken

    def _tell_hidden(self, rows: tuple[Row, ...]) -> None:
        hidden = [row for row in rows if int(row.number) - 1 in self._grid.hidden_rows]
        if hidden:
            self._tell(
                BookFaultCode.HIDDEN_ROWS,
                Place(self._grid.name, f"A{hidden[0].number}"),
                kind=FaultKind.NOTE,
                parts={"count": str(len(hidden))},
            )

    def _place(self, row: int, col: int) -> Place:
        return Place(self._grid.name, cell_name(row, col))

    def _tell(
        self,
        code: BookFaultCode,
        place: Place,
        stands: str = "",
        *,
        near: str = "",
        kind: FaultKind = FaultKind.ERROR,
        expected: Message | None = None,
        says: str = "",
        parts: dict[str, str] | None = None,
    ) -> None:
        fault = BookFault(code, place, stands, expected, near, kind, says, parts or {})
        self.faults.append(fault)


def _has_more(_texts: int, known: int, required: bool) -> bool:
    return required and known > 1


def _stands_alone(texts: int, _known: int, required: bool) -> bool:
    return required and texts == 1


def _has_others(_texts: int, known: int, _required: bool) -> bool:
    return known > 1


def _is_near(_texts: int, _known: int, required: bool) -> bool:
    return required


def _name(heading: str) -> Message:
    return Message("book.expect.named", {"heading": heading})


def _is_own(text: str) -> bool:
    """Whether a heading is the author's own: in brackets, or a memo."""
    return text.startswith(_OWN_HEADINGS) or (text.startswith("【") and text.endswith("】"))


def _letters(col: int) -> str:
    return cell_name(0, col).rstrip("0123456789")
