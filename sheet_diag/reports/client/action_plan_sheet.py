"""改善計画: everything that can still be improved, in its one order, for the client to plan with.

The client fills in the coloured columns, some of which hold proposals. The sheet carries the
client's id and name, so that it can be read wherever it comes back. What was planned last time
stands beside what is planned now; numbers of controls stand in columns that are folded away.
"""

from __future__ import annotations

from typing import Final

from sheet_diag.forms.layout import PLAN_KEYS, PROPOSALS_KEY, format_proposals
from sheet_diag.reports.client.completed_actions import write_completed_actions
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.plan_details import write_plan_details, write_plan_legend
from sheet_diag.reports.client.plan_entries import build_entry_rules, write_entries
from sheet_diag.reports.client.plan_links import write_links
from sheet_diag.reports.client.plan_rows import PlanColumns, plan_columns, write_plan_row
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BODY, HEAD_9, MIDDLE, OK, TITLE, Look

_STANDARD: Final = 140  # each of the columns of controls
_KEY: Final = 80  # each of the hidden columns that say whose plan it is
_LEAD: Final[Look] = {**BODY, **MIDDLE, "font_size": 9}
_ONE_LINE: Final[Look] = {**BODY, "text_wrap": False}


def write_plan(page: Page, context: ReportContext) -> None:
    """Write the sheet."""
    table = plan_columns(context)
    controls = [_STANDARD] * len(context.catalog.numbered_standards)
    keys = [_KEY] * (2 * (len(PLAN_KEYS) + 1))
    first_control, first_key = table.last + 1, table.last + 1 + len(controls)
    page.columns(
        [*table.widths.values(), *controls, *keys],
        folded=range(first_control, first_key),
        hidden=range(first_key, first_key + len(keys)),
    )
    _write_keys(page, first_key, table, context)
    header = _write_head(page, table, context)
    items = context.report.diagnosis.plan
    row = _write_table(page, header, table, context) if items else header
    if items:
        row = write_plan_legend(page, row, table.last, context)
        row = write_plan_details(page, row, table.at, table.long, context)
    row = write_links(page, row, table.at, table.links, context)
    write_completed_actions(page, row, table.at, {**table.before, **table.entries}, context)
    page.tab(OK)
    context.print_setup(page, landscape=True)
    page.fit_width(repeat=(header, header) if items else None)
    page.select(0, 0)


def _write_keys(page: Page, first: int, table: PlanColumns, context: ReportContext) -> None:
    sheet = context.report.sheet
    proposals = format_proposals(table.proposed.values())
    values = (context.report.number, sheet.identity.client or "", sheet.name, proposals)
    for place, (key, value) in enumerate(zip((*PLAN_KEYS, PROPOSALS_KEY), values, strict=True)):
        page.text(0, first + 2 * place, key, _ONE_LINE)
        page.client_text(0, first + 2 * place + 1, value, _ONE_LINE)


def _write_head(page: Page, table: PlanColumns, context: ReportContext) -> int:
    """Write title and lead; returns the row of the headings."""
    say, diagnosis = context.say, context.report.diagnosis
    page.merged(0, 0, table.last, say("plan.sheet"), TITLE)
    page.height(0, 32)
    if not diagnosis.plan:
        page.merged(1, 0, table.last, say("plan.nothing"), BODY)
        page.height(1, 24)
        return 2
    text = say("plan.lead")
    page.merged(1, 0, table.last, text, _LEAD)
    page.height(1, page.text_height(text, _LEAD, (0, table.last), padding=6))
    page.height(2, 6)
    return 3


def _write_table(page: Page, header: int, table: PlanColumns, context: ReportContext) -> int:
    """Write one line for each open item, the most urgent first; returns the row after them."""
    own = (context.say(f"plan.column.{name}") for name in table.at)
    controls = (standard.name[context.say.lang] for standard in context.catalog.numbered_standards)
    page.headings(header, (*own, *controls), HEAD_9, least=34)
    items, rules = context.report.diagnosis.plan, build_entry_rules(context)
    for row, each in enumerate(items, header + 1):
        line = write_plan_row(page, row, each, table, context)
        write_entries(page, row, table.at, rules, line)
    last = header + len(items)
    page.filter((header, 0, last, table.last))
    page.freeze(header + 1, 1)
    return last + 1
