"""5. 保険のご案内: the notice, and the exposure with what it rests on; then おわりに."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.catalog import ProfileField
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.xlsx.theme import BODY, CENTERED_9_5, MUTED, TEXT_9_5, Look

_FIELD, _ENTRY, _EFFECT = (0, 3), (4, 7), (8, LAST_COLUMN)
_BASIS: Final[Look] = {**BODY, "font_size": 8.5, "font_color": MUTED}


def write_insurance(flow: PageFlow, context: ReportContext) -> None:
    """Write the section and the closing words, which never stand alone on a page."""
    say, report = context.say, context.catalog.report
    insurance = context.report.diagnosis.insurance
    with flow.together():
        flow.heading(say("report.insurance.heading"))
        flow.paragraph(report.insurance.notices[insurance.level][insurance.variant][say.lang])
        flow.gap(4)
        _write_exposure(flow, context)
        flow.gap(8)
        flow.subheading(say("report.closing.heading"))
        flow.paragraph(report.closing[say.lang])


def _write_exposure(flow: PageFlow, context: ReportContext) -> None:
    say, insurance = context.say, context.catalog.report.insurance
    level = insurance.exposure[context.report.diagnosis.insurance.exposure][say.lang]
    flow.subheading(say("report.insurance.exposure", level=level))
    heads = [say(f"report.insurance.{key}") for key in ("field", "entry", "effect")]
    flow.table_head((_FIELD, _ENTRY, _EFFECT), heads, least=20)
    for name in context.catalog.insurance.exposure.points:
        _write_fact(flow, context, context.catalog.field_by_id[name])
    flow.paragraph(context.catalog.insurance.exposure.assumption[say.lang], _BASIS)


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
