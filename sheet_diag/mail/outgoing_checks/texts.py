"""Checks the text of a mail: client, language, and that no password is where none belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape
from typing import Final

from sheet_diag.mail.outgoing_checks.client_index import (
    ClientIndex,
    contains_password,
    keep_letters_and_digits,
    remove_spaces,
)
from sheet_diag.mail.outgoing_checks.parsing import ParsedMail, decode_header_text
from sheet_diag.mail.outgoing_checks.results import MailCheckFinding, check_error, check_warning
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import OutgoingMail

_LANGUAGE: Final = {Lang.JA: "guard.letter.lang.ja", Lang.EN: "guard.letter.lang.en"}


def compare_letter(
    mail: ParsedMail, row: ListedClient, index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require that the text names its client and no other, in the client's language."""
    own = remove_spaces(row.company)
    if not all(own in remove_spaces(text) for text in (mail.text, mail.shown)):
        yield check_error("guard.letter.company", id=row.id, company=row.company)
    if not mail.lang:
        yield check_error("guard.letter.lang_missing")
    elif mail.lang.partition("-")[0] != row.lang.value:
        yield check_error(_LANGUAGE[row.lang], id=row.id)
    letter = "\n".join((decode_header_text(mail.message["Subject"] or ""), mail.text, mail.shown))
    if other := index.find_named(letter, row):
        yield check_warning("guard.letter.other", other=f"{other.id} {other.company}")


def compare_file_name(
    name: str, row: ListedClient, index: ClientIndex
) -> Iterator[MailCheckFinding]:
    """Require that the name of an attachment names no other client."""
    if other := index.find_named(name, row) or index.find_id_in(name, row):
        yield check_error("guard.file.name", file=name, other=f"{other.id} {other.company}")


def require_no_password(
    mail: ParsedMail, outgoing: OutgoingMail, passwords: Mapping[str, str]
) -> Iterator[MailCheckFinding]:
    """Require that the client's own password is nowhere in the mail."""
    own = {outgoing.password, passwords.get(outgoing.client.id.casefold(), "")} - {""}
    if any(contains_password(text, word) for text in _all_texts(mail) for word in own):
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
    own = keep_letters_and_digits(passwords.get(client.id.casefold(), ""))
    for text in map(keep_letters_and_digits, _all_texts(mail)):
        rest = text.replace(own, "\n") if own else text
        for _, owner in index.secrets.within(rest):
            if owner.casefold() != client.id.casefold():
                row = index.by_id.get(owner.casefold())
                other = f"{row.id} {row.company}" if row else owner
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
