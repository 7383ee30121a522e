"""改善計画: what it says, how it is read again wherever it comes back, and who is shown it."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import OUTPUT_KEY, PLAN_COLUMNS, PLAN_KEYS, PROPOSALS_KEY
from sheet_diag.intake.receive import read_content
from sheet_diag.intake.resolution.action_plans import attach_plans
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ClientReport, ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import EMPTIED, PlanEntry, ProblemCode, ReceivedFile, ReturnedPlan
from sheet_diag.reports.client.action_plan_sheet import write_plan
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.portfolio.client_facts import summarize_outcome
from sheet_diag.reports.run_json.writer import dump_return
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from tests.catalogs import JIS, SCORING, catalog, present
from tests.office import Office
from tests.returned import page_at, put_cell, reopen_workbook
from tests.samples import (
    AS_OF,
    ISSUER,
    PROFILE,
    change_items,
    client,
    labels,
    report,
    resolve_all,
)
from tests.workbooks import (
    Box,
    cut_texts,
    open_workbook,
    pixels,
    rows_with,
    sheet,
    sheet_parts,
    texts_on,
)

NUMBER = "SD-20261123-0dd95d12"
MIXED = {"POL": "×?△○○○○○.", "PHY": "×××○○○○△", "COM": "○△○○○○○○○○"}


def report_context(
    given: ReceivedFile | ReturnOutcome,
    *,
    lang: Lang = Lang.JA,
    plan: ReturnedPlan | None = None,
    of: Catalog = JIS,
    number: str = NUMBER,
) -> ReportContext:
    outcome = given if isinstance(given, ReturnOutcome) else resolve_all(given, catalog=of)[0]
    assert outcome.received.sheet
    assert outcome.diagnosis
    made = ClientReport(
        received=outcome.received,
        sheet=outcome.received.sheet,
        diagnosis=outcome.diagnosis,
        problems=outcome.problems,
        number=number,
        as_of=AS_OF,
        lang=lang,
        plan=plan,
    )
    return ReportContext(made, of, ISSUER)


def workbook(page_of: ReportContext) -> bytes:
    """A report of ours that holds the plan alone."""
    book = Book(title="t", author="a", created=AS_OF)
    book.custom_property(OUTPUT_KEY, page_of.report.number)
    write_plan(book.page(page_of.say("plan.sheet")), page_of)
    return book.bytes()


def plan_page(content: bytes, lang: Lang = Lang.JA) -> Worksheet:
    return sheet(open_workbook(content), Wording(lang)("plan.sheet"))


def table(page: Worksheet, lang: Lang = Lang.JA) -> list[dict[str, Any]]:
    """The lines of the table by the names of their columns."""
    say, top = Wording(lang), header_row(page)
    columns = (
        "id", "priority", "phase", "category", "title", "first_step", "links",
        "gain", "way",
    )  # fmt: skip
    names = {_joined(say(f"plan.column.{c}")): c for c in (*columns, *PLAN_COLUMNS, "previous")}
    rows = [*page.iter_rows(min_row=top, values_only=True)]
    heads = [names.get(_joined(str(head))) for head in rows[0]]
    lines = [dict(zip(heads, row, strict=True)) for row in rows[1:]]
    kept: list[dict[str, Any]] = [{str(k): v for k, v in line.items() if k} for line in lines]
    return [line for line in kept if line["id"] and line.get("gain") is not None]


def header_row(page: Worksheet) -> int:
    (top,) = rows_with(page, "No.")
    return top


def _joined(heading: str) -> str:
    """A heading without its line breaks."""
    return re.sub(r"\s", "", heading)


# --- the page


def test_every_open_item_by_urgency_with_what_it_brings() -> None:
    made = report_context(client("A", MIXED))
    lines = table(plan_page(workbook(made)))
    diagnosis = made.report.diagnosis
    assert [line["id"] for line in lines] == list(diagnosis.open_items)
    for line in lines:
        item = JIS.items[str(line["id"])]
        gain = diagnosis.effects[item.id]
        assert line["gain"] == float(Fraction(int(gain * 10), 10))
        assert str(line["title"]).lstrip("★") == present(item.comment.title).ja
        assert str(line["title"]).startswith("★") == item.critical
        on = [mark for way, mark in zip(diagnosis.ways, "◎○", strict=False) if item.id in way.items]
        assert (line["way"] or "") == "".join(on)


def test_an_empty_cell_makes_no_text_of_what_is_typed() -> None:
    page = plan_page(workbook(report_context(client("A", MIXED))))
    (header,) = rows_with(page, "担当者")
    (owner,) = [cell.column or 0 for cell in page[header] if cell.value == "担当者"]
    empty = [page.cell(row, owner) for row in range(header + 1, header + 5)]
    assert {(cell.value, cell.quotePrefix) for cell in empty} == {(None, False)}


def test_priority_and_phase_are_those_of_the_one_order() -> None:
    made = report_context(client("A", MIXED))
    lines = table(plan_page(workbook(made)))
    plan = made.report.diagnosis.plan
    words = {"top": "最優先", "high": "高", "mid": "中", "low": "低"}
    phases = {"now": "今すぐ", "half": "半年以内", "year": "1年以内", "later": "それ以降"}
    assert [(line["priority"], line["phase"]) for line in lines] == [
        (words[each.label], phases[each.phase]) for each in plan
    ]
    found = {str(line["id"]): line["priority"] for line in lines}
    assert (found["POL-03"], found["PHY-01"]) == ("最優先", "最優先")  # わからない, いいえ
    assert found["COM-02"] == "高"  # critical, 一部


def test_a_report_never_tells_different_first_things() -> None:
    """最優先 in the report, the plan, the simulation, run.json and the portfolio are the same."""
    given = {
        "POL-03": "?",
        "PHY-01": "×",
        "AST-03": "?",
        "HUM-01": ".",
        "COM-02": "△",
        "POL-01": "×",
    }
    (outcome,) = resolve_all(client("A", given))
    book = open_workbook(report(outcome))
    first = sheet(book, "診断報告書")
    stars = [text for text in texts_on(first) if text.endswith("\n★")]
    simulated = [row[0].value for row in sheet(book, "改善シミュレーション").iter_rows()]
    planned = table(sheet(book, "改善計画"))
    entry = json.loads(dump_return(JIS, outcome, Lang.JA))["diagnosis"]
    expected = [*entry["first"]]
    count = len(expected)
    assert set(expected) == {"POL-03", "PHY-01", "AST-03", "HUM-01"}
    assert [text.removesuffix("\n★") for text in stars] == expected
    assert [line["id"] for line in planned if line["priority"] == "最優先"] == expected
    assert [line["id"] for line in planned] == entry["open_items"]
    assert [name for name in simulated if name in JIS.items] == entry["open_items"]
    assert entry["open_items"][:count] == expected
    ranked = summarize_outcome(JIS, outcome).ranked
    assert ranked
    assert (ranked.row.critical, ranked.row.open_items) == (count, len(planned))


def test_gains_add_up_to_what_is_missing() -> None:
    diagnosis = report_context(client("A", MIXED)).report.diagnosis
    assert diagnosis.scores.overall is not None
    assert sum(diagnosis.effects.values()) == 100 - diagnosis.scores.overall


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({c.id: "×" for c in JIS.categories}, id="everything open"),
        pytest.param(MIXED, id="some open"),
        pytest.param({}, id="nothing open"),
    ],
)
def test_no_text_is_cut_and_the_same_gives_the_same(rows: Mapping[str, str], lang: Lang) -> None:
    plan = ReturnedPlan(
        (PlanEntry("POL-01", "小", "総務部の山田さん" * 4, "年度内のできるだけ早い時期"),)
    )
    for previous in (None, plan):
        made = report_context(client("A", rows), lang=lang, plan=previous)
        content = workbook(made)
        assert content == workbook(report_context(client("A", rows), lang=lang, plan=previous))
        assert cut_texts(plan_page(content, lang)) == []


def test_the_client_can_fill_filter_and_print_it() -> None:
    content = workbook(report_context(client("A", MIXED)))
    page = plan_page(content)
    lines = len(table(page))
    header = header_row(page)
    last = get_column_letter(len(table(page)[0]))
    assert page.auto_filter.ref == f"A{header}:{last}{header + lines}"
    assert page.print_title_rows == f"${header}:${header}"
    assert page.page_setup.orientation == "landscape"
    assert not page.protection.sheet
    rules = page.data_validations.dataValidation
    by_kind = {str(r.formula1): r for r in rules if r.type == "list"}
    assert set(by_kind) == {'"小,中,大"', '"なし,低,高"', '"未着手,進行中,完了,見送り"'}
    days = [r for r in rules if r.type == "date"]
    assert days
    assert {r.errorStyle for r in days} == {"warning"}  # "by spring" is a fair answer, too


@pytest.mark.parametrize("lang", Lang)
def test_nothing_open_is_one_sentence(lang: Lang) -> None:
    page = plan_page(workbook(report_context(client("A"), lang=lang)), lang)
    say = Wording(lang)
    assert say("plan.nothing") in texts_on(page)
    assert rows_with(page, say("plan.column.effort")) == []


def test_what_was_planned_stands_beside_and_what_is_done_below() -> None:
    entries = (
        PlanEntry("POL-01", "小", "=山田", "2026-12-25", "進行中"),
        PlanEntry("POL-05", "", "佐藤", "年度内", "未着手"),
        PlanEntry("AST-09", "", "鈴木", "", ""),
        PlanEntry("OLD-1", "", "高橋", "", ""),
    )
    made = report_context(
        client("A", {**MIXED, "AST-09": "-"}), plan=ReturnedPlan(entries, name="A")
    )
    page = plan_page(workbook(made))
    lines = {line["id"]: line for line in table(page)}
    assert lines["POL-01"]["previous"] == (
        "工数の目安：小　担当者：=山田　期限：2026-12-25　状況：進行中"
    )
    assert lines["POL-04"]["previous"] is None
    assert [lines["POL-01"][column] for column in ("effort", "owner", "due", "status")] == [
        None
    ] * 4
    (heading,) = rows_with(page, Wording(Lang.JA)("plan.done.heading"))
    below = [
        [str(v) for v in row if v] for row in page.iter_rows(min_row=heading + 1, values_only=True)
    ]
    assert [row[0] for row in below] == ["POL-05", "AST-09", "OLD-1"]
    assert "「はい」" in below[0][3]
    assert "「該当なし」" in below[1][3]
    assert below[2][1] == Wording(Lang.JA)("plan.done.gone")
    assert "佐藤" in below[0][4]


def test_a_catalogue_of_another_size() -> None:
    small = catalog("3! 2", "1 1", "2", "2n")
    given = client("A", {"C1": "×△", "C2": "×○"}, catalog=small)
    made = report_context(given, of=small)
    assert made.report.diagnosis.open_items == ("C1-1", "C2-1", "C1-2")
    assert "C1-1" in texts_on(plan_page(workbook(made)))


EVERYTHING_OPEN = {category.id: "×" for category in JIS.categories}


@pytest.mark.parametrize("lang", Lang)
def test_no_row_is_higher_than_60_points(lang: Lang) -> None:
    page = plan_page(workbook(report_context(client("A", EVERYTHING_OPEN), lang=lang)), lang)
    assert len(table(page, lang)) > 50
    heights = {row: each.height or 0 for row, each in page.row_dimensions.items()}
    assert {row: points for row, points in heights.items() if points > 60} == {}


@pytest.mark.parametrize("lang", Lang)
def test_what_to_improve_stands_whole_below(lang: Lang) -> None:
    """So does a first step that is too long for its row, where its short form stands."""
    page = plan_page(workbook(report_context(client("A", EVERYTHING_OPEN), lang=lang)), lang)
    (heading,) = rows_with(page, Wording(lang)("plan.details.heading"))
    below = [str(value) for row in page.iter_rows(min_row=heading, values_only=True)
             for value in row if value]  # fmt: skip

    def stands_whole(text: str) -> bool:
        """Explanations of terms may stand inside."""
        return any(t.startswith(text[:4]) and t.endswith(text[-8:]) for t in below)

    shortened = 0
    for line in table(page, lang):
        item = JIS.items[str(line["id"])]
        assert item.first_step
        assert item.first_step_short
        assert stands_whole(present(item.comment.text)[lang])
        whole, short = item.first_step[lang], item.first_step_short[lang]
        if whole != short == line["first_step"]:
            shortened += 1
            assert stands_whole(whole)
    assert shortened < 15
    assert shortened or lang is Lang.JA


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("plan", [None, ReturnedPlan((PlanEntry("POL-01", owner="a"),))])
def test_all_columns_in_view_fit_a_screen_of_1366_pixels(
    plan: ReturnedPlan | None, lang: Lang
) -> None:
    page = plan_page(workbook(report_context(client("A", MIXED), plan=plan, lang=lang)), lang)
    columns = len([name for name in table(page, lang)[0] if name != "None"])
    assert columns == 14 + bool(plan)
    assert pixels(page, Box(1, 1, 1, columns)) <= 1300  # beside row numbers and the scroll bar


def test_numbers_of_controls_are_folded_away() -> None:
    page = plan_page(workbook(report_context(client("A", MIXED))))
    top = header_row(page)
    heads = {_joined(str(cell.value)): cell for cell in page[top]}
    names = [standard.name.ja.replace(" ", "") for standard in JIS.standards]
    columns = [heads[name].column or 0 for name in names]
    assert columns == [*range(columns[0], columns[0] + len(JIS.standards))]
    for column in columns:
        (dimension,) = (
            d for d in page.column_dimensions.values() if (d.min or 0) <= column <= (d.max or 0)
        )
        assert (dimension.hidden, dimension.outlineLevel) == (True, 1)
    button = page.column_dimensions[get_column_letter(columns[0] - 1)]
    assert (button.collapsed, button.hidden) == (True, False)
    assert page.sheet_properties.outlinePr
    assert page.sheet_properties.outlinePr.summaryRight is False
    (row,) = rows_with(page, "POL-01")
    controls = JIS.items["POL-01"].controls["jis_2024"]
    assert page.cell(row, columns[0]).value == ", ".join(controls)


# --- proposals

GUIDE = {"title": "対策の手引き", "url": "https://www.example.go.jp/guide"}
DESK = {"title": "相談窓口", "url": "https://www.example.go.jp/help"}
HELP: Mapping[str, Mapping[str, Any]] = {
    "C1-1": {
        "effort": "S",
        "cost": "0",
        "first_step": {"ja": "電話する", "en": "Call"},
        "links": [GUIDE],
    },
    "C1-2": {"effort": "M", "cost": "low"},
    "C1-3": {"effort": "L", "cost": "high"},
    "C2-1": {"links": [DESK, GUIDE]},
}
HELPED = ("3! 3p2 3p3 3p3", "3p1", "3", "3")  # open in this order: C1-1, C1-2, C2-1, C1-3, C1-4


HELPED_CATALOG = change_items(
    catalog(*HELPED, scoring={**SCORING, "plan": {"now": 1, "later": 1}}), HELP
)


def helped_context(
    *, entries: Sequence[PlanEntry] = (), plan: ReturnedPlan | None = None, lang: Lang = Lang.JA
) -> ReportContext:
    given = client("A", {"C1": "×", "C2": "△"}, catalog=HELPED_CATALOG, lang=lang)
    made = report_context(given, of=HELPED_CATALOG, plan=plan, lang=lang)
    return replace(made, report=replace(made.report, entries=tuple(entries)))


def cells(context: ReportContext, *columns: str) -> list[str]:
    """Columns of every line, a line each."""
    lines = table(plan_page(workbook(context), context.say.lang), context.say.lang)
    return [" ".join(_shown(line[name]) for name in ("id", *columns)) for line in lines]


def _shown(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime) else str(value or "-")


def test_effort_cost_and_due_day_are_proposed() -> None:
    assert cells(helped_context(), "priority", "phase", *PLAN_COLUMNS) == [
        "C1-1 最優先 今すぐ 小 なし - 2026-12-31 -",
        "C1-2 高 半年以内 中 低 - 2027-05-31 -",
        "C2-1 高 1年以内 - - - 2027-11-30 -",
        "C1-3 低 それ以降 大 高 - - -",
        "C1-4 低 それ以降 - - - - -",
    ]
    assert cells(helped_context(lang=Lang.EN), *PLAN_COLUMNS)[1] == "C1-2 Medium Low - 2027-05-31 -"


def test_each_line_says_where_to_begin_and_where_to_read_on() -> None:
    assert cells(helped_context(), "first_step", "links") == [
        "C1-1 電話する [1]", "C1-2 - -", "C2-1 - [2]\n[1]", "C1-3 - -", "C1-4 - -",
    ]  # fmt: skip
    page = plan_page(workbook(helped_context()))
    (top,) = rows_with(page, "参考になる公的機関のページ")
    listed = [
        [cell.hyperlink.target if cell.hyperlink else cell.value for cell in row if cell.value]
        for row in page.iter_rows(min_row=top + 1, max_row=top + 2)
    ]
    assert listed == [
        ["[1]", "対策の手引き", "https://www.example.go.jp/guide"],
        ["[2]", "相談窓口", "https://www.example.go.jp/help"],
    ]
    assert cut_texts(page) == []


def test_what_the_words_mean_is_said_once_below_the_table() -> None:
    page = plan_page(workbook(helped_context()))
    (heading,) = rows_with(page, "表の見方")
    assert heading > header_row(page) + 5
    text = "\n".join(texts_on(page))
    for word in ("最優先：", "今すぐ：先頭から1件", "小：1人日まで", "低：年間10万円程度まで"):
        assert text.count(word) == 1


def test_a_catalogue_that_says_no_more_has_no_such_columns() -> None:
    small = catalog(*HELPED)
    made = report_context(client("A", {"C1": "×"}, catalog=small), of=small)
    page = plan_page(workbook(made))
    assert rows_with(page, "はじめに行うこと") == rows_with(page, "参考") == []
    assert cells(made, "effort", "cost")[0] == "C1-1 - -"


def read_again(content: bytes) -> Mapping[str, PlanEntry]:
    """What was entered, by item."""
    read = read_content("report.xlsx", content, HELPED_CATALOG)
    return {entry.item: entry for entry in read.plan.entries} if read.plan else {}


@pytest.mark.parametrize("lang", Lang)
def test_what_is_only_proposed_is_no_entry(lang: Lang) -> None:
    assert read_again(workbook(helped_context(lang=lang))) == {}


def test_a_line_that_was_touched_counts_as_it_stands() -> None:
    content = filled(
        workbook(helped_context()),
        {"C1-1": {"owner": "山田"}, "C2-1": {"due": "年度内"}, "C1-2": {"due": "", "effort": "大"}},
    )
    assert read_again(content) == {
        "C1-1": PlanEntry("C1-1", "小", "山田", "2026-12-31", "", "なし"),
        "C2-1": PlanEntry("C2-1", due="年度内"),
        "C1-2": PlanEntry("C1-2", "大", "", EMPTIED, "", "低"),
    }


def test_a_proposal_that_was_taken_out_stays_out() -> None:
    content = filled(workbook(helped_context()), {"C1-1": {"due": ""}})
    entries = tuple(read_again(content).values())
    again = workbook(helped_context(entries=entries))
    assert cells(helped_context(entries=entries), *PLAN_COLUMNS)[0] == "C1-1 小 なし - - -"
    assert tuple(read_again(again).values()) == entries


def test_entries_are_never_overwritten() -> None:
    entries = (
        PlanEntry("C1-1", effort="大", due="2027-02-01"),
        PlanEntry("C1-2", "大", "山田", "秋", "進行中", "なし"),
    )
    assert cells(helped_context(entries=entries), *PLAN_COLUMNS)[:3] == [
        "C1-1 大 なし - 2027-02-01 -",
        "C1-2 大 なし 山田 秋 進行中",
        "C2-1 - - - 2027-11-30 -",
    ]


def test_nothing_is_proposed_where_the_earlier_plan_says_it() -> None:
    plan = ReturnedPlan((PlanEntry("C1-1", effort="大", due="2026-06-30"),), name="A")
    assert cells(helped_context(plan=plan), *PLAN_COLUMNS, "previous")[0] == (
        "C1-1 - なし - - - 工数の目安：大　期限：2026-06-30"
    )


@pytest.mark.parametrize("told", ["", "x", "[" * 30_000, "[1]", '[["C1-1"]]', "{}", "null"])
def test_proposals_that_cannot_be_read_make_entries_of_all(told: str) -> None:
    content = workbook(helped_context())
    (place,) = [
        f"{get_column_letter((cell.column or 0) + 1)}1"
        for cell in plan_page(content)[1]
        if cell.value == PROPOSALS_KEY
    ]
    assert read_again(content) == {}
    found = read_again(put_cell(content, 0, place, told))
    assert found["C1-1"] == PlanEntry("C1-1", effort="小", due="2026-12-31", cost="なし")


def test_a_plan_of_version_0_1_0_is_read() -> None:
    book = openpyxl.Workbook()
    page = page_at(book, 0)
    heads = ("No.", "改善する対策", "工数の目安", "担当者", "期限", "状況")
    for line in (heads, ("C1-1", "文", "小", "山田", "年度内", "進行中"), ("C1-2", "文")):
        page.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    read = read_content("plan.xlsx", buffer.getvalue(), HELPED_CATALOG)
    assert read.plan
    assert read.plan.entries == (PlanEntry("C1-1", "小", "山田", "年度内", "進行中"),)


# --- reading it again

NOT_HELPED = dict.fromkeys(("effort", "cost", "first_step", "first_step_short"))
PLAIN = change_items(JIS, dict.fromkeys(JIS.items, NOT_HELPED))


def plain_context(
    name: str, *, lang: Lang = Lang.JA, plan: ReturnedPlan | None = None
) -> ReportContext:
    """A report of a catalogue that proposes nothing but days."""
    return report_context(client(name, MIXED, catalog=PLAIN), of=PLAIN, lang=lang, plan=plan)


def filled(content: bytes, entries: Mapping[str, Mapping[str, Any]]) -> bytes:
    """The workbook after its client entered something, by item and column."""
    book = reopen_workbook(content)
    page = page_at(book, 0)
    columns_of = ((lang, column) for lang in Lang for column in PLAN_COLUMNS)
    heads = {_joined(Wording(lang)(f"plan.column.{c}")): c for lang, c in columns_of}
    (top,) = [row for row in range(1, 9) if page.cell(row, 1).value == "No."]
    found = {_joined(str(c.value)): c.column or 0 for c in page[top]}
    columns = {heads[head]: column for head, column in found.items() if head in heads}
    for row in range(top + 1, page.max_row + 1):
        for name, value in entries.get(str(page.cell(row, 1).value), {}).items():
            page.cell(row, columns[name], value)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


TYPED = {
    "POL-01": {"owner": "総務部", "due": "令和8年12月25日", "status": "進行中"},
    "PHY-01": {"effort": "大", "due": "年度内"},
}
READ = (
    PlanEntry("POL-01", "", "総務部", "2026-12-25", "進行中"),
    PlanEntry("PHY-01", "大", "", "年度内", ""),
)


@pytest.mark.parametrize("lang", Lang)
def test_our_report_with_entries_is_a_plan(lang: Lang) -> None:
    content = filled(workbook(plain_context("株式会社見本", lang=lang)), TYPED)
    read = read_content("report.xlsx", content, JIS)
    assert (read.ignored, read.sheet) == (True, None)
    assert [(p.code, p.value) for p in read.problems] == [("PLAN_READ", "2")]
    assert read.plan
    assert sorted(read.plan.entries, key=lambda e: e.item) == sorted(READ, key=lambda e: e.item)
    assert (read.plan.client, read.plan.name) == ("", "株式会社見本")
    assert read.plan.number == NUMBER


def test_a_day_that_excel_stored_is_read_as_one() -> None:
    content = filled(workbook(plain_context("A")), {"POL-01": {"due": AS_OF}})
    read = read_content("report.xlsx", content, JIS)
    assert read.plan
    assert [each.due for each in read.plan.entries] == ["2026-11-23"]


def test_our_report_without_entries_stays_what_it_is() -> None:
    plan = ReturnedPlan((PlanEntry("POL-01", owner="a"), PlanEntry("POL-05", owner="b")), name="A")
    for previous in (None, plan):
        content = workbook(plain_context("A", plan=previous))
        read = read_content("report.xlsx", content, JIS)
        assert (read.ignored, read.plan) == (False, None)
        assert [problem.code for problem in read.problems] == ["OWN_OUTPUT"]


def with_plan_copied(*, keys: bool = True) -> bytes:
    """A return into which its client copied the sheet of last year's report."""
    given = labels(JIS, dict.fromkeys(JIS.items, "yes"))
    sent = reopen_workbook(make_hearing_sheet(JIS, Lang.JA, ISSUER, Entries(PROFILE, given), "7"))
    source = reopen_workbook(filled(workbook(plain_context("A")), TYPED)).worksheets[0]
    target = sent.create_sheet(source.title)
    for row in source.iter_rows():
        for cell in row:
            if cell.value is not None and (keys or cell.row > 1):
                target.cell(cell.row, cell.column, cell.value)
    buffer = io.BytesIO()
    sent.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("keys", "client_id", "name", "number"),
    [
        pytest.param(True, "", "A", NUMBER, id="it says whose it is"),
        pytest.param(False, "7", "株式会社見本", "", id="else that of its return"),
    ],
)
def test_a_plan_copied_into_a_return(keys: bool, client_id: str, name: str, number: str) -> None:
    read = read_content("a.xlsx", with_plan_copied(keys=keys), JIS)
    assert read.sheet
    assert not read.ignored
    assert set(read.sheet.answers.values()) == {"yes"}
    assert [problem.code for problem in read.problems if problem.code == "PLAN_READ"]
    assert read.plan
    found = {entry.item: entry for entry in read.plan.entries}
    assert [found[entry.item] for entry in READ] == [*READ]
    # Without the keys nobody knows what was proposed, and all counts as it stands.
    assert (len(found) == len(READ)) == keys
    assert (read.plan.client, read.plan.name, read.plan.number) == (client_id, name, number)


def test_the_sheet_says_whose_it_is_where_nobody_sees_it() -> None:
    content = workbook(plain_context("=A"))
    page = plan_page(content)
    places = {str(cell.value): cell.column or 0 for cell in page[1] if cell.value in PLAN_KEYS}
    assert set(places) == set(PLAN_KEYS)
    hidden = [(d.min or 0, d.max or 0) for d in page.column_dimensions.values() if d.hidden]
    for column in (at for first in places.values() for at in (first, first + 1)):
        assert any(low <= column <= high for low, high in hidden)
    assert sheet_parts(content)[page.title].findall(".//{*}f") == []


# --- whose report shows it


def outcome(name: str, *, client_id: str = "", plan: ReturnedPlan | None = None) -> ReturnOutcome:
    (found,) = resolve_all(client(name, {"POL-01": "×"}))
    assert found.received.sheet
    identity = replace(found.received.sheet.identity, client=client_id or None)
    sheet_ = replace(found.received.sheet, identity=identity)
    return replace(found, received=replace(found.received, sheet=sheet_, plan=plan))


def carrier(plan: ReturnedPlan, file: str = "report.xlsx") -> ReturnOutcome:
    received = ReceivedFile(file, file, ignored=True, plan=plan)
    return ReturnOutcome(received, ReturnStatus.IGNORED, ())


ENTRY = (PlanEntry("POL-01", owner="a"),)
OLD, NEW = "SD-20251101-ffffffff", "SD-20261101-00000000"
ATTACHED: Mapping[str, tuple[Sequence[ReturnOutcome], Sequence[str | None], Sequence[str]]] = {
    "by id": (
        [outcome("A", client_id="7"), outcome("B"), carrier(ReturnedPlan(ENTRY, "７", "B", OLD))],
        [OLD, None, None],
        ["", "", ""],
    ),
    "by name": (
        [outcome("株式会社A"), outcome("B"), carrier(ReturnedPlan(ENTRY, "", "（株）A", OLD))],
        [OLD, None, None],
        ["", "", ""],
    ),
    "an id that no return has, then the name": (
        [outcome("A"), carrier(ReturnedPlan(ENTRY, "9", "A", OLD))],
        [OLD, None],
        ["", ""],
    ),
    "in the return itself": ([outcome("A", plan=ReturnedPlan(ENTRY, "", "A", OLD))], [OLD], [""]),
    "nobody's": (
        [outcome("A"), carrier(ReturnedPlan(ENTRY, "", "C", OLD))],
        [None, None],
        ["", "PLAN_WITHOUT_CLIENT C"],
    ),
    "two of one name": (
        [
            outcome("A", client_id="1"),
            outcome("A", client_id="2"),
            carrier(ReturnedPlan(ENTRY, "", "A")),
        ],
        [None, None, None],
        ["", "", "PLAN_WITHOUT_CLIENT A"],
    ),
    "the newer report's": (
        [
            outcome("A"),
            carrier(ReturnedPlan(ENTRY, "", "A", NEW), "new.xlsx"),
            carrier(ReturnedPlan(ENTRY, "", "A", OLD), "old.xlsx"),
        ],
        [NEW, None, None],
        ["", "", "PLAN_OLDER new.xlsx"],
    ),
    "a superseded return's": (
        [
            outcome("A"),
            replace(
                outcome("A", plan=ReturnedPlan(ENTRY, "", "A", OLD)), status=ReturnStatus.SUPERSEDED
            ),
        ],
        [OLD, None],
        ["", ""],
    ),
}


@pytest.mark.parametrize("name", ATTACHED)
def test_each_plan_goes_to_the_return_of_its_client(name: str) -> None:
    outcomes, numbers, problems = ATTACHED[name]
    found = attach_plans(JIS, outcomes)
    assert [each.plan.number if each.plan else None for each in found] == numbers
    told = [
        each.problems[len(before.problems) :] for each, before in zip(found, outcomes, strict=True)
    ]
    assert [" ".join(f"{p.code} {p.value}" for p in each) for each in told] == problems


def test_the_order_of_files_does_not_matter() -> None:
    outcomes = ATTACHED["the newer report's"][0]
    forward, backward = attach_plans(JIS, outcomes), attach_plans(JIS, outcomes[::-1])
    assert forward == backward[::-1]


# --- LibreOffice


@pytest.mark.slow("LibreOffice saves a report")
def test_libreoffice_keeps_whose_it_is_and_every_entry(office: Office) -> None:
    content = filled(workbook(plain_context("株式会社見本")), TYPED)
    saved = office.convert({"plan": content}, "xlsx", "xlsx")["plan"]
    read = read_content("report.xlsx", saved, JIS)
    assert read.ignored
    assert read.plan
    assert {entry.item: entry for entry in read.plan.entries} == {e.item: e for e in READ}
    assert (read.plan.name, read.plan.number) == ("株式会社見本", NUMBER)


def test_a_plan_of_somebody_else_inside_a_return_is_shown_to_nobody() -> None:
    """Each return holds a plan; that of the second names the first client."""
    first, second = client("甲社"), client("乙社", {"POL": "△"})
    entry = PlanEntry("POL-01", owner="乙社の担当")
    foreign = replace(
        second, plan=ReturnedPlan((entry,), name="甲社", number="SD-20251101-ffffffff")
    )
    one, other = attach_plans(JIS, resolve_all(first, foreign))
    assert (one.plan, other.plan) == (None, None)
    assert ProblemCode.PLAN_WITHOUT_CLIENT in [problem.code for problem in other.problems]


# --- what a plan says


def test_entries_that_no_list_offers_are_told() -> None:
    entries = (
        PlanEntry("POL-01", effort="小", owner="総務", due="秋ごろ", status="済み"),
        PlanEntry("POL-04", effort="３日", status=" 進行中 "),
        PlanEntry("POL-03", effort="Small", status="Done"),
    )
    (found,) = attach_plans(JIS, resolve_all(with_plan(client("A"), entries)))
    said = [p for p in found.problems if p.code is ProblemCode.PLAN_ENTRY_UNKNOWN]
    assert [(p.item, p.value, dict(p.details)["column_ja"]) for p in said] == [
        ("POL-01", "済み", "状況"),
        ("POL-04", "３日", "工数の目安"),
    ]


def test_a_measure_that_is_done_by_the_plan_alone_is_told() -> None:
    given = client("A", {"POL": "×△○?×○○○○"})
    done = tuple(PlanEntry(f"POL-0{n}", status="完了") for n in range(1, 5))
    entries = (*done, PlanEntry("POL-05", status="進行中"), PlanEntry("OLD-01", status="完了"))
    (found,) = attach_plans(JIS, resolve_all(with_plan(given, entries)))
    said = [p for p in found.problems if p.code is ProblemCode.PLAN_DONE_OPEN]
    assert [(p.item, p.value) for p in said] == [("POL-01", "完了")]
    assert "いいえ" in problem_message(said[0], Lang.JA)


def with_plan(given: ReceivedFile, entries: Sequence[PlanEntry]) -> ReceivedFile:
    return replace(given, plan=ReturnedPlan(tuple(entries), name="A", number=NUMBER))
