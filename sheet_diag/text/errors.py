"""Writes errors that are not our fault as sentences."""

from __future__ import annotations

import errno
from pathlib import Path, PurePath
from typing import Final

from sheet_diag.model.basics import UserError
from sheet_diag.text.wording import Wording

_OPEN_IN_EXCEL: Final = (".xlsx", ".csv")
_LONGEST: Final = 259  # characters of a path on Windows
# Errors by their numbers, those of Windows apart.
_FULL: Final = (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC)
_FULL_ON_WINDOWS: Final = (39, 112)
_NO_SUCH_PATH: Final = (2, 3)  # as Windows says of a path that is too long, too
_TOO_LONG_ON_WINDOWS: Final = 206
_CLOUD: Final = frozenset({*range(358, 367), *range(374, 399), 404, 426, 434})


def describe_error(error: Exception, say: Wording) -> str | None:
    """Describe an error that is not our fault in a sentence; None for any other."""
    if isinstance(error, UserError):
        return error.describe(say)
    if isinstance(error, MemoryError):
        return say("cli.error.limits")
    if isinstance(error, OSError):
        path = str(error.filename2 or error.filename or "")
        reason = error.strerror or type(error).__name__
        return say(_choose_label(error, path), path=path, reason=reason, length=len(path))
    return None


def _choose_label(error: OSError, path: str) -> str:
    windows = getattr(error, "winerror", None)
    long = windows in _NO_SUCH_PATH and len(str(Path(path).absolute())) > _LONGEST
    if error.errno in _FULL or windows in _FULL_ON_WINDOWS:
        return "cli.error.write.full"
    if error.errno == errno.ENAMETOOLONG or windows == _TOO_LONG_ON_WINDOWS or long:
        return "cli.error.write.long"
    if windows in _CLOUD:
        return "cli.error.write.cloud"
    is_table = PurePath(path).suffix in _OPEN_IN_EXCEL
    return "cli.error.write.open" if is_table else "cli.error.write"
