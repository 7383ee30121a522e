"""Who is reminded now, of the first answer or of a correction, and who is left alone and why.

Looks at records alone, reads no file. Two mails to a client about the same thing lie some days
apart, whoever types a command how often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.model.client_status import AwaitedAnswer, ClientStatus, ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailSubject, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """How clients are reminded: `ahead` so many days before their time is over, `gap` days after
    the last mail about it. `only` are folded ids of clients that were named."""

    ahead: int = 0
    gap: int = 1
    only: frozenset[str] = frozenset()


def due_reminders(
    turnout: ResponseStatus, sheets: Mapping[str, Path], output: Path, how: ReminderRules
) -> Iterator[OutgoingMail | Skipped]:
    """A mail to everybody whose time is over, or soon will be; the sheets that were issued are by
    client id, corrections lie in the output folder."""
    day = turnout.as_of
    for standing in turnout.standings:
        for awaited in standing.awaited:
            rest = awaited.next_mail_day(how.gap)
            if awaited.expected is None:
                yield Skipped.of(standing.client, "no_due")
            elif not awaited.is_late(day + timedelta(days=how.ahead)):
                continue
            elif rest and rest > day:
                yield _skip_within_gap(standing, awaited, how.gap)
            elif awaited.fact:
                yield _correction_reminder(standing, awaited, awaited.fact, output, how)
            elif standing.client.id not in sheets:
                yield Skipped.of(standing.client, "no_sheet")
            else:
                yield _reminder_mail(standing, awaited, sheets[standing.client.id])


def _correction_reminder(
    standing: ClientStatus,
    awaited: AwaitedAnswer,
    fact: ReturnFacts,
    output: Path,
    how: ReminderRules,
) -> OutgoingMail | Skipped:
    if fact.strange and standing.client.id.casefold() not in how.only:
        parts = {"file": fact.file, "id": standing.client.id}
        return Skipped.of(standing.client, "sender", parts)
    if not fact.correction:
        return Skipped.of(standing.client, "unreadable", {"file": fact.file})
    return _reminder_mail(standing, awaited, output / fact.correction)


def _reminder_mail(
    standing: ClientStatus, awaited: AwaitedAnswer, attachment: Path
) -> OutgoingMail:
    """The next reminder; the day that nobody was told is not in it."""
    fact = awaited.fact
    return OutgoingMail(
        MailKind.REMINDER,
        standing.client,
        MailSubject(fact.sha256 if fact else "", reminder=awaited.reminders + 1),
        attachment=attachment,
        due=awaited.due,
        points=fact.points if fact else 0,
        sender_mismatch=fact is not None and fact.strange,
    )


def _skip_within_gap(standing: ClientStatus, awaited: AwaitedAnswer, gap: int) -> Skipped:
    parts = {"last": str(awaited.written), "gap": str(gap), "next": str(awaited.next_mail_day(gap))}
    return Skipped.of(standing.client, "rests", parts, is_final=True)
