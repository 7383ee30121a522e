"""What becomes of every file, once all are read: ranked, held, rejected, superseded, ignored.

Pure, and the same in whatever order the files come. Which of several returns counts is decided by
these rules, and both sides are told:

1. Of files with the same bytes the first by name takes part (`find_candidates`).
2. Returns belong to one client by their id, else by their company name as long as nothing on the
   sheets speaks against it; a correction belongs to the client of what it corrects
   (`group_by_client`).
3. Within one client a correction counts instead of what it corrects, then the newest return of
   each department, then the newest of all; only departments that contradict each other are all
   held (`choice`).

A return that is held counts like any other: an older one is never used silently in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheet_diag.intake.resolution.candidates import find_candidates
from sheet_diag.intake.resolution.choice import choose_return
from sheet_diag.intake.resolution.components import link_corrections
from sheet_diag.intake.resolution.grouping import group_by_client
from sheet_diag.intake.resolution.messages import ReturnDecision, decide_returns
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Severity
from sheet_diag.text.problems import problem_severity


@dataclass(frozen=True, slots=True)
class CountingReturn:
    """A return that counts, and what the other returns tell of it; its diagnosis decides."""

    received: ReceivedFile
    told: tuple[Problem, ...] = ()


def resolve_returns(
    catalog: Catalog, read: Sequence[ReceivedFile]
) -> Iterator[ReturnOutcome | CountingReturn]:
    """Decide which returns count, in the same order; of the others what becomes of them."""
    taking_part = find_candidates(read)
    links = link_corrections(taking_part)
    choices = [choose_return(client, links) for client in group_by_client(taking_part, links)]
    told = decide_returns(catalog, choices)
    for received in read:
        if received.ignored:
            unsettled = any(problem_severity(p.code) is Severity.ERROR for p in received.problems)
            yield ReturnOutcome(
                received, ReturnStatus.IGNORED, received.problems, unsettled=unsettled
            )
        elif received.sheet is None:
            yield ReturnOutcome(received, ReturnStatus.REJECTED, received.problems)
        else:
            yield _resolve_return(received, told[received.sha256])


def _resolve_return(
    received: ReceivedFile, verdict: ReturnDecision
) -> ReturnOutcome | CountingReturn:
    if received is not verdict.received:
        same = Problem(ProblemCode.SAME_FILE, value=verdict.received.label)
        return ReturnOutcome(received, ReturnStatus.SUPERSEDED, (same,))
    if verdict.superseded:
        return ReturnOutcome(received, ReturnStatus.SUPERSEDED, (verdict.superseded,))
    return CountingReturn(received, verdict.told)
