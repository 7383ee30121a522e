"""改善シミュレーション: drop-downs move points, scores, caps, rank and radar, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any
from xml.etree.ElementTree import Element

import openpyxl
import pytest

from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import Scores, Way
from sheet_diag.reports.client import calculation_layout as calc
from sheet_diag.reports.client import simulation_sheet as columns
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.references import CellSpan, cell
from sheet_diag.xlsx.theme import INPUT
from tests import ranks
from tests.catalogs import JIS, SCORING, Answers, answers, catalog
from tests.lint import lint
from tests.live import (
    AnswerSet,
    SimulatedSheet,
    cell_differences,
    falsify_values,
    random_cases,
    simulation_book,
    value_at,
)
from tests.office import Office
from tests.samples import allow_na, client, report, resolve_all
from tests.test_parity import MANY_CAPS, POINTS, TWO_ANSWER_SETS, WEIGHTED
from tests.workbooks import (
    NS,
    calamine_values,
    charts,
    cut_texts,
    open_workbook,
    texts_on,
    xml_parts,
)

_SHEET = 2  # in the report's workbook
_WAYS = (
    Way(ranks.B, ("PHY-01",), Fraction(72), ranks.B),
    Way(ranks.A, ("HUM-01", "PHY-01"), Fraction(86), ranks.A),
)
_TODAY = {"PHY-01": ".", "HUM": "×", "POL-04": "-", "COM": "△", "CRI-04": "?"}


@cache
def book(lang: Lang = Lang.JA) -> bytes:
    outcome = resolve_all(client("会社", _TODAY, lang=lang))[0]
    assert outcome.diagnosis
    return report(replace(outcome, diagnosis=replace(outcome.diagnosis, ways=_WAYS)))


def sheet(lang: Lang = Lang.JA, *, values: bool = True) -> Any:
    return open_workbook(book(lang), values=values).worksheets[_SHEET]


def lines(lang: Lang = Lang.JA) -> dict[str, list[Any]]:
    """The rows of the open items by id."""
    rows = ([each.value for each in row] for row in sheet(lang).iter_rows())
    return {row[columns.ID]: row for row in rows if row[columns.ID] in JIS.items}


# --- the sheet as it is opened


@pytest.mark.parametrize("lang", Lang)
def test_the_sheet_is_sound(lang: Lang) -> None:
    assert lint(book(lang)) == []
    assert cut_texts(sheet(lang), margin=0.6) == []


def test_every_open_item_has_a_row_the_most_urgent_first() -> None:
    outcome = resolve_all(client("会社", _TODAY))[0]
    assert outcome.diagnosis
    assert tuple(lines()) == outcome.diagnosis.open_items
    assert len(lines()) > 20


def test_the_first_three_measures_are_switched_on() -> None:
    """The others start from today's answers."""
    chosen = {item: (row[columns.TODAY], row[columns.CHOSEN]) for item, row in lines().items()}
    assert list(chosen.items())[:3] == [
        ("HUM-05", ("いいえ", "はい")),
        ("HUM-01", ("いいえ", "はい")),
        ("PHY-01", ("未回答", "はい")),
    ]
    others = list(chosen)[3:]
    assert all(chosen[item][0] == chosen[item][1] for item in others)
    assert {"COM-01", "POL-04"} <= set(others)
    assert chosen["COM-01"][0] == "一部"
    assert chosen["POL-04"][0] == "該当なし（未回答扱い）"


STARTS = {
    "A": {"PHY-02": "△", "AST-03": "△", "HUM-02": "×"},
    "B": {"PHY-01": "×"},
    "C": {"POL": "△", "HUM": "×", "COM": "△"},
    "E": {category.id: "×" for category in JIS.categories},
    "unanswered": {"PHY-01": ".", "HUM": "×", "POL-04": "-", "COM": "△", "CRI-04": "?"},
}


@pytest.mark.parametrize("case", STARTS)
def test_what_is_shown_at_first_are_the_figures_of_that_start(case: str) -> None:
    (outcome,) = resolve_all(client("会社", STARTS[case]))
    assert outcome.received.sheet
    assert outcome.diagnosis
    today, first = outcome.diagnosis.scores, outcome.diagnosis.open_items[:3]
    full = dict.fromkeys(first, "yes")
    start = score_answers(JIS, {**outcome.received.sheet.answers, **full})
    page = open_workbook(report(outcome), values=True).worksheets[_SHEET]
    rows = [[each.value for each in row] for row in page.iter_rows()]
    results = {row[8]: row[11:13] for row in rows if row[8]}
    figures = [float(format_score(each.overall or Fraction(0))) for each in (today, start)]
    assert results["総合評価点"] == figures
    assert figures[0] < figures[1], "the line moves at once"
    assert results["判定ランク"] == [today.rank, start.rank]
    by_category = {row[3]: row[4:8] for row in rows if row[3]}
    for category in JIS.categories:
        scores = (each.categories[category.id].score for each in (today, start))
        before, after = (float(format_score(score or Fraction(0))) for score in scores)
        now, then, _, difference = by_category[category.short.ja]
        assert (now, then) == (before, after)
        assert difference == pytest.approx(after - before)
    for row in (row for row in rows if row[columns.ID] in JIS.items):
        item, effects = str(row[columns.ID]), outcome.diagnosis.effects
        earned = start.items[item]
        assert row[columns.GAIN] == (float(format_score(effects[item])) if item in first else 0)
        assert row[columns.POINTS] == float(earned.points or 0)
        assert row[columns.VALUE] == float(earned.value or 0)


def test_each_drop_down_offers_what_the_item_offers() -> None:
    page, workbook = sheet(values=False), open_workbook(book())
    found: dict[str, list[Any]] = {}
    for rule in page.data_validations.dataValidation:
        name, area = rule.formula1.replace("'", "").rsplit("!", maxsplit=1)
        words = [row[0].value for row in workbook[name][area.replace("$", "")]]
        for where in str(rule.sqref).split():
            found |= {str(page.cell(row, 1).value): words for row in _rows(where)}
    offered = {
        item: [choice.label.ja for choice in JIS.offered(JIS.items[item])] for item in lines()
    }
    assert found == offered
    assert any("該当なし" in words for words in found.values())
    assert any("該当なし" not in words for words in found.values())


def _rows(area: str) -> range:
    first, *last = (int(end.lstrip("E")) for end in area.split(":"))
    return range(first, (last or [first])[0] + 1)


def test_only_drop_downs_can_be_changed() -> None:
    workbook = open_workbook(book())
    assert workbook.worksheets[1].protection.sheet
    assert sheet(values=False).protection.sheet
    assert not sheet(values=False).protection.password
    unlocked = [
        each
        for page in workbook.worksheets[1:3]
        for row in page.iter_rows()
        for each in row
        if not each.protection.locked
    ]
    assert len(unlocked) == len(lines())
    assert {each.coordinate[0] for each in unlocked} == {"E"}
    assert {each.fill.fgColor.rgb for each in unlocked} == {f"FF{INPUT.lstrip('#')}"}


def test_items_of_the_ways_are_marked() -> None:
    marks = {item: row[columns.WAY] for item, row in lines().items() if row[columns.WAY]}
    assert marks == {"PHY-01": "◎○", "HUM-01": "○"}
    assert any("◎は判定ランクを1段階" in text for text in texts_on(sheet()))


def test_a_report_without_ways_does_not_mention_them() -> None:
    outcome = resolve_all(client("会社", {"HUM-02": "△"}))[0]
    assert outcome.diagnosis
    content = report(replace(outcome, diagnosis=replace(outcome.diagnosis, ways=())))
    texts = texts_on(open_workbook(content, values=True).worksheets[_SHEET])
    assert not any("◎は" in text for text in texts)


def chart(content: bytes) -> Element:
    parts = [root for name, root in xml_parts(content).items() if "/charts/chart" in name]
    (found,) = (each for each in parts if "変更後" in _names(each))
    return found


def _names(part: Element) -> list[str]:
    return [each.findtext("c:tx//c:v", "", NS) for each in part.findall(".//c:ser", NS)]


def test_the_chart_shows_today_as_an_area_and_what_is_tried_as_a_line() -> None:
    found = chart(book())
    (area,), (line,) = (found.findall(f".//c:{kind}Chart", NS) for kind in ("area", "line"))
    assert _names(area) == ["今回"]
    assert _names(line) == ["変更後", "望まれる水準"]
    drawn = [[v.text for v in s.findall("c:val//c:v", NS)] for s in found.findall(".//c:ser", NS)]
    assert drawn[0] != drawn[1], "the line moves at once"
    assert set(drawn[2]) == {"85"}
    assert found.find(".//c:legend", NS) is not None


def test_a_single_category_is_a_column_as_an_area_would_have_no_width() -> None:
    gates = {**SCORING["gates"], "applicable_categories": 1}
    single = catalog("3! 2 1 1", scoring={**SCORING, "gates": gates})
    found = chart(report(client("A", {"C1": "×○○○"}, catalog=single), catalog=single))
    (bars,) = found.findall(".//c:barChart", NS)
    assert _names(bars) == ["今回"]


def test_the_chart_has_a_description() -> None:
    drawings = [root for name, root in xml_parts(book()).items() if "drawings/drawing" in name]
    nodes = (each for root in drawings for each in root.iter() if each.tag.endswith("}cNvPr"))
    found = [each.get("descr", "") for each in nodes]
    assert any("面は今回、線は変更後" in text for text in found)


def test_a_client_with_nothing_open_gets_a_sentence() -> None:
    content = report(client("会社"))
    page = open_workbook(content, values=True).worksheets[_SHEET]
    assert lint(content) == []
    assert len(texts_on(page)) == 2
    assert "改善をお勧めする項目はありません" in texts_on(page)[1]
    assert charts(page) == []


# --- drop-downs chosen


@dataclass(frozen=True)
class Tried:
    """A case, what was chosen, and the sheets as LibreOffice calculated them then."""

    live: SimulatedSheet
    chosen: Mapping[str, str]
    cells: dict[str, list[list[Any]]]

    @property
    def answers(self) -> Answers:
        return {**self.live.case.start, **self.chosen}

    @property
    def scores(self) -> Scores:
        return score_answers(self.live.case.catalog, self.answers)

    def at(self, span: CellSpan) -> Any:
        return value_at(self.cells, span)


def _cases() -> list[AnswerSet]:
    outside = allow_na(JIS, "PHY")
    return [
        *random_cases("built-in", JIS, 12, seed=5),
        *random_cases("leavable", outside, 5, seed=6),
        *random_cases("weighted", WEIGHTED, 4, seed=7),
        *random_cases("caps", MANY_CAPS, 4, seed=8),
        *random_cases("two sets", TWO_ANSWER_SETS, 4, seed=9),
        *(case for name, each in POINTS.items() for case in random_cases(name, each, 2, seed=11)),
        AnswerSet("all of PHY left out", outside, answers(outside, {"PHY": "×", "POL": "△"})),
    ]


def _chosen(case: AnswerSet, random: Random) -> dict[str, str]:
    """New answers to some of the open items, or to all of them."""
    if case.name.startswith("all of PHY"):
        return {item.id: "na" for item in case.catalog.category_by_id["PHY"].items}
    share = random.choice([0.2, 0.5, 1.0])
    found = {}
    for item in case.catalog.items.values():
        if case.scores.items[item.id].lost and random.random() < share:
            offered = [choice.id for choice in case.catalog.offered(item)]
            found[item.id] = random.choice(offered)
    return found


def _choose(content: bytes, tried: list[tuple[SimulatedSheet, dict[str, str]]]) -> bytes:
    """The workbook with drop-downs set, and no value stored beside any formula."""
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    for live, chosen in tried:
        page, catalog = workbook[live.simulation.calculation.sheet], live.case.catalog
        for item, choice in chosen.items():
            label = catalog.choices_of(catalog.items[item])[choice].label.ja
            place = page.cell(live.simulation.rows[item] + 1, columns.CHOSEN + 1)
            place.value = label
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


calculated = pytest.mark.slow("LibreOffice calculates twenty simulations")
Trial = tuple[list[Tried], bytes, bytes]


@pytest.fixture(scope="module")
def trial(office: Office) -> Trial:
    """What was tried out; and the workbook before, as we wrote it and as LibreOffice did."""
    random = Random(10)
    cases = [case for case in _cases() if any(s.lost for s in case.scores.items.values())]
    content, lives = simulation_book(cases)
    tried = [(live, _chosen(live.case, random)) for live in lives]
    contents = {"before": falsify_values(content), "then": _choose(content, tried)}
    saved = office.convert(contents, "xlsx", "xlsx")
    cells = calamine_values(saved["then"])
    return [Tried(live, chosen, cells) for live, chosen in tried], content, saved["before"]


@calculated
def test_an_untouched_sheet_calculates_its_stored_values(trial: Trial) -> None:
    tried, ours, theirs = trial
    stored, calculated = calamine_values(ours), calamine_values(theirs)
    assert len(tried) > 20
    for name in stored:
        assert cell_differences(stored[name], calculated[name]) == [], name


@calculated
def test_choices_never_change_the_answers_sheet(trial: Trial) -> None:
    tried, ours, _ = trial
    stored = calamine_values(ours)
    for each in tried:
        name = each.live.record.sheet
        assert cell_differences(stored[name], each.cells[name]) == []


@calculated
def test_scores_follow_the_choices(trial: Trial) -> None:
    for each in trial[0]:
        scores, result, name = each.scores, each.live.simulation.calculation, each.live.case.name
        for category, now in scores.categories.items():
            for column, value in ((calc.EXACT, now.score), (calc.UPPER, now.upper)):
                found = each.at(result.of(category, column))
                assert found == pytest.approx("対象外" if value is None else float(value)), name
            share = each.at(result.of(category, calc.NA_SHARE))
            assert share == pytest.approx(float(now.na_share)), name
        assert abs(each.at(result.total(calc.EXACT)) - float(scores.overall or 0)) < 1e-9, name
        assert abs(each.at(result.total(calc.UPPER)) - float(scores.upper or 0)) < 1e-9, name
        strict = each.at(result.result_cell("strict"))
        assert strict == float(format_score(scores.strict)), name


@calculated
def test_ranks_follow_the_choices(trial: Trial) -> None:
    ranked = [each for each in trial[0] if each.scores.rank]
    assert len(ranked) > 15
    moved = 0
    for each in ranked:
        scores, result = each.scores, each.live.simulation.calculation
        found = [each.at(result.result_cell(row)) for row in ("base", "rank")]
        found.append(each.at(result.result_cell("rank", column=calc.VALUE_UPPER)))
        expected = [scores.base_rank, scores.rank, scores.upper_rank]
        assert found == expected, each.live.case.name
        caps = max((cap.at_most for cap in scores.caps), default="－")
        assert each.at(result.result_cell("cap")) == caps, each.live.case.name
        moved += scores.rank is not each.live.case.scores.rank
    assert moved > 5


@calculated
def test_the_dashboard_shows_today_and_the_simulation(trial: Trial) -> None:
    for each in trial[0]:
        rows = each.cells[each.live.simulation.calculation.sheet]
        score_line = next(row for row in rows if row[8] == "総合評価点")
        rank_line = next(row for row in rows if row[8] == "判定ランク")
        today = each.live.case.scores
        figures = [float(format_score(s.overall or Fraction(0))) for s in (today, each.scores)]
        assert score_line[11:13] == figures
        assert rank_line[11] == today.rank
        if each.scores.rank:
            assert rank_line[12] == each.scores.rank


@calculated
def test_each_row_shows_the_effect_of_its_change_alone(trial: Trial) -> None:
    seen = 0
    for each in trial[0]:
        case, simulation = each.live.case, each.live.simulation
        before = case.scores.overall or Fraction(0)
        for item, row in simulation.rows.items():
            found = each.at(cell(simulation.calculation.sheet, row, columns.GAIN))
            after = score_answers(case.catalog, {**case.answers, item: each.answers[item]}).overall
            if found == "－":
                continue
            tenths = abs((after or Fraction(0)) - before) * 10 // 1
            sign = 1 if (after or Fraction(0)) >= before else -1
            assert found == pytest.approx(sign * float(tenths) / 10), (case.name, item)
            seen += bool(found)
    assert seen > 80


@calculated
def test_each_row_shows_its_changed_points(trial: Trial) -> None:
    for each in trial[0]:
        simulation = each.live.simulation
        for item, row in simulation.rows.items():
            points = each.scores.items[item].points
            found = each.at(cell(simulation.calculation.sheet, row, columns.POINTS))
            assert found == pytest.approx(float(points or 0)), (each.live.case.name, item)
