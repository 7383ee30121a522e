"""One mail, once over the line: what the server says of it, in the log and as an outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Final

from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.mail.smtp.records import Outgoing
from sheet_diag.mail.smtp.replies import Reply
from sheet_diag.mail.smtp.session import Envelope, Session, SetbackError, VanishedError
from sheet_diag.model.mail import Event, Posted
from sheet_diag.model.settings import Correspondence
from sheet_diag.storage.report_passwords.fingerprints import seal_of

# How a line `sending` tells in its text that the sender gets a copy.
COPY_TO: Final = "Bcc: "


class Ending(Enum):
    """How an attempt ended: for good, refused for good by no fault of the addresses, to be tried
    again, or nobody knows."""

    OVER = auto()
    REFUSED = auto()
    AGAIN = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt led to; `lines` are those of the log, `text` is what the server said."""

    ending: Ending
    lines: tuple[Posted, ...] = ()
    text: str = ""


class Attempt:
    """A mail on its way to these addresses of its client."""

    def __init__(
        self,
        mail: Outgoing,
        addresses: tuple[str, ...],
        book: Postbook,
        settings: Correspondence,
        now: Callable[[], datetime],
    ) -> None:
        self._mail = mail
        self._addresses = addresses
        self._book = book
        self._settings = settings
        self._now = now
        self._lines: list[Posted] = []
        self._seal = seal_of(mail.parcel)

    def over(self, session: Session) -> Outcome:
        """Send it. Raises what `Session.send` does for other reasons than a bad moment, and
        `OSError` where the log cannot be written."""
        try:
            verdict = session.send(self._envelope(), self._mail.content, self._about_to_end)
        except SetbackError as error:
            return self._outcome(Ending.AGAIN, error.text)
        except VanishedError:
            return self._outcome(Ending.UNKNOWN)
        if verdict.reply is None:
            return self._turned_down(verdict.rejected)
        return self._answered(verdict.reply, self._accepted(verdict.rejected))

    def deferred(self, text: str) -> tuple[Posted, ...]:
        """The lines, with one that it was not taken this time."""
        if not any(line.event is Event.DEFERRED for line in self._lines):
            self._log(Event.DEFERRED, self._addresses, text)
        return tuple(self._lines)

    def _envelope(self) -> Envelope:
        sender = self._settings.sender
        among = sender.casefold() in {each.casefold() for each in self._addresses}
        copy = sender if self._settings.copies and not among else ""
        return Envelope(sender, self._addresses, copy)

    def _accepted(self, rejected: Mapping[str, Reply]) -> tuple[str, ...]:
        return tuple(each for each in self._addresses if each not in rejected)

    def _about_to_end(self, rejected: Mapping[str, Reply]) -> None:
        self._log_rejected(rejected)
        copy = f"{COPY_TO}{self._settings.sender}" if self._settings.copies else ""
        self._log(Event.SENDING, self._accepted(rejected), copy)

    def _answered(self, reply: Reply, addresses: tuple[str, ...]) -> Outcome:
        """The server has the whole mail and takes it or not."""
        at_fault = reply.blames_address(asked_for=False)
        if reply.is_yes:
            self._log(Event.SENT, addresses, str(reply))
            return self._outcome(Ending.OVER)
        if reply.is_no:
            self._log(Event.REFUSED, addresses if at_fault else (), str(reply))
            return self._outcome(Ending.OVER if at_fault else Ending.REFUSED, str(reply))
        self._log(Event.DEFERRED, addresses, str(reply))
        return self._outcome(Ending.OVER if at_fault else Ending.AGAIN, str(reply))

    def _turned_down(self, rejected: Mapping[str, Reply]) -> Outcome:
        """Nobody may have it. Where the server blames itself, it is asked again."""
        strange = [each for each in rejected.values() if not each.blames_address(asked_for=True)]
        if passing := [each for each in strange if not each.is_no]:
            return self._outcome(Ending.AGAIN, str(passing[0]))
        self._log_rejected(rejected)
        if len(strange) == len(rejected):
            return self._outcome(Ending.REFUSED, str(strange[0]))
        return self._outcome(Ending.OVER)

    def _log_rejected(self, rejected: Mapping[str, Reply]) -> None:
        """A line for each kind of no: by the address, by the server, for now."""
        blamed = {k: v for k, v in rejected.items() if v.blames_address(asked_for=True) and v.is_no}
        passing = {k: v for k, v in rejected.items() if not v.is_no}
        others = {k: v for k, v in rejected.items() if k not in blamed and k not in passing}
        if others:
            self._log(Event.REFUSED, (), _words(others))
        if blamed:
            self._log(Event.REFUSED, blamed, _words(blamed))
        if passing:
            self._log(Event.DEFERRED, passing, _words(passing))

    def _log(self, event: Event, addresses: Iterable[str], text: str) -> None:
        parcel = self._mail.parcel
        posted = Posted(
            time=self._now(),
            event=event,
            client=parcel.client.id,
            kind=parcel.kind,
            about=parcel.about,
            message_id=self._mail.message_id,
            addresses=tuple(addresses),
            file=parcel.file_names,
            text=text,
            seal=self._seal,
            due=parcel.due,
            edition=parcel.edition,
        )
        self._book.add(posted)
        self._lines.append(posted)

    def _outcome(self, ending: Ending, text: str = "") -> Outcome:
        return Outcome(ending, tuple(self._lines), text)


def _words(rejected: Mapping[str, Reply]) -> str:
    """What the server said, of each address where there are several."""
    if len(rejected) == 1:
        return str(*rejected.values())
    return " / ".join(f"{address}: {reply}" for address, reply in rejected.items())
