"""A worksheet part of an .xlsx without the cells that lie far away; loaded only where there are."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from sheet_diag.intake.readers.survey import is_kept
from sheet_diag.intake.readers.worksheet import Places
from sheet_diag.intake.readers.xml import Attributes, local, walk


def trimmed(part: bytes) -> bytes:
    """The part without stray cells (see `is_kept`). Raises `MarkupError`."""
    trimmer = _Trimmer()
    walk(part, trimmer.start, trimmer.end, trimmer.text)
    return "".join(trimmer.kept).encode()


class _Trimmer:
    """Writes the part again, without rows and cells that are not kept."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._places = Places()
        self._dropped = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if self._dropped or not self._is_kept(local(name), attributes):
            self._dropped += 1
            return
        pairs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.kept.append(f"<{name}{pairs}>")

    def end(self, name: str) -> None:
        if self._dropped:
            self._dropped -= 1
        else:
            self.kept.append(f"</{name}>")

    def text(self, data: str) -> None:
        if not self._dropped:
            self.kept.append(escape(data))

    def _is_kept(self, name: str, attributes: Attributes) -> bool:
        if name == "row":
            self._places.enter_row(attributes)
            return is_kept(self._places.row, 0)
        if name == "c":
            self._places.enter_cell(attributes)
            return is_kept(*self._places.at)
        return name != "dimension"
