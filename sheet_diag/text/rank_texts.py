"""What is said of a rank: the catalogue's texts, or the standard ones of its place."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, RankTexts
from sheet_diag.model.record import Text
from sheet_diag.text.wording import find_label

_STEPS: Final = ("best", "upper", "middle", "lower", "worst")


def rank_legend(catalog: Catalog, rank: Rank) -> Text:
    """Give what a rank means, in a sentence."""
    return rank_texts(catalog, rank).legend or _standard_text("legend", rank)


def rank_overall(catalog: Catalog, rank: Rank) -> Text:
    """Give the overall comment on a rank."""
    return rank_texts(catalog, rank).overall or _standard_text("overall", rank)


def rank_texts(catalog: Catalog, rank: Rank) -> RankTexts:
    """Give the catalogue's own texts of a rank, as far as it has any."""
    return catalog.report.ranks.get(rank, RankTexts())


def _standard_text(kind: str, rank: Rank) -> Text:
    return Text.model_validate(find_label(f"rank.{kind}.{_STEPS[rank.step]}"))
