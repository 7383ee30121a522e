"""Runs again and again, whenever something in the input folder or beside it has changed and rests.

A run that cannot be done is told and tried again; nothing but Ctrl-C ends the watching once it has
begun. What cannot work from the start (no such folder, a wrong option) ends it as it ends a run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from sheet_diag.arguments import Asked, order_of
from sheet_diag.batch import Order, Result, run_over
from sheet_diag.changes import Standing, changes, standings
from sheet_diag.complaints import require_files, sentence, unexpected
from sheet_diag.config import FILE_NAME
from sheet_diag.intake import find
from sheet_diag.scene import Scene
from sheet_diag.staging import JOURNAL, OutputBusyError
from sheet_diag.terminal import show_changes, show_result, with_progress
from sheet_diag.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.scene import Look

_BUSY: Final = 5.0  # seconds until another run is asked again whether it has ended
_CLOSED: Final = 30.0  # seconds until a disk is asked again whether it takes what we write


def watch(asked: Asked, say: Wording, words: Wording, *, polling: bool) -> NoReturn:
    """Run now and after every change. Ends by `typer.Exit`: 0 where it was stopped while it
    waited, 130 in the middle of a run, which leaves the former output."""
    watching = _Watching(asked, say, words, polling)
    try:
        watching.begin()
        while True:
            watching.go_on()
    except KeyboardInterrupt:
        typer.echo("\n" + say("cli.watch.end"))
        raise typer.Exit(0) from None


@dataclass(frozen=True, slots=True)
class _Hurdle:
    """What a run stumbled over: worth another try once the file can be written, or at `again`."""

    file: Path | None
    again: float

    def is_gone(self) -> bool:
        if self.file and self.file.exists():
            return _can_be_written(self.file)
        return time.monotonic() >= self.again


class _Watching:
    """What is remembered from run to run."""

    def __init__(self, asked: Asked, say: Wording, words: Wording, polling: bool) -> None:
        self._asked = asked
        self._say = say
        self._words = words
        self._scene = Scene(Path(asked.input), Path(asked.output), _beside(asked), polling)
        self._seen: Look = {}
        self._before: tuple[Standing, ...] | None = None
        self._hurdle: _Hurdle | None = None
        self._told = ""

    def begin(self) -> None:
        """The first run."""
        self._seen = self._scene.look()
        self._run(self._first)
        typer.echo(self._say("cli.watch.waiting", path=self._asked.input))

    def go_on(self) -> None:
        """Wait and run for as long as the folder is there, then until it is there again."""
        for moved in self._scene.wake() if self._scene.input.is_dir() else ():
            over = self._hurdle is not None and self._hurdle.is_gone()
            if not moved and not over:
                continue
            now = self._scene.rest(self._seen)
            if over or now != self._seen:
                self._seen = now
                self._run(self._again)
        self._complain(self._say("cli.error.no_input", path=self._asked.input))
        time.sleep(1)

    def _run(self, run: Callable[[], None]) -> None:
        self._hurdle = None
        try:
            run()
        except KeyboardInterrupt:
            typer.echo("\n" + self._say("cli.error.interrupted"), err=True)
            raise typer.Exit(130) from None

    def _first(self) -> None:
        """A run whose order must be possible."""

    def _again(self) -> None:
        """A run whatever comes."""
