"""The file of the passwords of reports -> its lines with what they tell of clients, and back.

Lines and cells that it does not know are carried over as they are. No password is in what it
raises.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sheet_diag.storage.report_passwords.csv_lines import (
    PasswordColumns,
    PasswordFault,
    PasswordLines,
    PasswordLinesError,
    password_fault,
    read_password_lines,
)
from sheet_diag.storage.report_passwords.line_owners import PasswordEntry, is_changed_by_excel
from sheet_diag.text.csv_text import CsvLine, strip_text_formula
from sheet_diag.text.excel_text import FORMULA_STARTS

PASSWORDS_FILE: Final = "passwords.csv"
_MAX_PASSWORD: Final = 255  # of a password in Excel
_HEADINGS: Final = ("診断先番号", "診断先", "パスワード")
_DEFAULT_COLUMNS: Final = PasswordColumns(password=2, number=0, name=1)

_FORMER_NAME: Final = re.compile(r"passwords-\d{8}-\d{6}(?:-\d+)?\.csv")

Cells = Sequence[str]


class PasswordListError(Exception):
    """The list of an earlier run cannot be used, and why; it is never overwritten."""

    def __init__(self, path: Path, faults: Sequence[PasswordFault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(f"{path}: {[fault.key for fault in faults]}")


@dataclass(frozen=True, slots=True)
class PasswordRow:
    """A line below the headings; without an `entry` it tells of no client."""

    cells: Cells = field(repr=False)
    entry: PasswordEntry | None


@dataclass(frozen=True, slots=True)
class PasswordTable:
    """The file: its lines down to the headings, where the columns are, and the lines below."""

    heads: Sequence[Cells] = (_HEADINGS,)
    columns: PasswordColumns = _DEFAULT_COLUMNS
    rows: Sequence[PasswordRow] = ()

    def filled(self, cells: Cells, number: str, name: str, word: str) -> Cells:
        """The cells of a line with what we know of a client in its places."""
        columns = self.columns
        known = {
            columns.number: _protect_id(number),
            columns.name: _protect_text(name),
            columns.password: word,
        }
        places = [place for place in known if place is not None]
        line = [*cells, *[""] * (max(places) + 1 - len(cells))]
        for place in places:
            line[place] = known[place]
        return line


@dataclass(frozen=True, slots=True)
class FormerPasswordsFile:
    """A file as it was, and the name that it is to have beside the new one: of when it was saved,
    such as `passwords-20261127-093012.csv`. Sorted by name it is put in place before that."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> FormerPasswordsFile:
        """The file as it is now. Raises `OSError`."""
        content = path.read_bytes()
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        for name in _free_names(f"{path.stem}-{saved:%Y%m%d-%H%M%S}", path.suffix):
            place = path.with_name(name)
            if not place.exists() or place.read_bytes() == content:
                break
        return cls(name, content)

    def write(self, path: Path) -> None:
        """Keep it, for the owner's eyes alone. Raises `OSError`."""
        _write_private(path, self.content)


def is_former_passwords_file(name: str) -> bool:
    """Whether a file of that name is a former list."""
    return bool(_FORMER_NAME.fullmatch(name))


def read_password_table(path: Path) -> PasswordTable:
    """What the file holds. Raises `PasswordListError`."""
    try:
        listing = read_password_lines(path.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PasswordListError(
            path, [password_fault("cli.passwords.access", reason=reason)]
        ) from error
    except PasswordLinesError as error:
        raise PasswordListError(path, [error.fault]) from error
    columns = listing.columns
    if not listing.named or columns is None or columns.number is None:
        headless = password_fault("cli.passwords.head", heads=",".join(_HEADINGS))
        raise PasswordListError(
            path, [headless if listing.lines else password_fault("cli.passwords.empty")]
        )
    rows = tuple(PasswordRow(line.cells, _read_entry(line, columns)) for line in listing.body)
    if faults := [*_check_entries(row.entry for row in rows)]:
        raise PasswordListError(path, faults)
    return _make_table(listing, columns, rows)


def write_password_table(path: Path, lines: Iterable[Cells]) -> None:
    """Write lines as CSV that Excel opens (UTF-8), for the owner's eyes alone. Raises `OSError`."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    _write_private(path, text.getvalue().encode("utf-8-sig"))


def _make_table(
    listing: PasswordLines, columns: PasswordColumns, rows: Sequence[PasswordRow]
) -> PasswordTable:
    """The page; with a column of names, without which clients without an id would be lost."""
    *above, head = (line.cells for line in listing.lines[: listing.head + 1])
    if columns.name is None:
        width = max(len(line.cells) for line in listing.lines)
        head = (*head, *[""] * (width - len(head)), _HEADINGS[1])
        columns = replace(columns, name=width)
    return PasswordTable((*above, head), columns, rows)


def _read_entry(line: CsvLine, columns: PasswordColumns) -> PasswordEntry | None:
    number, name = (_plain_text(line.text(place)) for place in (columns.number, columns.name))
    word = line.text(columns.password).strip()
    is_ones = number.strip() or name.strip()
    return PasswordEntry(line.number, number.strip(), name, word) if is_ones else None


def _check_entries(entries: Iterable[PasswordEntry | None]) -> Iterator[PasswordFault]:
    """Lines of clients without a password that opens anything."""
    for entry in entries:
        if entry and not entry.word:
            yield password_fault("cli.passwords.none", line=str(entry.line))
        elif entry and len(entry.word) > _MAX_PASSWORD:
            yield password_fault(
                "cli.passwords.long", line=str(entry.line), most=str(_MAX_PASSWORD)
            )


def _free_names(stem: str, suffix: str) -> Iterator[str]:
    yield f"{stem}{suffix}"
    number = 2
    while True:
        yield f"{stem}-{number}{suffix}"
        number += 1


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _protect_id(number: str) -> str:
    """The id as Excel leaves it alone."""
    return f"'{number}" if is_changed_by_excel(number) else _protect_text(number)


def _protect_text(text: str) -> str:
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _plain_text(cell: str) -> str:
    return strip_text_formula(cell).removeprefix("'")
