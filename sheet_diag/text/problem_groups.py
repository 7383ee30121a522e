"""Say what is wrong with a return in few sentences: problems of one kind together, the cause first.

A sentence for several problems is `CODE.many` in `labels/problem.yaml`; it takes `{count}`,
`{items}` and `{values}`. Where there is none, the first problem speaks for all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text.problems import (
    problem_advice,
    problem_message,
    problem_severity,
    problem_spec,
    several_message,
)
from sheet_diag.text.wording import Wording

_MOST_NAMED: Final = 3
# What follows from answers that are missing or not understood.
_GATES: Final = (
    ProblemCode.CATEGORY_INCOMPLETE,
    ProblemCode.TOTAL_INCOMPLETE,
    ProblemCode.TOO_FEW_CATEGORIES,
)

Titles = Mapping[str, str]  # of items and profile fields, by id, in the language of the reader


@dataclass(frozen=True, slots=True)
class ProblemGroup:
    """The problems of one kind, in their order."""

    problems: tuple[Problem, ...]

    @property
    def severity(self) -> Severity:
        """How much they matter."""
        return problem_severity(self.problems[0].code)

    def message(self, lang: Lang, titles: Titles) -> str:
        """Say in one sentence what is wrong, without the places."""
        first = _with_title(self.problems[0], titles, lang)
        if len(self.problems) == 1:
            return problem_message(first, lang)
        say = Wording(lang)
        items = [name_item(each.item, titles, lang) for each in self.problems if each.item]
        values = [*dict.fromkeys(each.value for each in self.problems if each.value)]
        quoted = "".join(say("problem.quoted", value=value) for value in values[:_MOST_NAMED])
        parts = {
            "count": str(len(self.problems)),
            "items": _join_first(items, say),
            "values": quoted + (say("problem.and_others") if len(values) > _MOST_NAMED else ""),
        }
        if text := several_message(first, lang, parts):
            return text
        more = say("problem.others", count=len(self.problems) - 1)
        return f"{problem_message(first, lang)}{more}"

    def advice(self, lang: Lang) -> str:
        """Say what to do about them."""
        return problem_advice(self.problems[0], lang)


def item_titles(catalog: Catalog, lang: Lang) -> dict[str, str]:
    """List the topics of the items and the labels of the profile fields, by id."""
    topics = {item.id: item.topic[lang] for item in catalog.items.values()}
    return {**topics, **{field.id: field.label[lang] for field in catalog.profile}}


def group_problems(problems: Iterable[Problem]) -> tuple[ProblemGroup, ...]:
    """Group problems by their kind, in the order of the first of each."""
    found: dict[tuple[ProblemCode, tuple[str, ...]], list[Problem]] = {}
    for each in problems:
        details = dict(each.details)
        kind = tuple(details.get(name, "") for name in ("place", "column", "kind"))
        found.setdefault((each.code, kind), []).append(each)
    return tuple(ProblemGroup(tuple(each)) for each in found.values())


def find_cause(problems: Sequence[Problem]) -> ProblemGroup | None:
    """Find what holds or rejects a return: of the errors the kind with most problems.

    Too few answers are a consequence: their cause is what left most questions without one.
    """
    groups = group_problems(problems)
    errors = [each for each in groups if each.severity is Severity.ERROR]
    if not errors:
        return None
    for each in errors:
        if problem_spec(each.problems[0].code).for_consultant:  # nobody else can go on
            return each
    causes = [each for each in errors if each.problems[0].code not in _GATES]
    if len(causes) < len(errors):
        causes += [each for each in groups if _leaves_open(each)]
    return max(causes or errors, key=lambda each: len(each.problems))


def name_item(item: str, titles: Titles, lang: Lang) -> str:
    """Name an item by its id and title; a field of the profile by its label."""
    title = titles.get(item, "")
    return Wording(lang)("problem.titled", item=item, title=title) if title else item


def _with_title(problem: Problem, titles: Titles, lang: Lang) -> Problem:
    return replace(problem, item=name_item(problem.item, titles, lang)) if problem.item else problem


def _leaves_open(group: ProblemGroup) -> bool:
    """Whether the problems leave questions without an answer."""
    first = group.problems[0]
    return group.severity is Severity.WARNING and problem_spec(first.code).answer_settles


def _join_first(names: Sequence[str], say: Wording) -> str:
    found = [*dict.fromkeys(names)]
    text = say("problem.comma").join(found[:_MOST_NAMED])
    if len(found) > _MOST_NAMED:
        text += say("problem.more_items", count=len(found) - _MOST_NAMED)
    return text
