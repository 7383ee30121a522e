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

from sheet_diag.intake.cells import CellPosition, unreadable_file_error, unsafe_file_error
from sheet_diag.intake.package_inspection import InspectedPackage
from sheet_diag.intake.readers.notes import Note, join_notes, read_threaded_comments
from sheet_diag.intake.readers.package import (
    MarkupError,
    PackageDamagedError,
    WorkbookPackage,
    read_elements,
)
from sheet_diag.intake.readers.survey import SheetSurvey, Survey, exceeds_area, to_utc
from sheet_diag.intake.readers.text_styles import SharedContent
from sheet_diag.model.settings import Limits

_FOLDER: Final = "/worksheets/"


@dataclass(frozen=True, slots=True)
class SheetParts:
    """How a format writes the sheets of a workbook.

    `main` is the usual name of the part that lists them, `ending` that of the parts of sheets;
    `list_sheets` gives name and relation of each, `read_shared` what the cells refer to in the
    parts with the styles and the texts, `survey` takes the part of a sheet, `read_notes` that of
    its notes.
    """

    main: str
    ending: str
    list_sheets: Callable[[bytes], Iterable[tuple[str, str]]]
    read_shared: Callable[[WorkbookPackage, str, str], SharedContent]
    survey: Callable[[bytes, SharedContent], SheetSurvey]
    read_notes: Callable[[bytes], Iterable[Note]]
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
    main = find_main_part(package, form)
    related = _read_relations(package, main)
    listed = list_sheet_parts(package, form)
    parts = _sheet_parts(package, [part for _, part in listed], form)
    if max(len(listed), len(parts)) > limits.sheets:
        raise unsafe_file_error("sheets")
    styles, texts = (
        _find_target(related, f"/{kind}")
        or f"{posixpath.dirname(main)}/{kind}{form.ending}".lower()
        for kind in ("styles", "sharedStrings")
    )
    shared = form.read_shared(package, styles, texts)
    sheets = {part: _survey_part(package, part, form, shared) for part in parts}
    if any("comment" in name for name in package.names):
        for part, sheet in sheets.items():
            sheet.notes |= _read_notes(package, part, form)
    strayed = [part for part, sheet in sheets.items() if exceeds_area(sheet, limits.area)]
    return Survey(
        _without_stray_cells(package, strayed, sheets, form) if strayed else content,
        sheets={name: sheets[part] for name, part in listed if part in sheets},
        properties=_read_custom_properties(package),
        modified=_read_last_modified(package),
        pictures=_count_pictures(package),
        active=_find_active_content(package.names),
    )


def list_sheet_parts(package: WorkbookPackage, form: SheetParts) -> list[tuple[str, str]]:
    """List the sheets with their parts (empty: there is none), as the workbook names them."""
    main = find_main_part(package, form)
    targets = {each.id: each.target for each in _read_relations(package, main)}
    return [(name, targets.get(id_, "")) for name, id_ in form.list_sheets(package.read(main))]


@dataclass(frozen=True, slots=True)
class _Relation:
    """What a part says of another one: by which id, of what kind (the end of its type)."""

    id: str
    kind: str
    target: str


def _read_relations(package: WorkbookPackage, part: str) -> list[_Relation]:
    folder, name = posixpath.split(part)
    return [
        _Relation(
            attributes.get("Id", ""),
            attributes.get("Type", ""),
            _resolve_target(folder, attributes.get("Target", "")),
        )
        for element, attributes, _ in read_elements(package.read(f"{folder}/_rels/{name}.rels"))
        if element == "Relationship"
    ]


def _find_target(related: Iterable[_Relation], kind: str) -> str:
    """Find the part of a kind; empty where there is none."""
    return next((each.target for each in related if each.kind.endswith(kind)), "")


def find_main_part(package: WorkbookPackage, form: SheetParts) -> str:
    """Find the part that lists the sheets."""
    target = _find_target(_read_relations(package, ""), "/officeDocument")
    return target if target in package.names else form.main


def _resolve_target(folder: str, target: str) -> str:
    path = posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/")))
    return path.lstrip("/").lower()


def _sheet_parts(package: WorkbookPackage, listed: list[str], form: SheetParts) -> list[str]:
    in_folder = {
        name for name in package.names if _FOLDER in f"/{name}" and name.endswith(form.ending)
    }
    return sorted(in_folder | {part for part in listed if part in package.names})


def _survey_part(
    package: WorkbookPackage, part: str, form: SheetParts, shared: SharedContent
) -> SheetSurvey:
    try:
        content = package.content(part)
    except PackageDamagedError as error:
        raise unreadable_file_error(error) from error
    return form.survey(content, shared)


def _read_notes(package: WorkbookPackage, part: str, form: SheetParts) -> dict[CellPosition, str]:
    """Read the notes on the cells of a sheet; comments come before the notes that stand for them
    in older programs."""
    related = _read_relations(package, part)
    notes = form.read_notes(package.read(_find_target(related, "/comments")))
    comments = read_threaded_comments(package.read(_find_target(related, "/threadedComment")))
    return {**join_notes(notes), **join_notes(comments)}


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
