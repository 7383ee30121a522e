"""What goes with a mail: opened again from the mail's bytes, and compared with the client's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sheet_diag.forms.layout import company_property
from sheet_diag.intake.document_owner import Document, Ownership, RefusedError
from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.mail.outgoing_checks.documents import Opener
from sheet_diag.mail.outgoing_checks.parsing import Attached, Mail
from sheet_diag.mail.outgoing_checks.results import Finding, doubt, refusal
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailKind, Parcel, ReportForm
from sheet_diag.model.returns import Code
from sheet_diag.text.normalize import company_key

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
_ASKED_LANGUAGE: Final = {Lang.JA: "guard.file.lang.set.ja", Lang.EN: "guard.file.lang.set.en"}
_MADE_BY: Final = {
    Document.SHEET: "sheet-diag issue",
    Document.CORRECTION: "sheet-diag run",
    Document.REPORT: "sheet-diag run",
}
_OPEN: Final = {
    ReportForm.WORKBOOK: "guard.file.open",
    ReportForm.PRINTED: "guard.file.open.pdf",
}
_OTHER_PASSWORD: Final = {
    ReportForm.WORKBOOK: "guard.file.locked",
    ReportForm.PRINTED: "guard.file.locked.pdf",
}
_File = Mapping[str, str]  # the parts of every reason: file, id, company, what makes it anew
_LOCKED: Final = (Code.PASSWORD_NEEDED, Code.PASSWORD_WRONG)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be attached: for the client of this row, as this parcel says. `password` opens it
    (empty: it is open); `unprotected`: a result may be open to all; `report_lang` is the language
    that reports are asked for in (None: that of each client)."""

    parcel: Parcel
    row: ListedClient
    catalog: Catalog
    opener: Opener
    password: str = field(repr=False)
    unprotected: bool
    report_lang: Lang | None = None

    @property
    def command(self) -> str:
        """What makes the file anew."""
        made_by = _MADE_BY[_wanted(self.parcel)]
        if self.parcel.kind is not MailKind.RESULT:
            return made_by
        printed = " --pdf" if ReportForm.PRINTED in self.parcel.form.files else ""
        return made_by + printed + ("" if self.unprotected else " --protect")


def compare_attachments(mail: Mail, due: Due) -> Iterator[Finding]:
    """Exactly what the kind of mail asks for, and of this client."""
    client, files = due.row.id, ", ".join(each.name or "?" for each in mail.attached)
    wanted = due.parcel.form.files
    if due.parcel.kind not in _WANTED:
        if mail.attached:
            yield refusal("guard.file.any", id=client, files=files)
    elif not mail.attached:
        yield refusal("guard.file.none", id=client)
    elif len(mail.attached) > len(wanted):
        yield refusal("guard.file.many", id=client, files=files)
    elif sorted(map(_form, mail.attached)) != sorted(wanted):
        yield refusal("guard.file.form", id=client, files=files)
    else:
        for attached in mail.attached:
            yield from _compare(attached, due)


def _wanted(parcel: Parcel) -> Document:
    """What is attached; a reminder brings what the mail brought that it reminds of."""
    return Document.CORRECTION if parcel.corrects else _WANTED[parcel.kind]


def _form(attached: Attached) -> ReportForm:
    """The form that its content has; what is no PDF has to be a workbook."""
    is_pdf = kind_of(attached.content, attached.name) is Kind.PDF
    return ReportForm.PRINTED if is_pdf else ReportForm.WORKBOOK


def _compare(attached: Attached, due: Due) -> Iterator[Finding]:
    row = due.row
    file = {
        "file": attached.name, "id": row.id, "company": row.company, "command": due.command,
    }  # fmt: skip
    if not attached.is_file:
        yield refusal("guard.file.unreadable", **file)
        return
    password, form = due.password, _form(attached)
    if form is ReportForm.PRINTED:
        yield from _compare_print(attached, due, file)
    try:
        told = due.opener.ownership(attached.content, attached.name, password)
    except RefusedError as error:
        locked = _OTHER_PASSWORD[form] if password else "guard.file.closed"
        is_locked = error.problem.code in _LOCKED
        yield refusal(locked if is_locked else "guard.file.unreadable", **file)
    else:
        yield from _compare_document(told, form, due, file)


def _compare_print(attached: Attached, due: Due, file: _File) -> Iterator[Finding]:
    """A PDF tells neither its return nor its date: it has to be the very one that the run made."""
    if sha256(attached.content).hexdigest() != due.parcel.printed:
        yield refusal("guard.file.print", **file)


def _compare_document(
    told: Ownership, form: ReportForm, due: Due, file: _File
) -> Iterator[Finding]:
    wanted = _wanted(due.parcel)
    if told.document is not wanted:
        yield refusal(_KIND[wanted], **file)
    if wanted is Document.REPORT and not (told.protected or due.unprotected):
        yield refusal(_OPEN[form], **file)
    if told.catalogs and any(each != due.catalog.id for each in told.catalogs):
        catalogs = ", ".join(told.catalogs)
        yield refusal("guard.file.catalog", **file, mail=catalogs, list=due.catalog.id)
    if told.document is Document.OTHER:
        return
    yield from _compare_ids(told, due.row, file)
    yield from _compare_companies(told, due.row, file)
    if not (told.catalogs and told.lang):
        yield refusal("guard.file.bare", **file)
    else:
        yield from _compare_languages(told, due, file)


def _compare_languages(told: Ownership, due: Due, file: _File) -> Iterator[Finding]:
    """A report may be asked for in one language whatever its client's, which the letter keeps."""
    asked = due.report_lang if told.document is Document.REPORT else None
    if told.lang != (asked or due.row.lang):
        yield refusal(_ASKED_LANGUAGE[asked] if asked else _LANGUAGE[due.row.lang], **file)


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
