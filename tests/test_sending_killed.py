"""A process that sends may be killed at any moment: each client gets each mail exactly once.

A real process is killed with SIGKILL while it speaks with a real server.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from tests.final_mails import SENDER, make_mail
from tests.mailservers import AcceptedMail, Authority, SmtpServer
from tests.sending_process import MOMENT, MOMENTS

ROOT = Path(__file__).parents[1]
COUNT = 12
KILLS = 10
pytestmark = [
    pytest.mark.slow("processes that are killed and started again"),
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows"),
]


@pytest.fixture
def smtpd(tmp_path: Path) -> Iterator[SmtpServer]:
    """A server that puts the sender's copies into its mailbox, which is a folder."""
    mailbox = tmp_path / "mailbox"
    mailbox.mkdir()

    def deliver(accepted: AcceptedMail) -> None:
        if SENDER in accepted.recipients:
            name = f"{len(list(mailbox.iterdir()))}.id"
            (mailbox / name).write_text(accepted.message_id, encoding="utf-8")

    with SmtpServer(Authority(tmp_path)) as server:
        server.deliver = deliver
        yield server


def start(smtpd: SmtpServer, folder: Path, moment: str = "") -> subprocess.Popen[str]:
    words = [str(folder), str(smtpd.port), str(COUNT)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sending_process", *words],
        cwd=ROOT,
        env={**os.environ, MOMENT: moment},
        stdout=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], smtpd: SmtpServer) -> tuple[int, str]:
    """How it ended, and what it said; the server has seen the end of it, too."""
    said, _ = process.communicate(timeout=120)
    end = time.monotonic() + 120
    while not smtpd.is_idle:
        assert time.monotonic() < end, "the server is still busy"
        time.sleep(0.01)
    return process.returncode, said.strip()


def require_each_once(smtpd: SmtpServer, folder: Path) -> None:
    """Each client has its mail, nobody has two, and the log says so."""
    clients = [make_mail(number).client for number in range(COUNT)]
    got = Counter(each.recipients for each in smtpd.accepted)
    assert got == {(*client.addresses, SENDER): 1 for client in clients}
    book = MailLog.read(folder / MAIL_LOG_NAME)
    assert all(book.state(make_mail(number).key).is_done for number in range(COUNT))
    assert book.uncertain() == ()


def test_mails_are_sent_once_though_killed_ten_times(smtpd: SmtpServer, tmp_path: Path) -> None:
    chance, left = random.Random(20261126), 0
    process: subprocess.Popen[str]

    async def moment(_name: str) -> None:
        """Count down to the kill, which comes a little later; meanwhile dawdle."""
        nonlocal left
        left -= 1
        if left == 0:
            threading.Timer(chance.uniform(0, 0.02), process.kill).start()
        await asyncio.sleep(chance.uniform(0, 0.02))

    smtpd.moment = moment
    for _ in range(KILLS):
        left = chance.randint(1, 8)  # a mail has five moments
        process = start(smtpd, tmp_path)
        assert ended(process, smtpd)[0] == -signal.SIGKILL, "nothing was left to send"
    process = start(smtpd, tmp_path)
    assert ended(process, smtpd)[0] == 0
    require_each_once(smtpd, tmp_path)


SENT, UNSENT, CLEAR = "[1, 0]", "[0, 1]", "[0, 0]"  # what the next start settles
SETTLED = dict(zip(MOMENTS, [CLEAR, CLEAR, UNSENT, SENT, SENT, SENT, CLEAR], strict=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_mails_are_sent_once_though_killed_at_any_step(
    smtpd: SmtpServer, tmp_path: Path, moment: str
) -> None:
    async def dawdle(name: str) -> None:
        if name == "data":
            await asyncio.sleep(0.05)  # killed while the server has not answered yet

    smtpd.moment = dawdle
    assert ended(start(smtpd, tmp_path, moment), smtpd) == (-signal.SIGKILL, CLEAR)
    assert ended(start(smtpd, tmp_path), smtpd) == (0, SETTLED[moment])
    require_each_once(smtpd, tmp_path)


def test_mails_are_sent_once_though_killed_at_the_first(smtpd: SmtpServer, tmp_path: Path) -> None:
    async def kill(name: str) -> None:
        if name == "reply":
            smtpd.moment = still
            process.kill()

    async def still(_name: str) -> None:
        """No more kills."""

    smtpd.moment = kill
    process = start(smtpd, tmp_path)
    assert ended(process, smtpd)[0] == -signal.SIGKILL
    assert ended(start(smtpd, tmp_path), smtpd) == (0, SENT)
    require_each_once(smtpd, tmp_path)
