"""Writes the tables of docs/performance.md from benchmarks/results.json.

python -m benchmarks.publishing
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final, Self

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.json"
PAGE: Final = ROOT / "docs" / "performance.md"

BEGIN: Final = "<!-- measured: written by benchmarks/publishing.py -->"
END: Final = "<!-- /measured -->"

_BUSY: Final = 1.25  # on one core, seconds by the clock to seconds of the processor
_ON_ONE_CORE: Final = ("plain", "tuned", "one", "floor")
_WAYS: Final = {
    "plain": "pandas and openpyxl, styles set cell by cell",
    "tuned": "the same, styles copied from pattern cells",
    "one": "sheet-diag, one core",
    "all": "sheet-diag, all cores",
    "floor": "the floor: parsing and deflating alone, one core",
}

Results = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Medians of equal runs: milliseconds a client, MiB (0: not measured)."""

    clients: int
    wall: float
    cpu: float
    memory: float

    @classmethod
    def of(cls, runs: Sequence[Mapping[str, float]]) -> Self:
        """Compute the medians."""
        clients = int(runs[0]["clients"])
        wall, cpu = (median(run[key] for run in runs) * 1000 / clients for key in ("wall", "cpu"))
        return cls(clients, wall, cpu, median(run.get("memory", 0) for run in runs) / 2**20)


def publish(results: Results) -> None:
    """Write the tables into the page."""
    PAGE.write_text(fill_page(PAGE.read_text("utf-8"), results), "utf-8")


def fill_page(page: str, results: Results) -> str:
    """Put the tables between the two marks of the page."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    parts = (_machine, _side_by_side, _targets, _sizes, _pdfs)
    tables = "\n\n".join(filter(None, (part(results) for part in parts)))
    return f"{before}{BEGIN}\n\n{tables}\n\n{END}{after}"


def _machine(results: Results) -> str:
    machine, versions = results["machine"], results["versions"]
    programs = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"Measured on {machine['cores']} cores of {machine['processor']}, "
        f"{machine['memory_gib']} GiB, {machine['system']}; {programs}. "
        f"Medians of {results['plan']['repeats']}."
    )


def _side_by_side(results: Results) -> str:
    ways = {name: RunFigures.of(results["ways"][name]) for name in _WAYS}
    one = ways["one"]
    rows = [
        (
            _WAYS[name], f"{way.clients:,}", f"{way.wall:.1f}", f"{way.cpu:.1f}",
            f"{way.wall / one.wall:.2f} ×", f"{way.cpu / one.cpu:.2f} ×",
        )
        for name, way in ways.items()
    ]  # fmt: skip
    head = ("", "returns", "ms a client", "of the processor", "against ours", "of the processor")
    waited = max(ways[name].wall / ways[name].cpu for name in _ON_ONE_CORE)
    return "\n\n".join((_table(head, rows), *_busy_warning(waited)))


def _busy_warning(waited: float) -> Iterator[str]:
    """Warn where other work took the cores: the clock says little then."""
    if waited > _BUSY:
        yield (
            f"**The machine was busy with other work**: by the clock, one way took {waited:.1f} "
            "times what it took of the processor. Only the figures of the processor and of memory "
            "can be trusted."
        )


def _targets(results: Results) -> str:
    return _table(("figure", "target", "measured", ""), _target_rows(results))


def _target_rows(results: Results) -> Iterator[Sequence[str]]:
    plain, tuned, one, every, floor = (
        RunFigures.of(results["ways"][name]).wall
        for name in ("plain", "tuned", "one", "all", "floor")
    )
    few, many = RunFigures.of(results["ways"]["all"]), _by_size(results)[-1]
    sizes = f"at {many.clients:,} against {few.clients:,} returns"
    cores = results["machine"]["cores"]
    yield _at_least("throughput, one core, against pandas and openpyxl", 10, plain / one)
    yield "… against the same with styles copied", "", f"{tuned / one:.1f} ×", ""
    yield _at_least(f"{cores} cores against one", 0.9 * cores, one / every)
    yield _at_most("time a client against the floor, one core", 4, one / floor, "×")
    yield _at_most(f"time a client {sizes}", 1.1, many.wall / few.wall, "×")
    yield _at_most(f"peak memory {sizes}", 1.3, many.memory / few.memory, "×")
    yield _at_most(f"peak memory at {many.clients:,} returns", 1.2, many.memory / 1024, "GiB")
    for name, limit, command in (("help", 0.25, "--help"), ("check", 1, "check` of one file")):
        seconds = median(results["starts"][name])
        label = f"`sheet-diag {command}" + ("" if "`" in command else "`")
        yield _at_most(label, limit, seconds, "s")


def _at_least(figure: str, target: float, value: float) -> Sequence[str]:
    return figure, f"≥ {target:g} ×", f"{value:.1f} ×", _verdict(value >= target)


def _at_most(figure: str, target: float, value: float, unit: str) -> Sequence[str]:
    return figure, f"≤ {target:g} {unit}", f"{value:.2f} {unit}", _verdict(value <= target)


def _verdict(met: bool) -> str:
    return "met" if met else "**missed**"


def _sizes(results: Results) -> str:
    rows = [
        (
            f"{size.clients:,}", f"{size.wall * size.clients / 1000:,.1f}", f"{size.wall:.1f}",
            f"{size.memory:,.0f}",
        )
        for size in _by_size(results)
    ]  # fmt: skip
    return _table(("returns", "seconds, all cores", "ms a client", "peak memory, MiB"), rows)


def _pdfs(results: Results) -> str:
    """Write what a PDF takes beside its workbook; empty where that was not measured."""
    if "pdfs" not in results:
        return ""
    pdfs = RunFigures.of([results["pdfs"]])
    size = results["pdfs"]["size"] / 1000
    head = ("PDFs", "ms each, all cores", "of the processor", "kB each")
    return _table(
        head, [(f"{pdfs.clients:,}", f"{pdfs.wall:.0f}", f"{pdfs.cpu:.0f}", f"{size:.0f}")]
    )


def _by_size(results: Results) -> list[RunFigures]:
    """Compute the figures of the runs with all cores, from few clients to many."""
    all_runs = [RunFigures.of(results["ways"]["all"])]
    all_runs += [RunFigures.of([run]) for run in results["sizes"]]
    return sorted(all_runs, key=lambda size: size.clients)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    publish(json.loads(RESULTS.read_text("utf-8")))
