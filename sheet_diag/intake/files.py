"""Finds the files of the input folder, and tells by content what each of them is.

Never changes, moves or extracts anything; a name is a label, never a promise of a format.
"""

from __future__ import annotations

import io
import os
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sheet_diag.model.returns import Code, Problem

_MIB: Final = 1024 * 1024
LARGEST_FILE: Final = 30 * _MIB
LARGEST_INFLATED: Final = 256 * _MIB

# Files that programs leave beside real ones: never a return.
_LEFTOVERS: Final = {"thumbs.db", "desktop.ini", ".ds_store", "icon\r"}
# Files that only keep the folder itself under version control.
_PLACEHOLDERS: Final = {".gitkeep", ".gitignore"}

_MAGIC: Final = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"{\\rtf", "document"),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the input folder. `name` is relative to it, with forward slashes, in NFC.

    `blocked` marks what is there but cannot be read: a link to a folder, a pipe, no permission.
    """

    path: Path
    name: str
    ignored: bool
    blocked: bool = False


def find(folder: Path, apart_from: Path) -> tuple[Found, ...]:
    """Every file below the folder, in the order of their names; links to folders and what cannot
    be looked into are told as `blocked`.

    An output folder inside it (`apart_from`) is left out; one that is the folder itself or lies
    around it hides nothing.
    """
    outside = apart_from.resolve()
    blocked: list[OSError] = []
    found: list[Found] = []
    for top, folders, files in os.walk(folder, onerror=blocked.append):
        here = Path(top)
        folders[:] = [name for name in folders if (here / name).resolve() != outside]
        links = [here / name for name in folders if (here / name).is_symlink()]
        found += [_found(path, folder, blocked=True) for path in links]
        kept = [here / name for name in files if name not in _PLACEHOLDERS]
        found += [_found(path, folder, blocked=not _is_file(path)) for path in kept]
    found += [_found(Path(error.filename), folder, blocked=True) for error in blocked]
    return tuple(sorted(_told_apart(found, folder), key=lambda each: each.name))


def _found(path: Path, folder: Path, *, blocked: bool) -> Found:
    name = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
    return Found(path, name, _is_leftover(path, folder), blocked)


def _is_file(path: Path) -> bool:
    """Whether it is a plain file that may be looked at; a pipe or a broken link is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _told_apart(found: list[Found], folder: Path) -> Iterator[Found]:
    """Names that only differ in composed and decomposed letters stay as they are on disk."""
    counts = Counter(each.name for each in found)
    for each in found:
        raw = each.path.relative_to(folder).as_posix()
        yield replace(each, name=raw) if counts[each.name] > 1 else each


def recognise(content: bytes) -> Problem | None:
    """None for an .xlsx workbook of honest size; otherwise why it cannot be read."""
    if not content:
        return Problem(Code.EMPTY_FILE)
    if len(content) > LARGEST_FILE:
        return Problem(Code.TOO_LARGE, value=f"{len(content) / _MIB:.0f} MiB")
    if content.startswith(_OLE):
        return Problem(Code.PROTECTED_OR_OLD)
    if content.startswith(b"PK"):
        return _recognise_package(content)
    kind = next((name for magic, name in _MAGIC if content.startswith(magic)), None)
    return _wrong(kind or _text_or_unknown(content))


def _recognise_package(content: bytes) -> Problem | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        return Problem(Code.UNREADABLE, value=str(error))
    inflated = sum(entry.file_size for entry in entries)
    if inflated > LARGEST_INFLATED:
        return Problem(Code.TOO_LARGE, value=f"{inflated / _MIB:.0f} MiB")
    names = {entry.filename.replace("\\", "/").lower() for entry in entries}
    if "xl/workbook.xml" in names or ("[content_types].xml" in names and _has_sheets(names)):
        return None
    return _wrong(_package_kind(names))


def _has_sheets(names: set[str]) -> bool:
    """Some writers name the main part differently; the sheets give the package away."""
    return any("worksheets/" in name and name.endswith(".xml") for name in names)


def _package_kind(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "mimetype" in names and "content.xml" in names:
        return "opendocument"
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        return "document"
    if any(name.startswith("index/") and name.endswith(".iwa") for name in names):
        return "numbers"
    return "archive"


def _text_or_unknown(content: bytes) -> str:
    start = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "html"
    return "unknown" if b"\0" in content[:2048] else "text"


def _wrong(kind: str) -> Problem:
    return Problem(Code.WRONG_FORMAT, value=kind, details=(("kind", kind),))


def _is_leftover(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    lower = path.name.lower()
    return (
        lower in _LEFTOVERS
        or lower.startswith(("~$", "._", ".~lock."))
        or lower.endswith((".tmp", ".crdownload", ".part"))
        or "__MACOSX" in parts
    )
