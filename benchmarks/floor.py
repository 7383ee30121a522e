"""What nobody can beat: the same returns parsed by calamine, the same outputs deflated by zlib.

Nothing is understood, scored or laid out. The outputs are inflated beforehand, untimed.

    python -m benchmarks.floor RETURNS OUTPUT
"""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook

_LEVEL: Final = 6  # that of zipfile, and so of XlsxWriter, openpyxl and the product


def parsed(content: bytes) -> int:
    """Parse every sheet of a return; gives the number of its rows."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def inflated(workbook: Path) -> Iterator[bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            yield archive.read(name)


def deflated(parts: Iterable[bytes]) -> int:
    """Deflate each part; gives the number of bytes."""
    return sum(len(zlib.compress(part, _LEVEL)) for part in parts)


def run(returns: Path, output: Path) -> dict[str, float]:
    """Seconds (by the clock and of the processor) and bytes; parsing and deflating apart."""
    contents = [path.read_bytes() for path in sorted(returns.iterdir())]
    parts = [part for path in sorted(output.rglob("*.xlsx")) for part in inflated(path)]
    started = time.perf_counter(), time.process_time()
    for content in contents:
        parsed(content)
    between = time.perf_counter()
    size = deflated(parts)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {
        "clients": len(contents),
        "wall": wall,
        "cpu": cpu,
        "parsing": between - started[0],
        "deflating": wall - (between - started[0]),
        "read": sum(map(len, contents)),
        "inflated": sum(map(len, parts)),
        "deflated": size,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
