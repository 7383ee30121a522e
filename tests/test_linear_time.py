"""Nothing that looks at all returns compares each with each: steps are counted, not seconds.

The crowds are those of `tests.crowds`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import FrameType
from typing import Any, NoReturn, TypeVar, cast

import pytest

from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.diagnosis.comparison.previous import match_previous
from sheet_diag.diagnosis.overrides import apply_overrides
from sheet_diag.model.results import Diagnosis
from sheet_diag.model.returns import ProblemCode, ReceivedFile, Response
from tests.catalogs import JIS
from tests.crowds import (
    CROWDS,
    add_comments,
    compare,
    diagnosis_of,
    make_crowd,
    previous_run,
    resolve,
)

FEW, MANY = 70, 280
LINEAR = 1.05


def steps(work: Callable[[], object]) -> int:
    """How many instructions of Python are run, each as often as it is."""
    counted = 0

    def count(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal counted
        frame.f_trace_opcodes = True
        counted += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        work()
    finally:
        sys.settrace(before)
    return counted


Given = TypeVar("Given")


def grows(work: Callable[[Given], object], few: Given, many: Given) -> float:
    """The steps for four times as many returns, by four times those for the fewer ones."""
    work(many)  # what is folded once stays known
    return steps(lambda: work(many)) / steps(lambda: work(few)) / (MANY / FEW)


@pytest.mark.parametrize("name", CROWDS)
def test_resolution_takes_linear_time(name: str) -> None:
    growth = grows(resolve, make_crowd(name, FEW), make_crowd(name, MANY))
    assert growth < LINEAR


@pytest.mark.parametrize("name", ["strangers", "one name, an id each"])
def test_overrides_take_linear_time(name: str) -> None:
    few, many = (add_comments(make_crowd(name, count)) for count in (FEW, MANY))
    growth = grows(lambda read: apply_overrides(JIS, read), few, many)
    assert growth < LINEAR


def test_comparisons_take_linear_time() -> None:
    few, many = (
        (resolve(read), previous_run(read))
        for read in (make_crowd("strangers", n) for n in (FEW, MANY))
    )
    growth = grows(lambda beside: compare(*beside), few, many)
    assert growth < LINEAR


# --- what is on the disk


class OnDisk(Sequence[Response]):
    """Answers that must not be fetched."""

    def __getitem__(self, at: Any) -> NoReturn:
        raise AssertionError("fetched")

    def __len__(self) -> NoReturn:
        raise AssertionError("fetched")


def put_away(received: ReceivedFile) -> ReceivedFile:
    assert received.sheet
    return replace(received, sheet=replace(received.sheet, responses=OnDisk()))


def thin_diagnosis(received: ReceivedFile) -> Diagnosis:
    diagnosis, absent = diagnosis_of(received), cast(Any, None)
    return replace(diagnosis, scores=replace(diagnosis.scores, items=absent), plan=absent)


def test_answers_of_clients_with_one_return_are_not_fetched() -> None:
    read = [put_away(each) for each in make_crowd("one name, an id each", 20)]
    outcomes = resolve(apply_overrides(JIS, read), thin_diagnosis)
    assert {p.code for each in outcomes for p in each.problems} >= {ProblemCode.NAME_SHARED}
    run = previous_run(make_crowd("one name, an id each", 20))
    assert len(match_previous(outcomes, run)) == sum(
        1 for each in outcomes if each.status == "ranked"
    )
    comparisons = Comparisons.of(JIS, outcomes, ComparisonBasis(previous=run))
    assert all(comparisons.previous_of(each) for each in outcomes if each.status == "ranked")
    assert any(comparisons.add_peers(each).comparison.peers for each in outcomes)
