"""The survey of an OOXML package: its sheets, its properties, what lies beside cells."""

from __future__ import annotations

import posixpath
import re
from datetime import UTC, datetime
from typing import Final

from sheet_diag.intake.readers.markup import elements
from sheet_diag.intake.readers.package import DamagedError, Package
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, is_beyond, unreadable
from sheet_diag.intake.readers.worksheet import MarkupError, roughly, survey_worksheet, trimmed
from sheet_diag.model.settings import Limits

# What could act, by a part of its name.
_ACTIVE: Final = {
    "macros": ("vbaproject", "macrosheets/"),
    "links": ("externallinks/",),
    "objects": ("embeddings/", "oleobject"),
    "controls": ("activex/",),
    "queries": ("connections.xml", "connections.bin", "querytables/"),
}
_ANCHORS: Final = ("oneCellAnchor", "twoCellAnchor", "absoluteAnchor")
_DRAWING = re.compile(r"drawings/drawing[^/]*\.xml$")
_WORKSHEET = re.compile(r"worksheets/[^/]+\.xml$")


def survey_package(content: bytes, limits: Limits) -> Survey:
    """Survey the package; stray cells are left out of what the readers will see.

    Raises `RefusedError`.
    """
    try:
        package = Package(content)
    except DamagedError as error:
        raise unreadable(error) from error
    parts = {name: package.read(name) for name in package.names if _WORKSHEET.search(name)}
    in_cells = any("richdata/" in name or "cellimages" in name for name in package.names)
    sheets = {name: _survey(part, pictures=in_cells) for name, part in parts.items()}
    beyond = {name for name, sheet in sheets.items() if is_beyond(sheet, limits.area)}
    if beyond:
        content = package.replaced({name: _trimmed(parts[name]) for name in beyond})
        for name in beyond:
            sheets[name].cut_to_kept()
    names = _sheet_names(package)
    return Survey(
        content,
        {names[part]: sheet for part, sheet in sheets.items() if part in names},
        _properties(package),
        _modified(package),
        _pictures(package),
        tuple(key for key, marks in _ACTIVE.items() if _has(package, marks)),
    )


def _survey(part: bytes, *, pictures: bool) -> SheetSurvey:
    try:
        return survey_worksheet(part, pictures=pictures)
    except MarkupError:
        return roughly(part)


def _trimmed(part: bytes) -> bytes:
    try:
        return trimmed(part)
    except MarkupError as error:
        raise unreadable(error) from error


def _sheet_names(package: Package) -> dict[str, str]:
    """Name of each sheet by its part; none where the workbook's own list is damaged."""
    book = next((name for name in package.names if name.endswith("/workbook.xml")), "")
    folder, file = posixpath.split(book)
    targets = {
        attributes.get("Id", ""): _target(folder, attributes.get("Target", ""))
        for name, attributes, _ in elements(package.read(f"{folder}/_rels/{file}.rels"))
        if name == "Relationship"
    }
    return {
        targets[attributes["id"]]: attributes.get("name", "")
        for name, attributes, _ in elements(package.read(book))
        if name == "sheet" and attributes.get("id") in targets
    }


def _target(folder: str, target: str) -> str:
    plain = target.replace("\\", "/").lower()
    return plain.lstrip("/") if plain.startswith("/") else posixpath.normpath(f"{folder}/{plain}")


def _properties(package: Package) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for element, attributes, text in elements(package.read("docProps/custom.xml")):
        if element == "property":
            name = attributes.get("name", "")
        elif name and text.strip():
            found[name] = text.strip()
    return found


def _modified(package: Package) -> str:
    for name, _, text in elements(package.read("docProps/core.xml")):
        if name == "modified":
            return utc(text)
    return ""


def utc(text: str) -> str:
    """A time as ISO 8601 in UTC; one without a zone is taken as it is, nonsense is empty."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return ""
    if moment.tzinfo:
        moment = moment.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _pictures(package: Package) -> int:
    """Pictures and shapes on the sheets; the boxes of notes are none."""
    drawings = [package.read(name) for name in package.names if _DRAWING.search(name)]
    return sum(name in _ANCHORS for part in drawings for name, _, _ in elements(part))


def _has(package: Package, marks: tuple[str, ...]) -> bool:
    return any(mark in name for name in package.names for mark in marks)
