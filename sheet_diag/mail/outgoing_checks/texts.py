"""What a mail says: to whom, in which language, and that no password is told where none belongs."""

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
    mail: ParsedMail, row: ListedClient, register: ClientIndex
) -> Iterator[MailCheckFinding]:
    """The letter names its client and no other, and speaks the client's language."""
    own = remove_spaces(row.company)
    if not all(own in remove_spaces(text) for text in (mail.text, mail.shown)):
        yield check_error("guard.letter.company", id=row.id, company=row.company)
    if not mail.lang:
        yield check_error("guard.letter.lang_missing")
    elif mail.lang.partition("-")[0] != row.lang.value:
        yield check_error(_LANGUAGE[row.lang], id=row.id)
    letter = "\n".join((decode_header_text(mail.message["Subject"] or ""), mail.text, mail.shown))
    if other := register.named_in(letter, row):
        yield check_warning("guard.letter.other", other=f"{other.id} {other.company}")


def compare_file_name(
    name: str, row: ListedClient, register: ClientIndex
) -> Iterator[MailCheckFinding]:
    """The attachment's name is no other client's."""
    if other := register.named_in(name, row) or register.numbered_in(name, row):
        yield check_error("guard.file.name", file=name, other=f"{other.id} {other.company}")


def require_no_password(
    mail: ParsedMail, parcel: OutgoingMail, passwords: Mapping[str, str]
) -> Iterator[MailCheckFinding]:
    """The client's own password stands nowhere in the mail."""
    own = {parcel.password, passwords.get(parcel.client.id.casefold(), "")} - {""}
    if any(contains_password(text, word) for text in _all_texts(mail) for word in own):
        yield check_error("guard.password.told", id=parcel.client.id)


def require_password(
    mail: ParsedMail, parcel: OutgoingMail, passwords: Mapping[str, str], register: ClientIndex
) -> Iterator[MailCheckFinding]:
    """What locks a result, and what its letter tells, is this client's password and no other's."""
    client = parcel.client.id
    listed = passwords.get(client.casefold(), "")
    if not listed:
        yield check_error("guard.password.unlisted", id=client)
    elif parcel.password != listed:
        yield check_error("guard.password.differs", id=client)
    else:
        others = sorted(register.bearers[listed] - {client.casefold()})
        if others:
            yield check_error("guard.password.shared", id=client, others=", ".join(others))
        is_told = listed in mail.text and listed in mail.shown
        if parcel.kind.spec.tells_password and not is_told:
            yield check_error("guard.password.missing", id=client)


def require_no_other_password(
    mail: ParsedMail, client: ListedClient, passwords: Mapping[str, str], register: ClientIndex
) -> Iterator[MailCheckFinding]:
    """No mail carries the password of another client."""
    own = keep_letters_and_digits(passwords.get(client.id.casefold(), ""))
    for text in map(keep_letters_and_digits, _all_texts(mail)):
        rest = text.replace(own, "\n") if own else text
        for _, owner in register.secrets.within(rest):
            if owner.casefold() != client.id.casefold():
                row = register.rows.get(owner.casefold())
                other = f"{row.id} {row.company}" if row else owner
                yield check_error("guard.password.other", id=client.id, other=other)
                return


def _all_texts(mail: ParsedMail) -> Iterator[str]:
    """Everything in words: headers, both forms of the letter, names of files."""
    yield "\n".join(value for _, value in mail.headers)
    yield mail.text
    yield mail.shown
    yield unescape(mail.html)
    for each in mail.attached:
        yield each.name
