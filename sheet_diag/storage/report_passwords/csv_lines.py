"""A list of passwords as people keep it in CSV -> its lines and which column is which.

The sign between the cells is told by the headings, in whatever way Excel has saved the file. Knows
where things stand, not whose they are. No password is in what it raises.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.text.csv_text import (
    CSV_SEPARATORS,
    CsvLine,
    CsvQuoteError,
    decode_csv,
    split_csv_lines,
)
from sheet_diag.text.normalize import normalize_text

NUMBER, NAME, PASSWORD = "number", "name", "password"
_HEADINGS: Final = {
    NUMBER: ("診断先番号", "client id"),
    NAME: ("診断先", "会社名", "client", "company", "company name", "name"),
    PASSWORD: ("パスワード", "password"),
}
_KINDS: Final = {text: kind for kind, texts in _HEADINGS.items() for text in texts}


@dataclass(frozen=True, slots=True)
class PasswordFault:
    """Why a list cannot be used: a wording key and what its sentence asks for."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


def password_fault(key: str, /, **parts: str) -> PasswordFault:
    """The fault of a wording key, with what its sentence asks for."""
    return PasswordFault(key, parts)


class PasswordLinesError(Exception):
    """A list that cannot be read."""

    def __init__(self, key: str, **parts: str) -> None:
        self.fault = PasswordFault(key, parts)
        super().__init__(f"{key}: {parts}")


@dataclass(frozen=True, slots=True)
class PasswordColumns:
    """Where things stand (None: nowhere), counted from 0."""

    password: int
    number: int | None = None
    name: int | None = None


@dataclass(frozen=True, slots=True)
class PasswordLines:
    """The lines of a list that hold anything. `head` is the place of the headings among them
    (-1: there are none, and no `columns`), `named` whether they name both client and password."""

    lines: Sequence[CsvLine]
    head: int
    columns: PasswordColumns | None
    named: bool

    @property
    def body(self) -> Sequence[CsvLine]:
        """The lines below the headings."""
        return self.lines[self.head + 1 :]


def read_password_lines(content: bytes) -> PasswordLines:
    """The lines of a list. Raises `PasswordLinesError`."""
    try:
        text = decode_csv(content)
    except UnicodeDecodeError as error:
        raise PasswordLinesError("cli.passwords.encoding") from error
    if "\0" in text:
        raise PasswordLinesError("cli.passwords.encoding")
    sign = _find_separator(text)
    try:
        lines = tuple(split_csv_lines(text, sign))
    except CsvQuoteError as error:
        raise PasswordLinesError("cli.passwords.quotes", line=str(error.line)) from error
    named = _find_header(lines)
    head = 0 if named < 0 and lines and _is_short_header(lines[0]) else named
    return PasswordLines(lines, head, _read_columns(lines[head]) if head >= 0 else None, named >= 0)


def _find_separator(text: str) -> str:
    """What stands between the cells. Raises `PasswordLinesError` where it could be two."""
    for sign in CSV_SEPARATORS:
        if _find_header(tuple(split_csv_lines(text, sign, strict=False))) >= 0:
            return sign
    lines = [line for line in text.splitlines() if line.strip()]
    if "," in text or not lines:
        return ","
    if all(line.count("\t") == 1 for line in lines):
        return "\t"
    if all(line.count(";") == 1 for line in lines):  # a sign, or a letter of every password
        raise PasswordLinesError("cli.passwords.sign")
    return ","


def _find_header(lines: Sequence[CsvLine]) -> int:
    """The first line with the headings of a client and of a password."""
    for place, line in enumerate(lines):
        kinds = _find_headings(line)
        if PASSWORD in kinds and (NUMBER in kinds or NAME in kinds):
            return place
    return -1


def _is_short_header(line: CsvLine) -> bool:
    """Whether a first line of two cells, or of one, holds a heading that we know."""
    kinds = _find_headings(line)
    if sum(1 for cell in line.cells if cell.strip()) == 1:
        return kinds.keys() == {PASSWORD}
    few = not any(map(str.strip, line.cells[2:]))
    return few and (PASSWORD in kinds or [*kinds.values()] == [(0,)])


def _read_columns(head: CsvLine) -> PasswordColumns:
    """The columns of the headings. Raises `PasswordLinesError` where one of them stands twice."""
    kinds = _find_headings(head)
    for places in kinds.values():
        if len(places) > 1:
            value = head.cells[places[0]].strip()
            raise PasswordLinesError("cli.passwords.columns", line=str(head.number), value=value)
    number, name = (next(iter(kinds.get(kind, ())), None) for kind in (NUMBER, NAME))
    if PASSWORD not in kinds:
        return PasswordColumns(1, number, name)
    password = kinds[PASSWORD][0]
    if number is None and name is None and password < 2 <= len(head.cells):
        name = 1 - password  # the one beside it
    return PasswordColumns(password, number, name)


def _find_headings(line: CsvLine) -> dict[str, tuple[int, ...]]:
    """What the cells head, and where."""
    found: dict[str, tuple[int, ...]] = {}
    for place, cell in enumerate(line.cells):
        if kind := _KINDS.get(normalize_text(cell)):
            found[kind] = (*found.get(kind, ()), place)
    return found
