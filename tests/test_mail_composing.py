"""Mails as bytes: every header is parsed again, by Python's two parsers, by `decode_header`, by our
own reader of returns, and against the limits of the standards."""

from __future__ import annotations

import email
import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.policy import SMTP, compat32
from email.utils import getaddresses
from pathlib import Path
from unicodedata import normalize

import pytest

from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.intake.containers.unpack import unpack_file
from sheet_diag.mail.compose.headers import (
    format_address_header,
    format_ascii_address,
    format_encoded_parameter,
    format_extended_parameter,
    format_text_header,
    remove_control_characters,
)
from sheet_diag.mail.compose.message import (
    FromAddress,
    compose_message,
    create_message_id,
    format_draft,
    format_draft_name,
    format_final,
)
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.mail.templates.render import MailText
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailSubject, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import IntakeSettings

WHEN = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
SENDER = FromAddress(
    "shindan@example.co.jp", "見本リスクコンサルティング株式会社 情報セキュリティ診断室"
)
CLIENT = ListedClient("C-001", "株式会社見本商事", Lang.JA, ("taro@example.co.jp",), "山田 太郎")
SHA = "0dd95d12" * 8
ENGLISH = replace(CLIENT, lang=Lang.EN)
LETTER = MailText("ご依頼", "本文\n二行目\n", "<p>本文</p>\n")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

NAMES = {
    "Japanese": "山田 太郎",
    "wide space": "山田　太郎",
    "plain": "Taro Yamada",
    "comma": "Yamada, Taro",
    "comma and Japanese": "見本商事, 山田",
    "quotes": 'Taro "Boss" Yamada',
    "backslash": "A\\B \\\\ C",
    "brackets": "<taro@evil.example>",
    "at": "taro@evil.example, x",
    "semicolon and colon": "Group: a; b",
    "parentheses": "Taro (Sales)",
    "dot": "Sample Trading K.K.",
    "rare kanji": "髙﨑𠮷野",
    "accents": "José Müller",
    "mixed": "Sample 商事, K.K. (東京) 'x'",
    "long Japanese": "国立研究開発法人" * 12 + "髙",
    "long ASCII": "Sample Trading Company " * 8 + "Ltd.",
    "long word": "x" * 200,
    "long with comma": "Very Long Company Name, Incorporated, of Tokyo, Japan and Elsewhere, Ltd.",
    "encoded word": "=?utf-8?B?Qg==?= x",
    "half of one": "=?utf-8?",
    "emoji": "診断👩‍💻室",
    "combined": "ガ",
    "tab": "A\tB",
    "nothing": "",
}
INJECTIONS = [
    "A\r\nBcc: x@evil.example",
    "A\nBcc: x",
    "A\rBcc: x",
    "A\u2028Bcc: x",
    "A\x0bB\x00C",
    "=?utf-8?Q?A=0D=0ABcc:_x?=",
]


def parsed(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=SMTP)
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        assert not part.defects
    return message


def old(content: bytes) -> Message:
    return email.message_from_bytes(content, policy=compat32)


def decoded(value: object) -> str:
    return str(make_header(decode_header(re.sub(r"\r\n(?=[ \t])", "", str(value)))))


def squeezed(text: str) -> str:
    """Text without blanks: Python's parser of addresses keeps those between encoded words, which
    stand for nothing."""
    return text.replace(" ", "")


def raw_header(content: bytes, name: str) -> str:
    """A header as it stands, its lines with their ends."""
    head = content.split(b"\r\n\r\n", 1)[0].decode("ascii") + "\r\n"
    found = re.findall(rf"^{name}: ?((?:.*\r\n)(?:[ \t].*\r\n)*)", head, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def headers(content: bytes) -> Iterator[str]:
    """The heads of the mail and of all its parts."""
    for part in old(content).walk():
        yield "".join(f"{name}: {value}\r\n" for name, value in part.items())


def check_limits(content: bytes) -> None:
    """RFC 5322 and 2047: ASCII, CRLF, short lines, encoded words of whole characters apart from
    what stands beside them."""
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\0" not in content
    for line in content.split(b"\r\n"):
        # One media type is longer by itself; every program writes it so.
        assert len(line) <= 78 or line == f"Content-Type: {XLSX};".encode(), line
        assert not line or line.strip(), "a line of blanks inside a header ends it for some"
    for head in headers(content):
        for word in re.findall(r"=\?[^?\s]+\?[^?\s]\?[^?\s]*\?=", head):
            assert len(word) <= 75
            b64decode(word.split("?")[3], validate=True).decode("utf-8")
        assert "?==?" not in head


def made(
    contact: str = "山田 太郎",
    attachment: Path | None = None,
    letter: MailText = LETTER,
    sender: FromAddress = SENDER,
    **changes: object,
) -> EmailMessage:
    client = replace(CLIENT, contact=contact, **changes)  # type: ignore[arg-type]
    parcel = OutgoingMail(MailKind.REQUEST, client, attachment=attachment)
    return compose_message(parcel, letter, sender, message_id="<a@example.co.jp>", date=WHEN)


# --- headers


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_people_are_read_back(name: str) -> None:
    addresses = ("taro@example.co.jp", "hanako.very.long.address@sub.domain.example.com", "c@d.jp")
    content = format_final(made(name, addresses=addresses, company=""))
    check_limits(content)
    shown = remove_control_characters(name)
    found = parsed(content)["To"].addresses
    assert [each.addr_spec for each in found] == list(addresses)
    assert {squeezed(each.display_name) for each in found} == {squeezed(shown)}
    # As programs read it that take a header apart before they decode it, as they should.
    pairs = getaddresses([re.sub(r"\r\n(?=[ \t])", "", raw_header(content, "To")).strip()])
    assert [(decoded(text), address) for text, address in pairs] == [
        (shown, address) for address in addresses
    ]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_sender_is_read_back(name: str) -> None:
    content = format_final(made(sender=FromAddress("shindan@example.co.jp", name)))
    check_limits(content)
    for header in ("From", "Reply-To"):
        (found,) = parsed(content)[header].addresses
        assert squeezed(found.display_name) == squeezed(remove_control_characters(name))
        assert found.addr_spec == "shindan@example.co.jp"


@pytest.mark.parametrize("text", [each for each in NAMES.values() if each])
def test_subjects_are_read_back(text: str) -> None:
    content = format_final(made(letter=replace(LETTER, subject=text)))
    check_limits(content)
    found = remove_control_characters(text).replace(
        "=?utf-8?B?Qg==?=", "B"
    )  # which Python decodes at once
    assert parsed(content)["Subject"] == found
    assert decoded(raw_header(content, "Subject").strip()) == found


@pytest.mark.parametrize("length", range(1, 120))
def test_words_of_every_length_are_read_back(length: int) -> None:
    for unit in ("あ", "é", "𠮷", "a"):
        text = (unit * length)[:length] + "髙"
        line = format_text_header("Subject", text)
        assert all(len(each) <= 76 for each in line.split("\r\n"))
        assert decoded(line.removeprefix("Subject: ").strip()) == text
        line = format_address_header("Reply-To", [(text, "a@example.co.jp")])
        assert all(len(each) <= 76 for each in line.split("\r\n"))


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_value_begins_a_new_header(text: str, tmp_path: Path) -> None:
    path = tmp_path / re.sub("[\x00/]", "", text)
    path.write_bytes(b"PK")
    letter = replace(LETTER, subject=text)
    message = made(text, path, letter, FromAddress("a@example.co.jp", text), company=text)
    for content in (format_final(message), format_draft(message)):
        check_limits(content)
        found = parsed(content)
        assert found["Bcc"] is None
        assert "\n" not in str(found["Subject"])
        assert len(found["To"].addresses) == 1
        assert all("Bcc" not in name for part in old(content).walk() for name in part)


@pytest.mark.parametrize(
    "address", ["", "a", "a@", "@b.jp", "a@b\r\nBcc: x@y.jp", "a b@c.jp", "a@b>,<c@d.jp", "あ@b.jp"]
)
def test_a_wrong_address_is_an_error(address: str) -> None:
    with pytest.raises(ValueError, match="no mail address"):
        made(addresses=(address,))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("taro@example.co.jp", "taro@example.co.jp"),
        ("a.b+c'd@example.com", "a.b+c'd@example.com"),
        ("taro@日本語.jp", "taro@xn--wgv71a119e.jp"),
        ("a..b.@docomo.ne.jp", '"a..b."@docomo.ne.jp'),
    ],
)
def test_addresses_are_written_in_ascii(address: str, expected: str) -> None:
    assert format_ascii_address(address) == expected
    content = format_final(made(addresses=(address,)))
    check_limits(content)
    assert f"<{expected}>" in raw_header(content, "To")


def test_the_headers_name_the_recipients_and_nobody_else() -> None:
    content = format_final(made("", addresses=("a@example.co.jp", "b@example.co.jp")))
    found = parsed(content)
    assert [each.display_name for each in found["To"].addresses] == ["株式会社見本商事"] * 2
    assert found["Cc"] is found["Bcc"] is None
    assert found["Reply-To"].addresses[0].addr_spec == SENDER.address
    assert found["Auto-Submitted"] is None  # an absence notice is worth knowing


# --- attachments

FILES = [
    "ヒアリングシート_株式会社見本商事.xlsx",
    "国立研究開発法人" * 6 + "_修正のお願い_SD-20261123-0dd95d12.xlsx",
    "Hearing sheet_Sample Trading K.K._C-002.xlsx",
    "x" * 180 + ".xlsx",
    "a;b=c, 'd'.xlsx",
    "髙﨑𠮷.pdf",
    "100%_a+b.pdf",
    "か\u3099.xlsx",
    'a"b\\c.xlsx',
    "utf-8''x.xlsx",
]


@pytest.mark.parametrize("name", FILES)
def test_every_program_reads_the_names_of_attachments(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 9)
    content = format_final(made(attachment=path))
    check_limits(content)
    (part,) = parsed(content).iter_attachments()
    assert part.get_filename() == name
    assert part.get_content_type() == (XLSX if name.endswith(".xlsx") else "application/pdf")
    assert part.get_content() == path.read_bytes()
    plain = list(old(content).walk())[-1]
    assert plain.get_content_disposition() == "attachment"
    found = plain.get_param("filename", header="content-disposition")
    value = email.utils.collapse_rfc2231_value(found)  # type: ignore[arg-type]
    assert value == name
    # Old programs read the encoded words in the name of the content type.
    other = Message()
    other["Content-Type"] = re.sub(r"\r\n", "", str(plain["content-type"]))
    assert decoded(other.get_param("name")) == name


@pytest.mark.parametrize("name", FILES)
def test_long_parameters_are_cut_between_characters(name: str) -> None:
    for piece in format_extended_parameter("filename", name):
        if "*=" in piece:
            code = (
                piece.split("''")[-1]
                if piece.startswith(("filename*=", "filename*0"))
                else (piece.split("=", 1)[1])
            )
            bytes.fromhex("".join(f"{ord(c):02x}" for c in re.sub("%..", "", code)))
            raw = re.sub(rb"%(..)", lambda f: bytes.fromhex(f[1].decode()), code.encode())
            raw.decode("utf-8")
    assert all(len(line) <= 76 for line in format_encoded_parameter("name", name).split("\r\n"))


def test_a_missing_attachment_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="gone"):
        made(attachment=tmp_path / "gone.xlsx")


@pytest.mark.parametrize("lang", Lang)
def test_a_draft_in_the_input_folder_gives_its_sheet(lang: Lang, tmp_path: Path) -> None:
    name = {"ja": "ヒアリングシート_株式会社見本商事.xlsx", "en": "Hearing sheet, Sample.xlsx"}[
        lang
    ]
    path = tmp_path / name
    path.write_bytes(b"PK\x05\x06" + bytes(18))
    client = replace(CLIENT, lang=lang)
    parcel = OutgoingMail(MailKind.REQUEST, client, attachment=path)
    letter = MailTemplates().write(parcel, ISSUER, WHEN.date())
    mail = tmp_path / format_draft_name(parcel)
    mail.write_bytes(format_draft(compose_message(parcel, letter, SENDER)))
    spool = tmp_path / "spool"
    spool.mkdir()
    leaves = unpack_file(mail, mail.name, spool, IntakeSettings())
    members = [leaf for leaf in leaves if not leaf.ignored]
    assert [leaf.member for leaf in members] == [name]


# --- the whole mail


def test_a_mail_has_a_text_a_page_and_its_attachment(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK")
    found = [part.get_content_type() for part in parsed(format_final(made(attachment=path))).walk()]
    assert found == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", XLSX,
    ]  # fmt: skip
    found = [part.get_content_type() for part in parsed(format_final(made())).walk()]
    assert found == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", MailKind)
def test_texts_are_read_back_as_they_were_written(kind: MailKind, lang: Lang) -> None:
    parcel = OutgoingMail(kind, replace(CLIENT, lang=lang), password="p", is_prefilled=True)
    letter = MailTemplates().write(parcel, ISSUER, WHEN.date())
    content = format_final(compose_message(parcel, letter, SENDER))
    check_limits(content)
    for form, text in (("plain", letter.text), ("html", letter.html)):
        body = parsed(content).get_body((form,))
        assert isinstance(body, EmailMessage)
        assert body.get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
        assert body.get_content_charset() == "utf-8"


def test_a_draft_differs_in_its_headers_only() -> None:
    message = made()
    content = format_draft(message)
    check_limits(content)
    found = parsed(content)
    assert content.startswith(b"X-Unsent: 1\r\n")
    assert found["Message-ID"] is found["Date"] is None
    sent = parsed(format_final(message))
    assert sent["X-Unsent"] is None
    assert (sent["Message-ID"], sent["Date"].datetime) == ("<a@example.co.jp>", WHEN)
    without = {"X-Unsent", "Message-ID", "Date"}
    assert [each for each in found.items() if each[0] not in without] == [
        each for each in sent.items() if each[0] not in without
    ]


def test_formatting_does_not_change_the_message() -> None:
    message = compose_message(OutgoingMail(MailKind.REQUEST, CLIENT), LETTER, SENDER)
    before = message.keys()
    format_final(message)
    format_draft(message)
    assert message.keys() == before


def test_a_final_mail_has_a_date_and_a_message_id() -> None:
    parcel = OutgoingMail(MailKind.REQUEST, CLIENT)
    found = parsed(format_final(compose_message(parcel, LETTER, SENDER)))
    assert found["Date"].datetime.tzinfo
    assert re.fullmatch(r"<[^<>@\s]+@example\.co\.jp>", found["Message-ID"])


def test_the_same_mail_has_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK" * 99)
    assert format_final(made(attachment=path)) == format_final(made(attachment=path))
    assert format_draft(made(attachment=path)) == format_draft(made(attachment=path))


def test_message_ids_are_reproducible_and_unique() -> None:
    parcel = OutgoingMail(MailKind.REQUEST, CLIENT)
    others = [
        ("t", parcel, 0),
        ("u", parcel, 0),
        ("t", parcel, 1),
        ("t", replace(parcel, kind=MailKind.REMINDER), 0),
        ("t", replace(parcel, subject=MailSubject("2")), 0),
        ("t", replace(parcel, client=replace(CLIENT, id="C-002")), 0),
        ("t", replace(parcel, client=replace(CLIENT, addresses=("b@example.jp",))), 0),
    ]
    ids = [create_message_id(token, of, "example.co.jp", attempt) for token, of, attempt in others]
    assert len(set(ids)) == len(others)
    assert ids[0] == create_message_id("t", parcel, "example.co.jp")
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.co\.jp>", ids[0])
    assert "\n" not in create_message_id("t", parcel, "a\r\nBcc: x")


@pytest.mark.parametrize(
    ("parcel", "name"),
    [
        (OutgoingMail(MailKind.REQUEST, CLIENT), "依頼_株式会社見本商事_C-001.eml"),
        (OutgoingMail(MailKind.REMINDER, CLIENT, MailSubject(reminder=2)),
         "督促2_株式会社見本商事_C-001.eml"),
        (OutgoingMail(MailKind.REMINDER, CLIENT, MailSubject(SHA, reminder=2)),
         "修正の督促2_株式会社見本商事_C-001_0dd95d12.eml"),
        (OutgoingMail(MailKind.RESULT, CLIENT, MailSubject(SHA)),
         "報告書_株式会社見本商事_C-001_0dd95d12.eml"),
        (OutgoingMail(MailKind.REQUEST, ENGLISH), "Request_株式会社見本商事_C-001.eml"),
        (OutgoingMail(MailKind.REQUEST, replace(CLIENT, company='A/B:*?"<>|')),
        "依頼_A_B_C-001.eml"),
        (OutgoingMail(MailKind.REQUEST, replace(CLIENT, company="")), "依頼_C-001.eml"),
    ],
)  # fmt: skip
def test_the_name_of_a_draft_names_kind_and_client(parcel: OutgoingMail, name: str) -> None:
    assert normalize("NFC", format_draft_name(parcel)) == name


def test_the_name_of_a_draft_fits_every_file_system() -> None:
    for kind in MailKind:
        client = replace(CLIENT, company="國" * 300, id="C" * 60)
        name = format_draft_name(OutgoingMail(kind, client, MailSubject("a" * 64, reminder=12)))
        assert len(name.encode("utf-8")) <= 255
        assert client.id in name
