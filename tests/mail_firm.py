"""A firm, its mail servers and its clients: everything that a campaign by mail needs.

Mails go through a real SMTP server and are fetched from a real mailbox. Clients open what they were
sent, fill it in and answer.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.forms.layout import FIRST_QUESTION_ROW, QUESTION_COLUMNS, QuestionColumn
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import MailServer
from tests.catalogs import JIS
from tests.dovecot import Dovecot
from tests.mailservers import PASSWORD, USER, AcceptedMail, Authority, SmtpServer
from tests.returned import reopen_workbook

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")
HEADS = (
    "診断先番号", "会社名", "ご担当者名", "役職", "メールアドレス", "言語", "業種", "従業員数",
    "提出期限", "グループ", "備考",
)  # fmt: skip
_PASSWORDS = {"SHEET_DIAG_SMTP_PASSWORD": PASSWORD, "SHEET_DIAG_IMAP_PASSWORD": PASSWORD}
_ID, _ANSWER = (
    QUESTION_COLUMNS.index(each) + 1 for each in (QuestionColumn.ID, QuestionColumn.ANSWER)
)


@contextmanager
def open_firm(folder: Path, *rows: Mapping[str, str]) -> Iterator[Firm]:
    """A firm with its settings and its client list, in a folder of its own below this one; what is
    sent to itself arrives in its mailbox."""
    authority = Authority(folder)
    place = folder / "campaign"
    place.mkdir()
    with Dovecot(authority) as dovecot, SmtpServer(authority) as smtpd:
        smtpd.deliver = lambda mail: (
            dovecot.deliver([mail.content]) if USER in mail.recipients else None
        )
        firm = Firm(place, smtpd, dovecot)
        firm.settings(copy_seconds=10)
        firm.listed(*rows)
        yield firm


@dataclass
class Firm:
    """The working folder of the people who run sheet-diag, and what they type there."""

    folder: Path
    smtpd: SmtpServer
    dovecot: Dovecot
    said: list[str] = field(default_factory=list)

    def settings(self, **mail: Any) -> None:
        """Write sheet-diag.toml."""
        extra = "".join(f"{key} = {str(value).lower()}\n" for key, value in mail.items())
        text = (
            f'deadline = 2026-12-25\n[issuer]\nname = "見本リスクコンサルティング株式会社"\n'
            f'email = "{USER}"\n[mail]\n{extra}'
            f"[smtp]\n{_server(self.smtpd.settings())}per_minute = 6000\n"
            f"[imap]\n{_server(self.dovecot.settings())}"
        )
        (self.folder / "sheet-diag.toml").write_text(text, encoding="utf-8")

    def listed(self, *rows: Mapping[str, str]) -> None:
        """Write the client list."""
        book = openpyxl.Workbook()
        page = book.active
        assert page is not None
        page.append(HEADS)
        for row in rows:
            page.append([row.get(head, "") for head in HEADS])
        book.save(self.folder / "clients.xlsx")

    def type(self, *words: str, answer: str = "", status: int = 0) -> str:
        """Type a command and, where it asks, an answer; what it says."""
        code, told = self.call(*words, answer=answer)
        assert "Traceback" not in told, told
        assert code == status, f"{words}: {code}\n{told}"
        self.said.append(told)
        return told

    def call(self, *words: str, answer: str) -> tuple[int, str]:
        """Call a command in this process; its exit status, and what it says."""
        with contextlib.chdir(self.folder):
            done = CliRunner().invoke(app, words, answer, {**_PASSWORDS, "COLUMNS": "120"})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    def send(self, *words: str, count: int) -> list[AcceptedMail]:
        """Type a command with --send and how many mails it is about; the mails to clients."""
        before = len(self.smtpd.accepted)
        self.type(*words, "--send", answer=f"{count}\n")
        return self.smtpd.accepted[before:]


def _server(server: MailServer) -> str:
    return (
        f'host = "{server.host}"\nport = {server.port}\nsecurity = "{server.security.value}"\n'
        f'user = "{server.user}"\nca = "{server.ca}"\n'
    )


def by_address(accepted: list[AcceptedMail]) -> dict[str, EmailMessage]:
    """The mails by the client's address; the blind copy to the firm is left out."""
    found = {}
    for each in accepted:
        (recipient,) = [address for address in each.recipients if address != USER]
        assert recipient not in found
        found[recipient] = each.message
    return found


def attachments(mail: EmailMessage) -> list[tuple[str, bytes]]:
    """Names and contents."""
    return [(part.get_filename() or "", part.get_content()) for part in mail.iter_attachments()]


def attached_workbook(mail: EmailMessage) -> bytes:
    """The one workbook of a mail."""
    ((name, content),) = attachments(mail)
    assert name.endswith(".xlsx")
    return content


def fill_in(content: bytes, lang: Lang, *, skip: str = "", profile: Mapping[str, str]) -> bytes:
    """The workbook with every question answered but those of a category, as a client does it."""
    book = reopen_workbook(content)
    page = book.worksheets[-3]  # before the two hidden ones
    for row in range(FIRST_QUESTION_ROW + 1, page.max_row + 1):
        item = str(page.cell(row, _ID).value or "")
        if item in JIS.items and not (skip and item.startswith(skip)):
            choice = JIS.offered(JIS.items[item])
            page.cell(row, _ANSWER).value = next(iter(choice)).label[lang]
    for cell, value in _profile_cells(book, lang, profile):
        cell.value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _profile_cells(
    book: openpyxl.Workbook, lang: Lang, profile: Mapping[str, str]
) -> Iterator[tuple[Any, str]]:
    page = book["会社情報" if lang is Lang.JA else "Company"]
    assert isinstance(page, Worksheet)
    labels = {JIS.field_by_id[name].label[lang]: value for name, value in profile.items()}
    for row in range(1, page.max_row + 1):
        for column in range(1, page.max_column + 1):
            label = str(page.cell(row, column).value)
            if label in labels:
                yield page.cell(row, column + 1), labels[label]


def reply_mail(address: str, mail: EmailMessage, content: bytes, name: str) -> bytes:
    """A client's answer to a mail, with a workbook."""
    answer = EmailMessage()
    answer["From"] = address
    answer["To"] = USER
    answer["Subject"] = f"Re: {mail['Subject']}"
    answer["Message-ID"] = f"<{sha256(content).hexdigest()[:16]}@client.example>"
    answer["In-Reply-To"] = str(mail["Message-ID"])
    answer.set_content("ご依頼のシートをお送りします。\n")
    answer.add_attachment(content, *XLSX, filename=name)
    return answer.as_bytes()
