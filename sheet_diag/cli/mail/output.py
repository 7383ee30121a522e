"""What the mailing commands say on the screen. Says, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.campaign.outgoing import CheckedMail
from sheet_diag.mail.campaign.previous_campaign import ClientRemark
from sheet_diag.mail.inbox.records import BouncedMail, CollectedMail, CollectResult, UncollectedMail
from sheet_diag.mail.smtp.records import SendReport
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailLogEntry, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.terminal_text import escape_markup
from sheet_diag.text.wording import Wording

_MAX_LINES: Final = 15
_FINAL_HEADINGS: Final = {  # the headings of those who are left alone, by the reason
    "mail.left.rests": "mail.rests.lately",
    "mail.left.answered": "mail.rests.answered",
}


def show_mails(parcels: Sequence[OutgoingMail], say: Wording) -> None:
    """Who gets what: all of them, because somebody has to look through them."""
    table = Table(show_lines=True)
    for name in ("client", "addresses", "attachment"):
        table.add_column(say(f"mail.table.{name}"), overflow="fold")
    for parcel in parcels:
        client = parcel.client
        attachment = "\n".join(path.name for path in parcel.files) or say("mail.table.nothing")
        table.add_row(
            escape_markup(f"{client.id} {client.company}\n{client.contact}".rstrip()),
            escape_markup("\n".join(client.addresses)),
            escape_markup(attachment),
        )
    _console().print(table)


def show_draft_list(posted: Sequence[MailLogEntry], clients: ClientList, say: Wording) -> None:
    """Drafts that lie there, in the order of the client list: all of them, because somebody has to
    look through them."""
    rows = clients.by_id()
    order = {id_: place for place, id_ in enumerate(rows)}
    table = Table()
    for name in ("client", "addresses", "attachment"):
        table.add_column(say(f"mail.table.{name}"), overflow="fold")
    for each in sorted(posted, key=lambda line: order.get(line.client.casefold(), len(order))):
        row = rows.get(each.client.casefold())
        client = f"{row.id} {row.company}" if row else each.client
        attachment = each.file or say("mail.table.nothing")
        table.add_row(
            escape_markup(client),
            escape_markup("\n".join(each.addresses)),
            escape_markup(attachment),
        )
    _console().print(table)


def show_drafts(looked: Sequence[CheckedMail], folder: Path, kind: MailKind, say: Wording) -> None:
    """Where the drafts lie, what wants a look, and what to do next."""
    made = [each for each in looked if each.path]
    show_check_results(looked, say)
    if not made:
        print_text(say("mail.drafts.none"))
        return
    print_text(say("mail.drafts.made", count=len(made), path=folder))
    print_text(say(f"mail.drafts.next.{'password' if kind.spec.tells_password else 'any'}"))


def show_check_results(looked: Iterable[CheckedMail], say: Wording) -> None:
    """What the guard stopped, and what it has doubts about."""
    looked = list(looked)
    stopped = [
        (_id_and_company(each.mail), say(refusal.key, **refusal.parts))
        for each in looked
        for refusal in each.errors
    ]
    doubted = [
        (_id_and_company(each.mail), say(doubt.key, **doubt.parts))
        for each in looked
        if not each.errors
        for doubt in each.warnings
    ]
    _show_client_lines(say("mail.stopped", count=len(stopped)), stopped, say, "red", most=None)
    _show_client_lines(say("mail.doubted", count=len(doubted)), doubted, say, "yellow", most=None)


def show_sent(report: SendReport, say: Wording) -> None:
    """What went out, and what has become of the rest."""
    mega = 1024 * 1024
    for key, posted in (("refused", report.refused), ("deferred", report.deferred)):
        lines = [(each.client, _refusal_text(each, say)) for each in posted]
        _show_client_lines(say(f"mail.sent.{key}", count=len(lines)), lines, say, "red", most=None)
    unknown = [(each.client, ", ".join(each.addresses)) for each in report.uncertain]
    _show_client_lines(
        say("mail.sent.uncertain", count=len(unknown)), unknown, say, "red", most=None
    )
    large = []
    for each in report.too_big:
        key = "mail.sent.too_big.line" if each.limit else "mail.sent.too_big.unknown"
        text = say(key, size=f"{each.size / mega:.1f}", limit=f"{each.limit / mega:.1f}")
        large.append((_id_and_company(each.mail), text))
    _show_client_lines(say("mail.sent.too_big", count=len(large)), large, say, "red", most=None)
    print_text(say("mail.sent", count=len(report.sent)))
    if report.stopped:
        reason = say(report.stopped.key, **report.stopped.parts)
        print_text(say("mail.sent.stopped", reason=reason))
    elif report.interrupted:
        print_text(say("mail.sent.interrupted"))


def show_collection(found: CollectResult, source: Path, say: Wording) -> bool:
    """What has come, and what of it wants a person's eye. Whether nothing does."""
    new = [(_sender_text(each, say), each.file) for each in found.new if not each.warnings]
    doubted = [
        (
            _sender_text(each, say),
            " ".join((each.file, *(say(d.key, **d.parts) for d in each.warnings))),
        )
        for each in found.new
        if each.warnings
    ]
    unknown = [(each.sender, each.file) for each in found.new if not each.client]
    without = [(_passed_sender(each), each.subject) for each in found.without_sheet]
    large = [(_passed_sender(each), each.subject) for each in found.too_large]
    bounced = [(each.client, _bounce_text(each, say)) for each in found.bounces if not each.delayed]
    delayed = [(each.client, _bounce_text(each, say)) for each in found.bounces if each.delayed]
    lost = [(_missing_sender(each, say), each.file) for each in found.lost]
    _show_client_lines(say("mail.collected.new", count=len(new)), new, say, "green")
    for key, lines in (
        ("doubted", doubted),
        ("unknown", unknown),
        ("without_sheet", without),
        ("too_large", large),
        ("lost", lost),
        ("bounced", bounced),
        ("delayed", delayed),
    ):
        _show_client_lines(
            say(f"mail.collected.{key}", count=len(lines)), lines, say, "yellow", most=None
        )
    counts = {"new": len({each.file for each in found.new}), "known": found.known}
    print_text(say("mail.collected", path=source, skipped=found.skipped, **counts))
    if again := len({each.file for each in found.new if each.again}):
        print_text(say("mail.collected.again", count=again))
    if found.stopped:
        reason = say(found.stopped.key, **found.stopped.parts)
        print_text(say("mail.collected.stopped", reason=reason))
    return not (doubted or unknown or without or large or bounced or lost or found.stopped)


def _sender_text(each: CollectedMail, say: Wording) -> str:
    return each.client or say("mail.collected.nobody", sender=each.sender)


def _missing_sender(each: MailLogEntry, say: Wording) -> str:
    sender = ", ".join(each.addresses)
    return each.client or say("mail.collected.nobody", sender=sender)


def _passed_sender(each: UncollectedMail) -> str:
    return f"{each.client} {each.sender}".strip()


def _bounce_text(each: BouncedMail, say: Wording) -> str:
    reason, addresses = each.text, ", ".join(each.addresses)
    return say("mail.sent.refused.line", addresses=addresses, reason=reason)


def show_skipped(left_out: Sequence[Skipped], say: Wording) -> None:
    """Who gets no mail, and why: all of those that something has to be done about. Each reason to
    leave somebody alone has a heading of its own."""
    wanting = [_client_and_reason(each, say) for each in left_out if not each.rests]
    for key in dict.fromkeys(each.key for each in left_out if each.rests):
        resting = [_client_and_reason(each, say) for each in left_out if each.key == key]
        _show_client_lines(
            say(_FINAL_HEADINGS.get(key, "mail.rests"), count=len(resting)), resting, say, "cyan"
        )
    _show_client_lines(say("mail.left", count=len(wanting)), wanting, say, "yellow", most=None)


def _client_and_reason(each: Skipped, say: Wording) -> tuple[str, str]:
    return each.who, say(each.key, **each.parts)


def show_remarks(found: Sequence[ClientRemark], say: Wording, head: str = "mail.year") -> None:
    """What is otherwise than last year, or under another heading (a wording key)."""
    lines = [(each.who, say(each.key, **each.parts)) for each in found]
    _show_client_lines(say(head, count=len(lines)), lines, say, "yellow", most=None)


def show_lines(head: str, lines: Sequence[str], say: Wording) -> None:
    """A heading and lines, as far as they are few."""
    if not lines:
        return
    console = _console()
    console.print(f"[yellow]{escape(head)}[/]")
    for text in lines[:_MAX_LINES]:
        console.print("  " + escape_markup(text), soft_wrap=True)
    if len(lines) > _MAX_LINES:
        console.print("  " + say("mail.more", count=len(lines) - _MAX_LINES))
    console.print()


def _refusal_text(posted: MailLogEntry, say: Wording) -> str:
    return say("mail.sent.refused.line", addresses=", ".join(posted.addresses), reason=posted.text)


def show_waiting(say: Wording, seconds: float, text: str) -> None:
    """Why nothing happens for a while."""
    reason = text or say("mail.sent.waiting.lost")
    print_text(say("mail.sent.waiting", seconds=round(seconds), reason=reason))


def print_text(text: str) -> None:
    """A sentence of ours; the terminal breaks its lines."""
    _console().print(escape(text), soft_wrap=True)


def _show_client_lines(
    head: str,
    lines: Sequence[tuple[str, str]],
    say: Wording,
    look: str,
    *,
    most: int | None = _MAX_LINES,
) -> None:
    if not lines:
        return
    console = _console()
    console.print(f"[{look}]{escape(head)}[/]")
    for who, text in lines[:most]:
        console.print("  " + escape_markup(say("mail.line", who=who, text=text)), soft_wrap=True)
    if most and len(lines) > most:
        console.print("  " + say("mail.more", count=len(lines) - most))
    console.print()


def _id_and_company(parcel: OutgoingMail) -> str:
    return f"{parcel.client.id} {parcel.client.company}"


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)
