"""The words of a catalogue and of our headings, and where they stand on a returned sheet.

Words are normalised once for all returns. The cells of a sheet are looked through once, for all
that look for something on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from sheet_diag.forms.layout import is_software_signature, item_key
from sheet_diag.intake.cells import Grid
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, Item, cached_per_catalog
from sheet_diag.text.normalize import cache_short_texts, normalize_text
from sheet_diag.text.wording import Wording

# The choices of each answer set by their normalised labels and aliases in both languages.
ChoiceSpellings = Mapping[str, Mapping[str, Choice]]

_SPACES: Final = re.compile(r"\s")
_MAX_ID_LENGTH: Final = 60
_MAX_LENGTH: Final = 200  # a longer text is none of our words
_CACHED_TEXTS: Final = 4096


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a catalogue, by their normalised spellings.

    `items` are by the key of their number, `questions` hold the wordings of each question (see
    `question_key`), `fields` the id and the language of each label of the profile.
    """

    catalog: Catalog
    items: Mapping[str, Item]
    spellings: ChoiceSpellings
    questions: Mapping[str, frozenset[str]]
    fields: Mapping[str, tuple[str, Lang]]


@cached_per_catalog
def vocabulary_of(catalog: Catalog) -> Vocabulary:
    """Build the vocabulary of a catalogue."""
    return Vocabulary(
        catalog,
        items={item_key(item.id): item for item in catalog.items.values()},
        spellings={
            name: {normalize_text(word): each for each in choices for word in _words(each)}
            for name, choices in catalog.answer_sets.items()
        },
        questions={
            item.id: frozenset(question_key(item.question[lang]) for lang in Lang)
            for item in catalog.items.values()
        },
        fields={
            normalize_text(field.label[lang]): (field.id, lang)
            for field in catalog.profile
            for lang in Lang
        },
    )


@cache_short_texts
def question_key(text: str) -> str:
    """Spell a text as questions are compared: normalised, without white space."""
    return _SPACES.sub("", normalize_text(text))


@cache  # asked for every row of every sheet of a campaign
def heading_spellings(key: str) -> Mapping[str, Lang]:
    """The normalised spellings of a heading, by the key of its label."""
    return {normalize_text(Wording(lang)(key)): lang for lang in Lang}


def _words(choice: Choice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)


# --- where they stand


@dataclass(frozen=True, slots=True)
class KnownWord:
    """What a text may stand for: the number of an item, the label of a profile field (its id and
    the label's language), our signature."""

    item: Item | None
    field: tuple[str, Lang] | None
    signature: bool


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell that holds such a word."""

    row: int
    column: int
    word: KnownWord


@dataclass(frozen=True, slots=True)
class SheetWords:
    """A sheet, and the cells with known words: row by row, from the left."""

    grid: Grid
    word_cells: tuple[WordCell, ...]


def find_known_words(grids: Sequence[Grid], catalog: Catalog) -> tuple[SheetWords, ...]:
    """Find the known words on every sheet."""
    match = _word_matcher(catalog)
    return tuple(SheetWords(grid, tuple(_find_word_cells(grid, match))) for grid in grids)


def _find_word_cells(grid: Grid, match: Callable[[str], KnownWord | None]) -> Iterator[WordCell]:
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text and len(text) <= _MAX_LENGTH and (word := match(text)):
                yield WordCell(row, column, word)


@cached_per_catalog
def _word_matcher(catalog: Catalog) -> Callable[[str], KnownWord | None]:
    """Match texts with known words; nearly all texts of a return stand in every other, too."""
    vocabulary = vocabulary_of(catalog)

    @lru_cache(maxsize=_CACHED_TEXTS)
    def match(text: str) -> KnownWord | None:
        item = vocabulary.items.get(item_key(text)) if len(text) <= _MAX_ID_LENGTH else None
        key, signature = normalize_text(text), is_software_signature(text)
        field = vocabulary.fields.get(key)
        return KnownWord(item, field, signature) if item or field or signature else None

    return match
