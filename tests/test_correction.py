"""The sheet that goes back to a client: nothing of his lost, each fault marked, readable again."""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.forms.correction import points as pleas
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import IDENTITY_KEYS, IDENTITY_SHEET, REPLACES_KEY
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Category
from sheet_diag.model.portfolio import AttentionEntry
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    Response,
    ReturnedSheet,
    Severity,
    SheetIdentity,
)
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.text import problems as told_problems
from sheet_diag.text.text_metrics import column_room, text_width
from sheet_diag.text.wording import Wording, labels
from sheet_diag.xlsx.book import Book
from tests.catalogs import FORMER_JIS, JIS
from tests.lint import lint
from tests.returned import (
    SMALL,
    edit_workbook,
    make_return,
    page_at,
    problems_in,
    put_cell,
    read_return,
    sheet_of,
)
from tests.samples import ISSUER, ISSUER_EN, client, resolve_all, summary
from tests.workbooks import calamine_values, cut_texts, open_workbook, sheet, texts_on

ITEMS = list(JIS.items)
REQUEST, COVER, COMPANY, QUESTIONS = range(4)
ANSWER, REMARK, CHECK = "E", "F", "H"
NAMES = {
    Lang.JA: ["修正のお願い", "はじめに", "会社情報", "ヒアリングシート", "_lists", "_sheet_diag"],
    Lang.EN: ["Please correct", "Introduction", "Company", "Questionnaire", "_lists",
              "_sheet_diag"],
}  # fmt: skip
YES = {Lang.JA: "はい", Lang.EN: "Yes"}
FORMER = hashlib.sha256(b"former").hexdigest()
LONG = "工場では、入退室の記録を毎月確認しています。" * 60

both = pytest.mark.parametrize("lang", Lang)


def returned_sheet(
    lang: Lang = Lang.JA,
    *responses: Response,
    profile: Mapping[str, str] | None = None,
    catalog: Catalog = JIS,
) -> ReturnedSheet:
    """Everything answered はい, but for the given responses."""
    given = {response.item: response for response in responses}
    answers = [given.get(item, Response(item, "yes", YES[lang])) for item in catalog.items]
    known = {"company": "株式会社見本", "industry": "E", "employees": "upto_20"}
    identity = SheetIdentity(catalog.id, "2020.1", "C-0042")
    return ReturnedSheet(identity, lang, profile or known, tuple(answers), "シート")


def corrected(
    found: ReturnedSheet,
    *problems: Problem,
    issuer: Issuer = ISSUER,
    replaces: Sequence[str] = (FORMER,),
    catalog: Catalog = JIS,
) -> bytes:
    return make_correction_sheet(catalog, found, problems, issuer, replaces)[0]


def page(content: bytes, which: int, *, values: bool = False) -> Worksheet:
    book = open_workbook(content, values=values)
    return sheet(book, book.sheetnames[which])


def question(content: bytes, item: str, column: str) -> Cell:
    questions = page(content, QUESTIONS)
    row = next(row[0].row for row in questions.iter_rows() if row[0].value == item)
    cell = questions[f"{column}{row}"]
    assert isinstance(cell, Cell)
    return cell


def field(content: bytes, label: str) -> Cell:
    company = page(content, COMPANY)
    row = next(row[0].row for row in company.iter_rows() if row[1].value == label)
    cell = company[f"C{row}"]
    assert isinstance(cell, Cell)
    return cell


def rows(content: bytes) -> list[list[str]]:
    """The numbered rows of the request: kind, place, name, entry, expected, text."""
    found = next(iter(calamine_values(content).values()))
    return [
        [str(cell) for cell in row[1:7]] for row in found if isinstance(row[0], float) and row[2]
    ]


def at(item: str, code: ProblemCode, value: str | None = None, **details: str) -> Problem:
    parts = {"expected": "はい / いいえ", **details}
    return Problem(code, "シート", "E9", item, value, tuple(parts.items()))


# --- what goes back


@both
def test_it_names_the_issuer_in_its_language(lang: Lang) -> None:
    firms = {Lang.JA: ISSUER, Lang.EN: ISSUER_EN}
    point = at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, "x")
    made = corrected(returned_sheet(lang), point, issuer=replace(ISSUER, english=ISSUER_EN))
    assert made == corrected(returned_sheet(lang), point, issuer=firms[lang])


@both
def test_it_opens_with_the_request(lang: Lang) -> None:
    book = open_workbook(
        corrected(returned_sheet(lang), at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, "x"))
    )
    assert book.sheetnames == NAMES[lang]
    assert book.active is book.worksheets[REQUEST]
    states = [each.sheet_state for each in book.worksheets]
    assert states == ["visible"] * 4 + ["hidden"] * 2


# name: code, what was read, problem's value, what stands in the new cell
CELLS: Mapping[str, tuple[ProblemCode, str | None, str, str | None, str]] = {
    "understood": (ProblemCode.ANSWER_READ_AS, "yes", "○", "○", "はい"),
    "not understood": (ProblemCode.NOT_UNDERSTOOD, None, "だいたい", "だいたい", "だいたい"),
    "該当なし where it is not offered": (
        ProblemCode.NA_NOT_ALLOWED,
        "na",
        "対象外",
        "対象外",
        "対象外",
    ),
    "calculated": (ProblemCode.FORMULA_ANSWER, "no", "いいえ", "いいえ", "いいえ"),
    "several rows": (ProblemCode.DUPLICATE_ITEM, None, "E7: はい / E8: ×", "E7: はい / E8: ×", ""),
    "several sheets": (ProblemCode.SHEETS_DISAGREE, None, "A: はい / B: ×", "A: はい / B: ×", ""),
    "merged": (ProblemCode.MERGED_ANSWER, None, "E7:E9: はい", "E7:E9: はい", ""),
    "error": (ProblemCode.ERROR_VALUE, None, "#REF!", "#REF!", ""),
    "no result": (ProblemCode.NOT_CALCULATED, None, "=…", "=…", ""),
    "picture": (ProblemCode.PICTURE_ANSWER, None, "=IMAGE(…)", "=IMAGE(…)", ""),
    "data type": (ProblemCode.DATA_TYPE_ANSWER, None, "#VALUE!", "#VALUE!", ""),
    "empty result": (ProblemCode.EMPTY_RESULT, None, '=""', '=""', ""),
    "checkbox": (ProblemCode.CHECKBOX_ANSWER, None, "TRUE", "TRUE", ""),
    "sign": (ProblemCode.SYMBOL_ANSWER, None, "y", "y", ""),
    "struck out": (ProblemCode.STRUCK_ANSWER, None, "はい", "はい", ""),
    "no row": (ProblemCode.ITEM_ROW_MISSING, None, "", None, ""),
    "unanswered": (ProblemCode.UNANSWERED, None, "", None, ""),
}


@pytest.mark.parametrize("name", CELLS)
def test_the_answer_that_stands_there(name: str) -> None:
    code, choice, raw, value, expected = CELLS[name]
    found = returned_sheet(Lang.JA, Response(ITEMS[3], choice, raw, "補足", "E9"))
    content = corrected(found, at(ITEMS[3], code, value))
    assert (question(content, ITEMS[3], ANSWER).value or "") == expected
    assert question(content, ITEMS[3], REMARK).value == "補足"
    if raw and code is not ProblemCode.ANSWER_READ_AS:
        assert raw in "".join(texts_on(page(content, REQUEST)))


@both
def test_everything_else_is_as_it_was(lang: Lang) -> None:
    given = Response(ITEMS[5], "partial", "△", LONG)
    profile = {
        "company": "A & B <社>", "department": "総務", "industry": "E", "employees": "upto_20",
    }  # fmt: skip
    content = corrected(returned_sheet(lang, given, profile=profile))
    label = {choice.id: choice.label[lang] for choice in JIS.answer_sets["implementation"]}
    for item in ITEMS:
        choice = "partial" if item == ITEMS[5] else "yes"
        assert question(content, item, ANSWER).value == label[choice]
        assert not question(content, item, ANSWER).comment
    assert question(content, ITEMS[5], REMARK).value == LONG
    for name, value in profile.items():
        known = JIS.field_by_id[name]
        expected = known.by_id[value].label[lang] if known.choices else value
        assert field(content, known.label[lang]).value == expected


def test_a_field_that_was_not_understood_stands_as_typed() -> None:
    problem = Problem(ProblemCode.PROFILE_NOT_UNDERSTOOD, "会社情報", "C12", "employees",
    "たくさん",
                      (("field", "従業員数"), ("expected", "")))  # fmt: skip
    content = corrected(returned_sheet(profile={"company": "見本"}), problem)
    cell = field(content, "従業員数")
    assert cell.value == "たくさん"
    assert cell.comment
    assert "たくさん" in cell.comment.text
    kind, place, name, entry, expected, _ = rows(content)[0]
    assert (kind, place, name, entry) == ("必須", "会社情報", "従業員数", "たくさん")
    assert "6〜20人" in expected


@pytest.mark.parametrize(
    ("name", "text", "value", "kind"),
    [("sites", "12", 12, "n"), ("date", "2026-04-30", "2026-04-30", "d"),
     ("date", "1/4/26", "1/4/26", "s"), ("phone", "0312345678", "0312345678", "s")],
)  # fmt: skip
def test_numbers_and_days_are_such(name: str, text: str, value: object, kind: str) -> None:
    known = {"company": "見本", name: text}
    returned = returned_sheet(profile=known, catalog=FORMER_JIS)
    content = corrected(returned, catalog=FORMER_JIS)
    cell = field(content, FORMER_JIS.field_by_id[name].label.ja)
    assert cell.data_type == kind
    shown = cell.value.date().isoformat() if kind == "d" else cell.value  # type: ignore[union-attr]
    assert shown == value


def test_a_row_that_has_no_place_is_told_whole() -> None:
    details = (("answer", "=1+1"), ("remark", LONG))
    problem = Problem(ProblemCode.UNKNOWN_ITEM, "シート", "A70", None, "POL-99", details)
    content = corrected(returned_sheet(), problem)
    whole = [text for text in texts_on(page(content, REQUEST)) if LONG in text]
    assert len(whole) == 1
    assert "POL-99" in whole[0]
    assert "=1+1" in whole[0]
    assert cut_texts(page(content, REQUEST)) == []


def test_another_sheets_answer_to_an_open_question_is_told() -> None:
    problem = at(ITEMS[2], ProblemCode.UNANSWERED, "控え: いいえ")
    content = corrected(returned_sheet(Lang.JA, Response(ITEMS[2])), problem)
    assert rows(content)[0][3] == "控え: いいえ"


# --- what is asked


@pytest.mark.parametrize("company", [ProblemCode.COMPANY_MISSING, ProblemCode.COMPANY_TWICE])
def test_each_row_leads_to_its_marked_cell(company: ProblemCode) -> None:
    answers = (Response(ITEMS[8], None, "?"), Response(ITEMS[1], None, "??"), Response(ITEMS[4]))
    found = returned_sheet(Lang.JA, *answers, profile={"industry": "E"})
    content = corrected(
        found,
        at(ITEMS[8], ProblemCode.NOT_UNDERSTOOD, "?"),
        at(ITEMS[1], ProblemCode.NOT_UNDERSTOOD, "??"),
        at(ITEMS[4], ProblemCode.UNANSWERED),
        Problem(company, "会社情報", "C6", "company"),
    )
    request = page(content, REQUEST)
    targets = [cell.hyperlink.location for row in request.iter_rows() for cell in row
               if cell.hyperlink]  # fmt: skip
    cells = [field(content, "会社名"),
             *(question(content, ITEMS[n], ANSWER) for n in (1, 8, 4))]  # fmt: skip
    assert targets == [f"'{cell.parent.title}'!{cell.coordinate}" for cell in cells]
    for number, cell in enumerate(cells, 1):
        assert cell.comment
        assert f"No.{number}\n" in cell.comment.text
        assert cell.border.left.style == cell.border.top.style == "medium"
    assert "はい / 一部" in cells[1].comment.text  # type: ignore[union-attr]
    marked = [cell.coordinate for row in page(content, QUESTIONS).iter_rows() for cell in row
              if cell.comment]  # fmt: skip
    assert len(marked) == 3


def test_the_order_is_required_first_and_open_questions_last() -> None:
    answers = [Response(ITEMS[n]) for n in (0, 20)]
    category = next(c for c in JIS.categories if ITEMS[20] in [item.id for item in c.items])
    content = corrected(
        returned_sheet(Lang.JA, *answers, Response(ITEMS[30], None, "?")),
        too_few_in(category),
        at(ITEMS[0], ProblemCode.UNANSWERED),
        at(ITEMS[20], ProblemCode.UNANSWERED),
        at(ITEMS[10], ProblemCode.FORMULA_ANSWER, "はい"),
        at(ITEMS[30], ProblemCode.NOT_UNDERSTOOD, "?"),
    )
    assert [row[:2] for row in rows(content)] == [
        ["必須", f"設問{ITEMS[30]}"],
        ["必須", f"設問{ITEMS[20]}"],
        ["任意", f"設問{ITEMS[10]}"],
        ["任意", f"設問{ITEMS[0]}"],
    ]


def test_too_few_answers_in_all_make_every_open_question_required() -> None:
    open_ = [at(item, ProblemCode.UNANSWERED) for item in ITEMS[:20]]
    found = returned_sheet(Lang.JA, *(Response(item) for item in ITEMS[:20]))
    gate = Problem(ProblemCode.TOTAL_INCOMPLETE, details=(("limit", "4/5"),))
    assert {row[0] for row in rows(corrected(found, gate, *open_))} == {"必須"}


def test_a_question_is_not_asked_twice() -> None:
    twice = (at(ITEMS[0], ProblemCode.UNANSWERED), at(ITEMS[0], ProblemCode.PICTURE_ANSWER))
    assert len(rows(corrected(returned_sheet(Lang.JA, Response(ITEMS[0])), *twice))) == 1


def test_a_question_with_several_problems_is_one_row_that_asks_for_all() -> None:
    found = returned_sheet(Lang.JA, Response(ITEMS[3], None, "だいたい"))
    problems = (
        at(ITEMS[3], ProblemCode.FORMULA_ANSWER, "だいたい"),
        at(ITEMS[3], ProblemCode.NOT_UNDERSTOOD, "だいたい"),
        at(ITEMS[3], ProblemCode.NA_CONTRADICTION, ITEMS[4]),
    )
    content = corrected(found, *problems)
    (row,) = rows(content)
    assert (row[0], row[3]) == ("必須", "だいたい")
    asked = [told_problems.client_advice(problem, Lang.JA) for problem in problems]
    assert row[5].splitlines() == asked
    note = question(content, ITEMS[3], ANSWER).comment
    assert note
    assert note.text.count("修正のお願い") == 1
    assert all(text in note.text for text in asked)


def test_a_field_with_several_problems_is_one_row() -> None:
    found = returned_sheet(profile={"company": "見本\ue000社"})
    codes = (ProblemCode.PROFILE_UNPRINTABLE, ProblemCode.COMPANY_TWICE)
    problems = [
        Problem(code, "会社情報", "C6", "company", "見本", (("field", "会社名"),)) for code in codes
    ]
    assert [row[1:3] for row in rows(corrected(found, *problems))] == [["会社情報", "会社名"]]


def too_few_in(category: Category) -> Problem:
    name = (("name_ja", category.name.ja), ("name_en", category.name.en), ("limit", "2/3"))
    return Problem(ProblemCode.CATEGORY_INCOMPLETE, details=name)


def lacking(lang: Lang = Lang.JA, count: int = 18) -> tuple[bytes, int]:
    """A sheet of which so many questions are open, three of each category."""
    asked = [each.id for c in JIS.categories for each in c.items[:3]][:count]
    gates = [*map(too_few_in, JIS.categories[:2]), Problem(ProblemCode.TOTAL_INCOMPLETE)]
    open_ = [at(item, ProblemCode.UNANSWERED) for item in asked]
    found = returned_sheet(lang, *map(Response, asked))
    return make_correction_sheet(JIS, found, (*gates, *open_), ISSUER, (FORMER,))


def test_the_number_of_questions_is_that_of_the_open_ones() -> None:
    """That too few are answered is no point beside them: it is why they are asked."""
    content, count = lacking()
    assert (count, len(rows(content))) == (18, 18)
    (said,) = [text for text in texts_on(page(content, REQUEST)) if "18問" in text]
    assert all(each.name.ja in said for each in JIS.categories[:2])
    assert JIS.categories[2].name.ja not in said
    assert "シート全体" in said


def test_what_is_no_question_is_counted_beside_them() -> None:
    missing = at("employees", ProblemCode.PROFILE_MISSING, field="従業員数")
    found = returned_sheet(Lang.JA, Response(ITEMS[0]))
    content = corrected(found, missing, at(ITEMS[0], ProblemCode.UNANSWERED))
    (said,) = [text for text in texts_on(page(content, REQUEST)) if "1問です" in text]
    assert "1か所です" in said


def test_a_blank_return_says_so_above_its_questions() -> None:
    found = returned_sheet(Lang.JA, *map(Response, ITEMS))
    problems = [at(item, ProblemCode.UNANSWERED) for item in ITEMS]
    content = corrected(found, Problem(ProblemCode.BLANK_RETURN), *problems)
    assert len(rows(content)) == len(ITEMS)
    blank = told_problems.client_advice(Problem(ProblemCode.BLANK_RETURN), Lang.JA)
    assert any(text.endswith(blank) for text in texts_on(page(content, REQUEST)))


@both
def test_the_letter_of_18_open_questions_takes_two_pages(lang: Lang) -> None:
    letter = page(lacking(lang)[0], REQUEST)
    pixels = sum(column.width * 7 + 5 for column in letter.column_dimensions.values())
    margins = letter.page_margins
    width, height = (
        (a4 / 25.4 - first - last) * 72
        for a4, first, last in (
            (210, margins.left, margins.right),
            (297, margins.top, margins.bottom),
        )
    )
    heights = [letter.row_dimensions[row].height or 15 for row in range(1, letter.max_row + 1)]
    assert sum(heights) * min(1, width / (pixels * 0.75)) <= 2 * height


def test_departments_settle_item_by_item() -> None:
    items = f"{ITEMS[1]}, {ITEMS[7]}"
    details = (("count", "2"), ("items", items))
    problem = Problem(ProblemCode.DEPARTMENTS_DISAGREE, value="geheim.xlsx", details=details)
    content = corrected(returned_sheet(), problem)
    assert [row[1:4:2] for row in rows(content)] == [
        [f"設問{ITEMS[1]}", "はい"],
        [f"設問{ITEMS[7]}", "はい"],
    ]
    assert "geheim" not in "".join(texts_on(page(content, REQUEST)))


def _problem(code: ProblemCode, item: str) -> Problem:
    details = (("name_ja", JIS.categories[0].name.ja), ("name_en", ""), ("read", ""),
        ("text_ja", ""), ("text_en", ""),
               ("limit", "4"), ("count", "1"), ("field", ""), ("items", item),
               ("first", "H7"), ("last", "H9"), ("column", "remark"),
               ("choice_ja", "6〜20人"), ("choice_en", "6 to 20"))  # fmt: skip
    item = "company" if code in pleas._PROFILE_CODES else item
    return Problem(code, item=item, details=details)


@pytest.mark.parametrize("code", ProblemCode)
def test_the_client_sees_his_own_matters_only(code: ProblemCode) -> None:
    content = corrected(returned_sheet(), _problem(code, ITEMS[0]))
    assert len(rows(content)) == (f"problem.{code.value}.client" in labels())


def test_a_workbook_that_asks_everything_is_sound() -> None:
    asked = [code for code in ProblemCode if f"problem.{code.value}.client" in labels()]
    content = corrected(returned_sheet(), *map(_problem, asked, ITEMS))
    of_company = [code for code in asked if code in pleas._PROFILE_CODES]  # one field: one row
    told_above = 3  # why more answers are needed
    assert len(rows(content)) == len(asked) - len(of_company) + 1 - told_above < len(ITEMS)
    assert lint(content) == []


def test_whatever_holds_a_return_can_be_asked() -> None:
    refused = {code for code in ProblemCode if f"problem.{code.value}.ask" in labels()}
    own = {ProblemCode.NO_ACCESS, ProblemCode.NOT_PROCESSED, ProblemCode.LINK_OUTSIDE}
    own |= {ProblemCode.ORDER_UNCLEAR}  # the consultant decides
    own |= {
        code for code in ProblemCode if code.value.startswith("OVERRIDE")
    }  # the consultant's file
    errors = {
        code for code in ProblemCode if told_problems.problem_severity(code) is Severity.ERROR
    }
    assert all(
        told_problems.problem_spec(code).point is not None for code in errors - refused - own
    )


# --- it is still a hearing sheet


@both
def test_locks_lists_and_formulas_are_those_of_the_blank_sheet(lang: Lang) -> None:
    blank = make_hearing_sheet(JIS, lang, ISSUER)
    problem = at(ITEMS[3], ProblemCode.NOT_UNDERSTOOD, "?")
    content = corrected(returned_sheet(lang, Response(ITEMS[3], None, "?")), problem)
    for which in (COVER, COMPANY, QUESTIONS):
        new, old = page(content, which), page(blank, which - 1)
        assert _open_cells(new) == _open_cells(old)
        assert _lists(new) == _lists(old)
        assert _formulas(new) == _formulas(old)
        assert new.protection.sheet
    assert not _open_cells(page(content, REQUEST))
    assert page(content, REQUEST).protection.sheet


def _open_cells(sheet: Worksheet) -> set[str]:
    return {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}


def _lists(sheet: Worksheet) -> set[tuple[str, str, str]]:
    rules = sheet.data_validations.dataValidation
    return {(str(rule.sqref), str(rule.type), str(rule.formula1)) for rule in rules}


def _formulas(sheet: Worksheet) -> dict[str, object]:
    return {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.data_type == "f"}


def test_the_check_column_knows_what_stands_there() -> None:
    found = returned_sheet(Lang.JA, Response(ITEMS[0], None, "?"), Response(ITEMS[1]))
    content = corrected(found, at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, "?"))
    values = page(content, QUESTIONS, values=True)
    rows = [question(content, item, CHECK).row for item in ITEMS[:3]]
    assert [values[f"{CHECK}{row}"].value for row in rows] == ["選択肢から", "未回答", "✓"]


@both
@pytest.mark.parametrize("issuer", [ISSUER, ISSUER_EN, Issuer()])
def test_it_is_sound_and_nothing_is_cut(lang: Lang, issuer: Issuer) -> None:
    answers = [Response(ITEMS[n], None, "？" * 90) for n in (0, 3)]
    profile = {"company": "とても長い名前の株式会社" * 6, "respondent": "見本 花子"}
    problems = [at(each.item, ProblemCode.NOT_UNDERSTOOD, each.raw) for each in answers]
    content = corrected(returned_sheet(lang, *answers, profile=profile), *problems, issuer=issuer)
    assert lint(content) == []
    for which in (REQUEST, COVER, COMPANY, QUESTIONS):
        assert cut_texts(page(content, which, values=True)) == []


@both
def test_every_link_fits_on_its_line(lang: Lang) -> None:
    """Not every program wraps links."""
    problems = [at(item, ProblemCode.NOT_UNDERSTOOD, "?") for item in ITEMS]
    problems += [
        at("employees", ProblemCode.PROFILE_MISSING, field="x"),
        Problem(ProblemCode.TOTAL_INCOMPLETE, details=(("limit", "4/5"),)),
    ]
    responses = [Response(item, None, "?") for item in ITEMS]
    request = page(corrected(returned_sheet(lang, *responses), *problems), REQUEST)
    links = [c for row in request.iter_rows() for c in row if isinstance(c, Cell) and c.hyperlink]
    assert len(links) == len(ITEMS) + 1
    for cell in links:
        pixels = request.column_dimensions[cell.column_letter].width * 7 + 5
        points = text_width(str(cell.value)) * float(cell.font.size)
        assert points <= column_room(pixels, indent=1), cell.value


@both
def test_the_same_arguments_give_the_same_bytes(lang: Lang) -> None:
    found = returned_sheet(lang, Response(ITEMS[0], None, "?", "備考"))
    problem = at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, "?")
    content = corrected(found, problem)
    assert corrected(found, problem) == content
    with zipfile.ZipFile(BytesIO(content)) as package:
        comments = package.read("xl/comments1.xml").decode()
    assert "<author></author>" in comments or "<author/>" in comments


@pytest.mark.parametrize("count", [0, 1, 3, 5, 40])
def test_what_it_replaces_is_told_twice(count: int) -> None:
    digests = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(count)]
    content = corrected(returned_sheet(), replaces=digests)
    book = open_workbook(content)
    pairs = {row[0]: row[1] for row in book[IDENTITY_SHEET].iter_rows(values_only=True)}
    assert pairs[IDENTITY_KEYS[1]] == JIS.version
    assert pairs[IDENTITY_KEYS[2]] == "C-0042"
    assert str(pairs.get(REPLACES_KEY) or "").split() == digests
    named = {each.name: str(each.value) for each in vars(book)["custom_doc_props"].props}
    assert named.get(REPLACES_KEY, "").split() == digests[:3]


HOSTILE = ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "{=1+1}", "=HYPERLINK(\"http://x\")",
           "http://x.example/", "'0", "&G<b>", "\x0b\x00", "\ud800", "[SD: a / b / c]"]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_code_stays_text(text: str) -> None:
    profile = {"company": text, "respondent": text, "department": text}
    found = returned_sheet(Lang.JA, Response(ITEMS[0], None, text, text), profile=profile)
    details = (("answer", text), ("remark", text), ("field", text), ("read", text))
    content = corrected(
        found,
        at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, text),
        at(ITEMS[1], ProblemCode.DUPLICATE_ITEM, text),
        Problem(ProblemCode.UNKNOWN_ITEM, value=text, details=details),
        Problem(ProblemCode.SHEET_TWICE, value=text, details=details),
        Problem(ProblemCode.PROFILE_NOT_UNDERSTOOD, item="employees", value=text, details=details),
    )
    blank = make_hearing_sheet(JIS, Lang.JA, ISSUER)
    assert lint(content) == []
    assert _formulas(page(content, REQUEST)) == {}
    for which in (COMPANY, QUESTIONS):
        assert _formulas(page(content, which)) == _formulas(page(blank, which - 1))
    for which in (REQUEST, COVER, COMPANY, QUESTIONS):
        links = [c.hyperlink for row in page(content, which).iter_rows() for c in row]
        assert all(link.target is None for link in links if link)
    if text.isprintable():
        assert question(content, ITEMS[0], ANSWER).value == text
        assert question(content, ITEMS[0], ANSWER).style_id
        assert question(content, ITEMS[0], REMARK).value == text
        assert field(content, "会社名").value == text


def test_a_note_fits_its_text_and_is_one_the_workbook_can_hold() -> None:
    book = Book(title="", author="", created=ISSUER.deadline)  # type: ignore[arg-type]
    book.page("a").note(0, 0, "一\n\x01二\ud800" + "あ" * 40_000)
    assert lint(book.bytes()) == []


# --- it comes back


# name: the sheet that came back, the cells that he corrects in it, and what is left to be told
RETURNS: Mapping[str, tuple[str, Mapping[str, str], list[str]]] = {
    "nothing corrected": (
        "|No.|回答|備考|\n|C1-1|はい| |\n|C1-2|該当なし| |\n|C2-1|まあまあ|本社|\n|C2-2|いいえ| |",
        {},
        ["NOT_UNDERSTOOD E10 C2-1 まあまあ"],
    ),
    "not understood": (
        "|No.|回答|備考|\n|C1-1|○| |\n|C1-2|該当なし| |\n|C2-1|まあまあ|本社|\n|C2-2|いいえ| |",
        {"E10": "一部"},
        [],
    ),
    "one of two": (
        "|No.|回答|備考|\n|C1-1|？？| |\n|C1-2|該当なし| |\n|C2-1|まあまあ|本社|\n|C2-2|いいえ| |",
        {"E10": "一部"},
        ["NOT_UNDERSTOOD E7 C1-1 ？？"],
    ),
    "several rows": (
        "|No.|回答|備考|\n|C1-1|はい| |\n|C1-2|該当なし| |\n|C2-1|はい|本社|\n|C2-1|一部| |"
        "\n|C2-2|いいえ| |",
        {"E10": "一部"},
        [],
    ),
    "unanswered": (
        "|No.|回答|備考|\n|C1-1|はい| |\n|C1-2|該当なし| |\n|C2-1| |本社|\n|C2-2| | |",
        {"E10": "一部"},
        ["UNANSWERED E11 C2-2"],
    ),
    "a row deleted": (
        "|No.|回答|備考|\n|C1-1|はい| |\n|C1-2|該当なし| |\n|C2-1|一部|本社|",
        {"E11": "いいえ"},
        [],
    ),
    "該当なし not offered": (
        "|No.|回答|備考|\n|C1-1|対象外| |\n|C1-2|該当なし| |\n|C2-1|一部|本社|\n|C2-2|いいえ| |",
        {"E7": "はい"},
        [],
    ),
    "a number of nobody": (
        "|No.|回答|備考|\n|C1-1|はい| |\n|C1-2|該当なし| |\n|C2-1|一部|本社|\n|C2-2|いいえ| |"
        "\n|C9-9|はい|追記|",
        {},
        [],
    ),
}


@pytest.mark.parametrize("name", RETURNS)
def test_exactly_what_is_corrected_is_gone(name: str) -> None:
    table, corrections, left = RETURNS[name]
    first = read_return(make_return(table, client="C-7"))
    problems, replaced = first.problems, [first.sha256]
    content, _ = make_correction_sheet(SMALL, sheet_of(first), problems, ISSUER, replaced)
    for cell, text in corrections.items():
        content = put_cell(content, QUESTIONS, cell, text)
    again = read_return(content)
    assert [line for line in problems_in(again) if not line.startswith("SECOND_READER")] == left
    new, old = sheet_of(again), sheet_of(first)
    assert new.identity == SheetIdentity(SMALL.id, SMALL.version, "C-7")
    assert new.replaces == (first.sha256,)
    assert new.profile == old.profile
    changed = set(corrections)
    for was, is_ in zip(old.responses, new.responses, strict=True):
        assert is_.remark == was.remark
        if is_.cell not in changed:
            assert is_.choice == was.choice


@both
def test_a_correction_is_as_good_as_a_return(lang: Lang) -> None:
    """What stays as it is is read as it was: of every kind, none is added and none is lost."""
    entries = Entries(
        {"company": "見本", "industry": JIS.field_by_id["industry"].by_id["E"].label[lang],
         "employees": "many"},
        {**dict.fromkeys(ITEMS[3:], YES[lang]), ITEMS[1]: "?!"},
        {ITEMS[1]: "備考\n2行", ITEMS[40]: LONG},
    )  # fmt: skip
    first = read_return(make_hearing_sheet(JIS, lang, ISSUER, entries, "C-1"), JIS)
    found = sheet_of(first)
    again = read_return(corrected(found, *first.problems), JIS)
    assert [replace(each, cell=None) for each in sheet_of(again).responses] == [
        replace(each, cell=None) for each in found.responses
    ]
    assert sheet_of(again).profile == found.profile
    assert problems_in(again) == problems_in(first)
    assert sheet_of(again).lang is lang


# --- sentences for a mail


REFUSED = [code for code in ProblemCode if f"problem.{code.value}.ask" in labels()]


@both
@pytest.mark.parametrize("code", REFUSED)
def test_a_mail_names_the_file_and_asks(code: ProblemCode, lang: Lang) -> None:
    details = (("kind", "pdf"),)
    text = told_problems.client_request(
        Problem(code, value="1", details=details), lang, "回答.xlsx"
    )
    assert "回答.xlsx" in text
    assert re.search("いただけますでしょうか。$|[?]$", text)
    assert "{" not in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [("pdf", "Excelのヒアリングシート"), ("image", "Excelのヒアリングシート"),
     ("numbers", "書き出す"), ("rar", "zip形式"), ("lzh", "zip形式"), ("winmail", "通常のメール"),
     ("smime", "通常のメール"), ("shortcut", "ダウンロード"), ("wps", "名前を付けて保存"),
     ("nobody knows", "Excelのヒアリングシート")],
)  # fmt: skip
def test_what_helps_depends_on_the_kind(kind: str, said: str) -> None:
    problem = Problem(ProblemCode.WRONG_FORMAT, value=kind, details=(("kind", kind),))
    assert said in told_problems.client_request(problem, Lang.JA, "a")


@pytest.mark.parametrize(
    "code", [ProblemCode.NO_ACCESS, ProblemCode.NOT_PROCESSED, ProblemCode.LINK_OUTSIDE]
)
def test_the_operators_own_matters_are_not_the_clients(code: ProblemCode) -> None:
    assert told_problems.client_request(Problem(code, value="x"), Lang.JA, "a.xlsx") == ""


@both
def test_the_portfolio_says_it_once_a_file(lang: Lang) -> None:
    lines = (
        AttentionEntry(ReturnStatus.REJECTED, "見本社/b.zip › c.pdf", "", wrong("pdf")),
        AttentionEntry(
            ReturnStatus.HELD, "d.xlsx", "見本", at(ITEMS[0], ProblemCode.NOT_UNDERSTOOD, "?")
        ),
        AttentionEntry(
            ReturnStatus.HELD, "d.xlsx", "見本", at(ITEMS[1], ProblemCode.NOT_UNDERSTOOD, "?")
        ),
        AttentionEntry(ReturnStatus.REJECTED, "e.xlsx", "", Problem(ProblemCode.NO_ACCESS)),
        AttentionEntry(ReturnStatus.RANKED, "f.xlsx", "例", at(ITEMS[0], ProblemCode.UNANSWERED)),
    )
    outcomes = resolve_all(client("見本"))
    tables = replace(summary(outcomes), attention=lines)
    book = open_workbook(build_portfolio(tables, JIS, ISSUER, Wording(lang)).bytes())
    attention = sheet(book, Wording(lang)("portfolio.sheet.attention"))
    column = [attention.cell(row, 11).value for row in range(4, 10)]
    assert column[0] == Wording(lang)("portfolio.attention.mail")
    assert column[1] == told_problems.client_request(wrong("pdf"), lang, "c.pdf")
    assert column[2] == told_problems.correction_request(lang, "d.xlsx")
    assert column[3:] == [None, None, None]
    assert cut_texts(attention) == []


def wrong(kind: str) -> Problem:
    return Problem(ProblemCode.WRONG_FORMAT, value=kind, details=(("kind", kind),))


# --- the notes on its cells come back, too


NOTED = (
    at(ITEMS[3], ProblemCode.NOT_UNDERSTOOD, "だいたい"),
    at(ITEMS[3], ProblemCode.NA_CONTRADICTION, ITEMS[4]),
    Problem(ProblemCode.COMPANY_MISSING, "会社情報", "C5", "company"),
)


def told_notes(content: bytes) -> list[str]:
    problems = read_return(content, JIS).problems
    return [each.value or "" for each in problems if each.code is ProblemCode.NOTE]


@both
def test_the_notes_of_a_correction_are_not_told_when_it_comes_back(lang: Lang) -> None:
    content = corrected(returned_sheet(lang, Response(ITEMS[3], None, "だいたい")), *NOTED)
    assert question(content, ITEMS[3], ANSWER).comment
    assert told_notes(content) == []


def test_what_a_client_writes_below_a_note_of_ours_is_told() -> None:
    content = corrected(returned_sheet(Lang.JA, Response(ITEMS[3], None, "だいたい")), *NOTED)

    def change(book: Workbook) -> None:
        cells = (cell for row in page_at(book, QUESTIONS).iter_rows() for cell in row)
        (cell,) = (each for each in cells if each.comment)
        written = cell.comment.text if cell.comment else ""
        cell.comment = Comment(f"{written}\n一部に直してください", "田中")

    (note,) = told_notes(edit_workbook(content, change))
    assert note.endswith("一部に直してください")
