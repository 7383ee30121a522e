"""A questionnaire's workbook -> its rows: which sheet is which, its headings, its cells.

What the cells mean is decided by `catalog.build`. The file is only read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFault, BookFaultCode, FaultKind
from sheet_diag.catalog.headings import SheetForm, load_sheet_forms
from sheet_diag.catalog.rows import Place, Table, Tables
from sheet_diag.intake.catalog_sheet import read_table
from sheet_diag.intake.cell_formats import CellFormats, read_cell_formats
from sheet_diag.intake.cells import Grid, RefusedError
from sheet_diag.intake.discovery import FileChangingError, read_stable_file
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.model.basics import Lang, Message, UserError
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.normalize import fold_text
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

_MOST_MIB: Final = 20
_PASSED_OVER: Final = (
    "説明", "記入方法", "メモ", "改版履歴", "確認結果", "取り込み結果",
    "README", "Notes", "History", "Check results", "Import results",
)  # fmt: skip


class UnreadableBookError(UserError):
    """A workbook that cannot be opened, with the reason in both languages."""

    def __init__(self, path: Path, reason: Exception) -> None:
        self._reason = reason
        super().__init__("book.unreadable", name=path.name, reason="")

    def describe(self, say: Wording) -> str:
        """Write what was tried and why it did not work."""
        reason = (
            problem_message(self._reason.problem, say.lang)
            if isinstance(self._reason, RefusedError)
            else str(getattr(self._reason, "strerror", None) or self._reason)
        )
        return say(self.key, **{**self.parts, "reason": reason})


@dataclass(frozen=True, slots=True)
class ReadBook:
    """A workbook that was read: its tables by sheet, and what is to be said of it so far.

    `drawings` counts charts, pictures and shapes; `is_rewritten` says that no library keeps its
    format, so that only its cells can be written again.
    """

    name: str
    content: bytes = field(repr=False)
    tables: Tables
    faults: tuple[BookFault, ...]
    grids: tuple[Grid, ...] = field(default=(), repr=False)
    drawings: int = 0
    is_rewritten: bool = False


def read_book(path: Path, reading: IntakeSettings) -> ReadBook:
    """Read the rows of a workbook. Raises `UnreadableBookError` where it cannot be opened."""
    if not path.is_file():
        raise UserError("book.missing", path=str(path))
    limits = replace(reading.limits, file=min(reading.limits.file, _MOST_MIB))
    try:
        content = read_stable_file(path.resolve())
        opened = open_workbook_bytes(content, path.name, replace(reading, limits=limits))
        cells = read_workbook(opened, limits)
    except RefusedError as error:
        raise UnreadableBookError(path, error) from error
    except (OSError, FileChangingError) as error:
        raise UnreadableBookError(path, error) from error
    formats = read_cell_formats(opened.content, opened.kind)
    reader = _BookReader(formats)
    tables = reader.read(cells.grids)
    return ReadBook(
        path.name,
        opened.content,
        tables,
        tuple(reader.faults),
        cells.grids,
        cells.pictures + _count_charts(opened.content),
        opened.kind is not FileKind.XLSX,
    )


def _count_charts(content: bytes) -> int:
    """Count the charts of an .xlsx, which are no pictures."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return 0
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return sum(name.startswith("xl/charts/chart") for name in package.namelist())


class _BookReader:
    """Finds which sheet is which, and reads each."""

    def __init__(self, formats: Mapping[str, CellFormats]) -> None:
        self.faults: list[BookFault] = []
        self._formats = formats
        self._forms = load_sheet_forms()

    def read(self, grids: tuple[Grid, ...]) -> Tables:
        """Read every sheet that is used; the others are told."""
        known: dict[str, tuple[SheetForm, Lang, Grid]] = {}
        unknown: list[Grid] = []
        for grid in grids:
            found = self._find_form(grid.name)
            if found is None:
                unknown.append(grid)
            elif found[0].key in known:
                place = Place(grid.name)
                self._tell(
                    BookFaultCode.DUPLICATE, place, grid.name, says="book.fault.DUPLICATE.sheet"
                )
            else:
                known[found[0].key] = (*found, grid)
        near = set(self._tell_unknown(unknown, set(known)))
        if "questions" not in known and "questions" not in near:
            name = self._forms["questions"][Lang.JA]
            self._tell(BookFaultCode.SHEET_MISSING, Place(name), "")
        return {key: table for key, found in known.items() if (table := self._read_one(*found))}

    def _read_one(self, form: SheetForm, lang: Lang, grid: Grid) -> Table | None:
        formats = self._formats.get(grid.name, CellFormats())
        table, faults = read_table(grid, formats, form, lang)
        self.faults.extend(faults)
        return table

    def _find_form(self, name: str) -> tuple[SheetForm, Lang] | None:
        folded = fold_text(name)
        for form in self._forms.values():
            for lang in Lang:
                if folded == fold_text(form[lang]):
                    return form, lang
        return None

    def _tell_unknown(self, grids: list[Grid], known: set[str]) -> Iterator[str]:
        """Tell the sheets that are not used; yield the keys of those that were probably meant."""
        missing = {
            form[lang]: key
            for key, form in self._forms.items()
            if key not in known
            for lang in Lang
        }
        for grid in grids:
            if grid.name.startswith("_") or fold_text(grid.name) in map(fold_text, _PASSED_OVER):
                continue
            near = find_nearest(grid.name, missing)
            if near:
                yield missing[near]
            self._tell(
                BookFaultCode.SHEET_UNKNOWN,
                Place(grid.name),
                grid.name,
                near=near,
                kind=FaultKind.ERROR if near else FaultKind.WARNING,
                expected=Message("book.expect.sheet") if near else None,
                says="book.fault.SHEET_UNKNOWN.near" if near else "",
            )

    def _tell(
        self,
        code: BookFaultCode,
        place: Place,
        stands: str,
        *,
        near: str = "",
        kind: FaultKind = FaultKind.ERROR,
        expected: Message | None = None,
        says: str = "",
    ) -> None:
        self.faults.append(BookFault(code, place, stands, expected, near, kind, says))
