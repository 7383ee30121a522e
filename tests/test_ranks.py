"""Ranks of any catalogue: an ordered list of 2 to 12, with any labels."""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.catalog.builder.build import require_catalog
from sheet_diag.catalog.describe import describe_catalog
from sheet_diag.diagnosis.comparison.previous import add_previous
from sheet_diag.forms.catalog_workbook import make_catalog_workbook
from sheet_diag.model.basics import Lang, Rank, worse_of
from sheet_diag.model.catalog import Catalog, Sections
from sheet_diag.model.comparison import Comparison, GroupKind, PeerGroup
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.results import ClientReport, ReturnOutcome
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.portfolio.labels import PortfolioLabels
from sheet_diag.reports.run_json.reader import load_previous_run
from sheet_diag.reports.run_json.writer import dump_checked_files
from sheet_diag.reports.view.build import build_view
from sheet_diag.text.rank_texts import rank_legend, rank_overall
from sheet_diag.text.wording import Wording, find_label
from sheet_diag.xlsx.rank_colours import contrast, rank_colours
from sheet_diag.xlsx.theme import RANK_STEPS, WHITE
from tests.books import QUESTIONS, build, write_book
from tests.catalogs import SCORING, catalog, present
from tests.formulas import Calculator
from tests.report_contexts import STANDING
from tests.samples import (
    AS_OF,
    ISSUER,
    change_catalog,
    client,
    portfolio,
    report,
    resolve_all,
    summary,
)  # fmt: skip
from tests.workbooks import open_workbook

CAPS: Mapping[str, Any] = {
    "category_below": [], "categories_below": [], "critical_missed": [], "critical_partial": [],
}  # fmt: skip


def ranked(*labels: str, caps: Mapping[str, Any] = CAPS, **more: Mapping[str, Any]) -> Catalog:
    """Ranks of equal width in four categories of two questions; `more` by label."""
    lows = {label: 100 - 100 * at // len(labels) for at, label in enumerate(labels, 1)}
    small = catalog("1! 1", "1 1", "1 1", "1! 1")
    raw = small.model_dump(by_alias=True)
    raw["scoring"] |= {"caps": caps, "ranks": [
        {"label": label, "from": low if low else None, **more.get(label, {})}
        for label, low in lows.items()
    ]}  # fmt: skip
    raw["insurance"] = None
    raw["report"]["ranks"] = {}
    return Catalog.model_validate(raw)


def numbered(count: int) -> Catalog:
    return ranked(*(str(count - at) for at in range(count)))


LIGHTS = ("青", "黄", "赤")


# --- order


def test_order_goes_by_place_whatever_the_labels() -> None:
    blue, yellow, red = ranked(*LIGHTS).ranks
    assert (blue.is_best, red.is_worst, yellow.is_best, yellow.is_worst) == (
        True, True, False, False,
    )  # fmt: skip
    assert worse_of(yellow, blue) == "黄"
    assert worse_of(red, yellow, blue) is red
    again = pickle.loads(pickle.dumps(yellow))
    assert (again, again.position, again.total) == ("黄", 1, 3)


@pytest.mark.parametrize(
    ("count", "steps"),
    [(2, "04"), (3, "024"), (4, "0134"), (5, "01234"), (6, "012234"), (12, "001112233344")],
)
def test_a_rank_takes_the_standard_text_of_its_place(count: int, steps: str) -> None:
    many = numbered(count)
    assert "".join(str(rank.step) for rank in many.ranks) == steps
    best, worst = many.ranks[0], many.ranks[-1]
    assert rank_legend(many, best).ja == find_label("rank.legend.best")["ja"]
    assert rank_overall(many, worst).en == find_label("rank.overall.worst")["en"]


@pytest.mark.parametrize(("count", "low"), [(2, 1), (3, 1), (4, 2), (5, 2), (12, 6)])
def test_the_lower_half_is_followed_up_unless_the_catalogue_says_so(count: int, low: int) -> None:
    many = numbered(count)
    assert many.follow_up_ranks == many.ranks[-low:]
    own = ranked(*LIGHTS, 青={"follow_up": False}, 黄={"follow_up": True}, 赤={"follow_up": True})
    assert own.follow_up_ranks == ("黄", "赤")


def test_ranks_to_follow_up_are_named() -> None:
    def name(many: Catalog, lang: Lang = Lang.JA) -> str:
        return PortfolioLabels(many, Wording(lang)).ranks(many.follow_up_ranks, "or")

    assert name(ranked(*LIGHTS)) == "赤"
    assert name(numbered(5), Lang.EN) == "2 or 1"
    assert name(numbered(12)) == "6〜1"
    gap = {"1": True, "2": False, "3": True, "4": True}
    apart = ranked("4", "3", "2", "1", **{label: {"follow_up": v} for label, v in gap.items()})
    assert name(apart) == "4、3、1"


# --- colours


def test_five_ranks_have_the_colours_that_they_had() -> None:
    assert [each.fill for each in rank_colours(numbered(5)).values()] == list(RANK_STEPS)


@pytest.mark.parametrize("count", range(2, 13))
def test_letters_can_be_read_in_the_colour_of_every_place(count: int) -> None:
    found = list(rank_colours(numbered(count)).values())
    assert (found[0].fill, found[-1].fill) == (RANK_STEPS[0], RANK_STEPS[-1])
    assert len({each.fill for each in found}) == count
    assert all(contrast(each.fill, each.on_fill) >= 4.5 for each in found)


def test_letters_can_be_read_in_a_colour_of_the_catalogue() -> None:
    yellow = rank_colours(ranked(*LIGHTS, 黄={"colour": "#FFFF00"}))["黄"]
    assert yellow.fill == "#FFFF00"
    assert contrast(yellow.fill, yellow.on_fill) >= 4.5
    assert yellow.letters != yellow.fill
    assert contrast(yellow.letters, WHITE) >= 4.5


# --- scores, formulas

CAPPED: Mapping[str, Any] = {
    **CAPS,
    "critical_missed": [{"count": 1, "at_most": LIGHTS[1]}, {"count": 2, "at_most": LIGHTS[2]}],
}


def diagnose(of: Catalog, signs: str, name: str = "会社") -> ReturnOutcome:
    rows = dict(zip(of.items, signs, strict=True))
    return resolve_all(client(name, rows, catalog=of), catalog=of)[0]


def rank_of(outcome: ReturnOutcome) -> Rank | None:
    assert outcome.diagnosis
    return outcome.diagnosis.scores.rank


def test_a_cap_holds_a_rank_down_by_its_place() -> None:
    lights = ranked(*LIGHTS, caps=CAPPED)
    assert rank_of(diagnose(lights, "○○○○○○○○")) == "青"
    assert rank_of(diagnose(lights, "×○○○○○○○")) == "黄"
    assert rank_of(diagnose(lights, "×○○○○○×○")) == "赤"


def recalculate(content: bytes, cell: str, answer: str) -> str:
    """The rank that the report calculates once an answer is changed."""
    book = open_workbook(content)
    book.worksheets[1][cell] = answer
    calculator, page = Calculator(book), book.worksheets[1]
    rows = {str(row[0].value): row[0].row for row in page.iter_rows()}
    return str(calculator.value(page, f"D{rows[_VERDICT]}"))


_VERDICT = find_label("calculation.verdict.rank")["ja"]
LABELS = {
    "colours": LIGHTS,
    "numbers": ("3", "2", "1"),
    "in the order of no alphabet": ("B", "C", "A"),
    "quotes": ('"優"', 'い"い', "''"),
    "wildcards": ("*", "?", "~*"),
    "formulas": ("=A1", "+1", "@x"),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_formulas_find_the_rank_whatever_its_label(labels: tuple[str, ...]) -> None:
    caps = {**CAPS, "critical_missed": [{"count": n, "at_most": labels[n]} for n in (1, 2)]}
    of = ranked(*labels, caps=caps)
    content = report(diagnose(of, "○○○○○○×○"), catalog=of)
    places = [cell for row in open_workbook(content).worksheets[1].iter_rows() for cell in row]
    cell = next(c.coordinate for c in places if c.value == "いいえ")
    assert recalculate(content, cell, "はい") == labels[0]
    assert recalculate(content, cell, "いいえ") == labels[1]


# --- the portfolio


def test_clients_stand_in_the_order_of_their_ranks() -> None:
    lights = ranked(*LIGHTS, caps=CAPPED)
    signs = {"赤社": "××××××××", "黄社": "×○○○○○○○", "青社": "○○○○○○○○"}
    outcomes = [diagnose(lights, row, name) for name, row in signs.items()]
    tables = summary(outcomes, catalog=lights)
    assert list(tables.clients["name"]) == ["青社", "黄社", "赤社"]
    assert tables.ranks == {"青": 1, "黄": 1, "赤": 1}
    assert list(tables.clients["follow_up"].str.contains("low_rank")) == [False, False, True]


@pytest.mark.parametrize("count", [2, 12])
def test_a_portfolio_of_few_or_many_ranks_counts_every_client(count: int) -> None:
    many = numbered(count)
    made = portfolio(
        [diagnose(many, "○○○○○○○○"), diagnose(many, "××××××××", "別の会社")], catalog=many
    )
    first = open_workbook(made).worksheets[0]
    shown = [cell.value for row in first.iter_rows() for cell in row if cell.value is not None]
    assert f"構成（左から{count}→1）" in shown
    assert ("要フォローのランク" in shown) is (count > 5)


# --- earlier runs


def load_run(folder: Path, of: Catalog, **edits: Any) -> Any:
    run = json.loads(dump_checked_files(of, [diagnose(of, "○○○○○○○○")], Lang.JA))
    run["catalog"].update(edits)
    for name in [name for name, value in edits.items() if value is None]:
        del run["catalog"][name]
    (folder / "run.json").write_text(json.dumps({"as_of": "2025-11-23", **run}), "utf-8")
    return load_previous_run(folder, of)


def test_a_run_tells_its_ranks_in_order(tmp_path: Path) -> None:
    (before,) = load_run(tmp_path, ranked(*LIGHTS)).returns
    assert (before.rank, before.rank.position, before.rank.total) == ("青", 0, 3)


def test_the_first_runs_named_a_to_e(tmp_path: Path) -> None:
    letters = catalog("1! 1", "1 1", "1 1", "1! 1", scoring=SCORING)
    for ranks in ({"A": "85", "B": "70", "C": "50", "D": "30", "E": "0"}, None):
        (before,) = load_run(tmp_path, letters, ranks=ranks).returns
        assert (before.rank, before.rank.position, before.rank.total) == ("A", 0, 5)


def compare_with(folder: Path, of: Catalog, **edits: Any) -> ReturnOutcome:
    run = load_run(folder, of, **edits)
    return add_previous(of, diagnose(of, "×○○○○○○○"), run.returns[0], run.head)


def test_ranks_of_another_scale_are_not_compared(tmp_path: Path) -> None:
    lights = ranked(*LIGHTS)
    assert compare_with(tmp_path, lights).comparison.previous
    assert not compare_with(tmp_path, lights, full_score="5").comparison.previous
    other = [{"label": label, "from": low} for label, low in (("青", "50"), ("赤", None))]
    assert not compare_with(tmp_path, lights, ranks=other).comparison.previous


# --- sections that a catalogue leaves out

SIGNS = "×○△○○○×○"


def leave_out(*names: str) -> tuple[Catalog, ReturnOutcome]:
    of = change_catalog(ranked(*LIGHTS), sections=dict.fromkeys(names, False))
    names_of = ("", *(category.id for category in of.categories))
    group = PeerGroup(GroupKind.ALL, "", dict.fromkeys(names_of, STANDING))
    outcome = diagnose(of, SIGNS)
    return of, replace(outcome, comparison=Comparison((group,)))


def view_without(*names: str) -> ReportView:
    of, outcome = leave_out(*names)
    made = ClientReport(
        received=outcome.received,
        sheet=present(outcome.received.sheet),
        diagnosis=present(outcome.diagnosis),
        problems=(),
        number="SD-20261130-9d8b4820",
        as_of=AS_OF,
        lang=Lang.JA,
        comparison=outcome.comparison,
    )
    return build_view(ReportContext(made, of, ISSUER))


def sheets_without(*names: str) -> tuple[list[str], str]:
    of, outcome = leave_out(*names)
    book = open_workbook(report(outcome, catalog=of))
    cells = (c.value for page in book for row in page.iter_rows() for c in row if c.value)
    return book.sheetnames, "\n".join(map(str, cells))


def test_the_plan_is_left_out_of_report_and_links() -> None:
    assert view_without("plan").roadmap is None
    names, text = sheets_without("plan")
    assert "改善計画" not in names
    assert "改善計画" not in text
    assert "ロードマップ" not in text
    assert "改善計画" in sheets_without()[0]


def test_the_simulation_is_left_out_of_report_and_links() -> None:
    names, text = sheets_without("simulation")
    assert "改善シミュレーション" not in names
    assert "シミュレーション" not in text
    assert "改善シミュレーション" in sheets_without()[0]


def test_the_next_rank_is_left_out() -> None:
    told, untold = view_without(), view_without("next_rank")
    assert told.summary.why != untold.summary.why
    assert told.summary.why.startswith(untold.summary.why)
    rows = [row for phase in present(untold.roadmap).phases for row in phase.rows]
    assert {row.way for row in rows} == {""}
    assert present(untold.roadmap).note == ""
    assert present(told.roadmap).note


def test_the_deviation_is_left_out() -> None:
    assert "偏差値" in sheets_without()[1]
    assert "偏差値" not in sheets_without("deviation")[1]
    peers = present(present(view_without("deviation").comparisons).peers)
    assert {row.deviation for row in peers.rows} == {""}
    of, outcome = leave_out("deviation")
    assert summary([outcome], catalog=of).clients["deviation"].isna().all()


# --- from a workbook


def test_a_workbook_says_ranks_and_what_is_left_out(tmp_path: Path) -> None:
    ranks = [
        ["ランク", "下限", "要フォロー", "色"],
        ["青", 80, "×", "#2F75B5"],
        ["赤", None, "×", None],
    ]
    settings = [["項目", "値"], *([name, "載せない"] for name in ("改善計画", "偏差値"))]
    sheets: Mapping[str, Any] = {"設問": QUESTIONS, "判定": ranks, "設定": settings}
    built = require_catalog(build(write_book(tmp_path / "a.xlsx", sheets)), "a.xlsx")
    book = make_catalog_workbook(describe_catalog(built, Lang.JA).rows, Lang.JA, "a")
    (tmp_path / "b.xlsx").write_bytes(book)
    for of in (built, require_catalog(build(tmp_path / "b.xlsx"), "b.xlsx")):
        assert of.ranks == ("青", "赤")
        assert of.follow_up_ranks == ()
        assert rank_colours(of)["青"].fill == "#2F75B5"
        assert of.sections == Sections(plan=False, deviation=False)
