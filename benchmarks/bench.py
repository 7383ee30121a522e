"""The benchmark: `make bench`, or `python -m benchmarks.bench [--quick]`.

The plain pipeline, ours with one process, ours with all cores, and the floor run in turns over the
same files, each in a process of its own. Then the product runs over few and many returns, and its
start is timed. At the end it writes benchmarks/results.json and docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.clients import write_returns
from benchmarks.measuring import cores, machine, measure, time_command, versions
from benchmarks.publishing import RESULTS, ROOT, publish
from benchmarks.report_layout import save_layouts, take_apart

_AS_OF: Final = "2026-11-26"
_PRODUCT: Final = (sys.executable, "-m", "sheet_diag")
_EXPECTED: Final = (0, 1)  # of some thousand clients one leaves too much open to be ranked
_FOLDER: Final = ROOT / ".bench"

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Ours run over `clients`; the plain pipeline and the floor over the
    first ones of them; `sizes` are other numbers of returns for ours."""

    clients: int
    plain: int
    floor: int
    sizes: tuple[int, ...]
    repeats: int
    starts: int


FULL: Final = Plan(1000, 50, 200, (100, 300, 3000, 20_000), 3, 10)
QUICK: Final = Plan(200, 10, 50, (50, 100, 400), 1, 3)


class Bench:
    """Does the measurements of a plan, in a fresh folder."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._core = cores()[-1]

    def results(self) -> Facts:
        """Measure everything."""
        plan = self._plan
        self._prepare()
        ways: dict[str, list[Facts]] = {}
        for _ in range(plan.repeats):
            for name, facts in self._turn():
                ways.setdefault(name, []).append(facts)
        return {
            "machine": machine(),
            "versions": versions(),
            "plan": asdict(plan),
            "ways": ways,
            "sizes": [self._product(size, "output") for size in plan.sizes],
            "starts": self._starts(),
            "pdfs": self._pdfs(),
        }

    def _prepare(self) -> None:
        """Write the returns, outputs for the floor, and the layouts for the plain pipeline."""
        plan = self._plan
        counts = sorted({plan.clients, plan.plain, plan.floor, *plan.sizes})
        _tell(f"{counts[-1]} returns are made")
        every = self._returns(counts[-1])
        write_returns(every, counts[-1])
        for count in counts[:-1]:
            self._returns(count).mkdir()
            for path in sorted(every.iterdir())[:count]:
                os.link(path, self._returns(count) / path.name)
        self._product(plan.floor, "outputs")
        entries = json.loads((self._folder / "outputs" / "run.json").read_text("utf-8"))["returns"]
        results = {entry["file"]: entry["result"] for entry in entries}
        names = [path.name for path in sorted(self._returns(plan.plain).iterdir())]
        reports = ((self._folder / "outputs" / results[name]).read_bytes() for name in names)
        save_layouts(map(take_apart, reports), self._folder / "layouts")

    def _turn(self) -> Iterator[tuple[str, Facts]]:
        """Measure every way once."""
        plan, folder = self._plan, self._folder
        for way in ("plain", "tuned"):
            arguments = (str(folder / "layouts"), str(folder / "plain"), way)
            yield way, self._own_times("plain_pipeline", plan.plain, *arguments)
        yield "floor", self._own_times("floor", plan.floor, str(folder / "outputs"))
        yield "one", self._product(plan.clients, "output", self._core)
        yield "all", self._product(plan.clients, "output")

    def _pdfs(self) -> Facts:
        """Measure a run with PDFs, and the same without them right before."""
        count = self._plan.floor
        plain, printed = self._product(count, "pdfs"), self._product(count, "pdfs", None, "--pdf")
        sizes = [path.stat().st_size for path in (self._folder / "pdfs" / "pdf").glob("*.pdf")]
        more = {key: printed[key] - plain[key] for key in ("wall", "cpu")}
        return {"clients": len(sizes), **more, "size": sum(sizes) / len(sizes)}

    def _product(self, clients: int, name: str, core: int | None = None, *more: str) -> Facts:
        """Measure a run of the product, with one process where it has one core."""
        _tell(f"sheet-diag, {clients} returns, {'all cores' if core is None else 'one core'}")
        output = self._folder / name
        shutil.rmtree(output, ignore_errors=True)
        command = [*_PRODUCT, "run", "--input", str(self._returns(clients))]
        command += ["--output", str(output), "--as-of", _AS_OF]
        command += [*more] if core is None else [*more, "--jobs", "1"]
        seen = measure(command, self._folder, core, _EXPECTED)
        written = sum(len(list((output / name).glob("*"))) for name in ("results", "corrections"))
        if written != clients:
            raise RuntimeError(f"{written} reports and corrections of {clients} returns")
        return {"clients": clients, "wall": seen.wall, "cpu": seen.cpu, "memory": seen.memory}

    def _own_times(self, module: str, clients: int, *more: str) -> Facts:
        """Run a module that measures itself, on one core."""
        _tell(f"{module}, {clients} returns")
        command = [sys.executable, "-m", f"benchmarks.{module}", str(self._returns(clients)), *more]
        facts: Facts = json.loads(measure(command, self._folder, self._core).output)
        return facts

    def _starts(self) -> Facts:
        _tell("starts")
        one = next(self._returns(self._plan.plain).iterdir())
        commands = {"help": ["--help"], "check": ["check", str(one)]}
        return {
            name: [time_command([*_PRODUCT, *words], one.parent) for _ in range(self._plan.starts)]
            for name, words in commands.items()
        }

    def _returns(self, count: int) -> Path:
        return self._folder / f"returns-{count}"


def main() -> None:
    """Measure, then write the results and the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench")
    parser.add_argument("--quick", action="store_true", help="little, in three minutes")
    plan = QUICK if parser.parse_args().quick else FULL
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir()
    results = Bench(_FOLDER, plan).results()
    shutil.rmtree(_FOLDER)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    publish(results)


def _tell(line: str) -> None:
    sys.stdout.write(f"{datetime.now():%H:%M:%S} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
