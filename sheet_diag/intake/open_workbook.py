"""Open the bytes of a workbook and read its cells: recognised, decrypted, inspected, surveyed.

Each step refuses with its reason. Nothing of a workbook's own is run, and no library sees a sheet
that was not measured before. Values keep what the client saw as far as a reader tells it; what
each text means is decided by `returns`, never by a type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sheet_diag.intake.cells import (
    RefusedError,
    WorkbookContent,
    check_size,
    unreadable_file_error,
    wrong_format_error,
)
from sheet_diag.intake.decryption import decrypt_workbook
from sheet_diag.intake.file_types import (
    PACKAGE_KINDS,
    WORKBOOK_KINDS,
    FileKind,
    detect_file_kind,
)
from sheet_diag.intake.package_inspection import InspectedPackage, inspect_package
from sheet_diag.intake.readers.survey import CellReader, SheetCells, Survey, make_grid
from sheet_diag.intake.readers.xlsx import open_xlsx
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings, Limits

# Surveys a workbook, and gives the ways to read its cells, in their order.
FormatReader = Callable[
    [bytes, Limits, InspectedPackage | None], tuple[Survey, tuple[CellReader, ...]]
]


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A workbook without its protection; `inspected` is None for .xls, which is no package."""

    content: bytes
    kind: FileKind
    inspected: InspectedPackage | None = None
    password_used: bool = False


def open_workbook_bytes(content: bytes, name: str, reading: IntakeSettings) -> OpenedWorkbook:
    """Open the workbook named `name` (in messages and for its passwords). Raises `RefusedError`."""
    if not content:
        raise RefusedError(Problem(ProblemCode.EMPTY_FILE))
    check_size(len(content), reading.limits)
    kind = detect_file_kind(content, name)
    content, password_used = decrypt_workbook(content, kind, name, reading)
    if kind is FileKind.ENCRYPTED:
        kind = detect_file_kind(content, name)
    if kind in (FileKind.DAMAGED, FileKind.ENCRYPTED):
        raise RefusedError(Problem(ProblemCode.UNREADABLE, value="damaged"))
    if kind not in WORKBOOK_KINDS:
        raise wrong_format_error(kind.value)
    inspected = inspect_package(content, reading.limits) if kind in PACKAGE_KINDS else None
    return OpenedWorkbook(content, kind, inspected, password_used)


def read_workbook(opened: OpenedWorkbook, limits: Limits) -> WorkbookContent:
    """Read every sheet of an opened workbook, by the first reader that can.

    Raises `RefusedError` (`UNREADABLE`, or `UNSAFE_FILE` with the kind `grid`, `area` or
    `sheets`) and nothing else for whatever it holds, except `MemoryError`.
    """
    try:
        survey, readers = _format_reader(opened.kind)(opened.content, limits, opened.inspected)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:
        raise unreadable_file_error(error) from error
    reasons: list[object] = []
    for reader in readers:
        try:
            sheets = reader()
        except (KeyboardInterrupt, SystemExit, MemoryError, RefusedError):
            raise
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            reasons.append(error)
            continue
        if sheets:
            return _build_workbook(sheets, survey, repaired=bool(reasons))
        reasons.append("no worksheet")
    raise unreadable_file_error(reasons[0])


def _format_reader(kind: FileKind) -> FormatReader:
    """Choose the reader of a format; those of rarer ones are loaded for the first such file."""
    match kind:
        case FileKind.XLSX:
            return open_xlsx
        case FileKind.XLSB:
            from sheet_diag.intake.readers.xlsb import open_xlsb as reader
        case FileKind.XLS:
            from sheet_diag.intake.readers.xls import open_xls as reader
        case FileKind.ODS:
            from sheet_diag.intake.readers.ods import open_ods as reader
        case _:
            raise ValueError(f"{kind} is no workbook")
    return reader


def _build_workbook(
    sheets: Sequence[SheetCells], survey: Survey, *, repaired: bool
) -> WorkbookContent:
    own = [each for each in sheets if not survey.sheet(each.name).linked]
    return WorkbookContent(
        tuple(make_grid(each, survey.sheet(each.name)) for each in own),
        survey.properties,
        survey.modified,
        survey.pictures,
        survey.active,
        (Problem(ProblemCode.SECOND_READER),) if repaired else (),
    )
