"""What the mailing commands show on the screen. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sheet_diag.mail.campaign.drafts import DraftFolder
from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.campaign.previous_campaign import ClientRemark
from sheet_diag.mail.campaign.selection import MailSelection
from sheet_diag.mail.inbox.bounces import DeliveryFailure, FailureKind
from sheet_diag.mail.inbox.results import CollectResult, MailOutcome, UncollectedMail
from sheet_diag.mail.outgoing_checks.results import CheckedMail, MailCheckFinding
from sheet_diag.mail.smtp.delivery import OversizedMail, SendReport
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.text.terminal_text import escape_markup
from sheet_diag.text.wording import Wording

_MAX_LINES: Final = 15
_MIB: Final = 1024 * 1024
_FINAL_HEADINGS: Final = {  # of clients who rightly get no mail, by the reason
    "mail.left.rests": "mail.rests.lately",
    "mail.left.answered": "mail.rests.answered",
    "mail.left.agreed": "mail.rests.agreed",
}


def show_mails(mails: Sequence[OutgoingMail], say: Wording) -> None:
    """Show who gets what: all mails, because a person has to look through them."""
    table = _mail_table(say, show_lines=True)
    for mail in mails:
        client = mail.client
        files = "\n".join(path.name for path in mail.files)
        _add_mail(table, f"{client.name_with_id}\n{client.contact}", mail.addresses, files, say)
    _console().print(table)


def show_entries(entries: Sequence[MailLogEntry], clients: ClientList, say: Wording) -> None:
    """Show mails in the order of the client list: all, because a person has to look at them."""
    rows = clients.by_id()
    order = {id_: place for place, id_ in enumerate(rows)}
    table = _mail_table(say)
    for entry in sorted(entries, key=lambda each: order.get(each.client.casefold(), len(order))):
        row = rows.get(entry.client.casefold())
        client = row.name_with_id if row else entry.client
        telephone = (say("passwords.column.phone"),)
        addresses = telephone if entry.event is MailEvent.CALLED else entry.addresses
        _add_mail(table, client, addresses, entry.file, say)
    _console().print(table)


def show_written_drafts(checked: Sequence[CheckedMail], folder: DraftFolder, say: Wording) -> None:
    """Show where the drafts are, what wants a look, and what to do next."""
    show_check_results(checked, say)
    count = sum(not each.errors for each in checked)
    if not count:
        print_text(say("mail.drafts.none"))
        return
    print_text(say("mail.drafts.made", count=count, path=folder.path))
    print_text(say(f"mail.drafts.next.{'password' if folder.kind.spec.tells_password else 'any'}"))


def show_mailbox_drafts(checked: Sequence[CheckedMail], folder: str, say: Wording) -> None:
    """Show that the drafts are in a folder of the mailbox, and what to do next."""
    show_check_results(checked, say)
    count = sum(not each.errors for each in checked)
    print_text(say("mail.drafts.put" if count else "mail.drafts.none", count=count, folder=folder))


def show_check_results(checked: Sequence[CheckedMail], say: Wording) -> None:
    """Show the errors and the warnings of the checks."""
    errors = [
        _message_line(each.mail.client.name_with_id, error, say)
        for each in checked
        for error in each.errors
    ]
    warnings = [
        _message_line(each.mail.client.name_with_id, warning, say)
        for each in checked
        if not each.errors
        for warning in each.warnings
    ]
    _show_all("mail.stopped", errors, say, "red")
    _show_all("mail.doubted", warnings, say)


def show_selection(selection: MailSelection, say: Wording) -> None:
    """Show who gets no mail and why, and how many mails have gone out before.

    Each reason for which nothing has to be done has a heading of its own.
    """
    final = [each for each in selection.skipped if each.is_final]
    for key in dict.fromkeys(each.key for each in final):
        lines = [_message_line(each.who, each, say) for each in final if each.key == key]
        heading = say(_FINAL_HEADINGS.get(key, "mail.rests"), count=len(lines))
        show_lines(heading, lines, say, "cyan")
    others = [each for each in selection.skipped if not each.is_final]
    _show_all("mail.left", [_message_line(each.who, each, say) for each in others], say)
    if selection.done:
        print_text(say("mail.done", count=selection.done))
    if selection.in_other_form:
        print_text(say("mail.done.otherwise", count=selection.in_other_form))


def show_edited_reports(mails: Iterable[OutgoingMail], say: Wording) -> None:
    """Show which reports go out instead of those that were changed by hand."""
    lines = [
        _line(mail.client.name_with_id, say("mail.edited.line", kept=mail.edited.kept), say)
        for mail in mails
        if mail.edited
    ]
    _show_all("mail.edited", lines, say)


def show_sent(report: SendReport, say: Wording) -> None:
    """Show what went out, and what has become of the rest."""
    for key, entries in (("refused", report.refused), ("deferred", report.deferred)):
        lines = [_line(each.client, _refusal_text(each, say), say) for each in entries]
        _show_all(f"mail.sent.{key}", lines, say, "red")
    unknown = [_line(each.client, ", ".join(each.addresses), say) for each in report.uncertain]
    _show_all("mail.sent.uncertain", unknown, say, "red")
    _show_all("mail.sent.too_big", [_size_line(each, say) for each in report.too_big], say, "red")
    print_text(say("mail.sent", count=len(report.sent)))
    if report.stopped:
        reason = say(report.stopped.key, **report.stopped.parts)
        print_text(say("mail.sent.stopped", reason=reason))
    elif report.interrupted:
        print_text(say("mail.sent.interrupted"))


def show_waiting(say: Wording, seconds: float, text: str) -> None:
    """Show why nothing happens for a while."""
    reason = text or say("mail.sent.waiting.lost")
    print_text(say("mail.sent.waiting", seconds=round(seconds), reason=reason))


def show_collection(found: CollectResult, source: Path, say: Wording) -> bool:
    """Show what has come. Tell whether nothing of it wants a look."""
    new = [
        _line(_sender(e.client, e.sender, say), e.file, say) for e in found.new if not e.warnings
    ]
    show_lines(say("mail.collected.new", count=len(new)), new, say, "green")
    to_look_at = _collected_lines(found, say)
    for key, lines in to_look_at.items():
        _show_all(f"mail.collected.{key}", lines, say)
    _show_all("mail.collected.delayed", _bounce_lines(found, FailureKind.DELAYED, say), say)
    print_text(say("mail.collected", path=source, count=found.counts[MailOutcome.NEW]))
    counts = [
        say(f"mail.outcome.{outcome}", count=found.counts[outcome])
        for outcome in MailOutcome
        if found.counts[outcome]
    ]
    if counts:
        parts = say("mail.outcome.join").join(counts)
        print_text(say("mail.collected.sum", count=found.counts.total(), parts=parts))
    if again := len({each.file for each in found.new if each.again}):
        print_text(say("mail.collected.again", count=again))
    if found.stopped:
        reason = say(found.stopped.key, **found.stopped.parts)
        print_text(say("mail.collected.stopped", reason=reason))
    return not (any(to_look_at.values()) or found.stopped)


def show_remarks(remarks: Iterable[ClientRemark], say: Wording, heading: str = "mail.year") -> None:
    """Show what is otherwise than last year, or under another heading (a wording key)."""
    _show_all(heading, [_message_line(each.who, each, say) for each in remarks], say)


def show_lines(
    heading: str,
    lines: Sequence[str],
    say: Wording,
    color: str = "yellow",
    limit: int | None = _MAX_LINES,
) -> None:
    """Show a heading and lines below it, if there are any: up to a limit (None: all)."""
    if not lines:
        return
    console = _console()
    console.print(f"[{color}]{escape(heading)}[/]")
    for text in lines[:limit]:
        console.print("  " + escape_markup(text), soft_wrap=True)
    if limit and len(lines) > limit:
        console.print("  " + say("mail.more", count=len(lines) - limit))
    console.print()


def print_text(text: str) -> None:
    """Print a sentence of ours; the terminal breaks its lines."""
    _console().print(escape(text), soft_wrap=True)


def _show_all(key: str, lines: Sequence[str], say: Wording, color: str = "yellow") -> None:
    show_lines(say(key, count=len(lines)), lines, say, color, limit=None)


def _mail_table(say: Wording, *, show_lines: bool = False) -> Table:
    table = Table(show_lines=show_lines)
    for name in ("client", "addresses", "attachment"):
        table.add_column(say(f"mail.table.{name}"), overflow="fold")
    return table


def _add_mail(
    table: Table, client: str, addresses: Iterable[str], files: str, say: Wording
) -> None:
    cells = (client.rstrip(), "\n".join(addresses), files or say("mail.table.nothing"))
    table.add_row(*map(escape_markup, cells))


def _line(who: str, text: str, say: Wording) -> str:
    return say("mail.line", who=who, text=text)


def _message_line(
    who: str, message: MailCheckFinding | Skipped | ClientRemark, say: Wording
) -> str:
    return _line(who, say(message.key, **message.parts), say)


def _collected_lines(found: CollectResult, say: Wording) -> dict[str, list[str]]:
    """What wants a look of the mails that have come, by the last part of the heading's key."""
    warned = [
        (
            _sender(each.client, each.sender, say),
            " ".join((each.file, *(say(w.key, **w.parts) for w in each.warnings))),
        )
        for each in found.new
        if each.warnings
    ]
    pairs = {
        "doubted": warned,
        "unknown": [(each.sender, each.file) for each in found.new if not each.client],
        "without_sheet": [_describe_uncollected(each) for each in found.without_sheet],
        "too_large": [_describe_uncollected(each) for each in found.too_large],
        "lost": [
            (_sender(each.client, ", ".join(each.addresses), say), each.file) for each in found.lost
        ],
    }
    lines = {key: [_line(*pair, say) for pair in each] for key, each in pairs.items()}
    lines["bounced"] = _bounce_lines(found, FailureKind.ADDRESS, say)
    lines["undelivered"] = _bounce_lines(found, FailureKind.PASSING, say)
    lines["unconfirmed"] = [_refusal_text(each, say) for each in found.unconfirmed]
    return lines


def _describe_uncollected(mail: UncollectedMail) -> tuple[str, str]:
    return f"{mail.client} {mail.sender}".strip(), mail.subject


def _sender(client: str, sender: str, say: Wording) -> str:
    return client or say("mail.collected.nobody", sender=sender)


def _bounce_lines(found: CollectResult, kind: FailureKind, say: Wording) -> list[str]:
    bounces = [(each, each.mail) for each in found.bounces if each.kind is kind]
    return [_line(mail.client, _refusal_text(each, say), say) for each, mail in bounces if mail]


def _refusal_text(failure: MailLogEntry | DeliveryFailure, say: Wording) -> str:
    addresses = ", ".join(failure.addresses)
    return say("mail.sent.refused.line", addresses=addresses, reason=failure.text)


def _size_line(mail: OversizedMail, say: Wording) -> str:
    key = "mail.sent.too_big.line" if mail.limit else "mail.sent.too_big.unknown"
    text = say(key, size=f"{mail.size / _MIB:.1f}", limit=f"{mail.limit / _MIB:.1f}")
    return _line(mail.mail.client.name_with_id, text, say)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=False)
