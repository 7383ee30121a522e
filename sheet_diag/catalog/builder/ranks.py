"""The sheets 判定 and 評価記号: ranks and marks, each with its lowest score."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.builder.standard import load_standard
from sheet_diag.catalog.builder.values import parse_number, width_of
from sheet_diag.catalog.faults import BookFaultCode, FaultKind
from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.rows import Place, Row
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text

FEWEST_RANKS, MOST_RANKS, RANK_WIDTH = 2, 12, 12
_STANDARD: Final = {"A": 85, "B": 70, "C": 50, "D": 30, "E": None}  # of 100
_COLOUR: Final = re.compile(r"#[0-9A-Fa-f]{6}")
_NUMBER: Final = r"(-?[\d.,/]+%?)"
_FROM: Final = re.compile(rf"{_NUMBER}(?:点)?(?:以上)?(?:[~〜](?:{_NUMBER}(?:点)?(?:以下)?)?)?")
_BELOW: Final = re.compile(rf"{_NUMBER}(?:点)?未満")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a cell says of scores: the lowest counts, the highest is only checked."""

    lowest: Fraction | None
    highest: Fraction | None = None
    is_open: bool = False


@dataclass(slots=True)
class RankEntry:
    """A rank while it is read."""

    name: str
    lowest: Fraction | None
    record: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, Any] = field(default_factory=dict)
    row: Row | None = None


class RanksReader:
    """Reads the ranks and the marks; `full` is the full score of each."""

    def __init__(self, cells: CellReader, full: Fraction, full_category: Fraction) -> None:
        self._cells = cells
        self._full, self._full_category = full, full_category
        self.ranks = self._read_ranks()

    @property
    def by_label(self) -> dict[str, RankEntry]:
        """The ranks by their folded labels."""
        return {fold_text(each.name): each for each in self.ranks}

    def _read_ranks(self) -> list[RankEntry]:
        rows = self._cells.rows("ranks")
        if not rows:
            self._cells.note("book.fault.DEFAULT_TAKEN.ranks", self._place("ranks"))
            return [
                RankEntry(label, None if share is None else share * self._full / 100)
                for label, share in _STANDARD.items()
            ]
        found = [each for row in rows if (each := self._read_rank(row, row is rows[-1]))]
        self._check_count(rows)
        self._check_order([(each.row, each.lowest) for each in found if each.row], "ranks")
        return found

    def _read_rank(self, row: Row, last: bool) -> RankEntry | None:
        cells = self._cells
        label = cells.required(row, "rank", 60)
        limits = self._read_limits(row, self._full, last=last)
        texts = {
            name: text
            for name, key in (
                ("legend", "meaning"),
                ("overall", "overall comment"),
                ("capped", "overall: capped"),
                ("unknown", "overall: unknown"),
            )
            if (text := cells.texts(row, key))
        }
        record: dict[str, Any] = {}
        if cells.has_column("ranks", "follow-up"):
            record["follow_up"] = cells.yes(row, "follow-up", default=False)
        colour = cells.text(row, "colour")
        if colour and not _COLOUR.fullmatch(colour):
            cells.tell(
                BookFaultCode.OUT_OF_RANGE, row, "colour", says="book.fault.OUT_OF_RANGE.colour"
            )
        elif colour:
            record["colour"] = colour
        if not label:
            return None
        if width_of(label) > RANK_WIDTH:
            parts = {"most": str(RANK_WIDTH), "count": str(width_of(label))}
            cells.tell(
                BookFaultCode.TOO_LONG, row, "rank", says="book.fault.TOO_LONG.rank", parts=parts
            )
        for other in cells.rows("ranks"):
            if other is row:
                break
            if fold_text(other.cells.get("rank", "")) == fold_text(label):
                cells.tell(
                    BookFaultCode.DUPLICATE, row, "rank", expected=Message("book.expect.unique")
                )
                break
        return RankEntry(label, limits.lowest if limits else None, record, texts, row)

    def _read_limits(self, row: Row, full: Fraction, *, last: bool) -> Limits | None:
        """Read 下限; None where it is told that it cannot be read."""
        cells = self._cells
        if cells.is_broken(row, "from"):
            return None
        if last and cells.is_blank(row, "from"):
            return Limits(None)
        text = cells.required(row, "from", 60)
        if not text:
            return None
        found = parse_limits(text, full, last=last)
        if found is None:
            cells.tell(
                BookFaultCode.NOT_A_NUMBER, row, "from", expected=Message("book.expect.limit")
            )
        elif found.lowest is not None and found.lowest > full:
            cells.tell(
                BookFaultCode.UNREACHABLE,
                row,
                "from",
                kind=FaultKind.WARNING,
                parts={"full": str(full)},
            )
        return found

    def _check_count(self, rows: Sequence[Row]) -> None:
        if not FEWEST_RANKS <= len(rows) <= MOST_RANKS:
            row = rows[min(len(rows), MOST_RANKS + 1) - 1]
            parts = {"count": str(len(rows)), "most": str(MOST_RANKS), "least": str(FEWEST_RANKS)}
            self._cells.tell(
                BookFaultCode.TOO_MANY, row, "rank", says="book.fault.TOO_MANY.ranks", parts=parts
            )

    def _check_order(self, limits: Sequence[tuple[Row, Fraction | None]], sheet: str) -> None:
        """Require that the limits fall; tell holes that the next rank takes."""
        above: Fraction | None = None
        for row, lowest in limits:
            if self._cells.is_broken(row, "from") or lowest is None:
                continue
            if above is not None and lowest >= above:
                expected = Message("book.expect.below", {"bound": _write(above)})
                self._cells.tell(BookFaultCode.NOT_FALLING, row, "from", expected=expected)
            else:
                self._check_upper_end(row, above, sheet)
            above = lowest

    def _check_upper_end(self, row: Row, above: Fraction | None, sheet: str) -> None:
        full = self._full if sheet == "ranks" else self._full_category
        found = parse_limits(row.cells.get("from", ""), full, last=True)
        if found is None or found.highest is None or above is None or found.is_open:
            return
        if found.highest < above:
            parts = {"end": _write(found.highest), "next": _write(above)}
            self._cells.note("book.fault.DEFAULT_TAKEN.hole", row.place("from"), **parts)
        else:
            expected = Message("book.expect.below", {"bound": _write(above)})
            self._cells.tell(BookFaultCode.NOT_FALLING, row, "from", expected=expected)

    # --- marks

    def read_marks(self) -> list[dict[str, Any]]:
        """Read the marks of category scores."""
        rows = self._cells.rows("marks")
        if not rows:
            return self._list_standard_marks()
        found = []
        limits = []
        standard = self._list_standard_marks()
        for row in rows:
            mark = self._cells.required(row, "mark", 60)
            limit = self._read_limits(row, self._full_category, last=row is rows[-1])
            limits.append((row, limit.lowest if limit else None))
            record: dict[str, Any] = {
                "mark": mark,
                "score": limit.lowest if limit else None,
            }
            place = _standard_place(rows.index(row), len(rows))
            record["meaning"] = self._cells.texts(row, "meaning") or standard[place]["meaning"]
            if mark:
                found.append(record)
        self._check_order(limits, "marks")
        return found

    def _list_standard_marks(self) -> list[dict[str, Any]]:
        other = Lang.EN if self._cells.lang is Lang.JA else Lang.JA
        pairs = zip(
            load_standard(self._cells.lang)["marks"], load_standard(other)["marks"], strict=True
        )
        return [
            {
                "mark": own["mark"],
                "score": Fraction(own["from"]) * self._full_category / 100,
                "meaning": self._cells.both(own["meaning"], second["meaning"]),
            }
            for own, second in pairs
        ]

    def _place(self, sheet: str) -> Place:
        return Place(load_sheet_forms()[sheet][self._cells.lang])


def _standard_place(place: int, count: int) -> int:
    """Find the place among the five standard ones, halves rounded down."""
    if count < 2:
        return 0
    return -(-(2 * 4 * place - (count - 1)) // (2 * (count - 1)))


def parse_limits(text: str, full: Fraction, *, last: bool) -> Limits | None:
    """Read 70, 70%, 70点以上, 70〜99, and for the last one 50未満."""
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if last and (below := _BELOW.fullmatch(plain)):
        highest = _amount(below[1], full)
        return Limits(None, highest, is_open=True) if highest is not None else None
    found = _FROM.fullmatch(plain)
    if found is None:
        return None
    lowest = _amount(found[1], full)
    highest = _amount(found[2], full) if found[2] else None
    if lowest is None or (found[2] and (highest is None or highest < lowest)):
        return None
    return Limits(lowest, highest)


def _amount(text: str, full: Fraction) -> Fraction | None:
    """Read an amount; one in percent is of the full score."""
    found = parse_number(text)
    return None if found is None else found[0] * full / 100 if found[1] else found[0]


def _write(number: Fraction) -> str:
    return str(int(number)) if number.denominator == 1 else str(float(number))
