"""What a firm gives the program beside returns may be damaged or made to do harm: it is refused at
once, in a sentence, with exit status 2."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import pytest
from typer.testing import CliRunner

from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.raw_tree import NotYamlError, read_yaml
from sheet_diag.cli.main import app, main
from sheet_diag.model.record import parse_exact
from sheet_diag.storage.output_files import FormerOutputs

_SECONDS = 30.0  # of a busy machine; most take a tenth
_JAPANESE = re.compile(r"[぀-ヿ一-鿿]")


def refuse(*typed: object) -> str:
    """Call a command that must refuse a file; return what it says."""
    start = perf_counter()
    done = CliRunner().invoke(app, [*map(str, typed)], prog_name="sheet-diag")
    assert perf_counter() - start < _SECONDS
    assert done.exit_code == 2, done.output
    assert "予期しない" not in done.stderr
    assert _JAPANESE.search(done.stderr)
    return done.stderr


# --- settings

_SETTINGS = {
    # what stands in the file: a word of the sentence
    "a table in tables": ("a = " + "[" * 100_000, "深すぎる"),
    "a key of many parts": (".".join("a" * 50_000) + " = 1", "深すぎる"),
    "a large file": ("# x\n" * 100_000, "大きすぎる"),
    "a number of many digits": ("[limits]\nfile = " + "9" * 5_000, "桁の多すぎる"),
    "such a number, hexadecimal": ("[limits]\nfile = 0x" + "f" * 5_000, "桁の多すぎる"),
    "a number no machine has": ("[limits]\nmemory = 99999999999999", "limits.memory"),
    "no memory": ("[limits]\nmemory = 1", "limits.memory には100以上"),
    "years of time": ("[limits]\nseconds = 10000000000", "limits.seconds"),
    "a reminder in a million years": ("[mail]\nreminder_days = 400000000", "mail.reminder_days"),
    "a year of many digits": ("deadline = 1000000000-01-01", "TOML"),
    "the last day of all": ("deadline = 9999-12-31", "deadline"),
    "a port that is none": ('[smtp]\nhost = "x"\nport = 65536', "smtp.port"),
    "an address of two lines": ('[issuer]\nemail = "a@b.jp\\nBcc: c@d.jp"', "issuer.email"),
    "a user of two lines": ('[imap]\nhost = "x"\nuser = "a\\r\\nb"', "imap.user"),
}


@pytest.mark.parametrize("name", _SETTINGS)
def test_hostile_settings_are_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    content, word = _SETTINGS[name]
    file = tmp_path / "sheet-diag.toml"
    file.write_text(content, encoding="utf-8")
    assert word in refuse("template", "--output", tmp_path / "sheet.xlsx", "--config", file)
    assert not (tmp_path / "sheet.xlsx").exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1000000000-01-01"])
def test_a_day_that_cannot_be_reckoned_with_is_refused(tmp_path: Path, day: str) -> None:
    assert day in refuse("run", "--input", tmp_path, "--output", tmp_path / "out", "--as-of", day)


# --- the catalogue

_BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
_CATALOGS = {
    "references to references": _BOMB,
    "a reference to itself": "a: &a [*a]",
    "lists in lists": "a: " + "[" * 100_000,
    "lists below lists": "- " * 100_000,
    "a type of Python": "a: !!python/object/apply:os.getcwd []",
    "too many values": "- a\n" * 200_000,
    "a large file": "#" * 2**21,
    "a number of many digits": "a: " + "9" * 5_000,
}


@pytest.mark.parametrize("name", _CATALOGS)
def test_a_hostile_catalogue_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    file = tmp_path / "catalog.yaml"
    file.write_text(_CATALOGS[name], encoding="utf-8")
    assert "catalog.yaml" in refuse(
        "template", "--output", tmp_path / "sheet.xlsx", "--catalog", file
    )


def test_a_reference_may_stand_for_a_value_written_once() -> None:
    assert read_yaml(b"a: &x {y: 1}\nb: *x\nc: &t text\nd: [*t, *t]") == {
        "a": {"y": 1}, "b": {"y": 1}, "c": "text", "d": ["text", "text"],
    }  # fmt: skip
    with pytest.raises(NotYamlError, match="line 1, column 4: found undefined alias"):
        read_yaml(b"a: *x\nb: &x 1")


@pytest.mark.parametrize("number", ["1e300000000", "1/1e9", "1/" + "9" * 4_000, 10**4_000, True])
def test_a_number_that_nobody_writes_is_none(number: object) -> None:
    with pytest.raises(ValueError, match="whole number or a fraction"):
        parse_exact(number)


# --- the run.json of an earlier run


@pytest.fixture(scope="module")
def earlier() -> dict[str, object]:
    """An earlier run.json with one ranked return."""
    catalog = load_catalog()
    entry: dict[str, object] = {
        "file": "a.xlsx", "member": None, "status": "ranked", "sha256": "0" * 64, "lang": "ja",
        "client": {"id": "C-001", "name": "株式会社見本"}, "problems": [], "answers": {},
        "result": None, "correction": None,
        "diagnosis": {"rank": "B", "overall": {"exact": "415/6"}, "categories": {}},
    }  # fmt: skip
    identity = {"id": catalog.id, "sha256": catalog.sha256}
    return {"schema": 1, "as_of": "2026-11-30", "catalog": identity, "returns": [entry]}


_RUNS: dict[str, Callable[[str], str]] = {
    "an exponent": lambda text: text.replace("415/6", "1e300000000"),
    "a huge fraction": lambda text: text.replace("415/6", "1/" + "9" * 4_000),
    "a year of many digits": lambda text: text.replace("2026-", "1000000000-"),
    "the last year": lambda text: text.replace("2026-11-30", "9999-12-31"),
    "a huge number": lambda text: text.replace('"schema": 1', '"schema": ' + "1" * 5_000),
    "lists in lists": lambda text: text.replace('"answers": {}', '"answers": ' + "[" * 100_000),
}


@pytest.mark.parametrize("name", _RUNS)
def test_a_hostile_run_json_is_refused_in_a_sentence(
    tmp_path: Path, earlier: dict[str, object], name: str
) -> None:
    previous, source = tmp_path / "previous", tmp_path / "input"
    previous.mkdir()
    source.mkdir()
    (source / "a.xlsx").write_bytes(b"x")
    text = json.dumps(earlier)
    (previous / "run.json").write_text(_RUNS[name](text), encoding="utf-8")
    typed = ("run", "--input", source, "--output", tmp_path / "output", "--previous", previous)
    assert str(previous) in refuse(*typed)


@pytest.mark.parametrize("content", ["[1]", "{" * 100_000, '{"outputs": {"results/a.xlsx": []}}'])
def test_a_foreign_run_json_names_no_outputs(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content, encoding="utf-8")
    assert FormerOutputs.read(tmp_path).removable <= {"results/a.xlsx"}


# --- the environment


def test_an_environment_without_japanese_names_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "ascii")
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "PYTHONUTF8" in capsys.readouterr().err
