"""The returns that may count, with their words normalised once for all rules.

Of files with the same bytes the first by name takes part, because that does not depend on when
somebody copied them; it is as new as the newest of its copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from sheet_diag.intake.resolution.return_times import ReturnTimes
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    Severity,
)
from sheet_diag.text.normalize import (
    LegalForm,
    company_key,
    firm_domain,
    normalize_text,
    split_legal_form,
)
from sheet_diag.text.problems import problem_spec

_NO_DIGIT: Final = re.compile(r"\D")
# The id of the choice (empty: none), or else what was typed.
CandidateAnswer = tuple[str, str]


@dataclass(frozen=True)  # without slots, which leave no place for the cached property
class Candidate:
    """A return that takes part; its SHA-256 is its key.

    `client`, `name`, `department`, `domain` (of the firm's own mail) and `industry` are empty
    where the sheet does not say. `form` is the legal form in the name.
    """

    received: ReceivedFile
    times: ReturnTimes
    client: str
    name: str
    form: LegalForm
    department: str
    domain: str
    industry: str
    replaces: tuple[str, ...]

    @property
    def key(self) -> str:
        """SHA-256 of the bytes."""
        return self.received.sha256

    @property
    def label(self) -> str:
        """The file, and the place in it, for messages."""
        return self.received.label

    @property
    def contacts(self) -> frozenset[tuple[str, str]]:
        """Address, phone and person, as (field, entry): hardly the same in two firms."""
        profile = self.received.sheet.profile if self.received.sheet else {}
        entries = {
            field: normalize_text(profile.get(field, ""))
            for field in ("email", "phone", "respondent")
        }
        entries["phone"] = _NO_DIGIT.sub("", entries["phone"])
        return frozenset((field, entry) for field, entry in entries.items() if entry)

    @cached_property
    def answers(self) -> Mapping[str, CandidateAnswer]:
        """The answers by item; a run fetches them from disk, for clients with several returns."""
        sheet = self.received.sheet
        return {each.item: _comparable_answer(each) for each in sheet.responses} if sheet else {}

    @cached_property
    def is_blank(self) -> bool:
        """Whether it holds no answer."""
        return is_unfilled(self.received)


def is_unfilled(received: ReceivedFile) -> bool:
    """Whether a return holds no answer, not even one that cannot be read or stands elsewhere."""
    if received.sheet is None or any(map(_tells_answer, received.problems)):
        return False
    set_by_us = {each.item for each in received.judgement.overrides if not each.raw}
    return not any(
        each.raw or (each.choice and each.item not in set_by_us)
        for each in received.sheet.responses
    )


def _tells_answer(problem: Problem) -> bool:
    """Whether a problem tells that an answer was written somewhere."""
    spec = problem_spec(problem.code)
    in_cell = bool(problem.value) or spec.severity is Severity.ERROR
    return (spec.answer_settles and in_cell) or problem.code is ProblemCode.ANSWERS_SHIFTED


def find_candidates(read: Iterable[ReceivedFile], now: datetime) -> dict[str, Candidate]:
    """Find the returns that take part, by SHA-256; `now` is the time of the machine's clock."""
    copies: dict[str, list[tuple[ReceivedFile, ReturnedSheet]]] = {}
    for received in read:
        if received.sheet:
            copies.setdefault(received.sha256, []).append((received, received.sheet))
    return {key: _make_candidate(copies[key], now) for key in sorted(copies)}


def _make_candidate(copies: list[tuple[ReceivedFile, ReturnedSheet]], now: datetime) -> Candidate:
    received, sheet = min(copies, key=lambda copy: (copy[0].label, copy[0].file_time))
    profile = sheet.profile
    return Candidate(
        received=received,
        times=ReturnTimes.newest(ReturnTimes.of(copy, now) for copy, _ in copies),
        client=normalize_text(sheet.identity.client or ""),
        name=company_key(sheet.name),
        form=split_legal_form(sheet.name)[1],
        department=normalize_text(profile.get("department", "")),
        domain=firm_domain(profile.get("email", "")),
        industry=profile.get("industry", ""),
        replaces=sheet.replaces,
    )


def _comparable_answer(response: Response) -> CandidateAnswer:
    return (response.choice, "") if response.choice else ("", normalize_text(response.raw))
