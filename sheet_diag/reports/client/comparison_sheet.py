"""比較: the client beside its previous diagnosis and its peers, in tables and in two sentences."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import compress
from typing import Final

from sheet_diag.model.comparison import OVERALL, GroupKind, PeerGroup, PeerStanding
from sheet_diag.model.results import ClientReport
from sheet_diag.reports.client.comparison_chart import write_comparison_chart
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.reports.client.previous_tables import write_previous
from sheet_diag.reports.view.comparisons import (
    count_clients,
    find_position,
    list_groups,
    name_choice,
    tell_reference,
)
from sheet_diag.reports.view.words import join_sentences
from sheet_diag.text.numbers import truncate_score
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BLUE,
    BOLD,
    CENTERED_9,
    CENTERED_9_5,
    NOTE,
    PALE,
    TEXT_9_5,
    TITLE,
    Look,
)


def has_comparison(report: ClientReport) -> bool:
    """Whether there is anything to compare with."""
    return bool(report.comparison.peers) or report.comparison.previous is not None


def write_comparison(page: Page, context: ReportContext, book: Book) -> None:
    """Write the sheet; `book` holds the page."""
    say, flow, comparison = context.say, PageFlow(page), context.report.comparison
    has = "peers" if comparison.previous is None else "both" if comparison.peers else "previous"
    page.merged(flow.next_row(34), 0, LAST_COLUMN, say("comparison.sheet"), TITLE)
    flow.paragraph(say(f"comparison.lead.{has}"), NOTE)
    flow.gap(6)
    write_comparison_chart(flow, context, book)
    if comparison.previous:
        write_previous(flow, context, comparison.previous)
    if comparison.peers:
        write_peers(flow, context)
    page.tab(BLUE)
    context.print_setup(page, landscape=False)
    page.breaks(flow.breaks(), (0, 0, flow.row - 1, LAST_COLUMN))
    page.select(0, 0)


# Columns: name, own score, mean, median, quartiles, position, 偏差値.
_COLUMNS: Final = ((0, 2), (3, 4), (5, 5), (6, 6), (7, 8), (9, 10), (LAST_COLUMN, LAST_COLUMN))
_OWN, _MEAN, _MEDIAN, _DEVIATION = (_COLUMNS[place][0] for place in (1, 2, 3, 6))


@dataclass(frozen=True, slots=True)
class _PeerRowLooks:
    """How the cells of a line of the table look."""

    text: Look
    middle: Look
    own: Look
    figure: Look
    deviation: Look


def _row_looks(line: Look) -> _PeerRowLooks:
    middle = {**CENTERED_9, **line}
    own = {**CENTERED_9_5, **BOLD, **line, "num_format": "0.0"}
    figures = ({**middle, "num_format": shape} for shape in ("0", "0.0"))
    return _PeerRowLooks({**TEXT_9_5, **line}, middle, own, *figures)


_CATEGORY: Final = _row_looks({})
_OVERALL: Final = _row_looks({**BOLD, "bg_color": PALE})


def write_peers(flow: PageFlow, context: ReportContext) -> None:
    """Write the section."""
    say = context.say
    for place, peers in enumerate(list_groups(context)):
        with flow.together():
            if place == 0:
                flow.heading(say("comparison.peers.heading"))
                for note in (*tell_reference(context), _tell_how(context)):
                    flow.paragraph(note, NOTE)
                flow.gap(4)
            flow.subheading(_group_title(context, peers))
            _write_table(flow, context, peers)
        flow.gap(10)


def _tell_how(context: ReportContext) -> str:
    """Tell what the figures mean."""
    parts = ("shown", "deviation", "quartiles")
    told = (part != "deviation" or context.catalog.sections.deviation for part in parts)
    keys = (f"comparison.peers.how.{part}" for part in compress(parts, told))
    return join_sentences(context.say, map(context.say, keys))


def _group_title(context: ReportContext, peers: PeerGroup) -> str:
    count, name = count_clients(peers), name_choice(context, peers)
    if peers.kind is GroupKind.ALL:
        return context.say("comparison.group.all", count=count)
    return context.say(f"comparison.group.{peers.kind.value}", choice=name, count=count)


def _write_table(flow: PageFlow, context: ReportContext, peers: PeerGroup) -> None:
    """Write a group's table."""
    say, catalog = context.say, context.catalog
    keys = ("category", "own", "mean", "median", "range", "position", "deviation")
    heads = [say(f"comparison.{key}") for key in keys]
    if not catalog.sections.deviation:
        heads[-1] = ""
    flow.table_head(_COLUMNS, heads, least=22)
    scores = context.report.diagnosis.scores
    overall = peers.standings.get(OVERALL)
    if overall is not None:
        label = say("comparison.overall")
        _write_line(flow, context, label, scores.overall, overall, _OVERALL)
    for category in catalog.scored_categories:
        standing = peers.standings.get(category.id)
        if standing is not None:
            score = scores.categories[category.id].score
            _write_line(flow, context, category.short[say.lang], score, standing, _CATEGORY)


def _write_line(
    flow: PageFlow,
    context: ReportContext,
    label: str,
    score: Fraction | None,
    standing: PeerStanding,
    row_looks: _PeerRowLooks,
) -> None:
    say, page, told = context.say, flow.page, context.catalog.sections.deviation
    deviation = standing.shown_deviation if told else None
    quartiles = {"lower": round(standing.lower), "upper": round(standing.upper)}
    texts = (
        say("comparison.range.of", **quartiles),
        _position_text(context, score, standing),
        say("comparison.none") if told and deviation is None else "",
    )
    placed = list(zip(_COLUMNS[4:], texts, strict=True))
    cells = ((text, row_looks.middle, columns) for columns, text in placed)
    row = flow.fitted_row((label, TEXT_9_5, _COLUMNS[0]), *cells, least=20, padding=6)
    page.merged(row, *_COLUMNS[0], label, row_looks.text)
    page.merged(row, *_COLUMNS[1], say("comparison.na"), row_looks.own)
    if score is not None:
        page.number(row, _OWN, truncate_score(score), row_looks.own)
    figures = ((_MEAN, standing.mean), (_MEDIAN, standing.median))
    for column, figure in figures:
        page.number(row, column, round(figure), row_looks.figure)
    for columns, text in placed:
        page.merged(row, *columns, text, row_looks.middle)
    if deviation is not None:
        page.number(row, _DEVIATION, round(deviation, 1), row_looks.deviation)


def _position_text(context: ReportContext, score: Fraction | None, standing: PeerStanding) -> str:
    """Write the position in the upper half, or the way to the median."""
    if score is None:
        return context.say("comparison.none")
    key, figures = find_position(score, standing)
    return context.say(f"comparison.position.{key}", **figures)
