"""The scoring rule, computed by hand: each row has answers and the expected result."""

from __future__ import annotations

from fractions import Fraction

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import FindingCode, Scores
from sheet_diag.model.rules import CapRule, CategoriesCapRule, NaShareCapRule, ScoringRule
from sheet_diag.text.numbers import format_score
from sheet_diag.text.wording import labels
from tests.catalogs import (
    FORMER_JIS,
    JIS,
    SCORING,
    Answers,
    answer_row,
    answers,
    catalog,
    list_ranks,
)

F = Fraction
RULE = {**SCORING, "ranks": list_ranks(SCORING["ranks"])}


def test_the_former_version_holds_the_numbers_that_it_had() -> None:
    rule = {**RULE, "contradictions": [{"na": "AST-09", "answered": "AST-08"}]}
    assert FORMER_JIS.scoring == ScoringRule.model_validate(rule)
    critical = [item for item in FORMER_JIS.items.values() if item.critical]
    assert len(critical) == 11
    assert {item.weight for item in critical} == {3}
    assert {item.weight for item in FORMER_JIS.items.values()} == {1, 2, 3}


# What no firm without employees has to answer, and from 6 people on has.
STAFF = ["POL-06", "HUM-02", "HUM-03", "HUM-05", "CRI-02"]
STAFFED = ["upto_20", "upto_50", "upto_100", "upto_300", "upto_1000", "over_1000"]


def test_the_built_in_catalogue_holds_the_numbers_of_the_rule() -> None:
    rule = {
        **RULE,
        "caps": {**SCORING["caps"], "critical_partial": [{"count": 2, "at_most": "B"}]},
        "contradictions": [
            {"na": "AST-09", "answered": "AST-08"},
            {"na": "AST-07", "answered": "AST-10"},
            {"na": "COM-05", "answered": "AST-07"},
            {"na": "COM-05", "answered": "AST-10"},
            {"na": "COM-05", "answered": "HUM-07"},
            {"na": "PHY-01", "answered": "PHY-08"},
        ],
        "na_together": [STAFF],
        "na_by_company": [{"field": "employees", "choices": STAFFED, "items": STAFF}],
        "prerequisites": [
            {"item": "CRI-05", "needs": ["CRI-04"]},
            {"item": "CRI-06", "needs": ["CRI-04", "CRI-05"]},
            {"item": "POL-05", "needs": ["POL-01", "POL-04"]},
        ],
    }
    assert JIS.scoring == ScoringRule.model_validate(rule)
    assert {c.id: c.value for c in JIS.answer_sets["implementation"]} == {
        "yes": 1,
        "partial": F(1, 2),
        "no": 0,
        "unknown": 0,
        "na": None,
    }
    assert {c.weight for c in JIS.categories} == {1}
    assert [item.id for item in JIS.items.values() if item.critical] == [
        "POL-03", "HUM-01", "HUM-05", "AST-03", "COM-01", "COM-02", "COM-03", "COM-05",
        "COM-07", "COM-10", "PHY-01", "CRI-01", "CRI-05",
    ]  # fmt: skip
    assert {item.weight for item in JIS.items.values() if item.critical} == {3}
    assert [item.id for item in JIS.items.values() if item.weight == 0] == ["CRI-09"]


# --- 2. scores


@pytest.mark.parametrize(
    ("items", "signs", "score_", "upper", "strict"),
    [
        # 100 · (3·1 + 2·1/2 + 1·0) / (3 + 2 + 1) = 100 · 4/6
        pytest.param("3 2 1", "○△×", F(200, 3), F(200, 3), F(200, 3), id="はい 一部 いいえ"),
        pytest.param("3 2 1", "○△?", F(200, 3), F(200, 3), F(200, 3), id="わからない is 0"),
        # 100 · (3 + 1) / (3 + 2), strict 100 · (3 + 1 + 0) / (3 + 2 + 1)
        pytest.param("3 2 1n", "○△-", 80, 80, F(200, 3), id="該当なし leaves both sides"),
        # lower 100 · (3 + 1 + 0) / 6, upper 100 · (3 + 1 + 1) / 6
        pytest.param("3 2 1", "○△.", F(200, 3), F(250, 3), F(200, 3), id="未回答 is 0 or 1"),
        pytest.param("3 2 1", "○△-", F(200, 3), F(250, 3), F(200, 3), id="該当なし refused"),
        # lower 100 · (0 + 1) / (2 + 1), upper 100 · (2 + 1) / 3, strict 100 · 1 / (2 + 3 + 1)
        pytest.param("2 3n 1", ".-○", F(100, 3), 100, F(100, 6), id="未回答 beside 該当なし"),
        pytest.param("1n 2n", "--", None, None, 0, id="all 該当なし: 対象外"),
        pytest.param("1n 2n", "-×", 0, 0, 0, id="all 該当なし but one: not 対象外"),
        pytest.param("1 2", "..", 0, 100, 0, id="all 未回答"),
        pytest.param("1 2 3!", "○○○", 100, 100, 100, id="all はい"),
        pytest.param("1 2 3!", "△△△", 50, 50, 50, id="all 一部"),
    ],
)
def test_a_category_scores_its_weighted_mean(
    items: str, signs: str, score_: Fraction | None, upper: Fraction | None, strict: Fraction
) -> None:
    small = catalog(items)
    got = score_answers(small, answer_row(small, signs)).categories["C1"]
    assert got.score == score_
    assert got.upper == upper
    assert got.strict == strict


@pytest.mark.parametrize(
    ("items", "signs", "na_share", "lost", "missed"),
    [
        # 1·0 + 2·1/2 + 3·1
        pytest.param("1 2 3!", "○△×", 0, 4, ["C1-3"], id="いいえ on a critical item"),
        pytest.param("1 2 3!", "○△?", 0, 4, ["C1-3"], id="わからない is missed"),
        pytest.param("1 2 3!", "○△.", 0, 4, ["C1-3"], id="未回答 is missed and lost"),
        pytest.param("1 2 3!", "○○△", 0, F(3, 2), [], id="一部 is never missed"),
        pytest.param("1 2 3!n", "○○-", F(1, 2), 0, [], id="該当なし is neither"),
        pytest.param("1 2 3!", "○○-", 0, 3, ["C1-3"], id="該当なし refused is missed"),
        pytest.param("1n 2n", "--", 1, 0, [], id="対象外"),
    ],
)
def test_a_category_sums_up_lost_points_and_shares(
    items: str, signs: str, na_share: Fraction, lost: Fraction, missed: list[str]
) -> None:
    small = catalog(items)
    got = score_answers(small, answer_row(small, signs)).categories["C1"]
    assert got.na_share == na_share
    assert got.lost == lost
    assert list(got.critical_missed) == missed


@pytest.mark.parametrize(
    ("lines", "signs", "overall", "upper", "strict"),
    [
        # (100 + 0) / 2, although 9 of 10 points are reached
        pytest.param(["3 3 3", "1"], "○○○ ×", 50, 50, 50, id="plain mean, whatever the weights"),
        # 対象外 leaves the mean: (100 + 50) / 2; strict it is 0: (100 + 50 + 0) / 3
        pytest.param(["1", "1", "1n"], "○ △ -", 75, 75, 50, id="対象外"),
        # the blank category is 0 at worst, 100 at best
        pytest.param(["1", "1"], "○ .", 50, 100, 50, id="未回答"),
        pytest.param(["1n", "1n"], "- -", None, None, 0, id="everything 対象外"),
    ],
)
def test_the_overall_score_is_the_mean_of_the_applicable_categories(
    lines: list[str],
    signs: str,
    overall: Fraction | None,
    upper: Fraction | None,
    strict: Fraction,
) -> None:
    small = catalog(*lines)
    got = score_answers(small, answer_row(small, signs))
    assert got.overall == overall
    assert got.upper == upper
    assert got.strict == strict


def test_categories_count_by_their_weight() -> None:
    # A catalogue may weigh its categories: (3 · 100 + 1 · 0) / 4. The built-in one does not.
    small = catalog("1", "1", weights={"C1": 3})
    assert score_answers(small, answer_row(small, "○ ×")).overall == 75


# --- 3. completeness gates

# The weights of 2026.1 are POL 19, HUM 18, AST 21, COM 22, PHY 18, CRI 19: 117 in all.
SHORT = "CATEGORY_ANSWERED_LT_2/3"
TOTAL = "TOTAL_ANSWERED_LT_4/5"
FEW = "APPLICABLE_CATEGORIES_LT_4"

# 19 points unanswered: POL 6, HUM 5, COM 6, PHY 2.
NINETEEN = {
    **{"POL-01": ".", "POL-03": ".", "HUM-05": ".", "HUM-02": "."},
    **{"COM-01": ".", "COM-02": ".", "PHY-03": "."},
}


@pytest.mark.parametrize(
    ("rows", "gates"),
    [
        pytest.param({}, [], id="all answered"),
        # 14 of 21
        pytest.param({"AST-01": ".", "AST-02": ".", "AST-03": "."}, [], id="category at 2/3"),
        # 13 of 21
        pytest.param(
            {"AST-01": ".", "AST-02": ".", "AST-04": ".", "AST-05": "."},
            [(SHORT, "AST")],
            id="category below 2/3",
        ),
        # PHY without the 該当なし of PHY-01 has 15: 10 of 15
        pytest.param(
            {"PHY-01": "-", "PHY-02": ".", "PHY-03": "."}, [], id="該当なし leaves: at 2/3"
        ),
        # 9 of 15, and 12 of 18 if 該当なし were an answer
        pytest.param(
            {"PHY-01": "-", "PHY-02": ".", "PHY-03": ".", "PHY-04": "."},
            [(SHORT, "PHY")],
            id="該当なし leaves: below 2/3",
        ),
        # 12 of 18: refused, hence unanswered
        pytest.param({"PHY-02": "-", "PHY-03": "-", "PHY-04": "-"}, [], id="refused: at 2/3"),
        # 11 of 18
        pytest.param(
            {"PHY-02": "-", "PHY-03": "-", "PHY-05": "-"}, [(SHORT, "PHY")], id="refused: below 2/3"
        ),
        pytest.param({"POL": "?", "HUM": "?", "AST": "?"}, [], id="わからない is answered"),
        # 115 without HUM-07, 19 + 4 of them unanswered: 92 of 115
        pytest.param(
            {**NINETEEN, "HUM-07": "-", "AST-01": ".", "AST-02": "."}, [], id="total at 4/5"
        ),
        # 91 of 115
        pytest.param(
            {**NINETEEN, "HUM-07": "-", "AST-01": ".", "AST-02": ".", "PHY-08": "."},
            [(TOTAL, None)],
            id="total below 4/5",
        ),
        pytest.param(
            {"POL": ".", "HUM": "."},
            [(SHORT, "POL"), (SHORT, "HUM"), (TOTAL, None)],
            id="every gate is reported",
        ),
    ],
)
def test_a_gate_holds_a_return_with_too_few_answers(
    rows: dict[str, str], gates: list[tuple[str, str | None]]
) -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, rows))
    assert [(gate.code, gate.category) for gate in got.gates] == gates
    assert (got.rank is None) == bool(gates)


@pytest.mark.parametrize(
    ("signs", "gates"),
    [
        pytest.param("○ ○ ○ ○ -", [], id="four applicable"),
        pytest.param("○ ○ ○ - -", [(FEW, None)], id="three applicable"),
        pytest.param("- - - - -", [(FEW, None)], id="none applicable"),
    ],
)
def test_a_gate_holds_a_return_with_too_few_applicable_categories(
    signs: str, gates: list[tuple[str, str | None]]
) -> None:
    small = catalog("1n", "1n", "1n", "1n", "1n")
    got = score_answers(small, answer_row(small, signs))
    assert [(gate.code, gate.category) for gate in got.gates] == gates
    assert (got.rank is None) == bool(gates)


def test_a_held_return_has_scores_but_no_rank_and_no_caps() -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, {"POL": "."}, rest="△"))
    assert got.overall == F(5 * 50, 6)
    assert (got.base_rank, got.rank, got.upper_rank, got.strict_rank) == (None,) * 4
    assert got.caps == ()


# --- 4. base rank; items of any weight make every score easy to reach


@pytest.mark.parametrize(
    ("lines", "signs", "overall", "shows", "base"),
    [
        pytest.param(["85 15"] * 4, "○× " * 4, F(85), "85.0", "A", id="85 exactly"),
        # "53 53 19" gives 100 · 106 / 125 = 84.8; (4 · 85 + 84.8) / 5 = 84.96
        pytest.param(
            ["85 15"] * 4 + ["53 53 19"],
            "○× ○× ○× ○× ○○×",
            F(8496, 100),
            "84.9",
            "B",
            id="84.96 shows 84.9",
        ),
        pytest.param(["70 30"] * 4, "○× " * 4, F(70), "70.0", "B", id="70 exactly"),
        # (3 · 70 + 69) / 4
        pytest.param(
            ["70 30"] * 3 + ["69 31"], "○× " * 4, F(279, 4), "69.7", "C", id="just below 70"
        ),
        pytest.param(["50 50"] * 4, "○× " * 4, F(50), "50.0", "C", id="50 exactly"),
        pytest.param(
            ["50 50"] * 3 + ["49 51"], "○× " * 4, F(199, 4), "49.7", "D", id="just below 50"
        ),
        pytest.param(["30 70"] * 4, "○× " * 4, F(30), "30.0", "D", id="30 exactly"),
        pytest.param(
            ["30 70"] * 3 + ["29 71"], "○× " * 4, F(119, 4), "29.7", "E", id="just below 30"
        ),
        pytest.param(["1"] * 4, "××××", F(0), "0.0", "E", id="0"),
    ],
)
def test_the_base_rank_is_the_best_whose_score_is_reached(
    lines: list[str], signs: str, overall: Fraction, shows: str, base: str
) -> None:
    small = catalog(*lines)
    got = score_answers(small, answer_row(small, signs))
    assert got.overall == overall
    assert format_score(overall) == shows
    assert got.base_rank == base


# --- 5. caps

Caps = list[tuple[str, str, list[str]]]


def caps_of(scores: Scores) -> Caps:
    return [(cap.rule.code, str(cap.at_most), list(cap.because)) for cap in scores.caps]


def reaching(*scores: int) -> tuple[Catalog, Answers]:
    """A catalogue with one category a score, answered so as to reach it."""
    small = catalog(*(f"{s} {100 - s}" if 0 < s < 100 else "1" for s in scores))
    return small, answer_row(small, "".join({100: "○", 0: "×"}.get(s, "○×") for s in scores))


@pytest.mark.parametrize(
    ("scores", "base", "caps", "rank"),
    [
        pytest.param([100, 100, 100, 100], "A", [], "A", id="none"),
        pytest.param([100, 100, 100, 70], "A", [], "A", id="70 exactly"),
        pytest.param(
            [100, 100, 100, 69], "A", [("CATEGORY_LT_70", "B", ["C4"])], "B", id="just below 70"
        ),
        pytest.param(
            [100, 100, 50, 100], "A", [("CATEGORY_LT_70", "B", ["C3"])], "B", id="50 exactly"
        ),
        pytest.param(
            [100, 100, 49, 100],
            "A",
            [("CATEGORY_LT_50", "C", ["C3"])],
            "C",
            id="just below 50 replaces the row of 70",
        ),
        # (100 + 100 + 60 + 40 + 65) / 5 = 73
        pytest.param(
            [100, 100, 60, 40, 65],
            "B",
            [("CATEGORY_LT_70", "B", ["C3", "C5"]), ("CATEGORY_LT_50", "C", ["C4"])],
            "C",
            id="70 and 50, each with its own categories",
        ),
        pytest.param(
            [100, 100, 100, 100, 29, 29],
            "B",  # 458 / 6 = 76.3
            [("CATEGORY_LT_50", "C", ["C5", "C6"])],
            "C",
            id="two below 30",
        ),
        pytest.param(
            [100, 100, 100, 30, 29, 29],
            "C",  # 388 / 6 = 64.7
            [("CATEGORY_LT_50", "C", ["C4", "C5", "C6"])],
            "C",
            id="two below 30 and one at 30",
        ),
        pytest.param(
            [100, 29, 100, 29, 100, 29],
            "C",  # 387 / 6 = 64.5
            [
                ("CATEGORY_LT_50", "C", ["C2", "C4", "C6"]),
                ("CATEGORIES_LT_30_GE_3", "D", ["C2", "C4", "C6"]),
            ],
            "D",
            id="three below 30",
        ),
        pytest.param(
            [100, 0, 0, 0, 0],
            "E",  # 100 / 5 = 20
            [
                ("CATEGORY_LT_50", "C", ["C2", "C3", "C4", "C5"]),
                ("CATEGORIES_LT_30_GE_3", "D", ["C2", "C3", "C4", "C5"]),
            ],
            "E",
            id="a base rank of E stays",
        ),
    ],
)
def test_weak_categories_cap_the_rank(scores: list[int], base: str, caps: Caps, rank: str) -> None:
    got = score_answers(*reaching(*scores))
    assert [c.score for c in got.categories.values()] == scores
    assert got.base_rank == base
    assert caps_of(got) == caps
    assert got.rank == rank


CRITICAL = [item.id for item in FORMER_JIS.items.values() if item.critical]


@pytest.mark.parametrize(
    ("missed", "sign", "rule", "at_most"),
    [
        pytest.param(1, "×", "CRITICAL_GE_1", "B", id="1 いいえ"),
        pytest.param(2, "×", "CRITICAL_GE_1", "B", id="2 いいえ"),
        pytest.param(3, "×", "CRITICAL_GE_3", "C", id="3 いいえ"),
        pytest.param(5, "×", "CRITICAL_GE_3", "C", id="5 いいえ"),
        pytest.param(6, "×", "CRITICAL_GE_6", "D", id="6 いいえ"),
        pytest.param(11, "×", "CRITICAL_GE_6", "D", id="11 いいえ"),
        pytest.param(3, "?", "CRITICAL_GE_3", "C", id="3 わからない"),
        pytest.param(3, ".", "CRITICAL_GE_3", "C", id="3 未回答"),
        pytest.param(3, "-", "CRITICAL_GE_3", "C", id="3 該当なし refused"),
    ],
)
def test_missed_critical_items_cap_the_rank(
    missed: int, sign: str, rule: str, at_most: str
) -> None:
    allowed = {item.id for item in FORMER_JIS.items.values() if item.na_allowed}
    names = [name for name in CRITICAL if sign != "-" or name not in allowed][:missed]
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, dict.fromkeys(names, sign)))
    # With all eleven missed S is still 72.7, a base rank of B: only the caps hold the rank down.
    critical = [cap for cap in caps_of(got) if cap[0].startswith("CRITICAL")]
    assert critical == [(rule, at_most, names)]
    assert got.rank == at_most


@pytest.mark.parametrize(
    ("rows", "caps", "rank"),
    [
        pytest.param(dict.fromkeys(CRITICAL, "△"), [], "A", id="一部 is never missed"),
        pytest.param({"AST-09": "-", "PHY-01": "-"}, [], "A", id="該当なし is not missed"),
        pytest.param({"POL-01": "×"}, [], "A", id="not critical"),
    ],
)
def test_a_critical_item_with_some_value_is_not_missed(
    rows: dict[str, str], caps: Caps, rank: str
) -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, rows))
    assert caps_of(got) == caps
    assert got.rank == rank


@pytest.mark.parametrize(
    ("line", "signs", "caps", "findings"),
    [
        pytest.param("70 30n", "○-", [], [], id="3/10 exactly"),
        pytest.param("69 31n", "○-", [], [("NA_SHARE_GT_30", ["C2"])], id="over 3/10"),
        pytest.param("50 50n", "○-", [], [("NA_SHARE_GT_30", ["C2"])], id="1/2 exactly"),
        pytest.param(
            "49 51n",
            "○-",
            [("NA_SHARE", "B", ["C2"])],
            [("NA_SHARE_GT_30", ["C2"])],
            id="over 1/2",
        ),
        pytest.param("69 31", "○-", [("CATEGORY_LT_70", "B", ["C2"])], [], id="refused: no share"),
        pytest.param("99n 1n", "--", [], None, id="対象外"),
    ],
)
def test_a_high_share_of_na_caps_the_rank_and_is_a_finding(
    line: str, signs: str, caps: Caps, findings: list[tuple[str, list[str]]] | None
) -> None:
    small = catalog("100", line, "100", "100", "100")
    got = score_answers(small, answer_row(small, f"○ {signs} ○ ○ ○"))
    assert caps_of(got) == caps
    if findings is not None:  # whether 対象外 wants a look is not said
        flags = [(f.rule, list(f.about)) for f in got.findings if f.rule.startswith("NA_SHARE")]
        assert flags == findings


def test_a_catalogue_without_caps_never_caps() -> None:
    small = catalog(*["49 51n", "3!"] * 3, scoring={**SCORING, "caps": {}})
    got = score_answers(small, answer_row(small, "○-×" * 3))
    assert got.caps == ()
    assert (got.base_rank, got.rank) == ("C", "C")


# --- lower, upper and strict


@pytest.mark.parametrize(
    ("rows", "record", "upper", "strict"),
    [
        pytest.param({}, "A", "A", "A", id="nothing open"),
        pytest.param({"POL-03": "."}, "B", "A", "B", id="critical 未回答"),
        pytest.param({"AST-09": "-"}, "A", "A", "B", id="critical 該当なし is missed when strict"),
        # strict PHY 17/18 and AST 18/21: (4 · 100 + 94.4 + 85.7) / 6 = 96.7
        pytest.param({"PHY-08": "-", "AST-08": "-"}, "A", "A", "A", id="該当なし, no difference"),
        # strict AST 14/21 = 66.7
        pytest.param(
            {"AST-06": "-", "AST-07": "-", "AST-08": "-"}, "A", "A", "B", id="category under 70"
        ),
        pytest.param(
            {"CRI-01": ".", "AST-09": "-", "PHY-01": "-"}, "B", "A", "C", id="all three differ"
        ),
    ],
)
def test_upper_and_strict_rank_follow_their_own_scores(
    rows: dict[str, str], record: str, upper: str, strict: str
) -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, rows))
    assert (got.rank, got.upper_rank, got.strict_rank) == (record, upper, strict)
    assert ("STRICT_RANK_DIFFERS" in {f.rule for f in got.findings}) == (strict != record)


# --- 1. findings

CONTRADICTION = ("NA_CONTRADICTION", ["AST-09", "AST-08"])
STRICT: tuple[str, list[str]] = ("STRICT_RANK_DIFFERS", [])


@pytest.mark.parametrize(
    ("rows", "findings"),
    [
        # AST-09 is critical: 該当なし there costs the A when it is read strictly.
        pytest.param({}, [], id="none"),
        pytest.param(
            {"POL-01": ".", "CRI-09": "."}, [("UNANSWERED", ["POL-01", "CRI-09"])], id="未回答"
        ),
        pytest.param({"CRI-09": "?", "POL": "×"}, [("UNKNOWN_STATE", ["CRI-09"])], id="わからない"),
        pytest.param({"POL-01": "-"}, [("NA_NOT_ALLOWED", ["POL-01"])], id="該当なし refused"),
        pytest.param({"HUM-07": "-"}, [], id="該当なし accepted"),
        pytest.param({"AST-09": "-", "AST-08": "○"}, [CONTRADICTION, STRICT], id="09 N/A, 08 はい"),
        pytest.param({"AST-09": "-", "AST-08": "△"}, [CONTRADICTION, STRICT], id="09 N/A, 08 一部"),
        pytest.param(
            {"AST-09": "-", "AST-08": "×"}, [CONTRADICTION, STRICT], id="09 N/A, 08 いいえ"
        ),
        pytest.param(
            {"AST-09": "-", "AST-08": "?"},
            [("UNKNOWN_STATE", ["AST-08"]), CONTRADICTION, STRICT],
            id="09 N/A, 08 わからない",
        ),
        pytest.param({"AST-09": "-", "AST-08": "-"}, [STRICT], id="both N/A"),
        pytest.param(
            {"AST-09": "-", "AST-08": "."},
            [("UNANSWERED", ["AST-08"]), STRICT],
            id="09 N/A, 08 未回答",
        ),
        pytest.param({"AST-09": "○", "AST-08": "-"}, [], id="08 N/A, 09 はい: 受託 only"),
        # 7 of 21
        pytest.param(
            {"AST-06": "-", "AST-07": "-", "AST-08": "-"},
            [("NA_SHARE_GT_30", ["AST"]), STRICT],
            id="a third of AST is 該当なし",
        ),
    ],
)
def test_answers_raise_findings(
    rows: dict[str, str], findings: list[tuple[str, list[str]]]
) -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, rows))
    assert [(f.rule, list(f.about)) for f in got.findings] == findings


RULES_OF_CONTRADICTION = {
    **SCORING,
    "na_together": [["C1-1", "C1-2", "C1-3"]],
    "prerequisites": [{"item": "C2-3", "needs": ["C2-1", "C2-2"]}],
    "na_by_company": [{"field": "employees", "choices": ["upto_20"], "items": ["C1-1"]}],
}


@pytest.mark.parametrize(
    ("signs", "company", "findings"),
    [
        pytest.param("--- ○○○", {}, [], id="all of one condition are N/A"),
        pytest.param("○×? ○○○", {}, [], id="none of them is"),
        pytest.param("○-- ○○○", {}, [["C1-2", "C1-1"]], id="one of them is answered"),
        pytest.param("○-. ○○○", {}, [["C1-2", "C1-1"]], id="未回答 is no answer"),
        pytest.param("--- ××△", {}, [["C2-3", "C2-1", "C2-2"]], id="nothing that it rests on"),
        pytest.param("--- ×○△", {}, [], id="one thing that it rests on"),
        pytest.param("--- ×?△", {}, [], id="わからない is not いいえ"),
        pytest.param("--- ×××", {}, [], id="nothing rests"),
        pytest.param("--- ○○○", {"employees": "upto_20"}, [["C1-1", "employees"]], id="company"),
        pytest.param("--- ○○○", {"employees": "upto_5"}, [], id="nobody employed"),
    ],
)
def test_answers_that_contradict_each_other_are_found(
    signs: str, company: dict[str, str], findings: list[list[str]]
) -> None:
    small = catalog("1n 1n 1n", "1 1 1", "1", "1", scoring=RULES_OF_CONTRADICTION)
    got = diagnose(small, answer_row(small, f"{signs} ○ ○"), company).scores
    codes = (FindingCode.NA_CONTRADICTION, FindingCode.ANSWER_CONTRADICTION)
    assert [list(f.about) for f in got.findings if f.code in codes] == findings


@pytest.mark.parametrize("sign", ["○", "△", "×", "?", "-", "."])
def test_a_contradiction_does_not_move_the_score(sign: str) -> None:
    rows = {"AST-09": "-", "AST-08": sign}
    silent = FORMER_JIS.model_copy(
        update={"scoring": FORMER_JIS.scoring.model_copy(update={"contradictions": ()})}
    )
    here, there = (
        score_answers(FORMER_JIS, answers(FORMER_JIS, rows)),
        score_answers(silent, answers(FORMER_JIS, rows)),
    )
    assert (here.overall, here.rank, here.caps) == (there.overall, there.rank, there.caps)


def test_a_held_return_has_no_finding_of_a_strict_difference() -> None:
    got = score_answers(FORMER_JIS, answers(FORMER_JIS, {"POL": ".", "AST-09": "-", "AST-08": "-"}))
    assert {f.rule for f in got.findings} == {"UNANSWERED"}


# --- 10. as printed


@pytest.mark.parametrize(
    ("value", "shows", "in_full"),
    [
        pytest.param(F(100), "100.0", "100", id="whole"),
        pytest.param(F(0), "0.0", "0", id="zero"),
        pytest.param(F(8496, 100), "84.9", "2124/25", id="84.96 never rounds up"),
        pytest.param(F(84999, 1000), "84.9", "84999/1000", id="84.999"),
        pytest.param(F(200, 3), "66.6", "200/3", id="two thirds"),
        pytest.param(F(1, 20), "0.0", "1/20", id="0.05"),
        pytest.param(F(7500, 100), "75.0", "75", id="lowest terms"),
        pytest.param(F(995, 10), "99.5", "199/2", id="one decimal"),
    ],
)
def test_a_score_is_truncated_for_the_page_and_exact_in_run_json(
    value: Fraction, shows: str, in_full: str
) -> None:
    assert format_score(value) == shows
    assert str(value) == in_full


ALL_CAPS = {**SCORING["caps"], "critical_partial": [{"count": 2, "at_most": "B"}]}
RULES = {r.kind: r for r in cap_rules(catalog("1", scoring={**SCORING, "caps": ALL_CAPS}))}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_kind_of_cap_has_its_sentences(rule: CapRule) -> None:
    """On the calculation, among the reasons for the rank, in the method, in the portfolio."""
    for place in ("calculation.caps", "view.why.cause", "view.method.case", "portfolio.cap"):
        assert f"{place}.{rule.kind}" in labels()
    if not isinstance(rule, CategoriesCapRule | NaShareCapRule):
        assert f"calculation.caps.{rule.kind}.but" in labels()
