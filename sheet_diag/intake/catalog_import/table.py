"""Find the table of questions on a firm's own sheet: its column of questions, its headings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.intake.catalog_import.families import are_choices, find_family
from sheet_diag.intake.catalog_import.header import find_first_row, find_header, read_heading
from sheet_diag.intake.catalog_import.sheet import FirmSheet
from sheet_diag.intake.catalog_import.words import (
    Role,
    find_role,
    fold,
    is_note,
    is_number,
    is_question,
    is_request,
    split_printed,
)

_LEAST_QUESTION: Final = 8


@dataclass(frozen=True, slots=True)
class FirmTable:
    """The table: the rows of its headings (none: empty), its columns by what they hold.

    `ticked` are columns of which each stands for a choice, to be ticked; `part_numbers` holds the
    numbers of categories.
    """

    sheet: FirmSheet
    question: int
    header: range
    first: int
    headings: Mapping[int, str]
    roles: Mapping[int, Role]
    ticked: tuple[int, ...] = ()
    part_numbers: int | None = None

    def columns(self, role: Role) -> list[int]:
        """List the columns of a role, from the left."""
        return [col for col, each in sorted(self.roles.items()) if each is role]

    def column(self, role: Role) -> int | None:
        """Find the first column of a role; None where there is none."""
        return next(iter(self.columns(role)), None)

    @property
    def answers(self) -> tuple[int, ...]:
        """The columns in which answers are given."""
        return self.ticked or tuple(self.columns(Role.ANSWER)[:1])

    def list_question_rows(self) -> Iterator[int]:
        """List the rows in which a text of the column of questions begins."""
        for row in range(self.first, len(self.sheet.grid.rows)):
            if self.sheet.own(row, self.question):
                yield row


def find_table(sheet: FirmSheet) -> FirmTable | None:
    """Find the table of questions on a sheet; None where there is none."""
    finders = (_find_question_column, _find_headed_column, _find_answered_column)
    question = next((col for find in finders if (col := find(sheet)) is not None), None)
    if question is None:
        return None
    rows = _list_questions(sheet, question)
    header = find_header(sheet, question, rows[0])
    if header.stop > rows[0]:
        rows = [row for row in rows if row >= header.stop]
    headings = {col: read_heading(sheet, header, col) for col in range(sheet.width)}
    first = header.stop if header else find_first_row(sheet, rows[0])
    table = FirmTable(sheet, question, header, first, headings, {question: Role.QUESTION})
    return _assign_roles(table, rows)


def count_questions(sheet: FirmSheet) -> int:
    """Count the texts of a sheet that read as questions, in their column."""
    column = _find_question_column(sheet)
    return len(_list_questions(sheet, column)) if column is not None else 0


def _texts(sheet: FirmSheet, col: int) -> list[tuple[int, str]]:
    found = ((row, sheet.own(row, col)) for row in range(len(sheet.grid.rows)))
    return [(row, text) for row, text in found if len(text) >= _LEAST_QUESTION]


def _find_question_column(sheet: FirmSheet) -> int | None:
    """Find the column of the longest texts of which most end as questions do."""
    best, most = None, (0.0, 0.0)
    for col in range(sheet.width):
        texts = [text for _, text in _texts(sheet, col) if not is_note(text)]
        asked = sum(map(is_question, texts))
        rank = (float(asked), sum(map(len, texts)) / max(len(texts), 1))
        if asked and asked * 2 >= sum(len(text) >= 10 for text in texts) and rank > most:
            best, most = col, rank
    return best


def _find_headed_column(sheet: FirmSheet) -> int | None:
    """Find a column of texts below a heading that says so."""
    for row in range(len(sheet.grid.rows)):
        for col, text in sheet.filled(row):
            is_heading = len(text) <= 20 and find_role(text) is Role.QUESTION
            if is_heading and len([at for at, _ in _texts(sheet, col) if at > row]) >= 2:
                return col
    return None


def _find_answered_column(sheet: FirmSheet) -> int | None:
    """Find the column of the longest texts beside cells with drop-downs."""
    rows = {row for row, _ in sheet.offered}
    lengths = {
        col: sum(len(text) for row, text in _texts(sheet, col) if row in rows)
        for col in range(sheet.width)
    }
    best = max(lengths, key=lambda col: lengths[col], default=None)
    return best if best is not None and len(rows) > 1 and lengths[best] else None


def _list_questions(sheet: FirmSheet, col: int) -> list[int]:
    texts = _texts(sheet, col)
    asked = [row for row, text in texts if is_question(text) and not is_note(text)]
    offering = [row for row, _ in texts if any(at == row for at, _ in sheet.offered)]
    return asked or offering or [row for row, _ in texts]


# --- what the columns hold


def _assign_roles(table: FirmTable, rows: Sequence[int]) -> FirmTable:
    sheet, question = table.sheet, table.question
    roles = dict(table.roles)
    for col in range(sheet.width):
        if col != question and (role := _guess_role(table, col, rows)):
            roles[col] = role
    ticked = _find_ticked(table, rows)
    roles |= dict.fromkeys(ticked, Role.ANSWER)
    offering = [] if ticked else _find_offering(sheet, rows, question)
    if offering:
        roles |= {col: Role.OTHER for col, role in roles.items() if role is Role.ANSWER} | {
            offering[0]: Role.ANSWER
        }
    part_numbers = _keep_one_number(table, roles, rows)
    return replace(table, roles=roles, ticked=ticked, part_numbers=part_numbers)


def _guess_role(table: FirmTable, col: int, rows: Sequence[int]) -> Role | None:
    """Guess what a column holds by its heading, or by what stands in it."""
    sheet, heading = table.sheet, table.headings[col]
    texts = [text for row in rows if (text := sheet.text(row, col))]
    spread = not any(sheet.own(row, col) for row in (*table.header, *rows))
    if spread and sheet.start((rows[0], col)) == (rows[0], table.question):
        return None
    role = next(
        (found for line in reversed(heading.split("\n")) if (found := find_role(line))), None
    )
    if role in (Role.QUESTION, Role.ANSWER) and col < table.question:
        role = Role.TOPIC
    if role in (Role.CATEGORY, Role.TOPIC) and texts and all(map(is_number, texts)):
        role = Role.NUMBER
    if role is Role.QUESTION:
        role = Role.OTHER
    if role is None and col < table.question and texts:
        return Role.NUMBER if _are_numbers(texts) else Role.CATEGORY
    if role is None and any(map(list_printed, texts)):
        return Role.ANSWER
    return role or (Role.OTHER if heading or texts else None)


def _are_numbers(texts: Sequence[str]) -> bool:
    return sum(map(is_number, texts)) * 5 >= len(texts) * 3


def _find_ticked(table: FirmTable, rows: Sequence[int]) -> tuple[int, ...]:
    """Find columns of which each stands for a choice, below one heading or by their words."""
    sheet, right = table.sheet, range(table.question + 1, table.sheet.width)
    if not table.header or _find_offering(sheet, rows, -1, least=3):
        return ()
    top, bottom = table.header[0], table.header[-1]
    below = [
        col
        for col in right
        if bottom > top
        and find_role(sheet.text(top, col)) is Role.ANSWER
        and find_role(sheet.own(bottom, col)) is None
        and sheet.own(bottom, col)
        and any(a <= top <= c and b <= col <= d and d > b for a, b, c, d in sheet.grid.merged)
    ]
    known = [col for col in right if find_family(sheet.own(bottom, col))]
    return next((tuple(found) for found in (below, known) if len(found) >= 2), ())


def _find_offering(
    sheet: FirmSheet, rows: Sequence[int], question: int, least: int = 1
) -> list[int]:
    """Find the columns with drop-downs beside the questions, those with most first."""
    counts: dict[int, int] = {}
    asked = set(rows)
    for row, col in sheet.offered:
        if row in asked and col != question and len(sheet.offered[row, col]) >= least:
            counts[col] = counts.get(col, 0) + 1
    return sorted(counts, key=lambda col: (-counts[col], col))


def _keep_one_number(table: FirmTable, roles: dict[int, Role], rows: Sequence[int]) -> int | None:
    """Keep the column of numbers that tells most questions apart; return that of the parts."""
    columns = [col for col, role in roles.items() if role is Role.NUMBER]

    def rank(col: int) -> tuple[int, int]:
        texts = {text for row in rows if (text := table.sheet.text(row, col))}
        return len({fold(text) for text in texts}), -abs(col - table.question)

    own = max(columns, key=rank, default=None)
    others = [col for col in columns if col != own]
    roles |= dict.fromkeys(others, Role.OTHER)
    return next((col for col in others if col < table.question), None)


def list_printed(text: str) -> list[str]:
    """List the choices that are printed in a cell; empty where these are none."""
    words = split_printed(text)
    return words if "□" in text or are_choices(words) else []


def is_sentence(text: str) -> bool:
    """Whether a text asks for an answer, rather than heading others."""
    return is_question(text) or is_request(text)
