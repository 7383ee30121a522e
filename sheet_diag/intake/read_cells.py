"""Bytes of a workbook -> its cells as text, by the first reader that can.

Nothing of a workbook's own is run, and no library sees a sheet that was not measured before.
Values keep what the client saw as far as a reader tells it; what each text means is decided by
`returns`, never by a type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sheet_diag.intake.cells import (
    Grid,
    RefusedError,
    WorkbookContent,
    WorkbookFormat,
    unreadable_file_error,
)
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.libraries import library_readers
from sheet_diag.intake.readers.ods import OdsDocument, lay_out_rows, survey_ods
from sheet_diag.intake.readers.ooxml import survey_ooxml
from sheet_diag.intake.readers.survey import SheetCells, Survey, make_grid
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import Limits

__all__ = ["Grid", "read_workbook"]

_Attempt = Callable[[], Sequence[SheetCells]]


def read_workbook(
    content: bytes, form: WorkbookFormat, limits: Limits, inspected: InspectedPackage | None = None
) -> WorkbookContent:
    """Read every sheet of a workbook that is not encrypted; `inspected` is what is known of it.

    Raises `RefusedError` (`UNREADABLE`, or `UNSAFE_FILE` with the kind `make_grid`, `area` or
    `sheets`) and nothing else for whatever it holds, except `MemoryError`.
    """
    try:
        survey, attempts = _survey_workbook(content, form, limits, inspected)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:
        raise unreadable_file_error(error) from error
    reasons: list[object] = []
    for attempt in attempts:
        try:
            sheets = attempt()
        except (KeyboardInterrupt, SystemExit, MemoryError, RefusedError):
            raise
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            reasons.append(error)
            continue
        if sheets:
            return _build_workbook(sheets, survey, repaired=bool(reasons))
        reasons.append("no worksheet")
    raise unreadable_file_error(reasons[0])


def _survey_workbook(
    content: bytes, form: WorkbookFormat, limits: Limits, inspected: InspectedPackage | None
) -> tuple[Survey, list[_Attempt]]:
    """What is known of the workbook, and the ways to read its cells, in their order."""
    if form is WorkbookFormat.ODS:
        document = survey_ods(content, limits, inspected)
        return document.survey, _ods_attempts(document, limits)
    if form is WorkbookFormat.XLS:
        from sheet_diag.intake.readers.xls import survey_xls  # loads olefile

        survey = survey_xls(content, limits)
    else:
        survey = survey_ooxml(content, form, limits, inspected)
    return survey, _library_attempts(survey, form, limits)


def _library_attempts(survey: Survey, form: WorkbookFormat, limits: Limits) -> list[_Attempt]:
    return [partial(reader, survey, limits.area) for reader in library_readers(form)]


def _ods_attempts(document: OdsDocument, limits: Limits) -> list[_Attempt]:
    """Our own walk reads what a library refuses, and alone sheets with a stray cell."""
    if any(table.survey.cut for table in document.tables):
        return [partial(_own_rows, document)]
    return [
        *_library_attempts(document.survey, WorkbookFormat.ODS, limits),
        partial(_own_rows, document),
    ]


def _own_rows(document: OdsDocument) -> list[SheetCells]:
    return [lay_out_rows(table) for table in document.tables]


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
