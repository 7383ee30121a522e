"""The table of threats: how many of the questions on each are done; no word that all is well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.catalog.consistency import check_consistency
from sheet_diag.catalog.load import load_catalog
from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.threats import ThreatCount
from sheet_diag.reports.run_json.writer import dump_return
from tests.catalogs import answer_row, catalog
from tests.samples import change_catalog, change_items, client, resolve_all

LIST: dict[str, Any] = {
    "name": {"ja": "見本の脅威2026", "en": "Sample threats 2026"},
    "source": {"ja": "見本機構（2026年）", "en": "Sample Agency, 2026"},
    "threats": [
        {"id": "1", "name": {"ja": "盗難", "en": "Theft"}},
        {"id": "2", "name": {"ja": "火災", "en": "Fire"}},
        {"id": "3", "name": {"ja": "洪水", "en": "Flood"}},
    ],
}
AGAINST = {
    "C1-1": ["1"],
    "C1-2": ["1"],
    "C1-3": ["1", "2"],
    "C1-4": ["1"],
    "C1-5": ["1", "2"],
    "C2-1": ["1"],  # is never scored
}
PLAIN = catalog("3 3 3 3n 3", "0 3", "3", "3")
LISTED = change_items(
    change_catalog(PLAIN, threats=LIST), {item: {"threats": ids} for item, ids in AGAINST.items()}
)


def counts(signs: str, of: Catalog = LISTED) -> list[ThreatCount]:
    return [*diagnose(of, answer_row(of, signs), {}).threats]


@pytest.mark.parametrize(
    ("signs", "theft", "fire"),
    [
        pytest.param("○○○○○ ○○ ○ ○", (5, 5, 0), (2, 2, 0), id="all done"),
        pytest.param("○△×○○ ×○ ○ ○", (5, 3, 0), (2, 1, 0), id="in part is not done"),
        pytest.param("○?○○? ?○ ○ ○", (5, 3, 2), (2, 1, 1), id="not known is told apart"),
        pytest.param("○○○-○ -○ ○ ○", (4, 4, 0), (2, 2, 0), id="not applicable is left out"),
        pytest.param("○○○○. ○○ ○ ○", (5, 4, 0), (2, 1, 0), id="unanswered is not done"),
    ],
)
def test_scored_items_that_apply_are_counted_by_threat(
    signs: str, theft: tuple[int, int, int], fire: tuple[int, int, int]
) -> None:
    assert counts(signs) == [
        ThreatCount("1", *theft), ThreatCount("2", *fire), ThreatCount("3", 0, 0, 0),
    ]  # fmt: skip


def test_a_held_return_has_no_counts() -> None:
    assert counts("..... .. . .") == []


def test_run_json_tells_the_counts() -> None:
    (outcome,) = resolve_all(client("A", {"C1": "○?×○○"}, catalog=LISTED), catalog=LISTED)
    told = json.loads(dump_return(LISTED, outcome, Lang.JA))["diagnosis"]["threats"]
    assert told == [
        {"threat": "1", "items": 5, "done": 3, "unknown": 1},
        {"threat": "2", "items": 2, "done": 1, "unknown": 0},
        {"threat": "3", "items": 0, "done": 0, "unknown": 0},
    ]


@pytest.mark.parametrize("named", ["4", 4])
def test_a_threat_that_is_not_listed_is_a_fault(named: str | int) -> None:
    raw = LISTED.model_dump(mode="json")
    raw["categories"][0]["items"][0]["threats"] = ["1", named]
    raw["threats"]["threats"].append(raw["threats"]["threats"][0])
    found = [(f.path[-1], f.code.value, f.value) for f in check_consistency(raw)]
    assert ("threats", "unknown_reference", "4") in found
    assert ("id", "duplicate_id", "1") in found


def test_a_category_that_does_not_apply_leaves_its_items_out() -> None:
    small = change_items(
        change_catalog(catalog("3n 3n", "3", "3", "3", "3"), threats=LIST),
        {"C1-1": {"threats": ["1"]}, "C2-1": {"threats": ["1"]}},
    )
    assert counts("-- ○ ○ ○ ○", small)[0] == ThreatCount("1", 1, 1, 0)


def test_the_newest_catalogue_lists_ten_threats_each_with_questions() -> None:
    built_in = load_catalog(Path("jis-q-27002@2026.2"))
    assert built_in.threats
    assert [each.id for each in built_in.threats.threats] == [str(n) for n in range(1, 11)]
    assert "IPA" in built_in.threats.source.ja
    assert "2026" in built_in.threats.source.ja
    best = dict.fromkeys(built_in.items, "yes")
    found = diagnose(built_in, best, {}).threats
    assert [each.items for each in found] == [20, 7, 3, 5, 12, 8, 19, 9, 2, 6]
    assert all(each.done == each.items for each in found)
