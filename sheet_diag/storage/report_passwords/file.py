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
    Columns,
    Fault,
    LinesError,
    Listing,
    read_lines,
    says,
)
from sheet_diag.storage.report_passwords.line_owners import Entry, is_changed_by_excel
from sheet_diag.text.csv_text import Line, without_formula
from sheet_diag.text.excel_text import FORMULA_STARTS

FILE_NAME: Final = "passwords.csv"
_LONGEST: Final = 255  # of a password in Excel
_HEADS: Final = ("診断先番号", "診断先", "パスワード")
_USUAL: Final = Columns(password=2, number=0, name=1)

_FORMER: Final = re.compile(r"passwords-\d{8}-\d{6}(?:-\d+)?\.csv")

Cells = Sequence[str]


class PasswordListError(Exception):
    """The list of an earlier run cannot be used, and why; it is never overwritten."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        super().__init__(f"{path}: {[fault.key for fault in faults]}")


@dataclass(frozen=True, slots=True)
class Row:
    """A line below the headings; without an `entry` it tells of no client."""

    cells: Cells = field(repr=False)
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Page:
    """The file: its lines down to the headings, where the columns are, and the lines below."""

    heads: Sequence[Cells] = (_HEADS,)
    columns: Columns = _USUAL
    rows: Sequence[Row] = ()

    def filled(self, cells: Cells, number: str, name: str, word: str) -> Cells:
        """The cells of a line with what we know of a client in its places."""
        columns = self.columns
        known = {
            columns.number: _kept(number),
            columns.name: _as_text(name),
            columns.password: word,
        }
        places = [place for place in known if place is not None]
        line = [*cells, *[""] * (max(places) + 1 - len(cells))]
        for place in places:
            line[place] = known[place]
        return line


@dataclass(frozen=True, slots=True)
class Former:
    """A file as it was, and the name that it is to have beside the new one: of when it was saved,
    such as `passwords-20261127-093012.csv`. Sorted by name it is put in place before that."""

    name: str
    content: bytes = field(repr=False)

    @classmethod
    def of(cls, path: Path) -> Former:
        """The file as it is now. Raises `OSError`."""
        content = path.read_bytes()
        saved = datetime.fromtimestamp(path.stat().st_mtime)
        for name in _names(f"{path.stem}-{saved:%Y%m%d-%H%M%S}", path.suffix):
            place = path.with_name(name)
            if not place.exists() or place.read_bytes() == content:
                break
        return cls(name, content)

    def write(self, path: Path) -> None:
        """Keep it, for the owner's eyes alone. Raises `OSError`."""
        _write_private(path, self.content)


def is_former(name: str) -> bool:
    """Whether a file of that name is a former list."""
    return bool(_FORMER.fullmatch(name))


def read_page(path: Path) -> Page:
    """What the file holds. Raises `PasswordListError`."""
    try:
        listing = read_lines(path.read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise PasswordListError(path, [says("cli.passwords.access", reason=reason)]) from error
    except LinesError as error:
        raise PasswordListError(path, [error.fault]) from error
    columns = listing.columns
    if not listing.named or columns is None or columns.number is None:
        headless = says("cli.passwords.head", heads=",".join(_HEADS))
        raise PasswordListError(path, [headless if listing.lines else says("cli.passwords.empty")])
    rows = tuple(Row(line.cells, _entry(line, columns)) for line in listing.body)
    if faults := [*_faults(row.entry for row in rows)]:
        raise PasswordListError(path, faults)
    return _page(listing, columns, rows)


def write_page(path: Path, lines: Iterable[Cells]) -> None:
    """Write lines as CSV that Excel opens (UTF-8), for the owner's eyes alone. Raises `OSError`."""
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    _write_private(path, text.getvalue().encode("utf-8-sig"))


def _page(listing: Listing, columns: Columns, rows: Sequence[Row]) -> Page:
    """The page; with a column of names, without which clients without an id would be lost."""
    *above, head = (line.cells for line in listing.lines[: listing.head + 1])
    if columns.name is None:
        width = max(len(line.cells) for line in listing.lines)
        head = (*head, *[""] * (width - len(head)), _HEADS[1])
        columns = replace(columns, name=width)
    return Page((*above, head), columns, rows)


def _entry(line: Line, columns: Columns) -> Entry | None:
    number, name = (_plain(line.text(place)) for place in (columns.number, columns.name))
    word = line.text(columns.password).strip()
    is_ones = number.strip() or name.strip()
    return Entry(line.number, number.strip(), name, word) if is_ones else None


def _faults(entries: Iterable[Entry | None]) -> Iterator[Fault]:
    """Lines of clients without a password that opens anything."""
    for entry in entries:
        if entry and not entry.word:
            yield says("cli.passwords.none", line=str(entry.line))
        elif entry and len(entry.word) > _LONGEST:
            yield says("cli.passwords.long", line=str(entry.line), most=str(_LONGEST))


def _names(stem: str, suffix: str) -> Iterator[str]:
    yield f"{stem}{suffix}"
    number = 2
    while True:
        yield f"{stem}-{number}{suffix}"
        number += 1


def _write_private(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _kept(number: str) -> str:
    """The id as Excel leaves it alone."""
    return f"'{number}" if is_changed_by_excel(number) else _as_text(number)


def _as_text(text: str) -> str:
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _plain(cell: str) -> str:
    return without_formula(cell).removeprefix("'")
