"""The client list: what is understood of it, and every fault where it stands."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.forms.layout import format_stamp, read_stamp
from sheet_diag.intake.cells import CellMark, Grid, WorkbookContent
from sheet_diag.intake.client_list.entries import read_addresses
from sheet_diag.intake.client_list.headings import (
    ClientListError,
    ClientListMessage,
    format_list_message,
)
from sheet_diag.intake.client_list.reader import parse_client_list, read_client_list
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import CLIENT_COLUMNS, ListedClient
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Limits
from sheet_diag.text.wording import Wording, labels
from tests.catalogs import JIS, catalog
from tests.grids import sheet

HEAD = "| 診断先番号 | 会社名 | メールアドレス |"
FULL = (
    "| 診断先番号 | 会社名 | ご担当者名 | 役職 | メールアドレス | 言語 | 業種 | 従業員数 "
    "| 提出期限 | グループ | 備考 |"
)
FULL_EN = (
    "| Client ID | Company | Contact | Title | E-mail addresses | Language | Industry "
    "| Employees | Due date | Group | Note |"
)
SHARED = f"{HEAD} 共用アドレス |"
GOOD = "| 1 | 甲 | a@kou.co.jp |"


def table(*lines: str, head: str = HEAD, name: str = "診断先一覧", **more: Any) -> Grid:
    """A sheet whose headings stand in row 5 and whose lines follow; ⏎ is a line break."""
    return sheet("\n".join((head, *lines)), name, **more)


def separated(sign: str) -> Grid:
    """A list with one client, in whose name stands a sign that would part a text table."""
    heads = ("診断先番号", "会社名", "メールアドレス")
    return Grid("診断先一覧", visible=True, rows=(heads, ("1", f"甲{sign}乙", "a@b.jp")))


def clients(*grids: Grid) -> Sequence[ListedClient]:
    found, faults, _ = parse_client_list(WorkbookContent(grids), JIS)
    assert not faults
    return found.clients


def _line(told: ClientListMessage) -> str:
    """`cell key value`, the key without its start, what is missing left out."""
    key = told.key.removeprefix("clients.fault.").removeprefix("clients.note.")
    parts = (told.parts.get(name, "") for name in ("value", "place", "near", "first", "column_ja"))
    return " ".join(filter(None, (told.cell, key, *parts)))


def faults(*grids: Grid) -> list[str]:
    return [_line(each) for each in parse_client_list(WorkbookContent(grids), JIS)[1]]


def notes(*grids: Grid) -> list[str]:
    """What wants a look, but for the blank due dates, which no list here has otherwise."""
    _, found, told = parse_client_list(WorkbookContent(grids), JIS)
    assert not found
    return [_line(each) for each in told if each.key != "clients.note.no_due"]


# --- what is understood


def test_a_client_with_everything() -> None:
    line = (
        "| A001 | 株式会社見本 | 見本 太郎 | 部長 | Taro.M@Example.CO.JP; b@example.co.jp | 英語 "
        "| 製造業 | 120名 | 令和8年12月25日 | 東 | 一行目⏎二行目 |"
    )
    assert clients(table(line, head=FULL)) == (
        ListedClient(
            id="A001",
            company="株式会社見本",
            lang=Lang.EN,
            addresses=("Taro.M@example.co.jp", "b@example.co.jp"),
            contact="見本 太郎",
            title="部長",
            industry="E",
            employees="upto_300",
            due=date(2026, 12, 25),
            group="東",
            note="一行目\n二行目",
            row=6,
        ),
    )


PASSWORDS = "| 診断先番号 | 会社名 | メールアドレス | 報告書パスワード |"


def test_a_report_password_is_each_clients_own() -> None:
    good = table("| 1 | 甲 | a@kou.jp | Himitsu=A-1 |", "| 2 | 乙 | b@otsu.jp | |", head=PASSWORDS)
    found = clients(good)
    assert [each.password for each in found] == ["Himitsu=A-1", ""]
    assert "Himitsu" not in repr(found)
    bad = table(
        "| 1 | 甲 | a@kou.jp | Himitsu-1 |",
        "| 2 | 乙 | b@otsu.jp | himitsu-1 |",
        "| 3 | 丙 | c@hei.jp | 秘密の言葉 |",
        "| 4 | 丁 | d@tei.jp | two words |",
        "| 5 | 戊 | e@bo.jp | 2026-01-02 00:00:00 |",
        "| 6 | 己 | f@ki.jp | 1E+15 |",
        head=PASSWORDS,
    )
    told = parse_client_list(WorkbookContent((bad,)), JIS)[1]
    assert [_line(each) for each in told] == [
        "D7 password.shared D6",
        "D8 password.signs",
        "D9 password.signs",
        "D10 password.changed",
        "D11 password.changed",
    ]
    said = "".join(format_list_message(each, lang) for each in told for lang in Lang)
    assert not [word for word in ("imitsu", "秘密の", "two w", "2026") if word in said]


def test_a_report_password_that_is_soon_guessed_wants_a_look() -> None:
    lines = ("| 1 | 甲 | a@kou.jp | short-7 |", "| 2 | 乙 | b@otsu.jp | 20261224 |")
    assert notes(table(*lines, head=PASSWORDS)) == ["D6 password", "D7 password"]


def test_headings_in_english_and_in_any_order() -> None:
    line = "| A1 | K.K. | Taro | CEO | a@b.jp | Japanese | Manufacturing | Up to 5 | 2026/1/9 | | |"
    (found,) = clients(table(line, head=FULL_EN, name="Sheet1"))
    assert (found.industry, found.employees, found.lang) == ("E", "upto_5", Lang.JA)
    moved = table(
        "| x | a@b.jp | K.K. | A1 |", head="| 社内 | メール⏎アドレス | 会社名： | 診断先　番号 |"
    )
    assert [(each.id, each.company) for each in clients(moved)] == [("A1", "K.K.")]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("1", "1", id="a number"),
        pytest.param("001", "001", id="leading zeros"),
        pytest.param("Ａ－０１", "A-01", id="full width"),
        pytest.param("a.b_c-D", "a.b_c-D", id="every sign"),
        pytest.param("x" * 40, "x" * 40, id="the longest"),
        pytest.param("\u200b7", "7", id="something invisible"),
    ],
)
def test_an_id_survives_the_stamp_of_the_sheet(typed: str, read: str) -> None:
    (found,) = clients(table(f"| {typed} | 甲 | a@b.jp |"))
    assert found.id == read
    identity = SheetIdentity("catalog", "1", found.id)
    assert read_stamp(format_stamp(identity)) == identity


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("a@b.jp;c@d.jp", ["a@b.jp", "c@d.jp"], id="semicolon"),
        pytest.param("a@b.jp, c@d.jp", ["a@b.jp", "c@d.jp"], id="comma and space"),
        pytest.param("a@b.jp、c@d.jp；e@f.jp", ["a@b.jp", "c@d.jp", "e@f.jp"], id="Japanese signs"),
        pytest.param("a@b.jp⏎⏎c@d.jp;", ["a@b.jp", "c@d.jp"], id="line breaks, one at the end"),
        pytest.param("ｔａｒｏ＠ｂ．ｊｐ", ["taro@b.jp"], id="full width"),
        pytest.param("A@B.JP", ["A@b.jp"], id="only the domain is small"),
        pytest.param("a@日本.jp", ["a@xn--wgv71a.jp"], id="a Japanese domain"),
        pytest.param("o'b+x@b.jp", ["o'b+x@b.jp"], id="signs that an address may have"),
    ],
)
def test_addresses_of_one_cell(typed: str, read: list[str]) -> None:
    (found,) = clients(table(f"| 1 | 甲 | {typed} |"))
    assert list(found.addresses) == read


@pytest.mark.parametrize(
    ("column", "typed", "read"),
    [
        pytest.param("言語", "", Lang.JA, id="no language"),
        pytest.param("言語", "ja", Lang.JA, id="its code"),
        pytest.param("言語", "ＥＮ", Lang.EN, id="wide code"),
        pytest.param("言語", "English", Lang.EN, id="its own name"),
        pytest.param("業種", "", "", id="no industry"),
        pytest.param("業種", "情報通信業 ", "G", id="an industry"),
        pytest.param("業種", "Construction", "D", id="an industry in English"),
        pytest.param("従業員数", "20", "upto_20", id="a number"),
        pytest.param("従業員数", "約1,200名", "over_1000", id="as people count"),
        pytest.param("従業員数", "6～20人", "upto_20", id="another wave"),
        pytest.param("提出期限", "", None, id="no day"),
        pytest.param("提出期限", "2026-12-25", date(2026, 12, 25), id="as Excel's dates are read"),
        pytest.param("提出期限", "2026/12/25（金）", date(2026, 12, 25), id="with its weekday"),
        pytest.param("連絡日", "", None, id="not talked to"),
        pytest.param("連絡日", "令和8年12月1日", date(2026, 12, 1), id="day of contact"),
        pytest.param("ご担当者名", "見本 太郎 様", "見本 太郎", id="honorific"),
        pytest.param("グループ", "東日本", "東日本", id="a group"),
    ],
)
def test_other_columns(column: str, typed: str, read: object) -> None:
    (found,) = clients(table(f"{GOOD} {typed} |", head=f"{HEAD} {column} |"))
    fields = {
        "言語": found.lang,
        "業種": found.industry,
        "従業員数": found.employees,
        "提出期限": found.due,
        "ご担当者名": found.contact,
        "グループ": found.group,
        "連絡日": found.contacted,
    }
    assert fields[column] == read


def test_an_address_is_shared_where_both_lines_say_so() -> None:
    """By a word for all addresses of the line, or by naming it."""
    lines = ("| 1 | 甲 | a@kou.jp | はい |", "| 2 | 乙 | b@kou.jp; A@kou.jp | a@kou.jp |",
             "| 3 | 丙 | a@kou.jp | ○ |", "| 4 | 丁 | d@kou.jp | いいえ |")  # fmt: skip
    found = clients(table(*lines, head=SHARED))
    assert [each.shared for each in found] == [("a@kou.jp",), ("A@kou.jp",), ("a@kou.jp",), ()]
    assert notes(table(*lines, head=SHARED)) == ["C9 domain_shared kou.jp C7"]


def test_blank_lines_stray_sheets_and_what_stands_above_are_passed_over() -> None:
    stray = sheet("| 会社名 | 電話 |\n| 丙 | 03 |", "電話")
    lines = table("| | | |", GOOD, "| | | |", "| 2 | 乙 | a@otsu.jp |")
    assert [each.row for each in clients(stray, lines)] == [7, 9]
    assert notes(stray, lines) == []


def test_a_second_table_and_repeated_headings_are_read() -> None:
    first = table(GOOD, HEAD, "| 2 | 乙 | a@otsu.jp |")
    second = table("| 3 | 丙 | a@hei.jp |", name="追加", visible=False)
    assert [each.id for each in clients(first, second)] == ["1", "2", "3"]
    assert notes(first, second) == ["A1 hidden_sheet"]


# --- faults


FAULTS: Mapping[str, tuple[Sequence[Grid], Sequence[str]]] = {
    "nothing at all": ([Grid("Sheet1", True, ())], ["A1 no_table"]),
    "no headings": ([table(GOOD, head="| a | b | c |")], ["A1 no_table"]),
    "no client": ([table()], ["A5 empty"]),
    "no column of addresses": (
        [table("| 1 | 甲 |", head="| 診断先番号 | 会社名 |")],
        ["A5 column.missing メールアドレス"],
    ),
    "a heading with a slip": (
        [table(GOOD, head="| 診断先番号 | 会社名 | メールアドレス* |")],
        ["C5 column.near メールアドレス* メールアドレス"],
    ),
    "a heading twice": (
        [table(f"{GOOD} b@kou.jp |", head=f"{HEAD} 会社名 |")],
        ["D5 column.twice B5 会社名"],
    ),
    "no id": ([table("| | 甲 | a@b.jp |")], ["A6 id.missing"]),
    "only a company": ([table("| | 甲 | |")], ["A6 id.missing", "C6 mail.missing"]),
    "only an id": ([table("| 1 | | |")], ["B6 company.missing", "C6 mail.missing"]),
    "an id with a space": ([table("| A 1 | 甲 | a@b.jp |")], ["A6 id.malformed A 1"]),
    "an id of Japanese letters": ([table("| 甲１ | 甲 | a@b.jp |")], ["A6 id.malformed 甲1"]),
    "an id in a circle": ([table("| ① | 甲 | a@b.jp |")], ["A6 id.malformed ①"]),
    "an id that ends with a dot": ([table("| 1. | 甲 | a@b.jp |")], ["A6 id.malformed 1."]),
    "an id that begins with a line": ([table("| -1 | 甲 | a@b.jp |")], ["A6 id.malformed -1"]),
    "an id of two lines": ([table("| 1⏎2 | 甲 | a@b.jp |")], ["A6 id.malformed 1 2"]),
    "an id that is too long": (
        [table(f"| {'x' * 41} | 甲 | a@b.jp |")],
        [f"A6 id.malformed {'x' * 41}"],
    ),
    "an id that became a date": (
        [table("| 2026-01-02 | 甲 | a@b.jp |")],
        ["A6 id.day 2026-01-02"],
    ),
    "an id twice, folded": (
        [table("| a1 | 甲 | a@kou.jp |", "| Ａ１ | 乙 | a@otsu.jp |")],
        ["A7 id.twice A1 A6"],
    ),
    "an id twice, on two sheets": (
        [table(GOOD), table("| 1 | 乙 | a@otsu.jp |", name="追加")],
        ["A6 id.twice 1 診断先一覧!A6"],
    ),
    "an address of two clients": (
        [table("| 1 | 甲 | a@kou.jp;b@kou.jp |", "| 2 | 乙 | c@kou.jp, B@KOU.JP |")],
        ["C7 mail.shared B@kou.jp C6"],
    ),
    "an address of two clients, one of which shares it": (
        [table("| 1 | 甲 | a@kou.jp | |", "| 2 | 乙 | a@kou.jp | はい |", head=SHARED)],
        ["C7 mail.shared a@kou.jp C6"],
    ),
    "an address of two clients, who share another": (
        [table("| 1 | 甲 | a@k.jp;b@k.jp | b@k.jp |", "| 2 | 乙 | a@k.jp | ○ |", head=SHARED)],
        ["C7 mail.shared a@k.jp C6"],
    ),
    "an unknown word for a shared address": (
        [
            table(
                "| 1 | 甲 | a@kou.jp | たぶん |", "| 2 | 乙 | b@otsu.jp | c@otsu.jp |", head=SHARED
            )
        ],
        ["D6 shared たぶん", "D7 shared c@otsu.jp"],
    ),
    "a company of invisible characters": (
        [table("| 1 | \u3164\u2800 | a@b.jp |")],
        ["B6 company.missing"],
    ),
    "two addresses with faults": (
        [table("| 1 | 甲 | a@b, c, d@e.jp |")],
        ["C6 mail.no_dot a@b", "C6 mail.no_at c"],
    ),
    "a name in two lines": (
        [table("| 1 | 甲⏎Bcc: x@y.jp | a@b.jp |")],
        ["B6 line_break 会社名"],
    ),
    "a control character": ([table("| 1 | 甲\x07 | a@b.jp |")], ["B6 control 会社名"]),
    "a line separator": ([separated("\u2028")], ["B2 control 会社名"]),
    "a next line": ([separated("\x85")], ["B2 control 会社名"]),
    "a name that fills pages": ([table(f"| 1 | {'甲' * 201} | a@b.jp |")], ["B6 long 会社名"]),
    "a formula without a result": (
        [table("| 1 | 甲 | |", marks={"C6": CellMark.NOT_CALCULATED})],
        ["C6 not_calculated メールアドレス"],
    ),
    "nothing but a formula without a result": (
        [table("| | | |", marks={"C6": CellMark.NOT_CALCULATED})],
        ["A6 id.missing", "B6 company.missing", "C6 not_calculated メールアドレス"],
    ),
    "an error": (
        [table("| #N/A | 甲 | a@b.jp |", marks={"A6": CellMark.ERROR})],
        ["A6 error_value #N/A 診断先番号"],
    ),
    "a picture": (
        [table("| 1 | | a@b.jp |", marks={"B6": CellMark.PICTURE})],
        ["B6 picture 会社名"],
    ),
    "days of contact that are none": (
        [table(f"{GOOD} 先週 |", "| 2 | 乙 | a@otsu.jp | 2206/12/1 |", head=f"{HEAD} 連絡日 |")],
        ["D6 day 先週 連絡日", "D7 day.far 2206/12/1 連絡日"],
    ),
    "every fault at once": (
        [
            table(
                "| 1 | | | | a | 仏語 | 製造 | 多数 | 13/45 | | |",
                "| 1 | 乙 | 丙⏎丁 | | a@b.jp | | IT | | 1999/1/1 | | |",
                head=FULL,
            )
        ],
        [
            "B6 company.missing",
            "E6 mail.no_at a",
            "F6 lang 仏語",
            "G6 choice.near 製造 製造業 業種",
            "H6 choice.employees 多数",
            "I6 day 13/45 提出期限",
            "A7 id.twice 1 A6",
            "C7 line_break ご担当者名",
            "G7 choice.industry IT",
            "I7 day.far 1999/1/1 提出期限",
        ],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_told_where_it_stands(name: str) -> None:
    grids, told = FAULTS[name]
    assert faults(*grids) == told


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        pytest.param("taro", "no_at", id="no @"),
        pytest.param("a@b.jp c@d.jp", "many_ats", id="parted by a space"),
        pytest.param("見本 <a@b.jp>", "bare", id="with a name"),
        pytest.param("ta ro@b.jp", "space", id="a space"),
        pytest.param("@b.jp", "half", id="nothing before"),
        pytest.param("a@", "half", id="nothing after"),
        pytest.param("太郎@b.jp", "not_ascii", id="needs SMTPUTF8"),
        pytest.param("a..b@b.jp", "dots", id="two dots"),
        pytest.param("a.@docomo.ne.jp", "dots", id="a dot at the end"),
        pytest.param(f"{'a' * 65}@b.jp", "long", id="a long local part"),
        pytest.param(f"a@{'b.' * 130}jp", "long", id="a long domain"),
        pytest.param("a@localhost", "no_dot", id="a host"),
        pytest.param("a@b.local", "reserved", id="a name of a home"),
        pytest.param("a@b.invalid", "reserved", id="a name of nobody"),
        pytest.param("a(b)@b.jp", "signs", id="brackets"),
        pytest.param('"a b"@b.jp', "space", id="quoted"),
        pytest.param("a\x00@b.jp", "signs", id="a control character"),
        pytest.param("a@b_c.jp", "domain", id="a line in the domain"),
        pytest.param("a@-b.jp", "domain", id="a hyphen first"),
        pytest.param("a@[192.0.2.1]", "domain", id="a number of a host"),
        pytest.param("a@b.jp.", "domain", id="a dot at the very end"),
        pytest.param("mailto:a@b.jp", "signs", id="as a link"),
    ],
)
def test_why_an_address_is_refused(typed: str, key: str) -> None:
    addresses, told, _ = read_addresses(typed)
    assert addresses == ()
    assert [each.key for each in told] == [f"clients.fault.mail.{key}"]


def test_all_sentences_hold_what_is_there_and_no_line_breaks() -> None:
    grids = [grid for each, _ in FAULTS.values() for grid in each]
    told = [each for grid in grids for each in parse_client_list(WorkbookContent((grid,)), JIS)[1]]
    assert len(told) > 40
    for each in told:
        for lang in Lang:
            text = format_list_message(each, lang)
            assert text.isprintable()
            assert each.cell in text
            assert "{" not in text
        assert each.parts.get("value", "") in format_list_message(each, Lang.JA)


# --- what wants a look


NOTES: Mapping[str, tuple[Sequence[Grid], Sequence[str]]] = {
    "nothing": ([table(GOOD, "| 2 | 乙 | a@otsu.jp |")], []),
    "a column of the firm's own": (
        [table(f"{GOOD} x |", head=f"{HEAD} 社内コード |")],
        ["D5 column.other 社内コード"],
    ),
    "a heading of two lines": (
        [table(f"{GOOD} x |", head=f"{HEAD} 社内⏎コード |")],
        ["D5 column.other 社内 コード"],
    ),
    "a column with a slip": (
        [table(f"{GOOD} x |", head=f"{HEAD} 担当者名 |")],
        ["D5 column.near 担当者名 ご担当者名"],
    ),
    "a column without a heading": ([table(f"{GOOD} b@kou.co.jp |")], ["D5 column.nameless"]),
    "a company twice": (
        [table("| 1 | 株式会社甲 | a@kou.jp |", "| 2 | (株) 甲 | b@kou.jp |")],
        ["B7 company_twice (株) 甲 B6"],
    ),
    "an honorific": (
        [table("| 1 | 甲株式会社 御中 | a@kou.jp |")],
        ["B6 honorific 甲株式会社"],
    ),
    "an address twice in a cell": (
        [table("| 1 | 甲 | a@kou.jp;A@kou.jp |")],
        ["C6 mail_repeated A@kou.jp"],
    ),
    "public mail": ([table("| 1 | 甲 | a@gmail.com |")], ["C6 free_mail a@gmail.com"]),
    "two firms in one cell": (
        [table("| 1 | 甲 | a@kou.jp, b@otsu.jp |")],
        ["C6 domains kou.jp, otsu.jp"],
    ),
    "the address of another firm": (
        [table("| 1 | 甲 | a@kou.jp |", "| 2 | 乙 | b@kou.jp |")],
        ["C7 domain_shared kou.jp C6"],
    ),
    "a domain with a Cyrillic letter": (
        [table("| 1 | 甲 | a@mih\u043en.co.jp |")],
        ["C6 letters mih\u043en.co.jp (xn--mihn-75d.co.jp)"],
    ),
    "a domain that looks like a listed one": (
        [table("| 1 | 甲 | a@mihon.co.jp |", "| 2 | 乙 | b@rnihon.co.jp |")],
        ["C7 lookalike rnihon.co.jp C6"],
    ),
    "a Japanese domain that looks like a listed one": (
        [table("| 1 | 甲 | a@日本ニ.jp |", "| 2 | 乙 | b@日本二.jp |")],
        ["C7 lookalike 日本二.jp (xn--4kqz28cb2a.jp) C6"],
    ),
    "domains that do not look alike": (
        [
            table(
                "| 1 | 甲 | a@見本ｶﾅ-ab.jp |", "| 2 | 乙 | b@mihön.jp |", "| 3 | 丙 | c@mihon.jp |"
            )
        ],
        [],
    ),
    "characters in names that nobody sees": (
        [table("| 1 | 甲\u202e乙\ue000 | a@kou.jp | 山\u3164田 |", head=f"{HEAD} ご担当者名 |")],
        ["B6 odd 会社名", "D6 odd ご担当者名"],
    ),
    "unusual characters in names": (
        [table("| 1 | 𠮷田・髙橋ﾎｰﾑ葛\U000e0100 Ёлка | a@kou.jp |")],
        [],
    ),
    "an old spelling beside the new one": (
        [table("| 1 | 株式会社甲 | a@kou.jp |", "| 2 | 株式會社甲 | b@otsu.jp |")],
        ["B7 company_twice 株式會社甲 B6"],
    ),
    "two legal forms": (
        [table("| 1 | 株式会社甲 | a@kou.jp |", "| 2 | 株式會社乙 | b@otsu.jp |")],
        [],
    ),
    "hidden rows": ([table(GOOD, "| 2 | 乙 | a@o.jp |", hidden=(7,))], ["A7 hidden"]),
    "a sheet of addresses without headings": (
        [table(GOOD), sheet("| 乙 | a@otsu.jp |", "Sheet2")],
        ["A1 sheet_left_out"],
    ),
    "our own guide": ([table(GOOD), sheet("| 例 | a@b.jp |", "記入のしかた")], []),
    "cells far away": ([table(GOOD, cut=True)], ["A1 cut"]),
}


@pytest.mark.parametrize("name", NOTES)
def test_what_wants_a_look_is_no_fault(name: str) -> None:
    grids, told = NOTES[name]
    assert notes(*grids) == told


@pytest.mark.parametrize(
    ("column", "typed"),
    [
        pytest.param("会社名", "医療法人社団 ?田クリニック", id="𠮷 in a CSV file of Excel"),
        pytest.param("会社名", "株式会社？田商店", id="in full width"),
        pytest.param("ご担当者名", "山?太郎", id="within a name"),
        pytest.param("ご担当者名", "??花子", id="at its beginning"),
        pytest.param("ご担当者名", "??", id="nothing else"),
        pytest.param("役職", "部長〓", id="what old systems put there"),
        pytest.param("グループ", "北\ufffd道", id="what newer ones put there"),
    ],
)
def test_characters_that_were_lost_want_a_look(column: str, typed: str) -> None:
    cells = {"診断先番号": "1", "会社名": "甲", "メールアドレス": "a@kou.jp", column: typed}
    names = ("診断先番号", "会社名", "ご担当者名", "役職", "メールアドレス", "グループ")
    line = "| " + " | ".join(cells.get(name, "") for name in names) + " |"
    head = "| " + " | ".join(names) + " |"
    cell = f"{'ABCDEF'[names.index(column)]}6"
    assert notes(table(line, head=head)) == [f"{cell} lost {typed} {column}"]


@pytest.mark.parametrize(
    "typed",
    ["Who? K.K.", "株式会社 髙橋", "𠮷田商店", "ほげ・ふが", "What? Inc. 東京", "カフェ!", "Q&A社"],
)
def test_names_that_are_whole(typed: str) -> None:
    assert notes(table(f"| 1 | {typed} | a@kou.jp |")) == []


def test_a_character_lost_in_a_csv_is_told(tmp_path: Path) -> None:
    """As Excel saves it in a Japanese code page."""
    path = tmp_path / "clients.csv"
    text = "診断先番号,会社名,ご担当者名,メールアドレス\n1,𠮷田商店,𠮷田,a@kou.jp\n"
    path.write_bytes(text.encode("cp932", "replace"))
    found, told = read_client_list(path, JIS)
    assert found.clients[0].company == "?田商店"
    assert [each.cell for each in told if each.key == "clients.note.lost"] == ["B2", "C2"]


CONTACT_HEAD = "| 診断先番号 | 会社名 | ご担当者名 | メールアドレス |"


@pytest.mark.parametrize(
    "typed",
    [
        "山田太郎、鈴木花子", "山田太郎､鈴木花子", "山田，鈴木", "山田,鈴木", "山田／鈴木",
        "山田 & 鈴木", "山田；鈴木", "山田及び鈴木", "Jane Smith and John Doe",
        "Jane Smith / John Doe",
    ],
)  # fmt: skip
def test_two_people_in_one_cell_want_a_look(typed: str) -> None:
    line = f"| 1 | 甲 | {typed} | a@kou.jp |"
    assert notes(table(line, head=CONTACT_HEAD)) == [f"C6 people {typed}"]


def test_two_people_are_told_as_letters_would_greet_them() -> None:
    line = "| 1 | 甲 | 山田様 鈴木様 | a@kou.jp |"
    told = notes(table(line, head=CONTACT_HEAD))
    assert "C6 people 山田様 鈴木" in told


@pytest.mark.parametrize(
    "typed",
    ["山田 太郎", "山田　太郎", "ジョン・スミス", "Smith, John", "Jane Anderson", "John Doe, Jr.",
     "情報システム部ご担当者", "山田様（総務部）"],
)  # fmt: skip
def test_one_person_is_fine(typed: str) -> None:
    line = f"| 1 | 甲 | {typed} | a@kou.jp |"
    assert notes(table(line, head=CONTACT_HEAD)) == []


def test_due_dates_missing_everywhere_are_told_once() -> None:
    head = f"{HEAD} 提出期限 |"
    blank = parse_client_list(WorkbookContent((table(f"{GOOD} |", head=head),)), JIS)[2]
    assert [_line(each) for each in blank] == ["A5 no_due"]
    told = parse_client_list(WorkbookContent((table(f"{GOOD} 2026/12/1 |", head=head),)), JIS)[2]
    assert told == ()


def test_a_catalogue_without_the_field_uses_no_industry() -> None:
    grid = table(f"{GOOD} 何か |", head=f"{HEAD} 業種 |")
    bare = catalog("1").model_copy(update={"profile": ()})
    found, wrong, told = parse_client_list(WorkbookContent((grid,)), bare)
    assert wrong == ()
    assert [each.industry for each in found.clients] == [""]
    assert "clients.note.no_field" in {each.key for each in told}


# --- files


ROWS = "診断先番号,会社名,メールアドレス\n001,髙橋㈱,a@kou.jp\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ROWS.encode(), id="UTF-8"),
        pytest.param(ROWS.encode("utf-8-sig"), id="with BOM"),
        pytest.param(ROWS.encode("cp932"), id="CP932"),
        pytest.param(ROWS.replace(",", "\t").encode("utf-16"), id="Unicode text of Excel"),
        pytest.param(ROWS.replace(",", ";").replace("\n", "\r\n").encode(), id="semicolons"),
        pytest.param(ROWS.replace("\n", "\r").encode(), id="line ends of old"),
        pytest.param(f"sep=;\n{ROWS.replace(',', ';')}".encode(), id="with a hint for Excel"),
        pytest.param(ROWS.replace("001", '"=""001"""').encode(), id="zeros kept by a formula"),
        pytest.param(ROWS.replace("001", '="001"').encode(), id="the same, not quoted"),
    ],
)
def test_csv_of_every_kind(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clients.csv"
    path.write_bytes(content)
    found, _ = read_client_list(path, JIS)
    assert [(e.id, e.company, e.addresses) for e in found.clients] == [
        ("001", "髙橋㈱", ("a@kou.jp",))
    ]


def test_addresses_parted_by_the_sign_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(f'{ROWS}2,"乙, 丙","a@o.jp, b@o.jp;c@o.jp\nd@o.jp"\n', "utf-8")
    found, _ = read_client_list(path, JIS)
    assert found.clients[1].addresses == ("a@o.jp", "b@o.jp", "c@o.jp", "d@o.jp")
    assert (found.clients[1].company, found.clients[1].row) == ("乙, 丙", 3)


def test_a_fault_in_a_csv_is_told_by_its_cell_in_excel(tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(f'{ROWS}2,"乙",x\n\n3,,"a@o.jp\nb"\n', "utf-8")
    with pytest.raises(ClientListError) as raised:
        read_client_list(path, JIS)
    assert raised.value.parts["path"] == str(path)
    assert [_line(each) for each in raised.value.faults] == [
        "C3 mail.no_at x",
        "B5 company.missing",
        "C5 mail.no_at b",
    ]
    assert format_list_message(raised.value.faults[1], Lang.JA).startswith("B5：会社名がありません")


def _workbook(cells: Mapping[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for cell, value in cells.items():
        page[cell] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


HEADINGS = {"A1": "診断先番号", "B1": "会社名", "C1": "メールアドレス", "D1": "提出期限"}


def test_numbers_and_dates_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "clients.xlsx"
    values = {"A2": 7, "B2": "甲", "C2": "a@kou.jp", "D2": date(2026, 12, 25), "A3": 8.0}
    path.write_bytes(_workbook({**HEADINGS, **values, "B3": "乙", "C3": "a@otsu.jp"}))
    found, _ = read_client_list(path, JIS)
    assert [(each.id, each.due) for each in found.clients] == [
        ("7", date(2026, 12, 25)),
        ("8", None),
    ]


def test_faults_of_a_workbook_name_the_sheet(tmp_path: Path) -> None:
    path = tmp_path / "clients.xlsx"
    values = {"A2": date(2026, 1, 2), "B2": "=A9", "C2": "a@kou.jp"}
    path.write_bytes(_workbook({**HEADINGS, **values}))
    with pytest.raises(ClientListError) as raised:
        read_client_list(path, JIS)
    assert [(each.sheet, _line(each)) for each in raised.value.faults] == [
        ("Sheet", "A2 id.day 2026-01-02"),
        ("Sheet", "B2 not_calculated 会社名"),
    ]
    assert format_list_message(raised.value.faults[0], Lang.EN).startswith("Sheet!A2: ")


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        pytest.param("a.xlsx", None, "access", id="no such file"),
        pytest.param("a.xlsx", b"", "unreadable", id="an empty workbook"),
        pytest.param("a.csv", b"\n \n", "unreadable", id="an empty text"),
        pytest.param("a.xlsx", b"PK\x03\x04 nothing", "unreadable", id="a damaged workbook"),
        pytest.param("a.pdf", b"%PDF-1.7\n", "unreadable", id="no list"),
        pytest.param("a.csv", b"\x81\xff,\xff", "encoding", id="no letters"),
        pytest.param("a.csv", f'{ROWS}2,"乙,a@o.jp\n'.encode(), "quotes", id="an open quote"),
        pytest.param("a.csv", _workbook({"A1": "x"}), "no_table", id="a workbook by another name"),
    ],
)
def test_a_file_that_is_no_list(tmp_path: Path, name: str, content: bytes | None, key: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClientListError) as raised:
        read_client_list(path, JIS)
    (fault,) = raised.value.faults
    assert fault.key == f"clients.fault.{key}"
    assert all(format_list_message(fault, lang) for lang in Lang)


@pytest.mark.parametrize("limits", [Limits(file=1), Limits(area=1_000)])
def test_limits_count_for_a_text_too(tmp_path: Path, limits: Limits) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(ROWS + "1,2,3\n" * 200_000, "utf-8")
    with pytest.raises(ClientListError) as raised:
        read_client_list(path, JIS, limits)
    assert [each.key for each in raised.value.faults] == ["clients.fault.unreadable"]


def test_headings_tell_the_columns_apart() -> None:
    for lang in Lang:
        keys = [key for key in labels() if key.startswith("clients.column.")]
        assert len({Wording(lang)(key) for key in keys}) == len(keys) == len(CLIENT_COLUMNS)


_ENTRIES = st.text(max_size=12) | st.sampled_from(
    ("1", "A1", "甲\n乙", "a@b.jp", "a@b.jp\r\nBcc: c@d.jp", "\x00", "2026/1/1", "製造業", "英語")
)


@given(lines=st.lists(st.lists(_ENTRIES, max_size=11), max_size=4))
@settings(max_examples=100)
def test_whatever_is_entered_no_name_can_break_a_header(lines: list[list[str]]) -> None:
    head = tuple(cell.strip() for cell in FULL.strip("|").split("|"))
    grid = Grid("a", visible=True, rows=(head, *map(tuple, lines)))
    found, wrong, told = parse_client_list(WorkbookContent((grid,)), JIS)
    for each in found.clients if not wrong else ():
        names = (each.id, each.company, each.contact, each.title, each.group, *each.addresses)
        assert all(len(name.splitlines()) <= 1 for name in names)
        assert each.id.isascii()
        assert each.company
        assert all(address.isascii() and "@" in address for address in each.addresses)
    said = [format_list_message(fault, Lang.EN) for fault in wrong]
    said += [format_list_message(note, Lang.EN) for note in told]
    assert all(map(str.isprintable, said))


@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_whatever_a_file_holds_it_is_refused_in_words(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("list") / "clients.csv"
    path.write_bytes(content)
    with pytest.raises(ClientListError) as raised:
        read_client_list(path, JIS)
    assert all(format_list_message(fault, Lang.JA) for fault in raised.value.faults)
