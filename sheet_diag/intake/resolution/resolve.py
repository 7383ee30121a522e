"""What becomes of every file, once all are read: ranked, held, rejected, superseded, ignored.

Pure, and the same in whatever order the files come. Which of several returns counts is decided by
these rules, and both sides are told:

1. Of files with the same bytes the first by name takes part (`candidates`).
2. Returns belong to one client by their id, else by their company name as long as nothing on the
   sheets speaks against it; a correction belongs to the client of what it corrects (`clients`).
3. Within one client a correction counts instead of what it corrects, then the newest return of
   each department, then the newest of all; only departments that contradict each other are all
   held (`choice`).

A return that is held counts like any other: an older one is never used silently in its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sheet_diag.intake.resolution.candidates import candidates
from sheet_diag.intake.resolution.choice import choose
from sheet_diag.intake.resolution.components import corrections
from sheet_diag.intake.resolution.grouping import clients
from sheet_diag.intake.resolution.messages import Verdict, verdicts
from sheet_diag.intake.resolution.status import judge
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, Outcome, Status
from sheet_diag.model.returns import Code, Problem, Received, Severity
from sheet_diag.text.problems import severity


def settle(
    catalog: Catalog, read: Sequence[tuple[Received, Diagnosis | None]]
) -> Iterator[Outcome]:
    """One outcome a file, in the same order."""
    taking_part = candidates(received for received, diagnosis in read if diagnosis)
    links = corrections(taking_part)
    choices = [choose(client, links) for client in clients(taking_part, links)]
    told = verdicts(catalog, choices)
    for received, diagnosis in read:
        if received.ignored:
            unsettled = any(severity(p.code) is Severity.ERROR for p in received.problems)
            yield Outcome(received, Status.IGNORED, received.problems, unsettled=unsettled)
        elif received.sheet is None or diagnosis is None:
            yield Outcome(received, Status.REJECTED, received.problems)
        else:
            yield _settle_one(catalog, received, diagnosis, told[received.sha256])


def _settle_one(
    catalog: Catalog, received: Received, diagnosis: Diagnosis, verdict: Verdict
) -> Outcome:
    if received is not verdict.received:
        same = Problem(Code.SAME_FILE, value=verdict.received.label)
        return Outcome(received, Status.SUPERSEDED, (same,))
    if verdict.superseded:
        return Outcome(received, Status.SUPERSEDED, (verdict.superseded,))
    return judge(catalog, received, diagnosis, verdict.told)
