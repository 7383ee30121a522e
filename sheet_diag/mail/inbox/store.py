"""Stores mails as files of the input folder, whole and under one name, however often."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from sheet_diag.model.client_list import ListedClient
from sheet_diag.storage.file_moves import remove_file, replace_file, sync_folder
from sheet_diag.storage.file_names import safe_name

MAIL_FOLDER: Final = "mail"  # below the input folder
_DRAFT: Final = ".sheet-diag-mail.tmp"  # intake knows it for no return
_SHORT: Final = 8
_LONG: Final = 32


class MailStore:
    """The folder of mails below the input folder, created with the first mail."""

    def __init__(self, source: Path) -> None:
        self._folder = source / MAIL_FOLDER
        self._draft = self._folder / _DRAFT
        self._by_digest: dict[str, list[Path]] | None = None

    def write_draft(self, content: bytes) -> Path:
        """Write a mail to be read, not yet as a file of the input folder. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.clear()
        with self._draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return self._draft

    def keep_draft(self, content: bytes, label: str, when: datetime) -> str:
        """Make the draft a file and return its name below the input folder. Raises `OSError`.

        A mail that is there already, because a command was killed before it logged that, keeps its
        name, even where it is another client's by now.
        """
        digest = hashlib.sha256(content).hexdigest()
        alike = self._list_by_digest().setdefault(digest[:_SHORT], [])
        for path in alike:
            if path.is_file() and path.read_bytes() == content:
                self.clear()
                return f"{MAIL_FOLDER}/{path.name}"
        name = f"{when:%Y%m%d}_{label}_{digest[:_SHORT]}.eml"
        if (self._folder / name).exists():  # of another mail
            name = f"{when:%Y%m%d}_{label}_{digest[:_LONG]}.eml"
        replace_file(self._draft, self._folder / name)
        sync_folder(self._folder)
        alike.append(self._folder / name)
        return f"{MAIL_FOLDER}/{name}"

    def clear(self) -> None:
        """Delete the draft, if there is one."""
        remove_file(self._draft)

    def _list_by_digest(self) -> dict[str, list[Path]]:
        """List the mails by what may be the digest in their names; once, there may be thousands."""
        if self._by_digest is None:
            self._by_digest = {}
            for path in self._folder.glob("*.eml"):
                for mark in {part[:_SHORT] for part in path.stem.split("_")[1:]}:
                    self._by_digest.setdefault(mark, []).append(path)
        return self._by_digest


def format_file_label(client: ListedClient | None, sender: str) -> str:
    """Format the client, or else the sender's address, for the name of a file."""
    if client:
        return safe_name(f"{client.id}_{client.company}")
    return safe_name(sender) or "unknown"
