"""The bars of scores on the first sheet, drawn on scales in percent as in the PDF.

Places that a viewer may recalculate are formulas; all stand in hidden columns beside the sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, chain
from typing import Any, Final

from sheet_diag.model.report_view import Border, PastPoint, Places, ScoreBar
from sheet_diag.text.text_metrics import text_width
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan, cell
from sheet_diag.xlsx.scatter import Frame, Label, Line, Points
from sheet_diag.xlsx.theme import (
    BLUE,
    BODY,
    FIELD_TINT,
    INK,
    LINE,
    MIDDLE_HALF,
    MUTED,
    NAVY,
    WEAK_BAR,
    WHITE,
    Look,
)

SCORE_BAR: Final = (646, 54)  # pixels
HISTORY: Final = (486, 150)
_TOP: Final = 100.0
_MARGIN: Final = 14  # pixels at both ends of the score bar, for its first and last figure
_LETTER: Final = 12.0  # pixels of a full-width character of a rank
_LOWEST, _HIGHEST = -0.9, 2.6  # what the score bar shows below and above its fields (0 to 1)
_POINTED: Final = 1.1  # from here the client's score is pointed at, and named above
_NAME: Final[Look] = {**BODY, "text_wrap": False}
_EDGE: Final = Line(LINE, 0.75)
_TARGET: Final = Line(MUTED, 1.0, is_dashed=True)
_OWN: Final = Line(NAVY, 9)
_HOLLOW: Final = Line(INK, 1.5)
_FIELD: Final = Label("ctr", 9, INK)
_BORDER: Final = Label("b", 8, INK)
_NAMED: Final = Label("t", 9, NAVY, is_bold=True)
_POINT: Final = Label("t", 8, INK)

_Place = tuple[float, float | None]
_Path = Sequence[_Place]


@dataclass(frozen=True, slots=True)
class LiveScore:
    """A score that a formula gives (without its `=`), and what it is now.

    `full` ends its scale; what `falls_below` 0 is drawn at 0.
    """

    formula: str
    now: float
    full: int | Fraction = 100
    falls_below: bool = False

    @property
    def place(self) -> float:
        """The score in percent of its scale."""
        place = float(Fraction(self.now) * 100 / self.full)
        return max(0.0, place) if self.falls_below else place

    @property
    def place_formula(self) -> str:
        """The formula of the place, without its `=`."""
        found = self.formula
        if self.full != 100:
            found = f"{found}*100/({self.full})"
        return f"MAX(0,{found})" if self.falls_below else found


@dataclass(frozen=True, slots=True)
class _Scale:
    """How much of the scales a pixel takes across and up."""

    across: float
    up: float

    def bar(self, place: float, up: float, half: float) -> _Path:
        """Go along a mark of so many pixels on both sides of a place."""
        return [(place - half * self.across, up), (place + half * self.across, up)]

    def hollow_bar(self, place: float, up: float) -> _Path:
        """Go around a narrow bar at a place."""
        wide, high = 3 * self.across, 9 * self.up
        left, right, low, top = place - wide, place + wide, up - high, up + high
        return [(left, low), (left, top), (right, top), (right, low), (left, low)]

    def diamond(self, place: float, up: float) -> _Path:
        """Go around a place."""
        wide, high = 6 * self.across, 6 * self.up
        corners = [(place - wide, up), (place, up + high), (place + wide, up), (place, up - high)]
        return [*corners, corners[0]]


@dataclass(frozen=True, slots=True)
class RowArea:
    """Where a drawing lies over the rows of a table: pixels across, and those of each row."""

    wide: int
    heights: Sequence[int]

    @property
    def high(self) -> int:
        """The pixels of all rows, which are the units of the scale upwards."""
        return sum(self.heights)

    @property
    def size(self) -> tuple[int, int]:
        """The pixels across and upwards."""
        return self.wide, self.high

    @property
    def middles(self) -> list[float]:
        """The middle of each row, the first on top."""
        ends = accumulate(self.heights)
        return [self.high - end + each / 2 for end, each in zip(ends, self.heights, strict=True)]

    @property
    def scale(self) -> _Scale:
        """What a pixel takes."""
        return _Scale(_TOP / self.wide, 1.0)


class ScoreDrawings:
    """Makes the drawings of one page; their places fill three of its columns from the top."""

    def __init__(self, book: Book, page: Page, column: int) -> None:
        self._book = book
        self._page = page
        self._column = column
        self._row = 0

    def draw_score_bar(self, bar: ScoreBar, own: LiveScore, label: str) -> Any:
        """Draw the fields of the ranks and the places on them; `label` is the formula (without
        its `=`) of `bar.own`."""
        wide, high = SCORE_BAR
        scale = _Scale(_TOP / (wide - 2 * _MARGIN), (_HIGHEST - _LOWEST) / high)
        lows = [each.place for each in bar.borders]
        points = [
            *self._draw(_base_field(bar, 4 * scale.across), Line(FIELD_TINT, 13)),
            *self._draw(_fields(lows), _EDGE),
            *(
                self._say((e.low + e.high) / 2, 0.5, e.rank, _FIELD)
                for e in bar.fields
                if text_width(e.rank) * _LETTER * scale.across < e.high - e.low
            ),
            *(self._say(each.place, 0.0, each.text, _BORDER) for each in bar.borders),
            *self._marks([bar.places], [0.5], scale),
            self._draw_pointer(own),
            self._say_own(own, f"{bar.own}\n▼", f'{label}&CHAR(10)&"▼"'),
        ]
        frame = Frame(0, _TOP, _LOWEST, _HIGHEST, margin=_MARGIN / wide, color=WHITE)
        return self._book.drawing(frame, points)

    def draw_bars(
        self,
        area: RowArea,
        borders: Sequence[Border],
        rows: Sequence[Places],
        owns: Sequence[LiveScore | None],
    ) -> Any:
        """Draw a bar a row, the first on top, each as long as its score of `owns`."""
        heights = area.middles
        targets = [
            [(each.target, up - high / 2), (each.target, up + high / 2)]
            for each, up, high in zip(rows, heights, area.heights, strict=True)
            if each.target is not None
        ]
        points = [
            *self._draw(_grid([each.place for each in borders], area.high), _EDGE),
            *self._draw(targets, _TARGET),
            *self._draw_bars(rows, owns, heights),
            *self._marks(rows, heights, area.scale),
        ]
        return self._book.drawing(Frame(0, _TOP, 0, area.high), points)

    def draw_positions(
        self, area: RowArea, borders: Sequence[Border], rows: Sequence[Places]
    ) -> Any:
        """Draw a row for each: quartiles, median, last time, and the client."""
        heights, scale = area.middles, area.scale
        placed = list(zip(rows, heights, strict=True))
        boxes = [[(end, up) for end in e.quartiles] for e, up in placed if e.quartiles]
        owns = [scale.bar(each.own, up, 4) for each, up in placed if each.own is not None]
        points = [
            *self._draw(_grid([each.place for each in borders], area.high), _EDGE),
            *self._draw(boxes, Line(MIDDLE_HALF, 4)),
            *self._marks(rows, heights, scale),
            *self._draw(owns, _OWN),
        ]
        return self._book.drawing(Frame(0, _TOP, 0, area.high), points)

    def draw_history(self, history: Sequence[PastPoint]) -> Any:
        """Draw the scores of all diagnoses as a line, the oldest left."""
        last = len(history) - 1
        left, right, bottom, top = -0.5, last + 0.5, -5.0, 120.0
        scale = _Scale((right - left) / HISTORY[0], (top - bottom) / HISTORY[1])
        places = [(float(place), each.place) for place, each in enumerate(history)]
        points = [
            *self._draw([[(left, up), (right, up)] for up in (0.0, _TOP)], _EDGE),
            *self._draw([places], Line(BLUE, 2)),
            *self._draw([scale.bar(*place, 4) for place in places], _OWN),
            *(
                self._say(*place, f"{each.shown} {each.rank}", _POINT)
                for place, each in zip(places, history, strict=True)
            ),
        ]
        return self._book.drawing(Frame(left, right, bottom, top), points)

    # --- the parts of drawings

    def _draw(self, paths: Sequence[_Path], line: Line) -> Iterator[Points]:
        """Draw paths; nothing where there is none."""
        if not paths:
            return
        first, places = self._row, _join(paths)
        for across, up in places:
            self._page.number(self._row, self._column, across, BODY)
            self._end_row(up)
        yield self._points(first, places, line=line)

    def _marks(
        self, rows: Sequence[Places], heights: Sequence[float], scale: _Scale
    ) -> Iterator[Points]:
        """Draw the medians, and last time's scores."""
        placed = list(zip(rows, heights, strict=True))
        medians = [(each.median, up) for each, up in placed if each.median is not None]
        before = [(each.before, up) for each, up in placed if each.before is not None]
        yield from self._draw([scale.hollow_bar(*place) for place in medians], _HOLLOW)
        yield from self._draw([scale.diamond(*place) for place in before], _HOLLOW)

    def _draw_bars(
        self,
        rows: Sequence[Places],
        owns: Sequence[LiveScore | None],
        heights: Sequence[float],
    ) -> Iterator[Points]:
        """Draw bars from 0 on, the weak ones in their own colour."""
        for is_weak, color in ((False, BLUE), (True, WEAK_BAR)):
            first, places = self._row, list[_Place]()
            for each, own, up in zip(rows, owns, heights, strict=True):
                if own and each.is_weak == is_weak:
                    places += [(0.0, up), (own.place, up), (0.0, None)]
                    self._put_bar(own, up)
            if places:
                yield self._points(first, places, line=Line(color, 8))

    def _put_bar(self, own: LiveScore, up: float) -> None:
        page, column = self._page, self._column
        page.number(self._row, column, 0, BODY)
        self._end_row(up)
        self._put_score(own)
        self._end_row(up)
        page.number(self._row, column, 0, BODY)
        self._end_row(None)

    def _draw_pointer(self, own: LiveScore) -> Points:
        """Draw a line through the fields at the client's score."""
        first, heights = self._row, (_POINTED, -0.1)
        for up in heights:
            self._put_score(own)
            self._end_row(up)
        return self._points(first, [(own.place, up) for up in heights], line=Line(NAVY, 3))

    def _say(self, across: float, up: float | None, text: str, look: Label) -> Points:
        """Write words at a place."""
        first = self._row
        self._page.number(self._row, self._column, across, BODY)
        self._end_row(up)
        return self._points(first, [(across, up)], name=text, label=look)

    def _say_own(self, own: LiveScore, text: str, formula: str) -> Points:
        """Write words above the client's score, which a formula gives."""
        first, column, up = self._row, self._column + 2, _POINTED
        self._page.formula(first, column, f"={formula}", _NAME, text)
        self._put_score(own)
        self._end_row(up)
        name = cell(self._page.name, first, column)
        return self._points(first, [(own.place, up)], name=text, name_cell=name, label=_NAMED)

    # --- where the places stand

    def _put_score(self, score: LiveScore) -> None:
        formula = f"=IF(ISNUMBER({score.formula}),{score.place_formula},0)"  # 対象外 is a text
        self._page.formula(self._row, self._column, formula, BODY, score.place)

    def _end_row(self, up: float | None) -> None:
        if up is not None:
            self._page.number(self._row, self._column + 1, up, BODY)
        self._row += 1

    def _points(self, first: int, places: _Path, **look: Any) -> Points:
        across, up = (
            CellSpan(self._page.name, column, first, self._row - 1)
            for column in (self._column, self._column + 1)
        )
        return Points(across, up, places, **look)


def _base_field(bar: ScoreBar, half: float) -> list[_Path]:
    """Fill the field of the rank by the score, but for the pointer at the client's own."""
    base = next(each for each in bar.fields if each.rank == bar.base)
    own = bar.places.own
    ends = [base.low, base.high] if own is None else [base.low, own - half, own + half, base.high]
    parts = zip(ends[::2], ends[1::2], strict=True)
    return [[(low, 0.5), (high, 0.5)] for low, high in parts if low < high]


def _grid(borders: Sequence[float], high: float) -> list[_Path]:
    """Go up at each border."""
    return [[(low, 0.0), (low, high)] for low in borders]


def _fields(borders: Sequence[float]) -> list[_Path]:
    """Go up at each border, and along both ends of the fields between them."""
    edges = [[(borders[0], up), (borders[-1], up)] for up in (0.0, 1.0)]
    return [*_grid(borders, 1), *edges]


def _join(paths: Sequence[_Path]) -> list[_Place]:
    """Make one path of several, with a gap between each two."""
    gap: _Place = (0.0, None)
    return list(chain.from_iterable((*path, gap) for path in paths))[:-1]
