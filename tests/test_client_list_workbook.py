"""The client list as a workbook: what the firm sees, and that it is read back as it was written."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.forms.client_list import make_client_list
from sheet_diag.forms.layout import LISTS_SHEET
from sheet_diag.intake.client_list.headings import ClientListError
from sheet_diag.intake.client_list.reader import read_client_list
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import CLIENT_COLUMNS, ListedClient
from sheet_diag.model.settings import Issuer
from sheet_diag.text.company_names import is_invisible
from sheet_diag.text.normalize import tidy_text
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS, catalog
from tests.lint import lint
from tests.office import Office
from tests.samples import ISSUER
from tests.workbooks import cut_texts, open_workbook, sheet, texts_on

CLIENTS = (
    ListedClient(
        id="001",
        company="株式会社髙橋商事",
        lang=Lang.JA,
        addresses=("taro@example.co.jp", "Hanako@example.co.jp"),
        contact="髙橋 太郎",
        title="総務部長",
        industry="E",
        employees="upto_300",
        due=date(2026, 12, 25),
        group="東日本",
        contacted=date(2026, 12, 1),
        password="=Himitsu-1E5",
        note="一行目\n二行目",
        row=8,
    ),
    ListedClient(
        id="1E5",
        company="=1+1",
        lang=Lang.EN,
        addresses=("a@sample.jp",),
        contact="@SUM(A1)",
        title='-1,"x"; y',
        industry="I",
        employees="over_1000",
        group="_x0041_",
        shared=("a@sample.jp",),
        note="'<b>&amp;",
        row=9,
    ),
    ListedClient(
        id="1-2",
        company="特定非営利活動法人見本県情報セキュリティ対策推進協議会連合会附属研究支援機構",
        lang=Lang.JA,
        addresses=tuple(f"a{number}@sample.or.jp" for number in range(5)),
        row=10,
    ),
)
# Parted by commas, in UTF-8: what the dialogue of LibreOffice proposes.
CSV_UTF8 = "csv:Text - txt - csv (StarCalc):44,34,76,1"
both = pytest.mark.parametrize("lang", Lang)


def read(content: bytes, folder: Path, name: str = "clients.xlsx") -> tuple[ListedClient, ...]:
    path = folder / name
    path.write_bytes(content)
    return tuple(read_client_list(path, JIS)[0].clients)


# --- written and read back


@both
def test_what_was_written_is_read_back(lang: Lang, tmp_path: Path) -> None:
    assert read(make_client_list(JIS, lang, ISSUER, CLIENTS), tmp_path) == CLIENTS


@pytest.mark.slow("LibreOffice saves client lists")
@pytest.mark.parametrize("form", ["xlsx", "ods", "xls", CSV_UTF8])
def test_saved_by_libreoffice(form: str, tmp_path: Path, office: Office) -> None:
    written = {"a": make_client_list(JIS, Lang.JA, ISSUER, CLIENTS)}
    if form == "xlsx":
        written = office.convert(written, "xlsx", "ods")
    old = "ods" if form == "xlsx" else "xlsx"
    saved = office.convert(written, old, form)["a"]
    assert read(saved, tmp_path, f"clients.{form.partition(':')[0]}") == CLIENTS


_TEXT = (
    st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" "), max_size=30)
    .map(tidy_text)
    .filter(lambda text: not text.startswith("#") and not text.endswith(("様", "御中")))
    .filter(lambda text: not text or not is_invisible(text))
)
_LOCAL = st.from_regex(r"[a-z][a-z0-9+_'-]{0,10}", fullmatch=True)
_DOMAIN = st.sampled_from(("example.co.jp", "sample.or.jp", "a-b.example.com"))
_ADDRESS = st.builds("{}@{}".format, _LOCAL, _DOMAIN)


def _choices(column: str) -> st.SearchStrategy[str]:
    return st.sampled_from(("", *JIS.field_by_id[column].by_id))


_CLIENT = st.builds(
    ListedClient,
    id=st.from_regex(r"[A-Za-z]([A-Za-z0-9._-]{0,38}[A-Za-z0-9])?", fullmatch=True),
    company=_TEXT.filter(bool),
    lang=st.sampled_from(Lang),
    addresses=st.lists(_ADDRESS, min_size=1, max_size=3, unique=True).map(tuple),
    contact=_TEXT,
    title=_TEXT,
    industry=_choices("industry"),
    employees=_choices("employees"),
    due=st.none() | st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    group=_TEXT,
    contacted=st.none() | st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    note=_TEXT,
    row=st.just(8),
)


@given(client=_CLIENT, lang=st.sampled_from(Lang))
@settings(max_examples=15)
def test_any_client_is_read_back(
    client: ListedClient, lang: Lang, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = make_client_list(JIS, lang, ISSUER, (client,))
    assert read(content, tmp_path_factory.mktemp("list")) == (client,)


@both
def test_a_blank_list_holds_no_client(lang: Lang, tmp_path: Path) -> None:
    with pytest.raises(ClientListError) as raised:
        read(make_client_list(JIS, lang, ISSUER), tmp_path)
    assert [(each.cell, each.key) for each in raised.value.faults] == [
        ("A7", "clients.fault.empty")
    ]


def test_clients_typed_into_the_blank_list_are_read(tmp_path: Path) -> None:
    book = open_workbook.__wrapped__(make_client_list(JIS, Lang.JA, ISSUER))
    page = sheet(book, "診断先一覧")
    typed = ("001", "甲", None, None, "a@kou.jp", "英語", "建設業", 120, date(2026, 12, 1))
    for row in (8, 307, 400):  # the first line, the last one that is prepared, one below
        for col, value in enumerate(typed, 1):
            page.cell(row, col, value)
        page.cell(row, 1, f"00{row}")
        page.cell(row, 5, f"a{row}@kou.jp")
    content = io.BytesIO()
    book.save(content)
    found = read(content.getvalue(), tmp_path)
    assert [(each.id, each.row) for each in found] == [("008", 8), ("00307", 307), ("00400", 400)]
    assert {each.employees for each in found} == {"upto_300"}


# --- what the firm sees


@both
@pytest.mark.parametrize("clients", [(), CLIENTS], ids=["blank", "filled"])
def test_a_sound_workbook_of_fixed_bytes(lang: Lang, clients: tuple[ListedClient, ...]) -> None:
    content = make_client_list(JIS, lang, Issuer(), clients)
    assert lint(content) == []
    assert content == make_client_list(JIS, lang, Issuer(), clients)
    for page in open_workbook(content).worksheets[:2]:
        assert cut_texts(page) == []


@both
def test_sheets_and_headings(lang: Lang) -> None:
    book, say = open_workbook(make_client_list(JIS, lang, ISSUER)), Wording(lang)
    assert book.sheetnames == [say("clients.sheet.list"), say("clients.sheet.guide"), LISTS_SHEET]
    assert [page.sheet_state for page in book.worksheets] == ["visible", "visible", "hidden"]
    rows = list(sheet(book, say("clients.sheet.list")).values)
    assert rows[6] == tuple(say(f"clients.column.{column.key}") for column in CLIENT_COLUMNS)
    needed = [rows[4][col] == say("clients.needed") for col in range(len(CLIENT_COLUMNS))]
    assert needed == [column.needed for column in CLIENT_COLUMNS]
    assert all(value is None for row in rows[7:] for value in row)


@both
def test_the_guide_explains_every_column_and_the_next_command(lang: Lang) -> None:
    book, say = open_workbook(make_client_list(JIS, lang, ISSUER)), Wording(lang)
    guide = sheet(book, say("clients.sheet.guide"))
    explained = {str(row[0]): str(row[2]) for row in guide.iter_rows(values_only=True) if row[2]}
    for column in CLIENT_COLUMNS:
        assert len(explained[say(f"clients.column.{column.key}")]) > 8
    assert any("sheet-diag issue" in text for text in texts_on(guide))


def test_ids_are_text_and_every_line_is_checked_as_it_is_typed() -> None:
    page = sheet(open_workbook(make_client_list(JIS, Lang.JA, ISSUER, CLIENTS)), "診断先一覧")
    formats = {
        column.key: {page.cell(row, col).number_format for row in range(8, 308)}
        for col, column in enumerate(CLIENT_COLUMNS, 1)
    }
    assert formats["id"] == {"@"}
    assert formats["due"] == {"yyyy/m/d"}
    assert formats["employees"] == {"General"}
    rules = {
        str(area): rule
        for rule in page.data_validations.dataValidation
        for area in rule.sqref.ranges
    }
    for row in (8, 11, 307):
        kinds = {col: rules[f"{col}{row}"].type for col in "EFGHI"}
        assert kinds == {"E": "custom", "F": "list", "G": "list", "H": "list", "I": "date"}
        assert not rules[f"H{row}"].showErrorMessage, "a number of employees may be typed"
        assert rules[f"G{row}"].showErrorMessage
    assert f"E{308}" not in rules


def test_drop_downs_offer_the_choices_of_the_catalogue() -> None:
    book = open_workbook(make_client_list(JIS, Lang.JA, ISSUER))
    columns = [
        [v for v in col if v] for col in sheet(book, LISTS_SHEET).iter_cols(values_only=True)
    ]
    assert (columns[0], columns[3]) == (["日本語", "英語"], ["はい"])
    for listed, field in zip(columns[1:3], ("industry", "employees"), strict=True):
        assert listed == [choice.label.ja for choice in JIS.field_by_id[field].choices]


def test_a_catalogue_without_industry_offers_none() -> None:
    bare = catalog("1").model_copy(update={"profile": ()})
    content = make_client_list(bare, Lang.JA, ISSUER, CLIENTS)
    assert lint(content) == []
    page = sheet(open_workbook(content), "診断先一覧")
    assert page["G8"].value is None


def test_lines_are_left_below_a_long_list() -> None:
    clients = [ListedClient(f"{n:03}", f"会社{n}", Lang.JA, (f"a@k{n}.jp",)) for n in range(400)]
    page = sheet(open_workbook(make_client_list(JIS, Lang.JA, ISSUER, clients)), "診断先一覧")
    assert page.max_row == 7 + 400 + 100
    assert page["A407"].value == "399"


def test_no_text_of_a_client_is_a_formula() -> None:
    content = make_client_list(JIS, Lang.JA, ISSUER, CLIENTS)
    page = sheet(open_workbook(content), "診断先一覧")
    texts = [cell for row in page.iter_rows(min_row=8, max_row=10) for cell in row if cell.value]
    assert {cell.data_type for cell in texts} == {"s", "d"}
    assert all(cell.quotePrefix for cell in texts if cell.data_type == "s")


def test_the_csv_of_excel_is_read_back(tmp_path: Path) -> None:
    """As「CSV UTF-8」saves the first sheet: titles, examples and blank lines with it."""
    page = sheet(open_workbook(make_client_list(JIS, Lang.JA, ISSUER, CLIENTS)), "診断先一覧")
    text = io.StringIO()
    for row in page.iter_rows(values_only=True):
        day = [f"{v:%Y/%m/%d}" if isinstance(v, date) else v for v in row]
        csv.writer(text).writerow(["" if value is None else value for value in day])
    assert read(text.getvalue().encode("utf-8-sig"), tmp_path, "clients.csv") == tuple(CLIENTS)
