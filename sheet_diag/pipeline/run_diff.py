"""What is otherwise after a run than after the one before. Pure: outcomes in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Severity
from sheet_diag.text.problems import severity


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
    """What became of a return; OTHER: it is judged otherwise."""

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

    A file that has the content and the verdict of one that is gone is that one, moved.
    """
    old = {standing.label: standing for standing in before}
    new = {standing.label: standing for standing in after}
    gone = {label: each for label, each in old.items() if label not in new}
    left: dict[tuple[object, ...], list[str]] = {}
    for label in sorted(gone, reverse=True):
        left.setdefault(_traits(gone[label]), []).append(label)
    found = []
    for label, standing in new.items():
        former = old.get(label)
        if former is None and (alike := left.get(_traits(standing))):
            former = gone.pop(alike.pop())
        kind = _kind(former, standing)
        if kind:
            found.append(Change(kind, former, standing))
    return (*found, *(Change(Kind.GONE, each, None) for each in gone.values()))


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
        errors=_errors(outcome),
    )


def _errors(outcome: Outcome) -> int:
    """How much there is to correct; what follows from it for the whole is no more work."""
    errors = [each for each in outcome.problems if severity(each.code) is Severity.ERROR]
    return sum(1 for each in errors if each.cell) or len(errors)


def _kind(before: Standing | None, after: Standing) -> Kind | None:
    if before is None:
        return Kind.NEW
    if before.label != after.label:
        return Kind.MOVED
    return None if _verdict(before) == _verdict(after) else Kind.OTHER


def _traits(standing: Standing) -> tuple[object, ...]:
    """What a file keeps under another name; nothing else has it where nothing could be read."""
    return standing.sha256 or standing.label, *_verdict(standing)


def _verdict(standing: Standing) -> tuple[object, ...]:
    return standing.status, standing.rank, standing.score, standing.errors
