"""The entry point of the command line. Decides nothing about returns.

Exit status 0: every file was ranked, superseded or ignored with a reason; 1: some return needs
attention, or some mail was not written or sent; 2: usage, catalogue or settings error; 3: a fault
of ours; 130: stopped by Ctrl-C (watching, which is ended so, gives 0 unless a run was at work).
"""

from __future__ import annotations

import signal
import sys
from typing import Annotated, NoReturn

import typer

from sheet_diag import __version__
from sheet_diag.cli import catalog_commands, commands  # noqa: F401 - registers them
from sheet_diag.cli.errors import describe_unexpected
from sheet_diag.cli.options import HELP, app

__all__ = ["app", "main"]


def main() -> None:
    """Run `sheet-diag`."""
    has_names = sys.getfilesystemencoding() != "ascii"  # of files in Japanese
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:  # a Windows console in a Japanese code page would fail on other characters
            reconfigure(encoding=None if has_names else "utf-8", errors="replace")
    if not has_names:
        typer.echo(HELP("cli.error.head", text=HELP("cli.error.ascii")), err=True)
        sys.exit(2)
    signal.signal(signal.SIGTERM, _exit_on_sigterm)
    try:
        app()
    except Exception as error:  # noqa: BLE001 - our own fault: kept for us, told in a sentence
        typer.echo(HELP("cli.error.head", text=describe_unexpected(error, HELP)), err=True)
        sys.exit(3)


def _exit_on_sigterm(*_: object) -> NoReturn:
    """End as Ctrl-C does, so that nothing is left in the output folder."""
    sys.exit(143)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"sheet-diag {__version__}")
        raise typer.Exit


@app.callback()
def _handle_root_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=HELP("cli.help.version"), callback=_show_version, is_eager=True
        ),
    ] = False,
) -> None:
    del version
