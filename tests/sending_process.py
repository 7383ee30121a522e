"""What `--send` does, as a process that a test may kill: settle what is open, send what is not out.

The mailbox that copies arrive in is a folder. Where the environment says so, the process kills
itself at a moment that nobody outside could hit: no cleaning up, no handler, as a power cut does.
"""

from __future__ import annotations

import json
import os
import signal
import smtplib
import sys
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.mail.smtp.delivery import send_mails
from sheet_diag.mail.smtp.send_attempt import FinalMail, UncertainAnswer, resolve_uncertain_mails
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import ConnectionSecurity, CorrespondenceSettings, MailServer
from tests.final_mails import SENDER, make_mail, make_message
from tests.mailservers import HOST, PASSWORD, USER

MOMENT = "SENDING_PROCESS_DIES"
MOMENTS = (
    "before sending is logged",
    "while sending is logged",
    "after sending is logged",
    "after the end went out",
    "before sent is logged",
    "while sent is logged",
    "after sent is logged",
)


def main(folder: Path, port: int, count: int) -> None:
    """Send so many mails, whatever has happened so far."""
    server = MailServer(HOST, port, ConnectionSecurity.TLS, USER, folder / "authority.pem")
    settings = CorrespondenceSettings(sender=SENDER, smtp=server, per_minute=60_000)
    mailbox = folder / "mailbox"

    def find_copy(ids: Sequence[str]) -> frozenset[str]:
        return frozenset(ids) & arrived_ids(mailbox)

    def ask(posted: MailLogEntry) -> UncertainAnswer:
        """A person who looks into the mailbox."""
        return (
            UncertainAnswer.SENT
            if posted.message_id in arrived_ids(mailbox)
            else UncertainAnswer.UNSENT
        )

    with MailLog.open(folder / MAIL_LOG_NAME) as book:
        before = len(book.entries)
        resolve_uncertain_mails(book, settings, find_copy, ask)
        events = [entry.event for entry in book.entries[before:]]
        counts = [events.count(MailEvent.SENT), events.count(MailEvent.UNSENT)]
        sys.stdout.write(json.dumps(counts))
        sys.stdout.flush()
        if moment := os.environ.get(MOMENT):
            _die_at(moment, make_mail(count // 2).client.id)
        report = send_mails(_mails(book, count), book, settings, PASSWORD)
        sys.exit(0 if not report.uncertain and not report.stopped else 3)


def arrived_ids(mailbox: Path) -> frozenset[str]:
    """The Message-IDs of the copies."""
    return frozenset(path.read_text(encoding="utf-8") for path in mailbox.glob("*.id"))


def _mails(book: MailLog, count: int) -> Iterator[FinalMail]:
    for number in range(count):
        yield make_message(number, attempt=book.state(make_mail(number).key).attempts)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(moment: str, client: str) -> None:
    """Die at that moment of the mail to that client."""
    add = MailLog.add

    def dying(book: MailLog, posted: MailLogEntry) -> None:
        when, _, what = moment.partition(" ")
        if posted.client != client or what != f"{posted.event.value} is logged":
            add(book, posted)
            if (
                posted.client == client
                and moment == MOMENTS[3]
                and posted.event is MailEvent.SENDING
            ):
                _replace(smtplib.SMTP, "getreply", lambda _: _die())
            return
        if when == "before":
            _die()
        if when == "while":
            _tear(book)
        add(book, posted)
        _die()

    _replace(MailLog, "add", dying)


def _tear(book: MailLog) -> None:
    """Let half of the next line reach the disk."""
    file: Any = book._file
    assert isinstance(file, FileIO)

    class Torn:
        def write(self, line: bytes) -> int:
            file.write(line[: len(line) // 2])
            _die()
            return 0

        def fileno(self) -> int:
            return int(file.fileno())

    book._file = Torn()  # type: ignore[assignment]


def _replace(owner: type, name: str, new: Callable[..., object]) -> None:
    setattr(owner, name, new)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
