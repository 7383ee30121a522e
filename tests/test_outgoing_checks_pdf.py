"""Reports as PDF: the one that the last run made for this client leaves, and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from sheet_diag.intake.document_owner import DocumentOwner, read_document_owner
from sheet_diag.mail.compose.message import compose_message, format_final
from sheet_diag.mail.outgoing_checks import documents as opening
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.reports.encryption import encrypt_pdf, encrypt_workbook
from tests.samples import ISSUER
from tests.test_outgoing_checks import (
    ANNA,
    BEN,
    CHO,
    SENDER,
    doubted,
    guard,
    locked_report,
    password_of,
    pdf,
    plain_report,
    refused,
)

pytestmark = pytest.mark.slow("encrypted reports are opened in processes")

BOOK, PRINT, BOTH = ReportForm.WORKBOOK, ReportForm.PRINTED, ReportForm.BOTH
DAY = date(2026, 11, 26)


@cache
def locked_pdf(client: ListedClient, password: str = "") -> bytes:
    """The PDF of a client; another one whenever it is made anew."""
    return encrypt_pdf(pdf(client), password or password_of(client))


@cache
def locked_book(client: ListedClient) -> bytes:
    return locked_report(client, password_of(client))


@dataclass(frozen=True)
class Sent:
    """A report as it is attached: the workbook, the PDF, both (`extra`: and more); `made` is the
    PDF that the last run made, where it is not the attached one."""

    form: ReportForm = PRINT
    book: Callable[[], bytes] | None = None
    print: Callable[[], bytes] | None = None
    made: Callable[[], bytes] | None = None
    client: ListedClient = ANNA
    extra: bool = False

    def mail(self, folder: Path) -> OutgoingMail:
        """The mail to be written, with its files in the folder."""
        made = self.made or self.print
        paths = []
        for content, name in ((self.book, "報告書.xlsx"), (self.print, "報告書.pdf")):
            if content:
                paths.append(folder / name)
                paths[-1].write_bytes(content())
        if self.extra:
            paths.append(folder / "more.pdf")
            paths[-1].write_bytes(locked_pdf(ANNA))
        return OutgoingMail(
            MailKind.RESULT, self.client, MailSubject(form=self.form), attachment=paths[0],
            second_attachment=paths[1] if paths[1:] else None, password=password_of(self.client),
            pdf_sha256=sha256(made()).hexdigest() if made else "",
        )  # fmt: skip


def mail(parcel: OutgoingMail) -> bytes:
    return format_final(compose_message(parcel, MailTemplates().write(parcel, ISSUER, DAY), SENDER))


GOOD: Mapping[str, Sent] = {
    "a PDF": Sent(print=lambda: locked_pdf(ANNA)),
    "an English one": Sent(client=BEN, print=lambda: locked_pdf(BEN)),
    "both": Sent(BOTH, lambda: locked_book(ANNA), lambda: locked_pdf(ANNA)),
    "a workbook, of which there is a PDF": Sent(
        BOOK, lambda: locked_book(ANNA), made=lambda: locked_pdf(ANNA)
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_report_of_the_last_run_may_leave(name: str, tmp_path: Path) -> None:
    parcel = GOOD[name].mail(tmp_path)
    assert doubted(guard().inspect(mail(parcel), parcel)) == set()


@pytest.mark.parametrize("client", [ANNA, BEN])
@pytest.mark.parametrize("protected", [True, False])
def test_no_text_calls_a_pdf_a_workbook(
    client: ListedClient, protected: bool, tmp_path: Path
) -> None:
    parcel = Sent(client=client, print=lambda: locked_pdf(client)).mail(tmp_path)
    parcel = parcel if protected else replace(parcel, password="")
    letter = MailTemplates().write(parcel, ISSUER, DAY)
    found = OutgoingMail(MailKind.PASSWORD, client, password="x", report_files="報告書.pdf")
    for each in (letter, MailTemplates().write(found, ISSUER, DAY)):
        text = f"{each.subject}\n{each.text}\n{each.html}".casefold()
        assert "報告書.pdf" in text
        assert not any(word in text for word in ("excel", "エクセル", "workbook", "ブック"))


def test_the_text_names_both_files(tmp_path: Path) -> None:
    parcel = GOOD["both"].mail(tmp_path)
    assert "報告書.xlsx / 報告書.pdf" in MailTemplates().write(parcel, ISSUER, DAY).text


# Each row: what is attached, and the reasons for which it is refused.
BAD: Mapping[str, tuple[Sent, set[str]]] = {
    "another client's": (
        Sent(print=lambda: locked_pdf(CHO), made=lambda: locked_pdf(ANNA)),
        {"file.print", "file.locked.pdf"}),
    "another client's, which this password opens": (
        Sent(print=lambda: locked_pdf(CHO, password_of(ANNA)), made=lambda: locked_pdf(ANNA)),
        {"file.print", "file.id", "file.company_typed"}),
    "another client's, which the run takes for this one's": (
        Sent(print=lambda: locked_pdf(CHO, password_of(ANNA))), {"file.id", "file.company_typed"}),
    "an older run's": (
        Sent(print=lambda: encrypt_pdf(pdf(ANNA), password_of(ANNA)),
             made=lambda: locked_pdf(ANNA)),
        {"file.print"}),
    "one that no run is known to have made": (
        replace(GOOD["a PDF"], made=lambda: b""), {"file.print"}),
    "one under an older password": (
        Sent(print=lambda: locked_pdf(ANNA, "OLDER-22222-OLDER-22222")), {"file.locked.pdf"}),
    "one open to all": (Sent(print=lambda: pdf(ANNA)), {"file.open.pdf"}),
    "one in the other language": (
        Sent(print=lambda: locked_pdf(replace(ANNA, lang=Lang.EN))), {"file.lang.ja"}),
    "one that is damaged": (Sent(print=lambda: locked_pdf(ANNA)[:400]), {"file.unreadable"}),
    "a workbook in its place": (Sent(print=lambda: locked_book(ANNA)), {"file.form"}),
    "one in the place of a workbook": (Sent(BOOK, lambda: locked_pdf(ANNA)), {"file.form"}),
    "one besides the workbook": (
        Sent(BOOK, lambda: locked_book(ANNA), lambda: locked_pdf(ANNA)), {"file.many"}),
    "half of both": (Sent(BOTH, lambda: locked_book(ANNA)), {"file.form"}),
    "two of them": (
        Sent(BOTH, print=lambda: locked_pdf(ANNA), extra=True), {"file.form"}),
    "both, the workbook another client's": (
        Sent(BOTH, lambda: encrypt_workbook(plain_report(CHO), password_of(ANNA)),
             lambda: locked_pdf(ANNA)),
        {"file.id", "file.company_typed"}),
    "both, the PDF another client's": (
        Sent(BOTH, lambda: locked_book(ANNA), lambda: locked_pdf(CHO),
             made=lambda: locked_pdf(ANNA)),
        {"file.print", "file.locked.pdf"}),
    "both, the workbook open": (
        Sent(BOTH, lambda: plain_report(ANNA), lambda: locked_pdf(ANNA)), {"file.open"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_any_other_report_is_rejected(name: str, tmp_path: Path) -> None:
    sent, reasons = BAD[name]
    parcel = sent.mail(tmp_path)
    assert refused(guard().inspect(mail(parcel), parcel)) == reasons


def test_an_open_pdf_may_leave_where_the_user_said_so(tmp_path: Path) -> None:
    parcel = replace(Sent(print=lambda: pdf(ANNA)).mail(tmp_path), password="")
    found = guard(unprotected=True, passwords={}).inspect(mail(parcel), parcel)
    assert doubted(found) == set()


def test_a_pdf_that_changes_before_it_leaves_is_rejected(tmp_path: Path) -> None:
    parcel, checker = GOOD["a PDF"].mail(tmp_path), guard()
    assert doubted(checker.inspect(mail(parcel), parcel)) == set()
    assert parcel.attachment
    parcel.attachment.write_bytes(locked_pdf(CHO, password_of(ANNA)))
    assert "file.print" in refused(checker.inspect(mail(parcel), parcel))


# --- many at once


@pytest.fixture
def parcels(tmp_path: Path) -> list[OutgoingMail]:
    """A workbook, a PDF and both for each client; one of them is another's."""
    found = []
    for client in (ANNA, BEN, CHO):
        for form in ReportForm:
            folder = tmp_path / f"{client.id}_{form.value}"
            folder.mkdir()
            owner = CHO if (client, form) == (BEN, BOOK) else client
            book = (lambda owner=owner: locked_book(owner)) if form is not PRINT else None
            printed = (lambda c=client: locked_pdf(c)) if form is not BOOK else None
            found.append(Sent(form, book, printed, client=client).mail(folder))
    return found


def inspect_all(
    checker: MailChecker, parcels: list[OutgoingMail], jobs: int
) -> list[tuple[str, set[str]]]:
    """What the guard says of every mail, in the order in which it hands them out."""
    with checker.ahead(parcels, jobs) as ready:
        return [
            (each.client.id + each.subject.form, refused(checker.inspect(mail(each), each)))
            for each in ready
        ]


def test_worker_processes_change_no_finding(
    parcels: list[OutgoingMail], monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = inspect_all(guard(), parcels, jobs=1)
    assert [reasons for _, reasons in alone if reasons] == [{"file.locked"}]
    opened: list[str] = []

    def counted(content: bytes, name: str, *rest: object) -> DocumentOwner:
        opened.append(name)
        return read_document_owner(content, name, *rest)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(opening, "read_document_owner", counted)
    monkeypatch.setattr(opening, "_WORTH_IT", 0.0)
    assert inspect_all(guard(), parcels, jobs=2) == alone
    assert opened == []  # not here: elsewhere


def test_a_file_that_has_changed_is_opened_again(
    parcels: list[OutgoingMail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_WORTH_IT", 0.0)
    checker = guard()
    with checker.ahead(parcels, 2) as ready:
        first = next(iter(ready))
        assert first.attachment
        first.attachment.write_bytes(locked_book(CHO))
        assert refused(checker.inspect(mail(first), first)) == {"file.locked"}


def test_a_missing_file_is_reported_when_it_is_attached(
    parcels: list[OutgoingMail], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_WORTH_IT", 0.0)
    assert parcels[0].attachment
    parcels[0].attachment.unlink()
    with guard().ahead(parcels, 2) as ready:
        assert list(ready) == parcels


def test_few_files_are_opened_without_processes(
    parcels: list[OutgoingMail], monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(opening, "WorkerProcesses", none)
    with guard().ahead(parcels[:3], 8) as ready:
        assert list(ready) == parcels[:3]
