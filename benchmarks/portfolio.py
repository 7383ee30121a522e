"""Time and memory of a portfolio of so many clients: `python -m benchmarks.portfolio 20000 FOLDER`.

Forty returns are filled in and read; all others are copies under names of their own, so that what
is measured is the portfolio, not the reading. Run by hand; docs/portfolio.md holds the results.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.reports.exports import DataExports
from sheet_diag.reports.portfolio.tables.aggregate import PortfolioBuilder
from sheet_diag.reports.portfolio.tables.client_facts import summarize_outcome
from sheet_diag.reports.portfolio.workbook import write_portfolio
from sheet_diag.reports.run_json.writer import describe_run, dump_return
from sheet_diag.storage.run_json_file import RunJsonWriter
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.samples import AS_OF, ISSUER, client, resolve_all

_FILLED_IN: Final = 40


def main(count: int, folder: Path) -> None:
    """Make the tables, the files and the workbook, and tell what each took."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    patterns = _patterns(random.Random("benchmark"))
    _tell(f"before: {_peak():.2f} GB")
    gathering = PortfolioBuilder(JIS, AS_OF)
    with _measured("returns"), _opened(folder, count) as (exports, run_json):
        for number in range(count):
            outcome = _copy(patterns[number % _FILLED_IN], number)
            heard = summarize_outcome(JIS, outcome)  # this and the entry are a worker's job
            gathering.add(heard)
            exports.add(heard)
            run_json.add(dump_return(JIS, outcome, Lang.JA))
        with _measured("tables"):
            tables = gathering.portfolio()
        with _measured("files"):
            exports.finish(tables)
    with _measured("workbook"):
        write_portfolio(folder / "portfolio.xlsx", tables, JIS, ISSUER, Wording(Lang.JA))
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        _tell(f"{path.relative_to(folder)}: {path.stat().st_size / 1e6:.1f} MB")


@contextmanager
def _opened(folder: Path, count: int) -> Iterator[tuple[DataExports, RunJsonWriter]]:
    with (
        DataExports(JIS, AS_OF, Wording(Lang.JA), lambda name: folder / name) as exports,
        (folder / "run.json").open("wb") as file,
        RunJsonWriter(file, describe_run(JIS, {ReturnStatus.RANKED: count}, AS_OF)) as document,
    ):
        yield exports, document


def _patterns(chance: random.Random) -> list[ReturnOutcome]:
    industries = [choice.label.ja for choice in JIS.field_by_id["industry"].choices]
    returns = []
    for number in range(_FILLED_IN):
        good = chance.random()
        shares = (good, (1 - good) / 2, (1 - good) / 3, (1 - good) / 6)
        signs = {item: chance.choices("○△×?", shares)[0] for item in JIS.items}
        profile = {"industry": chance.choice(industries)}
        returns.append(client(f"見本{number}", signs, profile=profile))
    return resolve_all(*returns)


def _copy(outcome: ReturnOutcome, number: int) -> ReturnOutcome:
    given, sheet = outcome.received, outcome.received.sheet
    if sheet is None:
        raise ValueError("a pattern could not be read")
    identity = replace(sheet.identity, client=f"C-{number:06}")
    profile = {**sheet.profile, "company": f"見本{number:06}株式会社"}
    copied = replace(sheet, identity=identity, profile=profile)
    received = replace(given, file=f"{number:06}.xlsx", sheet=copied)
    return replace(outcome, received=received, result=f"results/{number:06}.xlsx")


@contextmanager
def _measured(name: str) -> Iterator[None]:
    start = time.process_time()
    yield
    _tell(f"{name}: {time.process_time() - start:.1f} s, peak so far {_peak():.2f} GB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
