"""Opens the attachments of a mail from its bytes and compares them with the client's row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from sheet_diag.forms.layout import company_property
from sheet_diag.intake.document_owner import DocumentOwner, RefusedError
from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.mail.outgoing_checks.documents import AttachmentOpener
from sheet_diag.mail.outgoing_checks.parsing import ParsedAttachment, ParsedMail
from sheet_diag.mail.outgoing_checks.results import MailCheckFinding, check_error, check_warning
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import DocumentKind
from sheet_diag.model.returns import ProblemCode
from sheet_diag.text.normalize import company_key

_KIND: Final[Mapping[DocumentKind | None, str]] = {
    DocumentKind.SHEET: "guard.file.kind.sheet",
    DocumentKind.CORRECTION: "guard.file.kind.correction",
    DocumentKind.REPORT: "guard.file.kind.report",
}
_LANGUAGE: Final = {Lang.JA: "guard.file.lang.ja", Lang.EN: "guard.file.lang.en"}
_ASKED_LANGUAGE: Final = {Lang.JA: "guard.file.lang.set.ja", Lang.EN: "guard.file.lang.set.en"}
_MADE_BY: Final[Mapping[DocumentKind | None, str]] = {
    DocumentKind.SHEET: "sheet-diag issue",
    DocumentKind.CORRECTION: "sheet-diag run",
    DocumentKind.REPORT: "sheet-diag run",
}
_OPEN: Final = {
    ReportForm.WORKBOOK: "guard.file.open",
    ReportForm.PRINTED: "guard.file.open.pdf",
}
_OTHER_PASSWORD: Final = {
    ReportForm.WORKBOOK: "guard.file.locked",
    ReportForm.PRINTED: "guard.file.locked.pdf",
}
_FileParts = Mapping[str, str]  # of every reason: file, id, company, command
_LOCKED: Final = (ProblemCode.PASSWORD_NEEDED, ProblemCode.PASSWORD_WRONG)


@dataclass(frozen=True, slots=True)
class ExpectedAttachments:
    """What is to be attached to a mail for the client of a row.

    `password` opens it (empty: it is open). `unprotected`: a result may be open to all.
    `report_lang` is the language that reports are asked for in (None: that of each client).
    """

    mail: OutgoingMail
    row: ListedClient
    catalog: Catalog
    opener: AttachmentOpener
    password: str = field(repr=False)
    unprotected: bool
    report_lang: Lang | None = None

    @property
    def command(self) -> str:
        """The command that makes the file anew."""
        made_by = _MADE_BY[self.mail.document]
        if not self.mail.kind.spec.is_report:
            return made_by
        return made_by + ("" if self.unprotected else " --protect")


def compare_attachments(
    mail: ParsedMail, expected: ExpectedAttachments
) -> Iterator[MailCheckFinding]:
    """Require exactly what the kind of mail asks for, and of this client."""
    client, files = expected.row.id, ", ".join(each.name or "?" for each in mail.attached)
    wanted = expected.mail.subject.form.files
    if expected.mail.document is None:
        if mail.attached:
            yield check_error("guard.file.any", id=client, files=files)
    elif not mail.attached:
        yield check_error("guard.file.none", id=client)
    elif len(mail.attached) > len(wanted):
        yield check_error("guard.file.many", id=client, files=files)
    elif sorted(map(_detect_form, mail.attached)) != sorted(wanted):
        yield check_error("guard.file.form", id=client, files=files)
    else:
        for attached in mail.attached:
            yield from _compare_attachment(attached, expected)


def _detect_form(attached: ParsedAttachment) -> ReportForm:
    """Detect the form of a report; what is no PDF has to be a workbook."""
    is_pdf = detect_file_kind(attached.content, attached.name) is FileKind.PDF
    return ReportForm.PRINTED if is_pdf else ReportForm.WORKBOOK


def _compare_attachment(
    attached: ParsedAttachment, expected: ExpectedAttachments
) -> Iterator[MailCheckFinding]:
    row = expected.row
    file = {
        "file": attached.name, "id": row.id, "company": row.company, "command": expected.command,
    }  # fmt: skip
    if not attached.is_file:
        yield check_error("guard.file.unreadable", **file)
        return
    password, form = expected.password, _detect_form(attached)
    if form is ReportForm.PRINTED:
        yield from _compare_pdf(attached, expected, file)
    try:
        owner = expected.opener.read_owner(attached.content, attached.name, password)
    except RefusedError as error:
        locked = _OTHER_PASSWORD[form] if password else "guard.file.closed"
        is_locked = error.problem.code in _LOCKED
        yield check_error(locked if is_locked else "guard.file.unreadable", **file)
    else:
        yield from _compare_document(owner, form, expected, file)


def _compare_pdf(
    attached: ParsedAttachment, expected: ExpectedAttachments, file: _FileParts
) -> Iterator[MailCheckFinding]:
    """Require the PDF that the run made: a PDF names neither its return nor its date."""
    if sha256(attached.content).hexdigest() != expected.mail.pdf_sha256:
        yield check_error("guard.file.print", **file)


def _compare_document(
    owner: DocumentOwner, form: ReportForm, expected: ExpectedAttachments, file: _FileParts
) -> Iterator[MailCheckFinding]:
    wanted = expected.mail.document
    if owner.document is not wanted:
        yield check_error(_KIND[wanted], **file)
    if wanted is DocumentKind.REPORT and not (owner.protected or expected.unprotected):
        yield check_error(_OPEN[form], **file)
    if owner.catalogs and any(each != expected.catalog.id for each in owner.catalogs):
        catalogs = ", ".join(owner.catalogs)
        yield check_error("guard.file.catalog", **file, mail=catalogs, list=expected.catalog.id)
    if owner.document is DocumentKind.OTHER:
        return
    yield from _compare_ids(owner, expected.row, file)
    yield from _compare_companies(owner, expected.row, file)
    if not (owner.catalogs and owner.lang):
        yield check_error("guard.file.bare", **file)
    else:
        yield from _compare_languages(owner, expected, file)


def _compare_languages(
    owner: DocumentOwner, expected: ExpectedAttachments, file: _FileParts
) -> Iterator[MailCheckFinding]:
    """Compare languages; a report may be in another one than its client's."""
    asked = expected.report_lang if owner.document is DocumentKind.REPORT else None
    if owner.lang != (asked or expected.row.lang):
        yield check_error(_ASKED_LANGUAGE[asked] if asked else _LANGUAGE[expected.row.lang], **file)


def _compare_ids(
    owner: DocumentOwner, row: ListedClient, file: _FileParts
) -> Iterator[MailCheckFinding]:
    if not owner.clients:
        yield check_error("guard.file.id_missing", **file)
    elif any(each.casefold() != row.id.casefold() for each in owner.clients):
        yield check_error("guard.file.id", **file, mail=", ".join(owner.clients))


def _compare_companies(
    owner: DocumentOwner, row: ListedClient, file: _FileParts
) -> Iterator[MailCheckFinding]:
    """Compare companies; a client may have left its name out, and a correction asks for it."""
    listed = company_key(company_property(row.company))
    is_correction = owner.document is DocumentKind.CORRECTION
    if not owner.companies:
        yield (check_warning if is_correction else check_error)(
            "guard.file.company_missing", **file
        )
    elif any(company_key(each) != listed for each in owner.companies):
        is_sheet = owner.document is DocumentKind.SHEET
        key = "guard.file.company" if is_sheet else "guard.file.company_typed"
        yield check_error(key, **file, mail=" / ".join(owner.companies))
