"""Finds clients by id, address, name or password in one step: 10,000 mails ask 10,000 rows."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.mail.log.address_history import normalize_address
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.text.normalize import normalize_text

_SPACES: Final = re.compile(r"\s")
_NO_LETTERS: Final = re.compile(r"[\W_]")
_START: Final = 4  # first characters, by which names and passwords are found
_SHORTEST_NAME: Final = 5
_SHORTEST_PASSWORD: Final = 8
_PIECES: Final = re.compile(r"[A-Za-z0-9.-]+")


class TextIndex:
    """Texts with their owners, found within a longer text in one pass."""

    def __init__(self, owners: Iterable[tuple[str, str]]) -> None:
        self._by_start: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for word, owner in owners:
            self._by_start[word[:_START]].append((word, owner))

    def within(self, text: str) -> Iterator[tuple[str, str]]:
        """Find every text within another one, with its owner."""
        for at in range(len(text) - _START + 1):
            for word, owner in self._by_start.get(text[at : at + _START], ()):
                if text.startswith(word, at):
                    yield word, owner


@dataclass(frozen=True, slots=True)
class ClientIndex:
    """The clients by folded id and by normalized address, and their names and passwords as texts.

    `owners_of_passwords` are the folded ids of the clients of each password.
    """

    by_id: Mapping[str, ListedClient]
    by_address: Mapping[str, tuple[ListedClient, ...]]
    names: TextIndex
    secrets: TextIndex
    owners_of_passwords: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, clients: ClientList, passwords: Mapping[str, str]) -> ClientIndex:
        """Build the index of a client list and of the passwords by client id."""
        owners: dict[str, list[ListedClient]] = defaultdict(list)
        holders: dict[str, set[str]] = defaultdict(set)
        for client in clients.clients:
            for address in dict.fromkeys(map(normalize_address, client.addresses)):
                owners[address].append(client)
        for client_id, password in passwords.items():
            holders[password].add(client_id.casefold())
        names = ((remove_spaces(each.company), each.id) for each in clients.clients)
        secrets = (
            (keep_letters_and_digits(word), client_id) for client_id, word in passwords.items()
        )
        return cls(
            by_id=clients.by_id(),
            by_address={address: tuple(found) for address, found in owners.items()},
            names=TextIndex(pair for pair in names if len(pair[0]) >= _SHORTEST_NAME),
            secrets=TextIndex(pair for pair in secrets if len(pair[0]) >= _SHORTEST_PASSWORD),
            owners_of_passwords={word: frozenset(ids) for word, ids in holders.items()},
        )

    def find_named(self, text: str, client: ListedClient) -> ListedClient | None:
        """Find another client whose full name is in a text that may name `client`."""
        own = remove_spaces(client.company)
        for name, owner in self.names.within(remove_spaces(text)):
            if name not in own:  # which a file's name may hold in part
                return self.by_id[owner.casefold()]
        return None

    def find_id_in(self, name: str, client: ListedClient) -> ListedClient | None:
        """Find another client whose id is in a file name; mere numbers and words are no ids."""
        rest = (
            normalize_text(name)
            .replace(normalize_text(client.id), "_")
            .replace(normalize_text(client.company), "_")
        )
        for piece in _PIECES.findall(rest.rpartition(".")[0] or rest):
            key = piece.strip(".-").casefold()
            is_id = any(map(str.isdigit, key)) and any(map(str.isalpha, key))
            other = self.by_id.get(key) if is_id else None
            if other and other.id.casefold() != client.id.casefold():
                return other
        return None


def remove_spaces(text: str) -> str:
    """Fold a text and remove white space, to search names in it."""
    return _SPACES.sub("", normalize_text(text))


def keep_letters_and_digits(text: str) -> str:
    """Keep letters and digits, without case, to search passwords in a text."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def contains_password(text: str, password: str) -> bool:
    """Whether a text has the password, also without its hyphens or with other ones."""
    short = keep_letters_and_digits(password)
    return password in text or (
        len(short) >= _SHORTEST_PASSWORD and short in keep_letters_and_digits(text)
    )
