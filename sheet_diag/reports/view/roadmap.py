"""4. 改善のロードマップ: every open item in its phase, and what the phases lead to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.model.report_view import (
    PhaseArrow,
    Roadmap,
    RoadmapPhase,
    RoadmapRow,
    ThreatRow,
    Threats,
)
from sheet_diag.model.results import Phase, PlannedItem, Way
from sheet_diag.model.threats import ThreatCount, ThreatList
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.reached import reach
from sheet_diag.reports.view.words import (
    join_sentences,
    number_key,
    say_effect,
    say_effort,
    say_month,
)

_Phases = Sequence[tuple[Phase, Sequence[PlannedItem]]]


def build_roadmap(context: ReportContext) -> Roadmap | None:
    """Build the section; None where neither the plan nor a list of threats is to be told."""
    if context.catalog.sections.plan:
        return _build_plan(context)
    threats, heading = _build_threats(context), context.say("view.roadmap.threats")
    return Roadmap(heading, "", (), "", (), (), (), "", (), threats) if threats else None


def _build_plan(context: ReportContext) -> Roadmap:
    say, plan = context.say, context.report.diagnosis.plan
    grouped = [(phase, list(items)) for phase, items in groupby(plan, key=lambda e: e.phase)]
    dated = [(phase, items) for phase, items in grouped if phase is not Phase.LATER]
    later = [each.item for each in plan if each.phase is Phase.LATER]
    best = context.cell_values.record.rank.is_best
    keys = ("view.measures.id", "view.roadmap.topic", "view.roadmap.area", "view.first.effort")
    more = ("view.first.effect", "view.roadmap.way", "view.roadmap.owner")
    told = {*keys, *more} - (set() if context.catalog.sections.next_rank else {more[1]})
    heading = f"view.roadmap.later.{number_key(len(later))}"
    return Roadmap(
        heading=say("view.roadmap.heading"),
        none="" if plan else say("plan.nothing"),
        arrows=() if best else tuple(_list_arrows(context, dated)),
        note=_note(context) if plan else "",
        heads=tuple(say(key) if key in told else "" for key in (*keys, *more)),
        phases=tuple(_build_phase(context, phase, items) for phase, items in dated),
        notes=(join_sentences(say, _tell_signs(context)),) if plan else (),
        later_heading=say(heading, count=len(later)) if later else "",
        later=tuple(map(context.topic, later)),
        threats=_build_threats(context),
    )


def _until(context: ReportContext, phase: Phase) -> str:
    day = find_due_day(phase, context.report.as_of)
    return context.say("view.until", month=say_month(context.say, day)) if day else ""


def _list_arrows(context: ReportContext, phases: _Phases) -> Iterator[PhaseArrow]:
    """List the phases with what they lead to, one upon the other."""
    say, taken = context.say, list[str]()
    for phase, items in phases:
        taken += [each.item for each in items]
        reached = reach(context, taken)
        yield PhaseArrow(
            name=say(f"view.roadmap.phase.{phase}"),
            until=_until(context, phase),
            count=say(f"view.roadmap.count.{number_key(len(items))}", count=len(items)),
            reached_label=say("view.roadmap.reached"),
            score=context.format_overall(reached.score),
            unit=say("view.roadmap.unit"),
            rank_label=say("view.roadmap.rank"),
            rank=reached.rank,
        )


def _note(context: ReportContext) -> str:
    """Say what the marks of the ways to better ranks mean."""
    say, ways = context.say, context.ways
    if not context.catalog.sections.next_rank:
        return ""
    if not ways:
        return say("view.roadmap.best")
    told = [
        _tell_way(context, way, key) for way, key in zip(ways, ("first", "second"), strict=False)
    ]
    order = say("view.roadmap.order") if any(way.items for way in ways) else ""
    return join_sentences(say, (*told, order))


def _tell_signs(context: ReportContext) -> Iterator[str]:
    """Tell what the signs of the table mean, as far as it has them."""
    items = [context.catalog.items[item] for item in context.report.diagnosis.open_items]
    if any(item.critical for item in items):
        yield context.say("view.roadmap.key")
    if any(item.effort for item in items):
        yield context.say("view.roadmap.effort")
    yield context.say("view.roadmap.effect")


def _tell_way(context: ReportContext, way: Way, key: str) -> str:
    say = context.say
    if way.score is None or way.rank is None:
        return say("view.roadmap.no_way", target=way.target)
    parts = {
        "target": way.target,
        "count": len(way.items),
        "action": context.action(way.items),
        "score": context.format_overall(way.score),
        "rank": way.rank,
    }
    return say(f"view.roadmap.{key}.{number_key(len(way.items))}", **parts)


def _build_phase(
    context: ReportContext, phase: Phase, items: Sequence[PlannedItem]
) -> RoadmapPhase:
    name, until = context.say(f"view.roadmap.phase.{phase}"), _until(context, phase)
    band = context.say("view.roadmap.band", phase=name, until=until)
    return RoadmapPhase(band, tuple(_build_row(context, each) for each in items))


def _build_row(context: ReportContext, each: PlannedItem) -> RoadmapRow:
    lang, item = context.say.lang, context.catalog.items[each.item]
    return RoadmapRow(
        id=item.id,
        topic=item.topic[lang],
        is_key=item.critical,
        area=context.catalog.category_of[item.id].short[lang],
        effort=say_effort(context, item.id),
        effect=say_effect(context, each.effect),
        way=context.way_marks(item.id),
    )


# --- the listed threats


def _build_threats(context: ReportContext) -> Threats | None:
    """Build the table; None where the catalogue lists no threats."""
    say, listed = context.say, context.catalog.threats
    if listed is None:
        return None
    threats = context.report.diagnosis.threats
    open_ones = any(each.done < each.items for each in threats)
    counted = enumerate(threats if open_ones else (), 1)
    keys = ("threat", "done", "unknown") if open_ones else ()
    return Threats(
        heading=say("report.threats.heading", list=listed.name[say.lang]),
        lead=say("report.threats.lead" if open_ones else "report.threats.met"),
        heads=tuple(say(f"report.threats.column.{key}") for key in keys),
        rows=tuple(_build_threat(context, number, each, listed) for number, each in counted),
        source=say("report.threats.source", source=listed.source[say.lang]),
    )


def _build_threat(
    context: ReportContext, number: int, each: ThreatCount, listed: ThreatList
) -> ThreatRow:
    say = context.say
    threat = context.explain(listed.by_id[each.threat].name[say.lang])
    none = say("report.none")
    done = say("report.threats.done", items=each.items, done=each.done) if each.items else none
    unknown = say("report.threats.unknown", count=each.unknown) if each.unknown else none
    return ThreatRow(say("report.threats.name", number=number, name=threat), done, unknown)
