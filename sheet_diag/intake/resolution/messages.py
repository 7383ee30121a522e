"""What is told of a choice, on both sides: the return that counts and the one that does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.choice import (
    ChoiceReason,
    ReturnChoice,
    SupersededReturn,
    find_contradictions,
)
from sheet_diag.intake.resolution.shared_names import find_shared_names, join_first_words
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile

_MOST_AT_ODDS: Final = 20  # departments told of each: all of hundreds would be a message a pair


@dataclass(frozen=True, slots=True)
class ReturnDecision:
    """What becomes of one content: the copy of it that takes part, why that one does not count,
    or what is told of it where it does."""

    received: ReceivedFile
    superseded: Problem | None = None
    told: tuple[Problem, ...] = ()


def decide_returns(catalog: Catalog, choices: Sequence[ReturnChoice]) -> dict[str, ReturnDecision]:
    """The verdict on every return that takes part, by SHA-256."""
    found: dict[str, ReturnDecision] = {}
    for choice, namesakes in zip(choices, find_shared_names(choices), strict=True):
        instead: dict[str, list[SupersededReturn]] = defaultdict(list)
        for each in choice.yielded:
            instead[each.new.key].append(each)
            found[each.old.key] = ReturnDecision(each.old.received, _superseded_problem(each))
        by_label = sorted(choice.counting, key=lambda each: each.label)
        for one in choice.counting:
            told = (
                *_replaces_problems(instead[one.key]),
                *_id_shared_problems(one, instead[one.key]),
                *_disagreement_problems(catalog, one, by_label),
                *namesakes,
            )
            found[one.key] = ReturnDecision(one.received, told=told)
    return found


def _superseded_problem(yielded: SupersededReturn) -> Problem:
    old, new = yielded.old.answers, yielded.new.answers
    value = yielded.new.label
    if yielded.reason is ChoiceReason.CORRECTED:
        return Problem(ProblemCode.CORRECTED, value=value)
    count = sum(1 for item in old.keys() | new.keys() if old.get(item) != new.get(item))
    if not count:
        return Problem(ProblemCode.SAME_ANSWERS, value=value)
    return Problem(ProblemCode.NEWER_RETURN, value=value, details=(("count", str(count)),))


def _replaces_problems(yielded: Sequence[SupersededReturn]) -> Iterator[Problem]:
    """One problem for each reason, in the order of the rules."""
    for reason in ChoiceReason if yielded else ():
        old = [each.old.label for each in yielded if each.reason is reason]
        if old:
            details = (("reason", reason.value),)
            yield Problem(
                ProblemCode.REPLACES, value=join_first_words(sorted(old)), details=details
            )


def _id_shared_problems(one: Candidate, yielded: Sequence[SupersededReturn]) -> Iterator[Problem]:
    """A sheet that was passed on to another firm bears the same id."""
    others = [
        each.old.label
        for each in yielded
        if each.old.client
        and each.old.client == one.client
        and each.old.name
        and one.name not in ("", each.old.name)
    ]
    if others:
        yield Problem(ProblemCode.ID_SHARED, value=join_first_words(sorted(others)))


def _disagreement_problems(
    catalog: Catalog, one: Candidate, counting: Sequence[Candidate]
) -> Iterator[Problem]:
    """What the first others by name answered differently."""
    others = (other for other in counting if other is not one)
    for other in islice(others, _MOST_AT_ODDS):
        differing = set(find_contradictions(one, other))
        items = join_first_words([item for item in catalog.items if item in differing])
        details = (("count", str(len(differing))), ("items", items))
        yield Problem(ProblemCode.DEPARTMENTS_DISAGREE, value=other.label, details=details)
