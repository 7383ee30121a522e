"""設問分析, 要確認 and データ: questions, problems, and the tidy rows behind everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from sheet_diag import problems
from sheet_diag.model.basics import Lang
from sheet_diag.model.portfolio import Attention
from sheet_diag.model.results import Status
from sheet_diag.reports.cells import Span
from sheet_diag.reports.portfolio.charts import bars
from sheet_diag.reports.portfolio.listing import (
    CELLS,
    LEFT,
    MID,
    SHARE,
    WRAPPED,
    Column,
    Summary,
    write_listing,
)
from sheet_diag.style import ALERT, BOLD, NAVY
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Book, Page

_FIGURE: Final = {**MID, "num_format": "0.0"}
_BAR: Final = {"type": "data_bar", "bar_color": "#D9A08F", "bar_solid": True, "min_type": "num"}


def write_items(book: Book, page: Page, summary: Summary) -> None:
    """設問分析: share of each answer, most lost points first."""
    say, catalog = summary.say, summary.catalog
    labels = {c.id: c.label[say.lang] for cs in catalog.answer_sets.values() for c in cs}
    labels["unanswered"] = say("portfolio.items.unanswered")
    fixed = {
        "position": 50,
        "item": 66,
        "category": 88,
        "topic": 190,
        "question": 330,
        "critical": 46,
    }
    columns = [
        *(Column(say(f"portfolio.items.{key}"), width) for key, width in fixed.items()),
        *(Column(label, 70) for label in labels.values()),
        Column(say("portfolio.items.mean_lost"), 76),
        Column(say("portfolio.items.lost"), 96),
    ]
    records = summary.portfolio.items.to_dict("records") if len(summary.portfolio.clients) else []

    def write_row(page: Page, row: int, index: int) -> None:
        _write_item(page, row, index, records[index], list(labels), summary)

    rows = write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.items"),
        lead=say("portfolio.items.lead"),
        columns=columns,
        count=len(records),
        write_row=write_row,
        table="Questions",
        frozen=2,
    )
    if rows:
        last = len(columns) - 1
        page.shade((rows[0], last, rows[1], last), {**_BAR, "min_value": 0})
        _place_chart(book, page, rows, last - 1, say("portfolio.chart.items"))


def _place_chart(book: Book, page: Page, rows: tuple[int, int], column: int, title: str) -> None:
    """The ten questions at the top of the table, below it."""
    first, last = rows[0], min(rows[1], rows[0] + 9)
    labels, values = Span(page.name, 3, first, last), Span(page.name, column, first, last)
    chart = bars(book, labels, values, title=title, series=title, shape="0.00")
    page.place(rows[1] + 2, 2, chart, (760, 330), description=title)


def _write_item(
    page: Page, row: int, index: int, record: Any, choices: list[str], summary: Summary
) -> None:
    say, item = summary.say, summary.catalog.items[record["item"]]
    question = item.question[say.lang]
    page.number(row, 0, index + 1, {**MID, "num_format": "0"})
    page.text(row, 1, item.id, {**MID, **BOLD})
    page.text(row, 2, summary.category(record["category"]), MID)
    page.text(row, 3, item.topic[say.lang], WRAPPED)
    page.text(row, 4, question, WRAPPED)
    star = say("report.answers.critical.mark") if item.critical else ""
    page.text(row, 5, star, {**MID, "font_color": NAVY})
    for column, choice in enumerate(choices, 6):
        page.number(row, column, record[f"share:{choice}"], SHARE)
    end = 6 + len(choices)
    page.number(row, end, record["mean_lost"], {**MID, "num_format": "0.00"})
    page.number(row, end + 1, record["lost"], {**_FIGURE, **BOLD})
    heights = (
        row_height(question, room=room(330, indent=1), size=9, padding=6),
        row_height(item.topic[say.lang], room=room(190, indent=1), size=9, padding=6),
    )
    page.height(row, max(*heights, 22))


def write_attention(page: Page, summary: Summary) -> None:
    """要確認: every file that was not ranked, and what to do about it."""
    say = summary.say
    widths = {
        "status": 76, "file": 150, "name": 130, "severity": 60, "sheet": 84, "cell": 48,
        "item": 62, "value": 100, "message": 220, "todo": 230, "mail": 300,
    }  # fmt: skip
    columns = [Column(say(f"portfolio.attention.{key}"), width) for key, width in widths.items()]
    found = summary.portfolio.attention
    mails = _mails(found, say.lang)

    def write_row(page: Page, row: int, index: int) -> None:
        _write_attention(page, row, found[index], summary, list(widths.values()), mails[index])

    write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.attention"),
        lead=say("portfolio.attention.lead"),
        columns=columns,
        count=len(found),
        write_row=write_row,
        table="Attention",
        frozen=2,
        full="data/attention.csv",
    )


def _mails(found: Sequence[Attention], lang: Lang) -> list[str]:
    """What to write to the client about each file, on the first line that has a sentence for it."""
    told: set[str] = set()
    mails = []
    for entry in found:
        mail = "" if entry.file in told else _mail(entry, lang)
        if mail:
            told.add(entry.file)
        mails.append(mail)
    return mails


def _mail(entry: Attention, lang: Lang) -> str:
    name = _sent_name(entry.file)
    match entry.status:
        case Status.REJECTED:
            return problems.request(entry.problem, lang, name)
        case Status.HELD:
            return problems.held_request(lang, name)
        case Status.RANKED | Status.SUPERSEDED | Status.IGNORED:
            return ""


def _sent_name(label: str) -> str:
    """The name that the client gave the file: without our folders, or the archive around it."""
    return label.rsplit(" › ", 1)[-1].rsplit("/", 1)[-1]


def _write_attention(
    page: Page, row: int, entry: Attention, summary: Summary, widths: list[int], mail: str
) -> None:
    say, problem = summary.say, entry.problem
    kind = problems.severity(problem.code)
    texts = (
        say(f"portfolio.status.{entry.status.value}"),
        entry.file,
        entry.name,
        say(f"report.severity.{kind.value}"),
        problem.sheet or "",
        problem.cell or "",
        problem.item or "",
        problem.value or "",
        problems.message(problem, say.lang),
        problems.advice(problem, say.lang),
        mail,
    )
    for column, text in enumerate(texts):
        centered = column in (0, 3, 5, 6)
        look = {**(MID if centered else WRAPPED)}
        if column == 3 and kind.value == "error":
            look = {**look, **BOLD, "font_color": ALERT}
        page.client_text(row, column, text, look)
    heights = [
        row_height(text, room=room(width, indent=1), size=9, padding=6)
        for text, width in zip(texts, widths, strict=True)
    ]
    page.height(row, max(*heights, 22))


def write_data(page: Page, summary: Summary) -> None:
    """データ: a row per client and question, for the user's own pivot tables."""
    say = summary.say
    widths = {
        "file": 150, "client": 84, "name": 190, "industry": 150, "employees": 90, "rank": 56,
        "category": 96, "item": 66, "topic": 220, "answer": 84, "value": 60, "weight": 56,
        "points": 60, "lost": 60, "remark": 240,
    }  # fmt: skip
    columns = [Column(say(f"portfolio.data.{key}"), width) for key, width in widths.items()]
    answers = summary.portfolio.answers
    count, most = summary.portfolio.codes.size, CELLS // len(columns)
    records = answers.head(most).astype({"answer": "object"}).to_dict("records")

    def write_row(page: Page, row: int, index: int) -> None:
        _write_answer(page, row, records[index], summary)

    write_listing(
        page,
        summary,
        heading=say("portfolio.sheet.data"),
        lead="",
        columns=columns,
        count=count,
        write_row=write_row,
        table="Data",
        frozen=3,
        cells=CELLS,
        full="data/answers.csv",
    )


def _write_answer(page: Page, row: int, record: Any, summary: Summary) -> None:
    say, item = summary.say, summary.catalog.items[record["item"]]
    choices = summary.catalog.choices_of(item)
    answer = record["answer"]
    known = choices.get(answer) if isinstance(answer, str) else None
    label = known.label[say.lang] if known else record["raw"] or say("portfolio.items.unanswered")
    page.client_text(row, 0, record["file"], LEFT)
    page.client_text(row, 1, record["client"], MID)
    page.client_text(row, 2, summary.name(record["name"], record["file"]), LEFT)
    page.client_text(row, 3, summary.choice("industry", record["industry"]), LEFT)
    page.client_text(row, 4, summary.choice("employees", record["employees"]), MID)
    page.text(row, 5, record["rank"], MID)
    page.text(row, 6, summary.category(record["category"]), MID)
    page.text(row, 7, item.id, MID)
    page.text(row, 8, item.topic[say.lang], LEFT)
    page.client_text(row, 9, label, MID)
    for column, key in enumerate(("value", "weight", "points", "lost"), 10):
        if math.isnan(record[key]):
            page.blank(row, column, MID)
        else:
            page.number(row, column, record[key], {**MID, "num_format": "0.0#"})
    page.client_text(row, 14, record["remark"], LEFT)
