"""What a client wrote beside the answers of a return, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from sheet_diag.model.portfolio import WrittenText
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ProblemCode
from sheet_diag.text.excel_text import replace_surrogates

_TEXT_KINDS: Final = {
    ProblemCode.NOTE: "note",
    ProblemCode.STRUCK_ANSWER: "struck",
    ProblemCode.STRUCK_PART: "struck",
    ProblemCode.STRUCK_TEXT: "struck",
    ProblemCode.PROFILE_STRUCK: "struck",
    ProblemCode.LEFT_OVER: "left_over",
    ProblemCode.LEFT_OVER_MANY: "left_over",
}


def list_written_texts(outcome: ReturnOutcome) -> Iterator[WrittenText]:
    """List what stands beside the answers of a return that counts."""
    received, sheet = outcome.received, outcome.received.sheet
    if sheet is None or outcome.status not in (ReturnStatus.RANKED, ReturnStatus.HELD):
        return
    own = (  # their own cells are not kept: the question tells the row
        (kind, each.item, sheet.sheet, "", text)
        for each in sheet.responses
        for kind, text in (("remark", each.remark), ("evidence", each.evidence))
    )
    beside = (
        (_TEXT_KINDS.get(p.code, ""), p.item, p.sheet, p.cell, p.value) for p in outcome.problems
    )
    for found in chain(own, beside):
        if found[0] and found[-1]:
            parts = (received.label, sheet.name, *(part or "" for part in found))
            yield WrittenText(*map(replace_surrogates, parts))
