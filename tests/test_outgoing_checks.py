"""Checks on outgoing mails: each mail is wrong in one way, and rejected for that reason.

The mails are written by the product, or by Python's own library where the product never would.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfWriter

from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import OUTPUT_KEY, owner_properties, pack_owner
from sheet_diag.intake.document_owner import DocumentOwner, read_document_owner
from sheet_diag.intake.receive import read_content
from sheet_diag.mail.compose.message import FromAddress, compose_message, format_draft, format_final
from sheet_diag.mail.outgoing_checks import documents as opening
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import DocumentKind, MailKind
from sheet_diag.model.returns import ProblemCode, SheetIdentity
from sheet_diag.model.settings import IntakeSettings, Limits
from sheet_diag.reports.encryption import encrypt_pdf, encrypt_workbook
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from tests.catalogs import JIS, answers, catalog
from tests.samples import ISSUER, PROFILE, PROFILE_EN, labels, portfolio, report, resolve_all

SENDER = FromAddress("shindan@firm.example.jp", "見本リスク")
ANNA = ListedClient(
    "C-001", "株式会社青葉", Lang.JA, ("a@aoba.example.jp", "a2@aoba.example.jp"), "青葉 太郎"
)
BEN = ListedClient("C-002", "Baker K.K.", Lang.EN, ("ben@baker.example.com",), "Ben Baker")
CHO = ListedClient("C-003", "有限会社千代田", Lang.JA, ("c@chiyoda.example.jp",))
CLIENTS = ClientList((ANNA, BEN, CHO))
PASSWORDS = {
    "c-001": "AAAAA-22222-AAAAA-22222",
    "c-002": "BBBBB-33333-BBBBB-33333",
    "c-003": "CCCCC-44444-CCCCC-44444",
}
CHASED = MailSubject("0dd95d12" * 8, reminder=1)  # of a correction
IDN = "青葉".encode("idna").decode("ascii")
KINDS = tuple(MailKind)
EVERY = [(kind, client) for kind in KINDS for client in (ANNA, BEN)]
XLSX = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def guard(**changes: object) -> MailChecker:
    """The guard of the three clients."""
    plain = MailChecker(JIS, CLIENTS, SENDER.address, former_domains={}, passwords=PASSWORDS)
    return replace(plain, **changes)  # type: ignore[arg-type]  # a table of names and values


# --- documents


def sheet(client: ListedClient, questions: Catalog = JIS) -> bytes:
    """The hearing sheet of a client."""
    entries = Entries({"company": client.company})
    return make_hearing_sheet(questions, client.lang, ISSUER, entries, client.id)


@cache
def correction(client: ListedClient, typed: str = "") -> bytes:
    """What goes back to a client that answered nothing and typed its name (its own) so."""
    entries = Entries({**PROFILE, "company": typed or client.company})
    back = make_hearing_sheet(JIS, client.lang, ISSUER, entries, client.id)
    return corrected(back)


def corrected(back: bytes) -> bytes:
    """What goes back for a return."""
    received = read_content("a.xlsx", back, JIS)
    assert received.sheet
    return make_correction_sheet(JIS, received.sheet, received.problems, ISSUER, ["0" * 64])[0]


@cache
def plain_report(client: ListedClient, lang: Lang | None = None) -> bytes:
    """The report of a client, open to all."""
    profile = {**(PROFILE if client.lang is Lang.JA else PROFILE_EN), "company": client.company}
    given = Entries(profile, labels(JIS, answers(JIS, {}, "○"), client.lang))
    back = make_hearing_sheet(JIS, client.lang, ISSUER, given, client.id)
    return report(read_content("a.xlsx", back, JIS), lang=lang)


@cache
def locked_report(client: ListedClient, password: str) -> bytes:
    """The report of a client under a password."""
    return encrypt_workbook(plain_report(client), password)


def pdf(client: ListedClient, password: str = "", **owner: str) -> bytes:
    """A report as PDF, with its pages left out."""
    writer, whole = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    found = owner_properties(
        SheetIdentity(JIS.id, JIS.version, client.id), client.company, client.lang
    )
    writer.add_metadata({"/Keywords": pack_owner({**found, **owner})})
    writer.write(whole)
    return encrypt_pdf(whole.getvalue(), password) if password else whole.getvalue()


def open_pdf(client: ListedClient, owner_password: str) -> bytes:
    """A PDF that calls itself encrypted, and opens without a password."""
    writer, sealed = PdfWriter(clone_from=io.BytesIO(pdf(client))), io.BytesIO()
    writer.encrypt("", owner_password, algorithm="AES-256")
    writer.write(sealed)
    return sealed.getvalue()


def with_property(content: bytes, *changes: tuple[str, str]) -> bytes:
    """A workbook with other words in its properties."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    properties = parts["docProps/custom.xml"].decode()
    for old, new in changes:
        assert old in properties
        properties = properties.replace(old, new)
    parts["docProps/custom.xml"] = properties.encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return made.getvalue()


def password_of(client: ListedClient) -> str:
    return PASSWORDS[client.id.casefold()]


def document(kind: MailKind, client: ListedClient) -> bytes | None:
    """What belongs to a mail of the kind."""
    match kind:
        case MailKind.REQUEST | MailKind.REMINDER:
            return sheet(client)
        case MailKind.CORRECTION:
            return correction(client)
        case MailKind.RESULT:
            return locked_report(client, password_of(client))
        case MailKind.PASSWORD:
            return None


# --- mails


@dataclass(frozen=True)
class Written:
    """A mail as Python's own library writes it, all right where nothing else is said."""

    client: ListedClient = ANNA
    kind: MailKind = MailKind.RESULT
    content: bytes | None = None
    name: str = "report.xlsx"
    to: str = ""
    subject: str = "診断"
    lang: str = ""
    text: str = ""
    html: str = ""
    headers: Sequence[tuple[str, str]] = ()
    more: Sequence[tuple[str, bytes]] = ()
    about: MailSubject = field(default_factory=MailSubject)

    @property
    def mail(self) -> OutgoingMail:
        """The parcel that the mail is for; a PDF is the one that the run has made."""
        has_one = self.kind in (MailKind.RESULT, MailKind.PASSWORD)
        password = password_of(self.client) * has_one
        parcel = OutgoingMail(self.kind, self.client, self.about, password=password)
        if not (self.content or b"").startswith(b"%PDF"):
            return parcel
        subject = replace(self.about, form=ReportForm.PRINTED)
        digest = sha256(self.content or b"").hexdigest()
        return replace(parcel, subject=subject, pdf_sha256=digest)

    def message(self) -> EmailMessage:
        """The mail."""
        client, made = self.client, EmailMessage(policy=SMTP)
        made["From"] = SENDER.address
        made["To"] = self.to or ", ".join(client.addresses)
        made["Subject"] = self.subject
        for name, value in self.headers:
            made[name] = value
        found = password_of(client) if self.kind is MailKind.PASSWORD else ""
        made.set_content(self.text or f"{client.company} 御中 {found}")
        page = self.html or f"<p>{client.company}</p><p>{found}</p>"
        lang = self.lang or client.lang.value
        made.add_alternative(f'<html lang="{lang}"><body>{page}</body></html>', subtype="html")
        content = document(self.kind, client) if self.content is None else self.content
        files = [] if content is None else [(self.name, content)]
        for name, each in (*files, *self.more):
            made.add_attachment(each, maintype="application", subtype=XLSX, filename=name)
        return made

    def bytes(self) -> bytes:
        """The mail as it leaves."""
        return self.message().as_bytes()


def verdict(mail: Written, content: bytes | None = None, **changes: object) -> CheckedMail:
    """What the guard says of it, or of other bytes in its place."""
    return guard(**changes).inspect(mail.bytes() if content is None else content, mail.mail)


def refused(found: CheckedMail) -> set[str]:
    """The reasons, each a sentence in both languages."""
    for each in found.findings:
        for lang in Lang:
            text = Wording(lang)(each.key, **each.parts)
            assert "{id" not in text
            assert not any(word in text for word in PASSWORDS.values())
    return {each.key.removeprefix("guard.") for each in found.errors}


def doubted(found: CheckedMail) -> set[str]:
    """What is asked again, of a mail that is not refused."""
    assert refused(found) == set()
    return {each.key.removeprefix("guard.") for each in found.warnings}


# --- what may leave


@pytest.mark.parametrize(("kind", "client"), EVERY)
@pytest.mark.parametrize("final", [format_draft, format_final])
def test_a_mail_of_ours_may_leave(
    kind: MailKind,
    client: ListedClient,
    final: Callable[[EmailMessage], bytes],
    tmp_path: Path,
) -> None:
    content, attachment = document(kind, client), None
    if content:
        attachment = tmp_path / f"{client.company}_報告書_{client.id}.xlsx"
        attachment.write_bytes(content)
    password = password_of(client) if kind in (MailKind.RESULT, MailKind.PASSWORD) else ""
    parcel = OutgoingMail(
        kind,
        client,
        MailSubject() if kind is MailKind.REMINDER else MailSubject("0" * 64),
        attachment=attachment,
        password=password,
    )
    letter = MailTemplates().write(parcel, ISSUER, date(2026, 11, 26))
    found = guard().inspect(final(compose_message(parcel, letter, SENDER)), parcel)
    assert doubted(found) == set()


@pytest.mark.parametrize(("kind", "client"), EVERY)
def test_a_mail_made_by_pythons_library_may_leave(kind: MailKind, client: ListedClient) -> None:
    assert doubted(verdict(Written(client, kind))) == set()


@pytest.mark.parametrize("client", [ANNA, BEN], ids=lambda client: client.id)
def test_a_reminder_may_repeat_the_correction(client: ListedClient) -> None:
    mail = Written(client, MailKind.REMINDER, correction(client), about=CHASED)
    assert doubted(verdict(mail)) == set()


def test_some_of_the_clients_addresses_are_enough() -> None:
    assert doubted(verdict(Written(to="青葉 <A2@AOBA.example.jp>"))) == set()


def test_a_report_may_be_open_where_the_user_said_so() -> None:
    mail = Written(content=plain_report(ANNA))
    assert doubted(verdict(mail, unprotected=True, passwords={})) == set()


@pytest.mark.parametrize("client", [ANNA, BEN], ids=lambda client: client.id)
@pytest.mark.parametrize("made", list(Lang))
@pytest.mark.parametrize("asked", list(Lang))
def test_all_reports_may_be_in_one_language(client: ListedClient, made: Lang, asked: Lang) -> None:
    """The letter keeps the language of its client."""
    content = encrypt_workbook(plain_report(client, made), password_of(client))
    found = verdict(Written(client, content=content), report_lang=asked)
    assert refused(found) == (set() if made is asked else {f"file.lang.set.{asked.value}"})


def test_hearing_sheets_stay_in_the_language_of_their_client() -> None:
    mail = Written(BEN, MailKind.REQUEST, content=sheet(replace(BEN, lang=Lang.JA)))
    assert refused(verdict(mail, report_lang=Lang.JA)) == {"file.lang.en"}
    letter = Written(BEN, lang="ja", content=encrypt_workbook(
        plain_report(BEN, Lang.JA), password_of(BEN)))  # fmt: skip
    assert refused(verdict(letter, report_lang=Lang.JA)) == {"letter.lang.en"}


@pytest.mark.parametrize(
    ("kind", "asked", "command"),
    [
        (MailKind.REQUEST, {}, "sheet-diag issue"),
        (MailKind.REMINDER, {}, "sheet-diag issue"),
        (MailKind.CORRECTION, {}, "sheet-diag run"),
        (MailKind.RESULT, {"passwords": {}}, "sheet-diag run --protect"),
        (MailKind.RESULT, {"passwords": {}, "unprotected": True}, "sheet-diag run"),
    ],
)
def test_a_locked_file_is_reported_with_the_command_that_makes_it(
    kind: MailKind, asked: Mapping[str, object], command: str
) -> None:
    mail = Written(kind=kind, content=locked_report(ANNA, password_of(ANNA)))
    found = guard(**asked).inspect(mail.bytes(), mail.mail).errors
    (result,) = (each for each in found if each.key == "guard.file.closed")
    assert result.parts["command"] == command
    for lang in Lang:
        assert command in Wording(lang)(result.key, **result.parts)


def test_a_locked_correction_is_reported_with_the_run_command() -> None:
    mail = Written(kind=MailKind.REMINDER, content=locked_report(ANNA, password_of(ANNA)))
    parcel = replace(mail.mail, subject=CHASED)
    (found,) = guard().inspect(mail.bytes(), parcel).errors
    assert (found.key, found.parts["command"]) == ("guard.file.closed", "sheet-diag run")


def test_a_locked_pdf_is_reported_with_the_command_that_helps() -> None:
    mail = Written(content=pdf(ANNA, password_of(ANNA)), name="a.pdf")
    (found,) = (r for r in verdict(mail, passwords={}).errors if r.key == "guard.file.closed")
    assert found.parts["command"] == "sheet-diag run --protect"


def test_a_pdf_is_a_report_too() -> None:
    mail = Written(content=pdf(ANNA, password_of(ANNA)), name="report.pdf")
    assert doubted(verdict(mail)) == set()
    for kind in (MailKind.REQUEST, MailKind.CORRECTION):
        assert refused(guard().inspect(mail.bytes(), OutgoingMail(kind, ANNA))) == {"file.form"}


def test_a_long_name_is_compared_as_a_whole() -> None:
    long = replace(ANNA, company="株式会社" + "長" * 300)
    clients = ClientList((long, BEN))
    longer = replace(long, company=f"{long.company}い")
    found = owner_properties(SheetIdentity("x", "1", "C-1"), long.company, Lang.JA)
    assert max(map(len, found.values())) <= 255  # what Excel holds
    mail = Written(long, content=pdf(long, password_of(ANNA)))
    assert doubted(verdict(mail, clients=clients)) == set()
    mail = Written(long, content=pdf(longer, password_of(ANNA)))
    assert refused(verdict(mail, clients=clients)) == {"file.company_typed"}


def test_names_are_compared_as_people_read_them() -> None:
    """A return says (株) where the list has 株式会社."""
    mail = Written(kind=MailKind.CORRECTION, content=correction(ANNA, "（株）青　葉"))
    assert doubted(verdict(mail)) == set()


# --- what must not

PASTED = (ANNA.id, CHO.id)
OTHER_CATALOG = catalog("3! 2 1nc")

# Each row: the mail, and the reasons for which it is refused.
WRONG: Mapping[str, tuple[Callable[[], Written], set[str]]] = {
    "another client's report": (
        lambda: Written(content=locked_report(CHO, password_of(CHO))), {"file.locked"}),
    "another client's report under this password": (
        lambda: Written(content=locked_report(CHO, password_of(ANNA))),
        {"file.id", "file.company_typed"}),
    "another client's sheet": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(CHO)), {"file.id", "file.company"}),
    "another client's correction": (
        lambda: Written(kind=MailKind.CORRECTION, content=correction(CHO)),
        {"file.id", "file.company_typed"}),
    "another client's id": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, id="C-003"))),
        {"file.id"}),
    "another company": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, company="青葉工業"))),
        {"file.company"}),
    "a return that another firm filled in": (
        lambda: Written(kind=MailKind.CORRECTION, content=correction(ANNA, "有限会社千代田")),
        {"file.company_typed"}),
    "no id": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, id=""))),
        {"file.id_missing"}),
    "no company": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, company=""))),
        {"file.company_missing"}),
    "the other language": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, lang=Lang.EN))),
        {"file.lang.ja"}),
    "the other language, to an English client": (
        lambda: Written(BEN, MailKind.REQUEST, content=sheet(replace(BEN, lang=Lang.JA))),
        {"file.lang.en"}),
    "a report in the other language": (
        lambda: Written(content=encrypt_workbook(plain_report(ANNA, Lang.EN), password_of(ANNA))),
        {"file.lang.ja"}),
    "an id that one place has otherwise": (
        lambda: Written(kind=MailKind.REQUEST, content=with_property(sheet(ANNA), PASTED)),
        {"file.id"}),
    "a PDF with an empty password": (
        lambda: Written(content=open_pdf(ANNA, password_of(ANNA)), name="a.pdf"),
        {"file.open.pdf"}),
    "another questionnaire": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(ANNA, OTHER_CATALOG)),
        {"file.kind.sheet", "file.catalog"}),
    "a report as a request": (
        lambda: Written(kind=MailKind.REQUEST, content=plain_report(ANNA)), {"file.kind.sheet"}),
    "a locked report as a request": (
        lambda: Written(kind=MailKind.REQUEST, content=locked_report(ANNA, password_of(ANNA))),
        {"file.closed"}),
    "a correction as a reminder": (
        lambda: Written(kind=MailKind.REMINDER, content=correction(ANNA)), {"file.kind.sheet"}),
    "a sheet as a reminder of a correction": (
        lambda: Written(kind=MailKind.REMINDER, content=sheet(ANNA), about=CHASED),
        {"file.kind.correction"}),
    "a report as a reminder of a correction": (
        lambda: Written(kind=MailKind.REMINDER, content=plain_report(ANNA), about=CHASED),
        {"file.kind.correction"}),
    "a reminder of another client's correction": (
        lambda: Written(kind=MailKind.REMINDER, content=correction(CHO), about=CHASED),
        {"file.id", "file.company_typed"}),
    "a sheet as a correction": (
        lambda: Written(kind=MailKind.CORRECTION, content=sheet(ANNA)), {"file.kind.correction"}),
    "a sheet as a result": (
        lambda: Written(content=encrypt_workbook(sheet(ANNA), password_of(ANNA))),
        {"file.kind.report"}),
    "the portfolio as a result": (
        lambda: Written(content=encrypt_workbook(portfolio(resolve_all()), password_of(ANNA))),
        {"file.kind.report"}),
    "a report without a password": (
        lambda: Written(content=plain_report(ANNA)), {"file.open"}),
    "a report that Excel opens unasked": (
        lambda: Written(content=locked_report(ANNA, "VelvetSweatshop")), {"file.open"}),
    "an old password": (
        lambda: Written(content=locked_report(ANNA, "OLDER-22222-OLDER-22222")), {"file.locked"}),
    "a PDF without a password": (
        lambda: Written(content=pdf(ANNA), name="a.pdf"), {"file.open.pdf"}),
    "a PDF under another client's password": (
        lambda: Written(content=pdf(ANNA, password_of(CHO)), name="a.pdf"), {"file.locked.pdf"}),
    "another client's PDF": (
        lambda: Written(content=pdf(CHO, password_of(ANNA)), name="a.pdf"),
        {"file.id", "file.company_typed"}),
    "a PDF that says nothing": (
        lambda: Written(content=pdf(ANNA, password_of(ANNA), sheet_diag_lang="")),
        {"file.kind.report"}),
    "an empty file": (lambda: Written(kind=MailKind.REQUEST, content=b""), {"file.unreadable"}),
    "two files": (
        lambda: Written(kind=MailKind.REQUEST, more=(("b.xlsx", sheet(ANNA)),)), {"file.many"}),
    "a password with a file": (
        lambda: Written(kind=MailKind.PASSWORD, more=(("b.xlsx", b"x"),)), {"file.any"}),
    "no workbook": (
        lambda: Written(kind=MailKind.REQUEST, content=b"not a workbook"), {"file.unreadable"}),
    "a damaged workbook": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(ANNA)[:20_000]), {"file.unreadable"}),
    "a damaged report": (
        lambda: Written(content=locked_report(ANNA, password_of(ANNA))[:1_500]),
        {"file.unreadable"}),
    "a damaged PDF": (
        lambda: Written(content=pdf(ANNA, password_of(ANNA))[:300]), {"file.unreadable"}),
    "another client in the file's name": (
        lambda: Written(name="有限会社千代田.xlsx"), {"file.name"}),
    "another id in the file's name": (lambda: Written(name="診断_C-003.xlsx"), {"file.name"}),
    "an address of nobody": (
        lambda: Written(to="a@aoba.example.jp, x@example.org"), {"to.unlisted"}),
    "another client's address": (
        lambda: Written(to="c@chiyoda.example.jp"), {"to.other"}),
    "a copy": (lambda: Written(headers=[("Cc", "c@chiyoda.example.jp")]), {"to.other"}),
    "a blind copy": (lambda: Written(headers=[("Bcc", "boss@firm.example.jp")]), {"to.unlisted"}),
    "an address beside a name": (
        lambda: Written(to='"x@example.org" <a@aoba.example.jp>'), {"to.unlisted"}),
    "a group": (lambda: Written(to="all: a@aoba.example.jp, x@example.org;"), {"to.unlisted"}),
    "sent on": (lambda: Written(headers=[("Resent-To", "x@example.org")]), {"to.header"}),
    "a receipt to another": (
        lambda: Written(headers=[("Disposition-Notification-To", "x@example.org")]), {"to.header"}),
    "answered elsewhere": (lambda: Written(headers=[("Reply-To", "x@example.org")]), {"from"}),
    "a letter to another": (
        lambda: Written(text="有限会社千代田 御中", html="<p>有限会社千代田</p>"),
        {"letter.company"}),
    "a text to another": (lambda: Written(text="有限会社千代田 御中"), {"letter.company"}),
    "a page to another": (lambda: Written(html="<p>有限会社千代田</p>"), {"letter.company"}),
    "a letter in English": (lambda: Written(lang="en"), {"letter.lang.ja"}),
    "a letter in Japanese": (lambda: Written(BEN, lang="ja-JP"), {"letter.lang.en"}),
    "the password in the text": (
        lambda: Written(text=f"株式会社青葉 {PASSWORDS['c-001']}"), {"password.told"}),
    "the password without its hyphens": (
        lambda: Written(text="株式会社青葉 aaaaa22222ａａａａａ22222"), {"password.told"}),
    "the password over two lines": (
        lambda: Written(text="株式会社青葉 AAAAA-22222-\nAAAAA-22222"), {"password.told"}),
    "the password on the page": (
        lambda: Written(html="株式会社青葉 <b>AAAAA</b>-22222-AAAAA-222<i>22</i>"),
        {"password.told"}),
    "the password in a comment": (
        lambda: Written(html=f"株式会社青葉 <!-- {PASSWORDS['c-001']} -->"), {"password.told"}),
    "the password in an attribute": (
        lambda: Written(html=f"株式会社青葉 <p title='{PASSWORDS['c-001']}'>"), {"password.told"}),
    "the password in the subject": (
        lambda: Written(subject=f"報告書 {PASSWORDS['c-001']}"), {"password.told"}),
    "the password in the file's name": (
        lambda: Written(name=f"報告書_{PASSWORDS['c-001']}.xlsx"), {"password.told"}),
    "the password in another header": (
        lambda: Written(headers=[("X-Note", PASSWORDS["c-001"])]), {"password.told"}),
    "another client's password": (
        lambda: Written(text=f"株式会社青葉 {PASSWORDS['c-003']}"), {"password.other"}),
    "two passwords": (
        lambda: Written(kind=MailKind.PASSWORD, text=f"株式会社青葉 {PASSWORDS}"),
        {"password.other"}),
    "another client's password alone": (
        lambda: Written(
            kind=MailKind.PASSWORD,
            text=f"株式会社青葉 {PASSWORDS['c-003']}",
            html=f"株式会社青葉 {PASSWORDS['c-003']}",
        ),
        {"password.other", "password.missing"}),
    "no password": (
        lambda: Written(kind=MailKind.PASSWORD, text="株式会社青葉", html="株式会社青葉"),
        {"password.missing"}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mail_is_rejected_with_its_reason(name: str) -> None:
    write, reasons = WRONG[name]
    assert refused(verdict(write())) == reasons


def test_a_mail_without_its_file_is_rejected() -> None:
    mail = Written(kind=MailKind.PASSWORD)
    parcel = OutgoingMail(MailKind.REQUEST, ANNA)
    found = refused(guard().inspect(mail.bytes(), parcel))
    assert found == {"file.none", "password.told"}


def test_a_bomb_is_not_unpacked() -> None:
    """A sheet with a part that unpacks to far more than intake lets through."""
    bomb = io.BytesIO(sheet(ANNA))
    with zipfile.ZipFile(bomb, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/more.bin", bytes(40_000_000))
    mail = Written(kind=MailKind.REQUEST, content=bomb.getvalue())
    assert refused(verdict(mail)) == {"file.unreadable"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.pdf"])
def test_limits_are_those_of_intake(name: str) -> None:
    reading, password = IntakeSettings(Limits(file=0)), password_of(ANNA)
    content = pdf(ANNA, password) if name == "a.pdf" else locked_report(ANNA, password)
    mail = Written(content=content, name=name)
    assert refused(verdict(mail, reading=reading)) == {"file.unreadable"}


ROWS: Mapping[str, tuple[ListedClient, str]] = {
    "id": (replace(ANNA, id="c-001"), "row.id"),
    "company": (replace(ANNA, company="株式会社赤葉"), "row.company"),
    "addresses": (replace(ANNA, addresses=("a@aoba.example.jp",)), "row.mail"),
    "language": (replace(ANNA, lang=Lang.EN), "row.lang.ja"),
    "contact": (replace(ANNA, contact="赤葉 次郎"), "row.contact"),
}


@pytest.mark.parametrize("field", ROWS)
def test_a_client_that_differs_from_the_list_is_rejected(field: str) -> None:
    client, reason = ROWS[field]
    mail = Written()
    found = guard().inspect(mail.bytes(), replace(mail.mail, client=client))
    assert reason in refused(found)


def test_swapped_rows_are_refused() -> None:
    """The list was sorted by one column alone: Anna's company and address under Cho's id."""
    swapped = replace(ANNA, id=CHO.id)
    found = verdict(Written(swapped, MailKind.REQUEST, content=sheet(ANNA)))
    assert refused(found) == {
        "row.company", "row.mail", "row.contact", "to.other", "letter.company", "file.id",
        "file.company",
    }  # fmt: skip


def test_a_client_that_is_not_listed_gets_no_mail() -> None:
    assert refused(verdict(Written(), clients=ClientList((BEN, CHO)))) == {"row.unknown"}


def test_an_address_of_two_clients_is_rejected() -> None:
    clients = ClientList((ANNA, replace(CHO, addresses=ANNA.addresses[:1])))
    assert refused(verdict(Written(), clients=clients)) == {"to.shared"}


def test_a_mail_without_recipient_is_rejected() -> None:
    message = Written().message()
    del message["To"]
    assert refused(verdict(Written(), message.as_bytes())) == {"to.none"}


# --- an address that two clients share

SHARED = ANNA.addresses[:1]
AOBA = replace(ANNA, shared=SHARED)
SISTER = ListedClient(
    "C-004", "株式会社青葉第二", Lang.JA, (*SHARED, "s@aoba2.example.jp"), shared=SHARED
)
SHARING: Mapping[str, Any] = {
    "clients": ClientList((AOBA, SISTER, BEN, CHO)),
    "passwords": {**PASSWORDS, "c-004": "DDDDD-55555-DDDDD-55555"},
}
_SISTERS_WORD = "DDDDD-55555-DDDDD-55555"
SWAPPED: Mapping[str, tuple[Callable[[], Written], set[str]]] = {
    "its report": (
        lambda: Written(content=locked_report(SISTER, _SISTERS_WORD)), {"file.locked"}),
    "its report under this password": (
        lambda: Written(content=locked_report(SISTER, password_of(ANNA))),
        {"file.id", "file.company_typed"}),
    "its PDF under this password": (
        lambda: Written(content=pdf(SISTER, password_of(ANNA)), name="a.pdf"),
        {"file.id", "file.company_typed"}),
    "its sheet": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(SISTER)), {"file.id", "file.company"}),
    "its sheet as a reminder": (
        lambda: Written(kind=MailKind.REMINDER, content=sheet(SISTER)),
        {"file.id", "file.company"}),
    "its id": (
        lambda: Written(kind=MailKind.REQUEST, content=sheet(replace(ANNA, id=SISTER.id))),
        {"file.id"}),
    "its company": (
        lambda: Written(
            kind=MailKind.REQUEST, content=sheet(replace(ANNA, company=SISTER.company))),
        {"file.company"}),
    "its correction": (
        lambda: Written(kind=MailKind.CORRECTION, content=correction(SISTER)),
        {"file.id", "file.company_typed"}),
    "its password": (
        lambda: Written(text=f"株式会社青葉 {_SISTERS_WORD}"), {"password.other"}),
    "its id in the file's name": (lambda: Written(name="診断_C-004.xlsx"), {"file.name"}),
    "both files": (
        lambda: Written(kind=MailKind.REQUEST, more=(("b.xlsx", sheet(SISTER)),)), {"file.many"}),
    "its other address": (lambda: Written(to="s@aoba2.example.jp"), {"to.other"}),
    "a letter to another": (
        lambda: Written(text="有限会社千代田 御中", html="<p>有限会社千代田</p>"),
        {"letter.company"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SWAPPED)
def test_a_shared_address_gets_only_what_is_its_clients(name: str) -> None:
    write, reasons = SWAPPED[name]
    assert refused(verdict(write(), **SHARING)) == reasons


@pytest.mark.parametrize("kind", KINDS)
def test_mails_of_all_who_share_an_address_may_leave(kind: MailKind) -> None:
    former = {SHARED[0]: frozenset({"c-004"})}  # which was written to first
    assert doubted(verdict(Written(AOBA, kind), **SHARING, former_owners=former)) == set()


def test_an_address_is_not_shared_by_one_client_alone() -> None:
    for clients in ((ANNA, SISTER), (AOBA, replace(SISTER, shared=()))):
        found = verdict(Written(), **{**SHARING, "clients": ClientList(clients)})
        assert refused(found) == {"to.shared"}


def test_a_shared_address_of_a_client_that_has_it_no_more_is_reported() -> None:
    former = {SHARED[0]: frozenset({"c-003"})}
    assert refused(verdict(Written(), **SHARING, former_owners=former)) == {"to.former"}


PASSWORD_LISTS: Mapping[str, tuple[Mapping[str, str], set[str]]] = {
    "not listed": ({}, {"password.unlisted", "file.closed"}),
    "another one": ({"c-001": "ZZZZZ-99999-ZZZZZ-99999"}, {"password.differs", "file.locked"}),
    "one for two": (
        {**PASSWORDS, "c-003": PASSWORDS["c-001"]}, {"password.shared"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PASSWORD_LISTS)
def test_a_report_needs_the_listed_password(name: str) -> None:
    passwords, reasons = PASSWORD_LISTS[name]
    assert refused(verdict(Written(), passwords=passwords)) == reasons


# --- what is asked again


def test_a_new_domain_is_a_warning() -> None:
    for before, reasons in (
        ({"aoba.example.jp"}, set()), ({"old.example.jp"}, {"domain"}), (set(), set()),
    ):  # fmt: skip
        former = {"c-001": frozenset(before)}
        assert doubted(verdict(Written(), former_domains=former)) == reasons


@pytest.mark.parametrize(
    ("before", "named", "stops", "asks"),
    [
        pytest.param({"a2@aoba.example.jp": {"c-001", "c-002"}}, (), set(), set(), id="his too"),
        pytest.param({"a2@aoba.example.jp": {"c-002"}}, (), {"to.former"}, set(), id="another's"),
        pytest.param({"a2@aoba.example.jp": {"c-9"}}, (), set(), {"to.former"}, id="of the past"),
        pytest.param(
            {"a2@aoba.example.jp": {"c-002"}}, ("c-001",), set(), {"to.former"}, id="named"
        ),
        pytest.param(
            {"a2@aoba.example.jp": {"c-002"}}, ("c-002",), {"to.former"}, set(), id="named other"
        ),
    ],
)
def test_an_address_that_was_another_clients_is_reported(
    before: Mapping[str, set[str]], named: tuple[str, ...], stops: set[str], asks: set[str]
) -> None:
    former = {address: frozenset(ids) for address, ids in before.items()}
    found = verdict(Written(), former_owners=former, named=frozenset(named))
    assert refused(found) == stops
    assert {each.key.removeprefix("guard.") for each in found.warnings} == asks


def test_a_return_from_another_clients_address_is_a_warning() -> None:
    mail = Written()
    found = guard().inspect(mail.bytes(), replace(mail.mail, sender_doubt="sender"))
    assert doubted(found) == {"sender"}


def test_another_clients_name_in_the_text_is_a_warning() -> None:
    mail = Written(text="株式会社青葉 御中\n有限会社 千代田の件")
    assert doubted(verdict(mail)) == {"letter.other"}


def test_a_name_within_the_clients_own_name_is_no_finding() -> None:
    clients = ClientList((replace(CHO, company="株式会社青"), BEN, ANNA))
    assert doubted(verdict(Written(), clients=clients)) == set()


def test_a_part_of_the_clients_name_in_a_file_name_is_no_finding() -> None:
    """No file can be called A/B, and long names are cut."""
    anna = replace(ANNA, company="株式会社青葉/本社")
    clients = ClientList((replace(CHO, company="株式会社青葉"), anna))
    mail = Written(anna, content=pdf(anna, password_of(ANNA)), name="株式会社青葉_本社.pdf")
    assert doubted(verdict(mail, clients=clients)) == set()


def test_domains_are_compared_in_their_ascii_form() -> None:
    anna = replace(ANNA, addresses=("a@青葉.example.jp",))
    mail = Written(anna, to=f"a@{IDN}.example.jp")
    clients, former = ClientList((anna,)), {"c-001": frozenset({f"{IDN}.example.jp"})}
    assert doubted(verdict(mail, clients=clients, former_domains=former)) == set()


def test_a_correction_may_ask_for_the_company() -> None:
    blank = make_hearing_sheet(JIS, Lang.JA, ISSUER, Entries({"industry": "製造業"}), ANNA.id)
    mail = Written(kind=MailKind.CORRECTION, content=corrected(blank))
    assert doubted(verdict(mail)) == {"file.company_missing"}


# --- what other programs could read otherwise

_BOUNDARY = b"boundary="


def _doubled(content: bytes, header: bytes, more: bytes) -> bytes:
    return content.replace(header, more + b"\r\n" + header, 1)


TAMPERED: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "two recipients' headers": (
        lambda mail: _doubled(mail, b"To: ", b"To: x@example.org"), "odd.structure"),
    "two subjects": (
        lambda mail: _doubled(mail, b"Subject: ", b"Subject: x"), "odd.structure"),
    "two boundaries": (
        lambda mail: mail.replace(_BOUNDARY, b'boundary="x"; boundary=', 1), "odd.structure"),
    "a second boundary behind": (
        lambda mail: mail.replace(b'=="\r\n', b'=="; boundary="x"\r\n', 1), "odd.names"),
    "a boundary in a comment": (
        lambda mail: mail.replace(_BOUNDARY, b'(boundary="x") boundary=', 1), "odd.names"),
    "two names": (
        lambda mail: mail.replace(
            b'filename="report.xlsx"', b'filename="report.xlsx"; filename="b.exe"'),
        "odd.names"),
    "two forms of the name": (
        lambda mail: mail.replace(
            b'filename="report.xlsx"', b"filename=\"report.xlsx\"; filename*=utf-8''b.exe"),
        "odd.names"),
    "names that disagree": (
        lambda mail: mail.replace(b"spreadsheetml.sheet", b'spreadsheetml.sheet; name="b.xlsx"'),
        "odd.names"),
    "words before the parts": (
        lambda mail: mail.replace(b"\r\n\r\n--", b"\r\n\r\nC-003\r\n--", 1), "odd.structure"),
    "words after the parts": (lambda mail: mail + b"\r\nC-003\r\n", "odd.structure"),
    "an end that is missing": (lambda mail: mail[: mail.rindex(b"--")], "odd.structure"),
    "broken Base64": (
        lambda mail: mail.replace(b"AAAA", b"AA==", 1), "odd.structure"),
    "lines that end in two ways": (
        lambda mail: mail.replace(b"\r\n", b"\n", 1), "odd.lines"),
    "a bare return": (lambda mail: mail.replace(b"Subject: ", b"Subject: \r", 1), "odd.lines"),
    "another character set": (
        lambda mail: mail.replace(b'charset="utf-8"', b'charset="utf-7"', 1), "odd.charset"),
    "an unknown encoding": (
        lambda mail: mail.replace(b"Encoding: base64", b"Encoding: x-uuencode"), "odd.structure"),
    "a container of another kind": (
        lambda mail: mail.replace(b"multipart/mixed", b"multipart/digest"), "odd.structure"),
    "no mail": (lambda mail: mail[:0], "odd.texts"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERED)
def test_a_mail_that_can_be_read_in_two_ways_is_rejected(name: str) -> None:
    tamper, reason = TAMPERED[name]
    content = Written().bytes()
    changed = tamper(content)
    assert changed != content
    assert refused(verdict(Written(), changed)) == {reason}


def test_an_attached_mail_cannot_be_read() -> None:
    for kind, reason in ((MailKind.PASSWORD, "file.any"), (MailKind.REQUEST, "file.many")):
        message = Written(kind=kind).message()
        message.add_attachment(Written(CHO).message())
        assert refused(verdict(Written(kind=kind), message.as_bytes())) == {reason}


def test_a_mail_alone_is_no_hearing_sheet() -> None:
    message = Written(kind=MailKind.PASSWORD, text="株式会社青葉", html="株式会社青葉").message()
    message.add_attachment(Written(CHO, MailKind.REQUEST).message())
    found = guard().inspect(message.as_bytes(), OutgoingMail(MailKind.REQUEST, ANNA))
    assert refused(found) == {"file.unreadable"}


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_a_second_text_is_rejected(subtype: str) -> None:
    message = Written(kind=MailKind.PASSWORD).message()
    more = EmailMessage(policy=SMTP)
    more.set_content("有限会社千代田", subtype=subtype)
    message.make_mixed()
    message.attach(more)
    found = verdict(Written(kind=MailKind.PASSWORD), message.as_bytes())
    assert refused(found) == {"odd.texts"}


def test_a_mail_of_too_many_parts_is_rejected() -> None:
    mail = Written(kind=MailKind.REQUEST, more=[(f"{n}.xlsx", b"x") for n in range(40)])
    assert refused(verdict(mail)) == {"odd.parts"}


def test_a_fault_of_the_checks_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("C-003")

    monkeypatch.setattr("sheet_diag.mail.outgoing_checks.check.compare_attachments", broken)
    assert refused(verdict(Written())) == {"fault"}


# --- what documents say of themselves


def test_a_report_names_its_client_in_two_places() -> None:
    found = read_document_owner(plain_report(ANNA), "a.xlsx", JIS, Limits())
    assert found == DocumentOwner(
        DocumentKind.REPORT, (JIS.id,), (ANNA.id,), (ANNA.company,), "ja", protected=False
    )


def test_a_report_of_another_client_is_recognised_by_its_plan_alone() -> None:
    """The properties were changed: the plan still tells."""
    changes = ((CHO.id, ANNA.id), (CHO.company, ANNA.company))
    changed = with_property(plain_report(CHO), *changes)
    mail = Written(content=encrypt_workbook(changed, password_of(ANNA)))
    assert refused(verdict(mail)) == {"file.id", "file.company_typed"}


def test_a_report_of_an_older_version_is_rejected() -> None:
    book = Book(title="x", author="y", created=date(2026, 11, 23))
    page = book.page("x")
    book.custom_property(OUTPUT_KEY, "SD-1")
    for at, text in enumerate(
        ("sheet_diag_plan_client", ANNA.id, "sheet_diag_plan_name", ANNA.company)
    ):
        page.text(0, at, text, {})
    mail = Written(content=encrypt_workbook(book.bytes(), password_of(ANNA)))
    assert refused(verdict(mail)) == {"file.bare"}


def test_a_report_is_recognised_as_ours() -> None:
    received = read_content("a.xlsx", plain_report(ANNA), JIS)
    assert [problem.code for problem in received.problems] == [ProblemCode.OWN_OUTPUT]
    assert received.sheet is None


def test_the_second_check_opens_changed_files_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []

    def counted(content: bytes, name: str, *rest: Any) -> DocumentOwner:
        opened.append(name)
        return read_document_owner(content, name, *rest)

    monkeypatch.setattr(opening, "read_document_owner", counted)
    look, mail = guard(), Written()
    for _ in range(2):
        assert not look.inspect(mail.bytes(), mail.mail).errors
    assert len(opened) == 1
    changed = Written(content=encrypt_workbook(plain_report(BEN), password_of(ANNA)))
    assert look.inspect(changed.bytes(), changed.mail).errors
    assert len(opened) == 2
