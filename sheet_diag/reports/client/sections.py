"""The sections of the report: overall assessment, categories, comments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Category, Item, NoteKind
from sheet_diag.model.results import CommentedCategory
from sheet_diag.reports.client.calculation_layout import MARK, SHOWN, CalculationLayout
from sheet_diag.reports.client.comments import comment_text
from sheet_diag.reports.client.comparison_sheet import comparison_lines
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.facts import list_overall_facts
from sheet_diag.reports.client.layout_cache import LOCALIZED_CATALOGS, LocalizedCatalog
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.rank_reasons import list_rank_reasons
from sheet_diag.text.numbers import format_score
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    GRID,
    HEAD,
    INSET,
    LINE,
    MIDDLE,
    NAVY,
    PALE,
    PAPER,
    RANKS,
    SMALL,
    WHITE,
    Look,
)

_CHART: Final = (310, 312)  # pixels
_TABLE: Final = 5  # last column of the score table; the radar stands to its right
_SCORE_COLUMNS: Final = ((0, 3), (4, 4), (5, 5))
_REASON: Final[Look] = {**BODY, **INSET, "font_size": 9.5}
_LABEL: Final[Look] = {**CELL, **INSET, **BOLD, "bg_color": PALE, "font_color": NAVY}
_FACT: Final[Look] = {**CELL, **INSET, "font_size": 11}
_RANK_HEAD: Final[Look] = {**CELL, **CENTER, **BOLD, "bg_color": NAVY, "font_color": WHITE}
_RANK: Final[Look] = {**CELL, **CENTER, **BOLD, "font_size": 60}
_RANKS: Final[dict[str, Look]] = {
    rank: {**_RANK, "font_color": color} for rank, color in RANKS.items()
}
_CATEGORY: Final[Look] = {**CELL, **INSET, **BOLD, "font_color": NAVY, "font_size": 9}
_SCORE: Final[Look] = {**CELL, **CENTER, **BOLD, "font_size": 12, "num_format": "0.0"}
_MARK: Final[Look] = {**CELL, **CENTER, **BOLD, "font_size": 14}
_NO_SCORE: Final[Look] = {**CELL, **CENTER, "font_size": 9}
_NO_MARK: Final[Look] = {**CELL, **CENTER}
_MARKS_LEGEND: Final[Look] = {**BODY, **SMALL, "font_size": 8.5}
_ABOUT: Final[Look] = {**BODY, "font_size": 9, "bottom": 4, "bottom_color": LINE, **MIDDLE}
_ABOUT_NAME: Final[Look] = {**_ABOUT, **BOLD, "font_color": NAVY}
_COMMENT_HEAD: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    "font_size": 12,
    "font_color": WHITE,
    "bg_color": NAVY,
    **INSET,
}
_COMMENT_TITLE: Final[Look] = {**BODY, **BOLD, "font_size": 10.5}
_COMMENT: Final[Look] = {**BODY, **INSET}
_NOTE_HEAD: Final[Look] = {**CELL, **CENTER, **BOLD, "bg_color": PALE, "font_size": 9}
_NOTE: Final[Look] = {**BODY, **GRID, **INSET, "bg_color": PAPER, **MIDDLE}


@dataclass(frozen=True, slots=True)
class _Legend:
    """How a line of the legend looks."""

    text: Look
    mark: Look
    ranks: Mapping[str, Look]


def _legend(line: Look) -> _Legend:
    middle = {**CELL, "font_size": 9.5, **line, **CENTER}
    ranks = {rank: {**middle, **BOLD, "font_color": color} for rank, color in RANKS.items()}
    text = {**CELL, "font_size": 9.5, **line, **INSET}
    return _Legend(text, {**middle, "font_color": NAVY}, ranks)


_OTHER_RANK: Final = _legend({})
_OWN_RANK: Final = _legend({**BOLD, "bg_color": PALE})


def write_overall(flow: PageFlow, letter: ReportContext, result: CalculationLayout) -> None:
    """1. 総合評価: the rank large, what it means, why, and the legend."""
    say, diagnosis = letter.say, letter.report.diagnosis
    rank = diagnosis.scores.rank or Rank.E
    with flow.together():
        flow.heading(say("report.overall.heading"))
        _write_rank_box(flow, letter, rank, result)
    flow.gap(8)
    notices = letter.catalog.report.insurance.notices[diagnosis.insurance.level]
    flow.paragraph(letter.catalog.report.ranks[rank].overall[say.lang])
    for text in comparison_lines(letter):
        flow.paragraph(text)
    with flow.together():
        flow.subheading(say("report.insurance.heading"))
        flow.paragraph(notices[diagnosis.insurance.variant][say.lang])
    flow.gap(6)
    texts = list(list_rank_reasons(letter))
    with flow.together():
        flow.subheading(say("report.why.heading"))
        for text in texts[:1]:
            flow.paragraph(text, _REASON)
    for text in texts[1:-2]:
        flow.paragraph(text, _REASON)
    with flow.together():  # the last line does not stand alone on a page
        for text in texts[1:][-2:]:
            flow.paragraph(text, _REASON)
    flow.gap(6)
    with flow.together():
        flow.subheading(say("report.legend.heading"))
        for each in Rank:
            _write_legend(flow, letter, each, own=each is rank)


def _write_rank_box(
    flow: PageFlow, letter: ReportContext, rank: Rank, result: CalculationLayout
) -> None:
    say, page = letter.say, flow.page
    facts = list_overall_facts(letter, result, page.name)
    top = flow.row
    for fact in facts:
        height = flow.text_height(fact.text, _FACT, (6, LAST_COLUMN))
        row = flow.next_row(max(26, height, flow.text_height(fact.label, _LABEL, (3, 5))))
        page.merged(row, 3, 5, fact.label, _LABEL)
        page.merged_formula(row, (6, LAST_COLUMN), fact.formula, _FACT, fact.text)
    page.merged(top, 0, 2, say("report.overall.rank"), _RANK_HEAD)
    look = _RANKS[rank.value]
    page.merged(top + 1, 0, 2, "", look, rows=len(facts) - 1)
    formula = f"={result.decided('rank').reference_from(page.name)}"
    page.formula(top + 1, 0, formula, look, rank.value)


def _write_legend(flow: PageFlow, letter: ReportContext, rank: Rank, *, own: bool) -> None:
    page, text = flow.page, letter.catalog.report.ranks[rank].legend[letter.say.lang]
    looks = _OWN_RANK if own else _OTHER_RANK
    row = flow.next_row(flow.text_height(text, looks.text, (1, LAST_COLUMN - 2)))
    page.text(row, 0, rank.value, looks.ranks[rank.value])
    page.merged(row, 1, LAST_COLUMN - 2, text, looks.text)
    mark = letter.say("report.legend.own") if own else ""
    page.merged(row, LAST_COLUMN - 1, LAST_COLUMN, mark, looks.mark)


def write_categories(
    flow: PageFlow, letter: ReportContext, chart: Any, result: CalculationLayout
) -> None:
    """2. 各項目評価: scores and marks beside the radar, then what each category is about."""
    say, report, page = letter.say, letter.catalog.report, flow.page
    flow.new_page()
    with flow.together():
        flow.heading(say("report.categories.heading"))
        count = len(letter.catalog.categories)
        flow.paragraph(report.categories_intro[say.lang].format(count=count))
        row = flow.next_row(24)
        page.place(row, _TABLE + 1, chart, _CHART, description=_description(letter))
        for key, columns in zip(("name", "score", "mark"), _SCORE_COLUMNS, strict=True):
            page.merged(row, *columns, say(f"report.categories.{key}"), HEAD)
        for number, category in enumerate(letter.catalog.categories, 1):
            _write_score(flow, letter, number, category, result)
        flow.paragraph(_marks_legend(letter.edition), _MARKS_LEGEND)
    for number, category in enumerate(letter.catalog.categories, 1):
        _write_about(flow, letter, number, category)


def _description(letter: ReportContext) -> str:
    """The radar in words."""
    say, scores = letter.say, letter.report.diagnosis.scores.categories
    pairs = ((c.short[say.lang], scores[c.id].score) for c in letter.catalog.categories)
    figures = ", ".join(
        f"{name} {format_score(score)}" for name, score in pairs if score is not None
    )
    return say("report.chart.description", figures=figures)


def _write_score(
    flow: PageFlow,
    letter: ReportContext,
    number: int,
    category: Category,
    result: CalculationLayout,
) -> None:
    say, page = letter.say, flow.page
    name_columns, score_columns, mark_columns = _SCORE_COLUMNS
    row = flow.next_row(_CHART[1] * 0.75 / len(letter.catalog.categories) - 4)
    name = f"{number}. {category.name[say.lang]}"
    page.merged(row, *name_columns, name, _CATEGORY)
    now = letter.readings.categories[category.id]
    points, mark = (
        f"={result.of(category.id, column).reference_from(page.name)}" for column in (SHOWN, MARK)
    )
    if now.shown is None or now.mark is None:
        outside = say("report.categories.na")
        page.formula(row, score_columns[0], points, _NO_SCORE, outside)
        page.formula(row, mark_columns[0], mark, _NO_MARK, say("report.none"))
    else:
        page.formula(row, score_columns[0], points, _SCORE, now.shown)
        page.formula(row, mark_columns[0], mark, _MARK, now.mark)


def _write_about(flow: PageFlow, letter: ReportContext, number: int, category: Category) -> None:
    say, page = letter.say, flow.page
    name = f"{number}. {category.name[say.lang]}"
    example = say("report.categories.example", text=category.example[say.lang])
    about = f"{category.introduction[say.lang]}\n{example}"
    heights = (
        flow.text_height(about, _ABOUT, (4, LAST_COLUMN)),
        flow.text_height(name, _ABOUT, (0, 3)),
    )
    row = flow.next_row(max(heights))
    page.merged(row, 0, 3, name, _ABOUT_NAME)
    page.merged(row, 4, LAST_COLUMN, about, _ABOUT)


@lru_cache(maxsize=LOCALIZED_CATALOGS)
def _marks_legend(edition: LocalizedCatalog) -> str:
    say, marks = edition.say, edition.catalog.report.marks
    texts = [
        say("report.categories.legend.first", mark=m.mark, meaning=m.meaning[say.lang], low=m.score)
        for m in marks[:-1]
    ]
    for above, last in list(pairwise(marks))[-1:]:
        parts = {"mark": last.mark, "meaning": last.meaning[say.lang], "high": above.score}
        texts.append(say("report.categories.legend.last", **parts))
    return say("report.categories.legend", marks=" / ".join(texts))


def write_comments(flow: PageFlow, letter: ReportContext) -> None:
    """3: the categories that matter most, two comments each."""
    say, report = letter.say, letter.catalog.report
    comments = letter.report.diagnosis.comments
    flow.new_page()
    with flow.together():
        flow.heading(say("report.comments.heading"))
        intro = report.comments_intro if comments else report.comments_none
        flow.paragraph(intro[say.lang].format(count=len(comments)))
        flow.gap(6)
    for number, comment in enumerate(comments, 1):
        _write_comment(flow, letter, number, comment)


def _write_comment(
    flow: PageFlow, letter: ReportContext, number: int, comment: CommentedCategory
) -> None:
    say = letter.say
    name = letter.categories([comment.category])
    first, *others = (letter.catalog.items[item] for item in comment.items)
    with flow.together():
        text = say("report.comments.category", number=number, name=name)
        flow.page.merged(flow.next_row(24), 0, LAST_COLUMN, text, _COMMENT_HEAD)
        flow.gap(4)
        _write_item(flow, letter, first)
    for item in others:
        _write_item(flow, letter, item)
    _write_note(flow, letter, letter.catalog.items[comment.note_of], comment.note_kind)
    flow.gap(12)


def _write_item(flow: PageFlow, letter: ReportContext, item: Item) -> None:
    say = letter.say
    with flow.together():
        title = say("report.comments.item", title=item.comment.title[say.lang])
        flow.paragraph(title, _COMMENT_TITLE)
        flow.paragraph(comment_text(letter, item), _COMMENT)
    flow.gap(3)


def _write_note(flow: PageFlow, letter: ReportContext, item: Item, kind: NoteKind) -> None:
    say = letter.say
    label = say("report.comments.case" if kind is NoteKind.CASE else "report.comments.advice")
    with flow.together():
        text = item.note.text[say.lang]
        row = flow.next_row(flow.text_height(text, _NOTE, (2, LAST_COLUMN)) + 2)
        flow.page.merged(row, 0, 1, label, _NOTE_HEAD)
        flow.page.merged(row, 2, LAST_COLUMN, text, _NOTE)
