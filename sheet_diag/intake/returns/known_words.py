"""Where words of ours stand on a sheet: its cells are looked through once, for all that ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS, is_signature, item_key
from sheet_diag.intake.cells import Grid
from sheet_diag.intake.returns.headings import headings
from sheet_diag.intake.returns.vocabulary import Lexicon, lexicon_of
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.per_catalog import prepared
from sheet_diag.text.normalize import fold

_LONGEST_ID: Final = 60
_LONGEST: Final = 200  # a longer text is not worth folding
_MOST_KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class Word:
    """What a text may stand for: the number of an item, the label of a profile's field (its id,
    and the label's language), the heading of a column of the plan, our signature."""

    item: Item | None
    field: tuple[str, Lang] | None
    plan: str | None
    signature: bool


@dataclass(frozen=True, slots=True)
class Landmark:
    """A cell that holds such a word."""

    row: int
    column: int
    word: Word


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet, and the words of ours on it: row by row, from the left."""

    grid: Grid
    landmarks: tuple[Landmark, ...]


def pages_of(grids: Sequence[Grid], catalog: Catalog) -> tuple[Page, ...]:
    """Look through the sheets."""
    look = _looking(catalog)
    return tuple(Page(grid, tuple(_landmarks(grid, look))) for grid in grids)


def _landmarks(grid: Grid, look: Callable[[str], Word | None]) -> Iterator[Landmark]:
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text and len(text) <= _LONGEST and (word := look(text)):
                yield Landmark(row, column, word)


@prepared
def _looking(catalog: Catalog) -> Callable[[str], Word | None]:
    """What a text stands for, kept: nearly all texts of a return stand in every other too."""
    lexicon = lexicon_of(catalog)

    @lru_cache(maxsize=_MOST_KEPT)
    def look(text: str) -> Word | None:
        return _word(text, lexicon)

    return look


def _word(text: str, lexicon: Lexicon) -> Word | None:
    item = lexicon.items.get(item_key(text)) if len(text) <= _LONGEST_ID else None
    field, plan = lexicon.fields.get(fold(text)), plan_headings().get(fold(text))
    signature = is_signature(text)
    return Word(item, field, plan, signature) if item or field or plan or signature else None


@cache
def plan_headings() -> dict[str, str]:
    """The column that each heading of the plan heads; no two columns share one."""
    columns = ("id", *PLAN_COLUMNS)
    return {name: column for column in columns for name in headings(f"plan.column.{column}")}
