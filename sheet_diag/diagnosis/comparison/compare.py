"""Each client beside its previous diagnosis and its peers. Pure.

`Comparisons` knows what all clients are needed for and looks at no answers; what a client's own
answers are needed for is done with its whole record at hand (`sheet_diag.history`).
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
    """What clients are compared with: an earlier run, and the peers of this run from `minimum`
    clients on, or a frozen reference instead of them."""

    minimum: int = ComparisonSettings().minimum
    previous: PreviousRun | None = None
    reference: PeerBenchmark | None = None


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Whom each client is compared with. Its figures are worked out when it is asked for: those of
    all clients of a large run would fill the memory."""

    catalog: Catalog
    peers: Mapping[str, tuple[PeerGroup, ...]]
    earlier: Mapping[str, PreviousReturn]
    reference: PeerBenchmark | None

    @classmethod
    def of(
        cls, catalog: Catalog, outcomes: Sequence[ReturnOutcome], beside: ComparisonBasis
    ) -> Comparisons:
        """Prepare the comparisons between these outcomes."""
        reference = _thick(beside.reference, beside.minimum) if beside.reference else None
        return cls(
            catalog=catalog,
            peers=compare_with_benchmark(outcomes, reference)
            if reference
            else compare_with_peers(catalog, outcomes, beside.minimum),
            earlier=match_previous(outcomes, beside.previous) if beside.previous else {},
            reference=reference,
        )

    def among_peers(self, outcome: ReturnOutcome) -> ReturnOutcome:
        """The outcome with the groups that its client is one of, where any may be shown."""
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

    def previous(self, outcome: ReturnOutcome) -> PreviousReturn | None:
        """What the earlier run tells of the client of a ranked outcome (see `beside_previous`)."""
        return self.earlier.get(outcome.received.label)


def _thick(reference: PeerBenchmark, minimum: int) -> PeerBenchmark:
    """What of a reference is about enough clients for this run."""
    groups = [
        replace(
            group,
            measures={n: each for n, each in group.measures.items() if each.count >= minimum},
        )
        for group in reference.groups
    ]
    return replace(reference, groups=tuple(group for group in groups if group.measures))
