"""What holds where a workbook says nothing: standard rows, and families of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sheet_diag.catalog.builder.values import split_list
from sheet_diag.catalog.raw_tree import read_yaml
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import fold_text

StandardRows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class WordFamily:
    """Words that mean one of the standard answers: `words` folded, `spellings` by language."""

    id: str
    role: str
    words: frozenset[str]
    spellings: Mapping[str, tuple[str, ...]]


@cache
def load_standard(lang: Lang) -> StandardRows:
    """Load the standard rows of a language; they stand in the same order in both."""
    source = resources.files("sheet_diag.catalog") / "data" / "standard" / f"{lang.value}.yaml"
    rows: StandardRows = read_yaml(source.read_bytes())
    return rows


@cache
def load_families() -> tuple[WordFamily, ...]:
    """Load the families of words of the standard answers."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    roles: dict[str, str] = {}
    for lang in Lang:
        for row in load_standard(lang)["choices"]:
            if row["id"] == "standard":
                words = (row["choice"], *split_list(row.get("synonyms", "")))
                found.setdefault(row["choice id"], {})[lang.value] = words
                roles[row["choice id"]] = row["role"]
    return tuple(
        WordFamily(
            name,
            roles[name],
            frozenset(fold_text(word) for words in spellings.values() for word in words),
            spellings,
        )
        for name, spellings in found.items()
    )
