"""Read the cells of a workbook as a return: whose it is, the answers, the profile, the problems."""

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
from sheet_diag.intake.returns.question_tables import (
    QuestionTable,
    find_column_problems,
    find_hidden_answers,
    find_question_tables,
    find_sheet_problems,
    find_stray_cells,
)
from sheet_diag.intake.returns.vocabulary import Vocabulary, find_known_words, vocabulary_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet, SheetIdentity


def read_return(
    book: WorkbookContent, catalog: Catalog
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    """Read a hearing sheet of the catalogue; None where the workbook is none."""
    words, vocabulary = find_known_words(book.grids, catalog), vocabulary_of(catalog)
    if is_own_output(book, words):
        return None, (Problem(ProblemCode.OWN_OUTPUT),)
    identity, identity_problems = read_identity(book)
    tables = find_question_tables(words, vocabulary)
    usable = [table for table in tables if table.answer is not None]
    if rejection := _find_rejection(identity, tables, usable, catalog):
        return None, (rejection, *_find_workbook_problems(book), *find_stray_cells(book.grids))
    table, answered = choose_table(usable)
    responses, found = _read_tables(table, answered, identity, vocabulary)
    profile, profile_problems = read_profile(words, catalog)
    replaces = read_replaced_digests(book)
    sheet = ReturnedSheet(identity, table.lang, profile, responses, table.grid.name, replaces)
    return sheet, (
        *_find_workbook_problems(book),
        *identity_problems,
        *find_version_problem(identity, catalog),
        *profile_problems,
        *found,
    )


def _find_rejection(
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


def _find_workbook_problems(book: WorkbookContent) -> Iterator[Problem]:
    """How the workbook was read, and what it holds beside cells that a person must look at."""
    yield from book.problems
    if book.pictures:
        yield Problem(ProblemCode.PICTURES, value=str(book.pictures))
    if book.active:
        details = (("active", ",".join(book.active)),)
        yield Problem(ProblemCode.ACTIVE_CONTENT, value=", ".join(book.active), details=details)


def _read_tables(
    table: QuestionTable,
    answered: tuple[QuestionTable, ...],
    identity: SheetIdentity,
    vocabulary: Vocabulary,
) -> tuple[tuple[Response, ...], tuple[Problem, ...]]:
    """Read the response to every item, and the problems of the sheets and of each item."""
    catalog = vocabulary.catalog
    missing = missing_row_code(identity, catalog)
    read = [(each, read_answers(each, vocabulary, missing)) for each in answered]
    answers, duplicates = compare_sheets(table, read, catalog)

    def find_problems() -> Iterator[Problem]:
        yield from duplicates
        yield from find_column_problems(table)
        yield from find_sheet_problems(table.grid)
        yield from find_hidden_answers(table)
        yield from find_unknown_items(answered)
        yield from find_changed_questions(table, vocabulary)
        for answer in answers.values():
            yield from find_answer_problems(answer, table, catalog)

    return tuple(answer.entry.response for answer in answers.values()), tuple(find_problems())
