"""The look of every workbook: colours all eyes tell apart, one type scale, a tidy first view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from itertools import combinations, pairwise
from pathlib import Path
from typing import Final

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.xlsx import theme as style
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.theme import RANK_STEPS, SIZES, STYLES
from tests.workbooks import open_workbook, xml_parts
from tests.written import KINDS, demonstration_workbooks

# How eyes without red (prot) or green (deut) cones see linear RGB: Machado, Oliveira and
# Fernandes 2009, severity 1.
EYES: Final = {
    "all colours": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
_WHITE_POINT: Final = (0.95047, 1.0, 1.08883)
_TO_XYZ: Final = (
    (0.4124, 0.3576, 0.1805),
    (0.2126, 0.7152, 0.0722),
    (0.0193, 0.1192, 0.9505),
)
_APART: Final = 15  # CIE 1976 distance; 2.3 is just noticeable side by side
_GREY_STEP: Final = 5  # of lightness, out of 100

Vector = tuple[float, ...]


def _times(matrix: tuple[Vector, ...], vector: Vector) -> Vector:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _linear(color: str) -> Vector:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return tuple(p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)


def _lab(color: str, eyes: str) -> Vector:
    seen = tuple(min(1.0, max(0.0, part)) for part in _times(EYES[eyes], _linear(color)))
    xyz = zip(_times(_TO_XYZ, seen), _WHITE_POINT, strict=True)
    x, y, z = (_root(part / white) for part, white in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 0.008856 else 7.787 * part + 16 / 116


def _distance(one: str, other: str, eyes: str) -> float:
    pairs = zip(_lab(one, eyes), _lab(other, eyes), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def _contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    dark, light = sorted(_times(_TO_XYZ, _linear(color))[1] for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eyes", EYES)
def test_ranks_are_told_apart_by_all_eyes(eyes: str) -> None:
    close = {
        (one, other): distance
        for one, other in combinations(RANK_STEPS, 2)
        if (distance := _distance(one, other, eyes)) < _APART
    }
    assert not close


def test_ranks_that_stand_side_by_side_differ_in_grey() -> None:
    lightness = [_lab(color, "all colours")[0] for color in RANK_STEPS]
    assert min(abs(one - other) for one, other in pairwise(lightness)) >= _GREY_STEP


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("NAVY", "WHITE", id="columns of a client and the median"),
        pytest.param("NAVY", "PROGRESS_BAR", id="columns of a client and last time"),
        pytest.param("BLUE", "WARNING", id="a client and the median"),
        pytest.param("WARNING", "OK", id="the median and last time"),
        pytest.param("BLUE", "OK", id="today and what if"),
        pytest.param("BLUE", "MUTED", id="a client and the target"),
        pytest.param("NAVY", "BLUE", id="columns of one chart"),
    ],
)
def test_series_of_a_chart_are_told_apart(one: str, other: str, eyes: str) -> None:
    assert _distance(getattr(style, one), getattr(style, other), eyes) >= _APART


TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "WHITE": ("INK", "MUTED", "NAVY", "BLUE", "ALERT", "OK"),
    "PAPER": ("INK", "MUTED", "NAVY", "BLUE", "ALERT", "OK"),
    "PALE": ("INK", "MUTED", "NAVY", "BLUE", "ALERT", "OK"),
    "INPUT": ("INK", "MUTED", "NAVY", "ALERT"),
    "ALERT_PALE": ("INK", "MUTED", "ALERT"),
    "NAVY": ("WHITE", "PALE"),
}


@pytest.mark.parametrize(
    ("ink", "ground"), [(ink, ground) for ground, inks in TEXTS.items() for ink in inks]
)
def test_text_stands_out_from_its_ground(ink: str, ground: str) -> None:
    assert _contrast(getattr(style, ink), getattr(style, ground)) >= 4.5


@pytest.mark.parametrize("colour", RANK_STEPS)
def test_the_letter_of_a_rank_can_be_read(colour: str) -> None:
    assert _contrast(colour, style.WHITE) >= 4.5


@pytest.mark.parametrize("kind", KINDS)
def test_letters_are_of_the_type_scale(every_kind: dict[str, Path], kind: str) -> None:
    styles = xml_parts(every_kind[kind].read_bytes())["xl/styles.xml"]
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sz"
    assert {float(size.get("val", "0")) for size in styles.iter(name)} <= set(SIZES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_opens_at_its_beginning(every_kind: dict[str, Path], kind: str) -> None:
    assert not astray(every_kind[kind].read_bytes())


@pytest.mark.slow("needs the demonstration")
def test_the_outputs_of_the_demonstration_open_at_their_beginning(demonstration: Path) -> None:
    output = demonstration / "demo" / "output"
    results = [p for p in demonstration_workbooks(demonstration) if output in p.parents]
    found = {path.name: astray(path.read_bytes()) for path in results}
    assert len(found) > 5
    assert not {name: faults for name, faults in found.items() if faults}


def astray(content: bytes) -> list[str]:
    """What a reader would see elsewhere than at the top left of a sheet, at reading size."""
    book = open_workbook(content)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    faults = [f"{sheet.title} {fault}" for sheet in shown for fault in _view_faults(sheet)]
    if book.active is not shown[0]:
        faults.append("does not open at its first sheet")
    if [sheet for sheet in shown if sheet.sheet_view.tabSelected] != shown[:1]:
        faults.append("has sheets grouped")
    return faults


def _view_faults(sheet: Worksheet) -> list[str]:
    view = sheet.sheet_view
    faults = []
    if not 70 <= (view.zoomScale or 100) <= 110:
        faults.append(f"is shown at {view.zoomScale} %")
    if view.topLeftCell not in (None, "A1"):
        faults.append(f"is scrolled to {view.topLeftCell}")
    if pane := view.pane:  # splits count frozen columns and rows
        first = sheet.cell(int(pane.ySplit or 0) + 1, int(pane.xSplit or 0) + 1).coordinate
        if pane.topLeftCell != first:
            faults.append(f"is scrolled to {pane.topLeftCell} below what is frozen")
    cursors = [selection.activeCell for selection in view.selection if selection.activeCell]
    far = [cell for cell in cursors if sheet[cell].row > 20 or sheet[cell].column > 10]
    return [*faults, *(f"has its cursor on {cell}" for cell in far)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_workbook_says_what_it_is_and_whose(every_kind: dict[str, Path], kind: str) -> None:
    properties = open_workbook(every_kind[kind].read_bytes()).properties
    assert properties.title
    issuer = properties.creator or ""
    company = xml_parts(every_kind[kind].read_bytes())["docProps/app.xml"].find("{*}Company")
    assert company is not None
    assert (company.text or "") == issuer
    assert bool(issuer) is not kind.startswith("filled")  # made without an issuer


# --- cell styles by name


def test_cells_bear_the_names_of_the_houses_styles(every_kind: dict[str, Path]) -> None:
    for kind, path in every_kind.items():
        book = open_workbook(path.read_bytes())
        cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
        borne = {cell.style for cell in cells if cell.value is not None}
        assert borne <= {"Normal", *STYLES}, kind
        assert {"SD Body", "SD Cell", "SD Column heading"} <= borne, kind


def test_a_style_looks_as_the_cells_that_are_nothing_but_it() -> None:
    book = Book(title="", author="", created=date(2026, 11, 23))
    page = book.page("a")
    for row, look in enumerate(STYLES.values()):
        page.text(row, 0, "x", look)
    made = open_workbook(book.bytes())
    for row, (name, look) in enumerate(STYLES.items(), 1):
        cell = made.worksheets[0].cell(row, 1)
        assert cell.style == name
        listed = next(each for each in vars(made)["_named_styles"] if each.name == name)
        assert listed.font.size == look["font_size"]
        for part in ("font", "fill", "border"):
            assert repr(getattr(listed, part)) == repr(getattr(cell, part))


def test_every_colour_stands_in_the_theme() -> None:
    package = Path(style.__file__).parents[1]
    written = {
        str(path.relative_to(package)): found
        for path in sorted(package.rglob("*.py"))
        if (found := re.findall(r"[\"']#[0-9A-Fa-f]{6}\b", path.read_text(encoding="utf-8")))
    }
    assert set(written) == {"xlsx/theme.py"}
