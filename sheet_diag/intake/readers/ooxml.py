"""Survey of an OOXML workbook, .xlsx and .xlsb: its list of sheets, then every sheet's part.

A part in the folder of the worksheets is measured even where no list leads to it: readers may
find it in ways of their own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import Format, unreadable, unsafe
from sheet_diag.intake.package_inspection import Inspected
from sheet_diag.intake.readers import properties as facts
from sheet_diag.intake.readers import worksheet
from sheet_diag.intake.readers import xlsb as binary
from sheet_diag.intake.readers.ooxml_package import DamagedError, Package
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, is_beyond
from sheet_diag.intake.readers.xml import Attributes, MarkupError, elements
from sheet_diag.model.settings import Limits

_FOLDER: Final = "/worksheets/"
# Only pictures put into cells have this part; other rich values share the rest of the machinery.
_PICTURES_IN_CELLS: Final = "xl/richdata/richvaluerel.xml"


@dataclass(frozen=True, slots=True)
class _Listed:
    """A sheet of the workbook's list, and the part that holds it."""

    name: str
    part: str


def survey_ooxml(
    content: bytes, form: Format, limits: Limits, inspected: Inspected | None = None
) -> Survey:
    """Survey the workbook. Raises `RefusedError`."""
    try:
        package = Package(content, inspected)
        recoded = package.in_utf16()  # allowed, but the first reader finds no cells in them
        if recoded:
            content = package.replaced(recoded)
            package = Package(content)
    except DamagedError as error:
        raise unreadable(error) from error
    listed = list(_listed(package, form))
    parts = _sheet_parts(package, listed, form)
    if max(len(listed), len(parts)) > limits.sheets:
        raise unsafe("sheets")
    sheets = {part: _surveyed(package, part, form) for part in parts}
    strayed = [part for part, sheet in sheets.items() if is_beyond(sheet, limits.area)]
    return Survey(
        _without_stray_cells(package, strayed, sheets, form) if strayed else content,
        sheets={each.name: sheets[each.part] for each in listed if each.part in sheets},
        properties=facts.custom_properties(package),
        modified=facts.last_modified(package),
        pictures=facts.pictures(package),
        active=facts.active_content(package.names),
    )


def _listed(package: Package, form: Format) -> Iterator[_Listed]:
    """The sheets that the workbook lists; nothing where the list is damaged."""
    main = _main_part(package, form)
    folder, name = posixpath.split(main)
    relations = elements(package.read(f"{folder}/_rels/{name}.rels"))
    targets = {
        attributes.get("Id", ""): _resolved(folder, attributes.get("Target", ""))
        for element, attributes, _ in relations
        if element == "Relationship"
    }
    if form is Format.XLSB:
        pairs = binary.listed_sheets(package.read(main))
    else:
        sheets = elements(package.read(main))
        pairs = [
            (each["name"], each.get("id", "")) for name, each, _ in sheets if _is_sheet(name, each)
        ]
    for title, relation in pairs:
        yield _Listed(title, targets.get(relation, ""))


def _is_sheet(element: str, attributes: Attributes) -> bool:
    return element == "sheet" and "name" in attributes


def _main_part(package: Package, form: Format) -> str:
    usual = "xl/workbook.bin" if form is Format.XLSB else "xl/workbook.xml"
    for _, attributes, _ in elements(package.read("_rels/.rels")):
        if attributes.get("Type", "").endswith("/officeDocument"):
            target = _resolved("", attributes.get("Target", ""))
            return target if target in package.names else usual
    return usual


def _resolved(folder: str, target: str) -> str:
    path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
    return path.lstrip("/").lower()


def _sheet_parts(package: Package, listed: list[_Listed], form: Format) -> list[str]:
    ending = ".bin" if form is Format.XLSB else ".xml"
    named = {name for name in package.names if _FOLDER in f"/{name}" and name.endswith(ending)}
    targets = {each.part for each in listed if each.part in package.names}
    return sorted(named | targets)


def _surveyed(package: Package, part: str, form: Format) -> SheetSurvey:
    try:
        content = package.content(part)
    except DamagedError as error:
        raise unreadable(error) from error
    if form is Format.XLSB:
        return binary.survey_sheet(content)
    try:
        return worksheet.survey_worksheet(content, pictures=_PICTURES_IN_CELLS in package.names)
    except MarkupError:
        return worksheet.roughly(content)


def _without_stray_cells(
    package: Package, parts: list[str], sheets: dict[str, SheetSurvey], form: Format
) -> bytes:
    from sheet_diag.intake.readers import trimming

    trim = binary.trimmed if form is Format.XLSB else trimming.trimmed
    try:
        copies = {part: trim(package.content(part)) for part in parts}
    except (MarkupError, DamagedError) as error:
        raise unsafe("area") from error
    for part in parts:
        sheets[part].cut_to_kept()
    return package.replaced(copies)
