"""Finds out what became of mails whose sending was cut off right before the server's answer.

Every mail has a copy for its sender. Where the copy has come, the mail was taken. Where it has not,
though the copy of the last mail that was surely taken is there, the mail was not taken. In every
other case a person has to say; a mail that nobody says anything about is not sent again by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.smtp.send_attempt import COPY_PREFIX
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import CorrespondenceSettings

FindCopies = Callable[[Sequence[str]], frozenset[str]]


class UncertainAnswer(Enum):
    """What a person says of a mail: it was sent, it was not, it stays uncertain."""

    SENT = auto()
    UNSENT = auto()
    LEAVE = auto()


def resolve_uncertain_mails(
    book: MailLog,
    settings: CorrespondenceSettings,
    find_copy: FindCopies | None,
    ask: Callable[[MailLogEntry], UncertainAnswer],
    *,
    now: Callable[[], datetime] = lambda: datetime.now().astimezone(),
) -> None:
    """Find out what became of the uncertain mails, and log it.

    `find_copy` waits a while for Message-IDs in the sender's mailbox and returns those that have
    arrived (None: nobody can look); `ask` asks a person. Raises what `find_copy` does, `OSError`.
    """
    known = _search_copies(book, settings.sender, find_copy) if find_copy else {}
    for entry in book.uncertain():
        match known.get(entry.message_id) or ask(entry):
            case UncertainAnswer.SENT:
                book.add(replace(entry, time=now(), event=MailEvent.SENT, text=""))
            case UncertainAnswer.UNSENT:
                book.add(replace(entry, time=now(), event=MailEvent.UNSENT, text=""))
            case UncertainAnswer.LEAVE:
                pass


def _search_copies(book: MailLog, sender: str, find_copy: FindCopies) -> dict[str, UncertainAnswer]:
    """Conclude from the mailbox, by Message-ID; nothing where it cannot be relied upon."""
    copied = [entry.message_id for entry in book.uncertain() if _has_copy(entry, sender)]
    if not copied:
        return {}
    reference = _find_reference_mail(book, sender)
    found = find_copy([*copied, *([reference] if reference else [])])
    known = dict.fromkeys(copied, UncertainAnswer.UNSENT) if reference in found else {}
    return {**known, **{each: UncertainAnswer.SENT for each in copied if each in found}}


def _find_reference_mail(book: MailLog, sender: str) -> str:
    """Find the last mail that the server itself said it has taken, and that has a copy."""
    copied = {entry.message_id for entry in book.entries if _has_copy(entry, sender)}
    taken = (entry for entry in reversed(book.entries) if entry.event is MailEvent.SENT)
    confirmed = (entry.message_id for entry in taken if entry.text)
    return next((each for each in confirmed if each in copied), "")


def _has_copy(entry: MailLogEntry, sender: str) -> bool:
    return entry.event is MailEvent.SENDING and entry.text == f"{COPY_PREFIX}{sender}"
