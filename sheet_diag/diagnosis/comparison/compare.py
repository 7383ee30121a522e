"""Compares each client with its previous diagnosis and its peers. Pure.

`Comparisons` does what needs all clients at once, without their answers. What needs a client's own
answers is done where its whole record is at hand (`previous.add_previous`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sheet_diag.diagnosis.comparison.peers import compare_with_benchmark, compare_with_peers
from sheet_diag.diagnosis.comparison.previous import match_previous
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import PeerBenchmark, PeerGroup, PreviousReturn, PreviousRun
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import ComparisonSettings


@dataclass(frozen=True, slots=True)
class ComparisonBasis:
    """What clients are compared with: an earlier run and their peers.

    The peers are those of this run, or a frozen benchmark; a group needs `minimum` clients.
    """

    minimum: int = ComparisonSettings().minimum
    previous: PreviousRun | None = None
    reference: PeerBenchmark | None = None


@dataclass(frozen=True, slots=True)
class Comparisons:
    """The peers and the previous return of each client, by the label of its return.

    Figures are computed when a client is looked up: those of all clients of a large run would fill
    the memory.
    """

    catalog: Catalog
    peers: Mapping[str, tuple[PeerGroup, ...]]
    previous: Mapping[str, PreviousReturn]
    reference: PeerBenchmark | None

    @classmethod
    def of(
        cls, catalog: Catalog, outcomes: Sequence[ReturnOutcome], basis: ComparisonBasis
    ) -> Comparisons:
        """Prepare the comparisons between these outcomes."""
        reference = _limit_groups(basis.reference, basis.minimum) if basis.reference else None
        return cls(
            catalog=catalog,
            peers=compare_with_benchmark(outcomes, reference)
            if reference
            else compare_with_peers(catalog, outcomes, basis.minimum),
            previous=match_previous(outcomes, basis.previous) if basis.previous else {},
            reference=reference,
        )

    def add_peers(self, outcome: ReturnOutcome) -> ReturnOutcome:
        """Add the groups that may be shown and that the client is one of."""
        groups = self.peers.get(outcome.received.label)
        if not groups:
            return outcome
        comparison = replace(outcome.comparison, peers=groups)
        if self.reference:
            same = self.reference.version == self.catalog.version
            comparison = replace(
                comparison,
                reference=self.reference.as_of.isoformat(),
                reference_version="" if same else self.reference.version,
            )
        return replace(outcome, comparison=comparison)

    def previous_of(self, outcome: ReturnOutcome) -> PreviousReturn | None:
        """Look up the return of the client in the earlier run (for `add_previous`)."""
        return self.previous.get(outcome.received.label)


def _limit_groups(reference: PeerBenchmark, minimum: int) -> PeerBenchmark:
    """Keep what of a benchmark is about at least `minimum` clients."""
    groups = [
        replace(
            group,
            measures={n: each for n, each in group.measures.items() if each.count >= minimum},
        )
        for group in reference.groups
    ]
    return replace(reference, groups=tuple(group for group in groups if group.measures))
