"""benchmark.json: the statistics of one run, frozen, for later runs to compare with.

It holds only what each client's report may show (docs/comparison.md): no client and no score of
one.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from pathlib import Path
from typing import Any, Final

from sheet_diag.diagnosis.comparison.peers import compute_group_statistics
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    OVERALL,
    GroupKind,
    GroupStatistics,
    PeerBenchmark,
    ScoreStatistics,
)
from sheet_diag.model.errors import UserError
from sheet_diag.model.results import ReturnOutcome

BENCHMARK: Final = "benchmark.json"
_SCHEMA: Final = 1
_KIND: Final = "sheet-diag benchmark"
_OVERALL: Final = "overall"  # its name in the file


class BenchmarkError(UserError):
    """A benchmark that cannot be used."""


def dump_benchmark(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], as_of: date, minimum: int
) -> bytes:
    """The file: UTF-8, sorted keys."""
    groups = [
        {
            "kind": group.kind.value,
            "choice": group.choice,
            "measures": {name or _OVERALL: _rounded(each) for name, each in group.measures.items()},
        }
        for group in compute_group_statistics(catalog, outcomes, minimum)
    ]
    content = {
        "kind": _KIND,
        "schema": _SCHEMA,
        "as_of": as_of.isoformat(),
        "catalog": {"id": catalog.id, "version": catalog.version},
        "groups": groups,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _rounded(each: ScoreStatistics) -> dict[str, float]:
    """Quartiles in whole points: in a small group they are the scores of single clients."""
    digits = {"mean": 1, "spread": 1}
    return {name: round(value, digits.get(name)) for name, value in asdict(each).items()}


def load_benchmark(path: Path, catalog: Catalog) -> PeerBenchmark:
    """Read a frozen benchmark. One of another version of the catalogue is taken, and says so.

    Raises `BenchmarkError`: unreadable, no such file of ours, or of another catalogue.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BenchmarkError("comparison.benchmark.unreadable", file=path.name) from error
    except (ValueError, RecursionError) as error:
        raise BenchmarkError("comparison.benchmark.foreign", file=path.name) from error
    try:
        name, reference = _read(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BenchmarkError("comparison.benchmark.foreign", file=path.name) from error
    if name != catalog.id:
        parts = {"file": path.name, "other": name, "own": catalog.id}
        raise BenchmarkError("comparison.benchmark.other_catalog", **parts)
    return reference


def _read(content: Any) -> tuple[str, PeerBenchmark]:
    if content["kind"] != _KIND or content["schema"] != _SCHEMA:
        raise ValueError("another kind of file")
    reference = PeerBenchmark(
        as_of=date.fromisoformat(content["as_of"]),
        version=_text(content["catalog"]["version"]),
        groups=tuple(map(_group, content["groups"])),
    )
    return _text(content["catalog"]["id"]), reference


def _group(entry: Any) -> GroupStatistics:
    measures = {
        OVERALL if name == _OVERALL else _text(name): _statistics(each)
        for name, each in entry["measures"].items()
    }
    return GroupStatistics(GroupKind(entry["kind"]), _text(entry["choice"]), measures)


def _statistics(entry: Any) -> ScoreStatistics:
    count = int(entry["count"])
    figures = {f.name: float(entry[f.name]) for f in fields(ScoreStatistics) if f.name != "count"}
    if count < 1 or not all(0 <= each <= 100 and math.isfinite(each) for each in figures.values()):
        raise ValueError("no statistics of scores")
    return ScoreStatistics(count=count, **figures)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
