"""A file that wraps others (archive, mail) -> the returns in it, spooled under names of ours.

Nothing is ever extracted by the name it bears: that is a label. What is wrong with one member
costs that member alone; too many of them cost the whole file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.containers.members import (  # fmt: skip
    Leaf,
    Member,
    Room,
    SpoolError,
    TooManyError,
    Wrapping,
    damaged,
    label_of,
    told_apart,
)
from sheet_diag.intake.containers.senders import senders_in
from sheet_diag.intake.discovery import is_leftover
from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.intake.stable_read import ChangingError, read_stable
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

Opener = Callable[[Wrapping, Room], Iterator[Member]]

_NOTHING: Final = {
    Kind.ZIP: Code.ARCHIVE_EMPTY,
    Kind.SEVEN_ZIP: Code.ARCHIVE_EMPTY,
    Kind.EML: Code.MAIL_WITHOUT_SHEET,
    Kind.MSG: Code.MAIL_WITHOUT_SHEET,
}
_JOINT: Final = " › "


def unwrap(path: Path, name: str, spool: Path, reading: Reading) -> tuple[Leaf, ...]:
    """The returns in the file; itself where it wraps nothing.

    Members are written into the folder `spool`. Raises `OSError` where the file cannot be read or
    the members not be written, and `MemoryError`; nothing for what the file holds.
    """
    itself = Leaf(path, None, path.stat().st_mtime_ns)
    try:
        content = read_stable(path)
    except ChangingError:
        return (Leaf(path, None, itself.file_time, Problem(Code.NO_ACCESS)),)
    kind = kind_of(content, name)
    if kind not in _NOTHING:
        return (replace(itself, content=content),)
    itself = replace(itself, file_sha256=hashlib.sha256(content).hexdigest())
    unwrapping = _Unwrapping(name, Room(spool, reading))
    try:
        return tuple(told_apart(unwrapping.leaves(content, kind, itself, ())))
    except TooManyError as error:
        return (replace(itself, problem=error.problem),)


class _Unwrapping:
    """One file of the input folder, and the room of all its members."""

    def __init__(self, name: str, room: Room) -> None:
        self._name = name
        self._room = room

    def leaves(
        self, content: bytes, kind: Kind, itself: Leaf, labels: tuple[str, ...]
    ) -> list[Leaf]:
        """Every return below this wrapping, or `itself` with the reason why there is none."""
        itself = replace(itself, mailed_by=(*itself.mailed_by, *_senders(content, kind)))
        label = _JOINT.join((self._name, *labels))
        wrapping = Wrapping(content, label, itself.file_time)
        found: list[Leaf] = []
        try:
            for member in _opener(kind)(wrapping, self._room):
                found += self._below(member, itself, labels)
        except TooManyError:
            raise
        except RefusedError as error:
            return [*found, replace(itself, problem=error.problem)]
        except (MemoryError, SpoolError):
            raise
        except Exception as error:  # noqa: BLE001 - damaged wrappings make libraries raise all sorts
            return [*found, replace(itself, problem=damaged(error))]
        if all(leaf.ignored for leaf in found):
            found.append(replace(itself, problem=Problem(_NOTHING[kind])))
        return found

    def _below(self, member: Member, around: Leaf, labels: tuple[str, ...]) -> list[Leaf]:
        labels = (*labels, *map(label_of, (*member.above, member.name)))
        leaf = Leaf(
            member.path,
            _JOINT.join(labels),
            around.file_time if member.time is None else member.time,
            member.problem,
            opened_with_password=around.opened_with_password or member.with_password,
            file_sha256=around.file_sha256,
            mailed_by=(*around.mailed_by, *member.mailed_by),
        )
        if member.ignored or is_leftover(_parts(member.name)):
            return [replace(leaf, path=None, problem=Problem(Code.NOT_A_RETURN), ignored=True)]
        if member.problem or member.path is None:
            return [leaf]
        return self._deeper(member.path, member.name, leaf, labels)

    def _deeper(self, path: Path, name: str, leaf: Leaf, labels: tuple[str, ...]) -> list[Leaf]:
        content = path.read_bytes()
        kind = kind_of(content, name)
        if kind not in _NOTHING:
            return [leaf]
        deepest = self._room.limits.nesting
        if len(labels) >= deepest:
            return [replace(leaf, problem=Problem(Code.NESTED_TOO_DEEP, value=str(deepest)))]
        found = self.leaves(content, kind, leaf, labels)
        if all(each.path != path for each in found):
            path.unlink()
        return found


def _opener(kind: Kind) -> Opener:
    """What takes the kind apart. Its library is loaded for the first such file: that takes longer
    than reading ten returns."""
    match kind:
        case Kind.ZIP:
            from sheet_diag.intake.containers.zip import members_of_zip as opener
        case Kind.SEVEN_ZIP:
            from sheet_diag.intake.containers.seven_zip import members_of_seven_zip as opener
        case Kind.EML:
            from sheet_diag.intake.containers.eml import members_of_mail as opener
        case Kind.MSG:
            from sheet_diag.intake.containers.msg import members_of_outlook as opener
        case _:
            raise ValueError(f"{kind} wraps nothing")
    return opener


def _senders(content: bytes, kind: Kind) -> tuple[str, ...]:
    """The addresses that a mail comes from; none of an archive, or where that cannot be read."""
    try:
        if kind is Kind.EML:
            return senders_in(content)
        if kind is Kind.MSG:
            from sheet_diag.intake.containers.msg import senders_in_outlook

            return senders_in_outlook(content)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a damaged head; what is wrong with the mail is told elsewhere
        return ()
    return ()


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.replace("\\", "/").split("/") if part)
