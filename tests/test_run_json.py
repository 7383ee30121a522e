"""run.json is one JSON document, written and read a return a line."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sheet_diag import __version__
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.reports.run_json.writer import describe_run, dump_checked_files, dump_return
from sheet_diag.storage.run_json_file import (
    RunJsonWriter,
    dump_json_line,
    read_run_json_head,
    read_run_json_returns,
)
from tests.catalogs import JIS, answer_row, catalog
from tests.samples import change_items, client, resolve_all, reword

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


# --- what it says of a diagnosis

SMALL = change_items(
    catalog("3! 3! 3 3 3", "3 3p1", "3", "3 0"), {"C1-1": {"effort": "S", "cost": "0"}}
)


def diagnosis(signs: str, as_of: date | None = AS_OF) -> dict[str, Any]:
    """The part of an entry about the answers, to the questions of `SMALL` in their order."""
    given = answer_row(SMALL, signs)
    responses = tuple(Response(item, choice) for item, choice in given.items())
    sheet = ReturnedSheet(SheetIdentity(), Lang.JA, {"company": "会社"}, responses, "回答")
    received = ReceivedFile("a.xlsx", "", sheet=sheet)
    outcome = ReturnOutcome(received, ReturnStatus.RANKED, (), evaluate(SMALL, sheet))
    entry = json.loads(dump_return(SMALL, outcome, Lang.JA, as_of=as_of))
    found: dict[str, Any] = entry["diagnosis"]
    return found


def planned(item: str, group: int, label: str, effect: str, phase: str, due: str) -> dict[str, Any]:
    """A line of the plan; the effect is told as `exact shown`."""
    exact, shown = effect.split()
    return {
        "item": item, "group": group, "label": label, "effect": {"exact": exact, "shown": shown},
        "phase": phase, "due": due, "effort": None, "cost": None,
    }  # fmt: skip


def test_a_diagnosis_has_every_number_that_the_report_shows() -> None:
    found = diagnosis("?△×○○ ○△ ○ ○?")
    weak = {"at_most": "B", "binding": False, "blocks_next": True}
    assert found == {
        "gates": [],
        "overall": {"exact": "325/4", "shown": "81.2", "upper": "81.2", "strict": "81.2"},
        "base_rank": "B",
        "rank": "B",
        "rank_interval": ["B", "B"],
        "strict_rank": "B",
        "caps": [
            {"rule": "CATEGORY_LT_70", "because": ["C1"], **weak},
            {"rule": "CRITICAL_GE_1", "because": ["C1-1"], **weak},
        ],
        "text": "plain",
        "unknown": {
            "count": 1, "items": ["C1-1"], "exact": "345/4", "shown": "86.2", "rank": "A",
            "decides": True, "share_of_lost": "1/3",
        },
        "findings": [{"rule": "UNKNOWN_STATE", "about": ["C1-1", "C4-2"]}],
        "categories": {
            "C1": {"exact": "50", "shown": "50.0"},
            "C2": {"exact": "75", "shown": "75.0"},
            "C3": {"exact": "100", "shown": "100.0"},
            "C4": {"exact": "100", "shown": "100.0"},
        },
        "comments": [
            {"category": "C1", "items": ["C1-1", "C1-2"], "note": {"kind": "advice", "of": "C1-1"}},
            {"category": "C2", "items": ["C2-2"], "note": {"kind": "advice", "of": "C2-2"}},
        ],
        "first": ["C1-1"],
        "open_items": ["C1-1", "C1-2", "C2-2", "C1-3"],
        "plan": [
            {**planned("C1-1", 1, "top", "5 5.0", "now", "2026-12-31"), "effort": "S", "cost": "0"},
            planned("C1-2", 3, "high", "5/2 2.5", "now", "2026-12-31"),
            planned("C2-2", 4, "high", "25/4 6.2", "now", "2026-12-31"),
            planned("C1-3", 4, "low", "5 5.0", "year", "2027-11-30"),
        ],
        "ways": [
            {
                "target": "A", "items": ["C1-1"], "rank": "A",
                "overall": {"exact": "345/4", "shown": "86.2"},
            }
        ],
        "threats": [],
        "insurance": {"exposure": "mid", "level": 1, "variant": "confirm"},
    }  # fmt: skip


def test_where_all_is_known_its_bound_is_the_score_of_record() -> None:
    assert diagnosis("○×○○○ ○○ ○ ○○")["unknown"] == {
        "count": 0, "items": [], "exact": "95", "shown": "95.0", "rank": "B",
        "decides": False, "share_of_lost": "0",
    }  # fmt: skip


def test_a_held_return_has_no_rank_no_plan_and_no_bound() -> None:
    found = diagnosis("..... ○○ ○ ○○")
    assert found["gates"]
    assert {key: found[key] for key in ("rank", "text", "first", "plan", "ways", "caps")} == {
        "rank": None, "text": None, "first": [], "plan": [], "ways": [], "caps": [],
    }  # fmt: skip
    unknown = found["unknown"]
    assert (unknown["count"], unknown["exact"], unknown["rank"]) == (0, None, None)


def test_without_a_day_nothing_is_due() -> None:
    due = [each["due"] for each in diagnosis("?△×○○ ○△ ○ ○?", as_of=None)["plan"]]
    assert due == [None] * 4


def test_a_run_names_its_software_and_what_stands_beside_the_answers() -> None:
    (outcome,) = resolve_all(client("a"))
    stray = Problem(ProblemCode.LEFT_OVER, "回答", "J7", None, "別紙参照")
    outcome = replace(outcome, problems=(*outcome.problems, stray))
    content = json.loads(dump_checked_files(JIS, [outcome], Lang.JA))
    assert content["sheet_diag"] == __version__
    assert content["returns"][0]["left_over"] == [
        {"sheet": "回答", "cell": "J7", "text": "別紙参照"}
    ]
