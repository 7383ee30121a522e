"""What is otherwise after a run than after the one before. Pure: outcomes in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Severity
from sheet_diag.problems import severity


@dataclass(frozen=True, slots=True)
class Standing:
    """How a return stands after a run. `name` is empty where none could be read; `score` is of
    100, None where there is no rank; `errors` are its problems that hold or reject it."""

    label: str
    sha256: str
    name: str
    status: Status
    rank: Rank | None
    score: Fraction | None
    errors: int


class Kind(StrEnum):
    """What became of a return; one that is judged otherwise and has moved is OTHER."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `before` is None for what is new, `after` for what is gone."""

    kind: Kind
    before: Standing | None
    after: Standing | None


def standings(outcomes: Iterable[Outcome]) -> tuple[Standing, ...]:
    """How every return stands, in the order of the outcomes."""
    return tuple(map(_standing, outcomes))


def changes(before: Iterable[Standing], after: Iterable[Standing]) -> tuple[Change, ...]:
    """Every change: what came or is otherwise in the order of the files, then what is gone.

    A file of the same content under another name has moved.
    """
    old = {standing.label: standing for standing in before}
    new = {standing.label: standing for standing in after}
    left = {s.sha256: s for label, s in old.items() if label not in new and s.sha256}
    found: list[Change] = []
    for label, standing in new.items():
        former = old.get(label) or left.pop(standing.sha256, None)
        found += _between(former, standing)
    known = {change.before.label for change in found if change.before}
    gone = (s for label, s in old.items() if label not in new and label not in known)
    return (*found, *(Change(Kind.GONE, each, None) for each in gone))


def _standing(outcome: Outcome) -> Standing:
    received, scores = outcome.received, outcome.diagnosis and outcome.diagnosis.scores
    ranked = scores if scores and outcome.status is Status.RANKED else None
    return Standing(
        label=received.label,
        sha256=received.sha256,
        name=received.sheet.name if received.sheet else "",
        status=outcome.status,
        rank=ranked.rank if ranked else None,
        score=ranked.overall if ranked else None,
        errors=sum(severity(problem.code) is Severity.ERROR for problem in outcome.problems),
    )


def _between(before: Standing | None, after: Standing) -> Iterator[Change]:
    kind = Kind.NEW if before is None else _difference(before, after)
    if kind:
        yield Change(kind, before, after)


def _difference(before: Standing, after: Standing) -> Kind | None:
    if _judged(before) != _judged(after):
        return Kind.OTHER
    return None if before.label == after.label else Kind.MOVED


def _judged(standing: Standing) -> tuple[object, ...]:
    return standing.status, standing.rank, standing.score, standing.errors
