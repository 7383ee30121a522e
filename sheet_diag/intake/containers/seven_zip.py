"""Unpack 7z archives, with or without a password."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import py7zr
from py7zr.exceptions import (
    DecompressionBombError,
    PasswordRequired,
    UnsupportedCompressionMethodError,
)  # fmt: skip
from py7zr.helpers import get_sanitized_output_path
from py7zr.io import Py7zIO, WriterFactory

from sheet_diag.intake.cells import RefusedError, unsafe_file_error
from sheet_diag.intake.containers.members import (  # fmt: skip
    ContainerMember,
    MemberSpool,
    SpoolError,
    SpoolFile,
    damage_problem,
    is_illegal_name,
)
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB


def list_seven_zip_members(
    content: bytes, label: str, spool: MemberSpool
) -> Iterator[ContainerMember]:
    """List every file in the archive. Raises `RefusedError` for the archive as a whole."""
    passwords = spool.passwords_for(label)
    counted = False
    for password in (None, *passwords):
        archive = _open_archive(content, password, spool)
        if archive is None:
            continue
        with archive:
            opened = _OpenArchive(archive)
            if not counted:
                spool.admit(len(opened.entries))
                counted = True
            members = opened.unpack(spool, with_password=password is not None)
        if password is None or opened.password_fits:
            yield from members
            return
    wrong = Problem(ProblemCode.PASSWORD_WRONG, value=str(len(passwords)))
    raise RefusedError(wrong if passwords else Problem(ProblemCode.PASSWORD_NEEDED))


def _open_archive(content: bytes, password: str | None, spool: MemberSpool) -> Any:
    """Open the archive; None where the password is missing or wrong. Raises `RefusedError`."""
    try:
        archive: Any = py7zr.SevenZipFile(
            io.BytesIO(content), password=password, max_extract_size=spool.left
        )
    except PasswordRequired:
        return None
    except MemoryError:
        raise
    except Exception as error:  # a wrong password shows as any damage of the directory
        if password is None or isinstance(error, UnsupportedCompressionMethodError):
            raise RefusedError(damage_problem(error)) from error
        return None
    if password is None and archive.needs_password():
        archive.close()
        return None
    return archive


class _OpenArchive:
    """The files of an archive that could be opened.

    `password_fits` says, once they are taken out, whether the password was right.
    """

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self.entries = [entry for entry in archive.files if not entry.is_directory]
        self._files: dict[str, _SpoolWriter] = {}
        self.password_fits = True

    def unpack(self, spool: MemberSpool, *, with_password: bool) -> list[ContainerMember]:
        """Take every member out of the archive."""
        members = [self._make_member(entry, spool, with_password) for entry in self.entries]
        wanted = [member.name for member in members if not member.problem]
        reason = self._extract(wanted, spool)
        missing = [name for name in wanted if not self._file(name)]
        self.password_fits = len(missing) < len(wanted) or not wanted
        if missing and self.password_fits and self._is_small(spool):
            for name in missing:  # one that is damaged must not cost the others
                self._archive.reset()
                reason = self._extract([name], spool) or reason
        finished = [self._finish_member(member, reason) for member in members]
        for file in self._files.values():
            file.discard()
        return finished

    def _make_member(self, entry: Any, spool: MemberSpool, with_password: bool) -> ContainerMember:
        time = entry.lastwritetime
        member = ContainerMember(
            str(entry.filename),
            time=None if time is None else int(time.totimestamp()) * 10**9,
            with_password=with_password,
        )
        if entry.is_symlink or entry.is_junction:
            return replace(member, problem=Problem(ProblemCode.LINK_OUTSIDE))
        if is_illegal_name(member.name) or _is_twice(member.name, self.entries):
            return replace(member, problem=unsafe_file_error("names").problem)
        if (entry.uncompressed or 0) > spool.limits.file * MIB:
            value = f"{entry.uncompressed / MIB:.0f} MiB"
            return replace(member, problem=Problem(ProblemCode.TOO_LARGE, value=value))
        return member

    def _extract(self, names: Iterable[str], spool: MemberSpool) -> Problem | None:
        """Take some files out, as far as it goes; return the reason where it goes no further."""
        try:
            self._archive.extract(targets=list(names), factory=_SpoolWriters(self._files, spool))
        except RefusedError as error:
            return error.problem
        except DecompressionBombError:
            return Problem(ProblemCode.TOO_MANY_MEMBERS, value=f"> {spool.limits.unpacked} MiB")
        except (MemoryError, SpoolError):
            raise
        except Exception as error:  # noqa: BLE001 - a wrong password shows as any damage
            return damage_problem(error)
        return None

    def _file(self, name: str) -> _SpoolWriter | None:
        file = self._files.get(get_sanitized_output_path(name, None).as_posix())
        return file if file and file.complete else None

    def _finish_member(self, member: ContainerMember, reason: Problem | None) -> ContainerMember:
        if member.problem:
            return member
        file = self._file(member.name)
        if file:
            return replace(member, path=file.keep())
        return replace(member, problem=reason or Problem(ProblemCode.UNREADABLE, value=member.name))

    def _is_small(self, spool: MemberSpool) -> bool:
        total = sum(entry.uncompressed or 0 for entry in self.entries)
        return bool(total <= spool.limits.file * MIB)


def _is_twice(name: str, entries: Iterable[Any]) -> bool:
    return sum(1 for entry in entries if entry.filename == name) > 1


class _SpoolWriters(WriterFactory):
    """Gives the library files of ours to write to, whatever the members are called."""

    def __init__(self, files: dict[str, _SpoolWriter], spool: MemberSpool) -> None:
        self._files = files
        self._spool = spool

    def create(self, filename: str) -> _SpoolWriter:
        """Open the file for a member, called as the library calls it."""
        if filename in self._files:
            self._files[filename].discard()
        self._files[filename] = _SpoolWriter(self._spool.file())
        return self._files[filename]


class _SpoolWriter(Py7zIO):
    """The file of a member while it comes out; `complete` once its checksum was right."""

    def __init__(self, file: SpoolFile) -> None:
        self._file = file
        self._size = 0
        self._kept = False
        self.complete = False

    def write(self, s: bytes | bytearray) -> int:
        """Add a piece. Raises `RefusedError`."""
        self._file.write(s)
        self._size += len(s)
        return len(s)

    def read(self, size: int | None = None) -> bytes:
        """Return nothing: the library reads nothing back."""
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """Accept that the library rewinds what it has written."""
        del whence
        return offset

    def flush(self) -> None:
        """Do nothing: closing is enough."""

    def size(self) -> int:
        """The bytes written so far."""
        return self._size

    def close(self) -> None:
        """Close the file; the library does so once the checksum was right."""
        self._file.close()
        self.complete = True

    def keep(self) -> Any:
        """Keep the file, and return its path."""
        self._kept = True
        return self._file.path

    def discard(self) -> None:
        """Delete the file unless it was kept."""
        if not self._kept:
            self._file.discard()
