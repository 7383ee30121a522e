"""Collecting may be killed or lose its connection at any moment: no mail is lost, none comes twice.

A process of its own is ended by the system at a random moment, or its connection is cut.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import sys
import threading
from collections import Counter
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from sheet_diag.mail.imap.mailbox import Mailbox, open_mailbox
from sheet_diag.mail.inbox.results import CollectResult, MailOutcome
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail import MailEvent
from tests.dovecot import PASSWORD, Dovecot
from tests.mailservers import Authority
from tests.test_collecting import Office

COUNT = 40
ENDS = 30
LONGEST = 0.15  # seconds; collecting all of them takes longer
pytestmark = [
    pytest.mark.slow("a process that is ended thirty times"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are not copied on Windows"),
]


def make_mail(number: int) -> bytes:
    """One of many: every fourth has the id of the one before it, every fifth has none."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "taro@mihon.example"
    mail["Subject"] = "回答"
    mail["Message-ID"] = f"<{number - (number % 4 == 3)}@mihon.example>"
    mail.set_content(f"{number}")
    mail.add_attachment(f"名,{number}\n".encode() * (200 + number), "text", "csv", filename="a.csv")
    content = mail.as_bytes()
    return (
        content.replace(f"<{number}@mihon.example>".encode(), b"<>") if number % 5 == 0 else content
    )


def cut_later(box: Mailbox, seconds: float) -> None:
    """Cut the line under a connection after a while."""
    line = socket.socket(fileno=os.dup(box._client.client.sock.fileno()))
    timer = threading.Timer(seconds, line.shutdown, [socket.SHUT_RDWR])
    timer.daemon = True
    timer.start()


def collect(office: Office, cut: float = 0) -> CollectResult:
    with (
        MailLog.open(office.log) as log,
        open_mailbox(office.server.settings(), "INBOX", PASSWORD) as box,
    ):
        if cut:
            cut_later(box, cut)
        return office.collect_from(box, log)


def collect_until(office: Office, seconds: float, *, kill: bool) -> bool:
    """Collect in a copy of this process, for so long. Tell whether it was ended before it was
    through."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds if kill else 60)
        found = collect(office, 0 if kill else seconds)
        os._exit(1 if found.stopped else 0)
    return os.waitpid(child, 0)[1] != 0


@pytest.mark.usefixtures("tasks_here")
def test_forty_mails_are_collected_once_though_ended_thirty_times(tmp_path: Path) -> None:
    chance = random.Random(20261130)
    with Dovecot(Authority(tmp_path)) as server:
        mails = [make_mail(number) for number in range(COUNT)]
        server.put(*mails)
        office = Office(tmp_path, server)
        ended = 0
        for number in range(ENDS):
            ended += collect_until(office, chance.uniform(0.01, LONGEST), kill=number % 2 == 0)
        found, again = collect(office), collect(office)
    assert ended >= ENDS // 6, "it was hardly ever in the middle"
    assert found.stopped is None
    assert Counter(office.files.values()) == Counter(mails)
    lines = [each for each in office.posted if each.event is MailEvent.COLLECTED]
    assert Counter(each.file for each in lines) == dict.fromkeys(office.files, 1)
    assert again.counts == {MailOutcome.KNOWN: COUNT}
