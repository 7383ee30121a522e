"""設問分析, 要確認 and データ: questions, problems, and the tidy rows behind everything."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.portfolio import Attention
from sheet_diag.model.results import Status
from sheet_diag.model.returns import Problem
from sheet_diag.reports.client.cell_references import Span
from sheet_diag.reports.portfolio.charts import bars
from sheet_diag.reports.portfolio.table_sheet import (
    CELLS,
    LEFT,
    MID,
    SHARE,
    WRAPPED,
    Column,
    Listing,
    Make,
    Row,
    Summary,
    figure,
    height_in,
    rows_of,
    write_listing,
)
from sheet_diag.text import problems
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.cell_writer import Cell
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import ALERT, BOLD, NAVY, Look

_BAR: Final = {"type": "data_bar", "bar_color": "#D9A08F", "bar_solid": True, "min_type": "num"}
# Widths in pixels, as everywhere here.
_TOPIC, _QUESTION = 190, 330
_ATTENTION: Final = {
    "status": 76, "file": 150, "name": 130, "severity": 60, "sheet": 84, "cell": 48,
    "item": 62, "value": 100, "message": 220, "todo": 230, "mail": 300,
}  # fmt: skip
_CENTERED: Final = ("status", "severity", "cell", "item")
_ERROR: Final = {**MID, **BOLD, "font_color": ALERT}
_TAKEN: Final = (
    "file", "client", "name", "industry", "employees", "rank", "category", "item", "answer",
    "raw", "value", "weight", "points", "lost", "remark",
)  # fmt: skip
_FIGURES: Final = {"value": 60, "weight": 56, "points": 60, "lost": 60}
_FIGURE: Final = {**MID, "num_format": "0.0#"}


def write_items(book: Book, page: Page, summary: Summary) -> None:
    """設問分析: share of each answer, most lost points first."""
    say, catalog = summary.say, summary.catalog
    labels = {c.id: c.label[say.lang] for cs in catalog.answer_sets.values() for c in cs}
    labels["unanswered"] = say("portfolio.items.unanswered")
    listing = Listing(
        heading=say("portfolio.sheet.items"),
        lead=say("portfolio.items.lead"),
        columns=_item_columns(say, list(labels.values())),
        count=len(summary.portfolio.items) if len(summary.portfolio.clients) else 0,
        table="Questions",
        frozen=2,
        charted=True,
    )
    rows = write_listing(page, summary, listing, _item_rows(summary, list(labels)))
    if rows:
        last = listing.last
        page.shade((rows[0], last, rows[1], last), {**_BAR, "min_value": 0})
        _place_chart(book, page, rows, last - 1, say("portfolio.chart.items"))


def _item_columns(say: Wording, answers: list[str]) -> list[Column]:
    def named(key: str, width: int, look: Look = MID, make: Make = Page.text_cell) -> Column:
        return Column(say(f"portfolio.items.{key}"), width, look, make)

    return [
        named("position", 50, {**MID, "num_format": "0"}, figure),
        named("item", 66, {**MID, **BOLD}),
        named("category", 88),
        named("topic", _TOPIC, WRAPPED),
        named("question", _QUESTION, WRAPPED),
        named("critical", 46, {**MID, "font_color": NAVY}),
        *(Column(answer, 70, SHARE, figure) for answer in answers),
        named("mean_lost", 76, {**MID, "num_format": "0.00"}, figure),
        named("lost", 96, {**MID, "num_format": "0.0", **BOLD}, figure),
    ]


def _item_rows(summary: Summary, choices: list[str]) -> Iterator[Row]:
    say, catalog = summary.say, summary.catalog
    names = ["item", "category", *(f"share:{choice}" for choice in choices), "mean_lost", "lost"]
    for position, record in enumerate(rows_of(summary.portfolio.items, names), 1):
        item = catalog.items[record[0]]
        topic, question = item.topic[say.lang], item.question[say.lang]
        star = say("report.answers.critical.mark") if item.critical else ""
        category = summary.category(record[1])
        heights = (height_in(_QUESTION, question), height_in(_TOPIC, topic))
        values = (position, item.id, category, topic, question, star, *record[2:])
        yield Row(values, max(*heights, 22))


def _place_chart(book: Book, page: Page, rows: tuple[int, int], column: int, title: str) -> None:
    """The ten questions at the top of the table, below it."""
    first, last = rows[0], min(rows[1], rows[0] + 9)
    labels, values = Span(page.name, 3, first, last), Span(page.name, column, first, last)
    chart = bars(book, labels, values, title=title, series=title, shape="0.00")
    page.place(rows[1] + 2, 2, chart, (760, 330), description=title)


def write_attention(page: Page, summary: Summary) -> None:
    """要確認: every file that was not ranked, and what to do about it."""
    say, found = summary.say, summary.portfolio.attention
    error = say("report.severity.error")
    listing = Listing(
        heading=say("portfolio.sheet.attention"),
        lead=say("portfolio.attention.lead"),
        columns=[
            Column(
                say(f"portfolio.attention.{key}"),
                width,
                MID if key in _CENTERED else WRAPPED,
                Page.client_cell,
                {error: _ERROR} if key == "severity" else {},
            )
            for key, width in _ATTENTION.items()
        ],
        count=len(found),
        table="Attention",
        frozen=2,
        full="data/attention.csv",
    )
    write_listing(page, summary, listing, _attention_rows(found, summary))


def _attention_rows(found: Sequence[Attention], summary: Summary) -> Iterator[Row]:
    """Each with what to write to the client, on the first line of a file that has a sentence for
    it."""
    written: set[str] = set()
    say = summary.say
    texts_of = lru_cache(maxsize=8192)(partial(_problem_texts, summary))  # others have the same
    for entry in found:
        mail = "" if entry.file in written else _mail(entry, say.lang)
        if mail:
            written.add(entry.file)
        status = say(f"portfolio.status.{entry.status.value}")
        texts = (status, entry.file, entry.name, *texts_of(entry.problem), mail)
        heights = map(height_in, _ATTENTION.values(), texts)
        yield Row(texts, max(*heights, 22))


def _problem_texts(summary: Summary, problem: Problem) -> tuple[str, ...]:
    say = summary.say
    field = summary.catalog.field_by_id.get(problem.item or "")
    return (
        say(f"report.severity.{problems.severity(problem.code).value}"),
        problem.sheet or "",
        problem.cell or "",
        field.label[say.lang] if field else problem.item or "",
        problems.entry(problem, say.lang),
        problems.message(problem, say.lang),
        problems.advice(problem, say.lang),
    )


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


def write_data(page: Page, summary: Summary) -> None:
    """データ: a row per client and question, for the user's own pivot tables."""
    listing = Listing(
        heading=summary.say("portfolio.sheet.data"),
        lead="",
        columns=_data_columns(summary),
        count=summary.portfolio.codes.size,
        table="Data",
        frozen=3,
        cells=CELLS,
        full="data/answers.csv",
    )
    write_listing(page, summary, listing, _data_rows(summary))


def _data_columns(summary: Summary) -> list[Column]:
    say = summary.say
    topics = {item.id: item.topic[say.lang] for item in summary.catalog.items.values()}

    def named(key: str, width: int, look: Look = MID, make: Make = Page.client_cell) -> Column:
        return Column(say(f"portfolio.data.{key}"), width, look, make)

    return [
        named("file", 150, LEFT),
        named("client", 84),
        named("name", 190, LEFT),
        replace(named("industry", 150, LEFT), shown=partial(summary.choice, "industry")),
        replace(named("employees", 90), shown=partial(summary.choice, "employees")),
        named("rank", 56, MID, Page.text_cell),
        replace(named("category", 96, MID, Page.text_cell), shown=summary.category),
        named("item", 66, MID, Page.text_cell),
        replace(named("topic", 220, LEFT, Page.text_cell), shown=topics.__getitem__),
        named("answer", 84),
        *(named(key, width, _FIGURE, _known) for key, width in _FIGURES.items()),
        named("remark", 240, LEFT),
    ]


def _data_rows(summary: Summary) -> Iterator[Row]:
    say, catalog = summary.say, summary.catalog
    words = {
        item.id: {c.id: c.label[say.lang] for c in catalog.choices_of(item).values()}
        for item in catalog.items.values()
    }
    none = say("portfolio.items.unanswered")
    for record in rows_of(summary.portfolio.answers, _TAKEN):
        file, client, name, industry, employees, rank, category, item, answer, raw, *rest = record
        label = words[item].get(answer) or raw or none
        about = (file, client, name or summary.name(name, file), industry, employees, rank)
        yield Row((*about, category, item, item, label, *rest))


def _known(page: Page, number: float, look: Look) -> Cell:
    """A figure, or an empty cell as of a text where there is none."""
    return figure(page, number, MID if math.isnan(number) else look)
