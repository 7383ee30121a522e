"""Which standard answer a firm's word means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from sheet_diag.catalog.builder.standard import load_families
from sheet_diag.text.normalize import fold_text

_DASHES: Final = ("-", "－", "−", "―", "—", "‐", "–", "ー", "/", "／")


def find_family(word: str) -> str | None:
    """Find the standard answer that a word means (`yes`, `na` …); None where it is none."""
    if word.strip() in _DASHES:
        return "na"
    return _families().get(fold_text(word))


def are_choices(words: Sequence[str]) -> bool:
    """Whether words are choices of an answer: most are known."""
    known = [word for word in words if find_family(word)]
    return len(words) > 1 and len(known) * 2 >= len(words)


@cache
def _families() -> dict[str, str]:
    return {word: family.id for family in load_families() for word in family.words}
