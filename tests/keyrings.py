"""Keyrings of tests: in memory, in a file, as narrow as the one of Windows."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

WINDOWS_TAKES = 2560  # bytes of UTF-16: CRED_MAX_CREDENTIAL_BLOB_SIZE


class MemoryKeyring(KeyringBackend):
    """A keyring that forgets everything at the end. It dies before so many further changes."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: MutableMapping[tuple[str, str], str] = {}
        self.changes = 0
        self.dies_after: int | None = None

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > WINDOWS_TAKES:
            raise ValueError("The stub received bad data")  # what Windows says
        self._change()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._change()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError(service)

    def _change(self) -> None:
        if self.changes == self.dies_after:
            raise PowerCutError
        self.changes += 1


class FileKeyring(MemoryKeyring):
    """The same in a file, for several processes, one after the other."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        if path.exists():
            listed = json.loads(path.read_text(encoding="utf-8"))
            self.kept = {(service, user): secret for service, user, secret in listed}

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password)
        self._write()

    def delete_password(self, service: str, username: str) -> None:
        super().delete_password(service, username)
        self._write()

    def _write(self) -> None:
        listed = [[*key, secret] for key, secret in self.kept.items()]
        self._path.write_text(json.dumps(listed), encoding="utf-8")


class PowerCutError(Exception):
    """Everything ends here."""
