"""Read the profile of the client: each field by its label, the entry in the next column."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from sheet_diag.forms.layout import LISTS_SHEET, cell_name
from sheet_diag.intake.cells import CellMark, CellPosition, Grid
from sheet_diag.intake.dates import has_digit_marks, parse_typed_date
from sheet_diag.intake.returns.answers import unreadable_answer_code
from sheet_diag.intake.returns.question_tables import find_sheet_problems
from sheet_diag.intake.returns.vocabulary import SheetWords
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind, ProfileChoice, ProfileField
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.company_names import find_odd_characters, is_company_name, is_invisible
from sheet_diag.text.normalize import (
    are_same_form,
    company_key,
    label_key,
    normalize_text,
    split_legal_form,
    strip_honorific,
    tidy_text,
)
from sheet_diag.text.wording import Wording

_NAMES: Final = ("company", "respondent")  # fields of names, which letters add an honorific to
_HONORIFICS: Final = ("様", "御中")
_COUNT: Final = re.compile(
    r"約?(?P<number>\d{1,3}(?:,\d{3}){1,3}|\d{1,12})(?P<rest>\.\d{1,4})?(?P<myriad>万)?"
    r"(?:人|名|件|社|拠点|か所|箇所|店舗|people|persons|records|employees)?"
)


def find_company_sheets(sheets: Sequence[SheetWords], catalog: Catalog) -> tuple[CompanySheet, ...]:
    """Find the sheets with labels of the profile: first the one that counts, with most of them."""
    found = sorted(map(_find_labels, sheets), key=_label_preference, reverse=True)
    return tuple(each for each in found if len(each.cells) >= min(2, len(catalog.profile)))


def find_entry_cells(companies: Sequence[CompanySheet]) -> dict[str, frozenset[CellPosition]]:
    """Find the entries that are read, by sheet; of further sheets those that say the same."""
    if not companies:
        return {}
    best = companies[0]
    return {
        each.grid.name: frozenset(
            at
            for field, at in each.cells.items()
            if each is best or each.entry(field) == best.entry(field)
        )
        for each in companies
    }


def find_other_companies(companies: Sequence[CompanySheet]) -> Iterator[Problem]:
    """Find company sheets that name several companies; whose the answers are is not guessed."""
    named = [
        (each, name)
        for each in companies
        if is_company_name(name := strip_honorific(each.entry("company"), _HONORIFICS))
    ]
    if any(not _is_one_company(name, other) for (_, name), (_, other) in pairwise(named)):
        cells = [(each.grid.name, cell_name(*each.cells["company"])) for each, _ in named]
        pairs = zip(cells, named, strict=True)
        shown = " / ".join(f"{sheet}!{cell}: {name}" for (sheet, cell), (_, name) in pairs)
        yield Problem(ProblemCode.COMPANY_TWICE, *cells[0], "company", shown)


def _is_one_company(name: str, other: str) -> bool:
    """Whether two names may be of one company: no other name, and no other legal form."""
    one, two = split_legal_form(name)[1], split_legal_form(other)[1]
    return company_key(name) == company_key(other) and are_same_form(one.kind, two.kind)


def read_profile(
    companies: Sequence[CompanySheet], catalog: Catalog
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """Read the entries of the company sheet, the first of these."""
    labels = next(iter(companies), None)
    if labels is None:
        return {}, (
            Problem(ProblemCode.PROFILE_SHEET_MISSING),
            Problem(ProblemCode.COMPANY_MISSING),
        )
    profile: dict[str, str] = {}
    problems: list[Problem] = []
    for field in catalog.profile:
        if field.id not in labels.cells:
            continue
        value, found = _read_field(field, labels, *labels.cells[field.id])
        problems += found
        if value:
            profile[field.id] = value
    missing = _missing_fields(catalog, profile, problems, labels)
    about_sheets = (*find_sheet_problems(labels.grid), *find_other_companies(companies))
    return profile, (*missing, *about_sheets, *problems)


def _label_preference(found: CompanySheet) -> tuple[int, bool, int, bool]:
    """Prefer most labels; of copies one that is filled in and not hidden, the fullest, ours."""
    entries = sum(1 for cell in found.cells.values() if tidy_text(found.grid.text(*cell)))
    is_ours = found.grid.name in {Wording(lang)("sheet.name.profile") for lang in Lang}
    return len(found.cells), found.grid.visible and entries > 0, entries, is_ours


class CompanySheet:
    """The fields found on one sheet: by id the row and column of the entry; the language."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.cells: dict[str, tuple[int, int]] = {}
        self.lang = Lang.JA

    def entry(self, field: str) -> str:
        """The text of an entry, without what is struck out; empty where there is none."""
        at = self.cells.get(field)
        return "" if at is None else tidy_text(self.grid.struck.get(at, self.grid.text(*at)))


def _find_labels(sheet: SheetWords) -> CompanySheet:
    grid, found = sheet.grid, CompanySheet(sheet.grid)
    if grid.name == LISTS_SHEET:
        return found
    ends = {(top, left): right for top, left, _, right in grid.merged}
    for cell in sheet.word_cells:
        row, col, match = cell.row, cell.column, cell.word.field
        if match and match[0] not in found.cells:
            found.cells[match[0]] = (row, ends.get((row, col), col) + 1)
            found.lang = match[1]
    return found


def _missing_fields(
    catalog: Catalog, profile: dict[str, str], problems: list[Problem], labels: CompanySheet
) -> tuple[Problem, ...]:
    """Find required fields without an entry, apart from those that were not understood."""
    about_parts = (ProblemCode.PROFILE_STRUCK, ProblemCode.PROFILE_UNPRINTABLE)
    reported = {problem.item for problem in problems if problem.code not in about_parts}
    missing = []
    for field in catalog.profile:
        if field.required and field.id not in profile and field.id not in reported:
            place = labels.cells.get(field.id)
            cell = cell_name(*place) if place else None
            code = (
                ProblemCode.COMPANY_MISSING
                if field.id == "company"
                else ProblemCode.PROFILE_MISSING
            )
            details = (("field", field.label[labels.lang]),)
            missing.append(Problem(code, labels.grid.name, cell, field.id, details=details))
    return tuple(missing)


def _read_field(
    field: ProfileField, labels: CompanySheet, row: int, col: int
) -> tuple[str, list[Problem]]:
    """Read the value of one field (a choice id, a number, an ISO date, text) and its problems."""
    text, mark = labels.grid.text(row, col), labels.grid.marks.get((row, col))
    raw = tidy_text(text)
    shown = "" if is_invisible(raw) else raw
    place = (labels.grid.name, cell_name(row, col), field.id)
    label = ("field", field.label[labels.lang])
    odd = find_odd_characters(text) if field.kind is FieldKind.TEXT and text else ()
    if odd:
        details = (label, ("characters", ", ".join(odd)))
        unprintable = Problem(ProblemCode.PROFILE_UNPRINTABLE, *place, raw, details)
        value, found = _read_struck(field, labels, shown, mark, place)
        return value, [unprintable, *found]
    return _read_struck(field, labels, shown, mark, place)


def _read_struck(
    field: ProfileField,
    labels: CompanySheet,
    raw: str,
    mark: CellMark | None,
    place: tuple[str, str, str],
) -> tuple[str, list[Problem]]:
    """Read the value of an entry without what is struck out, and its problems."""
    if not raw and not mark:
        return "", []
    label = ("field", field.label[labels.lang])
    left = labels.grid.struck.get(labels.cells[field.id])
    if left is None:
        return _read_entry(field, labels, raw, mark, place)
    struck = Problem(ProblemCode.PROFILE_STRUCK, *place, raw, (label, ("left", left)))
    if not left and not mark:
        return "", [struck]
    value, found = _read_entry(field, labels, tidy_text(left), mark, place)
    return value, [struck, *found]


def _read_entry(
    field: ProfileField,
    labels: CompanySheet,
    raw: str,
    mark: CellMark | None,
    place: tuple[str, str, str],
) -> tuple[str, list[Problem]]:
    """Read the value of an entry, and its problems."""
    unreadable = unreadable_answer_code(mark, raw)
    value, is_plain = ("", False) if unreadable else parse_profile_value(field, raw)
    label = ("field", field.label[labels.lang])
    if value and field.id == "company" and not _is_name(field, value):
        return "", [Problem(ProblemCode.COMPANY_UNNAMED, *place, raw, (label,))]
    if not value:
        details = (label, ("expected", _expected_entry(field, labels.lang)))
        return "", [Problem(ProblemCode.PROFILE_NOT_UNDERSTOOD, *place, raw, details)]
    if not is_plain:
        read = field.by_id[value].label[labels.lang] if value in field.by_id else value
        details = (label, ("read", read))
        return value, [Problem(ProblemCode.PROFILE_READ_AS, *place, raw, details)]
    return value, []


def _is_name(field: ProfileField, text: str) -> bool:
    """Whether an entry names a company, and does not repeat its label or hint."""
    labels = (field.label.ja, field.label.en, *field.aliases.ja, *field.aliases.en)
    hints = (field.hint.ja, field.hint.en) if field.hint else ()
    ours = {*map(label_key, labels), *map(label_key, hints)}
    return label_key(text) not in ours and is_company_name(text)


def parse_profile_value(field: ProfileField, raw: str) -> tuple[str, bool]:
    """Read the value of an entry (empty: not understood), and whether it was typed just so."""
    match field.kind:
        case FieldKind.TEXT:
            name = strip_honorific(raw, _HONORIFICS) if field.id in _NAMES else raw
            return name or raw, name in ("", raw)
        case FieldKind.EMAIL:
            return raw, True
        case FieldKind.NUMBER:
            count = _parse_count(raw)
            return ("" if count is None else str(count)), count is not None and raw == str(count)
        case FieldKind.DATE:
            return parse_typed_date(raw)
        case FieldKind.CHOICE:
            return _parse_choice(field, raw)


def _parse_choice(field: ProfileField, raw: str) -> tuple[str, bool]:
    for choice in field.choices:
        if raw in (choice.label.ja, choice.label.en):
            return choice.id, True
        words = (choice.label.ja, choice.label.en, *choice.aliases.ja, *choice.aliases.en)
        if normalize_text(raw) in {normalize_text(word) for word in words}:
            return choice.id, False
    count = _parse_count(raw)
    if count is not None:
        for choice in field.choices:
            if _in_range(choice, count):
                return choice.id, False
    return "", False


def _in_range(choice: ProfileChoice, count: int) -> bool:
    if choice.lowest is None and choice.highest is None:
        return False
    return (choice.lowest or 0) <= count and (choice.highest is None or count <= choice.highest)


def _parse_count(raw: str) -> int | None:
    """Read a whole number as people write it; a fraction counts before 万, where it is whole."""
    found = _COUNT.fullmatch(re.sub(r"\s", "", normalize_text(raw)))
    if not found or has_digit_marks(raw) or (found["rest"] and not found["myriad"]):
        return None
    number = Decimal(found["number"].replace(",", "") + (found["rest"] or ""))
    return int(number * (10_000 if found["myriad"] else 1))


def _expected_entry(field: ProfileField, lang: Lang) -> str:
    return " / ".join(choice.label[lang] for choice in field.choices) or field.label[lang]
