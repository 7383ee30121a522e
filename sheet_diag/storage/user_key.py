"""A key of this user on this machine: what is signed with it was written here, by this program."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from platformdirs import user_state_path

_LENGTH: Final = 32  # bytes


def own_key() -> bytes | None:
    """The key, made when it is first asked for; None where it can be neither read nor kept."""
    path = user_state_path("sheet-diag", appauthor=False) / "key"
    try:
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError:
        return None
    return key if len(key) == _LENGTH else None


def _make(path: Path) -> None:
    """For the owner's eyes alone; whole under its name, as two runs may start at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}-{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(_LENGTH))
    draft.replace(path)
