"""What is drawn on scales, in percent of them, and the entries of the keys below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction
from itertools import pairwise

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import OVERALL, GroupKind, PeerGroup, PreviousDiagnosis
from sheet_diag.model.report_view import Border, KeyEntry, Places, RankField, ScoreBar
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.numbers import print_score, truncate

_TOP = 100


def place_on(score: float | Fraction, full: int | Fraction) -> float:
    """Place a score on its scale: in percent, at its ends where it lies beyond."""
    return float(min(max(Fraction(score) * _TOP / full, Fraction(0)), Fraction(_TOP)))


def list_borders(catalog: Catalog) -> tuple[Border, ...]:
    """List the borders of the ranks on the scale of categories."""
    rule = catalog.scoring
    return make_borders(_list_shares(catalog), rule.full_of_category)


def _list_shares(catalog: Catalog) -> list[Fraction]:
    """List the lowest scores of all ranks but the last, as shares of the full score."""
    rule = catalog.scoring
    return [(each.lowest or 0) / Fraction(rule.full) for each in rule.ranks[:-1]]


def make_borders(shares: Iterable[Fraction], full: int | Fraction) -> tuple[Border, ...]:
    """Make borders at shares of a scale, and at both of its ends."""
    inside = {share for share in shares if 0 < share < 1}
    return tuple(
        Border(float(_TOP * share), print_score(share * full))
        for share in sorted({Fraction(0), *inside, Fraction(1)})
    )


def weak_limit(catalog: Catalog) -> Fraction | None:
    """Find the score below which a category holds the rank down; None where none does."""
    limits = [cap.score for cap in catalog.scoring.caps.category_below]
    return max(limits) if limits else None


def all_clients(context: ReportContext) -> PeerGroup | None:
    """Find the group of all clients; None where it is not shown."""
    peers = context.report.comparison.peers
    return next((each for each in peers if each.kind is GroupKind.ALL), None)


def comparable_previous(context: ReportContext) -> PreviousDiagnosis | None:
    """Find last time's diagnosis if its scores can be set beside today's."""
    previous = context.report.comparison.previous
    return previous if previous and not previous.common else None


def find_places(context: ReportContext, measure: str) -> Places:
    """Find what the bar of a score shows; `measure` is a category, or `OVERALL`."""
    own = own_score(context, measure)
    if own is None:
        return Places(None)
    everyone, previous = all_clients(context), comparable_previous(context)
    standing = everyone.standings.get(measure) if everyone else None
    before = previous_score(previous, measure) if previous else None
    category, limit = context.catalog.category_by_id.get(measure), weak_limit(context.catalog)
    target = category.target if category else None
    full = context.catalog.scoring.full_of_category if category else context.catalog.scoring.full
    return Places(
        own=place_on(truncate(own), full),
        median=place_on(standing.median, full) if standing else None,
        before=None if before is None else place_on(truncate(before), full),
        target=None if target is None else place_on(target, full),
        is_weak=category is not None and limit is not None and own < limit,
    )


def own_score(context: ReportContext, measure: str) -> Fraction | None:
    """Find the client's score; None where a category is 対象外."""
    scores = context.report.diagnosis.scores
    if measure == OVERALL:
        return context.cell_values.record.overall
    return scores.categories[measure].score


def previous_score(previous: PreviousDiagnosis, measure: str) -> Fraction | None:
    """Find the score of last time; None where there was none."""
    return previous.score if measure == OVERALL else previous.categories.get(measure)


def build_score_bar(context: ReportContext) -> ScoreBar:
    """Build the bar of the overall score."""
    say, record = context.say, context.cell_values.record
    key = tuple(_list_score_key(context))
    return ScoreBar(
        fields=tuple(_list_fields(context.catalog)),
        borders=make_borders(_list_shares(context.catalog), context.catalog.scoring.full),
        base=record.base,
        places=find_places(context, OVERALL),
        own=say("view.bar.own", score=context.format_overall(record.overall)),
        key=key,
        alternative=say(
            "view.bar.alternative",
            full=print_score(context.catalog.scoring.full),
            key=context.join(each.text for each in key if each.drawn),
        ),
    )


def _list_fields(catalog: Catalog) -> Iterator[RankField]:
    borders = [float(_TOP), *(place_on(share, 1) for share in _list_shares(catalog)), 0.0]
    fields = zip(catalog.ranks, pairwise(borders), strict=True)
    for rank, (high, low) in reversed(list(fields)):
        yield RankField(rank, low, high)


def _list_score_key(context: ReportContext) -> Iterator[KeyEntry]:
    say, record = context.say, context.cell_values.record
    yield KeyEntry("own", say("view.key.own.score", score=context.format_overall(record.overall)))
    if previous := comparable_previous(context):
        yield KeyEntry(
            "before", say("view.key.before.score", score=context.format_overall(previous.score))
        )
    everyone = all_clients(context)
    if everyone and OVERALL in everyone.standings:
        standing = everyone.standings[OVERALL]
        yield KeyEntry("median", _median_text(context, standing.count, round(standing.median)))
    yield KeyEntry("", say("view.key.borders"))


def _median_text(context: ReportContext, count: int, median: int) -> str:
    say, reference = context.say, context.report.comparison.reference
    if reference:
        day = context.format_day(date.fromisoformat(reference))
        return say("view.key.reference.score", day=day, count=count, median=median)
    return say("view.key.median.score", count=count, median=median)


def list_common_key(context: ReportContext, *, count: int) -> Iterator[KeyEntry]:
    """List the entries of median (of `count` clients; 0: none) and last time."""
    say, reference = context.say, context.report.comparison.reference
    if count and reference:
        day = context.format_day(date.fromisoformat(reference))
        yield KeyEntry("median", say("view.key.reference", day=day, count=count))
    elif count:
        yield KeyEntry("median", say("view.key.median", count=count))
    if comparable_previous(context):
        yield KeyEntry("before", say("view.key.before"))
