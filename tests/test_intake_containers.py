"""Archives and mails: every return in them, under the name that the client gave it."""

from __future__ import annotations

import base64
import io
import os
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path

import py7zr
import pytest
import pyzipper

from sheet_diag.intake.containers.members import UnpackedFile
from sheet_diag.intake.containers.unpack import unpack_file
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.receive import receive_return
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import IntakeSettings, Limits, Passwords
from tests.catalogs import JIS
from tests.compound import Tree, ole_file
from tests.hostile.archives import zip_crypto
from tests.hostile.mails import message
from tests.hostile.zips import MIB, Entry, entry, raw_zip, repeating, stored
from tests.returned import make_return

SHEET = make_return()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
SECRET = IntakeSettings(passwords=Passwords(("wrong", "ひみつ2026")))
USUAL = IntakeSettings()
MTIME = 1_700_000_000 * 10**9


def leaves(
    folder: Path, content: bytes, name: str = "a.zip", reading: IntakeSettings = USUAL
) -> tuple[UnpackedFile, ...]:
    path = folder / "input"
    path.write_bytes(content)
    os.utime(path, ns=(MTIME, MTIME))
    found = unpack_file(path, name, folder / "spool", reading)
    assert path.read_bytes() == content
    return found


def line(leaf: UnpackedFile) -> str:
    """A member on one line: ignored ones with a minus, then what is wrong with it."""
    problem = leaf.problem
    told = f"{problem.code} {problem.value or ''}".strip() if problem else ""
    told = "" if leaf.ignored else told
    return " | ".join(filter(None, [("- " if leaf.ignored else "") + str(leaf.member), told]))


def lines(found: Sequence[UnpackedFile]) -> list[str]:
    assert all(leaf.problem or leaf.path for leaf in found)
    return [line(leaf) for leaf in found]


def zip_of(**members: bytes) -> bytes:
    return raw_zip([entry(name.replace("_", "."), content) for name, content in members.items()])


def seven(
    members: Mapping[str, bytes], password: str | None = None, *, header: bool = False
) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password, header_encryption=header) as archive:
        for name, content in members.items():
            archive.writestr(content, name)
    return buffer.getvalue()


def aes(members: Mapping[str, bytes], password: bytes) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(
        buffer, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password)
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def crypto(content: bytes, password: bytes, name: str = "a.xlsx") -> Entry:
    packed = zip_crypto(content, password)
    return Entry(name, packed, zlib.crc32(content), len(content), 0, 1)


# --- what wraps nothing


def test_a_file_that_is_no_container_is_its_own_return(tmp_path: Path) -> None:
    (leaf,) = leaves(tmp_path, SHEET, "a.zip")
    assert leaf == UnpackedFile(tmp_path / "input", None, MTIME)
    assert not (tmp_path / "spool").exists()


# --- zip


@pytest.mark.parametrize(
    ("members", "told"),
    [
        pytest.param([("a.xlsx", SHEET), ("b/c.txt", b"x")], ["a.xlsx", "b/c.txt"], id="plain"),
        pytest.param([("a/", b""), ("a/b.xlsx", SHEET)], ["a/b.xlsx"], id="folders are none"),
        pytest.param([], ["None | ARCHIVE_EMPTY"], id="empty"),
        pytest.param([("a/", b"")], ["None | ARCHIVE_EMPTY"], id="folders alone"),
        pytest.param(
            [("__MACOSX/._a.xlsx", b"x"), ("a.xlsx", SHEET), ("b/~$a.xlsx", b"x")],
            ["- __MACOSX/._a.xlsx", "a.xlsx", "- b/~$a.xlsx"],
            id="leftovers",
        ),
        pytest.param(
            [(".DS_Store", b"x")], ["- .DS_Store", "None | ARCHIVE_EMPTY"], id="leftovers alone"
        ),
        pytest.param([("a", b"")], ["a"], id="an empty file"),
        pytest.param(
            [("../../a.xlsx", SHEET), ("C:\\a.xlsx", SHEET), ("/etc/a", SHEET)],
            ["../../a.xlsx", "C:/a.xlsx", "/etc/a"],
            id="names that lead elsewhere are labels",
        ),
        pytest.param(
            [("a.xlsx", b"1"), ("a.xlsx", b"2"), ("a\\b", b""), ("a/b", b"")],
            ["a.xlsx", "a.xlsx (2)", "a/b", "a/b (2)"],
            id="twice",
        ),
        pytest.param(
            [("a\x1b[2J\u202exslx.xlsx", SHEET)], ["a\ufffd[2J\ufffdxslx.xlsx"], id="unseen"
        ),
        pytest.param(
            [(unicodedata.normalize("NFD", "が.xlsx"), SHEET)], ["が.xlsx"], id="composed"
        ),
    ],
)
def test_a_zip_is_unpacked(
    tmp_path: Path, members: list[tuple[str, bytes]], told: list[str]
) -> None:
    found = leaves(tmp_path, raw_zip([entry(*each) for each in members]))
    assert lines(found) == told
    contents = [leaf.path.read_bytes() for leaf in found if leaf.path and not leaf.problem]
    wanted = [content for name, content in members if not name.endswith("/")]
    assert contents == [content for content in wanted if content != b"x" or name_is_kept(members)]
    assert sorted(path.name for path in tmp_path.iterdir()) in (["input"], ["input", "spool"])


def name_is_kept(members: list[tuple[str, bytes]]) -> bool:
    return ("b/c.txt", b"x") in members


@pytest.mark.parametrize(
    ("raw", "flags", "name"),
    [
        pytest.param("ソフト表_能力.xlsx".encode("cp932"), 0, "ソフト表_能力.xlsx", id="cp932"),
        pytest.param("回答.xlsx".encode(), 0x800, "回答.xlsx", id="utf-8 and says so"),
        pytest.param("回答.xlsx".encode(), 0, "回答.xlsx", id="utf-8 of macOS"),
        pytest.param("ﾃｽﾄ.xlsx".encode("cp932"), 0, "ﾃｽﾄ.xlsx", id="half width"),
        pytest.param("ﾃｽ.xlsx".encode("cp932"), 0, "ﾃｽ.xlsx", id="half width that is utf-8 too"),
        pytest.param(b"a\x81.xlsx", 0, "aü.xlsx", id="neither"),
    ],
)
def test_names_in_a_zip_are_decoded(tmp_path: Path, raw: bytes, flags: int, name: str) -> None:
    member = replace(entry("a", SHEET), raw_name=raw, flags=flags)
    assert lines(leaves(tmp_path, raw_zip([member]))) == [name]


@pytest.mark.parametrize(
    ("member", "told"),
    [
        pytest.param(replace(entry("b", SHEET), crc=1), "b | UNREADABLE", id="checksum"),
        pytest.param(replace(entry("b", SHEET), size=9**9), "b | UNREADABLE", id="size"),
        pytest.param(replace(entry("b", SHEET), packed=b"\7"), "b | UNREADABLE", id="body"),
        pytest.param(replace(entry("b", SHEET), method=98), "b | UNREADABLE", id="method"),
        pytest.param(replace(entry("b", SHEET), flags=0x41), "b | PASSWORD_NEEDED", id="locked"),
        pytest.param(
            replace(stored("b", b"/etc/passwd"), mode=(stat.S_IFLNK | 0o777)),
            "b | LINK_OUTSIDE",
            id="link",
        ),
        pytest.param(repeating("b", b"", bytes(MIB), 2, b""), "b | TOO_LARGE", id="large"),
    ],
)
def test_a_damaged_member_costs_no_other(tmp_path: Path, member: Entry, told: str) -> None:
    content = raw_zip([entry("a.xlsx", SHEET), member, entry("c.xlsx", SHEET)])
    found = leaves(tmp_path, content, reading=IntakeSettings(Limits(file=1)))
    first, second, third = lines(found)
    assert (first, third) == ("a.xlsx", "c.xlsx")
    assert second.startswith(told)
    assert len(list((tmp_path / "spool").iterdir())) == 2


@pytest.mark.parametrize("form", ["utf-8", "cp932"])
@pytest.mark.parametrize("method", ["aes", "old"])
def test_a_zip_opens_with_its_password(tmp_path: Path, method: str, form: str) -> None:
    word = "ひみつ2026".encode(form)
    locked = aes({"a.xlsx": SHEET}, word) if method == "aes" else raw_zip([crypto(SHEET, word)])
    (leaf,) = leaves(tmp_path, locked, reading=SECRET)
    assert (line(leaf), leaf.password_used) == ("a.xlsx", True)
    assert leaf.path
    assert leaf.path.read_bytes() == SHEET
    assert lines(leaves(tmp_path, locked)) == ["a.xlsx | PASSWORD_NEEDED"]
    wrong = IntakeSettings(passwords=Passwords(("a", "b", "ひ")))
    assert lines(leaves(tmp_path, locked, reading=wrong)) == ["a.xlsx | PASSWORD_WRONG 3"]


def test_a_password_that_only_seems_to_fit_is_not_taken(tmp_path: Path) -> None:
    """One in 256 does, by the old method; the checksum tells."""
    content = raw_zip([crypto(b"answers" * 20, b"right")])
    words = tuple(f"w{n}" for n in range(1_000))
    alone = leaves(tmp_path, content, reading=IntakeSettings(passwords=Passwords(words)))
    assert lines(alone) == ["a.xlsx | PASSWORD_WRONG 1000"]
    (leaf,) = leaves(
        tmp_path, content, reading=IntakeSettings(passwords=Passwords((*words, "right")))
    )
    assert leaf.path
    assert leaf.path.read_bytes() == b"answers" * 20


def test_a_password_that_seems_to_fit_what_is_packed_is_not_taken(tmp_path: Path) -> None:
    packed = entry("a.xlsx", SHEET)
    locked = replace(packed, packed=zip_crypto(packed.packed, b"right"), flags=1)
    words = tuple(f"w{n}" for n in range(1_000))
    found = leaves(tmp_path, raw_zip([locked]), reading=IntakeSettings(passwords=Passwords(words)))
    assert lines(found) == ["a.xlsx | PASSWORD_WRONG 1000"]


def test_a_file_is_tried_with_the_passwords_of_its_client(tmp_path: Path) -> None:
    passwords = Passwords((), (("株式会社見本", "mihon"), ("別の会社", "betsu")))
    locked = aes({"a.xlsx": SHEET}, b"mihon")
    for name, told in [("見本.zip", "a.xlsx"), ("不明.zip", "a.xlsx | PASSWORD_NEEDED")]:
        assert lines(leaves(tmp_path, locked, name, IntakeSettings(passwords=passwords))) == [told]


def test_a_large_encrypted_member_is_not_tried(tmp_path: Path) -> None:
    locked = raw_zip([crypto(bytes(700_000), b"x", name) for name in ("a", "b")])
    reading = IntakeSettings(Limits(encrypted=1), Passwords(("wrong",)))
    assert lines(leaves(tmp_path, locked, reading=reading)) == [
        "a | PASSWORD_WRONG 1",
        "b | TOO_LARGE > 1 MiB",
    ]


def test_a_member_has_its_own_time(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        wall = zipfile.ZipInfo("a", (2026, 11, 23, 9, 0, 0))
        utc = zipfile.ZipInfo("b", (2026, 11, 23, 9, 0, 0))
        utc.extra = struct.pack("<HHBi", 0x5455, 5, 1, 1_790_000_000)
        for info in (wall, utc):
            archive.writestr(info, b"x")
    times = [leaf.file_time for leaf in leaves(tmp_path, buffer.getvalue())]
    assert times == [1_795_392_000 * 10**9, 1_790_000_000 * 10**9]
    undated_zip = bytearray(raw_zip([entry("a", b"x")]))
    listed = undated_zip.index(b"PK\x01\x02")
    undated_zip[listed + 12 : listed + 16] = bytes(4)
    (undated,) = leaves(tmp_path, bytes(undated_zip))
    assert undated.file_time == MTIME


def test_one_body_listed_many_times_is_refused(tmp_path: Path) -> None:
    body = stored("a0", b"x" * 900)
    content = raw_zip([body, replace(body, name="a1")], bodies=1)
    assert lines(leaves(tmp_path, content)) == ["None | UNSAFE_FILE overlap"]


# --- 7z


def test_a_7z_is_unpacked(tmp_path: Path) -> None:
    content = seven({"b/回答.xlsx": SHEET, "~$a": b"x", "empty": b""})
    found = leaves(tmp_path, content, "a.7z")
    assert lines(found) == ["b/回答.xlsx", "- ~$a", "empty"]
    assert [leaf.path.read_bytes() for leaf in found if leaf.path] == [SHEET, b""]
    assert abs(found[0].file_time - MTIME) > 10**9
    assert lines(leaves(tmp_path, seven({}), "a.7z")) == ["None | ARCHIVE_EMPTY"]


@pytest.mark.parametrize("header", [False, True])
def test_a_7z_opens_with_its_password(tmp_path: Path, header: bool) -> None:
    locked = seven({"a.xlsx": SHEET, "b.xlsx": SHEET[:99]}, "ひみつ2026", header=header)
    found = leaves(tmp_path, locked, "a.7z", SECRET)
    assert [leaf.path.read_bytes() for leaf in found if leaf.path] == [SHEET, SHEET[:99]]
    assert all(leaf.password_used for leaf in found)
    assert lines(leaves(tmp_path, locked, "a.7z")) == ["None | PASSWORD_NEEDED"]
    wrong = IntakeSettings(passwords=Passwords(("a", "b")))
    assert lines(leaves(tmp_path, locked, "a.7z", wrong)) == ["None | PASSWORD_WRONG 2"]


def test_a_damaged_or_too_large_7z_is_refused(tmp_path: Path) -> None:
    content = seven({"a.xlsx": SHEET, "b": bytes(2 * MIB), "c": b"c"})
    small = IntakeSettings(Limits(file=1))
    told = ["a.xlsx", "b | TOO_LARGE 2 MiB", "c"]
    assert lines(leaves(tmp_path, content, "a.7z", small)) == told
    (cut,) = lines(leaves(tmp_path, content[:-20], "a.7z"))
    assert cut.startswith("None | UNREADABLE")
    hurt = bytearray(seven({"a.xlsx": SHEET}))
    hurt[200] ^= 0xFF
    (leaf,) = lines(leaves(tmp_path, bytes(hurt), "a.7z"))
    assert leaf.startswith("a.xlsx | UNREADABLE")


def test_names_that_lead_out_of_a_7z_are_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("py7zr.py7zr.check_archive_path", lambda _: True)
    content = seven({"../../evil": b"x", "/evil": b"x", "good.xlsx": SHEET})
    told = [f"{name} | UNSAFE_FILE names" for name in ("../../evil", "/evil")]
    assert lines(leaves(tmp_path, content, "a.7z")) == [*told, "good.xlsx"]


# --- mails


def _part(headers: str | bytes, content: bytes = SHEET) -> bytes:
    """A mail with one attachment under exactly these headers."""
    raw = headers if isinstance(headers, bytes) else headers.encode()
    head = b"From: a@x.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b"
    body = base64.encodebytes(content)
    return b"\r\n".join(
        [head, b"", b"--b", b"Content-Type: text/plain", b"", b"x", b"--b", raw,
         b"Content-Transfer-Encoding: base64", b"", body, b"--b--", b""]
    )  # fmt: skip


def _word(text: str, charset: str, codec: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(codec)).decode()}?="


def _jis(text: str) -> bytes:
    """ISO-2022-JP with the characters of Windows."""
    cells = bytearray()
    for char in text:
        lead, trail = char.encode("cp932")
        row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2 - (1 if trail < 0x9F else 0)
        low = trail - (0x1F if trail < 0x7F else 0x20) if trail < 0x9F else trail - 0x7E
        cells += bytes((row, low))
    return b"\x1b$B" + bytes(cells) + b"\x1b(B"


NAME = "（株）見本_回答.xlsx"
OLD = "㈱髙橋①.xlsx"
SHOWN = 'Content-Disposition: attachment; filename="%s"'


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        pytest.param(SHOWN % "a b.xlsx", "a b.xlsx", id="plain"),
        pytest.param('Content-Type: application/x; name="a.xlsx"', "a.xlsx", id="type only"),
        pytest.param("Content-Disposition: attachment", "attachment-1", id="no name"),
        pytest.param(
            "Content-Disposition: attachment; filename*=UTF-8''%E5%9B%9E.xlsx", "回.xlsx",
            id="2231",
        ),
        pytest.param(
            "Content-Disposition: attachment;\r\n filename*0*=Windows-31J''%89%F1;\r\n"
            " filename*1*=%93%9A.xlsx", "回答.xlsx", id="2231 in pieces, of Windows",
        ),
        pytest.param(
            "Content-Disposition: attachment; filename*=''%89%F1.xlsx", "回.xlsx",
            id="2231 without a code",
        ),
        pytest.param(SHOWN % _word(NAME, "UTF-8", "utf-8"), NAME, id="2047"),
        pytest.param(SHOWN % _word(NAME, "Windows-31J", "cp932"), NAME, id="2047 of Windows"),
        pytest.param(SHOWN % _word("ﾃｽ", "Windows-31J", "cp932"), "ﾃｽ", id="2047 utf-8 too"),
        pytest.param(SHOWN % _word(OLD, "Shift_JIS", "cp932"), OLD, id="2047 sjis"),
        pytest.param(SHOWN % _word(NAME, "x-unknown", "cp932"), NAME, id="2047 of nobody"),
        pytest.param(SHOWN % _word(NAME, "ISO-2022-JP", "iso2022_jp"), NAME, id="2047 jis"),
        pytest.param(
            SHOWN % f"=?iso-2022-jp?B?{base64.b64encode(_jis('㈱髙橋①')).decode()}?=",
            "㈱髙橋①", id="2047 jis of Windows",
        ),
        pytest.param(
            SHOWN % (_word("見本", "utf-8", "utf-8") + "\r\n " + _word("回答", "utf-8", "utf-8")),
            "見本回答", id="2047 on two lines",
        ),
        pytest.param((SHOWN % OLD).encode("cp932"), OLD, id="bare cp932"),
        pytest.param((SHOWN % OLD).encode(), OLD, id="bare utf-8"),
        pytest.param((SHOWN % "~").encode().replace(b"~", _jis("表㈱")), "表㈱", id="bare jis"),
        pytest.param(SHOWN % "=?utf-8?B?!?=", "=?utf-8?B?!?=", id="2047 damaged"),
    ],
)  # fmt: skip
def test_names_of_attachments_are_decoded(tmp_path: Path, headers: str | bytes, name: str) -> None:
    (leaf,) = leaves(tmp_path, _part(headers), "a.eml")
    assert line(leaf) == name
    assert leaf.path
    assert leaf.path.read_bytes() == SHEET


def _mail(*attachments: tuple[str, bytes, str, str]) -> bytes:
    """A mail with attachments: name, content, media type, disposition."""
    mail = EmailMessage()
    mail["From"], mail["Date"] = "a@x.example", "Mon, 23 Nov 2026 09:00:00 +0900"
    mail.set_content("text")
    for name, content, media, disposition in attachments:
        main, sub = media.split("/")
        mail.add_attachment(
            content, main, sub, filename=name or None, disposition=disposition or None
        )
        if disposition == "inline":
            list(mail.iter_attachments())[-1]["Content-ID"] = "<1>"
    return mail.as_bytes()


XLSX = ("a.xlsx", SHEET, "application/octet-stream", "attachment")
LOGO = ("logo.png", PNG, "image/png", "inline")
PHOTO = ("photo.png", PNG + bytes(300_000), "image/png", "inline")
SCAN = ("scan.png", PNG, "image/png", "attachment")
INVITE = ("invite.ics", b"BEGIN:VCALENDAR", "text/calendar", "attachment")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(_mail(XLSX, LOGO, INVITE), ["a.xlsx", "- logo.png", "- invite.ics"], id="all"),
        pytest.param(_mail(XLSX, PHOTO), ["a.xlsx", "- photo.png"], id="photo beside a sheet"),
        pytest.param(_mail(XLSX, SCAN), ["a.xlsx", "scan.png"], id="an attached picture"),
        pytest.param(_mail(PHOTO), ["photo.png"], id="a photo in the text, alone"),
        pytest.param(_mail(SCAN), ["scan.png"], id="an attached picture, alone"),
        pytest.param(_mail(LOGO), ["- logo.png", "None | MAIL_WITHOUT_SHEET"], id="a logo, alone"),
        pytest.param(_mail(), ["None | MAIL_WITHOUT_SHEET"], id="text alone"),
        pytest.param(
            _mail(("smime.p7m", b"\x30\x82", "application/pkcs7-mime", "attachment")),
            ["smime.p7m | WRONG_FORMAT smime"],
            id="encrypted",
        ),
        pytest.param(
            b"From: a\r\nSubject: b\r\nContent-Type: application/pkcs7-mime\r\n\r\nx",
            ["smime.p7m | WRONG_FORMAT smime"],
            id="encrypted as a whole",
        ),
        pytest.param(
            _mail(XLSX, ("smime.p7s", b"x", "application/pkcs7-signature", "attachment")),
            ["a.xlsx", "- smime.p7s"],
            id="signed",
        ),
        pytest.param(
            _mail(("winmail.dat", b"x", "application/ms-tnef", "attachment")),
            ["winmail.dat | WRONG_FORMAT winmail"],
            id="tnef",
        ),
        pytest.param(
            _mail(("a.zip", zip_of(b_xlsx=SHEET), "application/zip", "attachment")),
            ["a.zip › b.xlsx"],
            id="an archive in it",
        ),
    ],
)
def test_the_attachments_of_a_mail_are_read(
    tmp_path: Path, content: bytes, told: list[str]
) -> None:
    assert lines(leaves(tmp_path, content, "a.eml")) == told


def test_attached_mails_are_read(tmp_path: Path) -> None:
    inner = message(("a.xlsx", SHEET))
    outer = message()
    outer.add_attachment(inner)
    assert lines(leaves(tmp_path, outer.as_bytes(), "a.eml")) == ["ご回答.eml › a.xlsx"]
    third, fourth = message(), message()
    third.add_attachment(outer)
    fourth.add_attachment(third)
    deep = "ご回答.eml › ご回答.eml › ご回答.eml"
    assert lines(leaves(tmp_path, third.as_bytes(), "a.eml"))[0].endswith(" › a.xlsx")
    assert lines(leaves(tmp_path, fourth.as_bytes(), "a.eml")) == [f"{deep} | NESTED_TOO_DEEP 3"]


def test_the_time_of_an_attachment_is_that_of_its_mail(tmp_path: Path) -> None:
    (leaf,) = leaves(tmp_path, _mail(XLSX), "a.eml")
    assert leaf.file_time == 1_795_392_000 * 10**9


# --- mails saved by Outlook


def _props(header: int) -> dict[str, bytes]:
    return {"__properties_version1.0": bytes(header)}


def _attached(name: str, content: bytes | None, **more: str) -> Tree:
    streams = {f"__substg1.0_{tag[1:]}001F": text.encode("utf-16-le") for tag, text in more.items()}
    if content is not None:
        streams["__substg1.0_37010102"] = content
    return {**_props(8), "__substg1.0_3707001F": name.encode("utf-16-le"), **streams}


def _outlook(*attachments: Tree, header: int = 32) -> Tree:
    numbered = {f"__attach_version1.0_#{n:08X}": each for n, each in enumerate(attachments)}
    return {**_props(header), "__substg1.0_0037001F": "件名".encode("utf-16-le"), **numbered}


def _forwarded(name: str, *attachments: Tree, **told: Tree | bytes) -> Tree:
    inner = {**_outlook(*attachments, header=24), **told}
    return {**_attached(name, None), "__substg1.0_3701000D": inner}


IN_OUTLOOK = _attached("a.xlsx", SHEET)
NARROW = {**_props(8), "__substg1.0_3707001E": "回答.xlsx\0".encode("cp932")}


@pytest.mark.parametrize(
    ("mail", "told"),
    [
        pytest.param(_outlook(IN_OUTLOOK), ["a.xlsx"], id="a sheet"),
        pytest.param(
            _outlook({**NARROW, "__substg1.0_37010102": SHEET}), ["回答.xlsx"], id="cp932"
        ),
        pytest.param(
            _outlook(IN_OUTLOOK, _attached("logo.png", PNG, _3712="1@x")),
            ["a.xlsx", "- logo.png"],
            id="a logo",
        ),
        pytest.param(_outlook(), ["None | MAIL_WITHOUT_SHEET"], id="text alone"),
        pytest.param(
            _outlook(_attached("a.xlsx", None)), ["a.xlsx | WRONG_FORMAT shortcut"], id="a link"
        ),
        pytest.param(
            _outlook(_forwarded("件名", IN_OUTLOOK)), ["件名 › a.xlsx"], id="in a mail in it"
        ),
        pytest.param(
            _outlook(_forwarded("1", _forwarded("2", _forwarded("3", IN_OUTLOOK)))),
            ["1 › 2 › 3 | NESTED_TOO_DEEP 3"],
            id="too deep",
        ),
        pytest.param(
            _outlook(_forwarded("1"), IN_OUTLOOK),
            ["1 | MAIL_WITHOUT_SHEET", "a.xlsx"],
            id="a mail without anything in it",
        ),
    ],
)
def test_the_attachments_of_an_outlook_mail_are_read(
    tmp_path: Path, mail: Tree, told: list[str]
) -> None:
    found = leaves(tmp_path, ole_file(mail), "a.msg")
    assert lines(found) == told
    assert [leaf.path.read_bytes() for leaf in found if leaf.path and leaf.member] in ([], [SHEET])


# --- whom mails come from

OURS, OUTER, INNER = "us@firm.example", "outer@x.example", "inner@y.example"


def _from(sender: str, *attachments: tuple[str, bytes, str, str], **headers: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = sender
    for name, text in headers.items():
        mail[name.replace("_", "-")] = text
    mail.set_content("text")
    for name, content, main, sub in attachments:
        mail.add_attachment(content, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


def _around(sender: str, content: bytes) -> bytes:
    """A mail with a mail in it."""
    head = f'From: {sender}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'
    part = b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    return head.encode() + part + content + b"\r\n--b--\r\n"


def _told(head: str = "", **properties: str) -> Tree:
    texts = {f"__substg1.0_{tag[1:]}001F": text for tag, text in properties.items()}
    if head:
        texts["__substg1.0_007D001F"] = head
    return {name: text.encode("utf-16-le") for name, text in texts.items()}


SHEET_IN = ("a.xlsx", SHEET, "application", "octet-stream")
SENT = _from(INNER, SHEET_IN)
HEAD = f"Microsoft Mail Internet Headers Version 2.0\r\nFrom: 甲 <{OUTER}>\r\nReply-To: {INNER}\r\n"


@pytest.mark.parametrize(
    ("content", "name", "senders"),
    [
        pytest.param(SENT, "a.eml", [(INNER,)], id="a mail"),
        pytest.param(
            _from(f'"{INNER}" <{OUTER}>', SHEET_IN, Reply_To=INNER, Sender=OURS), "a.eml",
            [(OUTER, INNER, OURS)], id="from, answers to, sender",
        ),
        pytest.param(_from(OUTER), "a.eml", [(OUTER,)], id="without a sheet"),
        pytest.param(
            _from(OUTER, SHEET_IN, ("b.pdf", b"%PDF-1.7", "application", "pdf")), "a.eml",
            [(OUTER,), (OUTER,)], id="two files",
        ),
        pytest.param(_around(OUTER, SENT), "a.eml", [(OUTER, INNER)], id="a mail in a mail"),
        pytest.param(zip_of(a_eml=SENT, b_xlsx=SHEET), "a.zip", [(INNER,), ()], id="in a zip"),
        pytest.param(
            _from(OUTER, ("a.zip", zip_of(a_eml=SENT), "application", "zip")), "a.eml",
            [(OUTER, INNER)], id="in a zip in a mail",
        ),
        pytest.param(zip_of(a_xlsx=SHEET), "a.zip", [()], id="no mail"),
        pytest.param(
            ole_file({**_outlook(IN_OUTLOOK), **_told(HEAD)}), "a.msg", [(OUTER, INNER)],
            id="by its head",
        ),
        pytest.param(
            ole_file({**_outlook(IN_OUTLOOK), **_told(_5D02=OUTER, _0C1F="/o=x/cn=y")}), "a.msg",
            [(OUTER,)], id="by what Outlook notes",
        ),
        pytest.param(
            ole_file({**_outlook(), **_told(_0C1F=OUTER)}), "a.msg", [(OUTER,)], id="text alone",
        ),
        pytest.param(ole_file(_outlook(IN_OUTLOOK)), "a.msg", [("",)], id="nobody notes any"),
        pytest.param(
            ole_file({**_outlook(_forwarded("1", IN_OUTLOOK, **_told(_5D01=INNER)), IN_OUTLOOK),
                      **_told(_5D01=OUTER)}),
            "a.msg", [(OUTER, INNER), (OUTER,)], id="an Outlook mail in one",
        ),
        pytest.param(
            ole_file({**_outlook(_forwarded("1", **_told(_5D01=INNER))), **_told(_5D01=OUTER)}),
            "a.msg", [(OUTER, INNER)], id="one without anything in it",
        ),
    ],
)  # fmt: skip
def test_the_senders_of_a_return_are_read(
    tmp_path: Path, content: bytes, name: str, senders: list[tuple[str, ...]]
) -> None:
    found = leaves(tmp_path, content, name)
    assert [leaf.mail_senders for leaf in found] == senders
    assert {leaf.file_sha256 for leaf in found} == {sha256(content).hexdigest()}
    read = [
        receive_return(InputFile(tmp_path, name, ignored=False), leaf, JIS, USUAL) for leaf in found
    ]
    assert [each.mail_senders for each in read] == senders
    around = [sha256(content).hexdigest() if leaf.member else "" for leaf in found]
    assert [each.file_sha256 for each in read] == around


def test_unreadable_mail_headers_cost_no_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: bytes) -> None:
        raise ValueError

    monkeypatch.setattr("sheet_diag.intake.containers.unpack.read_eml", broken)
    (leaf,) = leaves(tmp_path, SENT, "a.eml")
    assert (leaf.member, leaf.mail_senders, leaf.problem) == ("a.xlsx", ("",), None)


# --- wrappings in wrappings


def test_nesting_ends_at_the_limit(tmp_path: Path) -> None:
    content = SHEET
    for name in ("d.xlsx", "c.zip", "b.zip"):
        content = raw_zip([stored(name, content), stored(f"beside_{name}", b"x")])
    told = [
        "b.zip › c.zip › d.xlsx",
        "b.zip › c.zip › beside_d.xlsx",
        "b.zip › beside_c.zip",
        "beside_b.zip",
    ]
    assert lines(leaves(tmp_path, content)) == told
    assert len(list((tmp_path / "spool").iterdir())) == 4
    shallow = lines(leaves(tmp_path, content, reading=IntakeSettings(Limits(nesting=2))))
    assert shallow == ["b.zip › c.zip | NESTED_TOO_DEEP 2", *told[2:]]


def test_too_many_members_are_reported_once(tmp_path: Path) -> None:
    inner = raw_zip([entry(f"{n}", b"x") for n in range(3)])
    content = raw_zip([stored("a.zip", inner), stored("b.zip", inner)])
    eight, seven_ = (IntakeSettings(Limits(members=most)) for most in (8, 7))
    assert len(leaves(tmp_path, content, reading=eight)) == 6
    assert lines(leaves(tmp_path, content, reading=seven_)) == ["None | TOO_MANY_MEMBERS > 7"]


def test_the_size_of_all_members_is_limited(tmp_path: Path) -> None:
    big = [repeating(name, b"", bytes(MIB), count, b"") for name, count in (("a", 1), ("b", 2))]
    content = raw_zip([*big, entry("c", b"x")])
    found = lines(leaves(tmp_path, content, reading=IntakeSettings(Limits(unpacked=2))))
    assert found == ["a", "b | TOO_MANY_MEMBERS > 2 MiB", "c"]


def test_a_damaged_inner_container_costs_itself(tmp_path: Path) -> None:
    content = zip_of(a_7z=seven({"a": b"x"})[:-9], b_xlsx=SHEET)
    first, second = leaves(tmp_path, content)
    assert (line(first).startswith("a.7z | UNREADABLE"), line(second)) == (True, "b.xlsx")
    assert first.path  # so that its digest can be told


def test_a_lack_of_memory_is_no_fault_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pyzipper.AESZipFile.open", short)
    with pytest.raises(MemoryError):
        leaves(tmp_path, zip_of(a_xlsx=SHEET))


def test_no_message_holds_a_password(tmp_path: Path) -> None:
    locked = aes({"a.xlsx": SHEET}, b"x")
    for content, name in [(locked, "a.zip"), (seven({"a": SHEET}, "x"), "a.7z")]:
        found = leaves(tmp_path, content, name, SECRET)
        assert [leaf.problem.code for leaf in found if leaf.problem] == [ProblemCode.PASSWORD_WRONG]
        assert "2026" not in repr(found)
