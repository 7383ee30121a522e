"""Stores secrets of any length in the system's keyring, in pieces: Windows takes no long ones.

A first entry says where the pieces are, how many, and their digest; it is written last. So a secret
is read whole or not at all, and an old one stays until the new one is complete.
"""

from __future__ import annotations

import hashlib
import re
from itertools import count
from typing import Final

PIECE: Final = 1200  # characters; the Credential Manager takes 2,560 bytes of UTF-16
_HEAD: Final = re.compile(r"([ab]) (\d{1,4}) ([0-9a-f]{64})")
_OTHER: Final = {"a": "b", "b": "a"}


def read_secret(service: str, user: str) -> str | None:
    """Read a secret (None: there is none, or not all of it). Raises what the keyring does."""
    import keyring  # here: it looks through the whole system for a keyring

    head = _HEAD.fullmatch(keyring.get_password(service, user) or "")
    if head is None:
        return None
    slot, number, digest = head.groups()
    pieces = [keyring.get_password(_name(service, slot, n), user) for n in range(int(number))]
    secret = "".join(piece or "" for piece in pieces)
    return secret if _digest(secret) == digest else None


def store_secret(service: str, user: str, secret: str) -> None:
    """Store a secret in place of another. Raises what the keyring does."""
    import keyring

    head = _HEAD.fullmatch(keyring.get_password(service, user) or "")
    former = head[1] if head else "b"
    slot = _OTHER[former]
    pieces = [secret[start : start + PIECE] for start in range(0, len(secret), PIECE)]
    for number, piece in enumerate(pieces):
        keyring.set_password(_name(service, slot, number), user, piece)
    keyring.set_password(service, user, f"{slot} {len(pieces)} {_digest(secret)}")
    _delete_pieces(service, user, former)


def _delete_pieces(service: str, user: str, slot: str) -> None:
    """Delete the pieces of a former secret."""
    import keyring

    for number in count():
        name = _name(service, slot, number)
        if keyring.get_password(name, user) is None:
            return
        keyring.delete_password(name, user)


def _name(service: str, slot: str, number: int) -> str:
    return f"{service} {slot}{number + 1}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
