"""The tables of many clients: gathered one by one, they are those of all together."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.comparison import PastDiagnosis
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.reports.portfolio import tables as gathering
from sheet_diag.reports.portfolio.client_facts import (
    add_list_entry,
    choice_ids,
    code_type,
    summarize_outcome,
)
from sheet_diag.reports.portfolio.labels import PortfolioLabels
from sheet_diag.reports.portfolio.tables import PortfolioBuilder
from sheet_diag.text.wording import Wording
from tests import ranks
from tests.catalogs import JIS, catalog
from tests.samples import AS_OF, client, resolve_all, summary

FRAMES = ("clients", "answers", "items", "categories", "movement", "history")


def outcomes() -> list[ReturnOutcome]:
    signs = ("○", "△", "×", "?")
    given = [client(f"見本{n}", {"POL": signs[n % 4]}, rest=signs[n % 3]) for n in range(7)]
    return resolve_all(*given, client("途中", {"HUM": "."}), client("半分", {"POL-01": "."}))


def by_rank_and_score() -> list[ReturnOutcome]:
    ranked = [each for each in outcomes() if each.status is ReturnStatus.RANKED]

    def key(outcome: ReturnOutcome) -> tuple[str, Fraction, str]:
        sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
        assert sheet
        assert diagnosis
        return str(diagnosis.scores.rank), -(diagnosis.scores.overall or Fraction()), sheet.name

    return sorted(ranked, key=key)


def same(one: Portfolio, other: Portfolio) -> None:
    for name in FRAMES:
        assert_frame_equal(getattr(one, name), getattr(other, name))
    assert (one.codes == other.codes).all()
    assert one.attention == other.attention
    assert one.counts == other.counts


@pytest.mark.parametrize(
    ("words", "insurance", "critical", "ranks", "codes"),
    [
        ("", 2, 2, "CB", ""),
        ("insurance critical", 3, 9, "EE", "保険3・★9件"),
        ("fell critical", 2, 4, "CC", "★4件・ランク低下"),
        ("low_rank", 2, 1, "DB", "点数はB"),
        ("low_rank", 2, 1, "DD", "ランクD"),
        ("low_rank copied overridden", 1, 0, "EE", "ランクE・前回と同じ・修正あり"),
        ("low_rank fell insurance critical", 3, 3, "DC", "保険3・★3件・ランク低下・点数はC"),
    ],
)
def test_reasons_to_follow_up_are_told_in_short_codes(
    words: str, insurance: int, critical: int, ranks: str, codes: str
) -> None:
    labels = PortfolioLabels(JIS, Wording(Lang.JA))
    assert labels.follow_up_codes(words, insurance, critical, *ranks) == codes


def test_group_and_day_of_contact_come_from_the_list_by_the_id_of_the_client() -> None:
    first, second = resolve_all(client("見本1"), client("見本2"))
    assert first.received.sheet
    sheet = replace(first.received.sheet, identity=SheetIdentity("jis", "1", "c-001"))
    first = replace(first, received=replace(first.received, sheet=sheet))
    day = date(2026, 11, 20)
    entry = ListedClient("C-001", "見本", Lang.JA, (), group="東日本", contacted=day)
    listed = ClientList((entry,)).by_id()
    builder = PortfolioBuilder(JIS, AS_OF)
    for each in (first, second):
        builder.add(add_list_entry(summarize_outcome(JIS, each), listed))
    made = builder.portfolio()
    assert made.clients[["client", "group", "contacted"]].to_numpy().tolist() == [
        ["c-001", "東日本", day], ["", "", None],
    ]  # fmt: skip
    assert list(made.answers["group"].unique()) == ["東日本", ""]
    assert made.groups["group"]["choice"].tolist() == ["東日本", ""]


def test_earlier_scores_stand_by_run_in_the_order_of_the_clients() -> None:
    worst, best = resolve_all(client("見本1", rest="×"), client("見本2"))
    runs = {year: (date(year, 4, 1), f"jis@{year}") for year in (2022, 2023, 2024)}
    then = {year: PastDiagnosis(*run, Fraction(year, 30), ranks.C) for year, run in runs.items()}
    table = summary(
        [
            replace(worst, history=(then[2023],)),
            replace(best, history=(then[2022], then[2024])),
        ]
    ).history
    assert list(table) == list(runs.values())
    assert table.round(1).replace({np.nan: None}).to_numpy().tolist() == [
        [67.4, None, 67.4], [None, 67.4, None],
    ]  # fmt: skip


def test_nobody_has_a_group_without_a_list() -> None:
    assert list(summary(outcomes()).groups) == ["industry", "employees"]


def test_rows_may_be_packed_at_any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary(outcomes())
    for packed in (1, 8):
        monkeypatch.setattr(gathering, "_PACKED", packed)
        same(summary(outcomes()), whole)


def test_what_was_told_may_come_from_another_process() -> None:
    gathered = PortfolioBuilder(JIS, AS_OF)
    for outcome in outcomes():
        gathered.add(pickle.loads(pickle.dumps(summarize_outcome(JIS, outcome))))
    same(gathered.portfolio(), summary(outcomes()))


def test_codes_stand_in_the_order_of_the_clients() -> None:
    tables, ids = summary(outcomes()), (*choice_ids(JIS), None)
    for row, outcome in zip(tables.codes.tolist(), by_rank_and_score(), strict=True):
        assert outcome.received.sheet
        assert [ids[code] for code in row] == [
            outcome.received.sheet.answers[item] for item in JIS.items
        ]


def test_answers_end_where_the_workbook_does(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary(outcomes())
    most = len(JIS.items) + 3
    monkeypatch.setattr(gathering, "MOST_SHOWN_ANSWERS", most)
    tables = summary(outcomes())
    assert_frame_equal(tables.answers.astype("object"), whole.answers.head(most).astype("object"))
    assert tables.codes.size == whole.codes.size == len(whole.answers)
    assert_frame_equal(tables.items, whole.items)


def test_shares_and_lost_points_are_those_of_all_answers() -> None:
    ranked = by_rank_and_score()
    items = summary(outcomes()).items.set_index("item")
    for item in JIS.items:
        given = Counter(o.received.sheet.answers[item] for o in ranked if o.received.sheet)
        lost = [o.diagnosis.scores.items[item].lost for o in ranked if o.diagnosis]
        known = [each for each in lost if each is not None]
        assert items.at[item, "lost"] == float(sum(known))
        assert items.at[item, "mean_lost"] == float(sum(known)) / len(known)
        for choice in choice_ids(JIS):
            assert items.at[item, f"share:{choice}"] == given[choice] / len(ranked)
        assert items.at[item, "share:unanswered"] == given[None] / len(ranked)


def test_nobody_is_ranked() -> None:
    tables = summary(resolve_all(client("a", rest=".")))
    assert (len(tables.clients), len(tables.answers), tables.codes.size) == (0, 0, 0)
    assert (tables.items["lost"] == 0).all()


def test_a_return_ranked_without_a_diagnosis_is_our_fault() -> None:
    (outcome,) = resolve_all(client("a"))
    with pytest.raises(ValueError, match=r"a\.xlsx"):
        summarize_outcome(JIS, replace(outcome, diagnosis=None))


def test_codes_have_room_for_all_choices_and_none() -> None:
    for choices, size in ((5, 1), (255, 1), (256, 2)):
        assert np.dtype(code_type(choices)).itemsize == size


def test_a_worker_loads_no_pandas() -> None:
    code = (
        "import sys, sheet_diag.reports.portfolio.client_facts,"
        " sheet_diag.reports.run_json.writer; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert {"pandas", "numpy", "pyarrow"}.isdisjoint(done.stdout.split())


def test_a_question_that_is_never_scored_loses_nothing() -> None:
    small = catalog("0 2", "1", "1", "1")
    outcomes = resolve_all(client("A", {"C1": "×△"}, catalog=small), catalog=small)
    made = summary(outcomes, catalog=small)
    columns = ("item", "lost", "mean_lost", "lost_share")
    found = {item: lost for item, *lost in zip(*(made.items[c] for c in columns), strict=True)}
    assert (found["C1-1"], found["C1-2"]) == ([0, 0, 0], [1, 1, 0.5])
    assert made.clients["open_items"].tolist() == [1]
