"""Extract the cells of a worksheet part, as programs usually write them, by one pattern.

Walking a return cell by cell takes three times as long as reading it. A cell is plain where its
tags and texts are spelt in the one way below: what it says is in the groups of the pattern, and
the part is well-formed without it if, and only if, it is with it. All else stays in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

# Larger parts would take many times their size in memory.
_LARGEST: Final = 1024 * 1024  # bytes
# What XML takes for a sign, but for those that mark up; those by their names.
_SIGN: Final = "[^<>&\x00-\x08\x0b-\x1f\ufffe\uffff]"
_TEXT: Final = rf"{_SIGN}*+(?:&(?:amp|lt|gt|quot|apos);{_SIGN}*+)*+"
_FORMULA: Final = (
    r'<f((?: t="[a-z]+")?+(?: aca="[a-z01]+")?+(?: ref="[A-Z0-9:]+")?+(?: ca="[a-z01]+")?+'
    rf'(?: si="[0-9]+")?+(?:/>|>{_TEXT}</f>))'
)
_RESULT: Final = rf'<v((?: xml:space="preserve")?+(?:/>|>{_TEXT}</v>))'
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]+")?+(?: t="([a-zA-Z]+)")?+'
    rf"(?:/>|><v>((?!</v>){_TEXT})</v></c>|>{_FORMULA}(?:{_RESULT})?+</c>"
    rf'|>(<is><t(?: xml:space="preserve")?+>{_TEXT}</t></is>)</c>)'
)
_STEP: Final = 1 + _CELL.groups  # of a split: what stands before a cell, and its groups

_START: Final = re.compile(
    r'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"[^<>]*\?>\s*)?<worksheet[\s>]'
)
_NO_ELEMENT: Final = re.compile(rb"<[!?]")
_TAG: Final = re.compile(r"<(?:[^<>\s/]*:)?(?:c|row|mergeCell)[\s/>]")
_ATTRIBUTE: Final = r' [\w:]+="[^"<>&\t\r\n]*"'
# A row that says where it stands and cannot be hidden is passed over; any other tag has groups.
_PLAIN_TAG: Final = re.compile(
    rf'<(?:row r="[1-9][0-9]{{0,5}}"(?:(?! hidden="[^0f]| ht="0){_ATTRIBUTE})*+'
    rf'|(row(?= r="[1-9])|mergeCell)((?:{_ATTRIBUTE})*+))/?>'
)
_PAIR: Final = re.compile(r' ([\w:]+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class PlainCells:
    """What the plain cells of a part say, and the `rest` of the part without them.

    `row` is the last row that is used (from 1; 0: none), `columns` the letters of all used ones.
    `special` are formulas and errors, `tags` merged areas and rows that may be hidden, by name.
    """

    rest: bytes
    row: int
    columns: frozenset[str]
    special: tuple[SpecialCell, ...]
    tags: tuple[tuple[str, Mapping[str, str]], ...]


# Column, row, type; formula and value as XML spells them, None where there is no such element.
SpecialCell = tuple[str, int, str | None, str | None, str | None]


def extract_plain_cells(part: bytes) -> PlainCells | None:
    """Extract the cells of a part; None where not all cells, rows and merged areas are plain."""
    if len(part) > _LARGEST or _NO_ELEMENT.search(part, 1):
        return None  # in comments and their like, what looks like a cell is none
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if not _START.match(text) or not text.rstrip().endswith("</worksheet>"):
        return None  # of another encoding, or with cells outside of the root
    pieces = _CELL.split(text)
    rest = "".join(pieces[::_STEP])
    tags = _PLAIN_TAG.findall(rest)
    if len(tags) != len(_TAG.findall(rest)):
        return None
    letters, rows, constants, formulas, inline = (pieces[at::_STEP] for at in (1, 2, 4, 5, 7))
    cells = zip(letters, rows, constants, formulas, inline, strict=True)
    used = {(column, row) for column, row, a, b, c in cells if a or b or c}
    return PlainCells(
        rest.encode(),
        max(map(int, {row for _, row in used}), default=0),
        frozenset(column for column, _ in used),
        tuple(_special_cells(pieces, formulas)),
        tuple((name, dict(_PAIR.findall(more))) for name, more in tags if name),
    )


def _special_cells(pieces: list[str], formulas: list[str]) -> Iterator[SpecialCell]:
    kinds = pieces[3::_STEP]
    failed = {place for place, kind in enumerate(kinds) if kind == "e"} if "e" in kinds else ()
    for place, formula in enumerate(formulas):
        if formula or place in failed:
            groups = pieces[place * _STEP + 1 : (place + 1) * _STEP]
            column, row, kind, constant, _, result, inline = groups
            if formula or constant or inline:
                yield column, int(row), kind, _within(formula), constant or _within(result)


def _within(element: str | None) -> str | None:
    """Take the text out of an element given without its name; no attribute holds a `>`."""
    if not element:
        return None
    return "" if element.endswith("/>") else element[element.index(">") + 1 : element.rindex("<")]
