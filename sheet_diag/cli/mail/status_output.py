"""回収状況 on the screen: the counts, who needs something, and what to type next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from sheet_diag.model.client_status import ClientStatus, GroupResponses, ResponseStatus, Stage
from sheet_diag.model.results import ReturnStatus
from sheet_diag.text.terminal_text import escape_markup
from sheet_diag.text.wording import Wording

_MAX_ROWS: Final = 15
_MAX_TEXT: Final = 120  # letters of what a server said
_COLORS: Final = {Stage.CORRECTING: "red", Stage.RECEIVED: "cyan", Stage.DELIVERED: "green"}

DescribeClient = Callable[[ClientStatus, Wording], str]


def show_response_status(status: ResponseStatus, say: Wording, gap: int) -> None:
    """Show clients by stage, rates by group, the clients that need something, and next steps.

    A reminder may follow a mail after `gap` days.
    """
    console = Console(highlight=False)
    console.print(_stage_table(status, say))
    if status.total.sent:
        console.print(_group_table(status, say))
    tables: list[tuple[str, DescribeClient, list[ClientStatus]]] = [
        (
            "overdue",
            _overdue_text,
            sorted(_overdue_clients(status), key=lambda each: -each.overdue),
        ),
        ("correcting", _correction_text, _at_stage(status, Stage.CORRECTING)),
        ("trouble", _trouble_text, [each for each in status.clients if each.mail_failures]),
        ("lost", _lost_text, [each for each in status.clients if each.lost]),
    ]
    for key, describe, clients in tables:
        if clients:
            console.print(_client_table(key, describe, clients, say))
    console.print()
    for line in _next_steps(status, say, gap):
        console.print(line, soft_wrap=True)


def _stage_table(status: ResponseStatus, say: Wording) -> Table:
    day, total = status.as_of, len(status.clients)
    when = say("standing.screen.title", year=day.year, month=day.month, day=day.day)
    table = Table(title=when, title_justify="left")
    table.add_column(say("standing.list.stage"))
    table.add_column(say("standing.screen.count"), justify="right")
    table.add_column(say("standing.screen.share"), justify="right")
    for stage in Stage:
        count = status.stages[stage]
        color = _COLORS.get(stage, "default")
        name = f"[{color}]{say(f'standing.stage.{stage.value}')}[/]"
        table.add_row(name, f"{count:,}", f"{count / total:.0%}" if total else "")
    table.add_section()
    table.add_row(say("standing.total"), f"{total:,}", "")
    return table


def _group_table(status: ResponseStatus, say: Wording) -> Table:
    table = Table(title=say("standing.rates.groups"), title_justify="left")
    table.add_column(say("standing.rates.group"), overflow="fold")
    for key in ("rates.clients", "rates.sent", "rates.received", "rate", "overdue"):
        table.add_column(say(f"standing.{key}"), justify="right")
    groups = status.groups if len(status.groups) > 1 else ()
    for group in groups[:_MAX_ROWS]:
        table.add_row(
            escape_markup(group.group) or say("standing.blank"), *_group_cells(group, say)
        )
    if len(groups) > _MAX_ROWS:
        table.add_row(_more_text(len(groups) - _MAX_ROWS, "portfolio.sheet.rates", say))
    table.add_section()
    table.add_row(say("standing.total"), *_group_cells(status.total, say))
    return table


def _group_cells(group: GroupResponses, say: Wording) -> list[str]:
    rate = f"{group.rate:.0%}" if group.sent else say("standing.no_rate")
    late = f"[red]{group.overdue:,}[/]" if group.overdue else "0"
    return [f"{group.clients:,}", f"{group.sent:,}", f"{group.received:,}", rate, late]


def _client_table(
    key: str, describe: DescribeClient, clients: Sequence[ClientStatus], say: Wording
) -> Table:
    title = say(f"standing.screen.{key}", count=f"{len(clients):,}")
    table = Table(title=title, title_justify="left")
    table.add_column(say("standing.list.id"), overflow="fold")
    table.add_column(say("standing.list.company"), overflow="fold")
    table.add_column(say("standing.list.stage"), overflow="fold")
    table.add_column(say(f"standing.screen.{key}.what"), overflow="fold")
    for each in clients[:_MAX_ROWS]:
        stage = say(f"standing.stage.{each.stage.value}")
        company = escape_markup(each.client.company)
        table.add_row(
            escape_markup(each.client.id), company, stage, escape_markup(describe(each, say))
        )
    if len(clients) > _MAX_ROWS:
        table.add_row("…", _more_text(len(clients) - _MAX_ROWS, "portfolio.sheet.turnout", say))
    return table


def _more_text(count: int, sheet: str, say: Wording) -> str:
    return say("standing.screen.more", count=f"{count:,}", sheet=say(sheet))


def _overdue_text(client: ClientStatus, say: Wording) -> str:
    return say("standing.screen.days", days=client.overdue)


def _correction_text(client: ClientStatus, say: Wording) -> str:
    day = client.correction_sent
    if day is None:
        return say("standing.screen.not_sent_back")
    text = say("standing.screen.sent_back", day=f"{day:%Y-%m-%d}")
    for each in client.awaited:
        if each.fact == client.fact and each.reminded:
            parts = {"count": each.reminders, "day": f"{each.reminded:%Y-%m-%d}"}
            text += say("standing.screen.sent_back.reminded", **parts)
    return text


def _trouble_text(client: ClientStatus, say: Wording) -> str:
    del say
    return "\n".join(failure[:_MAX_TEXT] for failure in client.mail_failures)


def _lost_text(client: ClientStatus, say: Wording) -> str:
    return say("standing.screen.lost.day", day=f"{client.lost:%Y-%m-%d}")


def _next_steps(status: ResponseStatus, say: Wording, gap: int) -> list[str]:
    """List what there is to do, the most urgent first, each with its command."""
    everyone, day = status.clients, status.as_of
    unsent = [s for s in _at_stage(status, Stage.CORRECTING) if not s.correction_sent]
    unreadable = [s for s in unsent if _is_unreadable(s)]
    todo = {
        "lost": sum(bool(s.lost) for s in everyone),
        "run": len(_at_stage(status, Stage.RECEIVED)),
        "trouble": sum(bool(s.mail_failures) for s in everyone),
        "issue": len(_at_stage(status, Stage.UNSENT)),
        "remind": sum(any(a.needs_reminder(day, gap) for a in s.awaited) for s in everyone),
        "return": len(unsent) - len(unreadable),
        "resend": len(unreadable),
        "deliver": len(_at_stage(status, Stage.RANKED)),
        "passwords": sum(s.needs_password for s in _at_stage(status, Stage.DELIVERED)),
    }
    lines = [
        "  " + say(f"standing.next.{key}", count=f"{count:,}")
        for key, count in todo.items()
        if count
    ]
    return [say("standing.next"), *lines] if lines else [say("standing.next.none")]


def _is_unreadable(client: ClientStatus) -> bool:
    """Tell whether no workbook can be corrected: a person has to ask for the file again."""
    fact = client.fact
    return fact is not None and fact.status is ReturnStatus.REJECTED and not fact.correction


def _at_stage(status: ResponseStatus, stage: Stage) -> list[ClientStatus]:
    return [each for each in status.clients if each.stage is stage]


def _overdue_clients(status: ResponseStatus) -> list[ClientStatus]:
    return [each for each in status.clients if each.overdue]
