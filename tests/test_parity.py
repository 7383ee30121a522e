"""The live sheet agrees with Python: LibreOffice calculates every formula to the value of `score`.

Before it does, a wrong value is stored beside every formula, so that agreement is not read from
the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.catalog import Catalog
from sheet_diag.reports.client import answers_sheet as columns
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.references import cell
from tests.catalogs import JIS, LEVELS, SCORING, TENS, THREES, answer_row, catalog, scaled
from tests.formulas import Calculator
from tests.live import (
    EXACT,
    AnswerSet,
    LiveSheet,
    cell_differences,
    falsify_values,
    random_cases,
    record_book,
    value_at,
    values_agree,
)
from tests.office import Office
from tests.samples import allow_na, name_categories
from tests.workbooks import calamine_values, open_workbook, xml_parts

pytestmark = pytest.mark.slow("LibreOffice calculates 150 reports")

_CASES_A_BOOK = 30

# --- catalogues beside the built-in one

_OUTSIDE = allow_na(allow_na(JIS, "PHY"), "POL")
WEIGHTED = name_categories(
    catalog("3! 2 1n", "1 1n 2", "3!n 2", "2 2 2", "5n 1n", weights={"C1": 3, "C2": 2, "C4": 7})
)
_NO_CAPS = name_categories(
    catalog("1 2 3!", "1n 1", "2 3", "3! 1", scoring={**SCORING, "caps": {}}),
)
MANY_CAPS = name_categories(
    catalog(
        *["3! 2 1n 0"] * 5,
        scoring={
            **SCORING,
            "caps": {
                "category_below": [
                    {"score": 80, "at_most": "B"},
                    {"score": "125/2", "at_most": "C"},
                    {"score": 40, "at_most": "D"},
                    {"score": 20, "at_most": "E"},
                ],
                "categories_below": [
                    {"score": 60, "count": 2, "at_most": "C"},
                    {"score": 35, "count": 3, "at_most": "D"},
                ],
                "critical_missed": [{"count": 2, "at_most": "C"}],
                "critical_partial": [{"count": 2, "at_most": "B"}, {"count": 4, "at_most": "D"}],
                "na_share": {"over": "1/3", "at_most": "C"},
            },
        },
    )
)


def _two_answer_sets() -> Catalog:
    """Every second item knows other words, with thirds, and はい that is worth nothing."""
    content = name_categories(catalog(*["3! 2 1n 3"] * 4)).model_dump()
    other = [
        ("always", "いつも", "1"), ("often", "おおむね", "2/3"), ("yes", "はい", "0"),
        ("seldom", "まれに*", "1/3"), ("left", "対象がない", None),
    ]  # fmt: skip
    content["answer_sets"]["often"] = [
        {
            "id": name,
            "role": "answered" if value else "not_applicable",
            "value": value,
            "label": {"ja": label, "en": name},
            "meaning": {"ja": label, "en": name},
        }
        for name, label, value in other
    ]
    for category in content["categories"]:
        for item in category["items"][1::2]:
            item["answer_set"] = "often"
    return Catalog.model_validate(content)


TWO_ANSWER_SETS = _two_answer_sets()


# --- points

_LINES = ("3! 2 1n", "3/2 1n 2.5", "3!n 2", "2 2! 2", "5n 1n")


def _of_points(worth: str, method: str, full: str) -> Catalog:
    rule = scaled(SCORING, method, Fraction(full))
    return name_categories(catalog(*_LINES, scoring=rule, worth=worth, weights={"C1": 3}))


def _key_measures_of_two_sets() -> Catalog:
    """Key measures that are missed at -1/3 and at 1/2."""
    content = _of_points(THREES, "category_mean", "100").model_dump()
    levels = _of_points(LEVELS, "category_mean", "100").answer_sets
    content["answer_sets"]["levels"] = levels["implementation"]
    for category in content["categories"][1::2]:
        for item in category["items"]:
            item |= {"answer_set": "levels", "na_allowed": False}
    return Catalog.model_validate(content)


POINTS = {
    "a sum of points": _of_points(TENS, "sum", "34"),
    "a mean of items": _of_points(THREES, "item_mean", "60"),
    "levels": _of_points(LEVELS, "category_mean", "5"),
    "key measures of two sets": _key_measures_of_two_sets(),
}


# --- answer sets at the borders

# Weights of items per category, and answers (all items, in order), and what must come out.
_BORDERS: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "overall exactly 70, of thirds": (("2 1", "22 8") * 3, "○×○× ○×○× ○×○×", "70", "70.0"),
    "overall exactly 85, of sevenths": (("6 1", "59 11") * 3, "○×○× ○×○× ○×○×", "85", "85.0"),
    "overall 84.96": (
        ("100 100 100 100 100 31 69 25",) * 6, "○○○○○○×× " * 6, "2124/25", "84.9",
    ),
    "categories exactly 70": (("7 3",) * 6, "○×" * 6, "70", "70.0"),
    "categories exactly 50": (("1 1",) * 6, "○×" * 6, "50", "50.0"),
    "a category at 69.98": (
        ("100 100 100 100 99 100 100 14", "1", "1", "1", "1", "1"),
        "○○○○○××× ○○○○○", "203200/2139", "94.9",
    ),
    "three categories exactly 30": (("3 7",) * 3 + ("1",) * 3, "○×○×○×○○○", "65", "65.0"),
    "該当なし exactly half": (("1n 1", "1", "1", "1"), "-○ ○○○", "100", "100.0"),
    "該当なし above half": (("3n 2", "1", "1", "1"), "-○ ○○○", "100", "100.0"),
    "no critical miss": (("3! 1",) * 6, "○×○×○×○×○×○×", "75", "75.0"),
    "one critical miss": (("3! 90",) * 6, "×○○○○○○○○○○○", "9250/93", "99.4"),
    "two critical misses": (("3! 90",) * 6, "×○×○○○○○○○○○", "", ""),
    "three critical misses": (("3! 90",) * 6, "×○×○?○○○○○○○", "", ""),
    "five critical misses": (("3! 90",) * 6, "×○×○?○×○×○○○", "", ""),
    "six critical misses": (("3! 90",) * 6, "×○×○?○×○×○.○", "", ""),
    "all わからない": (("3! 2",) * 4, "????????", "0", "0.0"),
    "a category 対象外": (("1n 2n", "1 1", "2", "3", "4"), "-- ○△ ○○○", "375/4", "93.7"),
    "refused 該当なし": (("3! 90", "1", "1", "1", "9"), "-○ ○○○○", "", ""),
}  # fmt: skip


def _border(name: str) -> AnswerSet:
    lines, signs, _, _ = _BORDERS[name]
    small = name_categories(catalog(*lines))
    return AnswerSet(name, small, answer_row(small, signs))


# A cap on critical items that are begun, and a question in each category that is never scored.
_BEGUN = name_categories(
    catalog(
        *["3! 90 0"] * 6,
        scoring={
            **SCORING,
            "caps": {
                **SCORING["caps"],
                "critical_partial": [{"count": 2, "at_most": "B"}, {"count": 4, "at_most": "C"}],
            },
        },
    )
)
_BEGUN_RANKS = {1: "A", 2: "B", 3: "B", 4: "C", 6: "C"}


def _begun(count: int) -> AnswerSet:
    signs = ("△○×" * count + "○○?" * (6 - count)).replace("×", ".", 1)
    return AnswerSet(f"{count} critical items begun", _BEGUN, answer_row(_BEGUN, signs))


def _thirds() -> AnswerSet:
    """Every category at exactly 70, which floats miss: 100 · (2/3 + 2/3 + 1 + 7 · 2/3) / 10."""
    content = TWO_ANSWER_SETS.model_dump()
    for category in content["categories"]:
        for item, weight in zip(category["items"], (1, 1, 1, 7), strict=True):
            item |= {"answer_set": "often", "weight": weight, "critical": False}
    row = ("often", "often", "always", "often")
    answers = dict(zip(TWO_ANSWER_SETS.items, row * 4, strict=True))
    return AnswerSet("exactly 70, of thirds", Catalog.model_validate(content), {**answers})


def _cases() -> Iterator[AnswerSet]:
    yield from random_cases("built-in", JIS, 90, seed=1)
    yield from random_cases("categories that do not apply", _OUTSIDE, 15, seed=2)
    for name, other in (
        ("category weights", WEIGHTED),
        ("no caps", _NO_CAPS),
        ("many caps", MANY_CAPS),
        ("two answer sets", TWO_ANSWER_SETS),
        *POINTS.items(),
    ):
        yield from random_cases(name, other, 10, seed=3)
    yield from map(_border, _BORDERS)
    yield from map(_begun, _BEGUN_RANKS)
    yield _thirds()


@pytest.fixture(scope="module")
def calculated(office: Office) -> list[tuple[LiveSheet, Any, Any]]:
    """Every case with the cells that we wrote and those that LibreOffice calculated."""
    cases = list(_cases())
    books = [
        record_book(cases[start : start + _CASES_A_BOOK])
        for start in range(0, len(cases), _CASES_A_BOOK)
    ]
    contents = {
        f"{number:02}": falsify_values(content) for number, (content, _) in enumerate(books)
    }
    saved = office.convert(contents, "xlsx", "xlsx")
    return [
        (live, calamine_values(content), calamine_values(saved[f"{number:02}"]))
        for number, (content, lives) in enumerate(books)
        for live in lives
    ]


# --- what the cells say


def test_the_cases_are_many_and_of_every_kind(calculated: list[Any]) -> None:
    lives = [live for live, _, _ in calculated]
    assert len(lives) >= 150
    assert {live.case.scores.rank for live in lives} == set(JIS.ranks)
    of_built_in = [live for live in lives if live.case.catalog is JIS]
    assert len(of_built_in) >= 80
    answers = {choice for live in of_built_in for choice in live.case.answers.values()}
    assert answers == {"yes", "partial", "no", "unknown", "na", None}
    scores = [live.case.scores for live in lives]
    assert any(each.score is None for s in scores for each in s.categories.values())
    codes = {finding.code.value for s in scores for finding in s.findings}
    assert codes >= {"NA_NOT_ALLOWED", "UNANSWERED", "UNKNOWN_STATE", "STRICT_RANK_DIFFERS"}
    rules = {cap.rule.code for s in scores for cap in s.caps}
    assert rules >= {f"CRITICAL_GE_{n}" for n in (1, 3, 6)} | {"NA_SHARE", "CATEGORY_LT_50"}
    assert rules >= {f"CRITICAL_PARTIAL_GE_{n}" for n in (2, 4)}
    assert any(not item.weight for live in lives for item in live.case.catalog.items.values())


def test_every_formula_gives_the_value_stored_beside_it(calculated: list[Any]) -> None:
    wrong = []
    for live, stored, now in calculated:
        sheet = live.record.sheet
        found = cell_differences(stored[sheet], now[sheet])
        wrong += [(live.case.name, *difference) for difference in found]
    assert wrong == []


def test_the_stored_values_were_made_wrong() -> None:
    content, _ = record_book([_border("one critical miss")])
    for name, root in xml_parts(falsify_values(content)).items():
        if name.startswith("xl/worksheets/sheet"):
            cells = [each for each in root.iter() if each.tag.endswith("}c")]
            formulas = [each for each in cells if any(part.tag.endswith("}f") for part in each)]
            assert len(formulas) > 20
            assert {each[-1].text for each in formulas} == {"-9"}


def test_formulas_calculate_the_scores(calculated: list[Any]) -> None:
    for live, _, now in calculated:
        scores, result = live.case.scores, live.record.calculation
        for name, each in scores.categories.items():
            for column, value in ((calc.EXACT, each.score), (calc.UPPER, each.upper)):
                _agree(value_at(now, result.of(name, column)), value, live)
            _agree(value_at(now, result.of(name, calc.NA_SHARE)), each.na_share, live)
            _agree_shown(value_at(now, result.of(name, calc.SHOWN)), each.score, live)
        _agree(value_at(now, result.total(calc.EXACT)), scores.overall, live)
        _agree(value_at(now, result.total(calc.UPPER)), scores.upper, live)
        _agree_shown(value_at(now, result.result_cell("score")), scores.overall, live)
        _agree_shown(value_at(now, result.result_cell("strict")), scores.strict, live)


def _agree(found: Any, value: Fraction | None, live: LiveSheet) -> None:
    if value is None:
        assert found == "対象外", live.case.name
    else:
        assert abs(found - float(value)) <= EXACT, live.case.name


def _agree_shown(found: Any, value: Fraction | None, live: LiveSheet) -> None:
    expected = "対象外" if value is None else float(format_score(value))
    assert found == expected, live.case.name


def test_formulas_calculate_the_items(calculated: list[Any]) -> None:
    for live, _, now in calculated:
        for name, each in live.case.scores.items.items():
            places = (columns.VALUE, each.value), (columns.POINTS, each.points)
            for column, value in (*places, (columns.LOST, each.lost)):
                found = value_at(now, live.record.of(name, column))
                if value is None:
                    assert found == "－", live.case.name
                else:
                    assert abs(found - float(value)) <= EXACT, live.case.name


def test_formulas_calculate_the_ranks(calculated: list[Any]) -> None:
    for live, _, now in calculated:
        scores, result = live.case.scores, live.record.calculation
        found = [value_at(now, result.result_cell(row)) for row in ("base", "rank")]
        found.append(value_at(now, result.result_cell("rank", column=calc.VALUE_UPPER)))
        assert found == [scores.base_rank, scores.rank, scores.upper_rank], live.case.name


def test_formulas_calculate_the_caps(calculated: list[Any]) -> None:
    for live, _, now in calculated:
        result, scores = live.record.calculation, live.case.scores
        applied = {}
        for row, line in enumerate(cap_rules(live.case.catalog), result.caps_top + 1):
            rank = value_at(now, cell(result.sheet, row, 7))
            if rank != "－":
                applied[line.code] = rank
        assert applied == {cap.rule.code: cap.at_most for cap in scores.caps}, live.case.name
        worst = max(applied.values(), default="－")
        assert value_at(now, result.result_cell("cap")) == worst, live.case.name


@pytest.mark.parametrize("name", [name for name in _BORDERS if _BORDERS[name][2]])
def test_formulas_agree_at_the_borders(name: str, calculated: list[Any]) -> None:
    _, _, exact, printed = _BORDERS[name]
    live, now = next((live, now) for live, _, now in calculated if live.case.name == name)
    assert live.case.scores.overall == Fraction(exact)
    assert value_at(now, live.record.calculation.result_cell("score")) == float(printed)


@pytest.mark.parametrize("count", _BEGUN_RANKS)
def test_formulas_count_what_is_begun(count: int, calculated: list[Any]) -> None:
    name = _begun(count).name
    live, now = next((live, now) for live, _, now in calculated if live.case.name == name)
    rank = value_at(now, live.record.calculation.result_cell("rank"))
    assert rank == live.case.scores.rank == _BEGUN_RANKS[count]


def test_formulas_round_before_they_compare(calculated: list[Any]) -> None:
    live, now = next((live, now) for live, _, now in calculated if live.case.name == _thirds().name)
    assert 100 * (2 / 3 + 2 / 3 + 1 + 7 * (2 / 3)) / 10 < 70
    assert live.case.scores.overall == 70
    assert value_at(now, live.record.calculation.result_cell("base")) == "B"
    assert value_at(now, live.record.calculation.result_cell("cap")) == "－"
    assert value_at(now, live.record.calculation.result_cell("score")) == 70.0


@pytest.mark.parametrize(
    "case",
    [_thirds(), *map(_border, _BORDERS), *map(_begun, _BEGUN_RANKS)],
    ids=lambda case: case.name,
)
def test_formulas_agree_to_the_last_bit_of_a_float(case: AnswerSet) -> None:
    """Spreadsheet programs compare numbers with some tolerance; ours does not."""
    content, (live,) = record_book([case])
    workbook, stored = open_workbook(content), open_workbook(content, values=True)
    calculator, page = Calculator(workbook), workbook.worksheets[0]
    for row in page.iter_rows():
        for each in row:
            if each.data_type == "f":
                ours = stored.worksheets[0][each.coordinate].value
                theirs = calculator.value(page, each.coordinate)
                assert values_agree(ours, theirs), (each.coordinate, each.value, ours, theirs)
    assert live.case.scores.rank


def test_a_catalogue_without_caps_calculates_none(calculated: list[Any]) -> None:
    found = {
        value_at(now, live.record.calculation.result_cell("cap"))
        for live, _, now in calculated
        if live.case.catalog is _NO_CAPS
    }
    assert found == {"－"}
