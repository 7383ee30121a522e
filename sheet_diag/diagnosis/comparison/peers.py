"""Compares each client with its peers: mean, quartiles, position and 偏差値. Pure.

Nothing may show who the others are: `disclosure_control` decides what may be shown of which group,
from numbers of clients alone; docs/comparison.md gives the reasons. Scores are ordered exactly,
statistics are floats.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sheet_diag.diagnosis.comparison.disclosure_control import decide_disclosure
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    OVERALL,
    GroupKind,
    GroupStatistics,
    PeerBenchmark,
    PeerGroup,
    PeerStanding,
    ScoreStatistics,
)
from sheet_diag.model.results import ReturnOutcome, ReturnStatus, Scores

_BY_CHOICE: Final = (GroupKind.INDUSTRY, GroupKind.EMPLOYEES)  # profile fields of that id

_Group = tuple[GroupKind, str]


def compare_with_peers(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], minimum: int
) -> Mapping[str, tuple[PeerGroup, ...]]:
    """Compare every ranked client with its groups, by the label of its return.

    Standings are computed when a client is looked up, so that a large run need not hold them.
    """
    return _PeersByClient(outcomes, _build_tables(catalog, outcomes, minimum))


def compare_with_benchmark(
    outcomes: Sequence[ReturnOutcome], benchmark: PeerBenchmark
) -> Mapping[str, tuple[PeerGroup, ...]]:
    """Compare every ranked client with a frozen benchmark, which knows no positions."""
    groups = {(group.kind, group.choice): group.measures for group in benchmark.groups}
    tables = {
        key: {measure: _PeerTable(found, None) for measure, found in measures.items()}
        for key, measures in groups.items()
    }
    return _PeersByClient(outcomes, tables)


def compute_group_statistics(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], minimum: int
) -> tuple[GroupStatistics, ...]:
    """Compute what may be shown of each group: all clients, industries, then sizes by choice."""
    tables = _build_tables(catalog, outcomes, minimum)
    return tuple(
        GroupStatistics(kind, choice, {name: each.statistics for name, each in found.items()})
        for (kind, choice), found in tables.items()
    )


def _ranked(outcomes: Sequence[ReturnOutcome]) -> Iterator[ReturnOutcome]:
    """Yield the outcomes that are compared."""
    for outcome in outcomes:
        if outcome.status is ReturnStatus.RANKED and outcome.received.sheet and outcome.diagnosis:
            yield outcome


def _scores(outcome: ReturnOutcome) -> Scores:
    if outcome.diagnosis is None:
        raise ValueError(f"{outcome.received.label} is compared without a diagnosis")
    return outcome.diagnosis.scores


def _chosen(outcome: ReturnOutcome, kind: GroupKind) -> str:
    """Find the profile choice that puts a client in a group; empty where there is none."""
    sheet = outcome.received.sheet
    return sheet.profile.get(kind.value, "") if sheet and kind in _BY_CHOICE else ""


def _score(scores: Scores, measure: str) -> Fraction | None:
    if measure == OVERALL:
        return scores.overall
    category = scores.categories.get(measure)
    return category.score if category else None


class _OwnScore(NamedTuple):
    """A score of a client, converted once for all groups."""

    numerator: int
    denominator: int
    value: float

    @classmethod
    def of(cls, score: Fraction) -> _OwnScore:
        return cls(score.numerator, score.denominator, float(score))


@dataclass(frozen=True, slots=True)
class _PeerTable:
    """The scores of one measure in one group.

    `ordered` holds them as whole numbers, `parts` to a point; None: a benchmark, of which only the
    statistics are known.
    """

    statistics: ScoreStatistics
    ordered: Sequence[int] | None
    parts: int = 1

    def standing(self, own: _OwnScore | None) -> PeerStanding:
        """Find where a score stands; it is one of the group unless this is a benchmark."""
        found, position, deviation = self.statistics, None, None
        if own:
            deviation = _deviation(own.value, found)
            if self.ordered is not None:
                whole = own.numerator * self.parts // own.denominator
                position = len(self.ordered) - bisect_right(self.ordered, whole) + 1
        quartiles = found.lower, found.median, found.upper
        return PeerStanding(found.count, found.mean, *quartiles, position, deviation)


def _deviation(score: float, group: ScoreStatistics) -> float:
    """Compute the 偏差値."""
    return 50 + 10 * (score - group.mean) / group.spread if group.spread else 50.0


_Tables = Mapping[_Group, Mapping[str, _PeerTable]]


class _PeersByClient(Mapping[str, tuple[PeerGroup, ...]]):
    """The groups of each client, computed when they are looked up."""

    def __init__(self, outcomes: Sequence[ReturnOutcome], tables: _Tables) -> None:
        self._clients = {outcome.received.label: outcome for outcome in _ranked(outcomes)}
        self._tables = tables

    def __getitem__(self, label: str) -> tuple[PeerGroup, ...]:
        outcome = self._clients[label]
        scores = {OVERALL: _scores(outcome).overall} | {
            name: each.score for name, each in _scores(outcome).categories.items()
        }
        own = {name: _OwnScore.of(score) for name, score in scores.items() if score is not None}
        chosen = ((kind, _chosen(outcome, kind)) for kind in GroupKind)
        return tuple(
            PeerGroup(
                kind=kind,
                choice=choice,
                standings={
                    measure: table.standing(own.get(measure))
                    for measure, table in self._tables[kind, choice].items()
                },
            )
            for kind, choice in chosen
            if (kind, choice) in self._tables
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self._clients)

    def __len__(self) -> int:
        return len(self._clients)


def _build_tables(catalog: Catalog, outcomes: Sequence[ReturnOutcome], minimum: int) -> _Tables:
    """Build what may be shown by group and measure; groups with nothing to show are left out."""
    ranked = list(_ranked(outcomes))
    codes = {kind: _choice_numbers(catalog, ranked, kind) for kind in _BY_CHOICE}
    found: dict[_Group, dict[str, _PeerTable]] = {group: {} for group in _groups(catalog)}
    for measure in (OVERALL, *(category.id for category in catalog.scored_categories)):
        scores = [_score(_scores(outcome), measure) for outcome in ranked]
        for group, table in _build_measure(catalog, scores, codes, minimum):
            found[group][measure] = table
    return {group: tables for group, tables in found.items() if tables}


def _groups(catalog: Catalog) -> Iterator[_Group]:
    yield GroupKind.ALL, ""
    for kind in _BY_CHOICE:
        yield from ((kind, choice) for choice in _choices(catalog, kind))


def _choices(catalog: Catalog, kind: GroupKind) -> tuple[str, ...]:
    field = catalog.field_by_id.get(kind.value)
    return tuple(field.by_id) if field else ()


def _choice_numbers(
    catalog: Catalog, ranked: Sequence[ReturnOutcome], kind: GroupKind
) -> npt.NDArray[np.intp]:
    """Number each client's choice by its place in the field; -1 where there is none."""
    places = {choice: place for place, choice in enumerate(_choices(catalog, kind))}
    chosen = (_chosen(outcome, kind) for outcome in ranked)
    return np.fromiter((places.get(choice, -1) for choice in chosen), np.intp, len(ranked))


def _build_measure(
    catalog: Catalog,
    scores: Sequence[Fraction | None],
    codes: Mapping[GroupKind, npt.NDArray[np.intp]],
    minimum: int,
) -> Iterator[tuple[_Group, _PeerTable]]:
    """Build one measure of every group that may be shown."""
    has = np.fromiter((score is not None for score in scores), np.bool_, len(scores))
    values, parts = _to_whole_numbers([score for score in scores if score is not None])
    industry, size = codes[GroupKind.INDUSTRY], codes[GroupKind.EMPLOYEES]
    shown = decide_disclosure(
        _count_crosswise(catalog, codes, has), _count_crosswise(catalog, codes, ~has), minimum
    )
    if not shown.all:
        return
    yield (GroupKind.ALL, ""), _build_table(values, parts)
    for place in shown.rows:
        choice = _choices(catalog, GroupKind.INDUSTRY)[place]
        yield (GroupKind.INDUSTRY, choice), _build_table(values[industry[has] == place], parts)
    for place in shown.columns:
        choice = _choices(catalog, GroupKind.EMPLOYEES)[place]
        yield (GroupKind.EMPLOYEES, choice), _build_table(values[size[has] == place], parts)


def _to_whole_numbers(scores: Sequence[Fraction]) -> tuple[npt.NDArray[Any], int]:
    """Convert exact scores to whole numbers, so many to a point."""
    parts = lcm(*{score.denominator for score in scores})
    whole = [score.numerator * (parts // score.denominator) for score in scores]
    exact = np.int64 if 100 * parts < 2**62 else object
    return np.array(whole, dtype=exact), parts


def _count_crosswise(
    catalog: Catalog,
    codes: Mapping[GroupKind, npt.NDArray[np.intp]],
    among: npt.NDArray[np.bool_],
) -> list[list[int]]:
    """Count clients by industry and size; the last row and column are those without one."""
    rows, columns = (len(_choices(catalog, kind)) + 1 for kind in _BY_CHOICE)
    industry, size = (codes[kind][among] for kind in _BY_CHOICE)
    flat = (industry % rows) * columns + size % columns  # -1 is the last one
    counts = np.bincount(flat, minlength=rows * columns).reshape(rows, columns)
    return [[int(count) for count in row] for row in counts]


def _build_table(values: npt.NDArray[Any], parts: int) -> _PeerTable:
    ordered = np.sort(values)
    points = (ordered / parts).astype(np.float64)
    lower, median, upper = (float(each) for each in np.percentile(points, (25, 50, 75)))
    same = bool(ordered[0] == ordered[-1])  # a float's rounding must not make a spread of it
    found = ScoreStatistics(
        count=len(points),
        mean=float(points[0] if same else points.mean()),
        spread=0.0 if same else float(points.std()),
        lower=lower,
        median=median,
        upper=upper,
    )
    return _PeerTable(found, _to_searchable(ordered), parts)


def _to_searchable(ordered: npt.NDArray[Any]) -> Sequence[int]:
    """Convert sorted numbers to a sequence that is searched one score at a time.

    Searching a numpy array took five times as long; a list takes four times the memory.
    """
    return ordered.tolist() if ordered.dtype == object else array("q", ordered.tobytes())
