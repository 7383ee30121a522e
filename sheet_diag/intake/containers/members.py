"""The members of archives and mails: what they are, where they are put, how they are labelled."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError, describe_error
from sheet_diag.intake.containers.mail_passwords import add_mailed_passwords
from sheet_diag.intake.decryption import passwords_for_file
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import MIB, IntakeSettings, Limits, MailOrigin, MailWords

JOINT: Final = " › "  # between a container and what lies in it
_MAX_LABEL: Final = 200
# Line and control characters, surrogates, and marks that turn the direction of writing.
_INVISIBLE: Final = ("Cc", "Cs", "Zl", "Zp")
_BIDI: Final = "\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """A file that may be a return: an input file, or a member of one; or why there is none.

    `path` is where its content lies (None: it could not be taken out), `member` its place in the
    input file (None: it is that file), `file_time` nanoseconds since 1970. `file_sha256` is that
    of the input file where that is a container, `mail_senders` are the addresses that the mails
    around it came from, the outermost first, and `dmarc` the result of DMARC for the outermost
    (empty: it was not judged); `mail` is the innermost of them, `mail_member` its
    place in the input file (empty: it is that file, or there is none), and `words` may be
    passwords in its text. `content` spares a second reading of a file that is no container;
    members are not kept in memory.
    """

    path: Path | None
    member: str | None
    file_time: int
    problem: Problem | None = None
    ignored: bool = False
    password_used: bool = False
    file_sha256: str = ""
    mail_senders: tuple[str, ...] = ()
    dmarc: str = ""
    mail: MailOrigin | None = None
    mail_member: str = ""
    words: MailWords | None = None
    content: bytes | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ContainerMember:
    """A file in a container, by the name that it has there.

    `path` is where its content was put, `time` nanoseconds since 1970 (None: not told). `above`
    are the names of mails between the container and it, `mail_senders` their senders.
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
    """The members of all containers in a file are more than one file may have."""


class SpoolError(OSError):
    """A member cannot be written: the disk is full, or the folder is missing."""


class MemberSpool:
    """The folder for the members of one file, and how many and how much it may still take."""

    def __init__(self, folder: Path, reading: IntakeSettings) -> None:
        self.limits: Limits = reading.limits
        self.left = reading.limits.unpacked * MIB
        self.encrypted_left = reading.limits.encrypted * MIB
        self.mail: MailOrigin | None = None  # the mail that is being unpacked
        self._reading = reading
        self._folder = folder
        self._members = 0
        self._files = 0

    def passwords_for(self, label: str) -> tuple[str, ...]:
        """Find the passwords to try on what is labelled so."""
        return passwords_for_file(add_mailed_passwords(self._reading, self.mail).passwords, label)

    def admit(self, count: int) -> None:
        """Count the members of a container, all or none. Raises `TooManyMembersError`."""
        if self._members + count > self.limits.members:
            value = f"> {self.limits.members}"
            raise TooManyMembersError(Problem(ProblemCode.TOO_MANY_MEMBERS, value=value))
        self._members += count

    def store(self, chunks: Iterable[bytes]) -> Path:
        """Write a member into a file. Raises `RefusedError`, and whatever `chunks` raises."""
        with self.file() as file:
            for chunk in chunks:
                file.write(chunk)
        return file.path

    def file(self) -> SpoolFile:
        """Open the file of the next number, to be written into. Raises `SpoolError`."""
        self._files += 1
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return SpoolFile(self, self._folder / f"{self._files:04d}")
        except OSError as error:
            raise SpoolError(*error.args) from error


class SpoolFile:
    """The file of one member while its content comes out; it is deleted where that fails."""

    def __init__(self, spool: MemberSpool, path: Path) -> None:
        self.path = path
        self._spool = spool
        self._size = 0
        self._file = path.open("wb")

    def write(self, chunk: bytes | bytearray) -> None:
        """Add a piece. Raises `RefusedError` once it is more than is allowed, `SpoolError`."""
        self._size += len(chunk)
        self._spool.left -= len(chunk)
        if self._size > self._spool.limits.file * MIB:
            value = f"> {self._spool.limits.file} MiB"
            raise RefusedError(Problem(ProblemCode.TOO_LARGE, value=value))
        if self._spool.left < 0:
            value = f"> {self._spool.limits.unpacked} MiB"
            raise RefusedError(Problem(ProblemCode.TOO_MANY_MEMBERS, value=value))
        try:
            self._file.write(chunk)
        except OSError as error:
            raise SpoolError(*error.args) from error

    def close(self) -> None:
        """Keep what was written."""
        self._file.close()

    def discard(self) -> None:
        """Delete the file."""
        self._file.close()
        self._spool.left += self._size
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> SpoolFile:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()


def spool_member(
    member: ContainerMember, chunks: Callable[[], Iterable[bytes]], spool: MemberSpool
) -> ContainerMember:
    """Write a member into the spool; return it with its path, or with the reason why not."""
    try:
        return replace(member, path=spool.store(chunks()))
    except RefusedError as error:
        return replace(member, problem=error.problem)
    except (MemoryError, SpoolError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it is this member's
        return replace(member, problem=damage_problem(error))


def make_member_label(name: str) -> str:
    """Label a member for people: composed letters, nothing invisible, not too long."""
    composed = unicodedata.normalize("NFC", name.replace("\\", "/"))
    plain = "".join("\ufffd" if _is_invisible(char) else char for char in composed)
    return plain if len(plain) <= _MAX_LABEL else plain[:_MAX_LABEL] + "…"


def _is_invisible(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in _INVISIBLE


def number_equal_labels(files: Iterable[UnpackedFile]) -> Iterator[UnpackedFile]:
    """Add a number to the second and later members of one label."""
    seen: Counter[str | None] = Counter()
    for file in files:
        seen[file.member] += 1
        is_first = file.member is None or seen[file.member] == 1
        yield file if is_first else replace(file, member=f"{file.member} ({seen[file.member]})")


def damage_problem(error: Exception) -> Problem:
    """Make the problem of a container or a member that cannot be unpacked."""
    return Problem(ProblemCode.UNREADABLE, value=make_member_label(describe_error(error)))


def is_illegal_name(name: str) -> bool:
    """Whether the name would lead out of a folder; the library of 7z extracts by name."""
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or not parts[0] or ":" in parts[0]
