"""Answers and profile -> the whole diagnosis of one return, and what would lift it."""

from __future__ import annotations

from dataclasses import replace

from sheet_diag.diagnosis import diagnose
from sheet_diag.improvement import gains, open_items, ways
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis
from sheet_diag.model.returns import ReturnedSheet
from sheet_diag.scoring import score


def evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Score and diagnose one return."""
    answers = sheet.answers
    scores = score(catalog, answers)
    diagnosis = diagnose(catalog, answers, sheet.profile, scores)
    return replace(
        diagnosis,
        open_items=open_items(catalog, scores),
        gains=gains(catalog, scores),
        ways=ways(catalog, answers, scores, rescore=score),
    )
