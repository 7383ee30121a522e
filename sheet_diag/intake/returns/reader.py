"""Cells -> a return: whose it is, what was answered, who answered, and everything to be told."""

from __future__ import annotations

from collections.abc import Iterator

from sheet_diag.intake.cells import WorkbookContent
from sheet_diag.intake.returns.answers import find_answer_problems, read_answers
from sheet_diag.intake.returns.catalog_versions import (
    find_changed_questions,
    find_unknown_items,
    find_version_problem,
    missing_row_code,
)
from sheet_diag.intake.returns.company import read_profile
from sheet_diag.intake.returns.duplicate_sheets import choose_table, compare_sheets
from sheet_diag.intake.returns.identity import is_own_output, read_identity, read_replaced_digests
from sheet_diag.intake.returns.known_words import find_known_words
from sheet_diag.intake.returns.question_tables import (
    QuestionTable,
    find_column_problems,
    find_hidden_answers,
    find_question_tables,
)
from sheet_diag.intake.returns.unread_content import (
    find_sheet_problems,
    find_stray_cells,
    find_workbook_problems,
)
from sheet_diag.intake.returns.vocabulary import Vocabulary, vocabulary_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet, SheetIdentity


def read_return(
    book: WorkbookContent, catalog: Catalog
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    """Read a workbook's cells; None where they are not a hearing sheet of the catalogue."""
    pages, lexicon = find_known_words(book.grids, catalog), vocabulary_of(catalog)
    if is_own_output(book, pages):
        return None, (Problem(ProblemCode.OWN_OUTPUT),)
    identity, doubts = read_identity(book)
    tables = find_question_tables(pages, lexicon)
    usable = [table for table in tables if table.answer is not None]
    if refusal := _rejection(identity, tables, usable, catalog):
        return None, (refusal, *find_workbook_problems(book), *find_stray_cells(book.grids))
    table, rivals = choose_table(usable)
    responses, found = _read_tables(table, rivals, identity, lexicon)
    profile, noted = read_profile(pages, catalog)
    sheet = ReturnedSheet(
        identity, table.lang, profile, responses, table.grid.name, read_replaced_digests(book)
    )
    version = find_version_problem(identity, catalog)
    return sheet, (*find_workbook_problems(book), *doubts, *version, *noted, *found)


def _rejection(
    identity: SheetIdentity,
    tables: tuple[QuestionTable, ...],
    usable: list[QuestionTable],
    catalog: Catalog,
) -> Problem | None:
    if identity.catalog and identity.catalog != catalog.id:
        details = (("read", catalog.id),)
        return Problem(ProblemCode.FOREIGN_CATALOG, value=identity.catalog, details=details)
    if not tables:
        return Problem(ProblemCode.NOT_HEARING_SHEET)
    return None if usable else Problem(ProblemCode.NO_ANSWER_COLUMN, sheet=tables[0].grid.name)


def _read_tables(
    table: QuestionTable,
    rivals: tuple[QuestionTable, ...],
    identity: SheetIdentity,
    lexicon: Vocabulary,
) -> tuple[tuple[Response, ...], tuple[Problem, ...]]:
    """The response to every item, and what is told of the sheets and of each item."""
    catalog = lexicon.catalog
    missing = missing_row_code(identity, catalog)
    read = [(each, read_answers(each, lexicon, missing)) for each in rivals]
    answers, found = compare_sheets(table, read, catalog)

    def told() -> Iterator[Problem]:
        yield from found
        yield from find_column_problems(table)
        yield from find_sheet_problems(table.grid)
        yield from find_hidden_answers(table)
        yield from find_unknown_items(rivals)
        yield from find_changed_questions(table, lexicon)
        for answer in answers.values():
            yield from find_answer_problems(answer, table, catalog)

    return tuple(answer.entry.response for answer in answers.values()), tuple(told())
