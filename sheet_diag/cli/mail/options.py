"""The options of the mailing commands, each once: from the command line to the command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from sheet_diag.cli.options import (
    DAY,
    FILE,
    HELP,
    CatalogOption,
    ClientsOption,
    ConfigOption,
    InputFolderOption,
    JobsOption,
    LangOption,
    OutputFolderOption,
    PreviousOption,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOptions:
    """What was typed after a mailing command; each command has some of these options.

    `again_after` and `attach` are None where the settings decide, `jobs` (processes that open
    attachments) where there is to be one per core.
    """

    file: Annotated[
        Path | None, typer.Argument(help=HELP("cli.help.clients_file"), metavar=FILE)
    ] = None
    new: Annotated[bool, typer.Option("--new", help=HELP("cli.help.new"))] = False
    output: OutputFolderOption = Path("output")
    input: InputFolderOption = Path("input")
    days: Annotated[int, typer.Option(help=HELP("cli.help.days"), min=0, metavar="N")] = 0
    again_after: Annotated[
        int | None, typer.Option(help=HELP("cli.help.again_after"), min=1, metavar="N")
    ] = None
    due: Annotated[str | None, typer.Option(help=HELP("cli.help.return_due"), metavar=DAY)] = None
    passwords: Annotated[
        bool, typer.Option("--passwords", help=HELP("cli.help.deliver_passwords"))
    ] = False
    unprotected: Annotated[
        bool, typer.Option("--unprotected", help=HELP("cli.help.unprotected"))
    ] = False
    attach: Annotated[
        str | None, typer.Option(help=HELP("cli.help.attach"), metavar="xlsx|pdf|both")
    ] = None
    jobs: JobsOption = None
    since: Annotated[str | None, typer.Option(help=HELP("cli.help.since"), metavar=DAY)] = None
    clients: ClientsOption = None
    previous: PreviousOption = None
    only: Annotated[
        list[str] | None, typer.Option("--only", help=HELP("cli.help.only"), metavar="ID")
    ] = None
    again: Annotated[bool, typer.Option("--again", help=HELP("cli.help.again"))] = False
    send: Annotated[bool, typer.Option("--send", help=HELP("cli.help.send"))] = False
    sent_by_hand: Annotated[bool, typer.Option("--sent-by-hand", help=HELP("cli.help.by_hand"))] = (
        False
    )
    as_of: Annotated[
        str | None, typer.Option("--as-of", help=HELP("cli.help.today"), metavar=DAY)
    ] = None
    lang: LangOption = None
    catalog: CatalogOption = None
    config: ConfigOption = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginOptions:
    """What was typed after `login`. `browser` wants the browser of this machine, not a code."""

    server: Annotated[str, typer.Argument(help=HELP("cli.help.server"), metavar="smtp|imap")] = (
        "smtp"
    )
    browser: Annotated[bool, typer.Option("--browser", help=HELP("cli.help.browser"))] = False
    lang: LangOption = None
    config: ConfigOption = None
