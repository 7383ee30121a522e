"""The options of the commands and the words on their help pages, each once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from sheet_diag.cli.help_pages import LocalizedGroup
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording


def _find_help_language(arguments: list[str]) -> Lang:
    """The language of the help pages, known before the options are parsed."""
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

FILE: Final = "FILE"
FOLDER: Final = "FOLDER"
DAY: Final = "YYYY-MM-DD"

LangOption = Annotated[
    str | None, typer.Option("--lang", help=HELP("cli.help.lang"), metavar="ja|en")
]
CatalogOption = Annotated[
    Path | None, typer.Option("--catalog", help=HELP("cli.help.catalog"), metavar=FOLDER)
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", help=HELP("cli.help.config"), metavar=FILE)
]
AsOfOption = Annotated[str | None, typer.Option(help=HELP("cli.help.as_of"), metavar=DAY)]
PasswordsOption = Annotated[
    Path | None, typer.Option(help=HELP("cli.help.passwords"), metavar=FILE)
]
JobsOption = Annotated[int | None, typer.Option(help=HELP("cli.help.jobs"), min=1, metavar="N")]
InputOption = Annotated[str, typer.Option("--input", help=HELP("cli.help.input"), metavar=FOLDER)]
OutputOption = Annotated[
    str, typer.Option("--output", help=HELP("cli.help.output"), metavar=FOLDER)
]
FileOption = Annotated[Path, typer.Option("--output", help=HELP("cli.help.file"), metavar=FILE)]
ClientsOption = Annotated[Path | None, typer.Option(help=HELP("cli.help.clients"), metavar=FILE)]
PreviousOption = Annotated[
    Path | None, typer.Option(help=HELP("cli.help.previous"), metavar=FOLDER)
]
BenchmarkOption = Annotated[
    Path | None, typer.Option(help=HELP("cli.help.benchmark"), metavar=FILE)
]
PdfOption = Annotated[bool, typer.Option("--pdf", help=HELP("cli.help.pdf"))]
ProtectOption = Annotated[bool, typer.Option("--protect", help=HELP("cli.help.protect"))]
SchedulerOption = Annotated[
    str | None, typer.Option(help=HELP("cli.help.scheduler"), metavar="URL")
]
TodayOption = Annotated[
    str | None, typer.Option("--as-of", help=HELP("cli.help.today"), metavar=DAY)
]
InputFolderOption = Annotated[
    Path, typer.Option("--input", help=HELP("cli.help.input"), metavar=FOLDER)
]
OutputFolderOption = Annotated[
    Path, typer.Option("--output", help=HELP("cli.help.output"), metavar=FOLDER)
]
OnlyOption = Annotated[
    list[str] | None, typer.Option("--only", help=HELP("cli.help.only"), metavar="ID")
]
AgainOption = Annotated[bool, typer.Option("--again", help=HELP("cli.help.again"))]
SendOption = Annotated[bool, typer.Option("--send", help=HELP("cli.help.send"))]
ByHandOption = Annotated[bool, typer.Option("--sent-by-hand", help=HELP("cli.help.by_hand"))]
