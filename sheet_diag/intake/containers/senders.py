"""Whom a mail comes from, as its head says; whether that is true, nobody can tell."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import compat32
from email.utils import getaddresses
from typing import Final

from sheet_diag.intake.containers.mail_filenames import decode_header_text

_SENDERS: Final = ("from", "reply-to", "sender")
_LONGEST: Final = 200


def read_senders(message: Message) -> tuple[str, ...]:
    """The addresses that a mail may come from, the likeliest first."""
    return parse_header_addresses(message, _SENDERS)


def parse_senders(content: bytes) -> tuple[str, ...]:
    """The same of a mail's bytes, of which only the head is looked at."""
    return read_senders(BytesHeaderParser(policy=compat32).parsebytes(content, headersonly=True))


def parse_header_addresses(message: Message, names: tuple[str, ...]) -> tuple[str, ...]:
    """The mail addresses in some headers, each once."""
    found = getaddresses([decode_header_text(message, name) for name in names])
    return tuple(dict.fromkeys(clean_line(address) for _, address in found if "@" in address))


def clean_line(text: str) -> str:
    """Text of a stranger as it may stand in a line of ours."""
    shown = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(shown.split())[:_LONGEST]
