"""How typed words are compared: one spelling for all that look alike to a person.

Folding is lossy (① becomes 1, ㈱ becomes (株)), so the raw value is always kept beside it.
"""

from __future__ import annotations

import re
import unicodedata

# Zero-width characters, BOM, bidi marks, variation selectors: seen in pasted answers, not meant.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_EDGES = " 　'\"“”。．.、,・:;"
# NFKC leaves these beside the characters that people type for them.
_ALIKE = str.maketrans("‘’〜", "''~")
_PAIRS = ("()", "[]", "「」", "『』", "【】")


def fold(text: str) -> str:
    """Fold width, case, white space, invisible characters and surrounding punctuation."""
    wide = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_ALIKE)
    plain = _SPACES.sub(" ", wide).strip(_EDGES)
    while len(plain) > 1 and plain[0] + plain[-1] in _PAIRS:
        plain = plain[1:-1].strip(_EDGES)
    return plain.casefold()


def tidy(text: str) -> str:
    """Clean free text without changing what it says: line ends, invisible and edge white space."""
    lines = _INVISIBLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip(" \t\n\u3000\u00a0")
