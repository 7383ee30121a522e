"""Unpack a container (archive, mail) into files under names of ours.

Nothing is ever extracted by its own name: that is a label. What is wrong with one member costs
that member alone; too many of them cost the whole file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.containers.mail_passwords import (
    find_words,
    may_hold_password,
    tells_password,
)
from sheet_diag.intake.containers.members import (
    JOINT,
    ContainerMember,
    MemberSpool,
    SpoolError,
    TooManyMembersError,
    UnpackedFile,
    damage_problem,
    make_member_label,
    number_equal_labels,
)
from sheet_diag.intake.containers.received_mail import AutomaticKind, ReceivedMail, read_eml
from sheet_diag.intake.discovery import FileChangingError, is_leftover, read_stable_file
from sheet_diag.intake.file_types import CONTAINER_KINDS, MAIL_KINDS, FileKind, detect_file_kind
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings

# Takes the content of a container, its label (for passwords), and where to put the members.
MemberLister = Callable[[bytes, str, MemberSpool], Iterator[ContainerMember]]
_MAIL_ENDINGS: Final = (".eml", ".emlx", ".msg")


def unpack_file(
    path: Path, name: str, folder: Path, reading: IntakeSettings
) -> tuple[UnpackedFile, ...]:
    """Unpack an input file; a file that is no container is returned itself.

    Members are written into the folder. Raises `OSError` where the file cannot be read or the
    members not be written, and `MemoryError`; nothing for what the file holds.
    """
    itself = UnpackedFile(path, None, path.stat().st_mtime_ns)
    try:
        content = read_stable_file(path)
    except FileChangingError:
        return (replace(itself, problem=Problem(ProblemCode.NO_ACCESS)),)
    kind = detect_file_kind(content, name)
    if kind not in CONTAINER_KINDS:
        return (replace(itself, content=content),)
    itself = replace(itself, file_sha256=hashlib.sha256(content).hexdigest())
    unpacker = _Unpacker(name, MemberSpool(folder, reading), reading.authserv_id)
    try:
        return tuple(number_equal_labels(unpacker.unpack(content, kind, itself, ())))
    except TooManyMembersError as error:
        return (replace(itself, problem=error.problem),)


class _Unpacker:
    """Unpacks one input file, container within container, into the spool of all its members."""

    def __init__(self, name: str, spool: MemberSpool, authserv_id: str) -> None:
        self._name = name
        self._spool = spool
        self._authserv_id = authserv_id

    def unpack(
        self, content: bytes, kind: FileKind, itself: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        """Unpack a container; `itself` is added, with the reason, where it holds no return."""
        mail = _read_mail(content, kind, self._authserv_id) if kind in MAIL_KINDS else None
        if mail is None:
            return self._unpack_members(content, kind, itself, labels)
        if mail.is_report and itself.mail is None:  # what it returns is ours, and no answer
            return [_automatic_mail(itself, mail)]
        itself = replace(
            itself,
            mail=mail.origin,
            mail_member=itself.member or "",
            mail_senders=(*itself.mail_senders, *(mail.senders or ("",))),
            dmarc=itself.dmarc if itself.mail_senders else mail.dmarc,
        )
        around = self._spool.mail
        self._spool.mail = mail.origin
        try:
            files = self._unpack_members(mail.content, kind, itself, labels)
        finally:
            self._spool.mail = around
        if all(file.ignored for file in files):
            files.append(_mail_without_sheet(itself, mail))
        return files

    def _unpack_members(
        self, content: bytes, kind: FileKind, itself: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        label = JOINT.join((self._name, *labels))
        files: list[UnpackedFile] = []
        try:
            for member in _member_lister(kind)(content, label, self._spool):
                files += self._unpack_member(member, itself, labels)
        except TooManyMembersError:
            raise
        except RefusedError as error:
            return [*files, replace(itself, problem=error.problem)]
        except (MemoryError, SpoolError):
            raise
        except Exception as error:  # noqa: BLE001 - damaged ones make libraries raise all sorts
            return [*files, replace(itself, problem=damage_problem(error))]
        if kind in MAIL_KINDS or not all(map(_is_leftover, files)):
            return files
        if kind is FileKind.WINMAIL:  # with the looks of the mail's text alone
            return [_without_return(itself)]
        return [*files, replace(itself, problem=Problem(ProblemCode.ARCHIVE_EMPTY))]

    def _unpack_member(
        self, member: ContainerMember, around: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        name = member.name
        stem, dot, ending = name.rpartition(".")
        if dot + ending.lower() in _MAIL_ENDINGS and may_hold_password(stem):
            name = f"mail.{ending}"
        labels = (*labels, *map(make_member_label, (*member.above, name)))
        file = UnpackedFile(
            member.path,
            JOINT.join(labels),
            around.file_time if member.time is None else member.time,
            member.problem,
            password_used=around.password_used or member.with_password,
            file_sha256=around.file_sha256,
            mail=around.mail,
            mail_member=JOINT.join(labels[:-1]) if member.above else around.mail_member,
            mail_senders=(*around.mail_senders, *member.mail_senders),
            dmarc=around.dmarc,
        )
        parts = tuple(part for part in member.name.replace("\\", "/").split("/") if part)
        if member.ignored or is_leftover(parts):
            return [_without_return(file)]
        if member.problem or member.path is None:
            return [file]
        return self._unpack_deeper(member.path, member.name, file, labels)

    def _unpack_deeper(
        self, path: Path, name: str, file: UnpackedFile, labels: tuple[str, ...]
    ) -> list[UnpackedFile]:
        content = path.read_bytes()
        kind = detect_file_kind(content, name)
        if kind not in CONTAINER_KINDS:
            return [file]
        deepest = self._spool.limits.nesting
        if len(labels) >= deepest:
            return [replace(file, problem=Problem(ProblemCode.NESTED_TOO_DEEP, value=str(deepest)))]
        files = self.unpack(content, kind, file, labels)
        if all(each.path != path for each in files):
            path.unlink()
        return files


def _member_lister(kind: FileKind) -> MemberLister:
    """Choose what unpacks a kind of container.

    Its library is loaded for the first such file: that takes longer than reading ten returns.
    """
    match kind:
        case FileKind.ZIP:
            from sheet_diag.intake.containers.zip import list_zip_members as lister
        case FileKind.SEVEN_ZIP:
            from sheet_diag.intake.containers.seven_zip import list_seven_zip_members as lister
        case FileKind.EML:
            from sheet_diag.intake.containers.eml import list_eml_members as lister
        case FileKind.MBOX:
            from sheet_diag.intake.containers.eml import list_mbox_members as lister
        case FileKind.SMIME:
            from sheet_diag.intake.containers.smime import list_smime_members as lister
        case FileKind.WINMAIL:
            from sheet_diag.intake.containers.tnef import list_tnef_members as lister
        case FileKind.MSG:
            from sheet_diag.intake.containers.msg import list_msg_members as lister
        case _:
            raise ValueError(f"{kind} is no container")
    return lister


def _without_return(file: UnpackedFile) -> UnpackedFile:
    return replace(file, path=None, problem=Problem(ProblemCode.NOT_A_RETURN), ignored=True)


def _is_leftover(file: UnpackedFile) -> bool:
    code = file.problem.code if file.problem else None
    return file.ignored and code is ProblemCode.NOT_A_RETURN


def _read_mail(content: bytes, kind: FileKind, authserv_id: str) -> ReceivedMail:
    """Read who sent a mail, and whether a person did; nothing where it is damaged."""
    try:
        if kind is FileKind.MSG:
            from sheet_diag.intake.containers.msg import read_msg

            return read_msg(content, authserv_id)
        return read_eml(content, authserv_id)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a damaged head; the mail itself is judged elsewhere
        return ReceivedMail(content)


def _mail_without_sheet(itself: UnpackedFile, mail: ReceivedMail) -> UnpackedFile:
    """Describe a mail that brings no file: one of a person wants an answer, others do not."""
    if mail.kind:
        return _automatic_mail(itself, mail)
    try:
        text = mail.read_text()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - a damaged text tells nothing
        text = ""
    itself = replace(itself, words=find_words(text))
    if tells_password(text):
        return _automatic_mail(itself, replace(mail, kind=AutomaticKind.PASSWORD))
    return replace(itself, problem=Problem(ProblemCode.MAIL_WITHOUT_SHEET))


def _automatic_mail(itself: UnpackedFile, mail: ReceivedMail) -> UnpackedFile:
    details = (("kind", mail.kind or ""),)
    problem = Problem(ProblemCode.MAIL_AUTOMATIC, value=mail.kind, details=details)
    return replace(itself, problem=problem, ignored=True)
