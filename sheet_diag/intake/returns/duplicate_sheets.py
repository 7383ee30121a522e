"""Choose among several sheets with the questions, and compare what the others say.

A visible sheet with answers comes before a hidden one, then the one with most answers, then the
first. An item that two sheets answer differently is undecided, and then what stands on another
sheet alone is not counted either, because that may be a draft: the item stays unanswered, with
the other answer shown as its value. Sheets that nowhere contradict each other are read together.
Remarks and evidence of all sheets are kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheet_diag.intake.returns.answers import AnswerEntry, ItemAnswer, join_texts, offered_choices
from sheet_diag.intake.returns.question_tables import QuestionTable
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Response

ItemAnswers = Mapping[str, ItemAnswer]


def choose_table(
    tables: Sequence[QuestionTable],
) -> tuple[QuestionTable, tuple[QuestionTable, ...]]:
    """Choose the sheet that counts; return it, and all with answers in their order."""
    best = max(tables, key=_table_preference)
    return best, tuple(t for t in tables if t is best or t.answered or t.is_remarked)


def _table_preference(table: QuestionTable) -> tuple[bool, int, bool, int]:
    answered, visible = table.answered, table.grid.visible
    return visible and answered > 0, answered, visible, len(table.rows)


def compare_sheets(
    best: QuestionTable, sheets: Sequence[tuple[QuestionTable, ItemAnswers]], catalog: Catalog
) -> tuple[dict[str, ItemAnswer], tuple[Problem, ...]]:
    """Compare the answers of `best` with those of the other sheets, and report these."""
    others = [(table, found) for table, found in sheets if table is not best]
    answers = next(found for table, found in sheets if table is best)
    if not others:
        return dict(answers), ()
    compared = {
        item: _compare_answer(
            best, answer, [(other, found[item]) for other, found in others], catalog
        )
        for item, answer in answers.items()
    }
    tables = [table for table, _ in sheets if table is best or table.answered]
    if len(tables) == 1:  # the others hold remarks alone
        return compared, ()
    if any(_is_contradicted(answer) for answer in compared.values()):
        return compared, (_duplicate_problem(best, tables),)
    joined = {item: _join_answer(answer, others) for item, answer in compared.items()}
    count = sum(1 for item, answer in joined.items() if answer is not compared[item])
    return joined, (_duplicate_problem(best, tables, count),)


def _is_contradicted(answer: ItemAnswer) -> bool:
    return answer.problem is not None and answer.problem.code is ProblemCode.SHEETS_DISAGREE


def _join_answer(
    answer: ItemAnswer, others: Sequence[tuple[QuestionTable, ItemAnswers]]
) -> ItemAnswer:
    """Take the answer of another sheet where this one has none."""
    if not answer.elsewhere:
        return answer
    for table, found in others:
        other = found[answer.item.id]
        if other.entry.response.raw:
            response = join_texts(other.entry.response, [answer.entry])
            return replace(_with_response(other, response), sheet=table.grid.name)
    return answer


def _duplicate_problem(
    best: QuestionTable, tables: Sequence[QuestionTable], joined: int = 0
) -> Problem:
    """Name the sheets, and how many answers come from others."""
    names, read = ", ".join(table.grid.name for table in tables), ("read", best.grid.name)
    if joined:
        details = (("count", str(joined)), read)
        return Problem(ProblemCode.SHEETS_JOINED, best.grid.name, value=names, details=details)
    return Problem(ProblemCode.SHEET_TWICE, best.grid.name, value=names, details=(read,))


def _compare_answer(
    table: QuestionTable,
    answer: ItemAnswer,
    others: Sequence[tuple[QuestionTable, ItemAnswer]],
    catalog: Catalog,
) -> ItemAnswer:
    mine = answer.entry.response
    filled = [(other, found) for other, found in others if found.entry.response.raw]
    mine = join_texts(mine, [answer.entry, *(found.entry for _, found in others)])
    answer = _with_response(answer, mine)
    if not mine.raw and len({found.entry.content for _, found in filled}) < 2:
        return replace(answer, elsewhere=_show_answers(filled))
    differing = [each for each in filled if each[1].entry.content != answer.entry.content]
    if not differing or (answer.is_final and mine.raw):
        return answer
    shown = _show_answers([(table, answer), *differing] if mine.raw else differing)
    details = offered_choices(answer.item, table, catalog)
    place = (table.grid.name, mine.cell, mine.item, shown)
    undecided = AnswerEntry(replace(mine, choice=None, raw=shown))
    problem = Problem(ProblemCode.SHEETS_DISAGREE, *place, details)
    return ItemAnswer(answer.item, undecided, problem, is_final=True)


def _with_response(answer: ItemAnswer, response: Response) -> ItemAnswer:
    return replace(answer, entry=replace(answer.entry, response=response))


def _show_answers(found: Sequence[tuple[QuestionTable, ItemAnswer]]) -> str:
    cells = ((table.grid.name, answer.entry.response) for table, answer in found)
    return " / ".join(f"{name}!{response.cell}: {response.raw}" for name, response in cells)
