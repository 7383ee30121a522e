"""Mails: names of attachments in every spelling, and mails without any."""

from __future__ import annotations

import base64
from collections.abc import Callable
from email.message import EmailMessage
from urllib.parse import quote

from tests.hostile.case import RANKED, REJECTED, Case, case, filled
from tests.hostile.zips import zip_of

_NAME = "ヒアリングシート_見本.xlsx"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BASE = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
_WITHOUT = "MAIL_WITHOUT_SHEET"


def message(*attachments: tuple[str, bytes], text: str = "お送りします。") -> EmailMessage:
    """A mail as a mail program writes it: names by RFC 2231."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@x.example", "ご回答"
    mail.set_content(text)
    for name, content in attachments:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail


def _named(company: str, header: bytes) -> Callable[[], bytes]:
    """A mail whose attachment's headers stand exactly so."""

    def make() -> bytes:
        body = base64.encodebytes(filled(company)).replace(b"\n", b"\r\n")
        part = b"--b\r\n" + header + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + body
        return _BASE.encode() + part + b"\r\n--b--\r\n"

    return make


def _disposition(name: bytes) -> bytes:
    return f"Content-Type: {_TYPE}\r\n".encode() + b"Content-Disposition: attachment; " + name


def _encoded(charset: str, codec: str) -> bytes:
    word = base64.b64encode(_NAME.encode(codec)).decode()
    return _disposition(f'filename="=?{charset}?B?{word}?="'.encode())


def _forwarded() -> bytes:
    mail = message()
    mail.add_attachment(message((_NAME, filled("forwarded"))))
    return mail.as_bytes()


def _nested(levels: int) -> bytes:
    """Parts within parts; the innermost holds a sheet."""
    lines = ["MIME-Version: 1.0"]
    for level in range(levels):
        lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
    lines += ["Content-Type: text/plain", "", "text"]
    lines += [f"--b{level}--" for level in reversed(range(levels))]
    return "\r\n".join(lines).encode()


def _forwarded_often(levels: int) -> bytes:
    mail = message((_NAME, filled("often")))
    for _ in range(levels):
        outer = message()
        outer.add_attachment(mail)
        mail = outer
    return mail.as_bytes()


def _many_parts(count: int) -> bytes:
    return _BASE.encode() + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * count + b"--b--\r\n"


_LONG = b"From: a@x.example\r\n" + b"X-Long: " + b"x" * 3_000_000 + b"\r\n"
_SJIS = _NAME.encode("cp932")

CASES: tuple[Case, ...] = (
    case("mail/rfc2231.eml", lambda: message((_NAME, filled("rfc2231"))).as_bytes(), RANKED),
    case(
        "mail/percent.eml",
        _named("percent", _disposition(f"filename*=UTF-8''{quote(_NAME)}".encode())),
        RANKED,
    ),
    case("mail/iso2022.eml", _named("iso2022", _encoded("ISO-2022-JP", "iso2022_jp")), RANKED),
    case("mail/sjis.eml", _named("sjis", _encoded("Shift_JIS", "cp932")), RANKED),
    case("mail/windows31j.eml", _named("windows31j", _encoded("Windows-31J", "cp932")), RANKED),
    case("mail/raw.eml", _named("raw", _disposition(b'filename="' + _SJIS + b'"')), RANKED),
    case(
        "mail/unnamed.eml", _named("unnamed", f"Content-Type: {_TYPE}".encode()), RANKED | REJECTED
    ),
    case("mail/above.eml", _named("mail above", _disposition(b'filename="../../a.xlsx"')), RANKED),
    case("mail/forwarded.eml", _forwarded, RANKED),
    case(
        "mail/zipped.eml",
        lambda: message(("a.zip", zip_of(("a.xlsx", filled("mail zip"))))).as_bytes(),
        RANKED,
    ),
    case(
        "mail/two.eml",
        lambda: message(("a.xlsx", filled("one")), ("b.xlsx", filled("two", "△"))).as_bytes(),
        RANKED,
        entries=2,
    ),
    case("mail/forwarded_often.eml", lambda: _forwarded_often(8), REJECTED, "NESTED_TOO_DEEP"),
    case("mail/nothing.eml", lambda: message().as_bytes(), REJECTED, _WITHOUT),
    case(
        "mail/link.eml",
        lambda: message(text="https://files.example/abc からどうぞ。").as_bytes(),
        REJECTED,
        _WITHOUT,
    ),
    case(
        "mail/winmail.eml",
        lambda: message(("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(900))).as_bytes(),
        REJECTED,
        f"{_WITHOUT} WRONG_FORMAT",
    ),
    case(
        "mail/signed.eml",
        lambda: message(("smime.p7m", b"\x30\x82" + bytes(900))).as_bytes(),
        REJECTED,
        f"{_WITHOUT} WRONG_FORMAT",
    ),
    case(
        "mail/garbled.eml",
        _BASE.encode()
        + b"--b\r\n"
        + _disposition(b'filename="a.xlsx"')
        + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!not base64!!!\r\n--b--\r\n",
        REJECTED,
    ),
    case("mail/1000_levels.eml", lambda: _nested(1_000), REJECTED),
    case("mail/100000_parts.eml", lambda: _many_parts(100_000), REJECTED),
    case("mail/long_header.eml", lambda: _LONG + message().as_bytes(), REJECTED, _WITHOUT),
    case(
        "mail/unending.eml",
        lambda: message(("a.xlsx", filled("unending"))).as_bytes()[:-500],
        RANKED | REJECTED,
    ),
)
