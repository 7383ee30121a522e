"""担当コンサルタントより: the consultant's comment, whole and cut for page 1."""

from __future__ import annotations

import re
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.report_view import Comment
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.words import printable

# Characters of what page 1 may hold, the most first.
_LENGTHS: Final = {Lang.JA: (300, 200, 120), Lang.EN: (600, 400, 240)}
# A quoted sentence goes on after its bracket; a point between digits ends nothing.
_END: Final = re.compile(r"[。！？]+(?![」』）)])|[.!?][\"”’')]*(?=\s|$)|(?=\n)")


def build_comment(context: ReportContext) -> Comment | None:
    """Build the comment; None where the consultant wrote none."""
    say, judgement = context.say, context.report.received.judgement
    whole = printable(judgement.comment).strip()
    if not whole:
        return None
    lengths = _LENGTHS[say.lang]
    fitting = [whole] if len(whole) <= lengths[0] else []
    for length in lengths:
        cut = cut_sentences(whole, length)
        if cut and cut != whole:
            fitting.append(cut + say("view.comment.cut"))
    author = printable(judgement.comment_by) or context.issuer.in_lang(say.lang).author
    heading = say("view.comment.heading")
    return Comment(heading, author, whole, tuple(dict.fromkeys(fitting)))


def cut_sentences(text: str, most: int) -> str:
    """Cut a text after the last sentence that ends within so many characters."""
    ends = [found.end() for found in _END.finditer(text) if found.end() <= most]
    return text[: ends[-1]].rstrip() if ends else ""
