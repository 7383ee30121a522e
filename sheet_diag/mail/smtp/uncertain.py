"""What became of mails whose sending was cut off right before the server's answer.

With every mail goes a copy to its sender. Where that copy has come, the mail was taken; where it
has not, though the copy of the last mail that was taken for sure is there, it was not. In every
other case a person has to tell, and a mail that nobody tells of is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto

from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.mail.smtp.attempt import COPY_TO
from sheet_diag.model.mail import Event, Posted
from sheet_diag.model.settings import Correspondence

FindCopies = Callable[[Sequence[str]], frozenset[str]]


class Answer(Enum):
    """What a person says of a mail: it was sent, it was not, it stays open."""

    SENT = auto()
    UNSENT = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True)
class Settled:
    """What is known now, and what is still open (lines `sending`)."""

    sent: tuple[Posted, ...] = ()
    unsent: tuple[Posted, ...] = ()
    left: tuple[Posted, ...] = ()


def settle_uncertain(
    book: Postbook,
    settings: Correspondence,
    find_copy: FindCopies | None,
    ask: Callable[[Posted], Answer],
    *,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> Settled:
    """Find out and log it. `find_copy` tells which Message-IDs have arrived in the sender's
    mailbox, waiting for them a while (None: nobody can look); `ask` asks a person.

    Raises what `find_copy` does, `OSError`.
    """
    told = _seen(book, settings.sender, find_copy) if find_copy else {}
    sent, unsent, left = [], [], []
    for posted in book.uncertain():
        match told.get(posted.message_id) or ask(posted):
            case Answer.SENT:
                sent.append(_log(book, posted, Event.SENT, now()))
            case Answer.UNSENT:
                unsent.append(_log(book, posted, Event.UNSENT, now()))
            case Answer.LEAVE:
                left.append(posted)
    return Settled(tuple(sent), tuple(unsent), tuple(left))


def _seen(book: Postbook, sender: str, find_copy: FindCopies) -> dict[str, Answer]:
    """What the mailbox tells, by Message-ID; nothing where it cannot be relied upon."""
    copied = [posted.message_id for posted in book.uncertain() if _has_copy(posted, sender)]
    if not copied:
        return {}
    witness = _witness(book, sender)
    found = find_copy([*copied, *([witness] if witness else [])])
    told = dict.fromkeys(copied, Answer.UNSENT) if witness in found else {}
    return {**told, **{each: Answer.SENT for each in copied if each in found}}


def _witness(book: Postbook, sender: str) -> str:
    """The last mail that the server itself said it has taken, and of which there is a copy."""
    copied = {posted.message_id for posted in book.posted if _has_copy(posted, sender)}
    taken = (posted for posted in reversed(book.posted) if posted.event is Event.SENT)
    sure = (posted.message_id for posted in taken if posted.text)
    return next((each for each in sure if each in copied), "")


def _has_copy(posted: Posted, sender: str) -> bool:
    return posted.event is Event.SENDING and posted.text == f"{COPY_TO}{sender}"


def _log(book: Postbook, posted: Posted, event: Event, now: datetime) -> Posted:
    settled = replace(posted, time=now, event=event, text="")
    book.add(settled)
    return settled
