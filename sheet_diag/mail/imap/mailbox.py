"""The firm's mailbox over IMAP: looked into, never changed.

TLS with a verified certificate or nothing; folders are opened for reading only (EXAMINE), and
messages are peeked at: what was unread stays unread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Final

from imap_tools.errors import ImapToolsError

from sheet_diag.mail.imap.connection import connect_imap
from sheet_diag.mail.imap.folder import Mailbox
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.settings import MailServer

_PAUSE: Final = 5  # seconds between two looks for copies


@contextmanager
def open_mailbox(server: MailServer, folder: str, access: MailCredential) -> Iterator[Mailbox]:
    """The folder, until it is left. Raises `MailboxError`, `AccessError`."""
    client = connect_imap(server, access)
    try:
        box = Mailbox(client, server)
        box.open_folder(folder)
        yield box
    finally:
        with suppress(ImapToolsError, client.client.error, OSError):
            client.logout()


def find_copies(
    server: MailServer,
    folder: str,
    access: MailCredential,
    message_ids: Sequence[str],
    *,
    wait: int,
    sleep: Callable[[float], object] = time.sleep,
) -> frozenset[str]:
    """Which of these Message-IDs are in the mailbox, looked for until all are found or `wait`
    seconds are over.

    A rule of the mailbox may have moved a copy, and some providers keep a mail to oneself only
    among the sent ones: the folder, the inbox, and the folders of sent mail, of spam and of
    everything are looked into. Raises `MailboxError`, `AccessError`.
    """
    missing, waited = dict.fromkeys(message_ids), 0.0
    with open_mailbox(server, folder, access) as box:
        places = box.folders_of_copies(folder)
        while True:
            for place in places:
                for found in box.find_messages(place, tuple(missing)):
                    del missing[found]
            if not missing or waited >= wait:
                return frozenset(each for each in message_ids if each not in missing)
            pause = min(_PAUSE, wait - waited)
            sleep(pause)
            waited += pause


def try_imap_login(server: MailServer, folder: str, access: MailCredential) -> None:
    """Log in, look whether the folder is there, and leave again. Raises `MailboxError`,
    `AccessError`."""
    with open_mailbox(server, folder, access):
        pass
