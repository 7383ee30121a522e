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

    standing: ClientStatus
    received: date | None

    @property
    def has_answered(self) -> bool:
        """Whether something came back, good or bad."""
        return self.standing.stage in _ANSWERED

    @property
    def is_asked(self) -> bool:
        """Whether the client is known to have been asked."""
        return self.standing.stage is not Stage.UNSENT

    @property
    def asked(self) -> date | None:
        """The day on which the client was asked first (None: unknown)."""
        return self.standing.sent or self.standing.reminded


def count_groups(courses: Sequence[ClientProgress]) -> tuple[GroupResponses, ...]:
    """Count each group, in order of its first client; those without one at the end."""
    names = dict.fromkeys(course.standing.client.group for course in courses)
    by_group: dict[str, list[ClientProgress]] = {name: [] for name in sorted(names, key=_is_blank)}
    for course in courses:
        by_group[course.standing.client.group].append(course)
    all_asked = _all_asked(courses)
    return tuple(_group(name, members, all_asked) for name, members in by_group.items())


def count_weeks(courses: Sequence[ClientProgress], as_of: date) -> tuple[WeekResponses, ...]:
    """Count every week from the first request or answer to the day; none without either."""
    known = [course.asked for course in courses]
    first = min((day for day in known if day), default=None)
    latest = max([as_of, *(day for day in known if day)])
    came = [_within(c.received or latest, first, latest) for c in courses if c.has_answered]
    asked = _days_asked(courses, came)
    if not asked and not came:
        return ()
    end = _monday(latest)
    start = max(_monday(min([*asked, *came])), end - (_MOST_WEEKS - 1) * _WEEK)
    sent = Counter(max(_monday(day), start) for day in asked)
    received = Counter(max(_monday(day), start) for day in came)
    return tuple(_accumulated(start, end, sent, received))


def _all_asked(courses: Sequence[ClientProgress]) -> bool:
    """Whether the sheets must have gone out without the mail log."""
    answered = any(course.has_answered for course in courses)
    return answered and not any(course.asked for course in courses)


def _days_asked(courses: Sequence[ClientProgress], came: Sequence[date]) -> list[date]:
    """Return the day on which each of the asked was asked, at the latest that of its answer."""
    if _all_asked(courses):
        return [min(came)] * len(courses)
    answers = iter(came)
    days = []
    for course in courses:
        known = [course.asked, next(answers) if course.has_answered else None]
        days.append(min((day for day in known if day), default=None))
    return [day for day in days if day]


def _group(name: str, members: Sequence[ClientProgress], all_asked: bool) -> GroupResponses:
    return GroupResponses(
        group=name,
        clients=len(members),
        sent=len(members) if all_asked else sum(course.is_asked for course in members),
        received=sum(course.has_answered for course in members),
        ranked=sum(course.standing.stage in _RANKED for course in members),
        overdue=sum(course.standing.overdue > 0 for course in members),
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
