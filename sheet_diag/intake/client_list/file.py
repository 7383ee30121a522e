"""The file of a client list -> cells: a workbook of any kind, or text parted by a sign.

Which sign parts a text is told by its headings, not guessed from the letters.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import Grid, RefusedError, Workbook, unsafe
from sheet_diag.intake.client_list.errors import ClientListError, ListFault
from sheet_diag.intake.client_list.tables import heads
from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.intake.open_workbook import open_workbook_bytes
from sheet_diag.intake.read_cells import read_workbook
from sheet_diag.intake.stable_read import ChangingError, read_stable
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import MIB, Limits, Reading
from sheet_diag.text.csv_text import SIGNS, decoded, without_formula
from sheet_diag.text.problems import message

_TEXT_NAMES: Final = (".csv", ".tsv", ".txt")
_CONTAINERS: Final = (Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.ODS, Kind.ENCRYPTED, Kind.DAMAGED)


def read_list_file(path: Path, limits: Limits) -> Workbook:
    """The cells of the list. Raises `ClientListError` with one fault where it cannot be read."""
    try:
        content = read_stable(path)
        kind = kind_of(content, path.name)
        if kind is Kind.TEXT or (path.suffix.lower() in _TEXT_NAMES and kind not in _CONTAINERS):
            return Workbook((_grid(content, limits),))
        opened = open_workbook_bytes(content, path.name, Reading(limits))
        return read_workbook(opened.content, opened.format, limits, opened.inspected)
    except (OSError, ChangingError) as error:
        raise _unusable(path, "clients.fault.no_access") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unusable(path, _TEXT_FAULTS[type(error)]) from error
    except RefusedError as error:
        why = {f"why_{lang.value}": message(error.problem, lang) for lang in Lang}
        raise _unusable(path, "clients.fault.unreadable", why) from error


_TEXT_FAULTS: Final[dict[type[Exception], str]] = {
    UnicodeDecodeError: "clients.fault.encoding",
    csv.Error: "clients.fault.quotes",
}


def _unusable(path: Path, key: str, parts: dict[str, str] | None = None) -> ClientListError:
    return ClientListError(path, (ListFault("", "", key, parts or {}),))


def _grid(content: bytes, limits: Limits) -> Grid:
    """The text as a sheet without a name. Raises `RefusedError`, `UnicodeDecodeError`,
    `csv.Error`."""
    if not content.strip():
        raise RefusedError(Problem(Code.EMPTY_FILE))
    if len(content) > limits.file * MIB:
        raise RefusedError(Problem(Code.TOO_LARGE, value=f"{len(content) / MIB:.0f} MiB"))
    text = decoded(content)
    sign = max(SIGNS, key=lambda each: _headed(text, each))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows = tuple(tuple(map(without_formula, row)) for row in reader)
    if sum(map(len, rows)) > limits.area:
        raise unsafe("area")
    return Grid("", visible=True, rows=rows)


def _headed(text: str, sign: str) -> int:
    """The most headings of ours that stand in one row of the text when this sign parts it."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return max((len(heads(tuple(row))) for row in rows), default=0)
