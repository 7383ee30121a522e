"""前回からの変化: scores then and now, the answers that changed, and the diagnoses so far."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from sheet_diag.model.comparison import ItemChange, Movement, PastDiagnosis, PreviousDiagnosis
from sheet_diag.model.report_view import Change, PastPoint, Previous
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.scales import make_borders, place_on
from sheet_diag.reports.view.words import join_sentences, say_month
from sheet_diag.text.numbers import truncate

_MOST: Final = {Movement.IMPROVED: 8, Movement.WORSENED: 4}
# What is listed by its items alone.
_LISTED: Final = (Movement.REWORDED, Movement.NEW, Movement.GONE, Movement.NOT_COMPARED)


def build_previous(context: ReportContext) -> Previous | None:
    """Build the part; None where there is neither a previous diagnosis nor a history."""
    say, previous = context.say, context.report.comparison.previous
    history = _build_history(context)
    if previous is None and not history:
        return None
    heading = say("view.comparison.history")
    if previous:
        heading = say("view.comparison.then", day=context.format_day(previous.as_of))
    points = (
        say("view.comparison.history.point", day=each.day, score=each.shown, rank=each.rank)
        for each in history
    )
    told = context.join(points)
    return Previous(
        heading=heading,
        sentence=_sentence(context, previous) if previous else "",
        warning=say("comparison.then.copied") if previous and previous.copied else "",
        changes=tuple(_list_changes(context, previous)) if previous else (),
        more=tuple(_list_more(context, previous)) if previous else (),
        history_heading=say("view.comparison.history") if history else "",
        history=history,
        history_axis=make_borders([Fraction(1, 2)], context.catalog.scoring.full)
        if history
        else (),
        history_alternative=(
            say("view.comparison.history.alternative", points=told) if history else ""
        ),
    )


# --- the sentence


def _sentence(context: ReportContext, previous: PreviousDiagnosis) -> str:
    say, counts = context.say, {m: len(_select(context, previous, m)) for m in _MOST}
    changed = say(
        "view.comparison.counts",
        improved=counts[Movement.IMPROVED],
        worsened=counts[Movement.WORSENED],
    )
    if not any(counts.values()):
        changed = "" if previous.copied else say("view.comparison.none")
    other = "" if previous.same_catalog or previous.common else say("comparison.then.catalog")
    return join_sentences(say, (_compare_scores(context, previous), changed, other))


def _compare_scores(context: ReportContext, previous: PreviousDiagnosis) -> str:
    say, record, common = context.say, context.cell_values.record, previous.common
    before, now = context.format_overall(previous.score), context.format_overall(record.overall)
    if common:
        then, after = context.format_overall(common.then), context.format_overall(common.now)
        parts = {"before": before, "before_rank": previous.rank, "count": common.count}
        return say("view.comparison.common", then=then, now=after, **parts)
    if (before, previous.rank) == (now, record.rank):
        return say("view.comparison.same", now=now, now_rank=record.rank)
    ranks = {"before_rank": previous.rank, "now_rank": record.rank}
    return say("view.comparison.moved", before=before, now=now, **ranks)


# --- the answers


def _select(
    context: ReportContext, previous: PreviousDiagnosis, movement: Movement
) -> list[ItemChange]:
    """Select the changes of a kind: key measures first, then what moved most points."""

    def weight(change: ItemChange) -> tuple[bool, Fraction]:
        item = context.catalog.items.get(change.item)
        if item is None:
            return True, Fraction(0)
        choices = context.catalog.choices_of(item)
        values = [
            choices[c].value if c in choices else None
            for c in (change.before or "", change.now or "")
        ]
        before, now = (value or Fraction(0) for value in values)
        return not item.critical, -item.weight * abs(now - before)

    return sorted((c for c in previous.changes if c.movement is movement), key=weight)


def _list_changes(context: ReportContext, previous: PreviousDiagnosis) -> Iterator[Change]:
    for movement, most in _MOST.items():
        for change in _select(context, previous, movement)[:most]:
            yield Change(
                mark=context.say(f"view.comparison.{movement}"),
                item=context.topic(change.item),
                answers=context.say(
                    "view.comparison.answers",
                    before=label_answer(context, change.item, change.before),
                    now=label_answer(context, change.item, change.now),
                ),
            )


def _list_more(context: ReportContext, previous: PreviousDiagnosis) -> Iterator[str]:
    """List how many changes are left out, and the items that cannot be compared."""
    say = context.say
    for movement, most in _MOST.items():
        left = len(_select(context, previous, movement)) - most
        if left > 0:
            yield say(f"view.comparison.more.{movement}", count=left)
    for movement in _LISTED:
        items = [c.item for c in previous.changes if c.movement is movement]
        if items:
            yield _list_items(context, f"view.comparison.{movement}", items)
    same = [c.item for c in previous.changes if c.movement is Movement.SAME and c.before != c.now]
    if same:
        yield _list_items(context, "view.comparison.changed", same)


def _list_items(context: ReportContext, key: str, items: Sequence[str]) -> str:
    say = context.say
    named = context.join(items)
    return say("view.comparison.list", label=say(key), count=len(items), items=named)


def label_answer(context: ReportContext, name: str, choice: str | None) -> str:
    """Label an answer; of an item no longer asked, as any answer set labels the choice."""
    if choice is None:
        return context.say("comparison.changes.unanswered")
    catalog = context.catalog
    item = catalog.items.get(name)
    own = [catalog.choices_of(item)[choice]] if item and choice in catalog.choices_of(item) else []
    others = (each for choices in catalog.answer_sets.values() for each in choices)
    labels = [each.label[context.say.lang] for each in (*own, *others) if each.id == choice]
    return labels[0] if labels else choice


# --- the diagnoses so far


def _build_history(context: ReportContext) -> tuple[PastPoint, ...]:
    """List the diagnoses with today's as the last; none where it is alone."""
    past, record, catalog = context.report.history, context.cell_values.record, context.catalog
    now = f"{catalog.id}@{catalog.version}"
    today = PastDiagnosis(context.report.as_of, now, record.overall, record.rank)
    return tuple(_build_point(context, each, now) for each in (*past, today)) if past else ()


def _build_point(context: ReportContext, past: PastDiagnosis, now: str) -> PastPoint:
    say = context.say
    return PastPoint(
        day=say_month(say, past.as_of),
        place=place_on(truncate(past.score), context.catalog.scoring.full),
        shown=context.format_overall(past.score),
        rank=past.rank,
        remark=say("view.comparison.history.version") if past.catalog != now else "",
    )
