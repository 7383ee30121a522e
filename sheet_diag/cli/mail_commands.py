"""The commands of the mail loop: the client list, sheets out, reminders, corrections, results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from sheet_diag.cli.arguments import choose_language, parse_lang
from sheet_diag.cli.errors import report_failures
from sheet_diag.cli.options import (
    FILE,
    FOLDER,
    HELP,
    AgainOption,
    ByHandOption,
    CatalogOption,
    ClientsOption,
    ConfigOption,
    InputFolderOption,
    JobsOption,
    LangOption,
    OnlyOption,
    OutputFolderOption,
    PreviousOption,
    SendOption,
    TodayOption,
    command,
)

_INTERRUPTED: Final = "mail.error.interrupted"


@command("clients_command", "clients")
def clients_command(
    file: Annotated[
        Path | None, typer.Argument(help=HELP("cli.help.clients_file"), metavar=FILE)
    ] = None,
    new: Annotated[bool, typer.Option("--new", help=HELP("cli.help.new"))] = False,
    output: OutputFolderOption = Path("output"),
    previous: PreviousOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Check the client list, or make a blank one."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail.client_list import (
            ClientListOptions,
            check_client_list,
            write_blank_list,
        )

        listed = ClientListOptions(file, output, previous, catalog, config)
        (write_blank_list if new else check_client_list)(listed, say)


@command("issue")
def issue(
    output: OutputFolderOption = Path("output"),
    clients: ClientsOption = None,
    previous: PreviousOption = None,
    only: OnlyOption = None,
    again: AgainOption = False,
    send: SendOption = False,
    sent_by_hand: ByHandOption = False,
    as_of: TodayOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Make a hearing sheet per client, and the mails that ask for it."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail import run as errands
        from sheet_diag.cli.mail.context import MailOptions

        asked = MailOptions(output, clients, previous, as_of, only, catalog, config)
        errand = errands.SendOptions(asked, send, sent_by_hand, again)
        done = errands.issue(errand, say)
    _exit(done)


@command("remind")
def remind(
    output: OutputFolderOption = Path("output"),
    input: InputFolderOption = Path("input"),
    days: Annotated[int, typer.Option(help=HELP("cli.help.days"), min=0, metavar="N")] = 0,
    again_after: Annotated[
        int | None, typer.Option(help=HELP("cli.help.again_after"), min=1, metavar="N")
    ] = None,
    clients: ClientsOption = None,
    previous: PreviousOption = None,
    only: OnlyOption = None,
    send: SendOption = False,
    sent_by_hand: ByHandOption = False,
    as_of: TodayOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Write to the clients that are late."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail import run as errands
        from sheet_diag.cli.mail.context import MailOptions

        asked = MailOptions(output, clients, previous, as_of, only, catalog, config)
        errand = errands.SendOptions(asked, send, sent_by_hand)
        done = errands.remind(errand, days, input, say, gap=again_after)
    _exit(done)


@command("return", "return")
def send_back(
    output: OutputFolderOption = Path("output"),
    input: InputFolderOption = Path("input"),
    due: Annotated[
        str | None, typer.Option(help=HELP("cli.help.return_due"), metavar="YYYY-MM-DD")
    ] = None,
    clients: ClientsOption = None,
    previous: PreviousOption = None,
    only: OnlyOption = None,
    again: AgainOption = False,
    send: SendOption = False,
    sent_by_hand: ByHandOption = False,
    as_of: TodayOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Send back what is to be corrected."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail import run as errands
        from sheet_diag.cli.mail.context import MailOptions

        asked = MailOptions(output, clients, previous, as_of, only, catalog, config)
        errand = errands.SendOptions(asked, send, sent_by_hand, again)
        done = errands.send_back(errand, due, input, say)
    _exit(done)


@command("deliver")
def deliver(
    output: OutputFolderOption = Path("output"),
    input: InputFolderOption = Path("input"),
    passwords: Annotated[
        bool, typer.Option("--passwords", help=HELP("cli.help.deliver_passwords"))
    ] = False,
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help=HELP("cli.help.unprotected"))
    ] = False,
    attach: Annotated[
        str | None, typer.Option(help=HELP("cli.help.attach"), metavar="xlsx|pdf|both")
    ] = None,
    jobs: JobsOption = None,
    clients: ClientsOption = None,
    previous: PreviousOption = None,
    only: OnlyOption = None,
    again: AgainOption = False,
    send: SendOption = False,
    sent_by_hand: ByHandOption = False,
    as_of: TodayOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Send the reports; the passwords apart from them."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail import run as errands
        from sheet_diag.cli.mail.context import MailOptions

        typed = (output, clients, previous, as_of, only, catalog, config)
        asked = MailOptions(*typed, unprotected, attach, jobs)
        errand = errands.SendOptions(asked, send, sent_by_hand, again)
        if passwords:
            done = errands.deliver_passwords(errand, say)
        else:
            done = errands.deliver(errand, input, say)
    _exit(done)


@command("collect")
def collect(
    input: InputFolderOption = Path("input"),
    output: OutputFolderOption = Path("output"),
    since: Annotated[
        str | None, typer.Option(help=HELP("cli.help.since"), metavar="YYYY-MM-DD")
    ] = None,
    clients: ClientsOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Fetch the mails with returns into the input folder."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail.collect import collect_mails
        from sheet_diag.cli.mail.context import MailOptions

        asked = MailOptions(output, clients, catalog=catalog, config=config)
        done = collect_mails(asked, input, since, say)
    _exit(done)


@command("status")
def status(
    output: OutputFolderOption = Path("output"),
    input: InputFolderOption = Path("input"),
    clients: ClientsOption = None,
    as_of: TodayOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Tell where everyone stands."""
    with report_failures(choose_language(lang, config, HELP), _INTERRUPTED) as say:
        from sheet_diag.cli.mail.context import MailOptions, load_context
        from sheet_diag.cli.mail.send import show_open_drafts
        from sheet_diag.cli.mail.status_output import show_response_status
        from sheet_diag.mail.log.mail_log import MailLog

        asked = MailOptions(output, clients, None, as_of, catalog=catalog, config=config)
        room = load_context(asked, say)
        show_open_drafts(room)
        gap = room.config.correspondence.reminder_days
        show_response_status(room.turnout(MailLog.read(room.log).entries, input), say, gap)


@command("login")
def login(
    server: Annotated[
        str, typer.Argument(help=HELP("cli.help.server"), metavar="smtp|imap")
    ] = "smtp",
    browser: Annotated[bool, typer.Option("--browser", help=HELP("cli.help.browser"))] = False,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Keep what opens a mail account where the system keeps passwords."""
    with report_failures(choose_language(lang, config, HELP), "signin.interrupted") as say:
        from sheet_diag.cli.mail.login import LoginOptions, keep_login

        keep_login(LoginOptions(server, browser, config), say)


@command("letters")
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


def _exit(done: bool) -> NoReturn:
    raise typer.Exit(0 if done else 1)
