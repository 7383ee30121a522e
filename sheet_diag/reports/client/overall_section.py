"""1. 総合評価: the rank, what it means, why it is so, and what the ranks mean.

The figures beside the rank are formulas, each with the text that it has now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.reports.client.calculation_layout import EXACT, NAME, SHOWN, CalculationLayout
from sheet_diag.reports.client.comparison_sheet import comparison_lines
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.rank_reasons import list_reasons
from sheet_diag.reports.view.why import overall_text
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    CENTERED,
    INSET,
    NAVY,
    PALE,
    RANKS,
    TEXT,
    WHITE,
    Look,
)

_HOLE: Final = "\0"  # stands in a label for what a formula gives
_REASON: Final[Look] = {**BODY, **INSET, "font_size": 9.5}
_LABEL: Final[Look] = {**TEXT, **BOLD, "bg_color": PALE, "font_color": NAVY}
_FACT: Final[Look] = {**TEXT, "font_size": 11}
_RANK_HEAD: Final[Look] = {**CENTERED, **BOLD, "bg_color": NAVY, "font_color": WHITE}
_RANK: Final[Look] = {**CENTERED, **BOLD, "font_size": 60}
_RANKS: Final[dict[str, Look]] = {
    rank: {**_RANK, "font_color": color} for rank, color in RANKS.items()
}


@dataclass(frozen=True, slots=True)
class _LegendLooks:
    """How the cells of a line of the legend look."""

    text: Look
    mark: Look
    ranks: Mapping[str, Look]


def _legend_looks(line: Look) -> _LegendLooks:
    middle = {**CELL, "font_size": 9.5, **line, **CENTER}
    ranks = {rank: {**middle, **BOLD, "font_color": color} for rank, color in RANKS.items()}
    text = {**CELL, "font_size": 9.5, **line, **INSET}
    return _LegendLooks(text, {**middle, "font_color": NAVY}, ranks)


_OTHER_RANK: Final = _legend_looks({})
_OWN_RANK: Final = _legend_looks({**BOLD, "bg_color": PALE})


def write_overall(flow: PageFlow, context: ReportContext, calculation: CalculationLayout) -> None:
    """Write the section."""
    say, rank = context.say, context.cell_values.record.rank
    with flow.together():
        flow.heading(say("report.overall.heading"))
        _write_rank_box(flow, context, rank, calculation)
    flow.gap(8)
    flow.paragraph(overall_text(context))
    for text in comparison_lines(context):
        flow.paragraph(text)
    flow.gap(6)
    _write_reasons(flow, context)
    flow.gap(6)
    with flow.together():
        flow.subheading(say("report.legend.heading"))
        for each in Rank:
            _write_legend(flow, context, each, own=each is rank)


def _write_rank_box(
    flow: PageFlow, context: ReportContext, rank: Rank, calculation: CalculationLayout
) -> None:
    say, page = context.say, flow.page
    facts = list(_list_facts(context, calculation, page.name))
    top = flow.row
    for key, text, formula in facts:
        label = say(f"report.overall.{key}")
        row = flow.fitted_row((text, _FACT, (6, LAST_COLUMN)), (label, _LABEL, (3, 5)), least=26)
        page.merged(row, 3, 5, label, _LABEL)
        page.merged_formula(row, (6, LAST_COLUMN), f"={formula}", _FACT, text)
    page.merged(top, 0, 2, say("report.overall.rank"), _RANK_HEAD)
    look = _RANKS[rank.value]
    page.merged(top + 1, 0, 2, "", look, rows=len(facts) - 1)
    formula = f"={calculation.result_cell('rank').reference_from(page.name)}"
    page.formula(top + 1, 0, formula, look, rank.value)


def _write_legend(flow: PageFlow, context: ReportContext, rank: Rank, *, own: bool) -> None:
    page, text = flow.page, context.catalog.report.ranks[rank].legend[context.say.lang]
    looks = _OWN_RANK if own else _OTHER_RANK
    row = flow.fitted_row((text, looks.text, (1, LAST_COLUMN - 2)))
    page.text(row, 0, rank.value, looks.ranks[rank.value])
    page.merged(row, 1, LAST_COLUMN - 2, text, looks.text)
    mark = context.say("report.legend.own") if own else ""
    page.merged(row, LAST_COLUMN - 1, LAST_COLUMN, mark, looks.mark)


# --- the facts beside the rank

_Fact = tuple[str, str, str]  # key of the label, text now, formula without `=`


def _list_facts(
    context: ReportContext, calculation: CalculationLayout, home: str
) -> Iterator[_Fact]:
    """List overall score, base rank, cap and weakest category for the sheet `home`."""
    say, record = context.say, context.cell_values.record
    score, base, cap = (
        calculation.result_cell(row).reference_from(home) for row in ("score", "base", "cap")
    )
    of = say("report.overall.of")
    points = say("report.overall.points", score=format_score(record.overall))
    with_hole = say("report.overall.points", score=_HOLE)
    yield "score", points + of, _fill_holes(with_hole + of, _format_figure(score))
    yield "base", record.base.value, base
    text = say("report.overall.cap.none")
    if record.cap:
        key = "at" if record.cap.position > record.base.position else "idle"
        text = say(f"report.overall.cap.{key}", rank=record.cap.value)
    yield "cap", text, _cap_formula(context, base, cap)
    yield _weakest_category(context, calculation, home)


def _cap_formula(context: ReportContext, base: str, cap: str) -> str:
    say = context.say
    at, idle = (
        _fill_holes(say(f"report.overall.cap.{key}", rank=_HOLE), cap) for key in ("at", "idle")
    )
    none, nothing = (
        quote_formula_text(say(key)) for key in ("report.none", "report.overall.cap.none")
    )
    return f"IF({cap}={none},{nothing},IF({cap}>{base},{at},{idle}))"


def _weakest_category(context: ReportContext, calculation: CalculationLayout, home: str) -> _Fact:
    say, scores = context.say, context.report.diagnosis.scores.categories
    applicable = {name: each.score for name, each in scores.items() if each.score is not None}
    weakest = min(applicable, key=lambda name: applicable[name])
    parts = {"name": context.category_name(weakest), "score": format_score(applicable[weakest])}
    exact = calculation.column(EXACT).reference_from(home)
    place = f"MATCH(MIN({exact}),{exact},0)"
    name = f"INDEX({calculation.column(NAME).reference_from(home)},{place})"
    lowest = _format_figure(f"INDEX({calculation.column(SHOWN).reference_from(home)},{place})")
    with_holes = say("report.overall.weakest.of", name=_HOLE, score=_HOLE)
    text = say("report.overall.weakest.of", **parts)
    return "weakest", text, _fill_holes(with_holes, name, lowest)


def _format_figure(cell: str) -> str:
    """Write a shown score as text: by FIXED, as TEXT takes its format in the user's language."""
    return f"FIXED({cell},1,TRUE)"


def _fill_holes(label: str, *formulas: str) -> str:
    """Build the formula of a text whose holes the formulas fill in order."""
    first, *others = label.split(_HOLE)
    pieces = [quote_formula_text(first)] if first else []
    for formula, words in zip(formulas, others, strict=True):
        pieces += [formula, quote_formula_text(words)] if words else [formula]
    return "&".join(pieces)


# --- why this rank


def _write_reasons(flow: PageFlow, context: ReportContext) -> None:
    """Write one sentence a line; the last one does not stand alone on a page."""
    texts = list(list_reasons(context))
    with flow.together():
        flow.subheading(context.say("report.why.heading"))
        for text in texts[:1]:
            flow.paragraph(text, _REASON)
    for text in texts[1:-2]:
        flow.paragraph(text, _REASON)
    with flow.together():
        for text in texts[1:][-2:]:
            flow.paragraph(text, _REASON)
