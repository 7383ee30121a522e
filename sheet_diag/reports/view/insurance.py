"""6. 保険のご案内: the notice, the exposure with its facts, and what incidents have cost others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from sheet_diag.model.catalog import InsuranceTexts
from sheet_diag.model.damage import DamageEstimate, DamageScenario
from sheet_diag.model.report_view import Damage, DamageRow, Fact, InsuranceNotice, Level
from sheet_diag.model.rules import ExposureRule
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.words import printable

_JOINS_ON: Final = "また、"  # as notices began that followed another text
_UNIT: Final = 10_000  # yen, that amounts are counted in


def build_insurance(context: ReportContext, number: int) -> InsuranceNotice | None:
    """Build the section; None where the catalogue says nothing of insurance."""
    rule, texts = context.catalog.insurance, context.catalog.report.insurance
    own, say = context.report.diagnosis.insurance, context.say
    if not (rule and texts and own):
        return None
    notice = texts.notices[own.level][own.variant][say.lang].removeprefix(_JOINS_ON)
    return InsuranceNotice(
        heading=say("view.insurance.heading", number=number),
        notice=context.explain(notice),
        exposure_label=say("view.insurance.exposure"),
        levels=tuple(
            Level(texts.exposure[level][say.lang], level == own.exposure)
            for level in sorted(rule.exposure.levels, key=rule.exposure.levels.__getitem__)
        ),
        facts=tuple(_list_facts(context, rule.exposure, texts)),
        damage=_build_damage(context) if context.report.damage else None,
    )


def _list_facts(
    context: ReportContext, rule: ExposureRule, texts: InsuranceTexts
) -> Iterator[Fact]:
    for name in rule.points:
        field = context.catalog.field_by_id[name]
        entered = context.report.sheet.profile.get(name, "")
        choice = field.by_id.get(entered)
        entry = choice.label[context.say.lang] if choice else entered
        factor = ""
        if rule.points[name].get(entered):
            factor = context.say("view.insurance.factor")
        elif name == rule.unknown.field and entered not in rule.points[name]:
            level = texts.exposure[rule.unknown.at_least][context.say.lang]
            factor = context.say("report.insurance.unknown", level=level)
        yield Fact(
            label=context.explain(field.label[context.say.lang]),
            entry=printable(entry) or context.say("view.insurance.blank"),
            factor=factor,
        )


# --- what incidents have cost other firms


def _build_damage(context: ReportContext) -> Damage:
    say = context.say
    return Damage(
        heading=say("view.damage.heading"),
        lead=say("report.damage.lead"),
        heads=tuple(say(f"report.damage.{key}") for key in ("incident", "range", "basis")),
        rows=tuple(_build_row(context, each) for each in context.report.damage),
        notes=tuple(say(f"report.damage.{key}") for key in ("left_out", "assumption")),
    )


def _build_row(context: ReportContext, estimate: DamageEstimate) -> DamageRow:
    say = context.say
    scenario = DamageScenario.CARD if estimate.with_cards else estimate.scenario
    span = _format_range(context, estimate)
    if not estimate.is_confirmed:
        span = say("report.damage.unconfirmed", range=span)
    incident = context.explain(say(f"report.damage.{scenario.value}"))
    return DamageRow(incident, span, "\n".join(_list_sources(context, estimate)))


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
