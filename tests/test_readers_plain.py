"""Worksheets in their usual spelling are surveyed by a pattern: with the same result as a walk."""

from __future__ import annotations

import io
import zipfile
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.readers.fast_cells import extract_plain_cells
from sheet_diag.intake.readers.package import MarkupError
from sheet_diag.intake.readers.survey import SheetSurvey
from sheet_diag.intake.readers.text_styles import NOTHING_SHARED, SharedContent, TextStyle
from sheet_diag.intake.readers.worksheet import survey_elements, survey_worksheet
from tests.parts import MAIN, sheet_xml
from tests.returned import make_return

SAVED = sorted((Path(__file__).parent / "data" / "returns").glob("*.xlsx"))
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def _worksheets(content: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [package.read(name) for name in package.namelist() if "worksheets/sheet" in name]


@pytest.mark.parametrize(
    "content",
    [make_return(), *(path.read_bytes() for path in SAVED)],
    ids=["as sent", *(path.stem for path in SAVED)],
)
def test_a_usual_return_has_only_plain_cells(content: bytes) -> None:
    """Else reading it would take half as long again."""
    sheets = _worksheets(content)
    assert len(sheets) > 2
    for part in sheets:
        assert extract_plain_cells(part)
        assert survey_worksheet(part) == survey_elements(part)


_CELLS = (
    '<c r="A1"><v>1</v></c>',
    '<c r="B2" s="3" t="s"><v>17</v></c>',
    '<c r="C3" s="4"/>',
    '<c r="D4" t="str"><f>IF(A1="","",B2&amp;"x")</f><v>✓ &gt;</v></c>',
    '<c r="E5" t="str"><f>A1</f><v></v></c>',
    '<c r="F6"><f>A1</f></c>',
    '<c r="F7"><f t="shared" ref="F7:F9" si="0">A1</f><v>1</v></c>',
    '<c r="F8" t="str"><f t="shared" si="0"/><v/></c>',
    '<c r="F9"><f aca="false">A1</f><v/></c>',
    '<c r="G1" t="e"><v>#N/A</v></c>',
    '<c r="G2" t="e"><f>1/0</f><v> #DIV/0! </v></c>',
    '<c r="G3" t="e"/>',
    '<c r="G4" t="inlineStr"><is><t>a</t></is></c>',
    '<c r="G5" t="e"><is><t xml:space="preserve"></t></is></c>',
    '<c r="H1" t="str"><f>_xlfn.IMAGE("a")</f><v>x</v></c>',
    '<c r="H2" t="str"><f>MYIMAGE("a")+dispimg(1)</f><v>x</v></c>',
    # Spelt otherwise, or no cells at all.
    '<c r="H3" t="str"><f>_xlfn.&#73;MAGE("a")</f><v>x</v></c>',
    '<c r="I1" t="e" vm="1"><v>#VALUE!</v></c>',
    '<c r="I2" t="e"><v></v></c>',
    "<c><v>1</v></c>",
    "<c r='J1'><v>1</v></c>",
    '<c t="s" r="J2"><v>1</v></c>',
    '<c r="J3"><v></v></c>',
    '<c r="J4"><v>\n1</v></c>',
    '<c r="J5"><v><!-- a -->1</v></c>',
    '<c r="J6"><v>a]]>b</v></c>',
    '<c r="J7"><v>\ufffe</v></c>',
    '<c r="J8"><v>&nbsp;</v></c>',
    '<c r="J9" s="1" s="2"><v>1</v></c>',
    '<c r="K1" t="inlineStr"><is><r><t>a</t></r></is></c>',
    '<x:c xmlns:x="u" r="K2"><x:v>1</x:v></x:c>',
    '<c r="K3"><x><c r="K4"><v>1</v></c></x></c>',
    '<c r="XFE1"><v>1</v></c>',
    '<c r="A1048577"><v>1</v></c>',
    '<c r="ZZZ9999999"/>',
    '<!-- <c r="Z99"><v>1</v></c> -->',
    '<![CDATA[<c r="Z99"><v>1</v></c>]]>',
    '<?a <c r="Z99"><v>1</v></c>?>',
    "]]",
    ">",
    '<mergeCell ref="A1:B2"/>',
    "</row><row>",
    "<v>1</v>",
    "&",
)
_ROWS = (
    "<row>",
    '<row r="3">',
    '<row r="4" spans="1:7 9:10" ht="24" customHeight="1" x14ac:dyDescent="0.4">',
    '<row r="5" hidden="false" ht="0.75">',
    '<row r="6" hidden="1">',
    '<row r="6" hidden="true">',
    '<row hidden="true">',
    '<row r="7" ht="0">',
    "<row r='8' hidden='on'>",
    '<row r="9" hidden="&#49;">',
    '<row r="9" r="9">',
    '<row r="9999999">',
    '<row r="x" hidden="1"><row r="12" hidden="1"/>',
    '<x:row xmlns:x="u" r="13" hidden="1"/><row>',
)
_TAILS = (
    "",
    '<mergeCells count="2"><mergeCell ref="A1:B2"/><mergeCell ref="C1:C9"></mergeCell>'
    "</mergeCells>",
    '<mergeCells><mergeCell ref="$D$4:A1"/><mergeCell ref="A1"/><mergeCell ref="A&#49;:B2"/>'
    "</mergeCells>",
    "<dataValidation><formula1>_lists!$A$2</formula1></dataValidation>",
    '<x:mergeCell xmlns:x="u" ref="A1:B2"/>',
    '<c r="A9"><v>1</v></c>',
    '</worksheet><c r="A9"><v>1</v></c>',
    "</worksheet><worksheet>",
)
_ENDS = ("", "\n", '<c r="A9"><v>1</v></c>')
_HEADS = (
    "",
    HEAD,
    "\ufeff",
    HEAD.replace("UTF-8", "US-ASCII"),
    HEAD + '<!DOCTYPE a [<!ENTITY b "c">]>',
    HEAD + '<c r="A9"><v>1</v></c>',
)


_STRUCK = SharedContent({"3": TextStyle(struck=True), "4": TextStyle(symbols="Wingdings")})


def _outcome(part: bytes, shared: SharedContent, survey: object) -> object:
    try:
        found = survey(part, shared)  # type: ignore[operator]
    except MarkupError:
        return "no markup"
    except RefusedError as error:
        return error.problem
    assert isinstance(found, SheetSurvey)
    return found, list(found.marks), list(found.texts)


@given(
    st.sampled_from(_HEADS),
    st.lists(st.tuples(st.sampled_from(_ROWS), st.lists(st.sampled_from(_CELLS), max_size=4))),
    st.sampled_from(_TAILS),
    st.sampled_from(_ENDS),
    st.sampled_from([NOTHING_SHARED, _STRUCK]),
)
@example(
    HEAD,
    [(row, [cell]) for row in _ROWS[1:4] for cell in _CELLS[:16]],
    _TAILS[1],
    "",
    NOTHING_SHARED,
)
@example("", [(_ROWS[1], [_CELLS[0]])], "", _ENDS[2], NOTHING_SHARED)
@example("", [(_ROWS[1], [_CELLS[1], _CELLS[2]])], "", "", _STRUCK)
def test_the_pattern_finds_what_the_walk_finds(
    head: str, rows: list[tuple[str, list[str]]], tail: str, end: str, shared: SharedContent
) -> None:
    lines = "".join(f"{row}{''.join(cells)}</row>" for row, cells in rows)
    part = (head + sheet_xml(lines, tail, MAIN) + end).encode()
    assert _outcome(part, shared, survey_worksheet) == _outcome(part, shared, survey_elements)


@pytest.mark.parametrize("cell", _CELLS)
@pytest.mark.parametrize("tail", _TAILS)
def test_each_spelling_is_surveyed_alike(cell: str, tail: str) -> None:
    for head, row in {*product(_HEADS, _ROWS[:1]), *product(_HEADS[:1], _ROWS)}:
        sheet = sheet_xml(f"{_CELLS[0]}{row}{cell}{_CELLS[1]}</row>", tail)
        part = (head + sheet).encode()
        assert _outcome(part, NOTHING_SHARED, survey_worksheet) == _outcome(
            part, NOTHING_SHARED, survey_elements
        ), part
