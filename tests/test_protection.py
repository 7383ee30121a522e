"""Encrypted reports open with their passwords alone."""

from __future__ import annotations

import io

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter

from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.intake.receive import read_content
from sheet_diag.reports import encryption as protection
from sheet_diag.reports.encryption import ProtectionError, protected_pdf, protected_workbook
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
