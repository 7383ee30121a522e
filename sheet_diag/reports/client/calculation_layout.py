"""採点の計算: where the scores, caps and ranks stand that formulas calculate.

The same lines stand below today's answers and below the simulated ones; only their
`CalculationInputs` differ. `formulas` builds the formulas, `calculation_table` writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.reports import charts
from sheet_diag.reports.charts import ChartSeries
from sheet_diag.reports.client.context import LocalizedCatalog, ReportContext
from sheet_diag.xlsx.references import CellSpan, cell

COLUMNS: Final = 13  # the width of a calculation
IMPORTANCE, SHORT, NAME, SHOWN, EXACT, MARK, WEIGHT = range(7)
NA_SHARE, POINTS, LEFT_OUT, OPEN, UPPER, TARGET = range(7, COLUMNS)
# The columns of the caps; the rules take those before.
LIMIT, COUNT, NEEDED, AT_MOST, APPLIED, COUNT_UPPER, APPLIED_UPPER = range(3, 10)
# The rows of the results in their order, with the keys of their labels.
RESULTS: Final = {
    "score": "calculation.verdict.score",
    "base": "calculation.verdict.base",
    "cap": "calculation.verdict.cap",
    "rank": "calculation.verdict.rank",
    "strict": "calculation.verdict.strict",
}
VALUE, VALUE_UPPER = 3, 4  # their columns of figures


@dataclass(frozen=True, slots=True)
class VariantColumns:
    """The columns of one variant: scores, counts and ranks of the caps, and results.

    `open_earns`: what is open counts in full.
    """

    open_earns: bool
    score: int
    count: int
    applied: int
    value: int


VARIANTS: Final = (  # of record and as the upper bound
    VariantColumns(False, EXACT, COUNT, APPLIED, VALUE),
    VariantColumns(True, UPPER, COUNT_UPPER, APPLIED_UPPER, VALUE_UPPER),
)

HEIGHTS: Final = {
    "heading": 24.0, "lead": 18.0, "head": 52.0, "line": 18.0, "gap": 8.0, "subhead": 36.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CalculationLayout:
    """Where one calculation stands: rows of its parts, and `order` of the category ids."""

    sheet: str
    order: tuple[str, ...]
    top: int
    caps: int  # rows of caps, at least one

    @property
    def first(self) -> int:
        """The row of the first category."""
        return self.top + 3

    @property
    def overall(self) -> int:
        """The row of the overall score."""
        return self.first + len(self.order)

    @property
    def caps_top(self) -> int:
        """The heading row of the caps."""
        return self.overall + 2

    @property
    def results_top(self) -> int:
        """The heading row of the results."""
        return self.caps_top + self.caps + 2

    @property
    def bottom(self) -> int:
        """The last row."""
        return self.results_top + len(RESULTS)

    def column(self, column: int) -> CellSpan:
        """Refer to a column of the categories."""
        return CellSpan(self.sheet, column, self.first, self.overall - 1)

    def of(self, category: str, column: int) -> CellSpan:
        """Refer to a cell of a category."""
        return cell(self.sheet, self.first + self.order.index(category), column)

    def total(self, column: int) -> CellSpan:
        """Refer to a cell of the overall line."""
        return cell(self.sheet, self.overall, column)

    def result_row(self, name: str) -> int:
        """Find the row of a result."""
        return self.results_top + 1 + list(RESULTS).index(name)

    def result_cell(self, name: str, *, column: int = VALUE) -> CellSpan:
        """Refer to a cell of the results."""
        return cell(self.sheet, self.result_row(name), column)

    def drawn(self, context: ReportContext, column: int) -> CellSpan:
        """Refer to what a radar draws of a column: the cells of the categories that apply."""
        scores = context.report.diagnosis.scores.categories.values()
        applicable = sum(1 for each in scores if each.score is not None)
        return CellSpan(self.sheet, column, self.first, self.first + applicable - 1)

    @property
    def blocks(self) -> tuple[tuple[int, float], ...]:
        """First row and height in points of each part that a page break should not divide."""
        line, subhead = HEIGHTS["line"], HEIGHTS["gap"] + HEIGHTS["subhead"]
        head = HEIGHTS["heading"] + HEIGHTS["lead"] + HEIGHTS["head"]
        return (
            (self.top, head + line * (len(self.order) + 1)),
            (self.caps_top - 1, subhead + line * self.caps),
            (self.results_top - 1, subhead + line * len(RESULTS)),
        )


@dataclass(frozen=True, slots=True)
class ItemColumns:
    """The columns of the items that may bring a cap: id, answer, ★ of the critical ones, value, and
    whether it is open."""

    id: CellSpan
    answer: CellSpan
    star: CellSpan
    value: CellSpan
    open: CellSpan


@dataclass(frozen=True, slots=True, eq=False)
class CalculationInputs:
    """What a calculation starts from.

    `sums` gives by category id the formulas (without `=`) of `WEIGHT`, `POINTS`, `LEFT_OUT` and
    `OPEN`. `source` is the calculation whose parameters hold here too; where there is none, they
    are written out.
    """

    sums: Mapping[str, Mapping[int, str]]
    items: ItemColumns
    source: CalculationLayout | None = None


def plan_calculation(
    localized: LocalizedCatalog, order: tuple[str, ...], sheet: str, top: int
) -> CalculationLayout:
    """Plan a calculation from row `top` on, its categories in the given order."""
    return CalculationLayout(sheet, order, top, max(len(cap_rules(localized.catalog)), 1))


def target_line(context: ReportContext, place: CalculationLayout) -> list[ChartSeries]:
    """List the line of 望まれる水準 for a radar, where the catalogue sets any."""
    if all(category.target is None for category in context.catalog.scored_categories):
        return []
    targets = place.drawn(context, TARGET)
    return [ChartSeries(context.say("report.chart.target"), targets, charts.TARGET)]
