"""Reports of catalogues on other scales: what is drawn, and what is said."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import ScoreStatistics
from sheet_diag.model.report_view import Border, ReportView
from sheet_diag.reports.benchmark import _Statistics
from sheet_diag.reports.client.score_drawings import LiveScore
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.view.build import build_view
from sheet_diag.reports.view.scales import place_on
from tests.catalogs import LEVELS, SCORING, TENS, catalog, scaled
from tests.report_contexts import make_context, make_view


def points(*, lines: tuple[str, ...] = ("20 20", "20n 20", "20", "20"), **more: Any) -> Catalog:
    """はい 20, 一部 10, いいえ 0, わからない -4 points; all questions together 120."""
    return catalog(*lines, scoring=scaled(SCORING, "sum", Fraction(120)), worth=TENS, **more)


def levels() -> Catalog:
    """Levels 4 to 1 on a scale to 5."""
    return catalog(
        "1 1", "1 1", "1", "1", scoring=scaled(SCORING, "item_mean", Fraction(5)), worth=LEVELS
    )


def view(of: Catalog, rows: dict[str, str], **more: Any) -> ReportView:
    return make_view(rows, of=of, **more)


def method(shown: ReportView) -> str:
    return shown.method.rows[0].text


def test_scores_are_placed_in_percent_of_their_scale() -> None:
    summary = view(points(), {"C1": "△"}).summary  # 20 of 40 points lost: 100 of 120
    assert summary.bar.places.own == pytest.approx(100 * 100 / 120)
    assert summary.bar.borders[-1] == Border(100.0, "120")
    assert summary.bar.borders[1] == Border(30.0, "36")
    assert [each.places.own for each in view(points(), {"C1": "△"}).categories.rows][:1] == [50.0]


def test_what_lies_below_the_scale_is_drawn_at_its_end() -> None:
    assert place_on(Fraction(-1), 5) == 0.0
    shown = view(points(), {}, rest="?")
    assert (shown.summary.bar.places.own, shown.summary.score) == (0.0, "-24")


def test_borders_of_categories_stand_on_the_scale_of_categories() -> None:
    borders = [each.text for each in view(points(), {"C1": "△"}).categories.borders]
    assert borders == ["0", "30", "50", "70", "85", "100"]
    borders = [each.text for each in view(levels(), {"C1": "△"}).categories.borders]
    assert borders == ["0", "1.5", "2.5", "3.5", "4.25", "5"]


def test_a_whole_sum_has_no_decimal_and_others_have_one() -> None:
    shown = view(points(), {"C1": "△"}).summary
    assert (shown.score, shown.score_of, shown.bar.own) == ("100", "／120点", "貴社100")
    assert view(points(), {"C1": "△", "C2": "-○"}).summary.score == "96"
    assert view(levels(), {"C1": "△"}).summary.score == "4.5"


def test_the_method_tells_how_points_add_up() -> None:
    told = method(view(points(), {"C1": "△"}))
    assert "「わからない」を-0.2、未回答を-0.2とし、設問の配点（20）を掛けました" in told
    assert "総合評価点は得点の合計で、満点は120点です。" in told
    assert "換算" not in told
    told = method(view(levels(), {"C1": "△"}))
    assert (
        "未回答を0.25として、設問の重み（1）を掛け、カテゴリごとと全体で5点満点に換算しました。"
        in told
    )
    assert "カテゴリに分けずに全設問から求めた平均です。" in told


def test_the_method_tells_that_a_sum_was_converted() -> None:
    told = method(view(points(), {"C2": "-○"}))
    assert "計算から除いた設問があるため、合計を120点満点に換算しています。" in told


def test_what_is_not_known_counts_as_0_only_where_it_does() -> None:
    assert "低い点で計算していますので" in view(points(), {}, rest="?").summary.why
    zero = catalog("20 20", "20n 20", "20", "20", worth="1 1/2 0 0")
    assert "0点で計算していますので" in view(zero, {}, rest="?").summary.why


def test_live_scores_are_drawn_on_their_scale() -> None:
    assert LiveScore("A1", 60.0).place_formula == "A1"
    assert LiveScore("A1", -6.0, 120, falls_below=True).place_formula == "MAX(0,A1*100/(120))"
    assert LiveScore("A1", -6.0, 120, falls_below=True).place == 0.0
    assert LiveScore("A1", 2.5, 5).place == 50.0


def test_reports_of_all_scales_are_written() -> None:
    for of, rest in ((points(), "?"), (points(), "△"), (levels(), "×")):
        context = make_context({"C1": "○"}, rest=rest, of=of)
        assert build_client_report(context, build_view(context), SOFTWARE_SIGNATURE)


def test_a_benchmark_holds_scores_of_any_scale() -> None:
    worst = ScoreStatistics(count=5, mean=-12.5, spread=3.0, lower=-20.0, median=-12.0, upper=640.0)
    assert _Statistics.round(worst).upper == 640
