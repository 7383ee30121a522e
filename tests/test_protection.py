"""Encrypted reports, their passwords, and the list that tells them."""

from __future__ import annotations

import csv
import io
import stat
import sys
from pathlib import Path

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter

from sheet_diag import protection
from sheet_diag.intake import read_content
from sheet_diag.intake.kinds import Kind, kind_of
from sheet_diag.protection import (
    PasswordList,
    PasswordListError,
    ProtectionError,
    protected_pdf,
    protected_workbook,
)
from tests.catalogs import JIS
from tests.samples import client, report


def _pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def test_a_protected_workbook_opens_with_its_password_alone() -> None:
    content = report(client("見本"))
    sealed = protected_workbook(content, "K-1")
    assert kind_of(sealed, "a.xlsx") is Kind.ENCRYPTED
    assert [p.code for p in read_content("a.xlsx", sealed, JIS).problems] == ["PASSWORD_NEEDED"]
    assert content[:2000] not in sealed


def test_nothing_is_kept_that_does_not_open_to_what_went_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Careless(OOXMLFile):  # type: ignore[misc]  # untyped
        def decrypt(self, outfile: io.BytesIO, **options: object) -> None:
            del options
            outfile.write(b"something else")

    content = report(client("見本"))
    monkeypatch.setattr(protection, "OOXMLFile", Careless)
    with pytest.raises(ProtectionError):
        protected_workbook(content, "K-1")


def test_a_protected_pdf_opens_with_its_password_alone() -> None:
    sealed = protected_pdf(_pdf(), "K-1")
    reader = PdfReader(io.BytesIO(sealed))
    assert reader.is_encrypted
    assert not reader.decrypt("k-1")
    assert reader.decrypt("K-1")


def test_a_password_that_was_told_stays(tmp_path: Path) -> None:
    path = tmp_path / "passwords.csv"
    first = PasswordList.load(path)
    told = {client: first.of(client) for client in (("C-1", "見本"), ("", "別の会社"))}
    first.write(path)
    again = PasswordList.load(path)
    assert {client: again.of(client) for client in told} == told
    assert again.of(("C-1", "見本ホールディングス")) == told["C-1", "見本"]
    assert again.of(("ｃ-１", "見本")) == told["C-1", "見本"]
    again.write(path)
    assert len(path.read_text("utf-8-sig").splitlines()) == 3


def test_clients_never_share_a_password() -> None:
    passwords = PasswordList({})
    clients = [("C-1", "見本"), ("C-2", "見本"), ("", "見本"), ("", "別の会社")]
    assert len({passwords.of(client) for client in clients}) == 4


def test_passwords_are_long_and_plain() -> None:
    passwords = PasswordList({})
    for number in range(200):
        password = passwords.of((str(number), ""))
        assert len(password) == 23
        assert password[0].isalpha()
        assert not set(password) & set("0O1IL")


def test_the_list_is_for_its_owner_and_holds_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "passwords.csv"
    passwords = PasswordList({})
    clients = [("=1+1", "+81"), ("＝1", "－x"), ("-2", "@x"), ("'3", "株式会社見本")]
    told = {client: passwords.of(client) for client in clients}
    passwords.write(path)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    _, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    assert not [cell for row in rows for cell in row if cell.startswith(tuple("=+-@＝－"))]
    again = PasswordList.load(path)
    assert {client: again.of(client) for client in clients} == told


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param("診断先,パスワード\nx,y\n".encode(), id="two columns"),
        pytest.param(b"\x82\xa0", id="another encoding"),
        pytest.param(b'a,b,c\n"x', id="broken"),
        pytest.param(b"a,b,c\n1,x,\n", id="a password left empty"),
        pytest.param(b"a,b,c\n1,x," + b"k" * 256, id="longer than Excel takes"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "passwords.csv"
    path.write_bytes(content)
    with pytest.raises(PasswordListError):
        PasswordList.load(path)
    assert path.read_bytes() == content
