"""The sections of the report: overall assessment, categories, comments."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from sheet_diag.figures import shown
from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Category, Item, NoteKind
from sheet_diag.model.results import CommentedCategory
from sheet_diag.reports.calculation import MARK, SHOWN, Calculation
from sheet_diag.reports.comments import opened
from sheet_diag.reports.comparison import comparison_lines
from sheet_diag.reports.facts import overall_facts
from sheet_diag.reports.flow import LAST, Flow
from sheet_diag.reports.letter import Letter
from sheet_diag.reports.reasons import reasons
from sheet_diag.style import (
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
_LABEL: Final[Look] = {**CELL, **INSET, **BOLD, "bg_color": PALE, "font_color": NAVY}


def write_overall(flow: Flow, letter: Letter, result: Calculation) -> None:
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
    look = {**BODY, **INSET, "font_size": 9.5}
    texts = list(reasons(letter))
    with flow.together():
        flow.subheading(say("report.why.heading"))
        for text in texts[:1]:
            flow.paragraph(text, look)
    for text in texts[1:-2]:
        flow.paragraph(text, look)
    with flow.together():  # the last line does not stand alone on a page
        for text in texts[1:][-2:]:
            flow.paragraph(text, look)
    flow.gap(6)
    with flow.together():
        flow.subheading(say("report.legend.heading"))
        for each in Rank:
            _write_legend(flow, letter, each, own=each is rank)


def _write_rank_box(flow: Flow, letter: Letter, rank: Rank, result: Calculation) -> None:
    say, page = letter.say, flow.page
    facts = overall_facts(letter, result, page.name)
    top = flow.row
    for fact in facts:
        height = flow.text_height(fact.text, {**INSET, "font_size": 11}, (6, LAST))
        row = flow.next_row(max(26, height, flow.text_height(fact.label, _LABEL, (3, 5))))
        page.merged(row, 3, 5, fact.label, _LABEL)
        look = {**CELL, **INSET, "font_size": 11}
        page.merged_formula(row, (6, LAST), fact.formula, look, fact.text)
    head = {**CELL, **CENTER, **BOLD, "bg_color": NAVY, "font_color": WHITE}
    page.merged(top, 0, 2, say("report.overall.rank"), head)
    letter_look = {**CELL, **CENTER, **BOLD, "font_size": 60, "font_color": RANKS[rank.value]}
    page.merged(top + 1, 0, 2, "", letter_look, rows=len(facts) - 1)
    formula = f"={result.decided('rank').seen_from(page.name)}"
    page.formula(top + 1, 0, formula, letter_look, rank.value)


def _write_legend(flow: Flow, letter: Letter, rank: Rank, *, own: bool) -> None:
    page, text = flow.page, letter.catalog.report.ranks[rank].legend[letter.say.lang]
    look = {**CELL, "font_size": 9.5, **({**BOLD, "bg_color": PALE} if own else {})}
    height = flow.text_height(text, {**look, **INSET}, (1, LAST - 2))
    row = flow.next_row(height)
    page.text(row, 0, rank.value, {**look, **CENTER, **BOLD, "font_color": RANKS[rank.value]})
    page.merged(row, 1, LAST - 2, text, {**look, **INSET})
    mark = letter.say("report.legend.own") if own else ""
    page.merged(row, LAST - 1, LAST, mark, {**look, **CENTER, "font_color": NAVY})


def write_categories(flow: Flow, letter: Letter, chart: Any, result: Calculation) -> None:
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
        flow.paragraph(_marks_legend(letter), {**BODY, **SMALL, "font_size": 8.5})
    for number, category in enumerate(letter.catalog.categories, 1):
        _write_about(flow, letter, number, category)


def _description(letter: Letter) -> str:
    """The radar in words."""
    say, scores = letter.say, letter.report.diagnosis.scores.categories
    pairs = ((c.short[say.lang], scores[c.id].score) for c in letter.catalog.categories)
    figures = ", ".join(f"{name} {shown(score)}" for name, score in pairs if score is not None)
    return say("report.chart.description", figures=figures)


def _write_score(
    flow: Flow, letter: Letter, number: int, category: Category, result: Calculation
) -> None:
    say, page = letter.say, flow.page
    name_columns, score_columns, mark_columns = _SCORE_COLUMNS
    row = flow.next_row(_CHART[1] * 0.75 / len(letter.catalog.categories) - 4)
    name = f"{number}. {category.name[say.lang]}"
    page.merged(
        row, *name_columns, name, {**CELL, **INSET, **BOLD, "font_color": NAVY, "font_size": 9}
    )
    now = letter.readings.figures[category.id]
    figure = {**CELL, **CENTER, **BOLD, "font_size": 12, "num_format": "0.0"}
    points, mark = (
        f"={result.of(category.id, column).seen_from(page.name)}" for column in (SHOWN, MARK)
    )
    if now.shown is None or now.mark is None:
        outside, look = say("report.categories.na"), {**CELL, **CENTER, "font_size": 9}
        page.formula(row, score_columns[0], points, look, outside)
        page.formula(row, mark_columns[0], mark, {**CELL, **CENTER}, say("report.none"))
    else:
        page.formula(row, score_columns[0], points, figure, now.shown)
        look = {**CELL, **CENTER, **BOLD, "font_size": 14}
        page.formula(row, mark_columns[0], mark, look, now.mark)


def _write_about(flow: Flow, letter: Letter, number: int, category: Category) -> None:
    say, page = letter.say, flow.page
    name = f"{number}. {category.name[say.lang]}"
    example = say("report.categories.example", text=category.example[say.lang])
    about = f"{category.introduction[say.lang]}\n{example}"
    line = {**BODY, "font_size": 9, "bottom": 4, "bottom_color": LINE, **MIDDLE}
    heights = (flow.text_height(about, line, (4, LAST)), flow.text_height(name, line, (0, 3)))
    row = flow.next_row(max(heights))
    page.merged(row, 0, 3, name, {**line, **BOLD, "font_color": NAVY})
    page.merged(row, 4, LAST, about, line)


def _marks_legend(letter: Letter) -> str:
    say, marks = letter.say, letter.catalog.report.marks
    texts = [
        say("report.categories.legend.first", mark=m.mark, meaning=m.meaning[say.lang], low=m.score)
        for m in marks[:-1]
    ]
    for above, last in list(pairwise(marks))[-1:]:
        parts = {"mark": last.mark, "meaning": last.meaning[say.lang], "high": above.score}
        texts.append(say("report.categories.legend.last", **parts))
    return say("report.categories.legend", marks=" / ".join(texts))


def write_comments(flow: Flow, letter: Letter) -> None:
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


def _write_comment(flow: Flow, letter: Letter, number: int, comment: CommentedCategory) -> None:
    say = letter.say
    name = letter.categories([comment.category])
    head = {
        **BODY,
        **BOLD,
        **MIDDLE,
        "font_size": 12,
        "font_color": WHITE,
        "bg_color": NAVY,
        **INSET,
    }
    first, *others = (letter.catalog.items[item] for item in comment.items)
    with flow.together():
        text = say("report.comments.category", number=number, name=name)
        flow.page.merged(flow.next_row(24), 0, LAST, text, head)
        flow.gap(4)
        _write_item(flow, letter, first)
    for item in others:
        _write_item(flow, letter, item)
    _write_note(flow, letter, letter.catalog.items[comment.note_of], comment.note_kind)
    flow.gap(12)


def _write_item(flow: Flow, letter: Letter, item: Item) -> None:
    say = letter.say
    with flow.together():
        title = say("report.comments.item", title=item.comment.title[say.lang])
        flow.paragraph(title, {**BODY, **BOLD, "font_size": 10.5})
        flow.paragraph(opened(letter, item), {**BODY, **INSET})
    flow.gap(3)


def _write_note(flow: Flow, letter: Letter, item: Item, kind: NoteKind) -> None:
    say = letter.say
    box = {**BODY, **GRID, **INSET, "bg_color": PAPER}
    label = say("report.comments.case" if kind is NoteKind.CASE else "report.comments.advice")
    with flow.together():
        text = item.note.text[say.lang]
        row = flow.next_row(flow.text_height(text, box, (2, LAST)) + 2)
        flow.page.merged(
            row, 0, 1, label, {**CELL, **CENTER, **BOLD, "bg_color": PALE, "font_size": 9}
        )
        flow.page.merged(row, 2, LAST, text, {**box, **MIDDLE})
