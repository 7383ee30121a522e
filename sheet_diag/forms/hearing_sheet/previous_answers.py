"""The column of last year's answers: shown beside the answers, never one of them.

A copied answer is not a confirmed one: the words stand in locked cells under a heading of their
own, which intake knows and does not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sheet_diag.forms.hearing_sheet.content import SheetContent
from sheet_diag.forms.layout import QuestionColumn
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import CELL, CENTER, PAPER, SMALL, Look

PREVIOUS_WIDTH: Final = 92  # pixels
_PREVIOUS_LOOK: Final[Look] = {**CELL, **SMALL, **CENTER, "bg_color": PAPER}


def previous_answer_texts(
    answers: Mapping[str, str | None], catalog: Catalog, say: Wording
) -> dict[str, str]:
    """Return what is shown of every item: the answer's label, or a mark for an open or new one.

    Nothing where the catalogue has no such choice any more.
    """
    return {
        item.id: _previous_answer_text(item, answers, catalog, say)
        for item in catalog.items.values()
    }


def write_previous_answer(page: Page, row: int, item: Item, content: SheetContent) -> None:
    """Write the cell of an item, where the sheet has the column."""
    if content.former:
        words = content.former.words.get(item.id, "")
        page.text(row, content.at(QuestionColumn.FORMER), words, _PREVIOUS_LOOK)


def previous_answer_height(item: Item, content: SheetContent) -> float:
    """Compute the height in points that the cell may need, whichever the answer was."""
    if not content.former:
        return 0.0
    say, choices = content.say, content.catalog.choices_of(item).values()
    words = [choice.label[say.lang] for choice in choices]
    width = column_room(PREVIOUS_WIDTH)
    return max(
        row_height(each, room=width, size=9) for each in (*words, *previous_answer_marks(say))
    )


def previous_answers_lead(content: SheetContent) -> Iterator[str]:
    """Yield a line that says what the column shows, of which day, and that it does not count."""
    if content.former:
        day, say = content.former.as_of, content.say
        then = say("report.date", year=day.year, month=day.month, day=day.day)
        yield say("sheet.former.lead", day=then)


def previous_answer_marks(say: Wording) -> tuple[str, str]:
    """Return what stands where a question is new, and where it was left open."""
    return say("sheet.former.new"), say("sheet.former.unanswered")


def _previous_answer_text(
    item: Item, answers: Mapping[str, str | None], catalog: Catalog, say: Wording
) -> str:
    new, unanswered = previous_answer_marks(say)
    if item.id not in answers:
        return new
    given = answers[item.id]
    if given is None:
        return unanswered
    choice = catalog.choices_of(item).get(given)
    return choice.label[say.lang] if choice else ""
