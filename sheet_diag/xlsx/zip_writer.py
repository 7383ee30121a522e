"""The file of a workbook: a zip of the parts in the order in which they come.

It is what `zipfile` writes of parts dated 1980, byte for byte, with two differences: what is the
same in every workbook is deflated once a process, and a large part is deflated as it comes.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Final

from sheet_diag.xlsx.errors import WorkbookError

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20  # of the format: the one that knows deflating
_SYSTEM: Final = 0 if sys.platform == "win32" else 3
_DEFLATED: Final = 8
_DAY: Final = 1 << 5 | 1  # 1 January 1980, the first day that a zip knows
_OWNERS_FILE: Final = 0o600 << 16
_MOST: Final = (1 << 31) - 1  # bytes, without the extension that not every reader knows
_PIECE: Final = 1 << 20  # characters


@dataclass(frozen=True, slots=True)
class DeflatedPart:
    """A part as it stands in the file, with the size it had."""

    checksum: int
    size: int
    content: bytes


class TextPart(io.StringIO):
    """A part being written, deflated piece by piece. XlsxWriter asks for a StringIO."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[str] = []
        self._length = 0
        self._deflater = _Deflater()

    def write(self, text: str, /) -> int:
        """Add text."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length > _PIECE:
            self._deflate()
        return len(text)

    def deflated(self) -> DeflatedPart:
        """Deflate the whole part."""
        self._deflate()
        return self._deflater.finish()

    def _deflate(self) -> None:
        self._deflater.add("".join(self._pieces).encode())
        self._pieces.clear()
        self._length = 0


class ZipPackage:
    """A zip that is being written to a file."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._offset = 0
        self._directory: list[bytes] = []

    def add(self, name: str, part: DeflatedPart) -> None:
        """Write a part."""
        common = (_VERSION, 0, _DEFLATED, 0, _DAY, part.checksum, len(part.content), part.size)
        encoded = name.encode("ascii")
        start = self._offset
        self._write(_LOCAL.pack(b"PK\3\4", *common, len(encoded), 0) + encoded, part.content)
        if max(part.size, self._offset) > _MOST:
            raise WorkbookError(f"the workbook is larger than Excel can open ({name})")
        made_by = _SYSTEM << 8 | _VERSION
        entry = _CENTRAL.pack(
            b"PK\1\2", made_by, *common, len(encoded), 0, 0, 0, 0, _OWNERS_FILE, start
        )
        self._directory.append(entry + encoded)

    def close(self) -> None:
        """Write the directory."""
        start, count = self._offset, len(self._directory)
        self._write(*self._directory)
        self._write(_END.pack(b"PK\5\6", 0, 0, count, count, self._offset - start, start, 0))

    def _write(self, *pieces: bytes) -> None:
        for piece in pieces:
            self._file.write(piece)
            self._offset += len(piece)


def deflate(content: bytes) -> DeflatedPart:
    """Deflate a part that is known as a whole."""
    deflater = _Deflater()
    deflater.add(content)
    return deflater.finish()


# A theme, styles, types and relations: some 60 KB a workbook that hardly differ.
deflate_once = lru_cache(maxsize=512)(deflate)


class _Deflater:
    def __init__(self) -> None:
        self._deflater = zlib.compressobj(
            zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS
        )
        self._checksum = 0
        self._size = 0
        self._content: list[bytes] = []

    def add(self, content: bytes) -> None:
        self._checksum = zlib.crc32(content, self._checksum)
        self._size += len(content)
        self._content.append(self._deflater.compress(content))

    def finish(self) -> DeflatedPart:
        content = b"".join([*self._content, self._deflater.flush()])
        return DeflatedPart(self._checksum, self._size, content)
