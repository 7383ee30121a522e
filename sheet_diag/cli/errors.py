"""Ends commands over errors: with one sentence and an exit status, never a traceback."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import typer

from sheet_diag.model.basics import Lang
from sheet_diag.storage.rights import follow_rights
from sheet_diag.text.errors import describe_error
from sheet_diag.text.wording import Wording

_LOG: Final = Path("sheet-diag-error.log")


@contextmanager
def report_failures(lang: Lang, interrupted: str = "cli.error.interrupted") -> Iterator[Wording]:
    """Turn what can go wrong outside of returns into a sentence and an exit status.

    What is made meanwhile is private, unless it goes into an output folder that is not.
    `interrupted` is the label of what is shown after Ctrl-C, also at a question, and where an
    answer that has to be typed ends.
    """
    say = Wording(lang)
    try:
        with follow_rights():
            yield say
    except (KeyboardInterrupt, typer.Abort) as stopped:  # a question makes the one of the other
        typer.echo("\n" + _describe_interrupt(stopped, say, interrupted), err=True)
        raise typer.Exit(130) from None
    except Exception as error:
        text = describe_error(error, say)
        if text is None:
            raise
        typer.echo(say("cli.error.head", text=text), err=True)
        raise typer.Exit(2) from error


def _describe_interrupt(stopped: BaseException, say: Wording, key: str) -> str:
    from sheet_diag.storage.object_store import PartialUploadError

    halfway = isinstance(stopped, PartialUploadError)
    return say("cli.error.interrupted.halfway" if halfway else key)


def describe_unexpected(error: Exception, say: Wording) -> str:
    """Describe a fault of ours, and keep its traceback in a file."""
    return say("cli.error.unexpected", reason=type(error).__name__, path=_keep_trace(error))


def _keep_trace(error: Exception) -> Path:
    """Write the traceback where there is room for it."""
    for path in (_LOG, Path(tempfile.gettempdir()) / _LOG):
        try:
            path.unlink(missing_ok=True)  # another's in /tmp, or a link
            with follow_rights(), path.open("x", encoding="utf-8") as file:
                file.writelines(traceback.format_exception(error))
        except OSError:
            continue
        return path
    return _LOG


def fail(text: str, say: Wording) -> NoReturn:
    """End with the sentence and exit status 2."""
    typer.echo(say("cli.error.head", text=text), err=True)
    raise typer.Exit(2)
