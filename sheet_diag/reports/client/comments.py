"""The comment on an item as the report prints it: opened by a sentence that fits the answer."""

from __future__ import annotations

from collections import defaultdict

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item
from sheet_diag.reports.client.context import ReportContext


def comment_text(letter: ReportContext, item: Item) -> str:
    """The text of an item's comment after the opening for its answer, where there is one.

    The openings of a choice are taken in their order, and none comes twice in a report: comments
    beyond them stand alone.
    """
    lang = letter.say.lang
    text, place = item.comment.text[lang], _place(letter, item.id)
    openings = letter.catalog.report.openings.get(_choice(letter, item.id) or "", ())
    if place >= len(openings):
        return text
    return openings[place][lang] + ("" if lang is Lang.JA else " ") + text


def _choice(letter: ReportContext, item: str) -> str | None:
    return letter.responses[item].choice


def _place(letter: ReportContext, item: str) -> int:
    """How many comments on the same answer stand before that on an item."""
    seen = defaultdict[str | None, int](int)
    for comment in letter.report.diagnosis.comments:
        for each in comment.items:
            if each == item:
                return seen[_choice(letter, each)]
            seen[_choice(letter, each)] += 1
    return 0
