"""A4 landscape for sheets that print at a scale: Excel ignores manual breaks where it fits."""

from __future__ import annotations

from typing import Final

# Inside the margins of `Page.paper`, in points; the width less a little for printers that set
# columns wider than the screen does.
WIDTH: Final = 710.0
HEIGHT: Final = 500.0


def scale_for(pixels: int) -> int:
    """The percentage at which so many pixels (96 dpi) fit the width; never more than 100."""
    return min(100, int(WIDTH / (pixels * 0.75) * 100))
