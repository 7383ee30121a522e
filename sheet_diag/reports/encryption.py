"""Reports under a password of their own.

What is encrypted is decrypted again and compared before anything is written: no unprotected
report ever stands in the output folder.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msoffcrypto.format.ooxml import OOXMLFile

if TYPE_CHECKING:
    from pypdf import PdfReader


class ProtectionError(Exception):
    """An encrypted file did not open to what went in: our own fault, nothing was written."""


def encrypt_workbook(content: bytes, password: str) -> bytes:
    """Encrypt a workbook (Office's agile encryption, AES-256). Raises `ProtectionError`."""
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, sealed)
    opened = io.BytesIO()
    file = OOXMLFile(io.BytesIO(sealed.getvalue()))
    file.load_key(password=password)
    file.decrypt(opened)
    if opened.getvalue() != content:
        raise ProtectionError("workbook")
    return sealed.getvalue()


def encrypt_pdf(content: bytes, password: str) -> bytes:
    """Encrypt a PDF (AES-256); its tags, bookmarks, language and XMP stay.

    Raises `ProtectionError`.
    """
    from pypdf import PdfReader, PdfWriter  # here: most runs set no PDF, and it loads slowly

    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, algorithm="AES-256")
    writer.pdf_header = "%PDF-2.0"
    sealed = io.BytesIO()
    writer.write(sealed)
    locked, plain = PdfReader(io.BytesIO(sealed.getvalue())), PdfReader(io.BytesIO(content))
    if not locked.is_encrypted or not locked.decrypt(password):
        raise ProtectionError("pdf")
    if [*_read_pages(locked)] != [*_read_pages(plain)]:
        raise ProtectionError("pdf")
    return sealed.getvalue()


def _read_pages(file: PdfReader) -> Iterator[bytes]:
    """Read what is drawn on each page."""
    for page in file.pages:
        contents = page.get_contents()
        yield contents.get_data() if contents else b""
