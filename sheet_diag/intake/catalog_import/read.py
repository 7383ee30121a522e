"""Read a questionnaire from a workbook that is not in the form of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.catalog.proposal import CatalogProposal, LeftOut
from sheet_diag.intake.catalog_import.firm_sheet import propose_from_table
from sheet_diag.intake.catalog_import.library import propose_from_library
from sheet_diag.intake.catalog_import.library_parts import is_library
from sheet_diag.intake.catalog_import.sheet import FirmSheet
from sheet_diag.intake.catalog_import.table import count_questions, find_table
from sheet_diag.intake.catalog_workbook import UnreadableBookError
from sheet_diag.intake.cells import RefusedError, WorkbookContent
from sheet_diag.intake.discovery import FileChangingError, read_stable_file
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.open_workbook import OpenedWorkbook, open_workbook_bytes, read_workbook
from sheet_diag.model.basics import Message, UserError
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.normalize import fold_text

_COPY_MARK: Final = re.compile(r"(?:\s*\(\d+\)|\s*-\s*コピー|_v\d+|[_-]?\d{8})+$")


def propose_catalog(path: Path, sheet: str | None, reading: IntakeSettings) -> CatalogProposal:
    """Read a questionnaire from a file. Raises `UnreadableBookError` and other `UserError`s."""
    try:
        opened = open_workbook_bytes(read_stable_file(path.resolve()), path.name, reading)
        content = read_workbook(opened, reading.limits)
    except (OSError, FileChangingError, RefusedError) as error:
        raise UnreadableBookError(path, error) from error
    if is_library(content.grids) and sheet is None:
        proposal = propose_from_library(content.grids, name_of_file(path))
        if proposal is None:
            raise UserError("import.error.no_framework", path=str(path))
        return proposal
    return _propose_from_sheets(path, opened, content, sheet)


def _propose_from_sheets(
    path: Path, opened: OpenedWorkbook, content: WorkbookContent, name: str | None
) -> CatalogProposal:
    offered = _read_offered(opened, content)
    sheets = [FirmSheet(grid, offered.get(grid.name, {})) for grid in content.grids]
    chosen = _choose_sheet(sheets, name, path)
    table = find_table(chosen)
    if table is None:
        raise UserError("import.error.no_table", path=str(path), sheet=chosen.grid.name)
    others = [each for each in sheets if each is not chosen]
    proposal = propose_from_table(table, others, name_of_file(path))
    told = [_tell_other(each) for each in others if any(each.grid.rows)]
    if opened.kind is not FileKind.XLSX:
        told.append(LeftOut(path.name, "", Message("import.left.no_drop_downs")))
    return replace(proposal, left_out=(*proposal.left_out, *told))


def _choose_sheet(sheets: list[FirmSheet], name: str | None, path: Path) -> FirmSheet:
    """Choose the sheet of that name; without one, the sheet with most questions."""
    if name is None:
        seen = [each for each in sheets if each.grid.visible] or sheets
        return max(seen, key=count_questions)
    found = next((e for e in sheets if fold_text(e.grid.name) == fold_text(name)), None)
    if found is None:
        names = "、".join(each.grid.name for each in sheets)
        raise UserError("import.error.no_sheet", path=str(path), sheet=name, sheets=names)
    return found


def _tell_other(sheet: FirmSheet) -> LeftOut:
    count = count_questions(sheet)
    key = "import.left.sheet_with_questions" if count > 1 else "import.left.sheet"
    return LeftOut(sheet.grid.name, "", Message(key, {"count": str(count)}))


def _read_offered(
    opened: OpenedWorkbook, content: WorkbookContent
) -> Mapping[str, Mapping[tuple[int, int], tuple[str, ...]]]:
    """Read what the cells of each sheet offer; only .xlsx tells that."""
    if opened.kind is not FileKind.XLSX:
        return {}
    from sheet_diag.intake.readers.drop_downs import list_choices
    from sheet_diag.intake.readers.xlsx import read_drop_down_sources

    names, by_sheet = read_drop_down_sources(opened.content, opened.inspected)
    return {
        grid.name: list_choices(by_sheet.get(grid.name, ()), grid, content.grids, names)
        for grid in content.grids
    }


def name_of_file(path: Path) -> str:
    """Name a questionnaire by its file, without what copies add."""
    return _COPY_MARK.sub("", unicodedata.normalize("NFKC", path.stem)).strip() or path.stem
