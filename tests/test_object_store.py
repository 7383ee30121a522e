"""Input and output in an object store: a real server on this machine, and names of every kind."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import fsspec
import pytest
import typer
from typer.testing import CliRunner, Result

from sheet_diag.cli.errors import report_failures
from sheet_diag.cli.main import app
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import MIB
from sheet_diag.storage import object_store as remote
from sheet_diag.storage.object_paths import assign_paths
from sheet_diag.storage.object_store import ObjectStoreError, is_url, mirror_folders
from sheet_diag.storage.output_files import MOVING_FILE
from sheet_diag.storage.staging import LOCK_FILE, Staging
from tests.hostile.case import filled

pytestmark = [
    pytest.mark.slow("runs over an object store"),
    pytest.mark.usefixtures("tasks_here"),
]

with warnings.catch_warnings():  # of what the server is made of
    warnings.simplefilter("ignore")
    import boto3
    from moto.server import ThreadedMotoServer

AS_OF = ("--as-of", "2026-11-23")
NAMES = (
    "回収/株式会社 見本.xlsx",
    "a#1?x=%20&y.xlsx",
    "空 白/ [b] {c} *.xlsx",
    "two//slashes.xlsx",
)


# --- names and places


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("s3://bucket/returns", True),
        ("file:///tmp/returns", True),
        ("input", False),
        ("C:\\returns", False),
        ("//server/share", False),
    ],
)
def test_a_place_with_a_scheme_is_a_url(place: str, expected: bool) -> None:
    assert is_url(place) is expected


@pytest.mark.parametrize(
    ("names", "places"),
    [
        pytest.param(["a/b.xlsx", "見本 #?%20.xlsx"], ["a/b.xlsx", "見本 #?%20.xlsx"], id="plain"),
        pytest.param(["a//b"], ["a/%2F/b"], id="an empty name"),
        pytest.param(["../a", "b/./c"], ["%2E%2E/a", "b/%2E/c"], id="names that lead elsewhere"),
        pytest.param(["a\\b"], ["a%5Cb"], id="a backslash"),
        pytest.param(["a", "a/b.xlsx"], ["a", "a_b~c5b6aa6a1ae2.xlsx"], id="file and folder"),
        pytest.param(["A.xlsx", "a.xlsx"], ["A.xlsx", "a~a4d0c4aaa9ac.xlsx"], id="letters"),
    ],
)
def test_each_object_gets_a_path_of_its_own(names: list[str], places: list[str]) -> None:
    found = list(assign_paths(names))
    marked = [place.split("~")[0] for place in found]
    assert marked == [place.split("~")[0] for place in places]
    assert len({place.casefold() for place in found}) == len(names)


def test_a_name_too_long_for_a_disk_is_shortened() -> None:
    (place,) = assign_paths(["長" * 300 + ".xlsx"])
    assert len(place.encode()) <= 255
    assert place.endswith(".xlsx")


@pytest.fixture
def memory() -> Iterator[Any]:
    system = fsspec.filesystem("memory")
    yield system
    system.rm("/", recursive=True)


def test_every_file_is_fetched_with_its_time(memory: Any) -> None:
    for name in NAMES:
        memory.pipe_file(f"/in/{name}", name.encode())
    memory.pipe_file("/in/large.xlsx", b"x" * 2000)
    memory.pipe_file("/in/out/run.json", b"{}")
    with mirror_folders("memory://in", "memory://in/out", 1000) as (source, _):
        found = {
            path.relative_to(source).as_posix(): path
            for path in source.rglob("*")
            if path.is_file()
        }
        expected = {name.replace("//", "/%2F/"): name.encode() for name in NAMES}
        large = found.pop("large.xlsx")
        assert {name: path.read_bytes() for name, path in found.items()} == expected
        assert (large.stat().st_size, large.read_bytes().strip(b"\0")) == (2000, b"")
        created = memory.info("/in/large.xlsx")["created"].timestamp()
        assert large.stat().st_mtime == pytest.approx(created, abs=1e-5)


def test_the_next_run_removes_what_a_stopped_upload_left(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(output: Path, name: str) -> None:
        (output / "results").mkdir()
        (output / "results" / name).write_bytes(b"new")
        returns = [{"result": f"results/{name}"}]
        (output / "run.json").write_text(json.dumps({"returns": returns}), encoding="utf-8")

    with mirror_folders(str(tmp_path), "memory://out", MIB) as (source, output):
        assert source == tmp_path
        write(output, "one.xlsx")
    journal = memory.cat_file("/out/run.json")
    put = type(memory).put

    def break_off(self: Any, paths: list[str], places: list[str]) -> None:
        if any(place.endswith("run.json") for place in places):
            raise OSError("the line is dead")
        put(self, paths, places)

    monkeypatch.setattr(type(memory), "put", break_off)
    with (
        pytest.raises(ObjectStoreError, match="the line is dead") as raised,
        mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output),
    ):
        write(output, "two.xlsx")
    assert raised.value.key == "cli.error.remote.half"
    assert memory.cat_file("/out/run.json") == journal
    assert memory.exists("/out/results/one.xlsx")
    monkeypatch.undo()
    with mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output):
        write(output, "three.xlsx")
    assert set(memory.find("/out")) == {"/out/run.json", "/out/results/three.xlsx"}


def test_an_object_that_was_changed_by_hand_is_kept(memory: Any, tmp_path: Path) -> None:
    def run(content: bytes) -> None:
        with (
            mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output),
            Staging(output) as staging,
        ):
            for name in ("results/one.xlsx", "results/two.xlsx", "portfolio.xlsx"):
                staging.write(name, content)
            plan = staging.plan()
            document = {**plan.describe(), "returns": []}
            staging.write("run.json", json.dumps(document).encode())
            staging.commit(plan)

    run(b"1")
    memory.pipe_file("/out/results/one.xlsx", b"by hand")
    for content in (b"2", b"3"):
        run(content)
        found = {name: memory.cat_file(name) for name in memory.find("/out")}
        (kept,) = (name for name in found if name.startswith("/out/edited/"))
        assert found.pop(kept) == b"by hand"
        (told,) = json.loads(found.pop("/out/run.json"))["edited"]
        assert kept == f"/out/{told['kept']}"
        assert set(found.values()) == {content}


@pytest.mark.parametrize("broken", ["results/one.xlsx", "run.json"])
def test_an_upload_that_stops_keeps_what_was_changed_and_the_next_run_tells_it(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    def run(content: bytes) -> list[str]:
        with (
            mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output),
            Staging(output) as staging,
        ):
            staging.write("results/one.xlsx", content)
            plan = staging.plan()
            document = {**plan.describe(), "returns": []}
            staging.write("run.json", json.dumps(document).encode())
            staging.commit(plan)
            return [each.kept for each in (*staging.former.untold, *plan.edited)]

    def break_off(self: Any, paths: list[str], places: list[str]) -> None:
        for path, place in reversed([*zip(paths, places, strict=True)]):  # in any order
            if place.endswith("run.json"):
                raise OSError("the line is dead")
            put(self, [path], [place])
            if place.endswith(broken):
                raise OSError("the line is dead")

    run(b"1")
    memory.pipe_file("/out/results/one.xlsx", b"by hand")
    put = type(memory).put
    monkeypatch.setattr(type(memory), "put", break_off)
    with pytest.raises(ObjectStoreError):
        run(b"2")
    monkeypatch.setattr(type(memory), "put", put)
    (kept,) = run(b"3")
    assert memory.cat_file(f"/out/{kept}") == b"by hand"
    (told,) = json.loads(memory.cat_file("/out/run.json"))["edited"]
    assert told["kept"] == kept
    assert run(b"4") == []


def test_ctrl_c_during_the_upload_says_how_it_stands(
    memory: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(memory), "put", stop)
    with (
        pytest.raises(typer.Exit) as ended,
        report_failures(Lang.EN),
        mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output),
    ):
        (output / "run.json").write_text("{}", encoding="utf-8")
    assert ended.value.exit_code == 130
    assert "Stopped while writing." in capsys.readouterr().err


def test_one_run_at_a_time_and_a_failed_one_is_not_uploaded(memory: Any, tmp_path: Path) -> None:
    def run_twice() -> None:
        with mirror_folders(str(tmp_path), "memory://out", MIB) as (_, output):
            (output / "portfolio.xlsx").write_bytes(b"new")
            with mirror_folders(str(tmp_path), "memory://out", MIB):
                pass

    with pytest.raises(ObjectStoreError) as raised:
        run_twice()
    assert raised.value.key == "cli.error.remote.busy"
    assert raised.value.parts == {"path": f"memory://out/{LOCK_FILE}"}
    assert memory.find("/out") == []


def test_a_file_url_is_the_folder_itself(tmp_path: Path) -> None:
    (tmp_path / "見本 #1").mkdir()
    url = f"file://{tmp_path}/見本 #1"
    with mirror_folders(url, f"file://{tmp_path}/out", MIB) as places:
        assert places == (tmp_path / "見本 #1", tmp_path / "out")


@pytest.mark.parametrize(
    ("source", "target", "key"),
    [
        ("memory://in", "memory://in/", "cli.error.same_folder"),
        ("memory://nothing", "memory://out", "cli.error.empty"),
        ("unheard-of://in", "memory://out", "cli.error.remote"),
    ],
)
def test_a_place_that_cannot_be_used_is_refused(
    memory: Any, source: str, target: str, key: str
) -> None:
    memory.pipe_file("/in/a.xlsx", b"")
    with pytest.raises(ObjectStoreError) as raised, mirror_folders(source, target, MIB):
        pass
    assert raised.value.key == key


@pytest.mark.parametrize(
    "given",
    [
        {"LastModified": datetime(2026, 11, 1, 9, tzinfo=UTC)},
        {"last_modified": datetime(2026, 11, 1, 9)},
        {"updated": "2026-11-01T09:00:00.000Z"},
        {"mtime": 1793523600.0},
    ],
)
def test_the_time_of_an_object_is_read_in_every_form(given: dict[str, Any]) -> None:
    assert remote._modified_ns(given) == 1_793_523_600 * 10**9


# --- a run over a real server


class Bucket:
    """A bucket of a server on this machine, and the command that works in it."""

    def __init__(self, url: str) -> None:
        self.environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "us-east-1",
            "COLUMNS": "300",
        }
        self._client = boto3.client(
            "s3",
            endpoint_url=url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )
        self._client.create_bucket(Bucket="bucket")

    def put(self, name: str, content: bytes) -> None:
        self._client.put_object(Bucket="bucket", Key=name, Body=content)

    def remove(self, name: str) -> None:
        self._client.delete_object(Bucket="bucket", Key=name)

    def below(self, folder: str) -> dict[str, bytes]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket="bucket", Prefix=f"{folder}/"
        )
        keys = [each["Key"] for page in pages for each in page.get("Contents", ())]
        return {
            key.removeprefix(f"{folder}/"): self._client.get_object(Bucket="bucket", Key=key)[
                "Body"
            ].read()
            for key in keys
        }

    def run(self, source: str, target: str) -> Result:
        words = ["run", "--lang", "en", *AS_OF, "--input", source, "--output", target]
        return CliRunner().invoke(app, words, env=self.environment)

    def close(self) -> None:
        self._client.close()


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    bucket = Bucket(f"http://{host}:{port}")
    yield bucket
    bucket.close()
    server.stop()


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What knows the address of a store is not kept for the next test."""
    yield
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def test_outputs_are_those_of_folders(bucket: Bucket, tmp_path: Path) -> None:
    given = {name: filled(f"会社{number}") for number, name in enumerate(NAMES[:3])}
    given |= {"壊れ.xlsx": b"no workbook", "large.xlsx": b"\0" * (31 * MIB)}
    for name, content in given.items():
        bucket.put(f"returns/{name}", content)
        path = tmp_path / "input" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    bucket.put("returns/folder/", b"")  # how the console of S3 makes a folder
    said = bucket.run("s3://bucket/returns", "s3://bucket/out")
    assert (said.exit_code, said.stderr) == (1, ""), said
    assert "s3://bucket/out/portfolio.xlsx" in said.stdout
    assert bucket.run(str(tmp_path / "input"), str(tmp_path / "output")).exit_code == 1
    assert bucket.below("out") == _contents(tmp_path / "output")
    assert {name: bucket.below("returns")[name] for name in given} == given

    bucket.remove(f"returns/{NAMES[0]}")
    bucket.put("out/results/説明.txt", b"not ours")
    bucket.put("out/results/theirs.xlsx", b"not ours")
    shutil.rmtree((tmp_path / "input" / NAMES[0]).parent)
    assert bucket.run("s3://bucket/returns/", "s3://bucket/out/").exit_code == 1
    assert bucket.run(str(tmp_path / "input"), str(tmp_path / "output")).exit_code == 1
    theirs = {"results/説明.txt": b"not ours", "results/theirs.xlsx": b"not ours"}
    assert bucket.below("out") == {**_contents(tmp_path / "output"), **theirs}


def test_a_bucket_that_is_not_there(bucket: Bucket) -> None:
    said = bucket.run("s3://nowhere/returns", "s3://bucket/out")
    assert said.exit_code == 2, said
    assert "s3://nowhere/returns cannot be read or written" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("source", "target", "key", "place"),
    [
        pytest.param("full", "s3://nowhere/out", "cli.error.remote", "nowhere", id="no bucket"),
        pytest.param("x", "s3://bucket/y", "cli.error.empty", "bucket/x", id="nothing in it"),
        pytest.param("x", "s3://bucket/x", "cli.error.same_folder", "bucket/x", id="one folder"),
        pytest.param("full", "s3://bucket/held", "cli.error.remote.busy", LOCK_FILE, id="held"),
    ],
)
def test_a_failure_of_the_store_is_a_sentence(
    bucket: Bucket,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    target: str,
    key: str,
    place: str,
) -> None:
    bucket.put("full/a.xlsx", b"")
    bucket.put(f"held/{LOCK_FILE}", b"2026-11-23T09:00:00+00:00")
    for name, value in bucket.environment.items():
        monkeypatch.setenv(name, value)
    with (
        pytest.raises(ObjectStoreError) as raised,
        mirror_folders(f"s3://bucket/{source}", target, MIB),
    ):
        pass
    assert raised.value.key == key
    assert any(place in part for part in raised.value.parts.values())
    assert MOVING_FILE not in bucket.below("held")
    assert bucket.below("x") == bucket.below("y") == {}


def test_a_store_that_does_not_answer(
    bucket: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {**bucket.environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with (
        pytest.raises(ObjectStoreError) as raised,
        mirror_folders(str(tmp_path), "s3://bucket/silent", MIB),
    ):
        pass
    assert raised.value.key == "cli.error.remote"
