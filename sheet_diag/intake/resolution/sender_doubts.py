"""Mark the returns whose mails may not be of their clients, and tell what they replace.

The outermost mail counts that is not of the firm itself: colleagues forward. A return that came in
no mail is not judged, nor is a content that the client sent, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from sheet_diag.intake.resolution.candidates import Candidate
from sheet_diag.intake.resolution.choice import ChoiceReason, SupersededReturn
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.text.normalize import is_address_of
from sheet_diag.text.wording import join_first


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


def find_sender_problems(
    one: Candidate, superseded: Sequence[SupersededReturn]
) -> Iterator[Problem]:
    """Name the returns of the client that one from a doubtful sender counts instead of."""
    received = one.received
    others = sorted(
        each.old.label
        for each in superseded
        if each.reason is not ChoiceReason.SELECTED
        and not _are_of_one_stranger(each.old.received, received)
    )
    if received.sender_doubt and others:
        details = (("reason", received.sender_doubt), ("files", join_first(others)))
        senders = join_first([each or "-" for each in received.mail_senders])
        yield Problem(ProblemCode.SENDER_UNPROVEN, value=senders, details=details)


def _find_doubt(received: ReceivedFile, client: ListedClient | None, own: str) -> str:
    """Why the sender of a file may not be its client, as a key of `problem.reason`."""
    if received.dmarc == "fail":
        return "sender_failed"
    senders = [e for e in received.mail_senders if not (e and is_address_of(e, (own,)))]
    is_listed = client is None or not senders or is_address_of(senders[0], client.addresses)
    return "" if is_listed else "sender_unlisted"


def _are_of_one_stranger(one: ReceivedFile, other: ReceivedFile) -> bool:
    """Whether both came from the same address, by the same ways, that is not the client's."""
    doubts, senders = {one.sender_doubt, other.sender_doubt}, one.mail_senders
    return doubts == {"sender_unlisted"} and all(senders) and senders == other.mail_senders
