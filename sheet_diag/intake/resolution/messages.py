"""What is told of a choice, on both sides: the return that counts and the one that does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.choice import Choice, Reason, Yielded, contradictions
from sheet_diag.intake.resolution.shared_names import listed, namesakes_of
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Code, Problem, Received

_MOST_AT_ODDS: Final = 20  # departments told of each: all of hundreds would be a message a pair


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one content: the copy of it that takes part, why that one does not count,
    or what is told of it where it does."""

    received: Received
    superseded: Problem | None = None
    told: tuple[Problem, ...] = ()


def verdicts(catalog: Catalog, choices: Sequence[Choice]) -> dict[str, Verdict]:
    """The verdict on every return that takes part, by SHA-256."""
    found: dict[str, Verdict] = {}
    for choice, namesakes in zip(choices, namesakes_of(choices), strict=True):
        instead: dict[str, list[Yielded]] = defaultdict(list)
        for each in choice.yielded:
            instead[each.new.key].append(each)
            found[each.old.key] = Verdict(each.old.received, _superseded(each))
        by_label = sorted(choice.counting, key=lambda each: each.label)
        for one in choice.counting:
            told = (
                *_replaces(instead[one.key]),
                *_of_other_names(one, instead[one.key]),
                *_at_odds(catalog, one, by_label),
                *namesakes,
            )
            found[one.key] = Verdict(one.received, told=told)
    return found


def _superseded(yielded: Yielded) -> Problem:
    old, new = yielded.old.answers, yielded.new.answers
    value = yielded.new.label
    if yielded.reason is Reason.CORRECTED:
        return Problem(Code.CORRECTED, value=value)
    count = sum(1 for item in old.keys() | new.keys() if old.get(item) != new.get(item))
    if not count:
        return Problem(Code.SAME_ANSWERS, value=value)
    return Problem(Code.NEWER_RETURN, value=value, details=(("count", str(count)),))


def _replaces(yielded: Sequence[Yielded]) -> Iterator[Problem]:
    """One problem for each reason, in the order of the rules."""
    for reason in Reason if yielded else ():
        old = [each.old.label for each in yielded if each.reason is reason]
        if old:
            details = (("reason", reason.value),)
            yield Problem(Code.REPLACES, value=listed(sorted(old)), details=details)


def _of_other_names(one: Candidate, yielded: Sequence[Yielded]) -> Iterator[Problem]:
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
        yield Problem(Code.ID_SHARED, value=listed(sorted(others)))


def _at_odds(catalog: Catalog, one: Candidate, counting: Sequence[Candidate]) -> Iterator[Problem]:
    """What the first others by name answered differently."""
    others = (other for other in counting if other is not one)
    for other in islice(others, _MOST_AT_ODDS):
        differing = set(contradictions(one, other))
        items = listed([item for item in catalog.items if item in differing])
        details = (("count", str(len(differing))), ("items", items))
        yield Problem(Code.DEPARTMENTS_DISAGREE, value=other.label, details=details)
