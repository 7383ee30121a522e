"""Carry a return of another version of the catalogue over to the one that is used.

The sheet was read by its own version, or under its own numbers. Only answers to questions that mean
the same are taken; the others are open, and told. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sheet_diag.catalog.versions import map_version
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet
from sheet_diag.model.versions import EarlierEntry, Relation, VersionMap
from sheet_diag.text.normalize import item_key
from sheet_diag.text.question_digests import digest_questions, is_same_question

# Relations of questions that are known to read otherwise than on the sheet.
_REWORDED: Final = (Relation.REWORDED, Relation.MERGED)


def carry_over(
    sheet: ReturnedSheet,
    problems: Sequence[Problem],
    other: Catalog,
    catalog: Catalog,
    asked: Mapping[str, str],
) -> tuple[ReturnedSheet, tuple[Problem, ...]]:
    """Carry over what a sheet of another version says, and what was found of it.

    `other` is what it was read by, `asked` are the digests of its questions (empty: unknown).
    """
    version = sheet.identity.version
    former = dict(_find_unchanged(problems, other, catalog, asked))
    versions = map_version(catalog, other, version, former)
    answers = versions.carry(sheet.answers)
    read = {each.item: each for each in sheet.responses}
    responses = tuple(
        _carry_response(item, [read[old] for old in versions.sources[item]])
        if item in answers
        else Response(item)
        for item in catalog.items
    )
    profile, of_profile = _carry_profile(sheet, other, catalog)
    counted = {old for item in answers for old in versions.sources[item]}
    left = [
        each.item
        for each in sheet.responses
        if each.item not in counted and (each.raw or each.remark or each.evidence)
    ]
    carried = tuple(_carry_problems(problems, other, versions, answers))
    return replace(sheet, responses=responses, profile=profile), (
        *_tell_version(version, other, catalog, left),
        *_tell_open_items(catalog, versions, answers, problems, carried),
        *of_profile,
        *carried,
    )


def follow_number(catalog: Catalog, version: str | None, number: str) -> str:
    """Find what a number of an earlier version is called now.

    One that is asked no more, or in several parts, bears its version, so that it is not mistaken
    for a question of now.
    """
    key = item_key(number)
    told = catalog.earlier.rows_of(version) if version != catalog.version else ()
    rows = [row for row in told if row.old and item_key(row.old) == key]
    news = {row.new for row in rows}
    if len(news) == 1 and (new := news.pop()):
        return new
    is_taken = any(row.new and item_key(row.new) == key for row in told)
    return f"{number}@{version}" if rows or is_taken else number


def _find_unchanged(
    problems: Sequence[Problem], other: Catalog, catalog: Catalog, asked: Mapping[str, str]
) -> Iterator[tuple[str, bool]]:
    """Tell of each old number whether the item of now under it has the text of then.

    Without digests that is what the sheet itself reads.
    """
    now, then = digest_questions(catalog), asked or digest_questions(other)
    changed = {p.item for p in problems if p.code is ProblemCode.QUESTION_CHANGED and not asked}
    for item in other.items:
        yield item, is_same_question(then.get(item), now.get(item)) and item not in changed


def _carry_response(item: str, olds: Sequence[Response]) -> Response:
    """Carry the responses of one voice over as one."""
    first = olds[0]
    remarks = dict.fromkeys(each.remark for each in olds if each.remark)
    evidence = dict.fromkeys(each.evidence for each in olds if each.evidence)
    return replace(first, item=item, remark="\n".join(remarks), evidence="\n".join(evidence))


def _tell_version(
    version: str | None, other: Catalog, catalog: Catalog, left: Sequence[str]
) -> Iterator[Problem]:
    """Tell of which version the sheet is, and which of its answers do not count."""
    names = (("read", catalog.version), ("items", ", ".join(left)), ("count", str(len(left))))
    if other.version != catalog.version:  # one that the product itself holds
        yield Problem(ProblemCode.VERSION_CARRIED_OVER, value=version, details=names)
    elif left:
        yield Problem(ProblemCode.VERSION_MATCHED, value=version, details=names)
    elif version != catalog.version:
        yield Problem(ProblemCode.OTHER_VERSION, value=version, details=names[:1])


def _tell_open_items(
    catalog: Catalog,
    versions: VersionMap,
    answers: Collection[str],
    problems: Sequence[Problem],
    carried: Collection[Problem],
) -> Iterator[Problem]:
    """Tell each item that the sheet did not ask, or asked otherwise."""
    told = {p.item for p in carried if p.code is ProblemCode.ITEM_NEW}
    changed = {p.item: p for p in problems if p.code is ProblemCode.QUESTION_CHANGED}
    for item in catalog.items:
        if item in versions.undecided:
            where = changed.get(item, Problem(ProblemCode.QUESTION_REPLACED, item=item))
            yield replace(where, code=ProblemCode.QUESTION_REPLACED)
        elif item not in answers and item not in told:
            yield Problem(ProblemCode.ITEM_NEW, item=item)


def _carry_problems(
    problems: Sequence[Problem], other: Catalog, versions: VersionMap, answers: Collection[str]
) -> Iterator[Problem]:
    """Carry over the problems of items that count and of the sheet, not those of other items."""
    new = {old: item for item in answers for old in versions.sources[item]}
    reworded = {step.old for step in versions.told if step.relation in _REWORDED}
    of_merged = set()
    for problem in problems:
        if problem.item is None or problem.item not in other.items:
            if problem.code is not ProblemCode.OTHER_VERSION:
                yield problem
        elif problem.item in new:
            item = new[problem.item]
            is_told = (problem.code, item) in of_merged
            if len(versions.sources[item]) > 1:
                of_merged.add((problem.code, item))
            is_known = problem.code is ProblemCode.QUESTION_CHANGED and problem.item in reworded
            if not (is_told or is_known):
                yield replace(problem, item=item)


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
