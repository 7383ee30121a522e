"""What archives and mails have in common: members, their labels, and what all may take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Limits

_MIB: Final = 1024 * 1024
_CHUNK: Final = 256 * 1024
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Leaf:
    """One return in a file, or the reason why there is none.

    `path` is where its content lies (None: it could not be taken out), `member` its place in the
    file (None: the file itself), `file_time` nanoseconds since 1970.
    """

    path: Path | None
    member: str | None
    file_time: int
    problem: Problem | None = None
    ignored: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """What a wrapping holds, by the name that it bears there; `time` is 0 where none is told."""

    name: str
    content: bytes | None
    time: int = 0
    problem: Problem | None = None
    ignored: bool = False


class SpentError(Exception):
    """The wrapping holds more than one file may."""

    def __init__(self, told: str) -> None:
        self.problem = Problem(Code.TOO_MANY_MEMBERS, value=told)
        super().__init__(told)


class Budget:
    """How many members, and bytes of them, are left to the whole file."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._members = limits.members
        self.bytes = limits.unpacked * _MIB

    def take_member(self) -> None:
        """Count a member. Raises `SpentError`."""
        self._members -= 1
        if self._members < 0:
            raise SpentError(f"> {self._limits.members}")

    def take_bytes(self, count: int) -> None:
        """Count bytes as they come out. Raises `SpentError`."""
        self.bytes -= count
        if self.bytes < 0:
            raise SpentError(f"> {self._limits.unpacked} MiB")

    def read(self, stream: IO[bytes]) -> bytes:
        """All of a stream, counted while it comes out."""
        return b"".join(self._counted(stream))

    def _counted(self, stream: IO[bytes]) -> Iterator[bytes]:
        while chunk := stream.read(_CHUNK):
            self.take_bytes(len(chunk))
            yield chunk


def label_of(name: str) -> str:
    """A member's name as people are told it: no control or bidi marks, not too long."""
    plain = "".join(char if char.isprintable() else "_" for char in name)
    return plain if len(plain) <= _LONGEST else plain[:_LONGEST] + "…"


def damaged(error: Exception) -> Problem:
    """The problem of a wrapping or a member that cannot be taken apart."""
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return Problem(Code.UNREADABLE, value=reason)
