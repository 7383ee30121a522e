"""A readable return as the rules see it: every word folded once, here.

Of files with the same bytes the first by name takes part, because that does not depend on when
somebody copied them; it is as new as the newest of its copies.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet
from sheet_diag.text.normalize import company_key, firm_domain, normalize_text

_NO_DIGIT: Final = re.compile(r"\D")

CandidateAnswer = tuple[str, str]


@dataclass(frozen=True)  # without slots, which would leave no place for what is looked up late
class Candidate:
    """One return that takes part; its SHA-256 is its key.

    `client`, `name`, `department`, `domain` (of the firm's own mail) and `industry` are empty
    where the sheet does not say. `time` is (the workbook's own time, that of its file), both as
    in `ReceivedFile`; what is missing comes first.
    """

    received: ReceivedFile
    time: tuple[str, int]
    client: str
    name: str
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
        """What people are told: the file, and where in it."""
        return self.received.label

    @property
    def contacts(self) -> frozenset[tuple[str, str]]:
        """Pairs of profile field and folded entry."""
        sheet = self.received.sheet
        return frozenset(_contacts(sheet.profile)) if sheet else frozenset()

    @cached_property
    def answers(self) -> Mapping[str, CandidateAnswer]:
        """By item the choice, or else what was typed. Fetched from the disk in a run, and needed
        of clients with several returns only."""
        sheet = self.received.sheet
        return {each.item: _answer(each) for each in sheet.responses} if sheet else {}


def find_candidates(readable: Iterable[ReceivedFile]) -> dict[str, Candidate]:
    """The returns that take part, by SHA-256."""
    copies: dict[str, list[tuple[ReceivedFile, ReturnedSheet]]] = {}
    for received in readable:
        if received.sheet:
            copies.setdefault(received.sha256, []).append((received, received.sheet))
    return {key: _make_candidate(copies[key]) for key in sorted(copies)}


def _make_candidate(copies: list[tuple[ReceivedFile, ReturnedSheet]]) -> Candidate:
    received, sheet = min(copies, key=lambda copy: (copy[0].label, copy[0].file_time))
    profile = sheet.profile
    return Candidate(
        received=received,
        time=max((_sortable(copy.modified), copy.file_time) for copy, _ in copies),
        client=normalize_text(sheet.identity.client or ""),
        name=company_key(sheet.name),
        department=normalize_text(profile.get("department", "")),
        domain=firm_domain(profile.get("email", "")),
        industry=profile.get("industry", ""),
        replaces=sheet.replaces,
    )


def _sortable(modified: str) -> str:
    """ISO times in UTC sort as text, with or without fractions of a second."""
    return modified.removesuffix("Z")


def _contacts(profile: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What would hardly be the same in two firms."""
    email, respondent = (
        normalize_text(profile.get("email", "")),
        normalize_text(profile.get("respondent", "")),
    )
    phone = _NO_DIGIT.sub("", normalize_text(profile.get("phone", "")))
    for field, entry in (("email", email), ("phone", phone), ("respondent", respondent)):
        if entry:
            yield field, entry


def _answer(response: Response) -> CandidateAnswer:
    return (response.choice, "") if response.choice else ("", normalize_text(response.raw))
