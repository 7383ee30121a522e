"""Bytes of a workbook -> its cells as text, by the first reader that can.

Nothing of a workbook's own is run, and no library sees a sheet that was not measured before.
Values keep what the client saw as far as a reader tells it; what each text means is decided by
`returns`, never by a type.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from sheet_diag.intake.cells import Format, Grid, RefusedError, Workbook, unreadable
from sheet_diag.intake.package_inspection import Inspected
from sheet_diag.intake.readers.libraries import readers
from sheet_diag.intake.readers.ods import Document, rows_of, survey_ods
from sheet_diag.intake.readers.ooxml import survey_ooxml
from sheet_diag.intake.readers.survey import SheetCells, Survey, grid
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Limits

__all__ = ["Grid", "read_workbook"]

_Attempt = Callable[[], Sequence[SheetCells]]


def read_workbook(
    content: bytes, form: Format, limits: Limits, inspected: Inspected | None = None
) -> Workbook:
    """Read every sheet of a workbook that is not encrypted; `inspected` is what is known of it.

    Raises `RefusedError` (`UNREADABLE`, or `UNSAFE_FILE` with the kind `grid`, `area` or
    `sheets`) and nothing else for whatever it holds, except `MemoryError`.
    """
    try:
        survey, attempts = _surveyed(content, form, limits, inspected)
    except (RefusedError, MemoryError):
        raise
    except Exception as error:
        raise unreadable(error) from error
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
            return _workbook(sheets, survey, repaired=bool(reasons))
        reasons.append("no worksheet")
    raise unreadable(reasons[0])


def _surveyed(
    content: bytes, form: Format, limits: Limits, inspected: Inspected | None
) -> tuple[Survey, list[_Attempt]]:
    """What is known of the workbook, and the ways to read its cells, in their order."""
    if form is Format.ODS:
        document = survey_ods(content, limits, inspected)
        return document.survey, _attempts_at(document, limits)
    if form is Format.XLS:
        from sheet_diag.intake.readers.xls import survey_xls  # loads olefile

        survey = survey_xls(content, limits)
    else:
        survey = survey_ooxml(content, form, limits, inspected)
    return survey, _libraries(survey, form, limits)


def _libraries(survey: Survey, form: Format, limits: Limits) -> list[_Attempt]:
    return [partial(reader, survey, limits.area) for reader in readers(form)]


def _attempts_at(document: Document, limits: Limits) -> list[_Attempt]:
    """Our own walk reads what a library refuses, and alone sheets with a stray cell."""
    if any(table.survey.cut for table in document.tables):
        return [partial(_rows, document)]
    return [*_libraries(document.survey, Format.ODS, limits), partial(_rows, document)]


def _rows(document: Document) -> list[SheetCells]:
    return [rows_of(table) for table in document.tables]


def _workbook(sheets: Sequence[SheetCells], survey: Survey, *, repaired: bool) -> Workbook:
    own = [each for each in sheets if not survey.sheet(each.name).linked]
    return Workbook(
        tuple(grid(each, survey.sheet(each.name)) for each in own),
        survey.properties,
        survey.modified,
        survey.pictures,
        survey.active,
        (Problem(Code.SECOND_READER),) if repaired else (),
    )
