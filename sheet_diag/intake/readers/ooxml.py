"""Survey a workbook of OOXML, .xlsx and .xlsb: its list of sheets, then the part of every sheet.

A part in the folder of the worksheets is measured even where no list leads to it: readers may
find it in ways of their own.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import unreadable_file_error, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.package import (
    MarkupError,
    PackageDamagedError,
    WorkbookPackage,
    read_elements,
)
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, exceeds_area, to_utc
from sheet_diag.model.settings import Limits

_FOLDER: Final = "/worksheets/"
# Only pictures put into cells have this part; other rich values share the rest of the machinery.
_PICTURES_IN_CELLS: Final = "xl/richdata/richvaluerel.xml"


@dataclass(frozen=True, slots=True)
class SheetParts:
    """How a format writes the sheets of a workbook.

    `main` is the usual name of the part that lists them, `ending` that of the parts of sheets;
    `list_sheets` gives name and relation of each, `survey` takes a part and whether the workbook
    has pictures in cells.
    """

    main: str
    ending: str
    list_sheets: Callable[[bytes], Iterable[tuple[str, str]]]
    survey: Callable[[bytes, bool], SheetSurvey]
    drop_stray_cells: Callable[[bytes], bytes]


def survey_ooxml(
    content: bytes, form: SheetParts, limits: Limits, inspected: InspectedPackage | None
) -> Survey:
    """Survey the workbook. Raises `RefusedError`."""
    try:
        package = WorkbookPackage(content, inspected)
        recoded = package.in_utf16()  # allowed, but the first reader finds no cells in them
        if recoded:
            content = package.replaced(recoded)
            package = WorkbookPackage(content)
    except PackageDamagedError as error:
        raise unreadable_file_error(error) from error
    listed = _list_sheets(package, form)
    parts = _sheet_parts(package, [part for _, part in listed], form)
    if max(len(listed), len(parts)) > limits.sheets:
        raise unsafe_file_error("sheets")
    sheets = {part: _survey_part(package, part, form) for part in parts}
    strayed = [part for part, sheet in sheets.items() if exceeds_area(sheet, limits.area)]
    return Survey(
        _without_stray_cells(package, strayed, sheets, form) if strayed else content,
        sheets={name: sheets[part] for name, part in listed if part in sheets},
        properties=_read_custom_properties(package),
        modified=_read_last_modified(package),
        pictures=_count_pictures(package),
        active=_find_active_content(package.names),
    )


def _list_sheets(package: WorkbookPackage, form: SheetParts) -> list[tuple[str, str]]:
    """List name and part of every sheet that the workbook lists; none where that is damaged."""
    main = _main_part(package, form)
    folder, name = posixpath.split(main)
    targets = {
        attributes.get("Id", ""): _resolve_target(folder, attributes.get("Target", ""))
        for element, attributes, _ in read_elements(package.read(f"{folder}/_rels/{name}.rels"))
        if element == "Relationship"
    }
    sheets = form.list_sheets(package.read(main))
    return [(title, targets.get(relation, "")) for title, relation in sheets]


def _main_part(package: WorkbookPackage, form: SheetParts) -> str:
    for _, attributes, _ in read_elements(package.read("_rels/.rels")):
        if attributes.get("Type", "").endswith("/officeDocument"):
            target = _resolve_target("", attributes.get("Target", ""))
            return target if target in package.names else form.main
    return form.main


def _resolve_target(folder: str, target: str) -> str:
    path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
    return path.lstrip("/").lower()


def _sheet_parts(package: WorkbookPackage, listed: list[str], form: SheetParts) -> list[str]:
    in_folder = {
        name for name in package.names if _FOLDER in f"/{name}" and name.endswith(form.ending)
    }
    return sorted(in_folder | {part for part in listed if part in package.names})


def _survey_part(package: WorkbookPackage, part: str, form: SheetParts) -> SheetSurvey:
    try:
        content = package.content(part)
    except PackageDamagedError as error:
        raise unreadable_file_error(error) from error
    return form.survey(content, _PICTURES_IN_CELLS in package.names)


def _without_stray_cells(
    package: WorkbookPackage, parts: list[str], sheets: dict[str, SheetSurvey], form: SheetParts
) -> bytes:
    try:
        copies = {part: form.drop_stray_cells(package.content(part)) for part in parts}
    except (MarkupError, PackageDamagedError) as error:
        raise unsafe_file_error("area") from error
    for part in parts:
        sheets[part].cut_to_kept()
    return package.replaced(copies)


# --- what a package holds besides cells

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


def _read_custom_properties(package: WorkbookPackage) -> dict[str, str]:
    """Read the custom document properties, as text."""
    found: dict[str, str] = {}
    name = ""
    for element, attributes, text in read_elements(package.read("docProps/custom.xml")):
        if element == "property":
            name = attributes.get("name", "")
        elif name and text:
            found.setdefault(name, text)
    return found


def _read_last_modified(package: WorkbookPackage) -> str:
    """Read when the workbook was last saved (ISO 8601, UTC); empty where it does not say."""
    core = read_elements(package.read("docProps/core.xml"))
    return to_utc(next((text for element, _, text in core if element == "modified"), ""))


def _count_pictures(package: WorkbookPackage) -> int:
    """Count pictures and shapes over the cells; groups and charts count as one."""
    parts = [package.read(name) for name in package.names if _DRAWING.fullmatch(name)]
    return sum(name in _ANCHORS for part in parts for name, _, _ in read_elements(part))


def _find_active_content(names: tuple[str, ...]) -> tuple[str, ...]:
    """Find what could act, by the names of the parts."""
    return tuple(key for key, shape in _ACTIVE if any(map(shape.search, names)))
