"""今週連絡すべき診断先: who is on the list, in which order, and how he is to be contacted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.reports.portfolio.call_list import list_calls
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.samples import AS_OF, ISSUER, client, resolve_all, summary
from tests.workbooks import NS, open_workbook, row_values, rows_with, sheet, sheet_parts, texts_on

SAMPLE = summary(resolve_all(client("見本", {"POL": "×"})))


def clients(*rows: str) -> Portfolio:
    """A portfolio of clients: name, rank, score, ★ missed, insurance, reasons (with +)."""
    (first,) = SAMPLE.clients.to_dict("records")
    made: list[dict[Any, Any]] = []
    for place, row in enumerate(rows, 1):
        name, rank, score, critical, insurance, reasons = row.split()
        words = "" if reasons == "-" else reasons.replace("+", " ")
        known = {"name": name, "file": f"{name}.xlsx", "rank": rank, "base_rank": rank}
        figures = {"score": float(score), "critical": int(critical), "insurance": int(insurance)}
        made.append({**first, **known, **figures, "follow_up": words, "position": place})
    ranks = {rank: sum(each["rank"] == rank for each in made) for rank in SAMPLE.ranks}
    codes = SAMPLE.codes.repeat(len(made), axis=0)
    return replace(SAMPLE, clients=pd.DataFrame(made), ranks=ranks, codes=codes)


def names(portfolio: Portfolio) -> list[str]:
    return [str(record["name"]) for _, record in list_calls(JIS, portfolio).calls]


def contacted(portfolio: Portfolio, *days: date | None) -> Portfolio:
    frame = portfolio.clients.assign(contacted=pd.Series(days, dtype="object"))
    return replace(portfolio, clients=frame)


def overview(portfolio: Portfolio) -> Any:
    content = build_portfolio(portfolio, JIS, ISSUER, Wording(Lang.JA)).bytes()
    return sheet(open_workbook(content), "概要"), content


def test_only_those_to_be_followed_up_are_called() -> None:
    assert names(clients("甲 A 90 0 0 -", "乙 D 40 1 0 low_rank")) == ["乙"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("甲 B 80 0 0 fell", "乙 E 10 9 3 insurance+low_rank", id="fall in rank"),
        pytest.param("甲 C 60 0 3 insurance", "乙 E 10 9 0 low_rank", id="insurance level 3"),
        pytest.param("甲 E 20 0 0 low_rank", "乙 D 10 9 0 low_rank", id="lower rank"),
        pytest.param("甲 D 40 5 0 low_rank", "乙 D 35 4 0 low_rank", id="more critical items"),
        pytest.param("甲 D 33 4 0 low_rank", "乙 D 34 4 0 low_rank", id="lower score"),
    ],
)
def test_the_order_is_the_printed_one(first: str, second: str) -> None:
    better_first = sorted([first, second], key=lambda row: (row.split()[1], -float(row.split()[2])))
    assert names(clients(*better_first)) == ["甲", "乙"]


def test_at_most_ten_are_called_and_no_row_is_filled_up() -> None:
    many = [f"社{n} D {49 - n} 1 0 low_rank" for n in range(12)]
    assert len(names(clients(*many))) == 10
    assert len(names(clients(*many[:3]))) == 3


@pytest.mark.parametrize(("days", "called"), [(0, 0), (30, 0), (31, 1), (-1, 1)])
def test_who_was_contacted_within_thirty_days_is_left_out(days: int, called: int) -> None:
    found = contacted(clients("甲 D 40 1 0 low_rank"), AS_OF - timedelta(days=days))
    assert len(list_calls(JIS, found).calls) == called
    assert list_calls(JIS, found).rested == 1 - called


def test_a_row_tells_reasons_contact_and_leads_to_client_and_report() -> None:
    made = clients("甲 B 80 0 0 fell", "乙 D 40 4 0 low_rank+critical", "丙 E 10 9 3 insurance")
    page, content = overview(made)
    row = rows_with(page, "今週連絡すべき診断先（要フォロー3社のうち上位10社まで）")[0]
    rows = [row_values(page, row + at)[:7] for at in (2, 3, 4)]
    assert rows == [
        [1, "甲", "B", 80, "ランク低下", "電話", "開く"],
        [2, "丙", "E", 10, "保険3", "訪問（経営者）", "開く"],
        [3, "乙", "D", 40, "★4件", "訪問", "開く"],
    ]
    links = sheet_parts(content)["概要"].findall("m:hyperlinks/m:hyperlink", NS)
    places = {str(link.get("ref")): link.get("location") for link in links}
    listing = sheet(open_workbook(content), "一覧")
    for at, name in ((2, "甲"), (3, "丙"), (4, "乙")):
        target = str(places[f"B{row + at}"]).removeprefix("'一覧'!")
        assert listing[target].value == name
        assert f"L{row + at}" in places


@pytest.mark.parametrize(
    ("row", "day", "told"),
    [
        ("甲 A 90 0 0 -", None, "連絡が必要な診断先はありません。"),
        (
            "甲 D 40 1 0 low_rank",
            AS_OF,
            "要フォローの診断先1社は、いずれも30日以内に連絡済みです。",
        ),
    ],
)
def test_an_empty_list_is_one_sentence(row: str, day: date | None, told: str) -> None:
    page, _ = overview(contacted(clients(row), day))
    assert any(text.startswith(told) for text in texts_on(page))


def test_without_a_client_list_the_panel_says_so() -> None:
    page, _ = overview(clients("甲 D 40 1 0 low_rank"))
    told = "診断先一覧を使っていないため、連絡日は考慮していません。"
    assert any(text.endswith(told) for text in texts_on(page))
