"""Which standard answer a firm's word means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import normalize_text

_DASHES: Final = ("-", "－", "−", "―", "—", "‐", "–", "ー", "/", "／")


def find_family(word: str) -> str | None:
    """Find the standard answer that a word means (`yes`, `na` …); None where it is none."""
    if word.strip() in _DASHES:
        return "na"
    return _families().get(normalize_text(word))


def are_choices(words: Sequence[str]) -> bool:
    """Whether words are choices of an answer: most are known."""
    known = [word for word in words if find_family(word)]
    return len(words) > 1 and len(known) * 2 >= len(words)


@cache
def _families() -> dict[str, str]:
    return {
        normalize_text(word): choice.id
        for choices in load_catalog().answer_sets.values()
        for choice in choices
        for lang in Lang
        for word in (choice.label[lang], *choice.aliases[lang])
        if choice.id in ("yes", "partial", "no", "unknown", "na")
    }
