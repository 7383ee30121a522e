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

from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.send_attempt import COPY_PREFIX
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import CorrespondenceSettings

FindCopies = Callable[[Sequence[str]], frozenset[str]]


class UncertainAnswer(Enum):
    """What a person says of a mail: it was sent, it was not, it stays open."""

    SENT = auto()
    UNSENT = auto()
    LEAVE = auto()


@dataclass(frozen=True, slots=True)
class ResolvedMails:
    """What is known now, and what is still open (lines `sending`)."""

    sent: tuple[MailLogEntry, ...] = ()
    unsent: tuple[MailLogEntry, ...] = ()
    left: tuple[MailLogEntry, ...] = ()


def resolve_uncertain_mails(
    book: MailLog,
    settings: CorrespondenceSettings,
    find_copy: FindCopies | None,
    ask: Callable[[MailLogEntry], UncertainAnswer],
    *,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> ResolvedMails:
    """Find out and log it. `find_copy` tells which Message-IDs have arrived in the sender's
    mailbox, waiting for them a while (None: nobody can look); `ask` asks a person.

    Raises what `find_copy` does, `OSError`.
    """
    told = _search_copies(book, settings.sender, find_copy) if find_copy else {}
    sent, unsent, left = [], [], []
    for posted in book.uncertain():
        match told.get(posted.message_id) or ask(posted):
            case UncertainAnswer.SENT:
                sent.append(_log(book, posted, MailEvent.SENT, now()))
            case UncertainAnswer.UNSENT:
                unsent.append(_log(book, posted, MailEvent.UNSENT, now()))
            case UncertainAnswer.LEAVE:
                left.append(posted)
    return ResolvedMails(tuple(sent), tuple(unsent), tuple(left))


def _search_copies(book: MailLog, sender: str, find_copy: FindCopies) -> dict[str, UncertainAnswer]:
    """What the mailbox tells, by Message-ID; nothing where it cannot be relied upon."""
    copied = [posted.message_id for posted in book.uncertain() if _has_copy(posted, sender)]
    if not copied:
        return {}
    witness = _find_reference_mail(book, sender)
    found = find_copy([*copied, *([witness] if witness else [])])
    told = dict.fromkeys(copied, UncertainAnswer.UNSENT) if witness in found else {}
    return {**told, **{each: UncertainAnswer.SENT for each in copied if each in found}}


def _find_reference_mail(book: MailLog, sender: str) -> str:
    """The last mail that the server itself said it has taken, and of which there is a copy."""
    copied = {posted.message_id for posted in book.entries if _has_copy(posted, sender)}
    taken = (posted for posted in reversed(book.entries) if posted.event is MailEvent.SENT)
    sure = (posted.message_id for posted in taken if posted.text)
    return next((each for each in sure if each in copied), "")


def _has_copy(posted: MailLogEntry, sender: str) -> bool:
    return posted.event is MailEvent.SENDING and posted.text == f"{COPY_PREFIX}{sender}"


def _log(book: MailLog, posted: MailLogEntry, event: MailEvent, now: datetime) -> MailLogEntry:
    settled = replace(posted, time=now, event=event, text="")
    book.add(settled)
    return settled
