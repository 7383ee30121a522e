"""What is written is private, unless it goes into an output folder that people have opened."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.errors import describe_unexpected
from sheet_diag.cli.main import app
from sheet_diag.mail.inbox.store import MailStore
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.basics import Lang
from sheet_diag.storage.file_moves import write_new_file
from sheet_diag.storage.managed_folder import NOTE_FILE, ManagedFolder
from sheet_diag.storage.rights import PRIVATE_FILE
from sheet_diag.storage.scratch import open_scratch_folder
from sheet_diag.storage.staging import Staging
from sheet_diag.text.wording import Wording
from tests.returned import make_return

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")


@pytest.fixture(autouse=True)
def _usual_umask() -> Iterator[None]:
    former = os.umask(0o022)
    yield
    os.umask(former)


def rights(path: Path) -> str:
    """The rights of a file or folder, and of all in it: `700 600`, each kind once."""
    found = [path, *path.rglob("*")] if path.is_dir() else [path]
    modes = {stat.S_IMODE(each.stat().st_mode) for each in found}
    return " ".join(f"{mode:03o}" for mode in sorted(modes, reverse=True))


def call(*typed: object) -> None:
    done = CliRunner().invoke(app, [*map(str, typed)])
    assert done.exit_code in (0, 1), done.output


def make_output(output: Path) -> None:
    """Make what a run, an issue and a mail log make, each in its way."""
    with Staging(output) as staging:
        staging.write("results/a.xlsx", b"1")
        staging.place("run.json").write_bytes(b"{}")
        staging.commit()
    with (
        MailLog.open(output / MAIL_LOG_NAME),
        ManagedFolder(output / "outbox") as outbox,
        ManagedFolder(output / "drafts" / "request") as drafts,
    ):
        outbox.write("b.xlsx", b"1")
        drafts.write("c.eml", b"1")
    assert (output / "outbox" / NOTE_FILE).exists()


def test_folders_that_we_make_are_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_output(tmp_path / "campaign" / "output")
    assert rights(tmp_path / "campaign") == "700 600"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o750, "750 640"), (0o770, "770 660"), (0o755, "755 644"), (0o700, "700 600")],
)
def test_what_is_written_has_the_rights_of_the_output_folder(
    tmp_path: Path, mode: int, expected: str
) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output").chmod(mode)
    make_output(tmp_path / "output")
    assert rights(tmp_path / "output") == expected


def test_mails_that_are_collected_are_as_open_as_the_output_folder(tmp_path: Path) -> None:
    for name, mode, expected in (("a", 0o700, "700 600"), ("b", 0o750, "750 640")):
        output, source = tmp_path / name / "output", tmp_path / name / "input"
        output.mkdir(parents=True)
        output.chmod(mode)
        with MailLog.open(output / MAIL_LOG_NAME):
            MailStore(source).write_draft(b"From: a@example.com")
        assert rights(source) == expected


def test_nothing_in_a_folder_of_all_is_everybodys(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    make_output(tmp_path)
    assert rights(tmp_path / "run.json") == "600"
    tmp_path.chmod(0o777)
    make_output(tmp_path)
    assert rights(tmp_path / "run.json") == "664"


def test_the_working_folder_is_private_in_a_folder_that_is_not(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with Staging(tmp_path) as staging:
        assert stat.S_IMODE(staging.spool.parent.stat().st_mode) == 0o700
    assert os.umask(0o022) == 0o022


@pytest.mark.parametrize(
    "typed", ["template --output made/x.xlsx", "clients --new made/x.xlsx", "letters made"]
)
def test_a_file_that_a_command_makes_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.chdir(tmp_path)
    call(*typed.split())
    assert rights(tmp_path / "made") == "700 600"


def test_a_run_leaves_nothing_that_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.xlsx").write_bytes(make_return())
    call("run", "--jobs", 1)
    call("overrides")
    assert rights(tmp_path / "output") == "700 600"
    assert rights(tmp_path / "input" / "overrides.xlsx") == "600"


def test_a_private_file_is_written_through_no_link(tmp_path: Path) -> None:
    aim, link = tmp_path / "aim", tmp_path / "passwords.xlsx"
    aim.write_bytes(b"before")
    link.symlink_to(aim)
    write_new_file(link, b"secret", PRIVATE_FILE)
    assert (aim.read_bytes(), link.read_bytes()) == (b"before", b"secret")
    assert rights(link) == "600"


def test_the_trace_of_a_fault_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    log, aim = tmp_path / "sheet-diag-error.log", tmp_path / "aim"
    aim.write_bytes(b"before")
    log.symlink_to(aim)
    assert log.name in describe_unexpected(ValueError("x"), Wording(Lang.JA))
    assert aim.read_bytes() == b"before"
    assert rights(log) == "600"


# --- what killed commands leave


def test_the_folder_of_a_killed_command_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    killed, other, aim = (tmp_path / name for name in ("sheet-diag-killed", "sheet-diag-x", "aim"))
    for folder in (killed, other, aim):
        folder.mkdir()
        (folder / "report.xlsx").write_bytes(b"clear")
    (killed / ".lock").touch()  # which nobody holds
    (aim / ".lock").touch()
    (tmp_path / "sheet-diag-link").symlink_to(aim)
    with open_scratch_folder() as first, open_scratch_folder() as second:
        assert first.is_dir()  # another command is at work there
        assert stat.S_IMODE(second.stat().st_mode) == 0o700
    assert not first.exists()
    assert not killed.exists()
    assert (other / "report.xlsx").exists()  # of others, or of an earlier version
    assert (aim / "report.xlsx").exists()


def test_reports_in_the_clear_of_a_killed_run_go_with_the_next(tmp_path: Path) -> None:
    left = tmp_path / ".sheet-diag-work-killed" / "spool" / "pdf"
    left.mkdir(parents=True)
    (left / "0.xlsx").write_bytes(b"clear")
    with Staging(tmp_path):
        assert not left.exists()
