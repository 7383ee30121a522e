"""The lower bound: the same returns parsed by calamine, the same outputs deflated by zlib.

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
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from python_calamine import CalamineWorkbook

_LEVEL: Final = 6  # that of zipfile, and so of XlsxWriter, openpyxl and the product


def parse_rows(content: bytes) -> int:
    """Parse every sheet of a return and count its rows."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return sum(len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names)


def inflate_parts(workbook: Path) -> Iterator[bytes]:
    """Inflate the parts of a workbook."""
    with zipfile.ZipFile(workbook) as archive:
        for name in archive.namelist():
            yield archive.read(name)


def run(returns: Path, output: Path) -> dict[str, float]:
    """Measure seconds (by the clock and of the processor), and count rows and bytes."""
    contents = [path.read_bytes() for path in sorted(returns.iterdir())]
    parts = [part for path in sorted(output.rglob("*.xlsx")) for part in inflate_parts(path)]
    started = time.perf_counter(), time.process_time()
    rows = sum(parse_rows(content) for content in contents)
    deflated = sum(len(zlib.compress(part, _LEVEL)) for part in parts)
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    inflated = sum(map(len, parts))
    counted = {"clients": len(contents), "rows": rows, "inflated": inflated, "deflated": deflated}
    return {**counted, "wall": wall, "cpu": cpu}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]), Path(sys.argv[2]))))
