"""回答と採点: every question, what its answer brought, and the whole calculation by formulas.

The sheet is the layout of what was answered, so it is locked; everything on it but answers,
weights and the parameters is calculated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from sheet_diag.diagnosis.scoring.score import NOT_COUNTED
from sheet_diag.model.catalog import Item, ItemKind
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client.calculation_layout import (
    CalculationInputs,
    CalculationLayout,
    ItemColumns,
)
from sheet_diag.reports.client.calculation_table import write_calculation
from sheet_diag.reports.client.condition_cells import (
    CompanyEntries,
    ConditionCells,
    company_entries,
)
from sheet_diag.reports.client.context import CACHED_CATALOGS, LocalizedCatalog, ReportContext
from sheet_diag.reports.client.criteria_table import CriteriaLayout, plan_criteria, write_criteria
from sheet_diag.reports.client.page_flow import LANDSCAPE_HEIGHT, landscape_scale
from sheet_diag.reports.client.remarks_sheet import (
    REMARK_WIDTH,
    LongRemarks,
    link_long_remarks,
    remark_text,
    shorten_remark,
)
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import to_cell
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan, cell
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED,
    CENTERED_MUTED,
    HEAD_9,
    LINK,
    MIDDLE,
    MUTED,
    NAVY,
    SMALL,
    TEXT_9,
    TITLE,
    Look,
)

_HEADS: Final = (
    "category",
    "question",
    "answer",
    "remark",
    "critical",
    "weight",
    "value",
    "points",
    "lost",
    "open",
)
_ID, _CATEGORY, _QUESTION, ANSWER, _REMARK, STAR, WEIGHT, VALUE, POINTS, LOST, OPEN = range(11)
_WIDTHS: Final = (68, 84, 300, 100, REMARK_WIDTH, 44, 48, 56, 52, 52, 54)
_STANDARD: Final = 108
_HEADER_ROW: Final = 2
_FIRST: Final = _HEADER_ROW + 1
_DIGITS: Final = 15  # of a number in Excel
_LEAST: Final = 28.0  # points: the height of a row
_LEAD: Final[Look] = {**BODY, **SMALL, **MIDDLE}
_ANSWER: Final[Look] = {**CENTERED, **BOLD}
_STAR: Final[Look] = {**CENTERED, "font_color": NAVY}
_LINKED: Final[Look] = {**CENTERED, **LINK}
_WEIGHT: Final[Look] = {**CENTERED, "num_format": "0"}
_NUMBER: Final[Look] = {**CENTERED, "num_format": "0.0##"}
FLAG: Final[Look] = {**CENTERED, "num_format": '"●";;'}  # 1 is shown as ●, 0 not at all
PROTECTED: Final = {"autofilter": True, "format_columns": True, "format_rows": True}
_RECORDS: Final = 64  # that are kept, one for each set of categories that are 対象外


@dataclass(frozen=True, slots=True, eq=False)
class AnswersLayout:
    """Where the answers, the criteria and the calculation stand."""

    sheet: str
    rows: Mapping[str, int]
    criteria: CriteriaLayout
    calculation: CalculationLayout

    def of(self, item: str, column: int) -> CellSpan:
        """Refer to a cell of an item."""
        return cell(self.sheet, self.rows[item], column)


def plan_answers(sheet: str, context: ReportContext) -> AnswersLayout:
    """Plan where everything stands, before anything is written."""
    return _plan_layout(context.localized, sheet, context.cell_values.order)


def write_answers(page: Page, context: ReportContext, long: LongRemarks) -> AnswersLayout:
    """Write the sheet."""
    catalog = context.catalog
    standards = max(len(catalog.numbered_standards), calc.COLUMNS - len(_WIDTHS))
    page.columns([*_WIDTHS, *(_STANDARD for _ in range(standards))])
    layout = plan_answers(page.name, context)
    last = len(_WIDTHS) + len(catalog.numbered_standards) - 1
    header = _write_head(page, context, last)
    links = link_long_remarks(context, long)
    entries = company_entries(catalog, context.report.sheet.profile)
    for row in _build_rows(context.localized, page.name, entries):
        _write_item(page, row, context, links.get(row.item.id, ""))
        _write_figures(page, row, context)
    page.height(layout.criteria.top - 1, 12)
    write_criteria(page, layout.criteria, context, calc.COLUMNS - 1)
    page.height(layout.calculation.top - 1, 12)
    inputs = _build_inputs(context.localized, layout)
    parts = (layout.calculation, inputs, layout.criteria)
    write_calculation(page, *parts, context, context.cell_values)
    page.filter((_HEADER_ROW, 0, _HEADER_ROW + len(catalog.items), last))
    page.freeze(_FIRST, 1)
    page.protect(PROTECTED)
    _set_pages(page, layout, context, header)
    return layout


@lru_cache(maxsize=_RECORDS)
def _plan_layout(localized: LocalizedCatalog, sheet: str, order: tuple[str, ...]) -> AnswersLayout:
    rows = {item: row for row, item in enumerate(localized.catalog.items, _FIRST)}
    criteria = _plan_criteria(localized, sheet)
    return AnswersLayout(
        sheet, rows, criteria, calc.plan_calculation(localized, order, sheet, criteria.bottom + 2)
    )


@lru_cache(maxsize=CACHED_CATALOGS)
def _plan_criteria(localized: LocalizedCatalog, sheet: str) -> CriteriaLayout:
    return plan_criteria(localized.catalog, sheet, _FIRST + len(localized.catalog.items) + 1)


def _write_head(page: Page, context: ReportContext, last: int) -> float:
    """Write title and headings; returns the height of these in points."""
    say = context.say
    page.merged(0, 0, last, say("report.sheet.answers"), TITLE)
    page.height(0, 32)
    page.merged(1, 0, last, say("report.answers.lead"), _LEAD)
    page.height(1, 20)
    heads = ("No.", *(say(f"report.answers.{key}") for key in _HEADS))
    names = (standard.name[say.lang] for standard in context.catalog.numbered_standards)
    return page.headings(_HEADER_ROW, (*heads, *names), HEAD_9, least=34)


@dataclass(frozen=True, slots=True)
class _AnswerRow:
    """The part of an item's row that all clients share: texts, formulas, height."""

    at: int
    item: Item
    category: str
    question: str
    star: str
    controls: tuple[str, ...]
    height: float
    formulas: tuple[tuple[int, str, Look], ...]


@lru_cache(maxsize=CACHED_CATALOGS)
def _build_rows(
    localized: LocalizedCatalog, sheet: str, entries: CompanyEntries
) -> tuple[_AnswerRow, ...]:
    items = localized.catalog.items.values()
    return tuple(
        _build_row(localized, sheet, row, item, entries) for row, item in enumerate(items, _FIRST)
    )


def _build_row(
    localized: LocalizedCatalog, sheet: str, row: int, item: Item, entries: CompanyEntries
) -> _AnswerRow:
    catalog, say = localized.catalog, localized.say
    question = item.question[say.lang]
    needed = row_height(question, room=column_room(_WIDTHS[_QUESTION], indent=1), size=9, padding=6)
    controls = (item.controls.get(standard.id, ()) for standard in catalog.numbered_standards)
    return _AnswerRow(
        at=row,
        item=item,
        category=catalog.category_of[item.id].short[say.lang],
        question=question,
        star=say("report.answers.critical.mark") if item.critical else "",
        controls=tuple(", ".join(numbers) for numbers in controls),
        height=max(needed, _LEAST),
        formulas=_build_item_formulas(localized, sheet, row, item, entries),
    )


def _build_item_formulas(
    localized: LocalizedCatalog, sheet: str, row: int, item: Item, entries: CompanyEntries
) -> tuple[tuple[int, str, Look], ...]:
    """Build value, points, loss and whether it is open, from the cell of the answer."""
    criteria, none = (
        _plan_criteria(localized, sheet),
        quote_formula_text(localized.say("report.none")),
    )
    at = {column: str(cell(sheet, row, column)).replace("$", "") for column in range(OPEN)}
    if item.condition or item.kind is not ItemKind.SINGLE:
        source = ConditionCells(localized, _FIRST, (ANSWER, VALUE, OPEN), entries)
        plain = criteria if item.kind is ItemKind.SINGLE else None
        value, is_open = source.spell_item(item, at[ANSWER], plain, sheet)
        counted = f"ISNUMBER({at[VALUE]})"
        points = f"IF({counted},{at[WEIGHT]}*{at[VALUE]},{at[VALUE]})"
        lost = f"IF({counted},{at[WEIGHT]}-{at[POINTS]},{at[VALUE]})"
        return (
            (VALUE, value, _NUMBER),
            (POINTS, f"={points}", _NUMBER),
            (LOST, f"={lost}", _NUMBER),
            (OPEN, is_open, FLAG),
        )
    weight, worth = at[WEIGHT], at[VALUE]
    points, lost = f"{weight}*{worth}", f"{weight}-{at[POINTS]}"
    if item.na_allowed:
        points, lost = (f"IF({worth}={none},{none},{each})" for each in (points, lost))
    return (
        (VALUE, criteria.value(item, at[ANSWER], sheet, none), _NUMBER),
        (POINTS, f"={points}", _NUMBER),
        (LOST, f"={lost}", _NUMBER),
        (OPEN, criteria.unanswered(item, at[ANSWER], sheet), FLAG),
    )


def _write_item(page: Page, row: _AnswerRow, context: ReportContext, link: str) -> None:
    at, item = row.at, row.item
    answer = context.answer(item.id)
    page.text(at, _ID, item.id, _LINKED if link else CENTERED)
    if link:  # not on the remark: LibreOffice wraps no link
        page.lead(at, _ID, link)
    page.text(at, _CATEGORY, row.category, CENTERED_MUTED)
    page.text(at, _QUESTION, context.explain(row.question), TEXT_9)
    _write_answer(page, at, item, answer, context)
    remark = _write_remark(page, at, item.id, context, link)
    page.text(at, STAR, row.star, _STAR)
    page.number(at, WEIGHT, to_cell(item.weight), _NUMBER if item.weight % 1 else _WEIGHT)
    for column, numbers in enumerate(row.controls, len(_WIDTHS)):
        _write_number_or_text(page, at, column, numbers, CENTERED_MUTED)
    cells = ((remark, TEXT_9, (_REMARK, _REMARK)), (answer, _ANSWER, (ANSWER, ANSWER)))
    page.height(at, max(row.height, *(page.text_height(*cell, padding=6) for cell in cells)))


def _write_answer(page: Page, at: int, item: Item, answer: str, context: ReportContext) -> None:
    """Write an answer; a number as one, because conditions compare it."""
    response = context.responses[item.id]
    if item.kind is ItemKind.NUMBER and response.choice and response.is_asked:
        unit = item.unit[context.say.lang].replace('"', "") if item.unit else ""
        shape = f'General"{unit}"' if unit else "General"
        page.number(at, ANSWER, float(response.choice), {**_ANSWER, "num_format": shape})
    else:
        page.client_text(at, ANSWER, answer, _ANSWER)


def _write_remark(page: Page, at: int, item: str, context: ReportContext, link: str) -> str:
    """Write the remark, or its beginning and where the whole stands; returns what is there."""
    text = remark_text(context.responses[item], context)
    if not link:
        _write_number_or_text(page, at, _REMARK, text, TEXT_9)
        return text
    shown = shorten_remark(text, context.say("report.remarks.more"))
    page.client_text(at, _REMARK, shown, TEXT_9)
    return shown


def _write_number_or_text(page: Page, row: int, column: int, text: str, look: Look) -> None:
    """Write a whole number as one, so that Excel does not warn of it; all else as it is."""
    if text.isascii() and text.isdigit() and len(text) <= _DIGITS and str(int(text)) == text:
        page.number(row, column, int(text), {**look, "num_format": "0"})
    else:
        page.client_text(row, column, text, look)


def _write_figures(page: Page, row: _AnswerRow, context: ReportContext) -> None:
    score, none = context.cell_values.scores.items[row.item.id], context.say("report.none")
    if not context.responses[row.item.id].is_asked:
        none = context.say("report.answers.not_asked")
    elif row.item.kind is not ItemKind.SINGLE:
        score = NOT_COUNTED
    unanswered = row.item.id in context.cell_values.unanswered
    values = (
        *(none if now is None else float(now) for now in (score.value, score.points, score.lost)),
        float(unanswered),
    )
    for (column, formula, look), value in zip(row.formulas, values, strict=True):
        page.formula(row.at, column, formula, look, value)


@lru_cache(maxsize=_RECORDS)
def _build_inputs(localized: LocalizedCatalog, layout: AnswersLayout) -> CalculationInputs:
    """Build the sums over the rows of each category."""
    sums = {}
    none = quote_formula_text(localized.say("report.none"))
    not_asked = quote_formula_text(localized.say("report.answers.not_asked"))
    for category in localized.catalog.scored_categories:
        first, last = (layout.rows[item.id] for item in (category.items[0], category.items[-1]))
        area = {
            column: str(CellSpan(layout.sheet, column, first, last)) for column in range(OPEN + 1)
        }
        out = f"SUMPRODUCT(({area[VALUE]}={none})*{area[WEIGHT]})"
        weight = f"SUM({area[WEIGHT]})-{out}"
        if any(item.condition for item in category.items):
            weight += f"-SUMPRODUCT(({area[VALUE]}={not_asked})*{area[WEIGHT]})"
        sums[category.id] = {
            calc.WEIGHT: weight,
            calc.POINTS: f"SUM({area[POINTS]})",
            calc.LEFT_OUT: out,
            calc.OPEN: (
                f"SUMPRODUCT({area[OPEN]},{area[LOST]})"
                if any(localized.catalog.least_value(item) for item in category.items)
                else f"SUMPRODUCT({area[OPEN]}*{area[WEIGHT]})"
            ),
        }
    rows = (_FIRST, _FIRST + len(layout.rows) - 1)
    columns = (CellSpan(layout.sheet, column, *rows) for column in (_ID, ANSWER, STAR, VALUE, OPEN))
    return CalculationInputs(sums, ItemColumns(*columns))


def _set_pages(page: Page, layout: AnswersLayout, context: ReportContext, header: float) -> None:
    """Set the pages: items on as many as they need, the calculation from a new one on."""
    used = max(len(_WIDTHS) + len(context.catalog.numbered_standards), calc.COLUMNS)
    scale = landscape_scale(page.span(0, used - 1))
    page.tab(MUTED)
    context.print_setup(page, landscape=True)
    page.scale(scale, repeat=(_HEADER_ROW, _HEADER_ROW))
    blocks = layout.calculation.blocks
    rows = [layout.criteria.top]
    room_left = LANDSCAPE_HEIGHT * 100 / scale - header  # which is repeated
    used_up = accumulate((height for _, height in blocks), initial=_criteria_height(layout))
    page_full = 0.0
    for (row, height), before in zip(blocks, used_up, strict=False):
        if before - page_full + height > room_left:
            rows.append(row)
            page_full = before
    page.breaks(rows, (0, 0, layout.calculation.bottom, used - 1))


def _criteria_height(layout: AnswersLayout) -> float:
    return 24 + 34 + 12 + 18 * (layout.criteria.bottom - layout.criteria.top - 1)
