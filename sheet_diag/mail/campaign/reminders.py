"""Who is reminded now, of the first answer or of a correction, and who is left alone and why.

Looks at records alone, reads no file. Two mails to a client about the same thing lie some days
apart, whoever types a command how often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sheet_diag.mail.campaign.due_mails import LeftOut
from sheet_diag.model.client_status import Awaited, ReturnFacts, Standing, Turnout
from sheet_diag.model.mail import MailKind, Parcel, about_reminder


@dataclass(frozen=True, slots=True)
class Reminding:
    """How clients are reminded: `ahead` so many days before their time is over, `gap` days after
    the last mail about it. `only` are folded ids of clients that were named."""

    ahead: int = 0
    gap: int = 1
    only: frozenset[str] = frozenset()


def reminders(
    turnout: Turnout, sheets: Mapping[str, Path], output: Path, how: Reminding
) -> Iterator[Parcel | LeftOut]:
    """A mail to everybody whose time is over, or soon will be; the sheets that were issued are by
    client id, corrections lie in the output folder."""
    day = turnout.as_of
    for standing in turnout.standings:
        for awaited in standing.awaited:
            rest = awaited.rests_until(how.gap)
            if awaited.expected is None:
                yield LeftOut.of(standing.client, "no_due")
            elif not awaited.is_late(day + timedelta(days=how.ahead)):
                continue
            elif rest and rest > day:
                yield _resting(standing, awaited, how.gap)
            elif awaited.fact:
                yield _of_correction(standing, awaited, awaited.fact, output, how)
            elif standing.client.id not in sheets:
                yield LeftOut.of(standing.client, "no_sheet")
            else:
                yield _reminder(standing, awaited, sheets[standing.client.id])


def _of_correction(
    standing: Standing, awaited: Awaited, fact: ReturnFacts, output: Path, how: Reminding
) -> Parcel | LeftOut:
    if fact.strange and standing.client.id.casefold() not in how.only:
        parts = {"file": fact.file, "id": standing.client.id}
        return LeftOut.of(standing.client, "sender", parts)
    if not fact.correction:
        return LeftOut.of(standing.client, "unreadable", {"file": fact.file})
    return _reminder(standing, awaited, output / fact.correction)


def _reminder(standing: Standing, awaited: Awaited, attachment: Path) -> Parcel:
    """The next reminder; the day that nobody was told is not in it."""
    number, fact = awaited.reminders + 1, awaited.fact
    return Parcel(
        MailKind.REMINDER,
        standing.client,
        about_reminder(number, fact.sha256 if fact else ""),
        number,
        attachment=attachment,
        facts={
            "due": awaited.due.isoformat() if awaited.due else "",
            "points": str(fact.points) if fact else "",
        },
        strange=fact is not None and fact.strange,
    )


def _resting(standing: Standing, awaited: Awaited, gap: int) -> LeftOut:
    parts = {"last": str(awaited.written), "gap": str(gap), "next": str(awaited.rests_until(gap))}
    return LeftOut.of(standing.client, "rests", parts, rests=True)
