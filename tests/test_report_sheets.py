"""What holds for the sheets of a report alike: the colours of their tabs, their headings."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.model.basics import Lang
from sheet_diag.reports.client.page_flow import LANDSCAPE_HEIGHT
from sheet_diag.text.text_metrics import column_room, line_room, text_width
from sheet_diag.xlsx.theme import BLUE, MUTED, NAVY, OK
from tests.catalogs import JIS
from tests.samples import client, report, resolve_all
from tests.test_comparison import EVERYTHING
from tests.workbooks import (
    Box,
    box,
    height,
    manual_breaks,
    merges,
    open_workbook,
    pixels,
    rows_with,
)

both = pytest.mark.parametrize("lang", Lang)
MIXED = {"POL": "×?△○○○○○.", "PHY": "×××○○○○△", "COM": "○△○○○○○○○○"}


@cache
def whole_report(lang: Lang) -> Workbook:
    """A report with every sheet that there is, opened."""
    (outcome,) = resolve_all(client("A", MIXED, lang=lang))
    return open_workbook(report(replace(outcome, comparison=EVERYTHING)), values=True)


@both
def test_tabs_are_coloured_by_what_a_sheet_is_for(lang: Lang) -> None:
    colours = [page.sheet_properties.tabColor for page in whole_report(lang).worksheets]
    assert [f"#{colour.rgb[2:]}" for colour in colours if colour] == [
        NAVY,  # 診断報告書
        MUTED,  # 回答と採点
        OK,  # 改善シミュレーション
        OK,  # 改善計画
        BLUE,  # 比較
        MUTED,  # 基準別の実施状況
        MUTED,  # 診断条件
    ]


_SHEETS = range(1, 6)  # what stands beside the first sheet and 診断条件


def broken_headings(page: Worksheet) -> list[str]:
    """Headings of columns whose words do not fit a line of their column."""
    starts = {(merge.top, merge.left): merge for merge in merges(page)}
    found = []
    for cell in (cell for row in page.iter_rows() for cell in row):
        if isinstance(cell.value, str) and cell.fill.fgColor.rgb == f"FF{NAVY[1:]}":
            place = Box(cell.row, cell.column, cell.row, cell.column)
            area = starts.get((cell.row, cell.column), place)
            room = line_room(column_room(pixels(page, area)), cell.font.size) + 0.6
            words = re.split(r"\n" if ord(max(cell.value)) > 0x2FFF else r"[\n ]", cell.value)
            found += [f"{cell.coordinate} {word}" for word in words if text_width(word) > room]
    return found


@pytest.mark.parametrize("count", [3, 12, 22, 33, 45, 53, 54, 55])
def test_no_page_of_the_simulation_is_left_nearly_empty(count: int) -> None:
    """Pages are filled as a printer does it, from the heights of the rows."""
    signs = dict.fromkeys([name for name in JIS.items if name != "CRI-09"][:count], "×")
    page = open_workbook(report(client("A", signs))).worksheets[2]
    header, last = rows_with(page, "設問")[-1], box(str(page.print_area).split("!")[1]).bottom
    room = LANDSCAPE_HEIGHT * 100 / int(page.page_setup.scale or 100)
    filled, used = [], 0.0
    for row in range(1, last + 1):
        points = height(page, row, row)
        if used + points > room or row - 1 in manual_breaks(page):
            filled.append(used / room)
            used = height(page, header, header)
        used += points
    assert min(filled) > 0.4


@both
def test_headings_break_between_words_alone(lang: Lang) -> None:
    pages = [whole_report(lang).worksheets[number] for number in _SHEETS]
    assert {page.title: faults for page in pages if (faults := broken_headings(page))} == {}
