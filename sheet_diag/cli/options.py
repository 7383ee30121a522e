"""The options of the commands, each once, with their help texts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer

from sheet_diag.cli.help_pages import LocalizedCommand, LocalizedGroup
from sheet_diag.model.basics import MAX_DAYS, Lang
from sheet_diag.text.wording import Wording


def _find_help_language(arguments: list[str]) -> Lang:
    """Find the language of the help pages before the options are parsed."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option == "--lang=en" or (option, value) == ("--lang", "en"):
            return Lang.EN
    return Lang.JA


HELP: Final = Wording(_find_help_language(sys.argv))
app = typer.Typer(
    cls=LocalizedGroup,
    help=HELP("cli.help.app"),
    context_settings={"obj": HELP},
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

catalog_app = typer.Typer(
    cls=LocalizedGroup, help=HELP("cli.help.catalog_group"), no_args_is_help=True
)
app.add_typer(catalog_app, name="catalog")

FILE: Final = "FILE"
FOLDER: Final = "FOLDER"
CATALOG: Final = "BOOK|FOLDER|NAME@VERSION"
DAY: Final = "YYYY-MM-DD"

LangOption = Annotated[
    str | None, typer.Option("--lang", help=HELP("cli.help.lang"), metavar="ja|en")
]
CatalogOption = Annotated[
    Path | None, typer.Option("--catalog", help=HELP("cli.help.catalog"), metavar=CATALOG)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help=HELP("cli.help.config"), metavar=FILE)
]
AsOfOption = Annotated[str | None, typer.Option(help=HELP("cli.help.as_of"), metavar=DAY)]
PasswordsOption = Annotated[
    Path | None, typer.Option(help=HELP("cli.help.passwords"), metavar=FILE)
]
JobsOption = Annotated[int | None, typer.Option(help=HELP("cli.help.jobs"), min=1, metavar="N")]
FileOption = Annotated[Path, typer.Option("--output", help=HELP("cli.help.file"), metavar=FILE)]
ClientsOption = Annotated[Path | None, typer.Option(help=HELP("cli.help.clients"), metavar=FILE)]
PreviousOption = Annotated[
    Path | None, typer.Option(help=HELP("cli.help.previous"), metavar=FOLDER)
]
_INPUT: Final = typer.Option("--input", help=HELP("cli.help.input"), metavar=FOLDER)
_OUTPUT: Final = typer.Option("--output", help=HELP("cli.help.output"), metavar=FOLDER)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What is typed after `run` or `watch`. Folders are texts: they need not be on this disk."""

    input: Annotated[str, _INPUT] = "input"
    output: Annotated[str, _OUTPUT] = "output"
    as_of: AsOfOption = None
    clients: ClientsOption = None
    previous: PreviousOption = None
    benchmark: Annotated[
        Path | None, typer.Option(help=HELP("cli.help.benchmark"), metavar=FILE)
    ] = None
    pdf: Annotated[bool, typer.Option("--pdf", help=HELP("cli.help.pdf"))] = False
    protect: Annotated[bool, typer.Option("--protect", help=HELP("cli.help.protect"))] = False
    jobs: JobsOption = None
    scheduler: Annotated[
        str | None, typer.Option(help=HELP("cli.help.scheduler"), metavar="URL")
    ] = None
    passwords: PasswordsOption = None
    lang: LangOption = None
    catalog: CatalogOption = None
    config: ConfigOption = None


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
    output: Annotated[Path, _OUTPUT] = Path("output")
    input: Annotated[Path, _INPUT] = Path("input")
    days: Annotated[
        int, typer.Option(help=HELP("cli.help.days"), min=0, max=MAX_DAYS, metavar="N")
    ] = 0
    again_after: Annotated[
        int | None,
        typer.Option(help=HELP("cli.help.again_after"), min=1, max=MAX_DAYS, metavar="N"),
    ] = None
    due: Annotated[str | None, typer.Option(help=HELP("cli.help.return_due"), metavar=DAY)] = None
    passwords: Annotated[
        bool, typer.Option("--passwords", help=HELP("cli.help.deliver_passwords"))
    ] = False
    by_mail: Annotated[bool, typer.Option("--by-mail", help=HELP("cli.help.by_mail"))] = False
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
    to_mailbox: Annotated[bool, typer.Option("--to-mailbox", help=HELP("cli.help.to_mailbox"))] = (
        False
    )
    not_sent: Annotated[bool, typer.Option("--not-sent", help=HELP("cli.help.not_sent"))] = False
    sent_by_hand: Annotated[bool, typer.Option("--sent-by-hand", help=HELP("cli.help.by_hand"))] = (
        False
    )
    accept_log: Annotated[bool, typer.Option("--accept-log", help=HELP("cli.help.accept_log"))] = (
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


Command = Callable[..., None]


def command(
    key: str, name: str | None = None, takes: Sequence[str] = (), group: typer.Typer = app
) -> Callable[[Command], Command]:
    """Make a function a command of a group; its help text is the label of the key.

    Where its first parameter is a record of options, the fields that it `takes` are the command's
    options, in that order (empty: all).
    """

    def register(function: Command) -> Command:
        made = _spread_options(function, takes)
        return group.command(name, help=HELP(key), cls=LocalizedCommand)(made)

    return register


def _spread_options(function: Command, takes: Sequence[str]) -> Command:
    """Take fields of the record that comes first as parameters, where there is one."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(signature(function).parameters.values())
    record: Any = hints.get(parameters[0].name) if parameters else None
    if not hasattr(record, "__dataclass_fields__"):
        return function
    names = takes or [each.name for each in fields(record)]
    options_by_name = signature(record).parameters

    def spread(**typed: Any) -> None:
        function(record(**{name: typed.pop(name) for name in names}), **typed)

    options: Any = spread
    options.__annotations__ = {**get_type_hints(record, include_extras=True), **hints}
    options.__signature__ = Signature(
        [
            each.replace(kind=Parameter.KEYWORD_ONLY, annotation=options.__annotations__[each.name])
            for each in (*(options_by_name[name] for name in names), *parameters[1:])
        ]
    )
    options.__name__, options.__doc__ = function.__name__, function.__doc__
    return spread
