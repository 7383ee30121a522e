"""The cells of a worksheet part as programs usually write them, taken out of it by one pattern.

Walking a return cell by cell takes three times as long as reading it. A cell is plain where its
tags and texts are spelt in the one way below: what it says is in the groups of the pattern, and
the part is well-formed without it if, and only if, it is with it. All else stays in the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Larger parts would take many times their size in memory.
_LARGEST: Final = 1024 * 1024  # bytes
# What XML takes for a sign, but for those that mark up; those by their names.
_SIGN: Final = "[^<>&\x00-\x1f\ufffe\uffff]"
_TEXT: Final = rf"{_SIGN}*+(?:&(?:amp|lt|gt|quot|apos);{_SIGN}*+)*+"
_FORMULA: Final = (
    r'<f((?: t="[a-z]+")?+(?: aca="[a-z01]+")?+(?: ref="[A-Z0-9:]+")?+(?: ca="[a-z01]+")?+'
    rf'(?: si="[0-9]+")?+(?:/>|>{_TEXT}</f>))'
)
_RESULT: Final = rf'<v((?: xml:space="preserve")?+(?:/>|>{_TEXT}</v>))'
_CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="[0-9]+")?+(?: t="([a-z]+)")?+'
    rf"(?:/>|><v>((?!</v>){_TEXT})</v></c>|>{_FORMULA}(?:{_RESULT})?+</c>)"
)
_STEP: Final = 1 + _CELL.groups  # of a split: what stands before a cell, and its groups
_START: Final = re.compile(
    r'(?:<\?xml version="1\.0" encoding="(?:UTF|utf)-8"[^<>]*\?>\s*)?<worksheet[\s>]'
)


@dataclass(frozen=True, slots=True)
class Special:
    """A formula or an error. Texts are as XML spells them; None where there is no such element."""

    letters: str
    row: int  # from 1
    type: str
    formula: str | None
    value: str | None


@dataclass(frozen=True, slots=True)
class PlainCells:
    """What the plain cells of a part say together, and the `rest` of the part without them.

    `row` is the last row that is used (from 1; 0: none), `columns` the letters of all used ones.
    """

    rest: bytes
    row: int
    columns: frozenset[str]
    special: tuple[Special, ...]


def taken_out(part: bytes) -> PlainCells | None:
    """The plain cells; None where what looks like one could be something else."""
    if len(part) > _LARGEST or b"<!" in part or part.rfind(b"<?") > 0:
        return None  # comments and their like can hold what looks like a cell
    try:
        text = part.decode()
    except UnicodeDecodeError:
        return None
    if not _START.match(text) or not text.rstrip().endswith("</worksheet>"):
        return None  # of another encoding, or with cells outside of the root
    pieces = _CELL.split(text)
    return _gathered(pieces)


def _gathered(pieces: list[str]) -> PlainCells:
    letters, rows, constants, formulas = (pieces[at::_STEP] for at in (1, 2, 4, 5))
    cells = zip(letters, rows, constants, formulas, strict=True)
    used = [(column, row) for column, row, constant, formula in cells if constant or formula]
    return PlainCells(
        "".join(pieces[::_STEP]).encode(),
        max((int(row) for _, row in used), default=0),
        frozenset(column for column, _ in used),
        tuple(_special(pieces)),
    )


def _special(pieces: list[str]) -> Iterator[Special]:
    kinds = zip(pieces[3::_STEP], pieces[5::_STEP], strict=True)
    for place, (kind, formula) in enumerate(kinds):
        if formula or kind == "e":
            at = place * _STEP
            column, row, _, constant, _, result = pieces[at + 1 : at + _STEP]
            value = constant or _within(result)
            if formula or value is not None:
                yield Special(column, int(row), kind or "", _within(formula), value)


def _within(element: str | None) -> str | None:
    """The text of an element that is given without its name; its attributes hold no `>`."""
    if element is None:
        return None
    return element[element.index(">") + 1 : element.rfind("</")] if "</" in element else ""
