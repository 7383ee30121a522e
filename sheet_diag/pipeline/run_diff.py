"""Compares the outcomes of two runs. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Severity
from sheet_diag.text.problems import problem_severity


@dataclass(frozen=True, slots=True)
class ReturnState:
    """What a run found out about a return.

    `name` is empty where none could be read; `score` is of 100, None where there is no rank;
    `errors` is the number of problems that hold or reject it.
    """

    label: str
    sha256: str
    name: str
    status: ReturnStatus
    rank: Rank | None
    score: Fraction | None
    errors: int


class ChangeKind(StrEnum):
    """What happened to a return; OTHER: its result changed."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ReturnChange:
    """One change; `before` is None for a new return, `after` for a removed one."""

    kind: ChangeKind
    before: ReturnState | None
    after: ReturnState | None


def list_return_states(outcomes: Iterable[ReturnOutcome]) -> tuple[ReturnState, ...]:
    """List the state of every return, in the order of the outcomes."""
    return tuple(map(_return_state, outcomes))


def compare_runs(
    before: Iterable[ReturnState], after: Iterable[ReturnState]
) -> tuple[ReturnChange, ...]:
    """List every change: new and changed returns in the order of the files, then removed ones.

    A new file with the content and the result of a removed one is that one, moved.
    """
    old = {state.label: state for state in before}
    new = {state.label: state for state in after}
    gone = {label: each for label, each in old.items() if label not in new}
    left: dict[tuple[object, ...], list[str]] = {}
    for label in sorted(gone, reverse=True):
        left.setdefault(_match_key(gone[label]), []).append(label)
    found = []
    for label, state in new.items():
        previous = old.get(label)
        if previous is None and (alike := left.get(_match_key(state))):
            previous = gone.pop(alike.pop())
        kind = _classify_change(previous, state)
        if kind:
            found.append(ReturnChange(kind, previous, state))
    return (*found, *(ReturnChange(ChangeKind.GONE, each, None) for each in gone.values()))


def _return_state(outcome: ReturnOutcome) -> ReturnState:
    received, scores = outcome.received, outcome.diagnosis and outcome.diagnosis.scores
    ranked = scores if scores and outcome.status is ReturnStatus.RANKED else None
    return ReturnState(
        label=received.label,
        sha256=received.sha256,
        name=received.sheet.name if received.sheet else "",
        status=outcome.status,
        rank=ranked.rank if ranked else None,
        score=ranked.overall if ranked else None,
        errors=_count_errors(outcome),
    )


def _count_errors(outcome: ReturnOutcome) -> int:
    """Count what is to be corrected; problems of the whole return only where no cell has one."""
    errors = [each for each in outcome.problems if problem_severity(each.code) is Severity.ERROR]
    return sum(1 for each in errors if each.cell) or len(errors)


def _classify_change(before: ReturnState | None, after: ReturnState) -> ChangeKind | None:
    if before is None:
        return ChangeKind.NEW
    if before.label != after.label:
        return ChangeKind.MOVED
    return None if _result_key(before) == _result_key(after) else ChangeKind.OTHER


def _match_key(state: ReturnState) -> tuple[object, ...]:
    """Return what a file keeps under another name; unique where nothing could be read."""
    return state.sha256 or state.label, *_result_key(state)


def _result_key(state: ReturnState) -> tuple[object, ...]:
    return state.status, state.rank, state.score, state.errors
