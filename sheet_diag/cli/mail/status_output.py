"""回収状況 on the screen: the counts, who needs something, and what to type next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from sheet_diag.model.client_status import GroupTurnout, Stage, Standing, Turnout
from sheet_diag.model.results import Status
from sheet_diag.text.terminal_text import plain
from sheet_diag.text.wording import Wording

_MOST_ROWS: Final = 15
_MOST_TEXT: Final = 120  # letters of what a server said
_COLORS: Final = {Stage.CORRECTING: "red", Stage.RECEIVED: "cyan", Stage.DELIVERED: "green"}

Tell = Callable[[Standing, Wording], str]


def show_turnout(turnout: Turnout, say: Wording, gap: int) -> None:
    """Clients by stage, rates by group, the clients that need something, the next commands. A
    reminder may follow a mail after `gap` days."""
    console = Console(highlight=False)
    console.print(_stages(turnout, say))
    if turnout.total.sent:
        console.print(_groups(turnout, say))
    wants: list[tuple[str, Tell, list[Standing]]] = [
        ("overdue", _late, sorted(_overdue(turnout), key=lambda each: -each.overdue)),
        ("correcting", _sent_back, _at(turnout, Stage.CORRECTING)),
        ("trouble", _trouble, [each for each in turnout.standings if each.trouble]),
        ("lost", _lost, [each for each in turnout.standings if each.lost]),
    ]
    for key, tell, standings in wants:
        if standings:
            console.print(_clients(key, tell, standings, say))
    console.print()
    for line in _next(turnout, say, gap):
        console.print(line, soft_wrap=True)


def _stages(turnout: Turnout, say: Wording) -> Table:
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


def _groups(turnout: Turnout, say: Wording) -> Table:
    table = Table(title=say("standing.rates.groups"), title_justify="left")
    table.add_column(say("standing.rates.group"), overflow="fold")
    for key in ("rates.clients", "rates.sent", "rates.received", "rate", "overdue"):
        table.add_column(say(f"standing.{key}"), justify="right")
    groups = turnout.groups if len(turnout.groups) > 1 else ()
    for group in groups[:_MOST_ROWS]:
        table.add_row(plain(group.group) or say("standing.blank"), *_figures(group, say))
    if len(groups) > _MOST_ROWS:
        table.add_row(_more(len(groups) - _MOST_ROWS, "portfolio.sheet.rates", say))
    table.add_section()
    table.add_row(say("standing.total"), *_figures(turnout.total, say))
    return table


def _figures(group: GroupTurnout, say: Wording) -> list[str]:
    rate = f"{group.rate:.0%}" if group.sent else say("standing.no_rate")
    late = f"[red]{group.overdue:,}[/]" if group.overdue else "0"
    return [f"{group.clients:,}", f"{group.sent:,}", f"{group.received:,}", rate, late]


def _clients(key: str, tell: Tell, standings: Sequence[Standing], say: Wording) -> Table:
    title = say(f"standing.screen.{key}", count=f"{len(standings):,}")
    table = Table(title=title, title_justify="left")
    table.add_column(say("standing.list.id"), overflow="fold")
    table.add_column(say("standing.list.company"), overflow="fold")
    table.add_column(say("standing.list.stage"), overflow="fold")
    table.add_column(say(f"standing.screen.{key}.what"), overflow="fold")
    for each in standings[:_MOST_ROWS]:
        stage = say(f"standing.stage.{each.stage.value}")
        company = plain(each.client.company)
        table.add_row(plain(each.client.id), company, stage, plain(tell(each, say)))
    if len(standings) > _MOST_ROWS:
        table.add_row("…", _more(len(standings) - _MOST_ROWS, "portfolio.sheet.turnout", say))
    return table


def _more(count: int, sheet: str, say: Wording) -> str:
    return say("standing.screen.more", count=f"{count:,}", sheet=say(sheet))


def _late(standing: Standing, say: Wording) -> str:
    return say("standing.screen.days", days=standing.overdue)


def _sent_back(standing: Standing, say: Wording) -> str:
    day = standing.correction_sent
    if day is None:
        return say("standing.screen.not_sent_back")
    told = say("standing.screen.sent_back", day=f"{day:%Y-%m-%d}")
    for each in standing.awaited:
        if each.fact == standing.fact and each.reminded:
            parts = {"count": each.reminders, "day": f"{each.reminded:%Y-%m-%d}"}
            told += say("standing.screen.sent_back.reminded", **parts)
    return told


def _trouble(standing: Standing, say: Wording) -> str:
    del say
    return "\n".join(trouble[:_MOST_TEXT] for trouble in standing.trouble)


def _lost(standing: Standing, say: Wording) -> str:
    return say("standing.screen.lost.day", day=f"{standing.lost:%Y-%m-%d}")


def _next(turnout: Turnout, say: Wording, gap: int) -> list[str]:
    """What there is to do, the most urgent first, each with its command."""
    everyone, day = turnout.standings, turnout.as_of
    unsent = [s for s in _at(turnout, Stage.CORRECTING) if not s.correction_sent]
    unreadable = [s for s in unsent if _is_unreadable(s)]
    todo = {
        "lost": sum(bool(s.lost) for s in everyone),
        "run": len(_at(turnout, Stage.RECEIVED)),
        "trouble": sum(bool(s.trouble) for s in everyone),
        "issue": len(_at(turnout, Stage.UNSENT)),
        "remind": sum(any(a.is_to_be_reminded(day, gap) for a in s.awaited) for s in everyone),
        "return": len(unsent) - len(unreadable),
        "resend": len(unreadable),
        "deliver": len(_at(turnout, Stage.RANKED)),
        "passwords": sum(not s.password_sent for s in _at(turnout, Stage.DELIVERED)),
    }
    lines = [
        "  " + say(f"standing.next.{key}", count=f"{count:,}")
        for key, count in todo.items()
        if count
    ]
    return [say("standing.next"), *lines] if lines else [say("standing.next.none")]


def _is_unreadable(standing: Standing) -> bool:
    """Whether there is no workbook to be corrected: a person has to ask for the file again."""
    fact = standing.fact
    return fact is not None and fact.status is Status.REJECTED and not fact.correction


def _at(turnout: Turnout, stage: Stage) -> list[Standing]:
    return [standing for standing in turnout.standings if standing.stage is stage]


def _overdue(turnout: Turnout) -> list[Standing]:
    return [standing for standing in turnout.standings if standing.overdue]
