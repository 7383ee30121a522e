"""Survey of an OOXML workbook, .xlsx and .xlsb: its list of sheets, then every sheet's part.

A part in the folder of the worksheets is measured even where no list leads to it: readers may
find it in ways of their own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.cells import WorkbookFormat, unreadable_file_error, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers import properties as facts
from sheet_diag.intake.readers import worksheet
from sheet_diag.intake.readers import xlsb as binary
from sheet_diag.intake.readers.ooxml_package import PackageDamagedError, WorkbookPackage
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, exceeds_area
from sheet_diag.intake.readers.xml import Attributes, MarkupError, read_elements
from sheet_diag.model.settings import Limits

_FOLDER: Final = "/worksheets/"
# Only pictures put into cells have this part; other rich values share the rest of the machinery.
_PICTURES_IN_CELLS: Final = "xl/richdata/richvaluerel.xml"


@dataclass(frozen=True, slots=True)
class _SheetEntry:
    """A sheet of the workbook's list, and the part that holds it."""

    name: str
    part: str


def survey_ooxml(
    content: bytes, form: WorkbookFormat, limits: Limits, inspected: InspectedPackage | None = None
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
    listed = list(_list_sheets(package, form))
    parts = _sheet_parts(package, listed, form)
    if max(len(listed), len(parts)) > limits.sheets:
        raise unsafe_file_error("sheets")
    sheets = {part: _survey_part(package, part, form) for part in parts}
    strayed = [part for part, sheet in sheets.items() if exceeds_area(sheet, limits.area)]
    return Survey(
        _without_stray_cells(package, strayed, sheets, form) if strayed else content,
        sheets={each.name: sheets[each.part] for each in listed if each.part in sheets},
        properties=facts.read_custom_properties(package),
        modified=facts.read_last_modified(package),
        pictures=facts.count_pictures(package),
        active=facts.find_active_content(package.names),
    )


def _list_sheets(package: WorkbookPackage, form: WorkbookFormat) -> Iterator[_SheetEntry]:
    """The sheets that the workbook lists; nothing where the list is damaged."""
    main = _main_part(package, form)
    folder, name = posixpath.split(main)
    relations = read_elements(package.read(f"{folder}/_rels/{name}.rels"))
    targets = {
        attributes.get("Id", ""): _resolve_target(folder, attributes.get("Target", ""))
        for element, attributes, _ in relations
        if element == "Relationship"
    }
    if form is WorkbookFormat.XLSB:
        pairs = binary.list_xlsb_sheets(package.read(main))
    else:
        sheets = read_elements(package.read(main))
        pairs = [
            (each["name"], each.get("id", "")) for name, each, _ in sheets if _is_sheet(name, each)
        ]
    for title, relation in pairs:
        yield _SheetEntry(title, targets.get(relation, ""))


def _is_sheet(element: str, attributes: Attributes) -> bool:
    return element == "sheet" and "name" in attributes


def _main_part(package: WorkbookPackage, form: WorkbookFormat) -> str:
    usual = "xl/workbook.bin" if form is WorkbookFormat.XLSB else "xl/workbook.xml"
    for _, attributes, _ in read_elements(package.read("_rels/.rels")):
        if attributes.get("Type", "").endswith("/officeDocument"):
            target = _resolve_target("", attributes.get("Target", ""))
            return target if target in package.names else usual
    return usual


def _resolve_target(folder: str, target: str) -> str:
    path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
    return path.lstrip("/").lower()


def _sheet_parts(
    package: WorkbookPackage, listed: list[_SheetEntry], form: WorkbookFormat
) -> list[str]:
    ending = ".bin" if form is WorkbookFormat.XLSB else ".xml"
    named = {name for name in package.names if _FOLDER in f"/{name}" and name.endswith(ending)}
    targets = {each.part for each in listed if each.part in package.names}
    return sorted(named | targets)


def _survey_part(package: WorkbookPackage, part: str, form: WorkbookFormat) -> SheetSurvey:
    try:
        content = package.content(part)
    except PackageDamagedError as error:
        raise unreadable_file_error(error) from error
    if form is WorkbookFormat.XLSB:
        return binary.survey_xlsb_sheet(content)
    try:
        return worksheet.survey_worksheet(content, pictures=_PICTURES_IN_CELLS in package.names)
    except MarkupError:
        return worksheet.survey_damaged_part(content)


def _without_stray_cells(
    package: WorkbookPackage, parts: list[str], sheets: dict[str, SheetSurvey], form: WorkbookFormat
) -> bytes:
    from sheet_diag.intake.readers import trimming

    trim = (
        binary.drop_stray_xlsb_cells if form is WorkbookFormat.XLSB else trimming.drop_stray_cells
    )
    try:
        copies = {part: trim(package.content(part)) for part in parts}
    except (MarkupError, PackageDamagedError) as error:
        raise unsafe_file_error("area") from error
    for part in parts:
        sheets[part].cut_to_kept()
    return package.replaced(copies)
