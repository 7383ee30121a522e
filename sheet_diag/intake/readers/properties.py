"""What a package tells about itself besides cells: properties, times, pictures, what could act."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from sheet_diag.intake.readers.ooxml_package import WorkbookPackage
from sheet_diag.intake.readers.xml import read_elements

_ANCHORS: Final = ("oneCellAnchor", "twoCellAnchor", "absoluteAnchor")
_DRAWING: Final = re.compile(r"xl/drawings/[^/]+\.xml")
# Keys of `problem.active.*`, and the names of parts that give each of them away.
_ACTIVE: Final = (
    ("macros", re.compile(r"vbaproject\.bin$|/macrosheets/")),
    ("links", re.compile(r"/externallinks/[^/]+\.(xml|bin)$")),
    ("objects", re.compile(r"/embeddings/|/oleobject[^/]*$")),
    ("controls", re.compile(r"/activex/")),
    ("queries", re.compile(r"/connections\.(xml|bin)$|/querytables/")),
)


def read_custom_properties(package: WorkbookPackage) -> dict[str, str]:
    """The custom document properties of an OOXML package, as text."""
    found: dict[str, str] = {}
    name = ""
    for element, attributes, text in read_elements(package.read("docProps/custom.xml")):
        if element == "property":
            name = attributes.get("name", "")
        elif name and text:
            found.setdefault(name, text)
    return found


def read_last_modified(package: WorkbookPackage) -> str:
    """When an OOXML package was last saved (ISO 8601, UTC); empty where it does not tell."""
    core = read_elements(package.read("docProps/core.xml"))
    return to_utc(next((text for element, _, text in core if element == "modified"), ""))


def to_utc(text: str) -> str:
    """A time of ISO 8601 in UTC, to the second; one without a zone as it stands."""
    try:
        time = datetime.fromisoformat(text.strip()[:40])
        time = time.astimezone(UTC) if time.tzinfo else time
    except (ValueError, OverflowError):
        return ""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


def count_pictures(package: WorkbookPackage) -> int:
    """Pictures and shapes that lie over the cells; groups and charts count as one."""
    parts = [package.read(name) for name in package.names if _DRAWING.fullmatch(name)]
    return sum(name in _ANCHORS for part in parts for name, _, _ in read_elements(part))


def find_active_content(names: Iterable[str]) -> tuple[str, ...]:
    """What could act in an OOXML package, told by the names of its parts."""
    listed = tuple(names)
    return tuple(key for key, shape in _ACTIVE if any(map(shape.search, listed)))
