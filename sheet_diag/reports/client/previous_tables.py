"""前回との比較: rank and scores then and now, and the items whose answers changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.model.comparison import ItemChange, Movement, PreviousDiagnosis
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.view.previous import label_answer
from sheet_diag.reports.view.words import say_change
from sheet_diag.text.numbers import format_score, score_change
from sheet_diag.xlsx.theme import (
    ALERT,
    BOLD,
    CENTERED_9_5,
    HEAD_9,
    NOTE,
    OK,
    PALE,
    TEXT_9_5,
    Look,
)

_MEASURES: Final = ((0, 3), (4, 6), (7, 9), (10, LAST_COLUMN))  # columns of the table of scores
_ITEMS: Final = ((0, 0), (1, 5), (6, 7), (8, 9), (10, LAST_COLUMN))  # and of the one of items
_ID: Final[Look] = {**CENTERED_9_5, "font_size": 8.5}
_LABEL: Final[Look] = {**TEXT_9_5, **BOLD, "bg_color": PALE}
_BETTER: Final[Look] = {**CENTERED_9_5, **BOLD, "font_color": OK}
_WORSE: Final[Look] = {**CENTERED_9_5, **BOLD, "font_color": ALERT}
_LOOKS: Final = {Movement.IMPROVED: _BETTER, Movement.WORSENED: _WORSE}
_ORDER: Final = (
    Movement.IMPROVED,
    Movement.WORSENED,
    Movement.SAME,
    Movement.REWORDED,
    Movement.NEW,
    Movement.GONE,
)


def write_previous(flow: PageFlow, context: ReportContext, previous: PreviousDiagnosis) -> None:
    """Write the section."""
    with flow.together():
        flow.heading(context.say("comparison.then.heading"))
        for text in _list_sentences(context, previous):
            flow.paragraph(text)
        flow.gap(4)
        _write_measures(flow, context, previous)
    flow.gap(3)
    flow.paragraph(context.say("comparison.signs"), NOTE)
    flow.gap(8)
    _write_changes(flow, context, previous)
    flow.gap(10)


def _list_sentences(context: ReportContext, previous: PreviousDiagnosis) -> Iterator[str]:
    say = context.say
    now, then = context.cell_values.record.rank, previous.rank
    day = context.format_day(previous.as_of)
    if common := previous.common:
        yield say("comparison.then.versions", then=day, count=common.count)
    elif now == then:
        yield say("comparison.then.level", then=day, now=now)
    else:
        way = "up" if now.position < then.position else "down"
        yield say(f"comparison.then.{way}", then=day, before=then, now=now)
    counts = {
        movement.value: sum(1 for each in previous.changes if each.movement is movement)
        for movement in (Movement.IMPROVED, Movement.WORSENED)
    }
    if any(counts.values()):
        yield say("comparison.then.counts", **counts)
    if previous.copied:
        yield say("comparison.then.copied")
    if not (previous.same_catalog or previous.common):
        yield say("comparison.then.catalog")
    skipped = [c.item for c in previous.changes if c.movement is Movement.NOT_COMPARED]
    if skipped:
        yield say("comparison.then.skipped", items=", ".join(skipped))


@dataclass(frozen=True, slots=True)
class _MeasureLine:
    """One line of the table of scores; `rise` is above 0 where the client got better."""

    label: str
    before: str
    now: str
    difference: str
    rise: Fraction


def _write_measures(flow: PageFlow, context: ReportContext, previous: PreviousDiagnosis) -> None:
    say = context.say
    days = (previous.as_of, context.report.as_of)
    before, now = (context.format_day(day) for day in days)
    heads = (
        say("comparison.measure"),
        say("comparison.before", day=before),
        say("comparison.now", day=now),
        say("comparison.difference"),
    )
    _write_row(flow, _MEASURES, heads, (HEAD_9,) * 4)
    for line in _list_measures(context, previous):
        texts = (line.label, line.before, line.now, line.difference)
        last = _BETTER if line.rise > 0 else _WORSE if line.rise < 0 else CENTERED_9_5
        _write_row(flow, _MEASURES, texts, (_LABEL, CENTERED_9_5, CENTERED_9_5, last))


def _list_measures(context: ReportContext, previous: PreviousDiagnosis) -> Iterator[_MeasureLine]:
    say, scores = context.say, context.report.diagnosis.scores
    if common := previous.common:
        label = say("comparison.common", count=common.count)
        yield _score_line(context, label, common.then, common.now)
        return
    rank = context.cell_values.record.rank
    steps = previous.rank.position - rank.position
    way = "up" if steps > 0 else "down"
    text = (
        say(f"comparison.rank.{way}", steps=abs(steps)) if steps else say("comparison.rank.level")
    )
    yield _MeasureLine(say("comparison.rank"), previous.rank, rank, text, Fraction(steps))
    yield _score_line(context, say("comparison.overall"), previous.score, scores.overall)
    for category in context.catalog.scored_categories:
        name = category.name[say.lang]
        if category.id in previous.categories:
            then = previous.categories[category.id]
            yield _score_line(context, name, then, scores.categories[category.id].score)
        else:
            now = _format_score_or_na(context, scores.categories[category.id].score)
            none = say("comparison.none")
            yield _MeasureLine(name, none, now, none, Fraction(0))


def _score_line(
    context: ReportContext, label: str, then: Fraction | None, now: Fraction | None
) -> _MeasureLine:
    before, after = _format_score_or_na(context, then), _format_score_or_na(context, now)
    if then is None or now is None:
        return _MeasureLine(label, before, after, context.say("comparison.none"), Fraction(0))
    points = score_change(now, then)
    return _MeasureLine(label, before, after, say_change(context.say, points), points)


def _format_score_or_na(context: ReportContext, score: Fraction | None) -> str:
    return context.say("comparison.na") if score is None else format_score(score)


def _write_changes(flow: PageFlow, context: ReportContext, previous: PreviousDiagnosis) -> None:
    say = context.say
    changed = [
        change
        for movement in _ORDER
        for change in previous.changes
        if change.movement is movement
        and (movement is not Movement.SAME or change.before != change.now)
    ]
    if not changed:
        flow.paragraph(say("comparison.changes.none"))
        return
    with flow.together():
        flow.subheading(say("comparison.changes.heading"))
        keys = ("item", "topic", "before", "now", "movement")
        heads = [say(f"comparison.changes.{key}") for key in keys]
        _write_row(flow, _ITEMS, heads, (HEAD_9,) * 5)
        _write_change(flow, context, changed[0])
    for change in changed[1:]:
        _write_change(flow, context, change)


def _write_change(flow: PageFlow, context: ReportContext, change: ItemChange) -> None:
    say, item = context.say, context.catalog.items.get(change.item)
    movement = say(f"comparison.movement.{change.movement.value}")
    new, gone = change.movement is Movement.NEW, change.movement is Movement.GONE
    texts = (
        change.item,
        item.topic[say.lang] if item else say("comparison.changes.gone"),
        say("comparison.none") if new else label_answer(context, change.item, change.before),
        say("comparison.none") if gone else label_answer(context, change.item, change.now),
        movement,
    )
    last = _LOOKS.get(change.movement, CENTERED_9_5)
    _write_row(flow, _ITEMS, texts, (_ID, TEXT_9_5, CENTERED_9_5, CENTERED_9_5, last))


def _write_row(
    flow: PageFlow,
    columns: Sequence[tuple[int, int]],
    texts: Sequence[str],
    looks: Sequence[Look],
) -> None:
    """Write a row as high as its highest text; texts from other files stay texts."""
    cells = list(zip(texts, looks, columns, strict=True))
    row = flow.fitted_row(*cells, least=20, padding=6)
    for text, look, place in cells:
        flow.page.merged_client(row, *place, text, look)
