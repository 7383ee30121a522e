"""Formats header lines of a mail: RFC 2047 encoded words, RFC 2231 parameters, folded, all ASCII.

Python's own folding encodes separators with the names beside them, loses quotes, or joins encoded
words without a space, depending on its version. The tests parse the results with other readers.
Nothing that is passed in can begin a new header.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

FOLD: Final = "\r\n "

_WIDTH: Final = 76  # of a line, and RFC 2047 lets no line with an encoded word be longer
_WORD_BYTES: Final = 45  # of UTF-8 in an encoded word: 60 characters of Base64, 72 in all
_NAME: Final = 64  # characters of a name that is not encoded, with "Reply-To: " before it
_PARAMETER: Final = 50  # characters of a piece of a parameter
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ATOMS: Final = re.compile(rf"{_ATOM}(?: {_ATOM})*")
_DOT_ATOM: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LOCAL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")
_DOMAIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


def remove_control_characters(text: str) -> str:
    """Remove line breaks and other control characters."""
    return " ".join(_UNSAFE.sub(" ", text).split(" ")).strip()


def format_text_header(name: str, text: str) -> str:
    """Format a header of free text, such as a subject."""
    return f"{name}: {FOLD.join(_encode(remove_control_characters(text), len(name) + 2))}\r\n"


def format_address_header(name: str, mailboxes: Iterable[tuple[str, str]]) -> str:
    """Format a header of mailboxes, each (display name, address).

    Raises `ValueError` for what is no address.
    """
    formatted = (_format_mailbox(shown, address) for shown, address in mailboxes)
    return f"{name}: {f',{FOLD}'.join(formatted)}\r\n"


def format_encoded_parameter(name: str, text: str) -> str:
    """Format a parameter for programs that know no RFC 2231: encoded words in quotes.

    No RFC allows that, and every program understands it.
    """
    words = _encode(remove_control_characters(text), len(name) + 3)
    return f'{name}="{FOLD.join(_escape(word) for word in words)}"'


def format_extended_parameter(name: str, text: str) -> Sequence[str]:
    """Format a parameter by RFC 2231, a long one in pieces."""
    plain = remove_control_characters(text)
    if plain.isascii() and len(plain) <= _PARAMETER:
        return (f'{name}="{_escape(plain)}"',)
    pieces = list(_percent_encode_pieces(plain))
    if len(pieces) == 1:
        return (f"{name}*=utf-8''{pieces[0]}",)
    first = f"{name}*0*=utf-8''{pieces[0]}"
    return (first, *(f"{name}*{n}*={piece}" for n, piece in enumerate(pieces[1:], 1)))


def format_parameter_header(name: str, value: str, parameters: Iterable[str]) -> str:
    """Format a header of a value and its parameters, a line each."""
    return f"{name}: {f';{FOLD}'.join((value, *parameters))}\r\n"


def format_ascii_address(address: str) -> str:
    """Format an address with its domain as DNS spells it, odd local parts in quotes.

    Raises `ValueError` for what is no address.
    """
    local, at, domain = address.rpartition("@")
    local = local[1:-1] if local[:1] == local[-1:] == '"' else local
    domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    if not at or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ValueError(f"no mail address: {address!r}")
    local = local if _DOT_ATOM.fullmatch(local) else f'"{local}"'  # of old mobile carriers
    return f"{local}@{domain}"


def _format_mailbox(shown: str, address: str) -> str:
    spec, text = format_ascii_address(address), remove_control_characters(shown)
    if not text:
        return spec
    if _ATOMS.fullmatch(text) and not _looks_encoded(text) and len(text) <= _NAME:
        return f"{text}{_separate_address(len(text), spec)}<{spec}>"
    if text.isascii() and not _looks_encoded(text) and len(_escape(text)) <= _NAME:
        return f'"{_escape(text)}"{FOLD}<{spec}>'
    words = list(_split_into_encoded_words(text, len("Reply-To: ")))
    return f"{FOLD.join(words)}{FOLD}<{spec}>"


def _separate_address(length: int, spec: str) -> str:
    return " " if length + len(spec) < _WIDTH - len("Reply-To: <>,") else FOLD


def _encode(text: str, used: int) -> list[str]:
    """Encode a text as words, one a line; leave a short line of ASCII as it is."""
    if text.isascii() and len(text) <= _WIDTH - used and not _looks_encoded(text):
        return [text]
    return list(_split_into_encoded_words(text, used))


def _split_into_encoded_words(text: str, used: int) -> Iterator[str]:
    """Encode whole characters a word; the first word leaves room for what is before it."""
    room = _WORD_BYTES - used * 3 // 4
    word = b""
    for char in text:
        code = char.encode("utf-8")
        if len(word) + len(code) > room:
            yield _format_encoded_word(word)
            word, room = b"", _WORD_BYTES
        word += code
    yield _format_encoded_word(word)


def _format_encoded_word(code: bytes) -> str:
    return f"=?utf-8?B?{b64encode(code).decode('ascii')}?="


def _percent_encode_pieces(text: str) -> Iterator[str]:
    """Percent-encode a text in pieces of whole characters."""
    piece = ""
    for char in text:
        code = quote(char, safe="")
        if piece and len(piece) + len(code) > _PARAMETER:
            yield piece
            piece = ""
        piece += code
    yield piece


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _looks_encoded(text: str) -> bool:
    """Whether a name reads like an encoded word, which would be shown decoded."""
    return "=?" in text
