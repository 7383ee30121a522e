"""Watching as a person meets it: files come, grow, move and go; the outputs are those of a run."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from queue import Empty, Queue

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli import watch as watching
from sheet_diag.cli.arguments import build_run_config
from sheet_diag.cli.main import app
from sheet_diag.cli.options import RunOptions
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline.execution.workers import ClusterError
from sheet_diag.pipeline.input_files import WatchedFiles
from sheet_diag.pipeline.run import RunConfig
from sheet_diag.pipeline.run_diff import ChangeKind, ReturnState, compare_runs
from sheet_diag.storage.staging import LOCK_FILE
from sheet_diag.text.wording import Wording
from tests import ranks
from tests.test_cli import ENVIRONMENT

CATALOG = load_catalog()
OPTIONS = ["--as-of", "2026-11-26", "--jobs", "1"]
PATIENCE = 90.0  # seconds: machines that test are busy ones


def _sheet(name: str, answer: str) -> bytes:
    entries = Entries({"company": name}, dict.fromkeys(CATALOG.items, answer))
    return make_hearing_sheet(CATALOG, Lang.JA, Issuer(), entries)


# --- what changed


def _standing(text: str) -> ReturnState:
    """`a 1 B 75`: a file, its content, and its rank and score, or the number of its errors."""
    label, content, verdict, *score = text.split()
    if score:
        rank = ranks.ALL["ABCDE".index(verdict)]
        return ReturnState(label, content, "", ReturnStatus.RANKED, rank, Fraction(score[0]), 0)
    status = ReturnStatus.HELD if verdict.isdecimal() else ReturnStatus(verdict)
    errors = int(verdict) if verdict.isdecimal() else 0
    return ReturnState(label, content, "", status, None, None, errors)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(["a 1 B 75"], ["a 1 B 75"], [], id="nothing"),
        pytest.param(["a 1 B 75"], ["a 2 B 75"], [], id="other content, the same verdict"),
        pytest.param([], ["a 1 B 75"], ["new a"], id="a file that came"),
        pytest.param(["a 1 B 75"], [], ["gone a"], id="a file that went"),
        pytest.param(["a 1 B 75"], ["b 1 B 75"], ["moved a b"], id="another name"),
        pytest.param(["a 1 B 75"], ["a 2 C 60"], ["other a a"], id="another rank"),
        pytest.param(["a 1 B 75"], ["a 2 B 76"], ["other a a"], id="another score"),
        pytest.param(["a 1 3"], ["a 2 B 76"], ["other a a"], id="ranked now"),
        pytest.param(["a 1 3"], ["a 2 1"], ["other a a"], id="fewer errors"),
        pytest.param(
            ["a 1 B 75"], ["a 1 superseded", "b 2 A 90"], ["other a a", "new b"], id="replaced"
        ),
        pytest.param(["a 1 B 75"], ["b 1 3"], ["new b", "gone a"], id="another name and verdict"),
        pytest.param(
            ["a 1 B 75", "b 1 ignored"],
            ["c 1 B 75", "d 1 ignored"],
            ["moved a c", "moved b d"],
            id="copies of one content",
        ),
        pytest.param(
            ["s/w 1 B 75", "s/x 1 ignored", "s/y 1 ignored"],
            ["t/w 1 B 75", "t/x 1 ignored", "t/y 1 ignored"],
            ["moved s/w t/w", "moved s/x t/x", "moved s/y t/y"],
            id="copies in a folder that was renamed",
        ),
        pytest.param(
            ["a 1 ignored", "b 1 ignored"], [], ["gone a", "gone b"], id="copies that went"
        ),
        pytest.param(
            ["a 1 B 75"], ["a 1 B 75", "b 1 ignored"], ["new b"], id="a copy beside the first"
        ),
        pytest.param(["z 1 3", "y 2 3"], ["b 3 3", "a 4 3"], ["new b", "new a", "gone z", "gone y"],
                     id="in the order of the files"),
    ],
)  # fmt: skip
def test_two_runs_are_compared(before: list[str], after: list[str], expected: list[str]) -> None:
    found = compare_runs(map(_standing, before), map(_standing, after))
    told = [
        " ".join([each.kind.value, *(s.label for s in (each.before, each.after) if s)])
        for each in found
    ]
    assert told == expected


def test_a_new_return_has_no_before_and_a_removed_one_no_after() -> None:
    (new,) = compare_runs([], [_standing("a 1 B 75")])
    (gone,) = compare_runs([_standing("a 1 B 75")], [])
    assert (new.kind, new.before, gone.kind, gone.after) == (
        ChangeKind.NEW,
        None,
        ChangeKind.GONE,
        None,
    )


# --- what lies there


@pytest.fixture
def scene(tmp_path: Path) -> WatchedFiles:
    (tmp_path / "input").mkdir()
    config = tmp_path / "sheet-diag.toml"
    return WatchedFiles(
        tmp_path / "input", tmp_path / "input" / "output", (config, tmp_path / "catalog")
    )


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        pytest.param("input/a.xlsx", True, id="a return"),
        pytest.param("input/sub/a.xlsx", True, id="in a subfolder"),
        pytest.param("input/overrides.xlsx", True, id="decisions"),
        pytest.param("input/~$a.xlsx", False, id="a file that Excel holds open"),
        pytest.param("input/a.xlsx.crdownload", False, id="a download under way"),
        pytest.param("input/a.part", False, id="the same of another browser"),
        pytest.param("input/x.tmp", False, id="a temporary file"),
        pytest.param("input/output/portfolio.xlsx", False, id="an output"),
        pytest.param("elsewhere/a.xlsx", False, id="elsewhere"),
        pytest.param("sheet-diag.toml", True, id="the configuration"),
        pytest.param("catalog/items/pol.yaml", True, id="a file of the catalogue"),
    ],
)
def test_only_files_that_a_run_reads_count(
    scene: WatchedFiles, tmp_path: Path, name: str, counts: bool
) -> None:
    before = scene.look()
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")
    assert (scene.look() != before) is counts
    path.write_text("xy")
    changed = scene.look()
    path.unlink()
    assert (scene.look() != changed) is counts


def test_a_file_that_grows_is_waited_for(scene: WatchedFiles) -> None:
    before, path = scene.look(), scene.input / "a.xlsx"

    def grow() -> None:
        with path.open("ab") as file:
            for _ in range(8):
                file.write(b"x")
                file.flush()
                time.sleep(0.3)

    writer = threading.Thread(target=grow)
    path.touch()
    writer.start()
    seen = scene.rest(before)
    writer.join(0.1)
    assert not writer.is_alive()
    assert seen["a.xlsx"][0] == 8


def test_a_file_that_comes_and_goes_is_no_change(scene: WatchedFiles) -> None:
    before, path = scene.look(), scene.input / "a.xlsx"
    path.touch()
    threading.Timer(0.5, path.unlink).start()
    assert scene.rest(before) == before


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_is_not_waited_for(scene: WatchedFiles) -> None:
    before = scene.look()
    os.mkfifo(scene.input / "pipe")
    assert "pipe" in scene.rest(before)


def test_waiting_ends_where_the_folder_is_replaced(scene: WatchedFiles) -> None:
    waking = scene.wake()
    assert next(waking) is True, "nobody watched before"
    scene.input.rename(scene.input.with_name("former"))
    scene.input.mkdir()
    assert not any(True for moved in waking if moved is None)


# --- the command


class _Session:
    """A running command and what it says."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sheet_diag", "watch", *OPTIONS, *options],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            env=ENVIRONMENT,
            start_new_session=True,
        )
        self._lines: Queue[str] = Queue()
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def _listen(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.rstrip("\n"))

    def until(self, text: str) -> list[str]:
        """Every line up to the one that holds the text."""
        heard: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while not heard or text not in heard[-1]:
            try:
                heard.append(self._lines.get(timeout=max(0.01, deadline - time.monotonic())))
            except Empty:
                pytest.fail(f"{text!r} was not told, but: {heard}")
        return heard

    def silence(self, seconds: float) -> None:
        """Nothing is said for a while."""
        with pytest.raises(Empty):
            self._lines.get(timeout=seconds)

    def stop(self) -> int:
        """Ctrl-C, and the exit status."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(timeout=PATIENCE)

    def end(self) -> None:
        """Whatever it does."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._listener.join()
        assert self._process.stdout
        self._process.stdout.close()


@contextmanager
def _watch(folder: Path, *options: str) -> Iterator[_Session]:
    session = _Session(folder, *options)
    try:
        yield session
    finally:
        session.end()


def _outputs(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in files
        if not path.name.startswith(".sheet-diag")
    }


pytestmark = [
    pytest.mark.slow("processes that wait for changes of folders"),
    pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent there"),
]


def test_watch_reports_each_change_of_a_day(tmp_path: Path) -> None:
    source = tmp_path / "input"
    source.mkdir()
    with _watch(tmp_path) as session:
        session.until("ファイルが入るのを待っています")
        session.until("変更を待っています")
        (source / "a.xlsx").write_bytes(_sheet("株式会社い", "はい"))
        session.until("output/results")

        _drop_slowly(source / "b.xlsx", _sheet("株式会社ろ", "検討中"))
        heard = session.until("株式会社ろ")
        assert "追加：株式会社ろ (b.xlsx) 判定保留" in heard[-1]
        assert len(heard) == 2, "half a file is not told"

        (source / "b.xlsx").write_bytes(_sheet("株式会社ろ", "いいえ"))
        assert "判定保留（不備56件） → ランクE" in session.until("変更：株式会社ろ")[-1]

        (source / "b.xlsx").rename(source / "c.xlsx")
        assert session.until("b.xlsx → ")[-1].strip() == "名前の変更：b.xlsx → 株式会社ろ (c.xlsx)"

        (source / "~$a.xlsx").write_bytes(b"x")
        (source / "d.xlsx.crdownload").write_bytes(b"x")
        session.silence(4)
        (source / "~$a.xlsx").unlink()
        (source / "d.xlsx.crdownload").unlink()

        (source / "c.xlsx").unlink()
        session.until("削除：株式会社ろ (c.xlsx)")

        (tmp_path / "sheet-diag.toml").write_text("lang = 1\n", encoding="utf-8")
        session.until("sheet-diag.toml に誤りがあります")
        (tmp_path / "sheet-diag.toml").write_text('language = "en"\n', encoding="utf-8")
        session.until("No verdict has changed")

        assert session.stop() == 0
        session.until("Ended.")
    _compare_with_a_run(tmp_path)


def _drop_slowly(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        for start in range(0, len(content), len(content) // 5):
            file.write(content[start : start + len(content) // 5])
            file.flush()
            time.sleep(0.5)


def _compare_with_a_run(folder: Path) -> None:
    command = [sys.executable, "-m", "sheet_diag", "run", *OPTIONS, "--output", "other"]
    subprocess.run(command, cwd=folder, check=True, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    assert _outputs(folder / "output") == _outputs(folder / "other")


def test_ctrl_c_in_the_middle_of_a_run_leaves_the_former_output(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "output").mkdir()
    (tmp_path / "input" / "a.xlsx").write_bytes(_sheet("株式会社い", "はい"))
    (tmp_path / "output" / "portfolio.xlsx").write_bytes(b"former")
    with _watch(tmp_path) as session:
        deadline = time.monotonic() + PATIENCE
        while not list((tmp_path / "output").glob(".sheet-diag-work-*")):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert session.stop() == 130
        session.until("中断しました")
    assert _outputs(tmp_path / "output") == {"portfolio.xlsx": b"former"}


def test_an_obstacle_is_reported_and_the_run_tried_again(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "output" / "portfolio.xlsx").mkdir(parents=True)  # cannot be written, whoever asks
    (tmp_path / "input" / "a.xlsx").write_bytes(_sheet("株式会社い", "はい"))
    lock = FileLock(tmp_path / "output" / LOCK_FILE)
    with _watch(tmp_path) as session:
        with lock:
            session.until("別の sheet-diag が実行中です")
            session.until("変更を待っています")
        assert "portfolio.xlsx" in session.until("書き込めません")[-1]
        (tmp_path / "output" / "portfolio.xlsx").rmdir()
        session.until("output/results")
        assert session.stop() == 0


def test_an_input_folder_may_go_and_come_back(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.xlsx").write_bytes(_sheet("株式会社い", "はい"))
    with _watch(tmp_path, "--poll") as session:
        session.until("変更を待っています")
        (tmp_path / "input").rename(tmp_path / "away")
        session.until("元に戻るのを待っています")
        (tmp_path / "away" / "b.xlsx").write_bytes(_sheet("株式会社ろ", "はい"))
        (tmp_path / "away").rename(tmp_path / "input")
        session.until("追加：株式会社ろ")
        assert session.stop() == 0


@pytest.mark.parametrize(
    ("options", "says"),
    [
        pytest.param(["--input", "none"], "入力フォルダー none がありません", id="no folder"),
        pytest.param(["--output", "input"], "入力フォルダーと同じです", id="one folder for both"),
        pytest.param(["--input", "s3://a/b"], "このPCのフォルダーだけ", id="a URL"),
        pytest.param(["--passwords", "none.csv"], "パスワードの一覧", id="no passwords"),
    ],
)
def test_options_that_cannot_work_end_the_watch_at_once(
    tmp_path: Path, options: list[str], says: str
) -> None:
    (tmp_path / "input").mkdir()
    with contextlib.chdir(tmp_path):
        done = CliRunner().invoke(app, ["watch", *OPTIONS, *options])
    assert done.exit_code == 2
    assert says in done.output


def test_a_fault_of_ours_does_not_end_the_watching(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "a.xlsx").write_bytes(b"x")
    monkeypatch.chdir(tmp_path)

    def fault(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(watching, "run_files", fault)
    asked, say = RunOptions("input", "output"), Wording(Lang.JA)
    order: RunConfig = build_run_config(asked, say)
    runs = watching._WatchLoop(asked, say, polling=False)
    runs.begin(order)
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert "ZeroDivisionError" in (tmp_path / "sheet-diag-error.log").read_text(encoding="utf-8")


def test_an_obstacle_is_cleared_when_its_file_is_gone_or_writable(tmp_path: Path) -> None:
    file, never = tmp_path / "portfolio.xlsx", time.monotonic() + 1_000
    assert watching._Obstacle(file, never).is_cleared(), "removed"
    file.touch()
    assert watching._Obstacle(file, never).is_cleared(), "closed"
    assert not watching._Obstacle(tmp_path, never).is_cleared(), "a folder says nothing"
    mark = tmp_path / "~$portfolio.xlsx"
    mark.touch()
    assert not watching._Obstacle(mark, never).is_cleared(), "Excel takes it away"
    assert watching._Obstacle(tmp_path, 0).is_cleared(), "but it is time"


def test_files_are_polled_where_the_system_takes_no_more_watches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "input").mkdir()
    monkeypatch.chdir(tmp_path)
    asked, say = RunOptions("input", "output"), Wording(Lang.EN)
    runs = watching._WatchLoop(asked, say, polling=False)

    def refuse(scene: WatchedFiles) -> Iterator[bool]:
        if not scene.polling:
            raise OSError("OS file watch limit reached")
        yield False

    monkeypatch.setattr(WatchedFiles, "wake", refuse)
    monkeypatch.setattr(watching, "_AWAY_SECONDS", 0.0)
    runs.go_on()
    assert runs._files.polling
    runs.go_on()
    assert capsys.readouterr().err.count("OS file watch limit reached") == 1


def test_a_lost_scheduler_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "input").mkdir()
    monkeypatch.chdir(tmp_path)
    asked, say = RunOptions("input", "output", scheduler="tcp://10.0.0.5:1"), Wording(Lang.EN)
    runs = watching._WatchLoop(asked, say, polling=False)
    monkeypatch.setattr(watching, "_RETRY_SECONDS", 0.0)
    runs._handle_failure(ClusterError("cli.error.cluster.lost"))
    assert runs._obstacle
    assert runs._obstacle.is_cleared()
