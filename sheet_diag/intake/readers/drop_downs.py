"""Read the drop-downs of a sheet: which cells offer which list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import CellArea, CellPosition, Grid
from sheet_diag.intake.readers.package import read_elements

_CELL: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_RANGE: Final = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([^'!\s]+))!)?([$A-Za-z\d]+)(?::([$A-Za-z\d]+))?"
)
_MOST_CELLS: Final = 20_000  # with a drop-down: more than any hearing sheet has


@dataclass(frozen=True, slots=True)
class DropDown:
    """The cells that offer a list, and where the list is: a formula as Excel writes it."""

    areas: tuple[CellArea, ...]
    source: str


def read_drop_downs(part: bytes) -> Iterator[DropDown]:
    """Read the drop-downs from the part of a sheet, those that Excel keeps as an extension, too."""
    kind = source = areas = ""
    for element, attributes, text in (*read_elements(part), ("dataValidation", {}, "")):
        if element == "dataValidation":
            if kind == "list" and source and areas:
                yield DropDown(tuple(_parse_areas(areas)), source)
            kind, areas, source = attributes.get("type", ""), attributes.get("sqref", ""), ""
        elif element in ("formula1", "f") and text.strip() and not source:
            source = text.strip()
        elif element == "sqref" and text.strip():
            areas = text


def read_defined_names(part: bytes) -> dict[str, str]:
    """Read the names that a workbook defines, in small letters."""
    return {
        attributes.get("name", "").casefold(): text.strip()
        for element, attributes, text in read_elements(part)
        if element == "definedName"
    }


def list_choices(
    drop_downs: Sequence[DropDown], grid: Grid, grids: Sequence[Grid], names: Mapping[str, str]
) -> dict[CellPosition, tuple[str, ...]]:
    """List what each cell offers; an empty list where it cannot be told."""
    found: dict[CellPosition, tuple[str, ...]] = {}
    for each in drop_downs:
        offered = _resolve(each.source, grid, grids, names)
        for cell in _cells(each.areas):
            if len(found) >= _MOST_CELLS:
                return found
            found[cell] = offered
    return found


def _resolve(
    source: str, grid: Grid, grids: Sequence[Grid], names: Mapping[str, str]
) -> tuple[str, ...]:
    source = names.get(source.casefold(), source).removeprefix("=")
    if source.startswith('"') and source.endswith('"'):
        texts: Iterable[str] = source[1:-1].replace('""', '"').split(",")
    else:
        texts = _read_range(source, grid, grids)
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _read_range(source: str, grid: Grid, grids: Sequence[Grid]) -> Iterator[str]:
    matched = _RANGE.fullmatch(source)
    if matched is None:
        return
    quoted, plain, first, last = matched.groups()
    name = (quoted or "").replace("''", "'") or plain
    at = next((each for each in grids if each.name == name), None) if name else grid
    for area in _parse_areas(f"{first}:{last or first}") if at else ():
        yield from (at.text(row, col) for row, col in _cells((area,)) if at)


def _parse_areas(text: str) -> Iterator[CellArea]:
    for each in text.split():
        first, _, last = each.partition(":")
        start, end = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
        if start and end:
            yield (*_position(start), *_position(end))


def _position(cell: re.Match[str]) -> CellPosition:
    column = 0
    for letter in cell[1].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(cell[2]) - 1, column - 1


def _cells(areas: Iterable[CellArea]) -> Iterator[CellPosition]:
    for first, left, last, right in areas:
        for row in range(first, min(last, first + _MOST_CELLS) + 1):
            for col in range(left, min(right, left + 200) + 1):
                yield row, col
