"""Encrypted reports open with their passwords alone."""

from __future__ import annotations

import io

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader, PdfWriter

from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.intake.receive import read_content
from sheet_diag.reports import encryption as protection
from sheet_diag.reports.encryption import ProtectionError, encrypt_pdf, encrypt_workbook
from sheet_diag.reports.pdf.maker import set_pdf
from tests.catalogs import JIS
from tests.report_views import ODD, view_of
from tests.samples import client, report


def _pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def test_a_protected_workbook_opens_with_its_password_alone() -> None:
    content = report(client("見本"))
    sealed = encrypt_workbook(content, "K-1")
    assert detect_file_kind(sealed, "a.xlsx") is FileKind.ENCRYPTED
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
        encrypt_workbook(content, "K-1")


def test_a_protected_pdf_opens_with_its_password_alone() -> None:
    sealed = encrypt_pdf(_pdf(), "K-1")
    reader = PdfReader(io.BytesIO(sealed))
    assert reader.is_encrypted
    assert not reader.decrypt("k-1")
    assert reader.decrypt("K-1")


def _told(reader: PdfReader) -> dict[str, object]:
    """What a PDF says beside its pages: to screen readers, in its bookmarks, of itself."""
    root = reader.root_object
    assert reader.xmp_metadata
    return {
        "lang": root["/Lang"],
        "marked": dict(root["/MarkInfo"]),  # type: ignore[call-overload]  # any object
        "tags": len(root["/StructTreeRoot"]["/K"]),  # type: ignore[index]
        "bookmarks": [each.title for each in reader.outline if not isinstance(each, list)],
        "info": dict(reader.metadata or {}),
        "part of the standard": reader.xmp_metadata.rdf_root.toxml().count("pdfuaid:part"),
    }


def test_a_protected_pdf_keeps_tags_bookmarks_language_and_metadata() -> None:
    plain = set_pdf(view_of(ODD["english"]), logo=None, owner={"sheet_diag_client": "C-1"}).content
    locked = PdfReader(io.BytesIO(encrypt_pdf(plain, "K-1")), password="K-1")
    told = _told(locked)
    assert told == _told(PdfReader(io.BytesIO(plain)))
    assert told["lang"] == "en-GB"
    assert all(told.values())


def test_a_pdf_that_does_not_open_to_what_went_in_is_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(protection, "_read_pages", lambda file: [file])
    with pytest.raises(ProtectionError):
        encrypt_pdf(_pdf(), "K-1")
