"""A line of the mail log <-> what it tells: JSON, UTF-8, empty facts left out.

The first line says what the file is and which campaign it is of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from typing import Any, Final

from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind

_SCHEMA: Final = 1
_HEAD: Final = "sheet_diag_mail_log"
_TEXTS: Final = ("client", "about", "message_id", "file", "text", "sha256", "edition")
_LISTS: Final = ("addresses", "holds")


def split_whole_lines(content: bytes) -> list[bytes]:
    """The lines of a log; the last one only where it lacks nothing but its end."""
    *lines, rest = content.split(b"\n")
    if rest:
        with suppress(ValueError):
            json.loads(rest)
            lines.append(rest)
    return lines


def format_log_header(token: str) -> bytes:
    """The first line of the log of a campaign."""
    return _json({_HEAD: _SCHEMA, "token": token})


def is_partial_header(content: bytes) -> bool:
    """Whether this is what a kill leaves of a first line, and not a file of somebody else's."""
    begun = format_log_header("").partition(b'"}')[0]
    return content.startswith(begun) or begun.startswith(content)


def parse_log_header(line: bytes) -> str:
    """What stands for the campaign. Raises `ValueError` where that is no first line of ours."""
    facts = _facts(line)
    token = facts.get("token")
    if facts.get(_HEAD) != _SCHEMA or not isinstance(token, str) or not token:
        raise ValueError("not a mail log")
    return token


def format_log_entry(posted: MailLogEntry) -> bytes:
    """The line that tells it."""
    facts = {
        "time": posted.time.isoformat(timespec="seconds"),
        "event": posted.event,
        "client": posted.client,
        "kind": posted.kind,
        "about": posted.about,
        "message_id": posted.message_id,
        "addresses": posted.addresses,
        "file": posted.file,
        "text": posted.text,
        "seal": posted.password_fingerprint,
        "sha256": posted.sha256,
        "holds": posted.holds,
        "due": posted.due.isoformat() if posted.due else "",
        "edition": posted.edition,
    }
    return _json({name: value for name, value in facts.items() if value})


def parse_log_entry(line: bytes) -> MailLogEntry:
    """What a line tells. Raises `ValueError` where it is none of ours."""
    facts = _facts(line)
    texts = {name: facts.get(name, "") for name in _TEXTS}
    texts["password_fingerprint"] = facts.get("seal", "")
    lists = {name: facts.get(name, []) for name in _LISTS}
    if not all(isinstance(each, list) for each in lists.values()):
        raise ValueError("a fact is no list")
    if not all(isinstance(each, str) for each in chain(texts.values(), *lists.values())):
        raise ValueError("a fact is no text")
    time = datetime.fromisoformat(str(facts.get("time")))
    if time.utcoffset() is None:
        raise ValueError("a time without its offset")
    return MailLogEntry(
        time=time,
        event=MailEvent(str(facts.get("event"))),
        kind=MailKind(facts["kind"]) if "kind" in facts else None,
        addresses=tuple(lists["addresses"]),
        holds=tuple(lists["holds"]),
        due=date.fromisoformat(str(facts["due"])) if "due" in facts else None,
        **texts,
    )


def _facts(line: bytes) -> Mapping[str, Any]:
    try:
        facts = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(facts, dict):
        raise ValueError("not an object")
    return facts


def _json(facts: Mapping[str, Any]) -> bytes:
    # A file name that is no text holds halves of surrogate pairs; their escapes are read as such.
    return json.dumps(facts, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
