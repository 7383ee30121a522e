"""Passes over our own request where a reply brings it back beside the answers.

A mail program attaches the mail that is answered, with the sheet that was sent. It is known by its
bytes; one in which anything was changed is a return like any other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sheet_diag.intake.discovery import hash_file
from sheet_diag.intake.resolution.candidates import is_unfilled
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.managed_folder import OUTBOX, read_note


def ignore_own_requests(
    catalog: Catalog, issuer: Issuer, output: Path, read: Sequence[ReceivedFile]
) -> list[ReceivedFile]:
    """Ignore the sheets that came back as they were sent, beside others that were filled in."""
    members: dict[str, list[ReceivedFile]] = defaultdict(list)
    for each in read:
        if each.sheet and each.member is not None:
            members[each.file].append(each)
    several = [group for group in members.values() if len(group) > 1]
    blank = {each.label for group in several for each in group if is_unfilled(each)}
    beside = {
        each.label: each.sha256
        for group in several
        if any(each.label not in blank for each in group)
        for each in group
        if each.label in blank
    }
    own = set(_list_own_digests(catalog, issuer, output)) if beside else set()
    return [_ignore(each) if beside.get(each.label) in own else each for each in read]


def _ignore(received: ReceivedFile) -> ReceivedFile:
    problems = (Problem(ProblemCode.OWN_REQUEST),)
    return replace(received, sheet=None, plan=None, problems=problems, ignored=True)


def _list_own_digests(catalog: Catalog, issuer: Issuer, output: Path) -> Iterator[str]:
    """List the SHA-256 of the issued sheets, and of the blank ones that are made today."""
    from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet  # loads the writer

    for name in read_note(output / OUTBOX):
        if digest := hash_file((output / OUTBOX / name).resolve()):
            yield digest
    for lang in Lang:
        yield hashlib.sha256(make_hearing_sheet(catalog, lang, issuer)).hexdigest()
