"""The notes on the cells of a correction: what they say, and how one is known as ours."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording, labels

_TITLE: Final = "sheet.request.note.title"
_REQUEST: Final = re.compile(r"problem\.[A-Z_]+\.client")
_PART: Final = re.compile(r"\\\{\w+\\\}")  # of an escaped text
_LONGEST: Final = 10_000


def write_note(number: int, entry: str, expected: str, request: str, say: Wording) -> str:
    """Write one point of a note: what is there, what is expected, why."""
    lines = [say(_TITLE, number=number), say("sheet.request.note.entry", text=entry)]
    if expected:
        lines.append(say("sheet.request.note.expected", text=expected))
    return "\n".join([*lines, request])


def is_own_note(text: str) -> bool:
    """Tell whether a note begins and ends as ours do: nobody wrote below it."""
    lines = text.strip().splitlines()
    if not lines or len(text) > _LONGEST:
        return False
    if not _match_titles().fullmatch(lines[0].strip()):
        return False
    return _match_requests().fullmatch(lines[-1].strip()) is not None


@cache
def _match_titles() -> re.Pattern[str]:
    """Match what our notes begin with, in both languages."""
    return _match_any(Wording(lang)(_TITLE) for lang in Lang)


@cache
def _match_requests() -> re.Pattern[str]:
    """Match what our notes end with, in both languages."""
    requests = [key for key in labels() if _REQUEST.fullmatch(key)]
    return _match_any(text for key in requests for text in labels()[key].values())


def _match_any(texts: Iterable[str]) -> re.Pattern[str]:
    """Match texts whose parts may say anything."""
    patterns = [_PART.sub(".*", re.escape(text.strip())) for text in texts]
    return re.compile("|".join(patterns))
