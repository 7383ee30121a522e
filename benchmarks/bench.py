"""The benchmark: `make bench`, or `python -m benchmarks.bench [--quick]`.

The plain pipeline, ours with one process, ours with all cores, and the floor run in turns over the
same files, each in a process of its own. What is measured is kept at once: stopped and started
again it goes on where it was, as long as the measured code is the same. At the end it writes
benchmarks/results.json, docs/performance.md and docs/pictures/memory.png.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import machine, versions
from benchmarks.measuring import Measured, cores, measured, timed
from benchmarks.prepared import prepared, save
from benchmarks.publishing import publish
from benchmarks.returns import SEED, write_returns

ROOT: Final = Path(__file__).parents[1]
RESULTS: Final = ROOT / "benchmarks" / "results.json"
# Whatever else stands in this folder may change without a new measurement.
_MEASURING: Final = (
    "clients.py", "words.yaml", "stamping.py", "returns.py", "prepared.py", "naive.py", "floor.py",
    "measuring.py", "stages.py",
)  # fmt: skip
_AS_OF: Final = date(2026, 11, 26).isoformat()

_PRODUCT: Final = (sys.executable, "-m", "sheet_diag")
_EXPECTED: Final = (0, 1)  # of some thousand clients one leaves too much open to be ranked
_FOLDER: Final = ROOT / ".bench"

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Ours run over `clients`; the plain pipeline and the floor over the
    first ones of them; the curve goes through `sizes`."""

    clients: int
    plain: int
    floor: int
    sizes: tuple[int, ...]
    repeats: int
    starts: int


FULL: Final = Plan(1000, 50, 200, (100, 300, 1000, 3000, 10_000, 20_000), 3, 10)
QUICK: Final = Plan(200, 10, 50, (50, 100, 200, 400), 1, 3)


class Notebook:
    """What was measured so far, by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pages: Facts = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def once(self, name: str, work: Callable[[], Facts]) -> Facts:
        """What is noted under the name; else do the work and note it."""
        if name not in self._pages:
            _tell(f"{name} …")
            self._pages[name] = work()
            self._path.write_text(json.dumps(self._pages), "utf-8")
        facts: Facts = self._pages[name]
        return facts


class Bench:
    """Does the measurements of a plan, in a folder for the code as it is now."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        self._core = cores()[-1]
        folder.mkdir(parents=True, exist_ok=True)
        self._notes = Notebook(folder / "notes.json")

    def results(self) -> Facts:
        """Everything, measured or noted before."""
        plan = self._plan
        self._prepared(plan.plain)
        self._outputs(plan.floor)
        ways: dict[str, list[Facts]] = {}
        for turn in range(1, plan.repeats + 1):
            for name, clients, work in self._ways():
                label = f"{name}, {clients} returns, {turn} of {plan.repeats}"
                ways.setdefault(name, []).append(self._notes.once(label, work))
        others = [size for size in plan.sizes if size != plan.clients]
        curve = [self._notes.once(f"all, {n} returns", partial(self._ours, n)) for n in others]
        return {
            "machine": machine(),
            "versions": versions(),
            "seed": SEED,
            "plan": asdict(plan),
            "ways": ways,
            "sizes": [*ways["all"], *curve],
            "stages": self._notes.once(f"stages, {plan.clients} returns", self._stages),
            "starts": self._notes.once(f"{plan.starts} starts", self._starts),
        }

    def _ways(self) -> Iterator[tuple[str, int, Callable[[], Facts]]]:
        plan = self._plan
        yield "plain", plan.plain, partial(self._plain, "plain")
        yield "tuned", plan.plain, partial(self._plain, "tuned")
        yield "floor", plan.floor, self._floor
        yield "one", plan.clients, partial(self._ours, plan.clients, self._core)
        yield "all", plan.clients, partial(self._ours, plan.clients)

    def _ours(self, clients: int, core: int | None = None) -> Facts:
        """A run of the product, with one process where it has one core; its outputs are removed."""
        output = self._fresh("output")
        jobs = () if core is None else ("--jobs", "1")
        facts = self._product(clients, output, core, *jobs)
        shutil.rmtree(output)
        return facts

    def _product(self, clients: int, output: Path, core: int | None, *more: str) -> Facts:
        command = [*_PRODUCT, "run", "--input", str(self._returns(clients))]
        command += ["--output", str(output), "--as-of", _AS_OF, *more]
        seen = measured(command, self._folder, core, _EXPECTED)
        sizes = [path.stat().st_size for path in (output / "results").iterdir()]
        held = len(list((output / "corrections").glob("*")))
        if len(sizes) + held != clients:
            raise RuntimeError(f"{len(sizes)} reports and {held} corrections of {clients} returns")
        return {**_facts(seen), "clients": clients, "bytes": sum(sizes) / len(sizes)}

    def _plain(self, way: str) -> Facts:
        """The plain pipeline, on one core; it tells its own times."""
        clients = self._plan.plain
        given, target = self._prepared(clients), self._fresh("plain")
        return self._own_times("naive", clients, str(given), str(target), way)

    def _floor(self) -> Facts:
        clients = self._plan.floor
        return self._own_times("floor", clients, str(self._outputs(clients)))

    def _own_times(self, module: str, clients: int, *more: str) -> Facts:
        command = [sys.executable, "-m", f"benchmarks.{module}", str(self._returns(clients))]
        seen = measured([*command, *more], self._folder, self._core)
        facts: Facts = json.loads(seen.output)
        return facts

    def _stages(self) -> Facts:
        clients, output = self._plan.clients, self._fresh("output")
        command = [sys.executable, "-m", "benchmarks.stages", str(self._returns(clients))]
        seen = measured([*command, str(output)], self._folder, self._core)
        shutil.rmtree(output)
        return {"clients": clients, "seconds": json.loads(seen.output)}

    def _starts(self) -> Facts:
        one = next(self._returns(self._plan.plain).iterdir())
        commands = {"help": ["--help"], "check": ["check", str(one)]}
        return {
            name: [timed([*_PRODUCT, *words], self._folder) for _ in range(self._plan.starts)]
            for name, words in commands.items()
        }

    def _outputs(self, clients: int) -> Path:
        """Outputs of ours that stay."""
        output = self._folder / f"output-{clients}"
        self._notes.once(
            f"outputs of {clients} returns",
            lambda: self._product(clients, self._fresh(output.name), None),
        )
        return output

    def _prepared(self, clients: int) -> Path:
        """What the plain pipeline is given of our outputs."""
        output, path = self._outputs(clients), self._folder / f"prepared-{clients}"
        entries = json.loads((output / "run.json").read_text("utf-8"))["returns"]
        results = {entry["file"]: output / entry["result"] for entry in entries}

        def prepare() -> Facts:
            save((prepared(results[name].read_bytes()) for name in sorted(results)), path)
            return {"clients": clients}

        self._notes.once(f"reports of {clients} returns taken apart", prepare)
        return path

    def _returns(self, count: int) -> Path:
        """A folder with the first returns, linked."""
        folder = self._folder / f"returns-{count}"
        most = max(self._plan.clients, self._plan.floor, *self._plan.sizes)
        every = self._folder / f"all-returns-{most}"

        def make() -> Facts:
            write_returns(every, most)
            return {"clients": most}

        def link() -> Facts:
            self._fresh(folder.name).mkdir()
            for path in sorted(every.iterdir())[:count]:
                os.link(path, folder / path.name)
            return {"clients": count}

        self._notes.once(f"{most} returns made", make)
        self._notes.once(f"{count} returns set apart", link)
        return folder

    def _fresh(self, name: str) -> Path:
        folder = self._folder / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder


def main() -> None:
    """Measure, then write the results, the table and the picture."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.bench")
    asked.add_argument("--quick", action="store_true", help="little, in three minutes")
    asked.add_argument("--fresh", action="store_true", help="forget what was measured before")
    asked.add_argument("--clients", type=int, help="returns of the comparison")
    asked.add_argument("--repeats", type=int, help="turns of the comparison")
    asked.add_argument("--sizes", help="returns of the curve, parted by commas")
    words = asked.parse_args()
    folder = _FOLDER / _digest(_code())
    for former in _FOLDER.glob("*"):
        if former != folder or words.fresh:
            shutil.rmtree(former)
    results = Bench(folder, _plan(words)).results()
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    publish(results)


def _plan(words: argparse.Namespace) -> Plan:
    plan = QUICK if words.quick else FULL
    sizes = tuple(map(int, words.sizes.split(","))) if words.sizes else plan.sizes
    return replace(
        plan,
        clients=words.clients or plan.clients,
        repeats=words.repeats or plan.repeats,
        sizes=sizes,
    )


def _code() -> Iterator[Path]:
    """What may change a measurement."""
    yield from (ROOT / "benchmarks" / name for name in _MEASURING)
    for kind in ("*.py", "*.yaml"):
        yield from sorted((ROOT / "sheet_diag").rglob(kind))


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    for path in paths:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _facts(seen: Measured) -> Facts:
    return {name: each for name, each in asdict(seen).items() if name != "output"}


def _tell(line: str) -> None:
    sys.stdout.write(f"{datetime.now():%H:%M:%S} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
