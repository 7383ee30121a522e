"""What goes with a mail: opened again from the mail's bytes, and compared with the client's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sheet_diag.folding import company_key
from sheet_diag.guard.parsing import Attached, Mail
from sheet_diag.guard.verdicts import Finding, doubt, refusal
from sheet_diag.intake.ownership import Document, Ownership, RefusedError, read_ownership
from sheet_diag.layout import company_property
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.clientlist import ListedClient
from sheet_diag.model.post import MailKind, Parcel
from sheet_diag.model.returns import Code
from sheet_diag.model.settings import Limits

_WANTED: Final = {
    MailKind.REQUEST: Document.SHEET,
    MailKind.REMINDER: Document.SHEET,
    MailKind.CORRECTION: Document.CORRECTION,
    MailKind.RESULT: Document.REPORT,
}
_KIND: Final = {
    Document.SHEET: "guard.file.kind.sheet",
    Document.CORRECTION: "guard.file.kind.correction",
    Document.REPORT: "guard.file.kind.report",
}
_LANGUAGE: Final = {Lang.JA: "guard.file.lang.ja", Lang.EN: "guard.file.lang.en"}
_File = Mapping[str, str]  # the parts of every reason: file, id and company
_LOCKED: Final = (Code.PASSWORD_NEEDED, Code.PASSWORD_WRONG)


class Opener:
    """Opens attachments. What one says is known as long as its bytes are the same: the second look
    at an encrypted report costs nothing."""

    def __init__(self, catalog: Catalog, limits: Limits) -> None:
        self._catalog = catalog
        self._limits = limits
        self._known: dict[tuple[bytes, str, str], Ownership] = {}

    def ownership(self, attached: Attached, password: str) -> Ownership:
        """Whose it says it is. Raises `RefusedError`."""
        key = (sha256(attached.content).digest(), attached.name, password)
        if key not in self._known:
            self._known[key] = read_ownership(
                attached.content, attached.name, self._catalog, self._limits, password
            )
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be attached: for the client of this row, as this parcel says. `password` is the
    client's; `unprotected`: a result may be open to all."""

    parcel: Parcel
    row: ListedClient
    catalog: Catalog
    opener: Opener
    password: str = field(repr=False)
    unprotected: bool


def compare_attachments(mail: Mail, due: Due) -> Iterator[Finding]:
    """Exactly what the kind of mail asks for, and of this client."""
    client, files = due.row.id, ", ".join(each.name or "?" for each in mail.attached)
    if due.parcel.kind not in _WANTED:
        if mail.attached:
            yield refusal("guard.file.any", id=client, files=files)
    elif not mail.attached:
        yield refusal("guard.file.none", id=client)
    elif len(mail.attached) > 1:
        yield refusal("guard.file.many", id=client, files=files)
    else:
        yield from _compare(mail.attached[0], due)


def _compare(attached: Attached, due: Due) -> Iterator[Finding]:
    file = {"file": attached.name, "id": due.row.id, "company": due.row.company}
    if not attached.is_file:
        yield refusal("guard.file.unreadable", **file)
        return
    password = due.password if due.parcel.kind is MailKind.RESULT else ""
    try:
        told = due.opener.ownership(attached, password)
    except RefusedError as error:
        locked = "guard.file.locked" if password else "guard.file.closed"
        is_locked = error.problem.code in _LOCKED
        yield refusal(locked if is_locked else "guard.file.unreadable", **file)
    else:
        yield from _compare_document(told, due, file)


def _compare_document(told: Ownership, due: Due, file: _File) -> Iterator[Finding]:
    wanted = _WANTED[due.parcel.kind]
    if told.document is not wanted:
        yield refusal(_KIND[wanted], **file)
    if wanted is Document.REPORT and not (told.protected or due.unprotected):
        yield refusal("guard.file.open", **file)
    if told.catalogs and any(each != due.catalog.id for each in told.catalogs):
        catalogs = ", ".join(told.catalogs)
        yield refusal("guard.file.catalog", **file, mail=catalogs, list=due.catalog.id)
    if told.document is Document.OTHER:
        return
    yield from _compare_ids(told, due.row, file)
    yield from _compare_companies(told, due.row, file)
    if not (told.catalogs and told.lang):
        yield refusal("guard.file.bare", **file)
    elif told.lang != due.row.lang:
        yield refusal(_LANGUAGE[due.row.lang], **file)


def _compare_ids(told: Ownership, row: ListedClient, file: _File) -> Iterator[Finding]:
    if not told.clients:
        yield refusal("guard.file.id_missing", **file)
    elif any(each.casefold() != row.id.casefold() for each in told.clients):
        yield refusal("guard.file.id", **file, mail=", ".join(told.clients))


def _compare_companies(told: Ownership, row: ListedClient, file: _File) -> Iterator[Finding]:
    """A client may have left its name out, and is asked for it: the correction tells by its id."""
    listed = company_key(company_property(row.company))
    is_correction = told.document is Document.CORRECTION
    if not told.companies:
        yield (doubt if is_correction else refusal)("guard.file.company_missing", **file)
    elif any(company_key(each) != listed for each in told.companies):
        is_sheet = told.document is Document.SHEET
        key = "guard.file.company" if is_sheet else "guard.file.company_typed"
        yield refusal(key, **file, mail=" / ".join(told.companies))
