"""The zip package around a workbook: parts by name, whatever the case and slashes of the names.

A part that is damaged counts as absent, except where its reader insists.
"""

from __future__ import annotations

import codecs
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

# What a damaged, encrypted or unknown entry raises.
_DAMAGE: Final = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
    ValueError,
)
_ENCODING: Final = re.compile(r"""(<\?xml[^>]{0,80}encoding\s*=\s*["'])[\w-]+""")


class DamagedError(Exception):
    """The package, or a part that has to be read, is damaged."""


class Package:
    """The parts of a package. `names` are lower case, with forward slashes."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _DAMAGE as error:
            raise DamagedError(str(error)) from error
        self._entries: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            if not entry.is_dir():
                self._entries.setdefault(_folded(entry.filename), entry)
        self.names = tuple(self._entries)

    def read(self, name: str) -> bytes:
        """The part; empty where it is absent or damaged."""
        try:
            return self.content(name)
        except DamagedError:
            return b""

    def content(self, name: str) -> bytes:
        """The part. Raises `DamagedError`."""
        entry = self._entries.get(_folded(name))
        if entry is None:
            raise DamagedError(f"no part {name}")
        try:
            return self._zip.read(entry)
        except _DAMAGE as error:
            raise DamagedError(str(error)) from error

    def in_utf16(self) -> dict[str, bytes]:
        """The XML parts that are written in UTF-16, as UTF-8."""
        found = {}
        for name in self.names:
            if name.endswith((".xml", ".rels")) and self._starts_as_utf16(name):
                text = self.read(name).decode("utf-16", "replace")
                found[name] = _ENCODING.sub(r"\1UTF-8", text, count=1).encode()
        return found

    def _starts_as_utf16(self, name: str) -> bool:
        try:
            with self._zip.open(self._entries[name]) as part:
                return part.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        except _DAMAGE:
            return False

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """The package with other content in some parts, by name; media are left out."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as copy:
            for name, entry in self._entries.items():
                if "/media/" not in name:
                    copy.writestr(entry.filename, parts.get(name) or self.read(name))
        return buffer.getvalue()


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
