"""2. 各項目評価: every category with its bar, what it is about, and what the ranks mean."""

from __future__ import annotations

from collections.abc import Iterator

from sheet_diag.model.catalog import Category
from sheet_diag.model.report_view import (
    Categories,
    CategoryRow,
    CategoryText,
    KeyEntry,
    RankMeaning,
)
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.scales import (
    all_clients,
    comparable_previous,
    find_places,
    list_borders,
    list_common_key,
    weak_limit,
)
from sheet_diag.reports.view.words import say_change
from sheet_diag.text.numbers import format_score, print_score, score_change
from sheet_diag.text.rank_texts import rank_legend


def build_categories(context: ReportContext) -> Categories:
    """Build the section."""
    say, catalog = context.say, context.catalog
    change = say("view.categories.change") if comparable_previous(context) else ""
    intro = say("report.categories.intro", count=len(catalog.scored_categories))
    numbered = list(enumerate(catalog.scored_categories, 1))
    return Categories(
        heading=say("report.categories.heading"),
        intro=context.explain(intro),
        heads=(*(say(f"report.categories.{key}") for key in ("name", "score", "mark")), change),
        borders=list_borders(catalog),
        rows=tuple(_build_row(context, number, each) for number, each in numbered),
        key=tuple(_list_key(context)),
        texts=tuple(
            _build_text(context, number, each)
            for number, each in numbered
            if each.introduction or each.example
        ),
        ranks_heading=say("report.legend.heading"),
        ranks=tuple(_list_meanings(context)),
        own_mark=say("report.legend.own"),
    )


def _name(context: ReportContext, number: int, category: Category) -> str:
    return context.say("view.categories.name", number=number, name=category.name[context.say.lang])


def _build_row(context: ReportContext, number: int, category: Category) -> CategoryRow:
    say, score = context.say, context.report.diagnosis.scores.categories[category.id].score
    mark = context.cell_values.mark(category.id) or ""
    words = {each.mark: each.meaning[say.lang] for each in context.catalog.report.marks}
    return CategoryRow(
        name=_name(context, number, category),
        places=find_places(context, category.id),
        score=say("report.categories.na") if score is None else format_score(score),
        mark=mark,
        word=words.get(mark, ""),
        change=_say_change(context, category.id),
    )


def _say_change(context: ReportContext, category: str) -> str:
    """Write the change since last time; a dash where there is only one of the two scores."""
    previous = comparable_previous(context)
    if previous is None:
        return ""
    now = context.report.diagnosis.scores.categories[category].score
    then = previous.categories.get(category)
    if now is None or then is None:
        return context.say("report.none")
    return say_change(context.say, score_change(now, then))


def _list_key(context: ReportContext) -> Iterator[KeyEntry]:
    say, limit = context.say, weak_limit(context.catalog)
    text = say("view.key.own") if limit is None else say("view.key.weak", limit=print_score(limit))
    yield KeyEntry("bar", text)
    everyone = all_clients(context)
    standings = everyone.standings if everyone else {}
    counts = [each.count for name, each in standings.items() if name]
    yield from list_common_key(context, count=max(counts, default=0))
    targets = {each.target for each in context.catalog.scored_categories} - {None}
    if len(targets) == 1:
        (target,) = (print_score(each) for each in targets if each is not None)
        yield KeyEntry("target", say("view.key.target", score=target))
    elif targets:
        yield KeyEntry("target", say("view.key.targets"))


def _build_text(context: ReportContext, number: int, category: Category) -> CategoryText:
    say, about, example = context.say, category.introduction, category.example
    text = context.explain(about[say.lang]) if about else ""
    told = say("report.categories.example", text=example[say.lang]) if example else ""
    return CategoryText(_name(context, number, category), text, context.explain(told))


def _list_meanings(context: ReportContext) -> Iterator[RankMeaning]:
    own = context.cell_values.record.rank
    for rank in context.catalog.ranks:
        text = rank_legend(context.catalog, rank)[context.say.lang]
        yield RankMeaning(rank, context.explain(text), rank is own)
