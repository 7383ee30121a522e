"""How many clients were asked and have answered, by group and by week.

Whoever has answered was asked, whatever the mail log knows; and where it knows of no request at all
although there are answers, the sheets went out some other way, to everyone of the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sheet_diag.model.client_status import ClientStatus, GroupResponses, Stage, WeekResponses

_ANSWERED: Final = (Stage.RECEIVED, Stage.CORRECTING, Stage.RANKED, Stage.DELIVERED)
_RANKED: Final = (Stage.RANKED, Stage.DELIVERED)
_WEEK: Final = timedelta(weeks=1)
# A client's clock may be decades wrong; what is earlier is counted in the first of the weeks.
_MOST_WEEKS: Final = 104


@dataclass(frozen=True, slots=True)
class ClientProgress:
    """A client's standing, and the day of its first answer (None: unknown)."""

    status: ClientStatus
    received: date | None

    @property
    def has_answered(self) -> bool:
        """Whether something came back, good or bad."""
        return self.status.stage in _ANSWERED

    @property
    def is_asked(self) -> bool:
        """Whether the client is known to have been asked."""
        return self.status.stage is not Stage.UNSENT

    @property
    def asked(self) -> date | None:
        """The day on which the client was asked first (None: unknown)."""
        return self.status.sent or self.status.reminded


def count_groups(clients: Sequence[ClientProgress]) -> tuple[GroupResponses, ...]:
    """Count each group, in order of its first client; those without one at the end."""
    names = dict.fromkeys(client.status.client.group for client in clients)
    by_group: dict[str, list[ClientProgress]] = {name: [] for name in sorted(names, key=_is_blank)}
    for client in clients:
        by_group[client.status.client.group].append(client)
    all_asked = _all_asked(clients)
    return tuple(_group(name, members, all_asked) for name, members in by_group.items())


def count_weeks(clients: Sequence[ClientProgress], as_of: date) -> tuple[WeekResponses, ...]:
    """Count every week from the first request or answer to the day; none without either."""
    known = [client.asked for client in clients]
    first = min((day for day in known if day), default=None)
    latest = max([as_of, *(day for day in known if day)])
    came = [_within(c.received or latest, first, latest) for c in clients if c.has_answered]
    asked = _days_asked(clients, came)
    if not asked and not came:
        return ()
    end = _monday(latest)
    start = max(_monday(min([*asked, *came])), end - (_MOST_WEEKS - 1) * _WEEK)
    sent = Counter(max(_monday(day), start) for day in asked)
    received = Counter(max(_monday(day), start) for day in came)
    return tuple(_accumulated(start, end, sent, received))


def _all_asked(clients: Sequence[ClientProgress]) -> bool:
    """Whether the sheets must have gone out without the mail log."""
    answered = any(client.has_answered for client in clients)
    return answered and not any(client.asked for client in clients)


def _days_asked(clients: Sequence[ClientProgress], came: Sequence[date]) -> list[date]:
    """Return the day on which each of the asked was asked, at the latest that of its answer."""
    if _all_asked(clients):
        return [min(came)] * len(clients)
    answers = iter(came)
    days = []
    for client in clients:
        known = [client.asked, next(answers) if client.has_answered else None]
        days.append(min((day for day in known if day), default=None))
    return [day for day in days if day]


def _group(name: str, members: Sequence[ClientProgress], all_asked: bool) -> GroupResponses:
    return GroupResponses(
        group=name,
        clients=len(members),
        sent=len(members) if all_asked else sum(client.is_asked for client in members),
        received=sum(client.has_answered for client in members),
        ranked=sum(client.status.stage in _RANKED for client in members),
        overdue=sum(client.status.overdue > 0 for client in members),
    )


def _accumulated(
    start: date, end: date, sent: Counter[date], received: Counter[date]
) -> list[WeekResponses]:
    weeks = []
    asked = came = 0
    for number in range((end - start) // _WEEK + 1):
        monday = start + number * _WEEK
        asked += sent[monday]
        came += received[monday]
        weeks.append(WeekResponses(monday, sent[monday], received[monday], asked, came))
    return weeks


def _within(day: date, first: date | None, latest: date) -> date:
    """Return the day, as far as nobody answers before the first request or after today."""
    return min(max(day, first or day), latest)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _is_blank(group: str) -> bool:
    return not group
