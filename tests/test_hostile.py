"""The hostile set and a collection of foreign workbooks, through a whole run.

Whatever lies in the input folder costs at most itself: everything is accounted for, the honest
returns among it are scored as if alone, and nothing is left behind or changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.diagnosis.comparison.compare import ComparisonBasis
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline.run import RunConfig, run
from tests.catalogs import JIS
from tests.hostile import CASES, make
from tests.hostile.case import Case, filled
from tests.hostile.names import PIPE
from tests.lint import lint

pytestmark = pytest.mark.slow("hostile files up to the limits of memory")

AS_OF = date(2026, 11, 23)
GOOD = {"honest_1.xlsx": filled("株式会社正直"), "honest_2.xlsx": filled("正直商事", "△")}
ALL = {each.name: each for each in (*CASES, PIPE)}
OURS = "NOT_PROCESSED"  # the code of our own faults


def _quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


def ran(source: Path, target: Path) -> list[dict[str, Any]]:
    """The entries of run.json after a run; the counts are checked against them."""
    # Without peers: those of the honest returns are the ranked ones among the others.
    beside = ComparisonBasis(minimum=10_000)
    run(RunConfig(source, target, JIS, Issuer(), AS_OF, Lang.JA, jobs=2, comparison=beside), _quiet)
    journal = json.loads((target / "run.json").read_text(encoding="utf-8"))
    counts = Counter(entry["status"] for entry in journal["returns"])
    expected = {status.value: counts[status.value] for status in ReturnStatus}
    assert journal["counts"] == {"files": len(journal["returns"]), **expected}
    returns: list[dict[str, Any]] = journal["returns"]
    return returns


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every plain file below the folder; links are not followed."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for top, _, names in os.walk(folder)
        for path in (Path(top) / name for name in names)
        if path.is_file() and not path.is_symlink()
    }


def codes(entries: list[dict[str, Any]]) -> set[str]:
    return {problem["code"] for entry in entries for problem in entry["problems"]}


# --- the hostile set


@dataclass(frozen=True, slots=True)
class Aftermath:
    """A folder in which a run over the hostile set is over: `input`, `output`, `temporary`."""

    folder: Path
    entries: list[dict[str, Any]]
    before: dict[str, str]

    def of(self, case: Case) -> list[dict[str, Any]]:
        """The entries of a case. Its name may be shown composed, or with signs for no text."""
        shown = case.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        names = (case.name, unicodedata.normalize("NFC", case.name), shown, _marked(case.name))
        by_file = defaultdict(list)
        for entry in self.entries:
            by_file[entry["file"]].append(entry)
        return next((by_file[name] for name in names if name in by_file), [])


def _marked(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    folder = tmp_path_factory.mktemp("hostile")
    source, temporary = folder / "input", folder / "temporary"
    temporary.mkdir()
    make(source, pipes=True)
    for name, content in GOOD.items():
        (source / name).write_bytes(content)
    before = digests(source)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("TMPDIR", "TEMP", "TMP"):
            patch.setenv(name, str(temporary))
        patch.setattr("tempfile.tempdir", None)
        entries = ran(source, folder / "output")
    yield Aftermath(folder, entries, before)
    (source / "link/closed.xlsx").chmod(0o600)


def test_the_set_is_large_and_no_name_is_there_twice() -> None:
    assert len(ALL) == len(CASES) + 1 > 150


@pytest.mark.parametrize("name", ALL)
def test_each_file_ends_as_stated(aftermath: Aftermath, name: str) -> None:
    case = ALL[name]
    entries = aftermath.of(case)
    told = [(entry["status"], [each["code"] for each in entry["problems"]]) for entry in entries]
    assert entries, "not accounted for"
    assert {entry["status"] for entry in entries} <= case.statuses, told
    assert case.codes == set() or case.codes & codes(entries), told
    assert case.entries in (0, len(entries)), told


def test_what_is_ranked_is_what_was_typed(aftermath: Aftermath) -> None:
    """All honest sheets of the set are answered alike: はい throughout, or 一部."""
    ranked = [entry for entry in aftermath.entries if entry["status"] == "ranked"]
    assert len(ranked) > 60
    for entry in ranked:
        found = set(entry["answers"].values())
        assert set(entry["answers"]) == set(JIS.items)
        assert found in ({"yes"}, {"partial"}), (entry["file"], found)


def test_days_count_from_1904_where_the_workbook_says_so(aftermath: Aftermath) -> None:
    entry = aftermath.of(ALL["odd/1904.xlsx"])[0]
    assert entry["client"]["date"] == "2026-11-16"


def test_readings_are_no_part_of_a_text(aftermath: Aftermath) -> None:
    entry = aftermath.of(ALL["odd/readings.xlsx"])[0]
    assert entry["client"]["name"] == "readings"


def test_only_these_files_are_reported(aftermath: Aftermath) -> None:
    known = {id(entry) for case in ALL.values() for entry in aftermath.of(case)}
    rest = {entry["file"] for entry in aftermath.entries if id(entry) not in known}
    assert rest == set(GOOD)


def test_no_file_finds_a_fault_of_ours(aftermath: Aftermath) -> None:
    assert [entry["file"] for entry in aftermath.entries if OURS in codes([entry])] == []


def test_every_refusal_has_a_reason_and_no_text_of_a_program(aftermath: Aftermath) -> None:
    for entry in aftermath.entries:
        messages = [problem["message"] for problem in entry["problems"]]
        assert entry["status"] not in ("rejected", "ignored") or messages, entry["file"]
        assert not any(sign in text for text in messages for sign in ("Traceback", "0x7", "/tmp"))


def test_honest_returns_are_scored_as_if_alone(aftermath: Aftermath, tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    for name, content in GOOD.items():
        (tmp_path / "input" / name).write_bytes(content)
    alone = ran(tmp_path / "input", tmp_path / "output")
    assert [entry["status"] for entry in alone] == ["ranked", "ranked"]
    assert [entry for entry in aftermath.entries if entry["file"] in GOOD] == alone
    for entry in alone:
        one, other = (place / "output" / entry["result"] for place in (aftermath.folder, tmp_path))
        assert one.read_bytes() == other.read_bytes()


def test_the_input_is_as_it_was(aftermath: Aftermath) -> None:
    assert digests(aftermath.folder / "input") == aftermath.before


def test_nothing_is_left_behind(aftermath: Aftermath) -> None:
    # multiprocessing keeps a folder for its sockets until this process ends.
    left = [path.name for path in (aftermath.folder / "temporary").iterdir()]
    assert [name for name in left if not name.startswith("pymp-")] == []
    assert {path.name for path in aftermath.folder.iterdir()} == {
        "input",
        "outside.xlsx",
        "output",
        "temporary",
    }
    written = {
        path.relative_to(aftermath.folder / "output").parts[0] for path in outputs(aftermath)
    }
    assert written - {".sheet-diag.lock"} <= {
        "benchmark.json",
        "corrections",
        "data",
        "portfolio.xlsx",
        "results",
        "run.json",
    }


def test_outputs_are_those_that_the_journal_names(aftermath: Aftermath) -> None:
    named = {entry[key] for entry in aftermath.entries for key in ("result", "correction")}
    output = aftermath.folder / "output"
    folders = ("results", "corrections")
    found = {
        path.relative_to(output).as_posix()
        for path in outputs(aftermath)
        if path.parent.name in folders
    }
    assert found == named - {None}


def test_every_output_is_sound(aftermath: Aftermath) -> None:
    books = [path for path in outputs(aftermath) if path.suffix == ".xlsx"]
    assert len(books) > 20
    shown = [path for path in books if not path.name.isascii()] + books[::8]
    assert {path.name: found for path in shown if (found := lint(path.read_bytes()))} == {}


def outputs(aftermath: Aftermath) -> list[Path]:
    return [path for path in (aftermath.folder / "output").rglob("*") if path.is_file()]


# --- foreign workbooks

CORPUS = os.environ.get("SHEET_DIAG_CORPUS")


@pytest.mark.skipif(not CORPUS, reason="SHEET_DIAG_CORPUS is not set")
def test_foreign_workbooks_end_in_a_reason(tmp_path: Path) -> None:
    source = Path(str(CORPUS))
    before = digests(source)
    entries = ran(source, tmp_path / "output")
    assert {entry["file"] for entry in entries} >= {_shown(name) for name in before}
    assert {entry["status"] for entry in entries} <= {"rejected", "ignored"}
    assert all(entry["problems"] for entry in entries)
    assert [entry["file"] for entry in entries if OURS in codes([entry])] == []
    assert digests(source) == before


def _shown(name: str) -> str:
    return unicodedata.normalize("NFC", name.replace(os.sep, "/"))
