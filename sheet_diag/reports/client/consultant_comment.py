"""担当コンサルタントより: what the consultant adds in his own words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.xlsx.theme import BODY, INSET, NAVY, PAPER, Look

_CONSULTANT: Final[Look] = {
    **BODY,
    **INSET,
    "align": "left",
    "bg_color": PAPER,
    "left": 5,
    "left_color": NAVY,
}
# A row that is higher would leave the page before it half empty, and Excel takes 409 at most.
_TALLEST: Final = 240.0  # points


def write_consultant_comment(flow: PageFlow, context: ReportContext) -> None:
    """Write what the consultant adds in his own words; nothing where he adds nothing."""
    judgement = context.report.received.judgement
    if not judgement.comment:
        return
    first, *others = _split_comment(judgement.comment, flow)
    heading = (context.say("overrides.heading"), judgement.comment_by)
    with flow.together():
        flow.subheading("\N{IDEOGRAPHIC SPACE}".join(filter(None, heading)))
        _write_piece(flow, first)
    for text in others:
        _write_piece(flow, text)
    flow.gap(8)


def _write_piece(flow: PageFlow, text: str) -> None:
    row = flow.fitted_row((text, _CONSULTANT, (0, LAST_COLUMN)))
    flow.page.merged_client(row, 0, LAST_COLUMN, text, _CONSULTANT)


def _split_comment(comment: str, flow: PageFlow) -> Iterator[str]:
    """Split the comment into rows that a page can hold: its lines, long ones after a sentence."""
    for line in comment.split("\n"):
        left = line
        while (height := flow.page.text_height(left, _CONSULTANT, (0, LAST_COLUMN))) > _TALLEST:
            most = max(1, int(len(left) * _TALLEST / height) - 1)
            end = max(left.rfind(mark, 0, most) for mark in "。.！？ ") + 1 or most
            yield left[:end]
            left = left[end:]
        yield left
