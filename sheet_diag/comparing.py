"""Each client beside its previous diagnosis and its peers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sheet_diag.history import with_previous
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import Comparison, Peers, PreviousRun, Reference
from sheet_diag.model.results import Outcome
from sheet_diag.model.settings import Comparing
from sheet_diag.peers import against, among_peers


@dataclass(frozen=True, slots=True)
class Beside:
    """What clients are compared with: an earlier run, and the peers of this run from `minimum`
    clients on, or a frozen reference instead of them."""

    minimum: int = Comparing().minimum
    previous: PreviousRun | None = None
    reference: Reference | None = None


def compared(catalog: Catalog, outcomes: Sequence[Outcome], beside: Beside) -> list[Outcome]:
    """The outcomes with their comparisons."""
    if beside.previous:
        outcomes = with_previous(catalog, outcomes, beside.previous)
    reference = _thick(beside.reference, beside.minimum) if beside.reference else None
    peers = (
        against(outcomes, reference)
        if reference
        else among_peers(catalog, outcomes, beside.minimum)
    )
    return [
        replace(outcome, comparison=_among(outcome.comparison, groups, catalog, reference))
        if (groups := peers.get(outcome.received.label))
        else outcome
        for outcome in outcomes
    ]


def _thick(reference: Reference, minimum: int) -> Reference:
    """What of a reference is about enough clients for this run."""
    groups = [
        replace(
            group,
            measures={n: each for n, each in group.measures.items() if each.count >= minimum},
        )
        for group in reference.groups
    ]
    return replace(reference, groups=tuple(group for group in groups if group.measures))


def _among(
    comparison: Comparison, groups: tuple[Peers, ...], catalog: Catalog, reference: Reference | None
) -> Comparison:
    if reference is None:
        return replace(comparison, peers=groups)
    other = "" if reference.version == catalog.version else reference.version
    day = reference.as_of.isoformat()
    return replace(comparison, peers=groups, reference=day, reference_version=other)
