"""One row of the hostile set, and how its files are made.

Nothing of it is kept in the repository: bombs are a few kilobytes of code here, and at most a few
megabytes on disk.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from tests.catalogs import JIS, answers
from tests.hostile.zips import Entry, entries_of, raw_zip, repeating
from tests.returned import repack_parts
from tests.samples import PROFILE, labels

RANKED = frozenset({"ranked"})
HELD = frozenset({"held"})
REJECTED = frozenset({"rejected"})
IGNORED = frozenset({"ignored"})

QUESTIONS = "xl/worksheets/sheet3.xml"
COVER = "xl/worksheets/sheet1.xml"


@dataclass(frozen=True, slots=True)
class Case:
    """`name` is the path in the input folder; `make` puts the file there.

    `statuses` are allowed for each of its entries in run.json (one, or `entries` of them); some
    entry must tell one of `codes`, where any are given.
    """

    name: str
    make: Callable[[Path], None]
    statuses: frozenset[str]
    codes: frozenset[str] = frozenset()
    entries: int = 1


def case(
    name: str,
    make: bytes | Callable[[], bytes],
    statuses: frozenset[str],
    codes: str = "",
    entries: int = 1,
) -> Case:
    """A case whose file has this content; several codes are separated by spaces."""

    def write(path: Path) -> None:
        path.write_bytes(make if isinstance(make, bytes) else make())

    return Case(name, write, statuses, frozenset(codes.split()), entries)


# --- honest sheets to start from


@lru_cache(maxsize=256)
def filled(company: str, rest: str = "○") -> bytes:
    """A sheet of the built-in catalogue with every question answered."""
    given = labels(JIS, answers(JIS, {}, rest))
    entries = Entries({**PROFILE, "company": company}, given)
    return make_hearing_sheet(JIS, Lang.JA, Issuer(), entries)


def changed(company: str, *changes: tuple[str, str, str]) -> Callable[[], bytes]:
    """The filled sheet with texts of its parts replaced: (part, old, new)."""

    def make() -> bytes:
        done = set()

        def change(name: str, text: str) -> str:
            for each in changes:
                if name == each[0] and each[1] in text:
                    text = text.replace(each[1], each[2])
                    done.add(each)
            return text

        content = repack_parts(filled(company), change)
        assert done == set(changes), f"{company}: nothing was changed"
        return content

    return make


def with_parts(company: str, *parts: Entry) -> Callable[[], bytes]:
    """The filled sheet with parts put in place of those of their names, or added."""

    def make() -> bytes:
        new = {each.name: each for each in parts}
        kept = [each for each in entries_of(filled(company)) if each.name not in new]
        return raw_zip([*kept, *parts])

    return make


def with_bomb(
    company: str, part: str, start: bytes, block: bytes, count: int, end: bytes
) -> Callable[[], bytes]:
    """The filled sheet with one part that repeats a block over and over."""
    return lambda: with_parts(company, repeating(part, start, block, count, end))()


def noise(size: int, seed: str) -> bytes:
    """Bytes that mean nothing, the same every time."""
    return random.Random(seed).randbytes(size)
