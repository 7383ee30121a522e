"""Where words of ours stand on a sheet: its cells are looked through once, for all that ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS, is_software_signature, item_key
from sheet_diag.intake.cells import Grid
from sheet_diag.intake.returns.headings import heading_spellings
from sheet_diag.intake.returns.vocabulary import Vocabulary, vocabulary_of
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.text.normalize import normalize_text

_LONGEST_ID: Final = 60
_LONGEST: Final = 200  # a longer text is not worth folding
_MOST_KEPT: Final = 4096


@dataclass(frozen=True, slots=True)
class KnownWord:
    """What a text may stand for: the number of an item, the label of a profile's field (its id,
    and the label's language), the heading of a column of the plan, our signature."""

    item: Item | None
    field: tuple[str, Lang] | None
    plan: str | None
    signature: bool


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell that holds such a word."""

    row: int
    column: int
    word: KnownWord


@dataclass(frozen=True, slots=True)
class SheetWords:
    """A sheet, and the words of ours on it: row by row, from the left."""

    grid: Grid
    word_cells: tuple[WordCell, ...]


def find_known_words(grids: Sequence[Grid], catalog: Catalog) -> tuple[SheetWords, ...]:
    """Look through the sheets."""
    look = _word_lookup(catalog)
    return tuple(SheetWords(grid, tuple(_find_word_cells(grid, look))) for grid in grids)


def _find_word_cells(grid: Grid, look: Callable[[str], KnownWord | None]) -> Iterator[WordCell]:
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text and len(text) <= _LONGEST and (word := look(text)):
                yield WordCell(row, column, word)


@cached_per_catalog
def _word_lookup(catalog: Catalog) -> Callable[[str], KnownWord | None]:
    """What a text stands for, kept: nearly all texts of a return stand in every other too."""
    lexicon = vocabulary_of(catalog)

    @lru_cache(maxsize=_MOST_KEPT)
    def look(text: str) -> KnownWord | None:
        return _match_word(text, lexicon)

    return look


def _match_word(text: str, lexicon: Vocabulary) -> KnownWord | None:
    item = lexicon.items.get(item_key(text)) if len(text) <= _LONGEST_ID else None
    field, plan = (
        lexicon.fields.get(normalize_text(text)),
        plan_headings().get(normalize_text(text)),
    )
    signature = is_software_signature(text)
    return KnownWord(item, field, plan, signature) if item or field or plan or signature else None


@cache
def plan_headings() -> dict[str, str]:
    """The column that each heading of the plan heads; no two columns share one."""
    columns = ("id", *PLAN_COLUMNS)
    return {
        name: column for column in columns for name in heading_spellings(f"plan.column.{column}")
    }
