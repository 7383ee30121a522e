"""Several sheets with the questions: which one counts, and what the others say.

A visible sheet with answers comes before a hidden one, then the one with most answers, then the
first. An item that two sheets answer differently is undecided. An answer that stands on another
sheet alone is not counted, because a copy may be a draft: the item stays unanswered, with the
other answer shown as its value. Remarks of all sheets are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheet_diag.intake.returns.answers import Answer, Entry, all_remarks, expected
from sheet_diag.intake.returns.question_tables import Table
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Problem, Response

Answers = Mapping[str, Answer]


def choose(tables: Sequence[Table]) -> tuple[Table, tuple[Table, ...]]:
    """The sheet that counts, and all that hold answers (it among them) as they lie."""
    best = max(tables, key=_standing)
    return best, tuple(table for table in tables if table is best or table.answered)


def _standing(table: Table) -> tuple[bool, int, bool, int]:
    answered, visible = table.answered, table.grid.visible
    return visible and answered > 0, answered, visible, len(table.rows)


def compare(
    best: Table, sheets: Sequence[tuple[Table, Answers]], catalog: Catalog
) -> tuple[dict[str, Answer], tuple[Problem, ...]]:
    """The answers of `best` after a look at the other sheets, and that there are some."""
    others = [(table, found) for table, found in sheets if table is not best]
    answers = next(found for table, found in sheets if table is best)
    if not others:
        return dict(answers), ()
    compared = {
        item: _compare(best, answer, [(other, found[item]) for other, found in others], catalog)
        for item, answer in answers.items()
    }
    return compared, (_twice(best, [table for table, _ in sheets], compared),)


def _twice(best: Table, tables: Sequence[Table], answers: Answers) -> Problem:
    """The sheets, and after a plus the items that only the others answer."""
    names = ", ".join(table.grid.name for table in tables)
    only = ", ".join(item for item, answer in answers.items() if answer.elsewhere)
    value = f"{names} (+ {only})" if only else names
    details = (("read", best.grid.name),)
    return Problem(Code.SHEET_TWICE, best.grid.name, value=value, details=details)


def _compare(
    table: Table, answer: Answer, others: Sequence[tuple[Table, Answer]], catalog: Catalog
) -> Answer:
    mine = answer.entry.response
    filled = [(other, found) for other, found in others if found.entry.response.raw]
    remark = all_remarks([mine, *(found.entry.response for _, found in others)])
    answer = _with_response(answer, replace(mine, remark=remark))
    if not mine.raw:
        return replace(answer, elsewhere=_shown(filled))
    differing = [each for each in filled if each[1].entry.said != answer.entry.said]
    if not differing or answer.settled:
        return answer
    shown = _shown([(table, answer), *differing])
    details = expected(answer.item, table, catalog)
    place = (table.grid.name, mine.cell, mine.item, shown)
    undecided = Entry(Response(mine.item, None, shown, remark, mine.cell))
    problem = Problem(Code.SHEETS_DISAGREE, *place, details)
    return Answer(answer.item, undecided, problem, settled=True)


def _with_response(answer: Answer, response: Response) -> Answer:
    return replace(answer, entry=replace(answer.entry, response=response))


def _shown(found: Sequence[tuple[Table, Answer]]) -> str:
    cells = ((table.grid.name, answer.entry.response) for table, answer in found)
    return " / ".join(f"{name}!{response.cell}: {response.raw}" for name, response in cells)
