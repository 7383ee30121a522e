"""Which password a report went out with: it can be checked, and not read.

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
    """Make a salted digest (scrypt) of a password; another one each time."""
    salt = secrets.token_bytes(_SALT_SIZE)
    return f"{salt.hex()}.{_digest(password, salt)}"


def fingerprint_mail(mail: OutgoingMail) -> str:
    """Make the fingerprint of the password of a mail with a report or its password; else empty."""
    has_one = mail.kind.spec.has_password and mail.password
    return make_fingerprint(mail.password) if has_one else ""


def make_fingerprints(passwords: Sequence[str]) -> list[str]:
    """Make the fingerprints of passwords, in threads."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(make_fingerprint, passwords))


@contextmanager
def fingerprint_mails(mails: Iterable[OutgoingMail]) -> Iterator[Iterator[str]]:
    """Make the fingerprint of each mail, in order, ahead of their use; scrypt lets threads run."""
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        yield pool.map(fingerprint_mail, mails)
    finally:
        pool.shutdown(cancel_futures=True)


def matches_fingerprint(password: str, fingerprint: str) -> bool:
    """Tell whether a fingerprint was made of a password."""
    salt, _, digest = fingerprint.partition(".")
    try:
        return hmac.compare_digest(_digest(password, bytes.fromhex(salt)), digest)
    except ValueError:
        return False


def find_mismatches(pairs: Sequence[tuple[str, str]]) -> tuple[int, ...]:
    """Find the places of the passwords that are not those of their fingerprints, in threads."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fit = pool.map(lambda pair: matches_fingerprint(*pair), pairs)
        return tuple(place for place, right in enumerate(fit) if not right)


def _digest(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode("utf-8"), salt=salt, dklen=32, **_SCRYPT_COST).hex()
