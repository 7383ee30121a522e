"""What the door does not let through."""

from __future__ import annotations

from typing import Any


class WorkbookError(Exception):
    """XlsxWriter refused a cell or an option: our own mistake, never the client's."""


def require_done(code: Any) -> None:
    """Raise where XlsxWriter has refused by a negative return code, None or False."""
    if isinstance(code, int) and code < 0:
        raise WorkbookError(f"the workbook refused a cell or an option ({code})")
