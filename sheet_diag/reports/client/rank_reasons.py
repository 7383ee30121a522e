"""What is said of the rank: its text, why it is so, and what the next rank asks for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Cap
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.why import unknown_sentence
from sheet_diag.text.numbers import format_score

_MOST_NAMED: Final = 2  # names in the sentence on the next rank
_MANY_UNKNOWN: Final = 5  # from so many on the first page tells them


def list_reasons(context: ReportContext) -> Iterator[str]:
    """List the sentences from the base rank to the final one."""
    say, scores = context.say, context.report.diagnosis.scores
    record = context.cell_values.record
    score, span = format_score(record.overall), _score_range(context, record.base)
    yield say("report.why.base", score=score, range=span, rank=record.base)
    for cap in scores.binding_caps:
        yield _cap_reason(context, cap)
    yield _final_reason(context, record.rank)
    yield from _list_bounds(context)


def _list_bounds(context: ReportContext) -> Iterator[str]:
    """List what the verdict would be if answers were other ones, as far as that differs."""
    say, diagnosis, values = context.say, context.report.diagnosis, context.cell_values
    scores, unknown = diagnosis.scores, unknown_sentence(context)
    if (scores.upper, scores.upper_rank) != (scores.overall, scores.rank):
        best, rank = format_score(values.upper.overall), values.upper.rank
        yield say("report.why.interval", count=len(values.unanswered), upper=best, rank=rank)
    if diagnosis.unknown and unknown:
        many = len(diagnosis.unknown.items) >= _MANY_UNKNOWN
        if many or diagnosis.is_decided_by_unknown:
            yield say("report.why.point", text=unknown)
    if scores.strict_rank is not scores.rank:
        yield say("report.why.strict", rank=scores.strict_rank)


def _score_range(context: ReportContext, rank: Rank) -> str:
    ranks = context.catalog.scoring.ranks
    low = ranks[rank]
    higher = [score for score in ranks.values() if score > low]
    if not higher:
        return context.say("report.why.range.top", low=low)
    key = "between" if low else "bottom"
    return context.say(f"report.why.range.{key}", low=low, high=min(higher))


def _cap_reason(context: ReportContext, cap: Cap) -> str:
    rule = cap.rule
    names = context.quote(context.weak_points(cap))
    parts = {"names": names, "found": len(cap.because), "rank": rule.at_most}
    return context.say(f"report.why.cap.{rule.kind}", **parts, **rule.figures)


def _final_reason(context: ReportContext, rank: Rank) -> str:
    """Say why it is this rank, or what the next one asks for where no weak point lowers it."""
    say, scores = context.say, context.report.diagnosis.scores
    if scores.binding_caps:
        return say("report.why.final.capped", rank=rank)
    better = [each for each in Rank if each.position < rank.position]
    if not better:
        return say("report.why.final.plain", rank=rank)
    target = better[-1]
    limit = context.catalog.scoring.ranks[target]
    if scores.blocking_caps:
        asked = say("report.why.next.and").join(_list_asked(context, scores.blocking_caps))
        return say("report.why.next.asks", target=target, limit=limit, asked=asked)
    gap = limit - Fraction(format_score(context.cell_values.record.overall))  # of what is printed
    return say("report.why.next.gap", target=target, points=format_score(gap))


def _list_asked(context: ReportContext, caps: Sequence[Cap]) -> Iterator[str]:
    """List what the caps ask for, those of items first, with at most two names in all."""
    ordered = sorted(caps, key=lambda each: not each.rule.counts_items)[:_MOST_NAMED]
    for cap in ordered:
        yield _ask(context, cap, _MOST_NAMED // len(ordered))


def _ask(context: ReportContext, cap: Cap, most: int) -> str:
    """Say what one cap asks for: all that it counts, or as many as lift it."""
    say, rule, count = context.say, cap.rule, len(cap.because)
    of = "items" if rule.counts_items else "categories"
    names, least = context.quote(context.weak_points(cap)[:most]), count - rule.needed + 1
    if count > most:
        names = say(f"report.why.next.more.{of}", names=names, count=count)
    if least < count:
        names = say(f"report.why.next.some.{of}", names=names, least=least)
    action = context.action(cap.because if rule.counts_items else ())
    return say(f"report.why.next.{rule.kind}", names=names, action=action, **rule.figures)
