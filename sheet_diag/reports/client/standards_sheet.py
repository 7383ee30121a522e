"""基準別の実施状況: the answers beside the requirements of other standards, a table for each.

All tables share their columns, so the headings are printed on every page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.model.standards import (
    RequirementCoverage,
    RequirementState,
    StandardCoverage,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.cell_writer import Cell
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BOLD,
    CENTERED,
    CENTERED_9,
    HEAD,
    HEADING,
    HEAT_BAD,
    HEAT_GOOD,
    HEAT_LEFT_OUT,
    HEAT_MIDDLE,
    HEAT_UNKNOWN,
    MUTED,
    NOTE,
    PALE,
    TEXT_9,
    TITLE,
    Look,
)

_WIDTHS: Final = (66, 301, 57, 57, 57, 57, 57)
_SUBJECT: Final = 1
_LAST: Final = len(_WIDTHS) - 1
_HEADER_ROW: Final = 3
_PADDING: Final = 3.0  # points of a row beside its text
_HEAD: Final[Look] = {**HEAD, "font_size": 8}
_GROUP: Final[Look] = {**TEXT_9, **BOLD, "bg_color": PALE}
_GROUP_ID: Final[Look] = {**CENTERED_9, **BOLD, "bg_color": PALE}
_COUNT: Final[Look] = {**_GROUP_ID, "num_format": "0"}
_STATES: Final = (*RequirementState, None)
_SHADES: Final = {
    RequirementState.MET: HEAT_GOOD,
    RequirementState.PARTLY: HEAT_MIDDLE,
    RequirementState.NOT_MET: HEAT_BAD,
    RequirementState.NOT_CONFIRMED: HEAT_UNKNOWN,
    RequirementState.NOT_APPLICABLE: HEAT_LEFT_OUT,
}
_MARKS: Final = {state: {**CENTERED, **BOLD, "bg_color": each} for state, each in _SHADES.items()}


def has_standards(context: ReportContext) -> bool:
    """Whether the catalogue has a standard to set answers beside."""
    return any(standard.frame for standard in context.catalog.standards)


def write_standards(page: Page, context: ReportContext) -> None:
    """Write the sheet."""
    page.columns(_WIDTHS)
    covered = cover_standards(context.catalog, context.report.sheet.answers)
    _write_head(page, context.say, _are_grouped(covered))
    tables, breaks = _TableWriter(page, context), []
    for coverage in covered:
        breaks.append(tables.row)
        tables.write(coverage)
    page.freeze(_HEADER_ROW + 1)
    page.tab(MUTED)
    context.print_setup(page, landscape=False)
    page.scale(100, repeat=(_HEADER_ROW, _HEADER_ROW))
    page.breaks(breaks[1:], (0, 0, tables.row - 1, _LAST))


def _are_grouped(covered: Sequence[StandardCoverage]) -> bool:
    """Whether any standard has groups: then the words of all are those of such standards."""
    return any(each.frame.groups for each in covered)


def _write_head(page: Page, say: Wording, grouped: bool) -> None:
    """Write the title, what the sheet is, and the headings of all tables."""
    page.merged(0, 0, _LAST, say("standards.sheet"), TITLE)
    page.height(0, 32)
    legend = say("standards.legend") if grouped else say("standards.list.legend")
    for row, text in enumerate((say("standards.lead"), legend), 1):
        _write_wide(page, row, text)
    states = (
        say(f"standards.state.{state}") if grouped else say(f"standards.list.state.{state}")
        for state in RequirementState
    )
    heads = [say("standards.number"), say("standards.subject"), *states]
    page.row(_HEADER_ROW, [page.text_cell(head, _HEAD) for head in heads])
    heights = (page.text_height(head, _HEAD, (at, at)) for at, head in enumerate(heads))
    page.height(_HEADER_ROW, max(heights))


def _write_wide(page: Page, row: int, text: str) -> None:
    page.merged(row, 0, _LAST, text, NOTE)
    page.height(row, page.text_height(text, NOTE, (0, _LAST)))


class _TableWriter:
    """Writes the tables one below the other; `row` is the next that is free."""

    def __init__(self, page: Page, context: ReportContext) -> None:
        self.row = _HEADER_ROW + 1
        self._page = page
        self._say = context.say
        self._context = context
        self._grouped = True
        self._answered = dict(_list_answered(context))
        self._marks = {state: _make_marks(page, state, context.say) for state in _STATES}

    def write(self, coverage: StandardCoverage) -> None:
        """Write the table of a standard: a line a group, then a line a requirement."""
        self._grouped = bool(coverage.frame.groups)
        self._write_heading(coverage)
        for each in coverage.groups if coverage.frame.groups else ():
            name = each.group.name[self._say.lang]
            self._write_counts(each.group.id, name, each.group.size, each.counts)
        if len(coverage.frame.groups) > 1:
            name = self._say("standards.total")
            self._write_counts("", name, coverage.size, coverage.counts)
        for each in coverage.groups:
            for requirement in each.requirements:
                self._write_requirement(requirement)

    def _write_heading(self, coverage: StandardCoverage) -> None:
        page, name = self._page, coverage.standard.name[self._say.lang]
        page.merged(self.row, 0, _LAST, name, HEADING)
        page.height(self.row, 28)
        _write_wide(page, self.row + 1, self._scope(coverage))
        self.row += 2

    def _scope(self, coverage: StandardCoverage) -> str:
        say, counts, unit = self._say, coverage.counts, coverage.frame.unit
        name = coverage.standard.name[say.lang]
        if coverage.frame.groups and unit:
            parts = {"name": name, "unit": unit[say.lang], "size": coverage.size}
            figures = {"treated": counts.total(), "met": counts[RequirementState.MET]}
            return say("standards.scope", **parts, **figures)
        states = {state.value: counts[state] for state in RequirementState}
        count = counts.total() - counts[RequirementState.NOT_APPLICABLE]
        unasked = coverage.unasked
        return say("standards.list.scope", name=name, count=count, unasked=unasked, **states)

    def _write_counts(
        self, group: str, name: str, size: int, counts: Counter[RequirementState]
    ) -> None:
        page = self._page
        text = self._say("standards.group", name=name, size=size, treated=counts.total())
        figures = (page.number_cell(counts[state], _COUNT) for state in RequirementState)
        cells = (page.text_cell(group, _GROUP_ID), page.text_cell(text, _GROUP), *figures)
        self._write_row(cells, text, _GROUP)

    def _write_requirement(self, covered: RequirementCoverage) -> None:
        page = self._page
        text = "\n".join(self._subject_lines(covered))
        number = page.text_cell(covered.requirement.id, CENTERED_9)
        cells = (number, page.client_cell(text, TEXT_9), *self._marks[covered.state])
        self._write_row(cells, text, TEXT_9)

    def _subject_lines(self, covered: RequirementCoverage) -> Iterator[str]:
        """Write the name, the items, each with its answer where there are more, and why there is
        no state."""
        requirement = covered.requirement
        if requirement.name:
            yield requirement.name[self._say.lang]
        if len(requirement.items) == 1:
            yield self._context.topics(requirement.items)
        else:
            yield from (self._answered[item] for item in requirement.items)
        if covered.state is None:
            yield self._say("standards.unscored" if self._grouped else "standards.list.unasked")

    def _write_row(self, cells: Sequence[Cell], subject: str, look: Look) -> None:
        height = self._page.text_height(subject, look, (_SUBJECT, _SUBJECT), _PADDING)
        self._page.row(self.row, cells)
        self._page.height(self.row, height)
        self.row += 1


def _list_answered(context: ReportContext) -> Iterator[tuple[str, str]]:
    """Write each item with its answer and its topic."""
    say = context.say
    for name, item in context.catalog.items.items():
        parts = {"topic": item.topic[say.lang], "answer": context.answer(name)}
        yield name, say("standards.answered", item=name, **parts)


def _make_marks(page: Page, state: RequirementState | None, say: Wording) -> list[Cell]:
    """Make the cells of a line: a mark in the column of its state."""
    blank = page.text_cell("", CENTERED_9)
    return [
        page.text_cell(say(f"standards.mark.{each}"), _MARKS[each]) if each is state else blank
        for each in RequirementState
    ]
