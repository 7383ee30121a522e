"""採点基準: the parameters of the catalogue in visible cells, for formulas to refer to.

`plan_criteria` says where they stand before anything is written, because the formulas of the items
above refer to them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.model.catalog import Catalog, Choice, Item
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import (
    BOLD,
    CELL,
    CENTERED,
    HEAD,
    HEADING,
    NAVY,
    PALE,
    SMALL,
    TEXT,
    Look,
)

_KIND, _WORD, _VALUE = (0, 1), 2, 3
_RANK, _RANK_LOW = 4, (5, 6)
_MARK, _MARK_LOW = (7, 8), (9, 10)
_MUTED: Final[Look] = {**TEXT, **SMALL}
_SET: Final[Look] = {**CELL, **SMALL, "bg_color": PALE}
_RANK_NAME: Final[Look] = {**CENTERED, **BOLD}
_MARK_NAME: Final[Look] = {**_RANK_NAME, "font_color": NAVY}
_WHOLE: Final[Look] = {**CENTERED, "num_format": "0"}
_PART: Final[Look] = {**CENTERED, "num_format": "0.##"}
_SHARE: Final[Look] = {**CENTERED, "num_format": "0.0##"}
_LINE: Final = 18.0  # points


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """Where the words of an answer set stand: those with a value, those that leave an item out."""

    valued: CellSpan
    left_out: CellSpan | None


@dataclass(frozen=True, slots=True, eq=False)
class CriteriaLayout:
    """Where the parameters stand; ranks and marks fall from the best.

    `with_least` are the answer sets whose least value is not 0, which 未回答 is worth, too.
    """

    top: int
    bottom: int
    words: Mapping[str, AnswerWords]
    with_least: Collection[str]
    ranks: CellSpan
    rank_lows: CellSpan
    marks: CellSpan
    mark_lows: CellSpan

    def value(self, item: Item, answer: str, home: str, none: str) -> str:
        """Build the formula of an item's value, 0 to 1, from the cell of its answer.

        Words are compared by `=`, because MATCH and COUNTIF take * and ? for wildcards.
        """
        words = self.words[item.answer_set]
        labels = words.valued.reference_from(home)
        values = CellSpan(words.valued.sheet, _VALUE, words.valued.first, words.valued.last)
        value = f"SUMPRODUCT(({labels}={answer})*{values.reference_from(home)})"
        if item.answer_set in self.with_least:
            known = f"SUMPRODUCT(({self.choices(item, home)}={answer})*1)"
            value = f"IF({known}=0,MIN({values.reference_from(home)}),{value})"
        if words.left_out is None or not item.na_allowed:
            return f"={value}"
        left_out = f"SUMPRODUCT(({words.left_out.reference_from(home)}={answer})*1)"
        return f"=IF({left_out}>0,{none},{value})"

    def unanswered(self, item: Item, answer: str, home: str) -> str:
        """Build the formula that is 1 where a cell holds none of the item's words, else 0."""
        return f"=1-SUMPRODUCT(({self.choices(item, home)}={answer})*1)"

    def choices(self, item: Item, home: str) -> str:
        """Refer to the words that an item offers."""
        words = self.words[item.answer_set]
        last = words.left_out.last if words.left_out and item.na_allowed else words.valued.last
        return CellSpan(words.valued.sheet, _WORD, words.valued.first, last).reference_from(home)


def plan_criteria(catalog: Catalog, sheet: str, top: int) -> CriteriaLayout:
    """Plan where everything will stand, from row `top` (the heading) on."""
    first = top + 2
    row, words = first, {}
    for name, choices in catalog.valued_sets.items():
        row += len(catalog.valued_sets) > 1  # the name of the set
        valued = sum(1 for choice in choices if choice.value is not None)
        end, last = row + valued - 1, row + len(choices) - 1
        left_out = CellSpan(sheet, _WORD, end + 1, last) if last > end else None
        words[name] = AnswerWords(CellSpan(sheet, _WORD, row, end), left_out)
        row = last + 1
    ranks, marks = len(catalog.scoring.ranks), len(catalog.report.marks)
    all_reach_0 = catalog.report.marks[-1].score == 0 and not catalog.takes_points
    return CriteriaLayout(
        top=top,
        bottom=max(row, first + ranks - 1, first + marks - 1),  # `row` is that of 未回答
        words=words,
        with_least={
            i.answer_set for i in catalog.items.values() if i.is_scored and catalog.least_value(i)
        },
        ranks=CellSpan(sheet, _RANK, first, first + ranks - 1),
        rank_lows=CellSpan(sheet, _RANK_LOW[0], first, first + ranks - 2),  # all reach the last
        marks=CellSpan(sheet, _MARK[0], first, first + marks - 1),
        mark_lows=CellSpan(
            sheet, _MARK_LOW[0], first, first + max(marks - (1 if all_reach_0 else 2), 0)
        ),
    )


def write_criteria(page: Page, criteria: CriteriaLayout, context: ReportContext, last: int) -> None:
    """Write the tables, with a heading up to column `last`."""
    say, top = context.say, criteria.top
    page.merged(top, 0, last, say("calculation.criteria"), HEADING)
    page.height(top, 24)
    heads = {
        "kind": _KIND,
        "word": (_WORD, _WORD),
        "value": (_VALUE, _VALUE),
        "rank": (_RANK, _RANK),
        "rank.low": _RANK_LOW,
        "mark": _MARK,
        "mark.low": _MARK_LOW,
    }
    for key, columns in heads.items():
        page.merged(top + 1, *columns, say(f"calculation.criteria.{key}"), HEAD)
    page.height(top + 1, 34)
    for row in range(top + 2, criteria.bottom + 1):
        page.height(row, _LINE)
    _write_words(page, criteria, context)
    for row, rule in enumerate(context.catalog.scoring.ranks, criteria.ranks.first):
        page.text(row, _RANK, rule.label, _RANK_NAME)
        _write_low(page, row, _RANK_LOW, rule.lowest, context)
    for row, mark in enumerate(context.catalog.report.marks, criteria.marks.first):
        page.merged(row, *_MARK, mark.mark, _MARK_NAME)
        _write_low(page, row, _MARK_LOW, mark.score, context)


def _write_low(
    page: Page, row: int, columns: tuple[int, int], low: Fraction | None, context: ReportContext
) -> None:
    if low is None:
        page.merged(row, *columns, context.say("report.none"), _WHOLE)
        return
    look = _PART if low % 1 else _WHOLE
    page.merged(row, *columns, "", look)
    page.number(row, columns[0], float(low), look)


def _write_words(page: Page, criteria: CriteriaLayout, context: ReportContext) -> None:
    say, sets = context.say, context.catalog.valued_sets
    row = criteria.top + 2
    for name, choices in sets.items():
        row = criteria.words[name].valued.first
        if len(sets) > 1:
            title = say("calculation.criteria.set", name=name)
            page.merged(row - 1, 0, _VALUE, title, _SET)
        for choice in sorted(choices, key=lambda each: each.value is None):
            _write_word(page, row, choice, context)
            row += 1
    page.merged(row, *_KIND, say("calculation.criteria.unanswered"), _MUTED)
    page.text(row, _WORD, say("calculation.criteria.other"), TEXT)
    least = "least" if criteria.with_least else "zero"
    page.text(row, _VALUE, say(f"calculation.criteria.{least}"), CENTERED)


def _write_word(page: Page, row: int, choice: Choice, context: ReportContext) -> None:
    say = context.say
    kind = "left_out" if choice.value is None else "counted"
    page.merged(row, *_KIND, say(f"calculation.criteria.{kind}"), _MUTED)
    page.text(row, _WORD, choice.label[say.lang], TEXT)
    if choice.value is None:
        page.text(row, _VALUE, say("report.none"), CENTERED)
    else:
        page.number(row, _VALUE, float(choice.value), _SHARE)
