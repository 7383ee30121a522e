"""Who is told the password of his report now, by mail or by telephone (`password_calls`).

The mail log knows who has got a report, whatever has become of his return since. Whether a password
opens what went out costs a twentieth of a second, so it is asked only of those who may have to be
told, and of many side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.log.mail_log import MailLog, SentMail
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import SENDER_DOUBTS
from sheet_diag.model.mail import FILE_SEPARATOR, MailSubject, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.report_passwords.fingerprints import find_mismatches


@dataclass(frozen=True, slots=True)
class ReportRecipient:
    """A client who has a report.

    `reports` are the mails that brought it in whatever form, the last one last; `password_mail`
    told its password (None: none did). `password` is that of now (empty: there is none).
    """

    client: ListedClient
    reports: tuple[SentMail, ...]
    password_mail: SentMail | None
    password: str

    @property
    def return_sha256(self) -> str:
        """The SHA-256 of the return."""
        return self.reports[-1].line.subject.return_sha256

    @property
    def has_moved(self) -> bool:
        """Whether no address of the list now has the report."""
        return not self.reports[-1].line.was_sent_to(self.client)

    @property
    def told_on(self) -> date | None:
        """The day on which the password was told last (None: it was not)."""
        return self.password_mail.line.time.date() if self.password_mail else None

    @property
    def knows_password(self) -> bool:
        """Whether the password was told after the report went out last."""
        told = self.password_mail
        return told is not None and _is_before(self.reports[-1].place, self.reports[-1], told)

    @property
    def with_fingerprint(self) -> tuple[SentMail, ...]:
        """What went out encrypted, and the mail that told how to open it."""
        mails = (*self.reports, self.password_mail)
        return tuple(mail for mail in mails if mail and mail.line.password_fingerprint)


def due_passwords(
    reports: Iterable[OutgoingMail | Skipped],
    clients: ClientList,
    passwords: Mapping[str, str],
    log: MailLog,
    only: frozenset[str] = frozenset(),
) -> Iterator[OutgoingMail | Skipped]:
    """Tell the password to everybody who has a report: of several forms, for those that it opens.

    `reports` are those of the last run, `passwords` are by folded id, `only` are folded ids (empty:
    all).
    """
    reports = list(reports)
    recipients = {
        each.client.id.casefold(): each for each in find_recipients(clients, passwords, log, only)
    }
    for report in reports:
        client = report.client_key
        if client not in recipients and (not only or client in only):
            yield _skip_without_report(report)
    closed = _find_closed([each for each in recipients.values() if not each.knows_password])
    doubts = {report.client_key: _find_sender_doubt(report) for report in reports}
    for client, recipient in recipients.items():
        yield _password_mail(recipient, closed, doubts.get(client, ""))


def find_recipients(
    clients: ClientList,
    passwords: Mapping[str, str],
    log: MailLog,
    only: frozenset[str] = frozenset(),
) -> Iterator[ReportRecipient]:
    """Find the clients that have a report; passwords and `only` are as in `due_passwords`."""
    reports = log.find_sent_mails(MailKind.RESULT)
    password_mails = log.find_sent_mails(MailKind.PASSWORD)
    for client in clients.clients:
        key = client.id.casefold()
        mails = reports.get(key)
        if not mails or (only and key not in only):
            continue
        subject = mails[-1].line.subject.return_sha256
        same = [mail for mail in mails if mail.line.subject.return_sha256 == subject]
        told = [
            mail
            for mail in password_mails.get(key, ())
            if mail.line.subject.return_sha256 == subject
        ]
        last = told[-1] if told else None
        yield ReportRecipient(client, tuple(same), last, passwords.get(key, ""))


def _find_closed(recipients: Sequence[ReportRecipient]) -> frozenset[int]:
    """Find what does not open with the password of now, or told another: places in the log."""
    pairs = [(each.password, mail) for each in recipients for mail in each.with_fingerprint]
    wrong = find_mismatches([(word, mail.line.password_fingerprint) for word, mail in pairs])
    return frozenset(pairs[index][1].place for index in wrong)


def _password_mail(
    recipient: ReportRecipient, closed: frozenset[int], sender_doubt: str
) -> OutgoingMail | Skipped:
    client, parts = recipient.client, {"id": recipient.client.id}
    opened = [mail.line for mail in recipient.reports if mail.place not in closed]
    if recipient.has_moved:
        addresses = ", ".join(recipient.reports[-1].line.addresses)
        return Skipped.of(client, "report_moved", {**parts, "addresses": addresses})
    if not opened:
        key = "password_changed" if recipient.password else "password_lost"
        return Skipped.of(client, key, parts)
    if not recipient.password:
        return Skipped.of(client, "no_password")
    if client.password:
        return Skipped.of(client, "agreed", is_final=True)
    return OutgoingMail(
        MailKind.PASSWORD,
        client,
        MailSubject(recipient.return_sha256),
        password=recipient.password,
        report_files=FILE_SEPARATOR.join(dict.fromkeys(line.file for line in opened if line.file)),
        again=not recipient.knows_password and _is_due_again(recipient, closed),
        sender_doubt=sender_doubt,
    )


def _is_due_again(recipient: ReportRecipient, closed: frozenset[int]) -> bool:
    """Whether the report went out once more, or under another password, since one was told."""
    told = recipient.password_mail
    if told is None:
        return False
    return told.place in closed or any(
        mail.resent_at and not _is_before(mail.resent_at, mail, told) for mail in recipient.reports
    )


def _is_before(place: int, report: SentMail, told: SentMail) -> bool:
    """Whether a report went out, at a place in the log, before a password was told; a call may
    stand in the log days later."""
    return place < told.place and report.line.time.date() <= told.line.time.date()


def _skip_without_report(report: OutgoingMail | Skipped) -> Skipped:
    if isinstance(report, Skipped):
        return report
    return Skipped.of(report.client, "result_first" if report.password else "no_password")


def _find_sender_doubt(report: OutgoingMail | Skipped) -> str:
    if isinstance(report, OutgoingMail):
        return report.sender_doubt
    reason = report.key.rpartition(".")[2]
    return reason if reason in SENDER_DOUBTS.values() else ""
