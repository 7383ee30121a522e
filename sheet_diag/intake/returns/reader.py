"""Read the cells of a workbook as a return: whose it is, the answers, the profile, the problems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sheet_diag.catalog.versions import find_catalog_to_read_by
from sheet_diag.forms.layout import OUTPUT_KEY, QuestionColumn, cell_name
from sheet_diag.intake.cells import WorkbookContent
from sheet_diag.intake.returns.answers import find_answer_problems, read_answer_cells, read_answers
from sheet_diag.intake.returns.beside_values import find_beside_values
from sheet_diag.intake.returns.company import (
    find_company_sheets,
    find_entry_cells,
    read_profile,
)
from sheet_diag.intake.returns.duplicate_sheets import choose_table, compare_sheets
from sheet_diag.intake.returns.identity import (
    is_marked_in_cells,
    read_asked_questions,
    read_former_day,
    read_identity,
    read_own_texts,
    read_replaced_digests,
)
from sheet_diag.intake.returns.left_over import LeftOverCell, contest_answers, find_left_over
from sheet_diag.intake.returns.other_versions import carry_over
from sheet_diag.intake.returns.question_tables import (
    QuestionRow,
    QuestionTable,
    find_column_problems,
    find_hidden_answers,
    find_question_tables,
    find_renumbered_rows,
    find_sheet_problems,
    find_stray_cells,
    is_heading,
)
from sheet_diag.intake.returns.vocabulary import (
    SheetWords,
    Vocabulary,
    find_known_words,
    leave_out_texts,
    question_key,
    vocabulary_of,
)
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet, SheetIdentity
from sheet_diag.text.normalize import tidy_text


def read_return(
    book: WorkbookContent, catalog: Catalog
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    """Read a hearing sheet of the catalogue; None where the workbook is none.

    A sheet of another version is read by that version, or under its numbers.
    """
    identity, of_identity = read_identity(book)
    asked = read_asked_questions(book)
    other = find_catalog_to_read_by(catalog, identity.version, asked)
    sheet, problems = _read_sheet(book, identity, of_identity, other or catalog)
    if sheet is None or other is None:
        return sheet, problems
    return carry_over(sheet, problems, other, catalog, asked)


def _read_sheet(
    book: WorkbookContent,
    identity: SheetIdentity,
    identity_problems: tuple[Problem, ...],
    catalog: Catalog,
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    own, vocabulary = read_own_texts(book), vocabulary_of(catalog)
    words = tuple(leave_out_texts(each, own) for each in find_known_words(book.grids, catalog))
    if is_own_output(book, words):
        words = _find_returned_sheets(book, words)
        if not words:
            return None, (Problem(ProblemCode.OWN_OUTPUT),)
    tables = find_question_tables(words, vocabulary)
    usable = [table for table in tables if table.answer is not None]
    if rejection := _find_rejection(identity, tables, usable, catalog):
        return None, (rejection, *_find_workbook_problems(book), *find_stray_cells(book.grids))
    table, answered = choose_table(usable)
    companies = find_company_sheets(words, catalog)
    profile, profile_problems = read_profile(companies, catalog)
    entries = find_entry_cells(companies)
    same = not find_version_problem(identity, catalog)
    left_over = find_left_over(words, tables, entries, vocabulary, same_version=same)
    responses, found = _read_tables(table, answered, left_over, identity, vocabulary)
    replaces = read_replaced_digests(book)
    sheet = ReturnedSheet(
        identity, table.lang, profile, responses, table.grid.name, replaces, read_former_day(book)
    )
    of_cells = (*profile_problems, *found)
    of_cells = (*of_cells, *find_beside_values(book.grids, tables, of_cells))
    if is_blank(responses, of_cells):
        of_cells = (Problem(ProblemCode.BLANK_RETURN, table.grid.name),)
    return sheet, (
        *_find_workbook_problems(book),
        *identity_problems,
        *find_version_problem(identity, catalog),
        *of_cells,
    )


# What is found of a sheet in which nothing was written.
_OF_BLANKS: Final = frozenset(
    (
        ProblemCode.UNANSWERED,
        ProblemCode.ITEM_NEW,
        ProblemCode.COMPANY_MISSING,
        ProblemCode.PROFILE_MISSING,
    )
)


def is_blank(responses: Sequence[Response], problems: Sequence[Problem]) -> bool:
    """Whether nothing was written beside a question, and nothing else was found."""
    written = any(each.raw or each.remark or each.evidence for each in responses)
    return not written and all(each.code in _OF_BLANKS for each in problems)


def _find_returned_sheets(
    book: WorkbookContent, words: Sequence[SheetWords]
) -> tuple[SheetWords, ...]:
    """Find the sheets of a return into which a sheet of a report was copied."""
    if OUTPUT_KEY in book.properties:
        return ()
    if not is_marked_in_cells(book):
        return ()
    return tuple(
        sheet for sheet in words if not any(cell.word.signature for cell in sheet.word_cells)
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
        ours = {"ours": "yes"} if identity.catalog or identity.client else {}
        return Problem(ProblemCode.NOT_HEARING_SHEET, details=tuple(ours.items()))
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
    left_over: tuple[LeftOverCell, ...],
    identity: SheetIdentity,
    vocabulary: Vocabulary,
) -> tuple[tuple[Response, ...], tuple[Problem, ...]]:
    """Read the response to every item, and the problems of the sheets and of each item."""
    catalog = vocabulary.catalog
    missing = missing_row_code(identity, catalog)
    read = [(each, read_answers(each, vocabulary, missing)) for each in answered]
    compared, duplicates = compare_sheets(table, read, catalog)
    answers, remainder = contest_answers(compared, left_over, table, vocabulary)

    def find_problems() -> Iterator[Problem]:
        yield from duplicates
        yield from find_column_problems(table)
        used = {answer.sheet for answer in answers.values()}
        for each in answered:
            if each is table or each.grid.name in used:
                yield from find_sheet_problems(each.grid)
                yield from find_hidden_answers(each)
                yield from find_renumbered_rows(each)
        yield from find_unknown_items(answered, vocabulary)
        yield from find_changed_questions(table, vocabulary)
        for answer in answers.values():
            yield from find_answer_problems(answer, table, catalog)
        yield from remainder

    return tuple(answer.entry.response for answer in answers.values()), tuple(find_problems())


def find_version_problem(identity: SheetIdentity, catalog: Catalog) -> tuple[Problem, ...]:
    """Report a sheet that was made from another version of the catalogue."""
    if not identity.version or identity.version == catalog.version:
        return ()
    details = (("read", catalog.version),)
    return (Problem(ProblemCode.OTHER_VERSION, value=identity.version, details=details),)


def missing_row_code(identity: SheetIdentity, catalog: Catalog) -> ProblemCode:
    """The problem of an item without a row: new since that version, or a row was deleted."""
    return (
        ProblemCode.ITEM_NEW
        if find_version_problem(identity, catalog)
        else ProblemCode.ITEM_ROW_MISSING
    )


def find_unknown_items(
    tables: Sequence[QuestionTable], vocabulary: Vocabulary
) -> Iterator[Problem]:
    """Find rows with an answer or a remark whose number the catalogue does not know.

    The details hold what stands there, so that it can be sent back.
    """
    seen = set()
    for table in tables:
        for row in table.rows:
            if row.item or is_heading(row.typed, QuestionColumn.ID):
                continue
            written = _row_texts(table, row, vocabulary)
            if any(text for _, text in written) and (row.typed, written) not in seen:
                seen.add((row.typed, written))
                place = cell_name(row.first, table.ids or 0)
                yield Problem(
                    ProblemCode.UNKNOWN_ITEM,
                    table.grid.name,
                    place,
                    value=row.typed,
                    details=written,
                )


def _row_texts(
    table: QuestionTable, row: QuestionRow, vocabulary: Vocabulary
) -> tuple[tuple[str, str], ...]:
    responses = [entry.response for entry in read_answer_cells(table, row, vocabulary)]
    answer = " / ".join(response.raw for response in responses if response.raw)
    remark = "\n".join(filter(None, (responses[0].remark, responses[0].evidence)))
    return ("answer", answer), ("remark", remark)


def find_changed_questions(table: QuestionTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Find items whose question reads otherwise on the sheet than in any language."""
    column = table.column(QuestionColumn.QUESTION)
    if column is None:
        return
    seen = set()
    for row in table.rows:
        text = tidy_text(table.grid.text(row.first, column))
        if not row.item or row.rival or row.choice or not text:
            continue
        if question_key(text) in vocabulary.questions[row.item.id]:
            continue
        if row.item.id not in seen:
            seen.add(row.item.id)
            place = cell_name(row.first, column)
            yield Problem(ProblemCode.QUESTION_CHANGED, table.grid.name, place, row.item.id, text)


def is_own_output(book: WorkbookContent, words: Sequence[SheetWords]) -> bool:
    """Whether the workbook is a report or a portfolio of ours."""
    has_signature = any(cell.word.signature for sheet in words for cell in sheet.word_cells)
    return has_signature or OUTPUT_KEY in book.properties
