"""A mail -> a file of the input folder, whole and under one name, however often that is tried."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Final

from sheet_diag.model.client_list import ListedClient
from sheet_diag.storage.file_names import safe_name
from sheet_diag.storage.fsync import sync_folder

MAIL_FOLDER: Final = "mail"  # below the input folder
_DRAFT: Final = ".sheet-diag-mail.tmp"  # intake knows it for no return
_SHORT: Final = 8
_LONG: Final = 32


class MailStore:
    """The folder of mails below the input folder; made with the first of them."""

    def __init__(self, source: Path) -> None:
        self._folder = source / MAIL_FOLDER
        self._draft = self._folder / _DRAFT
        self._by_mark: dict[str, list[Path]] | None = None

    def draft(self, content: bytes) -> Path:
        """Lay a mail down for reading, not yet as a file of the input folder. Raises `OSError`."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        return self._draft

    def keep(self, content: bytes, identity: str, label: str, when: datetime) -> str:
        """Make the draft a file; its name below the input folder. Raises `OSError`.

        A mail that lies there already, because a command was killed before it noted that, keeps
        its name, even where its client is told otherwise by now.
        """
        digest = hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest()
        alike = self._marked().setdefault(digest[:_SHORT], [])
        for path in alike:
            if path.is_file() and path.read_bytes() == content:
                self.clear()
                return f"{MAIL_FOLDER}/{path.name}"
        name = f"{when:%Y%m%d}_{label}_{digest[:_SHORT]}.eml"
        if (self._folder / name).exists():  # of another mail
            name = f"{when:%Y%m%d}_{label}_{digest[:_LONG]}.eml"
        self._draft.replace(self._folder / name)
        sync_folder(self._folder)
        alike.append(self._folder / name)
        return f"{MAIL_FOLDER}/{name}"

    def clear(self) -> None:
        """Take the draft away, if there is one."""
        self._draft.unlink(missing_ok=True)

    def _marked(self) -> dict[str, list[Path]]:
        """The mails of the folder by what may be the digest in their names; listed once, because
        there may be thousands."""
        if self._by_mark is None:
            self._by_mark = {}
            for path in self._folder.glob("*.eml"):
                for mark in {part[:_SHORT] for part in path.stem.split("_")[1:]}:
                    self._by_mark.setdefault(mark, []).append(path)
        return self._by_mark


def format_file_label(client: ListedClient | None, sender: str) -> str:
    """Who stands in the name of the file: the client, or else the sender's address."""
    if client:
        return safe_name(f"{client.id}_{client.company}")
    return safe_name(sender) or "unknown"
