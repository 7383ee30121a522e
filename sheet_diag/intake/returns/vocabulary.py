"""What the words of a catalogue mean on a returned sheet, folded once for all returns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.forms.layout import item_key
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, Item
from sheet_diag.model.per_catalog import cached_per_catalog
from sheet_diag.model.record import Text
from sheet_diag.text.normalize import cache_short_texts, normalize_text

ChoiceSpellings = Mapping[str, Mapping[str, Choice]]

_SPACES: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Look-ups by folded words.

    `items` by the key of their number; `spellings` the choices of every answer set, by labels and
    aliases of both languages; `questions` the wordings of each item's question (see
    `question_key`);
    `fields` the ids of those of the profile by label, with the label's language.
    """

    catalog: Catalog
    items: Mapping[str, Item]
    spellings: ChoiceSpellings
    questions: Mapping[str, frozenset[str]]
    fields: Mapping[str, tuple[str, Lang]]


@cache_short_texts
def question_key(text: str) -> str:
    """The text as questions are compared: folded, without white space."""
    return _SPACES.sub("", normalize_text(text))


@cached_per_catalog
def vocabulary_of(catalog: Catalog) -> Vocabulary:
    """The lexicon of a catalogue."""
    return Vocabulary(
        catalog,
        items={item_key(item.id): item for item in catalog.items.values()},
        spellings={
            name: {normalize_text(word): choice for choice in choices for word in _words(choice)}
            for name, choices in catalog.answer_sets.items()
        },
        questions={item.id: _wordings(item.question) for item in catalog.items.values()},
        fields={
            normalize_text(f.label[lang]): (f.id, lang) for f in catalog.profile for lang in Lang
        },
    )


def _words(choice: Choice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)


def _wordings(question: Text) -> frozenset[str]:
    return frozenset(map(question_key, (question.ja, question.en)))
