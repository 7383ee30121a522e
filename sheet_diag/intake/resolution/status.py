"""A return that counts: ranked, or held by what it says itself or by what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, FindingCode, Gate, ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Severity
from sheet_diag.text.problems import problem_severity


def decide_status(
    catalog: Catalog, received: ReceivedFile, diagnosis: Diagnosis, told: Sequence[Problem]
) -> ReturnOutcome:
    """Ranked, or held where a gate or any problem of severity error says so.

    `told` are the problems that arise from the other returns.
    """
    gates = tuple(_gate_problem(catalog, gate) for gate in diagnosis.scores.gates)
    findings = tuple(_finding_problems(catalog, diagnosis)) if not gates else ()
    problems = (*gates, *received.problems, *findings, *told)
    if any(problem_severity(problem.code) is Severity.ERROR for problem in problems):
        return ReturnOutcome(received, ReturnStatus.HELD, problems, _without_rank(diagnosis))
    return ReturnOutcome(received, ReturnStatus.RANKED, problems, diagnosis)


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
        return Problem(ProblemCode.CATEGORY_INCOMPLETE, details=details)
    if gate.rule.startswith("TOTAL"):
        return Problem(
            ProblemCode.TOTAL_INCOMPLETE, details=(("limit", str(limits.total_answered)),)
        )
    fewest = str(limits.applicable_categories)
    return Problem(ProblemCode.TOO_FEW_CATEGORIES, details=(("limit", fewest),))


def _finding_problems(catalog: Catalog, diagnosis: Diagnosis) -> Iterator[Problem]:
    """What the answers raise together: to be confirmed with the client."""
    scores = diagnosis.scores
    for finding in scores.findings:
        match finding.code:
            case FindingCode.CONTRADICTION:
                na, answered = finding.about
                yield Problem(ProblemCode.CONTRADICTION, item=na, value=answered)
            case FindingCode.NA_SHARE_HIGH:
                for name in (catalog.category_by_id[each].name for each in finding.about):
                    details = (("name_ja", name.ja), ("name_en", name.en))
                    yield Problem(ProblemCode.NA_SHARE_HIGH, details=details)
            case FindingCode.STRICT_RANK_DIFFERS:
                yield Problem(ProblemCode.STRICT_RANK_DIFFERS, value=scores.strict_rank)
            case FindingCode.UNANSWERED | FindingCode.NA_NOT_ALLOWED | FindingCode.UNKNOWN_STATE:
                continue
