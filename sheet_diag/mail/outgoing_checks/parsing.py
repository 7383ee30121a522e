"""Parses the bytes of a mail into what its receiver gets, whoever made them.

Mail programs differ over whatever is odd. What two of them could read in two ways is rejected, so
that what is checked is what anybody will see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Final
from urllib.parse import unquote

_CONTAINERS: Final = ("multipart/mixed", "multipart/alternative")
_CHARSETS: Final = ("utf-8", "us-ascii")
_ENCODINGS: Final = ("7bit", "8bit", "base64", "quoted-printable")
_PARAMETER: Final = re.compile(r';\s*([A-Za-z0-9_-]+)(\*\d+)?(\*)?\s*=\s*("(?:\\.|[^"\\])*"|[^;]*)')
_QUOTED: Final = re.compile(r'"(?:\\.|[^"\\])*"')
_NAMES: Final = ("name", "filename")
_MOST_PARTS: Final = 20
_BARE_RETURN: Final = re.compile(rb"\r(?!\n)")
_BARE_LINE: Final = re.compile(rb"(?<!\r)\n")


class AmbiguousMailError(Exception):
    """A mail that programs read in different ways; `key` is the label of the reason."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(key)


@dataclass(frozen=True, slots=True)
class ParsedAttachment:
    """An attachment."""

    name: str
    content: bytes
    is_file: bool  # no mail of its own, nothing that a program would take apart


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """A mail as it is received.

    `headers` are those of the whole mail, decoded. `html` is the source of the page, `shown` the
    text that it shows, `lang` the language that it names.
    """

    headers: tuple[tuple[str, str], ...]
    message: EmailMessage
    text: str
    html: str
    shown: str
    lang: str
    attached: tuple[ParsedAttachment, ...]


def parse_mail(content: bytes) -> ParsedMail:
    """Parse a mail. Raises `AmbiguousMailError`, and whatever parsers raise over broken bytes."""
    _require_plain_bytes(content)
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    plain: list[str] = []
    pages: list[str] = []
    attached: list[ParsedAttachment] = []
    for part in _find_leaves(message):
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or _is_attachment(part):
            attached.append(_parse_attachment(part))
        else:
            (plain if kind == "text/plain" else pages).append(_decode_text(part))
    if len(plain) != 1 or len(pages) != 1:
        raise AmbiguousMailError("guard.odd.texts")
    reader = _HtmlPage()
    reader.feed(pages[0])
    reader.close()
    shown = "".join(reader.texts)
    headers = tuple((name, decode_header_text(str(value))) for name, value in message.raw_items())
    return ParsedMail(headers, message, plain[0], pages[0], shown, reader.lang, tuple(attached))


def decode_header_text(text: str) -> str:
    """Unfold and decode a header; leave it as it is where that fails."""
    unfolded = re.sub(r"\r?\n", "", text)
    try:
        return str(make_header(decode_header(unfolded)))
    except (LookupError, ValueError):
        return unfolded


def _require_plain_bytes(content: bytes) -> None:
    """Require one kind of line end: servers that know another one would see another mail."""
    mixed = b"\r\n" in content and _BARE_LINE.search(content)
    if b"\0" in content or _BARE_RETURN.search(content) or mixed:
        raise AmbiguousMailError("guard.odd.lines")


def _find_leaves(message: EmailMessage) -> Iterator[EmailMessage]:
    """Find the parts that hold something, from the top."""
    waiting = [message]
    for _ in range(_MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        _require_valid_part(part)
        if part.get_content_maintype() != "multipart":
            yield part
            continue
        _require_container(part)
        waiting[:0] = [each for each in part.iter_parts() if isinstance(each, EmailMessage)]
    if waiting:
        raise AmbiguousMailError("guard.odd.parts")


def _require_valid_part(part: EmailMessage) -> None:
    names = [name.lower() for name in part]
    if part.defects or len(names) != len(set(names)):
        raise AmbiguousMailError("guard.odd.structure")
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding not in _ENCODINGS:
        raise AmbiguousMailError("guard.odd.structure")
    for name, value in part.raw_items():
        if name.lower().startswith("content-") and not _is_plain(str(value)):
            raise AmbiguousMailError("guard.odd.names")


def _require_container(part: EmailMessage) -> None:
    """Require a container of a kind that we write, with nothing between its parts."""
    if part.get_content_type() not in _CONTAINERS or not part.is_multipart():
        raise AmbiguousMailError("guard.odd.structure")
    if (part.preamble or "").strip() or (part.epilogue or "").strip():
        raise AmbiguousMailError("guard.odd.structure")


def _is_plain(header: str) -> bool:
    """Whether a header has each parameter once, and each in one way."""
    if "(" in _QUOTED.sub("", header):  # a comment, which not every program skips
        return False
    forms_by_name: dict[str, set[bool]] = {}
    seen: set[tuple[str, str, str]] = set()
    for found in _PARAMETER.finditer(header):
        key = (found[1].lower(), found[2] or "", found[3] or "")
        forms_by_name.setdefault(key[0], set()).add(bool(key[1] or key[2]))
        if key in seen:
            return False
        seen.add(key)
    return all(len(forms) == 1 for forms in forms_by_name.values())


def _is_attachment(part: EmailMessage) -> bool:
    return part.get_content_disposition() is not None or bool(part.get_filename())


def _decode_text(part: EmailMessage) -> str:
    if part.get_content_charset("us-ascii").lower() not in _CHARSETS:
        raise AmbiguousMailError("guard.odd.charset")
    payload = part.get_payload(decode=True)
    if part.defects or not isinstance(payload, bytes):  # defects show only once it is decoded
        raise AmbiguousMailError("guard.odd.structure")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AmbiguousMailError("guard.odd.charset") from error


def _parse_attachment(part: EmailMessage) -> ParsedAttachment:
    names = dict.fromkeys(_find_file_names(part))
    if len(names) > 1:
        raise AmbiguousMailError("guard.odd.names")
    payload = part.get_payload(decode=True)
    if part.defects:
        raise AmbiguousMailError("guard.odd.structure")
    content = payload if isinstance(payload, bytes) else b""
    is_file = part.get_content_maintype() in ("application", "image", "text")
    return ParsedAttachment(next(iter(names), ""), content, is_file)


def _find_file_names(part: EmailMessage) -> Iterator[str]:
    """Find the names of a file by RFC 2231 and, for old programs, by encoded words in quotes."""
    for name, value in part.raw_items():
        if not name.lower().startswith("content-"):
            continue
        pieces = list(_PARAMETER.finditer(re.sub(r"\r?\n", "", str(value))))
        for wanted in _NAMES:
            own = sorted((each for each in pieces if each[1].lower() == wanted), key=_piece_number)
            if own:
                yield decode_header_text("".join(map(_decode_piece, own))).strip()


def _piece_number(found: re.Match[str]) -> int:
    return int((found[2] or "*0")[1:])


def _decode_piece(found: re.Match[str]) -> str:
    """Decode the value of a parameter, or a piece of it (RFC 2231, UTF-8)."""
    text = found[4].strip()
    if text.startswith('"'):
        text = re.sub(r"\\(.)", r"\1", text[1:-1])
    if not found[3]:
        return text
    if found[2] in (None, "*0"):
        charset, _, text = text.partition("'")
        if charset.lower() not in _CHARSETS:
            raise AmbiguousMailError("guard.odd.names")
        text = text.partition("'")[2]
    return unquote(text, errors="strict")


class _HtmlPage(HTMLParser):
    """The texts of a page, also those that a program may hide, and its language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the language."""
        if tag == "html" and not self.lang:
            self.lang = (dict(attrs).get("lang") or "").strip().lower()

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.texts.append(data)
