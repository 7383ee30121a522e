"""Digests of questions, by which a later version of a catalogue knows what was asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item, cached_per_catalog
from sheet_diag.text.glosses import drop_explanations
from sheet_diag.text.normalize import normalize_text

_DIGITS: Final = 12


@cached_per_catalog
def digest_questions(catalog: Catalog) -> Mapping[str, str]:
    """Digest the text of each question in every language, as texts are compared.

    Explanations of terms do not count: they move with the questions that use a term first.
    """
    return {name: _digest(catalog, item) for name, item in catalog.items.items()}


def _digest(catalog: Catalog, item: Item) -> str:
    texts = [
        normalize_text(drop_explanations(catalog.glossary, item.question[lang], lang))
        for lang in Lang
    ]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:_DIGITS]
