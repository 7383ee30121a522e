"""Passwords: which are tried on what, what they open, and that none is ever told."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from contextlib import nullcontext
from hashlib import md5
from pathlib import Path
from typing import Any

import msoffcrypto.format.ooxml
import openpyxl
import pytest
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from msoffcrypto.method.rc4 import DocumentRC4

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.decryption import decrypt_workbook, passwords_for_file
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.open_workbook import open_workbook_bytes
from sheet_diag.intake.passwords import PasswordsFileError, load_passwords
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings, Limits, Passwords
from sheet_diag.text.wording import Wording, labels
from tests.compound import ole_file
from tests.hostile.zips import raw_zip, stored
from tests.returned import make_return, zip_parts

SHEET = make_return()
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD = "ひみつ2026"
RIGHT = IntakeSettings(passwords=Passwords(("wrong", WORD)))
WRONG = IntakeSettings(passwords=Passwords(("wrong", "false")))
NONE = IntakeSettings()


def locked(content: bytes = SHEET, word: str = WORD) -> bytes:
    out = io.BytesIO()
    msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(content)).encrypt(word, out)
    return out.getvalue()


LOCKED = locked()


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _biff(*records: bytes, stream: str = "Workbook") -> bytes:
    content = b"".join([_record(0x809, bytes(16)), *records, _record(0x0A)])
    return ole_file({stream: content + bytes(5_000)})


def _rc4(word: str = WORD) -> bytes:
    """A FilePass record of the old method, for this password."""
    salt = bytes(range(16))
    mixed = DocumentRC4.decrypt(word, salt, io.BytesIO(bytes(32)), 1024).read()
    verifier = bytes(16)
    plain = verifier + md5(verifier).digest()
    mixed = bytes(a ^ b for a, b in zip(mixed, plain, strict=True))
    return _record(0x2F, struct.pack("<HHH", 1, 1, 1) + salt + mixed)


def refusal(content: bytes, reading: IntakeSettings, name: str = "a.xlsx") -> str:
    with pytest.raises(RefusedError) as caught:
        open_workbook_bytes(content, name, reading)
    problem = caught.value.problem
    assert WORD not in repr(problem)
    assert "wrong" not in repr(problem)
    return f"{problem.code} {problem.value or ''}".strip()


# --- protected workbooks


def test_a_workbook_behind_a_password() -> None:
    opened = open_workbook_bytes(LOCKED, "a.xls", RIGHT)
    assert (opened.content, opened.kind, opened.password_used) == (
        SHEET,
        FileKind.XLSX,
        True,
    )
    assert opened.inspected
    assert refusal(LOCKED, WRONG) == "PASSWORD_WRONG 2"
    assert refusal(LOCKED, NONE) == "PASSWORD_NEEDED"


@pytest.mark.parametrize(
    ("content", "words", "keys"),
    [
        pytest.param(LOCKED, (WORD,), 2, id="the right one at once"),
        pytest.param(LOCKED, ("wrong", WORD), 4, id="the right one after a wrong one"),
        pytest.param(LOCKED, (), 1, id="none but the one of Excel"),
        pytest.param(locked(word="VelvetSweatshop"), (WORD,), 2, id="the one of Excel"),
    ],
)
def test_no_more_keys_are_derived_than_have_to_be(
    content: bytes, words: tuple[str, ...], keys: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs a tenth of a second."""
    derive = ECMA376Agile._derive_iterated_hash_from_password
    derived: list[str] = []

    def counted(word: str, *rest: Any) -> Any:
        derived.append(word)
        return derive(word, *rest)

    monkeypatch.setattr(ECMA376Agile, "_derive_iterated_hash_from_password", staticmethod(counted))
    with nullcontext() if words else pytest.raises(RefusedError):
        open_workbook_bytes(content, "a.xlsx", IntakeSettings(passwords=Passwords(words)))
    assert len(derived) == keys


def test_a_workbook_whose_seal_is_broken_opens_with_its_password_alone() -> None:
    """What another program makes of the seal is no fault of the client."""
    value = LOCKED.partition(b'encryptedHmacValue="')[2][:8]
    broken = LOCKED.replace(value, value[::-1])
    assert broken != LOCKED
    opened = open_workbook_bytes(broken, "a.xlsx", RIGHT)
    assert (opened.content, opened.password_used) == (SHEET, True)
    assert refusal(broken, WRONG) == "PASSWORD_WRONG 2"


def test_a_workbook_that_excel_opens_without_asking() -> None:
    opened = open_workbook_bytes(locked(word="VelvetSweatshop"), "a.xlsx", NONE)
    assert (opened.content, opened.password_used) == (SHEET, False)


def test_what_was_locked_is_looked_into_like_any_other() -> None:
    noise = bytes(range(256)) * 20
    types = stored("[Content_Types].xml", f'<Types xmlns="{TYPES}"/>'.encode())
    other = raw_zip([types, stored("word/a.xml", noise)])
    assert refusal(locked(other), RIGHT) == "WRONG_FORMAT document"
    twice = raw_zip([types, stored("xl/workbook.xml", noise), stored("XL/workbook.xml", b"")])
    assert refusal(locked(twice), RIGHT) == "UNSAFE_FILE names"


def test_an_old_workbook_behind_a_password() -> None:
    content = _biff(_rc4())
    opened, used = decrypt_workbook(content, FileKind.XLS, "a.xls", RIGHT)
    assert (used, len(opened) >= 5_000, b"\x2f\x00\x36\x00" in opened) == (True, True, False)
    assert refusal(content, WRONG, "a.xls") == "PASSWORD_WRONG 2"
    assert refusal(content, NONE, "a.xls") == "PASSWORD_NEEDED"
    free, used = decrypt_workbook(_biff(_rc4("VelvetSweatshop")), FileKind.XLS, "a.xls", NONE)
    assert (used, bool(free)) == (False, True)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            ole_file({"EncryptedPackage": bytes(9_000)}), "SENSITIVITY_LABEL", id="no method told"
        ),
        pytest.param(
            ole_file(
                {
                    "EncryptedPackage": bytes(9_000),
                    "EncryptionInfo": bytes(900),
                    "\x06DataSpaces": {"TransformInfo": {"DRMEncryptedTransform": {"a": b"x"}}},
                }
            ),
            "SENSITIVITY_LABEL",
            id="rights in its transform",
        ),
        pytest.param(
            ole_file({"\x09DRMContent": b"x", "Workbook": bytes(5_000)}),
            "SENSITIVITY_LABEL",
            id="an old workbook with rights",
        ),
        pytest.param(
            ole_file({"EncryptedPackage": bytes(9_000), "EncryptionInfo": b"\7" * 900}),
            "PASSWORD_UNSUPPORTED",
            id="an unknown method",
        ),
        pytest.param(
            _biff(_record(0x2F, struct.pack("<HHH", 1, 9, 9) + bytes(48))),
            "PASSWORD_UNSUPPORTED",
            id="an unknown method of an old workbook",
        ),
        pytest.param(
            _biff(_record(0x2F, bytes(4)), stream="Book"),
            "PASSWORD_UNSUPPORTED",
            id="a workbook of Excel 95",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("reading", [NONE, RIGHT])
def test_what_no_password_opens(content: bytes, told: str, reading: IntakeSettings) -> None:
    assert refusal(content, reading) == told


ODS = b"application/vnd.oasis.opendocument.spreadsheet"
LISTED = '<m:file-entry m:full-path="%s" m:size="1">%s</m:file-entry>'
INSIDE = '\n <m:encryption-data m:checksum="x"/>'


def _ods(*entries: tuple[str, str]) -> bytes:
    listed = "".join(LISTED % each for each in entries)
    manifest = f'<m:file-entry m:full-path="a"/><m:manifest>{listed}</m:manifest>'
    return raw_zip(
        [
            stored("mimetype", ODS),
            stored("content.xml", b"<office:spreadsheet/>"),
            stored("META-INF/manifest.xml", manifest.encode()),
        ]
    )


@pytest.mark.parametrize(
    ("entries", "is_locked"),
    [
        ([("content.xml", INSIDE)], True),
        ([("Basic/a.xml", INSIDE), ("content.xml", "")], False),
        ([("content.xml", ""), ("Basic/a.xml", INSIDE)], False),
        ([("encrypted-package", INSIDE)], True),
        ([], False),
    ],
)
def test_a_locked_ods_is_told_from_one_with_locked_macros(
    entries: list[tuple[str, str]], is_locked: bool
) -> None:
    content = _ods(*entries)
    if is_locked:
        assert refusal(content, RIGHT) == "PASSWORD_UNSUPPORTED"
    else:
        assert open_workbook_bytes(content, "a.ods", RIGHT).kind is FileKind.ODS


# --- opening


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "EMPTY_FILE", id="empty"),
        pytest.param(bytes(1024 * 1024 + 1), "TOO_LARGE 1 MiB", id="large"),
        pytest.param(b"%PDF-1.7", "WRONG_FORMAT pdf", id="other"),
        pytest.param(zip_parts("a.xlsx"), "WRONG_FORMAT archive", id="an archive"),
        pytest.param(SHEET[:-200], "UNREADABLE damaged", id="cut off"),
    ],
)
def test_what_is_not_opened(content: bytes, told: str) -> None:
    assert refusal(content, IntakeSettings(Limits(file=1))) == told


def test_an_open_workbook_is_opened_as_it_is() -> None:
    opened = open_workbook_bytes(SHEET, "a.xlsx", RIGHT)
    assert (opened.content, opened.password_used) == (SHEET, False)
    old = open_workbook_bytes(_biff(), "a.xlsx", RIGHT)
    assert (old.content, old.kind, old.inspected) == (_biff(), FileKind.XLS, None)


# --- which passwords are tried


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("a.xlsx", ["all"]),
        ("（株）みほん_回答.xlsx", ["mihon", "all"]),
        ("株式会社みほん御中/a.xlsx", ["mihon", "all"]),
        ("MIHON.zip › c-007.xlsx", ["seven", "all"]),
        ("みほん c-007", ["mihon", "seven", "all"]),
    ],
)
def test_passwords_of_the_client_come_first(label: str, words: list[str]) -> None:
    by_client = (("株式会社みほん", "mihon"), ("C-007", "seven"), ("みほん", "mihon"), ("乙", "b"))
    assert list(passwords_for_file(Passwords(("all", "all"), by_client), label)) == words


# --- the list


@pytest.mark.parametrize(
    ("text", "common", "by_client"),
    [
        (
            "診断先番号,診断先,パスワード\nC-1,甲社,AB-1\n,'=乙,CD-2\n",
            [],
            [("C-1", "AB-1"), ("甲社", "AB-1"), ("=乙", "CD-2")],
        ),
        pytest.param("診断先,パスワード\n甲,a\n,b\n", ["b"], [("甲", "a")], id="with a heading"),
        pytest.param("甲,a\r\n乙 ,b\r\n", [], [("甲", "a"), ("乙", "b")], id="without"),
        pytest.param("パスワード\na\nb\na\n", ["a", "b"], [], id="one column"),
        pytest.param('甲,"a,""b"\n甲, c \n', [], [("甲", 'a,"b'), ("甲", " c ")], id="signs"),
        pytest.param(
            "備考,パスワード,会社名\nx,a,甲\n,b,\n", ["b"], [("甲", "a")], id="other columns"
        ),
        pytest.param("取引先,パスワード\n甲,a\n", [], [("甲", "a")], id="one heading"),
        pytest.param("診断先,PW\n甲,a\n", [], [("甲", "a")], id="the other heading"),
        pytest.param("a;b\nc\n", ["a;b", "c"], [], id="a sign that is a letter"),
        pytest.param(
            '診断先番号,診断先,パスワード\n"=""001""",甲,a\n\'002,,b\n',
            [],
            [("001", "a"), ("甲", "a"), ("002", "b")],
            id="ids kept as text",
        ),
        pytest.param("\n甲,\n,,\n甲,a,,\n", [], [("甲", "a")], id="gaps"),
        pytest.param("", [], [], id="empty"),
    ],
)
@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_a_list_of_passwords(
    tmp_path: Path, text: str, common: list[str], by_client: list[tuple[str, str]], code: str
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.encode(code))
    assert load_passwords(path, {}) == Passwords(tuple(common), tuple(by_client))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('社外秘{0}\n診断先{0}パスワード\n甲{0}"a,b"\n{0}c;d\n', id="headings"),
        pytest.param('診断先{0}パスワード{0}備考\n甲{0}"a,b"{0}x\n{0}c;d{0}\n', id="more columns"),
    ],
)
@pytest.mark.parametrize("code", ["utf-8-sig", "cp932", "utf-16"])
def test_the_sign_of_a_list_is_told_by_its_headings(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(text.format("\t").encode(code))
    assert load_passwords(path, {}) == Passwords(("c;d",), (("甲", "a,b"),))
    path.write_bytes(text.format(";").replace("c;d", '"c;d"').encode(code))
    assert load_passwords(path, {}) == Passwords(("c;d",), (("甲", "a,b"),))


@pytest.mark.parametrize(
    ("rows", "common", "by_client"),
    [
        pytest.param(
            [("社外秘",), ("備考", "診断先", "パスワード"), ("x", "甲", "a;b"), (None, None, 1234)],
            ("1234",),
            (("甲", "a;b"),),
            id="headings",
        ),
        pytest.param([("甲", "a"), (None, "b")], ("b",), (("甲", "a"),), id="no headings"),
        pytest.param([("パスワード",), ("a",), ("b",)], ("a", "b"), (), id="one column"),
    ],
)
def test_a_list_may_be_a_workbook(
    tmp_path: Path,
    rows: list[tuple[str | int | None, ...]],
    common: tuple[str, ...],
    by_client: tuple[tuple[str, str], ...],
) -> None:
    path = tmp_path / "list.xlsx"
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(path)
    assert load_passwords(path, {}) == Passwords(common, by_client)


def test_a_damaged_workbook_is_no_list(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(PasswordsFileError) as caught:
        load_passwords(path, {})
    assert caught.value.key == "cli.passwords.unreadable"
    assert all(Wording(lang)(caught.value.key, **caught.value.parts) for lang in Lang)


def test_tabs_without_headings_part_a_list(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("甲\ta;b\r\n\tc\r\n".encode("utf-16"))
    assert load_passwords(path, {}) == Passwords(("c",), (("甲", "a;b"),))


@pytest.mark.parametrize(
    ("environment", "common"),
    [
        ({}, ()),
        ({"SHEET_DIAG_PASSWORDS": "a\n\nb c\r\n"}, ("a", "b c")),
        ({"SHEET_DIAG_PASSWORDS": ""}, ()),
    ],
)
def test_passwords_of_the_environment(
    environment: Mapping[str, str], common: tuple[str, ...]
) -> None:
    assert load_passwords(None, environment) == Passwords(common)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "access"),
        (b"a,b\x81", "encoding"),
        ("甲,himitsu,x".encode(), "rows 1"),
        ("甲,a\n\n乙,himitsu,x".encode(), "rows 3"),
        ("パスワード\na\n甲,himitsu\n".encode(), "rows 3"),
        (b'x,y\na,"himitsu', "quotes 2"),
        ("甲;himitsu\n乙;b\n".encode(), "sign"),
        ("診断先,パスワード,パスワード\n甲,a,himitsu\n".encode(), "columns 1"),
    ],
)
def test_a_list_that_cannot_be_read(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "list.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PasswordsFileError) as caught:
        load_passwords(path, {})
    key, parts = caught.value.key, caught.value.parts
    assert caught.value.path == path
    assert key in labels()
    assert f"{key.rpartition('.')[2]} {parts.get('line', '')}".strip() == told
    assert "himitsu" not in f"{caught.value} {parts}"


def test_passwords_are_in_no_representation() -> None:
    assert WORD not in repr(RIGHT)
