"""Decides which groups may be shown, so that nobody can work out a single client's score. Pure.

Whatever is shown of a group is assumed to give the sum of its scores away. Whoever sees all groups
can add and subtract those sums; what remains must never be about fewer than `minimum` clients.
The groups are the rows (industry) and columns (size) of a table of numbers of clients, and the
whole table. Adding and subtracting gives each row and each column a factor, and what remains are
the clients whose row and column have different ones. The fewest such clients are a minimum cut of
the graph whose nodes are rows and columns and whose edges are clients; all rows that are not shown
are one node, and so are all such columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_LEAST: Final = 3  # of two clients, each would know the other's score

Counts = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """Whether all clients may be shown together, and which rows and columns."""

    all: bool
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()


def decide_disclosure(counts: Counts, without: Counts, minimum: int) -> Disclosure:
    """Decide what may be shown of a measure that `counts` clients have and `without` lack.

    The last row and the last column hold clients who belong to no group; they are never shown.
    Clients without a category count too: the overall score less all categories is about them.
    """
    least = max(minimum, _LEAST)
    lacking = _total(without)
    if _total(counts) < least or 0 < lacking < least:
        return Disclosure(all=False)
    sizes = _sizes(counts)
    shown = {node for node, size in sizes.items() if size >= least}
    while cut := _find_cut(counts, shown, least) or _find_cut(without, shown, least):
        shown.remove(
            min(_hiding_candidates(shown, cut), key=lambda node: (sizes[node], -node[1], node[0]))
        )
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
    """Count the clients in every row and column that may be shown at all."""
    rows = {(_ROW, place): sum(row) for place, row in enumerate(counts[:-1])}
    crossed = list(zip(*counts, strict=True))[:-1]
    return rows | {(_COLUMN, place): sum(column) for place, column in enumerate(crossed)}


@dataclass(frozen=True, slots=True)
class _Cut:
    """The nodes on the two sides of a cut."""

    here: frozenset[_Node]
    there: frozenset[_Node]


def _find_cut(counts: Counts, shown: set[_Node], least: int) -> _Cut | None:
    """Find a cut through at least one client, but fewer than `least`."""
    edges = _build_edges(counts, shown)
    waiting = set(edges)
    while waiting:
        part = _connected_part(edges, min(waiting))
        waiting -= part
        weight, side = _minimum_cut({node: edges[node] for node in part})
        if side and weight < least:
            return _Cut(side, frozenset(part) - side)
    return None


_Edges = Mapping[_Node, Mapping[_Node, int]]


def _build_edges(counts: Counts, shown: set[_Node]) -> dict[_Node, dict[_Node, int]]:
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


def _connected_part(edges: _Edges, first: _Node) -> set[_Node]:
    reached, waiting = {first}, [first]
    while waiting:
        fresh = set(edges[waiting.pop()]) - reached
        reached |= fresh
        waiting += sorted(fresh)
    return reached


def _minimum_cut(edges: _Edges) -> tuple[int, frozenset[_Node]]:
    """Find a lightest cut of a connected graph: its weight and one side (Stoer and Wagner 1997).

    There is no side where there is only one node.
    """
    merged = {node: frozenset({node}) for node in edges}
    graph = {node: dict(beside) for node, beside in edges.items()}
    best: tuple[int, frozenset[_Node]] = (0, frozenset())
    while len(graph) > 1:
        before, last, weight = _order_by_tightness(graph)
        if not best[1] or weight < best[0]:
            best = (weight, merged[last])
        merged[before] |= merged[last]
        for node, count in graph.pop(last).items():
            del graph[node][last]
            if node != before:
                graph[before][node] = graph[before].get(node, 0) + count
                graph[node][before] = graph[before][node]
    return best


def _order_by_tightness(graph: Mapping[_Node, Mapping[_Node, int]]) -> tuple[_Node, _Node, int]:
    """Take the node most tightly bound to those taken, again and again.

    Returns the last two nodes, and how tightly the last is bound to all others.
    """
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


def _hiding_candidates(shown: set[_Node], cut: _Cut) -> set[_Node]:
    """List the groups that hiding moves across the cut, to the hidden ones of their kind.

    Where there are none, any group at the cut or any at all.
    """
    across = {
        node
        for side, other in ((cut.here, cut.there), (cut.there, cut.here))
        for hidden in side & {_ROWS, _COLUMNS}
        for node in other & shown
        if node[0] == hidden[0]
    }
    return across or {*cut.here, *cut.there} & shown or shown
