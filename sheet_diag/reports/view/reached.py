"""What measures lead to together, caps included."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from sheet_diag.diagnosis.improvement.improve import score_with
from sheet_diag.model.basics import Rank
from sheet_diag.reports.client.context import ReportContext


@dataclass(frozen=True, slots=True)
class Reached:
    """The overall score and the rank."""

    score: Fraction
    rank: Rank


def reach(context: ReportContext, items: Iterable[str]) -> Reached:
    """Score the answers with all of `items` done in full."""
    after = score_with(context.catalog, context.report.sheet.answers, items)
    if after.overall is None or after.rank is None:
        raise ValueError("measures that are carried out cannot hold a return")
    return Reached(after.overall, after.rank)
