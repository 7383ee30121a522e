"""The headings by which a table of ours is known again, in whatever language it was made."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.wording import Wording


@cache  # asked for every row of every sheet of a campaign
def heading_spellings(key: str) -> Mapping[str, Lang]:
    """The spellings of a heading, folded, by the key of its wording."""
    return {normalize_text(Wording(lang)(key)): lang for lang in Lang}
