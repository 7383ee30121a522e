"""Cells -> client profile: each field by its label, the entry in the next column to the right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from sheet_diag.folding import fold, tidy
from sheet_diag.intake.grid import Grid
from sheet_diag.layout import LISTS_SHEET, cell_name
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind, ProfileChoice, ProfileField
from sheet_diag.model.returns import Code, Problem

_COUNT: Final = re.compile(
    r"約?(\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(万)?(?:人|名|件|社|拠点|か所|箇所|店舗|people|persons|records|employees)?"
)
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")


def read_profile(
    grids: Sequence[Grid], catalog: Catalog
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Read the company sheet: the sheet on which most labels of the profile stand."""
    best = max((_find_labels(grid, catalog) for grid in grids), key=_standing)
    if len(best.cells) < min(2, len(catalog.profile)):
        return {}, (Problem(Code.PROFILE_SHEET_MISSING), Problem(Code.COMPANY_MISSING))
    profile: dict[str, str] = {}
    problems: list[Problem] = []
    for field in catalog.profile:
        if field.id not in best.cells:
            continue
        value, found = _read_field(field, best, *best.cells[field.id])
        problems += found
        if value:
            profile[field.id] = value
    return profile, (*_missing(catalog, profile, problems, best), *problems)


def _standing(found: _Labels) -> tuple[int, int]:
    """More labels first; of copies of the sheet, the one that was filled in."""
    entries = (found.grid.text(row, col + 1) for row, col in found.cells.values())
    return len(found.cells), sum(1 for entry in entries if tidy(entry))


class _Labels:
    """The labels found on one sheet: field id -> (row, column) of the label, and its language."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells: dict[str, tuple[int, int]] = {}
        self.lang = Lang.JA


def _find_labels(grid: Grid, catalog: Catalog) -> _Labels:
    found = _Labels(grid)
    if grid.name == LISTS_SHEET:
        return found
    labels = {fold(f.label[lang]): (f.id, lang) for f in catalog.profile for lang in Lang}
    for row, cells in enumerate(grid.rows):
        for col, text in enumerate(cells):
            if text and (match := labels.get(fold(text))) and match[0] not in found.cells:
                found.cells[match[0]] = (row, col)
                found.lang = match[1]
    return found


def _missing(
    catalog: Catalog, profile: dict[str, str], problems: list[Problem], labels: _Labels
) -> tuple[Problem, ...]:
    """Required fields without an entry; one that could not be understood is told already."""
    told = {problem.item for problem in problems}
    missing = []
    for field in catalog.profile:
        if field.required and field.id not in profile and field.id not in told:
            place = labels.cells.get(field.id)
            cell = cell_name(place[0], place[1] + 1) if place else None
            code = Code.COMPANY_MISSING if field.id == "company" else Code.PROFILE_MISSING
            details = (("field", field.label[labels.lang]),)
            missing.append(Problem(code, labels.grid.name, cell, field.id, details=details))
    return tuple(missing)


def _read_field(
    field: ProfileField, labels: _Labels, row: int, col: int
) -> tuple[str, list[Problem]]:
    """The value of one field (a choice id, a number, an ISO date, text), and what was noted."""
    raw = tidy(labels.grid.text(row, col + 1))
    if not raw:
        return "", []
    value, plain = _understand(field, raw)
    place = (labels.grid.name, cell_name(row, col + 1), field.id, raw)
    label = ("field", field.label[labels.lang])
    if not value:
        details = (label, ("expected", _expected(field, labels.lang)))
        return "", [Problem(Code.PROFILE_NOT_UNDERSTOOD, *place, details=details)]
    if not plain:
        read = field.by_id[value].label[labels.lang] if value in field.by_id else value
        return value, [Problem(Code.PROFILE_READ_AS, *place, details=(label, ("read", read)))]
    return value, []


def _understand(field: ProfileField, raw: str) -> tuple[str, bool]:
    """The value that `raw` stands for (empty: not understood), and whether it was typed so."""
    match field.kind:
        case FieldKind.TEXT | FieldKind.EMAIL:
            return raw, True
        case FieldKind.NUMBER:
            count = _count(raw)
            return ("" if count is None else str(count)), count is not None and raw == str(count)
        case FieldKind.DATE:
            return _day(raw), True
        case FieldKind.CHOICE:
            return _choice(field, raw)


def _choice(field: ProfileField, raw: str) -> tuple[str, bool]:
    for choice in field.choices:
        if raw in (choice.label.ja, choice.label.en):
            return choice.id, True
        words = (choice.label.ja, choice.label.en, *choice.aliases.ja, *choice.aliases.en)
        if fold(raw) in {fold(word) for word in words}:
            return choice.id, False
    count = _count(raw)
    if count is not None:
        for choice in field.choices:
            if _in_range(choice, count):
                return choice.id, False
    return "", False


def _in_range(choice: ProfileChoice, count: int) -> bool:
    if choice.lowest is None and choice.highest is None:
        return False
    return (choice.lowest or 0) <= count and (choice.highest is None or count <= choice.highest)


def _count(raw: str) -> int | None:
    found = _COUNT.fullmatch(re.sub(r"\s", "", fold(raw)))
    if not found or any(char.isdigit() and not char.isdecimal() for char in raw):
        return None  # ① is a mark, not a number
    return int(found[1].replace(",", "")) * (10_000 if found[2] else 1)


def _day(raw: str) -> str:
    found = _DAY.fullmatch(fold(raw))
    if not found:
        return ""
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return ""


def _expected(field: ProfileField, lang: Lang) -> str:
    return " / ".join(choice.label[lang] for choice in field.choices) or field.label[lang]
