"""Words in, words out, exit status. Decides nothing about returns.

Exit status 0: every file was ranked, superseded or ignored with a reason; 1: some return needs
attention; 2: usage, catalogue or configuration error; 3: a fault of ours; 130: stopped by Ctrl-C.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from sheet_diag import __version__
from sheet_diag.arguments import beside, configured, load_asked, parse_day, parse_lang, reading
from sheet_diag.complaints import (
    fail,
    failures,
    require_file,
    require_files,
    require_folder,
    require_office,
)
from sheet_diag.model.basics import Lang
from sheet_diag.wording import Wording


def _language(arguments: list[str]) -> Lang:
    """The language of the help pages, known before the options are parsed."""
    for option, value in zip(arguments, [*arguments[1:], ""], strict=True):
        if option == "--lang=en" or (option, value) == ("--lang", "en"):
            return Lang.EN
    return Lang.JA


_LOG: Final = Path("sheet-diag-error.log")
_HELP: Final = Wording(_language(sys.argv))
_app = typer.Typer(
    help=_HELP("cli.help.app"),
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

_Lang = Annotated[str | None, typer.Option("--lang", help=_HELP("cli.help.lang"), metavar="ja|en")]
_Catalog = Annotated[Path | None, typer.Option("--catalog", help=_HELP("cli.help.catalog"))]
_Config = Annotated[Path | None, typer.Option("--config", help=_HELP("cli.help.config"))]
_AsOf = Annotated[str | None, typer.Option(help=_HELP("cli.help.as_of"), metavar="YYYY-MM-DD")]
_Passwords = Annotated[Path | None, typer.Option(help=_HELP("cli.help.passwords"))]
_Jobs = Annotated[int | None, typer.Option(help=_HELP("cli.help.jobs"), min=1)]


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
        text = _HELP("cli.error.unexpected", reason=type(error).__name__, path=_keep_trace())
        typer.echo(_HELP("cli.error.head", text=text), err=True)
        sys.exit(3)


def _end(*_: object) -> NoReturn:
    """Ended by the system: as by Ctrl-C, nothing is left in the output folder."""
    sys.exit(143)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _keep_trace() -> Path:
    """Write the traceback where there is room for it."""
    for path in (_LOG, Path(tempfile.gettempdir()) / _LOG):
        try:
            path.write_text(traceback.format_exc(), encoding="utf-8")
        except OSError:
            continue
        return path
    return _LOG


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


@_app.command(help=_HELP("cli.help.template"))
def template(
    output: Annotated[Path, typer.Option(help=_HELP("cli.help.file"))] = Path("hearing_sheet.xlsx"),
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


@_app.command(help=_HELP("cli.help.run"))
def run(
    input: Annotated[Path, typer.Option(help=_HELP("cli.help.input"))] = Path("input"),
    output: Annotated[Path, typer.Option(help=_HELP("cli.help.output"))] = Path("output"),
    as_of: _AsOf = None,
    previous: Annotated[Path | None, typer.Option(help=_HELP("cli.help.previous"))] = None,
    benchmark: Annotated[Path | None, typer.Option(help=_HELP("cli.help.benchmark"))] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help=_HELP("cli.help.pdf"))] = False,
    protect: Annotated[bool, typer.Option("--protect", help=_HELP("cli.help.protect"))] = False,
    jobs: _Jobs = None,
    passwords: _Passwords = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Run the whole batch."""
    from sheet_diag.terminal import show_result, with_progress

    with failures(parse_lang(lang, _HELP)) as say:
        settings = configured(config, lang, say, _HELP)
        require_folder(input, say)
        if output.resolve() == input.resolve():
            fail(say("cli.error.same_folder", path=output), say)
        if previous and previous.resolve() == output.resolve():
            fail(say("cli.error.same_previous", path=output), say)
        from sheet_diag.batch import Order, run_over
        from sheet_diag.intake import find

        found = find(input, apart_from=output)
        require_files(found, input, say)
        office = require_office(say) if pdf else None
        loaded = load_asked(catalog)
        order = Order(
            input=input,
            output=output,
            catalog=loaded,
            issuer=settings.issuer,
            as_of=parse_day(as_of, say),
            lang=say.lang,
            report_lang=settings.report_language,
            jobs=jobs,
            reading=reading(settings.limits, passwords),
            beside=beside(loaded, settings.comparing, previous, benchmark),
            office=office,
            protect=protect,
        )
        result = with_progress(say, lambda progress: run_over(found, order, progress))
    show_result(result, order, say)
    raise typer.Exit(1 if result.needs_attention else 0)


@_app.command(help=_HELP("cli.help.check"))
def check(
    files: Annotated[list[Path], typer.Argument(help=_HELP("cli.help.files"))],
    as_json: Annotated[bool, typer.Option("--json", help=_HELP("cli.help.json"))] = False,
    passwords: _Passwords = None,
    lang: _Lang = None,
    catalog: _Catalog = None,
    config: _Config = None,
) -> None:
    """Tell the verdict on single files; write nothing."""

    with failures(parse_lang(lang, _HELP)) as say:
        settings = configured(config, lang, say, _HELP)
        for path in files:
            require_file(path, say)
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


@_app.command(help=_HELP("cli.help.overrides"))
def overrides(
    output: Annotated[Path, typer.Option(help=_HELP("cli.help.file"))] = Path(
        "input/overrides.xlsx"
    ),
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


@_app.command(help=_HELP("cli.help.demo"))
def demo(
    folder: Annotated[Path, typer.Argument(help=_HELP("cli.help.folder"))] = Path("demo"),
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
