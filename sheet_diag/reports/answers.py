"""回答と採点: every question with its answer and what it brought."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.catalog import Category, Item, Role
from sheet_diag.model.returns import Response
from sheet_diag.reports.letter import Letter
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
)
_WIDTHS: Final = (62, 84, 300, 100, 190, 44, 48, 56, 52, 52)
_STANDARD: Final = 92
_HEADER_ROW: Final = 2
_NUMBER: Final[Look] = {**CELL, **CENTER, "num_format": "0.0#"}


def write_answers(page: Page, letter: Letter) -> None:
    """Write the page."""
    say, catalog = letter.say, letter.catalog
    page.columns([*_WIDTHS, *(_STANDARD for _ in catalog.standards)])
    last = len(_WIDTHS) + len(catalog.standards) - 1
    page.merged(0, 0, last, say("report.sheet.answers"), TITLE)
    page.height(0, 32)
    page.merged(1, 0, last, say("report.answers.lead"), {**BODY, **SMALL, **MIDDLE})
    page.height(1, 20)
    heads = ("No.", *(say(f"report.answers.{key}") for key in _HEADS))
    for column, text in enumerate((*heads, *(s.name[say.lang] for s in catalog.standards))):
        page.text(_HEADER_ROW, column, text, HEAD)
    page.height(_HEADER_ROW, 34)
    responses = {response.item: response for response in letter.report.sheet.responses}
    row = _HEADER_ROW
    for category in catalog.categories:
        for item in category.items:
            row += 1
            _write_item(page, row, category, item, responses[item.id], letter)
    page.filter((_HEADER_ROW, 0, row, last))
    page.freeze(_HEADER_ROW + 1, 1)
    letter.print_setup(page, landscape=True)
    page.fit_width(repeat=(_HEADER_ROW, _HEADER_ROW))


def _write_item(
    page: Page, row: int, category: Category, item: Item, response: Response, letter: Letter
) -> None:
    say, lang = letter.say, letter.say.lang
    score = letter.report.diagnosis.scores.items[item.id]
    question = item.question[lang]
    page.text(row, 0, item.id, {**CELL, **CENTER})
    page.text(row, 1, category.short[lang], {**CELL, **SMALL, **CENTER})
    page.text(row, 2, question, {**CELL, **INSET, "font_size": 9})
    page.client_text(row, 3, _answer(item, response, letter), {**CELL, **CENTER, **BOLD})
    page.client_text(row, 4, response.remark, {**CELL, **INSET, "font_size": 9})
    star = say("report.answers.critical.mark") if item.critical else ""
    page.text(row, 5, star, {**CELL, **CENTER, "font_color": NAVY})
    page.number(row, 6, item.weight, {**CELL, **CENTER, "num_format": "0"})
    for column, value in enumerate((score.value, score.points, score.lost), 7):
        if value is None:
            page.text(row, column, letter.say("report.none"), {**CELL, **CENTER})
        else:
            page.number(row, column, float(value), _NUMBER)
    for column, standard in enumerate(letter.catalog.standards, len(_WIDTHS)):
        numbers = ", ".join(item.controls.get(standard.id, ()))
        page.text(row, column, numbers, {**CELL, **CENTER, **SMALL})
    heights = (
        row_height(question, room=room(_WIDTHS[2], indent=1), size=9, padding=6),
        row_height(response.remark, room=room(_WIDTHS[4], indent=1), size=9, padding=6),
    )
    page.height(row, max(*heights, 28))


def _answer(item: Item, response: Response, letter: Letter) -> str:
    say = letter.say
    choice = letter.catalog.choices_of(item).get(response.choice or "")
    if choice is None:
        return response.raw or say("report.answers.unanswered")
    label = choice.label[say.lang]
    if choice.role is Role.NOT_APPLICABLE and not item.na_allowed:
        return say("report.answers.refused", label=label)
    return label
