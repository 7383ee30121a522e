"""Which passwords to try on which file, and opening a protected workbook with them.

No password leaves this module but into the library that tries it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msoffcrypto
import olefile

from sheet_diag.folding import company_key, fold
from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.kinds import Kind
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Passwords, Reading

VARIABLE: Final = "SHEET_DIAG_PASSWORDS"
# Excel itself opens workbooks protected with this one without asking.
_OPEN_TO_ALL: Final = "VelvetSweatshop"
_HEADINGS: Final = ("診断先", "会社名", "client", "company", "name")


class PasswordsError(Exception):
    """The list of passwords cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(str(path))


def load_passwords(path: Path | None, environment: Mapping[str, str]) -> Passwords:
    """The list in a CSV file (client, password; UTF-8 or CP932) and in the environment.

    Raises `PasswordsError`.
    """
    common = [line for line in environment.get(VARIABLE, "").splitlines() if line]
    by_client = []
    for client, password in _pairs(path) if path else ():
        if client:
            by_client.append((client, password))
        else:
            common.append(password)
    return Passwords(tuple(dict.fromkeys(common)), tuple(by_client))


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise PasswordsError(path) from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932", "replace")
    try:
        rows = [row for row in csv.reader(io.StringIO(text), strict=True) if any(row)]
    except csv.Error as error:
        raise PasswordsError(path) from error
    for place, row in enumerate(rows):
        if place == 0 and fold(row[0]) in _HEADINGS:
            continue
        client, password = (row[0].strip(), row[1]) if len(row) > 1 else ("", row[0])
        if password:
            yield client, password


def candidates(passwords: Passwords, label: str) -> tuple[str, ...]:
    """Passwords for the file of this label: those of a client that it names, then common ones."""
    named = company_key(label)
    own = [word for client, word in passwords.by_client if company_key(client) in named]
    return tuple(dict.fromkeys((*own, *passwords.common)))


def decrypt(content: bytes, kind: Kind, label: str, reading: Reading) -> tuple[bytes, bool]:
    """The workbook without its protection, and whether a password of the list opened it.

    Raises `RefusedError`.
    """
    if kind is Kind.ENCRYPTED and _is_labelled(content):
        raise RefusedError(Problem(Code.SENSITIVITY_LABEL))
    if kind is Kind.XLS and not _is_protected(content):
        return content, False
    words = candidates(reading.passwords, label)
    for word in (_OPEN_TO_ALL, *words):
        opened = _opened(content, word)
        if opened is not None:
            return opened, word != _OPEN_TO_ALL
    if not words:
        raise RefusedError(Problem(Code.PASSWORD_NEEDED))
    raise RefusedError(Problem(Code.PASSWORD_WRONG, value=str(len(words))))


def _is_labelled(content: bytes) -> bool:
    """Rights management has no EncryptionInfo of its own, or says so in its transform."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            names = {"/".join(entry).lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception as error:  # a damaged file raises all sorts
        raise RefusedError(Problem(Code.UNREADABLE, value=type(error).__name__)) from error
    return "encryptioninfo" not in names or any("drmencrypted" in name for name in names)


def _is_protected(content: bytes) -> bool:
    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(content)).is_encrypted())
    except Exception:  # noqa: BLE001 - the readers tell what is wrong with it
        return False


def _opened(content: bytes, password: str) -> bytes | None:
    """What the password opens; None where it does not fit or the method is not known."""
    out = io.BytesIO()
    try:
        file: Any = msoffcrypto.OfficeFile(io.BytesIO(content))
        if file.format == "ooxml":
            file.load_key(password=password, verify_password=True)
        else:
            file.load_key(password=password)
        file.decrypt(out)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a wrong password shows in many ways; told when none fits
        return None
    return out.getvalue()
