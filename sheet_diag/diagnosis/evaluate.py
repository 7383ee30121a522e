"""Answers and profile -> the whole diagnosis of one return, and what would lift it."""

from __future__ import annotations

from dataclasses import replace

from sheet_diag.diagnosis.comments import diagnose
from sheet_diag.diagnosis.improvement.improve import find_improvement
from sheet_diag.diagnosis.scoring.score import score_answers, score_overall
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis
from sheet_diag.model.returns import ReturnedSheet


def evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Score and diagnose one return."""
    answers = sheet.answers
    scores = score_answers(catalog, answers)
    found = find_improvement(catalog, answers, scores, rescore=score_overall)
    return replace(
        diagnose(catalog, answers, sheet.profile, scores),
        open_items=found.open_items,
        gains=found.gains,
        ways=found.ways,
    )
