"""So many returns of invented clients: `python -m benchmarks.returns 1000 FOLDER`.

One sheet a language is laid out by the product; a return is that sheet with the entries stamped
into it as Excel saves them, with shared strings. Parts that are the same in every return are
deflated once. The same seed gives the same bytes on the same zlib.
"""

from __future__ import annotations

import io
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, unescape

from benchmarks.clients import Campaign, Filled
from sheet_diag.catalog import load_catalog
from sheet_diag.demo import ISSUER
from sheet_diag.layout import FIRST_QUESTION_ROW, PROFILE_FIRST_ROW, PROFILE_LABEL_COLUMN
from sheet_diag.layout import QUESTION_COLUMNS, Column, cell_name
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.sheet import Entries, hearing_sheet
from sheet_diag.wording import Wording

SEED: Final = 20261116
_CHUNK: Final = 200  # returns a task: a worker lays out its sheets once, then stamps

_PROFILE: Final = "xl/worksheets/sheet2.xml"
_QUESTIONS: Final = "xl/worksheets/sheet3.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_CORE: Final = "docProps/core.xml"
_CUSTOM: Final = "docProps/custom.xml"
_STAMPED: Final = (_PROFILE, _QUESTIONS, _STRINGS, _CORE, _CUSTOM)

_ID: Final = "client.id.of.the.pattern"
_TIME: Final = (2026, 1, 1, 0, 0, 0)
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_AT: Final = {column: position for position, column in enumerate(QUESTION_COLUMNS)}


def write_returns(folder: Path, count: int, seed: int = SEED) -> list[Path]:
    """Write the first `count` returns of the seed that are not there yet, with all cores."""
    folder.mkdir(parents=True, exist_ok=True)
    starts = range(0, count, _CHUNK)
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        tasks = [pool.submit(_write, folder, s, min(s + _CHUNK, count), seed) for s in starts]
        return [path for task in tasks for path in task.result()]


def workbook(filled: Filled, catalog: Catalog) -> bytes:
    """The return of one client, as its Excel saved it."""
    return _pattern(catalog.sha256, filled.lang, bool(filled.id)).stamped(filled)
