"""Read the parts of a zip package by name, whatever the case and slashes of the names.

A part that is damaged counts as absent, except where its reader insists.
"""

from __future__ import annotations

import codecs
import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Final
from xml.parsers import expat

from sheet_diag.intake.package_inspection import InspectedPackage

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


class PackageDamagedError(Exception):
    """The package, or a part that has to be read, is damaged."""


class WorkbookPackage:
    """The parts of a package. `names` are lower case, with forward slashes.

    Of one that was inspected, the small parts are there; the zip is opened only for others.
    """

    def __init__(self, content: bytes, inspected: InspectedPackage | None = None) -> None:
        self._content = content
        self._parts = inspected.parts if inspected else {}
        self.names = inspected.names if inspected else tuple(self._entries)

    @cached_property
    def _zip(self) -> zipfile.ZipFile:
        try:
            return zipfile.ZipFile(io.BytesIO(self._content))
        except _DAMAGE as error:
            raise PackageDamagedError(str(error)) from error

    @cached_property
    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        found: dict[str, zipfile.ZipInfo] = {}
        for entry in self._zip.infolist():
            if not entry.is_dir():
                found.setdefault(_part_key(entry.filename), entry)
        return found

    def read(self, name: str) -> bytes:
        """Read a part; empty where it is absent or damaged."""
        try:
            return self.content(name)
        except PackageDamagedError:
            return b""

    def content(self, name: str) -> bytes:
        """Read a part. Raises `PackageDamagedError`."""
        name = _part_key(name)
        if name in self._parts:
            return self._parts[name]
        entry = self._entries.get(name) if name in self.names else None
        if entry is None:
            raise PackageDamagedError(f"no part {name}")
        try:
            return self._zip.read(entry)
        except _DAMAGE as error:
            raise PackageDamagedError(str(error)) from error

    def in_utf16(self) -> dict[str, bytes]:
        """Convert the XML parts that are in UTF-16 to UTF-8."""
        found = {}
        for name in self.names:
            if name.endswith((".xml", ".rels")) and self._starts_as_utf16(name):
                text = self.read(name).decode("utf-16", "replace")
                found[name] = _ENCODING.sub(r"\1UTF-8", text, count=1).encode()
        return found

    def _starts_as_utf16(self, name: str) -> bool:
        return self._first_bytes(name) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

    def _first_bytes(self, name: str) -> bytes:
        if name in self._parts:
            return self._parts[name][:2]
        try:
            with self._zip.open(self._entries[name]) as part:
                return part.read(2)
        except _DAMAGE:
            return b""

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """Write the package again with other content in some parts; media are left out."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as copy:
            for name, entry in self._entries.items():
                if "/media/" not in name:
                    copy.writestr(entry.filename, parts.get(name) or self.read(name))
        return buffer.getvalue()


def _part_key(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


Attributes = Mapping[str, str]
StartHandler = Callable[[str, Attributes], None]


class MarkupError(Exception):
    """The part is no well-formed XML, or holds what none of these parts may hold."""


def walk_xml(
    part: bytes,
    start: StartHandler | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element and text in order, with names as written.

    Raises `MarkupError`, and whatever the callbacks raise.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    if start:
        parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MarkupError(str(error)) from error


def local_name(name: str) -> str:
    """Cut the prefix off a name."""
    return name[name.rfind(":") + 1 :]


def read_elements(part: bytes) -> list[tuple[str, Attributes, str]]:
    """Read every element with its attributes (names local) and its own text, for small parts.

    Of a damaged part, what comes before the damage.
    """
    found: list[tuple[str, Attributes, list[str]]] = []
    opened: list[int] = []

    def start(name: str, attributes: Attributes) -> None:
        opened.append(len(found))
        found.append(
            (local_name(name), {local_name(key): attributes[key] for key in attributes}, [])
        )

    def text(data: str) -> None:
        found[opened[-1]][2].append(data)

    def end(_: str) -> None:
        opened.pop()

    with suppress(MarkupError):  # the caller takes what was found before the damage
        walk_xml(part, start, end, text)
    return [(name, attributes, "".join(texts)) for name, attributes, texts in found]


def _refuse_document_type(*_: object) -> None:
    raise MarkupError("document type declared")
