"""Why this rank: base rank, caps and what lies behind them, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from sheet_diag.model.basics import Rank
from sheet_diag.model.results import Cap, Finding, FindingCode
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.text.numbers import format_score


def list_rank_reasons(letter: ReportContext) -> Iterator[str]:
    """One sentence a line, from the base rank to the final one."""
    scores, say = letter.report.diagnosis.scores, letter.say
    if scores.rank is None or scores.base_rank is None or scores.overall is None:
        return
    score, span = format_score(scores.overall), _range(letter, scores.base_rank)
    yield say("report.why.base", score=score, range=span, rank=scores.base_rank.value)
    for cap in scores.caps:
        yield _cap_reason(letter, cap)
    key = "capped" if scores.caps else "plain"
    yield say(f"report.why.final.{key}", rank=scores.rank.value)
    open_items = [f for f in scores.findings if f.code is FindingCode.UNANSWERED]
    refused = [f for f in scores.findings if f.code is FindingCode.NA_NOT_ALLOWED]
    count = sum(len(finding.about) for finding in (*open_items, *refused))
    if count and scores.upper is not None and scores.upper_rank:
        upper, rank = format_score(scores.upper), scores.upper_rank.value
        yield say("report.why.interval", count=count, upper=upper, rank=rank)
    if scores.strict_rank and scores.strict_rank is not scores.rank:
        yield say("report.why.strict", rank=scores.strict_rank.value)


def describe_finding(letter: ReportContext, finding: Finding) -> str:
    """A finding as a sentence."""
    return letter.say(f"report.finding.{finding.code.value}", about=letter.topics(finding.about))


def _range(letter: ReportContext, rank: Rank) -> str:
    ranks = letter.catalog.scoring.ranks
    low = ranks[rank]
    higher = [score for score in ranks.values() if score > low]
    if not higher:
        return letter.say("report.why.range.top", low=low)
    return letter.say("report.why.range.between", low=low, high=min(higher))


def _cap_reason(context: ReportContext, cap: Cap) -> str:
    rule = cap.rule
    names = context.topics if rule.counts_items else context.quoted_categories
    parts = {"names": names(cap.because), "found": len(cap.because), "rank": rule.at_most.value}
    return context.say(f"report.why.cap.{rule.kind}", **parts, **rule.figures)
