"""The passwords of reports: kept from run to run in a workbook, never guessed at, never lost."""

from __future__ import annotations

import os
import stat
import sys
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from sheet_diag.forms.page_writer import FormContext
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline.report_passwords import (
    PasswordsFile,
    convert_passwords,
    has_unused_passwords,
)
from sheet_diag.storage.file_moves import write_whole_file
from sheet_diag.storage.report_passwords.faults import PasswordListError
from sheet_diag.storage.report_passwords.fingerprints import make_fingerprint
from sheet_diag.storage.report_passwords.password_list import (
    PasswordList,
    PasswordSheet,
    is_kept_list,
)
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.rights import PRIVATE_FILE
from sheet_diag.storage.staging import OutputBusyError, lock_output
from sheet_diag.text.wording import Wording, labels
from tests.campaigns import list_row
from tests.lint import lint
from tests.returned import SMALL
from tests.workbooks import open_workbook

NAMES = ("診断先番号", "診断先", "パスワード")
COLUMNS = ("診断先番号", "診断先", "ご担当者", "電話", "パスワード", "伝達日")
FORM = {lang: FormContext(SMALL, Issuer("見本株式会社"), Wording(lang)) for lang in Lang}
HEAD = ",".join(NAMES) + "\n"
KO, OTSU = ("001", "株式会社甲"), ("002", "株式会社乙")


def load(folder: Path, *clients: ClientKey, **fingerprints: str) -> PasswordsFile:
    """The list of a folder; fingerprints are given as `_001="password"`."""
    sealed = {key[1:]: make_fingerprint(word) for key, word in fingerprints.items()}
    return PasswordsFile.load(folder, ClientList(), sealed, FORM[Lang.JA], clients)


def save(file: PasswordsFile, folder: Path) -> str:
    """Save a list as a run does; the name under which the file as it was is kept."""
    kept = file.save(lambda name, content: write_whole_file(folder / name, content, PRIVATE_FILE))
    file.remove_old()
    return kept


def write_csv(folder: Path, text: str) -> bytes:
    """A list of an earlier version, with the text below its headings."""
    content = (HEAD + text).encode()
    (folder / "passwords.csv").write_bytes(content)
    return content


def write_xlsx(folder: Path, *rows: tuple[str | int | datetime | None, ...]) -> None:
    """A list that was edited in Excel."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    book.save(folder / "passwords.xlsx")


def find_faults(path: Path, *clients: ClientKey) -> list[str]:
    """The faults of a list, as keys with their rows; the file stays as it is."""
    content = path.read_bytes()
    with pytest.raises(PasswordListError) as caught:
        load(path.parent, *clients)
    assert path.read_bytes() == content
    assert caught.value.path == path
    assert all(fault.key in labels() for fault in caught.value.faults)
    found = ((each.key, each.parts) for each in caught.value.faults)
    return [
        " ".join(
            [key.rpartition(".")[2], *(parts[n] for n in ("lines", "line", "ids") if n in parts)]
        )
        for key, parts in found
    ]


def listed(number: str | None, name: str | None, word: str) -> tuple[str | None, ...]:
    """A row of which no more is known."""
    return number, name, None, None, word, None


def rows(folder: Path) -> list[tuple[object, ...]]:
    """What stands in the list from its headings on, without its title."""
    book = open_workbook((folder / "passwords.xlsx").read_bytes())
    return [tuple(row) for row in book.worksheets[0].iter_rows(min_row=5, values_only=True)]


def new_list() -> PasswordList:
    return PasswordList(PasswordSheet(), {})


# --- a password stays


def test_a_client_keeps_its_password(tmp_path: Path) -> None:
    first = load(tmp_path)
    clients = (("C-1", "見本"), ("", "別の会社"))
    given = {client: first.passwords.password_of(client) for client in clients}
    assert save(first, tmp_path) == ""
    again = load(tmp_path)
    assert {client: again.passwords.password_of(client) for client in given} == given
    assert again.passwords.password_of(("C-1", "見本ホールディングス")) == given["C-1", "見本"]
    assert again.passwords.password_of(("ｃ-１", "見本")) == given["C-1", "見本"]
    content = (tmp_path / "passwords.xlsx").read_bytes()
    assert save(again, tmp_path) == ""
    assert (tmp_path / "passwords.xlsx").read_bytes() == content
    assert lint(content) == []


def test_clients_never_share_a_password() -> None:
    passwords = new_list()
    clients = [("C-1", "見本"), ("C-2", "見本"), ("", "見本"), ("", "別の会社")]
    assert len({passwords.password_of(client) for client in clients}) == 4


def test_passwords_are_long_and_plain() -> None:
    passwords = new_list()
    for number in range(200):
        password = passwords.password_of((str(number), ""))
        assert len(password) == 23
        assert password[0].isalpha()
        assert not set(password) & set("0O1IL")


def test_the_list_is_for_its_owner_and_every_cell_is_text(tmp_path: Path) -> None:
    file = load(tmp_path)
    clients = [("=1+1", "+81"), ("＝1", "－x"), ("-2", "@x"), ("1E5", "'甲"), ("007", "=")]
    given = {client: file.passwords.password_of(client) for client in clients}
    file.passwords.fill_contacts({("1e5", ""): ("=1+1", "+81-3-1111")})
    save(file, tmp_path)
    path = tmp_path / "passwords.xlsx"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    page = open_workbook(path.read_bytes()).worksheets[0]
    cells = [cell for row in page.iter_rows(min_row=6, max_col=5) for cell in row]
    told = {(cell.data_type, cell.quotePrefix) for cell in cells if cell.value}
    assert told == {("s", True)}
    assert {cell.number_format for cell in cells} == {"@"}
    again = load(tmp_path)
    assert {client: again.passwords.password_of(client) for client in clients} == given


@pytest.mark.parametrize("lang", Lang)
def test_a_new_list_is_read_in_every_language(tmp_path: Path, lang: Lang) -> None:
    file = PasswordsFile.load(tmp_path, ClientList(), {}, FORM[lang])
    password = file.passwords.password_of(KO)
    save(file, tmp_path)
    assert load(tmp_path).passwords.by_id() == {"001": password}


# --- a list that was edited


def test_what_is_not_understood_is_kept(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path,
        ("社外秘",),
        ("備考", *NAMES),
        ("-", "C-9", "旧会社", "ZZ-9"),
        ("電話で伝達済み",),
        (None, "C-1", "甲", "AB-1"),
    )
    edited = (tmp_path / "passwords.xlsx").read_bytes()
    file = load(tmp_path)
    new = file.passwords.password_of(("C-0", "新会社"))
    kept = save(file, tmp_path)
    assert rows(tmp_path) == [
        ("社外秘", *[None] * 6),
        (*COLUMNS, "備考"),
        (*listed("C-9", "旧会社", "ZZ-9"), "-"),
        (*[None] * 6, "電話で伝達済み"),
        (*listed("C-1", "甲", "AB-1"), None),
        (*listed("C-0", "新会社", new), None),
    ]
    assert is_kept_list(kept)
    assert (tmp_path / kept).read_bytes() == edited
    content = (tmp_path / "passwords.xlsx").read_bytes()
    assert save(load(tmp_path), tmp_path) == "", "nothing is new, so the file is left alone"
    assert (tmp_path / "passwords.xlsx").read_bytes() == content


def test_a_list_without_names_gets_a_column_of_them(tmp_path: Path) -> None:
    write_xlsx(tmp_path, ("パスワード", "診断先番号"), ("A", "C-1"))
    file = load(tmp_path)
    new = file.passwords.password_of(("", "甲"))
    assert save(file, tmp_path) == "", "all of it stands in the new one"
    assert rows(tmp_path) == [COLUMNS, listed("C-1", None, "A"), listed(None, "甲", new)]
    assert load(tmp_path).passwords.password_of(("", "甲")) == new


# --- the day of the call, whom to call, and what was agreed before


def test_what_was_entered_by_hand_stays(tmp_path: Path) -> None:
    lines = (
        ("001", "甲", "山田", "03-1111", "A", datetime(2026, 11, 24)),
        ("002", "乙", None, None, "B", "留守"),
        ("003", "丙", None, None, "C", "令和8年11月25日"),
    )
    write_xlsx(tmp_path, COLUMNS, *lines)
    edited = (tmp_path / "passwords.xlsx").read_bytes()
    file = load(tmp_path)
    told = {"001": "2026-11-24", "002": "留守", "003": "2026-11-25"}
    assert file.passwords.told_cells() == told
    file.passwords.password_of(("004", "丁"))
    known = {("001", ""): ("佐藤", "03 1111"), ("002", ""): ("鈴木", "06-2222")}
    file.passwords.fill_contacts(known)
    assert save(file, tmp_path) == ""
    again = load(tmp_path).passwords
    assert again.told_cells() == told
    assert [row[2:4] for row in again.rows()[:2]] == [["山田", "03-1111"], ["鈴木", "06-2222"]]
    assert rows(tmp_path)[1][5] == datetime(2026, 11, 24), "a day of Excel, not a text"
    (tmp_path / "passwords.xlsx").write_bytes(edited)
    file = load(tmp_path)
    file.passwords.set_days({"001": None, "002": date(2026, 11, 26)})
    kept = save(file, tmp_path)
    assert (tmp_path / kept).read_bytes() == edited, "what was typed there is gone otherwise"
    told = {"002": "2026-11-26", "003": "2026-11-25"}
    assert load(tmp_path).passwords.told_cells() == told


def test_what_is_entered_while_a_run_is_at_work_is_kept(tmp_path: Path) -> None:
    write_xlsx(tmp_path, COLUMNS, ("001", "甲", None, None, "A", None))
    file = load(tmp_path)
    file.passwords.password_of(("002", "乙"))
    write_xlsx(tmp_path, COLUMNS, ("001", "甲", None, None, "A", datetime(2026, 11, 24)))
    edited = (tmp_path / "passwords.xlsx").read_bytes()
    assert (tmp_path / save(file, tmp_path)).read_bytes() == edited


def test_an_agreed_password_counts_before_one_that_was_made(tmp_path: Path) -> None:
    clients = [list_row("001", password="Agreed-1"), list_row("002", password="Agreed-2")]
    write_xlsx(tmp_path, COLUMNS, ("001", "甲", None, None, "OLD", None))
    edited = (tmp_path / "passwords.xlsx").read_bytes()
    file = PasswordsFile.load(tmp_path, ClientList(clients), {}, FORM[Lang.JA])
    assert file.passwords.by_id() == {"001": "Agreed-1", "002": "Agreed-2"}
    assert file.passwords.password_of(("002", "乙")) == "Agreed-2"
    kept = save(file, tmp_path)
    assert (tmp_path / kept).read_bytes() == edited
    assert [(row[4], row[5]) for row in rows(tmp_path)[1:]] == [
        ("Agreed-1", "取り決め済み"),
        ("Agreed-2", "取り決め済み"),
    ]
    assert load(tmp_path).passwords.told_cells() == {}


def test_numbers_of_excel_are_ids(tmp_path: Path) -> None:
    write_xlsx(tmp_path, NAMES, (7, "甲", "A"), (1, "株式会社甲", "B"))
    assert load(tmp_path, KO).passwords.by_id() == {"7": "A", "001": "B"}


# --- the CSV file of an earlier version


def test_the_csv_becomes_a_workbook_and_is_kept(tmp_path: Path) -> None:
    content = write_csv(tmp_path, "'001,株式会社甲,A\n,'=乙,B\n")
    kept = convert_passwords(tmp_path, lambda: load(tmp_path, KO))
    assert sorted(path.name for path in tmp_path.glob("*passwords*")) == [kept, "passwords.xlsx"]
    assert is_kept_list(kept)
    assert (tmp_path / kept).read_bytes() == content
    assert rows(tmp_path) == [COLUMNS, listed("001", "株式会社甲", "A"), listed(None, "=乙", "B")]
    if sys.platform != "win32":
        modes = {stat.S_IMODE((tmp_path / n).stat().st_mode) for n in (kept, "passwords.xlsx")}
        assert modes == {0o600}
    assert convert_passwords(tmp_path, lambda: load(tmp_path, KO)) == ""


def test_the_csv_is_not_converted_while_a_run_is_at_work(tmp_path: Path) -> None:
    write_csv(tmp_path, "001,株式会社甲,A\n")
    with lock_output(tmp_path), pytest.raises(OutputBusyError):
        convert_passwords(tmp_path, lambda: load(tmp_path, KO))
    assert [path.name for path in tmp_path.glob("passwords*")] == ["passwords.csv"]


def test_the_workbook_counts_where_there_are_both(tmp_path: Path) -> None:
    write_xlsx(tmp_path, NAMES, ("001", "株式会社甲", "A"))
    assert not has_unused_passwords(tmp_path)
    content = write_csv(tmp_path, "001,株式会社甲,B\n")
    assert has_unused_passwords(tmp_path)
    file = load(tmp_path, KO)
    assert file.passwords.by_id() == {"001": "A"}
    file.passwords.password_of(OTSU)
    save(file, tmp_path)
    assert (tmp_path / "passwords.csv").read_bytes() == content


_SAVED = {
    "UTF-8": (",", "utf-8"),
    "UTF-8 with a mark": (",", "utf-8-sig"),
    "CP932": (",", "cp932"),
    "Unicode text": ("\t", "utf-16"),
    "semicolons": (";", "utf-8-sig"),
    "semicolons in CP932": (";", "cp932"),
}


@pytest.mark.parametrize("way", _SAVED)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_is_read_in_whatever_way_it_was_saved(tmp_path: Path, way: str, end: str) -> None:
    sign, code = _SAVED[way]
    lines = [
        ["社外秘"],
        [],
        ["診断先", "備考", "パスワード", "診断先番号"],
        ["株式会社甲", f'"a{sign} ""b"""', "AB-1", '"C-1"'],
        ["", "", "", ""],
        ["合同会社乙", "", " CD-2 ", "C-2"],
    ]
    path = tmp_path / "passwords.csv"
    path.write_bytes(end.join(map(sign.join, lines)).encode(code))
    assert load(tmp_path).passwords.by_id() == {"c-1": "AB-1", "c-2": "CD-2"}


# --- ids that Excel has changed

DAYS = (("1-2", "甲"), ("3-4", "乙"), ("MAR-5", "丙"), ("1-3", "丁"), ("C-1", "戊"))
LONG = (("123456789012", "甲"), ("123456789013", "乙"), ("1E5", "丙"), ("100000000000", "丁"))

_KNOWN_AGAIN = {
    "zeros": ("1,株式会社甲,A\n2,株式会社乙,B\n", (KO, OTSU), {"001": "A", "002": "B"}),
    "zeros, no company": ("1,,A\n", (KO, OTSU), {"001": "A"}),
    "zeros, two fit, and the company tells": (
        "1,甲,A\n", (("001", "（株）甲"), ("01", "乙")), {"001": "A"}),
    "both the id and the one without zeros": (
        "1,甲,A\n001,乙,B\n", (("1", "甲"), ("001", "乙")), {"1": "A", "001": "B"}),
    "the id without zeros is another client's": (
        "1,乙,B\n", (("1", "甲"), ("001", "乙")), {"001": "B"}),
    "another client by the number, the client itself by the company": (
        "1,甲,A\n", (("1", "甲"), ("001", "乙")), {"1": "A"}),
    "a renamed client with its own id": ("C-1,旧社名,A\n", (("C-1", "新社名"),), {"c-1": "A"}),
    "a client that is not here": ("1,誰か,A\n", (("002", "乙"),), {"1": "A"}),
    "the client here has a line": (
        "001,甲,A\n1,誰か,B\n", (("001", "甲"),), {"001": "A", "1": "B"}),
    "the same twice": ("001,甲,A\n1,甲,A\n", (("001", "甲"),), {"001": "A"}),
    "places behind the point": ("1.1,甲,A\n", (("1.10", "甲"), ("1.1.0", "乙")), {"1.10": "A"}),
    "with an apostrophe": ("'1,甲,A\n", (("001", "甲"),), {"001": "A"}),
    "as a formula": ('"=""001""",甲,A\n', (("001", "甲"),), {"001": "A"}),
    "a day in Japan": ("1月2日,甲,A\n2026/3/4,乙,B\n", DAYS, {"1-2": "A", "3-4": "B"}),
    "a day elsewhere": ("2-Jan,甲,A\n5-Mar,丙,C\n", DAYS, {"1-2": "A", "mar-5": "C"}),
    "an exponent": ("1.00E+05,丙,C\n1E+11,丁,D\n", LONG, {"1e5": "C", "100000000000": "D"}),
    "rounded": ("1.23457E+11,甲,A\n1.23457E+11,乙,B\n", LONG,
                {"123456789012": "A", "123456789013": "B"}),
    "a day as an id": ("2-Jan,己,A\n", (*DAYS, ("2-Jan", "己")), {"2-jan": "A"}),
}  # fmt: skip


@pytest.mark.parametrize("case", _KNOWN_AGAIN)
def test_an_id_that_excel_changed_is_known_again(tmp_path: Path, case: str) -> None:
    text, clients, by_id = _KNOWN_AGAIN[case]
    write_csv(tmp_path, text)
    file = load(tmp_path, *clients)
    assert file.passwords.by_id() == by_id
    for number, name in clients:
        if number.casefold() in by_id:
            assert file.passwords.password_of((number, name)) == by_id[number.casefold()]
    save(file, tmp_path)
    assert load(tmp_path, *clients).passwords.by_id() == by_id
    assert load(tmp_path).passwords.by_id() == by_id


_DOUBTS = {
    "two fit": ("1,,A\n", (KO, ("01", "乙")), ["doubt 2 001, 01"]),
    "two of one company": ("1,甲,A\n", (("001", "甲"), ("01", "甲")), ["doubt 2 001, 01"]),
    "another company": ("1,丙,A\n", (KO,), ["doubt 2 001"]),
    "neither client by the company": (
        "1,丙,A\n", (("1", "甲"), ("001", "乙")), ["doubt 2 1, 001"]),
    "a day of nobody": ("C-1,戊,A\n5月6日,丙社,A\n", DAYS, ["changed 3"]),
    "a day without a company": ("1月2日,,A\n", DAYS, ["changed 2"]),
    "a day of two": ("1月2日,甲,A\n", (("1-2", "甲"), ("2-1", "甲")), ["doubt 2 1-2, 2-1"]),
    "a number of two": ("1.23457E+11,,A\n", LONG, ["changed 2"]),
    "a number of nobody": ("2E+20,甲,A\n", LONG, ["changed 2"]),
    "one id, two passwords": ("C-1,甲,A\nC-2,乙,B\nc-1,甲,C\n", (), ["twice 2, 4"]),
    "one client, two passwords": ("001,甲,A\n1,甲,B\n", (("001", "甲"),), ["twice 2, 3"]),
    "one company, two passwords": ("001,旧甲,A\n1,旧甲,B\n", (("001", "甲"),), ["twice 2, 3"]),
    "one name, two passwords": (",甲,A\n,甲,B\n", (), ["twice 2, 3"]),
    "several": ("1,丙,A\nC-1,,A\nC-1,,B\n", (KO,), ["doubt 2 001", "twice 3, 4"]),
}  # fmt: skip


@pytest.mark.parametrize("case", _DOUBTS)
def test_nothing_is_guessed(tmp_path: Path, case: str) -> None:
    text, clients, expected = _DOUBTS[case]
    write_csv(tmp_path, text)
    assert find_faults(tmp_path / "passwords.csv", *clients) == expected


def test_a_name_that_another_character_set_spells_otherwise_is_known_again(tmp_path: Path) -> None:
    name = "甲\N{WAVE DASH}乙"
    spelt = name.encode("shift_jis").decode("cp932")
    assert spelt != name
    write_csv(tmp_path, f",{spelt},A\n")
    assert load(tmp_path, ("", name)).passwords.password_of(("", name)) == "A"
    both = load(tmp_path, ("", name), ("", spelt)).passwords
    assert both.password_of(("", spelt)) == "A"
    assert both.password_of(("", name)) != "A"


# --- no password is lost


def test_the_file_as_it_was_is_kept_where_a_row_changes(tmp_path: Path) -> None:
    write_xlsx(tmp_path, NAMES, ("1", "株式会社甲", "A"))
    content = (tmp_path / "passwords.xlsx").read_bytes()
    kept = save(load(tmp_path, KO), tmp_path)
    assert is_kept_list(kept)
    assert kept < "passwords.xlsx", "it has to be in place before the new one"
    assert (tmp_path / kept).read_bytes() == content
    assert rows(tmp_path) == [COLUMNS, listed("001", "株式会社甲", "A")]


def test_no_kept_list_is_overwritten(tmp_path: Path) -> None:
    names = []
    for word in "AABC":
        write_csv(tmp_path, f"1,株式会社甲,{word}\n")
        os.utime(tmp_path / "passwords.csv", (1_800_000_000, 1_800_000_000))
        names.append(save(load(tmp_path, KO), tmp_path))
        (tmp_path / "passwords.xlsx").unlink()
    assert [name[25:] for name in names] == [".csv", ".csv", "-2.csv", "-3.csv"]
    assert all(map(is_kept_list, names))


def test_of_two_rows_the_one_that_went_out_counts(tmp_path: Path) -> None:
    """As earlier versions left them, which made new passwords beside the old ones."""
    content = write_csv(tmp_path, "001,株式会社甲,NEW\n1,株式会社甲,OLD\n")
    with pytest.raises(PasswordListError):
        load(tmp_path, KO, _001="OTHER")
    file = load(tmp_path, KO, _001="OLD")
    assert file.passwords.by_id() == {"001": "OLD"}
    kept = save(file, tmp_path)
    assert (tmp_path / kept).read_bytes() == content
    assert rows(tmp_path)[1:] == [listed("001", "株式会社甲", "OLD")]


def test_passwords_other_than_those_that_went_out_are_found(tmp_path: Path) -> None:
    clients = [KO, OTSU, ("003", "丙")]
    write_csv(tmp_path, "001,甲,A\n002,乙,B\n003,丙,C\n")
    passwords = load(tmp_path, *clients).passwords
    new = ("004", "丁")
    for client in (*clients[:2], new):
        passwords.password_of(client)
    sent = {"001": "A", "002": "X", "003": "X", "004": "X", "005": "X"}
    fingerprints = {key: make_fingerprint(word) for key, word in sent.items()}
    assert passwords.find_renewed(fingerprints) == (OTSU, new)


# --- what cannot be read

_FAULTS = {
    "nothing": (b"", ["empty"]),
    "blank lines": (b"\r\n,,\r\n", ["empty"]),
    "no headings": ("C-1,甲,A\n".encode(), ["head"]),
    "no column of ids": ("診断先,パスワード\n甲,A\n".encode(), ["head"]),
    "no column of passwords": ("診断先番号,診断先\n1,甲\n".encode(), ["head"]),
    "another heading": ("診断先番号,暗号\nC-1,A\n".encode(), ["head"]),
    "a column twice": ("診断先番号,パスワード,パスワード\n1,A,B\n".encode(), ["columns 1"]),
    "another encoding": (
        "診断先番号,パスワード\n1,亜亞\n".encode("euc_jp") + b"\x80",
        ["encoding"],
    ),
    "UTF-16 without its mark": ("client id,password\n1,A\n".encode("utf-16-le"), ["encoding"]),
    "a quotation mark": (f'{HEAD}C-1,甲,A\nC-2,"乙,B\n'.encode(), ["quotes 3"]),
    "no password": (f"{HEAD}C-1,甲,A\nC-2,乙,\nC-3,丙\n".encode(), ["none 3", "none 4"]),
    "longer than Excel takes": (f"{HEAD}\nC-1,甲,{'k' * 256}\n".encode(), ["long 3"]),
    "another sign in one line": (f"{HEAD}C-1;甲;A\n".encode(), ["none 2"]),
}


@pytest.mark.parametrize("case", _FAULTS)
def test_what_cannot_be_read_is_told_with_its_row(tmp_path: Path, case: str) -> None:
    content, expected = _FAULTS[case]
    (tmp_path / "passwords.csv").write_bytes(content)
    assert find_faults(tmp_path / "passwords.csv") == expected


def test_a_damaged_workbook_is_told(tmp_path: Path) -> None:
    (tmp_path / "passwords.xlsx").write_bytes(b"PK\x03\x04 broken")
    assert find_faults(tmp_path / "passwords.xlsx") == ["unreadable"]


def test_a_list_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "passwords.xlsx").mkdir()
    with pytest.raises(PasswordListError) as caught:
        load(tmp_path)
    assert [fault.key for fault in caught.value.faults] == ["cli.passwords.access"]


def test_no_fault_tells_a_password(tmp_path: Path) -> None:
    write_csv(tmp_path, "1,丙,himitsu\nC-1,,himitsu\nC-1,,HIMITSU\n")
    with pytest.raises(PasswordListError) as caught:
        load(tmp_path, KO)
    assert "himitsu" not in (str(caught.value) + repr(caught.value.faults)).casefold()
