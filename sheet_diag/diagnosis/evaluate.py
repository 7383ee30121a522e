"""Answers and profile -> the whole diagnosis of one return, and what would lift it."""

from __future__ import annotations

from dataclasses import replace

from sheet_diag.diagnosis.comments import diagnose
from sheet_diag.diagnosis.improvement.improve import improve
from sheet_diag.diagnosis.scoring.score import score, verdict
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis
from sheet_diag.model.returns import ReturnedSheet


def evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Score and diagnose one return."""
    answers = sheet.answers
    scores = score(catalog, answers)
    found = improve(catalog, answers, scores, rescore=verdict)
    return replace(
        diagnose(catalog, answers, sheet.profile, scores),
        open_items=found.open_items,
        gains=found.gains,
        ways=found.ways,
    )
