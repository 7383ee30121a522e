"""The cells of a workbook as text, with what a text alone would hide.

Positions are zero-based (row, column). Values keep what the client saw as far as a reader tells
it: whole numbers without a point, dates as ISO. What each text means is decided by `returns`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, Limits

CellPosition = tuple[int, int]
CellArea = tuple[int, int, int, int]  # first row, first column, last row, last column


class CellMark(StrEnum):
    """What is special about a cell; its text is the name of the error, or the stored result.

    A formula whose stored result is the empty text is a `FORMULA`. `DATA_TYPE` is a value linked to
    a service, which has no text; `SYMBOL` a text that a symbol font shows as other signs.
    """

    ERROR = "error"
    NOT_CALCULATED = "not_calculated"
    FORMULA = "formula"
    PICTURE = "picture"
    DATA_TYPE = "data_type"
    CHECKBOX = "checkbox"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: its cells as text, rows from the top, columns from A.

    `merged` are merged areas of more than one cell; `hidden_rows` are hidden or filtered out;
    `cut` says that cells far away were left out. `struck` are the cells with text that is struck
    out, and what is left of it without that (empty: all is struck out); `symbol_fonts` names the
    font of each cell marked as `SYMBOL`; `notes` are notes, and comments with their replies.
    """

    name: str
    visible: bool
    rows: tuple[tuple[str, ...], ...]
    marks: Mapping[CellPosition, CellMark] = field(default_factory=dict)
    merged: tuple[CellArea, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    cut: bool = False
    struck: Mapping[CellPosition, str] = field(default_factory=dict)
    symbol_fonts: Mapping[CellPosition, str] = field(default_factory=dict)
    notes: Mapping[CellPosition, str] = field(default_factory=dict)

    def text(self, row: int, col: int) -> str:
        """The cell's text; empty beyond the used area."""
        cells = self.rows[row] if row < len(self.rows) else ()
        return cells[col] if col < len(cells) else ""


@dataclass(frozen=True, slots=True)
class WorkbookContent:
    """A workbook that could be read.

    `properties` are its custom document properties; `modified` is its own time of last change
    (ISO 8601, UTC; empty: unknown); `pictures` counts pictures and shapes; `active` names what
    could act, as keys of `problem.active.*` (macros, links, objects, controls, queries).
    `problems` say how it was read (`SECOND_READER`).
    """

    grids: tuple[Grid, ...]
    properties: Mapping[str, str] = field(default_factory=dict)
    modified: str = ""
    pictures: int = 0
    active: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


class RefusedError(Exception):
    """The file cannot be read, for the reason that `problem` gives."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.code.value)


def check_size(size: int, limits: Limits) -> None:
    """Raise `RefusedError` where a file of so many bytes is too large."""
    if size > limits.file * MIB:
        raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=f"{size / MIB:.0f} MiB"))


def unsafe_file_error(kind: str) -> RefusedError:
    """Make the error of a file that no reader should see, for the reason `problem.kind.<kind>`."""
    return RefusedError(Problem(ProblemCode.UNSAFE_FILE, value=kind, details=(("kind", kind),)))


def wrong_format_error(kind: str) -> RefusedError:
    """Make the error of a file that is no workbook and holds none, by its kind as above."""
    return RefusedError(Problem(ProblemCode.WRONG_FORMAT, value=kind, details=(("kind", kind),)))


def unreadable_file_error(reason: object) -> RefusedError:
    """Make the error of a damaged file, with its reason on one short line."""
    return RefusedError(Problem(ProblemCode.UNREADABLE, value=describe_error(reason)))


def describe_error(reason: object) -> str:
    """Describe an error on one line of at most 120 characters; by its kind if it says nothing."""
    return " ".join(str(reason).split())[:120] or type(reason).__name__
