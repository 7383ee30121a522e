"""Find the rows of the headings above a table of questions."""

from __future__ import annotations

from typing import Final

from sheet_diag.intake.catalog_import.families import are_choices
from sheet_diag.intake.catalog_import.sheet import FirmSheet
from sheet_diag.intake.catalog_import.words import Role, find_role, is_number

_ROWS_ABOVE: Final = 8  # of a question, in which its headings may stand
_LONGEST_HEADING: Final = 60


def find_header(sheet: FirmSheet, question: int, first: int) -> range:
    """Find the rows of the headings above the first question; an empty range: there are none."""
    above = range(max(0, first - _ROWS_ABOVE), first)
    known = {row: _count_headings(sheet, row) for row in above}
    best = max(above, key=lambda row: (known[row], row), default=-1)
    if best < 0 or not known[best]:
        return range(0)
    if known[best] < 2 and find_role(sheet.text(best, question)) is not Role.QUESTION:
        return range(0)
    start, stop = best, best + 1
    while start > 0 and _shares_headings(sheet, start - 1, start):
        start -= 1
    while stop < first and _is_below(sheet, stop, question, start):
        stop += 1
    return range(start, stop)


def _count_headings(sheet: FirmSheet, row: int) -> int:
    texts = [text for _, text in sheet.filled(row) if len(text) <= _LONGEST_HEADING]
    roles = {role for text in texts if (role := find_role(text.split("\n")[0]))}
    return max(len(roles), 2 * are_choices(texts))


def _shares_headings(sheet: FirmSheet, above: int, below: int) -> bool:
    """Whether a merged area joins two rows of headings."""
    joined = any(
        top <= above and bottom >= below and bottom - top < 4
        for top, _, bottom, _ in sheet.grid.merged
    )
    return joined or (_spreads(sheet, above) and _count_headings(sheet, above) > 0)


def _is_below(sheet: FirmSheet, row: int, question: int, start: int) -> bool:
    """Whether a row holds the second line of the headings."""
    if any(
        top <= row - 1 and bottom >= row and top >= start for top, _, bottom, _ in sheet.grid.merged
    ):
        return True
    cells = sheet.filled(row)
    is_line = len(cells) >= 2 and all(len(text) <= 12 and not is_number(text) for _, text in cells)
    return is_line and not sheet.own(row, question) and _spreads(sheet, row - 1)


def _spreads(sheet: FirmSheet, row: int) -> bool:
    """Whether a heading of the row spreads over several columns, but not over all."""
    return any(
        top == row and right > left and right - left + 1 < sheet.width - 1
        for top, left, _, right in sheet.grid.merged
    )


def read_heading(sheet: FirmSheet, header: range, col: int) -> str:
    """Read what stands over a column, from the top, each text once."""
    texts = dict.fromkeys(filter(None, (sheet.text(row, col) for row in header)))
    return "\n".join(texts)


def find_first_row(sheet: FirmSheet, question: int) -> int:
    """Find where a table without headings begins: with the section over its first question."""
    row = question
    while row > 0 and len(sheet.filled(row - 1)) == 1 and row > question - 2:
        row -= 1
    return row
