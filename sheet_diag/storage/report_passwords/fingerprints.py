"""Which password a report went out with, kept so that nobody can read it and anybody can check it.

A list of passwords may be sorted wrongly, edited or made anew between a report and its password;
only the log of what went out knows better.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

from sheet_diag.model.mail import OutgoingMail

_SCRYPT_COST: Final = {"n": 2**14, "r": 8, "p": 1}  # a twentieth of a second and 16 MiB a password
_SALT_SIZE: Final = 16  # bytes


def make_fingerprint(password: str) -> str:
    """A salted digest (scrypt) of a password; another one each time."""
    salt = secrets.token_bytes(_SALT_SIZE)
    return f"{salt.hex()}.{_digest(password, salt)}"


def fingerprint_mail(parcel: OutgoingMail) -> str:
    """The seal of a report that goes out encrypted, and of the password that is told; empty for
    every other mail."""
    has_one = parcel.kind.spec.has_password and parcel.password
    return make_fingerprint(parcel.password) if has_one else ""


@contextmanager
def fingerprint_mails(parcels: Iterable[OutgoingMail]) -> Iterator[Iterator[str]]:
    """The seal of each, in order; made ahead by threads, which scrypt lets run side by side."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield pool.map(fingerprint_mail, parcels)
    finally:
        pool.shutdown(cancel_futures=True)


def matches_fingerprint(password: str, sealed: str) -> bool:
    """Whether the seal was made of this password."""
    salt, _, digest = sealed.partition(".")
    try:
        return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), digest)
    except ValueError:
        return False


def find_mismatches(pairs: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """The places of those passwords that are not the one of their seal; worked out side by side."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fit = pool.map(lambda pair: matches_fingerprint(*pair), pairs)
        return tuple(place for place, right in enumerate(fit) if not right)


def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode("utf-8"), salt=salt, dklen=32, **_SCRYPT_COST).hex()
