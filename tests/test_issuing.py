"""Sheets for listed clients: addressed, pre-filled, last year's answers beside the new ones.

A stamped sheet is compared with one built from nothing byte for byte.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import cycle
from random import Random

import pytest
from openpyxl.workbook import Workbook

from sheet_diag.forms import issue as stamping
from sheet_diag.forms.hearing_sheet.content import PreviousAnswers, SheetContent
from sheet_diag.forms.hearing_sheet.questions import question_rows
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet, make_hearing_workbook
from sheet_diag.forms.issue import SheetOrder, issue_sheets, make_sheet_content
from sheet_diag.forms.layout import (
    COLUMNS_WITH_PREVIOUS,
    QUESTION_COLUMNS,
    QuestionColumn,
    cell_name,
)
from sheet_diag.intake.resolution.client_matching import KnownSenders, match_clients
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.file_names import issued_name
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS
from tests.office import Office
from tests.returned import SMALL, edit_workbook, page_at, read_return, reopen_workbook
from tests.samples import ISSUER

COVER, PROFILE, QUESTIONS = range(3)
ROWS = question_rows(JIS).items
AT = {column: place for place, column in enumerate(COLUMNS_WITH_PREVIOUS)}
FIRST = next(iter(JIS.items))
ANSWER = QUESTION_COLUMNS.index(QuestionColumn.ANSWER)  # without last year's
MIHON = ListedClient(
    "C-001",
    "株式会社見本商事",
    Lang.JA,
    ("yamada@example.co.jp", "info@example.co.jp"),
    contact="山田太郎",
    title="情報システム部長",
    industry="R",
    employees="upto_20",
    due=date(2026, 12, 18),
)
MIHON_EN = replace(MIHON, company="Mihon Inc.", lang=Lang.EN, contact="Taro Mihon", title="CIO")
LAST_YEAR = PreviousAnswers(
    date(2025, 11, 23), dict(zip(JIS.items, cycle(["yes", "no", "partial"]), strict=False))
)


def issued(*orders: SheetOrder, issuer: Issuer = ISSUER) -> list[bytes]:
    return list(issue_sheets(JIS, issuer, orders))


def texts(content: bytes, position: int) -> list[str]:
    rows = page_at(reopen_workbook(content), position).iter_rows(values_only=True)
    return [str(value) for row in rows for value in row if value is not None]


def entries(content: bytes) -> dict[str, str]:
    rows = page_at(reopen_workbook(content), PROFILE).iter_rows(min_row=6, values_only=True)
    return {str(row[1]): str(row[2]) for row in rows if row[2] is not None}


def former_column(content: bytes) -> dict[str, str | None]:
    page = page_at(reopen_workbook(content), QUESTIONS)
    return {item: page[cell(item, QuestionColumn.FORMER)].value for item in ROWS}


def all_text(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return "".join(package.read(name).decode() for name in package.namelist())


def cell(item: str, column: QuestionColumn) -> str:
    return cell_name(ROWS[item], AT[column])


def answered(received: ReceivedFile) -> dict[str, str]:
    assert received.sheet
    return {each.item: each.raw for each in received.sheet.responses if each.raw}


def codes(received: ReceivedFile) -> set[ProblemCode]:
    return {problem.code for problem in received.problems}


# --- whose sheet it is


@pytest.mark.parametrize(
    ("client", "lines"),
    [
        (MIHON, ["株式会社見本商事　情報システム部長　山田太郎　様", "2026年12月18日"]),
        (replace(MIHON, title=""), ["株式会社見本商事　山田太郎　様", "2026年12月18日"]),
        (replace(MIHON, contact=""), ["株式会社見本商事　御中", "2026年12月18日"]),
        (replace(MIHON, contact="ご担当者 様", title=""), ["株式会社見本商事　ご担当者　様"]),
        (MIHON_EN, ["Mihon Inc.\nAttn: Taro Mihon, CIO", "2026-12-18"]),
        (replace(MIHON_EN, contact="", title=""), ["Mihon Inc.", "2026-12-18"]),
    ],
)
def test_the_cover_is_addressed_and_says_by_when(client: ListedClient, lines: list[str]) -> None:
    cover = texts(issued(SheetOrder(client))[0], COVER)
    assert [line for line in lines if line not in cover] == []
    assert any(str(ISSUER.email) in text for text in cover)


def test_without_a_day_of_its_own_a_client_has_the_issuers() -> None:
    client = replace(MIHON, due=None)
    by_issuer = replace(ISSUER, deadline=date(2027, 1, 31))
    assert "2027年1月31日" in texts(issued(SheetOrder(client), issuer=by_issuer)[0], COVER)
    nobody = texts(issued(SheetOrder(client), issuer=replace(ISSUER, deadline=None))[0], COVER)
    assert not any(text.endswith("31日") for text in nobody)


def test_what_the_list_knows_of_the_company_is_filled_in() -> None:
    assert entries(issued(SheetOrder(MIHON))[0]) == {
        "会社名": "株式会社見本商事",
        "ご記入者名": "山田太郎",
        "役職": "情報システム部長",
        "メールアドレス": "yamada@example.co.jp",
        "業種": "サービス業（他に分類されないもの）",
        "従業員数": "6〜20人",
    }
    assert entries(issued(SheetOrder(MIHON_EN))[0])["Number of employees"] == "6 to 20"


def test_what_the_list_does_not_know_stays_blank() -> None:
    bare = ListedClient("C-9", "見本", Lang.JA, ("a@example.jp",))
    known = {"会社名": "見本", "メールアドレス": "a@example.jp"}
    assert entries(issued(SheetOrder(bare))[0]) == known
    gone = replace(bare, industry="no such choice", employees="6")
    assert entries(issued(SheetOrder(gone))[0]) == known


def test_a_catalogue_with_other_fields_is_filled_in_as_far_as_it_asks() -> None:
    (content,) = issue_sheets(SMALL, ISSUER, [SheetOrder(MIHON)])
    asked = {field.label.ja for field in SMALL.profile}
    assert entries(content).keys() <= asked
    assert entries(content)["会社名"] == "株式会社見本商事"


@pytest.mark.parametrize("client", [MIHON, MIHON_EN])
def test_the_company_sheet_asks_to_check_what_is_filled_in(client: ListedClient) -> None:
    lead = Wording(client.lang)("sheet.profile.lead.listed")
    assert lead in texts(issued(SheetOrder(client))[0], PROFILE)
    blank = make_hearing_sheet(JIS, client.lang, ISSUER)
    assert lead not in texts(blank, PROFILE)


def test_the_client_may_change_what_is_filled_in() -> None:
    page = page_at(reopen_workbook(issued(SheetOrder(MIHON))[0]), PROFILE)
    assert not any(page.cell(row, 3).protection.locked for row in range(6, 12))


@pytest.mark.parametrize("client", [MIHON, MIHON_EN])
@pytest.mark.parametrize("former", [None, LAST_YEAR])
def test_intake_knows_whose_it_is(client: ListedClient, former: PreviousAnswers | None) -> None:
    first = replace(client, id="C-000", company="a b")
    content = issued(SheetOrder(first, former), SheetOrder(client, former))[-1]
    given = read_return(content, JIS)
    assert given.sheet
    assert given.sheet.identity.client == "C-001"
    assert ProblemCode.IDENTITY_DISAGREES not in codes(given)
    assert (given.sheet.name, given.sheet.lang) == (client.company, client.lang)
    assert "C-000" not in all_text(content)


# --- and intake tells what the client makes of it


def came_back(changes: Mapping[str, str | None]) -> ReceivedFile:
    """The sheet of `MIHON` with an answer and other entries in its company sheet, matched."""

    def change(book: Workbook) -> None:
        page_at(book, QUESTIONS)[cell_name(ROWS[FIRST], ANSWER)].value = "はい"
        company = page_at(book, PROFILE)
        for row in company.iter_rows(min_row=6):
            if str(row[1].value) in changes:
                row[2].value = changes[str(row[1].value)]

    given = read_return(edit_workbook(issued(SheetOrder(MIHON))[0], change), JIS)
    (matched,) = match_clients(JIS, [given], KnownSenders(ClientList((MIHON,))))
    return matched


@pytest.mark.parametrize(
    ("changes", "told", "profile"),
    [
        pytest.param({}, [], {"industry": "R", "employees": "upto_20"}, id="left as it was"),
        pytest.param(
            {"会社名": "見本ホールディングス株式会社"},
            ["LISTED_NAME_DIFFERS"],
            {"company": "見本ホールディングス株式会社"},
            id="another name",
        ),
        pytest.param(
            {"業種": "建設業"}, ["LIST_DISAGREES"], {"industry": "D"}, id="another choice"
        ),
        pytest.param(
            {"従業員数": "120名"},
            ["PROFILE_READ_AS", "LIST_DISAGREES"],
            {"employees": "upto_300"},
            id="a number",
        ),
        pytest.param({"業種": None}, ["TAKEN_FROM_LIST"], {"industry": "R"}, id="cleared"),
        pytest.param(
            {"ご記入者名": "鈴木花子"}, [], {"respondent": "鈴木花子"}, id="another person"
        ),
    ],
)
def test_what_the_client_changes_counts_and_is_told(
    changes: Mapping[str, str | None], told: list[str], profile: Mapping[str, str]
) -> None:
    received = came_back(changes)
    assert received.sheet
    assert received.sheet.profile.items() >= profile.items()
    about = [p.code.value for p in received.problems if p.code is not ProblemCode.UNANSWERED]
    assert [code for code in about if code != "SECOND_READER"] == told


# --- last year's answers


def test_last_years_answers_stand_beside_in_a_locked_column_of_their_own() -> None:
    page = page_at(reopen_workbook(issued(SheetOrder(MIHON, LAST_YEAR))[0]), QUESTIONS)
    assert page[cell_name(4, AT[QuestionColumn.FORMER])].value == "前回回答"
    assert page[cell_name(4, AT[QuestionColumn.ANSWER])].value == "回答"
    shown, answer = (
        page[cell(FIRST, column)] for column in (QuestionColumn.FORMER, QuestionColumn.ANSWER)
    )
    assert (shown.value, answer.value) == ("はい", None)
    assert (shown.protection.locked, answer.protection.locked) == (True, False)
    assert shown.font.sz < answer.font.sz
    assert "2025年11月23日" in str(page["A3"].value)


def test_only_sheets_with_former_answers_have_the_column() -> None:
    without = issued(SheetOrder(MIHON, LAST_YEAR), SheetOrder(MIHON))[1]
    assert not {"前回回答", "新設"} & set(texts(without, QUESTIONS))


@pytest.mark.parametrize(("lang", "new"), [(Lang.JA, "新設"), (Lang.EN, "New")])
def test_open_new_and_vanished_answers_are_told_apart(lang: Lang, new: str) -> None:
    items = list(JIS.items)[:4]
    given = {items[0]: "partial", items[1]: None, items[2]: "no such choice", "GONE-01": "yes"}
    order = SheetOrder(replace(MIHON, lang=lang), PreviousAnswers(date(2025, 1, 1), given))
    label = JIS.choices_of(JIS.items[items[0]])["partial"].label[lang]
    shown = former_column(issued(order)[0])
    assert [shown[item] for item in items] == [label, "—", None, new]


# --- and are never answers


def fill(content: bytes, answers: Mapping[str, str]) -> bytes:
    def change(book: Workbook) -> None:
        for item, text in answers.items():
            page_at(book, QUESTIONS)[cell(item, QuestionColumn.ANSWER)].value = text

    return edit_workbook(content, change)


@pytest.mark.parametrize("client", [MIHON, MIHON_EN])
@pytest.mark.parametrize("former", [None, LAST_YEAR])
def test_a_sheet_sent_back_as_it_was_issued_is_blank(
    client: ListedClient, former: PreviousAnswers | None
) -> None:
    given = read_return(issued(SheetOrder(client, former))[0], JIS)
    assert answered(given) == {}
    assert codes(given) == {ProblemCode.BLANK_RETURN}


def test_what_we_wrote_above_last_years_answers_is_not_told_as_left_over() -> None:
    given = read_return(fill(issued(SheetOrder(MIHON, LAST_YEAR))[0], {FIRST: "はい"}), JIS)
    assert not codes(given) & {ProblemCode.LEFT_OVER, ProblemCode.LEFT_OVER_MANY}


def test_the_sheet_counts_them_as_open_itself() -> None:
    book = reopen_workbook(issued(SheetOrder(MIHON, LAST_YEAR))[0], values=True)
    page = page_at(book, QUESTIONS)
    assert {page[cell(item, QuestionColumn.CHECK)].value for item in ROWS} == {"未回答"}
    assert f"{len(ROWS)}問（最初の未回答：{FIRST}）" in [
        value for row in page_at(book, COVER).iter_rows(values_only=True) for value in row
    ]


def test_only_what_the_client_typed_counts() -> None:
    typed = {FIRST: "いいえ", list(ROWS)[5]: "一部"}
    assert answered(read_return(fill(issued(SheetOrder(MIHON, LAST_YEAR))[0], typed), JIS)) == typed


def test_without_the_answer_column_nothing_is_read_in_its_place() -> None:
    def change(book: Workbook) -> None:
        page_at(book, QUESTIONS).delete_cols(AT[QuestionColumn.ANSWER] + 1)

    given = read_return(edit_workbook(issued(SheetOrder(MIHON, LAST_YEAR))[0], change), JIS)
    assert given.sheet is None or answered(given) == {}


def test_merged_with_the_answer_they_do_not_speak_for_it() -> None:
    def change(book: Workbook) -> None:
        area = f"{cell(FIRST, QuestionColumn.FORMER)}:{cell(FIRST, QuestionColumn.ANSWER)}"
        page_at(book, QUESTIONS).merge_cells(area)

    given = read_return(edit_workbook(issued(SheetOrder(MIHON, LAST_YEAR))[0], change), JIS)
    assert answered(given) == {}


@pytest.mark.slow("LibreOffice saves sheets")
def test_nor_after_another_program_has_saved_it(office: Office) -> None:
    content = issued(SheetOrder(MIHON, LAST_YEAR))[0]
    typed = {FIRST: "いいえ"}
    books = {"untouched": content, "typed": fill(content, typed)}
    saved = office.convert(books, "xlsx", "xlsx")
    assert former_column(saved["untouched"]) == former_column(content)
    assert answered(read_return(saved["untouched"], JIS)) == {}
    assert answered(read_return(saved["typed"], JIS)) == typed


# --- stamped sheets are the sheets that would have been laid out

ODD = (
    "",
    "株式会社見本商事",
    "髙﨑𠮷野屋",
    'Smith & Sons <b>"x"</b>',
    "]]><si><t>",
    "&lt;&amp;",
    "=1+1",
    "  leading and trailing  ",
    "   ",
    "two\nlines",
    "tab\tand\r",
    "😀👨‍👩‍👧‍👦",
    "_x000D_",
    "\x07bell",
    "\ud800",
    "\ufffe",
    "<r>rich</r>",
    "長" * 200,
    "word " * 60,
    "W" * 600,
    "x" * 40_000,
    "はい",
    "役職",
    "Yes",
    "—",
    "C-7",
    "2026年12月25日",
    "様式",
)
DAYS = (None, date(2026, 12, 25), date(2027, 1, 4))


def odd_orders(seed: int, count: int) -> list[SheetOrder]:
    """Mostly clients like any other; of each third one every text may be odd."""
    chance = Random(seed)
    return [_odd(number, chance) for number in range(count)]


def _odd(number: int, chance: Random) -> SheetOrder:
    def text(usual: str) -> str:
        return chance.choice(ODD) if number % 3 == 0 else chance.choice(["", usual])

    client = ListedClient(
        chance.choice([f"C-{number}", f"{number:040}", "C-7", "", "a\tb&<c>"]),
        text(f"見本{number}") or f"Firm {number}",
        chance.choice(list(Lang)),
        (text(f"info{number}@example.co.jp") or "a@example.co.jp",),
        contact=text(f"山田{number}"),
        title=text(f"{number}部長"),
        industry=chance.choice(["", "E", "L", "R", "gone"]),
        employees=chance.choice(["", "upto_5", "over_1000"]),
        due=chance.choice(DAYS),
    )
    choices = [*next(iter(JIS.answer_sets.values())), None]
    given = {
        item: None if choice is None else chance.choice([choice.id, "gone"])
        for item, choice in zip(JIS.items, chance.choices(choices, k=len(JIS.items)), strict=True)
        if chance.random() < 0.95
    }
    day = date(2025, chance.randrange(1, 13), chance.randrange(1, 29))
    return SheetOrder(client, chance.choice([None, PreviousAnswers(day, given)]))


@pytest.fixture
def laid_out(monkeypatch: pytest.MonkeyPatch) -> list[SheetContent]:
    """The sheets that are built from nothing."""
    built: list[SheetContent] = []

    def build(content: SheetContent) -> bytes:
        built.append(content)
        return make_hearing_workbook(content)

    monkeypatch.setattr(stamping, "make_hearing_workbook", build)
    return built


@pytest.mark.slow("hundreds of sheets are built twice")
@pytest.mark.parametrize(("seed", "issuer"), [(0, ISSUER), (1, Issuer())])
def test_any_stamped_sheet_is_the_one_built_from_nothing(
    seed: int, issuer: Issuer, laid_out: list[SheetContent]
) -> None:
    orders = odd_orders(seed, 60)
    for order, content in zip(orders, issued(*orders, issuer=issuer), strict=True):
        assert content == make_hearing_workbook(make_sheet_content(JIS, issuer, order)), (
            order.client
        )
    assert 0 < len(laid_out) < len(orders)


@pytest.mark.parametrize("client", [MIHON, MIHON_EN])
def test_rows_are_as_high_as_any_name_needs(client: ListedClient) -> None:
    """Half of them beside a known person: then the addressee wraps before the company does."""
    clients = [
        replace(client, id=f"{size}", company="見" * size, contact="山" * (size % 2), title="")
        for size in range(1, 90, 3)
    ]
    orders = [SheetOrder(each) for each in clients]
    built = [make_hearing_workbook(make_sheet_content(JIS, ISSUER, order)) for order in orders]
    assert issued(*orders, *reversed(orders)) == [*built, *reversed(built)]


def test_sheets_are_the_same_whoever_came_before() -> None:
    orders = odd_orders(9, 12)
    assert issued(*orders) == issued(*reversed(orders))[::-1]


def test_clients_alike_share_a_layout(laid_out: list[SheetContent]) -> None:
    clients = [replace(MIHON, id=f"C-{number:03}", contact=f"山田{number}") for number in range(9)]
    others = [replace(MIHON_EN, id=f"E-{number}", company=f"Firm {number}") for number in range(9)]
    formers = [None, LAST_YEAR, replace(LAST_YEAR, as_of=date(2024, 10, 10))]
    orders = [SheetOrder(client, former) for former in formers for client in (*clients, *others)]
    issued(*orders)
    assert len(laid_out) == 4
    sizes = [replace(MIHON, employees=choice) for choice in ("upto_5", "upto_20", "over_1000")]
    issued(*map(SheetOrder, sizes))
    assert len(laid_out) == 5


def test_no_more_layouts_are_kept_than_there_is_room_for(
    laid_out: list[SheetContent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamping, "_MAX_TEMPLATES", 1)
    one, other = SheetOrder(MIHON), SheetOrder(MIHON_EN)
    issued(one, one, other, other, one)
    assert len(laid_out) == 3


def test_sheets_are_made_when_they_are_asked_for(laid_out: list[SheetContent]) -> None:
    sheets = issue_sheets(JIS, ISSUER, (SheetOrder(c) for c in (MIHON, MIHON_EN)))
    assert laid_out == []
    next(sheets)
    assert len(laid_out) == 1


# --- the file


@pytest.mark.parametrize(
    ("client", "name"),
    [
        (MIHON, "ヒアリングシート_株式会社見本商事_C-001.xlsx"),
        (MIHON_EN, "Questionnaire_Mihon Inc_C-001.xlsx"),
        (replace(MIHON, company="見本/商事 "), "ヒアリングシート_見本_商事_C-001.xlsx"),
        (replace(MIHON, company="..."), "ヒアリングシート_C-001.xlsx"),
    ],
)
def test_the_file_bears_the_name_of_its_client(client: ListedClient, name: str) -> None:
    assert issued_name(client, JIS) == name


def test_long_names_keep_the_id() -> None:
    name = issued_name(replace(MIHON, id="x" * 40, company="髙" * 300), JIS)
    assert name.endswith(f"髙_{'x' * 40}.xlsx")
    assert len(name.encode()) <= 240
