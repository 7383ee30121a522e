"""A folder of our own files keeps those of others, and is never half made."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sheet_diag.storage.managed_folder import (
    NOTE_FILE,
    ManagedFolder,
    read_note,
    remove_managed_files,
)


def _make(path: Path, *names: str, content: bytes = b"1") -> None:
    with ManagedFolder(path) as folder:
        for name in names:
            folder.write(name, content, {"name": name})


def _stopped(path: Path) -> None:
    with ManagedFolder(path) as folder:
        folder.write("a.eml", b"2")
        folder.write("b.eml", b"2")
        raise KeyboardInterrupt


def _names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir())


def test_files_not_made_again_are_removed_and_files_of_others_stay(tmp_path: Path) -> None:
    _make(tmp_path, "a.eml", "b.eml")
    (tmp_path / "own.eml").write_bytes(b"mine")
    _make(tmp_path, "b.eml", "c.eml", content=b"2")
    assert _names(tmp_path) == [NOTE_FILE, "b.eml", "c.eml", "own.eml"]
    assert (tmp_path / "b.eml").read_bytes() == b"2"
    assert (tmp_path / "own.eml").read_bytes() == b"mine"
    assert read_note(tmp_path) == {"b.eml": {"name": "b.eml"}, "c.eml": {"name": "c.eml"}}


def test_a_command_that_stops_halfway_changes_nothing(tmp_path: Path) -> None:
    _make(tmp_path, "a.eml")
    with pytest.raises(KeyboardInterrupt):
        _stopped(tmp_path)
    assert _names(tmp_path) == [NOTE_FILE, "a.eml"]
    assert (tmp_path / "a.eml").read_bytes() == b"1"


def test_the_next_command_removes_what_a_killed_one_left(tmp_path: Path) -> None:
    (tmp_path / ".sheet-diag-work-x").mkdir()
    (tmp_path / ".sheet-diag-work-x" / "half.eml").touch()
    _make(tmp_path, "a.eml")
    assert _names(tmp_path) == [NOTE_FILE, "a.eml"]


def test_two_names_that_are_one_file_on_windows_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"A\.eml"):
        _make(tmp_path, "a.eml", "A.eml")


def test_a_file_that_the_user_deleted_is_forgotten(tmp_path: Path) -> None:
    _make(tmp_path, "a.eml", "b.eml")
    (tmp_path / "a.eml").unlink()
    assert set(read_note(tmp_path)) == {"b.eml"}


@pytest.mark.parametrize("name", ["../x.eml", "sub/x.eml", "..\\x.eml"])
def test_a_note_never_names_a_file_elsewhere(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "drafts"
    (folder / "sub").mkdir(parents=True)
    for each in (tmp_path / "x.eml", folder / "sub" / "x.eml"):
        each.write_bytes(b"not ours")
    (folder / NOTE_FILE).write_text(json.dumps({name: {}}), encoding="utf-8")
    assert read_note(folder) == {}
    _make(folder, "a.eml")
    assert (tmp_path / "x.eml").exists()
    assert (folder / "sub" / "x.eml").exists()


def test_files_are_removed_by_name(tmp_path: Path) -> None:
    _make(tmp_path, "a.eml", "b.eml")
    (tmp_path / "own.eml").touch()
    remove_managed_files(tmp_path, {"a.eml", "own.eml"})
    assert _names(tmp_path) == [NOTE_FILE, "b.eml", "own.eml"]


@pytest.mark.parametrize("note", ["", "[]", '{"a": 1}', "{"])
def test_a_note_that_cannot_be_read_claims_nothing(tmp_path: Path, note: str) -> None:
    (tmp_path / "a").touch()
    (tmp_path / NOTE_FILE).write_text(note, encoding="utf-8")
    assert read_note(tmp_path) == {}
