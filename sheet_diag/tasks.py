"""What a worker process does with one return: from bytes to diagnosis, from diagnosis to workbook.

Apart from `batch`, so that a worker never loads what only the whole campaign needs (pandas).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sheet_diag.diagnosis import diagnose
from sheet_diag.intake import Found, failed, receive
from sheet_diag.layout import SOFTWARE
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, Outcome, Report
from sheet_diag.model.returns import Code, Problem, Received
from sheet_diag.model.settings import Issuer
from sheet_diag.naming import report_number
from sheet_diag.reports.client import client_report
from sheet_diag.scoring import score


@dataclass(frozen=True, slots=True)
class Writing:
    """One report to be written to `path`."""

    outcome: Outcome
    issuer: Issuer
    as_of: date
    lang: Lang
    path: Path


def examine(catalog: Catalog, found: Found) -> tuple[Received, Diagnosis | None]:
    """Read, score and diagnose one file; no diagnosis where it could not be read."""
    try:
        return _examine(catalog, found)
    except Exception as error:  # noqa: BLE001 - a fault of ours costs this file only, and is told
        return failed(found, Problem(Code.NOT_PROCESSED, value=type(error).__name__)), None


def _examine(catalog: Catalog, found: Found) -> tuple[Received, Diagnosis | None]:
    received = receive(found, catalog)
    if received.sheet is None:
        return received, None
    answers = received.sheet.answers
    scores = score(catalog, answers)
    return received, diagnose(catalog, answers, received.sheet.profile, scores)


def write_report(catalog: Catalog, writing: Writing) -> None:
    """Write one client's workbook."""
    outcome = writing.outcome
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    if sheet is None or diagnosis is None:
        raise ValueError(f"{outcome.received.file} is ranked without a diagnosis")
    number = report_number(writing.as_of, outcome.received.sha256)
    report = Report(
        outcome.received, sheet, diagnosis, outcome.problems, number, writing.as_of, writing.lang
    )
    writing.path.write_bytes(client_report(report, catalog, writing.issuer, SOFTWARE))
