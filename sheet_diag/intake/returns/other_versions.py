"""Carry a return of another version of the catalogue over to the one that is used.

The sheet was read by its own version. Only answers to questions that mean the same are taken; the
others are open, and told. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sheet_diag.catalog.versions import find_common_items
from sheet_diag.model.catalog import Catalog, EarlierEntry
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet


def carry_over(
    sheet: ReturnedSheet, problems: Sequence[Problem], other: Catalog, catalog: Catalog
) -> tuple[ReturnedSheet, tuple[Problem, ...]]:
    """Carry over what a sheet of the other version says, and what was found of it."""
    common = find_common_items(catalog, other)
    found = {common[each.item]: each for each in sheet.responses if each.item in common}
    responses = tuple(
        replace(found[item], item=item) if item in found else Response(item)
        for item in catalog.items
    )
    profile, of_profile = _carry_profile(sheet, other, catalog)
    carried = replace(sheet, responses=responses, profile=profile)
    left = [
        each.item
        for each in sheet.responses
        if each.item not in common and (each.raw or each.remark or each.evidence)
    ]
    names = (("read", catalog.version), ("items", ", ".join(left)), ("count", str(len(left))))
    return carried, (
        Problem(ProblemCode.VERSION_CARRIED_OVER, value=other.version, details=names),
        *(Problem(ProblemCode.ITEM_NEW, item=item) for item in catalog.items if item not in found),
        *of_profile,
        *_carry_problems(problems, other, common),
    )


def _carry_problems(
    problems: Sequence[Problem], other: Catalog, common: Mapping[str, str]
) -> Iterator[Problem]:
    """Carry over the problems of common items and of the sheet, not those of the other items."""
    for problem in problems:
        if problem.item is None or problem.item not in other.items:
            yield problem
        elif problem.item in common:
            yield replace(problem, item=common[problem.item])


def _carry_profile(
    sheet: ReturnedSheet, other: Catalog, catalog: Catalog
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    rows = {
        (row.field, row.choice): row
        for row in catalog.earlier.entries
        if row.version == other.version
    }
    profile: dict[str, str] = {}
    problems = []
    for name, value in sheet.profile.items():
        if row := rows.get((name, value)):
            profile.update(row.means)
            problems += [_ask_to_confirm(row, sheet, other, catalog)] if row.confirm else []
        elif (field := catalog.field_by_id.get(name)) and (
            not field.choices or value in field.by_id
        ):
            profile[name] = value
    return profile, tuple(problems)


def _ask_to_confirm(
    row: EarlierEntry, sheet: ReturnedSheet, other: Catalog, catalog: Catalog
) -> Problem:
    """Report an entry that means now what its own sheet did not ask."""
    asked, lang = other.field_by_id[row.field], sheet.lang
    fields = [(catalog.field_by_id[name], choice) for name, choice in row.means.items()]
    read = " / ".join(f"{f.label[lang]}: {f.by_id[choice].label[lang]}" for f, choice in fields)
    return Problem(
        ProblemCode.PROFILE_CONFIRM,
        value=asked.by_id[row.choice].label[lang],
        details=(("field", asked.label[lang]), ("read", read)),
    )
