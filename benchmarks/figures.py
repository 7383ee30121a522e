"""Pure: what was measured -> the figures that the docs show.

Results are the JSON that `benchmarks.bench` writes; a way is `plain`, `tuned`, `one` (ours with one
process), `all` (ours with all cores) or `floor`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Final

import numpy as np

MIB: Final = 2**20
CLUSTER: Final = 50  # machines such as this one
_MILLION: Final = 1_000_000
_HOUR: Final = 3600

Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One way of doing the work: milliseconds a client by the clock and of the processor."""

    clients: int
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Size:
    """A run over so many clients with all cores; `each` is milliseconds a client."""

    clients: int
    seconds: float
    each: float
    memory: float  # MiB


@dataclass(frozen=True, slots=True)
class Line:
    """Seconds = fixed + each · clients."""

    fixed: float
    each: float

    def hours(self, clients: int) -> float:
        """Hours for so many clients."""
        return (self.fixed + self.each * clients) / _HOUR


def way(results: Results, name: str) -> Way:
    """The medians of a way's runs."""
    runs = results["ways"][name]
    clients = runs[0]["clients"]
    wall, cpu = (median(run[key] for run in runs) * 1000 / clients for key in ("wall", "cpu"))
    return Way(clients, wall, cpu)


def sizes(results: Results) -> list[Size]:
    """The curve, from few clients to many."""
    by_clients: dict[int, list[Mapping[str, float]]] = {}
    for run in results["sizes"]:
        by_clients.setdefault(run["clients"], []).append(run)
    return [
        Size(
            clients,
            seconds := median(run["wall"] for run in runs),
            seconds * 1000 / clients,
            median(run["memory"] for run in runs) / MIB,
        )
        for clients, runs in sorted(by_clients.items())
    ]


def line(curve: Sequence[Size]) -> Line:
    """The line that misses by least, each miss taken as a share of the time that was measured."""
    seconds = np.array([size.seconds for size in curve])
    rows = np.array([(1.0, size.clients) for size in curve]) / seconds[:, None]
    (fixed, each), *_ = np.linalg.lstsq(rows, np.ones(len(curve)), rcond=None)
    return Line(float(fixed), float(each))


def growth(curve: Sequence[Size], few: int) -> tuple[Size, Size]:
    """The run over `few` clients, or the nearest number but the largest, and the largest."""
    *others, largest = curve
    return min(others, key=lambda size: abs(size.clients - few)), largest


def shares(results: Results) -> dict[str, float]:
    """The stages' shares of the processor's time, the longest first."""
    seconds = results["stages"]["seconds"]
    total = sum(seconds.values())
    return {name: each / total for name, each in sorted(seconds.items(), key=lambda s: -s[1])}


def start(results: Results, name: str) -> float:
    """The median start of a command, in seconds."""
    seconds: list[float] = results["starts"][name]
    return median(seconds)


def cluster_hours(results: Results, machines: int = CLUSTER) -> tuple[float, float]:
    """Hours for a million clients: of the parent, which is one process, and of the machines that
    share the rest. They work at the same time, so the longer one counts."""
    largest = max(results["sizes"], key=lambda run: run["clients"])
    clients, parent = largest["clients"], largest["parent_cpu"]
    cores = results["machine"]["cores"] * machines
    rest = (largest["cpu"] - parent) / cores
    scale = _MILLION / clients / _HOUR
    return parent * scale, rest * scale
