"""What goes with a mail: opened again from the mail's bytes, and compared with the client's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.folding import company_key
from sheet_diag.guard.parsing import Attached, Mail
from sheet_diag.guard.verdicts import Doubt, Finding, Refusal
from sheet_diag.intake.ownership import Document, Ownership, RefusedError, read_ownership
from sheet_diag.layout import company_property
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
_File = Mapping[str, str]  # the parts of every reason: file, id and company
_LOCKED: Final = (Code.PASSWORD_NEEDED, Code.PASSWORD_WRONG)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be attached: for the client of this row, as this parcel says. `password` is the
    client's; `unprotected`: a result may be open to all."""

    parcel: Parcel
    row: ListedClient
    catalog: Catalog
    limits: Limits
    password: str = field(repr=False)
    unprotected: bool


def compare_attachments(mail: Mail, due: Due) -> Iterator[Finding]:
    """Exactly what the kind of mail asks for, and of this client."""
    files = {"id": due.row.id, "files": ", ".join(each.name or "?" for each in mail.attached)}
    if due.parcel.kind not in _WANTED:
        if mail.attached:
            yield Refusal("guard.file.any", files)
    elif not mail.attached:
        yield Refusal("guard.file.none", files)
    elif len(mail.attached) > 1:
        yield Refusal("guard.file.many", files)
    else:
        yield from _compare(mail.attached[0], due)


def _compare(attached: Attached, due: Due) -> Iterator[Finding]:
    file = {"file": attached.name, "id": due.row.id, "company": due.row.company}
    if not attached.is_file:
        yield Refusal("guard.file.unreadable", file)
        return
    password = due.password if due.parcel.kind is MailKind.RESULT else ""
    try:
        told = read_ownership(attached.content, attached.name, due.catalog, due.limits, password)
    except RefusedError as error:
        locked = "locked" if password else "closed"
        key = locked if error.problem.code in _LOCKED else "unreadable"
        yield Refusal(f"guard.file.{key}", file)
    else:
        yield from _compare_document(told, due, file)


def _compare_document(told: Ownership, due: Due, file: _File) -> Iterator[Finding]:
    wanted = _WANTED[due.parcel.kind]
    if told.document is not wanted:
        yield Refusal(f"guard.file.kind.{wanted.value}", file)
    if wanted is Document.REPORT and not (told.protected or due.unprotected):
        yield Refusal("guard.file.open", file)
    if told.catalogs and any(each != due.catalog.id for each in told.catalogs):
        catalogs = {"mail": ", ".join(told.catalogs), "list": due.catalog.id}
        yield Refusal("guard.file.catalog", {**file, **catalogs})
    if told.document is Document.OTHER:
        return
    yield from _compare_ids(told, due.row, file)
    yield from _compare_companies(told, due.row, file)
    if not (told.catalogs and told.lang):
        yield Refusal("guard.file.bare", file)
    elif told.lang != due.row.lang:
        yield Refusal(f"guard.file.lang.{due.row.lang.value}", file)


def _compare_ids(told: Ownership, row: ListedClient, file: _File) -> Iterator[Finding]:
    if not told.clients:
        yield Refusal("guard.file.id_missing", file)
    elif any(each.casefold() != row.id.casefold() for each in told.clients):
        yield Refusal("guard.file.id", {**file, "mail": ", ".join(told.clients)})


def _compare_companies(told: Ownership, row: ListedClient, file: _File) -> Iterator[Finding]:
    """A client may have left its name out, and is asked for it: the correction tells by its id."""
    listed = company_key(company_property(row.company))
    is_correction = told.document is Document.CORRECTION
    if not told.companies:
        yield (Doubt if is_correction else Refusal)("guard.file.company_missing", file)
    elif any(company_key(each) != listed for each in told.companies):
        key = "company" if told.document is Document.SHEET else "company_typed"
        yield Refusal(f"guard.file.{key}", {**file, "mail": " / ".join(told.companies)})
