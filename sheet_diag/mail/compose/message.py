"""Composes a mail: an unsent draft as a file, or what goes out over SMTP.

The same mail has the same bytes. Headers that hold names are formatted by `headers`, whatever the
names hold.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import make_msgid
from pathlib import Path
from typing import Any, Final

from sheet_diag.mail.compose.headers import (
    format_address_header,
    format_ascii_address,
    format_encoded_parameter,
    format_extended_parameter,
    format_parameter_header,
    format_text_header,
    remove_control_characters,
)
from sheet_diag.mail.templates.render import MailText
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.storage.file_names import safe_name
from sheet_diag.text.wording import Wording

_SHEET: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA: Final = {".xlsx": _SHEET, ".pdf": "pdf", ".zip": "zip"}  # below application/
_ANY_MEDIA: Final = "octet-stream"
# Outlook and Thunderbird open a file with this header as a mail that is being written; Thunderbird
# wants exactly "1".
_UNSENT: Final = b"X-Unsent: 1\r\n"
_COMPANY: Final = 40  # characters of the company in the name of a draft
_ABOUT: Final = 8  # characters of the hash of a return
_DOMAIN: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")
_NO_DOMAIN: Final = "sheet-diag.invalid"


@dataclass(frozen=True, slots=True)
class FromAddress:
    """The sender of a mail; `name` is shown beside the address."""

    address: str
    name: str


def compose_message(
    mail: OutgoingMail,
    text: MailText,
    sender: FromAddress,
    *,
    message_id: str = "",
    date: datetime | None = None,
) -> EmailMessage:
    """Compose the mail with its attachments.

    Raises `OSError` for an attachment, `ValueError` for an address that is none.
    """
    client = mail.client
    shown = client.contact.strip() or client.company
    message = EmailMessage(policy=_POLICY)
    message["From"] = _create_addresses([(sender.name, sender.address)])
    message["Reply-To"] = _create_addresses([(sender.name, sender.address)])
    message["To"] = _create_addresses((shown, address) for address in mail.addresses)
    message["Subject"] = remove_control_characters(text.subject)
    if date:
        message["Date"] = date
    if message_id:
        message["Message-ID"] = remove_control_characters(message_id)
    message.set_content(text.text)
    message.add_alternative(text.html, subtype="html")
    digest = hashlib.sha256(text.html.encode("utf-8", "replace"))
    for path in mail.files:
        content = path.read_bytes()
        digest.update(content)
        _attach(message, path, content)
    _set_boundaries(message, digest.hexdigest())
    return message


def format_draft(message: EmailMessage) -> bytes:
    """Format a file that mail programs open to look through and send.

    It has none of the headers that the program adds when it sends the mail.
    """
    unsent = copy(message)
    del unsent["Message-ID"], unsent["Date"]
    return _UNSENT + unsent.as_bytes()


def format_final(message: EmailMessage) -> bytes:
    """Format the mail as it goes out: CRLF, all ASCII, with date and id."""
    final = copy(message)
    del final["X-Unsent"]  # which also makes the list of headers its own
    if "Date" not in final:
        final["Date"] = datetime.now(UTC)
    if "Message-ID" not in final:
        final["Message-ID"] = make_msgid(
            domain=_choose_id_domain(final["From"].addresses[0].domain)
        )
    return final.as_bytes()


def create_message_id(token: str, mail: OutgoingMail, domain: str, attempt: int = 0) -> str:
    """Create a Message-ID, the same whenever the same attempt is made."""
    addresses = sorted(address.casefold() for address in mail.client.addresses)
    facts = [token, mail.kind.value, mail.client.id, mail.subject.text, addresses, attempt]
    digest = hashlib.sha256(json.dumps(facts).encode("ascii")).hexdigest()
    return f"<{digest[:40]}@{_choose_id_domain(domain)}>"


def format_draft_name(mail: OutgoingMail) -> str:
    """Format a file name such as `依頼_株式会社見本商事_C-001.eml`, in the client's language.

    A mail about a return has the start of its SHA-256: a client may have two returns.
    """
    client, say = mail.client, Wording(mail.client.lang)
    kind = "reminder.correction" if mail.repeats_correction else mail.kind.value
    about = mail.subject.return_sha256[:_ABOUT]
    first = say(f"letter.draft.{kind}", number=mail.subject.reminder)
    parts = (first, safe_name(client.company[:_COMPANY]), safe_name(client.id), safe_name(about))
    return f"{'_'.join(part for part in parts if part)}.eml"


class _MailPolicy(EmailPolicy):
    """A policy by which we fold headers."""

    def fold(self, name: str, value: Any) -> str:
        """Fold a header into lines."""
        params = dict(getattr(value, "params", {}))
        match name.lower():
            case "subject":
                return format_text_header(name, str(value))
            case "from" | "to" | "reply-to":
                return format_address_header(
                    name, ((a.display_name, a.addr_spec) for a in value.addresses)
                )
            case "content-type" if "name" in params:
                parameters = [format_encoded_parameter("name", params["name"])]
                return format_parameter_header(name, value.content_type, parameters)
            case "content-disposition" if "filename" in params:
                parameters = list(format_extended_parameter("filename", params["filename"]))
                return format_parameter_header(name, value.content_disposition, parameters)
            case "message-id":  # which Python would fold in the middle
                return f"{name}: {value}\r\n"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Fold a header into lines of bytes."""
        return self.fold(name, value).encode("ascii")


_POLICY: Final = _MailPolicy(linesep="\r\n", cte_type="7bit", max_line_length=76)


def _create_addresses(mailboxes: Iterable[tuple[str, str]]) -> tuple[Address, ...]:
    return tuple(
        _create_address(remove_control_characters(shown), address) for shown, address in mailboxes
    )


def _create_address(shown: str, address: str) -> Address:
    local, _, domain = format_ascii_address(address).rpartition("@")
    return Address(shown, local.strip('"'), domain)


def _attach(message: EmailMessage, path: Path, content: bytes) -> None:
    name = remove_control_characters(path.name)
    media = _MEDIA.get(path.suffix.lower(), _ANY_MEDIA)
    params = {"name": name}
    message.add_attachment(
        content, maintype="application", subtype=media, filename=name, params=params
    )


def _set_boundaries(message: EmailMessage, digest: str) -> None:
    """Set boundaries that no part holds: Base64 and quoted-printable have no "=_"."""
    multiparts = [part for part in message.walk() if part.is_multipart()]
    for number, part in enumerate(multiparts, 1):
        part.set_boundary(f"=_{digest[:24]}_{number}")


def _choose_id_domain(domain: str) -> str:
    """Choose a domain for a Message-ID."""
    return domain.lower() if _DOMAIN.fullmatch(domain.lower()) else _NO_DOMAIN
