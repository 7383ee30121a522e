"""Mail addresses as people type them -> addresses that a mail can be sent to.

`email-validator` decides whether an address is sound, without asking the network. Why it is not is
found here: the sentences of the library are English, and change from version to version.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from sheet_diag.intake.client_list.messages import CellMessage, cell_message, shorten_entry

_SEPARATORS: Final = re.compile(r"[;,、\n]")
_MAX_LOCAL_LENGTH: Final = 64  # RFC 5321, 4.5.3.1
_MAX_LENGTH: Final = 254
_LOCAL_CHARACTER: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]")


def read_addresses(text: str) -> tuple[tuple[str, ...], tuple[CellMessage, ...], tuple[str, ...]]:
    """Read the addresses of a cell, each once, the faults of others, and the repeated ones.

    Local parts stay as typed, domains become ASCII and small. Full width counts as half width.
    """
    found: dict[str, str] = {}
    faults, repeated = [], []
    for typed in filter(
        None, map(str.strip, _SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    ):
        address = _read_address(typed)
        if isinstance(address, CellMessage):
            faults.append(address)
        elif address.casefold() in found:
            repeated.append(typed)
        else:
            found[address.casefold()] = address
    return tuple(found.values()), tuple(faults), tuple(repeated)


def _read_address(typed: str) -> str | CellMessage:
    try:
        sound = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return _find_fault(typed)
    return f"{sound.ascii_local_part}@{sound.ascii_domain.lower()}"


def _find_fault(typed: str) -> CellMessage:
    """Return the first fault that applies, the plainest first."""
    local, _, domain = typed.rpartition("@")
    for key, holds in _REASONS:
        if holds(typed, local, domain):
            return cell_message(key, value=shorten_entry(typed))
    if signs := "".join(dict.fromkeys(_invalid_characters(local))):
        parts = {"value": shorten_entry(typed), "signs": shorten_entry(signs)}
        return cell_message("clients.fault.mail.signs", **parts)
    return cell_message("clients.fault.mail.domain", value=shorten_entry(typed))


_REASONS: Final[tuple[tuple[str, Callable[[str, str, str], bool]], ...]] = (
    ("clients.fault.mail.bare", lambda typed, _, __: "<" in typed or ">" in typed),
    ("clients.fault.mail.no_at", lambda typed, _, __: "@" not in typed),
    ("clients.fault.mail.many_ats", lambda typed, _, __: typed.count("@") > 1),
    ("clients.fault.mail.space", lambda typed, _, __: any(map(str.isspace, typed))),
    ("clients.fault.mail.half", lambda _, local, domain: not (local and domain)),
    ("clients.fault.mail.not_ascii", lambda _, local, __: not local.isascii()),
    ("clients.fault.mail.dots", lambda _, local, __: ".." in f".{local}."),
    ("clients.fault.mail.long", lambda typed, local, _: _is_long(typed, local)),
    ("clients.fault.mail.no_dot", lambda _, __, domain: "." not in domain),
    ("clients.fault.mail.reserved", lambda _, __, domain: _is_reserved(domain)),
)


def _is_long(typed: str, local: str) -> bool:
    return len(local) > _MAX_LOCAL_LENGTH or len(typed) > _MAX_LENGTH


def _is_reserved(domain: str) -> bool:
    return f".{domain.lower()}".endswith(tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES))


def _invalid_characters(local: str) -> Iterator[str]:
    yield from (sign for sign in local if not _LOCAL_CHARACTER.fullmatch(sign))
