"""The same run on a cluster: a real scheduler, real workers, some of which are killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.intake.containers.members import UnpackedFile
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.receive import failed_return
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import Issuer, Limits
from sheet_diag.pipeline.execution import dask_executor as cluster
from sheet_diag.pipeline.execution import dask_worker as team
from sheet_diag.pipeline.execution.dask_executor import connect_cluster
from sheet_diag.pipeline.execution.workers import ClusterError, WorkerDied, Workers
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.storage.staging import LOCK_FILE
from tests.catalogs import JIS
from tests.clusters import ROOT, DaskCluster, wait_until
from tests.hostile import CASES
from tests.hostile.case import filled
from tests.hostile.mails import message
from tests.samples import AS_OF
from tests.worker_tasks import end_task, wait_for_another

pytestmark = pytest.mark.slow("processes of a Dask cluster")

HOSTILE = ("bomb/laughs.xlsx", "bomb/attributes.xlsx", "odd/truncated.xlsx", "odd/utf16.xlsx")
LIMITS = Limits(seconds=5)


def quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


# --- a campaign, run at home


def fill(folder: Path) -> None:
    """Returns of every fate: files, a zip, a mail, what is no return, and hostile ones."""
    folder.mkdir(parents=True)
    for number, answer in enumerate("○△×○△×○△○"):
        (folder / f"会社{number}.xlsx").write_bytes(filled(f"株式会社{number}", answer))
    (folder / "保留.xlsx").write_bytes(filled("保留", "."))
    (folder / "note.txt").write_text("no return", encoding="utf-8")
    (folder / "mail.eml").write_bytes(message(("返信.xlsx", filled("メール"))).as_bytes())
    with zipfile.ZipFile(folder / "二社.zip", "w") as archive:
        archive.writestr("甲.xlsx", filled("甲"))
        archive.writestr("乙.xlsx", filled("乙", "△"))
    for case in CASES:
        if case.name in HOSTILE:
            path = folder / "終" / Path(case.name).name  # after the others: they are slow
            path.parent.mkdir(exist_ok=True)
            case.make(path)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `input/` and what a run without a cluster makes of it, `output/`."""
    folder = tmp_path_factory.mktemp("home")
    fill(folder / "input")
    run(order(folder / "input", folder / "output"), quiet)
    return folder


def order(source: Path, target: Path, **changes: Any) -> RunConfig:
    return replace(RunConfig(source, target, JIS, Issuer(), AS_OF, Lang.JA, jobs=2), **changes)


def contents(output: Path) -> dict[str, bytes]:
    """Every output; the lock is none."""
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and path.name != LOCK_FILE
    }


def run_there(
    home: Path, folder: Path, url: str, progress: Callable[[str, int, int], None] = quiet
) -> dict[str, bytes]:
    """The outputs of a run on the cluster, by relative paths: its machines cannot see the files."""
    former = Path.cwd()
    shutil.copytree(home / "input", folder / "input")
    os.chdir(folder)
    try:
        run(order(Path("input"), Path("output"), scheduler=url), progress)
    finally:
        os.chdir(former)
    return contents(folder / "output")


# --- the cluster


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with DaskCluster(tmp_path_factory.mktemp("machines"), workers=2) as started:
        yield started


def test_outputs_are_those_of_a_run_without_a_cluster(
    machines: DaskCluster, home: Path, tmp_path: Path
) -> None:
    assert run_there(home, tmp_path, machines.url) == contents(home / "output")
    wait_until(lambda: not machines.teams(), "a team stays when its run is over")


@pytest.mark.parametrize(
    ("chunk", "chances"),
    [
        pytest.param(1, 3, id="its tasks are sent again by the scheduler"),
        pytest.param(2, 0, id="by us, one by one, where the scheduler gives a chunk up"),
    ],
)
def test_a_killed_worker_loses_nothing(
    machines: DaskCluster,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chunk: int,
    chances: int,
) -> None:
    monkeypatch.setattr(cluster, "CALLS_PER_CHUNK", chunk)
    machines.give_chances(chances)
    killed: list[str] = []

    def kill(stage: str, done: int, total: int) -> None:
        del total
        if stage in ("unpack", "write") and done and not killed and (busy := machines.busy()):
            killed.append(busy[0])
            machines.kill_worker(busy[0])

    assert run_there(home, tmp_path, machines.url, kill) == contents(home / "output")
    assert killed
    machines.add_worker()


def test_a_run_waits_for_a_worker_and_says_so(
    machines: DaskCluster, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_IDLE_SECONDS", 0.2)
    for address in machines.threads():
        machines.kill_worker(address)
    told: list[tuple[int, int]] = []

    def come(stage: str, done: int, total: int) -> None:
        if stage == "cluster":
            told.append((done, total))

    with ThreadPoolExecutor(1) as thread:
        outputs = thread.submit(run_there, home, tmp_path, machines.url, come)
        wait_until(lambda: told or outputs.done(), "nobody tells that there is no worker")
        machines.add_worker()
        assert outputs.result() == contents(home / "output")
    assert told[0] == (0, 1)


# --- tasks


def test_a_task_that_dies_costs_itself_only(machines: DaskCluster) -> None:
    ways = ["fine", "aborts", "fine too", "hangs", "fine as well"]
    with connect_cluster(machines.url, "bench", LIMITS, quiet) as there:
        found = list(Workers[str](there, is_remote=True).map(end_task, ways))
        assert [each for each in found if isinstance(each, str)] == ways[::2]
        assert found[3] == WorkerDied("over 5 s", out_of_time=True)
        assert isinstance(found[1], WorkerDied)
        assert not found[1].out_of_time
        with pytest.raises(MemoryError):
            list(Workers[str](there, is_remote=True).map(end_task, ["needs memory"]))
        with pytest.raises(LookupError, match="bench"):
            list(Workers[str](there, is_remote=True).map(end_task, ["raises"]))


def test_a_few_tasks_are_spread_over_all_workers(machines: DaskCluster, tmp_path: Path) -> None:
    while len(machines.threads()) < 2:
        machines.add_worker()
    with connect_cluster(machines.url, str(tmp_path), Limits(seconds=100), quiet) as there:
        assert list(Workers[str](there, is_remote=True).map(wait_for_another, ["a", "b"])) == [
            "a",
            "b",
        ]


def test_a_member_that_was_not_read_there_is_described_as_here(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"content")
    here = InputFile(path, "a.xlsx", ignored=False)
    there = replace(here, path=tmp_path / "elsewhere.xlsx")
    problem = Problem(ProblemCode.READER_DIED, value="memory")
    brought = UnpackedFile(there.path, None, 0, content=b"content")
    assert failed_return(there, problem, brought) == failed_return(here, problem)


# --- what keeps a run from its cluster


def test_a_scheduler_that_does_not_answer_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.3)
    with (
        pytest.raises(ClusterError) as raised,
        connect_cluster("tcp://127.0.0.1:9", "", LIMITS, quiet),
    ):
        pass
    assert raised.value.key == "cli.error.cluster.unreachable"


@pytest.mark.parametrize("url", ["", "nonsense://x:1", "tcp://", "tcp://127.0.0.1:x"])
def test_an_address_that_is_none_is_reported(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.3)
    with pytest.raises(ClusterError) as raised, connect_cluster(url, "", LIMITS, quiet):
        pass
    assert raised.value.key == "cli.error.cluster.unreachable"


def test_other_versions_are_refused(machines: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cluster, "list_machine_facts", lambda: {**team.list_machine_facts(), "XlsxWriter": "0.1"}
    )
    with pytest.raises(ClusterError) as raised, connect_cluster(machines.url, "", LIMITS, quiet):
        pass
    assert raised.value.key == "cli.error.cluster.differs"
    assert {"XlsxWriter", "0.1"} <= set(raised.value.parts.values())


def test_workers_that_may_not_start_processes_are_refused(machines: DaskCluster) -> None:
    before = len(machines.threads())
    machines.add_worker("--nanny")
    try:
        with (
            pytest.raises(ClusterError) as raised,
            connect_cluster(machines.url, "", LIMITS, quiet),
        ):
            pass
    finally:
        machines.workers.pop().terminate()
        wait_until(lambda: len(machines.threads()) == before, "the worker does not leave")
    assert raised.value.key == "cli.error.cluster.daemon"
    wait_until(lambda: not machines.teams(), "a team stays that was refused")


# --- the command


def _start(home: Path, output: Path, url: str) -> subprocess.Popen[str]:
    places = ["--input", str(home / "input"), "--output", str(output)]
    return subprocess.Popen(
        [sys.executable, "-m", "sheet_diag", "run", *places, "--scheduler", url, "--lang", "en"],
        cwd=output.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_ctrl_c_leaves_the_workers_usable(
    machines: DaskCluster, home: Path, tmp_path: Path
) -> None:
    process = _start(home, tmp_path / "output", machines.url)
    wait_until(lambda: machines.busy() or process.poll() is not None, "no task")
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=120)
    assert process.returncode == 130, said
    assert "Traceback" not in said[1]
    wait_until(lambda: not machines.teams() and not machines.busy(), "the tasks go on")
    with connect_cluster(machines.url, "bench", LIMITS, quiet) as there:
        assert list(Workers[str](there).map(end_task, ["fine"])) == ["fine"]


def test_a_killed_scheduler_ends_the_run_with_a_sentence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "machines").mkdir()
    with DaskCluster(tmp_path / "machines", workers=1) as doomed:
        process = _start(home, tmp_path / "output", doomed.url)
        wait_until(lambda: doomed.busy() or process.poll() is not None, "no task")
        doomed.scheduler.kill()
        said = process.communicate(timeout=120)
    assert process.returncode == 2, said
    assert "The connection to the scheduler was lost" in said[1]
    assert "Traceback" not in said[1]
    assert contents(tmp_path / "output") == {}


def test_what_is_not_installed_on_a_machine_is_no_fact_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Windows on ARM has no Typst; the machines then differ, which is told."""
    needed = ["pypdf>=7.1", "no-such-package>=1 ; sys_platform != 'win32'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: needed)
    team.list_machine_facts.cache_clear()
    facts = team.list_machine_facts()
    team.list_machine_facts.cache_clear()
    assert "pypdf" in facts
    assert "no-such-package" not in facts
