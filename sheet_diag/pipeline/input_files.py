"""The input folder: whether a run can read it, what is new there, which mails are missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sheet_diag.intake.discovery import InputFile, find_input_files, hash_file
from sheet_diag.model.basics import UserError
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.reports.response_status.read_files import ReadFiles, list_collected_mails


def require_folders(source: Path, target: Path) -> None:
    """Raise `UserError` where the input is no folder, or the output is the same one."""
    if not source.exists():
        raise UserError("cli.error.no_input", path=str(source))
    if not source.is_dir():
        raise UserError("cli.error.input_is_file", path=str(source))
    if target.resolve() == source.resolve():
        raise UserError("cli.error.same_folder", path=str(target))


def require_input_files(source: Path, target: Path) -> Sequence[InputFile]:
    """Find the files of the input folder.

    Raises `UserError` where there is nothing in it, or no way into it.
    """
    found = find_input_files(source, apart_from=target)
    if not found:
        raise UserError("cli.error.empty", path=str(source))
    if all(each.blocked and each.path == source for each in found):
        raise UserError("cli.error.closed", path=str(source))
    return found


def require_file(path: Path) -> None:
    """Raise `UserError` where there is no such file."""
    if not path.exists():
        raise UserError("cli.error.no_file", path=str(path))
    if path.is_dir():
        raise UserError("cli.error.file_is_folder", path=str(path))


def find_unread_files(found: Sequence[InputFile], read: ReadFiles) -> list[str]:
    """List the files that the run has not read, under whatever name."""
    return [each.name for each in found if not each.ignored and not _is_read(each, read)]


def find_missing_mails(
    posted: Iterable[MailLogEntry], read: ReadFiles, found: Sequence[InputFile]
) -> frozenset[MailLogEntry]:
    """Find the collected mails that no run has read and that are not in the input folder.

    Neither under their name nor under another, nor as the returns in them. Files are read only
    where a name is missing.
    """
    names = {each.name for each in found}
    missing = [
        mail
        for mail in list_collected_mails(posted)
        if mail.file and mail.file not in names and not read.has_read_mail(mail)
    ]
    if not any(mail.sha256 for mail in missing):
        return frozenset(missing)
    here = {hash_file(each.path) for each in found if _is_readable(each)} - {""}
    return frozenset(mail for mail in missing if not _is_among(mail, here))


def find_missing_mails_in(
    source: Path, output: Path, posted: Iterable[MailLogEntry], read: ReadFiles
) -> frozenset[MailLogEntry]:
    """Find them for an input folder; none where there is no such folder."""
    if not source.is_dir():
        return frozenset()
    return find_missing_mails(posted, read, find_input_files(source, apart_from=output))


def _is_read(found: InputFile, read: ReadFiles) -> bool:
    if not _is_readable(found) or read.is_known_by_name_only(found.name):
        return found.name in read.by_name
    return hash_file(found.path) in read.files


def _is_readable(found: InputFile) -> bool:
    return not (found.ignored or found.blocked or found.outside)


def _is_among(mail: MailLogEntry, here: set[str]) -> bool:
    if not mail.sha256:
        return False
    return mail.sha256 in here or (bool(mail.holds) and here.issuperset(mail.holds))
