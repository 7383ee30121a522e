"""Digests of questions, by which a later version of a catalogue knows what was asked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item, cached_per_catalog
from sheet_diag.model.record import Text
from sheet_diag.model.versions import EarlierItem
from sheet_diag.text.glosses import drop_explanations
from sheet_diag.text.normalize import item_key, normalize_text

_DIGITS: Final = 12
_JOINT: Final = "."  # between those of two languages


@cached_per_catalog
def digest_questions(catalog: Catalog) -> Mapping[str, str]:
    """Digest the text of each question in every language, as texts are compared.

    Explanations of terms do not count: they move with the questions that use a term first.
    """
    return {name: _digest(catalog, item) for name, item in catalog.items.items()}


def digest_text(text: str) -> str:
    """Digest a text without its white space."""
    folded = "".join(normalize_text(text).split())
    return hashlib.sha256(folded.encode()).hexdigest()[:_DIGITS]


@cached_per_catalog
def digest_other_texts(catalog: Catalog) -> tuple[str, ...]:
    """Digest what the catalogue writes on a sheet outside of its questions."""
    texts = (text[lang] for text in list_other_texts(catalog) if text for lang in Lang)
    return tuple(dict.fromkeys(map(digest_text, texts)))


def list_other_texts(catalog: Catalog) -> Iterator[Text | None]:
    """List the texts that stand on a sheet as the catalogue gives them, without its questions."""
    yield from (catalog.title, catalog.purpose, *catalog.own_labels.values())
    for category in catalog.categories:
        yield from (category.name, category.short)
    for choices in catalog.answer_sets.values():
        yield from (choice.meaning for choice in choices)
    for field in catalog.profile:
        yield from (field.label, field.hint)


def is_same_question(then: str | None, now: str | None) -> bool:
    """Whether two digests are of one question, of which one may be in one language alone."""
    if then is None or now is None:
        return False
    before, after = set(then.split(_JOINT)), set(now.split(_JOINT))
    return before <= after or after <= before


def spell_as_asked(rows: Iterable[EarlierItem], numbers: Iterable[str]) -> tuple[EarlierItem, ...]:
    """Write old numbers as they were asked, where an author spells them otherwise (① for 1)."""
    known = {item_key(number): number for number in numbers}
    return tuple(
        row.model_copy(update={"old": known.get(item_key(row.old), row.old)}) if row.old else row
        for row in rows
    )


def _digest(catalog: Catalog, item: Item) -> str:
    texts = (drop_explanations(catalog.glossary, item.question[lang], lang) for lang in Lang)
    digests = (hashlib.sha256(normalize_text(text).encode()).hexdigest() for text in texts)
    return _JOINT.join(dict.fromkeys(digest[:_DIGITS] for digest in digests))
