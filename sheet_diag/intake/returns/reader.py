"""Cells -> a return: whose it is, what was answered, who answered, and everything to be told."""

from __future__ import annotations

from collections.abc import Iterator

from sheet_diag.intake.cells import Workbook
from sheet_diag.intake.returns.answers import judge, read_answers
from sheet_diag.intake.returns.catalog_versions import (
    changed_questions,
    missing_code,
    other_version,
    unknown_items,
)
from sheet_diag.intake.returns.company import read_profile
from sheet_diag.intake.returns.duplicate_sheets import choose, compare
from sheet_diag.intake.returns.identity import is_own_output, read_identity, read_replaces
from sheet_diag.intake.returns.known_words import pages_of
from sheet_diag.intake.returns.question_tables import (
    Table,
    column_doubts,
    find_tables,
    hidden_answers,
)
from sheet_diag.intake.returns.unread_content import about_book, about_sheet, stray_cells
from sheet_diag.intake.returns.vocabulary import Lexicon, lexicon_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Identity, Problem, Response, ReturnedSheet


def read_return(
    book: Workbook, catalog: Catalog
) -> tuple[ReturnedSheet | None, tuple[Problem, ...]]:
    """Read a workbook's cells; None where they are not a hearing sheet of the catalogue."""
    pages, lexicon = pages_of(book.grids, catalog), lexicon_of(catalog)
    if is_own_output(book, pages):
        return None, (Problem(Code.OWN_OUTPUT),)
    identity, doubts = read_identity(book)
    tables = find_tables(pages, lexicon)
    usable = [table for table in tables if table.answer is not None]
    if refusal := _refusal(identity, tables, usable, catalog):
        return None, (refusal, *about_book(book), *stray_cells(book.grids))
    table, rivals = choose(usable)
    responses, found = _read_tables(table, rivals, identity, lexicon)
    profile, noted = read_profile(pages, catalog)
    sheet = ReturnedSheet(
        identity, table.lang, profile, responses, table.grid.name, read_replaces(book)
    )
    version = other_version(identity, catalog)
    return sheet, (*about_book(book), *doubts, *version, *noted, *found)


def _refusal(
    identity: Identity, tables: tuple[Table, ...], usable: list[Table], catalog: Catalog
) -> Problem | None:
    if identity.catalog and identity.catalog != catalog.id:
        details = (("read", catalog.id),)
        return Problem(Code.FOREIGN_CATALOG, value=identity.catalog, details=details)
    if not tables:
        return Problem(Code.NOT_HEARING_SHEET)
    return None if usable else Problem(Code.NO_ANSWER_COLUMN, sheet=tables[0].grid.name)


def _read_tables(
    table: Table, rivals: tuple[Table, ...], identity: Identity, lexicon: Lexicon
) -> tuple[tuple[Response, ...], tuple[Problem, ...]]:
    """The response to every item, and what is told of the sheets and of each item."""
    catalog = lexicon.catalog
    missing = missing_code(identity, catalog)
    read = [(each, read_answers(each, lexicon, missing)) for each in rivals]
    answers, found = compare(table, read, catalog)

    def told() -> Iterator[Problem]:
        yield from found
        yield from column_doubts(table)
        yield from about_sheet(table.grid)
        yield from hidden_answers(table)
        yield from unknown_items(rivals)
        yield from changed_questions(table, lexicon)
        for answer in answers.values():
            yield from judge(answer, table, catalog)

    return tuple(answer.entry.response for answer in answers.values()), tuple(told())
