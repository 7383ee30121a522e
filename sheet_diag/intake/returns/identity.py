"""Read the catalogue, version and client of a sheet: it says them in three places.

The majority counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sheet_diag.forms.layout import IDENTITY_KEYS, OUTPUT_KEY, REPLACES_KEY, read_stamp
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.intake.returns.vocabulary import SheetWords
from sheet_diag.model.returns import Problem, ProblemCode, SheetIdentity

_STAMP_ROWS: Final = 12
_KEY_ROWS: Final = 20
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def read_identity(book: WorkbookContent) -> tuple[SheetIdentity, tuple[Problem, ...]]:
    """Read the identity by majority (ties: hidden sheet, visible cell, property)."""
    places = (
        _identity_of_pairs(_hidden_pairs(book.grids)),
        _visible_identity(book.grids),
        _identity_of_pairs(book.properties),
    )
    carriers = [carrier for carrier in places if carrier]
    if not carriers:
        return SheetIdentity(), (Problem(ProblemCode.IDENTITY_MISSING),)
    problems: list[Problem] = []
    chosen = {}
    for field in ("catalog", "version", "client"):
        values = [value for carrier in carriers if (value := getattr(carrier, field))]
        chosen[field] = Counter(values).most_common(1)[0][0] if values else None
        if len(set(values)) > 1:
            details = (("field", field), ("read", str(chosen[field])))
            shown = ", ".join(dict.fromkeys(values))
            problems.append(Problem(ProblemCode.IDENTITY_DISAGREES, value=shown, details=details))
    return SheetIdentity(**chosen), tuple(problems)


def read_replaced_digests(book: WorkbookContent) -> tuple[str, ...]:
    """Read the SHA-256 of the returns that this one was sent back to correct."""
    texts = (_hidden_pairs(book.grids).get(REPLACES_KEY, ""), book.properties.get(REPLACES_KEY, ""))
    words = " ".join(texts).lower().split()
    return tuple(dict.fromkeys(word for word in words if _DIGEST.fullmatch(word)))


def is_own_output(book: WorkbookContent, words: Sequence[SheetWords]) -> bool:
    """Whether the workbook is a report or a portfolio of ours."""
    has_signature = any(cell.word.signature for sheet in words for cell in sheet.word_cells)
    return has_signature or OUTPUT_KEY in book.properties


def _identity_of_pairs(pairs: Mapping[str, str]) -> SheetIdentity | None:
    values = [pairs.get(key, "").strip() or None for key in IDENTITY_KEYS]
    return SheetIdentity(*values) if any(values) else None


def _hidden_pairs(grids: Sequence[Grid]) -> Mapping[str, str]:
    """Read the identity sheet, whatever it is called; empty where it is lost."""
    for grid in grids:
        pairs = {row[0].strip(): row[1].strip() for row in grid.rows[:_KEY_ROWS] if len(row) > 1}
        if IDENTITY_KEYS[0] in pairs:
            return pairs
    return {}


def _visible_identity(grids: Sequence[Grid]) -> SheetIdentity | None:
    return next((found for text in _top_cells(grids) if (found := read_stamp(text))), None)


def _top_cells(grids: Sequence[Grid]) -> Iterator[str]:
    for grid in grids:
        if grid.visible:
            for row in grid.rows[:_STAMP_ROWS]:
                yield from row
