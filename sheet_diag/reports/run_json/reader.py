"""The run.json of an earlier run, as far as later commands need it.

Reads every file of schema 1, also those of versions that wrote less. The facts of a return are the
same from its run.json and from the outcomes of the run itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from sys import intern
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from sheet_diag.diagnosis.comparison.affected import GivenAnswers
from sheet_diag.model.basics import Lang, Rank, UserError
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_status import SENDER_DOUBTS, ReturnFacts
from sheet_diag.model.comparison import PastDiagnosis, PreviousReturn, PreviousRun, RankScale
from sheet_diag.model.record import Exact, LongScore
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.settings import Day
from sheet_diag.storage.output_files import RUN_JSON, FormerOutputs
from sheet_diag.storage.run_json_file import (
    dump_json_line,
    read_run_json_head,
    read_run_json_returns,
)

_FIRST_RANKS: Final = "ABCDE"  # those of files that do not name them
_DIGEST: Final = 16  # hexadecimal digits that tell one content of a report from another


class RunJsonError(UserError):
    """A run.json that cannot be used: missing, not readable, not ours, of another catalogue."""


class _RunJsonPart(BaseModel):
    """A part of the file; keys that nobody reads may be anything."""

    model_config = ConfigDict(frozen=True)


class _RunJsonRank(_RunJsonPart):
    label: str
    lowest: Exact | None = Field(alias="from")


class _RunJsonCatalog(_RunJsonPart):
    id: str
    version: str = ""
    sha256: str
    items: dict[str, str] | None = None  # the fingerprint of each
    questions: dict[str, str] = {}  # the digest of the text of each
    ranks: list[_RunJsonRank] | dict[str, Exact] | None = None
    full_score: Exact = Fraction(100)

    @property
    def scale(self) -> RankScale | None:
        """The ranks with their lowest scores, as `RankScale` has them."""
        if self.ranks is None:
            return None
        if isinstance(self.ranks, dict):
            return RankScale(tuple(self.ranks), tuple(self.ranks.values())[:-1], self.full_score)
        lows = tuple(each.lowest for each in self.ranks[:-1])
        return RankScale(tuple(each.label for each in self.ranks), lows, self.full_score)

    def find_rank(self, label: str | None) -> Rank | None:
        """Find a rank by its label. Raises `ValueError`."""
        labels = self.scale.ranks if self.scale else _FIRST_RANKS
        return None if label is None else Rank(label, labels.index(label), len(labels))


class _Head(_RunJsonPart):
    version: Literal[1] = Field(alias="schema")
    as_of: Day
    catalog: _RunJsonCatalog


class _Client(_RunJsonPart):
    id: str | None = None
    name: str | None = None
    email: str | None = None
    respondent: str | None = None
    phone: str | None = None


class _Score(_RunJsonPart):
    exact: LongScore


class _Past(_RunJsonPart):
    as_of: Day
    catalog: str
    score: _Score
    rank: str


class _RunJsonDiagnosis(_RunJsonPart):
    rank: str | None = None
    overall: _Score | None = None
    categories: dict[str, _Score | None] = {}


class RunJsonProblem(_RunJsonPart):
    """A problem as the file tells it."""

    code: str
    sheet: str | None = None
    cell: str | None = None
    item: str | None = None
    value: str | None = None
    message: str = ""


class _Return(_RunJsonPart):
    file: str
    member: str | None
    status: ReturnStatus
    sha256: str
    file_sha256: str | None = None
    received: Day | None = None
    sender: str | None = None
    client: _Client | None
    lang: Lang | None
    problems: list[RunJsonProblem]
    result: str | None
    correction: str | None
    points: int | None = None
    pdf: str | None = None
    pdf_sha256: str | None = None
    answers: dict[str, str | None]
    entries: str | None = None
    history: list[_Past] = []
    diagnosis: _RunJsonDiagnosis | None


def load_previous_run(folder: Path, catalog: Catalog) -> PreviousRun:
    """Read what clients of this catalogue are compared with. Raises `RunJsonError`."""
    with _open(folder) as (head, returns):
        if head.catalog.id != catalog.id:
            parts = {"folder": str(folder), "other": head.catalog.id, "own": catalog.id}
            raise RunJsonError("comparison.previous.other_catalog", **parts)
        return PreviousRun(
            as_of=head.as_of,
            catalog=head.catalog.id,
            version=head.catalog.version,
            sha256=head.catalog.sha256,
            items=head.catalog.items,
            scale=head.catalog.scale,
            questions=head.catalog.questions,
            returns=tuple(
                _to_previous(each, head.catalog)
                for each, _ in returns
                if each.status in (ReturnStatus.RANKED, ReturnStatus.HELD)
            ),
        )


def read_run_catalog(folder: Path) -> str | None:
    """Read the catalogue of a run, as NAME@VERSION; None where no run can be read."""
    try:
        with _open(folder) as (head, _):
            return f"{head.catalog.id}@{head.catalog.version}"
    except RunJsonError:
        return None


def load_return_facts(folder: Path) -> tuple[date, tuple[ReturnFacts, ...]]:
    """Read the date of diagnosis of a run, and the facts of its returns. Raises `RunJsonError`."""
    with _open(folder) as (head, returns):
        files = (e for e in FormerOutputs.read(folder).edited if e.client and e.is_report)
        edited = {each.client.casefold(): each for each in files}
        facts = (_to_facts(each, raw) for each, raw in returns)
        return head.as_of, tuple(
            replace(each, edited=edited.get(each.client.casefold())) for each in facts
        )


def load_given_answers(folder: Path) -> list[GivenAnswers]:
    """Read what the clients of a run answered, of all returns that count. Raises `RunJsonError`."""
    counting = (ReturnStatus.RANKED, ReturnStatus.HELD)
    with _open(folder) as (_, returns):
        return [
            GivenAnswers(each.client.name or "", each.answers, _read_profile(raw["client"]))
            for each, raw in returns
            if each.client and each.status in counting
        ]


def _read_profile(client: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(value) for key, value in client.items() if value is not None}


def load_return_problems(folder: Path) -> list[tuple[ReturnFacts, Sequence[RunJsonProblem]]]:
    """Read the facts of the returns of a run, each with its problems. Raises `RunJsonError`."""
    with _open(folder) as (_, returns):
        return [(_to_facts(each, raw), each.problems) for each, raw in returns]


def extract_return_facts(outcome: ReturnOutcome) -> ReturnFacts:
    """Extract the facts of one return of a run."""
    received = outcome.received
    sheet, scores = received.sheet, outcome.diagnosis.scores if outcome.diagnosis else None
    profile = sheet.profile if sheet else {}
    return ReturnFacts(
        client=(sheet.identity.client or "") if sheet else received.sender,
        name=sheet.name if sheet else "",
        status=outcome.status,
        sha256=received.sha256,
        file=received.file,
        member=received.member or "",
        received=date.fromisoformat(received.received) if received.received else None,
        rank=scores.rank if scores and scores.rank else "",
        result=outcome.result or "",
        correction=outcome.correction or "",
        pdf=outcome.pdf or "",
        pdf_sha256=outcome.pdf_sha256 or "",
        lang=sheet.lang.value if sheet else "ja",
        email=profile.get("email", ""),
        contact=profile.get("respondent", ""),
        phone=profile.get("phone", ""),
        sender_doubt=_find_sender_doubt([problem.code for problem in outcome.problems]),
        file_sha256=received.file_sha256,
    )


@contextmanager
def _open(folder: Path) -> Iterator[tuple[_Head, Iterator[tuple[_Return, Any]]]]:
    """Open the run.json of an output folder; returns come one by one, each with its raw entry."""
    path = folder / RUN_JSON
    if not path.is_file():
        raise RunJsonError("comparison.previous.missing", folder=str(folder))
    try:
        entries = read_run_json_returns(path)
        yield (
            _Head.model_validate(read_run_json_head(path)),
            ((_Return.model_validate(entry), entry) for entry in entries),
        )
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RunJsonError("comparison.previous.unreadable", folder=str(folder)) from error
    except (KeyError, TypeError, ValueError) as error:
        raise RunJsonError("comparison.previous.foreign", folder=str(folder)) from error


def _to_previous(entry: _Return, catalog: _RunJsonCatalog) -> PreviousReturn:
    client, diagnosis = entry.client or _Client(), entry.diagnosis or _RunJsonDiagnosis()
    is_ranked = entry.status is ReturnStatus.RANKED
    scores = diagnosis.categories if is_ranked else {}
    return PreviousReturn(
        client=client.id or "",
        name=client.name or "",
        # Ids, which every line of the file repeats, are kept once.
        answers={intern(k): v and intern(v) for k, v in entry.answers.items()},
        rank=catalog.find_rank(diagnosis.rank) if is_ranked else None,
        score=diagnosis.overall.exact if is_ranked and diagnosis.overall else None,
        categories={name: score.exact if score else None for name, score in scores.items()},
        entries=entry.entries or "",
        history=tuple(
            PastDiagnosis(each.as_of, each.catalog, each.score.exact, rank)
            for each in entry.history
            if (rank := catalog.find_rank(each.rank))
        ),
    )


def _to_facts(entry: _Return, raw: Any) -> ReturnFacts:
    client = entry.client or _Client(id=entry.sender)
    rank = entry.diagnosis.rank if entry.diagnosis else None
    return ReturnFacts(
        client=client.id or "",
        name=client.name or "",
        status=entry.status,
        sha256=entry.sha256,
        file=entry.file,
        member=entry.member or "",
        received=entry.received,
        rank=rank if rank else "",
        result=entry.result or "",
        correction=entry.correction or "",
        pdf=entry.pdf or "",
        pdf_sha256=entry.pdf_sha256 or "",
        lang=(entry.lang or Lang.JA).value,
        email=client.email or "",
        contact=client.respondent or "",
        phone=client.phone or "",
        sender_doubt=_find_sender_doubt([problem.code for problem in entry.problems]),
        file_sha256=entry.file_sha256 or "",
        points=entry.points or 0,
        edition=_digest_report(raw) if entry.result else "",
    )


def _find_sender_doubt(codes: Collection[str]) -> str:
    return next((doubt for code, doubt in SENDER_DOUBTS.items() if code in codes), "")


def _digest_report(raw: Any) -> str:
    """Digest what a report says of its client; what it says of others changes from run to run,
    and when a measure is due from month to month.

    Without a comment it is what it was before run.json held a digest of comments.
    """
    content = [raw["answers"], raw["overrides"], _drop_due_days(raw["diagnosis"])]
    if comment := raw.get("comment_sha256"):
        content.append(comment)
    return hashlib.sha256(dump_json_line(content)).hexdigest()[:_DIGEST]


def _drop_due_days(diagnosis: Any) -> Any:
    if not diagnosis or "plan" not in diagnosis:
        return diagnosis
    return {**diagnosis, "plan": [{**each, "due": None} for each in diagnosis["plan"]]}
