"""Gives the objects of a store paths on a disk.

A store also knows names that a disk does not, and files that are folders of others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final

_MAX_NAME_BYTES: Final = 255  # bytes of a name on most disks


def assign_paths(names: Iterable[str]) -> Iterator[str]:
    """Give each object a path of its own on the disk."""
    files: set[str] = set()
    above: set[str] = set()
    for name in names:
        place = "/".join(map(_safe_part, name.split("/")))
        parents = {str(each) for each in PurePosixPath(place.casefold()).parents}
        key = place.casefold()
        if key in files or key in above or not parents.isdisjoint(files):
            place = _shorten_name(place.replace("/", "_"), name)
            parents = set()
        files.add(place.casefold())
        above |= parents
        yield place


def _safe_part(part: str) -> str:
    """Make one name of a path safe and short enough for the disk."""
    if part in ("", ".", ".."):
        return part.replace(".", "%2E") or "%2F"
    part = part.replace("\0", "%00").replace("\\", "%5C")
    return part if len(part.encode()) <= _MAX_NAME_BYTES else _shorten_name(part, part)


def _shorten_name(place: str, name: str) -> str:
    """Shorten a name to one that no other object has."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    suffix = PurePosixPath(place).suffix[:10]
    return f"{place.removesuffix(suffix)[:60]}~{digest}{suffix}"
