"""run.json is one JSON document, written and read a return a line."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.reports.run_json.writer import describe_run, dump_checked_files, dump_return
from sheet_diag.storage.run_json_file import (
    RunJsonWriter,
    dump_json_line,
    read_run_json_head,
    read_run_json_returns,
)
from tests.catalogs import JIS
from tests.samples import client, resolve_all, reword

HEAD: Mapping[str, Any] = {"as_of": "2026-11-23", "schema": 1, "catalog": {"id": "見本"}}
RETURNS: Mapping[str, Sequence[Any]] = {
    "none": [],
    "one": [{"file": "a"}],
    "several": [{"file": 'a"]\n}'}, {"file": "]"}, {"file": "b\r\u2028,"}],
}
AS_OF = date(2026, 11, 23)


def document(returns: Sequence[Any], head: Mapping[str, Any] = HEAD) -> bytes:
    file = io.BytesIO()
    with RunJsonWriter(file, head) as made:
        for each in returns:
            made.add(dump_json_line(each))
    return file.getvalue()


@pytest.mark.parametrize("which", RETURNS)
def test_it_is_one_document_with_its_keys_in_order(which: str) -> None:
    content = json.loads(document(RETURNS[which]))
    assert content == {**HEAD, "returns": RETURNS[which]}
    assert list(content) == sorted(content)


@pytest.mark.parametrize("which", RETURNS)
def test_returns_may_be_the_last_key(which: str) -> None:
    head = {"as_of": "2026-11-23"}
    assert json.loads(document(RETURNS[which], head)) == {**head, "returns": RETURNS[which]}


def test_a_return_is_a_line() -> None:
    lines = document(RETURNS["several"]).decode().split("\n")
    first = lines.index('"returns": [') + 1
    assert [json.loads(line.rstrip(",")) for line in lines[first : first + 3]] == [
        *RETURNS["several"]
    ]


def forms(returns: Sequence[Any]) -> Mapping[str, bytes]:
    """The same document in every form that may be met."""
    whole = {**HEAD, "returns": returns}
    return {
        "ours": document(returns),
        "ours after a mail": document(returns).replace(b"\n", b"\r\n"),
        "an earlier version's": (json.dumps(whole, indent=1, sort_keys=True) + "\n").encode(),
        "in one line": json.dumps(whole).encode(),
    }


@pytest.mark.parametrize("which", RETURNS)
@pytest.mark.parametrize("form", forms([]))
def test_it_is_read_in_every_form(which: str, form: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(forms(RETURNS[which])[form])
    assert list(read_run_json_returns(path)) == RETURNS[which]
    head = read_run_json_head(path)
    assert {key: head[key] for key in HEAD} == HEAD


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.6, 0.9])
def test_a_part_of_it_is_refused(kept: float, tmp_path: Path) -> None:
    path, content = tmp_path / "run.json", document(RETURNS["several"])
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(json.JSONDecodeError):
        read_run_json_head(path)


def test_returns_that_do_not_end_are_refused(tmp_path: Path) -> None:
    path, content = tmp_path / "run.json", document(RETURNS["several"])
    path.write_bytes(content[: content.index(b"\n]")])
    with pytest.raises(ValueError, match="ends within its returns"):
        list(read_run_json_returns(path))


@pytest.mark.parametrize("text", ["[]", "1", "{}", '"returns"', '{"returns": 1}'])
def test_another_document_gives_no_returns(text: str, tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((KeyError, TypeError)):
        list(read_run_json_returns(path))


def test_a_run_writes_what_a_check_of_its_files_prints_and_the_date() -> None:
    outcomes = resolve_all(client("a"), client("b", rest="."), reword(client("c"), "\ud842野"))
    file = io.BytesIO()
    with RunJsonWriter(file, describe_run(JIS, outcomes, AS_OF)) as document:
        for outcome in outcomes:
            document.add(dump_return(JIS, outcome, Lang.JA))
    content = json.loads(file.getvalue())
    assert [each["status"] for each in content["returns"]] == ["ranked", "held", "ranked"]
    assert content["counts"]["files"] == 3
    dated = {"as_of": AS_OF.isoformat()}
    assert content == {**dated, **json.loads(dump_checked_files(JIS, outcomes, Lang.JA))}


def test_a_run_that_stops_leaves_no_whole_document(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    with (
        pytest.raises(ZeroDivisionError),
        path.open("wb") as file,
        RunJsonWriter(file, describe_run(JIS, (), AS_OF)),
    ):
        raise ZeroDivisionError
    with pytest.raises(json.JSONDecodeError):
        read_run_json_head(path)
