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

from sheet_diag.mail.log.mail_log import FILE_NAME, Postbook
from sheet_diag.mail.smtp.delivery import send_all
from sheet_diag.mail.smtp.records import Outgoing
from sheet_diag.mail.smtp.uncertain import Answer, settle_uncertain
from sheet_diag.model.mail import Event, Posted
from sheet_diag.model.settings import Correspondence, MailServer, Security
from tests.mailservers import HOST, PASSWORD, USER
from tests.outgoing import SENDER, mail, parcel

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
    server = MailServer(HOST, port, Security.TLS, USER, folder / "authority.pem")
    settings = Correspondence(sender=SENDER, smtp=server, per_minute=60_000)
    mailbox = folder / "mailbox"

    def find_copy(ids: Sequence[str]) -> frozenset[str]:
        return frozenset(ids) & arrived(mailbox)

    def ask(posted: Posted) -> Answer:
        """A person who looks into the mailbox."""
        return Answer.SENT if posted.message_id in arrived(mailbox) else Answer.UNSENT

    with Postbook.open(folder / FILE_NAME) as book:
        settled = settle_uncertain(book, settings, find_copy, ask)
        sys.stdout.write(json.dumps([len(settled.sent), len(settled.unsent)]))
        sys.stdout.flush()
        if moment := os.environ.get(MOMENT):
            _die_at(moment, parcel(count // 2).client.id)
        report = send_all(_mails(book, count), book, settings, PASSWORD)
        sys.exit(0 if not report.uncertain and not report.stopped else 3)


def arrived(mailbox: Path) -> frozenset[str]:
    """The Message-IDs of the copies."""
    return frozenset(path.read_text(encoding="utf-8") for path in mailbox.glob("*.id"))


def _mails(book: Postbook, count: int) -> Iterator[Outgoing]:
    for number in range(count):
        yield mail(number, attempt=book.attempts(parcel(number).key))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at(moment: str, client: str) -> None:
    """Die at that moment of the mail to that client."""
    add = Postbook.add

    def dying(book: Postbook, posted: Posted) -> None:
        when, _, what = moment.partition(" ")
        if posted.client != client or what != f"{posted.event.value} is logged":
            add(book, posted)
            if posted.client == client and moment == MOMENTS[3] and posted.event is Event.SENDING:
                _replace(smtplib.SMTP, "getreply", lambda _: _die())
            return
        if when == "before":
            _die()
        if when == "while":
            _tear(book)
        add(book, posted)
        _die()

    _replace(Postbook, "add", dying)


def _tear(book: Postbook) -> None:
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
