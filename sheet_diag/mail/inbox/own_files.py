"""Knows our own files by their bytes, wherever they come back from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from sheet_diag.intake.discovery import hash_file
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.storage.managed_folder import OUTBOX
from sheet_diag.storage.output_files import EDITED

_FOLDERS: Final = (OUTBOX, "results", "corrections", "pdf", EDITED)


def hash_own_files(output: Path, posted: Iterable[MailLogEntry]) -> frozenset[str]:
    """Hash what stands in the output folder, and add what has gone out, by the mail log."""
    files = (path for name in _FOLDERS for path in (output / name).rglob("*") if path.is_file())
    sent = (digest for entry in posted if entry.kind for digest in entry.attachments)
    return frozenset((*map(hash_file, files), *sent)) - {""}
