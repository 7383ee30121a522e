"""run.json as a file: one JSON document that is written, and read, a return a line.

Knows where its entries stand, never what they say. A file of an earlier version, or one that
somebody has formatted anew, is read as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

_RETURNS: Final = "returns"
_OPEN: Final = f'"{_RETURNS}": [\n'
_CLOSE: Final = "]"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def dump_json_line(content: Any) -> bytes:
    """Write a value as JSON: UTF-8, keys sorted, a question mark for half a character."""
    return _ENCODER.encode(content).encode("utf-8", "replace")


class RunJsonWriter:
    """Writes the document: `head` is everything but the returns, which are added one by one.

    A context manager: the document is ended unless something was raised.
    """

    def __init__(self, file: BinaryIO, head: Mapping[str, Any]) -> None:
        self._file = file
        self._after = {key: head[key] for key in sorted(head) if key > _RETURNS}
        self._between = b""
        before = b"".join(_pair(key, head[key]) + b",\n" for key in sorted(head) if key < _RETURNS)
        file.write(b"{\n" + before + _OPEN.encode())

    def add(self, line: bytes) -> None:
        """Add a return."""
        self._file.write(self._between + line)
        self._between = b",\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            after = b"".join(b",\n" + _pair(key, value) for key, value in self._after.items())
            end = _CLOSE.encode() + after + b"\n}\n"
            self._file.write(b"\n" + end if self._between else end)


def write_run_json(path: Path, head: Mapping[str, Any], lines: Path) -> None:
    """Write the document of its head and a file that has a return a line. Raises `OSError`."""
    with lines.open("rb") as returns, path.open("wb") as file, RunJsonWriter(file, head) as made:
        for line in returns:
            made.add(line.removesuffix(b"\n"))


def read_run_json_head(path: Path) -> Any:
    """Read all but the returns. Raises `OSError`, and `ValueError` where it is no JSON."""
    with path.open(encoding="utf-8") as file:
        before = "".join(takewhile(lambda line: line != _OPEN, file))
        after = "".join(_from_close(file))
    if not after:
        return {**json.loads(before), _RETURNS: ()}
    return json.loads(before + _OPEN + after)


def read_run_json_returns(path: Path) -> Iterator[Any]:
    """The returns, one by one. Raises as `read_run_json_head`, and what a foreign document calls
    for
    (`KeyError`, `TypeError`)."""
    with path.open(encoding="utf-8") as file:
        if not any(line == _OPEN for line in file):
            file.seek(0)
            yield from json.load(file)[_RETURNS]
            return
        for line in file:
            if line.startswith(_CLOSE):
                return
            yield json.loads(line.removesuffix("\n").removesuffix(","))
    raise ValueError("the document ends within its returns")


def _from_close(lines: Iterable[str]) -> Iterator[str]:
    """Return the lines from the end of the returns on."""
    lines = iter(lines)
    for line in lines:
        if line.startswith(_CLOSE):
            yield line
            yield from lines


def _pair(key: str, value: Any) -> bytes:
    return dump_json_line(key) + b": " + dump_json_line(value)
