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
    Container,
    ContainerMember,
    MemberSpool,
    SpoolError,
    TooManyMembersError,
    UnpackedFile,
    damage_problem,
    make_member_label,
    number_equal_labels,
)
from sheet_diag.intake.containers.senders import parse_senders
from sheet_diag.intake.discovery import is_leftover
from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.intake.stable_read import FileChangingError, read_stable_file
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings

MemberLister = Callable[[Container, MemberSpool], Iterator[ContainerMember]]

_EMPTY_CODES: Final = {
    FileKind.ZIP: ProblemCode.ARCHIVE_EMPTY,
    FileKind.SEVEN_ZIP: ProblemCode.ARCHIVE_EMPTY,
    FileKind.EML: ProblemCode.MAIL_WITHOUT_SHEET,
    FileKind.MSG: ProblemCode.MAIL_WITHOUT_SHEET,
}
_JOINT: Final = " › "


def unpack_file(
    path: Path, name: str, spool: Path, reading: IntakeSettings
) -> tuple[UnpackedFile, ...]:
    """The returns in the file; itself where it wraps nothing.

    Members are written into the folder `spool`. Raises `OSError` where the file cannot be read or
    the members not be written, and `MemoryError`; nothing for what the file holds.
    """
    itself = UnpackedFile(path, None, path.stat().st_mtime_ns)
    try:
        content = read_stable_file(path)
    except FileChangingError:
        return (UnpackedFile(path, None, itself.file_time, Problem(ProblemCode.NO_ACCESS)),)
    kind = detect_file_kind(content, name)
    if kind not in _EMPTY_CODES:
        return (replace(itself, content=content),)
    itself = replace(itself, file_sha256=hashlib.sha256(content).hexdigest())
    unwrapping = _Unpacker(name, MemberSpool(spool, reading))
    try:
        return tuple(number_equal_labels(unwrapping.leaves(content, kind, itself, ())))
    except TooManyMembersError as error:
        return (replace(itself, problem=error.problem),)


class _Unpacker:
    """One file of the input folder, and the room of all its members."""

    def __init__(self, name: str, room: MemberSpool) -> None:
        self._name = name
        self._room = room

    def leaves(
        self, content: bytes, kind: FileKind, itself: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        """Every return below this wrapping, or `itself` with the reason why there is none."""
        itself = replace(
            itself, mail_senders=(*itself.mail_senders, *_container_senders(content, kind))
        )
        label = _JOINT.join((self._name, *labels))
        wrapping = Container(content, label, itself.file_time)
        found: list[UnpackedFile] = []
        try:
            for member in _member_lister(kind)(wrapping, self._room):
                found += self._below(member, itself, labels)
        except TooManyMembersError:
            raise
        except RefusedError as error:
            return [*found, replace(itself, problem=error.problem)]
        except (MemoryError, SpoolError):
            raise
        except Exception as error:  # noqa: BLE001 - damaged wrappings make libraries raise all sorts
            return [*found, replace(itself, problem=damage_problem(error))]
        if all(leaf.ignored for leaf in found):
            found.append(replace(itself, problem=Problem(_EMPTY_CODES[kind])))
        return found

    def _below(
        self, member: ContainerMember, around: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        labels = (*labels, *map(make_member_label, (*member.above, member.name)))
        leaf = UnpackedFile(
            member.path,
            _JOINT.join(labels),
            around.file_time if member.time is None else member.time,
            member.problem,
            password_used=around.password_used or member.with_password,
            file_sha256=around.file_sha256,
            mail_senders=(*around.mail_senders, *member.mail_senders),
        )
        if member.ignored or is_leftover(_name_parts(member.name)):
            return [
                replace(leaf, path=None, problem=Problem(ProblemCode.NOT_A_RETURN), ignored=True)
            ]
        if member.problem or member.path is None:
            return [leaf]
        return self._deeper(member.path, member.name, leaf, labels)

    def _deeper(
        self, path: Path, name: str, leaf: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        content = path.read_bytes()
        kind = detect_file_kind(content, name)
        if kind not in _EMPTY_CODES:
            return [leaf]
        deepest = self._room.limits.nesting
        if len(labels) >= deepest:
            return [replace(leaf, problem=Problem(ProblemCode.NESTED_TOO_DEEP, value=str(deepest)))]
        found = self.leaves(content, kind, leaf, labels)
        if all(each.path != path for each in found):
            path.unlink()
        return found


def _member_lister(kind: FileKind) -> MemberLister:
    """What takes the kind apart. Its library is loaded for the first such file: that takes longer
    than reading ten returns."""
    match kind:
        case FileKind.ZIP:
            from sheet_diag.intake.containers.zip import list_zip_members as opener
        case FileKind.SEVEN_ZIP:
            from sheet_diag.intake.containers.seven_zip import list_seven_zip_members as opener
        case FileKind.EML:
            from sheet_diag.intake.containers.eml import list_eml_members as opener
        case FileKind.MSG:
            from sheet_diag.intake.containers.msg import list_msg_members as opener
        case _:
            raise ValueError(f"{kind} wraps nothing")
    return opener


def _container_senders(content: bytes, kind: FileKind) -> tuple[str, ...]:
    """The addresses that a mail comes from; none of an archive, or where that cannot be read."""
    try:
        if kind is FileKind.EML:
            return parse_senders(content)
        if kind is FileKind.MSG:
            from sheet_diag.intake.containers.msg import read_msg_senders

            return read_msg_senders(content)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a damaged head; what is wrong with the mail is told elsewhere
        return ()
    return ()


def _name_parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.replace("\\", "/").split("/") if part)
