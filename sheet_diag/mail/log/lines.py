"""The lines of mail-log.jsonl: JSON in UTF-8, one entry a line, empty facts left out.

The first line names the format and the campaign; all others have the digest of the one before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, InstanceOf

from sheet_diag.model.basics import FIRST_DAY, LAST_DAY
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import Day

_SCHEMA: Final = 1
_HEADER: Final = "sheet_diag_mail_log"
# Not `str`, which pydantic refuses where a file name holds halves of surrogate pairs.
_Text = InstanceOf[str]


def _require_day(time: datetime) -> datetime:
    if not FIRST_DAY <= time.date() <= LAST_DAY:
        raise ValueError("no day that can be reckoned with")
    return time


class _Line(BaseModel):
    """The keys of a line, in the order in which they are written."""

    time: Annotated[AwareDatetime, AfterValidator(_require_day)]
    event: MailEvent
    client: _Text = ""
    kind: MailKind | None = None
    about: _Text = ""
    message_id: _Text = ""
    addresses: tuple[_Text, ...] = ()
    file: _Text = ""
    text: _Text = ""
    seal: _Text = ""
    sha256: _Text = ""
    holds: tuple[_Text, ...] = ()
    due: Day | None = None
    edition: _Text = ""
    size: int = 0
    locked: bool = False
    attachments: tuple[_Text, ...] = ()
    subject_line: _Text = ""
    dmarc: _Text = ""
    previous: _Text = ""


def split_whole_lines(content: bytes) -> list[bytes]:
    """Split a log into lines; a last line without its end counts if it is whole."""
    *lines, rest = content.split(b"\n")
    if rest:
        with suppress(ValueError, RecursionError):
            json.loads(rest)
            lines.append(rest)
    return lines


def format_log_header(token: str) -> bytes:
    """Format the first line of the log of a campaign."""
    return _format_json({_HEADER: _SCHEMA, "token": token})


def is_partial_header(content: bytes) -> bool:
    """Whether a kill has left this of a first line; if not, the file is somebody else's."""
    start = format_log_header("").partition(b'"}')[0]
    return content.startswith(start) or start.startswith(content)


def parse_log_header(line: bytes) -> str:
    """Read the token of the campaign. Raises `ValueError` where this is no mail log."""
    facts = _parse_json(line)
    token = facts.get("token")
    if facts.get(_HEADER) != _SCHEMA or not isinstance(token, str) or not token:
        raise ValueError("not a mail log")
    return token


def format_log_entry(entry: MailLogEntry, previous: str) -> bytes:
    """Format an entry as a line, with the digest of the one before."""
    own = {
        "time": entry.time.isoformat(timespec="seconds"),
        "about": entry.subject.text,
        "seal": entry.password_fingerprint,
        "previous": previous,
    }
    facts = {name: own.get(name) or getattr(entry, name, "") for name in _Line.model_fields}
    return _format_json({name: value for name, value in facts.items() if value})


def parse_log_entry(line: bytes) -> tuple[MailLogEntry, str]:
    """Read an entry, and the digest that it has of the line before (empty: none).

    Raises `ValueError` where the line is not one of ours.
    """
    facts = dict(_Line.model_validate(_parse_json(line)))
    subject = MailSubject.parse(facts["kind"], facts.pop("about"))
    seal, previous = facts.pop("seal"), facts.pop("previous")
    return MailLogEntry(subject=subject, password_fingerprint=seal, **facts), previous


def _parse_json(line: bytes) -> Mapping[str, Any]:
    try:
        facts = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(facts, dict):
        raise ValueError("not an object")
    return facts


def _format_json(facts: Mapping[str, Any]) -> bytes:
    # The escapes of lone surrogates are read as such.
    text = json.dumps(facts, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace") + b"\n"
