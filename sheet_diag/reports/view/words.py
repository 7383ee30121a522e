"""Words that several sections of the report share: months, effort, effect, sentences in a row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from typing import Final

from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import Phase
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.excel_text import replace_surrogates
from sheet_diag.text.numbers import format_score
from sheet_diag.text.wording import Wording

_UNPRINTABLE: Final = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def printable(text: str) -> str:
    """Make what people typed printable: no halves of characters, no control characters."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(" ", replace_surrogates(text).replace("\r\n", "\n"))


def join_sentences(say: Wording, sentences: Iterable[str]) -> str:
    """Join sentences as the language does, without those that are empty."""
    return ("" if say.lang is Lang.JA else " ").join(filter(None, sentences))


def join_apart(say: Wording, parts: Iterable[str]) -> str:
    """Join parts that stand apart on a line, without those that are empty."""
    return ("　" if say.lang is Lang.JA else " · ").join(filter(None, parts))


def number_key(count: int) -> str:
    """Give the end of the key of a label that has a singular."""
    return "one" if count == 1 else "many"


def say_month(say: Wording, day: date) -> str:
    """Write the month of a day."""
    name = say("view.months").split("/")[day.month - 1]
    return say("view.month", year=day.year, month=name)


def say_due(context: ReportContext, phase: Phase) -> str:
    """Write until when the measures of a phase are due; a dash where they have no date."""
    say, day = context.say, find_due_day(phase, context.report.as_of)
    return say("view.due", month=say_month(say, day)) if day else say("report.none")


def say_effort(context: ReportContext, item: str) -> str:
    """Write the effort that an item takes; a dash where the catalogue does not say."""
    effort = context.catalog.items[item].effort
    return context.say(f"plan.effort.{effort}" if effort else "report.none")


def say_effect(context: ReportContext, points: Fraction) -> str:
    """Write the points that a measure gains."""
    return context.say("view.effect", points=format_score(points))


def say_change(say: Wording, points: Fraction) -> str:
    """Write a difference of scores, with a sign that needs no colour."""
    if points == 0:
        return say("comparison.points.level")
    way = "up" if points > 0 else "down"
    return say(f"comparison.points.{way}", points=format_score(abs(points)))
