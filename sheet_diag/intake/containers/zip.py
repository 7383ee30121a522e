"""Unpack zip archives: Japanese names, ZipCrypto and AES passwords."""

from __future__ import annotations

import io
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import pyzipper

from sheet_diag.intake.cells import RefusedError, unsafe_file_error
from sheet_diag.intake.containers.members import (
    ContainerMember,
    MemberSpool,
    damage_problem,
    spool_member,
)
from sheet_diag.intake.zip_entries import ZipDirectoryError, entries_overlap, list_zip_entries
from sheet_diag.model.returns import Problem, ProblemCode

_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_DEFLATED: Final = (0, 8)
_UNIX_TIME: Final = 0x5455
_UNICODE_NAME: Final = 0x7075
# A zip stores local times. Reports must not depend on where they are made, and our clients are in
# Japan.
_LOCAL: Final = timezone(timedelta(hours=9))


def list_zip_members(content: bytes, label: str, spool: MemberSpool) -> Iterator[ContainerMember]:
    """List every file in the archive. Raises `RefusedError` for the archive as a whole."""
    try:
        parts = list_zip_entries(content)
    except ZipDirectoryError as error:
        raise RefusedError(damage_problem(error)) from error
    if entries_overlap(parts):
        raise unsafe_file_error("overlap")
    with pyzipper.AESZipFile(io.BytesIO(content)) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        spool.admit(len(entries))
        for entry in entries:
            name = _name(entry)
            passwords = spool.passwords_for(f"{label} {name}")
            yield _ArchiveEntry(archive, entry, name).unpack(passwords, spool)


class _ArchiveEntry:
    """One file of the archive."""

    def __init__(self, archive: Any, entry: Any, name: str) -> None:
        self._archive = archive
        self._entry = entry
        self._member = ContainerMember(name, time=_time(entry))

    def unpack(self, passwords: tuple[str, ...], spool: MemberSpool) -> ContainerMember:
        """Take the member out of the archive."""
        entry = self._entry
        if stat.S_ISLNK(entry.external_attr >> 16):
            return replace(self._member, problem=Problem(ProblemCode.LINK_OUTSIDE))
        if not entry.flag_bits & _ENCRYPTED:
            return spool_member(self._member, lambda: self._chunks(None), spool)
        if not passwords:
            return replace(self._member, problem=Problem(ProblemCode.PASSWORD_NEEDED))
        if entry.compress_size > spool.encrypted_left:
            value = f"> {spool.limits.encrypted} MiB"
            return replace(self._member, problem=Problem(ProblemCode.TOO_LARGE, value=value))
        spool.encrypted_left -= entry.compress_size
        return self._unpack_encrypted(passwords, spool)

    def _unpack_encrypted(self, passwords: tuple[str, ...], spool: MemberSpool) -> ContainerMember:
        """Take it out by the first password that fits; the checksum proves that it does."""
        problem = Problem(ProblemCode.PASSWORD_WRONG, value=str(len(passwords)))
        member = replace(self._member, with_password=True)
        for form in dict.fromkeys(
            form for password in passwords for form in _password_encodings(password)
        ):
            try:
                return replace(member, path=spool.store(self._chunks(form)))
            except RefusedError as error:
                return replace(member, problem=error.problem)
            except NotImplementedError as error:
                return replace(member, problem=damage_problem(error))
            except (pyzipper.BadZipFile, zlib.error, EOFError, ValueError) as error:
                # One password in 256 passes the first look of the old method, by chance.
                problem = damage_problem(error) if self._is_aes else problem
            except RuntimeError:  # the password does not fit
                continue
        return replace(self._member, problem=problem)

    @property
    def _is_aes(self) -> bool:
        return getattr(self._entry, "wz_aes_version", None) is not None

    def _chunks(self, password: bytes | None) -> Iterator[bytes]:
        # Methods other than deflate unpack all of a piece at once: small pieces, no bomb.
        step = 65_536 if self._entry.compress_type in _DEFLATED else 4_096
        size = 0
        with self._archive.open(self._entry, pwd=password) as stream:
            while chunk := stream.read(step):
                size += len(chunk)
                yield chunk
        if size != self._entry.file_size:
            raise pyzipper.BadZipFile(f"{size} / {self._entry.file_size} B")


def _password_encodings(password: str) -> Iterator[bytes]:
    """Encode a password as programs do: in UTF-8, or the Japanese code page of Windows."""
    for code in ("utf-8", "cp932"):
        try:
            yield password.encode(code)
        except UnicodeEncodeError:
            continue


def _name(entry: Any) -> str:
    """Decode the name: programs in Japan that do not say UTF-8 write the code page of Windows, and
    macOS writes UTF-8 without saying so."""
    name = str(entry.orig_filename)
    if entry.flag_bits & _UTF8:
        return name.split("\0")[0]
    raw = name.encode("cp437", "replace")
    extra = _extra(entry, _UNICODE_NAME)
    if extra[:1] == b"\x01" and extra[1:5] == struct.pack("<I", zlib.crc32(raw)):
        return extra[5:].decode("utf-8", "replace")
    return _guess_name(raw).split("\0")[0]


def _guess_name(raw: bytes) -> str:
    utf8 = _decoded(raw, "utf-8")
    if utf8 is not None and (utf8.isascii() or any(char >= "\u2000" for char in utf8)):
        return utf8
    return _decoded(raw, "cp932") or utf8 or raw.decode("cp437")


def _decoded(raw: bytes, code: str) -> str | None:
    try:
        return raw.decode(code)
    except UnicodeDecodeError:
        return None


def _time(entry: Any) -> int | None:
    """Read the time in nanoseconds since 1970; None where the entry has no true date."""
    extra = _extra(entry, _UNIX_TIME)
    if len(extra) >= 5 and extra[0] & 1:
        return int(struct.unpack_from("<i", extra, 1)[0]) * 10**9
    year, month, day, hour, minute, second = entry.date_time
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=_LOCAL)
        return int(moment.timestamp()) * 10**9
    except (ValueError, OverflowError):
        return None


def _extra(entry: Any, wanted: int) -> bytes:
    """Read an extra field of the entry; empty where there is none."""
    extra, place = bytes(entry.extra), 0
    while place + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, place)
        if kind == wanted:
            return extra[place + 4 : place + 4 + size]
        place += 4 + size
    return b""
