"""Who is told the password of his report now. The mail log knows who has got a report, whatever has
become of his return since.

Whether a password opens what went out costs a twentieth of a second, so it is asked only of those
who may have to be told, and of many side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.log.mail_log import MailLog, SentMail
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import FILE_SEPARATOR, MailSubject, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.report_passwords.fingerprints import find_mismatches


@dataclass(frozen=True, slots=True)
class _ReportRecipient:
    """A client who has a report: the mails that brought it in whatever form, the last one last,
    and the mail that told its password (None: none did)."""

    client: ListedClient
    reports: tuple[SentMail, ...]
    told: SentMail | None
    password: str

    @property
    def about(self) -> str:
        """The SHA-256 of the return."""
        return self.reports[-1].line.subject.return_sha256

    @property
    def has_moved(self) -> bool:
        """Whether nobody who is listed now has the report."""
        return not self.reports[-1].line.was_sent_to(self.client)

    @property
    def knows(self) -> bool:
        """Whether the password was told after the report went out last."""
        return self.told is not None and self.told.place > self.reports[-1].place

    @property
    def sealed(self) -> tuple[SentMail, ...]:
        """What went out encrypted, and the mail that told how to open it."""
        return tuple(
            mail for mail in (*self.reports, self.told) if mail and mail.line.password_fingerprint
        )


def due_passwords(
    reports: Iterable[OutgoingMail | Skipped],
    clients: ClientList,
    passwords: Mapping[str, str],
    book: MailLog,
    only: frozenset[str] = frozenset(),
) -> Iterator[OutgoingMail | Skipped]:
    """A mail with the password to everybody who has a report: of several forms, for those that it
    opens. `reports` are those of the last run, `passwords` are by folded id, `only` are folded ids
    (empty: all)."""
    reports = list(reports)
    bearers = {
        each.client.id.casefold(): each
        for each in _report_recipients(clients, passwords, book, only)
    }
    for report in reports:
        if _client_key(report) not in bearers and not (only and _client_key(report) not in only):
            yield _skip_without_report(report)
    closed = _places_not_opened([each for each in bearers.values() if not each.knows])
    strange = {_client_key(report) for report in reports if _has_sender_mismatch(report)}
    for name, bearer in bearers.items():
        yield _password_mail(bearer, closed, strange=name in strange)


def _report_recipients(
    clients: ClientList, passwords: Mapping[str, str], book: MailLog, only: frozenset[str]
) -> Iterator[_ReportRecipient]:
    delivered, told = book.find_sent_mails(MailKind.RESULT), book.find_sent_mails(MailKind.PASSWORD)
    for client in clients.clients:
        name = client.id.casefold()
        mails = delivered.get(name)
        if not mails or (only and name not in only):
            continue
        about = mails[-1].line.subject.return_sha256
        same = tuple(mail for mail in mails if mail.line.subject.return_sha256 == about)
        knows = [mail for mail in told.get(name, ()) if mail.line.subject.return_sha256 == about]
        yield _ReportRecipient(client, same, knows[-1] if knows else None, passwords.get(name, ""))


def _places_not_opened(bearers: Sequence[_ReportRecipient]) -> frozenset[int]:
    """The places in the log of what does not open with, or has not told, the password of now."""
    pairs = [(bearer.password, mail) for bearer in bearers for mail in bearer.sealed]
    wrong = find_mismatches(
        [(password, mail.line.password_fingerprint) for password, mail in pairs]
    )
    return frozenset(pairs[place][1].place for place in wrong)


def _password_mail(
    bearer: _ReportRecipient, closed: frozenset[int], *, strange: bool
) -> OutgoingMail | Skipped:
    client, told, parts = bearer.client, bearer.told, {"id": bearer.client.id}
    opened = [mail.line for mail in bearer.reports if mail.place not in closed]
    if bearer.has_moved:
        addresses = ", ".join(bearer.reports[-1].line.addresses)
        return Skipped.of(client, "report_moved", {**parts, "addresses": addresses})
    if not opened:
        return Skipped.of(client, "password_changed" if bearer.password else "password_lost", parts)
    if not bearer.password:
        return Skipped.of(client, "no_password")
    return OutgoingMail(
        MailKind.PASSWORD,
        client,
        MailSubject(bearer.about),
        password=bearer.password,
        report_files=FILE_SEPARATOR.join(dict.fromkeys(line.file for line in opened if line.file)),
        again=told is not None and not bearer.knows and _is_due_again(bearer, told, closed),
        sender_mismatch=strange,
    )


def _is_due_again(bearer: _ReportRecipient, told: SentMail, closed: frozenset[int]) -> bool:
    """Whether the report went out once more since, or under another password than was told."""
    return told.place in closed or any(mail.resent_at > told.place for mail in bearer.reports)


def _skip_without_report(report: OutgoingMail | Skipped) -> Skipped:
    if isinstance(report, Skipped):
        return report
    return Skipped.of(report.client, "result_first" if report.password else "no_password")


def _has_sender_mismatch(report: OutgoingMail | Skipped) -> bool:
    return (
        report.key == "mail.left.sender" if isinstance(report, Skipped) else report.sender_mismatch
    )


def _client_key(report: OutgoingMail | Skipped) -> str:
    return (report.client if isinstance(report, Skipped) else report.client.id).casefold()
