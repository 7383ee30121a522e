"""Results -> the tables and the picture of docs/performance.md.

python -m benchmarks.publishing    (again, from benchmarks/results.json)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import figures
from benchmarks.figures import CLUSTER, Results
from benchmarks.picture import draw

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.json"
PAGE: Final = ROOT / "docs" / "performance.md"
PICTURE: Final = ROOT / "docs" / "pictures" / "memory.png"

BEGIN: Final = "<!-- measured: written by benchmarks/publishing.py -->"
END: Final = "<!-- /measured -->"

_FEW: Final = 1000  # returns that many are compared with
_MOST_MEMORY: Final = 1.2  # GiB
_BUSY: Final = 1.25  # on one core, seconds by the clock to seconds of the processor
_ON_ONE_CORE: Final = ("plain", "tuned", "one", "floor")
_WAYS: Final = {
    "plain": "pandas and openpyxl, looks set cell by cell",
    "tuned": "the same, looks copied from pattern cells",
    "one": "sheet-diag, one core",
    "all": "sheet-diag, all cores",
    "floor": "the floor: parsing and deflating alone, one core",
}


def publish(results: Results) -> None:
    """Write the tables and the picture."""
    draw(figures.sizes(results), _MOST_MEMORY * 1024, PICTURE)
    PAGE.write_text(filled(PAGE.read_text("utf-8"), results), "utf-8")


def filled(page: str, results: Results) -> str:
    """The page with what was measured between its two marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables(results)}\n\n{END}{after}"


def tables(results: Results) -> str:
    """Everything that was measured, as Markdown."""
    parts = (_machine, _side_by_side, _targets, _curve, _stages, _beyond)
    return "\n\n".join(part(results) for part in parts)


def _machine(results: Results) -> str:
    machine, versions = results["machine"], results["versions"]
    programs = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (
        f"Measured on {machine['cores']} cores of {machine['processor']}, "
        f"{machine['memory_gib']} GiB, {machine['system']}; {programs}. "
        f"Medians of {results['plan']['repeats']}."
    )


def _side_by_side(results: Results) -> str:
    one = figures.way(results, "one")
    rows = []
    for name, label in _WAYS.items():
        way = figures.way(results, name)
        against = (f"{way.wall / one.wall:.2f} ×", f"{way.cpu / one.cpu:.2f} ×")
        rows.append((label, f"{way.clients:,}", f"{way.wall:.1f}", f"{way.cpu:.1f}", *against))
    head = ("", "returns", "ms a client", "of the processor", "against ours", "of the processor")
    return "\n\n".join((_table(head, rows), *_warning(results)))


def _warning(results: Results) -> Iterator[str]:
    """Where other work took the cores, the clock says little."""
    ways = [figures.way(results, name) for name in _ON_ONE_CORE]
    waited = max(way.wall / way.cpu for way in ways)
    if waited > _BUSY:
        yield (
            f"**The machine was busy with other work**: by the clock, one way took {waited:.1f} "
            "times what it took of the processor. Only what is told of the processor and of "
            "memory can be trusted."
        )


def _targets(results: Results) -> str:
    return _table(("figure", "target", "measured", ""), _target_rows(results))


def _target_rows(results: Results) -> Iterator[Sequence[str]]:
    plain, tuned, one, every, floor = (
        figures.way(results, name).wall for name in ("plain", "tuned", "one", "all", "floor")
    )
    few, many = figures.growth(figures.sizes(results), _FEW)
    sizes = f"at {many.clients:,} against {few.clients:,} returns"
    cores = results["machine"]["cores"]
    helped, checked = (figures.start(results, name) for name in ("help", "check"))
    peak = many.memory
    yield _at_least("throughput, one core, against pandas and openpyxl", 10, plain / one)
    yield _at_least("… against the same with looks copied", None, tuned / one)
    yield _at_least(f"{cores} cores against one", 0.9 * cores, one / every)
    yield _at_most("time a client against the floor, one core", 4, one / floor, "×")
    yield _at_most(f"time a client {sizes}", 1.1, many.each / few.each, "×")
    yield _at_most(f"peak memory {sizes}", 1.3, peak / few.memory, "×")
    yield _at_most(f"peak memory at {many.clients:,} returns", _MOST_MEMORY, peak / 1024, "GiB")
    yield _at_most("`sheet-diag --help`", 0.25, helped, "s")
    yield _at_most("`sheet-diag check` of one file", 1, checked, "s")


def _at_least(figure: str, target: float | None, value: float) -> Sequence[str]:
    if target is None:
        return figure, "", f"{value:.1f} ×", ""
    return figure, f"≥ {target:g} ×", f"{value:.1f} ×", _met(value >= target)


def _at_most(figure: str, target: float, value: float, unit: str) -> Sequence[str]:
    return figure, f"≤ {target:g} {unit}", f"{value:.2f} {unit}", _met(value <= target)


def _met(met: bool) -> str:
    return "met" if met else "**missed**"


def _curve(results: Results) -> str:
    rows = [
        (f"{s.clients:,}", f"{s.seconds:,.1f}", f"{s.each:.1f}", f"{s.memory:,.0f}")
        for s in figures.sizes(results)
    ]
    kept = median(run["bytes"] for run in results["sizes"])
    head = ("returns", "seconds, all cores", "ms a client", "peak memory, MiB")
    return f"{_table(head, rows)}\n\nA report takes {kept / 1000:.1f} kB."


def _stages(results: Results) -> str:
    seconds, clients = results["stages"]["seconds"], results["stages"]["clients"]
    rows = [
        (name, f"{share:.1%}", f"{seconds[name] * 1000 / clients:.2f}")
        for name, share in figures.shares(results).items()
    ]
    return _table(("stage", "share", "ms a client"), rows)


def _beyond(results: Results) -> str:
    fitted = figures.line(figures.sizes(results))
    parent, rest = figures.cluster_hours(results)
    return (
        f"Fitted to these sizes: seconds = {fitted.fixed:.1f} + {fitted.each * 1000:.2f} ms "
        f"· returns. A million clients take {fitted.hours(1_000_000):.1f} hours on this machine. "
        f"With {CLUSTER} such machines, the parent's own work takes {parent:.1f} hours and the "
        f"rest, spread evenly, {rest:.1f} hours at the same time."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    publish(json.loads(RESULTS.read_text("utf-8")))
