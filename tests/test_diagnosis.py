"""The diagnosis: the reference report, and every choice computed by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import CommentedCategory, Diagnosis, Insurance
from sheet_diag.text.numbers import format_score
from tests.catalogs import (
    JIS,
    SCORING,
    Answers,
    Sample,
    answer_row,
    answers,
    catalog,
    present,
    samples,
)

DATA = Path(__file__).parent / "data"
MID = {"personal_records": "over_10000"}


def diagnosed(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str] | None = None
) -> Diagnosis:
    return diagnose(catalog, answers, profile or {})


def note_kind(catalog: Catalog, comment: CommentedCategory) -> str:
    return present(catalog.items[present(comment.note_of)].note).kind.value


def reference() -> Answers:
    choices = {c.label[Lang.JA]: c.id for c in JIS.answer_sets["implementation"]}
    with (DATA / "reference_answers.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: choices[row["answer"]] for row in csv.DictReader(file)}


# --- 11. the reference report


def test_the_reference_client_has_its_known_scores_and_rank() -> None:
    scores = score_answers(JIS, reference())
    got = {name: c.score for name, c in scores.categories.items()}
    # 100 · Σ w·v / Σ w with both sums doubled; HUM without the 該当なし of HUM-07
    assert got == {
        "POL": Fraction(100 * 30, 36),
        "HUM": Fraction(100 * 30, 36),
        "AST": Fraction(100 * 34, 44),
        "COM": Fraction(100 * 40, 50),
        "PHY": Fraction(100 * 21, 32),
        "CRI": Fraction(100 * 34, 40),
    }
    assert {name: format_score(value) for name, value in got.items() if value is not None} == {
        "POL": "83.3",
        "HUM": "83.3",
        "AST": "77.2",
        "COM": "80.0",
        "PHY": "65.6",
        "CRI": "85.0",
    }
    assert scores.overall == Fraction(125285, 1584)
    assert format_score(scores.overall) == "79.0"
    assert scores.strict is not None
    assert format_score(scores.strict) == "77.7"
    assert scores.base_rank == "B"
    assert [(cap.rule.code, cap.at_most, cap.because) for cap in scores.caps] == [
        ("CATEGORY_LT_70", "B", ("PHY",)),
        ("CRITICAL_GE_1", "B", ("PHY-01",)),
    ]
    assert scores.binding_caps == ()
    assert scores.blocking_caps == scores.caps
    assert (scores.rank, scores.upper_rank, scores.strict_rank) == ("B", "B", "B")
    assert (scores.gates, scores.findings) == ((), ())


def test_the_reference_client_gets_its_known_comments_ways_and_notice() -> None:
    got = diagnosed(JIS, reference(), MID)
    assert got.text == "plain"
    assert [(c.category, c.items, note_kind(JIS, c), c.note_of) for c in got.comments] == [
        ("AST", ("AST-08", "AST-09"), "case", "AST-08"),
        ("COM", ("COM-03", "COM-04"), "case", "COM-04"),
        ("PHY", ("PHY-01", "PHY-02"), "advice", "PHY-01"),
    ]
    assert got.top_items == ("PHY-01",)
    way = got.ways[0]
    assert (way.items, format_score(way.score or Fraction(0)), way.rank) == (
        ("AST-08", "COM-04", "PHY-01"), "85.8", "A"
    )  # fmt: skip
    assert got.insurance == Insurance("mid", 1, "new")


def test_the_reference_client_has_its_known_plan() -> None:
    plan = diagnosed(JIS, reference(), MID).plan
    groups = {n: " ".join(each.item for each in plan if each.group == n) for n in (1, 2, 3, 4)}
    assert groups == {
        1: "PHY-01",
        2: "AST-08 COM-04",
        3: "COM-03",
        4: "POL-10 HUM-03 HUM-11 CRI-06 CRI-10 AST-09 COM-08"
        " PHY-02 PHY-05 POL-05 POL-06 HUM-02 CRI-07 AST-01 PHY-08 COM-11",
    }
    phases = [each.phase.value for each in plan]
    assert [phases.count(name) for name in ("now", "half", "year", "later")] == [3, 8, 9, 0]


# --- 6. choice of categories


@pytest.mark.parametrize(
    ("lines", "signs", "chosen"),
    [
        # scores 75, 50, 25, 0
        pytest.param(
            ["1 1 1 1"] * 4, "○○○× ○○×× ○××× ××××", ["C2", "C3", "C4"], id="lowest scores"
        ),
        pytest.param(
            ["1 1 1 1"] * 4, "×××× ○××× ○○×× ○○○×", ["C1", "C2", "C3"], id="in catalogue order"
        ),
        # 50 everywhere; 1, 2, 3 and 2 points lost
        pytest.param(
            ["1 1", "2 2", "3 3", "2 2"], "○× ○× ○× ○×", ["C2", "C3", "C4"], id="most lost points"
        ),
        # 50 and 3 lost everywhere; no critical item at 0 in C1
        pytest.param(
            ["3 3", "3! 3", "3! 3", "3! 3"],
            "○× ×○ ×○ ×○",
            ["C2", "C3", "C4"],
            id="most critical items at 0",
        ),
        pytest.param(
            ["3! 3!", "3! 3", "3! 3", "3! 3"],
            "△△ ×○ ×○ ?○",
            ["C2", "C3", "C4"],
            id="critical 一部 is not at 0",
        ),
        # 0, 0, 0 and 75
        pytest.param(
            ["1 1", "1 1", "1 1", "3! 3 3 3"],
            "×× ×× ×× ×○○○",
            ["C1", "C2", "C4"],
            id="critical items at 0 before the score",
        ),
        # no critical item at 0 can be commented; C4 scores 25, C3 50
        pytest.param(
            ["1 1", "1 1", "1 1", "3! 3! 3 3"],
            "×× ×× ○× ..×○",
            ["C1", "C2", "C4"],
            id="critical 未回答 is not commented",
        ),
        pytest.param(["1 1"] * 4, "○× ○× ○× ○×", ["C1", "C2", "C3"], id="catalogue order"),
        # C4: 100 · 2/5 = 40, and 100 · 2/3 if 未回答 left
        pytest.param(
            ["1 1", "1 1", "1 1", "2 1 2"],
            "○× ○× ○× ○?.",
            ["C1", "C2", "C4"],
            id="未回答 lowers the score",
        ),
        # 50 everywhere; C4 loses 1 + 2, the others 2
        pytest.param(
            ["2 2", "2 2", "2 2", "3 1 2"],
            "○× ○× ○× ○?.",
            ["C1", "C2", "C4"],
            id="未回答 is lost",
        ),
        # 50 and 3 lost everywhere
        pytest.param(
            ["3 3", "3 3", "3 3", "3 2 1!"],
            "○× ○× ○× ○?.",
            ["C1", "C2", "C4"],
            id="critical 未回答 is at 0",
        ),
        # C2 has 66.7, C3 91.7, C4 83.3
        pytest.param(
            ["1 1", "2 1", "5 1", "5 1"], "○× ○. ○△ ○×", ["C1", "C3", "C4"], id="only 未回答: none"
        ),
        # C1 has 75, and 37.5 if 該当なし were 0
        pytest.param(
            ["1n 1n 1 1", "1 1", "1 1", "1 1", "1n"],
            "--○△ ○× ○× ○× -",
            ["C2", "C3", "C4"],
            id="該当なし is no weakness",
        ),
        pytest.param(["1 1"] * 4, "○× ○○ ○○ ○○", ["C1"], id="fewer than three"),
        pytest.param(["1 1"] * 4, "○○ ○○ ○○ ○○", [], id="nothing to say"),
    ],
)
def test_the_weakest_categories_are_commented(
    lines: list[str], signs: str, chosen: list[str]
) -> None:
    scoring = {
        **SCORING,
        "gates": {**SCORING["gates"], "category_answered": 0, "total_answered": 0},
    }
    small = catalog(*lines, scoring=scoring)
    assert [c.category for c in diagnosed(small, answer_row(small, signs)).comments] == chosen


# --- 7. choice of items, 8. the note of the one that lost most


@pytest.mark.parametrize(
    ("line", "signs", "items", "note_of"),
    [
        pytest.param("1 2 3 3!", "×××○", ["2", "3"], "3", id="most lost points"),
        pytest.param("3 3 3!", "××?", ["1", "3"], "3", id="critical わからない first"),
        pytest.param("3 3 3!", "××△", ["1", "3"], "1", id="critical 一部 before others"),
        pytest.param("3! 3 3!", "△××", ["1", "3"], "3", id="critical at 0 before 一部"),
        pytest.param("3 3 2!", "×××", ["1", "3"], "1", id="critical before heavier"),
        pytest.param("3 1p1 2p2", "×××", ["2", "3"], "3", id="priority before lost points"),
        # 3 lost by いいえ, 3/2 by 一部, 2 by わからない
        pytest.param("3 3 2", "○△?", ["2", "3"], "3", id="わからない loses all"),
        pytest.param("2 1 2", "△×△", ["1", "2"], "1", id="tie: catalogue order"),
        pytest.param("1 1 1 1", "×△××", ["1", "3"], "1", id="いいえ before 一部"),
        pytest.param("3! 3! 3!", "○××", ["2", "3"], "2", id="two critical"),
        pytest.param("3! 3! 3!", "×××", ["1", "2"], "1", id="three critical"),
        pytest.param("1 2 3", "○×○", ["2"], "2", id="one candidate"),
        pytest.param("3!n 2n 1", "--×", ["3"], "3", id="never 該当なし"),
        pytest.param("3 3! 1", "○.×", ["3"], "3", id="never 未回答"),
        pytest.param("3 3! 1", "○-×", ["3"], "3", id="never 該当なし refused"),
        pytest.param("3 3! 1", "○△○", ["2"], "2", id="一部 is a candidate"),
    ],
)
def test_the_most_urgent_items_are_commented(
    line: str, signs: str, items: list[str], note_of: str
) -> None:
    gates = {"category_answered": 0, "total_answered": 0, "applicable_categories": 1}
    small = catalog(line, "1", scoring={**SCORING, "gates": gates})
    (comment,) = diagnosed(small, answer_row(small, signs + "○")).comments
    assert comment.items == tuple(f"C1-{item}" for item in items)
    assert comment.note_of == f"C1-{note_of}"


@pytest.mark.parametrize(
    ("line", "signs", "kind", "note_of"),
    [
        pytest.param("1c 2", "××", "advice", "C1-2", id="not the first in print"),
        pytest.param("1 2c", "××", "case", "C1-2", id="case"),
        pytest.param("2c 1", "××", "case", "C1-1", id="first in print"),
        pytest.param("3c 3!", "×?", "advice", "C1-2", id="tie: the critical one"),
        pytest.param("3 3!c", "×△", "advice", "C1-1", id="critical 一部 lost less"),
        pytest.param("2c 2p1", "××", "advice", "C1-2", id="tie: priority"),
        pytest.param("3c 2p1", "××", "case", "C1-1", id="lost points before priority"),
        pytest.param("2c 2", "△△", "case", "C1-1", id="tie: catalogue order"),
    ],
)
def test_the_item_that_lost_most_gives_the_closing_note(
    line: str, signs: str, kind: str, note_of: str
) -> None:
    small = catalog(line, "1", "1", "1")
    (comment,) = diagnosed(small, answer_row(small, signs + "○○○")).comments
    assert (note_kind(small, comment), comment.note_of) == (kind, note_of)


@pytest.mark.parametrize(
    "rest", [pytest.param(".", id="未回答"), pytest.param("-", id="該当なし refused")]
)
def test_a_held_return_gets_no_comments(rest: str) -> None:
    got = diagnosed(JIS, answers(JIS, {"POL": "×"}, rest=rest), MID)
    assert got.scores.rank is None
    assert got.comments == ()
    assert present(got.insurance).level == 1


# --- 9. insurance

BY_RANK = {
    "A": answers(JIS, {}),
    "B": answers(JIS, {"POL-03": "×"}),
    "C": answers(JIS, {}, rest="△"),
    "D": answers(JIS, {"POL": "△", "HUM": "△", "AST": "○", "COM": "△"}, rest="×"),
    "E": answers(JIS, {}, rest="×"),
    "none": answers(JIS, {}, rest="."),
}
BY_EXPOSURE = {
    "low": {"personal_records": "upto_1000"},
    "mid": {"personal_records": "over_10000"},
    "high": {"personal_records": "over_100000", "entrusted_data": "yes"},
}
TABLE = {
    #        A B C D E none
    "low": [1, 1, 1, 2, 2, 1],
    "mid": [1, 1, 2, 3, 3, 1],
    "high": [2, 2, 3, 3, 3, 1],
}


@pytest.mark.parametrize(
    ("exposure", "rank", "level"),
    [
        pytest.param(exposure, rank, TABLE[exposure][at], id=f"{exposure} {rank}")
        for exposure, (at, rank) in product(TABLE, enumerate(BY_RANK))
    ],
)
def test_exposure_and_rank_give_the_level_of_the_notice(
    exposure: str, rank: str, level: int
) -> None:
    got = diagnosed(JIS, BY_RANK[rank], BY_EXPOSURE[exposure])
    assert (got.scores.rank or "none") == rank
    assert (present(got.insurance).exposure, present(got.insurance).level) == (exposure, level)


YES = {"sensitive_data": "clients", "entrusted_data": "yes", "it_dependence": "half_or_more"}
NO = {"sensitive_data": "none", "entrusted_data": "no", "it_dependence": "under_half"}


@pytest.mark.parametrize(
    ("records", "others", "exposure"),
    [
        pytest.param("upto_1000", NO, "low", id="0 points"),
        pytest.param("over_1000", NO, "low", id="1 point"),
        pytest.param("over_10000", NO, "mid", id="2 points"),
        pytest.param("over_100000", NO, "mid", id="3 points"),
        pytest.param("upto_1000", NO | {"sensitive_data": "clients"}, "low", id="0 and 1"),
        pytest.param("over_1000", NO | {"sensitive_data": "clients"}, "mid", id="1 and sensitive"),
        pytest.param("over_1000", NO | {"entrusted_data": "yes"}, "mid", id="1 and entrusted"),
        pytest.param("over_1000", NO | {"card_data": "handled"}, "mid", id="1 and card numbers"),
        pytest.param("over_1000", NO | {"card_data": "outsourced"}, "low", id="1 and a provider"),
        pytest.param(
            "over_1000", NO | {"sensitive_data": "staff_only"}, "low", id="1 and own staff only"
        ),
        pytest.param(
            "over_1000", NO | {"it_dependence": "half_or_more"}, "mid", id="1 and dependent"
        ),
        pytest.param(
            "over_100000", NO | {"sensitive_data": "clients"}, "high", id="3 and sensitive"
        ),
        pytest.param("over_100000", NO | {"entrusted_data": "yes"}, "high", id="3 and entrusted"),
        pytest.param(
            "over_100000", NO | {"it_dependence": "half_or_more"}, "high", id="3 and dependent"
        ),
        pytest.param("upto_1000", YES, "mid", id="0 and all three"),
        pytest.param("over_1000", YES, "high", id="1 and all three"),
        pytest.param("over_100000", YES | {"card_data": "handled"}, "high", id="all 7 points"),
        pytest.param("over_1000", NO | {"it_dependence": "under_tenth"}, "low", id="under a tenth"),
        pytest.param("over_1000", {}, "low", id="the others blank"),
        pytest.param("over_1000", dict.fromkeys(YES, "unknown"), "low", id="the others unknown"),
        pytest.param("unknown", NO, "mid", id="number unknown"),
        pytest.param("unknown", {}, "mid", id="number unknown, the others blank"),
        pytest.param("unknown", YES, "mid", id="number unknown, 3 points"),
        pytest.param("", NO, "mid", id="number blank"),
        pytest.param(None, NO, "mid", id="number missing"),
        pytest.param(None, YES, "mid", id="number missing, 3 points"),
        pytest.param("", dict.fromkeys(YES, ""), "mid", id="all blank"),
        pytest.param(None, {}, "mid", id="no profile"),
        pytest.param(None, {"company": "見本", "employees": "upto_5"}, "mid", id="only a name"),
    ],
)
def test_points_of_the_profile_give_the_exposure(
    records: str | None, others: dict[str, str], exposure: str
) -> None:
    profile = others if records is None else others | {"personal_records": records}
    assert present(diagnosed(JIS, BY_RANK["A"], profile).insurance).exposure == exposure


@pytest.mark.parametrize(
    ("records", "exposure"),
    [
        pytest.param("upto_1000", "high", id="3 points"),
        pytest.param("unknown", "high", id="number unknown: mid at least, not at most"),
        pytest.param(None, "high", id="number missing: mid at least, not at most"),
    ],
)
def test_an_unknown_number_gives_a_lowest_exposure(records: str | None, exposure: str) -> None:
    rule = present(JIS.insurance).exposure.model_copy(
        update={"levels": {"low": 0, "mid": 2, "high": 3}}
    )
    lower = JIS.model_copy(
        update={"insurance": present(JIS.insurance).model_copy(update={"exposure": rule})}
    )
    profile = YES if records is None else YES | {"personal_records": records}
    assert present(diagnosed(lower, BY_RANK["A"], profile).insurance).exposure == exposure


@pytest.mark.parametrize(
    ("no_profile", "profile", "exposure"),
    [
        pytest.param("high", {}, "high", id="no profile"),
        pytest.param("high", {"company": "見本"}, "high", id="only a name"),
        pytest.param("high", NO, "mid", id="number missing"),
        pytest.param("low", {}, "low", id="no profile is not the unknown number"),
        pytest.param("low", {"personal_records": "unknown"}, "mid", id="number unknown"),
    ],
)
def test_a_blank_profile_has_its_own_exposure(
    no_profile: str, profile: dict[str, str], exposure: str
) -> None:
    rule = present(JIS.insurance).exposure.model_copy(update={"no_profile": no_profile})
    other = JIS.model_copy(
        update={"insurance": present(JIS.insurance).model_copy(update={"exposure": rule})}
    )
    assert present(diagnosed(other, BY_RANK["A"], profile).insurance).exposure == exposure


@pytest.mark.parametrize(
    ("sign", "variant"),
    [
        pytest.param("○", "review", id="はい"),
        pytest.param("△", "review", id="一部"),
        pytest.param("×", "new", id="いいえ"),
        pytest.param("?", "confirm", id="わからない"),
        pytest.param(".", "confirm", id="未回答"),
        pytest.param("-", "confirm", id="該当なし refused"),
    ],
)
def test_one_answer_gives_the_variant_of_the_notice(sign: str, variant: str) -> None:
    given_ = answers(JIS, {"CRI-09": sign})
    assert present(diagnosed(JIS, given_).insurance).variant == variant
    if sign == ".":
        del given_["CRI-09"]
        assert present(diagnosed(JIS, given_).insurance).variant == variant


@given(samples())
def test_every_return_gets_a_notice(sample: Sample) -> None:
    answer = sample.answers[sample.variant] or ""
    expected = {"yes": "review", "partial": "review", "no": "new"}.get(answer, "confirm")
    got = diagnosed(sample.catalog, sample.answers, MID)
    assert present(got.insurance).variant == expected
    assert (
        present(got.insurance).level
        == dict(zip(BY_RANK, TABLE["mid"], strict=True))[got.scores.rank or "none"]
    )
