"""5. 他社・前回との比較: the client beside its peers; what changed stands in `previous`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Final

from sheet_diag.model.comparison import (
    LEAST_OF_DEVIATION,
    OVERALL,
    GroupKind,
    PeerGroup,
    PeerStanding,
)
from sheet_diag.model.report_view import Comparisons, KeyEntry, PeerRow, Peers
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.previous import build_previous
from sheet_diag.reports.view.scales import (
    all_clients,
    comparable_previous,
    find_places,
    list_borders,
    own_score,
)
from sheet_diag.reports.view.words import join_sentences
from sheet_diag.text.numbers import format_score, truncate_score

_TINY: Final = 1e-9  # what the statistics, which are floats, may be off


def build_comparisons(context: ReportContext, number: int) -> Comparisons | None:
    """Build the section; None where there is nothing to compare with."""
    peers, previous = _build_peers(context), build_previous(context)
    if peers is None and previous is None:
        return None
    has = "peers" if previous is None else "both" if peers else "previous"
    return Comparisons(context.say(f"view.comparison.{has}", number=number), peers, previous)


def _build_peers(context: ReportContext) -> Peers | None:
    say, rows = context.say, tuple(_list_rows(context))
    if not rows:
        return None
    return Peers(
        heads=(
            say("comparison.own"),
            say("view.comparison.median"),
            say("comparison.position"),
            say("comparison.deviation") if context.catalog.sections.deviation else "",
        ),
        borders=list_borders(context.catalog),
        rows=rows,
        key=tuple(_list_key(context)),
        notes=(join_sentences(say, _tell_notes(context, rows)),),
    )


def _list_rows(context: ReportContext) -> Iterator[PeerRow]:
    """List the overall score in each group, then the categories among all (not for the best)."""
    say, everyone = context.say, all_clients(context)
    for peers in list_groups(context):
        standing = peers.standings.get(OVERALL)
        if standing:
            name, group = say("comparison.overall"), _group_name(context, peers, standing.count)
            yield _build_row(context, OVERALL, standing, name, group)
    if everyone is None or context.cell_values.record.rank.is_best:
        return
    for number, category in enumerate(context.catalog.scored_categories, 1):
        standing = everyone.standings.get(category.id)
        if standing and own_score(context, category.id) is not None:
            name = say("view.categories.name", number=number, name=category.short[say.lang])
            yield _build_row(context, category.id, standing, name, "")


def list_groups(context: ReportContext) -> Iterator[PeerGroup]:
    """List the groups; one of the very same clients as all is left out."""
    everyone = all_clients(context)
    for peers in context.report.comparison.peers:
        if peers is everyone or not everyone or count_clients(peers) != count_clients(everyone):
            yield peers


def count_clients(peers: PeerGroup) -> int:
    """Count the clients of a group."""
    return max((each.count for each in peers.standings.values()), default=0)


def _group_name(context: ReportContext, peers: PeerGroup, count: int) -> str:
    if peers.kind is GroupKind.ALL:
        return context.say("view.comparison.group.all", count=count)
    name = name_choice(context, peers)
    return context.say(f"view.comparison.group.{peers.kind}", choice=name, count=count)


def name_choice(context: ReportContext, peers: PeerGroup) -> str:
    """Name what the clients of a group share."""
    field = context.catalog.field_by_id.get(peers.kind.value)
    choice = field.by_id.get(peers.choice) if field else None
    return choice.label[context.say.lang] if choice else peers.choice


def _build_row(
    context: ReportContext, measure: str, standing: PeerStanding, name: str, group: str
) -> PeerRow:
    say, score = context.say, own_score(context, measure) or Fraction(0)
    places = find_places(context, measure)
    quartiles = (standing.lower, standing.upper)
    shown = {key: round(getattr(standing, key)) for key in ("lower", "median", "upper")}
    deviation = say("report.none") if context.catalog.sections.deviation else ""
    if deviation and standing.shown_deviation is not None:
        deviation = f"{standing.shown_deviation:.1f}"
    return PeerRow(
        name=name,
        group=group,
        places=replace(places, median=standing.median, quartiles=quartiles, target=None),
        own=format_score(score),
        median=say("view.comparison.median.of", **shown),
        position=_say_position(context, score, standing),
        deviation=deviation,
    )


def _say_position(context: ReportContext, score: Fraction, standing: PeerStanding) -> str:
    key, figures = find_position(score, standing)
    return context.say(f"view.comparison.position.{key}", **figures)


def find_position(score: Fraction, standing: PeerStanding) -> tuple[str, dict[str, int]]:
    """Find where a score stands, with the whole points to the median as it is printed."""
    own = float(score) + _TINY
    if own >= standing.upper:
        return "top", {}
    if own >= standing.median:
        return "above", {}
    return "below", {"points": max(1, ceil(round(standing.median) - truncate_score(score)))}


def _list_key(context: ReportContext) -> Iterator[KeyEntry]:
    say = context.say
    yield KeyEntry("own", say("comparison.own"))
    yield KeyEntry("median", say("comparison.median"))
    yield KeyEntry("quartiles", say("view.key.quartiles"))
    if comparable_previous(context):
        yield KeyEntry("before", say("view.key.before"))


def _tell_notes(context: ReportContext, rows: tuple[PeerRow, ...]) -> Iterator[str]:
    say = context.say
    yield from tell_reference(context)
    if not all(row.group for row in rows):
        yield say("view.comparison.categories")
    if context.catalog.sections.deviation:
        yield say("view.comparison.deviation", count=LEAST_OF_DEVIATION)


def tell_reference(context: ReportContext) -> Iterator[str]:
    """Tell of a frozen benchmark: of which day, and of which version where that is another."""
    say, comparison = context.say, context.report.comparison
    if comparison.reference:
        day = context.format_day(date.fromisoformat(comparison.reference))
        yield say("comparison.peers.reference", day=day)
    if comparison.reference_version:
        yield say("comparison.peers.version", version=comparison.reference_version)
