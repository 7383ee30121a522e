"""What office people do to a filled-in hearing sheet, each kind as a function.

An edit of `HARMLESS` says the same in another way: it is read in full, and holds nothing. What an
edit of `CHANGING` does may cost an answer, but never change it without a word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sheet_diag.forms.layout import QuestionColumn
from sheet_diag.intake.returns.vocabulary import vocabulary_of
from sheet_diag.model.basics import Lang
from tests.catalogs import JIS
from tests.edited_sheets import ITEMS, UNCLEAR, Cell, DoesNotFitError, HearingSheet, Page, Row

Edit = Callable[[HearingSheet], None]

HARMLESS: Final[dict[str, Edit]] = {}
CHANGING: Final[dict[str, Edit]] = {}
# Edits of one group can undo the signs of each other, so that nothing is left to see.
GROUPS: Final = (
    frozenset(
        (
            "all_answers_one_row_down",
            "all_answers_one_row_up",
            "answers_pushed_down_from_a_row",
            "answers_pulled_up_from_a_row",
            "answers_pushed_down_within_a_section",
            "answers_pasted_without_sections",
            "sections_deleted",
        )
    ),
    frozenset(
        (
            "numbers_counted_through",
            "numbers_deleted",
            "column_of_ids_deleted",
            "questions_shortened",
            "answers_in_the_questions",
            "sorted_without_numbers",
            "numbers_dragged",
            "numbers_pushed_down",
            "table_of_another_version_pasted",
        )
    ),
    frozenset(("answers_among_the_remarks", "second_table_below")),
    frozenset(("answers_pushed_down_within_a_section", "sorted_without_numbers")),
    frozenset(("second_table_beside", "second_column_of_answers", "column_of_corrections")),
    frozenset(("name_repeated", "name_is_elsewhere", "another_company_added")),
    frozenset(("columns_of_choices", "second_column_of_answers", "hidden_second_column")),
)

ID, CATEGORY, QUESTION, HINT = (
    QuestionColumn.ID, QuestionColumn.CATEGORY, QuestionColumn.QUESTION, QuestionColumn.HINT
)  # fmt: skip
ANSWER, REMARK, CHECK = QuestionColumn.ANSWER, QuestionColumn.REMARK, QuestionColumn.CHECK
_PEOPLE: Final = ("山田", "佐藤", "総務部", "情報システム部", "鈴木")


def harmless(edit: Edit) -> Edit:
    HARMLESS[edit.__name__] = edit
    return edit


def changing(edit: Edit) -> Edit:
    CHANGING[edit.__name__] = edit
    return edit


# --- columns and rows of others


def _add_column(sheet: HearingSheet, heading: str, *, after: QuestionColumn | None = None) -> int:
    """Add a column with a heading; at the right end, or after one of ours."""
    at = sheet.questions.width if after is None else sheet.column(after) + 1
    sheet.questions.insert_column(at)
    sheet.header.cells[at].text = heading
    return at


def _second_answers(sheet: HearingSheet, at: int, share: float = 0.3) -> None:
    """Answer all questions again, some otherwise; what is meant is then unclear."""
    for item, row in sheet.question_rows():
        choice = sheet.truth[item]
        if choice in (None, UNCLEAR) or item in sheet.touched:
            continue
        if sheet.chance.random() < share:
            choice = sheet.other(item)
            sheet.truth[item] = UNCLEAR
        sheet.questions.rows[row].cells[at].text = sheet.word(choice or "")


@harmless
def blank_column_inserted(sheet: HearingSheet) -> None:
    sheet.questions.insert_column(sheet.chance.randrange(sheet.questions.width + 1))


@harmless
def blank_rows_inserted(sheet: HearingSheet) -> None:
    rows = sheet.questions.rows
    for _ in range(3):
        sheet.questions.insert_row(sheet.chance.randrange(rows.index(sheet.header) + 1, len(rows)))


@harmless
def column_of_people_added(sheet: HearingSheet) -> None:
    names = ("担当", "担当部署", "ご担当者", "回答者", "確認者", "記入者")
    at = _add_column(
        sheet, sheet.chance.choice(names), after=sheet.chance.choice([None, REMARK, ANSWER])
    )
    for _, row in sheet.question_rows():
        sheet.questions.rows[row].cells[at].text = sheet.chance.choice(_PEOPLE)


@harmless
def column_of_checks_added(sheet: HearingSheet) -> None:
    at = _add_column(
        sheet, sheet.chance.choice(["確認", "社内確認", "チェック済", "重要", "確認日"])
    )
    for _, row in sheet.question_rows():
        if sheet.chance.random() < 0.8:
            sheet.questions.rows[row].cells[at].text = "✓"


@harmless
def column_of_dates_added(sheet: HearingSheet) -> None:
    at = _add_column(sheet, sheet.chance.choice(["回答日", "確認日", "対応期限", "記入日"]))
    for _, row in sheet.question_rows():
        sheet.questions.rows[row].cells[at].text = "2026/11/20"


@harmless
def column_of_numbers_added(sheet: HearingSheet) -> None:
    sheet.questions.insert_column(0)
    sheet.header.cells[0].text = sheet.chance.choice(["", "通番", "連番", "#"])
    for number, (_, row) in enumerate(sheet.question_rows(), 1):
        sheet.questions.rows[row].cells[0].text = str(number)


@harmless
def column_of_last_year_added(sheet: HearingSheet) -> None:
    at = _add_column(
        sheet, sheet.chance.choice(["前回回答", "前回の回答", "昨年度回答", "前年回答"])
    )
    for item, row in sheet.question_rows():
        if sheet.truth[item] in ("yes", "partial", "no"):
            sheet.questions.rows[row].cells[at].text = sheet.word(sheet.other(item))


@harmless
def second_column_of_remarks_added(sheet: HearingSheet) -> None:
    at = _add_column(sheet, sheet.chance.choice(["備考", "備考2", "補足", "コメント"]))
    for _, row in sheet.question_rows():
        if sheet.chance.random() < 0.2:
            sheet.questions.rows[row].cells[at].text = "来年度に見直す予定です。"


@harmless
def columns_hidden(sheet: HearingSheet) -> None:
    sheet.questions.hidden_columns |= {sheet.column(CATEGORY), sheet.column(HINT)}


@harmless
def answer_column_hidden(sheet: HearingSheet) -> None:
    sheet.questions.hidden_columns |= {sheet.column(ANSWER)}


@harmless
def rows_hidden(sheet: HearingSheet) -> None:
    for _, row in sheet.chance.sample(sheet.question_rows(), 5):
        sheet.questions.rows[row].hidden = True


@harmless
def columns_deleted(sheet: HearingSheet) -> None:
    for name in sheet.chance.sample([CATEGORY, HINT, CHECK], 2):
        sheet.questions.delete_column(sheet.column(name))


@harmless
def columns_moved(sheet: HearingSheet) -> None:
    """Move the answers right beside the numbers."""
    old, new = sheet.column(ANSWER), sheet.column(ID) + 1
    for row in sheet.questions.rows:
        row.cells.insert(new, row.cells.pop(old))


@harmless
def sections_deleted(sheet: HearingSheet) -> None:
    sheet.questions.rows[:] = [r for r in sheet.questions.rows if r not in sheet.sections]


@harmless
def top_deleted(sheet: HearingSheet) -> None:
    del sheet.questions.rows[: sheet.questions.rows.index(sheet.header)]
    sheet.questions.merged.clear()


@harmless
def rows_sorted(sheet: HearingSheet) -> None:
    """Sort whole rows, sections first or last."""
    rows = sheet.questions.rows
    first = rows.index(sheet.header) + 1
    body = rows[first:]
    numbers = {id(row): item for item, row in sheet.rows.items()}
    by = sheet.chance.choice(["number", "answer", "any"])
    keys = {
        id(row): (id(row) not in numbers, _sort_key(sheet, numbers.get(id(row), ""), by))
        for row in body
    }
    rows[first:] = sorted(body, key=lambda row: keys[id(row)], reverse=sheet.chance.random() < 0.5)


def _sort_key(sheet: HearingSheet, item: str, by: str) -> str:
    if by == "answer" and item:
        return sheet.answers[item].text
    return item if by == "number" else str(sheet.chance.random())


@harmless
def rows_counted(sheet: HearingSheet) -> None:
    """Add a line with the number of answers below the table."""
    row = sheet.questions.insert_row(len(sheet.questions.rows))
    at = sheet.column(ANSWER)
    row.cells[0].text = "回答数"
    row.cells[at].text, row.cells[at].formula = "54", "=COUNTA(E7:E65)"


@harmless
def sections_counted(sheet: HearingSheet) -> None:
    """Count the answers はい in the row of each section."""
    at = sheet.column(ANSWER)
    for row in sheet.sections:
        row.cells[at].text, row.cells[at].formula = "4", '=COUNTIF(E7:E15,"はい")'


@harmless
def line_of_completion_added(sheet: HearingSheet) -> None:
    sheet.questions.insert_row(len(sheet.questions.rows))
    row = sheet.questions.insert_row(len(sheet.questions.rows))
    row.cells[sheet.chance.randrange(len(row.cells))].text = "以上、2026年11月20日 総務部 山田 記入"


@harmless
def rows_duplicated(sheet: HearingSheet) -> None:
    for item in sheet.pick(2):
        at = sheet.row_of(item)
        texts = {col: c.text for col, c in enumerate(sheet.questions.rows[at].cells)}
        sheet.questions.insert_row(at + 1, texts)


@harmless
def cells_coloured(sheet: HearingSheet) -> None:
    for item in sheet.pick(10):
        sheet.answers[item].look = {"bg_color": "#FFFF00", "bold": True}


@harmless
def remarks_merged(sheet: HearingSheet) -> None:
    at, rows = sheet.column(REMARK), sheet.questions.rows
    first, second = sheet.question_rows()[:2]
    if second[1] != first[1] + 1:
        raise DoesNotFitError
    rows[second[1]].cells[at].text = ""
    rows[first[1]].cells[at].text = "2問とも総務部が所管しています。"
    sheet.questions.merged.append((rows[first[1]], at, rows[second[1]], at))


# --- other sheets


@harmless
def sheets_moved(sheet: HearingSheet) -> None:
    sheet.chance.shuffle(sheet.pages)


@harmless
def sheet_renamed(sheet: HearingSheet) -> None:
    sheet.questions.name = sheet.chance.choice(["Sheet1", "回答済", "株式会社見本_回答"])


@harmless
def sheet_of_notes_added(sheet: HearingSheet) -> None:
    texts = [["社内メモ", "", ""], ["はい", "いいえ", "○"], ["山田さんに確認", "済", "10"]]
    sheet.add_page("メモ", texts, sheet.chance.choice([0, None]))


@harmless
def summary_added(sheet: HearingSheet) -> None:
    texts = [["集計", ""], ["はい", "30"], ["一部", "10"], ["いいえ", "14"], ["合計", "54"]]
    sheet.add_page("集計", texts)


@harmless
def summary_by_number_added(sheet: HearingSheet) -> None:
    texts = [["番号", "担当"], *([item, sheet.chance.choice(_PEOPLE)] for item in ITEMS)]
    sheet.add_page("担当表", texts)


@harmless
def cover_deleted(sheet: HearingSheet) -> None:
    sheet.pages[:] = [page for page in sheet.pages if page.name not in ("はじめに", "Introduction")]


@harmless
def own_sheets_deleted(sheet: HearingSheet) -> None:
    sheet.pages[:] = [page for page in sheet.pages if not page.name.startswith("_")]
    sheet.properties.clear()


@harmless
def sheet_copied(sheet: HearingSheet) -> None:
    _copy(sheet, sheet.questions, f"{sheet.questions.name} (2)")


def _copy(sheet: HearingSheet, page: Page, name: str) -> Page:
    rows = [Row([Cell(cell.text, cell.formula) for cell in row.cells]) for row in page.rows]
    names = {each.name for each in sheet.pages}
    name = next(each for each in (name, f"{name} (3)", f"{name} (4)") if each not in names)
    copy = Page(name, rows)
    sheet.pages.insert(sheet.pages.index(page) + 1, copy)
    return copy


@harmless
def blank_copy_kept(sheet: HearingSheet) -> None:
    copy = _copy(sheet, sheet.questions, "原本")
    copy.visible = sheet.chance.random() < 0.5
    at = sheet.column(ANSWER)
    for _, row in sheet.question_rows():
        copy.rows[row].cells[at].text = ""


@harmless
def divided_by_category(sheet: HearingSheet) -> None:
    """Move the rows of some categories to sheets of their own."""
    page = sheet.questions
    owner = {id(row): item[:3] for item, row in sheet.rows.items() if row in page.rows}
    header = [Cell(cell.text) for cell in sheet.header.cells]
    for name in ("COM", "PHY", "CRI"):
        rows = [row for row in page.rows if owner.get(id(row)) == name]
        page.rows[:] = [row for row in page.rows if row not in rows]
        sheet.pages.append(Page(name, [Row(header), *rows]))


# --- words


_SPELLINGS: Final = {
    ANSWER: ("ご回答", "回　答", "回答欄", "【回答】", "回答※", "回答（必須）", "回答（選択）"),
    REMARK: ("備　考", "ご備考", "備考（任意）", "備考欄"),
    QUESTION: ("ご設問", "設　問", "設問※"),
    ID: ("No", "NO.", "№"),
}  # fmt: skip


@harmless
def headings_respelt(sheet: HearingSheet) -> None:
    for name, texts in _SPELLINGS.items():
        if sheet.headings[name].text and sheet.chance.random() < 0.7:
            sheet.headings[name].text = sheet.chance.choice(texts)


@harmless
def headings_translated(sheet: HearingSheet) -> None:
    words = {ANSWER: "Answer", REMARK: "Remarks", QUESTION: "Question", ID: "No."}
    for name, text in words.items():
        sheet.headings[name].text = text


@harmless
def answer_heading_renamed(sheet: HearingSheet) -> None:
    sheet.headings[ANSWER].text = sheet.chance.choice(["貴社の状況", "結果", "", "状況", "弊社"])


@harmless
def answers_spelt_otherwise(sheet: HearingSheet) -> None:
    vocabulary = vocabulary_of(JIS)
    for item in sheet.pick(25):
        choice = JIS.choices_of(ITEMS[item])[sheet.truth[item] or ""]
        words = [
            word
            for word in (*choice.aliases.ja, *choice.aliases.en)
            if not vocabulary.is_ambiguous(ITEMS[item], word)
        ]
        sheet.answers[item].text = sheet.chance.choice(words)


@harmless
def answers_typed_carelessly(sheet: HearingSheet) -> None:
    for item in sheet.pick(25):
        text = sheet.answers[item].text
        forms = (
            f" {text}",
            f"{text}。",
            f"{text}　",
            f"{text}\n",
            f"「{text}」",
            f"（{text}）",
            text.upper(),
        )
        sheet.answers[item].text = sheet.chance.choice(forms)


@harmless
def answers_in_the_other_language(sheet: HearingSheet) -> None:
    other = Lang.EN if sheet.lang is Lang.JA else Lang.JA
    for item in sheet.pick(20):
        choice = JIS.choices_of(ITEMS[item])[sheet.truth[item] or ""]
        sheet.answers[item].text = choice.label[other]


@harmless
def hints_pasted(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        hint, choice = ITEMS[item].hint, sheet.truth[item] or ""
        if choice in hint:
            mark = "：" if sheet.lang is Lang.JA else ": "
            sheet.answers[item].text = f"{sheet.word(choice)}{mark}{hint[choice][sheet.lang]}"


@harmless
def numbers_respelt(sheet: HearingSheet) -> None:
    forms: tuple[Callable[[str], str], ...] = (
        lambda text: text.replace("-0", "-"),
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", "－"),
        lambda text: text.lower(),
        lambda text: f"※{text}",
        lambda text: f"{text}\n（必須）",
        lambda text: f" {text} ",
    )
    form = sheet.chance.choice(forms)
    for cell in sheet.cells[ID].values():
        cell.text = form(cell.text)


@harmless
def numbers_counted_through(sheet: HearingSheet) -> None:
    for number, cell in enumerate(sheet.cells[ID].values(), 1):
        cell.text = str(number)


@harmless
def numbers_deleted(sheet: HearingSheet) -> None:
    for cell in sheet.cells[ID].values():
        cell.text = ""


@harmless
def column_of_ids_deleted(sheet: HearingSheet) -> None:
    sheet.questions.delete_column(sheet.column(ID))


@harmless
def questions_shortened(sheet: HearingSheet) -> None:
    for item in sheet.chance.sample([*ITEMS], 5):
        cell = sheet.cells[QUESTION][item]
        cell.text = cell.text[: len(cell.text) // 2]


@harmless
def questions_explained(sheet: HearingSheet) -> None:
    """Note in cells of questions and remarks what has nothing to do with answers."""
    for item in sheet.pick(3):
        sheet.cells[QUESTION][item].note = "この設問は情報システム部に確認済みです。"
        sheet.cells[REMARK][item].text = "規程第3条を参照（2026年4月改定）"


@harmless
def remarks_struck(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        cell = sheet.cells[REMARK][item]
        cell.text = cell.struck = "来年度に対応する予定です。"


@harmless
def answers_by_formula(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        sheet.answers[item].formula = "=E7"


@harmless
def address_added(sheet: HearingSheet) -> None:
    """Write the name of the company where it is not asked for."""
    sheet.questions.rows[0].cells[-1].text = sheet.name


@harmless
def name_repeated(sheet: HearingSheet) -> None:
    page = next(page for page in sheet.pages if any(sheet.company in r.cells for r in page.rows))
    _copy(sheet, page, "会社情報 (2)")


# --- what changes answers, or may


_SITES: Final = (
    "支社", "工場", "回答（支社）", "回答２", "回答", "", "大阪", "子会社", "2025年度", "再回答",
    "日本橋", "担当者の回答", "確認後の回答", "事業者A", "回答案", "Updated answer",
)  # fmt: skip


@changing
def second_column_of_answers(sheet: HearingSheet) -> None:
    after = sheet.chance.choice([None, ANSWER, REMARK])
    _second_answers(sheet, _add_column(sheet, sheet.chance.choice(_SITES), after=after))


@changing
def second_column_of_answers_on_the_left(sheet: HearingSheet) -> None:
    at = sheet.column(ANSWER)
    sheet.questions.insert_column(at)
    sheet.header.cells[at].text = sheet.chance.choice(
        ["本社", "回答", "", "案", "回答（案）", "一次回答"]
    )
    _second_answers(sheet, at)


@changing
def column_of_corrections(sheet: HearingSheet) -> None:
    headings = ("修正", "訂正後", "修正後の回答", "正しい回答", "変更後", "正")
    at = _add_column(sheet, sheet.chance.choice(headings))
    for item in sheet.pick(4):
        sheet.truth[item] = choice = sheet.other(item)
        sheet.questions.rows[sheet.row_of(item)].cells[at].text = sheet.word(choice)


@changing
def two_sites_below_a_merged_heading(sheet: HearingSheet) -> None:
    at = sheet.column(ANSWER) + 1
    sheet.questions.insert_column(at)
    sheet.questions.merged.append((sheet.header, at - 1, sheet.header, at))
    if sheet.chance.random() < 0.5:
        row = sheet.questions.rows.index(sheet.header) + 1
        sheet.questions.insert_row(row, {at - 1: "本社", at: "支社"})
    _second_answers(sheet, at)


@changing
def hidden_second_column(sheet: HearingSheet) -> None:
    at = _add_column(sheet, sheet.chance.choice(["回答", "旧", ""]), after=ANSWER)
    sheet.questions.hidden_columns.add(at)
    _second_answers(sheet, at)


@changing
def columns_of_choices(sheet: HearingSheet) -> None:
    """Answer by a circle in one of three columns, each headed by its choice."""
    at, marks = sheet.column(ANSWER), sheet.chance.choice("○✓レ")
    places = {"yes": at, "partial": at + 1, "no": at + 2}
    for _ in range(2):
        sheet.questions.insert_column(at + 1)
    heading = sheet.chance.choice(["{}", "{}の場合に○", "回答（{}）", "{}（該当に記入）"])
    for name, place in places.items():
        sheet.header.cells[place].text = heading.format(sheet.word(name))
    most = sheet.chance.choice([None, *places])
    for item, row in sheet.question_rows():
        choice = sheet.truth[item]
        if choice == UNCLEAR:  # what stands there says so
            continue
        if most and choice in places and sheet.chance.random() < 0.9:
            sheet.truth[item] = choice = most
        cells = sheet.questions.rows[row].cells
        cells[at].text = ""
        if choice in places:
            cells[places[choice]].text = marks


@changing
def row_inserted_for_a_site(sheet: HearingSheet) -> None:
    for item in sheet.pick(2):
        at = sheet.row_of(item)
        texts = {sheet.column(ANSWER): sheet.word(sheet.other(item)), sheet.column(REMARK): "工場"}
        hidden = sheet.chance.random() < 0.2
        sheet.questions.insert_row(at + 1, texts).hidden = hidden
        sheet.truth[item] = UNCLEAR


@changing
def row_named_after_a_site(sheet: HearingSheet) -> None:
    for item in sheet.pick(2):
        at = sheet.row_of(item)
        texts = {
            sheet.column(ID): sheet.chance.choice(["工場", "〃", "支社", "同上", "追加", "2"]),
            sheet.column(ANSWER): sheet.word(sheet.other(item)),
        }
        sheet.questions.insert_row(at + 1, texts)
        sheet.truth[item] = UNCLEAR


@changing
def number_repeated_for_a_site(sheet: HearingSheet) -> None:
    for item in sheet.pick(2):
        at = sheet.row_of(item)
        texts = {
            sheet.column(ID): item
            + sheet.chance.choice(["", "（工場）", "-2", " (2)", "②", "'", " 工場", "a"]),
            sheet.column(ANSWER): sheet.word(sheet.other(item)),
        }
        sheet.questions.insert_row(at + 1, texts)
        sheet.truth[item] = UNCLEAR


def _shift(sheet: HearingSheet, first: int, last: int, by: int) -> None:
    """Move the cells of the answers in these rows, and none else."""
    rows, at = sheet.questions.rows, sheet.column(ANSWER)
    while last + by >= len(rows):
        sheet.questions.insert_row(len(rows))
    moved = [rows[row].cells[at] for row in range(first, last + 1)]
    for row in range(first, last + 1):
        rows[row].cells[at] = Cell()
    for row, cell in enumerate(moved, first + by):
        rows[row].cells[at] = cell


def _require_filled(sheet: HearingSheet, row: int) -> None:
    if not sheet.questions.rows[row].cells[sheet.column(ANSWER)].text:
        raise DoesNotFitError


@changing
def all_answers_one_row_down(sheet: HearingSheet) -> None:
    rows = [row for _, row in sheet.question_rows()]
    _shift(sheet, rows[0], rows[-1], 1)


@changing
def all_answers_one_row_up(sheet: HearingSheet) -> None:
    rows = [row for _, row in sheet.question_rows()]
    _shift(sheet, rows[0], rows[-1], -1)


@changing
def answers_pushed_down_from_a_row(sheet: HearingSheet) -> None:
    rows = [row for _, row in sheet.question_rows()]
    _require_filled(sheet, rows[-1])
    _shift(sheet, sheet.chance.choice(rows), rows[-1], sheet.chance.choice([1, 1, 2]))


@changing
def answers_pulled_up_from_a_row(sheet: HearingSheet) -> None:
    rows = [row for _, row in sheet.question_rows()]
    _require_filled(sheet, rows[10])
    _shift(sheet, sheet.chance.choice(rows[1:8]), rows[-1], -1)


@changing
def answers_pushed_down_within_a_section(sheet: HearingSheet) -> None:
    """From a row on: the last answer falls into the row of the next section, or below the table."""
    name = sheet.chance.choice(["HUM", "PHY", "CRI"])
    section = [row for item, row in sheet.question_rows() if item.startswith(name)]
    if not section:
        raise DoesNotFitError
    _require_filled(sheet, section[-1])
    _shift(sheet, sheet.chance.choice(section), section[-1], 1)


@changing
def answers_pasted_without_sections(sheet: HearingSheet) -> None:
    """Paste a list of all answers without gaps, from the first question on."""
    rows, at = sheet.questions.rows, sheet.column(ANSWER)
    answered = sheet.question_rows()
    cells = [rows[row].cells[at] for _, row in answered]
    first = answered[0][1]
    for _, row in answered:
        rows[row].cells[at] = Cell()
    for row, cell in enumerate(cells, first):
        rows[row].cells[at] = cell


@changing
def rows_deleted(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        del sheet.questions.rows[sheet.row_of(item)]


@changing
def sorted_without_numbers(sheet: HearingSheet) -> None:
    """Sort all columns but that of the numbers, or the questions and answers alone."""
    rows = sheet.questions.rows
    body = [rows[row] for _, row in sheet.question_rows()]
    if sheet.chance.random() < 0.5:
        columns = [col for col in range(sheet.questions.width) if col != sheet.column(ID)]
    else:
        columns = [sheet.column(QUESTION), sheet.column(HINT), sheet.column(ANSWER)]
    order = sheet.chance.sample(range(len(body)), len(body))
    moved = [[body[place].cells[col] for col in columns] for place in order]
    for row, cells in zip(body, moved, strict=True):
        for col, cell in zip(columns, cells, strict=True):
            row.cells[col] = cell


@changing
def numbers_dragged(sheet: HearingSheet) -> None:
    """Fill the numbers down from one of them, over all below."""
    rows, at = sheet.questions.rows, sheet.column(ID)
    answered = [row for _, row in sheet.question_rows()]
    start = sheet.chance.randrange(len(answered) - 5)
    name = sheet.chance.choice(["POL", "HUM", "COM"])
    for number, row in enumerate(answered[start:], sheet.chance.randint(1, 9)):
        rows[row].cells[at].text = f"{name}-{number:02}"


@changing
def numbers_pushed_down(sheet: HearingSheet) -> None:
    rows, at = sheet.questions.rows, sheet.column(ID)
    answered = [rows[row] for _, row in sheet.question_rows()]
    numbers = [row.cells[at].text for row in answered]
    for row, text in zip(answered, ["", *numbers], strict=False):
        row.cells[at].text = text


@changing
def rows_duplicated_otherwise(sheet: HearingSheet) -> None:
    for item in sheet.pick(2):
        at = sheet.row_of(item)
        texts = {col: c.text for col, c in enumerate(sheet.questions.rows[at].cells)}
        texts[sheet.column(ANSWER)] = sheet.word(sheet.other(item))
        sheet.questions.insert_row(at + 1, texts)
        sheet.truth[item] = UNCLEAR


@changing
def answers_among_the_remarks(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        sheet.questions.rows[sheet.row_of(item)].cells[sheet.column(REMARK)].text = sheet.answers[
            item
        ].text
        sheet.answers[item].text = ""


@changing
def answers_in_the_hints(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        sheet.questions.rows[sheet.row_of(item)].cells[sheet.column(HINT)].text = sheet.answers[
            item
        ].text
        sheet.answers[item].text = ""


@changing
def answers_in_the_questions(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        cell = sheet.cells[QUESTION][item]
        cell.text = (
            sheet.answers[item].text
            if sheet.chance.random() < 0.5
            else cell.text + "⇒" + sheet.answers[item].text
        )
        sheet.answers[item].text = ""


_DOUBLES: Final = (
    "{0}→{1}", "{0}⇒{1}", "{0}／{1}", "{0}/{1}", "{0}・{1}", "{0}\n{1}", "{0} {1}", "{0}、{1}",
    "{0}（{1}）", "{0}または{1}", "本社：{0}、工場：{1}", "{0}だが{1}",
    "○{0}　{1}", "{0}（旧：{1}）", "{0}({1})", "{0}【{1}】", "「{0}」「{1}」", "{0}　　{1}",
    "{0},{1}", "{0}or{1}", "{0};{1}", "①{0} ②{1}", "[{0}] {1}", "({0}) {1}", "{0}?{1}",
    "{0}。{1}。",
)  # fmt: skip


@changing
def two_answers_in_a_cell(sheet: HearingSheet) -> None:
    for item in sheet.pick(6):
        words = (sheet.answers[item].text, sheet.word(sheet.other(item)))
        if sheet.chance.random() < 0.3:
            words = ("○", "×") if sheet.chance.random() < 0.5 else ("×", "△")
        sheet.answers[item].text = sheet.chance.choice(_DOUBLES).format(*words)
        sheet.truth[item] = UNCLEAR


_REMARKED: Final = (
    "{0}（一部除く）", "{0}（本社のみ）", "{0}※", "{0}？", "{0}?", "{0}だと思います", "たぶん{0}",
    "{0}（予定）", "{0}（来年度から）", "{0} ただし工場を除く", "{0}（要確認）", "{0}予定",
    "ほぼ{0}", "{0}ではない", "{0}（仮）", "({0})?", "[{0}] 未確定", "{0}（今後）",
    "「{0}」ではない", "{0}→", "{0}（昨年まで）", "※{0}", "{0}(案)", "{0}★",
)  # fmt: skip


@changing
def remarks_in_the_answer(sheet: HearingSheet) -> None:
    for item in sheet.pick(6):
        sheet.answers[item].text = sheet.chance.choice(_REMARKED).format(sheet.answers[item].text)
        sheet.truth[item] = UNCLEAR


@changing
def no_choice_at_all(sheet: HearingSheet) -> None:
    words = (
        "検討中",
        "準備中",
        "同上",
        "〃",
        "↑",
        "上に同じ",
        "別紙参照",
        "確認依頼中",
        "-",
        "―",
        "?",
        "次回",
        "0",
        "OK",
        "NG",
        "1/2",
    )
    for item in sheet.pick(4):
        sheet.answers[item].text = sheet.chance.choice(words)
        sheet.truth[item] = UNCLEAR


@changing
def numbers_for_answers(sheet: HearingSheet) -> None:
    """Answer by numbers, explained above the table."""
    codes = {"yes": "1", "partial": "2", "no": "3", "unknown": "4", "na": "5"}
    legend = "、".join(f"{number}:{sheet.word(choice)}" for choice, number in codes.items())
    sheet.questions.rows[0].cells[-1].text = legend
    for item in sheet.pick(60):
        sheet.answers[item].text = codes[sheet.truth[item] or ""]


@changing
def letters_for_answers(sheet: HearingSheet) -> None:
    """Answer by letters, of which one is the mark of another choice."""
    codes = {"yes": "Y", "partial": "P", "no": "N", "unknown": "U", "na": "X"}
    for item in sheet.pick(60):
        sheet.answers[item].text = codes[sheet.truth[item] or ""]


@changing
def none_where_it_may_not_apply(sheet: HearingSheet) -> None:
    for item in sheet.pick(60):
        if ITEMS[item].na_allowed:
            sheet.answers[item].text = sheet.chance.choice(["なし", "無し", "なし。"])
            sheet.truth[item] = UNCLEAR


@changing
def not_applicable_where_it_may_not_be(sheet: HearingSheet) -> None:
    for item in sheet.pick(5):
        sheet.answers[item].text, sheet.truth[item] = sheet.word("na"), "na"


@changing
def answers_struck(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.answers[item].struck = sheet.answers[item].text
        sheet.truth[item] = UNCLEAR


@changing
def answers_struck_and_replaced(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        old, new = sheet.answers[item].text, sheet.other(item)
        gap = sheet.chance.choice(["", " ", "→", "\n"])
        sheet.answers[item].text = f"{old}{gap}{sheet.word(new)}"
        sheet.answers[item].struck = old
        sheet.truth[item] = new


@changing
def answers_corrected_in_notes(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.truth[item] = choice = sheet.other(item)
        sheet.answers[item].note = text = f"{sheet.word(choice)}に訂正してください（{item}）"
        sheet.told[item] = text


@changing
def answers_corrected_beside_the_table(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.truth[item] = choice = sheet.other(item)
        text = f"※{item}は「{sheet.word(choice)}」に訂正"
        sheet.told[item] = text
        if sheet.chance.random() < 0.5:
            sheet.questions.insert_row(len(sheet.questions.rows))
            row = sheet.questions.insert_row(len(sheet.questions.rows))
            row.cells[sheet.chance.randrange(len(row.cells))].text = text
        else:
            at = sheet.row_of(item)
            sheet.questions.insert_column(sheet.questions.width)
            sheet.questions.rows[at].cells[-1].text = text


@changing
def answers_corrected_on_another_sheet(sheet: HearingSheet) -> None:
    (item,) = sheet.pick()
    sheet.truth[item] = choice = sheet.other(item)
    sheet.told[item] = text = f"{item}は「{sheet.word(choice)}」でした"
    sheet.add_page("訂正", [["訂正のお願い"], [text]])


@changing
def answers_merged_over_questions(sheet: HearingSheet) -> None:
    rows, at = sheet.questions.rows, sheet.column(ANSWER)
    (item,) = sheet.pick()
    below = sheet.row_of(item) + 1
    owner = {row: name for name, row in sheet.question_rows()}
    if below not in owner or owner[below] in sheet.touched:
        raise DoesNotFitError
    rows[below].cells[at].text = sheet.chance.choice(["", rows[below].cells[at].text])
    sheet.truth[owner[below]] = UNCLEAR
    sheet.touched.add(owner[below])
    sheet.questions.merged.append((rows[below - 1], at, rows[below], at))


@changing
def sheet_copied_and_answered_otherwise(sheet: HearingSheet) -> None:
    names = ("ヒアリングシート (2)", "支社", "旧", "下書き")
    copy = _copy(sheet, sheet.questions, sheet.chance.choice(names))
    copy.visible = sheet.chance.random() < 0.7
    at = sheet.column(ANSWER)
    for item in sheet.pick(5):
        row = sheet.row_of(item)
        copy.rows[row].cells[at].text = sheet.word(sheet.other(item))
        sheet.truth[item] = UNCLEAR


@changing
def list_of_other_answers_added(sheet: HearingSheet) -> None:
    """Add a sheet with numbers and the right answers to some of them, headed so or not."""
    items = sheet.pick(5)
    heading = sheet.chance.choice([["番号", "訂正"], ["No.", "回答"], ["", ""]])
    lines = []
    for item in items:
        sheet.truth[item] = choice = sheet.other(item)
        lines.append([item, sheet.word(choice)])
        sheet.told[item] = sheet.word(choice)
    sheet.add_page("訂正一覧", [heading, *lines])


@changing
def second_table_below(sheet: HearingSheet) -> None:
    _second_table(sheet, len(sheet.questions.rows) + 2, heading=sheet.chance.random() < 0.5)


def _second_table(sheet: HearingSheet, at: int, *, heading: bool) -> None:
    page, answer = sheet.questions, sheet.column(ANSWER)
    lines = [(item, row) for item, row in sheet.question_rows()]
    while len(page.rows) < at:
        page.insert_row(len(page.rows))
    if heading:
        page.insert_row(len(page.rows), {c: cell.text for c, cell in enumerate(sheet.header.cells)})
    for item, row in lines:
        texts = {c: cell.text for c, cell in enumerate(page.rows[row].cells)}
        if sheet.truth[item] not in (None, UNCLEAR) and sheet.chance.random() < 0.3:
            texts[answer] = sheet.word(sheet.other(item))
            sheet.truth[item] = UNCLEAR
        page.insert_row(len(page.rows), texts)


@changing
def second_table_beside(sheet: HearingSheet) -> None:
    page = sheet.questions
    first = page.width + 1
    for _ in range(3):
        page.insert_column(page.width)
    if sheet.chance.random() < 0.5:
        sheet.header.cells[first].text = "No."
        sheet.header.cells[first + 1].text = sheet.chance.choice(["支社", "訂正", "結果"])
    rows = [row for _, row in sheet.question_rows()]
    start = sheet.chance.choice(rows[:20])
    for place, item in enumerate(sheet.pick(6)):
        cells = page.rows[start + place].cells
        cells[first].text, cells[first + 1].text = item, sheet.word(sheet.other(item))
        sheet.truth[item] = UNCLEAR


@changing
def table_of_another_version_pasted(sheet: HearingSheet) -> None:
    """Paste questions of another year, whose numbers go another way, over some of ours."""
    items = sheet.pick(6)
    cells = [sheet.cells[QUESTION][item] for item in items]
    texts = [cell.text for cell in cells]
    for item, cell, text in zip(items, cells, [*texts[1:], texts[0]], strict=True):
        cell.text, sheet.truth[item] = text, UNCLEAR


@changing
def pictures_for_answers(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.answers[item].kind, sheet.truth[item] = "picture", UNCLEAR


@changing
def checkboxes_for_answers(sheet: HearingSheet) -> None:
    for item in sheet.pick(30):
        sheet.answers[item].kind = "checkbox"
        sheet.answers[item].text = "TRUE" if sheet.truth[item] == "yes" else "FALSE"


@changing
def formulas_without_a_result(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.answers[item].formula = "=Sheet9!A1"
        sheet.answers[item].text = sheet.chance.choice(["#REF!", "", "0", "#N/A"])
        sheet.truth[item] = UNCLEAR


@changing
def dates_for_answers(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.answers[item].number = 46_000.0
        sheet.answers[item].look = {"num_format": "yyyy/m/d"}
        sheet.truth[item] = UNCLEAR


@changing
def symbols_for_answers(sheet: HearingSheet) -> None:
    for item in sheet.pick(3):
        sheet.answers[item].text = sheet.chance.choice(["n", "y", "x", "ü", "û"])
        sheet.answers[item].look = {"font_name": "Wingdings"}
        sheet.truth[item] = UNCLEAR


@changing
def another_company_added(sheet: HearingSheet) -> None:
    page = next(page for page in sheet.pages if any(sheet.company in r.cells for r in page.rows))
    copy = _copy(sheet, page, "親会社")
    for row in copy.rows:
        for cell in row.cells:
            if cell.text == sheet.name:
                cell.text = "株式会社親会社"
    sheet.name = UNCLEAR


@changing
def name_is_elsewhere(sheet: HearingSheet) -> None:
    """Write the name of the company above the table, and not where it is asked for."""
    sheet.company.text, sheet.name = "", UNCLEAR
    sheet.questions.rows[0].cells[-1].text = "会社名：株式会社ためし"
