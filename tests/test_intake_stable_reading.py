"""A file that another program holds or still writes is looked at again before it is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheet_diag.intake import discovery as reading
from sheet_diag.intake.discovery import FileChangingError, read_stable_file


class _Disturbed:
    """Takes the place of the looks at a file that was read: at `times` of them, it has changed."""

    def __init__(self, times: int, path: Path, error: OSError | None = None) -> None:
        self.times, self._path, self._error = times, path, error
        self._look = reading.file_state

    def __call__(self, path: Path) -> tuple[int, int]:
        if self.times:
            self.times -= 1
            if self._error:
                raise self._error
            with self._path.open("ab") as file:
                file.write(b"more")
        return self._look(path)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reading, "_PAUSE", 0)
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"content")
    return path


def test_a_file_that_is_still_being_copied_is_read_whole(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _read(file, monkeypatch, 2) == b"contentmoremore"


def test_a_file_that_changes_all_the_time_is_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileChangingError):
        _read(file, monkeypatch, 3)


def test_a_file_that_is_unlocked_in_time_is_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _read(file, monkeypatch, 2, PermissionError()) == b"content"


def test_a_file_that_stays_locked_is_reported(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PermissionError):
        _read(file, monkeypatch, 3, PermissionError())


def _read(
    file: Path, monkeypatch: pytest.MonkeyPatch, times: int, error: OSError | None = None
) -> bytes:
    disturbed = _Disturbed(times, file, error)
    monkeypatch.setattr(reading, "file_state", disturbed)
    return read_stable_file(file)
