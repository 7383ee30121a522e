"""5. 他社・前回との比較: the client beside others, and what changed since last time."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.report_view import Comparisons, Peers, Previous
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import LINED, NOTES, SMALL_TEXT, WHOLE, say_key
from sheet_diag.reports.client.score_drawings import HISTORY, RowArea, ScoreDrawings
from sheet_diag.xlsx.theme import BODY, BOLD, CENTER, HEAD_9, MIDDLE, NAVY, WARNING, Look

_NAME, _BAR = (0, 2), (3, 5)
_FIGURES: Final = ((6, 6), (7, 8), (9, 10), (LAST_COLUMN, LAST_COLUMN))
_ROW: Final = 18.0  # points, the least that a row of marks takes
_LINE: Final[Look] = {**BODY, **MIDDLE, **LINED, "font_size": 9}
_CENTERED: Final[Look] = {**_LINE, **CENTER}
_OWN: Final[Look] = {**_CENTERED, **BOLD, "font_color": NAVY, "font_size": 11}
_WARNING: Final[Look] = {**BODY, "font_color": WARNING}
_MARK, _ITEM, _ANSWERS = (0, 1), (2, 7), (8, LAST_COLUMN)


def write_comparisons(flow: PageFlow, view: Comparisons, drawings: ScoreDrawings) -> None:
    """Write the section."""
    flow.gap(8)
    with flow.together():
        flow.heading(view.heading)
        if view.peers:
            _write_peers(flow, view.peers, drawings)
    if view.previous:
        _write_previous(flow, view.previous, view.peers, drawings)


def _write_peers(flow: PageFlow, peers: Peers, drawings: ScoreDrawings) -> None:
    heads = [("", _NAME), ("", _BAR), *zip(peers.heads, _FIGURES, strict=True)]
    flow.write_row(*(FlowCell(text, HEAD_9, at) for text, at in heads), padding=2)
    top = flow.row
    for each in peers.rows:
        shown = (each.own, each.median, each.position, each.deviation)
        looks = (_OWN, _CENTERED, _CENTERED, _CENTERED)
        figures = zip(shown, looks, _FIGURES, strict=True)
        flow.write_row(
            FlowCell("\n".join(filter(None, (each.name, each.group))), _LINE, _NAME),
            FlowCell("", _LINE, _BAR),
            *(FlowCell(*cell) for cell in figures),
            least=_ROW,
            padding=2,
        )
    area = RowArea(flow.page.span(*_BAR), flow.pixels_since(top))
    chart = drawings.draw_positions(area, peers.borders, [each.places for each in peers.rows])
    flow.page.place(top, _BAR[0], chart, area.size, description=_describe(peers))
    flow.write_row(FlowCell(say_key(peers.key), NOTES, WHOLE), padding=2)
    for note in peers.notes:
        flow.write_row(FlowCell(note, NOTES, WHOLE), padding=1)


def _describe(peers: Peers) -> str:
    """Tell the marks in words."""
    return "\n".join(f"{e.name} {e.group} {e.own}: {e.median}, {e.position}" for e in peers.rows)


def _write_previous(
    flow: PageFlow, previous: Previous, peers: Peers | None, drawings: ScoreDrawings
) -> None:
    if peers:
        flow.gap(6)
    with flow.together():
        flow.subheading(previous.heading)
        if previous.sentence:
            flow.paragraph(previous.sentence)
        if previous.warning:
            flow.paragraph(previous.warning, _WARNING)
        flow.gap(2)
    for each in previous.changes:
        flow.write_row(
            FlowCell(each.mark, {**_LINE, **BOLD}, _MARK),
            FlowCell(each.item, _LINE, _ITEM),
            FlowCell(each.answers, _LINE, _ANSWERS, is_client=True),
            padding=2,
        )
    for text in previous.more:
        flow.paragraph(text, SMALL_TEXT)
    if previous.history:
        _write_history(flow, previous, drawings)


def _write_history(flow: PageFlow, previous: Previous, drawings: ScoreDrawings) -> None:
    """Draw the scores so far, each above its day."""
    with flow.together():
        if previous.history_heading != previous.heading:
            flow.gap(6)
            flow.subheading(previous.history_heading)
        chart = drawings.draw_history(previous.history)
        row = flow.next_row(HISTORY[1] * 0.75)
        flow.page.place(row, 0, chart, HISTORY, description=previous.history_alternative)
        told = (
            "  ".join(filter(None, (f"{each.day} {each.shown} {each.rank}", each.remark)))
            for each in previous.history
        )
        flow.write_row(FlowCell(" → ".join(told), SMALL_TEXT, WHOLE), padding=2)
