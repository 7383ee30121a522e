"""The input folder beside what was read and collected: what is new there, what is gone from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sheet_diag.intake.discovery import InputFile, find_input_files
from sheet_diag.intake.stable_read import hash_file
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.reports.response_status.read_files import ReadFiles, list_collected_mails


def find_unread_files(found: Sequence[InputFile], read: ReadFiles) -> list[str]:
    """The names of the files that the run has not read, neither under their names nor others."""
    return [each.name for each in found if not each.ignored and not _is_read(each, read)]


def find_missing_mails(
    posted: Iterable[MailLogEntry], read: ReadFiles, found: Sequence[InputFile]
) -> frozenset[MailLogEntry]:
    """The collected mails that no run has read and that are not among the files of the input
    folder: neither under their name nor under another, nor as the returns in them.

    Files are read only where a name is missing; one that cannot be read is none of them.
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
    """The same of an input folder; where there is no such folder, nobody knows, and none is."""
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
