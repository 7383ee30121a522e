"""Finds whose mail it is: by the sheet first, then by the sender, then by what it answers. Pure.

Never changes what stands in a return; where the three disagree, a person is warned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheet_diag.intake.containers.mail_headers import clean_line
from sheet_diag.mail.inbox.headers import MessageHeaders
from sheet_diag.model.basics import Message
from sheet_diag.model.client_list import ClientList, ListedClient, find_clients_by_address
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.text.normalize import is_address_of


@dataclass(frozen=True, slots=True)
class ClientMatch:
    """Whose mail it is (None: nobody knows), and what speaks against it."""

    client: ListedClient | None
    warnings: tuple[Message, ...] = ()


class ClientMatcher:
    """Matches mails with clients; `sent` are our mails by Message-ID."""

    def __init__(self, clients: ClientList, sent: Mapping[str, MailLogEntry]) -> None:
        self._by_id = clients.by_id()
        self._by_address = clients.by_address()
        self._sent = sent

    def _find_senders(self, headers: MessageHeaders) -> tuple[ListedClient, ...]:
        """Find the clients of one of the sender's addresses; several may share it."""
        return find_clients_by_address(headers.senders, self._by_address)

    def _find_answered(self, headers: MessageHeaders) -> ListedClient | None:
        """Find the client whose mail of ours it answers; the nearest one counts."""
        mails = (self._sent.get(each) for each in (headers.thread[:1] + headers.thread[::-1]))
        return _first(self._by_id.get(mail.client.casefold()) for mail in mails if mail)

    def match_headers(self, headers: MessageHeaders) -> ListedClient | None:
        """Find the client without any sheet; of those that share an address by what it answers."""
        senders, answered = self._find_senders(headers), self._find_answered(headers)
        if len(senders) > 1:
            return answered if answered in senders else None
        return _first(senders) or answered

    def is_of_client(self, headers: MessageHeaders) -> bool:
        """Whether it is of a client of the list, be it not known of which one."""
        return bool(self._find_senders(headers) or self._find_answered(headers))

    def match_sheets(self, headers: MessageHeaders, ids: Sequence[str]) -> list[ClientMatch]:
        """Match every client whose sheet it brings; by its headers where no sheet helps."""
        found = (self._by_id.get(each.casefold()) for each in ids)
        listed = list({each.id: each for each in found if each}.values())
        unlisted = [
            Message("collect.doubt.unlisted", {"id": clean_line(each)})
            for each in ids
            if each.casefold() not in self._by_id
        ]
        if not listed:
            return [self._match_by_headers(headers, unlisted)]
        if len(listed) > 1:
            named = ", ".join(each.id for each in listed)
            unlisted.append(Message("collect.doubt.several", {"clients": named}))
        return [
            ClientMatch(client, (*unlisted, *self._find_warnings(headers, client)))
            for client in listed
        ]

    def _match_by_headers(
        self, headers: MessageHeaders, unlisted: Sequence[Message]
    ) -> ClientMatch:
        sender, answered = self.match_headers(headers), self._find_answered(headers)
        if sender and answered and sender is not answered:
            parts = {
                "sender": headers.sender,
                "client": sender.name_with_id,
                "other": answered.name_with_id,
            }
            return ClientMatch(sender, (*unlisted, Message("collect.doubt.thread", parts)))
        return ClientMatch(sender, tuple(unlisted))

    def _find_warnings(self, headers: MessageHeaders, client: ListedClient) -> Iterator[Message]:
        """Find what the headers say against the sheet."""
        senders, answered = self._find_senders(headers), self._find_answered(headers)
        parts = {"client": client.name_with_id, "sender": headers.sender}
        if senders and client not in senders:
            yield Message("collect.doubt.other_sender", {**parts, "other": senders[0].name_with_id})
        elif headers.sender and not senders and not is_address_of(headers.sender, client.addresses):
            yield Message("collect.doubt.unknown_domain", parts)
        if answered and answered is not client and answered not in senders:
            other = {"client": client.name_with_id, "other": answered.name_with_id}
            yield Message("collect.doubt.other_thread", other)


def _first(found: Iterable[ListedClient | None]) -> ListedClient | None:
    return next((each for each in found if each), None)
