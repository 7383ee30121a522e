"""What becomes of every file, once all are read: ranked, held, rejected, superseded, ignored.

Pure. The rule is deterministic and told in the problems: of files with the same bytes the first by
name counts; returns of one client are each ranked, with a warning on all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from sheet_diag.folding import fold
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, FindingCode, Gate, Outcome, Status
from sheet_diag.model.returns import Code, Problem, Received, ReturnedSheet, Severity
from sheet_diag.problems import severity

Read = tuple[Received, Diagnosis | None]


def settle(catalog: Catalog, read: Sequence[Read]) -> Iterator[Outcome]:
    """One outcome a file, in the same order."""
    first: dict[str, str] = {}
    for received, _ in read:
        if received.sheet:
            first.setdefault(received.sha256, received.file)
    outcomes = [_settle_one(catalog, received, diagnosis, first) for received, diagnosis in read]
    return _warn_of_namesakes(outcomes)


def _settle_one(
    catalog: Catalog, received: Received, diagnosis: Diagnosis | None, first: Mapping[str, str]
) -> Outcome:
    if received.ignored:
        return Outcome(received, Status.IGNORED, received.problems)
    if received.sheet is None or diagnosis is None:
        return Outcome(received, Status.REJECTED, received.problems)
    if first[received.sha256] != received.file:
        same = Problem(Code.SAME_FILE, value=first[received.sha256])
        return Outcome(received, Status.SUPERSEDED, (same,))
    gates = tuple(_gate_problem(catalog, gate) for gate in diagnosis.scores.gates)
    findings = tuple(_finding_problems(catalog, diagnosis)) if not gates else ()
    problems = (*gates, *received.problems, *findings)
    if any(severity(problem.code) is Severity.ERROR for problem in problems):
        return Outcome(received, Status.HELD, problems, _without_rank(diagnosis))
    return Outcome(received, Status.RANKED, problems, diagnosis)


def _without_rank(diagnosis: Diagnosis) -> Diagnosis:
    """A held return shows no rank, caps or comments, whatever held it."""
    scores = replace(
        diagnosis.scores, caps=(), base_rank=None, rank=None, upper_rank=None, strict_rank=None
    )
    return replace(diagnosis, scores=scores, comments=())


def _gate_problem(catalog: Catalog, gate: Gate) -> Problem:
    limits = catalog.scoring.gates
    if gate.category:
        name = catalog.category_by_id[gate.category].name
        limit = ("limit", str(limits.category_answered))
        details = (limit, ("name_ja", name.ja), ("name_en", name.en))
        return Problem(Code.CATEGORY_INCOMPLETE, details=details)
    if gate.rule.startswith("TOTAL"):
        return Problem(Code.TOTAL_INCOMPLETE, details=(("limit", str(limits.total_answered)),))
    fewest = str(limits.applicable_categories)
    return Problem(Code.TOO_FEW_CATEGORIES, details=(("limit", fewest),))


def _finding_problems(catalog: Catalog, diagnosis: Diagnosis) -> Iterator[Problem]:
    """What the answers raise together: to be confirmed with the client."""
    scores = diagnosis.scores
    for finding in scores.findings:
        match finding.code:
            case FindingCode.CONTRADICTION:
                na, answered = finding.about
                yield Problem(Code.CONTRADICTION, item=na, value=answered)
            case FindingCode.NA_SHARE_HIGH:
                for name in (catalog.category_by_id[each].name for each in finding.about):
                    details = (("name_ja", name.ja), ("name_en", name.en))
                    yield Problem(Code.NA_SHARE_HIGH, details=details)
            case FindingCode.STRICT_RANK_DIFFERS:
                yield Problem(Code.STRICT_RANK_DIFFERS, value=scores.strict_rank)
            case FindingCode.UNANSWERED | FindingCode.NA_NOT_ALLOWED | FindingCode.UNKNOWN_STATE:
                continue


def _warn_of_namesakes(outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    files: dict[str, list[str]] = {}
    for outcome in outcomes:
        key = _client_key(outcome)
        if key:
            files.setdefault(key, []).append(outcome.received.file)
    for outcome in outcomes:
        others = [f for f in files.get(_client_key(outcome), ()) if f != outcome.received.file]
        if others:
            warning = Problem(Code.SAME_CLIENT, value=", ".join(others))
            yield replace(outcome, problems=(*outcome.problems, warning))
        else:
            yield outcome


def _client_key(outcome: Outcome) -> str:
    """What tells clients apart: the id on the sheet, else the name, else nothing."""
    sheet: ReturnedSheet | None = outcome.received.sheet
    if sheet is None or outcome.status not in (Status.RANKED, Status.HELD):
        return ""
    return f"id {sheet.identity.client}" if sheet.identity.client else fold(sheet.name)
