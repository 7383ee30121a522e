"""Why it is this rank, in at most three sentences, and the text of 総合評価."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import ChoiceRole
from sheet_diag.model.results import Cap, OverallText
from sheet_diag.model.rules import CategoryCapRule, CriticalCapRule
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.words import join_sentences, number_key
from sheet_diag.text.numbers import format_score
from sheet_diag.text.rank_texts import rank_overall, rank_texts

_MOST_WEAK: Final = 3  # names in the text of the rank, and in the reasons of a cap
_MOST_NAMED: Final = 2  # names in the sentence on the next rank
_MANY_MISSED: Final = 3  # key measures: from so many on they are counted and not named
_MANY_UNKNOWN: Final = 5  # from so many on the first page tells them


def explain_rank(context: ReportContext) -> str:
    """Say why it is this rank; what does not lower it is not mentioned."""
    caps = context.report.diagnosis.scores.binding_caps
    verdict = [_capped_sentence(context, caps)] if caps else _plain_sentences(context)
    return join_sentences(context.say, (*verdict, _not_known_sentence(context)))


# --- a cap is the reason


def _capped_sentence(context: ReportContext, caps: Sequence[Cap]) -> str:
    say, record, left, more, causes = context.say, context.cell_values.record, _MOST_WEAK, 0, []
    for cap in caps:
        counted = _in_order(context, cap)
        shown = counted[:left]
        left -= len(shown)
        more += len(counted) - len(shown)
        if shown:
            causes.append(_cause(context, cap, shown))
    return say(
        "view.why.capped",
        score=context.format_overall(record.overall),
        base=record.base,
        causes=say("view.why.and").join(causes),
        more=say("view.why.more", count=more) if more else "",
        rank=record.rank,
    )


def _in_order(context: ReportContext, cap: Cap) -> list[str]:
    """List what a cap counts: items as the plan orders them, or categories, the weakest first."""
    if cap.rule.counts_items:
        return [item for item in context.report.diagnosis.open_items if item in cap.because]
    scores = context.report.diagnosis.scores.categories
    return sorted(cap.because, key=lambda name: scores[name].score or Fraction(0))


def _cause(context: ReportContext, cap: Cap, shown: Sequence[str]) -> str:
    say = context.say
    if isinstance(cap.rule, CategoryCapRule):
        scores = context.report.diagnosis.scores.categories
        pairs = ((name, scores[name].score or Fraction(0)) for name in shown)
        return say("view.why.and").join(
            say(
                "view.why.cause.category",
                name=context.category_name(name),
                score=format_score(score),
            )
            for name, score in pairs
        )
    parts = {"names": context.quote(_names(context, cap, shown)), **cap.rule.figures}
    return say(f"view.why.cause.{cap.rule.kind}", **parts)


def _names(context: ReportContext, cap: Cap, counted: Sequence[str]) -> list[str]:
    if cap.rule.counts_items:
        return [context.catalog.items[item].topic[context.say.lang] for item in counted]
    return [context.category_name(name) for name in counted]


# --- no cap is


def _plain_sentences(context: ReportContext) -> Iterator[str]:
    record = context.cell_values.record
    score, span = context.format_overall(record.overall), score_range(context, record.base)
    yield context.say("view.why.base", score=score, rank=record.base, range=span)
    if context.catalog.sections.next_rank:
        yield _next_sentence(context, record.rank)


def _next_sentence(context: ReportContext, rank: Rank) -> str:
    """Say that nothing is weak, what the next rank asks for, or how far it is."""
    say, diagnosis = context.say, context.report.diagnosis
    better = context.catalog.ranks[: rank.position]
    if not better:
        return say("view.why.top")
    target, missed, caps = better[-1], len(diagnosis.top_items), diagnosis.scores.blocking_caps
    if missed >= _MANY_MISSED and (len(better) > 1 or not caps):
        of = count_key_measures(context)
        key = "view.why.missed.all" if missed == of else "view.why.missed"
        return say(key, of=of, count=missed)
    if caps:
        return _asks_sentence(context, target, sorted(caps, key=_place))
    lowest = context.catalog.scoring.ranks[target.position].lowest or Fraction(0)
    gap = lowest - Fraction(format_score(context.cell_values.record.overall))  # of what is printed
    return say("view.why.gap", target=target, points=context.format_overall(gap))


def _asks_sentence(context: ReportContext, target: Rank, caps: Sequence[Cap]) -> str:
    """Say what caps ask for, as long as names are left; that there is more, where there is."""
    say, left, asked = context.say, _MOST_NAMED, list[str]()
    for cap in caps:
        if left:
            asked.append(_ask(context, cap, left))
            left -= min(left, len(cap.because))
    key = "view.why.asks.more" if len(asked) < len(caps) else "view.why.asks"
    return say(key, target=target, asked=say("view.why.asks.and").join(asked))


def count_key_measures(context: ReportContext) -> int:
    """Count the key measures that apply to the client."""
    scores = context.report.diagnosis.scores.items
    items = context.catalog.items.values()
    return sum(1 for item in items if item.critical and scores[item.id].lost is not None)


def score_range(context: ReportContext, rank: Rank) -> str:
    """Say which scores lead to a rank."""
    ranks = context.catalog.scoring.ranks
    if rank.is_best:
        return context.say("report.why.range.top", low=ranks[0].lowest)
    key = "bottom" if rank.is_worst else "between"
    low, high = ranks[rank.position].lowest, ranks[rank.position - 1].lowest
    return context.say(f"report.why.range.{key}", low=low, high=high)


def _place(cap: Cap) -> tuple[bool, bool]:
    """Rank what is named first: key measures that are missing, those in part, then categories."""
    rule = cap.rule
    return not rule.counts_items, isinstance(rule, CriticalCapRule) and rule.partial


def _ask(context: ReportContext, cap: Cap, most: int) -> str:
    """Say what a cap asks for, by at most so many names: all that it counts, or what lifts it."""
    say, rule, count = context.say, cap.rule, len(cap.because)
    of = "items" if rule.counts_items else "categories"
    counted = _in_order(context, cap)[:most]
    names, least = context.quote(_names(context, cap, counted)), count - rule.needed + 1
    if count > most:
        names = say(f"report.why.next.more.{of}", names=names, count=count)
    if least < count:
        names = say(f"report.why.next.some.{of}", names=names, least=least)
    action = context.action(cap.because if rule.counts_items else ())
    return say(f"report.why.next.{rule.kind}", names=names, action=action, **rule.figures)


# --- what is not known


def _not_known_sentence(context: ReportContext) -> str:
    """Tell of answers that count little because nobody knows, or nobody answered."""
    say, diagnosis = context.say, context.report.diagnosis
    unknown, left = diagnosis.unknown, _count_open(context)
    decides = diagnosis.is_decided_by_unknown
    counts = []
    if unknown and (decides or len(unknown.items) >= _MANY_UNKNOWN):
        count, answer = len(unknown.items), label_of(context, ChoiceRole.UNKNOWN)
        counts.append(say(f"view.why.unknown.{number_key(count)}", answer=answer, count=count))
    if left:
        counts.append(say(f"view.why.unanswered.{number_key(left)}", count=left))
    if not counts:
        return ""
    answers = say("view.why.both").join(counts)
    if unknown and decides and not left and diagnosis.text is not OverallText.UNKNOWN:
        score, rank = context.format_overall(unknown.score), unknown.rank
        parts = {"answers": answers, "score": score, "rank": rank}
        return say("view.why.not_known.decides", points=_low_points(context), **parts)
    return say("view.why.not_known", answers=answers, points=_low_points(context))


def _low_points(context: ReportContext) -> str:
    """Say what answers that nobody knows count as."""
    worth = (context.report.diagnosis.scores.items[name].value for name in context.not_known)
    return context.say(f"view.points.{'low' if any(worth) else 'zero'}")


def _count_open(context: ReportContext) -> int:
    """Count the unanswered questions that would bring points."""
    items = context.catalog.items
    return sum(1 for name in context.cell_values.unanswered if items[name].weight)


def label_of(context: ReportContext, role: ChoiceRole) -> str:
    """Give the label of the first choice of a role; empty where the catalogue has none."""
    choices = (each for choices in context.catalog.valued_sets.values() for each in choices)
    return next((c.label[context.say.lang] for c in choices if c.role is role), "")


def unknown_sentence(context: ReportContext) -> str:
    """Tell what would follow if all that is not known were done; empty where all is known."""
    unknown = context.report.diagnosis.unknown
    if unknown is None:
        return ""
    score, count = context.format_overall(unknown.score), len(unknown.items)
    points = _low_points(context)
    parts = {"count": count, "score": score, "rank": unknown.rank, "points": points}
    return context.say(f"report.unknown.{number_key(count)}", **parts)


# --- the text of the rank


def overall_text(context: ReportContext) -> str:
    """Give the text of 総合評価: the variant that fits, or the plain one where there is none."""
    diagnosis, unknown = context.report.diagnosis, context.report.diagnosis.unknown
    rank = context.cell_values.record.rank
    texts = rank_texts(context.catalog, rank)
    if diagnosis.text is OverallText.UNKNOWN and texts.unknown and unknown:
        parts = {"score": context.format_overall(unknown.score), "rank": unknown.rank}
        return context.explain(texts.unknown[context.say.lang]).format(**parts)
    if diagnosis.text is OverallText.CAPPED and texts.capped:
        base = context.cell_values.record.base
        parts = {"base": base, "rank": rank, "weak": _binding_points(context)}
        return context.explain(texts.capped[context.say.lang]).format(**parts)
    return context.explain(rank_overall(context.catalog, rank)[context.say.lang])


def _binding_points(context: ReportContext) -> str:
    """Name the first weak points that lower the rank."""
    caps = context.report.diagnosis.scores.binding_caps
    names = [n for cap in caps for n in _names(context, cap, _in_order(context, cap))]
    first = context.quote(names[:_MOST_WEAK])
    return first if len(names) <= _MOST_WEAK else context.say("report.overall.weak", names=first)
