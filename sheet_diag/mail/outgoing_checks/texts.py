"""Checks the text of a mail: client, language, and that no password is where none belongs.

An index finds clients by id, address, name or password in one step: 10,000 mails ask 10,000 rows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final

from sheet_diag.mail.log.address_history import normalize_address
from sheet_diag.mail.outgoing_checks.parsing import ParsedMail, decode_header_text
from sheet_diag.mail.outgoing_checks.results import MailCheckFinding, check_error, check_warning
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.text.normalize import normalize_text

_SPACES: Final = re.compile(r"\s")
_NO_LETTERS: Final = re.compile(r"[\W_]")
_START: Final = 4  # first characters, by which names and passwords are found
_SHORTEST_NAME: Final = 5
_SHORTEST_PASSWORD: Final = 8
_PIECES: Final = re.compile(r"[A-Za-z0-9.-]+")
_LANGUAGE: Final = {Lang.JA: "guard.letter.lang.ja", Lang.EN: "guard.letter.lang.en"}


class _TextIndex:
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
    names: _TextIndex
    secrets: _TextIndex
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
        names = ((_remove_spaces(each.company), each.id) for each in clients.clients)
        secrets = (
            (_keep_letters_and_digits(word), client_id) for client_id, word in passwords.items()
        )
        return cls(
            by_id=clients.by_id(),
            by_address={address: tuple(found) for address, found in owners.items()},
            names=_TextIndex(pair for pair in names if len(pair[0]) >= _SHORTEST_NAME),
            secrets=_TextIndex(pair for pair in secrets if len(pair[0]) >= _SHORTEST_PASSWORD),
            owners_of_passwords={word: frozenset(ids) for word, ids in holders.items()},
        )

    def is_disputed(self, address: str) -> bool:
        """Whether several clients have a normalized address, and not all of them share it."""
        owners = self.by_address.get(address, ())
        return len(owners) > 1 and not all(
            address in map(normalize_address, owner.shared) for owner in owners
        )

    def find_named(self, text: str, client: ListedClient) -> ListedClient | None:
        """Find another client whose full name is in a text that may name `client`."""
        own = _remove_spaces(client.company)
        for name, owner in self.names.within(_remove_spaces(text)):
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


def _remove_spaces(text: str) -> str:
    """Fold a text and remove white space, to search names in it."""
    return _SPACES.sub("", normalize_text(text))


def _keep_letters_and_digits(text: str) -> str:
    """Keep letters and digits, without case, to search passwords in a text."""
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _contains_password(text: str, password: str) -> bool:
    """Whether a text has the password, also without its hyphens or with other ones."""
    short = _keep_letters_and_digits(password)
    return password in text or (
        len(short) >= _SHORTEST_PASSWORD and short in _keep_letters_and_digits(text)
    )


def compare_letter(
    mail: ParsedMail, row: ListedClient, index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require that the text names its client and no other, in the client's language."""
    own = _remove_spaces(row.company)
    if not all(own in _remove_spaces(text) for text in (mail.text, mail.shown)):
        yield check_error("guard.letter.company", id=row.id, company=row.company)
    if not mail.lang:
        yield check_error("guard.letter.lang_missing")
    elif mail.lang.partition("-")[0] != row.lang.value:
        yield check_error(_LANGUAGE[row.lang], id=row.id)
    letter = "\n".join((decode_header_text(mail.message["Subject"] or ""), mail.text, mail.shown))
    if other := index.find_named(letter, row):
        yield check_warning("guard.letter.other", other=other.name_with_id)


def compare_file_name(
    name: str, row: ListedClient, index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require that the name of an attachment names no other client."""
    if other := index.find_named(name, row) or index.find_id_in(name, row):
        yield check_error("guard.file.name", file=name, other=other.name_with_id)


def require_no_password(
    mail: ParsedMail, outgoing: OutgoingMail, passwords: Mapping[str, str]
) -> Iterator[MailCheckFinding]:
    """Require that the client's own password is nowhere in the mail."""
    own = {outgoing.password, passwords.get(outgoing.client.id.casefold(), "")} - {""}
    if any(_contains_password(text, word) for text in _all_texts(mail) for word in own):
        yield check_error("guard.password.told", id=outgoing.client.id)


def require_password(
    mail: ParsedMail, outgoing: OutgoingMail, passwords: Mapping[str, str], index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require this client's password, and no other's, for a report and in its text."""
    client = outgoing.client.id
    listed = passwords.get(client.casefold(), "")
    if not listed:
        yield check_error("guard.password.unlisted", id=client)
    elif outgoing.password != listed:
        yield check_error("guard.password.differs", id=client)
    else:
        others = sorted(index.owners_of_passwords[listed] - {client.casefold()})
        if others:
            yield check_error("guard.password.shared", id=client, others=", ".join(others))
        is_told = listed in mail.text and listed in mail.shown
        if outgoing.kind.spec.tells_password and not is_told:
            yield check_error("guard.password.missing", id=client)


def require_no_other_password(
    mail: ParsedMail, client: ListedClient, passwords: Mapping[str, str], index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require that no password of another client is in the mail."""
    own = _keep_letters_and_digits(passwords.get(client.id.casefold(), ""))
    for text in map(_keep_letters_and_digits, _all_texts(mail)):
        rest = text.replace(own, "\n") if own else text
        for _, owner in index.secrets.within(rest):
            if owner.casefold() != client.id.casefold():
                row = index.by_id.get(owner.casefold())
                other = row.name_with_id if row else owner
                yield check_error("guard.password.other", id=client.id, other=other)
                return


def _all_texts(mail: ParsedMail) -> Iterator[str]:
    """List everything in words: headers, both forms of the text, names of files."""
    yield "\n".join(value for _, value in mail.headers)
    yield mail.text
    yield mail.shown
    yield unescape(mail.html)
    for each in mail.attached:
        yield each.name
