"""Bytes of a workbook -> its cells: first a survey, then the first library that can read it."""

from __future__ import annotations

from sheet_diag.intake.cells import Format, RefusedError, Workbook
from sheet_diag.intake.readers.binary import survey_xls, survey_xlsb
from sheet_diag.intake.readers.chain import READERS
from sheet_diag.intake.readers.ooxml import survey_package
from sheet_diag.intake.readers.opendocument import survey_opendocument
from sheet_diag.intake.readers.survey import SheetCells, Survey, grid, unreadable
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Limits


def read_workbook(content: bytes, form: Format, limits: Limits) -> Workbook:
    """Read every sheet. Raises `RefusedError`, and `MemoryError` at the limit of the process."""
    survey = _survey(content, form, limits)
    sheets, second = _read(survey.content, form, limits)
    return Workbook(
        tuple(grid(cells, survey.sheet(cells.name)) for cells in sheets),
        survey.properties,
        survey.modified,
        survey.pictures,
        survey.active,
        (Problem(Code.SECOND_READER),) if second else (),
    )


def _survey(content: bytes, form: Format, limits: Limits) -> Survey:
    match form:
        case Format.XLSX:
            return survey_package(content, limits)
        case Format.XLSB:
            return survey_xlsb(content, limits)
        case Format.XLS:
            return survey_xls(content)
        case Format.ODS:
            return survey_opendocument(content, limits)


def _read(content: bytes, form: Format, limits: Limits) -> tuple[tuple[SheetCells, ...], bool]:
    reasons: list[BaseException] = []
    for reader in READERS[form]:
        try:
            sheets = reader(content, limits)
        except (KeyboardInterrupt, SystemExit, MemoryError, RefusedError):
            raise
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            reasons.append(error)
            continue
        if sheets or not reasons:
            return sheets, bool(reasons)
    raise unreadable(reasons[0])
