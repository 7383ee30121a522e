"""A letter and its attachment -> a mail: an unsent draft as a file, or what goes out over SMTP.

The same parcel gives the same bytes. Headers are made by `mailheaders`, whatever the names hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any, Final

from sheet_diag.letters import Letter
from sheet_diag.mailheaders import (
    FOLD,
    address_header,
    ascii_address,
    encoded_parameter,
    extended_parameter,
    one_line,
    text_header,
)
from sheet_diag.model.post import MailKind, Parcel
from sheet_diag.naming import safe_name
from sheet_diag.wording import Wording

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA: Final = {".xlsx": _SHEET, ".pdf": "application/pdf", ".zip": "application/zip"}
_ANY_MEDIA: Final = "application/octet-stream"
_UNSENT: Final = "X-Unsent"
_COMPANY: Final = 40  # characters of a company in the name of a draft
_ABOUT: Final = 8
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NO_DOMAIN: Final = "sheet-diag.invalid"


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a mail comes from and goes back to; `name` is shown beside the address."""

    address: str
    name: str


def compose(
    parcel: Parcel,
    letter: Letter,
    sender: Sender,
    *,
    message_id: str = "",
    date: datetime | None = None,
) -> EmailMessage:
    """The mail with its attachment. Raises `OSError` for the attachment, `ValueError` for an
    address that is none."""
    message = EmailMessage(policy=_POLICY)
    client = parcel.client
    shown = one_line(client.contact) or one_line(client.company)
    message["From"] = _Mailboxes(((sender.name, sender.address),))
    message["Reply-To"] = _Mailboxes(((sender.name, sender.address),))
    message["To"] = _Mailboxes(tuple((shown, address) for address in client.addresses))
