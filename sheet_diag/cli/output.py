"""Shows the progress bar and the summary of a run; quiet in a pipe. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from sheet_diag.model.basics import Lang
from sheet_diag.model.client_status import GroupResponses
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.pipeline.run_diff import ChangeKind, ReturnChange, ReturnState
from sheet_diag.storage.report_passwords.password_list import PASSWORDS_FILE
from sheet_diag.text import problems
from sheet_diag.text.numbers import format_score
from sheet_diag.text.problem_groups import Titles, find_cause, group_problems, item_titles
from sheet_diag.text.terminal_text import escape_markup, printable_text
from sheet_diag.text.wording import Wording, join_first

if TYPE_CHECKING:  # a check of one file does not wait for pandas
    from sheet_diag.pipeline.execution.workers import ProgressCallback as Report
    from sheet_diag.pipeline.run import RunConfig, RunResult

_MOST_ROWS: Final = 15
_MOST_NAMED: Final = 3
# What may be of another client than it says: deliver would be late to tell it.
_IDENTITY_WARNINGS: Final = {
    "sender": (ProblemCode.SENDER_DISAGREES,),
    "unproven": (ProblemCode.SENDER_UNPROVEN,),
    "company": (ProblemCode.LISTED_NAME_DIFFERS,),
    "unlisted": (ProblemCode.NOT_LISTED, ProblemCode.ID_NOT_LISTED, ProblemCode.LISTED_UNSURE),
}
# What people open, in the output folder.
_OUTPUTS: Final = ("portfolio.xlsx", "results", "corrections", "pdf", PASSWORDS_FILE)
# What counts no more, though it says something else than what counts instead.
_SUPERSEDED: Final = (
    ProblemCode.NEWER_RETURN, ProblemCode.RETURN_NOT_SELECTED, ProblemCode.BLANK_SUPERSEDED
)  # fmt: skip
_COLORS: Final = ("green", "green", "yellow", "dark_orange", "red")  # best to worst


def run_with_progress(say: Wording, work: Callable[[Report], RunResult]) -> RunResult:
    """Do the work under a progress bar, if a person is watching."""
    with _create_progress_bar() as bar:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(say(f"cli.progress.{stage}"), total=total)
            bar.update(tasks[stage], completed=done, total=total)
            if stage == "cluster" and not done and not bar.console.is_terminal:
                bar.console.print(say("cli.progress.cluster"))  # a log must say why it stands still

        return work(report)


@contextmanager
def show_progress_bar(text: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar for one job, if a person is watching.

    Gives a function that takes the number of what is done.
    """
    with _create_progress_bar() as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)


def _create_progress_bar() -> Progress:
    """Create a bar on the error stream, where nothing is shown but to a person."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def show_result(
    result: RunResult,
    config: RunConfig,
    say: Wording,
    sheet: Path | None = None,
    url: str | None = None,
) -> None:
    """Show clients by rank, files that need attention, and where the outputs are.

    That is the output folder, or the URL that it was uploaded to.
    """
    console = Console(highlight=False, soft_wrap=False)
    if any(outcome.status is ReturnStatus.RANKED for outcome in result.outcomes):
        console.print(_build_rank_table(result, say))
    titles = item_titles(config.catalog, say.lang)
    attention = [o for o in result.outcomes if o.needs_attention]
    if attention:
        console.print(_build_attention_table(attention, say, titles))
    doubtful = [o for o in result.outcomes if _list_warnings(o)]
    if doubtful:
        console.print(_build_warning_table(doubtful, say, titles))
    counts = {status.value: result.portfolio.counts[status] for status in ReturnStatus}
    console.print(say("cli.summary.files", files=result.portfolio.files, **counts))
    if result.portfolio.responses:
        console.print(_response_text(result.portfolio.responses.total, say))
    for line in (
        *_list_superseded_returns(result.outcomes, say),
        *_list_identity_warnings(result.outcomes, say),
        *_list_unjudged_mails(result.outcomes, config, say),
        *_list_password_messages(result, say),
        *_list_edited_files(result, say),
    ):
        console.print(f"[yellow]{escape_markup(line)}[/]", soft_wrap=True)
    unprinted = sum(1 for o in result.outcomes if o.result and not o.pdf) if config.pdf else 0
    if unprinted:
        console.print(say("cli.summary.not_printed", count=unprinted))
    console.print()
    console.print(say("cli.summary.where"))
    made = [name for name in _OUTPUTS if name in result.outputs]
    places: dict[str, object] = {"sheet": sheet} if sheet else {}
    for name in made:
        places[Path(name).stem] = f"{url}/{name}" if url else config.output / name
    for key, path in places.items():
        console.print(
            "  " + say(f"cli.summary.where.{key}", path=escape(str(path))), soft_wrap=True
        )


def _list_superseded_returns(outcomes: Sequence[ReturnOutcome], say: Wording) -> Iterator[str]:
    """List every return that gave way to one with other answers, and why."""
    for outcome in outcomes:
        for problem in outcome.problems:
            if outcome.status is ReturnStatus.SUPERSEDED and problem.code in _SUPERSEDED:
                text = problems.problem_message(problem, say.lang)
                yield say("cli.summary.superseded", file=outcome.received.label, text=text)


def _list_identity_warnings(outcomes: Sequence[ReturnOutcome], say: Wording) -> Iterator[str]:
    counting = [
        each for each in outcomes if each.status in (ReturnStatus.RANKED, ReturnStatus.HELD)
    ]
    for name, codes in _IDENTITY_WARNINGS.items():
        files = [o.received.label for o in counting if any(p.code in codes for p in o.problems)]
        if files:
            named = join_first(files, _MOST_NAMED)
            yield say(f"cli.summary.doubt.{name}", count=len(files), files=named)
    yield from _list_open_lines(outcomes, say)


def _list_unjudged_mails(
    outcomes: Sequence[ReturnOutcome], config: RunConfig, say: Wording
) -> Iterator[str]:
    """Say that no server tells which senders are forged, or not the one that the settings name."""
    server = config.intake.authserv_id
    mails = [each.received for each in outcomes if each.received.mail_senders]
    if mails and not server:
        yield say("cli.summary.unjudged")
    elif mails and not any(each.dmarc for each in mails):
        yield say("cli.summary.unjudged.all", server=server)


def _list_open_lines(outcomes: Sequence[ReturnOutcome], say: Wording) -> Iterator[str]:
    """Say how many lines of the consultant's workbook wait for an entry."""
    found = [p for o in outcomes for p in o.problems if p.code is ProblemCode.OVERRIDES_OPEN]
    if found:
        count = sum(int(problem.value or 0) for problem in found)
        yield say("cli.summary.open_lines", count=count)


def _list_password_messages(result: RunResult, say: Wording) -> Iterator[str]:
    """What has become of passwords that clients may have been told."""
    if result.former:
        yield say("cli.summary.former", name=result.former)
    if result.unused_passwords:
        yield say("cli.passwords.unused")
    if result.renewed:
        clients = [f"{number} {name}".strip() for number, name in result.renewed]
        names = join_first(clients, _MOST_ROWS)
        yield say("cli.summary.renewed", count=len(clients), names=names)


def _list_edited_files(result: RunResult, say: Wording) -> Iterator[str]:
    """Tell where the files are that had been changed by hand."""
    if result.edited:
        yield say("cli.edited", count=len(result.edited))
    for each in result.edited:
        yield "  " + say("cli.edited.line", output=each.output, kept=each.kept)


def show_changes(
    found: Sequence[ReturnChange], result: RunResult, moment: datetime, say: Wording
) -> None:
    """Show what changed since the run before, and the counts of statuses."""
    console = Console(highlight=False)
    counts = {status.value: result.portfolio.counts[status] for status in ReturnStatus}
    files = say("cli.summary.files", files=result.portfolio.files, **counts)
    console.print(f"[bold]{moment:%H:%M:%S}[/] {files}", soft_wrap=True)
    for change in found[:_MOST_ROWS]:
        console.print(f"  {escape_markup(_change_text(change, say))}", soft_wrap=True)
    if len(found) > _MOST_ROWS:
        console.print("  " + say("cli.summary.more", count=len(found) - _MOST_ROWS))
    for line in (
        *(_list_identity_warnings(result.outcomes, say) if found else ()),
        *_list_password_messages(result, say),
        *_list_edited_files(result, say),
    ):
        console.print(f"  [yellow]{escape_markup(line)}[/]", soft_wrap=True)
    if not found:
        console.print("  " + say("cli.change.none"))


def show_verdicts(outcomes: Sequence[ReturnOutcome], say: Wording) -> None:
    """Show the result of each file, and every problem with its place and advice."""
    console = Console(highlight=False)
    for outcome in outcomes:
        console.print(f"[bold]{escape_markup(outcome.received.label)}[/]", soft_wrap=True)
        console.print("  " + _verdict_text(outcome, say))
        for line in _problem_lines(outcome, say):
            console.print(Padding(Text(line), (0, 0, 0, 2)))
        console.print()


def _verdict_text(outcome: ReturnOutcome, say: Wording) -> str:
    status = say(f"portfolio.status.{outcome.status.value}")
    scores = outcome.diagnosis.scores if outcome.diagnosis else None
    if scores is None or scores.rank is None or scores.overall is None:
        return status
    return say(
        "cli.check.ranked", status=status, rank=scores.rank, score=format_score(scores.overall)
    )


def _change_text(change: ReturnChange, say: Wording) -> str:
    before, after = change.before, change.after
    if after is None:
        return say("cli.change.gone", who=_return_label(before)) if before else ""
    if before is None:
        return say("cli.change.new", who=_return_label(after), now=_state_text(after, say))
    if change.kind is ChangeKind.MOVED:
        return say("cli.change.moved", before=before.label, who=_return_label(after))
    parts = {"before": _state_text(before, say), "now": _state_text(after, say)}
    return say("cli.change.other", who=_return_label(after), **parts)


def _return_label(state: ReturnState) -> str:
    return f"{state.name} ({state.label})" if state.name else state.label


def _state_text(state: ReturnState, say: Wording) -> str:
    status = say(f"portfolio.status.{state.status.value}")
    if state.rank and state.score is not None:
        return say("cli.standing.ranked", rank=state.rank, score=format_score(state.score))
    if state.errors:
        return say("cli.standing.errors", status=status, count=state.errors)
    return status


def _problem_lines(outcome: ReturnOutcome, say: Wording) -> Iterator[str]:
    for problem in outcome.problems:
        kind = say(f"report.severity.{problems.problem_severity(problem.code).value}")
        place = "!".join(part for part in (problem.sheet, problem.cell) if part and problem.cell)
        text = _message_and_advice(problem, say.lang)
        line = say("cli.check.line", kind=kind, place=f"{place} " if place else "", text=text)
        yield printable_text(line)


def _response_text(total: GroupResponses, say: Wording) -> str:
    """Describe how many have answered, in a line."""
    parts = {"received": total.received, "sent": total.sent, "overdue": total.overdue}
    return say("cli.summary.turnout", rate=f"{total.rate:.0%}", **parts)


def _build_rank_table(result: RunResult, say: Wording) -> Table:
    table = Table(title=say("cli.summary.title"), title_justify="left")
    table.add_column(say("cli.summary.rank"), justify="center")
    table.add_column(say("cli.summary.count"), justify="right")
    table.add_column(say("cli.summary.share"), justify="right")
    total = sum(result.portfolio.ranks.values())
    for rank, count in result.portfolio.ranks.items():
        shown = Text(rank, f"bold {_COLORS[rank.step]}")
        table.add_row(shown, str(count), f"{count / total:.0%}")
    return table


def _build_attention_table(outcomes: list[ReturnOutcome], say: Wording, titles: Titles) -> Table:
    table = Table(title=say("cli.summary.attention.title"), title_justify="left", show_lines=True)
    table.add_column(say("cli.summary.attention.file"), overflow="fold")
    table.add_column(say("cli.summary.attention.status"), no_wrap=True)
    table.add_column(say("cli.summary.attention.reason"), overflow="fold")
    for outcome in outcomes[:_MOST_ROWS]:
        status = say(f"portfolio.status.{outcome.status.value}")
        table.add_row(
            escape_markup(outcome.received.label),
            status,
            escape_markup(_reason_text(outcome, say, titles)),
        )
    if len(outcomes) > _MOST_ROWS:
        table.add_row("…", "", say("cli.summary.more", count=len(outcomes) - _MOST_ROWS))
    return table


def _list_warnings(outcome: ReturnOutcome) -> list[Problem]:
    """List what a person should check of a ranked return before its report goes out."""
    if outcome.status is not ReturnStatus.RANKED:
        return []
    return [p for p in outcome.problems if problems.problem_severity(p.code) is Severity.WARNING]


def _build_warning_table(outcomes: Sequence[ReturnOutcome], say: Wording, titles: Titles) -> Table:
    table = Table(title=say("cli.summary.warnings.title"), title_justify="left", show_lines=True)
    table.add_column(say("cli.summary.attention.file"), overflow="fold")
    table.add_column(say("cli.summary.warnings.reason"), overflow="fold")
    for outcome in outcomes[:_MOST_ROWS]:
        groups = group_problems(_list_warnings(outcome))
        lines = [
            f"{group.message(say.lang, titles)} {group.advice(say.lang)}".strip()
            for group in groups[:_MOST_NAMED]
        ]
        if more := len(groups) - len(lines):
            lines.append(say("cli.summary.more", count=more))
        table.add_row(escape_markup(outcome.received.label), escape_markup("\n".join(lines)))
    if len(outcomes) > _MOST_ROWS:
        table.add_row("…", say("cli.summary.more", count=len(outcomes) - _MOST_ROWS))
    return table


def _reason_text(outcome: ReturnOutcome, say: Wording, titles: Titles) -> str:
    """Describe what holds a file, with its advice; the rest stands in the portfolio."""
    cause = find_cause(outcome.problems)
    return f"{cause.message(say.lang, titles)} {cause.advice(say.lang)}".strip() if cause else ""


def _message_and_advice(problem: Problem, lang: Lang) -> str:
    message, advice = (
        problems.problem_message(problem, lang),
        problems.problem_advice(problem, lang),
    )
    return f"{message} {advice}".strip()
