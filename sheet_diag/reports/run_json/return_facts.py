"""What a run tells of each return to those who write to its client: the same from the outcomes in
a run and from the run.json that it left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.errors import UserError
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ProblemCode
from sheet_diag.reports.run_json.writer import SCHEMA
from sheet_diag.storage.run_json_file import (
    dump_json_line,
    read_run_json_head,
    read_run_json_returns,
)
from sheet_diag.storage.staging import RUN_JSON

_EDITION: Final = 16  # hexadecimal digits that tell one edition of a report from another


class RunFactsError(UserError):
    """An output folder whose run.json cannot be used."""


def extract_return_facts(outcomes: Sequence[ReturnOutcome]) -> tuple[ReturnFacts, ...]:
    """The facts of every return of a run, in its order."""
    return tuple(map(_of_outcome, outcomes))


def load_return_facts(folder: Path) -> tuple[date, tuple[ReturnFacts, ...]]:
    """The date of diagnosis of the run that left its run.json here, and the facts of its returns.

    A run.json of an earlier version tells no days of receipt. Raises `RunFactsError`: missing,
    not readable, not ours.
    """
    path = folder / RUN_JSON
    if not path.is_file():
        raise RunFactsError("comparison.previous.missing", folder=str(folder))
    try:
        return _facts(read_run_json_head(path), read_run_json_returns(path))
    except (KeyError, TypeError, AttributeError) as error:
        raise RunFactsError("comparison.previous.foreign", folder=str(folder)) from error
    except (OSError, ValueError, RecursionError) as error:
        key = "foreign" if type(error) is ValueError else "unreadable"
        raise RunFactsError(f"comparison.previous.{key}", folder=str(folder)) from error


def _of_outcome(outcome: ReturnOutcome) -> ReturnFacts:
    received = outcome.received
    sheet, scores = received.sheet, outcome.diagnosis.scores if outcome.diagnosis else None
    return ReturnFacts(
        client=(sheet.identity.client or "") if sheet else received.sender,
        name=sheet.name if sheet else "",
        status=outcome.status,
        sha256=received.sha256,
        file=received.file,
        member=received.member or "",
        received=_day(received.received),
        rank=scores.rank.value if scores and scores.rank else "",
        result=outcome.result or "",
        correction=outcome.correction or "",
        pdf=outcome.pdf or "",
        pdf_sha256=outcome.pdf_sha256 or "",
        lang=sheet.lang.value if sheet else "ja",
        email=sheet.profile.get("email", "") if sheet else "",
        strange=any(problem.code is ProblemCode.SENDER_DISAGREES for problem in outcome.problems),
        print_failed=any(problem.code is ProblemCode.NOT_PRINTED for problem in outcome.problems),
        file_sha256=received.file_sha256,
    )


def _facts(head: Any, returns: Iterable[Any]) -> tuple[date, tuple[ReturnFacts, ...]]:
    if head["schema"] != SCHEMA:
        raise ValueError("another schema")
    return date.fromisoformat(head["as_of"]), tuple(map(_of_entry, returns))


def _of_entry(entry: Any) -> ReturnFacts:
    client = entry["client"]
    said = client or {}
    diagnosis = entry["diagnosis"] or {}
    return ReturnFacts(
        client=_text(said.get("id") if client else entry.get("sender")),
        name=_text(said.get("name")),
        status=ReturnStatus(entry["status"]),
        sha256=_text(entry["sha256"]),
        file=_text(entry["file"]),
        member=_text(entry["member"]),
        received=_day(_text(entry.get("received"))),
        rank=_text(diagnosis.get("rank")),
        result=_text(entry["result"]),
        correction=_text(entry["correction"]),
        pdf=_text(entry.get("pdf")),
        pdf_sha256=_text(entry.get("pdf_sha256")),
        lang=_text(entry["lang"]) or "ja",
        email=_text(said.get("email")),
        strange=any(each["code"] == ProblemCode.SENDER_DISAGREES for each in entry["problems"]),
        print_failed=any(each["code"] == ProblemCode.NOT_PRINTED for each in entry["problems"]),
        file_sha256=_text(entry.get("file_sha256")),
        points=int(entry.get("points") or 0),
        edition=_edition(entry),
    )


def _edition(entry: Any) -> str:
    """Stands for what the report says of its client (empty: there is none); what it says of others
    changes from run to run. Without a comment it is what it was before run.json told of them."""
    if not entry["result"]:
        return ""
    said = [entry["answers"], entry["overrides"], entry["diagnosis"]]
    if comment := entry.get("comment_sha256"):
        said.append(comment)
    return hashlib.sha256(dump_json_line(said)).hexdigest()[:_EDITION]


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None
