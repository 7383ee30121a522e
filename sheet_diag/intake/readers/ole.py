"""Read a compound file (.xls): whether it can be walked, and its properties.

The time of the last change is looked up here: olefile reads all properties to find one, and a
damaged one may claim four thousand million values. Source: [MS-OLEPS], sections 2.20 and 2.21.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

_SUMMARY: Final = "\x05SummaryInformation"
_CUSTOM: Final = "\x05DocumentSummaryInformation"
_LAST_SAVED: Final = 12
_FILETIME: Final = 64  # in tenths of microseconds
_EPOCH: Final = datetime(1601, 1, 1)
_ROOT: Final = 5


def has_sector_loop(file: Any) -> bool:
    """Whether sectors of an `OleFileIO` form a circle, in which readers would never end."""
    file.loadminifat()
    entries = [entry for entry in file.direntries if entry is not None]
    starts = [file.first_dir_sector, file.first_mini_fat_sector]
    starts += [each.isectStart for each in entries if _is_large(each, file)]
    small = [each.isectStart for each in entries if not _is_large(each, file)]
    return _chain_loops(file.fat, starts) or _chain_loops(file.minifat, small)


def _is_large(entry: Any, file: Any) -> bool:
    return bool(entry.size >= file.minisectorcutoff or entry.entry_type == _ROOT)


def _chain_loops(following: Sequence[int], starts: Iterable[int]) -> bool:
    """Whether a chain from one of the starts comes back to itself."""
    ended: set[int] = set()
    for start in starts:
        chain: set[int] = set()
        sector = start
        while sector < len(following) and sector not in ended:
            if sector in chain:
                return True
            chain.add(sector)
            sector = following[sector]
        ended |= chain
    return False


def read_ole_properties(file: Any) -> dict[str, str]:
    """Read the custom properties of an `OleFileIO`, as text."""
    try:
        found = file.get_userdefined_properties([_CUSTOM])
        return {
            str(each["property_name"]): _property_text(each["value"])
            for each in found
            if each["value"]
        }
    except Exception:  # noqa: BLE001 - damaged properties count as absent
        return {}


def read_ole_modified(file: Any) -> str:
    """Read when an `OleFileIO` was last saved (ISO 8601, UTC); empty where it does not say."""
    try:
        ticks = _last_saved_ticks(file.openstream(_SUMMARY).read())
        moment = _EPOCH + timedelta(microseconds=ticks // 10)
    except Exception:  # noqa: BLE001 - damaged properties count as absent
        return ""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if ticks else ""


def _last_saved_ticks(stream: bytes) -> int:
    """Read the time in the property set; 0 where it has none. Raises `struct.error`."""
    start = struct.unpack_from("<I", stream, 44)[0]
    count = struct.unpack_from("<I", stream, start + 4)[0]
    for place in range(start + 8, min(start + 8 + 8 * count, len(stream)), 8):
        key, offset = struct.unpack_from("<II", stream, place)
        if key == _LAST_SAVED:
            kind, ticks = struct.unpack_from("<IQ", stream, start + offset)
            return int(ticks) if kind == _FILETIME else 0
    return 0


def _property_text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-16-le" if b"\0" in value else "utf-8", "replace")
    return str(value)
