"""Reports under a password of their own, and the list of the passwords.

What is encrypted is decrypted again and compared before anything is written: no unprotected
report ever stands in the output folder. Passwords appear in the list and nowhere else.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msoffcrypto.format.ooxml import OOXMLFile

from sheet_diag.celltext import FORMULA_STARTS
from sheet_diag.folding import fold

FILE_NAME: Final = "passwords.csv"
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # without look-alikes: 0 O, 1 I L
_LONGEST: Final = 255  # of a password in Excel
_GROUPS: Final = 4
_GROUP: Final = 5  # 20 characters of 31: 99 bits
_HEADS: Final = ("診断先番号", "診断先", "パスワード")


class ProtectionError(Exception):
    """An encrypted file did not open to what went in: our own fault, nothing was written."""


class PasswordListError(Exception):
    """The list of an earlier run cannot be read; it is never overwritten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(str(path))


def protected_workbook(content: bytes, password: str) -> bytes:
    """The workbook encrypted (Office's agile encryption, AES-256). Raises `ProtectionError`."""
    sealed = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, sealed)
    opened = io.BytesIO()
    file = OOXMLFile(io.BytesIO(sealed.getvalue()))
    file.load_key(password=password)
    file.decrypt(opened)
    if opened.getvalue() != content:
        raise ProtectionError("workbook")
    return sealed.getvalue()


def protected_pdf(content: bytes, password: str) -> bytes:
    """The PDF encrypted (AES-256). Raises `ProtectionError`."""
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


Client = tuple[str, str]  # id and name, as a person knows the client by


class PasswordList:
    """Passwords by client; one that was told to a client once stays."""

    def __init__(self, known: Mapping[Client, str]) -> None:
        self._known = dict(known)
        self._by_id = {fold(number): (number, name) for number, name in known if number}

    @classmethod
    def load(cls, path: Path) -> PasswordList:
        """The list of an earlier run, empty where there is none. Raises `PasswordListError`."""
        if not path.exists():
            return cls({})
        try:
            text = path.read_bytes().decode("utf-8-sig")
            rows = [row for row in csv.reader(io.StringIO(text), strict=True) if row]
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise PasswordListError(path) from error
        if not rows or any(len(row) != len(_HEADS) for row in rows):
            raise PasswordListError(path)
        known = {(_plain(number), _plain(name)): word.strip() for number, name, word in rows[1:]}
        if not all(1 <= len(word) <= _LONGEST for word in known.values()):
            raise PasswordListError(path)
        return cls(known)

    def of(self, client: Client) -> str:
        """The password of a client, made anew where there is none yet; a known id keeps its own
        under another name."""
        number, _ = client
        known = self._by_id.get(fold(number), client) if number else client
        if known not in self._known:
            self._known[known] = _new_password()
            self._by_id |= {fold(number): known} if number else {}
        return self._known[known]

    def by_id(self) -> dict[str, str]:
        """The passwords of clients with an id, by that id, folded."""
        return {number: self._known[client] for number, client in self._by_id.items()}

    def write(self, path: Path) -> None:
        """Write the list (CSV as Excel opens it), for the owner's eyes alone."""
        text = io.StringIO()
        table = csv.writer(text)
        table.writerow(_HEADS)
        for (number, name), password in sorted(self._known.items()):
            table.writerow((_as_text(number), _as_text(name), password))
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(text.getvalue().encode("utf-8-sig"))


def _new_password() -> str:
    """Begins with a letter, so that no program takes it for a number or a date."""
    while True:
        groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        password = "-".join(groups)
        if password[0].isalpha():
            return password


def _as_text(text: str) -> str:
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def _plain(text: str) -> str:
    return text.removeprefix("'")
