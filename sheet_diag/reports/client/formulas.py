"""Builds the formulas of a calculation for where it stands and what it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, assert_never

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.rules import (
    CapRule,
    CategoriesCapRule,
    CategoryCapRule,
    CriticalCapRule,
    NaShareCapRule,
)
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.calculation_layout import CalculationInputs, CalculationLayout
from sheet_diag.reports.client.cell_references import CellSpan, cell
from sheet_diag.reports.client.context import LocalizedCatalog
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.text.excel_text import quote_formula_text

# Floats of Excel carry some 15 digits. Scores are rounded before they are compared, so that what
# is exactly 70 is not 69.99999999999999: categories to 11 decimals and their mean to 10. Scores
# of the built-in catalogue lie at least 1e-7 from a threshold that they do not meet.
_DIGITS: Final = 11
_DIGITS_OF_MEAN: Final = 10
# Where a calculation stands depends on how many items are open and which categories are 対象外.
_PLACES: Final = 256


@dataclass(frozen=True, slots=True)
class CapFormulas:
    """The rule of a cap: pairs are of record and of the upper bound.

    `given` holds limit, needed number and rank by column where another calculation has them.
    """

    given: Mapping[int, str]
    counts: tuple[str, str]
    applied: tuple[str, str]


@dataclass(frozen=True, slots=True)
class RankFormulas:
    """One variant's column of the ranks; `cap` is None where the catalogue has no caps."""

    score: str
    base: str
    cap: str | None
    rank: str


@dataclass(frozen=True, slots=True)
class CalculationFormulas:
    """All formulas of a calculation: categories by id and column, their mean by column."""

    categories: Mapping[str, Mapping[int, str]]
    overall: Mapping[int, str]
    caps: tuple[CapFormulas, ...]
    results: tuple[RankFormulas, RankFormulas]
    strict: str


def truncate(value: str) -> str:
    """Build the formula that cuts a number after its first decimal, floats just below included."""
    return f"TRUNC(ROUND(10*{value},9))/10"


@lru_cache(maxsize=_PLACES)
def build_formulas(
    localized: LocalizedCatalog,
    layout: CalculationLayout,
    inputs: CalculationInputs,
    criteria: CriteriaLayout,
) -> CalculationFormulas:
    """Build the formulas, each with its `=`."""
    builder = _FormulaBuilder(localized, layout, inputs, criteria)
    return CalculationFormulas(
        categories={name: builder.category(name) for name in layout.order},
        overall=builder.overall(),
        caps=tuple(builder.caps()),
        results=(builder.results(0), builder.results(1)),
        strict=builder.strict(),
    )


@dataclass(frozen=True, slots=True)
class _FormulaBuilder:
    localized: LocalizedCatalog
    layout: CalculationLayout
    inputs: CalculationInputs
    criteria: CriteriaLayout

    @property
    def none(self) -> str:
        return quote_formula_text(self.localized.say("report.none"))

    def at(self, row: int, column: int) -> str:
        return str(cell(self.layout.sheet, row, column))

    def category(self, name: str) -> Mapping[int, str]:
        number = self.layout.order.index(name)
        source, columns = self.inputs.source, (calc.IMPORTANCE, calc.TARGET)
        given = self.take(source, source.first + number, columns) if source else {}
        sums = {column: f"={formula}" for column, formula in self.inputs.sums[name].items()}
        return {**given, **sums, **self.scores(self.layout.first + number)}

    def take(
        self, source: CalculationLayout, row: int, columns: Iterable[int]
    ) -> Mapping[int, str]:
        """Take parameters from the calculation that has them."""
        home = self.layout.sheet
        return {c: f"={cell(source.sheet, row, c).reference_from(home)}" for c in columns}

    def scores(self, row: int) -> Mapping[int, str]:
        at = {column: self.at(row, column) for column in range(calc.COLUMNS)}
        home, weight, points, exact = (
            self.layout.sheet, at[calc.WEIGHT], at[calc.POINTS], at[calc.EXACT],
        )  # fmt: skip
        outside = f"{weight}=0,{quote_formula_text(self.localized.say('report.categories.na'))}"
        upper = f"({points}+{at[calc.OPEN]})"
        lows, marks = (
            self.criteria.mark_lows.reference_from(home),
            self.criteria.marks.reference_from(home),
        )
        mark = f"INDEX({marks},1+SUMPRODUCT(({lows}>{exact})*1))"
        return {
            calc.EXACT: f"=IF({outside},ROUND(100*{points}/{weight},{_DIGITS}))",
            calc.UPPER: f"=IF({outside},ROUND(100*{upper}/{weight},{_DIGITS}))",
            calc.SHOWN: f"=IF({outside},{truncate(exact)})",
            calc.NA_SHARE: f"={at[calc.LEFT_OUT]}/({weight}+{at[calc.LEFT_OUT]})",
            calc.MARK: f"=IF({weight}=0,{self.none},{mark})",
        }

    def overall(self) -> Mapping[int, str]:
        layout = self.layout
        total, importance = layout.total(calc.IMPORTANCE), layout.column(calc.IMPORTANCE)
        counted = f"SUMPRODUCT(({layout.column(calc.WEIGHT)}>0)*{importance})"
        return {
            calc.IMPORTANCE: f"={counted}",
            # The comma, not a product: 対象外 is a text, which only so counts as nothing.
            **{
                column: f"=IF({total}=0,0,ROUND({mean}/{total},{_DIGITS_OF_MEAN}))"
                for column in (calc.EXACT, calc.UPPER)
                for mean in [f"SUMPRODUCT({importance},{layout.column(column)})"]
            },
            calc.SHOWN: f"={truncate(str(layout.total(calc.EXACT)))}",
        }

    def caps(self) -> Iterator[CapFormulas]:
        source = self.inputs.source
        for number, rule in enumerate(cap_rules(self.localized.catalog), 1):
            row, columns = self.layout.caps_top + number, (calc.LIMIT, calc.NEEDED, calc.AT_MOST)
            yield CapFormulas(
                given=self.take(source, source.caps_top + number, columns) if source else {},
                counts=(f"={self.count(row, rule, 0)}", f"={self.count(row, rule, 1)}"),
                applied=(
                    self.applied(row, rule, calc.COUNT),
                    self.applied(row, rule, calc.COUNT_UPPER),
                ),
            )

    def count(self, row: int, rule: CapRule, variant: int) -> str:
        """Build what a cap counts, of record (0) or of the upper bound (1)."""
        weights, limit = self.layout.column(calc.WEIGHT), self.at(row, calc.LIMIT)
        scores = self.layout.column((calc.EXACT, calc.UPPER)[variant])
        match rule:
            case CategoryCapRule(floor=None) | CategoriesCapRule():
                return f"SUMPRODUCT(({weights}>0)*({scores}<{limit}))"
            case CategoryCapRule():
                within = f"({scores}<{limit})*({scores}>={self.at(row + 1, calc.LIMIT)})"
                return f"SUMPRODUCT(({weights}>0)*{within})"
            case CriticalCapRule():
                return self.inputs.missed[variant]
            case NaShareCapRule():
                shares = self.layout.column(calc.NA_SHARE)
                return f"SUMPRODUCT(({weights}>0)*(ROUND({shares},10)>ROUND({limit},10)))"
            case _:
                assert_never(rule)

    def applied(self, row: int, rule: CapRule, column: int) -> str:
        """Build the rank at most, by the count that stands in a column."""
        count = self.at(row, column)
        condition = f"{count}>={self.at(row, calc.NEEDED)}"
        if isinstance(rule, CriticalCapRule) and rule.fewer_than is not None:
            condition = f"AND({condition},{count}<{self.at(row + 1, calc.NEEDED)})"
        return f"=IF({condition},{self.at(row, calc.AT_MOST)},{self.none})"

    def results(self, variant: int) -> RankFormulas:
        """Build the column of record (0) or of the upper bound (1)."""
        layout, none, column = self.layout, self.none, (calc.VALUE, calc.VALUE_UPPER)[variant]
        exact = layout.total((calc.EXACT, calc.UPPER)[variant])
        ranks = self.criteria.ranks.reference_from(layout.sheet)
        lows = self.criteria.rank_lows.reference_from(layout.sheet)
        worst = None
        if rules := cap_rules(self.localized.catalog):
            applied = (calc.APPLIED, calc.APPLIED_UPPER)[variant]
            first, last = layout.caps_top + 1, layout.caps_top + len(rules)
            caps = CellSpan(layout.sheet, applied, first, last)
            fired = f"({caps}<>{none})"
            worst_letter = f"CHAR(SUMPRODUCT(MAX({fired}*CODE({caps}))))"
            worst = f"=IF(SUMPRODUCT({fired}*1)=0,{none},{worst_letter})"
        base, cap = (str(layout.result_cell(row, column=column)) for row in ("base", "cap"))
        return RankFormulas(
            score=f"={truncate(str(exact))}",
            base=f"=INDEX({ranks},1+SUMPRODUCT(({lows}>{exact})*1))",
            cap=worst,
            rank=f"=IF({cap}={none},{base},IF({cap}>{base},{cap},{base}))",
        )

    def strict(self) -> str:
        """Build the score with 該当なし as 0."""
        columns = (calc.IMPORTANCE, calc.POINTS, calc.WEIGHT, calc.LEFT_OUT)
        importance, points, weight, left_out = map(self.layout.column, columns)
        score = f"100*SUMPRODUCT({importance}*{points}/({weight}+{left_out}))"
        return f"={truncate(f'ROUND({score}/SUM({importance}),{_DIGITS_OF_MEAN})')}"
