"""Reads cells of the rows as what their columns hold, and collects what is wrong with them.

What was told once is broken: whatever follows from it is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.values import parse_number, parse_yes, split_list, width_of
from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFault, BookFaultCode, FaultKind
from sheet_diag.catalog.headings import Heading, load_sheet_forms, second_key
from sheet_diag.catalog.rows import Place, Row, Table, Tables
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text

LONGEST_TEXT: Final = 2_000
LONGEST_LABEL: Final = 60  # full-width characters, as all limits but that of a text


class CellReader:
    """The rows by sheet, their cells by what they mean, and the faults found so far."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.faults: list[BookFault] = []
        self.lang = Lang.JA
        self.second = False
        self.missing_second: dict[str, int] = {}
        self._broken: set[tuple[str, str, str]] = set()
        self._forms = load_sheet_forms()

    # --- rows and columns

    def rows(self, sheet: str) -> tuple[Row, ...]:
        """Return the rows of a sheet; none where it is left out."""
        table = self.tables.get(sheet)
        return table.rows if table else ()

    def has_column(self, sheet: str, key: str) -> bool:
        """Whether a sheet has a column."""
        table = self.tables.get(sheet)
        return table is not None and key in table.columns

    def following(self, sheet: str, start: str) -> list[str]:
        """List what follows a heading such as 目安：, in the order of its columns."""
        table = self.tables.get(sheet)
        keys = table.columns if table else ()
        return [
            key.removeprefix(start + " ")
            for key in keys
            if key.startswith(start + " ") and not key.endswith((" (english)", " (japanese)"))
        ]

    def header(self, sheet: str) -> Row:
        """Return the row of headings of a sheet."""
        return self.tables[sheet].header

    def table(self, sheet: str) -> Table | None:
        """Return the table of a sheet."""
        return self.tables.get(sheet)

    # --- cells

    def is_broken(self, row: Row, key: str) -> bool:
        """Whether a fault of this cell is told."""
        return key in row.broken or (row.sheet, row.number, key) in self._broken

    def has_broken(self, sheet: str, key: str) -> bool:
        """Whether a fault of some cell of a column is told, so that names may be missing."""
        return any(self.is_broken(row, key) for row in self.rows(sheet))

    def is_blank(self, row: Row, key: str) -> bool:
        """Whether nothing stands in the cell."""
        return not row.cells.get(key) and not self.is_broken(row, key)

    def text(self, row: Row, key: str, longest: int = LONGEST_TEXT) -> str:
        """Read a text; empty where there is none that can be used."""
        text = row.cells.get(key, "")
        if self.is_broken(row, key) or not text:
            return ""
        length = len(text) if longest == LONGEST_TEXT else -(-width_of(text) // 2)
        if length > longest:
            parts = {"most": str(longest), "count": str(length)}
            self.tell(BookFaultCode.TOO_LONG, row, key, stands=text[:20] + "…", parts=parts)
            return ""
        return text

    def required(self, row: Row, key: str, longest: int = LONGEST_TEXT) -> str:
        """Read a text that must be there."""
        if self.is_blank(row, key):
            self.tell(BookFaultCode.CELL_REQUIRED, row, key, expected=self._named(row, key))
        return self.text(row, key, longest)

    def texts(self, row: Row, key: str, longest: int = LONGEST_TEXT) -> dict[str, str] | None:
        """Read a text in both languages; None where there is none."""
        first = self.text(row, key, longest)
        second = self.text(row, second_key(key, self.lang), longest) if self.second else ""
        if not first:
            return None
        if self.second and not second:
            self.missing_second[row.sheet] = self.missing_second.get(row.sheet, 0) + 1
        return self.both(first, second)

    def both(self, first: str, second: str = "") -> dict[str, str]:
        """Make a text of the catalogue; without a second language the first stands for it."""
        other = Lang.EN if self.lang is Lang.JA else Lang.JA
        return {self.lang.value: first, other.value: second or first}

    def yes(self, row: Row, key: str, *, default: bool, star: bool = False) -> bool:
        """Read a mark as yes or no."""
        text = self.text(row, key)
        if not text:
            return default
        found = parse_yes(text, star=star)
        if found is None:
            self.tell(BookFaultCode.NOT_YES_NO, row, key, expected=Message("book.expect.yes"))
            return default
        return found

    def number(
        self, row: Row, key: str, *, above: int | None = None, least: int | None = None
    ) -> Fraction | None:
        """Read a number; 70% is 70. None where there is none."""
        found = self.amount(row, key)
        if found is None:
            return None
        number = found[0]
        if (above is not None and number <= above) or (least is not None and number < least):
            bound = Message(
                "book.expect.above" if above is not None else "book.expect.least",
                {"bound": str(above if above is not None else least)},
            )
            says = "book.fault.OUT_OF_RANGE.weight" if key == "weight" else ""
            self.tell(
                BookFaultCode.OUT_OF_RANGE, row, key, expected=bound, says=says,
                parts={"heading": self.heading_text(row, key)},
            )  # fmt: skip
            return None
        return number

    def whole(self, row: Row, key: str, least: int = 0, most: int | None = None) -> int | None:
        """Read a whole number; None where there is none."""
        found = self.amount(row, key)
        if found is None:
            return None
        number, percent = found
        if percent or number.denominator != 1 or number < least or (most or number) < number:
            expected = Message("book.expect.least", {"bound": str(least)})
            if most is not None:
                expected = Message("book.expect.between", {"low": str(least), "high": str(most)})
            self.tell(
                BookFaultCode.OUT_OF_RANGE,
                row,
                key,
                expected=expected,
                says="book.fault.OUT_OF_RANGE.whole",
            )
            return None
        return int(number)

    def amount(self, row: Row, key: str) -> tuple[Fraction, bool] | None:
        """Read a number, and whether it is written with %; None where there is none."""
        text = self.text(row, key)
        if not text:
            return None
        found = parse_number(text)
        if found is None:
            self.tell(BookFaultCode.NOT_A_NUMBER, row, key, expected=Message("book.expect.number"))
        return found

    def word(self, row: Row, key: str, heading: Heading | None = None) -> str | None:
        """Read one of the words of a column; None where there is none."""
        text = self.text(row, key)
        if not text:
            return None
        words = (heading or self._heading(row, key)).words
        for name, each in words.items():
            if fold_text(text) in (fold_text(each[lang]) for lang in Lang):
                return name
        known = [each[self.lang] for each in words.values()]
        self.tell(
            BookFaultCode.NOT_ONE_OF,
            row,
            key,
            near=find_nearest(text, known),
            expected=self.one_of(known),
        )
        return None

    def entries(self, row: Row, key: str) -> list[str]:
        """Read a list."""
        return split_list(self.text(row, key))

    def name(self, row: Row, key: str, known: Mapping[str, Any], text: str = "") -> Any:
        """Find what a name refers to, by its folded spelling; None where there is no such name."""
        text = text or self.text(row, key)
        found = known.get(fold_text(text))
        if text and found is None:
            self.unknown(row, key, text, [str(getattr(v, "name", v)) for v in known.values()])
        return found

    def unknown(
        self,
        row: Row,
        key: str,
        text: str,
        known: Iterable[str],
        code: BookFaultCode = BookFaultCode.NAME_UNKNOWN,
    ) -> None:
        """Tell a name that refers to nothing."""
        names = list(dict.fromkeys(known))
        near = find_nearest(text, names)
        self.tell(code, row, key, stands=text, near=near, expected=self.one_of(names))

    def unwanted(self, row: Row, keys: Iterable[str], says: str, **parts: str) -> None:
        """Tell cells that must be blank here."""
        for key in keys:
            if not self.is_blank(row, key) and not self.is_broken(row, key):
                self.tell(BookFaultCode.CELL_UNWANTED, row, key, says=says, parts=parts)

    # --- faults

    def tell(
        self,
        code: BookFaultCode,
        row: Row,
        key: str,
        *,
        stands: str | None = None,
        expected: Message | None = None,
        near: str = "",
        kind: FaultKind = FaultKind.ERROR,
        says: str = "",
        parts: Mapping[str, str] | None = None,
    ) -> None:
        """Keep a fault of a cell, which is broken from now on where it is one to be mended."""
        stands = row.cells.get(key, "") if stands is None else stands
        place = row.place(key)
        self.faults.append(BookFault(code, place, stands, expected, near, kind, says, parts or {}))
        if kind is FaultKind.ERROR:
            self._broken.add((row.sheet, row.number, key))

    def note(self, says: str, place: Place, **parts: str) -> None:
        """Keep what was taken by default or derived."""
        code, kind = BookFaultCode.DEFAULT_TAKEN, FaultKind.NOTE
        self.faults.append(BookFault(code, place, kind=kind, says=says, parts=parts))

    def one_of(self, known: Iterable[str]) -> Message:
        """Say what may stand in a cell."""
        joint = "、" if self.lang is Lang.JA else ", "
        return Message("book.expect.one_of", {"known": joint.join(list(known)[:12])})

    def heading_text(self, row: Row, key: str) -> str:
        """Write the heading of a cell in the language of its sheet."""
        table = self.tables[row.table]
        return self._forms[row.table].write_heading(key, table.lang)

    def _named(self, row: Row, key: str) -> Message:
        return Message("book.expect.cell", {"heading": self.heading_text(row, key)})

    def _heading(self, row: Row, key: str) -> Heading:
        return self._forms[row.table].heading_of(key)
