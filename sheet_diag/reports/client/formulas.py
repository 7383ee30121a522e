"""Builds the formulas of a calculation for where it stands and what it starts from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, assert_never

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.applicability import has_conditions
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.rules import (
    AnswerCapRule,
    CapRule,
    CategoriesCapRule,
    CategoryCapRule,
    CriticalCapRule,
    NaShareCapRule,
)
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.calculation_layout import (
    VARIANTS,
    CalculationInputs,
    CalculationLayout,
    VariantColumns,
)
from sheet_diag.reports.client.context import LocalizedCatalog
from sheet_diag.reports.client.criteria_table import CriteriaLayout
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.xlsx.references import CellSpan, cell

# Floats of Excel carry some 15 digits. Scores are rounded before they are compared, so that what
# is exactly 70 is not 69.99999999999999: categories to 11 decimals and their mean to 10. Scores
# of the built-in catalogue lie at least 1e-7 from a threshold that they do not meet.
_DIGITS: Final = 11
_DIGITS_OF_MEAN: Final = 10
_SLIGHTLY: Final = Fraction(1, 1_000_000_000)  # more than a float errs in the value of an item
# Where a calculation stands depends on how many items are open and which categories are 対象外.
_PLACES: Final = 256

CellFormulas = Mapping[tuple[int, int], str]  # by row and column, each with its `=`
_Formulas = Iterator[tuple[tuple[int, int], str]]


def truncate(value: str) -> str:
    """Build the formula that cuts a number after its first decimal, floats just below included."""
    return f"TRUNC(ROUND(10*{value},9))/10"


def round_down(catalog: Catalog, value: str) -> str:
    """Build the formula that rounds a score down to one decimal."""
    return f"INT(ROUND(10*{value},9))/10" if catalog.takes_points else truncate(value)


def write_factor(value: int | Fraction) -> str:
    """Write an exact number as a formula has it."""
    return str(value) if value >= 0 and value.denominator == 1 else f"({value})"


@lru_cache(maxsize=_PLACES)
def build_formulas(
    localized: LocalizedCatalog,
    layout: CalculationLayout,
    inputs: CalculationInputs,
    criteria: CriteriaLayout,
) -> CellFormulas:
    """Build the formulas of all cells; parameters have one only where they stand elsewhere."""
    builder = _FormulaBuilder(localized, layout, inputs, criteria)
    parts = (builder.categories(), builder.overall(), builder.caps(), builder.results())
    return {place: f"={formula}" for part in parts for place, formula in part}


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

    def parameters(self, row: int, columns: Iterable[int]) -> _Formulas:
        """Refer to the parameters in the same line of the calculation that holds them."""
        source, layout = self.inputs.source, self.layout
        if source:
            for column in columns:
                place = cell(source.sheet, row - layout.top + source.top, column)
                yield (row, column), place.reference_from(layout.sheet)

    def categories(self) -> _Formulas:
        for row, name in enumerate(self.layout.order, self.layout.first):
            if self.localized.catalog.scoring.is_pooled:
                yield (row, calc.IMPORTANCE), self.at(row, calc.WEIGHT)
                yield from self.parameters(row, (calc.TARGET,))
            else:
                yield from self.parameters(row, (calc.IMPORTANCE, calc.TARGET))
            for column, formula in (*self.inputs.sums[name].items(), *self.scores(row)):
                yield (row, column), formula

    def scores(self, row: int) -> Iterator[tuple[int, str]]:
        at = {column: self.at(row, column) for column in range(calc.COLUMNS)}
        weight, points, exact = at[calc.WEIGHT], at[calc.POINTS], at[calc.EXACT]
        outside = f"{weight}=0,{quote_formula_text(self.localized.say('report.categories.na'))}"
        upper = f"({points}+{at[calc.OPEN]})"
        full = write_factor(self.localized.catalog.scoring.full_of_category)
        yield calc.EXACT, f"IF({outside},ROUND({full}*{points}/{weight},{_DIGITS}))"
        yield calc.UPPER, f"IF({outside},ROUND({full}*{upper}/{weight},{_DIGITS}))"
        yield calc.SHOWN, f"IF({outside},{self.round_down(exact)})"
        whole = f"({weight}+{at[calc.LEFT_OUT]})"
        share = f"{at[calc.LEFT_OUT]}/{whole}"
        yield calc.NA_SHARE, f"IF({whole}=0,0,{share})" if self.is_conditional else share
        mark = self.first_reached(self.criteria.marks, self.criteria.mark_lows, exact)
        yield calc.MARK, f"IF({weight}=0,{self.none},{mark})"

    @property
    def is_conditional(self) -> bool:
        """Whether a category may have nothing that is asked."""
        return has_conditions(self.localized.catalog)

    def round_down(self, value: str) -> str:
        return round_down(self.localized.catalog, value)

    def first_reached(self, names: CellSpan, lows: CellSpan, score: str) -> str:
        """Find the first name whose lowest score is reached."""
        names_, lows_ = (each.reference_from(self.layout.sheet) for each in (names, lows))
        if names.first == names.last:
            return names_
        return f"INDEX({names_},1+SUMPRODUCT(({lows_}>{score})*1))"

    def overall(self) -> _Formulas:
        layout, rule = self.layout, self.localized.catalog.scoring
        total, importance = layout.total(calc.IMPORTANCE), layout.column(calc.IMPORTANCE)
        factor = Fraction(rule.full) / rule.full_of_category
        times = "" if factor == 1 else f"{write_factor(factor)}*"
        counted = f"SUMPRODUCT(({layout.column(calc.WEIGHT)}>0)*{importance})"
        yield (layout.overall, calc.IMPORTANCE), counted
        for column in (calc.EXACT, calc.UPPER):
            # The comma, not a product: 対象外 is a text, which only so counts as nothing.
            mean = f"{times}SUMPRODUCT({importance},{layout.column(column)})"
            rounded = f"IF({total}=0,0,ROUND({mean}/{total},{_DIGITS_OF_MEAN}))"
            yield (layout.overall, column), rounded
        yield (layout.overall, calc.SHOWN), self.round_down(str(layout.total(calc.EXACT)))

    def caps(self) -> _Formulas:
        for row, rule in enumerate(cap_rules(self.localized.catalog), self.layout.caps_top + 1):
            yield from self.parameters(row, (calc.LIMIT, calc.NEEDED, calc.AT_MOST))
            for variant in VARIANTS:
                yield (row, variant.count), self.count(row, rule, variant)
                yield (row, variant.applied), self.applied(row, rule, variant.count)

    def count(self, row: int, rule: CapRule, variant: VariantColumns) -> str:
        """Build what a cap counts by the scores of the categories or the values of the items."""
        weights, limit = self.layout.column(calc.WEIGHT), self.at(row, calc.LIMIT)
        scores = self.layout.column(variant.score)
        match rule:
            case CategoryCapRule(categories=names) if names:
                return self.count_below(row, rule, names, variant)
            case CategoryCapRule(floor=None) | CategoriesCapRule():
                return f"SUMPRODUCT(({weights}>0)*({scores}<{limit}))"
            case CategoryCapRule():
                within = f"({scores}<{limit})*({scores}>={self.at(row + 1, calc.LIMIT)})"
                return f"SUMPRODUCT(({weights}>0)*{within})"
            case CriticalCapRule(partial=partial):
                return self.count_critical(partial, variant)
            case NaShareCapRule():
                shares = self.layout.column(calc.NA_SHARE)
                return f"SUMPRODUCT(({weights}>0)*(ROUND({shares},10)>ROUND({limit},10)))"
            case AnswerCapRule():
                return self.count_answer(row, rule)
            case _:
                assert_never(rule)

    def count_below(
        self, row: int, rule: CategoryCapRule, names: Sequence[str], variant: VariantColumns
    ) -> str:
        """Build how many of some categories are below a limit."""
        limit, counted = self.at(row, calc.LIMIT), []
        for name in names:
            weight, score = (self.layout.of(name, c) for c in (calc.WEIGHT, variant.score))
            lowest = f"*({score}>={self.at(row + 1, calc.LIMIT)})" if rule.is_bounded else ""
            counted.append(f"({weight}>0)*({score}<{limit}){lowest}")
        return "+".join(counted)

    def count_answer(self, row: int, rule: AnswerCapRule) -> str:
        """Build whether an item has one of some answers.

        An item that is not scored is not among those that can be changed.
        """
        catalog, items, source = self.localized.catalog, self.inputs.items, self.inputs.source
        if source and not catalog.items[rule.item].is_scored:
            place = cell(source.sheet, row - self.layout.top + source.top, calc.COUNT)
            return place.reference_from(self.layout.sheet)
        lang = self.localized.say.lang
        words = [quote_formula_text(label[lang]) for label in rule.labels]
        among = "+".join(f"({items.answer}={word})" for word in words)
        return f"SUMPRODUCT(({items.id}={quote_formula_text(rule.item)})*({among}))"

    def count_critical(self, partial: bool, variant: VariantColumns) -> str:
        """Build the count of the critical items that are not done, or in part only."""
        items = self.inputs.items
        star = quote_formula_text(self.localized.say("report.answers.critical.mark"))
        met = f"({items.star}={star})*{self.compare_with_lowest(partial)}"
        return f"SUMPRODUCT({met}*({items.open}=0))" if variant.open_earns else f"SUMPRODUCT({met})"

    def compare_with_lowest(self, partial: bool) -> str:
        """Build the condition that an item is at its lowest value, or between that and full."""
        catalog, value = self.localized.catalog, self.inputs.items.value
        lows = defaultdict[Fraction, list[str]](list)
        for item in catalog.items.values():
            if item.critical:
                lows[catalog.lowest_value(item)].append(item.id)
        if set(lows) <= {0} and not catalog.takes_points:
            return f"({value}>0)*({value}<1)" if partial else f"({value}=0)"
        return f"({'+'.join(self.compare(low, ids, partial) for low, ids in lows.items())})"

    def compare(self, low: Fraction, ids: Sequence[str], partial: bool) -> str:
        """Build the condition for the items that have one lowest value.

        A text, which is there for 該当なし, is greater than any number.
        """
        value, limit = self.inputs.items.value, write_factor(low + _SLIGHTLY)
        names = "{" + ",".join(map(quote_formula_text, ids)) + "}"
        mine = f"ISNUMBER(MATCH({self.inputs.items.id},{names},0))"
        return f"{mine}*({value}>{limit})*({value}<1)" if partial else f"{mine}*({value}<={limit})"

    def applied(self, row: int, rule: CapRule, column: int) -> str:
        """Build the rank at most, by the count that stands in a column."""
        count = self.at(row, column)
        condition = f"{count}>={self.at(row, calc.NEEDED)}"
        if isinstance(rule, CriticalCapRule) and rule.fewer_than is not None:
            condition = f"AND({condition},{count}<{self.at(row + 1, calc.NEEDED)})"
        return f"IF({condition},{self.at(row, calc.AT_MOST)},{self.none})"

    def results(self) -> _Formulas:
        for variant in VARIANTS:
            for name, formula in self.variant_results(variant):
                yield (self.layout.result_row(name), variant.value), formula
        yield (self.layout.result_row("strict"), calc.VALUE), self.strict()

    def strict(self) -> str:
        """Build the score with 該当なし at the least that its items can be worth."""
        columns = (calc.IMPORTANCE, calc.POINTS, calc.WEIGHT, calc.LEFT_OUT)
        importance, points, weight, left_out = map(self.layout.column, columns)
        catalog, rule = self.localized.catalog, self.localized.catalog.scoring
        least = {catalog.least_value(i) for i in catalog.items.values() if i.na_allowed}
        if len(least) > 1:  # which of the items are left out is not told by the sums
            return self.none
        earned = str(points)
        if any(least):
            earned = f"({points}+{write_factor(least.pop())}*{left_out})"
        full = write_factor(rule.full)
        if rule.is_pooled:
            score, total = f"{full}*SUMPRODUCT({earned}*1)", f"SUMPRODUCT({weight}+{left_out})"
        else:
            whole, total = f"({weight}+{left_out})", f"SUM({importance})"
            if self.is_conditional:
                total = f"SUMPRODUCT(({whole}>0)*{importance})"
                whole = f"({whole}+({whole}=0))"
            score = f"{full}*SUMPRODUCT({importance}*{earned}/{whole})"
        return self.round_down(f"ROUND({score}/{total},{_DIGITS_OF_MEAN})")

    def variant_results(self, variant: VariantColumns) -> Iterator[tuple[str, str]]:
        """Build score, base rank, cap and rank; no cap where the catalogue has none."""
        layout, none, exact = self.layout, self.none, str(self.layout.total(variant.score))
        base, cap = (str(layout.result_cell(row, column=variant.value)) for row in ("base", "cap"))
        yield "score", self.round_down(exact)
        yield "base", self.first_reached(self.criteria.ranks, self.criteria.rank_lows, exact)
        if rules := cap_rules(self.localized.catalog):
            first, last = layout.caps_top + 1, layout.caps_top + len(rules)
            caps = CellSpan(layout.sheet, variant.applied, first, last)
            yield "cap", self.worst_cap(str(caps))
        ranks = self.criteria.ranks.reference_from(layout.sheet)
        base_at, cap_at = (f"MATCH({self.literal(each)},{ranks},0)" for each in (base, cap))
        yield "rank", f"IF({cap}={none},{base},INDEX({ranks},MAX({base_at},{cap_at})))"

    def worst_cap(self, caps: str) -> str:
        """Build the last of the ranks that stands among the caps; none where no cap applies."""
        ranks = self.criteria.ranks.reference_from(self.layout.sheet)
        stands, place = (f"MATCH({self.literal(ranks)},{each},0)" for each in (caps, ranks))
        worst = f"SUMPRODUCT(MAX(ISNUMBER({stands})*{place}))"
        applies = f"SUMPRODUCT(({caps}<>{self.none})*1)"
        return f"IF({applies}=0,{self.none},INDEX({ranks},{worst}))"

    def literal(self, rank: str) -> str:
        """Keep MATCH from taking * and ? in labels of ranks for wildcards."""
        if not any(set(label) & set("*?~") for label in self.localized.catalog.rank_by_label):
            return rank
        for sign in "~*?":
            rank = f'SUBSTITUTE({rank},"{sign}","~{sign}")'
        return rank
