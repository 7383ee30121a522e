"""The file of a client list -> cells: a workbook of any kind, or text parted by a sign.

Which sign parts a text is told by its headings, not guessed from the letters.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import Grid, RefusedError, WorkbookContent, unsafe_file_error
from sheet_diag.intake.client_list.errors import ClientListError, ListFault
from sheet_diag.intake.client_list.tables import match_headings
from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.intake.open_workbook import open_workbook_bytes
from sheet_diag.intake.read_cells import read_workbook
from sheet_diag.intake.stable_read import FileChangingError, read_stable_file
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, IntakeSettings, Limits
from sheet_diag.text.csv_text import CSV_SEPARATORS, decode_csv, strip_text_formula
from sheet_diag.text.problems import problem_message

_TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
_WORKBOOK_KINDS: Final = (
    FileKind.XLSX,
    FileKind.XLSB,
    FileKind.XLS,
    FileKind.ODS,
    FileKind.ENCRYPTED,
    FileKind.DAMAGED,
)


def read_client_list_file(path: Path, limits: Limits) -> WorkbookContent:
    """The cells of the list. Raises `ClientListError` with one fault where it cannot be read."""
    try:
        content = read_stable_file(path)
        kind = detect_file_kind(content, path.name)
        if kind is FileKind.TEXT or (
            path.suffix.lower() in _TEXT_SUFFIXES and kind not in _WORKBOOK_KINDS
        ):
            return WorkbookContent((_read_text(content, limits),))
        opened = open_workbook_bytes(content, path.name, IntakeSettings(limits))
        return read_workbook(opened.content, opened.format, limits, opened.inspected)
    except (OSError, FileChangingError) as error:
        raise _file_error(path, "clients.fault.no_access") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise _file_error(path, _TEXT_FAULTS[type(error)]) from error
    except RefusedError as error:
        why = {f"why_{lang.value}": problem_message(error.problem, lang) for lang in Lang}
        raise _file_error(path, "clients.fault.unreadable", why) from error


_TEXT_FAULTS: Final[dict[type[Exception], str]] = {
    UnicodeDecodeError: "clients.fault.encoding",
    csv.Error: "clients.fault.quotes",
}


def _file_error(path: Path, key: str, parts: dict[str, str] | None = None) -> ClientListError:
    return ClientListError(path, (ListFault("", "", key, parts or {}),))


def _read_text(content: bytes, limits: Limits) -> Grid:
    """The text as a sheet without a name. Raises `RefusedError`, `UnicodeDecodeError`,
    `csv.Error`."""
    if not content.strip():
        raise RefusedError(Problem(ProblemCode.EMPTY_FILE))
    if len(content) > limits.file * MIB:
        raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=f"{len(content) / MIB:.0f} MiB"))
    text = decode_csv(content)
    sign = max(CSV_SEPARATORS, key=lambda each: _count_headings(text, each))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True)
    rows = tuple(tuple(map(strip_text_formula, row)) for row in reader)
    if sum(map(len, rows)) > limits.area:
        raise unsafe_file_error("area")
    return Grid("", visible=True, rows=rows)


def _count_headings(text: str, sign: str) -> int:
    """The most headings of ours that stand in one row of the text when this sign parts it."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
    return max((len(match_headings(tuple(row))) for row in rows), default=0)
