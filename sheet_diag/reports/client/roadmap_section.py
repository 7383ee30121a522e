"""4. 改善のロードマップ: what the phases lead to, each measure, and the listed threats."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.report_view import (
    PhaseArrow,
    Roadmap,
    RoadmapPhase,
    RoadmapRow,
    ThreatRow,
    Threats,
)
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import BAND, NOTES, ONE_LINE, SMALL_TEXT, WHOLE
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTER,
    CENTERED_9,
    HEAD_9,
    NAVY,
    PALE,
    TEXT_9,
    Look,
)

_COLUMNS: Final = ((0, 0), (1, 5), (6, 7), (8, 8), (9, 9), (10, 10), (11, LAST_COLUMN))
_ID, _TOPIC, *_FIGURES = _COLUMNS
_ARROW: Final = 4  # columns
_REACHED: Final[Look] = {
    **BODY, **BOLD, **CENTER, "font_size": 9, "font_color": NAVY, "bg_color": PALE,
}  # fmt: skip
_KEY: Final[Look] = {**TEXT_9, **BOLD}
_SHORT: Final[Look] = {**CENTERED_9, **ONE_LINE}
_LEFT, _RIGHT = (0, 5), (6, LAST_COLUMN)
_THREATS: Final = ((0, 6), (7, 9), (10, LAST_COLUMN))
_THREAT_LOOKS: Final = (TEXT_9, CENTERED_9, CENTERED_9)
_BOX: Final = "□"  # to be ticked


def write_roadmap(flow: PageFlow, view: Roadmap) -> None:
    """Write the section."""
    flow.gap(8)
    with flow.together():
        flow.heading(view.heading)
        if view.none:
            flow.paragraph(view.none)
        _write_arrows(flow, view.arrows)
        if view.note:
            flow.paragraph(view.note)
            flow.gap(3)
        if view.phases:
            flow.table_head(_COLUMNS, view.heads, least=18)
            _write_band(flow, view.phases[0])
    for number, phase in enumerate(view.phases):
        _write_phase(flow, phase, has_band=number == 0)
    for note in view.notes:
        flow.write_row(FlowCell(note, NOTES, WHOLE), padding=1)
    _write_later(flow, view)
    if view.threats:
        _write_threats(flow, view.threats)


def _write_arrows(flow: PageFlow, arrows: tuple[PhaseArrow, ...]) -> None:
    """Write the phases side by side, with what is reached by the end of each."""
    if not arrows:
        return
    at = [(place * _ARROW, place * _ARROW + _ARROW - 1) for place in range(len(arrows))]
    for say, look in ((_say_phase, HEAD_9), (_say_reached, _REACHED)):
        flow.write_row(*(FlowCell(say(e), look, c) for e, c in zip(arrows, at, strict=True)))
    flow.gap(5)


def _say_phase(each: PhaseArrow) -> str:
    return f"{each.name}  {each.until} ▶"


def _say_reached(each: PhaseArrow) -> str:
    """Say how many measures the phase takes, and what is reached by its end."""
    reached = f"{each.reached_label} {each.score}{each.unit}"
    return f"{each.count}  {reached}  {each.rank_label} {each.rank}"


def _write_band(flow: PageFlow, phase: RoadmapPhase) -> None:
    flow.write_row(FlowCell(phase.band, {**BAND, "font_size": 9}, WHOLE), padding=1)


def _write_phase(flow: PageFlow, phase: RoadmapPhase, *, has_band: bool) -> None:
    first, *others = phase.rows
    with flow.together():
        if not has_band:
            _write_band(flow, phase)
        _write_measure(flow, first)
    for each in others:
        _write_measure(flow, each)


def _write_measure(flow: PageFlow, each: RoadmapRow) -> None:
    topic, look = (f"{each.topic} ★", _KEY) if each.is_key else (each.topic, TEXT_9)
    shown = (each.area, each.effort, each.effect, each.way, _BOX)
    flow.write_row(
        FlowCell(each.id, _SHORT, _ID),
        FlowCell(topic, look, _TOPIC),
        *(FlowCell(text, _SHORT, at) for text, at in zip(shown, _FIGURES, strict=True)),
        padding=1,
    )


def _write_later(flow: PageFlow, view: Roadmap) -> None:
    """List what is due after a year, in two columns that are read downwards."""
    if not view.later_heading:
        return
    half = (len(view.later) + 1) // 2
    pairs = [view.later[place::half] for place in range(half)]
    with flow.together():
        flow.subheading(view.later_heading)
        for pair in pairs[:2]:
            _write_pair(flow, pair)
    for pair in pairs[2:]:
        _write_pair(flow, pair)


def _write_pair(flow: PageFlow, pair: tuple[str, ...]) -> None:
    cells = (FlowCell(t, SMALL_TEXT, at) for t, at in zip(pair, (_LEFT, _RIGHT), strict=False))
    flow.write_row(*cells, padding=0)


def _write_threats(flow: PageFlow, threats: Threats) -> None:
    flow.gap(6)
    with flow.together():
        flow.subheading(threats.heading)
        flow.paragraph(threats.lead, SMALL_TEXT)
        if threats.rows:
            flow.table_head(_THREATS, threats.heads, least=18)
        for each in threats.rows[:2]:
            _write_threat(flow, each)
    for each in threats.rows[2:-1]:
        _write_threat(flow, each)
    with flow.together():
        for each in threats.rows[2:][-1:]:
            _write_threat(flow, each)
        flow.write_row(FlowCell(threats.source, NOTES, WHOLE), padding=2)


def _write_threat(flow: PageFlow, each: ThreatRow) -> None:
    shown = zip((each.name, each.done, each.unknown), _THREAT_LOOKS, _THREATS, strict=True)
    flow.write_row(*(FlowCell(*cell) for cell in shown), padding=1)
