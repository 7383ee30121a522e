"""Which groups may be told of, so that no client can be told from what is. Pure.

Everything that is shown of a group is taken to tell the sum of its scores. Whoever sees all groups
can add and subtract those sums; what is left must never be about fewer than `minimum` clients.
Groups are the rows (industry) and columns (size) of a table of numbers of clients, and all of it.
Such a difference gives each row and each column a number, and what is left are the clients where
the two differ; the smallest is a minimum cut of the graph whose nodes are rows and columns and
whose edges are clients. Rows that are not shown are one node, so are such columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_LEAST: Final = 3  # of two clients, each would know the other's score

Counts = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Whether all clients may be told of together, and which rows and columns."""

    all: bool
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()


def decide_disclosure(counts: Counts, without: Counts, minimum: int) -> Disclosure:
    """What may be shown of a measure that `counts` clients have and `without` clients have not.

    The last row and the last column hold clients who belong to no group; they are never shown.
    Those without a category are told by the difference of the overall score and all categories.
    """
    least = max(minimum, _LEAST)
    lacking = _total(without)
    if _total(counts) < least or 0 < lacking < least:
        return Disclosure(all=False)
    sizes = _sizes(counts)
    shown = {node for node, size in sizes.items() if size >= least}
    while cut := _thin_cut(counts, shown, least) or _thin_cut(without, shown, least):
        shown.remove(min(_to_hide(shown, cut), key=lambda node: (sizes[node], -node[1], node[0])))
    return Disclosure(
        all=True,
        rows=tuple(sorted(place for kind, place in shown if kind == _ROW)),
        columns=tuple(sorted(place for kind, place in shown if kind == _COLUMN)),
    )


_ROW: Final = "row"
_COLUMN: Final = "column"
_Node = tuple[str, int]
_ROWS: Final[_Node] = (_ROW, -1)  # all that are not shown
_COLUMNS: Final[_Node] = (_COLUMN, -1)


def _total(counts: Counts) -> int:
    return sum(map(sum, counts))


def _sizes(counts: Counts) -> dict[_Node, int]:
    """The number of clients in every row and column that may be shown at all."""
    rows = {(_ROW, place): sum(row) for place, row in enumerate(counts[:-1])}
    crossed = list(zip(*counts, strict=True))[:-1]
    return rows | {(_COLUMN, place): sum(column) for place, column in enumerate(crossed)}


@dataclass(frozen=True, slots=True)
class _Cut:
    """The nodes on one side of a cut, and those on the other."""

    here: frozenset[_Node]
    there: frozenset[_Node]


def _thin_cut(counts: Counts, shown: set[_Node], least: int) -> _Cut | None:
    """A cut through some clients, but fewer than `least`."""
    edges = _edges(counts, shown)
    waiting = set(edges)
    while waiting:
        part = _reached(edges, min(waiting))
        waiting -= part
        weight, side = _minimum_cut({node: edges[node] for node in part})
        if side and weight < least:
            return _Cut(side, frozenset(part) - side)
    return None


_Edges = Mapping[_Node, Mapping[_Node, int]]


def _edges(counts: Counts, shown: set[_Node]) -> dict[_Node, dict[_Node, int]]:
    edges: dict[_Node, dict[_Node, int]] = {}
    for place, row in enumerate(counts):
        one = (_ROW, place) if (_ROW, place) in shown else _ROWS
        for at, count in enumerate(row):
            if count:
                other = (_COLUMN, at) if (_COLUMN, at) in shown else _COLUMNS
                for here, there in ((one, other), (other, one)):
                    beside = edges.setdefault(here, {})
                    beside[there] = beside.get(there, 0) + count
    return edges


def _reached(edges: _Edges, first: _Node) -> set[_Node]:
    reached, waiting = {first}, [first]
    while waiting:
        fresh = set(edges[waiting.pop()]) - reached
        reached |= fresh
        waiting += sorted(fresh)
    return reached


def _minimum_cut(edges: _Edges) -> tuple[int, frozenset[_Node]]:
    """Weight and one side of a lightest cut of a connected graph (Stoer and Wagner 1997); no side
    where there is but one node."""
    merged = {node: frozenset({node}) for node in edges}
    graph = {node: dict(beside) for node, beside in edges.items()}
    best: tuple[int, frozenset[_Node]] = (0, frozenset())
    while len(graph) > 1:
        before, last, weight = _last_two(graph)
        if not best[1] or weight < best[0]:
            best = (weight, merged[last])
        merged[before] |= merged[last]
        for node, count in graph.pop(last).items():
            del graph[node][last]
            if node != before:
                graph[before][node] = graph[before].get(node, 0) + count
                graph[node][before] = graph[before][node]
    return best


def _last_two(graph: Mapping[_Node, Mapping[_Node, int]]) -> tuple[_Node, _Node, int]:
    """The last two nodes when the one most tightly bound to those taken is always taken next, and
    how tightly the last is bound to all others."""
    bound = dict.fromkeys(sorted(graph), 0)
    taken: list[_Node] = []
    weight = 0
    while bound:
        node = max(bound, key=lambda each: bound[each])
        weight = bound.pop(node)
        taken.append(node)
        for other, count in graph[node].items():
            if other in bound:
                bound[other] += count
    return taken[-2], taken[-1], weight


def _to_hide(shown: set[_Node], cut: _Cut) -> set[_Node]:
    """The groups that hiding moves across the cut, to the hidden ones of their kind; where there
    are none any at the cut, or any at all."""
    across = {
        node
        for side, other in ((cut.here, cut.there), (cut.there, cut.here))
        for hidden in side & {_ROWS, _COLUMNS}
        for node in other & shown
        if node[0] == hidden[0]
    }
    return across or {*cut.here, *cut.there} & shown or shown
