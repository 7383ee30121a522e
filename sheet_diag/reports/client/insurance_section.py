"""5. 保険のご案内: the notice, and the exposure with what it rests on; then おわりに."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sheet_diag.model.catalog import ProfileField
from sheet_diag.model.damage import DamageEstimate, DamageScenario
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.xlsx.theme import BODY, CENTERED_9_5, MUTED, TEXT_9, TEXT_9_5, Look

_FIELD, _ENTRY, _EFFECT = (0, 3), (4, 7), (8, LAST_COLUMN)
_INCIDENT, _RANGE, _SOURCES = (0, 2), (3, 5), (6, LAST_COLUMN)
_UNIT: Final = 10_000  # yen, that amounts are counted in
_BASIS: Final[Look] = {**BODY, "font_size": 8.5, "font_color": MUTED}


def write_insurance(flow: PageFlow, context: ReportContext) -> None:
    """Write the section and the closing words, which never stand alone on a page."""
    say, insurance = context.say, context.report.diagnosis.insurance
    notices = context.catalog.report.insurance.notices[insurance.level]
    with flow.together():
        flow.heading(say("report.insurance.heading"))
        flow.paragraph(notices[insurance.variant][say.lang])
        flow.gap(4)
        _write_exposure(flow, context)
        if not context.report.damage:
            _write_closing(flow, context)
    if context.report.damage:
        flow.gap(8)
        with flow.together():
            _write_damage(flow, context)
            _write_closing(flow, context)


def _write_closing(flow: PageFlow, context: ReportContext) -> None:
    flow.gap(8)
    flow.subheading(context.say("report.closing.heading"))
    flow.paragraph(context.catalog.report.closing[context.say.lang])


def _write_exposure(flow: PageFlow, context: ReportContext) -> None:
    say, insurance = context.say, context.catalog.report.insurance
    level = insurance.exposure[context.report.diagnosis.insurance.exposure][say.lang]
    flow.subheading(say("report.insurance.exposure", level=level))
    heads = [say(f"report.insurance.{key}") for key in ("field", "entry", "effect")]
    flow.table_head((_FIELD, _ENTRY, _EFFECT), heads, least=20)
    for name in context.catalog.insurance.exposure.points:
        _write_fact(flow, context, context.catalog.field_by_id[name])
    assumption = context.catalog.insurance.exposure.assumption[say.lang]
    flow.paragraph(context.explain(assumption), _BASIS)


def _write_fact(flow: PageFlow, context: ReportContext, field: ProfileField) -> None:
    """Write what the company sheet says in a field, and whether it raises the exposure."""
    say, page = context.say, flow.page
    entered = context.report.sheet.profile.get(field.id, "")
    choice = field.by_id.get(entered)
    entry = choice.label[say.lang] if choice else entered or say("report.insurance.blank")
    label, effect = field.label[say.lang], _effect(context, field.id, entered)
    cells = ((label, TEXT_9_5, _FIELD), (entry, TEXT_9_5, _ENTRY), (effect, TEXT_9_5, _EFFECT))
    row = flow.fitted_row(*cells, least=20)
    page.merged(row, *_FIELD, label, TEXT_9_5)
    page.merged_client(row, *_ENTRY, entry, CENTERED_9_5)
    page.merged(row, *_EFFECT, effect, CENTERED_9_5)


def _effect(context: ReportContext, field: str, entered: str) -> str:
    say, rule = context.say, context.catalog.insurance.exposure
    if rule.points[field].get(entered):
        return say("report.insurance.raises")
    if field == rule.unknown.field and entered not in rule.points[field]:
        level = context.catalog.report.insurance.exposure[rule.unknown.at_least][say.lang]
        return say("report.insurance.unknown", level=level)
    return say("report.none")


# --- what incidents have cost other firms


def _write_damage(flow: PageFlow, context: ReportContext) -> None:
    """Write the ranges with their sources, and what they leave out."""
    say = context.say
    flow.subheading(say("report.damage.heading"))
    flow.paragraph(say("report.damage.lead"))
    heads = [say(f"report.damage.{key}") for key in ("incident", "range", "basis")]
    flow.table_head((_INCIDENT, _RANGE, _SOURCES), heads, least=20)
    for estimate in context.report.damage:
        _write_estimate(flow, context, estimate)
    for key in ("left_out", "assumption"):
        flow.paragraph(say(f"report.damage.{key}"), _BASIS)


def _write_estimate(flow: PageFlow, context: ReportContext, estimate: DamageEstimate) -> None:
    say, page = context.say, flow.page
    scenario = DamageScenario.CARD if estimate.with_cards else estimate.scenario
    incident = context.explain(say(f"report.damage.{scenario.value}"))
    span = _format_range(context, estimate)
    basis = "\n".join(_list_sources(context, estimate))
    if not estimate.is_confirmed:
        span = say("report.damage.unconfirmed", range=span)
    cells = ((incident, TEXT_9_5, _INCIDENT), (span, TEXT_9_5, _RANGE), (basis, TEXT_9, _SOURCES))
    row = flow.fitted_row(*cells, least=20)
    page.merged(row, *_INCIDENT, incident, TEXT_9_5)
    page.merged(row, *_RANGE, span, CENTERED_9_5)
    page.merged(row, *_SOURCES, basis, TEXT_9)


def _format_range(context: ReportContext, estimate: DamageEstimate) -> str:
    say, low = context.say, _format_amount(context, estimate.low)
    if estimate.high is None:
        return say("report.damage.from", low=low)
    return say("report.damage.between", low=low, high=_format_amount(context, estimate.high))


def _format_amount(context: ReportContext, amount: int) -> str:
    figures = {"amount_ja": amount, "amount_en": amount * _UNIT}
    return context.say("report.damage.amount", **figures)


def _list_sources(context: ReportContext, estimate: DamageEstimate) -> Iterator[str]:
    """List the sources, each with its year and all that is taken from it."""
    say, found = context.say, defaultdict[tuple[str, int], list[str]](list)
    for figure in estimate.figures:
        found[figure.source[say.lang], figure.year].append(figure.what[say.lang])
    for (source, year), what in found.items():
        figures = say("report.damage.and").join(what)
        yield say("report.damage.source", source=source, year=year, figures=figures)
