"""6. 保険のご案内, and 7. 診断の方法と前提 with the answers that were changed."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.report_view import (
    ChangedAnswers,
    Damage,
    Fact,
    InsuranceNotice,
    Method,
    MethodRow,
)
from sheet_diag.reports.client.page_flow import LAST_COLUMN, FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import LINED, NOTES, SMALL_TEXT, WHOLE
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTERED_9,
    MIDDLE,
    MUTED,
    NAVY,
    PALE,
    TEXT_9,
    WHITE,
    Look,
)

_EXPOSURE: Final = (0, 3)
_LEVEL_WIDTH: Final = 2  # columns
_LEVEL: Final[Look] = {**CENTERED_9, "font_size": 10, "font_color": MUTED}
_OWN_LEVEL: Final[Look] = {**_LEVEL, **BOLD, "font_color": WHITE, "bg_color": NAVY}
_FACT: Final = ((0, 3), (4, 8), (9, LAST_COLUMN))
_DAMAGE: Final = ((0, 2), (3, 5), (6, LAST_COLUMN))
_METHOD: Final = ((0, 1), (2, LAST_COLUMN))
_METHOD_NAME: Final[Look] = {**BODY, **BOLD, **MIDDLE, **LINED, "font_size": 9, "bg_color": PALE}
_METHOD_TEXT: Final[Look] = {**BODY, **MIDDLE, **LINED, "font_size": 9}
_CHANGED: Final = ((0, 3), (4, 6), (7, 9), (10, LAST_COLUMN))


def write_insurance(flow: PageFlow, view: InsuranceNotice) -> None:
    """Write the section."""
    flow.gap(8)
    with flow.together():
        flow.heading(view.heading)
        flow.paragraph(view.notice)
    flow.gap(4)
    with flow.together():
        levels = (
            FlowCell(each.text, _OWN_LEVEL if each.is_own else _LEVEL, _level_at(place))
            for place, each in enumerate(view.levels)
        )
        flow.write_row(FlowCell(view.exposure_label, SMALL_TEXT, _EXPOSURE), *levels, least=19)
        flow.gap(4)
        for fact in view.facts[:1]:
            _write_fact(flow, fact)
    for fact in view.facts[1:]:
        _write_fact(flow, fact)
    if view.damage:
        _write_damage(flow, view.damage)


def _write_fact(flow: PageFlow, fact: Fact) -> None:
    label, entry, factor = _FACT
    flow.write_row(
        FlowCell(fact.label, TEXT_9, label),
        FlowCell(fact.entry, CENTERED_9, entry, is_client=True),
        FlowCell(fact.factor, CENTERED_9, factor),
        padding=1,
    )


def _level_at(place: int) -> tuple[int, int]:
    first = _EXPOSURE[1] + 1 + place * _LEVEL_WIDTH
    return first, first + _LEVEL_WIDTH - 1


def _write_damage(flow: PageFlow, damage: Damage) -> None:
    flow.gap(6)
    with flow.together():
        flow.subheading(damage.heading)
        flow.paragraph(damage.lead)
        flow.table_head(_DAMAGE, damage.heads, least=18)
        looks = (TEXT_9, CENTERED_9, TEXT_9)
        for each in damage.rows:
            shown = zip((each.incident, each.range, each.basis), looks, _DAMAGE, strict=True)
            flow.write_row(*(FlowCell(*cell) for cell in shown), padding=2)
        for note in damage.notes:
            flow.write_row(FlowCell(note, NOTES, WHOLE), padding=1)


def write_method(flow: PageFlow, view: Method) -> None:
    """Write the section."""
    flow.gap(8)
    with flow.together():
        flow.heading(view.heading)
        for each in view.rows[:2]:
            _write_method_row(flow, each)
    for each in view.rows[2:]:
        _write_method_row(flow, each)
    if view.changed:
        _write_changed(flow, view.changed)


def _write_method_row(flow: PageFlow, row: MethodRow) -> None:
    label, text = _METHOD
    cells = (FlowCell(row.label, _METHOD_NAME, label), FlowCell(row.text, _METHOD_TEXT, text))
    flow.write_row(*cells, padding=2)


def _write_changed(flow: PageFlow, changed: ChangedAnswers) -> None:
    """Write what the consultant changed: answers and reasons are theirs and the client's."""
    flow.gap(6)
    with flow.together():
        flow.subheading(changed.heading)
        flow.table_head(_CHANGED, changed.heads, least=18)
        for each in changed.rows[:1]:
            _write_change(flow, (each.item, each.answers, each.reason, each.by))
    for each in changed.rows[1:]:
        _write_change(flow, (each.item, each.answers, each.reason, each.by))


def _write_change(flow: PageFlow, shown: tuple[str, ...]) -> None:
    cells = zip(shown, _CHANGED, strict=True)
    flow.write_row(*(FlowCell(text, TEXT_9, at, is_client=True) for text, at in cells), padding=2)
