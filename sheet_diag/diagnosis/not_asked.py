"""Leave out of a return what it was not asked, and tell the answers that stand there. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sheet_diag.model.applicability import find_not_asked
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, ReturnedSheet
from sheet_diag.text.problems import problem_spec

# Like all that a new answer settles, these say how an answer was read.
_OF_READING: Final = (
    ProblemCode.ANSWER_READ_AS,
    ProblemCode.STRUCK_PART,
    ProblemCode.FORMULA_ANSWER,
    ProblemCode.DUPLICATE_SAME,
)


def leave_out_not_asked(catalog: Catalog, received: ReceivedFile) -> ReceivedFile:
    """Mark the responses that are not asked, and tell of each only that it was ignored."""
    sheet = received.sheet
    if sheet is None:
        return received
    left_out = find_not_asked(catalog, sheet.answers, sheet.profile)
    if not left_out:
        return received
    responses = [replace(each, is_asked=each.item not in left_out) for each in sheet.responses]
    marked = replace(sheet, responses=tuple(responses))
    kept = (each for each in received.problems if each.item not in left_out or _stays(each))
    return replace(received, sheet=marked, problems=(*kept, *_tell_ignored(marked)))


def _stays(problem: Problem) -> bool:
    return not problem_spec(problem.code).answer_settles and problem.code not in _OF_READING


def _tell_ignored(sheet: ReturnedSheet) -> Iterator[Problem]:
    for each in sheet.responses:
        if not each.is_asked and (each.raw or each.choice):
            code = ProblemCode.ANSWER_NOT_ASKED
            yield Problem(code, sheet.sheet, each.cell, each.item, each.raw or each.choice)
