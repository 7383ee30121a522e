"""診断条件: what the diagnosis rests on, and how the answers were read, told to the client.

Digests, and what the consultant is advised to do, stand in run.json and in the portfolio.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sheet_diag.model.results import FindingCode
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.why import unknown_sentence
from sheet_diag.text.problems import told_to_client
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import (
    BODY,
    BOLD,
    HEAD,
    HEADING,
    INSET,
    MUTED,
    PALE,
    TEXT,
    TEXT_9,
    TITLE,
    Look,
)

_WIDTHS: Final = (64, 130, 120, 120, 214)
_SIGNATURE: Final = 140  # a hidden column, by which a report that lost its properties is known
_PROBLEM_COLUMNS: Final = ((0, 1), (2, 4))
_LAST: Final = len(_WIDTHS) - 1
# The other findings are listed as problems, with what to do.
_FINDINGS: Final = (FindingCode.UNANSWERED, FindingCode.UNKNOWN_STATE, FindingCode.NA_NOT_ALLOWED)
_LABEL: Final[Look] = {**TEXT, **BOLD, "bg_color": PALE}
_NONE: Final[Look] = {**BODY, **INSET}


def write_conditions(page: Page, context: ReportContext, software: str) -> None:
    """Write the sheet."""
    say = context.say
    page.columns((*_WIDTHS, _SIGNATURE), hidden=[len(_WIDTHS)])
    page.text(0, len(_WIDTHS), software, BODY)
    page.merged(0, 0, _LAST, say("report.sheet.conditions"), TITLE)
    page.height(0, 32)
    row = _write_heading(page, 1, say("report.conditions.heading"))
    for label, text in _list_facts(context):
        _write_fact(page, row, label, text)
        row += 1
    row = _write_attachments(page, row, context)
    scores = context.report.diagnosis.scores
    findings = [finding for finding in scores.findings if finding.code in _FINDINGS]
    if findings:
        row = _write_heading(page, row, say("report.conditions.findings"))
    for finding in findings:
        about = context.topics(finding.about)
        text = say(f"report.finding.{finding.code.value}", about=about)
        page.merged(row, 0, _LAST, text, TEXT)
        page.height(row, page.text_height(text, TEXT, (0, _LAST), padding=8))
        row += 1
    row = _write_heading(page, row, say("report.conditions.problems"))
    header = _write_problems(page, row, context)
    page.tab(MUTED)
    context.print_setup(page, landscape=False)
    page.fit_width(repeat=(header, header) if context.report.problems else None)


def _write_attachments(page: Page, row: int, context: ReportContext) -> int:
    """List what came with the return; what came with those of others, too, is not shown."""
    say = context.say
    found = [each for each in context.report.received.attachments if not each.container]
    if found:
        row = _write_heading(page, row, say("report.conditions.attachments"))
    for each in found:
        size = f"{each.size:,}"
        text = say("report.conditions.attachment", name=each.name, size=size)
        _write_fact(page, row, say(f"report.attachment.{each.kind}"), text)
        row += 1
    return row


def _write_heading(page: Page, row: int, text: str) -> int:
    page.height(row, 8)
    page.merged(row + 1, 0, _LAST, text, HEADING)
    page.height(row + 1, 22)
    page.height(row + 2, 4)
    return row + 3


def _write_fact(page: Page, row: int, label: str, text: str) -> None:
    page.merged(row, 0, 1, label, _LABEL)
    page.merged_client(row, 2, _LAST, text, TEXT)
    cells = ((text, TEXT, (2, _LAST)), (label, _LABEL, (0, 1)))
    page.height(row, max(22, *(page.text_height(*cell, padding=6) for cell in cells)))


def _list_facts(context: ReportContext) -> Iterator[tuple[str, str]]:
    say, catalog, report = context.say, context.catalog, context.report
    scores = report.diagnosis.scores
    values = {
        "client": context.addressee,
        "number": report.number,
        "date": context.report_day,
        "file": report.received.sent_name,
        "sheet": report.sheet.sheet,
        "version": catalog.version,
    }
    if report.diagnosis.insurance and catalog.report.insurance:
        names = catalog.report.insurance.exposure
        values["exposure"] = names[report.diagnosis.insurance.exposure][say.lang]
    for key, text in values.items():
        yield say(f"report.conditions.{key}"), text
    bounds = {"strict": (scores.strict, scores.strict_rank)}
    if scores.upper is not None and scores.upper != scores.overall:
        bounds["upper"] = scores.upper, scores.upper_rank
    for key, (score, rank) in bounds.items():
        parts = {"score": context.format_overall(score), "rank": rank}
        yield (
            say(f"report.conditions.{key}", points=context.least_points),
            say("report.conditions.score_rank", **parts),
        )
    if unknown := unknown_sentence(context):
        yield say("report.conditions.unknown"), unknown
    if unscored := context.unscored_insurance_item:
        text = say("report.conditions.unscored.of", topic=context.topic(unscored.id))
        yield say("report.conditions.unscored"), text


def _write_problems(page: Page, row: int, context: ReportContext) -> int:
    """Write the table; returns its heading row, or that of the sentence that there is none."""
    say, found = context.say, context.report.problems
    if not found:
        page.merged(row, 0, _LAST, say("report.conditions.problems.none"), _NONE)
        page.height(row, 22)
        return row
    for columns, key in zip(_PROBLEM_COLUMNS, ("place", "message"), strict=True):
        page.merged(row, *columns, say(f"report.conditions.{key}"), HEAD)
    page.height(row, 22)
    for line, texts in enumerate(_group_problems(found, context), row + 1):
        for text, columns in zip(texts, _PROBLEM_COLUMNS, strict=True):
            page.merged_client(line, *columns, text, TEXT_9)
        cells = zip(texts, _PROBLEM_COLUMNS, strict=True)
        heights = (page.text_height(text, TEXT_9, columns, padding=6) for text, columns in cells)
        page.height(line, max(20, *heights))
    return row


def _group_problems(found: Iterable[Problem], context: ReportContext) -> Iterator[tuple[str, str]]:
    """Yield the place and the sentence of each problem, in their order.

    Answers that were read from one spelling share a line.
    """
    say = context.say
    read_as: dict[tuple[str, str], list[str]] = {}
    for problem in found:
        if problem.code is ProblemCode.ANSWER_READ_AS:
            key = (problem.value or "", dict(problem.details)["read"])
            read_as.setdefault(key, []).append(problem.item or "")
            continue
        place = " ".join(part for part in (problem.sheet, problem.cell) if part)
        yield place, told_to_client(problem, say.lang)
    for (value, read), items in read_as.items():
        parts = {"value": value, "read": read, "items": ", ".join(items)}
        message = say("report.conditions.read_as", count=len(items), **parts)
        yield context.report.sheet.sheet, message
