"""Whose mail it is: by the sheet first, by the sender second, by what it answers third. Pure.

Never changes what stands in a return; where the three disagree, a person is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheet_diag.intake.containers.mail_headers import clean_line
from sheet_diag.mail.inbox.headers import MessageHeaders
from sheet_diag.mail.inbox.records import CollectWarning, MatchBasis
from sheet_diag.model.client_list import ClientList, ListedClient, find_client_by_address
from sheet_diag.model.mail import MailLogEntry


@dataclass(frozen=True, slots=True)
class ClientMatch:
    """Whose mail it is (None: nobody knows), what told it, and what speaks against it."""

    client: ListedClient | None
    how: MatchBasis
    warnings: tuple[CollectWarning, ...] = ()


class ClientMatcher:
    """Knows the clients and the mails that they were sent (by Message-ID)."""

    def __init__(self, clients: ClientList, sent: Mapping[str, MailLogEntry]) -> None:
        self._by_id = clients.by_id()
        self._by_address = clients.by_address()
        self._sent = sent

    def sender(self, note: MessageHeaders) -> ListedClient | None:
        """The client that one of the sender's addresses is listed for."""
        return find_client_by_address(note.senders, self._by_address)

    def answered(self, note: MessageHeaders) -> ListedClient | None:
        """The client whose mail of ours it answers; the nearest one counts."""
        mails = (self._sent.get(each) for each in (note.thread[:1] + note.thread[::-1]))
        return _first(self._by_id.get(mail.client.casefold()) for mail in mails if mail)

    def of_note(self, note: MessageHeaders) -> ListedClient | None:
        """The client, told without any sheet."""
        return self.sender(note) or self.answered(note)

    def matches(self, note: MessageHeaders, ids: Sequence[str]) -> list[ClientMatch]:
        """One match a client whose sheet it brings; by its head where no sheet tells."""
        found = (self._by_id.get(each.casefold()) for each in ids)
        listed = list({each.id: each for each in found if each}.values())
        strange = [
            _create_warning("collect.doubt.unlisted", id=clean_line(each))
            for each in ids
            if each.casefold() not in self._by_id
        ]
        if not listed:
            return [self._by_head(note, strange)]
        if len(listed) > 1:
            named = ", ".join(each.id for each in listed)
            strange.append(_create_warning("collect.doubt.several", clients=named))
        return [
            ClientMatch(client, "sheet", (*strange, *self._doubts(note, client)))
            for client in listed
        ]

    def _by_head(self, note: MessageHeaders, strange: Sequence[CollectWarning]) -> ClientMatch:
        sender, answered = self.sender(note), self.answered(note)
        if sender and answered and sender is not answered:
            parts = {
                "sender": note.sender,
                "client": _format_client(sender),
                "other": _format_client(answered),
            }
            return ClientMatch(
                sender, "sender", (*strange, _create_warning("collect.doubt.thread", **parts))
            )
        if sender:
            return ClientMatch(sender, "sender", tuple(strange))
        return ClientMatch(answered, "thread" if answered else "", tuple(strange))

    def _doubts(self, note: MessageHeaders, client: ListedClient) -> Iterator[CollectWarning]:
        """What the head says against the sheet."""
        sender, answered = self.sender(note), self.answered(note)
        parts = {"client": _format_client(client), "sender": note.sender}
        if sender and sender is not client:
            yield _create_warning(
                "collect.doubt.other_sender", **parts, other=_format_client(sender)
            )
        elif sender is None and note.sender and not _shares_domain(note.sender, client):
            yield _create_warning("collect.doubt.unknown_domain", **parts)
        if answered and answered is not client and answered is not sender:
            other = {"client": _format_client(client), "other": _format_client(answered)}
            yield _create_warning("collect.doubt.other_thread", **other)


def _first(found: Iterable[ListedClient | None]) -> ListedClient | None:
    return next((each for each in found if each), None)


def _create_warning(key: str, **parts: str) -> CollectWarning:
    return CollectWarning(key, parts)


def _format_client(client: ListedClient) -> str:
    return f"{client.id} {client.company}"


def _shares_domain(address: str, client: ListedClient) -> bool:
    domains = {each.rpartition("@")[2].casefold() for each in client.addresses}
    return address.rpartition("@")[2].casefold() in domains
