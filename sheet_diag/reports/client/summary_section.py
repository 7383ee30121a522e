"""Below the first screen: the consultant's comment, what the rank means, categories, who signs."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import Final

from sheet_diag.model.report_view import Comment, Head, Summary
from sheet_diag.reports.client.live_figures import LiveFigures
from sheet_diag.reports.client.page_flow import FlowCell, PageFlow
from sheet_diag.reports.client.report_looks import BOX, FIRST, NOTES, SMALL_TEXT, WHOLE
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CENTER,
    CENTERED,
    GRID,
    HEAD_9,
    INSET,
    LINE,
    MIDDLE,
    NAVY,
    PAPER,
    Look,
)

_COMMENT_HEAD: Final[Look] = {**BOX, **BOLD, **MIDDLE, "font_color": NAVY, "font_size": 10}
_AUTHOR: Final[Look] = {**BODY, **MIDDLE, "font_size": 9, "align": "right", "bg_color": PAPER}
_COMMENT: Final[Look] = {**BOX, "font_size": 10}
# A row takes more than its text in some viewers: of high ones the gaps would be seen, and pages
# before them would end half empty.
_TALLEST: Final = 72.0  # points
_IN_A_ROW: Final = 6  # boxes of categories, two columns each
_NAME: Final[Look] = {
    **BODY, **CENTER, "font_size": 8.5, "bg_color": PAPER, "top": 1, "left": 1, "right": 1,
    "top_color": LINE, "left_color": LINE, "right_color": LINE,
}  # fmt: skip
_FIGURE: Final[Look] = {**BODY, **BOLD, **MIDDLE, "bg_color": PAPER, "bottom": 1}
_SCORE: Final[Look] = {
    **_FIGURE, "align": "right", "num_format": "0.0", "font_color": NAVY, "left": 1,
    "left_color": LINE, "bottom_color": LINE,
}  # fmt: skip
_MARK: Final[Look] = {
    **_FIGURE, **INSET, "align": "left", "right": 1, "right_color": LINE, "bottom_color": LINE
}  # fmt: skip
_CONTACT_AT, _SIGNS_FROM = (0, 5), 6


def write_comment(flow: PageFlow, comment: Comment | None) -> None:
    """Write what the consultant adds in his own words, whole."""
    if comment is None:
        return
    first, *others = _split_comment(comment.whole, flow)
    flow.gap(3)
    with flow.together():
        flow.write_row(
            FlowCell(comment.heading, _COMMENT_HEAD, (0, 7)),
            FlowCell(comment.author, _AUTHOR, (8, 11)),
            padding=1,
        )
        flow.write_row(FlowCell(first, _COMMENT, WHOLE, is_client=True))
    for text in others:
        flow.write_row(FlowCell(text, _COMMENT, WHOLE, is_client=True))


def _split_comment(comment: str, flow: PageFlow) -> Iterator[str]:
    """Split the comment into rows: its lines, long ones after sentences into about equal parts."""
    for line in comment.split("\n"):
        left = line
        while (height := flow.page.text_height(left, _COMMENT, WHOLE)) > _TALLEST:
            most = ceil(len(left) / ceil(height / _TALLEST))
            end = max(left.rfind(mark, 0, most) for mark in "。.！？ ") + 1 or most
            yield left[:end]
            left = left[end:]
        yield left


def write_meaning(flow: PageFlow, summary: Summary, live: LiveFigures) -> None:
    """Write which answers were changed, what the rank means, and a box for each category."""
    if summary.sheet_note:
        flow.paragraph(summary.sheet_note, NOTES)
    flow.gap(4)
    flow.paragraph(summary.paragraph)
    flow.gap(4)
    ids = [category.id for category in live.context.catalog.scored_categories]
    boxes = list(zip(ids, summary.boxes, strict=True))
    for start in range(0, len(boxes), _IN_A_ROW):
        line = boxes[start : start + _IN_A_ROW]
        with flow.together():
            names = (
                FlowCell(box.name, _NAME, (2 * place, 2 * place + 1))
                for place, (_, box) in enumerate(line)
            )
            flow.write_row(*names, padding=1)
            row = flow.next_row(18)
            for place, (category, box) in enumerate(line):
                score = live.score(category)
                now = score.now if score else box.score
                shown, mark = live.shown(category), live.mark(category)
                flow.page.formula(row, 2 * place, f"={shown}", _SCORE, now)
                flow.page.formula(row, 2 * place + 1, f"={mark}", _MARK, box.mark or live.none)


def write_issuer(flow: PageFlow, head: Head) -> None:
    """Write how to reach the issuer, and the box for signatures."""
    page = flow.page
    flow.gap(6)
    with flow.together():
        labels = [
            FlowCell(each.label, HEAD_9, (_SIGNS_FROM + 2 * place, _SIGNS_FROM + 2 * place + 1))
            for place, each in enumerate(head.signs)
        ]
        flow.write_row(FlowCell(head.issuer, FIRST, _CONTACT_AT), *labels, padding=1)
        contact = "\n".join(head.contact)
        below = flow.fitted_row((contact, SMALL_TEXT, _CONTACT_AT), least=36 if labels else 0)
        page.merged(below, *_CONTACT_AT, contact, SMALL_TEXT)
        for place, each in enumerate(head.signs):
            first = _SIGNS_FROM + 2 * place
            page.merged(below, first, first + 1, each.name, {**CENTERED, **GRID, "font_size": 9.5})
