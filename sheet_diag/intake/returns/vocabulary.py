"""What the words of a catalogue mean on a returned sheet, folded once for all returns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.forms.layout import item_key
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, Item
from sheet_diag.model.per_catalog import prepared
from sheet_diag.model.record import Text
from sheet_diag.text.normalize import fold, remembered

Spellings = Mapping[str, Mapping[str, Choice]]

_SPACES: Final = re.compile(r"\s")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Look-ups by folded words.

    `items` by the key of their number; `spellings` the choices of every answer set, by labels and
    aliases of both languages; `questions` the wordings of each item's question (see `closed_up`);
    `fields` the ids of those of the profile by label, with the label's language.
    """

    catalog: Catalog
    items: Mapping[str, Item]
    spellings: Spellings
    questions: Mapping[str, frozenset[str]]
    fields: Mapping[str, tuple[str, Lang]]


@remembered
def closed_up(text: str) -> str:
    """The text as questions are compared: folded, without white space."""
    return _SPACES.sub("", fold(text))


@prepared
def lexicon_of(catalog: Catalog) -> Lexicon:
    """The lexicon of a catalogue."""
    return Lexicon(
        catalog,
        items={item_key(item.id): item for item in catalog.items.values()},
        spellings={
            name: {fold(word): choice for choice in choices for word in _words(choice)}
            for name, choices in catalog.answer_sets.items()
        },
        questions={item.id: _wordings(item.question) for item in catalog.items.values()},
        fields={fold(f.label[lang]): (f.id, lang) for f in catalog.profile for lang in Lang},
    )


def _words(choice: Choice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)


def _wordings(question: Text) -> frozenset[str]:
    return frozenset(map(closed_up, (question.ja, question.en)))
