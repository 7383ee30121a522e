"""Mails that are ready to be sent, and a clock that costs no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

from sheet_diag.mail.smtp.send_attempt import FinalMail
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from tests.mailservers import USER

SENDER = USER


def make_mail(number: int, *addresses: str) -> OutgoingMail:
    own = addresses or (f"c{number}@client{number}.co.jp",)
    client = ListedClient(f"C-{number:03}", f"株式会社{number}", Lang.JA, own)
    return OutgoingMail(MailKind.REQUEST, client)


def make_message(
    number: int, *addresses: str, text: str = "ご記入ください。", attempt: int = 0
) -> FinalMail:
    sent = make_mail(number, *addresses)
    message = EmailMessage(policy=SMTP)
    message["From"] = SENDER
    message["To"] = ", ".join(sent.client.addresses)
    message["Subject"] = f"依頼{number}"
    message["Message-ID"] = f"<{number}.{attempt}@example.co.jp>"
    message.set_content(text, cte="base64")
    return FinalMail(sent, message.as_bytes(), str(message["Message-ID"]))


class FakeClock:
    """A day that passes as fast as it is slept through."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 26, 9, tzinfo=UTC)
        self.slept = 0.0

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.time += timedelta(seconds=seconds)
