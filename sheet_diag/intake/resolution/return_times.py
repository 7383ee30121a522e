"""Order the returns of a client by their times, like with like.

There are three kinds of times, the surest first: when the mail that brought it was sent, when its
workbook was last changed, and the time of its file. Two returns are ordered by the first kind
that both have. What is missing is not old, and what lies in the future is not believed. Mails and
workbooks must agree. The time of a file is that of a download or a copy as often as not, so it
orders what nothing else does, and contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.model.returns import ReceivedFile

_NANO: Final = 10**9
_DAY: Final = 24 * 3600
# Archives and disks write 1970 or the first day of 1980 where they know no time.
_EARLIEST: Final = int(datetime(1980, 1, 3, tzinfo=UTC).timestamp())
# Files that were copied or unpacked together differ by seconds.
_COPYING: Final = 60
# A workbook may tell the time of its own place (.ods): two places are up to so far apart.
_ZONES: Final = 14 * 3600


class TimeReason(StrEnum):
    """Why one return is newer, or why neither is; the words are `problem.reason.…`."""

    MAILED = "mailed"
    MODIFIED = "modified"
    MODIFIED_ONLY = "modified_only"  # the times of the files say the opposite
    FILE_TIME = "file_time"
    OPPOSED = "opposed"
    UNTIMED = "untimed"


@dataclass(frozen=True, slots=True)
class ReturnTimes:
    """The times of a return in seconds since 1970; 0: unknown, or not to be believed.

    `is_local`: that of the workbook is told without its zone.
    """

    mail: int = 0
    workbook: int = 0
    file: int = 0
    is_local: bool = False

    @classmethod
    def of(cls, received: ReceivedFile, now: datetime) -> ReturnTimes:
        """Collect the times of a return that can be believed."""
        latest = int(now.timestamp()) + _DAY
        workbook, is_local = _parse_time(received.modified)
        times = (received.mail_time, workbook, received.file_time // _NANO)
        mail, workbook, file = (each if _EARLIEST < each <= latest else 0 for each in times)
        return cls(mail, workbook, file, is_local)

    @classmethod
    def newest(cls, times: Iterable[ReturnTimes]) -> ReturnTimes:
        """Collect the newest time of each kind."""
        found = list(times)
        workbook = max(found, key=lambda each: each.workbook)
        mail, file = max(each.mail for each in found), max(each.file for each in found)
        return cls(mail, workbook.workbook, file, workbook.is_local)

    @property
    def likely(self) -> int:
        """The time that says most, whatever kind it is of."""
        return self.mail or self.workbook or self.file


def compare_times(one: ReturnTimes, other: ReturnTimes) -> tuple[int, TimeReason]:
    """Compare two returns: positive where the first is newer, 0 where it cannot be told."""
    mail = _compare(one.mail, other.mail, 0)
    zones = _ZONES if one.is_local != other.is_local else 0
    workbook = _compare(one.workbook, other.workbook, zones)
    file = _compare(one.file, other.file, _COPYING)
    if mail * workbook < 0:
        return 0, TimeReason.OPPOSED
    if mail:
        return mail, TimeReason.MAILED
    if workbook:
        is_opposed = workbook * file < 0
        return workbook, TimeReason.MODIFIED_ONLY if is_opposed else TimeReason.MODIFIED
    return (file, TimeReason.FILE_TIME) if file else (0, TimeReason.UNTIMED)


def _compare(one: int, other: int, least: int) -> int:
    """Compare two times that must be more than `least` seconds apart; 0 where they are not."""
    if not (one and other) or abs(one - other) <= least:
        return 0
    return 1 if one > other else -1


def _parse_time(text: str) -> tuple[int, bool]:
    """Read a workbook's time in seconds since 1970, and whether its zone is missing.

    The one that our blank sheet has was left by a program that notes no changes.
    """
    try:
        time = datetime.fromisoformat(text)
        is_local = time.tzinfo is None
        time = time.replace(tzinfo=UTC) if is_local else time
        is_ours = time.replace(tzinfo=None) == datetime.combine(FIXED_CREATED, datetime.min.time())
        return 0 if is_ours else int(time.timestamp()), is_local
    except (ValueError, OverflowError):
        return 0, False
