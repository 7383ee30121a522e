"""Reports under a password of their own.

What is encrypted is decrypted again and compared before anything is written: no unprotected
report ever stands in the output folder.
"""

from __future__ import annotations

import io

from msoffcrypto.format.ooxml import OOXMLFile


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
    """Encrypt a PDF (AES-256). Raises `ProtectionError`."""
    from pypdf import PdfReader, PdfWriter  # here: most runs print nothing, and it loads slowly

    writer = PdfWriter(clone_from=io.BytesIO(content))
    writer.encrypt(password, algorithm="AES-256")
    writer.pdf_header = "%PDF-2.0"
    sealed = io.BytesIO()
    writer.write(sealed)
    locked, plain = PdfReader(io.BytesIO(sealed.getvalue())), PdfReader(io.BytesIO(content))
    if not locked.is_encrypted or not locked.decrypt(password):
        raise ProtectionError("pdf")
    if [page.extract_text() for page in locked.pages] != [p.extract_text() for p in plain.pages]:
        raise ProtectionError("pdf")
    return sealed.getvalue()
