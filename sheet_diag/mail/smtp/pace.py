"""How fast mails follow each other, and how Ctrl-C is answered meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

_MINUTE: Final = timedelta(minutes=1)
_SLICE: Final = 0.25  # seconds after which a pause looks whether it is still wanted


class SendPace:
    """So many mails a minute, evenly spaced. `is_stopped` once somebody has pressed Ctrl-C."""

    def __init__(
        self, per_minute: int, now: Callable[[], datetime], sleep: Callable[[float], None]
    ) -> None:
        self._space = _MINUTE / per_minute
        self._now = now
        self._sleep = sleep
        self._last: datetime | None = None
        self.is_stopped = False

    def answer(self, _signal: int, _frame: FrameType | None) -> None:
        """Answer Ctrl-C: the mail at hand is finished, unless somebody insists."""
        if self.is_stopped:
            raise KeyboardInterrupt
        self.is_stopped = True

    def wait_for_turn(self) -> None:
        """Wait until the next mail may go out."""
        if self._last:
            waited = max(self._now() - self._last, timedelta())  # a clock may be set back
            self.pause((self._space - waited).total_seconds())
        self._last = self._now()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than wanted."""
        while seconds > 0 and not self.is_stopped:
            self._sleep(min(seconds, _SLICE))
            seconds -= _SLICE
