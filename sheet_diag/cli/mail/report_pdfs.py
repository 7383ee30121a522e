"""Completes the reports that go out: PDFs that are missing are set before a mail is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sheet_diag.cli.mail import output
from sheet_diag.cli.mail.context import CommandContext
from sheet_diag.cli.output import show_progress_bar
from sheet_diag.mail.campaign.due_mails import skip_changed_report, skip_without_pdf
from sheet_diag.mail.campaign.selection import MailSelection, reduce_to_form
from sheet_diag.model.mail import OutgoingMail, ReportForm
from sheet_diag.pipeline.missing_pdfs import LackingReport, SetPdfs, set_missing_pdfs
from sheet_diag.reports.pdf.maker import can_set_pdf
from sheet_diag.storage.output_files import FormerOutputs, hash_output


def complete_reports(context: CommandContext, selection: MailSelection) -> MailSelection:
    """Set the PDFs that the selected mails lack.

    Where one cannot be set, the workbook goes out alone if both were to. A workbook that was
    changed since the run says something else than its PDF: that report is skipped. Raises as
    `set_missing_pdfs`.
    """
    results = {fact.sha256: fact.result for fact in context.last_run.facts if fact.result}
    changed = _find_changed(context, selection.mails, results)
    same = [mail for mail in selection.mails if mail not in changed]
    lacking = {
        results[mail.subject.return_sha256]: mail for mail in same if mail.has_pdf and _lacks(mail)
    }
    made = _set_pdfs(context, lacking)
    failed = [mail for name, mail in lacking.items() if name not in made.facts]
    mails, skipped = [], [skip_changed_report(mail) for mail in changed]
    for mail in same:
        if facts := made.facts.get(results.get(mail.subject.return_sha256, "")):
            mails.append(replace(mail, pdf_sha256=facts.sha256))
        elif mail not in failed:
            mails.append(mail)
        elif mail.subject.form is ReportForm.BOTH:
            mails.append(reduce_to_form(mail, ReportForm.WORKBOOK))
        else:
            skipped.append(skip_without_pdf(mail))
    _show(context, lacking, made)
    return replace(selection, mails=tuple(mails), skipped=(*selection.skipped, *skipped))


def _find_changed(
    context: CommandContext, mails: Sequence[OutgoingMail], results: Mapping[str, str]
) -> list[OutgoingMail]:
    """Find the mails with a PDF whose workbook was changed since the run."""
    former, found = FormerOutputs.read(context.output), []
    for mail in mails:
        name = results.get(mail.subject.return_sha256, "")
        path = context.output / name
        if mail.has_pdf and path.is_file():
            modified = path.stat().st_mtime
            if former.is_edited(name, hash_output(path), modified):
                found.append(mail)
    return found


def _lacks(mail: OutgoingMail) -> bool:
    """Whether its PDF has still to be set."""
    return not mail.pdf_sha256 or not all(path.is_file() for path in mail.files)


def _set_pdfs(context: CommandContext, lacking: Mapping[str, OutgoingMail]) -> SetPdfs:
    if not lacking:
        return SetPdfs({})
    if not can_set_pdf():
        output.print_text(context.say("mail.pdf.cannot"))
        return SetPdfs({})
    reports = [LackingReport(name, mail.password) for name, mail in lacking.items()]
    options, limits = context.options, context.settings.limits
    with show_progress_bar(context.say("mail.progress.pdf"), len(reports)) as step:
        return set_missing_pdfs(context.output, reports, options.jobs, limits, step)


def _show(context: CommandContext, lacking: Mapping[str, OutgoingMail], made: SetPdfs) -> None:
    """Show what of the PDFs wants a look."""
    say, who = context.say, {name: mail.client.name_with_id for name, mail in lacking.items()}
    alone = [
        who[name]
        for name, mail in lacking.items()
        if name not in made.facts and mail.subject.form is ReportForm.BOTH
    ]
    output.show_lines(say("mail.pdf.workbook_only", count=len(alone)), alone, say)
    lost = {name: facts.missing for name, facts in made.facts.items() if facts.missing}
    lines = [f"{who[name]}: {characters}" for name, characters in lost.items()]
    output.show_lines(say("mail.pdf.characters", count=len(lines)), lines, say)
    kept = [f"{each.output} → {each.kept}" for each in made.edited]
    output.show_lines(say("mail.pdf.edited", count=len(kept)), kept, say)
