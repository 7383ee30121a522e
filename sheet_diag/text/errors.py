"""Writes errors that are not our fault as sentences."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final

from sheet_diag.model.basics import UserError
from sheet_diag.text.wording import Wording

_OPEN_IN_EXCEL: Final = (".xlsx", ".csv")


def describe_error(error: Exception, say: Wording) -> str | None:
    """Describe an error that is not our fault in a sentence; None for any other."""
    if isinstance(error, UserError):
        return error.describe(say)
    if isinstance(error, MemoryError):
        return say("cli.error.limits")
    if isinstance(error, OSError):
        path = error.filename2 or error.filename or ""
        may_be_open = PurePath(str(path)).suffix in _OPEN_IN_EXCEL
        key = "cli.error.write.open" if may_be_open else "cli.error.write"
        return say(key, path=path, reason=error.strerror or type(error).__name__)
    return None
