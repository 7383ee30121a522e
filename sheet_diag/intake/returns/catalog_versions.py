"""Find where a returned sheet differs from the catalogue: its version, its questions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheet_diag.forms.layout import QuestionColumn, cell_name
from sheet_diag.intake.returns.answers import read_answer_cells
from sheet_diag.intake.returns.question_tables import QuestionRow, QuestionTable, is_heading
from sheet_diag.intake.returns.vocabulary import Vocabulary, question_key
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, SheetIdentity
from sheet_diag.text.normalize import tidy_text


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


def find_unknown_items(tables: Sequence[QuestionTable]) -> Iterator[Problem]:
    """Find rows with an answer or a remark whose number the catalogue does not know.

    The details hold what stands there, so that it can be sent back.
    """
    seen = set()
    for table in tables:
        for row in table.rows:
            if row.item or is_heading(row.typed, QuestionColumn.ID):
                continue
            written = _row_texts(table, row)
            if any(text for _, text in written) and (row.typed, written) not in seen:
                seen.add((row.typed, written))
                place = cell_name(row.first, table.id_column)
                yield Problem(
                    ProblemCode.UNKNOWN_ITEM,
                    table.grid.name,
                    place,
                    value=row.typed,
                    details=written,
                )


def _row_texts(table: QuestionTable, row: QuestionRow) -> tuple[tuple[str, str], ...]:
    responses = [entry.response for entry in read_answer_cells(table, row, {})]
    answer = " / ".join(response.raw for response in responses if response.raw)
    return ("answer", answer), ("remark", responses[0].remark)


def find_changed_questions(table: QuestionTable, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Find items whose question reads otherwise on the sheet than in any language."""
    if table.question is None:
        return
    seen = set()
    for row in table.rows:
        text = tidy_text(table.grid.text(row.first, table.question))
        if not row.item or not text or question_key(text) in vocabulary.questions[row.item.id]:
            continue
        if row.item.id not in seen:
            seen.add(row.item.id)
            place = cell_name(row.first, table.question)
            yield Problem(ProblemCode.QUESTION_CHANGED, table.grid.name, place, row.item.id, text)
