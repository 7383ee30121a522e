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


def show_response_status(turnout: ResponseStatus, say: Wording, gap: int) -> None:
    """Clients by stage, rates by group, the clients that need something, the next commands. A
    reminder may follow a mail after `gap` days."""
    console = Console(highlight=False)
    console.print(_stage_table(turnout, say))
    if turnout.total.sent:
        console.print(_group_table(turnout, say))
    wants: list[tuple[str, DescribeClient, list[ClientStatus]]] = [
        (
            "overdue",
            _overdue_text,
            sorted(_overdue_clients(turnout), key=lambda each: -each.overdue),
        ),
        ("correcting", _correction_text, _at_stage(turnout, Stage.CORRECTING)),
        ("trouble", _trouble_text, [each for each in turnout.standings if each.mail_failures]),
        ("lost", _lost_text, [each for each in turnout.standings if each.lost]),
    ]
    for key, tell, standings in wants:
        if standings:
            console.print(_client_table(key, tell, standings, say))
    console.print()
    for line in _next_steps(turnout, say, gap):
        console.print(line, soft_wrap=True)


def _stage_table(turnout: ResponseStatus, say: Wording) -> Table:
    day, total = turnout.as_of, len(turnout.standings)
    when = say("standing.screen.title", year=day.year, month=day.month, day=day.day)
    table = Table(title=when, title_justify="left")
    table.add_column(say("standing.list.stage"))
    table.add_column(say("standing.screen.count"), justify="right")
    table.add_column(say("standing.screen.share"), justify="right")
    for stage in Stage:
        count = turnout.stages[stage]
        color = _COLORS.get(stage, "default")
        name = f"[{color}]{say(f'standing.stage.{stage.value}')}[/]"
        table.add_row(name, f"{count:,}", f"{count / total:.0%}" if total else "")
    table.add_section()
    table.add_row(say("standing.total"), f"{total:,}", "")
    return table


def _group_table(turnout: ResponseStatus, say: Wording) -> Table:
    table = Table(title=say("standing.rates.groups"), title_justify="left")
    table.add_column(say("standing.rates.group"), overflow="fold")
    for key in ("rates.clients", "rates.sent", "rates.received", "rate", "overdue"):
        table.add_column(say(f"standing.{key}"), justify="right")
    groups = turnout.groups if len(turnout.groups) > 1 else ()
    for group in groups[:_MAX_ROWS]:
        table.add_row(
            escape_markup(group.group) or say("standing.blank"), *_group_cells(group, say)
        )
    if len(groups) > _MAX_ROWS:
        table.add_row(_more_text(len(groups) - _MAX_ROWS, "portfolio.sheet.rates", say))
    table.add_section()
    table.add_row(say("standing.total"), *_group_cells(turnout.total, say))
    return table


def _group_cells(group: GroupResponses, say: Wording) -> list[str]:
    rate = f"{group.rate:.0%}" if group.sent else say("standing.no_rate")
    late = f"[red]{group.overdue:,}[/]" if group.overdue else "0"
    return [f"{group.clients:,}", f"{group.sent:,}", f"{group.received:,}", rate, late]


def _client_table(
    key: str, tell: DescribeClient, standings: Sequence[ClientStatus], say: Wording
) -> Table:
    title = say(f"standing.screen.{key}", count=f"{len(standings):,}")
    table = Table(title=title, title_justify="left")
    table.add_column(say("standing.list.id"), overflow="fold")
    table.add_column(say("standing.list.company"), overflow="fold")
    table.add_column(say("standing.list.stage"), overflow="fold")
    table.add_column(say(f"standing.screen.{key}.what"), overflow="fold")
    for each in standings[:_MAX_ROWS]:
        stage = say(f"standing.stage.{each.stage.value}")
        company = escape_markup(each.client.company)
        table.add_row(escape_markup(each.client.id), company, stage, escape_markup(tell(each, say)))
    if len(standings) > _MAX_ROWS:
        table.add_row("…", _more_text(len(standings) - _MAX_ROWS, "portfolio.sheet.turnout", say))
    return table


def _more_text(count: int, sheet: str, say: Wording) -> str:
    return say("standing.screen.more", count=f"{count:,}", sheet=say(sheet))


def _overdue_text(standing: ClientStatus, say: Wording) -> str:
    return say("standing.screen.days", days=standing.overdue)


def _correction_text(standing: ClientStatus, say: Wording) -> str:
    day = standing.correction_sent
    if day is None:
        return say("standing.screen.not_sent_back")
    told = say("standing.screen.sent_back", day=f"{day:%Y-%m-%d}")
    for each in standing.awaited:
        if each.fact == standing.fact and each.reminded:
            parts = {"count": each.reminders, "day": f"{each.reminded:%Y-%m-%d}"}
            told += say("standing.screen.sent_back.reminded", **parts)
    return told


def _trouble_text(standing: ClientStatus, say: Wording) -> str:
    del say
    return "\n".join(trouble[:_MAX_TEXT] for trouble in standing.mail_failures)


def _lost_text(standing: ClientStatus, say: Wording) -> str:
    return say("standing.screen.lost.day", day=f"{standing.lost:%Y-%m-%d}")


def _next_steps(turnout: ResponseStatus, say: Wording, gap: int) -> list[str]:
    """What there is to do, the most urgent first, each with its command."""
    everyone, day = turnout.standings, turnout.as_of
    unsent = [s for s in _at_stage(turnout, Stage.CORRECTING) if not s.correction_sent]
    unreadable = [s for s in unsent if _is_unreadable(s)]
    todo = {
        "lost": sum(bool(s.lost) for s in everyone),
        "run": len(_at_stage(turnout, Stage.RECEIVED)),
        "trouble": sum(bool(s.mail_failures) for s in everyone),
        "issue": len(_at_stage(turnout, Stage.UNSENT)),
        "remind": sum(any(a.needs_reminder(day, gap) for a in s.awaited) for s in everyone),
        "return": len(unsent) - len(unreadable),
        "resend": len(unreadable),
        "deliver": len(_at_stage(turnout, Stage.RANKED)),
        "passwords": sum(not s.password_sent for s in _at_stage(turnout, Stage.DELIVERED)),
    }
    lines = [
        "  " + say(f"standing.next.{key}", count=f"{count:,}")
        for key, count in todo.items()
        if count
    ]
    return [say("standing.next"), *lines] if lines else [say("standing.next.none")]


def _is_unreadable(standing: ClientStatus) -> bool:
    """Whether there is no workbook to be corrected: a person has to ask for the file again."""
    fact = standing.fact
    return fact is not None and fact.status is ReturnStatus.REJECTED and not fact.correction


def _at_stage(turnout: ResponseStatus, stage: Stage) -> list[ClientStatus]:
    return [standing for standing in turnout.standings if standing.stage is stage]


def _overdue_clients(turnout: ResponseStatus) -> list[ClientStatus]:
    return [standing for standing in turnout.standings if standing.overdue]
