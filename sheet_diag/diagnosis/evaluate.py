"""Turn answers and profile into the whole diagnosis of one return. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sheet_diag.diagnosis.comments import choose_comments
from sheet_diag.diagnosis.improvement.improve import find_ways
from sheet_diag.diagnosis.improvement.lost_points import compute_losses
from sheet_diag.diagnosis.insurance import choose_notice
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Answers, Diagnosis
from sheet_diag.model.returns import ReturnedSheet


def evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Score and diagnose one return."""
    return diagnose(catalog, sheet.answers, sheet.profile)


def diagnose(catalog: Catalog, answers: Answers, profile: Mapping[str, str]) -> Diagnosis:
    """Diagnose answers; a return that a gate holds gets no comments and no ways."""
    scores = score_answers(catalog, answers)
    losses = compute_losses(catalog, scores)
    return Diagnosis(
        scores=scores,
        comments=tuple(choose_comments(catalog, answers, scores)) if scores.rank else (),
        insurance=choose_notice(catalog, answers, profile, scores.rank),
        open_items=losses.by_urgency(),
        gains={loss.item: losses.points(loss) for loss in losses},
        ways=find_ways(catalog, answers, scores, losses),
    )
