"""Workbooks as a reader hands them on, written as text tables: no file, no package.

`sheet` is a question sheet with its heading in row 5 as sent; `book` adds the company sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sheet_diag.forms.layout import HEADER_ROW, IDENTITY_KEYS
from sheet_diag.intake.cells import CellMark, CellPosition, Grid, WorkbookContent
from sheet_diag.intake.returns.reader import read_return
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ReturnedSheet
from tests.catalogs import SIGNS
from tests.returned import AS_SENT, SMALL, problem_line, table_cells

QUESTIONS = "ヒアリングシート"
COMPANY = """
    |  | 会社名   | 株式会社見本 |
    |  | 業種     | 製造業       |
    |  | 従業員数 | 6〜20人      |
    |  | 拠点数   |              |
    |  | ご記入日 |              |
"""


def at(cell: str) -> CellPosition:
    """The position of `B7`; columns A to Z."""
    return int(cell[1:]) - 1, ord(cell[0]) - ord("A")


def area(cells: str) -> tuple[int, int, int, int]:
    """The area `B7:B9`."""
    first, last = cells.split(":")
    return (*at(first), *at(last))


def sheet(
    table: str = AS_SENT,
    name: str = QUESTIONS,
    *,
    marks: Mapping[str, CellMark] | None = None,
    merged: str = "",
    hidden: tuple[int, ...] = (),
    **more: Any,
) -> Grid:
    """A sheet with `table` from row 5 on; `merged` as `B7:B9 C1:D1`, `hidden` rows from 1."""
    rows = ((),) * HEADER_ROW + tuple(map(tuple, table_cells(table)))
    return Grid(
        name,
        more.pop("visible", True),
        rows,
        {at(cell): mark for cell, mark in (marks or {}).items()},
        tuple(map(area, merged.split())),
        frozenset(row - 1 for row in hidden),
        **more,
    )


def company(table: str = COMPANY, **more: Any) -> Grid:
    return sheet(table, "会社情報", **more)


def book(*grids: Grid, version: str = SMALL.version, **more: Any) -> WorkbookContent:
    """The sheets, the company sheet where they hold none, and the identity as properties."""
    named = {grid.name for grid in grids}
    pages = grids if "会社情報" in named else (company(), *grids)
    identity = dict(zip(IDENTITY_KEYS, (SMALL.id, version, ""), strict=True))
    return WorkbookContent(pages, {**identity, **more.pop("properties", {})}, **more)


class ReadGrids:
    """What was read of a workbook: the answers as signs, the problems as lines."""

    def __init__(self, workbook: WorkbookContent, catalog: Catalog = SMALL) -> None:
        self.found, self.problems = read_return(workbook, catalog)
        self.told = [problem_line(problem) for problem in self.problems]

    @property
    def sheet(self) -> ReturnedSheet:
        assert self.found, self.told
        return self.found

    @property
    def signs(self) -> str:
        names = {choice: sign for sign, choice in SIGNS.items()}
        return "".join(names[response.choice] for response in self.sheet.responses)

    def raw(self, item: str) -> str:
        return next(each.raw for each in self.sheet.responses if each.item == item)

    def remark(self, item: str) -> str:
        return next(each.remark for each in self.sheet.responses if each.item == item)

    def problem(self, code: str) -> Problem:
        return next(problem for problem in self.problems if problem.code == code)
