"""Comparison with peers: figures, what must not be shown, and the frozen benchmark."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheet_diag.diagnosis.comparison.disclosure_control import decide_disclosure
from sheet_diag.diagnosis.comparison.peers import (
    compare_with_benchmark,
    compare_with_peers,
    compute_group_statistics,
)
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import OVERALL, GroupKind, PeerStanding
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet, SheetIdentity
from sheet_diag.reports.benchmark import BenchmarkError, dump_benchmark, load_benchmark
from sheet_diag.text.wording import Wording, labels
from tests import ranks
from tests.catalogs import JIS
from tests.samples import AS_OF, allow_na, change_catalog

_SHEET = ReturnedSheet(SheetIdentity(), Lang.JA, {}, (), "回答")


def ranked(
    label: str,
    score: Fraction | int,
    *,
    industry: str = "",
    employees: str = "",
    catalog: Catalog = JIS,
    lacking: Sequence[str] = (),
) -> ReturnOutcome:
    """A ranked client whose overall and category scores are all the same; 対象外 where lacking."""
    given = dict.fromkeys(catalog.items, "yes")
    responses = tuple(Response(item, choice) for item, choice in given.items())
    profile = {"company": label, "industry": industry, "employees": employees}
    sheet = replace(_SHEET, profile=profile, responses=responses)
    diagnosis = evaluate(catalog, sheet)
    value = Fraction(score)
    categories = {
        name: replace(each, score=None if name in lacking else value)
        for name, each in diagnosis.scores.categories.items()
    }
    scores = replace(diagnosis.scores, overall=value, categories=categories, rank=ranks.A)
    received = ReceivedFile(label, "", sheet=sheet)
    return ReturnOutcome(received, ReturnStatus.RANKED, (), replace(diagnosis, scores=scores))


def crowd(*scores: Fraction | int, **profile: str) -> list[ReturnOutcome]:
    start = "-".join(profile.values())
    return [ranked(f"{start}{n}", score, **profile) for n, score in enumerate(scores)]  # type: ignore[arg-type]


def standing(outcomes: list[ReturnOutcome], label: str, minimum: int = 3) -> PeerStanding:
    return compare_with_peers(JIS, outcomes, minimum)[label][0].standings[OVERALL]


# --- figures


SIX = (90, 80, 80, 60, 40, 10)


def test_a_group_has_mean_quartiles_position_and_deviation() -> None:
    got = standing(crowd(*SIX), "1")
    assert got == PeerStanding(
        count=6, mean=60.0, lower=45.0, median=70.0, upper=80.0, position=2, deviation=got.deviation
    )
    spread = (sum((each - 60) ** 2 for each in SIX) / 6) ** 0.5
    assert got.deviation == pytest.approx(50 + 10 * 20 / spread, abs=1e-12)
    assert got.lower == np.percentile(SIX, 25)


def test_equal_scores_share_a_position() -> None:
    outcomes = crowd(*SIX)
    assert [standing(outcomes, str(n)).position for n in range(6)] == [1, 2, 2, 4, 5, 6]


def test_scores_are_ordered_exactly() -> None:
    """Two scores that are one float are still two."""
    close = Fraction(70) + Fraction(1, 10**17)
    assert float(close) == 70.0
    outcomes = crowd(Fraction(70), close, 70, 10, 5)
    assert [standing(outcomes, str(n)).position for n in range(5)] == [2, 1, 2, 4, 5]


def test_equal_scores_deviate_by_nothing() -> None:
    """Seven times 10/3 as floats have a standard deviation."""
    outcomes = crowd(*[Fraction(10, 3)] * 7)
    assert {standing(outcomes, str(n)).deviation for n in range(7)} == {50.0}


def test_a_client_without_the_category_has_no_place_in_it() -> None:
    outcomes = [*crowd(90, 80, 70, 60, 50), *(ranked(f"x{n}", 40, lacking=["PHY"]) for n in "abc")]
    peers = compare_with_peers(JIS, outcomes, 3)["xa"][0]
    assert (peers.standings["PHY"].position, peers.standings["PHY"].deviation) == (None, None)
    assert peers.standings["PHY"].count == 5
    assert peers.standings["POL"].count == 8


def test_a_client_is_compared_with_all_its_industry_and_its_size() -> None:
    outcomes = crowd(*range(10, 15), industry="E", employees="upto_20")
    outcomes += crowd(*range(30, 35), industry="G", employees="upto_20")
    outcomes += crowd(*range(50, 55))
    among = compare_with_peers(JIS, outcomes, 5)
    assert [(p.kind, p.choice) for p in among["E-upto_200"]] == [
        (GroupKind.ALL, ""), (GroupKind.INDUSTRY, "E"), (GroupKind.EMPLOYEES, "upto_20"),
    ]  # fmt: skip
    assert [(p.kind, p.choice) for p in among["0"]] == [(GroupKind.ALL, "")]
    assert [p.standings[OVERALL].count for p in among["E-upto_200"]] == [15, 5, 10]


def test_held_returns_are_no_peers() -> None:
    outcomes = crowd(*SIX)
    outcomes[0] = replace(outcomes[0], status=ReturnStatus.HELD)
    among = compare_with_peers(JIS, outcomes, 3)
    assert len(among) == 5
    assert "0" not in among
    assert list(compare_with_peers(JIS, [], 5)) == []


# --- what is never shown

COUNTS: dict[str, tuple[list[list[int]], tuple[bool, tuple[int, ...], tuple[int, ...]]]] = {
    # rows are industries, columns sizes, the last of each none; then what is shown with 5
    "too few at all": ([[4, 0], [0, 0]], (False, (), ())),
    "enough, all alike": ([[5, 0], [0, 0]], (True, (0,), (0,))),
    "a small group": ([[4, 0], [6, 0], [0, 0]], (True, (), (0,))),
    "all but three": ([[9, 0], [3, 0], [0, 0]], (True, (), (0,))),
    "all but three without an industry": ([[9, 0], [3, 0]], (True, (), (0,))),
    "all but five": ([[9, 0], [5, 0], [0, 0]], (True, (0, 1), (0,))),
    "two small ones make a large rest": (
        [[9, 0], [3, 0], [3, 0], [0, 0]], (True, (0,), (0,)),
    ),
    "a small rest takes the smallest group along": (
        [[9, 0], [8, 0], [3, 0], [0, 0]], (True, (0,), (0,)),
    ),
    "an industry that is a size but for two": (
        [[6, 0, 0], [2, 8, 0], [0, 0, 0]], (True, (), (0, 1)),
    ),
    "an industry that is a size": ([[6, 0, 0], [0, 8, 0], [0, 0, 0]], (True, (0, 1), (0, 1))),
    "two industries that are a size but for one": (
        [[6, 0, 0], [6, 0, 0], [1, 9, 0], [0, 0, 0]], (True, (0,), (0, 1)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", COUNTS)
def test_only_groups_that_are_large_enough_are_shown(case: str) -> None:
    counts, expected = COUNTS[case]
    got = decide_disclosure(counts, [[0] * len(row) for row in counts], 5)
    assert (got.all, got.rows, got.columns) == expected
    assert sparsest(counts, got.rows, got.columns, got.all) >= 5


def sparsest(
    counts: list[list[int]], rows: Sequence[int], columns: Sequence[int], everyone: bool
) -> int:
    """Count the fewest clients whose scores the sums of the shown groups give away.

    By linear algebra: a set of clients is given away where some combination of the shown groups is
    zero on everyone else and not on it. Clients of one cell are in the same groups.
    """
    cells = [(r, c) for r, row in enumerate(counts) for c, n in enumerate(row) if n]
    groups = [[1] * len(cells)] if everyone else []
    groups += [[int(r == row) for r, _ in cells] for row in rows]
    groups += [[int(c == column) for _, c in cells] for column in columns]
    if not groups:
        return 10**9
    matrix = np.array(groups)
    whole = np.linalg.matrix_rank(matrix)
    weights = [counts[r][c] for r, c in cells]
    given_away = [
        sum(weights[at] for at in chosen)
        for size in range(1, len(cells) + 1)
        for chosen in combinations(range(len(cells)), size)
        if np.linalg.matrix_rank(np.delete(matrix, chosen, axis=1)) < whole
    ]
    return min(given_away)


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.lists(st.sampled_from((0, 0, 1, 2, 4, 6, 9)), min_size=columns, max_size=columns),
        min_size=2,
        max_size=3,
    )
)


@settings(max_examples=120, deadline=None)
@given(tables, st.integers(3, 7))
def test_no_difference_of_groups_is_about_few_clients(
    counts: list[list[int]], minimum: int
) -> None:
    got = decide_disclosure(counts, [[0] * len(row) for row in counts], minimum)
    assert sparsest(counts, got.rows, got.columns, got.all) >= minimum


@settings(max_examples=60, deadline=None)
@given(tables, st.data())
def test_no_difference_is_about_few_clients_without_a_category(
    counts: list[list[int]], data: st.DataObject
) -> None:
    cell = st.sampled_from((0, 0, 0, 1, 5))
    without = [[data.draw(cell) for _ in row] for row in counts]
    got = decide_disclosure(counts, without, 5)
    for table in (counts, without):
        if got.all and any(map(any, table)):
            assert sparsest(table, got.rows, got.columns, got.all) >= 5


def test_the_minimum_is_never_below_three() -> None:
    """Of two clients each would know the other's score."""
    assert not compare_with_peers(JIS, crowd(10, 20), 1)["0"]
    assert compare_with_peers(JIS, crowd(10, 20, 30), 1)["0"]


def test_a_category_that_few_clients_lack_is_hidden() -> None:
    outcomes = [*crowd(*SIX), ranked("x", 33, lacking=["PHY"])]
    assert set(compare_with_peers(JIS, outcomes, 5)["0"][0].standings) == {
        OVERALL, "POL", "HUM", "AST", "COM", "CRI",
    }  # fmt: skip


def test_without_the_check_a_difference_would_give_a_score_away() -> None:
    """Why: overall means less the mean of the categories' sums give the score of that client."""
    small = allow_na(JIS, "PHY")
    others = [ranked(f"o{n}", score) for n, score in enumerate(SIX)]
    odd = ranked("x", 33, lacking=["PHY"], catalog=small)
    sums = {c.id: Fraction(0) for c in JIS.categories}
    overall = Fraction(0)
    for outcome in (*others, odd):
        assert outcome.diagnosis
        scores = outcome.diagnosis.scores
        overall += scores.overall or 0
        for name in sums:
            sums[name] += scores.categories[name].score or 0
    rest = (overall - sum(sums.values()) / 6) * 6
    assert rest == 33


def test_the_order_of_returns_is_irrelevant() -> None:
    outcomes = crowd(*SIX, industry="E") + crowd(*SIX, industry="G")
    assert compute_group_statistics(JIS, outcomes, 5) == compute_group_statistics(
        JIS, outcomes[::-1], 5
    )


# --- the frozen benchmark


def frozen(tmp_path: Path, **edits: Any) -> Path:
    outcomes = crowd(*SIX, industry="E") + crowd(*SIX, industry="G")
    content = json.loads(dump_benchmark(JIS, outcomes, AS_OF, 5))
    path = tmp_path / "benchmark.json"
    path.write_text(json.dumps({**content, **edits}), encoding="utf-8")
    return path


def test_a_benchmark_holds_statistics_only() -> None:
    outcomes = crowd(*SIX, industry="E") + crowd(50, 51, 52, 53, industry="G")
    content = dump_benchmark(JIS, outcomes, AS_OF, 5)
    assert content == dump_benchmark(JIS, outcomes, AS_OF, 5)
    saved = json.loads(content)
    assert set(saved) == {"kind", "schema", "as_of", "catalog", "groups"}
    assert saved["catalog"] == {"id": JIS.id, "version": JIS.version}
    # The difference would give four clients of another industry away.
    assert [(group["kind"], group["choice"]) for group in saved["groups"]] == [("all", "")]
    assert set(saved["groups"][0]["measures"]) == {"overall", *(c.id for c in JIS.categories)}
    figures = saved["groups"][0]["measures"]["overall"]
    assert figures == {
        "count": 10, "mean": 56.6, "spread": 21.9, "lower": 50, "median": 52, "upper": 75,
    }  # fmt: skip


def test_a_client_is_compared_with_a_benchmark(tmp_path: Path) -> None:
    reference = load_benchmark(frozen(tmp_path), JIS)
    assert (reference.as_of, reference.version) == (AS_OF, JIS.version)
    peers = compare_with_benchmark(
        [ranked("new", 60, industry="E"), ranked("b", 60, industry="F")], reference
    )
    assert [(p.kind, p.choice) for p in peers["new"]] == [
        (GroupKind.ALL, ""), (GroupKind.INDUSTRY, "E"),
    ]  # fmt: skip
    got = peers["new"][1].standings[OVERALL]
    assert (got.count, got.mean, got.position, got.deviation) == (6, 60.0, None, 50.0)
    assert [p.kind for p in peers["b"]] == [GroupKind.ALL]


def test_a_benchmark_of_another_version_is_accepted(tmp_path: Path) -> None:
    path = frozen(tmp_path, catalog={"id": JIS.id, "version": "0.9"})
    assert load_benchmark(path, JIS).version == "0.9"


REFUSED: dict[str, tuple[dict[str, Any] | str, str]] = {
    "another catalogue": ({"catalog": {"id": "other", "version": "1"}}, "other_catalog"),
    "another kind": ({"kind": "run"}, "foreign"),
    "a later schema": ({"schema": 2}, "foreign"),
    "groups that are none": ({"groups": [1]}, "foreign"),
    "no date": ({"as_of": "soon"}, "foreign"),
    "no JSON": ("{", "foreign"),
    "a list": ("[]", "foreign"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_an_unusable_benchmark_is_refused(case: str, tmp_path: Path) -> None:
    edit, key = REFUSED[case]
    path = frozen(tmp_path, **(edit if isinstance(edit, dict) else {}))
    if isinstance(edit, str):
        path.write_text(edit, encoding="utf-8")
    assert refusal(path) == f"comparison.benchmark.{key}"


def test_a_missing_benchmark_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.json") == "comparison.benchmark.unreadable"


def refusal(path: Path) -> str:
    with pytest.raises(BenchmarkError) as raised:
        load_benchmark(path, JIS)
    assert raised.value.key in labels()
    for lang in Lang:
        assert path.name in Wording(lang)(raised.value.key, **raised.value.parts)
    return raised.value.key


def test_other_catalogues_have_other_groups() -> None:
    """Without fields for industry and size there is only one group."""
    plain = change_catalog(
        JIS, profile=[f for f in JIS.profile if f.id not in ("industry", "employees")]
    )
    among = compare_with_peers(plain, crowd(*SIX, industry="E"), 5)
    assert [p.kind for p in among["E0"]] == [GroupKind.ALL]
