"""回答と採点: every question, what its answer brought, and the whole result by formulas.

The sheet is the record of what was answered, so it is locked; everything on it but answers,
weights and the parameters is calculated from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from sheet_diag.celltext import quoted
from sheet_diag.model.catalog import Category, Item
from sheet_diag.model.returns import Response
from sheet_diag.reports import calculation as calc
from sheet_diag.reports import paper
from sheet_diag.reports.calculation import Basis, Calculation, placed, write_calculation
from sheet_diag.reports.cells import Span, cell
from sheet_diag.reports.criteria import Criteria, planned, write_criteria
from sheet_diag.reports.letter import Letter
from sheet_diag.reports.readings import Readings
from sheet_diag.style import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    INSET,
    MIDDLE,
    NAVY,
    SMALL,
    TITLE,
    Look,
)
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Page

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
ANSWER, STAR, WEIGHT, VALUE, POINTS, LOST, OPEN = 3, 5, 6, 7, 8, 9, 10
_WIDTHS: Final = (62, 84, 300, 100, 190, 44, 48, 56, 52, 52, 44)
_STANDARD: Final = 92
_HEADER_ROW: Final = 2
_FIRST: Final = _HEADER_ROW + 1
_NUMBER: Final[Look] = {**CELL, **CENTER, "num_format": "0.0##"}
FLAG: Final[Look] = {**CELL, **CENTER, "num_format": '"●";;'}  # 1 is shown as ●, 0 not at all
PROTECTED: Final = {"autofilter": True, "format_columns": True, "format_rows": True}


@dataclass(frozen=True, slots=True)
class Record:
    """Where the answers and their results stand."""

    sheet: str
    rows: Mapping[str, int]
    criteria: Criteria
    result: Calculation

    def of(self, item: str, column: int) -> Span:
        """A cell of an item."""
        return cell(self.sheet, self.rows[item], column)


def write_answers(page: Page, letter: Letter) -> Record:
    """Write the page."""
    catalog = letter.catalog
    standards = max(len(catalog.standards), calc.COLUMNS - len(_WIDTHS))
    page.columns([*_WIDTHS, *(_STANDARD for _ in range(standards))])
    record = _placed(page, letter)
    last = len(_WIDTHS) + len(catalog.standards) - 1
    _write_head(page, letter, last)
    _write_items(page, record, letter)
    page.height(record.criteria.top - 1, 12)
    write_criteria(page, record.criteria, letter, calc.COLUMNS - 1)
    page.height(record.result.top - 1, 12)
    write_calculation(page, record.result, _basis(record, letter), record.criteria, letter)
    page.filter((_HEADER_ROW, 0, _HEADER_ROW + len(catalog.items), last))
    page.freeze(_FIRST, 1)
    page.protect(PROTECTED)
    _set_print(page, record, letter)
    return record


def _placed(page: Page, letter: Letter) -> Record:
    rows = {item: row for row, item in enumerate(letter.catalog.items, _FIRST)}
    criteria = planned(letter.catalog, page.name, _FIRST + len(rows) + 1)
    result = placed(letter, page.name, criteria.bottom + 2)
    return Record(page.name, rows, criteria, result)


def _write_head(page: Page, letter: Letter, last: int) -> None:
    say = letter.say
    page.merged(0, 0, last, say("report.sheet.answers"), TITLE)
    page.height(0, 32)
    page.merged(1, 0, last, say("report.answers.lead"), {**BODY, **SMALL, **MIDDLE})
    page.height(1, 20)
    heads = ("No.", *(say(f"report.answers.{key}") for key in _HEADS))
    names = (standard.name[say.lang] for standard in letter.catalog.standards)
    for column, text in enumerate((*heads, *names)):
        page.text(_HEADER_ROW, column, text, HEAD)
    page.height(_HEADER_ROW, 34)


def _write_items(page: Page, record: Record, letter: Letter) -> None:
    responses = {response.item: response for response in letter.report.sheet.responses}
    open_items = Readings(letter.catalog, letter.report.diagnosis.scores).open_items
    for category in letter.catalog.categories:
        for item in category.items:
            response = responses[item.id]
            _write_item(page, record, category, item, response, letter)
            _write_figures(page, record, item, letter, float(item.id in open_items))


def _write_item(
    page: Page,
    record: Record,
    category: Category,
    item: Item,
    response: Response,
    letter: Letter,
) -> None:
    say, lang, row = letter.say, letter.say.lang, record.rows[item.id]
    question, remark = item.question[lang], _remark(response, letter)
    answer = letter.answer(item.id)
    page.text(row, 0, item.id, {**CELL, **CENTER})
    page.text(row, 1, category.short[lang], {**CELL, **SMALL, **CENTER})
    page.text(row, 2, question, {**CELL, **INSET, "font_size": 9})
    page.client_text(row, ANSWER, answer, {**CELL, **CENTER, **BOLD})
    page.client_text(row, 4, remark, {**CELL, **INSET, "font_size": 9})
    star = say("report.answers.critical.mark") if item.critical else ""
    page.text(row, STAR, star, {**CELL, **CENTER, "font_color": NAVY})
    page.number(row, WEIGHT, item.weight, {**CELL, **CENTER, "num_format": "0"})
    for column, standard in enumerate(letter.catalog.standards, len(_WIDTHS)):
        numbers = ", ".join(item.controls.get(standard.id, ()))
        page.text(row, column, numbers, {**CELL, **CENTER, **SMALL})
    heights = (
        row_height(question, room=room(_WIDTHS[2], indent=1), size=9, padding=6),
        row_height(remark, room=room(_WIDTHS[4], indent=1), size=9, padding=6),
        row_height(answer, room=room(_WIDTHS[ANSWER]), size=10, padding=6),
    )
    page.height(row, max(*heights, 28))


def _remark(response: Response, letter: Letter) -> str:
    """The client's remark, after his own answer where the consultant set another one."""
    for override in letter.report.received.judgement.overrides:
        if override.item == response.item:
            raw = override.raw or letter.say("report.answers.unanswered")
            told = letter.say("report.answers.overridden", raw=raw, by=override.by)
            return f"{told}\n{response.remark}" if response.remark else told
    return response.remark


def _write_figures(
    page: Page, record: Record, item: Item, letter: Letter, unanswered: float
) -> None:
    row, none = record.rows[item.id], letter.say("report.none")
    score = letter.report.diagnosis.scores.items[item.id]
    at = {column: f"{record.of(item.id, column)}".replace("$", "") for column in range(OPEN)}
    value = record.criteria.value(item, at[ANSWER], page.name, quoted(none))
    weight, worth = at[WEIGHT], at[VALUE]
    if item.na_allowed:
        points = f"=IF({worth}={quoted(none)},{quoted(none)},{weight}*{worth})"
        lost = f"=IF({worth}={quoted(none)},{quoted(none)},{weight}-{at[POINTS]})"
    else:
        points, lost = f"={weight}*{worth}", f"={weight}-{at[POINTS]}"
    for column, formula, now in (
        (VALUE, value, score.value),
        (POINTS, points, score.points),
        (LOST, lost, score.lost),
    ):
        page.formula(row, column, formula, _NUMBER, none if now is None else float(now))
    formula = record.criteria.unanswered(item, at[ANSWER], page.name)
    page.formula(row, OPEN, formula, FLAG, unanswered)


def _basis(record: Record, letter: Letter) -> Basis:
    """Sums over the rows of each category."""
    sums = {}
    none = quoted(letter.say("report.none"))
    for category in letter.catalog.categories:
        first, last = (record.rows[item.id] for item in (category.items[0], category.items[-1]))
        area = {column: str(Span(record.sheet, column, first, last)) for column in range(OPEN + 1)}
        out = f"SUMPRODUCT(({area[VALUE]}={none})*{area[WEIGHT]})"
        sums[category.id] = {
            calc.WEIGHT: f"SUM({area[WEIGHT]})-{out}",
            calc.POINTS: f"SUM({area[POINTS]})",
            calc.LEFT_OUT: out,
            calc.OPEN: f"SUMPRODUCT({area[OPEN]}*{area[WEIGHT]})",
        }
    rows = (_FIRST, _FIRST + len(record.rows) - 1)
    stars, values, opens = (str(Span(record.sheet, c, *rows)) for c in (STAR, VALUE, OPEN))
    star = quoted(letter.say("report.answers.critical.mark"))
    missed = f"({stars}={star})*({values}=0)"
    return Basis(sums, (f"SUMPRODUCT({missed})", f"SUMPRODUCT({missed}*({opens}=0))"))


def _set_print(page: Page, record: Record, letter: Letter) -> None:
    """Items on as many pages as they need, the calculation from a new page on."""
    used = max(len(_WIDTHS) + len(letter.catalog.standards), calc.COLUMNS)
    scale = paper.scale_for(page.span(0, used - 1))
    letter.print_setup(page, landscape=True)
    page.scale(scale, repeat=(_HEADER_ROW, _HEADER_ROW))
    blocks = record.result.blocks
    rows = [record.criteria.top]
    room_left = paper.HEIGHT * 100 / scale - 34  # the repeated header
    used_up = accumulate((height for _, height in blocks), initial=_criteria_height(record))
    page_full = 0.0
    for (row, height), before in zip(blocks, used_up, strict=False):
        if before - page_full + height > room_left:
            rows.append(row)
            page_full = before
    page.breaks(rows, (0, 0, record.result.bottom, used - 1))


def _criteria_height(record: Record) -> float:
    return 24 + 34 + 12 + 18 * (record.criteria.bottom - record.criteria.top - 1)
