"""Words in, words out, exit status. Decides nothing about returns.

Exit status 0: every file was ranked, superseded or ignored with a reason; 1: some return needs
attention; 2: usage, catalogue or configuration error; 3: a fault of ours; 130: stopped by Ctrl-C
(which is how watching ends: with 0, unless a run was at work).
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from sheet_diag import __version__
from sheet_diag.arguments import (
    Asked,
    configured,
    files_of,
    load_asked,
    on_disk,
    order_of,
    parse_day,
    parse_lang,
    reading,
    url_of,
)
from sheet_diag.complaints import fail, failures, require_file, unexpected
from sheet_diag.manual import Command, Group
from sheet_diag.model.basics import Lang
from sheet_diag.wording import Wording


def _language(arguments: list[str]) -> Lang:
    """The language of the help pages, known before the options are parsed."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option == "--lang=en" or (option, value) == ("--lang", "en"):
            return Lang.EN
    return Lang.JA


_HELP: Final = Wording(_language(sys.argv))
_app = typer.Typer(
    cls=Group,
    help=_HELP("cli.help.app"),
    context_settings={"obj": _HELP},
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_FILE: Final = "FILE"
_FOLDER: Final = "FOLDER"
_DAY: Final = "YYYY-MM-DD"

_Lang = Annotated[str | None, typer.Option("--lang", help=_HELP("cli.help.lang"), metavar="ja|en")]
_Catalog = Annotated[
    Path | None, typer.Option("--catalog", help=_HELP("cli.help.catalog"), metavar=_FOLDER)
]
_Config = Annotated[
    Path | None, typer.Option("--config", help=_HELP("cli.help.config"), metavar=_FILE)
]
_AsOf = Annotated[str | None, typer.Option(help=_HELP("cli.help.as_of"), metavar=_DAY)]
_Passwords = Annotated[Path | None, typer.Option(help=_HELP("cli.help.passwords"), metavar=_FILE)]
_Jobs = Annotated[int | None, typer.Option(help=_HELP("cli.help.jobs"), min=1, metavar="N")]
_Input = Annotated[str, typer.Option("--input", help=_HELP("cli.help.input"), metavar=_FOLDER)]
_Output = Annotated[str, typer.Option("--output", help=_HELP("cli.help.output"), metavar=_FOLDER)]
_File = Annotated[Path, typer.Option("--output", help=_HELP("cli.help.file"), metavar=_FILE)]
_Previous = Annotated[Path | None, typer.Option(help=_HELP("cli.help.previous"), metavar=_FOLDER)]
_Benchmark = Annotated[Path | None, typer.Option(help=_HELP("cli.help.benchmark"), metavar=_FILE)]
_Pdf = Annotated[bool, typer.Option("--pdf", help=_HELP("cli.help.pdf"))]
_Protect = Annotated[bool, typer.Option("--protect", help=_HELP("cli.help.protect"))]
_Scheduler = Annotated[str | None, typer.Option(help=_HELP("cli.help.scheduler"), metavar="URL")]


def main() -> None:
    """Entry point of `sheet-diag`."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a Windows console in a Japanese code page would fail on other characters
            reconfigure(errors="replace")
    signal.signal(signal.SIGTERM, _end)
    try:
        _app()
    except Exception as error:  # noqa: BLE001 - our own fault: kept for us, told in a sentence
        typer.echo(_HELP("cli.error.head", text=unexpected(error, _HELP)), err=True)
        sys.exit(3)


def _end(*_: object) -> NoReturn:
    """Ended by the system: as by Ctrl-C, nothing is left in the output folder."""
    sys.exit(143)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sheet-diag {__version__}")
        raise typer.Exit


@_app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=_HELP("cli.help.version"), callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    del version


@_app.command(help=_HELP("cli.help.template"), cls=Command)
def template(
    output: _File = Path("hearing_sheet.xlsx"),
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Write the blank hearing sheet."""
    from sheet_diag.config import FILE_NAME
    from sheet_diag.sheet import hearing_sheet

    with failures(parse_lang(lang, _HELP)) as say:
        settings = configured(config, lang, say, _HELP)
        content = hearing_sheet(load_asked(catalog), say.lang, settings.issuer)
        _write(output, content)
        typer.echo(say("cli.template.done", path=output))
        if settings.issuer.deadline is None:
            typer.echo(say("cli.template.config", name=FILE_NAME))


@_app.command(help=_HELP("cli.help.run"), cls=Command)
def run(
    input: _Input = "input",
    output: _Output = "output",
    as_of: _AsOf = None,
    previous: _Previous = None,
    benchmark: _Benchmark = None,
    pdf: _Pdf = False,
    protect: _Protect = False,
    jobs: _Jobs = None,
    scheduler: _Scheduler = None,
    passwords: _Passwords = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Run the whole batch."""
    asked = Asked(
        input=input, output=output, as_of=as_of, previous=previous, benchmark=benchmark, pdf=pdf,
        protect=protect, jobs=jobs, scheduler=scheduler, passwords=passwords, lang=lang,
        catalog=catalog, config=config,
    )  # fmt: skip
    with failures(parse_lang(lang, _HELP)) as say:
        from sheet_diag.nursery import prepare

        prepare()
        from sheet_diag.batch import run_over
        from sheet_diag.terminal import show_result, with_progress

        with on_disk(asked, say, _HELP) as here:
            order = order_of(here, say, _HELP)
            found = files_of(order, say)
            result = with_progress(say, lambda progress: run_over(found, order, progress))
    show_result(result, order, say, url=url_of(output))
    raise typer.Exit(1 if result.needs_attention else 0)


@_app.command(help=_HELP("cli.help.watch"), cls=Command)
def watch(
    input: _Input = "input",
    output: _Output = "output",
    as_of: _AsOf = None,
    previous: _Previous = None,
    benchmark: _Benchmark = None,
    pdf: _Pdf = False,
    protect: _Protect = False,
    jobs: _Jobs = None,
    scheduler: _Scheduler = None,
    passwords: _Passwords = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
    poll: Annotated[bool, typer.Option("--poll", help=_HELP("cli.help.poll"))] = False,
) -> None:
    """Run now and after every change."""
    asked = Asked(
        input=input, output=output, as_of=as_of, previous=previous, benchmark=benchmark, pdf=pdf,
        protect=protect, jobs=jobs, scheduler=scheduler, passwords=passwords, lang=lang,
        catalog=catalog, config=config,
    )  # fmt: skip
    with failures(parse_lang(lang, _HELP)) as say:
        from sheet_diag.nursery import prepare

        for place in filter(url_of, (input, output)):
            fail(say("cli.error.watch_url", path=place), say)
        prepare()
        order = order_of(asked, say, _HELP)
        from sheet_diag import watching
    watching.watch(order, asked, say, _HELP, polling=poll)


@_app.command(help=_HELP("cli.help.check"), cls=Command)
def check(
    files: Annotated[list[Path], typer.Argument(help=_HELP("cli.help.files"), metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help=_HELP("cli.help.json"))] = False,
    passwords: _Passwords = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Tell the verdict on single files; write nothing."""

    with failures(parse_lang(lang, _HELP)) as say:
        for path in files:
            require_file(path, say)
        from sheet_diag.nursery import READING, prepare

        prepare(READING)
        settings = configured(config, lang, say, _HELP)
        from sheet_diag.checking import check_files
        from sheet_diag.journal import verdicts

        loaded = load_asked(catalog)
        outcomes = check_files(files, loaded, reading(settings.limits, passwords))
        if as_json:
            typer.echo(verdicts(loaded, outcomes, say.lang).decode("utf-8"), nl=False)
        else:
            from sheet_diag.terminal import show_verdicts

            show_verdicts(outcomes, say)
    raise typer.Exit(1 if any(outcome.needs_attention for outcome in outcomes) else 0)


@_app.command(help=_HELP("cli.help.overrides"), cls=Command)
def overrides(
    output: _File = Path("input/overrides.xlsx"),
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Write the blank workbook for the consultant's own decisions, over no other."""
    from sheet_diag.sheet import overrides_workbook

    with failures(parse_lang(lang, _HELP)) as say:
        settings = configured(config, lang, say, _HELP)
        if output.exists():
            fail(say("cli.error.overrides", path=output), say)
        content = overrides_workbook(load_asked(catalog), say.lang, settings.issuer)
        _write(output, content)
        typer.echo(say("cli.overrides.done", path=output))


@_app.command(help=_HELP("cli.help.demo"), cls=Command)
def demo(
    folder: Annotated[Path, typer.Argument(help=_HELP("cli.help.folder"), metavar=_FOLDER)] = Path(
        "demo"
    ),
    as_of: _AsOf = None,
    jobs: _Jobs = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
) -> None:
    """Make sample returns and run the batch over them; some need attention, which is no failure."""
    from sheet_diag.terminal import show_result, with_progress

    with failures(parse_lang(lang, _HELP)) as say:
        from sheet_diag.batch import Order
        from sheet_diag.batch import run as run_batch
        from sheet_diag.demo import ISSUER, is_free, prepare

        if not is_free(folder):
            fail(say("cli.error.demo", path=folder), say)
        loaded = load_asked(catalog)
        sheet = prepare(folder, loaded)
        order = Order(
            input=folder / "input",
            output=folder / "output",
            catalog=loaded,
            issuer=ISSUER,
            as_of=parse_day(as_of, say),
            lang=say.lang,
            jobs=jobs,
        )
        result = with_progress(say, lambda progress: run_batch(order, progress))
    show_result(result, order, say, sheet)
