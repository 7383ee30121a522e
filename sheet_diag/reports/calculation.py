"""採点の計算: scores, caps and rank by formulas, from sums by category to the final rank.

The same lines stand below today's answers and below the simulated ones; only what they start from
differs, which the writer is told by a `Basis`. Every formula is written with the value that it
has now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.celltext import quoted
from sheet_diag.figures import shown_figure
from sheet_diag.model.catalog import Category
from sheet_diag.reports import charts, verdicts
from sheet_diag.reports.cells import Span, cell
from sheet_diag.reports.charts import Area, Line
from sheet_diag.reports.criteria import Criteria
from sheet_diag.reports.letter import Letter
from sheet_diag.reports.readings import Readings, mark_of
from sheet_diag.style import BOLD, CELL, CENTER, HEAD, HEADING, INSET, MIDDLE, PALE, SMALL, Look
from sheet_diag.workbook import Page

COLUMNS: Final = 13  # the calculation is so many columns wide
IMPORTANCE, SHORT, NAME, SHOWN, EXACT, MARK, WEIGHT = range(7)
NA_SHARE, POINTS, LEFT_OUT, OPEN, UPPER, TARGET = range(7, COLUMNS)

# Floats of Excel carry some 15 digits. Scores are rounded before they are compared, so that what
# is exactly 70 is not 69.99999999999999: categories to 11 decimals and their mean to 10. Scores
# of the built-in catalogue lie at least 1e-7 from a threshold that they do not meet.
_DIGITS: Final = 11
_DIGITS_OF_MEAN: Final = 10

_HEADS: Final = {
    IMPORTANCE: "calculation.category.weight",
    SHORT: "calculation.short",
    NAME: "report.categories.name",
    SHOWN: "report.categories.score",
    EXACT: "calculation.exact",
    MARK: "report.categories.mark",
    WEIGHT: "calculation.weight",
    NA_SHARE: "calculation.share",
    POINTS: "calculation.points",
    LEFT_OUT: "calculation.left_out",
    OPEN: "calculation.open",
    UPPER: "calculation.upper",
    TARGET: "calculation.target",
}
_FIGURE: Final[Look] = {**CELL, **CENTER}
_TOTAL: Final[Look] = {**_FIGURE, **BOLD, "bg_color": PALE}
_HEIGHTS: Final = {"heading": 24.0, "lead": 18.0, "head": 50.0, "line": 18.0, "gap": 8.0}


@dataclass(frozen=True, slots=True)
class Calculation:
    """Where one calculation stands: rows of its parts, and `order` of the category ids."""

    sheet: str
    order: tuple[str, ...]
    top: int
    caps: int  # rows of caps, at least one

    @property
    def first(self) -> int:
        """Row of the first category."""
        return self.top + 3

    @property
    def overall(self) -> int:
        """Row of the overall score."""
        return self.first + len(self.order)

    @property
    def caps_top(self) -> int:
        """Header row of the caps."""
        return self.overall + 2

    @property
    def verdict(self) -> int:
        """Header row of the verdict."""
        return self.caps_top + self.caps + 2

    @property
    def bottom(self) -> int:
        """The last row."""
        return self.verdict + len(verdicts.ROWS)

    def column(self, column: int) -> Span:
        """A column of the categories."""
        return Span(self.sheet, column, self.first, self.overall - 1)

    def of(self, category: str, column: int) -> Span:
        """A cell of a category."""
        return cell(self.sheet, self.first + self.order.index(category), column)

    def total(self, column: int) -> Span:
        """A cell of the overall line."""
        return cell(self.sheet, self.overall, column)

    def decided(self, row: str, *, column: int = SHOWN) -> Span:
        """A cell of the verdict: `EXACT` is the column of the upper bound."""
        return cell(self.sheet, self.verdict + 1 + verdicts.ROWS.index(row), column)

    def drawn(self, letter: Letter) -> Area:
        """What a radar draws: the shown scores of the categories that apply."""
        scores = letter.report.diagnosis.scores.categories.values()
        applicable = sum(1 for each in scores if each.score is not None)
        return Area(self.sheet, self.first, self.first + applicable - 1, SHORT, SHOWN)

    @property
    def blocks(self) -> tuple[tuple[int, float], ...]:
        """First row and height in points of what should not be parted by a page break."""
        line = _HEIGHTS["line"]
        head = _HEIGHTS["heading"] + _HEIGHTS["lead"] + _HEIGHTS["head"]
        return (
            (self.top, head + line * (len(self.order) + 1)),
            (self.caps_top - 1, 42 + line * self.caps),
            (self.verdict - 1, 42 + line * len(verdicts.ROWS)),
        )


@dataclass(frozen=True, slots=True)
class Basis:
    """What a calculation starts from, as formulas without `=`.

    `sums` gives by category id those of `WEIGHT`, `POINTS`, `LEFT_OUT` and `OPEN`; `missed` counts
    critical items worth nothing, with and without unanswered ones. `source` is the calculation
    whose parameters hold here too; where there is none, they are written out.
    """

    sums: Mapping[str, Mapping[int, str]]
    missed: tuple[str, str]
    source: Calculation | None = None


def placed(letter: Letter, sheet: str, top: int) -> Calculation:
    """Where a calculation from row `top` on will stand; categories that are 対象外 come last, so
    that a chart can leave them out."""
    scores = letter.report.diagnosis.scores.categories
    order = sorted((c.id for c in letter.catalog.categories), key=lambda c: scores[c].score is None)
    caps = len(Readings(letter.catalog, letter.report.diagnosis.scores).lines)
    return Calculation(sheet, tuple(order), top, max(caps, 1))


def target_line(letter: Letter, place: Calculation) -> list[Line]:
    """望まれる水準 for a radar, where the catalogue sets any."""
    if all(category.target is None for category in letter.catalog.categories):
        return []
    area = place.drawn(letter)
    targets = Span(place.sheet, TARGET, area.first, area.last)
    return [Line(letter.say("report.chart.target"), targets, charts.TARGET)]


def write_calculation(
    page: Page, place: Calculation, basis: Basis, criteria: Criteria, letter: Letter
) -> None:
    """Write all of it."""
    readings = Readings(letter.catalog, letter.report.diagnosis.scores)
    writer = _Writer(page, place, basis, criteria, letter, readings)
    writer.head()
    for name in place.order:
        writer.category(letter.catalog.category_by_id[name])
    writer.overall()
    columns = (place.column(EXACT), place.column(UPPER), place.column(WEIGHT))
    frame = verdicts.Frame(page, letter, readings, place.sheet)
    source = basis.source.caps_top if basis.source else None
    given = (basis.source.sheet, source) if basis.source and source is not None else None
    capping = verdicts.Capping(*columns, place.column(NA_SHARE), basis.missed, given)
    caps = verdicts.write_caps(frame, place.caps_top, capping)
    weights = (place.column(IMPORTANCE), place.column(WEIGHT), place.column(LEFT_OUT))
    exact = (place.total(EXACT), place.total(UPPER))
    strict = f"100*SUMPRODUCT({weights[0]}*{place.column(POINTS)}/({weights[1]}+{weights[2]}))"
    strict = f"ROUND({strict}/SUM({weights[0]}),{_DIGITS_OF_MEAN})"
    verdicts.write_verdict(frame, place.verdict, verdicts.Deciding(exact, caps, criteria, strict))


@dataclass(frozen=True, slots=True)
class _Writer:
    page: Page
    place: Calculation
    basis: Basis
    criteria: Criteria
    letter: Letter
    readings: Readings

    def head(self) -> None:
        page, say, top = self.page, self.letter.say, self.place.top
        page.merged(top, 0, COLUMNS - 1, say("calculation.heading"), HEADING)
        page.merged(top + 1, 0, COLUMNS - 1, say("calculation.lead"), {**SMALL, **MIDDLE})
        for column, key in _HEADS.items():
            page.text(top + 2, column, say(key), {**HEAD, "font_size": 9})
        for row, part in enumerate(("heading", "lead", "head"), top):
            page.height(row, _HEIGHTS[part])

    def category(self, category: Category) -> None:
        page, lang = self.page, self.letter.say.lang
        row = self.place.of(category.id, SHORT).first
        page.height(row, _HEIGHTS["line"])
        self._given(row, IMPORTANCE, category.weight, _FIGURE)
        page.text(row, SHORT, category.short[lang], {**_FIGURE, "shrink": True, "text_wrap": False})
        page.text(row, NAME, category.name[lang], {**CELL, **INSET, "text_wrap": False})
        self._sums(row, category)
        self._scores(row, category)
        if category.target is None:
            page.blank(row, TARGET, _FIGURE)
        else:
            self._given(row, TARGET, float(category.target), {**_FIGURE, "num_format": "0.#"})

    def _given(self, row: int, column: int, value: float, look: Look) -> None:
        """A parameter: written here, or taken from where it is written."""
        source = self.basis.source
        if source is None:
            self.page.number(row, column, value, look)
        else:
            there = cell(source.sheet, source.first + row - self.place.first, column)
            formula = f"={there.seen_from(self.place.sheet)}"
            self.page.formula(row, column, formula, look, value)

    def _sums(self, row: int, category: Category) -> None:
        now, formulas = self.readings.sums(category), self.basis.sums[category.id]
        points = {**_FIGURE, "num_format": "0.0##"}
        for column, value, look in (
            (WEIGHT, float(now.weight), _FIGURE),
            (POINTS, float(now.points), points),
            (LEFT_OUT, float(now.left_out), _FIGURE),
            (OPEN, float(now.open), _FIGURE),
        ):
            self.page.formula(row, column, f"={formulas[column]}", look, value)

    def _scores(self, row: int, category: Category) -> None:
        page, say, place = self.page, self.letter.say, self.place
        now = self.readings.scores.categories[category.id]
        at = {column: str(cell(place.sheet, row, column)) for column in range(COLUMNS)}
        outside = say("report.categories.na")
        none = say("report.none")
        weight, words = at[WEIGHT], quoted(outside)
        fine = {**_FIGURE, "num_format": "0.0#########"}
        points = f"{at[POINTS]}", f"({at[POINTS]}+{at[OPEN]})"
        for column, sum_, value in ((EXACT, points[0], now.score), (UPPER, points[1], now.upper)):
            formula = f"=IF({weight}=0,{words},ROUND(100*{sum_}/{weight},{_DIGITS}))"
            look = fine if column == EXACT else {**_FIGURE, "num_format": "0.0###"}
            page.formula(row, column, formula, look, outside if value is None else float(value))
        formula = f"=IF({weight}=0,{words},{verdicts.truncated(at[EXACT])})"
        figure = {**_FIGURE, **BOLD, "num_format": "0.0"}
        page.formula(
            row, SHOWN, formula, figure, outside if now.score is None else shown_figure(now.score)
        )
        share = f"={at[LEFT_OUT]}/({weight}+{at[LEFT_OUT]})"
        page.formula(row, NA_SHARE, share, {**_FIGURE, "num_format": "0%"}, float(now.na_share))
        lows = self.criteria.mark_lows.seen_from(place.sheet)
        marks = self.criteria.marks.seen_from(place.sheet)
        formula = f"INDEX({marks},1+SUMPRODUCT(({lows}>{at[EXACT]})*1))"
        formula = f"=IF({weight}=0,{quoted(none)},{formula})"
        page.formula(row, MARK, formula, {**_FIGURE, **BOLD}, self._mark(now.score))

    def _mark(self, score: Fraction | None) -> str:
        if score is None:
            return self.letter.say("report.none")
        return mark_of(self.letter.catalog, score).mark

    def overall(self) -> None:
        page, say, place, row = self.page, self.letter.say, self.place, self.place.overall
        scores = self.readings.scores
        page.height(row, _HEIGHTS["line"])
        counted = f"SUMPRODUCT(({place.column(WEIGHT)}>0)*{place.column(IMPORTANCE)})"
        applicable = sum(
            c.weight
            for c in self.letter.catalog.categories
            if scores.categories[c.id].score is not None
        )
        page.formula(row, IMPORTANCE, f"={counted}", _TOTAL, applicable)
        page.merged(
            row, SHORT, NAME, say("calculation.overall"), {**_TOTAL, **INSET, "align": "left"}
        )
        total = str(place.total(IMPORTANCE))
        importance = place.column(IMPORTANCE)
        values = {EXACT: self.readings.record.overall, UPPER: self.readings.upper.overall}
        for column, value in values.items():
            # The comma, not a product: 対象外 is a text, which only so counts as nothing.
            mean = f"SUMPRODUCT({importance},{place.column(column)})/{total}"
            formula = f"=IF({total}=0,0,ROUND({mean},{_DIGITS_OF_MEAN}))"
            look = {**_TOTAL, "num_format": "0.0#########" if column == EXACT else "0.0###"}
            page.formula(row, column, formula, look, float(value))
        shown = f"={verdicts.truncated(str(place.total(EXACT)))}"
        look = {**_TOTAL, "num_format": "0.0"}
        page.formula(row, SHOWN, shown, look, shown_figure(values[EXACT]))
        for column in (MARK, WEIGHT, NA_SHARE, POINTS, LEFT_OUT, OPEN, TARGET):
            page.blank(row, column, _TOTAL)
