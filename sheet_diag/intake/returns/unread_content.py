"""What stands around the answers and wants a look: pictures, active parts, cells out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheet_diag.intake.cells import Grid, Workbook
from sheet_diag.model.returns import Code, Problem


def about_book(book: Workbook) -> Iterator[Problem]:
    """How the workbook was read, and what it holds beside cells."""
    yield from book.problems
    if book.pictures:
        yield Problem(Code.PICTURES, value=str(book.pictures))
    if book.active:
        yield Problem(
            Code.ACTIVE_CONTENT,
            value=", ".join(book.active),
            details=(("active", ",".join(book.active)),),
        )


def about_sheet(grid: Grid) -> Iterator[Problem]:
    """What a person would not see of a sheet that was read, and what of it was not read."""
    if not grid.visible:
        yield Problem(Code.HIDDEN_SHEET, grid.name, value=grid.name)
    yield from stray_cells((grid,))


def stray_cells(grids: Iterable[Grid]) -> Iterator[Problem]:
    """The sheets of which cells far away were left out."""
    for grid in grids:
        if grid.cut:
            yield Problem(Code.STRAY_CELLS, grid.name, value=grid.name)
