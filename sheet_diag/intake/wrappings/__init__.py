"""A file that wraps others (archive, mail) -> the returns in it, spooled under names of ours.

Nothing is ever extracted by the name it bears: that is a label. What one member is costs that
member alone; only what the wrapping itself claims (depth, number, size) costs the rest.
"""

from __future__ import annotations

from pathlib import Path

from sheet_diag.intake.files import is_leftover
from sheet_diag.intake.kinds import Kind, kind_of
from sheet_diag.intake.reading import read_stable
from sheet_diag.intake.wrappings.archive import members_of_zip
from sheet_diag.intake.wrappings.mail import members_of_mail
from sheet_diag.intake.wrappings.members import Budget, Leaf, Member, SpentError, label_of
from sheet_diag.intake.wrappings.outlook import members_of_outlook
from sheet_diag.intake.wrappings.seven import members_of_seven_zip
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

__all__ = ["Leaf", "unwrap"]

_READERS = {
    Kind.ZIP: members_of_zip,
    Kind.SEVEN_ZIP: members_of_seven_zip,
    Kind.EML: members_of_mail,
    Kind.MSG: members_of_outlook,
}


def unwrap(path: Path, name: str, spool: Path, reading: Reading) -> tuple[Leaf, ...]:
    """The returns in the file; itself where it wraps nothing. Raises `OSError`, `MemoryError`."""
    time = path.stat().st_mtime_ns
    content = read_stable(path)
    kind = kind_of(content, name)
    if kind not in _READERS:
        return (Leaf(path, None, time),)
    try:
        leaves = _Unwrapping(spool, reading).leaves(content, kind, name, (), time)
    except SpentError as error:
        return (Leaf(path, None, time, error.problem),)
    return tuple(leaves) or (Leaf(path, None, time, Problem(Code.ARCHIVE_EMPTY)),)


class _Unwrapping:
    """One file of the input folder, with what all its members together may take."""

    def __init__(self, spool: Path, reading: Reading) -> None:
        self._spool = spool
        self._reading = reading
        self._budget = Budget(reading.limits)
        self._count = 0

    def leaves(
        self, content: bytes, kind: Kind, name: str, above: tuple[str, ...], time: int
    ) -> list[Leaf]:
        """Every return below this wrapping; `above` are the labels of those around it."""
        found: list[Leaf] = []
        members = _READERS[kind](content, name, self._reading, self._budget)
        for member in members:
            found += self._leaf(member, above, time)
        return found

    def _leaf(self, member: Member, above: tuple[str, ...], time: int) -> list[Leaf]:
        labels = (*above, label_of(member.name))
        label, time = " › ".join(labels), member.time or time
        if is_leftover(tuple(part for part in member.name.replace("\\", "/").split("/") if part)):
            told = Problem(Code.NOT_A_RETURN)
            return [Leaf(None, label, time, told, ignored=True)]
        if member.ignored:
            return [Leaf(None, label, time, Problem(Code.NOT_A_RETURN), ignored=True)]
        if member.problem or member.content is None:
            return [Leaf(None, label, time, member.problem)]
        kind = kind_of(member.content, member.name)
        if kind in _READERS:
            return self._deeper(member.content, kind, labels, time)
        return [Leaf(self._spooled(member.content), label, time)]

    def _deeper(self, content: bytes, kind: Kind, labels: tuple[str, ...], time: int) -> list[Leaf]:
        label = " › ".join(labels)
        deepest = self._reading.limits.nesting
        if len(labels) >= deepest:
            return [Leaf(None, label, time, Problem(Code.NESTED_TOO_DEEP, value=str(deepest)))]
        found = self.leaves(content, kind, labels[-1], labels, time)
        return found or [Leaf(None, label, time, Problem(Code.ARCHIVE_EMPTY))]

    def _spooled(self, content: bytes) -> Path:
        self._count += 1
        self._spool.mkdir(parents=True, exist_ok=True)
        path = self._spool / f"{self._count:04d}"
        path.write_bytes(content)
        return path
