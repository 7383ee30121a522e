"""The characters of the report's font: `python -m tests.font_coverage` makes the table anew."""

from __future__ import annotations

import struct
from itertools import pairwise
from pathlib import Path

from sheet_diag.reports.pdf.coverage import TABLE

FONTS = sorted(TABLE.parent.glob("*.ttf"))


def read_characters(font: Path) -> set[int]:
    """Read the code points of a font from its table `cmap` (its part in format 12)."""
    data = font.read_bytes()
    tables = (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(data[5]))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    parts = [struct.unpack_from(">HHI", data, start + 4 + 8 * n)[2] for n in range(count)]
    part = next(start + each for each in parts if data[start + each + 1] == 12)
    (groups,) = struct.unpack_from(">I", data, part + 12)
    ranges = (struct.unpack_from(">II", data, part + 16 + 12 * n) for n in range(groups))
    return {code for first, last in ranges for code in range(first, last + 1)}


def format_table(codes: set[int]) -> str:
    """Format code points as ranges, one a line."""
    ordered = sorted(codes)
    starts = [ordered[0]] + [after for before, after in pairwise(ordered) if after - before > 1]
    ends = [before for before, after in pairwise(ordered) if after - before > 1] + [ordered[-1]]
    pairs = zip(starts, ends, strict=True)
    return "".join(f"{a:X}\n" if a == b else f"{a:X}-{b:X}\n" for a, b in pairs)


def cover() -> str:
    """Format what every font of the report shows."""
    return format_table(set.intersection(*(read_characters(font) for font in FONTS)))


if __name__ == "__main__":
    TABLE.write_text(cover(), encoding="ascii")
