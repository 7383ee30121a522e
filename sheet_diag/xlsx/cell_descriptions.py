"""Describes what the cells of a sheet hold, before they are written (`text/sheet_content.py`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final
from xml.sax.saxutils import unescape

from xlsxwriter.utility import xl_col_to_name

from sheet_diag.text.sheet_content import describe_cell, describe_letters, describe_number
from sheet_diag.xlsx.cell_values import BLANK, SHARED, CellContent
from sheet_diag.xlsx.formats import CellFormat

_NUMBER: Final = "><v>"  # how the XML of a number begins
# A cell in a line of XML that holds something; no formula stands in one.
_CELL: Final = re.compile(
    r'<c r="([A-Z]+)\d+" s="\0(\d+)\0"(?: t="s"><v>(\d+)|><v>([^<]*))</v></c>'
)
_column_name = lru_cache(maxsize=None)(xl_col_to_name)


def describe_cells(
    rows: Mapping[int, Mapping[int, tuple[CellFormat, CellContent]]],
    lines: Mapping[int, tuple[int, str]],
    forms: Sequence[CellFormat],
    texts: Sequence[str],
    left_out: Collection[tuple[int, int]],
) -> Iterator[str]:
    """Describe every cell that holds something, from the top; `lines` come as XML.

    `forms` are the formats that lines count, `texts` the shared strings.
    """
    for row in sorted({*rows, *lines}):
        if row in lines:
            for column, mark, text, number in _CELL.findall(lines[row][1]):
                content = texts[int(text)] if text else describe_number(float(number))
                yield describe_cell(column, row + 1, content, forms[int(mark)].kind.said)
        cells, place = rows.get(row, {}), str(row + 1)
        for col in sorted(cells):
            form, held = cells[col]
            if held is BLANK or (left_out and (row, col) in left_out):
                continue
            xml, text = held
            if not xml.startswith(SHARED):
                text = _describe_value(xml, text)
            # What `describe_cell` writes; a call for every cell takes a third of the time.
            yield f"{_column_name(col)}{place}\t{text}\t{form.kind.said}"


def _describe_value(xml: str, value: str | float) -> str:
    """Describe a number, or a formula without its value."""
    if xml.startswith(_NUMBER):
        return describe_number(float(value))
    return _describe_formula(xml[xml.index("<f>") + 3 : xml.index("</f>")])


@lru_cache(maxsize=8192)
def _describe_formula(escaped: str) -> str:
    return describe_letters(unescape(escaped))
