"""改善シミュレーション: the score and rank if open items were answered otherwise.

The sheet is locked but for its drop-downs; it reads 回答と採点 and never changes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sheet_diag.model.catalog import Catalog, Item, ItemKind
from sheet_diag.reports.client import answers_sheet as answer_columns
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.answers_sheet import FLAG, PROTECTED, AnswersLayout
from sheet_diag.reports.client.calculation_layout import (
    CalculationInputs,
    CalculationLayout,
    ItemColumns,
)
from sheet_diag.reports.client.calculation_table import write_calculation
from sheet_diag.reports.client.context import LocalizedCatalog, ReportContext
from sheet_diag.reports.client.dashboard import Dashboard, write_dashboard
from sheet_diag.reports.client.formulas import truncate, write_factor
from sheet_diag.reports.client.page_flow import LANDSCAPE_HEIGHT, find_block_breaks, landscape_scale
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import to_cell, truncate_score
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan, column_cell
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    CENTERED,
    CENTERED_MUTED,
    FIELD,
    HEAD_9,
    MIDDLE,
    NAVY,
    OK,
    TEXT_9,
    TITLE,
    Look,
)

ID, CATEGORY, TITLE_COLUMN, TODAY, CHOSEN, STAR, WEIGHT, VALUE, POINTS = range(9)
POINTS_TODAY, OPEN, GAIN, WAY = range(9, 13)
_WIDTHS: Final = (68, 100, 300, 100, 110, 44, 48, 56, 56, 56, 54, 76, 68)
_HEADS: Final = {
    ID: "simulation.item",
    CATEGORY: "report.answers.category",
    TITLE_COLUMN: "simulation.column.title",
    TODAY: "simulation.column.today",
    CHOSEN: "simulation.column.simulated",
    STAR: "report.answers.critical",
    WEIGHT: "report.answers.weight",
    VALUE: "report.answers.value",
    POINTS: "simulation.column.points.simulated",
    POINTS_TODAY: "simulation.column.points.today",
    OPEN: "report.answers.open",
    GAIN: "simulation.column.gain",
    WAY: "simulation.column.way",
}
_NOTHING: Final[Look] = {**BODY, **MIDDLE, "font_size": 11}
_LEAD: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
_STAR: Final[Look] = {**CENTERED, "font_color": NAVY}
_WAY: Final[Look] = {**CENTERED, **BOLD, "font_color": NAVY}
_CHOICE: Final[Look] = {**CELL, **FIELD, **CENTER, **BOLD}
_FIGURE: Final[Look] = {**CENTERED, "num_format": "0.0##"}
_GAIN: Final[Look] = {**CENTERED, "num_format": "+0.0;-0.0;0.0"}
_CHANGED: Final[Look] = {"font_color": OK, **BOLD}
_LAST: Final = len(_WIDTHS) - 1
_LEAST: Final = 24.0  # points: the height of a row
_MOST_FROZEN: Final = 8  # categories: more would leave no room to scroll on a small screen
_ROW: Final = "\0"  # stands in a formula for the number of the row that it is written in
_RECORDS: Final = 64  # as many as `answers` keeps
_PLACES: Final = 256  # as many as `formulas` keeps


@dataclass(frozen=True, slots=True)
class SimulationLayout:
    """Where the rows of the open items and the simulated calculation stand."""

    rows: dict[str, int]
    header: int
    calculation: CalculationLayout


def write_simulation(
    book: Book, page: Page, context: ReportContext, answers: AnswersLayout
) -> SimulationLayout | None:
    """Write the sheet; None where nothing is open."""
    page.columns(_WIDTHS)
    _write_head(page, context)
    if not context.report.diagnosis.open_items:
        text = context.say("simulation.nothing")
        page.merged(1, 0, _LAST, text, _NOTHING)
        page.height(1, 40)
        page.protect(PROTECTED)
        page.tab(OK)
        context.print_setup(page, landscape=True)
        page.fit_width()
        return None
    top = 3
    header = top + Dashboard.rows(context) + 1
    items = context.report.diagnosis.open_items
    rows = {item: row for row, item in enumerate(items, header + 1)}
    place = calc.plan_calculation(
        context.localized, answers.calculation.order, page.name, header + len(rows) + 2
    )
    simulation = SimulationLayout(rows, header, place)
    write_dashboard(book, page, Dashboard(top, answers.calculation, place, context))
    _write_rows(page, simulation, answers, context)
    page.height(place.top - 1, 12)
    inputs = _build_inputs(context.localized, place, answers, header + 1, header + len(rows))
    write_calculation(page, place, inputs, answers.criteria, context, context.simulated_values)
    _finish_page(page, simulation, context)
    return simulation


def _write_head(page: Page, context: ReportContext) -> None:
    say = context.say
    page.merged(0, 0, _LAST, say("simulation.sheet"), TITLE)
    page.height(0, 30)
    if not context.report.diagnosis.open_items:
        return
    ways = any(way.items for way in context.ways)
    start = say(f"simulation.start.{'plan' if context.catalog.sections.plan else 'first'}")
    lines = [say("simulation.lead", start=start), *([say("simulation.lead.ways")] if ways else [])]
    text = "\n".join(lines)
    page.merged(1, 0, _LAST, text, _LEAD)
    page.height(1, page.text_height(text, _LEAD, (0, _LAST), padding=2))
    page.height(2, 4)


@dataclass(frozen=True, slots=True)
class _SimulationRow:
    """The part of an open item's row that all clients share; `formulas` lack its number."""

    item: Item
    category: str
    title: str
    star: str
    height: float
    choices: str
    formulas: tuple[tuple[int, str, Look], ...]


def _write_rows(
    page: Page, simulation: SimulationLayout, answers: AnswersLayout, context: ReportContext
) -> None:
    header, say = simulation.header, context.say
    page.height(header - 1, 6)
    page.headings(header, map(say, _HEADS.values()), HEAD_9, least=34)
    known = _build_rows(context.localized, page.name, answers)
    messages = {
        "error_title": say("simulation.choose.title"),
        "error_message": say("simulation.choose.error"),
    }
    for name, at in simulation.rows.items():
        row, answer = known[name], context.answer(name)
        _write_texts(page, at, row, answer, context)
        page.client_text(at, CHOSEN, _choose_answer(name, context), _CHOICE)
        page.choices(at, CHOSEN, row.choices, messages)
        _write_figures(page, at, row, context)
    first, last = header + 1, header + len(simulation.rows)
    changed = f"=$E{first + 1}<>$D{first + 1}"
    for column in (CHOSEN, GAIN):
        page.highlight((first, column, last, column), changed, _CHANGED)


def _choose_answer(name: str, context: ReportContext) -> str:
    """Choose what the simulation starts with: today's answer, or the full one."""
    if name not in context.first_items:
        return context.answer(name)
    choice = context.simulated_values.answers[name] or ""
    return context.catalog.choices_of(context.catalog.items[name])[choice].label[context.say.lang]


def _write_texts(
    page: Page, at: int, row: _SimulationRow, answer: str, context: ReportContext
) -> None:
    page.text(at, ID, row.item.id, CENTERED)
    page.text(at, CATEGORY, row.category, CENTERED_MUTED)
    page.text(at, TITLE_COLUMN, row.title, TEXT_9)
    page.client_text(at, TODAY, answer, CENTERED)
    page.text(at, STAR, row.star, _STAR)
    page.text(at, WAY, context.way_marks(row.item.id), _WAY)
    needed = page.text_height(answer, CENTERED, (TODAY, TODAY), padding=5)
    page.height(at, max(row.height, needed))


def _write_figures(page: Page, at: int, row: _SimulationRow, context: ReportContext) -> None:
    name, start = row.item.id, context.simulated_values
    today, then = (each.scores.items[name] for each in (context.cell_values, start))
    gain = truncate_score(context.report.diagnosis.effects[name])
    values = (
        to_cell(row.item.weight),
        float(then.value or 0),
        float(then.points or 0),
        float(today.points or 0),
        float(name in start.unanswered),
        gain if name in context.first_items else 0.0,
    )
    number = str(at + 1)
    for (column, formula, look), value in zip(row.formulas, values, strict=True):
        page.formula(at, column, formula.replace(_ROW, number), look, value)


@lru_cache(maxsize=_RECORDS)
def _build_rows(
    localized: LocalizedCatalog, home: str, answers: AnswersLayout
) -> Mapping[str, _SimulationRow]:
    items = localized.catalog.items
    return {
        name: _build_row(localized, home, answers, item)
        for name, item in items.items()
        if item.kind is ItemKind.SINGLE
    }


def _build_row(
    localized: LocalizedCatalog, home: str, answers: AnswersLayout, item: Item
) -> _SimulationRow:
    say, title = localized.say, item.title[localized.say.lang]
    needed = row_height(title, room=column_room(_WIDTHS[TITLE_COLUMN], indent=1), size=9, padding=5)
    return _SimulationRow(
        item=item,
        category=localized.catalog.category_of[item.id].short[say.lang],
        title=title,
        star=say("report.answers.critical.mark") if item.critical else "",
        height=max(needed, _LEAST),
        choices=f"={answers.criteria.choices(item, home)}",
        formulas=_build_item_formulas(localized, home, answers, item),
    )


def _build_item_formulas(
    localized: LocalizedCatalog, home: str, answers: AnswersLayout, item: Item
) -> tuple[tuple[int, str, Look], ...]:
    """Build the calculated cells of a row in their order."""
    none, criteria = quote_formula_text(localized.say("report.none")), answers.criteria
    at = {column: _column_letter(column) + _ROW for column in range(_LAST + 1)}
    today = {
        column: f"={answers.of(item.id, column).reference_from(home)}"
        for column in (answer_columns.WEIGHT, answer_columns.POINTS)
    }
    points = f"{at[WEIGHT]}*{at[VALUE]}"
    if item.na_allowed:
        points = f"IF({at[VALUE]}={none},0,{points})"
    return (
        (WEIGHT, today[answer_columns.WEIGHT], CENTERED),
        (VALUE, criteria.value(item, at[CHOSEN], home, none), _FIGURE),
        (POINTS, f"={points}", _FIGURE),
        (POINTS_TODAY, today[answer_columns.POINTS], _FIGURE),
        (OPEN, criteria.unanswered(item, at[CHOSEN], home), FLAG),
        (GAIN, f"={_build_gain(localized.catalog, item, at, home, answers, none)}", _GAIN),
    )


def _column_letter(column: int) -> str:
    return column_cell(0, column).strip("$1")


def _build_gain(
    catalog: Catalog,
    item: Item,
    at: Mapping[int, str],
    home: str,
    answers: AnswersLayout,
    none: str,
) -> str:
    """Build what this change alone adds to the overall score.

    It counts by the weight that its category, or all where they count together, then has: 該当なし
    lessens it.
    """
    calculation, rule = answers.calculation, catalog.scoring
    columns = (calc.WEIGHT, calc.POINTS, calc.EXACT, calc.IMPORTANCE)
    if rule.is_pooled:
        weight, points = (f"SUM({calculation.column(c).reference_from(home)})" for c in columns[:2])
        score, share = calculation.total(calc.EXACT).reference_from(home), "1"
    else:
        weight, points, score, importance = (
            calculation.of(catalog.category_of[item.id].id, column).reference_from(home)
            for column in columns
        )
        share = f"{importance}/{calculation.total(calc.IMPORTANCE).reference_from(home)}"
    earned = f"({points}+{at[POINTS]}-{at[POINTS_TODAY]})"
    left = f"({weight}-{at[WEIGHT]}*({at[VALUE]}={none}))" if item.na_allowed else weight
    cut = truncate(f"(({write_factor(rule.full)}*{earned}/{left}-{score})*{share})")
    return f"IF({left}=0,{none},{cut})" if item.na_allowed else cut


@lru_cache(maxsize=_PLACES)
def _build_inputs(
    localized: LocalizedCatalog,
    place: CalculationLayout,
    answers: AnswersLayout,
    first: int,
    last: int,
) -> CalculationInputs:
    """Build today's sums with what the drop-downs in rows `first` to `last` change.

    Every item that is not full is open, so all unanswered and all missed critical items are among
    the rows.
    """
    home, catalog = place.sheet, localized.catalog
    at = {column: str(CellSpan(home, column, first, last)) for column in range(_LAST + 1)}
    none = quote_formula_text(localized.say("report.none"))
    sums = {}
    for name in place.order:
        mine = f"({at[CATEGORY]}={place.of(name, calc.SHORT)})"
        out = f"SUMPRODUCT({mine}*({at[VALUE]}={none})*{at[WEIGHT]})"
        is_plain = not any(map(catalog.least_value, catalog.category_by_id[name].items))
        lacking = at[WEIGHT] if is_plain else f"({at[WEIGHT]}-{at[POINTS]})"
        weight, points, left_out = (
            answers.calculation.of(name, column).reference_from(home)
            for column in (calc.WEIGHT, calc.POINTS, calc.LEFT_OUT)
        )
        sums[name] = {
            calc.WEIGHT: f"{weight}-{out}",
            calc.POINTS: f"{points}+SUMPRODUCT({mine}*({at[POINTS]}-{at[POINTS_TODAY]}))",
            calc.LEFT_OUT: f"{left_out}+{out}",
            calc.OPEN: f"SUMPRODUCT({mine}*{at[OPEN]}*{lacking})",
        }
    columns = (CellSpan(home, column, first, last) for column in (ID, CHOSEN, STAR, VALUE, OPEN))
    return CalculationInputs(sums, ItemColumns(*columns), answers.calculation)


def _finish_page(page: Page, simulation: SimulationLayout, context: ReportContext) -> None:
    header = simulation.header
    page.protect(PROTECTED)
    if len(context.catalog.scored_categories) <= _MOST_FROZEN:
        page.freeze(header + 1)
    page.tab(OK)
    context.print_setup(page, landscape=True)
    scale = landscape_scale(sum(_WIDTHS))
    page.scale(scale, repeat=(header, header))
    above = page.row_heights(0, simulation.calculation.blocks[0][0] - 1)
    repeated, room = above[header], LANDSCAPE_HEIGHT * 100 / scale
    breaks = find_block_breaks(above, simulation.calculation.blocks, repeated, room)
    page.breaks(breaks, (0, 0, simulation.calculation.bottom, _LAST))
    page.select(0, 0)
