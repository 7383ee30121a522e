"""担当者コメント: what the consultant adds to the report in his own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.xlsx.theme import BODY, INSET, NAVY, PAPER, Look

_LOOK: Final[Look] = {
    **BODY,
    **INSET,
    "align": "left",
    "bg_color": PAPER,
    "left": 5,
    "left_color": NAVY,
}
# A row that is higher would leave the page before it half empty, and Excel takes 409 at most.
_TALLEST: Final = 240.0  # points


def write_consultant_comment(flow: PageFlow, letter: ReportContext) -> None:
    """Write the comment with its heading; nothing where there is none."""
    comment = letter.report.received.judgement.comment
    if not comment:
        return
    first, *others = _pieces(comment, flow)
    with flow.together():
        flow.subheading(letter.say("overrides.heading"))
        _write(flow, first)
    for text in others:
        _write(flow, text)
    flow.gap(8)


def _write(flow: PageFlow, text: str) -> None:
    row = flow.next_row(flow.text_height(text, _LOOK, (0, LAST_COLUMN)))
    flow.page.merged_client(row, 0, LAST_COLUMN, text, _LOOK)


def _pieces(comment: str, flow: PageFlow) -> Iterator[str]:
    """The comment in rows that a page can hold: its lines, long ones parted after a sentence."""
    for line in comment.split("\n"):
        left = line
        while (height := flow.text_height(left, _LOOK, (0, LAST_COLUMN))) > _TALLEST:
            most = max(1, int(len(left) * _TALLEST / height) - 1)
            end = max(left.rfind(mark, 0, most) for mark in "。.！？ ") + 1 or most
            yield left[:end]
            left = left[end:]
        yield left
