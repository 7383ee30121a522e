"""A worksheet part of an .xlsx without the cells that lie far away; loaded only where there are."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from sheet_diag.intake.readers.survey import is_in_kept_area
from sheet_diag.intake.readers.worksheet import CellPlaces
from sheet_diag.intake.readers.xml import Attributes, local_name, walk_xml


def drop_stray_cells(part: bytes) -> bytes:
    """The part without stray cells (see `is_in_kept_area`). Raises `MarkupError`."""
    trimmer = _StrayCellFilter()
    walk_xml(part, trimmer.start, trimmer.end, trimmer.text)
    return "".join(trimmer.kept).encode()


class _StrayCellFilter:
    """Writes the part again, without rows and cells that are not kept."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self._places = CellPlaces()
        self._dropped = 0

    def start(self, name: str, attributes: Attributes) -> None:
        if self._dropped or not self._is_kept(local_name(name), attributes):
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
            return is_in_kept_area(self._places.row, 0)
        if name == "c":
            self._places.enter_cell(attributes)
            return is_in_kept_area(*self._places.at)
        return name != "dimension"
