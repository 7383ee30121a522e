"""The hearing sheet as the client gets it: what he sees, what he may change, what it tells him."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import IDENTITY_KEYS, IDENTITY_SHEET, LISTS_SHEET
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole, FieldKind
from sheet_diag.model.settings import Issuer
from sheet_diag.text.text_metrics import column_room, text_width
from sheet_diag.text.wording import Wording, word_catalog
from tests.catalog_files import KITCHEN
from tests.catalogs import FORMER_JIS, JIS, answers, present
from tests.formulas import Calculator
from tests.lint import lint
from tests.samples import ISSUER, PROFILE, PROFILE_EN, labels
from tests.workbooks import (
    Box,
    calamine_values,
    cut_texts,
    header_and_footer,
    merges,
    open_workbook,
    pixels,
    sheet,
    sheet_parts,
    texts_on,
    xml_parts,
)

NAMES = {
    Lang.JA: ["はじめに", "会社情報", "ヒアリングシート", "_lists", "_sheet_diag"],
    Lang.EN: ["Introduction", "Company", "Questionnaire", "_lists", "_sheet_diag"],
}
HEADERS = {
    Lang.JA: ["No.", "分野", "設問", "回答の目安", "回答", "備考", "証跡（任意）", "確認"],
    Lang.EN: [
        "No.",
        "Area",
        "Question",
        "How to choose",
        "Answer",
        "Remarks",
        "Evidence (optional)",
        "Check",
    ],
}
COVER, PROFILE_SHEET, QUESTIONS = range(3)

both = pytest.mark.parametrize("lang", Lang)


@cache
def blank(lang: Lang) -> bytes:
    return make_hearing_sheet(JIS, lang, ISSUER)


def page(book: Workbook, lang: Lang, which: int) -> Worksheet:
    return sheet(book, NAMES[lang][which])


class Questions:
    """The question sheet, its columns found by their headers and its rows by item id."""

    def __init__(self, content: bytes, lang: Lang, *, values: bool = False) -> None:
        self.page = open_workbook(content, values=values).worksheets[QUESTIONS]
        rows = list(self.page.iter_rows(values_only=True))
        self.header = next(n for n, row in enumerate(rows, 1) if row[0] == HEADERS[lang][0])
        heads = [str(value) for value in rows[self.header - 1]]
        self.columns = {name: heads.index(name) + 1 for name in HEADERS[lang]}
        self.rows = {str(row[0]): n for n, row in enumerate(rows, 1) if n > self.header and row[0]}
        self._lang = lang

    def cell(self, item: str, column: int) -> Any:
        """A cell of a question; `column` counts as in HEADERS."""
        return self.page.cell(self.rows[item], self.columns[HEADERS[self._lang][column]])


ID, AREA, QUESTION, HINT, ANSWER, REMARK, EVIDENCE, CHECK = range(8)


def validation(page: Worksheet, cell: str) -> DataValidation | None:
    found = [rule for rule in page.data_validations.dataValidation if cell in rule.sqref]
    assert len(found) <= 1, cell
    return found[0] if found else None


def offered(book: Workbook, rule: DataValidation) -> list[Any]:
    """What a drop-down lists: always a range on the hidden sheet."""
    reference = str(rule.formula1)
    assert reference.startswith(LISTS_SHEET + "!")
    found = Calculator(book).area(sheet(book, LISTS_SHEET), reference)
    return list(found)


def unlocked(page: Worksheet) -> set[str]:
    return {
        cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked
    }


# --- what it is made of


@both
def test_sheets_in_order(lang: Lang) -> None:
    book = open_workbook(blank(lang))
    assert book.sheetnames == NAMES[lang]
    states = [each.sheet_state for each in book.worksheets]
    assert states == ["visible", "visible", "visible", "hidden", "hidden"]
    assert book.active is book.worksheets[COVER]


@both
def test_nothing_for_excel_to_repair(lang: Lang) -> None:
    assert lint(blank(lang)) == []


@both
def test_both_readers_see_the_same(lang: Lang) -> None:
    book = open_workbook(blank(lang), values=True)
    for name, rows in calamine_values(blank(lang)).items():
        cells = [value for row in rows for value in row if value != ""]
        whole = sheet(book, name).iter_rows(values_only=True)
        assert cells == [value for row in whole for value in row if value not in (None, "")]


def test_an_english_sheet_has_no_japanese() -> None:
    book = open_workbook(make_hearing_sheet(JIS, Lang.EN, Issuer(name="Sample Risk Ltd.")))
    texts = [text for each in book.worksheets for text in texts_on(each)]
    assert [text for text in texts if any(ord(char) > 0x2FFF for char in text)] == []


# --- questions


@both
def test_headers_and_rows(lang: Lang) -> None:
    questions = Questions(blank(lang), lang)
    assert list(questions.columns) == HEADERS[lang]
    assert list(questions.rows) == list(JIS.items)
    for category in JIS.categories:
        for item in category.items:
            assert questions.cell(item.id, AREA).value == category.short[lang]
            assert questions.cell(item.id, QUESTION).value == item.question[lang]
            assert questions.cell(item.id, ANSWER).value is None
            assert questions.cell(item.id, REMARK).value is None
            assert questions.cell(item.id, EVIDENCE).value is None


@both
def test_each_category_has_a_band_above_its_questions(lang: Lang) -> None:
    questions = Questions(blank(lang), lang)
    for category in JIS.categories:
        above = questions.rows[category.items[0].id] - 1
        assert category.name[lang] in [cell.value for cell in questions.page[above]]


@both
def test_hints_say_what_counts_and_when_it_does_not_apply(lang: Lang) -> None:
    questions = Questions(blank(lang), lang)
    for item in JIS.items.values():
        hint = str(questions.cell(item.id, HINT).value)
        for choice, text in item.hint.items():
            assert f"{JIS.choices_of(item)[choice].label[lang]}" in hint
            assert text[lang] in hint
        condition = item.na_when[lang] if item.na_when else ""
        assert condition in hint
        assert (JIS.choices_of(item)["na"].label[lang] in hint) is item.na_allowed


@both
def test_answers_are_chosen_from_a_list(lang: Lang) -> None:
    book, questions, say = open_workbook(blank(lang)), Questions(blank(lang), lang), Wording(lang)
    for item in JIS.items.values():
        rule = validation(questions.page, questions.cell(item.id, ANSWER).coordinate)
        assert rule
        assert (rule.type, rule.errorStyle or "stop", rule.showErrorMessage) == (
            "list",
            "stop",
            True,
        )
        assert not rule.showDropDown  # which would hide the arrow
        assert rule.error == say("sheet.invalid.answer")
        assert rule.errorTitle == say("sheet.invalid.title")
        expected = [choice.label[lang] for choice in JIS.offered(item)]
        assert offered(book, rule) == expected
        roles = [choice.role for choice in JIS.offered(item)]
        assert (ChoiceRole.NOT_APPLICABLE in roles) is item.na_allowed


@both
def test_remarks_take_anything(lang: Lang) -> None:
    questions = Questions(blank(lang), lang)
    for item in JIS.items:
        assert validation(questions.page, questions.cell(item, REMARK).coordinate) is None


# --- what the client may change


def profile_rows(lang: Lang) -> Iterator[tuple[Any, Any, Any]]:
    """Each field with the cell of its label and its input cell."""
    company = page(open_workbook(blank(lang)), lang, PROFILE_SHEET)
    for field in JIS.profile:
        found = [c for row in company.iter_rows() for c in row if c.value == field.label[lang]]
        assert len(found) == 1, field.id
        yield field, found[0], company.cell(found[0].row, found[0].column + 1)


@both
def test_only_input_cells_are_unlocked(lang: Lang) -> None:
    book, questions = open_workbook(blank(lang)), Questions(blank(lang), lang)
    typed = (ANSWER, REMARK, EVIDENCE)
    cells = {questions.cell(i, n).coordinate for i in JIS.items for n in typed}
    entries = {entry.coordinate for _, _, entry in profile_rows(lang)}
    assert len(cells) == 3 * len(JIS.items)
    expected = [set(), entries, cells, set(), set()]
    assert [unlocked(each) for each in book.worksheets] == expected


@both
def test_protection_leaves_filter_and_column_widths(lang: Lang) -> None:
    for each in open_workbook(blank(lang)).worksheets:
        lock = each.protection
        assert lock.sheet
        assert lock.password is None
        if each.sheet_state == "visible":
            # In the file a feature is named where it is locked.
            free = (lock.autoFilter, lock.formatColumns, lock.selectUnlockedCells)
            assert free == (False, False, False)
            locked = (lock.insertRows, lock.deleteRows, lock.sort, lock.deleteColumns)
            assert locked == (True, True, True, True)


@both
def test_frozen_filtered_and_ready_to_type(lang: Lang) -> None:
    questions = Questions(blank(lang), lang)
    first, last = questions.header, max(questions.rows.values())
    column = get_column_letter(questions.columns[HEADERS[lang][QUESTION]])
    assert questions.page.freeze_panes == f"{column}{first + 1}"
    assert questions.page.auto_filter.ref == f"A{first}:{get_column_letter(8)}{last}"
    selected = questions.page.sheet_view.selection[-1].sqref
    assert str(selected) == questions.cell(next(iter(JIS.items)), ANSWER).coordinate


@both
def test_print_set_up(lang: Lang) -> None:
    book, questions = open_workbook(blank(lang)), Questions(blank(lang), lang)
    parts, visible = sheet_parts(blank(lang)), book.worksheets[:3]
    assert [each.page_setup.paperSize for each in visible] == [9, 9, 9]  # A4
    ways = [each.page_setup.orientation for each in visible]
    assert ways == ["portrait", "portrait", "landscape"]
    header = questions.header
    assert questions.page.print_title_rows == f"${header}:${header}"
    for each in visible:
        printed = "".join(header_and_footer(parts[each.title]))
        assert "&P" in printed
        assert "&N" in printed
        assert each.sheet_properties.pageSetUpPr
        assert each.sheet_properties.pageSetUpPr.fitToPage
        assert each.page_setup.fitToWidth in (None, 1)


# --- the company sheet


@both
def test_every_field_has_its_entry_to_the_right(lang: Lang) -> None:
    fields = list(profile_rows(lang))
    assert [field.id for field, _, _ in fields] == [field.id for field in JIS.profile]
    for field, label, entry in fields:
        assert entry.value is None
        required = entry.parent.cell(label.row, 1).value == Wording(lang)("sheet.profile.required")
        assert required is field.required


_RULES = {
    FieldKind.CHOICE: ("list", "sheet.invalid.choice"),
    FieldKind.NUMBER: ("whole", "sheet.invalid.number"),
    FieldKind.DATE: ("date", "sheet.invalid.date"),
    FieldKind.EMAIL: ("custom", "sheet.invalid.email"),
}


@both
def test_every_field_is_checked(lang: Lang) -> None:
    book, say = open_workbook(blank(lang)), word_catalog(JIS, lang)
    for field, _, entry in profile_rows(lang):
        rule = validation(entry.parent, entry.coordinate)
        if field.kind is FieldKind.TEXT:
            assert rule is None
            continue
        assert rule
        kind, message = _RULES[field.kind]
        assert (rule.type, rule.error) == (kind, say(message))
        assert rule.errorTitle == say("sheet.invalid.title")
        if field.kind is FieldKind.CHOICE:
            assert offered(book, rule) == [choice.label[lang] for choice in field.choices]


# --- labels of a version


def test_a_version_keeps_the_labels_with_which_its_sheets_were_sent() -> None:
    """Version 2026.1 is out; another catalogue has the labels of today."""
    assert word_catalog(FORMER_JIS, Lang.EN)("sheet.name.questions") == "Hearing sheet"
    assert word_catalog(JIS, Lang.EN)("sheet.name.questions") == "Questionnaire"
    assert word_catalog(FORMER_JIS, Lang.JA)("sheet.invalid.date").startswith("日付を 2026/4/1 の")
    assert word_catalog(JIS, Lang.JA)("sheet.invalid.date").startswith("日付を2026/4/1の")


@pytest.mark.parametrize("own", [True, False])
def test_the_sheet_of_the_questions_bears_the_label_of_its_version(own: bool) -> None:
    catalog = FORMER_JIS if own else JIS
    book = open_workbook(make_hearing_sheet(catalog, Lang.EN, Issuer()))
    name = "Hearing sheet" if own else "Questionnaire"
    assert book.sheetnames[QUESTIONS] == name
    assert any(name in text for text in texts_on(book.worksheets[COVER]))


# --- identity


@both
@pytest.mark.parametrize("client", ["", "C-0042"])
def test_identity_in_three_carriers(lang: Lang, client: str) -> None:
    content = make_hearing_sheet(JIS, lang, ISSUER, client=client)
    book = open_workbook(content)
    hidden = {row[0]: row[1] for row in sheet(book, IDENTITY_SHEET).iter_rows(values_only=True)}
    assert hidden == dict(zip(IDENTITY_KEYS, (JIS.id, JIS.version, client or None), strict=True))
    parts = [part for part in (JIS.id, JIS.version, client) if part]
    stamp = f"[SD: {' / '.join(parts)}]"
    head = texts_on(page(book, lang, QUESTIONS))[:3]
    assert any(text.endswith(stamp) for text in head), head
    properties = {
        p.get("name"): "".join(p.itertext()) for p in xml_parts(content)["docProps/custom.xml"]
    }
    assert properties == dict(zip(IDENTITY_KEYS, parts, strict=False))


# --- what the sheet tells


def entries(lang: Lang, rows: Mapping[str, str], rest: str = "○", **profile: str) -> Entries:
    words = {**(PROFILE if lang is Lang.JA else PROFILE_EN), **profile}
    return Entries(words, labels(JIS, answers(JIS, rows, rest), lang))


NOT_ALLOWED = next(item.id for item in JIS.items.values() if not item.na_allowed)
ALLOWED = next(item.id for item in JIS.items.values() if item.na_allowed)
MISTYPED = {Lang.JA: "はいです", Lang.EN: "Yes, we do"}
_CASES: dict[str, Callable[[Lang], Entries]] = {
    "blank": lambda _: Entries(),
    "company only": lambda _: Entries(profile={"company": "株式会社見本"}),
    "half": lambda lang: entries(lang, {"POL": "○", "HUM": "○△×?○△×?○", "AST-01": "×"}, "."),
    "all but one": lambda lang: entries(lang, {"PHY-05": "."}),
    "complete": lambda lang: entries(lang, {}),
    "complete with 該当なし": lambda lang: entries(lang, {ALLOWED: "-"}),
    "該当なし not allowed": lambda lang: entries(lang, {NOT_ALLOWED: "-", "CRI-09": "."}),
    "mistyped": lambda lang: Entries(answers={"POL-01": MISTYPED[lang], "POL-04": "-"}),
    "no company": lambda lang: entries(lang, {}, company=""),
}


def stale(content: bytes) -> list[str]:
    """Formulas whose stored value is not what they give."""
    book, shown = open_workbook(content), open_workbook(content, values=True)
    calculator, found = Calculator(book), []
    for each in book.worksheets:
        for cell in (cell for row in each.iter_rows() for cell in row if cell.data_type == "f"):
            now = calculator.value(each, cell.coordinate)
            stored = sheet(shown, each.title)[cell.coordinate].value
            if now != (pytest.approx(stored) if isinstance(stored, float) else stored):
                found.append(f"{each.title}!{cell.coordinate}: {stored} instead of {now}")
    return found


@both
@pytest.mark.parametrize("case", _CASES)
def test_formulas_show_what_they_will_calculate(case: str, lang: Lang) -> None:
    assert stale(make_hearing_sheet(JIS, lang, ISSUER, _CASES[case](lang))) == []


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(Entries(answers={"POL-01": "yes"}), id="other case"),
        pytest.param(Entries(answers={"POL-01": "*"}), id="wildcard"),
        pytest.param(Entries(answers={"POL-01": "", "POL-04": "Yes"}), id="empty answer"),
        pytest.param(Entries(profile={"company": "  "}), id="spaces for a name"),
    ],
)
def test_formulas_and_python_agree_on_odd_entries(given: Entries) -> None:
    assert stale(make_hearing_sheet(JIS, Lang.EN, ISSUER, given)) == []


def told(lang: Lang, given: Entries) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The check column by item, and the lines of the cover that count."""
    content = make_hearing_sheet(JIS, lang, ISSUER, given)
    questions = Questions(content, lang, values=True)
    checks = [str(questions.cell(item, CHECK).value) for item in JIS.items]
    cover = page(open_workbook(content, values=True), lang, COVER)
    lines = [
        tuple(value for value in row if value is not None)
        for row in cover.iter_rows(values_only=True)
    ]
    return checks, [line for line in lines if line]


def test_a_blank_sheet_says_what_is_missing() -> None:
    checks, cover = told(Lang.JA, Entries())
    assert checks == ["未回答"] * 56
    assert ("ポリシー", 0, 9, 0) in cover
    assert ("合計", 0, 56, 0) in cover
    assert ("会社名（会社情報）", "未記入です") in cover
    assert ("未回答の設問", "56問（最初の未回答：POL-01）") in cover
    assert ("選択肢以外の回答・選べない「該当なし」", "✓ ありません") in cover
    assert ("まだ記入が必要な箇所があります。下の項目をご確認ください。",) in cover


def test_a_half_filled_sheet_counts() -> None:
    checks, cover = told(Lang.JA, _CASES["half"](Lang.JA))
    assert checks == ["✓"] * 19 + ["未回答"] * 37
    assert ("人的", 9, 9, 1) in cover
    assert ("情報資産", 1, 10, pytest.approx(1 / 10)) in cover
    assert ("合計", 19, 56, pytest.approx(19 / 56)) in cover
    assert ("会社名（会社情報）", "✓ 記入済み") in cover
    assert ("未回答の設問", "37問（最初の未回答：AST-02）") in cover


def test_a_complete_sheet_may_be_sent() -> None:
    checks, cover = told(Lang.JA, _CASES["complete"](Lang.JA))
    assert checks == ["✓"] * 56
    assert ("提出できます。ご協力ありがとうございました。",) in cover
    assert ("未回答の設問", "✓ ありません") in cover


def test_na_where_it_is_not_allowed_is_flagged() -> None:
    checks, cover = told(Lang.JA, entries(Lang.JA, {NOT_ALLOWED: "-", ALLOWED: "-"}))
    assert checks.count("該当なし不可") == 1
    assert checks[list(JIS.items).index(NOT_ALLOWED)] == "該当なし不可"
    wrong = "1件あります（「確認」の列をご覧ください）"
    assert ("選択肢以外の回答・選べない「該当なし」", wrong) in cover
    assert ("提出できます。ご協力ありがとうございました。",) not in cover


def test_a_word_of_his_own_is_flagged() -> None:
    checks, _ = told(Lang.EN, _CASES["mistyped"](Lang.EN))
    assert checks[:3] == ["Use the list", "Open", "Use the list"]


@both
def test_open_and_flagged_answers_are_marked(lang: Lang) -> None:
    content = make_hearing_sheet(JIS, lang, ISSUER, entries(lang, {NOT_ALLOWED: "-", ALLOWED: "."}))
    calculator, questions = Calculator(open_workbook(content)), Questions(content, lang)
    fine = next(item for item in JIS.items if item not in (NOT_ALLOWED, ALLOWED))

    def marks(item: str) -> set[str]:
        return calculator.marks(questions.page, questions.cell(item, ANSWER).coordinate)

    assert marks(fine) == set()
    assert len(marks(ALLOWED)) == 1
    assert len(marks(NOT_ALLOWED)) == 1
    assert marks(ALLOWED) != marks(NOT_ALLOWED)


@both
def test_cover_says_when_and_where_to(lang: Lang) -> None:
    texts = "\n".join(texts_on(page(open_workbook(blank(lang)), lang, COVER)))
    day = {Lang.JA: "2026年12月25日", Lang.EN: "2026-12-25"}[lang]
    for part in (day, ISSUER.name, ISSUER.email, ISSUER.contact, ISSUER.phone):
        assert part in texts
    for choice in JIS.answer_sets["implementation"]:
        assert choice.label[lang] in texts
        assert present(choice.meaning)[lang] in texts
    nobody = "\n".join(
        texts_on(page(open_workbook(make_hearing_sheet(JIS, lang, Issuer())), lang, COVER))
    )
    assert nobody.count(Wording(lang)("sheet.cover.ask_sender")) == 3


# --- nothing cut


@both
@pytest.mark.parametrize("case", ["blank", "half", "mistyped"])
def test_rows_are_high_enough(case: str, lang: Lang) -> None:
    book = open_workbook(make_hearing_sheet(JIS, lang, ISSUER, _CASES[case](lang)), values=True)
    assert [text for each in book.worksheets[:3] for text in cut_texts(each)] == []


_LONG = "長い記入をする方もいます。" * 12


def test_rows_are_high_enough_for_long_remarks() -> None:
    given = Entries({}, {}, dict.fromkeys(JIS.items, _LONG))
    book = open_workbook(make_hearing_sheet(JIS, Lang.JA, ISSUER, given), values=True)
    assert [text for each in book.worksheets[:3] for text in cut_texts(each)] == []


def test_rows_are_high_enough_for_long_company_entries() -> None:
    given = Entries({"company": _LONG, "department": _LONG})
    book = open_workbook(make_hearing_sheet(JIS, Lang.JA, ISSUER, given), values=True)
    assert [text for each in book.worksheets[:3] for text in cut_texts(each)] == []


@both
def test_texts_on_one_line_fit(lang: Lang) -> None:
    for each in open_workbook(blank(lang), values=True).worksheets[:3]:
        starts = {(merge.top, merge.left): merge for merge in merges(each)}
        for cell in (cell for row in each.iter_rows() for cell in row):
            if isinstance(cell.value, str) and not cell.alignment.wrap_text:
                place = Box(cell.row, cell.column, cell.row, cell.column)
                area = starts.get((cell.row, cell.column), place)
                free = _free(each, area)
                needed = text_width(cell.value) * float(cell.font.size or 0)
                assert needed <= column_room(pixels(each, free)), cell.value


def _free(each: Worksheet, area: Box) -> Box:
    """The area and the empty cells to its right, over which a text may run."""
    right = area.right
    while right < each.max_column and each.cell(area.top, right + 1).value is None:
        right += 1
    return Box(area.top, area.left, area.bottom, right)


# --- the same bytes


def test_same_arguments_same_bytes() -> None:
    assert make_hearing_sheet(JIS, Lang.JA, ISSUER) == blank(Lang.JA)
    assert make_hearing_sheet(load_catalog(), Lang.JA, ISSUER) == blank(Lang.JA)


_PRINT_DIGEST = """
from hashlib import sha256
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from tests.catalogs import JIS
from tests.samples import ISSUER, PROFILE
given = Entries(PROFILE, {"POL-01": "はい"}, {"POL-04": "備考"})
print(sha256(make_hearing_sheet(JIS, Lang.JA, ISSUER, given, "C-1")).hexdigest())
"""


def test_same_bytes_in_every_process() -> None:
    given = Entries(PROFILE, {"POL-01": "はい"}, {"POL-04": "備考"})
    here = hashlib.sha256(make_hearing_sheet(JIS, Lang.JA, ISSUER, given, "C-1")).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", _PRINT_DIGEST],
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "America/New_York"},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert there.stdout.strip() == here


# --- another questionnaire


@pytest.fixture
def kitchen(tmp_path: Path) -> Catalog:
    (tmp_path / "kitchen.yaml").write_text(KITCHEN, "utf-8")
    return load_catalog(tmp_path / "kitchen.yaml")


@both
def test_another_questionnaire_needs_no_code(lang: Lang, kitchen: Catalog) -> None:
    first = next(iter(kitchen.items.values()))
    never = kitchen.choices_of(first)["never"].label[lang]
    content = make_hearing_sheet(kitchen, lang, Issuer(), Entries(answers={first.id: never}))
    assert lint(content) == []
    assert stale(content) == []
    questions = Questions(content, lang)
    assert list(questions.rows) == ["hands", "fridge"]
    lists = {}
    for item in kitchen.items:
        rule = validation(questions.page, questions.cell(item, ANSWER).coordinate)
        assert rule
        lists[item] = offered(open_workbook(content), rule)
    every = [choice.label[lang] for choice in kitchen.answer_sets["how_often"]]
    assert lists == {"hands": every[:-1], "fridge": every}
    checks = [
        str(Questions(content, lang, values=True).cell(i, CHECK).value) for i in kitchen.items
    ]
    assert checks == ["✓", Wording(lang)("sheet.check.unanswered")]


@pytest.mark.parametrize(
    "short",
    [
        pytest.param('"衛生"', id="quotes"),
        pytest.param("倉庫", id="two alike"),
        pytest.param("衛*", id="a wildcard"),
        pytest.param("=衛生", id="like a formula"),
    ],
)
def test_names_of_categories_do_not_break_formulas(short: str, kitchen: Catalog) -> None:
    content = kitchen.model_dump()
    content["categories"][0]["short"] = {"ja": short, "en": short}
    made = make_hearing_sheet(Catalog.model_validate(content), Lang.JA, Issuer())
    assert lint(made) == []
    assert stale(made) == []
