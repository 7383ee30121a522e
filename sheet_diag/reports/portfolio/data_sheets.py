"""設問分析, 要確認 and データ: questions, problems, and the tidy rows behind everything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.portfolio import AttachmentEntry, AttentionEntry, WrittenText
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.charts import make_bar_chart
from sheet_diag.reports.portfolio.table_sheet import (
    LEFT,
    MOST_CELLS,
    SHARE,
    CellMaker,
    PortfolioColumn,
    PortfolioContext,
    PortfolioRow,
    PortfolioTable,
    iterate_rows,
    make_number_cell,
    measure_height,
    rank_width,
    write_table_sheet,
)
from sheet_diag.text import problems
from sheet_diag.text.problem_groups import (
    ProblemGroup,
    Titles,
    find_cause,
    group_problems,
    item_titles,
)
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.cell_writer import Cell
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan, column_cell
from sheet_diag.xlsx.theme import (
    ALERT,
    BOLD,
    CENTERED_9,
    LOSS_BAR,
    NAVY,
    PALE,
    TEXT_9,
    Look,
)

_BAR: Final = {"type": "data_bar", "bar_color": LOSS_BAR, "bar_solid": True, "min_type": "num"}
# Widths in pixels, as everywhere here.
_TOPIC, _QUESTION = 190, 330
_ATTENTION: Final = {
    "status": 76, "file": 150, "name": 130, "severity": 60, "sheet": 84, "cell": 48,
    "item": 62, "value": 100, "message": 220, "todo": 230, "mail": 300,
}  # fmt: skip
_CENTERED: Final = ("status", "severity", "cell", "item", "kind")
_PLAIN: Final[Mapping[str, Mapping[str, Look]]] = {}
_ERROR: Final = {**CENTERED_9, **BOLD, "font_color": ALERT}
_FRAME_COLUMNS: Final = (
    "file", "client", "name", "industry", "employees", "group", "rank", "category", "item",
    "answer", "raw", "value", "weight", "points", "lost", "remark",
)  # fmt: skip
_FIGURES: Final = {"value": 60, "weight": 56, "points": 60, "lost": 60}
_BYTES: Final = {**CENTERED_9, "num_format": "#,##0"}
_FIGURE: Final = {**CENTERED_9, "num_format": "0.0#"}


Worst = tuple[CellSpan, CellSpan]  # labels and lost points of the worst questions, sorted


def write_items(
    book: Book, page: Page, context: PortfolioContext, worst: Worst | None = None
) -> None:
    """Write 設問分析: share of each answer, most lost points first."""
    say, catalog = context.say, context.catalog
    answers = {c.id: c.label[say.lang] for cs in catalog.answer_sets.values() for c in cs}
    answers["unanswered"] = context.labels.unanswered
    listing = PortfolioTable(
        heading=say("portfolio.sheet.items"),
        lead=say("portfolio.items.lead"),
        columns=_item_columns(say, list(answers.values())),
        count=len(context.portfolio.items) if len(context.portfolio.clients) else 0,
        table="Questions",
        frozen=2,
        charted=True,
    )
    rows = write_table_sheet(page, context, listing, _item_rows(context, list(answers)))
    if rows:
        last = listing.last
        page.shade((rows[0], last, rows[1], last), {**_BAR, "min_value": 0})
    if rows and worst:
        _place_chart(book, page, rows[1] + 2, worst, say("portfolio.chart.items"))


def _item_columns(say: Wording, answers: list[str]) -> list[PortfolioColumn]:
    def named(
        key: str, width: int, look: Look = CENTERED_9, make: CellMaker = Page.text_cell
    ) -> PortfolioColumn:
        return PortfolioColumn(say(f"portfolio.items.{key}"), width, look, make)

    return [
        named("position", 50, {**CENTERED_9, "num_format": "0"}, make_number_cell),
        named("item", 66, {**CENTERED_9, **BOLD}),
        named("category", 88),
        named("topic", _TOPIC, TEXT_9),
        named("question", _QUESTION, TEXT_9),
        named("critical", 46, {**CENTERED_9, "font_color": NAVY}),
        *(PortfolioColumn(answer, 70, SHARE, make_number_cell) for answer in answers),
        named("lost", 96, {**CENTERED_9, "num_format": "0.0", **BOLD}, make_number_cell),
    ]


def _item_rows(context: PortfolioContext, choices: list[str]) -> Iterator[PortfolioRow]:
    say, catalog = context.say, context.catalog
    names = ["item", "category", *(f"share:{choice}" for choice in choices), "lost"]
    for position, record in enumerate(iterate_rows(context.portfolio.items, names), 1):
        item = catalog.items[record[0]]
        topic, question = item.topic[say.lang], item.question[say.lang]
        star = say("report.answers.critical.mark") if item.critical else ""
        category = context.labels.category(record[1])
        heights = (measure_height(_QUESTION, question), measure_height(_TOPIC, topic))
        values = (position, item.id, category, topic, question, star, *record[2:])
        yield PortfolioRow(values, max(*heights, 22))


def _place_chart(book: Book, page: Page, row: int, worst: Worst, title: str) -> None:
    """Place a chart of the first questions of 概要, which keep their order when users sort."""
    chart = make_bar_chart(book, *worst, title=title, series=title, shape="0.0")
    page.place(row, 2, chart, (760, 330), description=title)


def _text_columns(
    say: Wording,
    sheet: str,
    widths: Mapping[str, int],
    looks: Mapping[str, Mapping[str, Look]] = _PLAIN,
) -> list[PortfolioColumn]:
    """Make columns of texts, headed `portfolio.<sheet>.<key>`; `looks` as in `PortfolioColumn`."""
    return [
        PortfolioColumn(
            say(f"portfolio.{sheet}.{key}"),
            width,
            CENTERED_9 if key in _CENTERED else TEXT_9,
            Page.client_cell,
            looks.get(key, {}),
        )
        for key, width in widths.items()
    ]


def write_attention(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 要確認: every problem that wants a person's eye, and what to do about it."""
    say, found = context.say, context.portfolio.attention
    error, whole = say("report.severity.error"), say("portfolio.attention.whole")
    files = [list(entries) for _, entries in groupby(found, key=lambda entry: entry.file)]
    groups = [group_problems(entry.problem for entry in entries) for entries in files]
    listing = PortfolioTable(
        heading=say("portfolio.sheet.attention"),
        lead=say("portfolio.attention.lead"),
        columns=_text_columns(say, "attention", _ATTENTION, {"severity": {error: _ERROR}}),
        count=sum(map(len, groups)),
        table="Attention",
        frozen=2,
        full="data/attention.csv",
    )
    lines = zip(files, groups, strict=True)
    rows = write_table_sheet(page, context, listing, _attention_rows(lines, context))
    if rows:
        kind = column_cell(rows[0], list(_ATTENTION).index("severity"))
        area = (rows[0], 0, rows[1], listing.last)
        page.highlight(area, f'={kind}="{whole}"', {**BOLD, "bg_color": PALE})


def _attention_rows(
    files: Iterable[tuple[Sequence[AttentionEntry], Sequence[ProblemGroup]]],
    context: PortfolioContext,
) -> Iterator[PortfolioRow]:
    """A row for each file with its cause and what to write to the client, then one a kind of
    problem."""
    say = context.say
    titles = item_titles(context.catalog, say.lang)
    for entries, groups in files:
        first = entries[0]
        head = (say(f"portfolio.status.{first.status.value}"), first.file, first.name)
        cause = find_cause([each.problem for each in entries]) or groups[0]
        mail = next(filter(None, (_mail(each, say.lang) for each in entries)), "")
        others = (each for each in groups if each.problems != cause.problems)
        for group in (cause, *others):
            is_cause = group is cause
            kind = "portfolio.attention.whole" if is_cause else _severity_label(group)
            texts = (*head, say(kind), *_group_texts(context, titles, group))
            texts = (*texts, mail if is_cause else "")
            yield PortfolioRow(texts, max(*map(measure_height, _ATTENTION.values(), texts), 22))


def _severity_label(group: ProblemGroup) -> str:
    return f"report.severity.{group.severity.value}"


def _group_texts(context: PortfolioContext, titles: Titles, group: ProblemGroup) -> tuple[str, ...]:
    """Give the place and the entry of the first problem, and the sentences of all."""
    say, first = context.say, group.problems[0]
    field = context.catalog.field_by_id.get(first.item or "")
    item = field.label[say.lang] if field else first.item or ""
    if len(group.problems) > 1 and item:
        item = say("portfolio.attention.several", item=item, count=len(group.problems))
    return (
        first.sheet or "",
        first.cell or "",
        item,
        problems.problem_entry(first, say.lang),
        group.message(say.lang, titles),
        group.advice(say.lang),
    )


def _mail(entry: AttentionEntry, lang: Lang) -> str:
    name = _sent_name(entry.file)
    match entry.status:
        case ReturnStatus.REJECTED:
            return problems.client_request(entry.problem, lang, name)
        case ReturnStatus.HELD if not problems.problem_spec(entry.problem.code).for_consultant:
            return problems.correction_request(lang, name)
        case _:
            return ""


def _sent_name(label: str) -> str:
    """Find the name that the client gave the file, without our folders or the archive around it."""
    return label.rsplit(" › ", 1)[-1].rsplit("/", 1)[-1]


def write_attachments(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 添付資料: what came with the returns and is none."""
    say, found = context.say, context.portfolio.attachments
    texts = {"file": 230, "client": 170, "name": 230, "kind": 80}
    columns = [
        PortfolioColumn(say(f"portfolio.attachments.{key}"), width, TEXT_9, Page.client_cell)
        for key, width in texts.items()
    ]
    listing = PortfolioTable(
        heading=say("portfolio.sheet.attachments"),
        lead=say("portfolio.attachments.lead"),
        columns=[
            *columns,
            PortfolioColumn(say("portfolio.attachments.size"), 90, _BYTES, make_number_cell),
            PortfolioColumn(say("portfolio.attachments.sha256"), 420, LEFT),
        ],
        count=len(found),
        table="Attachments",
        frozen=1,
    )
    write_table_sheet(page, context, listing, _attachment_rows(found, say, list(texts.values())))


def _attachment_rows(
    found: Sequence[AttachmentEntry], say: Wording, widths: list[int]
) -> Iterator[PortfolioRow]:
    for entry in found:
        each = entry.attachment
        texts = (entry.file, entry.client, each.name, say(f"report.attachment.{each.kind}"))
        height = max(*map(measure_height, widths, texts), 22)
        yield PortfolioRow((*texts, each.size, each.sha256), height)


_TEXTS: Final = {
    "file": 150, "name": 150, "kind": 86, "item": 62, "topic": 200, "sheet": 110, "cell": 52,
    "text": 420,
}  # fmt: skip


def write_texts(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write 備考・コメント: what clients wrote beside their answers, to be read before sending."""
    say, found = context.say, context.portfolio.texts
    listing = PortfolioTable(
        heading=say("portfolio.sheet.texts"),
        lead=say("portfolio.texts.lead"),
        columns=_text_columns(say, "texts", _TEXTS),
        count=len(found),
        table="Texts",
        frozen=2,
        full="data/answers.csv",
    )
    write_table_sheet(page, context, listing, _text_rows(found, context))


def _text_rows(found: Sequence[WrittenText], context: PortfolioContext) -> Iterator[PortfolioRow]:
    say, labels = context.say, context.labels
    for each in found:
        kind, topic = say(f"portfolio.texts.kind.{each.kind}"), labels.item(each.item)
        name = labels.client(each.name, each.file)
        texts = (each.file, name, kind, each.item, topic, each.sheet, each.cell, each.text)
        yield PortfolioRow(texts, max(*map(measure_height, _TEXTS.values(), texts), 22))


def write_data(_: Book, page: Page, context: PortfolioContext) -> None:
    """Write データ: a row per client and question, for the user's own pivot tables."""
    listing = PortfolioTable(
        heading=context.say("portfolio.sheet.data"),
        lead="",
        columns=_data_columns(context),
        count=context.portfolio.codes.size,
        table="Data",
        frozen=3,
        cells=MOST_CELLS,
        full="data/answers.csv",
    )
    write_table_sheet(page, context, listing, _data_rows(context))


def _data_columns(context: PortfolioContext) -> list[PortfolioColumn]:
    say, labels = context.say, context.labels

    def named(
        key: str, width: int, look: Look = CENTERED_9, make: CellMaker = Page.client_cell
    ) -> PortfolioColumn:
        return PortfolioColumn(say(f"portfolio.data.{key}"), width, look, make)

    return [
        named("file", 150, LEFT),
        named("client", 84),
        named("name", 190, LEFT),
        replace(named("industry", 150, LEFT), shown=labels.industry),
        replace(named("employees", 90), shown=labels.employees),
        named("group", 110, LEFT),
        named("rank", rank_width(context.catalog, 56), CENTERED_9, Page.text_cell),
        replace(named("category", 96, CENTERED_9, Page.text_cell), shown=labels.category),
        named("item", 66, CENTERED_9, Page.text_cell),
        replace(named("topic", 220, LEFT, Page.text_cell), shown=labels.item),
        named("answer", 84),
        *(named(key, width, _FIGURE, _make_optional_number) for key, width in _FIGURES.items()),
        named("remark", 240, LEFT),
    ]


def _data_rows(context: PortfolioContext) -> Iterator[PortfolioRow]:
    labels = context.labels
    words = {item: labels.answers(item) for item in context.catalog.items}
    for record in iterate_rows(context.portfolio.answers, _FRAME_COLUMNS):
        file, client, name, *about, category, item, answer, raw = record[:11]
        label = words[item].get(answer) or raw or labels.unanswered
        head = (file, client, labels.client(name, file), *about)
        yield PortfolioRow((*head, category, item, item, label, *record[11:]))


def _make_optional_number(page: Page, number: float, look: Look) -> Cell:
    """Make the cell of a figure, or an empty one as of a text."""
    return make_number_cell(page, number, CENTERED_9 if math.isnan(number) else look)
