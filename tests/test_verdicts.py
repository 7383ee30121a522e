"""What the newest catalogue makes of whole firms: the reference client, and what must not be A."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import Diagnosis, ReturnOutcome
from sheet_diag.reports.run_json.writer import dump_return
from sheet_diag.text.numbers import format_score
from tests import ranks
from tests.catalogs import answers, built_in_catalogs
from tests.samples import AS_OF, client, resolve_all

NEWEST = built_in_catalogs()["2026.2"]
CRITICAL = [item.id for item in NEWEST.items.values() if item.critical]

# --- the reference client

ANSWERS = {
    "POL": "○○○△△○○○△", "HUM": "○△△○-○○○△", "AST": "△○○○○○○×△○",
    "COM": "○○△×○○△○○△", "PHY": "×△○△○○△○", "CRI": "○○○○○△△○×△",
}  # fmt: skip
PLAN = (
    "PHY-01 AST-08 COM-04",
    "COM-03 POL-10 HUM-03 HUM-11 CRI-06 CRI-10 AST-09 COM-08",
    "PHY-02 PHY-05 POL-05 POL-06 HUM-02 CRI-07 AST-01 PHY-08 COM-11",
)


@pytest.fixture(scope="module")
def outcome() -> ReturnOutcome:
    records = {"personal_records": "1万件以上10万件未満"}
    return resolve_all(client("見本", ANSWERS, catalog=NEWEST, profile=records), catalog=NEWEST)[0]


@pytest.fixture(scope="module")
def written(outcome: ReturnOutcome) -> dict[str, Any]:
    """The diagnosis of the reference client in run.json."""
    content: dict[str, Any] = json.loads(dump_return(NEWEST, outcome, Lang.JA, as_of=AS_OF))
    diagnosis: dict[str, Any] = content["diagnosis"]
    return diagnosis


def test_the_reference_client_has_its_scores_and_rank(written: dict[str, Any]) -> None:
    shown = [written["categories"][category.id]["shown"] for category in NEWEST.categories]
    assert shown == ["83.3", "83.3", "77.2", "80.0", "65.6", "85.0"]
    assert written["overall"]["exact"] == "125285/1584"
    assert [written["overall"][key] for key in ("shown", "strict")] == ["79.0", "77.7"]
    assert [written[key] for key in ("base_rank", "rank", "text")] == ["B", "B", "plain"]


def test_the_caps_of_the_reference_client_block_and_do_not_bind(written: dict[str, Any]) -> None:
    mark = {"at_most": "B", "binding": False, "blocks_next": True}
    assert written["caps"] == [
        {"rule": "CATEGORY_LT_70", "because": ["PHY"], **mark},
        {"rule": "CRITICAL_GE_1", "because": ["PHY-01"], **mark},
    ]


def test_the_reference_client_gets_its_comments_and_notice(written: dict[str, Any]) -> None:
    said = [(" ".join(c["items"]), c["note"]["kind"], c["note"]["of"]) for c in written["comments"]]
    assert said == [
        ("AST-08 AST-09", "case", "AST-08"),
        ("COM-03 COM-04", "case", "COM-04"),
        ("PHY-01 PHY-02", "advice", "PHY-01"),
    ]
    assert written["insurance"] == {"exposure": "mid", "level": 1, "variant": "new"}


def test_the_reference_client_has_its_way_and_plan(written: dict[str, Any]) -> None:
    (way,) = written["ways"]
    assert (way["target"], way["items"]) == ("A", ["AST-08", "COM-04", "PHY-01"])
    assert (way["overall"]["shown"], way["rank"]) == ("85.8", "A")
    assert written["first"] == ["PHY-01"]
    phases = ("now", "half", "year")
    assert (
        tuple(
            " ".join(each["item"] for each in written["plan"] if each["phase"] == phase)
            for phase in phases
        )
        == PLAN
    )
    assert written["unknown"]["count"] == 0


# --- what must not be A


def diagnosed(rows: dict[str, str], rest: str = "○") -> Diagnosis:
    return diagnose(NEWEST, answers(NEWEST, rows, rest), {})


def summed_up(got: Diagnosis) -> str:
    assert got.scores.overall is not None
    ranks = f"{got.scores.base_rank} -> {got.scores.rank}"
    return f"{format_score(got.scores.overall)} {ranks} {got.text}"


def test_a_firm_with_every_key_measure_half_done_is_not_a() -> None:
    got = diagnosed(dict.fromkeys(CRITICAL, "△"))
    assert summed_up(got) == "84.9 B -> B plain"
    assert "CRITICAL_PARTIAL_GE_2" in [cap.rule.code for cap in got.scores.blocking_caps]


def test_a_firm_with_two_key_measures_half_done_is_not_a() -> None:
    got = diagnosed({"COM-05": "△", "CRI-05": "△"})
    assert summed_up(got) == "97.7 A -> B capped"


def test_a_firm_without_firewall_with_accounts_of_leavers_and_weak_passwords_is_not_a() -> None:
    got = diagnosed({"COM-07": "×", "HUM-05": "×", "AST-04": "×"})
    assert summed_up(got) == "93.2 A -> B capped"
    assert got.top_items == ("HUM-05", "COM-07")


def test_a_firm_that_knows_little_is_not_told_that_it_has_nothing() -> None:
    got = diagnosed(dict.fromkeys(("AST", "COM", "CRI"), "?"))
    assert summed_up(got) == "50.0 C -> D unknown"
    assert got.unknown
    assert (got.unknown.score, got.unknown.rank) == (Fraction(100), ranks.A)


def test_every_critical_miss_is_told_first_however_many() -> None:
    got = diagnosed({}, rest="×")
    assert sorted(got.top_items) == sorted(CRITICAL)
    assert [NEWEST.items[item].priority for item in got.top_items][:6] == [1] * 6
