"""回収状況 and 回収率 as a person reads them, and the same on the screen."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

import pytest
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.cli.mail.status_output import show_response_status
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ResponseStatus, Stage
from sheet_diag.reports.response_status.statuses import compute_response_status
from sheet_diag.text.wording import Wording
from tests.campaigns import (
    AS_OF,
    COMPANY,
    RAN_ON,
    day,
    list_row,
    parse_fact,
    parse_log,
    responses_of,
    six_clients,
)
from tests.lint import lint
from tests.samples import ISSUER, client, portfolio, resolve_all
from tests.workbooks import calamine_values, charts, cut_texts, open_workbook, sheet

both = pytest.mark.parametrize("lang", Lang)
LIST_HEADER = 7  # its row, counted from 1


@cache
def book(lang: Lang = Lang.JA, turnout: ResponseStatus | None = None) -> bytes:
    """A portfolio of one client beside the campaign."""
    return portfolio(resolve_all(client("a")), lang=lang, turnout=turnout or _mixed())


@cache
def _mixed() -> ResponseStatus:
    return six_clients()


def page(key: str, lang: Lang = Lang.JA, content: bytes | None = None) -> Worksheet:
    """A sheet by its key in the wording."""
    return sheet(open_workbook(content or book(lang)), Wording(lang)(f"portfolio.sheet.{key}"))


def table(found: Worksheet, first: int, last: int, columns: int) -> list[list[Any]]:
    """Rows as a table, days without their time of day."""
    rows = found.iter_rows(min_row=first, max_row=last, max_col=columns, values_only=True)
    return [[v.date() if isinstance(v, datetime) else v for v in row] for row in rows]


def quiet() -> ResponseStatus:
    """Two clients that nobody has written to."""
    return responses_of((list_row("C-001"), "", []), (list_row("C-002"), "", []))


# --- the list


@both
def test_the_sheets_stand_after_the_clients_and_only_with_a_list(lang: Lang) -> None:
    say = Wording(lang)
    names = [say(f"portfolio.sheet.{key}") for key in ("clients", "turnout", "rates", "heatmap")]
    assert open_workbook(book(lang)).sheetnames[1:5] == names
    without = open_workbook(portfolio(resolve_all(client("a")), lang=lang)).sheetnames
    assert without[1:3] == [names[0], names[3]]


def test_a_row_per_client_with_every_day() -> None:
    d = day
    mail = "メール不達 c@x.example: =550 <b>unknown</b> [red]"
    late = "依頼メールの送付記録がないまま期限を過ぎています。"
    assert table(page("turnout"), LIST_HEADER, LIST_HEADER + 6, 17) == [
        ["診断先番号", "会社名", "グループ", "ご担当者", "提出期限", "状況", "依頼日", "督促回数",
         "最終督促日", "受領日", "修正依頼日", "判定", "判定日", "結果送付日", "パスワード伝達日",
         "超過日数", "連絡事項"],
        ["C-001", "=a&b", "東京", "+山田", d("11/20"), "結果送付済み", d("11/2"), None,
         None, d("11/9"), None, "B", d("11/20"), d("11/25"), d("11/26"),
         None, None],
        ["C-002", COMPANY, "=1+1", None, d("11/20"), "督促済み", d("11/2"), 2,
         d("11/16"), None, None, None, None, None, None,
         6, None],
        ["C-003", COMPANY, "東京", None, d("11/20"), "未送付", None, None,
         None, None, None, None, None, None, None,
         6, f"{late}\n{mail}"],
        ["C-004", COMPANY, "=1+1", None, d("11/24"), "要修正", d("11/2"), None,
         None, d("11/16"), d("11/17"), None, None, None, None,
         2, None],
        ["C-005", COMPANY, None, None, d("11/24"), "判定済み", d("11/9"), None,
         None, d("11/18"), None, "C", d("11/20"), None, None,
         None, None],
        ["C-006", COMPANY, None, None, d("11/24"), "受領（判定待ち）", d("11/9"), None,
         None, d("11/25"), None, None, None, None, None,
         None, None],
    ]  # fmt: skip


def test_the_answer_comes_first() -> None:
    found = page("turnout")
    assert found["A2"].value == (
        "2026年11月26日現在、診断先6社のうち5社に依頼し、4社から回収しました（回収率80%）。"
        "提出期限を過ぎた診断先が3社あります。修正が必要な診断先は1社です。"
        "受領済みで判定待ちの診断先が1社あります。メールが届かない診断先が1社あります。"
    )
    heads, values = ([v for v in row if v is not None] for row in table(found, 4, 5, 17))
    assert heads == [
        "回収率（4／5社）", "期限超過", "未送付", "依頼済み", "督促済み", "受領（判定待ち）",
        "要修正", "判定済み", "結果送付済み",
    ]  # fmt: skip
    assert values == [0.8, 3, 1, 0, 1, 1, 1, 1, 1]


def test_late_rows_are_marked_by_a_rule_that_follows_them() -> None:
    found = page("turnout")
    rules = [
        (str(area.sqref), rule.formula)
        for area in found.conditional_formatting
        for rule in area.rules
    ]
    assert rules == [("A8:Q13", ["$P8>0"])]
    assert found["P9"].number_format == '"▲ "0'  # told without colour, too
    assert found["F11"].font.bold
    assert not found["F9"].font.bold


def test_it_is_a_table_with_a_filter_under_frozen_headings() -> None:
    found = page("turnout")
    assert found.tables["Turnout"].ref == found.tables["Turnout"].autoFilter.ref == "A7:Q13"
    assert found.freeze_panes == "C8"
    assert found.print_title_rows == "$7:$7"


def test_the_deadline_of_the_firm_stands_where_a_client_has_no_date() -> None:
    content = portfolio(resolve_all(client("a")), turnout=responses_of((list_row(), "", [])))
    assert ISSUER.deadline
    assert table(page("turnout", content=content), 8, 8, 5)[0][4] == ISSUER.deadline


@both
def test_texts_from_outside_stay_text(lang: Lang) -> None:
    for key in ("turnout", "rates"):
        found = page(key, lang)
        risky = [c for row in found.iter_rows() for c in row if str(c.value or "")[:1] in "=+"]
        risky = [cell for cell in risky if cell.value]
        assert risky
        assert all(cell.data_type == "s" and cell.style_id for cell in risky)
        assert all(cell.quotePrefix for cell in risky)


def test_no_day_that_excel_cannot_show() -> None:
    old = responses_of((list_row(), "", []))
    standing = replace(old.clients[0], received=date(1, 1, 1))
    content = portfolio(resolve_all(client("a")), turnout=replace(old, clients=(standing,)))
    assert table(page("turnout", content=content), 8, 8, 10)[0][9] is None


def test_a_talkative_server_is_cut_short() -> None:
    lines = f"11/2 refused request a@mihon.example: {'長い理由 ' * 200}"
    content = portfolio(resolve_all(client("a")), turnout=responses_of((list_row(), lines, [])))
    text = table(page("turnout", content=content), 8, 8, 17)[0][16]
    assert text.endswith("…")
    assert len(text) < 320


# --- the rates


def test_the_rates_by_group_and_in_all() -> None:
    found = table(page("rates"), 6, 10, 7)
    assert found == [
        ["グループ", "診断先", "依頼", "回収", "回収率", "判定済み", "期限超過"],
        ["東京", 2, 1, 1, 1, 1, 1],
        ["=1+1", 2, 2, 1, 0.5, 0, 2],
        ["（グループなし）", 2, 2, 2, 1, 1, 0],
        ["合計", 6, 5, 4, 0.8, 2, 3],
    ]


def test_the_rates_by_week() -> None:
    found = page("rates")
    heads = table(found, 1, 40, 6)
    start = next(n for n, row in enumerate(heads) if row[0] == "週（月曜日）")
    assert heads[start + 1 : start + 6] == [
        [day("11/2"), 3, 0, 3, 0, 0],
        [day("11/9"), 2, 1, 5, 1, 0.2],
        [day("11/16"), 0, 2, 5, 3, 0.6],
        [day("11/23"), 0, 1, 5, 4, 0.8],
        [None] * 6,
    ]


@both
def test_each_table_has_its_chart_of_its_very_cells(lang: Lang) -> None:
    found = page("rates", lang)
    assert len(charts(found)) == 2
    bars, weeks = found._charts  # type: ignore[attr-defined]
    assert _cells(bars) == ["$E$7:$E$9"]
    assert _cells(weeks) == ["$B$18:$B$21", "$C$18:$C$21"]
    assert _cells(weeks._charts[1]) == ["$F$18:$F$21"]
    assert table(found, 18, 18, 1) == [[day("11/2")]]


def _cells(chart: Any) -> list[str]:
    return [series.val.numRef.f.rpartition("!")[2] for series in chart.series]


def test_nothing_to_compare_makes_no_bars_and_no_division() -> None:
    content = portfolio(resolve_all(client("a")), turnout=quiet())
    found = page("rates", content=content)
    assert charts(found) == []
    assert table(found, 7, 7, 7) == [["合計", 2, 0, 0, "－", 0, 0]]
    assert "依頼または回収が始まると" in str(table(found, 8, 20, 1))
    assert "まだ記録されていません" in str(page("turnout", content=content)["A2"].value)


def test_more_groups_than_a_chart_can_show() -> None:
    many = responses_of(
        *((list_row(f"C-{n}", group=f"G{n}"), "11/2 sent request", []) for n in range(60))
    )
    found = page("rates", content=portfolio(resolve_all(client("a")), turnout=many))
    bars = found._charts[0]  # type: ignore[attr-defined]
    assert bars.series[0].val.numRef.f.endswith("$E$7:$E$30")
    assert table(found, 67, 67, 2) == [["合計", 60]]


# --- both, and the overview


@both
def test_sound_and_nothing_cut(lang: Lang) -> None:
    for content in (book(lang), portfolio(resolve_all(client("a")), lang=lang, turnout=quiet())):
        assert lint(content) == []
        for key in ("turnout", "rates"):
            assert cut_texts(page(key, lang, content)) == []


@both
def test_the_same_campaign_gives_the_same_bytes(lang: Lang) -> None:
    assert book(lang) == portfolio(resolve_all(client("a")), lang=lang, turnout=six_clients())


def test_the_overview_tells_it_and_leads_there() -> None:
    found = page("overview")
    assert [found[cell].value for cell in ("A3", "C4", "Y3", "Y4", "Z4")] == [
        "診断済み",
        "／6社（33%）",
        "未提出・期限超過",
        2,
        "社（超過3社）修正待ち1社",
    ]
    linked = [found[cell].hyperlink.location for cell in ("A3", "Y3", "Z4")]
    assert linked == ["'回収状況'!A1", "'回収状況'!A1", "'要確認'!A1"]


@pytest.mark.slow("ten thousand clients")
def test_ten_thousand_clients() -> None:
    ids = [f"C-{n:05}" for n in range(10_000)]
    many = responses_of(*((list_row(id_, "11/20", f"G{id_[-1]}"), "", []) for id_ in ids))
    rows = calamine_values(portfolio(resolve_all(client("a")), turnout=many))["回収状況"]
    assert [row[0] for row in rows[LIST_HEADER:]] == ids
    assert {row[15] for row in rows[LIST_HEADER:]} == {6}


# --- the screen


def shown(turnout: ResponseStatus, capsys: pytest.CaptureFixture[str], lang: Lang = Lang.JA) -> str:
    """What stands on the screen, where reminders follow a mail after five days."""
    show_response_status(turnout, Wording(lang), 5)
    return capsys.readouterr().out


@both
def test_the_screen_tells_stages_rates_and_what_to_do(
    lang: Lang, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(_mixed(), capsys, lang)
    say = Wording(lang)
    for stage in Stage:
        assert say(f"standing.stage.{stage.value}") in text
    assert "80%" in text
    commands = [
        line.rpartition("sheet-diag ")[2] for line in text.splitlines() if "sheet-diag " in line
    ]
    assert commands == [
        "run --protect", "clients", "issue", "remind", "deliver",
    ]  # fmt: skip


def test_what_is_not_sent_back_yet_and_passwords_are_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = responses_of(
        (list_row("C-001"), "", ["held s1 11/9"]),
        (list_row("C-002"), "11/25 sent result/s2", ["ranked s2 11/9 B"]),
    )
    text = shown(found, capsys)
    assert "sheet-diag return" in text
    assert "sheet-diag deliver --passwords" in text
    assert "未依頼" in text


# The mail log and the returns of a client that is due on 11/20, and the next command.
NEXT = {
    "late": ("11/2 sent request", [], "remind"),
    "late, and written to lately": ("11/2 sent request\n11/22 sent reminder/1", [], ""),
    "not sent back": ("11/2 sent request", ["held s1 11/9"], "return"),
    "unreadable": ("11/2 sent request", ["rejected s1 11/9"], "portfolio.xlsx"),
    "sent back, late": ("11/10 sent correction/s1", ["held s1 11/9"], "remind"),
    "sent back lately": ("11/22 sent correction/s1", ["held s1 11/9"], ""),
    "sent back, reminded of lately": (
        "11/10 sent correction/s1\n11/22 sent reminder/s1/1", ["held s1 11/9"], "",
    ),
    "sent back, reminded of": (
        "11/10 sent correction/s1\n11/21 sent reminder/s1/1", ["held s1 11/9"], "remind",
    ),
    "one of two sent back, late": (
        "11/10 sent correction/s1", ["held s1 11/9", "held s2 11/9"], "remind return",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "returns", "commands"), NEXT.values(), ids=NEXT)
def test_the_next_command(
    lines: str, returns: list[str], commands: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = shown(responses_of((list_row(due="11/20"), lines, returns)), capsys)
    told = text.partition("次の作業")[2]
    assert re.findall(r"社　(?:sheet-diag )?(\S+)", told) == commands.split()
    assert ("いま必要な作業はありません" in text) is (commands == "")


def test_who_was_reminded_of_a_correction_is_shown_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lines = "11/10 sent correction/s1\n11/16 sent reminder/s1/1\n11/21 sent reminder/s1/2"
    text = shown(responses_of((list_row(), lines, ["held s1 11/9"])), capsys)
    assert "2026-11-10に依頼済み、督促2回（最終2026-11-21）" in text


def test_a_correction_that_was_asked_for_by_a_day_is_late_after_that() -> None:
    """The day that counts stands beside the days that are counted from it."""
    client_ = list_row(due="11/20")
    (line,) = parse_log("11/18 sent correction/s1")
    posted = [replace(line, due=day("11/24"))]
    found = compute_response_status(
        ClientList([client_]), posted, [parse_fact("held s1 11/9")], ran_on=RAN_ON, as_of=AS_OF
    )
    content = portfolio(resolve_all(client("a")), turnout=found)
    row = table(page("turnout", content=content), 8, 8, 17)[0]
    assert (row[4], row[15]) == (day("11/24"), 2)


def test_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    text = shown(responses_of((list_row(due="11/30"), "11/2 sent request", [])), capsys)
    assert "いま必要な作業はありません" in text


def test_the_screen_shows_fifteen_rows_and_where_the_others_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ids = [f"C-{n:02}" for n in range(20)]
    late = responses_of(*((list_row(id_, "11/20"), "11/2 sent request", []) for id_ in ids))
    text = shown(late, capsys)
    assert [id_ for id_ in ids if id_ in text] == ids[:15]
    assert "ほか5件" in text
    assert "回収状況" in text.partition("ほか5件")[2]


def test_the_latest_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    dues = {"C-01": "11/25", "C-02": "11/20", "C-03": "11/22"}
    late = responses_of(*((list_row(i, d), "11/2 sent request", []) for i, d in dues.items()))
    text = shown(late, capsys)
    assert sorted(dues, key=text.index) == ["C-02", "C-03", "C-01"]


def test_texts_from_outside_are_no_markup_and_move_no_cursor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    evil = list_row("[red]C", "11/20", "[bold]G", company="[link=x]a\x1b[2J社")
    other = list_row("C-2", "11/20", "H")
    lines = "11/2 refused request a@mihon.example: [blink]550\x1b[1A"
    text = shown(responses_of((evil, lines, []), (other, "11/2 sent request", [])), capsys)
    assert "\x1b" not in text
    for raw in ("[red]C", "[bold]G", "[link=x]a", "[blink]550"):
        assert raw in text
