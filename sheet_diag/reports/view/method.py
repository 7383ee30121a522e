"""7. 診断の方法と前提: how scores and ranks come about, and every answer that was changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from sheet_diag.diagnosis.scoring.cap_rules import cap_rules
from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.catalog import ChoiceRole
from sheet_diag.model.overrides import Override
from sheet_diag.model.report_view import ChangedAnswer, ChangedAnswers, Method, MethodRow
from sheet_diag.model.rules import CapRule, NaShareCapRule
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.previous import label_answer
from sheet_diag.reports.view.why import label_of
from sheet_diag.reports.view.words import join_apart, join_sentences, number_key, printable
from sheet_diag.text.numbers import print_score, write_number


def build_method(context: ReportContext, number: int) -> Method:
    """Build the section."""
    rows = _list_rows(context)
    return Method(
        heading=method_heading(context, number),
        rows=tuple(MethodRow(context.say(key), text) for key, text in rows if text),
        changed=_build_changed(context),
    )


def method_heading(context: ReportContext, number: int) -> str:
    """Write the heading of the section."""
    return context.say("view.method.heading", number=number)


def _list_rows(context: ReportContext) -> Iterator[tuple[str, str]]:
    say, insurance = context.say, context.catalog.insurance
    limits, *others = say("report.preamble").split("\n")
    yield "view.method.scoring", join_sentences(context.say, _tell_scoring(context))
    yield "view.method.ranks", join_sentences(context.say, _tell_ranks(context))
    yield "view.method.answers", join_sentences(context.say, _tell_answers(context))
    yield "view.method.limits", context.explain(limits)
    yield "view.method.again", context.explain(say("report.closing"))
    yield "view.method.handling", context.explain(join_sentences(context.say, others))
    if insurance:
        assumption = insurance.exposure.assumption[say.lang]
        yield "view.method.exposure", context.explain(assumption)
    yield "view.method.sources", context.explain(_tell_sources(context))


# --- scores and ranks


def _tell_scoring(context: ReportContext) -> Iterator[str]:
    say, catalog = context.say, context.catalog
    counts = {"categories": len(catalog.scored_categories), "items": len(catalog.items)}
    yield say("view.method.scoring.base", **counts)
    weights = sorted({item.weight for item in catalog.items.values() if item.weight})
    ends = {"low": write_number(weights[0]), "high": write_number(weights[-1])}
    span = say("view.method.scoring.weight", **ends)
    if len(weights) > 1:
        span = say("view.method.scoring.weights", **ends)
    yield _tell_values(context, span)
    yield from _tell_overall(context)
    yield say("view.method.scoring.truncated")
    if unscored := context.unscored_insurance_item:
        yield say("view.method.scoring.unscored", id=unscored.id)


def _tell_values(context: ReportContext, weights: str) -> str:
    say, catalog = context.say, context.catalog
    least = {catalog.least_value(item) for item in catalog.items.values() if item.is_scored}
    lowest = say("view.method.scoring.values.least")
    return say(
        f"view.method.scoring.values.{catalog.scoring.method}",
        values=context.join(_list_values(context)),
        least=lowest if len(least) > 1 else write_number(least.pop()),
        weights=weights,
        full=print_score(catalog.scoring.full_of_category),
    )


def _tell_overall(context: ReportContext) -> Iterator[str]:
    """Tell how the overall score comes about, and whether a sum was converted."""
    say, catalog, rule = context.say, context.catalog, context.catalog.scoring
    if not rule.is_pooled:
        weighted = len({category.weight for category in catalog.scored_categories}) > 1
        yield say(f"view.method.scoring.{'weighted' if weighted else 'mean'}")
        return
    full, scores = print_score(rule.full), context.report.diagnosis.scores.items
    yield say(f"view.method.scoring.{rule.method}", full=full)
    scored = (item.id for item in catalog.items.values() if item.is_scored)
    if rule.is_sum and any(scores[name].points is None for name in scored):
        yield say("view.method.scoring.converted", full=full)


def _list_values(context: ReportContext) -> Iterator[str]:
    """List what the answers are worth, the best first; labels of one value stand together."""
    say, found = context.say, defaultdict[Fraction, dict[str, None]](dict)
    for choices in context.catalog.valued_sets.values():
        for choice in choices:
            if choice.value is not None:
                found[choice.value][choice.label[say.lang]] = None
    for value in sorted(found, reverse=True):
        answers = context.quote(found[value])
        yield say("view.method.scoring.value", answers=answers, value=write_number(value))


def _tell_ranks(context: ReportContext) -> Iterator[str]:
    say, found = context.say, defaultdict[Rank, list[str]](list)
    lows = (rule.lowest for rule in context.catalog.scoring.ranks[:-1])
    borders = (write_number(low) for low in lows if low is not None)
    shown = ("／" if say.lang is Lang.JA else ", ").join(borders)
    yield say("view.method.ranks.borders", borders=shown)
    for rule in cap_rules(context.catalog):
        found[rule.at_most].append(_tell_cap(context, rule))
    ranks = [rank for rank in context.catalog.ranks if rank in found]
    cases = {rank: say("view.method.case.or").join(found[rank]) for rank in ranks}
    caps = [say("view.method.ranks.cap", rank=rank, cases=text) for rank, text in cases.items()]
    if caps:
        yield say("view.method.ranks.caps", caps="\n".join(caps))


def _tell_cap(context: ReportContext, rule: CapRule) -> str:
    if isinstance(rule, NaShareCapRule):
        return context.say("view.method.case.na", share=write_number(100 * rule.limit))
    return context.say(f"view.method.case.{rule.kind}", **rule.figures)


# --- the answers


def _tell_answers(context: ReportContext) -> Iterator[str]:
    say, scores, asked = context.say, context.report.diagnosis.scores, len(context.catalog.items)
    left = len(context.cell_values.unanswered)
    yield say("view.method.answered", asked=asked, answered=asked - left)
    if counts := list(_list_counts(context)):
        yield say("view.method.counts", counts=context.join(counts))
    if scores.upper != scores.overall:
        upper = context.cell_values.upper
        parts = {"score": context.format_overall(upper.overall), "rank": upper.rank}
        yield say(f"view.method.upper.{number_key(left)}", count=left, **parts)
    if scores.strict_rank != scores.rank:
        parts = {"score": context.format_overall(scores.strict), "rank": scores.strict_rank or ""}
        answer = label_of(context, ChoiceRole.NOT_APPLICABLE)
        yield say("view.method.strict", answer=answer, points=context.least_points, **parts)


def _list_counts(context: ReportContext) -> Iterator[str]:
    say, diagnosis = context.say, context.report.diagnosis
    unknown = label_of(context, ChoiceRole.UNKNOWN)
    if unknown:
        count = len(diagnosis.unknown.items) if diagnosis.unknown else 0
        yield say("view.method.count", answer=unknown, count=count)
    left_out = label_of(context, ChoiceRole.NOT_APPLICABLE)
    if left_out:
        items = context.catalog.items
        count = sum(1 for n in items if diagnosis.scores.items[n].lost is None)
        yield say("view.method.na", answer=left_out, count=count)


def _tell_sources(context: ReportContext) -> str:
    say, issuer, catalog = context.say, context.issuer.in_lang(context.say.lang), context.catalog
    lines = [context.report.number, context.report_day, issuer.name, issuer.address]
    sources = [
        standard.name[say.lang] for standard in catalog.standards[:1]
    ]  # that of the questions
    if catalog.threats:
        sources.append(catalog.threats.source[say.lang])
    if sources:
        named = ("、" if say.lang is Lang.JA else "; ").join(sources)
        lines.append(say("view.method.sources.of", sources=named))
    return join_apart(say, lines)


# --- what was changed


def _build_changed(context: ReportContext) -> ChangedAnswers | None:
    say, overrides = context.say, context.report.received.judgement.overrides
    if not overrides:
        return None
    return ChangedAnswers(
        heading=say("view.changed.heading"),
        heads=tuple(say(f"view.changed.{key}") for key in ("item", "answers", "reason", "by")),
        rows=tuple(_build_change(context, each) for each in overrides),
    )


def _build_change(context: ReportContext, each: Override) -> ChangedAnswer:
    before = (
        each.raw
        if each.before is None and each.raw
        else label_answer(context, each.item, each.before)
    )
    return ChangedAnswer(
        item=context.topic(each.item),
        answers=context.say(
            "view.comparison.answers",
            before=printable(before),
            now=label_answer(context, each.item, each.after),
        ),
        reason=printable(each.reason),
        by=printable(each.by),
    )
