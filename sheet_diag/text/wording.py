"""Every label that people read and the catalogue does not hold, in Japanese and English.

The texts lie beside this module, one YAML file a part of the product; a key such as
`sheet.column.answer` is the file's name and the key in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

import yaml

from sheet_diag.model.basics import Lang, Named

if TYPE_CHECKING:  # help pages do without pydantic
    from sheet_diag.model.catalog import Catalog
    from sheet_diag.model.record import Text

MOST_NAMED: Final = 5
# The labels that call things by their names: those of documents that nobody sends back.
_NAMING: Final = ("report.", "view.", "comparison.", "simulation.", "portfolio.")
_WORDS: Final[Mapping[Lang, Mapping[Named, tuple[str, ...]]]] = {
    Lang.JA: {
        "category": ("カテゴリ", "分野"),
        "question": ("設問",),
        "rank": ("ランク",),
        "score": ("評価点",),
    },
    Lang.EN: {
        "category": ("category", "categories", "area", "areas"),
        "question": ("question", "questions"),
        "rank": ("rating", "ratings"),
        "score": ("score", "scores"),
    },
}
_KIND: Final = ".yaml"


@dataclass(frozen=True, slots=True)
class Wording:
    """The labels of one language: `say("sheet.column.answer")`; `own` takes their place.

    Of an own one that is None nothing is said. `names` are what documents call a category, a
    question, a rank and a score.
    """

    lang: Lang
    own: Mapping[str, Text | None] = field(default_factory=dict, hash=False)
    names: Mapping[Named, Text] = field(default_factory=dict, hash=False)

    def __call__(self, key: str, /, **parts: object) -> str:
        """Give a label with its `{parts}` filled in. Raises `KeyError` for an unknown key."""
        if key in self.own:
            own = self.own[key]
            text = own[self.lang] if own else ""
        else:
            text = _texts_in(self.lang)[key]
            if self.names and key.startswith(_NAMING):
                text = self._rename(text)
        return text.format(**parts) if parts else text

    def _rename(self, text: str) -> str:
        """Call things in a label as the catalogue does; what is filled in stays as it is."""
        words = {w: named for named, found in _WORDS[self.lang].items() for w in found}

        def call(found: re.Match[str]) -> str:
            word = found[0].casefold()
            name = self.names.get(words[word]) if word in words else None
            if name is None:
                return found[0]
            own = name[self.lang] + ("s" if word.endswith("s") else "")
            return own[0].upper() + own[1:] if found[0][0].isupper() else own

        edge = r"\b" if self.lang is Lang.EN else ""
        return re.sub(rf"\{{[^{{}}]*\}}|{edge}(?:{'|'.join(words)}){edge}", call, text, flags=re.I)


def word_catalog(catalog: Catalog, lang: Lang) -> Wording:
    """Take the labels as this version of the catalogue words them."""
    return Wording(lang, catalog.own_labels, catalog.names)


class _LabelTexts(dict[str, str]):
    """The labels of one language, a file at a time as they are asked for: help pages take one."""

    def __init__(self, lang: Lang) -> None:
        self._lang = lang.value

    def __missing__(self, key: str) -> str:
        found = _load_labels(key.partition(".")[0])
        self.update((each, texts[self._lang]) for each, texts in found.items())
        return found[key][self._lang]


@cache
def _texts_in(lang: Lang) -> Mapping[str, str]:
    """One language apart: a report asks for a label a thousand times."""
    return _LabelTexts(lang)


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """Load every label: key -> language -> text."""
    files = (file.name for file in resources.files("sheet_diag.text.labels").iterdir())
    parts = [name.removesuffix(_KIND) for name in files if name.endswith(_KIND)]
    return {key: texts for part in parts for key, texts in _load_labels(part).items()}


def find_label(key: str) -> Mapping[str, str]:
    """Find the texts of a label by language; none where there is no such label."""
    return _load_labels(key.partition(".")[0]).get(key, {})


@cache
def _load_labels(name: str) -> Mapping[str, Mapping[str, str]]:
    """Load the labels of one file; none where there is no such file."""
    file = resources.files("sheet_diag.text.labels") / f"{name}{_KIND}"
    if not file.is_file():
        return {}
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    texts = yaml.load(file.read_bytes().decode("utf-8"), Loader=loader)
    return {f"{name}.{key}": text for key, text in texts.items()}


def join_first(words: Sequence[str], most: int = MOST_NAMED) -> str:
    """Join the first words of a list for a message, with a sign where there are more."""
    more = ("…",) if len(words) > most else ()
    return ", ".join((*words[:most], *more))
