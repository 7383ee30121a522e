"""Decide which return of a client counts, and what becomes of every file.

Pure, and the same in whatever order the files come. Both sides of a choice say what was chosen:

1. Of files with the same bytes the first by name takes part (`candidates`).
2. Returns belong to one client by their id, else by their company name as long as nothing on the
   sheets speaks against it; a correction belongs to the client of what it corrects (`grouping`).
3. Within one client a correction counts instead of what it corrects, then the newest return of
   each department, then the newest of all; departments that contradict each other are all held,
   and so are returns that answer differently and cannot be put in order (`choice`).

A return that is held counts like any other: an older one is never used silently in its place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final, assert_never

from sheet_diag.intake.resolution.candidates import Candidate, find_candidates
from sheet_diag.intake.resolution.choice import (
    ChoiceReason,
    ReturnChoice,
    SupersededReturn,
    choose_return,
    find_contradictions,
)
from sheet_diag.intake.resolution.grouping import group_by_client, link_corrections
from sheet_diag.intake.resolution.return_times import TimeReason, compare_times
from sheet_diag.intake.resolution.sender_doubts import find_sender_problems
from sheet_diag.intake.resolution.shared_names import find_shared_names
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import (
    Diagnosis,
    Finding,
    FindingCode,
    ReturnOutcome,
    ReturnStatus,
)
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Severity
from sheet_diag.model.rules import ApplicableGate, CategoryGate, Gate, ItemGate, TotalGate
from sheet_diag.text.problems import problem_severity
from sheet_diag.text.wording import MOST_NAMED, join_first

_MOST_DEPARTMENTS: Final = 20  # named to each: all of hundreds would be one message a pair


@dataclass(frozen=True, slots=True)
class CountingReturn:
    """A return that counts, and the problems that the other returns raise."""

    received: ReceivedFile
    problems: tuple[Problem, ...] = ()


def resolve_returns(
    catalog: Catalog, read: Sequence[ReceivedFile], now: datetime
) -> Iterator[ReturnOutcome | CountingReturn]:
    """Decide which files are returns that count, and what becomes of the others, in order.

    No time after `now`, that of the machine's clock, is believed.
    """
    candidates = find_candidates(read, now)
    corrections = link_corrections(candidates)
    clients = group_by_client(candidates, corrections)
    choices = [choose_return(client, corrections) for client in clients]
    decisions = _explain_choices(catalog, choices)
    for received in read:
        if received.ignored:
            unsettled = any(problem_severity(p.code) is Severity.ERROR for p in received.problems)
            status = ReturnStatus.IGNORED
            yield ReturnOutcome(received, status, received.problems, unsettled=unsettled)
        elif received.sheet is None:
            yield ReturnOutcome(received, ReturnStatus.REJECTED, received.problems)
        else:
            yield _resolve_return(received, decisions[received.sha256])


def decide_status(
    catalog: Catalog,
    received: ReceivedFile,
    diagnosis: Diagnosis,
    problems: Sequence[Problem] = (),
) -> ReturnOutcome:
    """Rank a return that counts, or hold it where a gate or an error among its problems says so.

    `problems` are those that the other returns raise.
    """
    is_blank = any(each.code is ProblemCode.BLANK_RETURN for each in received.problems)
    held_by = () if is_blank else diagnosis.scores.gates
    gates = tuple(_gate_problem(catalog, gate) for gate in held_by if not _is_told(gate, received))
    findings = () if held_by or is_blank else tuple(_finding_problems(catalog, received, diagnosis))
    found = (*gates, *received.problems, *findings, *problems)
    if any(problem_severity(problem.code) is Severity.ERROR for problem in found):
        return ReturnOutcome(received, ReturnStatus.HELD, found, _without_rank(diagnosis))
    return ReturnOutcome(received, ReturnStatus.RANKED, found, diagnosis)


def _is_told(gate: Gate, received: ReceivedFile) -> bool:
    """Whether what is wrong with the answer of a gate is told already."""
    return isinstance(gate, ItemGate) and any(
        each.item == gate.item and problem_severity(each.code) is Severity.ERROR
        for each in received.problems
    )


# --- what the choice says of each return


@dataclass(frozen=True, slots=True)
class _Decision:
    """What becomes of one content: which copy of it takes part, why that copy does not count, or
    the problems of one that counts."""

    received: ReceivedFile
    superseded: Problem | None = None
    problems: tuple[Problem, ...] = ()


def _resolve_return(received: ReceivedFile, decision: _Decision) -> ReturnOutcome | CountingReturn:
    if received is not decision.received:
        same = Problem(ProblemCode.SAME_FILE, value=decision.received.label)
        return ReturnOutcome(received, ReturnStatus.SUPERSEDED, (same,))
    if decision.superseded:
        return ReturnOutcome(received, ReturnStatus.SUPERSEDED, (decision.superseded,))
    return CountingReturn(received, decision.problems)


def _explain_choices(catalog: Catalog, choices: Sequence[ReturnChoice]) -> dict[str, _Decision]:
    """Explain to every return that takes part what was chosen; keys are SHA-256."""
    found: dict[str, _Decision] = {}
    for choice, shared_names in zip(choices, find_shared_names(choices), strict=True):
        instead_of: dict[str, list[SupersededReturn]] = defaultdict(list)
        for each in choice.superseded:
            instead_of[each.new.key].append(each)
            found[each.old.key] = _Decision(each.old.received, _superseded_problem(each))
        by_label = sorted(choice.counting, key=lambda each: each.label)
        clusters = {each.key: cluster for cluster in choice.unclear for each in cluster}
        for one in choice.counting:
            unclear = clusters.get(one.key, ())
            problems = (
                *_replaces_problems(instead_of[one.key]),
                *_id_shared_problems(one, instead_of[one.key]),
                *find_sender_problems(one, instead_of[one.key]),
                *_form_moved_problems(one, choice),
                *_order_problems(one, unclear),
                *_disagreement_problems(catalog, one, by_label, unclear),
                *shared_names,
            )
            found[one.key] = _Decision(one.received, problems=problems)
    return found


def _superseded_problem(superseded: SupersededReturn) -> Problem:
    value = superseded.new.label
    if superseded.reason is ChoiceReason.CORRECTED:
        return Problem(ProblemCode.CORRECTED, value=value)
    if superseded.reason is ChoiceReason.BLANK:
        return Problem(ProblemCode.BLANK_SUPERSEDED, value=value)
    count = _count_differences(superseded.old, superseded.new)
    details = (("count", str(count)), ("reason", superseded.reason.value))
    if superseded.reason is ChoiceReason.SELECTED:
        return Problem(ProblemCode.RETURN_NOT_SELECTED, value=value, details=details[:1])
    if not count:
        return Problem(ProblemCode.SAME_ANSWERS, value=value)
    return Problem(ProblemCode.NEWER_RETURN, value=value, details=details)


def _count_differences(one: Candidate, other: Candidate) -> int:
    items = one.answers.keys() | other.answers.keys()
    return sum(1 for item in items if one.answers.get(item) != other.answers.get(item))


def _replaces_problems(superseded: Sequence[SupersededReturn]) -> Iterator[Problem]:
    """Name what was superseded: one problem for each reason, in the order of the rules."""
    for reason in ChoiceReason if superseded else ():
        old = sorted(each.old.label for each in superseded if each.reason is reason)
        if old and reason is ChoiceReason.SELECTED:
            details = (("reason", superseded[0].new.received.judgement.selection),)
            yield Problem(ProblemCode.RETURN_SELECTED, value=join_first(old), details=details)
        elif old:
            details = (("reason", reason.value),)
            yield Problem(ProblemCode.REPLACES, value=join_first(old), details=details)


def _id_shared_problems(
    one: Candidate, superseded: Sequence[SupersededReturn]
) -> Iterator[Problem]:
    """Name returns of the same id and another company: a sheet may have been passed on."""
    others = sorted(
        each.old.label
        for each in superseded
        if each.old.client
        and each.old.client == one.client
        and each.old.name
        and one.name not in ("", each.old.name)
    )
    if others:
        yield Problem(ProblemCode.ID_SHARED, value=join_first(others))


def _form_moved_problems(one: Candidate, choice: ReturnChoice) -> Iterator[Problem]:
    """Name returns that bear the legal form at the other end of the same name."""
    others = (*choice.counting, *(each.old for each in choice.superseded))
    moved = sorted(
        each.label
        for each in others
        if each.name == one.name
        and each.form.kind
        and one.form.kind
        and each.form.is_first != one.form.is_first
        and not (one.client and each.client)
    )
    if moved:
        yield Problem(ProblemCode.LEGAL_FORM_MOVED, value=join_first(moved))


def _order_problems(one: Candidate, unclear: Sequence[Candidate]) -> Iterator[Problem]:
    """Name the returns that answer differently and may be newer, and why nobody can tell."""
    others = sorted((each for each in unclear if each is not one), key=lambda each: each.label)
    if others:
        reasons = [compare_times(one.times, other.times)[1] for other in others[:MOST_NAMED]]
        reason = next((e for e in reasons if e is TimeReason.OPPOSED), TimeReason.UNTIMED)
        count = _count_differences(one, others[0])
        details = (("count", str(count)), ("reason", reason.value))
        value = join_first([each.label for each in others])
        yield Problem(ProblemCode.ORDER_UNCLEAR, value=value, details=details)


def _disagreement_problems(
    catalog: Catalog,
    one: Candidate,
    counting: Sequence[Candidate],
    unclear: Sequence[Candidate],
) -> Iterator[Problem]:
    """Name the first other departments that count, and what each answered differently."""
    apart = {each.key for each in (one, *unclear)}
    others = [other for other in counting if other.key not in apart]
    for other in islice(others, _MOST_DEPARTMENTS):
        differing = set(find_contradictions(one, other))
        if not differing:  # it counts for another reason
            continue
        items = join_first([item for item in catalog.items if item in differing])
        details = (("count", str(len(differing))), ("items", items))
        yield Problem(ProblemCode.DEPARTMENTS_DISAGREE, value=other.label, details=details)


# --- what the diagnosis says of a return that counts


def _without_rank(diagnosis: Diagnosis) -> Diagnosis:
    """Take out what a held return must not show, whatever holds it."""
    scores = replace(
        diagnosis.scores, caps=(), base_rank=None, rank=None, upper_rank=None, strict_rank=None
    )
    return replace(diagnosis, scores=scores, comments=())


def _gate_problem(catalog: Catalog, gate: Gate) -> Problem:
    if isinstance(gate, ItemGate):
        return Problem(ProblemCode.GATE_UNANSWERED, item=gate.item)
    limit = ("limit", str(gate.limit))
    match gate:
        case CategoryGate(category=category):
            name = catalog.category_by_id[category].name
            details = (limit, ("name_ja", name.ja), ("name_en", name.en))
            return Problem(ProblemCode.CATEGORY_INCOMPLETE, details=details)
        case TotalGate():
            return Problem(ProblemCode.TOTAL_INCOMPLETE, details=(limit,))
        case ApplicableGate():
            return Problem(ProblemCode.TOO_FEW_CATEGORIES, details=(limit,))
        case _:
            assert_never(gate)


def _contradiction_problem(catalog: Catalog, received: ReceivedFile, finding: Finding) -> Problem:
    item, *others = finding.about
    field = catalog.field_by_id.get(others[0])
    if field is None or received.sheet is None:
        return Problem(ProblemCode(finding.code.value), item=item, value=join_first(others))
    label, choice = field.label, field.by_id[received.sheet.profile[field.id]].label
    details = (
        ("name_ja", label.ja), ("name_en", label.en),
        ("choice_ja", choice.ja), ("choice_en", choice.en),
    )  # fmt: skip
    return Problem(ProblemCode.NA_AGAINST_COMPANY, item=item, details=details)


def _condition_problem(finding: Finding) -> Problem:
    item, *others = finding.about
    said = {lang: finding.text[lang] if finding.text else "" for lang in Lang}
    details = (("text_ja", said[Lang.JA]), ("text_en", said[Lang.EN]))
    code = ProblemCode.CONTRADICTION
    return Problem(code, item=item, value=join_first(others), details=details)


def _finding_problems(
    catalog: Catalog, received: ReceivedFile, diagnosis: Diagnosis
) -> Iterator[Problem]:
    """The findings of the answers that are to be confirmed with the client."""
    scores = diagnosis.scores
    for finding in scores.findings:
        match finding.code:
            case FindingCode.NA_CONTRADICTION | FindingCode.ANSWER_CONTRADICTION:
                yield _contradiction_problem(catalog, received, finding)
            case FindingCode.CONTRADICTION:
                yield _condition_problem(finding)
            case FindingCode.NA_SHARE_HIGH:
                for name in (catalog.category_by_id[each].name for each in finding.about):
                    details = (("name_ja", name.ja), ("name_en", name.en))
                    yield Problem(ProblemCode.NA_SHARE_HIGH, details=details)
            case FindingCode.STRICT_RANK_DIFFERS:
                yield Problem(ProblemCode.STRICT_RANK_DIFFERS, value=scores.strict_rank)
            case FindingCode.UNANSWERED | FindingCode.NA_NOT_ALLOWED | FindingCode.UNKNOWN_STATE:
                continue
