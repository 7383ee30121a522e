"""The list of the passwords of reports: kept, known again as Excel saved it, never guessed at."""

from __future__ import annotations

import csv
import io
import os
import stat
import sys
from pathlib import Path

import pytest

from sheet_diag.storage.report_passwords.file import PasswordListError, is_former_passwords_file
from sheet_diag.storage.report_passwords.fingerprints import make_fingerprint
from sheet_diag.storage.report_passwords.line_owners import ClientKey
from sheet_diag.storage.report_passwords.password_list import PasswordList
from sheet_diag.text.wording import labels

HEAD = "診断先番号,診断先,パスワード\n"
KO, OTSU = ("001", "株式会社甲"), ("002", "株式会社乙")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "passwords.csv"


def loaded(path: Path, text: str, *clients: ClientKey, **sealed: str) -> PasswordList:
    """The list of a file with the text below the headings."""
    path.write_text(HEAD + text, encoding="utf-8")
    return PasswordList.load(
        path, clients, {key[1:]: make_fingerprint(word) for key, word in sealed.items()}
    )


def faults(path: Path, content: bytes, *clients: ClientKey) -> list[str]:
    """What is told of a file, as keys with their lines."""
    path.write_bytes(content)
    with pytest.raises(PasswordListError) as caught:
        PasswordList.load(path, clients)
    assert path.read_bytes() == content
    assert caught.value.path == path
    assert all(fault.key in labels() for fault in caught.value.faults)
    told = ((each.key, each.parts) for each in caught.value.faults)
    return [
        " ".join(
            [key.rpartition(".")[2], *(parts[n] for n in ("lines", "line", "ids") if n in parts)]
        )
        for key, parts in told
    ]


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))


# --- what was told stays


def test_a_password_that_was_told_stays(path: Path) -> None:
    first = PasswordList.load(path)
    told = {client: first.of(client) for client in (("C-1", "見本"), ("", "別の会社"))}
    first.write(path)
    again = PasswordList.load(path)
    assert {client: again.of(client) for client in told} == told
    assert again.of(("C-1", "見本ホールディングス")) == told["C-1", "見本"]
    assert again.of(("ｃ-１", "見本")) == told["C-1", "見本"]
    content = path.read_bytes()
    again.write(path)
    assert path.read_bytes() == content
    assert again.former is None


def test_clients_never_share_a_password() -> None:
    passwords = PasswordList()
    clients = [("C-1", "見本"), ("C-2", "見本"), ("", "見本"), ("", "別の会社")]
    assert len({passwords.of(client) for client in clients}) == 4


def test_passwords_are_long_and_plain() -> None:
    passwords = PasswordList()
    for number in range(200):
        password = passwords.of((str(number), ""))
        assert len(password) == 23
        assert password[0].isalpha()
        assert not set(password) & set("0O1IL")


def test_the_list_is_for_its_owner_and_holds_no_formula(path: Path) -> None:
    passwords = PasswordList()
    clients = [("=1+1", "+81"), ("＝1", "－x"), ("-2", "@x"), ("'3", "株式会社見本"), ("007", "=")]
    told = {client: passwords.of(client) for client in clients}
    passwords.write(path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not [cell for row in rows(path) for cell in row if cell.startswith(tuple("=+-@＝－"))]
    again = PasswordList.load(path)
    assert {client: again.of(client) for client in clients} == told


# --- as Excel saved it

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
def test_a_list_is_read_in_whatever_way_it_was_saved(path: Path, way: str, end: str) -> None:
    sign, code = _SAVED[way]
    lines = [
        ["社外秘"],
        [],
        ["診断先", "備考", "パスワード", "診断先番号"],
        ["株式会社甲", f'"a{sign} ""b"""', "AB-1", '"C-1"'],
        ["", "", "", ""],
        ["合同会社乙", "", " CD-2 ", "C-2"],
    ]
    path.write_bytes(end.join(map(sign.join, lines)).encode(code))
    assert PasswordList.load(path).by_id() == {"c-1": "AB-1", "c-2": "CD-2"}


def test_what_is_not_understood_is_kept(path: Path) -> None:
    path.write_text(
        "社外秘;\n診断先番号;診断先;パスワード;備考\nC-9;旧会社;ZZ-9;-\n;;;電話で伝達済み\n"
        'C-1;"甲;乙";AB-1\n',
        encoding="cp932",
    )
    found = PasswordList.load(path)
    new = found.of(("C-0", "新会社"))
    found.write(path)
    assert rows(path) == [
        ["社外秘", ""],
        ["診断先番号", "診断先", "パスワード", "備考"],
        ["C-9", "旧会社", "ZZ-9", "-"],
        ["", "", "", "電話で伝達済み"],
        ["C-1", "甲;乙", "AB-1"],
        ["C-0", "新会社", new],
    ]
    assert found.former is None


def test_a_list_without_names_gets_a_column_of_them(path: Path) -> None:
    path.write_text("パスワード,診断先番号\nA,C-1,x\n", encoding="utf-8")
    found = PasswordList.load(path)
    new = found.of(("", "甲"))
    found.write(path)
    assert rows(path) == [
        ["パスワード", "診断先番号", "", "診断先"],
        ["A", "C-1", "x", ""],
        [new, "", "", "甲"],
    ]
    assert PasswordList.load(path).of(("", "甲")) == new


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
def test_an_id_that_excel_changed_is_known_again(path: Path, case: str) -> None:
    text, clients, by_id = _KNOWN_AGAIN[case]
    found = loaded(path, text, *clients)
    assert found.by_id() == by_id
    for number, name in clients:
        if number.casefold() in by_id:
            assert found.of((number, name)) == by_id[number.casefold()]
    found.write(path)
    assert PasswordList.load(path, clients).by_id() == by_id
    assert PasswordList.load(path).by_id() == by_id


_DOUBTS = {
    "two fit": ("1,,A\n", (KO, ("01", "乙")), ["doubt 2 001, 01"]),
    "two of one company": ("1,甲,A\n", (("001", "甲"), ("01", "甲")), ["doubt 2 001, 01"]),
    "another company": ("1,丙,A\n", (KO,), ["doubt 2 001"]),
    "neither client by the company": (
        "1,丙,A\n", (("1", "甲"), ("001", "乙")), ["doubt 2 1, 001"]),
    "a day of nobody": ("C-1,戊,A\n5月6日,丙社,A\n", DAYS, ["changed 3"]),
    "a day without a company": ("1月2日,,A\n", DAYS, ["changed 2"]),
    "a day of two": ("1月2日,甲,A\n", (("1-2", "甲"), ("2-1", "甲")), ["doubt 2 1-2, 2-1"]),
    "a number of two": ("1.23457E+11,,A\n", LONG, ["doubt 2 123456789012, 123456789013"]),
    "a number of nobody": ("2E+20,甲,A\n", LONG, ["changed 2"]),
    "one id, two passwords": ("C-1,甲,A\nC-2,乙,B\nc-1,甲,C\n", (), ["twice 2, 4"]),
    "one client, two passwords": ("001,甲,A\n1,甲,B\n", (("001", "甲"),), ["twice 2, 3"]),
    "one company, two passwords": ("001,旧甲,A\n1,旧甲,B\n", (("001", "甲"),), ["twice 2, 3"]),
    "one name, two passwords": (",甲,A\n,甲,B\n", (), ["twice 2, 3"]),
    "several": ("1,丙,A\nC-1,,A\nC-1,,B\n", (KO,), ["doubt 2 001", "twice 3, 4"]),
}  # fmt: skip


@pytest.mark.parametrize("case", _DOUBTS)
def test_nothing_is_guessed(path: Path, case: str) -> None:
    text, clients, told = _DOUBTS[case]
    assert faults(path, (HEAD + text).encode(), *clients) == told


@pytest.mark.parametrize(
    "number", ["001", "0", "1-2", "2026-1-2", "DEC-1", "1E5", "123456789012", "1.10", "A-01", "12"]
)
def test_an_id_is_written_so_that_excel_leaves_it_alone(path: Path, number: str) -> None:
    found = PasswordList()
    word = found.of((number, "甲"))
    found.write(path)
    cell = rows(path)[1][0]
    plain = number in ("0", "A-01", "12")  # these it leaves alone anyway
    assert cell == (number if plain else f"'{number}")
    assert PasswordList.load(path).by_id() == {number.casefold(): word}


def test_a_name_that_another_character_set_spells_otherwise_is_known_again(path: Path) -> None:
    name = "甲\N{WAVE DASH}乙"
    spelt = name.encode("shift_jis").decode("cp932")
    assert spelt != name
    assert loaded(path, f",{spelt},A\n", ("", name)).of(("", name)) == "A"
    both = loaded(path, f",{spelt},A\n", ("", name), ("", spelt))
    assert both.of(("", spelt)) == "A"
    assert both.of(("", name)) != "A"


# --- no password is lost


def test_the_file_as_it_was_is_kept_where_a_line_changes(path: Path) -> None:
    found = loaded(path, "1,株式会社甲,A\n", KO)
    content = path.read_bytes()
    assert found.former
    assert is_former_passwords_file(found.former.name)
    assert found.former.name < path.name, "it has to be in place before the new one"
    kept = path.with_name(found.former.name)
    found.former.write(kept)
    found.write(path)
    assert kept.read_bytes() == content
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert rows(path)[1:] == [["'001", "株式会社甲", "A"]]


def test_no_former_list_is_overwritten(path: Path) -> None:
    names = []
    for word in "AABC":
        path.write_text(f"{HEAD}1,株式会社甲,{word}\n", encoding="utf-8")
        os.utime(path, (1_800_000_000, 1_800_000_000))
        former = PasswordList.load(path, [KO]).former
        assert former
        former.write(path.with_name(former.name))
        names.append(former.name)
    assert [name[25:] for name in names] == [".csv", ".csv", "-2.csv", "-3.csv"]
    assert all(map(is_former_passwords_file, names))


def test_of_two_lines_the_one_that_went_out_counts(path: Path) -> None:
    """As earlier versions left them, which made new passwords beside the old ones."""
    text = "001,株式会社甲,NEW\n1,株式会社甲,OLD\n"
    found = loaded(path, text, KO, _001="OLD")
    assert found.by_id() == {"001": "OLD"}
    assert found.former
    assert found.former.content == (HEAD + text).encode()
    found.write(path)
    assert rows(path)[1:] == [["'001", "株式会社甲", "OLD"]]
    with pytest.raises(PasswordListError):
        loaded(path, text, KO, _001="OTHER")


def test_passwords_other_than_those_that_went_out_are_told(path: Path) -> None:
    found = loaded(path, "001,甲,A\n002,乙,B\n003,丙,C\n", *(clients := [KO, OTSU, ("003", "丙")]))
    new = ("004", "丁")
    for client in (*clients[:2], new):
        found.of(client)
    sealed = {"001": "A", "002": "X", "003": "X", "004": "X", "005": "X"}
    assert found.renewed({key: make_fingerprint(word) for key, word in sealed.items()}) == (
        OTSU,
        new,
    )


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
def test_what_cannot_be_read_is_told_with_its_line(path: Path, case: str) -> None:
    content, told = _FAULTS[case]
    assert faults(path, content) == told


def test_a_list_that_cannot_be_opened_is_told(path: Path) -> None:
    path.mkdir()
    with pytest.raises(PasswordListError) as caught:
        PasswordList.load(path)
    assert [fault.key for fault in caught.value.faults] == ["cli.passwords.access"]


def test_no_fault_tells_a_password(path: Path) -> None:
    path.write_text(f"{HEAD}1,丙,himitsu\nC-1,,himitsu\nC-1,,HIMITSU\n", encoding="utf-8")
    with pytest.raises(PasswordListError) as caught:
        PasswordList.load(path, [KO])
    assert "himitsu" not in (str(caught.value) + repr(caught.value.faults)).casefold()
