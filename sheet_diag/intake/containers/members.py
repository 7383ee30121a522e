"""What archives and mails have in common: members, the room that all may take, their labels."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError, describe_error
from sheet_diag.intake.decryption import passwords_for_file
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, IntakeSettings, Limits

_LONGEST: Final = 200
# Line and control characters, surrogates, and marks that turn the direction of writing.
_UNSEEN: Final = ("Cc", "Cs", "Zl", "Zp")
_BIDI: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """One return in a file, or the reason why there is none.

    `path` is where its content lies (None: it could not be taken out), `member` its place in the
    file (None: the file itself), `file_time` nanoseconds since 1970. `file_sha256` is that of the
    file where that wraps others, `mail_senders` are the addresses that the mails around it came
    from,
    the outermost first. `content` spares a second reading of a file that turned out to wrap
    nothing; members are not kept in memory.
    """

    path: Path | None
    member: str | None
    file_time: int
    problem: Problem | None = None
    ignored: bool = False
    password_used: bool = False
    file_sha256: str = ""
    mail_senders: tuple[str, ...] = ()
    content: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Container:
    """An archive or a mail. `label` is its place below the input folder, `time` of its file."""

    content: bytes
    label: str
    time: int


@dataclass(frozen=True, slots=True)
class ContainerMember:
    """What a wrapping holds, by the name that it bears there.

    `path` is where its content was put; `time` is None where none is told; `above` are the names
    of mails between the wrapping and it, `mail_senders` the addresses that those came from.
    """

    name: str
    path: Path | None = None
    time: int | None = None
    problem: Problem | None = None
    ignored: bool = False
    with_password: bool = False
    above: tuple[str, ...] = ()
    mail_senders: tuple[str, ...] = ()


class TooManyMembersError(RefusedError):
    """The members of all wrappings in a file are more than one file may have."""


class SpoolError(OSError):
    """A member cannot be written: the disk is full, or the folder gone."""


class MemberSpool:
    """The folder of one file's members, and how many of them and how much it may still take."""

    def __init__(self, folder: Path, reading: IntakeSettings) -> None:
        self.limits: Limits = reading.limits
        self.left = reading.limits.unpacked * MIB
        self.encrypted_left = reading.limits.encrypted * MIB
        self._passwords = reading.passwords
        self._folder = folder
        self._members = 0
        self._files = 0

    def words(self, label: str) -> tuple[str, ...]:
        """The passwords to try on what is labelled so."""
        return passwords_for_file(self._passwords, label)

    def admit(self, count: int) -> None:
        """Count the members of a wrapping, all or none. Raises `TooManyMembersError`."""
        if self._members + count > self.limits.members:
            value = f"> {self.limits.members}"
            raise TooManyMembersError(Problem(ProblemCode.TOO_MANY_MEMBERS, value=value))
        self._members += count

    def store(self, chunks: Iterable[bytes]) -> Path:
        """Put a member's content into a file. Raises `RefusedError`, and whatever `chunks` does."""
        with self.file() as file:
            for chunk in chunks:
                file.write(chunk)
        return file.path

    def file(self) -> SpoolFile:
        """A file of the next number, to be written into. Raises `SpoolError`."""
        self._files += 1
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return SpoolFile(self, self._folder / f"{self._files:04d}")
        except OSError as error:
            raise SpoolError(*error.args) from error


class SpoolFile:
    """A member's content while it comes out; it is gone again where that fails."""

    def __init__(self, room: MemberSpool, path: Path) -> None:
        self.path = path
        self._room = room
        self._size = 0
        self._file = path.open("wb")

    def write(self, chunk: bytes | bytearray) -> None:
        """Add a piece. Raises `RefusedError` once it is more than may be, `SpoolError`."""
        self._size += len(chunk)
        self._room.left -= len(chunk)
        if self._size > self._room.limits.file * MIB:
            value = f"> {self._room.limits.file} MiB"
            raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=value))
        if self._room.left < 0:
            value = f"> {self._room.limits.unpacked} MiB"
            raise RefusedError(Problem(ProblemCode.TOO_MANY_MEMBERS, value=value))
        try:
            self._file.write(chunk)
        except OSError as error:
            raise SpoolError(*error.args) from error

    def close(self) -> None:
        """Keep what was written."""
        self._file.close()

    def discard(self) -> None:
        """Take the file away again."""
        self._file.close()
        self._room.left += self._size
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> SpoolFile:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def spool_member(
    member: ContainerMember, chunks: Callable[[], Iterable[bytes]], room: MemberSpool
) -> ContainerMember:
    """The member with its content in the room, or with the reason why it is not."""
    try:
        return replace(member, path=room.store(chunks()))
    except RefusedError as error:
        return replace(member, problem=error.problem)
    except (MemoryError, SpoolError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is this member's
        return replace(member, problem=damage_problem(error))


def make_member_label(name: str) -> str:
    """A member's name as people are told it: composed letters, nothing unseen, not too long."""
    composed = unicodedata.normalize("NFC", name.replace("\\", "/"))
    plain = "".join("\ufffd" if _is_unseen(char) else char for char in composed)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


def _is_unseen(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in _UNSEEN


def number_equal_labels(leaves: Iterable[UnpackedFile]) -> Iterator[UnpackedFile]:
    """Members of one name are told by their number."""
    seen: Counter[str | None] = Counter()
    for leaf in leaves:
        seen[leaf.member] += 1
        if leaf.member is None or seen[leaf.member] == 1:
            yield leaf
        else:
            yield replace(leaf, member=f"{leaf.member} ({seen[leaf.member]})")


def damage_problem(error: Exception) -> Problem:
    """The problem of a wrapping or a member that cannot be taken apart."""
    return Problem(ProblemCode.UNREADABLE, value=make_member_label(describe_error(error)))


def is_illegal_name(name: str) -> bool:
    """Whether the name would lead out of a folder; the library of 7z extracts by name."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or ":" in parts[0]
