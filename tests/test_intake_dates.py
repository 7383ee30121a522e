"""Dates as typed in Japan: read where they say one day, never guessed."""

from __future__ import annotations

import pytest

from sheet_diag.intake.dates import parse_typed_date
from tests.grids import COMPANY, ReadGrids, book, company, sheet


@pytest.mark.parametrize(
    "typed",
    [
        "2026-04-01",
        "2026-04-01 00:00:00",
        "2026-04-01T00:00:00",
        "2026-04-01T00:00:00Z",
        "2026-04-01T00:00:00.000+09:00",
        "2026/4/1",
        "2026.04.01",
        "2026年4月1日",
        "２０２６年　４月　１日",
    ],
)
def test_year_month_and_day_are_read(typed: str) -> None:
    assert parse_typed_date(typed) == ("2026-04-01", True)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("令和8年4月1日", "2026-04-01"),
        ("令和 8 年 4 月 1 日", "2026-04-01"),
        ("令和８年４月１日", "2026-04-01"),
        ("㋿8年4月1日", "2026-04-01"),
        ("R8.4.1", "2026-04-01"),
        ("r08/04/01", "2026-04-01"),
        ("Ｒ８．４．１", "2026-04-01"),
        ("令和8.4.1", "2026-04-01"),
        ("20260401", "2026-04-01"),
        ("２０２６０４０１", "2026-04-01"),
        ("2026年4月1日(水)", "2026-04-01"),
        ("2026年4月1日（水曜日）", "2026-04-01"),
        ("令和8年4月1日 水曜", "2026-04-01"),
        ("2026-04-01 09:30:00", "2026-04-01"),
        ("2026/4/1 9:30", "2026-04-01"),
        # the first and the last day of each era
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("平成31年4月30日", "2019-04-30"),
        ("H31.4.30", "2019-04-30"),
        ("平成元年1月8日", "1989-01-08"),
        ("S64.1.7", "1989-01-07"),
        ("昭和元年12月25日", "1926-12-25"),
    ],
)
def test_other_ways_to_write_a_date_are_read(typed: str, day: str) -> None:
    assert parse_typed_date(typed) == (day, False)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "未定",
        "4月1日",
        "8/4/1",
        "26.4.1",
        "46113",
        "2026/4-1",
        "2026/2/30",
        "20260431",
        "2026年4月1日(木)",
        "2026年④月1日",
        "1026/4/1",
        # outside its era
        "令和元年4月30日",
        "令和0年5月1日",
        "平成31年5月1日",
        "H32.1.1",
        "平成元年1月7日",
        "S64.1.8",
        "昭和元年12月24日",
        "R9999.1.1",
        "M45.1.1",
    ],
)
def test_an_entry_that_is_no_single_day_is_not_understood(typed: str) -> None:
    assert parse_typed_date(typed)[0] == ""


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ("2026-04-01", []),
        ("R8.4.1", ["PROFILE_READ_AS C9 date R8.4.1"]),
        ("H31.5.1", ["PROFILE_NOT_UNDERSTOOD C9 date H31.5.1"]),
    ],
)
def test_a_date_read_otherwise_is_reported(typed: str, problems: list[str]) -> None:
    table = COMPANY.replace("| ご記入日 |              |", f"| ご記入日 | {typed} |")
    read = ReadGrids(book(company(table), sheet()))
    assert read.told == problems
