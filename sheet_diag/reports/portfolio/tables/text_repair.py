"""What a client typed, as a frame can hold it: pandas refuses lone surrogates beside pyarrow."""

from __future__ import annotations


def replace_surrogates(text: str) -> str:
    """The text, with a question mark for every lone surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
