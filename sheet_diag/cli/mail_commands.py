"""The commands of the mail loop: the client list, sheets out, reminders, corrections, results."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

import typer

from sheet_diag.cli.arguments import choose_language, parse_lang
from sheet_diag.cli.errors import report_failures
from sheet_diag.cli.mail.options import LoginOptions, MailOptions
from sheet_diag.cli.options import FOLDER, HELP, LangOption, command
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

_INTERRUPTED: Final = "mail.error.interrupted"
_WHO: Final = ("clients", "previous", "only")
_GENERAL: Final = ("lang", "catalog", "config")
_HOW: Final = ("send", "sent_by_hand", "as_of", *_GENERAL)
_REPORT: Final = ("passwords", "unprotected", "attach", "jobs")


@command("cli.help.clients_command", "clients", ("file", "new", "output", "previous", *_GENERAL))
def clients_command(options: MailOptions) -> None:
    """Check the client list, or make a blank one."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.client_list import check_client_list, write_blank_list

        (write_blank_list if options.new else check_client_list)(options, say)


@command("cli.help.issue", takes=("output", *_WHO, "again", *_HOW))
def issue(options: MailOptions) -> None:
    """Make a hearing sheet per client, and the mails that ask for it."""
    _run(MailKind.REQUEST, options)


@command("cli.help.remind", takes=("output", "input", "days", "again_after", *_WHO, *_HOW))
def remind(options: MailOptions) -> None:
    """Write to the clients that are late."""
    _run(MailKind.REMINDER, options)


@command("cli.help.return", "return", ("output", "input", "due", *_WHO, "again", *_HOW))
def send_back(options: MailOptions) -> None:
    """Send back what is to be corrected."""
    _run(MailKind.CORRECTION, options)


@command("cli.help.deliver", takes=("output", "input", *_REPORT, *_WHO, "again", *_HOW))
def deliver(options: MailOptions) -> None:
    """Send the reports; the passwords apart from them."""
    _run(MailKind.PASSWORD if options.passwords else MailKind.RESULT, options)


@command("cli.help.collect", takes=("input", "output", "since", "clients", *_GENERAL))
def collect(options: MailOptions) -> None:
    """Fetch the mails with returns into the input folder."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import collect_mails

        done = collect_mails(options, say)
    raise typer.Exit(0 if done else 1)


@command("cli.help.status", takes=("output", "input", "clients", "as_of", *_GENERAL))
def status(options: MailOptions) -> None:
    """Tell where everyone stands."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import show_status

        show_status(options, say)


@command("cli.help.login")
def login(options: LoginOptions) -> None:
    """Keep what opens a mail account where the system keeps passwords."""
    with report_failures(
        choose_language(options.lang, options.config, HELP), "signin.interrupted"
    ) as say:
        from sheet_diag.cli.mail.login import keep_login

        keep_login(options, say)


@command("cli.help.letters")
def letters(
    folder: Annotated[
        Path, typer.Argument(help=HELP("cli.help.letters_folder"), metavar=FOLDER)
    ] = Path("letters"),
    lang: LangOption = None,
) -> None:
    """Copy the letters out, to be edited."""
    with report_failures(parse_lang(lang, HELP), _INTERRUPTED) as say:
        from sheet_diag.mail.templates.copies import copy_templates

        made = copy_templates(folder, say.lang if lang else None)
        key = "mail.letters.made" if made else "mail.letters.none"
        typer.echo(say(key, count=len(made), path=folder))


def _report_failures(
    options: MailOptions | LoginOptions, interrupted: str = _INTERRUPTED
) -> AbstractContextManager[Wording]:
    lang = choose_language(options.lang, options.config, HELP)
    return report_failures(lang, interrupted)


def _run(kind: MailKind, options: MailOptions) -> None:
    """Write or send the mails of a kind; the exit status says whether all of them were."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import run_mail_command

        done = run_mail_command(kind, options, say)
    raise typer.Exit(0 if done else 1)
