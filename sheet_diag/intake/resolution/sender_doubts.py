"""Mark the returns whose mails may not be of their clients.

The outermost mail counts that is not of the firm itself: colleagues forward. A return that came in
no mail is not judged, nor is a content that the client sent, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.text.normalize import is_address_of


def mark_sender_doubts(
    read: Sequence[ReceivedFile], clients: ClientList | None, own: str
) -> list[ReceivedFile]:
    """Say of each return, in the same order, why its sender may not be the client.

    Without a client list nobody is unlisted; `own` is the mail address of the firm.
    """
    by_id = clients.by_id() if clients else {}
    doubts: dict[str, list[str]] = defaultdict(list)
    for each in read:
        if each.sheet and each.mail_senders:
            client = by_id.get((each.sheet.identity.client or "").casefold())
            doubts[each.sha256].append(_find_doubt(each, client, own))
    return [
        replace(each, sender_doubt=min(doubts[each.sha256])) if each.sha256 in doubts else each
        for each in read
    ]


def _find_doubt(received: ReceivedFile, client: ListedClient | None, own: str) -> str:
    """Why the sender of a file may not be its client, as a key of `problem.reason`."""
    if received.dmarc == "fail":
        return "sender_failed"
    senders = [e for e in received.mail_senders if not (e and is_address_of(e, (own,)))]
    is_listed = client is None or not senders or is_address_of(senders[0], client.addresses)
    return "" if is_listed else "sender_unlisted"
