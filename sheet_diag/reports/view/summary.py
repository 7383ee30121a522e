"""1. 総合評価: rank and score, why it is so, and what to do first. One page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sheet_diag.model.report_view import CategoryBox, FirstMeasure, Summary
from sheet_diag.model.results import Phase, PlannedItem
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.comment import build_comment
from sheet_diag.reports.view.reached import Reached, reach
from sheet_diag.reports.view.scales import build_score_bar
from sheet_diag.reports.view.why import explain_rank, overall_text
from sheet_diag.reports.view.words import (
    number_key,
    say_change,
    say_due,
    say_effect,
    say_effort,
)
from sheet_diag.text.numbers import format_score, print_score, score_change

_MOST_MEASURES: Final = 3
# What keeps the best level, until when, and with which effort (empty: each time).
_KEEP: Final = (("check", Phase.YEAR, "S"), ("change", None, "S"), ("exercise", Phase.HALF, "M"))


def build_summary(context: ReportContext, method_heading: str) -> Summary:
    """Build the section; the changed answers stand below `method_heading`."""
    say, record, chosen = context.say, context.cell_values.record, _choose_first(context)
    reached = reach(context, [each.item for each in chosen]) if chosen else None
    page = say("view.note.page", page="{page}")
    section = say("view.note.section", heading=method_heading)
    return Summary(
        heading=say("report.overall.heading"),
        rank_label=say("report.overall.rank"),
        ranks=context.catalog.ranks,
        rank=record.rank,
        own_mark=say("view.own"),
        score_label=say("report.overall.score"),
        score=context.format_overall(record.overall),
        score_of=say("view.of", full=print_score(context.catalog.scoring.full)),
        before=_say_before(context),
        bar=build_score_bar(context),
        why=explain_rank(context),
        paragraph=overall_text(context),
        boxes=tuple(_list_boxes(context)),
        first_heading=say(f"view.first.heading{_heading_key(context)}"),
        heads=_heads(context, chosen),
        measures=tuple(_list_measures(context, chosen)),
        result=_result(context, chosen, reached) if reached else "",
        result_note=_result_note(context, chosen, reached) if reached else "",
        comment=build_comment(context),
        note=_override_note(context, page),
        sheet_note=_override_note(context, section),
    )


def _say_before(context: ReportContext) -> str:
    """Write last time's score and rank, and the change where both can be compared."""
    say, previous = context.say, context.report.comparison.previous
    if previous is None:
        return ""
    score = context.format_overall(previous.score)
    if previous.common:
        return say("view.before.version", score=score, rank=previous.rank)
    points = score_change(context.cell_values.record.overall, previous.score)
    return say("view.before", score=score, rank=previous.rank, change=say_change(say, points))


def _list_boxes(context: ReportContext) -> Iterator[CategoryBox]:
    scores, values = context.report.diagnosis.scores.categories, context.cell_values
    for category in context.catalog.scored_categories:
        score, mark = scores[category.id].score, values.mark(category.id)
        shown = context.say("report.categories.na") if score is None else format_score(score)
        yield CategoryBox(category.short[context.say.lang], shown, mark or "")


# --- what to do first


def _choose_first(context: ReportContext) -> list[PlannedItem]:
    plan = context.report.diagnosis.plan
    return [each for each in plan if each.phase is Phase.NOW][:_MOST_MEASURES]


def _heading_key(context: ReportContext) -> str:
    if not context.report.diagnosis.plan:
        return ".keep"
    return ".best" if context.cell_values.record.rank.is_best else ""


def _heads(context: ReportContext, chosen: Sequence[PlannedItem]) -> tuple[str, ...]:
    say = context.say
    if not chosen:
        title = say("view.first.keep")
    elif context.is_unsure(each.item for each in chosen):
        title = say("view.first.measure.confirmed")
    else:
        title = say("view.first.measure")
    return title, *(say(f"view.first.{key}") for key in ("due", "effort", "effect"))


def _list_measures(context: ReportContext, chosen: Sequence[PlannedItem]) -> Iterator[FirstMeasure]:
    lang = context.say.lang
    if not chosen:
        yield from _list_keeping(context)
    for each in chosen:
        item = context.catalog.items[each.item]
        yield FirstMeasure(
            title=item.title[lang],
            id=item.id,
            is_key=item.critical,
            step=item.first_step_short[lang] if item.first_step_short else "",
            due=say_due(context, each.phase),
            effort=say_effort(context, item.id),
            effect=say_effect(context, each.effect),
        )


def _list_keeping(context: ReportContext) -> Iterator[FirstMeasure]:
    """List what keeps the level where nothing is open."""
    say = context.say
    for key, phase, effort in _KEEP:
        yield FirstMeasure(
            title=say(f"view.keep.{key}"),
            id="",
            is_key=False,
            step="",
            due=say_due(context, phase) if phase else say("view.keep.each_time"),
            effort=say(f"plan.effort.{effort}"),
            effect=say("report.none"),
        )


# --- what it leads to


def _result(context: ReportContext, chosen: Sequence[PlannedItem], reached: Reached) -> str:
    """Say which score and rank the measures lead to together, caps included."""
    say, record, count = context.say, context.cell_values.record, len(chosen)
    ranks: str = record.rank
    if reached.rank != record.rank:
        ranks = say("view.result.ranks", before=record.rank, after=reached.rank)
    before, after = context.format_overall(record.overall), context.format_overall(reached.score)
    parts = {"count": count, "before": before, "after": after, "ranks": ranks}
    return say(f"view.result.{number_key(count)}", **parts)


def _result_note(context: ReportContext, chosen: Sequence[PlannedItem], reached: Reached) -> str:
    """Say how many more measures the next rank takes where these leave the rank as it is."""
    say, rank, ways = context.say, context.cell_values.record.rank, context.ways
    told = context.catalog.sections
    if reached.rank != rank or not (told.next_rank and told.plan):
        return ""
    if not ways:
        return say("view.result.best")
    more = len(set(ways[0].items).difference(each.item for each in chosen))
    if not more:
        return ""
    return say("view.result.next", target=ways[0].target, count=more)


def _override_note(context: ReportContext, place: str) -> str:
    """Tell how many answers the consultant changed, and where they are listed."""
    count = len(context.report.received.judgement.overrides)
    if not count:
        return ""
    return context.say(f"view.note.{number_key(count)}", count=count, place=place)
