"""benchmark.json: the statistics of one run, frozen, for later runs to compare with.

It holds only what each client's report may show (docs/comparison.md): no client and no score of
one.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from sheet_diag.diagnosis.comparison.peers import compute_group_statistics
from sheet_diag.model.basics import UserError
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    OVERALL,
    GroupKind,
    GroupStatistics,
    PeerBenchmark,
    ScoreStatistics,
)
from sheet_diag.model.results import ReturnOutcome

BENCHMARK: Final = "benchmark.json"
_OVERALL: Final = "overall"  # its name in the file
# Quartiles in whole points: in a small group they are the scores of single clients.
_DIGITS: Final = {"mean": 1, "spread": 1}
_Score = Annotated[int | float, Field(ge=-1_000_000, le=1_000_000)]  # on any scale


class BenchmarkError(UserError):
    """A benchmark that cannot be used."""


class _BenchmarkPart(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Statistics(_BenchmarkPart):
    count: Annotated[int, Field(ge=1)]
    mean: _Score
    spread: _Score
    lower: _Score
    median: _Score
    upper: _Score

    @classmethod
    def round(cls, each: ScoreStatistics) -> _Statistics:
        """Round what a report may show."""
        figures = asdict(each).items()
        return cls(**{name: round(value, _DIGITS.get(name)) for name, value in figures})


class _Group(_BenchmarkPart):
    kind: GroupKind
    choice: str
    measures: dict[str, _Statistics]  # by category id and `_OVERALL`

    def to_statistics(self) -> GroupStatistics:
        """Make the record that clients are compared with."""
        measures = {
            OVERALL if name == _OVERALL else name: ScoreStatistics(**dict(each))
            for name, each in self.measures.items()
        }
        return GroupStatistics(self.kind, self.choice, measures)


class _BenchmarkCatalog(_BenchmarkPart):
    id: str
    version: str


class _File(_BenchmarkPart):
    kind: Literal["sheet-diag benchmark"]
    version: Literal[1] = Field(alias="schema")
    as_of: date
    catalog: _BenchmarkCatalog
    groups: tuple[_Group, ...]


def dump_benchmark(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], as_of: date, minimum: int
) -> bytes:
    """Write the file: UTF-8, sorted keys."""
    groups = [
        _Group(
            kind=group.kind,
            choice=group.choice,
            measures={
                name or _OVERALL: _Statistics.round(each) for name, each in group.measures.items()
            },
        )
        for group in compute_group_statistics(catalog, outcomes, minimum)
    ]
    file = _File(
        kind="sheet-diag benchmark",
        schema=1,
        as_of=as_of,
        catalog=_BenchmarkCatalog(id=catalog.id, version=catalog.version),
        groups=tuple(groups),
    )
    content = file.model_dump(mode="json", by_alias=True)
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def load_benchmark(path: Path, catalog: Catalog) -> PeerBenchmark:
    """Read a frozen benchmark; one of another version of the catalogue is taken, and says so.

    Raises `BenchmarkError`: unreadable, no such file of ours, or of another catalogue.
    """
    try:
        file = _File.model_validate_json(path.read_bytes().removeprefix(codecs.BOM_UTF8))
    except OSError as error:
        raise BenchmarkError("comparison.benchmark.unreadable", file=path.name) from error
    except ValueError as error:
        raise BenchmarkError("comparison.benchmark.foreign", file=path.name) from error
    if file.catalog.id != catalog.id:
        parts = {"file": path.name, "other": file.catalog.id, "own": catalog.id}
        raise BenchmarkError("comparison.benchmark.other_catalog", **parts)
    groups = tuple(group.to_statistics() for group in file.groups)
    return PeerBenchmark(file.as_of, file.catalog.version, groups)
