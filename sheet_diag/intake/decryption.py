"""Find the passwords to try on a file, and open a protected workbook with them.

No password leaves this module but into the library that tries it: none stands in a message.
Libraries of compound files and of encryption are loaded only for files that are such.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterable
from typing import Any, Final

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.file_types import FileKind
from sheet_diag.intake.zip_entries import ZipDirectoryError, list_zip_entries, peek_entry
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings, Passwords
from sheet_diag.text.normalize import company_key

# Excel protects with this one where only the structure is locked, and opens it without asking.
_DEFAULT_PASSWORD: Final = "VelvetSweatshop"


def passwords_for_file(passwords: Passwords, label: str) -> tuple[str, ...]:
    """Find the passwords for a file: those of a client that its label names, then common ones.

    The label names a client by its id or by its name, with or without its legal form.
    """
    named = company_key(label)
    own = [word for client, word in passwords.by_client if company_key(client) in named]
    return tuple(dict.fromkeys((*own, *passwords.common)))


def decrypt_workbook(
    content: bytes, kind: FileKind, label: str, reading: IntakeSettings
) -> tuple[bytes, bool]:
    """Remove the protection of a workbook; return whether a password of the list opened it.

    Raises `RefusedError` (PASSWORD_NEEDED, PASSWORD_WRONG, PASSWORD_UNSUPPORTED,
    SENSITIVITY_LABEL, UNREADABLE).
    """
    if kind is FileKind.ENCRYPTED:
        _require_no_label(content)
    elif kind is FileKind.XLS:
        if not _is_protected_xls(content):
            return content, False
    else:
        if kind is FileKind.ODS and _is_protected_ods(content):
            raise RefusedError(Problem(ProblemCode.PASSWORD_UNSUPPORTED))
        return content, False
    return _try_passwords(content, passwords_for_file(reading.passwords, label))


def _try_passwords(content: bytes, words: tuple[str, ...]) -> tuple[bytes, bool]:
    from msoffcrypto.exceptions import InvalidKeyError

    for word in (_DEFAULT_PASSWORD, *words):
        try:
            return _decrypt_with(content, word), word != _DEFAULT_PASSWORD
        except InvalidKeyError:
            continue
    raise RefusedError(
        Problem(ProblemCode.PASSWORD_WRONG, value=str(len(words)))
        if words
        else Problem(ProblemCode.PASSWORD_NEEDED)
    )


def _decrypt_with(content: bytes, word: str) -> bytes:
    """Decrypt with a password. Raises `InvalidKeyError` where it does not fit, `RefusedError`."""
    import msoffcrypto
    from msoffcrypto.exceptions import InvalidKeyError

    out = io.BytesIO()
    code = ProblemCode.PASSWORD_UNSUPPORTED
    try:
        file: Any = msoffcrypto.OfficeFile(io.BytesIO(content))
        if file.format == "ooxml" and file.type == "agile":
            if proven := _load_agile(file, word):
                return proven
        else:
            checks = {"verify_password": True} if file.format == "ooxml" else {}
            file.load_key(password=word, **checks)
        code = ProblemCode.UNREADABLE  # the key fits: what fails now is damage
        file.decrypt(out)
    except (InvalidKeyError, MemoryError):
        raise
    except Exception as error:  # the library raises all sorts on methods that it does not know
        value = None if code is ProblemCode.PASSWORD_UNSUPPORTED else type(error).__name__
        raise RefusedError(Problem(code, value=value)) from error
    return out.getvalue()


def _load_agile(file: Any, word: str) -> bytes | None:
    """Load the key of the password; deriving it takes a tenth of a second each time.

    The content is returned where its own HMAC proves that the password fits; where it does not,
    the password is verified. The default password hardly ever fits, and is verified first.
    Raises `InvalidKeyError` and what the library raises.
    """
    if word == _DEFAULT_PASSWORD:
        _require_password_fits(file, word)
        file.load_key(password=word)
        return None
    file.load_key(password=word)
    out = io.BytesIO()
    try:
        file.decrypt(out, verify_integrity=True)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - no HMAC, a broken one, or another password
        _require_password_fits(file, word)
        return None
    return out.getvalue()


def _require_password_fits(file: Any, word: str) -> None:
    """Raise `InvalidKeyError` where the password is not that of the file (agile encryption)."""
    from msoffcrypto.exceptions import InvalidKeyError
    from msoffcrypto.method.ecma376_agile import ECMA376Agile

    info = file.info
    if not ECMA376Agile.verify_password(
        word,
        info["passwordSalt"],
        info["passwordHashAlgorithm"],
        info["encryptedVerifierHashInput"],
        info["encryptedVerifierHashValue"],
        info["spinValue"],
        info["passwordKeyBits"],
    ):
        raise InvalidKeyError("not the password of the file")


def _require_no_label(content: bytes) -> None:
    """Refuse rights management: it has no EncryptionInfo of its own, or a transform says so."""
    import olefile

    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        names = {"/".join(entry).lower() for entry in ole.listdir(streams=True, storages=True)}
    managed = any("drmencrypted" in name or name == "\x09drmcontent" for name in names)
    if managed or "encryptioninfo" not in names:
        raise RefusedError(Problem(ProblemCode.SENSITIVITY_LABEL))


# --- .xls: a FilePass record near the start of its stream

_BOF: Final = (0x0009, 0x0209, 0x0409, 0x0809)
_FILE_PASS: Final = 0x002F
_EOF: Final = 0x000A


def _is_protected_xls(content: bytes) -> bool:
    """Whether it is encrypted. Raises `RefusedError` for what only Excel 95 and older wrote."""
    stream, name = _read_biff_stream(content)
    protected = _FILE_PASS in _iterate_records(stream)
    if protected and name != "workbook":
        raise RefusedError(Problem(ProblemCode.PASSWORD_UNSUPPORTED))
    return protected


def _read_biff_stream(content: bytes) -> tuple[bytes, str]:
    """Read the workbook's records as far as needed, and the name of their stream."""
    import olefile

    if not olefile.isOleFile(data=content):
        return content, ""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            name = "workbook" if ole.exists("Workbook") else "book"
            return ole.openstream(name).read(65_536), name
    except Exception as error:  # a damaged file raises all sorts
        raise RefusedError(Problem(ProblemCode.UNREADABLE, value=type(error).__name__)) from error


def _iterate_records(stream: bytes) -> Iterable[int]:
    """List the kinds of records up to the end of the first part of the workbook."""
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        if kind == _EOF or (place == 0 and kind not in _BOF):
            return
        yield kind
        place += 4 + size


# --- .ods: its list of parts tells which are encrypted

_ENCRYPTED_PART: Final = re.compile(
    rb"""full-path\s*=\s*["'](?:content\.xml|encrypted-package)["'][^>]*>"""
    rb"""\s*<(?:[\w.-]+:)?encryption-data"""
)
_MAX_MANIFEST: Final = 1024 * 1024


def _is_protected_ods(content: bytes) -> bool:
    """Whether the sheet itself is encrypted; a protected macro library alone does not matter."""
    try:
        parts = list_zip_entries(content)
    except ZipDirectoryError:
        return False  # the inspection of the package reports it
    lists = [part for part in parts if part.name.lower() == "meta-inf/manifest.xml"]
    return any(_ENCRYPTED_PART.search(peek_entry(content, part, _MAX_MANIFEST)) for part in lists)
