"""What a workbook says it is: catalogue, version, client, and what it was sent to correct."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sheet_diag.forms.layout import (
    FORMER_DAY_KEY,
    IDENTITY_KEYS,
    QUESTIONS_KEY,
    REPLACES_KEY,
    TEXTS_KEY,
    read_questions,
    read_stamp,
)
from sheet_diag.intake.cells import Grid, WorkbookContent
from sheet_diag.model.basics import parse_iso_day
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


def read_asked_questions(book: WorkbookContent) -> Mapping[str, str]:
    """Read the digests of the questions that a sheet asks, by their numbers (empty: unknown)."""
    return read_questions(_hidden_pairs(book.grids).get(QUESTIONS_KEY, ""))


def read_own_texts(book: WorkbookContent) -> frozenset[str]:
    """Read the digests of what a catalogue wrote on a sheet beside its questions."""
    return frozenset(_hidden_pairs(book.grids).get(TEXTS_KEY, "").split())


def read_former_day(book: WorkbookContent) -> str:
    """Read the day of the answers of last time that a sheet shows; empty where it shows none."""
    text = _hidden_pairs(book.grids).get(FORMER_DAY_KEY, "")
    return text if parse_iso_day(text) else ""


def read_version(book: WorkbookContent) -> str | None:
    """Read the version of the catalogue that a workbook was made with; None: it says none."""
    return read_identity(book)[0].version


def is_marked_in_cells(book: WorkbookContent) -> bool:
    """Whether cells of a workbook tell its identity."""
    return bool(_identity_of_pairs(_hidden_pairs(book.grids)) or _visible_identity(book.grids))


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
