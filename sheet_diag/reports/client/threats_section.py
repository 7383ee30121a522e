"""After the categories: how many of the questions on each listed threat are done."""

from __future__ import annotations

from sheet_diag.model.threats import ThreatCount, ThreatList
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.page_flow import LAST_COLUMN, PageFlow
from sheet_diag.xlsx.theme import CENTERED_9, NOTE, TEXT_9

_THREAT, _DONE, _UNKNOWN = (0, 6), (7, 9), (10, LAST_COLUMN)


def write_threats(flow: PageFlow, context: ReportContext) -> None:
    """Write the table on one page; nothing where the catalogue lists no threats."""
    listed, say = context.catalog.threats, context.say
    if listed is None:
        return
    with flow.together():
        flow.gap(8)
        flow.subheading(say("report.threats.heading", list=listed.name[say.lang]))
        flow.paragraph(say("report.threats.lead"))
        heads = [say(f"report.threats.column.{key}") for key in ("threat", "done", "unknown")]
        flow.table_head((_THREAT, _DONE, _UNKNOWN), heads, least=20)
        for number, each in enumerate(context.report.diagnosis.threats, 1):
            _write_threat(flow, context, number, each, listed)
        flow.paragraph(say("report.threats.source", source=listed.source[say.lang]), NOTE)


def _write_threat(
    flow: PageFlow, context: ReportContext, number: int, each: ThreatCount, listed: ThreatList
) -> None:
    say, page = context.say, flow.page
    threat = context.explain(listed.by_id[each.threat].name[say.lang])
    name = say("report.threats.name", number=number, name=threat)
    none = say("report.none")
    done = say("report.threats.done", items=each.items, done=each.done) if each.items else none
    unknown = say("report.threats.unknown", count=each.unknown) if each.unknown else none
    row = flow.fitted_row((name, TEXT_9, _THREAT), least=18)
    page.merged(row, *_THREAT, name, TEXT_9)
    page.merged(row, *_DONE, done, CENTERED_9)
    page.merged(row, *_UNKNOWN, unknown, CENTERED_9)
