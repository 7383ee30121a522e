"""Mails composed and checked: as drafts, or as they leave over SMTP.

Every mail is composed, then checked by its bytes. A mail that is sent is composed and checked a
second time right before it leaves: files may have changed between the question and the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sheet_diag.mail.compose.message import (
    FromAddress,
    compose_message,
    create_message_id,
    format_draft,
    format_final,
)
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.mail.smtp.send_attempt import FinalMail
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.report_passwords.fingerprints import fingerprint_mails

ProgressStep = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ComposeContext:
    """What every mail is composed and checked with.

    `jobs` is how many processes open attachments (None: one per core).
    """

    issuer: Issuer
    sender: FromAddress
    templates: MailTemplates
    checker: MailChecker
    today: date
    jobs: int | None = None

    def compose_draft(self, mail: OutgoingMail) -> bytes:
        """Compose a mail as a draft. Raises `OSError` and `MailTemplateError`."""
        text = self.templates.write(mail, self.issuer, self.today)
        return format_draft(compose_message(mail, text, self.sender))

    def compose_final(
        self, mail: OutgoingMail, message_id: str = "", when: datetime | None = None
    ) -> bytes:
        """Compose a mail as it leaves. Raises `OSError` and `MailTemplateError`."""
        text = self.templates.write(mail, self.issuer, self.today)
        message = compose_message(mail, text, self.sender, message_id=message_id, date=when)
        return format_final(message)

    def create_message_id(self, mail: OutgoingMail, log: MailLog) -> str:
        """Create the Message-ID of the next attempt to send a mail."""
        domain = self.sender.address.rpartition("@")[2]
        return create_message_id(log.token, mail, domain, log.state(mail.key).attempts)


@dataclass(frozen=True, slots=True)
class CheckedDraft:
    """A draft with what the checks found in it; `fingerprint` is that of the report's password."""

    checked: CheckedMail
    content: bytes
    fingerprint: str


def compose_drafts(
    context: ComposeContext,
    mails: Sequence[OutgoingMail],
    compose: Callable[[OutgoingMail], bytes],
    step: ProgressStep,
) -> Iterator[CheckedDraft]:
    """Compose each mail and check it. Raises `OSError` and `MailTemplateError`."""
    with (
        fingerprint_mails(mails) as fingerprints,
        context.checker.ahead(mails, context.jobs) as ready,
    ):
        for done, (mail, fingerprint) in enumerate(zip(ready, fingerprints, strict=True), 1):
            content = compose(mail)
            yield CheckedDraft(context.checker.inspect(content, mail), content, fingerprint)
            step(done)


def check_mails(
    context: ComposeContext, mails: Sequence[OutgoingMail], step: ProgressStep
) -> list[CheckedMail]:
    """Compose and check mails that are to be sent."""
    checked = []
    with context.checker.ahead(mails, context.jobs) as ready:
        for done, mail in enumerate(ready, 1):
            checked.append(context.checker.inspect(context.compose_final(mail), mail))
            step(done)
    return checked


def finalize_mails(
    context: ComposeContext,
    log: MailLog,
    mails: Iterable[OutgoingMail],
    stopped: list[CheckedMail],
) -> Iterator[FinalMail]:
    """Compose each mail when its turn to leave has come; those with errors are put in `stopped`."""
    for mail in mails:
        message_id = context.create_message_id(mail, log)
        content = context.compose_final(mail, message_id, datetime.now().astimezone())
        checked = context.checker.inspect(content, mail)
        if checked.errors:
            stopped.append(checked)
        else:
            yield FinalMail(mail, content, message_id)
