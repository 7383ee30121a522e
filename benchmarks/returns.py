"""So many returns of invented clients: `python -m benchmarks.returns 1000 FOLDER`.

The same seed gives the same bytes (on the same zlib); a folder of more returns holds those of a
folder of fewer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from benchmarks.clients import Campaign
from benchmarks.stamping import Press
from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.catalog import Catalog

SEED: Final = 20261116
_CHUNK: Final = 250  # returns a task


def write_returns(folder: Path, count: int, seed: int = SEED, jobs: int | None = None) -> None:
    """Write the first `count` returns of the seed, with all cores."""
    folder.mkdir(parents=True, exist_ok=True)
    # Fresh processes: the caller may have threads, which do not survive a fork.
    with ProcessPoolExecutor(jobs or os.cpu_count(), get_context("spawn")) as pool:
        for task in [pool.submit(_write, folder, part, seed) for part in _parts(count)]:
            task.result()


def contents(numbers: range, catalog: Catalog, seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of the returns of these numbers."""
    campaign, press = Campaign(catalog, seed), Press(catalog)
    for number in numbers:
        filled = campaign.client(number)
        yield f"{number:06}_{filled.name}.xlsx", press.workbook(filled)


def _parts(count: int) -> Iterator[range]:
    for start in range(0, count, _CHUNK):
        yield range(start, min(start + _CHUNK, count))


def _write(folder: Path, numbers: range, seed: int) -> None:
    for name, content in contents(numbers, _catalog(), seed):
        (folder / name).write_bytes(content)


@cache
def _catalog() -> Catalog:
    return load_catalog(None)


if __name__ == "__main__":
    write_returns(Path(sys.argv[2]), int(sys.argv[1]))
