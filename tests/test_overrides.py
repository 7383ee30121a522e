"""What the consultant decides: read line by line, applied to the client's returns, and told."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Font

from sheet_diag.diagnosis.overrides import apply_overrides
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.layout import (
    OVERRIDE_OPTIONAL,
    OVERRIDE_REFERENCES,
    OVERRIDE_TABLES,
    QUESTION_COLUMNS,
    QuestionColumn,
)
from sheet_diag.forms.overrides import make_overrides_workbook
from sheet_diag.intake.cells import CellMark, Grid, WorkbookContent
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.intake.overrides import parse_overrides, read_override_lines, read_overrides
from sheet_diag.intake.receive import open_file, receive_return
from sheet_diag.intake.resolution.assignments import assign_files
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.overrides import Override, OverridesContent
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.settings import IntakeSettings, Issuer, Limits
from sheet_diag.reports.client.answers_sheet import ANSWER
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording
from tests import ranks
from tests.catalogs import JIS
from tests.grids import at as position
from tests.grids import sheet
from tests.returned import edit_workbook, page_at, reopen_workbook
from tests.samples import ISSUER, PROFILE, client, decide_outcomes, receive_sheet, report
from tests.workbooks import cut_texts, open_workbook, texts_on
from tests.workbooks import sheet as page_of

READING = IntakeSettings()
HEAD = "| 診断先 | 設問 No. | 新しい回答 | 理由 | 修正者 |"
REMARKS = "| 診断先 | コメント | 記入者 |"


def line(problem: Problem) -> str:
    """`CODE cell item value`, what is missing left out."""
    return " ".join(filter(None, (problem.code, problem.cell, problem.item, problem.value)))


def table(*lines: str, head: str = HEAD, name: str = "回答の修正", **more: Any) -> Grid:
    """A sheet whose headings stand in row 5 and whose lines follow."""
    return sheet("\n".join((head, *lines)), name, **more)


def remarks(*lines: str, **more: Any) -> Grid:
    return table(*lines, head=REMARKS, name="コメント", **more)


def decisions(*grids: Grid) -> OverridesContent:
    found, problems = parse_overrides(WorkbookContent(grids), JIS)
    assert not problems
    return found


def told(*grids: Grid) -> list[str]:
    return [line(problem) for problem in parse_overrides(WorkbookContent(grids), JIS)[1]]


# --- reading the file


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        pytest.param("| A | POL-01 | はい | r | b |", "yes", id="the drop-down's words"),
        pytest.param("| A | ｐｏｌ－０１ | ○ | r | b |", "yes", id="wide number, sign"),
        pytest.param("| A | pol-01 | partly | r | b |", "partial", id="small letters, English"),
        pytest.param("| A | POL-01 | 不明 | r | b |", "unknown", id="an alias"),
        pytest.param("| A | AST-09 | 対象外 | r | b |", "na", id="N/A where it is offered"),
    ],
)
def test_a_line_is_understood_as_a_return_is(typed: str, after: str) -> None:
    (found,) = decisions(table(typed)).overrides
    assert (found.client, found.after, found.reason, found.by) == ("A", after, "r", "b")
    assert (found.sheet, found.row, found.cells) == ("回答の修正", 6, ("A6", "B6"))


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("| Client | Question No. | New answer | Reason | Changed by |", id="English"),
        pytest.param("| 診断先： | 設問　Ｎｏ． | 新しい回答 | 理由 | 修正者 |", id="folded"),
    ],
)
def test_headings_in_either_language(head: str) -> None:
    found = decisions(table("| A | POL-01 | はい | r | b |", head=head, name="Sheet1"))
    assert [each.item for each in found.overrides] == ["POL-01"]


def test_columns_may_be_moved_and_lines_left_blank() -> None:
    head = "| 修正者 | 理由 | メモ | 診断先 | 新しい回答 | 設問 No. |"
    grid = table("| b | r | x | A | いいえ | COM-01 |", "| | | | | | |", head=head)
    (found,) = decisions(grid, remarks("| A | 一行目 |", "| | |")).overrides
    assert (found.client, found.item, found.after, found.by) == ("A", "COM-01", "no", "b")


FAULTS: Mapping[str, tuple[Sequence[Grid], Sequence[str]]] = {
    "no client": ([table("| | POL-01 | はい | r | b |")], ["OVERRIDE_INCOMPLETE A6"]),
    "no reason": ([table("| A | POL-01 | はい | | b |")], ["OVERRIDE_INCOMPLETE D6"]),
    "no name under it": ([table("| A | POL-01 | はい | r | |")], ["OVERRIDE_INCOMPLETE E6"]),
    "only a reason": ([table("| | | | r | |")], ["OVERRIDE_INCOMPLETE A6"]),
    "a formula without a result": (
        [table("| A | POL-01 | | r | b |", marks={"C6": CellMark.NOT_CALCULATED})],
        ["OVERRIDE_INCOMPLETE C6"],
    ),
    "an item that is not asked": (
        [table("| A | POL-99 | はい | r | b |")],
        ["OVERRIDE_ITEM_UNKNOWN B6 POL-99"],
    ),
    "another word": (
        [table("| A | POL-01 | たぶん | r | b |")],
        ["OVERRIDE_NOT_UNDERSTOOD C6 POL-01 たぶん"],
    ),
    "N/A where it is not offered": (
        [table("| A | POL-01 | 該当なし | r | b |")],
        ["OVERRIDE_NA_NOT_ALLOWED C6 POL-01 該当なし"],
    ),
    "the answer struck out": (
        [table("| A | POL-01 | はい | r | b |", struck={position("C6"): ""})],
        ["OVERRIDE_STRUCK C6 はい"],
    ),
    "a part of the reason struck out": (
        [table("| A | POL-01 | はい | 電話 面談 | b |", struck={position("D6"): "面談"})],
        ["OVERRIDE_STRUCK D6 電話 面談"],
    ),
    "a comment without a client": ([remarks("| | よい |")], ["OVERRIDE_INCOMPLETE A6"]),
    "a client without a comment": ([remarks("| A | |")], ["OVERRIDE_INCOMPLETE B6"]),
    "a heading is gone": (
        [table("| A | POL-01 | はい | r | b |", head=HEAD.replace("理由", "備考"))],
        ["OVERRIDES_COLUMN A5 理由"],
    ),
    "a heading stands twice": (
        [table("| A | POL-01 | はい | r | b |", head=HEAD.replace("修正者", "理由"))],
        ["OVERRIDES_COLUMN E5 理由", "OVERRIDES_COLUMN A5 修正者"],
    ),
    "no headings left": (
        [table("| A | POL-01 | はい | r | b |", head="| a | b |")],
        [f"OVERRIDES_COLUMN A1 {Wording(Lang.JA)(f'overrides.column.{c}')}"
         for c in OVERRIDE_TABLES["amendments"]],
    ),
    "a name without a comment": ([remarks("| | | 佐藤 |")], ["OVERRIDE_INCOMPLETE A6"]),
    "the name under a comment struck out": (
        [remarks("| A | よい | 佐藤 |", struck={position("C6"): ""})],
        ["OVERRIDE_STRUCK C6 佐藤"],
    ),
    "two columns of names": (
        [table("| A | よい | 佐藤 | 田中 |", head=f"{REMARKS} 記入者 |", name="コメント")],
        ["OVERRIDES_COLUMN D5 記入者"],
    ),
    "nothing at all": ([table(), remarks()], ["OVERRIDES_EMPTY"]),
    "cells far away": (
        [table("| A | POL-01 | はい | r | b |", cut=True)],
        ["STRAY_CELLS 回答の修正"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_told_where_it_stands(name: str) -> None:
    grids, problems = FAULTS[name]
    assert told(*grids) == problems


def test_lines_without_fault_count_beside_others() -> None:
    grid = table("| A | POL-99 | はい | r | b |", "| A | POL-04 | はい | r | b |")
    found, problems = parse_overrides(WorkbookContent((grid,)), JIS)
    assert [each.item for each in found.overrides] == ["POL-04"]
    assert [line(problem) for problem in problems] == ["OVERRIDE_ITEM_UNKNOWN B6 POL-99"]


# --- the file in the input folder


@pytest.mark.parametrize("name", ["overrides.xlsx", "Overrides.XLSX"])
def test_the_file_is_known_by_its_name_at_the_top(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(filled([("株式会社見本", "POL-01", "いいえ", "r", "b")]))
    read = received_of(tmp_path)
    assert (read.ignored, read.sheet, read.problems) == (True, None, ())
    assert read.decisions
    assert [each.item for each in read.decisions.overrides] == ["POL-01"]


def test_in_a_folder_below_it_is_a_file_like_others(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "overrides.xlsx").write_bytes(make_overrides_workbook(JIS, Lang.JA, ISSUER))
    read = received_of(tmp_path)
    assert (read.decisions, read.ignored) == (None, False)


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        pytest.param(b"", Limits(), "OVERRIDES_UNREAD", id="empty"),
        pytest.param(b"PK\x03\x04 broken", Limits(), "OVERRIDES_UNREAD", id="damaged"),
        pytest.param(b"a,b\n", Limits(), "OVERRIDES_UNREAD", id="text"),
        pytest.param(None, Limits(sheets=1), "OVERRIDES_UNREAD", id="past a limit"),
    ],
)
def test_an_unreadable_file_is_told(content: bytes | None, limits: Limits, code: str) -> None:
    data = make_overrides_workbook(JIS, Lang.JA, ISSUER) if content is None else content
    found, problems = read_overrides(data, "overrides.xlsx", JIS, IntakeSettings(limits=limits))
    assert (found, [problem.code for problem in problems]) == (None, [code])


def received_of(folder: Path) -> ReceivedFile:
    (found,) = find_input_files(folder, apart_from=folder / "output")
    (leaf,) = open_file(found, folder / "spool", READING)
    return receive_return(found, leaf, JIS, READING)


# --- the blank workbook


def filled(rows: Sequence[tuple[str, ...]], lang: Lang = Lang.JA) -> bytes:
    """The blank workbook with lines entered in its first sheet."""
    book = reopen_workbook(make_overrides_workbook(JIS, lang, ISSUER))
    for at, row in enumerate(rows, 6):
        for column, text in zip("ACFGH", row, strict=True):
            page_at(book, 0)[f"{column}{at}"] = text
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("lang", Lang)
def test_the_blank_workbook_is_read_by_its_headings(lang: Lang) -> None:
    found, problems = read_overrides(
        filled([("A", "AST-09", "N/A", "r", "b")], lang), "x", JIS, READING
    )
    assert found
    assert [(each.item, each.after) for each in found.overrides] == [("AST-09", "na")]
    assert problems == ()
    blank, problems = read_overrides(make_overrides_workbook(JIS, lang, ISSUER), "x", JIS, READING)
    assert (blank, [p.code for p in problems]) == (OverridesContent(), ["OVERRIDES_EMPTY"])


@pytest.mark.parametrize("lang", Lang)
def test_the_blank_workbook_offers_answers_and_numbers(lang: Lang) -> None:
    content = make_overrides_workbook(JIS, lang, Issuer())
    assert content == make_overrides_workbook(JIS, lang, Issuer())
    book = open_workbook(content)
    page = book.worksheets[0]
    lists = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    answers, items = (
        next(f for cells, f in lists.items() if f"{letter}6" in cells.split()) for letter in "FC"
    )
    assert cells_of(content, answers) == [c.label[lang] for c in JIS.answer_sets["implementation"]]
    assert cells_of(content, items) == list(JIS.items)
    assert not page.protection.sheet
    for each in book.worksheets:
        assert cut_texts(each) == []


def cells_of(content: bytes, reference: str) -> list[object]:
    name, cells = reference.lstrip("=").split("!")
    rows = page_of(open_workbook(content), name.strip("'"))[cells.replace("$", "")]
    return [cell.value for (cell,) in rows]


# --- applying


@dataclass(frozen=True)
class Applied:
    """Returns and decisions put together, and what became of them."""

    read: list[ReceivedFile]

    @property
    def file(self) -> list[str]:
        return [line(problem) for problem in self.read[-1].problems]

    def overrides(self, at: int = 0) -> tuple[Override, ...]:
        return self.read[at].judgement.overrides

    def outcome(self, at: int = 0) -> ReturnOutcome:
        return list(decide_outcomes(JIS, self.read))[at]


def applied(returns: Sequence[ReceivedFile], *grids: Grid) -> Applied:
    found, problems = parse_overrides(WorkbookContent(grids), JIS)
    file = ReceivedFile(
        "overrides.xlsx", "f" * 64, problems=problems, ignored=True, decisions=found
    )
    return Applied(apply_overrides(JIS, [*returns, file]))


def with_id(given: ReceivedFile, client_id: str) -> ReceivedFile:
    assert given.sheet
    identity = replace(given.sheet.identity, client=client_id)
    sha = (given.sha256[:-4] + client_id).ljust(64, "0")[:64]
    return replace(given, sha256=sha, sheet=replace(given.sheet, identity=identity))


def test_an_answer_is_changed_and_nothing_of_the_client_is_lost() -> None:
    given = client("株式会社見本", {"POL-01": "×"})
    result = applied([given], table("| （株）見本 | POL-01 | 一部 | 文書を拝見 | 診断太郎 |"))
    assert result.overrides() == (
        Override("POL-01", "no", "いいえ", "partial", "文書を拝見", "診断太郎"),
    )
    changed = result.read[0]
    assert changed.sheet
    assert given.sheet
    response = next(each for each in changed.sheet.responses if each.item == "POL-01")
    assert (response.choice, response.raw) == ("partial", "いいえ")
    assert [line(p) for p in changed.problems] == [f"OVERRIDDEN {response.cell} POL-01 いいえ"]
    assert dict(changed.problems[0].details) == {
        "reason": "文書を拝見",
        "by": "診断太郎",
        "before": "no",
        "before_ja": "「いいえ」",
        "before_en": '"いいえ"',
        "after_ja": "一部",
        "after_en": "Partly",
    }
    assert result.file == ["OVERRIDES_READ"]
    assert dict(result.read[-1].problems[0].details) == {
        "applied": "1",
        "replaced": "0",
        "assigned": "0",
        "selected": "0",
        "placed": "0",
    }


def test_a_line_may_name_the_file_of_a_return_without_a_company() -> None:
    nameless = client("", {"POL-01": "×"})
    given = replace(nameless, file="二社/青葉.zip", member="回答.xlsx")
    other = replace(nameless, file="b.xlsx", sha256="0" * 64)
    result = applied([given, other], table("| 二社/青葉.zip › 回答.xlsx | POL-01 | はい | r | b |"))
    assert result.file == ["OVERRIDES_READ"]
    assert [len(result.overrides(at)) for at in (0, 1)] == [1, 0]


def test_a_legal_form_tells_which_of_two_clients_a_line_is_about() -> None:
    given = client("株式会社見本", {"POL-01": "×"})
    other = replace(client("有限会社見本", {"POL-01": "×"}), file="b.xlsx", sha256="0" * 64)
    result = applied([given, other], table("| ㈱見本 | POL-01 | はい | r | b |"))
    assert [len(result.overrides(at)) for at in (0, 1)] == [1, 0]
    unclear = applied([given, other], table("| 見本 | POL-01 | はい | r | b |"))
    assert unclear.file == ["OVERRIDES_READ", "OVERRIDE_CLIENT_AMBIGUOUS A6 見本"]


SETTLED = {
    "not understood": ("たぶん", "NOT_UNDERSTOOD"),
    "unanswered": ("", "UNANSWERED"),
    "N/A not allowed": ("該当なし", "NA_NOT_ALLOWED"),
    "an error of Excel": ("#REF!", "ERROR_VALUE"),
}


@pytest.mark.parametrize("name", SETTLED)
def test_an_answer_that_could_not_be_used_is_settled(name: str) -> None:
    typed, code = SETTLED[name]
    words = {**dict.fromkeys(JIS.items, "はい"), "POL-01": typed}
    given = receive_sheet(
        Entries({**PROFILE, "company": "A"}, {k: v for k, v in words.items() if v})
    )
    assert code in [problem.code for problem in given.problems]
    result = applied([given], table("| A | POL-01 | はい | r | b |"))
    assert [p.code for p in result.read[0].problems] == ["OVERRIDDEN"]
    assert result.overrides()[0].raw == typed
    assert result.outcome().status is ReturnStatus.RANKED
    diagnosis = result.outcome().diagnosis
    assert diagnosis
    assert diagnosis.scores.rank == ranks.A


def test_what_is_told_of_other_items_stays() -> None:
    given = client("A", {"POL-01": ".", "POL-04": "."})
    result = applied([given], table("| A | POL-01 | はい | r | b |"))
    assert [(p.code, p.item) for p in result.read[0].problems] == [
        ("UNANSWERED", "POL-04"),
        ("OVERRIDDEN", "POL-01"),
    ]


NO, YES = client("A", {"POL-01": "×"}), client("A", rest="○")
PLACES = {
    "no such client": ([NO], ["| B | POL-01 | はい | r | b |"], ["OVERRIDE_CLIENT_UNKNOWN A6 B"]),
    "two lines against each other": (
        [NO],
        ["| A | POL-01 | はい | r | b |", "| a | POL-01 | 一部 | r | b |"],
        ["OVERRIDE_CONTRADICTS B6 POL-01", "OVERRIDE_CONTRADICTS B7 POL-01"],
    ),
    "against each other by id and by name": (
        [with_id(NO, "7")],
        ["| A | POL-01 | はい | r | b |", "| 7 | POL-01 | 一部 | r | b |"],
        ["OVERRIDE_CONTRADICTS B6 POL-01", "OVERRIDE_CONTRADICTS B7 POL-01"],
    ),
    "the same line twice": (
        [NO],
        ["| A | POL-01 | はい | r | b |", "| A | POL-01 | ○ | r | b |"],
        ["OVERRIDE_TWICE B7 POL-01"],
    ),
    "what the client answered": (
        [YES],
        ["| A | POL-01 | はい | r | b |"],
        ["OVERRIDE_SAME B6 POL-01"],
    ),
    "one name, two ids": (
        [with_id(NO, "7"), with_id(NO, "8")],
        ["| A | POL-01 | はい | r | b |"],
        ["OVERRIDE_CLIENT_AMBIGUOUS A6 A"],
    ),
    "one name, two firms' mail": (
        [
            client("A", {"POL-01": "×"}, profile={"email": "a@one.example.jp"}),
            client("A", {"POL-04": "×"}, profile={"email": "a@two.example.jp"}),
        ],
        ["| A | POL-01 | はい | r | b |"],
        ["OVERRIDE_CLIENT_AMBIGUOUS A6 A"],
    ),
    "one name, two industries": (
        [NO, client("A", {"POL-04": "×"}, profile={"industry": "建設業"})],
        ["| A | POL-01 | はい | r | b |"],
        ["OVERRIDE_CLIENT_AMBIGUOUS A6 A"],
    ),
}


@pytest.mark.parametrize("name", PLACES)
def test_a_line_that_is_not_applied_is_told(name: str) -> None:
    returns, lines, problems = PLACES[name]
    result = applied(returns, table(*lines))
    assert result.file == ["OVERRIDES_READ", *problems]
    kept = 1 if name == "the same line twice" else 0
    assert sum(len(result.overrides(at)) for at in range(len(returns))) == kept


TARGETS = {
    "by id, folded": ([with_id(NO, "C-7"), client("B", {"POL-01": "×"})], "ｃ-7", [1, 0]),
    "by name in two returns": ([NO, client("(株)A", {"POL-01": "△"})], "株式会社A", [1, 1]),
    "the id of one, under two names": (
        [with_id(NO, "7"), with_id(client("Aホールディングス", {"POL-01": "△"}), "7")],
        "A",
        [1, 1],
    ),
    "two addresses of one firm": (
        [
            client("A", {"POL-01": "×"}, profile={"email": "a@example.co.jp"}),
            client("A", {"POL-01": "△"}, profile={"email": "b@mail.example.co.jp"}),
            client("A", {"POL-01": "?"}, profile={"email": "c@gmail.com"}),
        ],
        "A",
        [1, 1, 1],
    ),
    "by id, another of the name without it": ([with_id(NO, "7"), NO, client("B")], "7", [1, 1, 0]),
    "by id, another of the name from another firm": (
        [with_id(NO, "7"), client("A", {"POL-01": "×"}, profile={"industry": "建設業"})],
        "7",
        [1, 0],
    ),
    "by id, another of the name that may be of two": (
        [with_id(NO, "7"), with_id(NO, "8"), NO],
        "7",
        [1, 0, 0],
    ),
    "only one of two answered otherwise": ([NO, YES], "A", [1, 0]),
}


@pytest.mark.parametrize("name", TARGETS)
def test_every_return_of_the_client_and_no_other(name: str) -> None:
    returns, typed, counts = TARGETS[name]
    result = applied(returns, table(f"| {typed} | POL-01 | はい | r | b |"))
    assert [len(result.overrides(at)) for at in range(len(returns))] == counts
    assert result.file == ["OVERRIDES_READ"]


def test_nothing_decided_changes_nothing() -> None:
    assert NO.sheet
    read = [NO]
    assert apply_overrides(JIS, read) == read


def test_comments_of_a_client_are_joined_and_others_told() -> None:
    result = applied(
        [NO], remarks("| A | 一つ目 | 佐藤 |", "| （株）A | 二つ目 | |", "| B | 三つ目 | 田中 |")
    )
    judgement = result.read[0].judgement
    assert (judgement.comment, judgement.comment_by) == ("一つ目\n二つ目", "佐藤")
    assert result.read[0].sheet == NO.sheet
    assert result.file == ["OVERRIDES_READ", "OVERRIDE_CLIENT_UNKNOWN A8 B"]
    assert dict(result.read[-1].problems[0].details) == {
        "applied": "0",
        "replaced": "0",
        "assigned": "0",
        "selected": "0",
        "placed": "2",
    }


def test_everyone_who_commented_on_a_client_is_named_once() -> None:
    lines = ("| A | 一 | 佐藤 |", "| A | 二 | 田中 |", "| A | 三 | 佐藤 |")
    assert applied([NO], remarks(*lines)).read[0].judgement.comment_by == "佐藤、田中"


def test_comments_of_a_workbook_that_asks_for_no_names_are_read() -> None:
    grid = table("| A | よい |", head="| 診断先 | コメント |", name="コメント")
    (found,) = decisions(grid).comments
    assert (found.client, found.text, found.by) == ("A", "よい", "")


# --- what goes back to the client


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        pytest.param("いいえ", "いいえ", id="his own answer"),
        pytest.param("×", "いいえ", id="as it was understood"),
        pytest.param("たぶん", None, id="none that could be read"),
        pytest.param("", None, id="none"),
    ],
)
def test_a_correction_sheet_keeps_the_client_s_own_answer(typed: str, shown: str | None) -> None:
    words = {"POL-01": typed, "POL-04": "はい"}
    given = receive_sheet(
        Entries({**PROFILE, "company": "A"}, {k: v for k, v in words.items() if v})
    )
    outcome = applied([given], table("| A | POL-01 | 一部 | r | b |")).outcome()
    assert outcome.status is ReturnStatus.HELD
    assert outcome.received.sheet
    content, _ = make_correction_sheet(
        JIS, outcome.received.sheet, outcome.problems, ISSUER, ("f" * 64,)
    )
    page = page_of(open_workbook(content), Wording(Lang.JA)("sheet.name.questions"))
    rows = {row[0]: row[QUESTION_COLUMNS.index(QuestionColumn.ANSWER)] for row in page.values}
    assert (rows["POL-01"], rows["POL-04"]) == (shown, "はい")


# --- the report


@pytest.mark.parametrize("lang", Lang)
def test_the_report_tells_the_client_s_answer_the_new_one_and_who_changed_it(lang: Lang) -> None:
    grid = table("| A | POL-01 | 一部 | =文書を拝見 | 診断太郎 |")
    content = report(applied([NO], grid).outcome(), lang=lang)
    say = Wording(lang)
    conditions = page_of(open_workbook(content), say("report.sheet.conditions"))
    (told_,) = [text for text in texts_on(conditions) if "診断太郎" in text]
    after = {Lang.JA: "一部", Lang.EN: "Partly"}[lang]
    assert all(part in told_ for part in ("POL-01", "いいえ", after, "=文書を拝見"))
    answers = page_of(open_workbook(content, values=True), say("report.sheet.answers"))
    (row,) = [row for row in answers.iter_rows(values_only=True) if row[0] == "POL-01"]
    assert row[ANSWER] == after
    assert "いいえ" in str(row[ANSWER + 1])


def test_headings_of_the_tables_are_told_apart() -> None:
    for lang in Lang:
        say = Wording(lang)
        columns = {
            c for tables in (OVERRIDE_TABLES, OVERRIDE_OPTIONAL) for t in tables.values() for c in t
        }
        heads = [
            say(f"overrides.column.{c}") for c in {*columns, *OVERRIDE_REFERENCES["amendments"]}
        ]
        assert len(set(heads)) == len(heads)


# --- lines on which nothing is decided yet


def test_lines_without_a_decision_are_open_and_counted_once() -> None:
    grid = table(
        "| A | POL-01 | | | |",
        "| A | POL-04 | | 面談で確認 | 診断太郎 |",
        "| A | POL-03 | はい | r | b |",
    )
    found, problems = parse_overrides(WorkbookContent((grid,)), JIS)
    assert [each.item for each in found.overrides] == ["POL-03"]
    assert [line(problem) for problem in problems] == ["OVERRIDES_OPEN 2"]


def test_files_and_returns_may_be_left_open() -> None:
    grids = (files("| a.xlsx | |", "| b.xlsx | |"), selections("| A | a.xlsx | |"))
    assert told(*grids) == ["OVERRIDES_OPEN 2", "OVERRIDES_OPEN 1"]


def test_other_returns_of_a_client_are_not_open_once_one_is_selected() -> None:
    grid = selections("| A | a.xlsx | 電話で確認 |", "| A | b.xlsx | |", "| B | c.xlsx | |")
    assert told(grid) == ["OVERRIDES_OPEN 1"]


# --- words for the whole campaign

WORDS = "| 語 | 意味 | 理由 | 設定者 |"


def words(*lines: str) -> Grid:
    return table(*lines, head=WORDS, name="読み替え")


def files(*lines: str) -> Grid:
    return table(*lines, head="| ファイル | 診断先 |", name="割り当て")


def selections(*lines: str) -> Grid:
    return table(*lines, head="| 診断先 | ファイル | 理由 |", name="採用")


def answered(company: str, given: Mapping[str, str], file: str = "") -> ReceivedFile:
    """A return whose answers are はい, but for those given."""
    typed = {**dict.fromkeys(JIS.items, "はい"), **given}
    profile = {**PROFILE, "company": company}
    entries = Entries({k: v for k, v in profile.items() if v}, typed)
    return receive_sheet(entries, file=file or f"{company}.xlsx")


def test_a_word_gets_its_meaning_in_every_return_and_is_told() -> None:
    returns = [
        answered("A", {"POL-01": "検討中", "POL-04": "たぶん"}),
        answered("B", {"PHY-01": "［検討中］"}),
    ]
    result = applied(returns, words("| 検討中 | いいえ | 未実施とみなす | 診断太郎 |"))
    assert result.overrides(0) == (
        Override("POL-01", None, "検討中", "no", "未実施とみなす", "診断太郎"),
    )
    assert [p.code for p in result.read[0].problems] == ["NOT_UNDERSTOOD", "ANSWER_REPLACED"]
    said = problem_message(result.read[0].problems[1], Lang.JA)
    assert all(
        word in said for word in ("POL-01", "検討中", "いいえ", "未実施とみなす", "診断太郎")
    )
    sheet_ = result.read[1].sheet
    assert sheet_
    assert (sheet_.answers["PHY-01"], result.outcome(1).status) == ("no", ReturnStatus.RANKED)
    assert result.outcome(0).status is ReturnStatus.HELD
    assert dict(result.read[-1].problems[0].details)["replaced"] == "2"


def test_a_line_for_one_answer_comes_before_a_word() -> None:
    given = answered("A", {"POL-01": "検討中", "POL-04": "検討中"})
    result = applied(
        [given],
        table("| A | POL-01 | はい | 面談 | 花子 |"),
        words("| 検討中 | いいえ | r | b |"),
    )
    assert [(each.item, each.after) for each in result.overrides()] == [
        ("POL-01", "yes"),
        ("POL-04", "no"),
    ]
    assert [p.code for p in result.read[0].problems] == ["OVERRIDDEN", "ANSWER_REPLACED"]


WORD_FAULTS = {
    "a label": (["| はい | いいえ | r | b |"], ["OVERRIDE_WORD_KNOWN A6 はい"]),
    "an alias": (["| ○ | いいえ | r | b |"], ["OVERRIDE_WORD_KNOWN A6 ○"]),
    "a word that may mean two things": (
        ["| なし | 該当なし | r | b |"],
        ["OVERRIDE_WORD_KNOWN A6 なし"],
    ),
    "no choice": (
        ["| 検討中 | 未定 | r | b |"],
        ["OVERRIDE_WORD_NOT_UNDERSTOOD B6 未定"],
    ),
    "no reason": (["| 検討中 | いいえ | | b |"], ["OVERRIDE_INCOMPLETE C6"]),
    "two meanings": (
        ["| 検討中 | いいえ | r | b |", "| 検討中。 | 一部 | r | b |"],
        ["OVERRIDE_LINES_DIFFER A6 検討中", "OVERRIDE_LINES_DIFFER A7 検討中。"],
    ),
    "the same twice": (
        ["| 準備中 | いいえ | r | b |", "| 準備中 | × | r | b |"],
        ["OVERRIDE_LINE_TWICE A7 準備中"],
    ),
    "a word that nobody used": (
        ["| 来年度 | いいえ | r | b |"],
        ["OVERRIDE_WORD_UNUSED A6 来年度"],
    ),
}


@pytest.mark.parametrize("name", WORD_FAULTS)
def test_a_word_that_is_not_used_is_told(name: str) -> None:
    lines, problems = WORD_FAULTS[name]
    given = answered("A", {"POL-01": "検討中", "POL-04": "準備中"})
    result = applied([given], words(*lines))
    assert result.file == ["OVERRIDES_READ", *problems]
    codes = [p.code.value for p in result.read[0].problems]
    assert codes.count("NOT_UNDERSTOOD") == (1 if name == "the same twice" else 2)


def test_a_word_means_nothing_that_the_question_does_not_offer() -> None:
    given = answered("A", {"POL-01": "弊社無関係", "AST-09": "弊社無関係"})
    result = applied([given], words("| 弊社無関係 | 該当なし | r | b |"))
    assert [each.item for each in result.overrides()] == ["AST-09"]
    assert [p.code for p in result.read[0].problems] == ["NOT_UNDERSTOOD", "ANSWER_REPLACED"]


def test_a_word_settles_nothing_where_another_answer_stands_beside_it() -> None:
    given = answered("A", {"POL-01": "検討中"})
    second = Problem(ProblemCode.SECOND_ANSWER, item="POL-01", value="検討中 / はい")
    given = replace(given, problems=(*given.problems, second))
    result = applied([given], words("| 検討中 | いいえ | r | b |"))
    assert result.overrides() == ()


# --- whose a file is

LISTED = ClientList(
    (
        ListedClient("C-1", "株式会社甲", Lang.JA, ("a@kou.example.jp",)),
        ListedClient("C-2", "株式会社乙", Lang.JA, ("b@otsu.example.jp",)),
        ListedClient("C-3", "株式会社乙", Lang.JA, ("c@otsu3.example.jp",)),
    )
)


def assigned(
    returns: Sequence[ReceivedFile], *lines: str, clients: ClientList | None = LISTED
) -> list[ReceivedFile]:
    found, problems = parse_overrides(WorkbookContent((files(*lines),)), JIS)
    file = ReceivedFile(
        "overrides.xlsx", "f" * 64, problems=problems, ignored=True, decisions=found
    )
    return assign_files([*returns, file], clients)


@pytest.mark.parametrize(
    ("typed", "owner"),
    [
        pytest.param("C-1", ("C-1", "株式会社甲"), id="id of the list"),
        pytest.param("ｃ-1", ("C-1", "株式会社甲"), id="id, wide"),
        pytest.param("（株）甲", ("C-1", "株式会社甲"), id="name of the list"),
        pytest.param("株式会社丁", (None, "株式会社丁"), id="a name that is not listed"),
    ],
)
def test_a_file_is_assigned_to_a_client(typed: str, owner: tuple[str | None, str]) -> None:
    given = answered("", {"POL-01": "いいえ"}, "回収/scan1.xlsx")
    read, file = assigned([given], f"| 回収\\scan1.xlsx | {typed} |")
    assert read.sheet
    assert (read.sheet.identity.client, read.sheet.name) == owner
    assert [p.code for p in read.problems] == ["FILE_ASSIGNED"]
    assert file.problems == ()


def test_a_member_is_assigned_alone_and_an_archive_with_all_its_members() -> None:
    one = replace(answered("", {}, "返信.zip"), member="a.xlsx")
    other = replace(answered("", {"POL-01": "×"}, "返信.zip"), member="b.xlsx")
    first, second, _ = assigned([one, other], "| 返信.zip › b.xlsx | C-1 |")
    assert [each.sheet and each.sheet.identity.client for each in (first, second)] == [None, "C-1"]
    first, second, _ = assigned([one, other], "| 返信.zip | C-1 |")
    assert [each.sheet and each.sheet.identity.client for each in (first, second)] == ["C-1"] * 2


def test_a_copy_with_the_same_bytes_is_assigned_with_it() -> None:
    one = answered("", {}, "a.xlsx")
    first, second, _ = assigned([one, replace(one, file="z.xlsx")], "| z.xlsx | C-1 |")
    assert [each.sheet and each.sheet.identity.client for each in (first, second)] == ["C-1"] * 2


def test_a_file_that_is_left_out_counts_no_more() -> None:
    unreadable = ReceivedFile("x.xlsx", "0" * 64, problems=(Problem(ProblemCode.UNREADABLE),))
    given = [answered("甲", {}, "a.xlsx"), unreadable]
    *read, _ = assigned(given, "| a.xlsx | 対象外 |", "| x.xlsx | 対象外 |")
    assert [(each.ignored, each.sheet, [p.code for p in each.problems]) for each in read] == [
        (True, None, ["FILE_LEFT_OUT"]),
        (True, None, ["FILE_LEFT_OUT"]),
    ]
    outcomes = list(decide_outcomes(JIS, read))
    assert [each.needs_attention for each in outcomes] == [False, False]


ASSIGNMENT_FAULTS = {
    "no such file": (["| b.xlsx | C-1 |"], ["OVERRIDE_FILE_UNKNOWN A6 b.xlsx"]),
    "a file that could not be read": (["| x.xlsx | C-1 |"], ["OVERRIDE_FILE_UNKNOWN A6 x.xlsx"]),
    "a name that two bear": (
        ["| a.xlsx | 株式会社乙 |"],
        ["OVERRIDE_CLIENT_AMBIGUOUS B6 株式会社乙"],
    ),
    "two clients": (
        ["| a.xlsx | C-1 |", "| a.xlsx | 対象外 |"],
        ["OVERRIDE_LINES_DIFFER A6 a.xlsx", "OVERRIDE_LINES_DIFFER A7 a.xlsx"],
    ),
    "the workbook itself": (
        ["| overrides.xlsx | 対象外 |"],
        ["OVERRIDE_FILE_UNKNOWN A6 overrides.xlsx"],
    ),
}


@pytest.mark.parametrize("name", ASSIGNMENT_FAULTS)
def test_an_assignment_that_is_not_used_is_told(name: str) -> None:
    lines, problems = ASSIGNMENT_FAULTS[name]
    given = answered("", {}, "a.xlsx")
    unreadable = ReceivedFile("x.xlsx", "0" * 64, problems=(Problem(ProblemCode.UNREADABLE),))
    read, _, file = assigned([given, unreadable], *lines)
    assert [line(problem) for problem in file.problems] == problems
    assert read == given


def test_without_a_list_an_id_that_a_return_bears_is_meant() -> None:
    one, other = with_id(client("甲"), "7"), answered("", {"POL-01": "×"}, "b.xlsx")
    _, read, _ = assigned([one, other], "| b.xlsx | 7 |", clients=None)
    assert read.sheet
    assert (read.sheet.identity.client, read.sheet.name) == ("7", "甲")


# --- which return counts


def test_a_selected_return_counts_instead_of_a_newer_one() -> None:
    old = replace(answered("A", {"POL-01": "いいえ"}, "old.xlsx"), modified="2026-01-01T00:00:00Z")
    new = replace(answered("A", {}, "new.xlsx"), modified="2026-02-01T00:00:00Z")
    result = applied([old, new], selections("| A | old.xlsx | 電話で確認 |", "| A | new.xlsx | |"))
    statuses = [result.outcome(at).status for at in (0, 1)]
    assert statuses == [ReturnStatus.RANKED, ReturnStatus.SUPERSEDED]
    (chosen,) = result.outcome(0).problems
    assert (chosen.code, chosen.value) == ("RETURN_SELECTED", "new.xlsx")
    assert "電話で確認" in problem_message(chosen, Lang.JA)
    (left,) = result.outcome(1).problems
    assert (left.code, left.value, dict(left.details)["count"]) == (
        "RETURN_NOT_SELECTED",
        "old.xlsx",
        "1",
    )
    assert dict(result.read[-1].problems[0].details)["selected"] == "1"


def test_a_selection_by_id_may_name_a_return_without_it() -> None:
    newer = replace(client("A", {"POL-01": "△"}), file="b.xlsx")
    result = applied([with_id(NO, "7"), newer], selections("| 7 | b.xlsx | 電話で確認 |"))
    assert result.file == ["OVERRIDES_READ"]
    assert result.outcome(0).status is ReturnStatus.SUPERSEDED


def test_a_selection_settles_an_order_that_is_unclear() -> None:
    returns = [answered("A", {"POL-01": "いいえ"}, "a.xlsx"), answered("A", {}, "b.xlsx")]
    undated = [replace(each, modified="", file_time=0) for each in returns]
    unclear = applied(undated, selections("| A | a.xlsx | |"))
    assert ProblemCode.ORDER_UNCLEAR in [p.code for p in unclear.outcome(0).problems]
    decided = applied(undated, selections("| A | a.xlsx | 電話で確認 |"))
    assert [decided.outcome(at).status for at in (0, 1)] == [
        ReturnStatus.RANKED,
        ReturnStatus.SUPERSEDED,
    ]


def test_a_selected_department_counts_instead_of_one_that_it_contradicts() -> None:
    one = client("A", {"POL-01": "×"}, profile={"department": "総務"})
    other = client("A", {"POL-01": "○"}, profile={"department": "情報"})
    other = replace(other, file="b.xlsx")
    result = applied([one, other], selections("| A | b.xlsx | 情報システム部が正 |"))
    assert [result.outcome(at).status for at in (0, 1)] == [
        ReturnStatus.SUPERSEDED,
        ReturnStatus.RANKED,
    ]


SELECTION_FAULTS = {
    "no such client": (["| B | a.xlsx | r |"], ["OVERRIDE_CLIENT_UNKNOWN A6 B"]),
    "no such file": (["| A | c.xlsx | r |"], ["OVERRIDE_FILE_UNKNOWN B6 c.xlsx"]),
    "another client's file": (["| A | z.xlsx | r |"], ["OVERRIDE_FILE_UNKNOWN B6 z.xlsx"]),
    "two files": (
        ["| A | a.xlsx | r |", "| （株）A | b.xlsx | r |"],
        ["OVERRIDE_LINES_DIFFER A6 A", "OVERRIDE_LINES_DIFFER A7 （株）A"],
    ),
}


@pytest.mark.parametrize("name", SELECTION_FAULTS)
def test_a_selection_that_is_not_used_is_told(name: str) -> None:
    lines, problems = SELECTION_FAULTS[name]
    returns = [answered("A", {}, "a.xlsx"), answered("A", {"POL-01": "×"}, "b.xlsx")]
    result = applied([*returns, answered("Z", {}, "z.xlsx")], selections(*lines))
    assert result.file == ["OVERRIDES_READ", *problems]
    assert not any(each.judgement.selection for each in result.read)


# --- the lines as they stand


def test_what_is_not_ours_in_the_workbook_is_named() -> None:
    content = filled([("A", "POL-01", "", "", "")])

    def add(book: Workbook) -> None:
        page_at(book, 0)["K3"] = "自分のメモ"
        book.create_sheet("面談記録")["B2"] = "7月3日"

    lines, others = read_override_lines(edit_workbook(content, add), "x", READING)
    assert list(lines["amendments"]) == [
        {**dict.fromkeys(("company", "question", "found", "after", "reason", "by"), ""),
         "client": "A", "item": "POL-01"}
    ]  # fmt: skip
    assert others == ("回答の修正 K3", "面談記録 B2")
    assert read_override_lines(content, "x", READING)[1] == ()


def test_a_workbook_with_notes_and_struck_lines_is_not_written_anew() -> None:
    def change(book: Workbook) -> None:
        page = page_at(book, 0)
        page["A6"].comment = Comment("要確認", "診断太郎")
        page["F6"].font = Font(strike=True)

    content = edit_workbook(filled([("A", "POL-01", "はい", "電話", "b")]), change)
    assert read_override_lines(content, "x", READING)[1] == ("回答の修正 A6", "回答の修正 F6")
    found, problems = read_overrides(content, "x", JIS, READING)
    assert found == OverridesContent()
    assert [line(problem) for problem in problems] == ["OVERRIDE_STRUCK F6 はい"]


@pytest.mark.parametrize("lang", Lang)
def test_lines_that_are_written_are_read_again(lang: Lang) -> None:
    lines = {
        "amendments": [
            {"client": "=A", "item": "AST-09", "after": "はい", "reason": "r\ns", "by": "b",
             "company": "甲", "question": "q", "found": "f"},
            {"client": "A", "item": "POL-99", "after": "たぶん", "reason": "", "by": "",
             "company": "", "question": "", "found": ""},
        ],
        "words": [{"word": "検討中", "meaning": "いいえ", "reason": "r", "set_by": "b"}],
        "assignments": [{"file": "a.eml › b.xlsx", "client": "C-1", "company": "", "found": ""}],
        "selections": [
            {"client": "A", "file": "a.xlsx", "reason": "", "company": "", "found": "f"}
        ],
        "remarks": [{"client": "A", "text": "よい\n取り組み", "comment_by": "=佐藤"}],
    }  # fmt: skip
    content = make_overrides_workbook(JIS, lang, ISSUER, lines)
    read, others = read_override_lines(content, "x", READING)
    assert ({key: list(each) for key, each in read.items()}, others) == (lines, ())


def test_a_line_offers_the_answers_of_its_question() -> None:
    lines = {"amendments": [{"client": "A", "item": "pol-01"}, {"client": "A", "item": "AST-09"}]}
    content = make_overrides_workbook(JIS, Lang.JA, ISSUER, lines)
    page = open_workbook(content).worksheets[0]
    rules = {str(r.sqref): r.formula1 for r in page.data_validations.dataValidation}
    offered = [
        next(f for cells, f in rules.items() if name in cells.split()) for name in ("F6", "F7")
    ]
    assert [("該当なし" in cells_of(content, each)) for each in offered] == [False, True]
