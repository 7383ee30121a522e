"""Mails in every wrapping that programs put around them, and mails that bring nothing."""

from __future__ import annotations

import base64
import binascii
import struct
import time
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from sheet_diag.intake.containers.members import UnpackedFile
from sheet_diag.intake.containers.unpack import unpack_file
from sheet_diag.model.settings import IntakeSettings
from tests.compound import Tree, ole_file
from tests.hostile.zips import zip_of
from tests.returned import make_return

SHEET = make_return()
MANY = 1_000_000
OCTETS = ("application", "octet-stream")


def leaves(folder: Path, content: bytes, name: str = "a.eml") -> tuple[UnpackedFile, ...]:
    path = folder / "input"
    path.write_bytes(content)
    return unpack_file(path, name, folder / "spool", IntakeSettings())


def lines(found: Sequence[UnpackedFile]) -> list[str]:
    """Each member on a line: ignored ones with a minus, then its problem and its kind."""
    return [
        " | ".join(
            filter(
                None,
                (
                    ("- " if each.ignored else "") + str(each.member),
                    f"{each.problem.code} {each.problem.value or ''}".strip()
                    if each.problem
                    else "",
                ),
            )
        )
        for each in found
    ]


def contents(found: Sequence[UnpackedFile]) -> list[bytes]:
    return [each.path.read_bytes() for each in found if each.path and not each.problem]


def mail(
    *attachments: tuple[str, bytes],
    sender: str = "a@x.example",
    date: str = "Mon, 23 Nov 2026 09:00:00 +0900",
    subject: str = "ご回答",
    text: str = "お送りします。",
    **headers: str,
) -> bytes:
    made = EmailMessage()
    made["From"], made["Date"], made["Subject"] = sender, date, subject
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    for name, content in attachments:
        made.add_attachment(content, *OCTETS, filename=name)
    return made.as_bytes()


WITH_SHEET = mail(("a.xlsx", SHEET))


# --- what stands around a mail


@pytest.mark.parametrize(
    ("content", "name"),
    [
        pytest.param(b"\xef\xbb\xbf" + WITH_SHEET, "a.eml", id="a mark of the encoding"),
        pytest.param(b"\r\n \r\n\n" + WITH_SHEET, "a.eml", id="empty lines"),
        pytest.param(WITH_SHEET.decode().encode("utf-16"), "a.eml", id="UTF-16"),
        pytest.param(
            b"%-10d\n" % len(WITH_SHEET) + WITH_SHEET + b"<?xml version='1.0'?><plist/>",
            "a.emlx",
            id="as Apple Mail saves it",
        ),
        pytest.param(b"From - Mon Nov 23 2026\r\n" + WITH_SHEET, "a", id="a mailbox of one mail"),
    ],
)
def test_what_stands_around_a_mail_does_not_matter(
    tmp_path: Path, content: bytes, name: str
) -> None:
    found = leaves(tmp_path, content, name)
    assert (lines(found), contents(found)) == (["a.xlsx"], [SHEET])
    assert found[0].mail_senders == ("a@x.example",)


@pytest.mark.parametrize("sender", ["", "yamada"])
def test_a_mail_without_a_sender_is_one(tmp_path: Path, sender: str) -> None:
    content = WITH_SHEET.replace(b"From: a@x.example", b"From: " + sender.encode())
    (found,) = leaves(tmp_path, content, "a.eml")
    assert found.mail_senders == ("",)


def test_every_mail_of_an_mbox_is_read(tmp_path: Path) -> None:
    """Lines of a text that begin with From are quoted by some programs, and left by others."""
    first = mail(("a.xlsx", SHEET), text="> x\n>From a quoted line\n\nFrom nine to five\n")
    second = mail(("a.xlsx", SHEET[:99]), sender="b@y.example", date="Tue, 24 Nov 2026 09:00 +0900")
    third = mail(sender="c@z.example", subject="Re: 質問/回答")
    box = b"".join(
        b"From x@y Mon Nov 23 09:00:00 2026\n" + each + b"\n" for each in (first, second, third)
    )
    found = leaves(tmp_path, box, "box")
    assert lines(found) == [
        "1 ご回答.eml › a.xlsx",
        "2 ご回答.eml › a.xlsx",
        "3 Re: 質問／回答.eml | MAIL_WITHOUT_SHEET",
    ]
    assert contents(found) == [SHEET, SHEET[:99]]
    senders = [("a@x.example",), ("b@y.example",), ("c@z.example",)]
    assert [each.mail_senders for each in found] == senders
    assert found[1].file_time - found[0].file_time == 24 * 3600 * 10**9


def test_a_return_knows_when_its_innermost_mail_was_sent(tmp_path: Path) -> None:
    made = message_from_bytes(
        mail(("b.xlsx", SHEET[:99]), date="Tue, 24 Nov 2026 09:00 +0900"), policy=default
    )
    made.add_attachment(message_from_bytes(mail(("a.xlsx", SHEET)), policy=default))
    found = leaves(tmp_path, made.as_bytes(), "a.eml")
    outer, inner = (each.mail.sent for each in found if each.mail)
    assert outer - inner == 24 * 3600


# --- files in the text of a mail


def uuencoded(name: str, content: bytes) -> str:
    body = "".join(
        binascii.b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45)
    )
    return f"begin 644 {name}\n{body}`\nend\n"


def text_mail(text: str, *headers: str) -> bytes:
    head = ("From: a@x.example", "To: b@x.example", "Subject: s", *headers)
    return "\n".join((*head, "", text)).encode("cp932")


TWO = f"begin はじめまして\n\n{uuencoded('a.xlsx', SHEET)}\ntext\n{uuencoded('回答 2.xlsx', SHEET)}"
WHOLE = ("MIME-Version: 1.0", "Content-Type: text/plain", "Content-Transfer-Encoding: x-uuencode")
BASE64 = f"begin-base64 644 a.xlsx\n{base64.encodebytes(SHEET).decode()}====\n"
IN_A_PART = mail(("b.xlsx", SHEET[:99]), text=uuencoded("a.xlsx", SHEET))


@pytest.mark.parametrize(
    ("content", "told", "sheets"),
    [
        pytest.param(
            text_mail(TWO), ["a.xlsx", "回答 2.xlsx"], [SHEET, SHEET], id="two, behind text"
        ),
        pytest.param(text_mail(uuencoded("a.xlsx", SHEET), *WHOLE), ["a.xlsx"], [SHEET], id="all"),
        pytest.param(text_mail(BASE64), ["a.xlsx"], [SHEET], id="in base64"),
        pytest.param(
            text_mail(uuencoded("a.xlsx", SHEET).replace("`\nend\n", "")),
            ["a.xlsx"],
            [SHEET],
            id="without its end",
        ),
        pytest.param(IN_A_PART, ["b.xlsx", "a.xlsx"], [SHEET[:99], SHEET], id="beside a file"),
        pytest.param(
            text_mail("begin 644 a.xlsx\n\x7f\x7f\x7f\nend\n"),
            ["a.xlsx | UNREADABLE Illegal char"],
            [],
            id="damaged",
        ),
        pytest.param(
            text_mail("begin 644 lines of code\nat the end"),
            ["None | MAIL_WITHOUT_SHEET"],
            [],
            id="a sentence",
        ),
    ],
)
def test_files_in_the_text_of_a_mail_are_read(
    tmp_path: Path, content: bytes, told: list[str], sheets: list[bytes]
) -> None:
    found = leaves(tmp_path, content)
    assert (lines(found), contents(found)) == (told, sheets)


# --- winmail.dat


def _attribute(number: int, value: bytes) -> bytes:
    checksum = struct.pack("<H", sum(value) & 0xFFFF)
    return struct.pack("<BII", 2, number, len(value)) + value + checksum


def _property(tag: int, kind: int, value: bytes) -> bytes:
    padding = bytes(-len(value) % 4)
    return struct.pack("<HHII", kind, tag, 1, len(value)) + value + padding


NEW, TITLE, DATA, PROPERTIES = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
NAMED_BY_A_PROGRAM = (
    struct.pack("<HH", 0x001F, 0x8001)
    + bytes(16)
    + struct.pack("<II", 1, 6)
    + "ab\0".encode("utf-16-le")
    + bytes(2)
    + struct.pack("<II", 1, 4)
    + "x\0".encode("utf-16-le")
)
NUMBER = struct.pack("<HHi", 0x0003, 0x3705, 1)
SEVERAL = struct.pack("<HHIhh", 0x1002, 0x6001, 2, 1, 2)


def tnef(*attachments: bytes) -> bytes:
    head = struct.pack("<IH", 0x223E9F78, 1)
    body = _attribute(0x00089006, b"\0\0\1\0").replace(b"\2", b"\1", 1)
    page = _attribute(0x00069007, struct.pack("<II", 932, 0))
    return head + body + page + b"".join(attachments)


def attached(title: str, content: bytes, *properties: bytes) -> bytes:
    listed = struct.pack("<I", len(properties)) + b"".join(properties)
    return (
        _attribute(NEW, bytes(14))
        + _attribute(TITLE, title.encode("cp932") + b"\0")
        + (_attribute(DATA, content) if content else b"")
        + _attribute(PROPERTIES, listed)
    )


LONG_NAME = _property(0x3707, 0x001F, "回答シート（見本）.xlsx\0".encode("utf-16-le"))
NARROW_NAME = _property(0x3707, 0x001E, "回答.xlsx\0".encode("cp932"))
INNER = _property(0x3701, 0x000D, bytes(16) + tnef(attached("inner.xlsx", SHEET)))


@pytest.mark.parametrize(
    ("attachments", "told"),
    [
        pytest.param([attached("a.xlsx", SHEET)], ["winmail.dat › a.xlsx"], id="a title"),
        pytest.param(
            [attached("KAITOU~1.XLS", SHEET, NUMBER, SEVERAL, NAMED_BY_A_PROGRAM, LONG_NAME)],
            ["winmail.dat › 回答シート（見本）.xlsx"],
            id="a long name",
        ),
        pytest.param(
            [attached("A~1.XLS", SHEET, NARROW_NAME), attached("b.xlsx", SHEET)],
            ["winmail.dat › 回答.xlsx", "winmail.dat › b.xlsx"],
            id="two",
        ),
        pytest.param(
            [attached("転送", b"", INNER)], ["winmail.dat › 転送 › inner.xlsx"], id="a mail in it"
        ),
        pytest.param([], ["- winmail.dat | NOT_A_RETURN", "None | MAIL_WITHOUT_SHEET"], id="none"),
    ],
)
def test_what_is_attached_in_winmail_dat_is_read(
    tmp_path: Path, attachments: list[bytes], told: list[str]
) -> None:
    found = leaves(tmp_path, mail(("winmail.dat", tnef(*attachments))))
    assert lines(found) == told
    assert set(contents(found)) <= {SHEET}


def test_a_damaged_winmail_dat_is_told(tmp_path: Path) -> None:
    (told,) = lines(leaves(tmp_path, mail(("winmail.dat", tnef(attached("a", SHEET))[:-99]))))
    assert told == "winmail.dat | WRONG_FORMAT winmail"


# --- mails that were signed or encrypted as a whole


def der(tag: int, *parts: bytes, open_end: bool = False) -> bytes:
    """One value of ASN.1; with an open end, as programs write that do not know its length."""
    body = b"".join(parts)
    if open_end:
        return bytes((tag, 0x80)) + body + b"\0\0"
    size = len(body).to_bytes(4, "big")
    return bytes((tag, 0x84)) + size + body


SIGNED, ENVELOPED, PLAIN = (bytes.fromhex(f"06092a864886f70d0107{n}") for n in ("02", "03", "01"))


def signed(content: bytes, *, open_end: bool = False, kind: bytes = SIGNED) -> bytes:
    """A signature around a content, which comes in pieces where its end is open."""
    pieces = [der(4, content[at : at + 1000]) for at in range(0, len(content), 1000)]
    octets = der(0x24, *pieces, open_end=True) if open_end else der(4, content)
    wrapped = der(0x30, PLAIN, der(0xA0, octets, open_end=open_end), open_end=open_end)
    certificate = der(0xA0, der(0x30, der(2, b"\1")))
    data = der(0x30, der(2, b"\1"), der(0x31), wrapped, certificate, der(0x31), open_end=open_end)
    return der(0x30, kind, der(0xA0, data, open_end=open_end), open_end=open_end)


def smime_mail(content: bytes) -> bytes:
    head = (
        "From: a@x.example\nDate: Mon, 23 Nov 2026 09:00:00 +0900\nMIME-Version: 1.0\n"
        "Content-Type: application/pkcs7-mime; name=smime.p7m\n"
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(content)


ENTITY = WITH_SHEET[WITH_SHEET.index(b"MIME-Version") :]


@pytest.mark.parametrize("open_end", [False, True])
def test_a_mail_that_was_signed_as_a_whole_is_read(tmp_path: Path, open_end: bool) -> None:
    found = leaves(tmp_path, smime_mail(signed(ENTITY, open_end=open_end)))
    assert (lines(found), contents(found)) == (["a.xlsx"], [SHEET])
    assert found[0].mail_senders == ("a@x.example",)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("パスワード：Ab12#xyz", "MAIL_AUTOMATIC password_mail"),
        ("届きました。", "MAIL_WITHOUT_SHEET"),
    ],
)
def test_a_signed_mail_of_text_alone_is_read(tmp_path: Path, text: str, code: str) -> None:
    entity = b"Content-Type: text/plain; charset=utf-8\n\n" + text.encode()
    (found,) = leaves(tmp_path, smime_mail(signed(entity)))
    assert found.problem
    assert f"{found.problem.code} {found.problem.value or ''}".strip() == code


def test_a_file_that_was_signed_is_read(tmp_path: Path) -> None:
    found = leaves(tmp_path, mail(("a.xlsx.p7m", signed(SHEET))))
    assert (lines(found), contents(found)) == (["a.xlsx.p7m › a.xlsx"], [SHEET])
    armored = (
        b"-----BEGIN PKCS7-----\n" + base64.encodebytes(signed(SHEET)) + b"-----END PKCS7-----"
    )
    assert contents(leaves(tmp_path, armored, "a.p7m")) == [SHEET]


def test_an_encrypted_or_damaged_mail_is_told(tmp_path: Path) -> None:
    told = lines(leaves(tmp_path, smime_mail(signed(ENTITY, kind=ENVELOPED))))
    assert told == ["smime.p7m | WRONG_FORMAT smime"]
    (cut,) = lines(leaves(tmp_path, smime_mail(signed(ENTITY)[:-5000])))
    assert cut.startswith("smime.p7m | UNREADABLE")


# --- mails that bring nothing

REPORT = 'multipart/report; report-type=%s; boundary="b"'


def report(kind: str, part: str, **headers: str) -> bytes:
    """A report of a mail server, which returns our mail with all that was attached."""
    head = [("From", "postmaster@x.example"), ("Content-Type", REPORT % kind), *headers.items()]
    lines = [f"{name}: {value}" for name, value in head]
    parts = [
        "--b\nContent-Type: text/plain\n\nReport\n",
        f"--b\nContent-Type: message/{part}\n\nFinal-Recipient: rfc822;a@x.example\n",
        f"--b\nContent-Type: message/rfc822\n\n{WITH_SHEET.decode()}\n--b--\n",
    ]
    return "\n".join((*lines, "MIME-Version: 1.0", "", *parts)).encode()


def outlook(message_class: str, body: str = "", **texts: str) -> bytes:
    named = {"001A": message_class, "0037": "件名", "1000": body, **texts}
    streams: dict[str, Tree | bytes] = {
        f"__substg1.0_{tag.lstrip('_')}001F": text.encode("utf-16-le")
        for tag, text in named.items()
    }
    return ole_file({"__properties_version1.0": bytes(32), **streams})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(mail(Auto_Submitted="auto-replied"), "automatic_reply", id="RFC 3834"),
        pytest.param(mail(X_Autoreply="yes"), "automatic_reply", id="X-Autoreply"),
        pytest.param(mail(Precedence="auto_reply"), "automatic_reply", id="Precedence"),
        pytest.param(mail(subject="自動返信: ご回答"), "automatic_reply", id="自動返信"),
        pytest.param(mail(subject="Automatic reply: x"), "automatic_reply", id="Automatic reply"),
        pytest.param(
            report("disposition-notification", "disposition-notification"), "receipt", id="read"
        ),
        pytest.param(report("delivery-status", "delivery-status"), "bounce", id="not delivered"),
        pytest.param(mail(sender="MAILER-DAEMON@x.example"), "bounce", id="in words"),
        pytest.param(
            mail(text="パスワードは次のとおりです。\n\nxY7#kk92\n"), "password_mail", id="a line"
        ),
        pytest.param(mail(text="PW: himitsu"), "password_mail", id="PW"),
        pytest.param(
            mail(text="パスワードは「xY7#kk92」です。\r\n"), "password_mail", id="a sentence"
        ),
        pytest.param(
            mail(subject="パスワード：xY7#kk92", text="件名をご覧ください。"),
            "password_mail",
            id="the subject",
        ),
        pytest.param(outlook("REPORT.IPM.Note.NDR"), "bounce", id="NDR of Outlook"),
        pytest.param(outlook("REPORT.IPM.Note.IPNRN"), "receipt", id="receipt of Outlook"),
        pytest.param(
            outlook("IPM.Note.Rules.OofTemplate.Microsoft"), "automatic_reply", id="OOF of Outlook"
        ),
        pytest.param(
            outlook("IPM.Note", "パスワード：Ab12#xyz"), "password_mail", id="password in Outlook"
        ),
    ],
)
def test_a_mail_that_wants_no_answer_is_passed_over_by_its_kind(
    tmp_path: Path, content: bytes, kind: str
) -> None:
    (told,) = leaves(tmp_path, content, "a")
    assert lines([told]) == [f"- None | MAIL_AUTOMATIC {kind}"]
    zipped = lines(leaves(tmp_path, zip_of(("a.eml", content)), "a.zip"))
    assert zipped == [f"- a.eml | MAIL_AUTOMATIC {kind}"]


@pytest.mark.parametrize(
    "text",
    [
        "回答は来週お送りします。\n\n見本商事 田中\nTEL: 03-1234-5678\ntanaka@x.example\n",
        "ファイルのパスワードを忘れました。\n教えてください。\nTEL: 03-1234-5678\n",
        "The password is wrong, I think.\nThanks\nTanaka-san\n",
        "パスワードは何ですか。",
        "パスワード：別途お知らせします。",
        "AC-03 はい（パスワード：8文字以上）",
        "パスワードはAES256で暗号化しています。",
        "サーバーのパスワード：12文字以上で設定済みです。",
        "Our password is SHA256 hashed.",
        "A question about the password\nThanks\nTanaka",
    ],
)
def test_a_persons_mail_without_a_sheet_is_never_passed_over(tmp_path: Path, text: str) -> None:
    assert lines(leaves(tmp_path, mail(text=text))) == ["None | MAIL_WITHOUT_SHEET"]


def test_a_sheet_in_an_automatic_mail_is_read(tmp_path: Path) -> None:
    """Programs forward mails, and mailing lists pass them on."""
    forwarded = mail(("a.xlsx", SHEET), Auto_Submitted="auto-generated", Precedence="bulk")
    assert lines(leaves(tmp_path, forwarded)) == ["a.xlsx"]
    returned = mail(("bounce.eml", report("delivery-status", "delivery-status")))
    assert lines(leaves(tmp_path, returned)) == ["bounce.eml › ご回答.eml › a.xlsx"]


# --- mails that are made to take long


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(text_mail(f"PW{' ' * MANY}"), id="a password that does not come"),
        pytest.param(text_mail(f"PW: {chr(34) * MANY}x y"), id="brackets around no password"),
        pytest.param(text_mail(f"begin 644 a{' ' * MANY}x"), id="a file that does not come"),
        pytest.param(text_mail("<" * MANY, "Content-Type: text/html"), id="open tags"),
        pytest.param(
            b"From x 2026\nTo: a\nSubject: b\n\n\nFrom " + b"1" * MANY,
            id="no second mail",
        ),
        pytest.param(
            text_mail("x-" + "a" * MANY, "Content-Type: text/plain; charset=-punycode"),
            id="a charset for names of hosts",
        ),
    ],
)
def test_no_mail_takes_the_square_of_its_length(tmp_path: Path, content: bytes) -> None:
    """Squares would take hours; the limit of time is there for machines under load."""
    started = time.process_time()
    assert lines(leaves(tmp_path, content)) == ["None | MAIL_WITHOUT_SHEET"]
    assert time.process_time() - started < 20


def test_more_files_than_one_mail_may_have_are_refused(tmp_path: Path) -> None:
    many = text_mail("begin 644 a\n`\nend\n" * 201)
    assert lines(leaves(tmp_path, many)) == ["None | TOO_MANY_MEMBERS > 200"]
    dat = tnef(*[_attribute(NEW, b"")] * 201)
    assert lines(leaves(tmp_path, mail(("winmail.dat", dat)))) == ["None | TOO_MANY_MEMBERS > 200"]


# --- what no mail may break


def test_a_mail_after_a_line_without_a_date_is_read(tmp_path: Path) -> None:
    found = leaves(tmp_path, b"From alice\n" + WITH_SHEET + b"\n\nFrom b 2026\n" + mail())
    assert lines(found) == ["1 ご回答.eml › a.xlsx", "2 ご回答.eml | MAIL_WITHOUT_SHEET"]
    assert lines(leaves(tmp_path, b"From alice\r\n" + WITH_SHEET)) == ["a.xlsx"]
    assert lines(leaves(tmp_path, b"From alice", "a.txt")) == ["None"]
    zipped = zip_of(("a.txt", b"From alice\nSubject: x\nTo: a\n\nx"), ("b.xlsx", SHEET))
    assert lines(leaves(tmp_path, zipped, "a.zip")) == ["a.txt | MAIL_WITHOUT_SHEET", "b.xlsx"]


@pytest.mark.parametrize("head", ["charset=%s", "charset*=%s''x"])
@pytest.mark.parametrize("code", ["undefined", "punycode", "idna", "a\0b"])
def test_a_charset_that_decodes_no_mail_costs_no_other_mail(
    tmp_path: Path, code: str, head: str
) -> None:
    odd = (
        f"To: a\nSubject: =?{code}?Q?xn--x.=AA?=\nContent-Type: text/plain; {head % code}\n\n"
        "\\xn--x..\xaa\n"
    )
    box = (WITH_SHEET, odd.encode("latin-1"), mail(("b.xlsx", SHEET[:99])))
    first, second, third = lines(
        leaves(tmp_path, b"".join(b"From x 2026\n" + each + b"\n\n" for each in box))
    )
    told = "" if "\0" in code else " | MAIL_WITHOUT_SHEET"  # what holds zeros is no mail
    assert second.startswith("2 ")
    assert second.endswith(f".eml{told}")
    assert [first, third] == ["1 ご回答.eml › a.xlsx", "3 ご回答.eml › b.xlsx"]


# --- what the firm's own mail server says of a sender

GOOGLE = "mx.google.com; dkim=pass header.i=@x.example; dmarc=fail (p=NONE) header.from=x.example"
OUTLOOK = (  # without the name of the server
    "spf=pass (sender IP is 192.0.2.1)\r\n smtp.mailfrom=x.example;dmarc=fail action=none"
)
FORGED = "mx.firm.example; dmarc=pass"
WORDS = 'mx.firm.example; spf=none (dmarc=pass; "() x) smtp.mailfrom="; dmarc=pass"; dmarc=fail'
OPEN = 'mx.firm.example; spf=none (domain of "("@x.example); dmarc=fail header.from=x.example'
CHAIN = "mx.google.com; arc=pass (i=1; dmarc=fail fromdomain=x.example); dmarc=pass"
DMARC: dict[str, tuple[str, Sequence[str], str]] = {
    "nobody is believed": ("", [GOOGLE], ""),
    "the named server": ("mx.google.com", [GOOGLE], "fail"),
    "another server": ("mx.firm.example", [GOOGLE], ""),
    "the topmost of the named one": (
        "mx.firm.example", [GOOGLE, "MX.firm.example 1; dmarc=fail", FORGED], "fail",
    ),
    "one that says nothing of DMARC": (
        "mx.firm.example", ["mx.firm.example; spf=pass", "mx.firm.example; DMARC = TempError"],
        "temperror",
    ),
    "no header": ("mx.firm.example", [], ""),
    "a server without a name": ("*", [OUTLOOK], "fail"),
    "only the topmost header": ("*", [FORGED, OUTLOOK], "pass"),
    "the topmost says nothing": ("*", ["mx.firm.example; spf=pass", OUTLOOK], ""),
    "words of the sender": ("mx.firm.example", [WORDS], "fail"),
    "a bracket that does not end": ("mx.firm.example", [OPEN], "fail"),
    "what another server has found": ("mx.google.com", [CHAIN], "pass"),
    "a version": ("mx.firm.example", ["mx.firm.example; dmarc/1=none"], "none"),
}  # fmt: skip


@pytest.mark.parametrize("case", DMARC)
def test_dmarc_is_read_as_the_named_server_says(case: str, tmp_path: Path) -> None:
    server, headers, result = DMARC[case]
    head = "".join(f"Authentication-Results: {each}\r\n" for each in headers).encode()
    path = tmp_path / "a.eml"
    path.write_bytes(head + mail(("a.xlsx", SHEET)))
    (leaf,) = unpack_file(path, path.name, tmp_path, IntakeSettings(authserv_id=server))
    assert leaf.dmarc == result


def test_dmarc_of_a_mail_within_a_mail_says_nothing(tmp_path: Path) -> None:
    inner = b"Authentication-Results: mx.firm.example; dmarc=pass\r\n" + mail(("a.xlsx", SHEET))
    path = tmp_path / "a.eml"
    path.write_bytes(mail(("b.eml", inner)))
    (leaf,) = unpack_file(path, path.name, tmp_path, IntakeSettings(authserv_id="mx.firm.example"))
    assert leaf.dmarc == ""
