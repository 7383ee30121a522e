"""Bytes of a workbook -> its cells as text. The only place that knows calamine and openpyxl.

Values keep what the client saw as far as a reader tells it: whole numbers without a point, dates
as ISO. What each text means is decided by `returns`, never by a type.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import openpyxl
import python_calamine

# Past this a sheet is one stray cell at the far corner, not a hearing sheet.
LARGEST_AREA: Final = 5_000_000


class UnreadableError(Exception):
    """No reader could open the workbook; the message is the first reader's reason."""


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its cells as text, rows from the top, columns from A."""

    name: str
    visible: bool
    rows: tuple[tuple[str, ...], ...]

    def text(self, row: int, col: int) -> str:
        """The cell's text; empty beyond the used area."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[col] if col < len(cells) else ""


def read_grids(content: bytes) -> tuple[Grid, ...]:
    """Read every sheet with the first reader that can. Raises `UnreadableError`."""
    reasons = []
    for reader in (_by_calamine, _by_openpyxl):
        try:
            return reader(content)
        except (KeyboardInterrupt, SystemExit, UnreadableError):
            raise
        except BaseException as error:  # noqa: BLE001 - a Rust panic is no Exception
            reasons.append(" ".join(str(error).split())[:120] or type(error).__name__)
    raise UnreadableError(reasons[0])


def _by_calamine(content: bytes) -> tuple[Grid, ...]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    grids = []
    for meta in book.sheets_metadata:
        if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_name(meta.name)
        if sheet.total_height * sheet.total_width > LARGEST_AREA:
            raise UnreadableError(f"{meta.name}: {sheet.total_height} x {sheet.total_width} cells")
        visible = meta.visible is python_calamine.SheetVisibleEnum.Visible
        grids.append(_grid(meta.name, visible, sheet.to_python(skip_empty_area=False)))
    return tuple(grids)


def _by_openpyxl(content: bytes) -> tuple[Grid, ...]:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    grids = []
    for sheet in book.worksheets:
        rows: Callable[..., Iterable[Iterable[Any]]] = sheet.iter_rows
        grids.append(_grid(sheet.title, sheet.sheet_state == "visible", rows(values_only=True)))
    return tuple(grids)


def _grid(name: str, visible: bool, rows: Iterable[Iterable[Any]]) -> Grid:
    return Grid(name, visible, tuple(tuple(map(_as_text, row)) for row in rows))


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != datetime.min.time() else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
