"""What stands around the answers and wants a look: pictures, active parts, cells out of sight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.model.returns import Problem, ProblemCode


def find_workbook_problems(book: WorkbookContent) -> Iterator[Problem]:
    """How the workbook was read, and what it holds beside cells."""
    yield from book.problems
    if book.pictures:
        yield Problem(ProblemCode.PICTURES, value=str(book.pictures))
    if book.active:
        yield Problem(
            ProblemCode.ACTIVE_CONTENT,
            value=", ".join(book.active),
            details=(("active", ",".join(book.active)),),
        )


def find_sheet_problems(grid: Grid) -> Iterator[Problem]:
    """What a person would not see of a sheet that was read, and what of it was not read."""
    if not grid.visible:
        yield Problem(ProblemCode.HIDDEN_SHEET, grid.name, value=grid.name)
    yield from find_stray_cells((grid,))


def find_stray_cells(grids: Iterable[Grid]) -> Iterator[Problem]:
    """The sheets of which cells far away were left out."""
    for grid in grids:
        if grid.cut:
            yield Problem(ProblemCode.STRAY_CELLS, grid.name, value=grid.name)
