"""Who is to be telephoned the password of his report, and who was.

The mail log knows the calls. A person may also enter their days in the list of passwords: each is
taken into the log once, and an entry that is no day is left alone and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.campaign.password_mails import find_recipients
from sheet_diag.mail.campaign.previous_campaign import ClientRemark
from sheet_diag.mail.campaign.selection import MailSelection
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.report_passwords.fingerprints import make_fingerprints

_END_OF_DAY: Final = time(23, 59, 59)


def find_entered_calls(
    clients: ClientList, cells: Mapping[str, str], log: MailLog, today: date
) -> tuple[list[MailLogEntry], list[ClientRemark]]:
    """Find the calls of days that a person has entered, as far as the log does not know them, and
    the entries that are no day up to today.

    `cells` are what stands in the list, by folded id (see `PasswordList.told_cells`).
    """
    calls, remarks = [], []
    told = log.find_sent_mails(MailKind.PASSWORD)
    for each in find_recipients(clients, {}, log):
        key = each.client.id.casefold()
        if text := cells.get(key):
            day = parse_iso_day(text)
            if day is None or day > today:
                remark = ("mail.calls.no_day", {"value": text})
                remarks += [] if each.told_on else [ClientRemark(each.client.name_with_id, *remark)]
            elif all(mail.line.time.date() < day for mail in told.get(key, ())):
                calls.append(_make_call(each.client.id, each.return_sha256, day))
    return calls, remarks


def make_calls(mails: Iterable[OutgoingMail], day: date) -> list[MailLogEntry]:
    """Make the lines of the calls in which the passwords of some mails were told."""
    return [_make_call(mail.client.id, mail.subject.return_sha256, day) for mail in mails]


def note_calls(calls: Sequence[MailLogEntry], passwords: Mapping[str, str], log: MailLog) -> None:
    """Add calls to the log, each with the fingerprint of what was told. Raises as `MailLog.add`."""
    words = [passwords.get(call.client.casefold(), "") for call in calls]
    log.add_all(
        replace(call, password_fingerprint=fingerprint)
        for call, fingerprint in zip(calls, make_fingerprints(words), strict=True)
    )


def select_calls(
    due: Sequence[OutgoingMail | Skipped],
    log: MailLog,
    only: frozenset[str] = frozenset(),
    *,
    again: bool = False,
) -> MailSelection:
    """Select the clients that are to be called now; whether a mail told them before is all one.

    `only` are folded ids (empty: all), who are called once more if `again`.
    """
    due = [each for each in due if not only or each.client_key in only]
    mails = [each for each in due if isinstance(each, OutgoingMail)]
    calls = tuple(each for each in mails if again or each.again or not log.state(each.key).is_done)
    left = tuple(each for each in due if isinstance(each, Skipped))
    return MailSelection(calls, left, done=len(mails) - len(calls))


def find_told_days(
    clients: ClientList, log: MailLog, calls: Iterable[OutgoingMail]
) -> dict[str, date | None]:
    """Find the day on which each client was told the password that it needs, by folded id (None: it
    is to be called)."""
    told = {
        each.client.id.casefold(): each.told_on
        for each in find_recipients(clients, {}, log)
        if each.told_on
    }
    return {**told, **{call.client_key: None for call in calls}}


def _make_call(client: str, sha256: str, day: date) -> MailLogEntry:
    """Make the line of a call: of now, or where the day has passed, of its end."""
    moment = min(datetime.now().astimezone(), datetime.combine(day, _END_OF_DAY).astimezone())
    return MailLogEntry(moment, MailEvent.CALLED, client, MailKind.PASSWORD, MailSubject(sha256))
