"""Crowds of returns that must not take longer than as many strangers.

Thousands may bear one name or one id, or one name in departments that contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from random import Random
from typing import Final

from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.diagnosis.comparison.previous import add_previous
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.intake.resolution.action_plans import attach_plans
from sheet_diag.intake.resolution.resolve import decide_status, resolve_returns
from sheet_diag.model.basics import Lang
from sheet_diag.model.comparison import PreviousReturn, PreviousRun
from sheet_diag.model.overrides import ClientComment, OverridesContent
from sheet_diag.model.results import Diagnosis, ReturnOutcome
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from tests.catalogs import JIS
from tests.samples import CLOCK

_FIRST: Final = 1_700_000_000  # the file time of the first, in seconds; an hour between two
_KINDS: Final = 7  # of answers, so that every part of a crowd is made of the same returns

# What the return of each number says of its client.
CROWDS: Final[Mapping[str, Callable[[int], dict[str, str]]]] = {
    "strangers": lambda n: {"company": f"会社{n}", "id": f"C{n}", "email": f"a@c{n}.example"},
    "one name, an id each": lambda n: {"id": f"C{n}", "email": f"a@c{n}.example"},
    "one name and one mail address, an id each": lambda n: {"id": f"C{n}", "email": "a@c.example"},
    "one name, no ids, other firms' mail": lambda n: {"email": f"a@c{n}.example"},
    "one name, no ids, mail of its parts": lambda n: {"email": f"a@c{n}.c.example"},
    "one name, half with an id": lambda n: {"id": f"C{n}"} if n % 2 else {"phone": f"03-{n}"},
    "one id": lambda _: {"id": "C"},
    "one client, a department each": lambda n: {"email": "a@c.example", "department": f"部{n}"},
}


@cache
def _responses(kind: int) -> tuple[Response, ...]:
    """Answers of some maturity."""
    rng = Random(kind)
    maturity = 0.3 + 0.6 * rng.random()
    return tuple(
        Response(item, "yes" if rng.random() < maturity else rng.choice(("partial", "no")))
        for item in JIS.items
    )


def make_crowd(name: str, count: int) -> list[ReceivedFile]:
    """Make the returns of one crowd, as they were read."""
    return [_read(number, CROWDS[name](number)) for number in range(count)]


def _read(number: int, says: Mapping[str, str]) -> ReceivedFile:
    kind = number % _KINDS
    industries = list(JIS.field_by_id["industry"].by_id)
    profile = {"company": "見本", "industry": industries[kind % len(industries)], **says}
    identity = SheetIdentity(JIS.id, JIS.version, says.get("id"))
    sheet = ReturnedSheet(identity, Lang.JA, profile, _responses(kind), "回答")
    return ReceivedFile(
        f"{number:06}.xlsx",
        f"{number:064}",
        file_time=(_FIRST + number * 3600) * 10**9,
        sheet=sheet,
    )


def diagnosis_of(received: ReceivedFile) -> Diagnosis:
    """Diagnose a return of a crowd, once for all that answer alike."""
    return _diagnosis(int(received.sha256) % _KINDS)


@cache
def _diagnosis(kind: int) -> Diagnosis:
    return evaluate(JIS, ReturnedSheet(SheetIdentity(), Lang.JA, {}, _responses(kind), ""))


def add_comments(read: list[ReceivedFile]) -> list[ReceivedFile]:
    """Add a file with a comment on every client that has an id."""
    ids = [each.sheet.identity.client for each in read if each.sheet]
    lines = [
        ClientComment(client, "面談済み", "", "上書き", f"A{row}")
        for row, client in enumerate(filter(None, ids), 2)
    ]
    decisions = OverridesContent(comments=tuple(lines))
    return [*read, ReceivedFile("overrides.xlsx", "f", ignored=True, decisions=decisions)]


def previous_run(read: list[ReceivedFile]) -> PreviousRun:
    """Make an earlier run of the same clients, with the answers of today."""
    return PreviousRun(
        as_of=date(2025, 11, 26),
        catalog=JIS.id,
        version="1",
        sha256=JIS.sha256,
        items={},
        returns=tuple(map(_before, read)),
    )


def _before(received: ReceivedFile) -> PreviousReturn:
    sheet, diagnosis = received.sheet, diagnosis_of(received)
    if sheet is None:
        raise ValueError("nothing was read")
    return PreviousReturn(
        client=sheet.identity.client or "",
        name=sheet.name,
        answers=sheet.answers,
        rank=diagnosis.scores.rank,
        score=diagnosis.scores.overall,
        categories={name: each.score for name, each in diagnosis.scores.categories.items()},
    )


def resolve(
    read: list[ReceivedFile], diagnose: Callable[[ReceivedFile], Diagnosis] = diagnosis_of
) -> list[ReturnOutcome]:
    """Decide which returns count."""
    return attach_plans(
        JIS,
        [
            each
            if isinstance(each, ReturnOutcome)
            else decide_status(JIS, each.received, diagnose(each.received), each.problems)
            for each in resolve_returns(JIS, read, CLOCK)
        ],
    )


def compare(outcomes: list[ReturnOutcome], run: PreviousRun) -> int:
    """Compare as a run does, a client at a time; count those that have peers."""
    catalog, found = JIS, 0
    comparisons = Comparisons.of(catalog, outcomes, ComparisonBasis(previous=run))
    for each in outcomes:
        outcome, before = comparisons.add_peers(each), comparisons.previous_of(each)
        found += bool(outcome.comparison.peers)
        if before:
            add_previous(catalog, outcome, before, run.head)
    return found
