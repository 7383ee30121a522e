"""What a mail says: to whom, in which language, and that no password is told where none belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import unescape
from typing import Final

from sheet_diag.mail.outgoing_checks.client_index import Register, closed_up, holds, squeezed
from sheet_diag.mail.outgoing_checks.parsing import Mail, decoded
from sheet_diag.mail.outgoing_checks.results import Finding, doubt, refusal
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailKind, Parcel

_LANGUAGE: Final = {Lang.JA: "guard.letter.lang.ja", Lang.EN: "guard.letter.lang.en"}


def compare_letter(mail: Mail, row: ListedClient, register: Register) -> Iterator[Finding]:
    """The letter names its client and no other, and speaks the client's language."""
    own = closed_up(row.company)
    if not all(own in closed_up(text) for text in (mail.text, mail.shown)):
        yield refusal("guard.letter.company", id=row.id, company=row.company)
    if not mail.lang:
        yield refusal("guard.letter.lang_missing")
    elif mail.lang.partition("-")[0] != row.lang.value:
        yield refusal(_LANGUAGE[row.lang], id=row.id)
    letter = "\n".join((decoded(mail.message["Subject"] or ""), mail.text, mail.shown))
    if other := register.named_in(letter, row):
        yield doubt("guard.letter.other", other=f"{other.id} {other.company}")


def compare_file_name(name: str, row: ListedClient, register: Register) -> Iterator[Finding]:
    """The attachment's name is no other client's."""
    if other := register.named_in(name, row) or register.numbered_in(name, row):
        yield refusal("guard.file.name", file=name, other=f"{other.id} {other.company}")


def require_no_password(
    mail: Mail, parcel: Parcel, passwords: Mapping[str, str]
) -> Iterator[Finding]:
    """The client's own password stands nowhere in the mail."""
    own = {parcel.password, passwords.get(parcel.client.id.casefold(), "")} - {""}
    if any(holds(text, word) for text in _all_texts(mail) for word in own):
        yield refusal("guard.password.told", id=parcel.client.id)


def require_password(
    mail: Mail, parcel: Parcel, passwords: Mapping[str, str], register: Register
) -> Iterator[Finding]:
    """What locks a result, and what its letter tells, is this client's password and no other's."""
    client = parcel.client.id
    listed = passwords.get(client.casefold(), "")
    if not listed:
        yield refusal("guard.password.unlisted", id=client)
    elif parcel.password != listed:
        yield refusal("guard.password.differs", id=client)
    else:
        others = sorted(register.bearers[listed] - {client.casefold()})
        if others:
            yield refusal("guard.password.shared", id=client, others=", ".join(others))
        if parcel.kind is MailKind.PASSWORD and not (listed in mail.text and listed in mail.shown):
            yield refusal("guard.password.missing", id=client)


def require_no_other_password(
    mail: Mail, client: ListedClient, passwords: Mapping[str, str], register: Register
) -> Iterator[Finding]:
    """No mail carries the password of another client."""
    own = squeezed(passwords.get(client.id.casefold(), ""))
    for text in map(squeezed, _all_texts(mail)):
        rest = text.replace(own, "\n") if own else text
        for _, owner in register.secrets.within(rest):
            if owner.casefold() != client.id.casefold():
                row = register.rows.get(owner.casefold())
                other = f"{row.id} {row.company}" if row else owner
                yield refusal("guard.password.other", id=client.id, other=other)
                return


def _all_texts(mail: Mail) -> Iterator[str]:
    """Everything in words: headers, both forms of the letter, names of files."""
    yield "\n".join(value for _, value in mail.headers)
    yield mail.text
    yield mail.shown
    yield unescape(mail.html)
    for each in mail.attached:
        yield each.name
