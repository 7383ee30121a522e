"""What holds for the sheets of a report alike: the colours of their tabs, their headings."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.model.basics import Lang
from sheet_diag.xlsx.theme import BLUE, MUTED, NAVY, OK
from tests.samples import client, report, resolve_all
from tests.test_comparison import EVERYTHING
from tests.workbooks import open_workbook

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
