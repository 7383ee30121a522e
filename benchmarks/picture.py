"""The memory curve as a picture, quiet, and readable in grey."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from benchmarks.figures import Size

_INK: Final = "#1F3A5F"
_PALE: Final = "#7A7A7A"


def draw(curve: Sequence[Size], allowed: float, path: Path) -> None:
    """Peak memory by clients; `allowed` (MiB) is the target's line."""
    figure, axes = plt.subplots(figsize=(7.2, 3.6), dpi=110, layout="constrained")
    clients = [size.clients for size in curve]
    memory = [size.memory for size in curve]
    axes.plot(clients, memory, color=_INK, marker="o", linewidth=1.8)
    for size in curve:
        axes.annotate(
            f"{size.memory:,.0f}", (size.clients, size.memory), (0, 8), textcoords="offset points",
            ha="center", fontsize=8, color=_INK,
        )  # fmt: skip
    axes.axhline(allowed, color=_PALE, linestyle="--", linewidth=1)
    axes.text(clients[0], allowed, "1.2 GiB allowed", va="bottom", fontsize=8, color=_PALE)
    axes.set_xscale("log")
    axes.set_xticks(clients)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylim(0, max(allowed, *memory) * 1.15)
    axes.set_xlabel("returns")
    axes.set_ylabel("MiB")
    axes.set_title("Peak memory of all processes", loc="left", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.8)
    axes.set_axisbelow(True)
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)
