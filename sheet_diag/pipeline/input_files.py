"""The input folder beside what was read and collected: what is new there, what is gone from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sheet_diag.intake.discovery import Found, find
from sheet_diag.intake.stable_read import digest_of
from sheet_diag.model.mail import Posted
from sheet_diag.reports.response_status.read_files import ReadFiles, collected


def unread(found: Sequence[Found], read: ReadFiles) -> list[str]:
    """The names of the files that the run has not read, neither under their names nor others."""
    return [each.name for each in found if not each.ignored and not _is_read(each, read)]


def gone(posted: Iterable[Posted], read: ReadFiles, found: Sequence[Found]) -> frozenset[Posted]:
    """The collected mails that no run has read and that are not among the files of the input
    folder: neither under their name nor under another, nor as the returns in them.

    Files are read only where a name is missing; one that cannot be read is none of them.
    """
    names = {each.name for each in found}
    missing = [
        mail
        for mail in collected(posted)
        if mail.file and mail.file not in names and not read.has_mail(mail)
    ]
    if not any(mail.sha256 for mail in missing):
        return frozenset(missing)
    here = {digest_of(each.path) for each in found if _may_be_read(each)} - {""}
    return frozenset(mail for mail in missing if not _lies_in(mail, here))


def gone_from(
    source: Path, output: Path, posted: Iterable[Posted], read: ReadFiles
) -> frozenset[Posted]:
    """The same of an input folder; where there is no such folder, nobody knows, and none is."""
    if not source.is_dir():
        return frozenset()
    return gone(posted, read, find(source, apart_from=output))


def _is_read(found: Found, read: ReadFiles) -> bool:
    if not _may_be_read(found) or read.goes_by_name(found.name):
        return found.name in read.by_name
    return digest_of(found.path) in read.files


def _may_be_read(found: Found) -> bool:
    return not (found.ignored or found.blocked or found.outside)


def _lies_in(mail: Posted, here: set[str]) -> bool:
    if not mail.sha256:
        return False
    return mail.sha256 in here or (bool(mail.holds) and here.issuperset(mail.holds))
