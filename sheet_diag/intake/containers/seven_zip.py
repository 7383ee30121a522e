"""7z archives, with or without a password."""

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
    Container,
    ContainerMember,
    MemberSpool,
    SpoolError,
    SpoolFile,
    damage_problem,
    is_illegal_name,
)
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB


def list_seven_zip_members(wrapping: Container, room: MemberSpool) -> Iterator[ContainerMember]:
    """Every file in the archive; folders are none. Raises `RefusedError` for the whole archive."""
    words = room.words(wrapping.label)
    counted = False
    for word in (None, *words):
        archive = _open_archive(wrapping.content, word, room)
        if archive is None:
            continue
        with archive:
            listed = _OpenArchive(archive)
            if not counted:
                room.admit(len(listed.entries))
                counted = True
            members = listed.taken(room, with_password=word is not None)
        if word is None or listed.fits:
            yield from members
            return
    wrong = Problem(ProblemCode.PASSWORD_WRONG, value=str(len(words)))
    raise RefusedError(wrong if words else Problem(ProblemCode.PASSWORD_NEEDED))


def _open_archive(content: bytes, word: str | None, room: MemberSpool) -> Any:
    """The archive, None where the password is missing or wrong. Raises `RefusedError`."""
    try:
        archive: Any = py7zr.SevenZipFile(
            io.BytesIO(content), password=word, max_extract_size=room.left
        )
    except PasswordRequired:
        return None
    except MemoryError:
        raise
    except Exception as error:  # a wrong password shows as any damage of the directory
        if word is None or isinstance(error, UnsupportedCompressionMethodError):
            raise RefusedError(damage_problem(error)) from error
        return None
    if word is None and archive.needs_password():
        archive.close()
        return None
    return archive


class _OpenArchive:
    """The files of an archive that could be opened.

    `fits` tells, once they are taken out, that a password was right.
    """

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self.entries = [entry for entry in archive.files if not entry.is_directory]
        self._files: dict[str, _SpoolWriter] = {}
        self.fits = True

    def taken(self, room: MemberSpool, *, with_password: bool) -> list[ContainerMember]:
        """Every member, out of the archive."""
        members = [self._plain(entry, room, with_password) for entry in self.entries]
        wanted = [member.name for member in members if not member.problem]
        reason = self._extract(wanted, room)
        missing = [name for name in wanted if not self._file(name)]
        self.fits = len(missing) < len(wanted) or not wanted
        if missing and self.fits and self._is_small(room):
            for name in missing:  # one that is damaged must not cost the others
                self._archive.reset()
                reason = self._extract([name], room) or reason
        done = [self._finished(member, reason) for member in members]
        for file in self._files.values():
            file.forget()
        return done

    def _plain(self, entry: Any, room: MemberSpool, with_password: bool) -> ContainerMember:
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
        if (entry.uncompressed or 0) > room.limits.file * MIB:
            value = f"{entry.uncompressed / MIB:.0f} MiB"
            return replace(member, problem=Problem(ProblemCode.TOO_LARGE, value=value))
        return member

    def _extract(self, names: Iterable[str], room: MemberSpool) -> Problem | None:
        """Take these out, as far as it goes; the reason where it goes no further."""
        try:
            self._archive.extract(targets=list(names), factory=_SpoolWriters(self._files, room))
        except RefusedError as error:
            return error.problem
        except DecompressionBombError:
            return Problem(ProblemCode.TOO_MANY_MEMBERS, value=f"> {room.limits.unpacked} MiB")
        except (MemoryError, SpoolError):
            raise
        except Exception as error:  # noqa: BLE001 - a wrong password shows as any damage
            return damage_problem(error)
        return None

    def _file(self, name: str) -> _SpoolWriter | None:
        file = self._files.get(get_sanitized_output_path(name, None).as_posix())
        return file if file and file.complete else None

    def _finished(self, member: ContainerMember, reason: Problem | None) -> ContainerMember:
        if member.problem:
            return member
        file = self._file(member.name)
        if file:
            return replace(member, path=file.keep())
        return replace(member, problem=reason or Problem(ProblemCode.UNREADABLE, value=member.name))

    def _is_small(self, room: MemberSpool) -> bool:
        total = sum(entry.uncompressed or 0 for entry in self.entries)
        return bool(total <= room.limits.file * MIB)


def _is_twice(name: str, entries: Iterable[Any]) -> bool:
    return sum(1 for entry in entries if entry.filename == name) > 1


class _SpoolWriters(WriterFactory):
    """Where the library writes: files of ours, whatever the members are called."""

    def __init__(self, files: dict[str, _SpoolWriter], room: MemberSpool) -> None:
        self._files = files
        self._room = room

    def create(self, filename: str) -> _SpoolWriter:
        """The file of the member with this name, as the library has it."""
        if filename in self._files:
            self._files[filename].forget()
        self._files[filename] = _SpoolWriter(self._room.file())
        return self._files[filename]


class _SpoolWriter(Py7zIO):
    """A member while it comes out; `complete` once its checksum was right."""

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
        """Nothing is read back."""
        del size
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        """The library rewinds what it has written."""
        del whence
        return offset

    def flush(self) -> None:
        """Closing is enough."""

    def size(self) -> int:
        """Bytes so far."""
        return self._size

    def close(self) -> None:
        """Called by the library once the checksum was right."""
        self._file.close()
        self.complete = True

    def keep(self) -> Any:
        """The path of the content."""
        self._kept = True
        return self._file.path

    def forget(self) -> None:
        """Take it away unless it was kept."""
        if not self._kept:
            self._file.discard()
