"""What was read before, by content: an unchanged return is not read again.

A cache only ever saves time. It may be deleted at any moment; one that is missing, locked,
damaged or somebody else's is none, and an entry that is not what was put there is not there. What
was neither asked for nor put during a run is dropped at its end, so it never outgrows the folder.

The file lies where others may write. So each value is signed with a key of this user that lies
elsewhere (`ownkey`), and one whose signature is not right is not there.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import sqlite3
import sys
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from sheet_diag.model.returns import ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings, Passwords
from sheet_diag.storage.user_key import own_key

_SCHEMA: Final = "CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
# Libraries that read returns: another version of one may read the same file otherwise.
_READERS: Final = (
    "python-calamine", "openpyxl", "defusedxml", "msoffcrypto-tool", "olefile", "pyzipper",
    "py7zr", "python-oxmsg", "xlrd", "pyxlsb", "cryptography", "pycryptodomex", "pyppmd", "pybcj",
    "inflate64", "brotli", "backports.zstd",
)  # fmt: skip
# What may be otherwise the next time, though the file is the same.
_FLEETING: Final = frozenset(
    {ProblemCode.READER_DIED, ProblemCode.NOT_PROCESSED, ProblemCode.NO_ACCESS}
)
_SIGNATURE: Final = 32  # bytes
_AT_ONCE: Final = 200  # entries that a run which is killed may lose
_PATIENCE: Final = 0.2  # seconds to wait for another process, before doing without the cache


class Cache:
    """Values by key in one file. To be used as a context; left by an exception, it drops nothing.

    `get` and `put` never fail: from the first difficulty on, nothing is found and nothing kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None
        self._secret = b""
        self._used: set[str] = set()
        self._put = 0

    def get(self, key: str) -> bytes | None:
        """The value that was put under the key, or None."""
        if self._db is None:
            return None
        try:
            row = self._db.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            self._give_up(error)
            return None
        value = self._unsigned(key, row[0]) if row else None
        if value is not None:
            self._used.add(key)
        return value

    def put(self, key: str, value: bytes) -> None:
        """Keep a value under a key."""
        if self._db is None:
            return
        self._used.add(key)
        self._put += 1
        try:
            signed = _signature(self._secret, key, value) + value
            self._db.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (key, signed))
            if self._put % _AT_ONCE == 0:
                self._db.commit()
        except sqlite3.Error as error:
            self._give_up(error)

    def __enter__(self) -> Self:
        secret = own_key()
        if secret:
            self._secret, self._db = secret, _opened(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._db is None:
            return
        try:
            if error is None:
                _drop_others(self._db, self._used)
            self._db.commit()
            self._db.close()
        except sqlite3.Error as difficulty:
            self._give_up(difficulty)
        self._db = None

    def _unsigned(self, key: str, signed: object) -> bytes | None:
        """The value, if it is the one that was put under this key."""
        if not isinstance(signed, bytes):
            return None
        value, sound = signed[_SIGNATURE:], signed[:_SIGNATURE]
        return value if hmac.compare_digest(sound, _signature(self._secret, key, value)) else None

    def _give_up(self, error: sqlite3.Error) -> None:
        """Do without; a damaged file is removed, one that another process holds stays."""
        if self._db is not None:
            self._db.close()
        self._db = None
        if not isinstance(error, sqlite3.OperationalError):
            _remove(self._path)


def _opened(path: Path) -> sqlite3.Connection | None:
    """The store at the path, made anew where what lies there is no store of ours."""
    if path.is_symlink():
        _remove(path)  # it may lead to a store of somebody else
    for _ in range(2):
        try:
            db = sqlite3.connect(path, timeout=_PATIENCE)
        except sqlite3.Error:
            return None  # no folder, no permission
        try:
            if _is_ours(db):
                return db
        except sqlite3.OperationalError:  # locked, or on a disk that is full
            db.close()
            return None
        except sqlite3.Error:  # no database at all
            pass
        db.close()
        if not _remove(path):
            return None
    return None


def _is_ours(db: sqlite3.Connection) -> bool:
    """Whether it holds our table and nothing else (a trigger would run what it says)."""
    db.execute("PRAGMA trusted_schema = OFF")
    # Not to wait for the disk: what a power failure damages is thrown away.
    db.execute("PRAGMA synchronous = OFF")
    found = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_schema")]
    if not found:
        db.execute(_SCHEMA)
        return True
    return found == [_SCHEMA]


def _drop_others(db: sqlite3.Connection, used: set[str]) -> None:
    db.execute("CREATE TEMP TABLE used (key TEXT PRIMARY KEY) WITHOUT ROWID")
    db.executemany("INSERT INTO used VALUES (?)", ((key,) for key in used))
    db.execute("DELETE FROM entries WHERE key NOT IN (SELECT key FROM used)")
    db.commit()
    (free,), (pages,) = (
        db.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
    )
    if free > pages // 2:
        db.execute("VACUUM")


def _remove(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _signature(secret: bytes, key: str, value: bytes) -> bytes:
    return hmac.digest(secret, key.encode() + b"\0" + value, "sha256")


# --- keys: everything that a reading depends on


def reading_key(
    content_sha256: str,
    name: str,
    file_time: int,
    catalog_sha256: str,
    reading: IntakeSettings,
    program: str,
) -> str:
    """The key of what is read from a file: another one where anything differs that could tell.

    `file_time` in nanoseconds; `program` is what `program_digest` says.
    """
    settings = _settings_digest(catalog_sha256, reading, program)
    return _joined(content_sha256, name, str(file_time), settings)


def is_lasting(received: ReceivedFile) -> bool:
    """Whether reading the same file again would end in the same way."""
    return not any(problem.code in _FLEETING for problem in received.problems)


@cache
def program_digest() -> str:
    """Which program reads: its own files, the libraries that it reads with, and the Python."""
    digest = hashlib.sha256(sys.version.encode())
    for name in _READERS:
        digest.update(f"{name} {_version(name)}\0".encode())
    digest.update(own_digest().encode())
    return digest.hexdigest()


@cache
def own_digest() -> str:
    """SHA-256 over everything that this program consists of, in whatever it is packed."""
    digest = hashlib.sha256()
    for path, file in _own_files(resources.files("sheet_diag")):
        digest.update(path.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:  # packed into one program, which is another each time
        return ""


def _own_files(folder: Traversable, above: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{above}/{entry.name}"
        if entry.is_dir():
            yield from _own_files(entry, path)
        elif entry.name.endswith((".py", ".yaml")):
            yield path, entry


@lru_cache(maxsize=1)
def _settings_digest(catalog_sha256: str, reading: IntakeSettings, program: str) -> str:
    secret = _passwords_digest(reading.passwords, catalog_sha256)
    return _joined(catalog_sha256, repr(reading.limits), secret, program)


def _passwords_digest(passwords: Passwords, salt: str) -> str:
    """Guessing passwords from a key costs as much as on the protected workbook itself."""
    if not (passwords.common or passwords.by_client):
        return ""
    words = repr((passwords.common, passwords.by_client)).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(words, salt=salt.encode(), n=2**14, r=8, p=1).hex()


def _joined(*parts: str) -> str:
    text = "\0".join(f"{len(part)} {part}" for part in parts)
    return hashlib.sha256(os.fsencode(text)).hexdigest()
