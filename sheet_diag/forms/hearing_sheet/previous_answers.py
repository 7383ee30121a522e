"""The column of last year's answers: shown beside the answers, never one of them.

A copied answer is not a confirmed one: the words stand in locked cells under a heading of their
own, which intake knows and does not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sheet_diag.forms.hearing_sheet.content import Content
from sheet_diag.forms.layout import Column
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.text.text_metrics import room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import CELL, CENTER, PAPER, SMALL, Look

FORMER_WIDTH: Final = 92  # pixels
_FORMER: Final[Look] = {**CELL, **SMALL, **CENTER, "bg_color": PAPER}


def former_words(
    answers: Mapping[str, str | None], catalog: Catalog, say: Wording
) -> dict[str, str]:
    """What is shown of every item: the answer's label of today, nothing where there is no such
    choice any more, a mark where it was left open or not asked."""
    return {item.id: _words(item, answers, catalog, say) for item in catalog.items.values()}


def write_former(page: Page, row: int, item: Item, content: Content) -> None:
    """Write the cell of an item, where the sheet has the column."""
    if content.former:
        words = content.former.words.get(item.id, "")
        page.text(row, content.at(Column.FORMER), words, _FORMER)


def former_height(item: Item, content: Content) -> float:
    """Height in points that the cell may need, whichever the answer was."""
    if not content.former:
        return 0.0
    say, choices = content.say, content.catalog.choices_of(item).values()
    words = [choice.label[say.lang] for choice in choices]
    width = room(FORMER_WIDTH)
    return max(row_height(each, room=width, size=9) for each in (*words, *former_marks(say)))


def former_lead(content: Content) -> Iterator[str]:
    """What the column shows, of which day, and that it does not count."""
    if content.former:
        day, say = content.former.as_of, content.say
        then = say("report.date", year=day.year, month=day.month, day=day.day)
        yield say("sheet.former.lead", day=then)


def former_marks(say: Wording) -> tuple[str, str]:
    """What stands where a question is new, and where it was left open."""
    return say("sheet.former.new"), say("sheet.former.unanswered")


def _words(item: Item, answers: Mapping[str, str | None], catalog: Catalog, say: Wording) -> str:
    new, unanswered = former_marks(say)
    if item.id not in answers:
        return new
    given = answers[item.id]
    if given is None:
        return unanswered
    choice = catalog.choices_of(item).get(given)
    return choice.label[say.lang] if choice else ""
