"""Runs again whenever a file that a run reads has changed and stopped changing.

A run that cannot be done is reported and tried again; once begun, only Ctrl-C ends the watching.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from sheet_diag.cli.arguments import CLIENT_LISTS, SETTINGS_FILE, build_run_config, choose_language
from sheet_diag.cli.errors import describe_unexpected
from sheet_diag.cli.options import RunOptions
from sheet_diag.cli.output import run_with_progress, show_changes, show_result
from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME as LOG
from sheet_diag.pipeline.execution.workers import ClusterError
from sheet_diag.pipeline.input_files import WatchedFiles, require_input_files
from sheet_diag.pipeline.run import RunConfig, RunResult, run_files
from sheet_diag.pipeline.run_diff import ReturnState, compare_runs, list_return_states
from sheet_diag.storage.open_files import EXCEL_MARK, HeldFileError
from sheet_diag.storage.output_files import RUN_JSON
from sheet_diag.storage.staging import OutputBusyError
from sheet_diag.text.errors import describe_error
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.pipeline.input_files import FileStates

_BUSY_SECONDS: Final = 5.0  # seconds until another run is asked again whether it has ended
_AWAY_SECONDS: Final = 1.0  # seconds between two looks for a folder that is gone
_RETRY_SECONDS: Final = 30.0  # seconds until a disk is asked again whether it takes what we write


def watch_folder(
    config: RunConfig, options: RunOptions, say: Wording, *, polling: bool
) -> NoReturn:
    """Run now, and after every change.

    Ends by `typer.Exit`: 0 where it is stopped while it waits, 130 in the middle of a run,
    which leaves the former output.
    """
    loop = _WatchLoop(options, say, polling)
    try:
        loop.begin(config)
        while True:
            loop.go_on()
    except KeyboardInterrupt:
        typer.echo("\n" + loop.say("cli.watch.end"))
        raise typer.Exit(0) from None


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """What kept a run from being done.

    It is tried again once the file in the way is gone or can be written (Excel has closed it),
    else at a time. What Excel puts beside an open file can always be written, and has to go.
    """

    file: Path | None
    again: float

    def is_cleared(self) -> bool:
        if self.file and not self.file.exists():
            return True
        if self.file and self.file.is_file() and not self.file.name.startswith(EXCEL_MARK):
            return _is_writable(self.file)
        return time.monotonic() >= self.again


class _WatchLoop:
    """The state that is kept from run to run."""

    def __init__(self, options: RunOptions, say: Wording, polling: bool) -> None:
        self._options = options
        self.say = say
        self._files = WatchedFiles(
            Path(options.input), Path(options.output), _list_other_inputs(options), polling
        )
        self._seen: FileStates = {}
        self._before: tuple[ReturnState, ...] | None = None
        self._obstacle: _Obstacle | None = None
        self._last_message = ""

    def begin(self, config: RunConfig) -> None:
        """Do the first run."""
        self._seen = self._files.look()
        self._attempt(lambda: config)
        typer.echo(self.say("cli.watch.waiting", path=self._options.input))

    def go_on(self) -> None:
        """Wait for changes and run, for as long as the folder is there."""
        try:
            self._wait_and_run()
        except OSError as error:  # the system takes no more watches, or a folder goes meanwhile
            if not self._files.polling:
                self._files = replace(self._files, polling=True)
                reason = error.strerror or str(error)
                self._show_message(self.say("cli.watch.polling", reason=reason))
        if not self._files.input.is_dir():
            self._show_message(self.say("cli.watch.away", path=self._options.input))
        time.sleep(_AWAY_SECONDS)

    def _wait_and_run(self) -> None:
        for moved in self._files.wake() if self._files.input.is_dir() else ():
            over = self._obstacle is not None and self._obstacle.is_cleared()
            if not moved and not over:
                continue
            now = self._files.rest(self._seen)
            if over or now != self._seen:
                self._seen = now
                self._attempt(self._build_config)

    def _build_config(self) -> RunConfig:
        """Build the run anew: the settings file, and its language, may have changed."""
        self.say = Wording(choose_language(self._options.lang, self._options.config, self.say))
        return build_run_config(self._options, self.say)

    def _attempt(self, make: Callable[[], RunConfig]) -> None:
        self._obstacle = None
        try:
            config = make()
            result = self._run(config)
        except KeyboardInterrupt:
            typer.echo("\n" + self.say("cli.error.interrupted"), err=True)
            raise typer.Exit(130) from None
        except typer.Exit:  # told by who refused, and nothing to be tried before a change
            return
        except Exception as error:  # noqa: BLE001 - whatever ends a run does not end the watching
            self._handle_failure(error)
            return
        if result:
            self._show_run(result, config)

    def _run(self, config: RunConfig) -> RunResult | None:
        say = self.say
        if not find_input_files(config.input, apart_from=config.output):
            left = say("cli.watch.left", path=config.output) if self._before else ""
            self._show_message(say("cli.watch.empty", path=config.input) + left)
            return None
        found = require_input_files(config.input, config.output)
        return run_with_progress(say, lambda progress: run_files(found, config, progress))

    def _show_run(self, result: RunResult, config: RunConfig) -> None:
        before, self._before = self._before, list_return_states(result.outcomes)
        self._last_message = ""
        if before is None:
            show_result(result, config, self.say)
        else:
            show_changes(compare_runs(before, self._before), result, datetime.now(), self.say)

    def _handle_failure(self, error: Exception) -> None:
        now = time.monotonic()
        if isinstance(error, OutputBusyError):
            self._obstacle = _Obstacle(None, now + _BUSY_SECONDS)
        elif isinstance(error, ClusterError):
            self._obstacle = _Obstacle(None, now + _RETRY_SECONDS)
        elif isinstance(error, OSError | HeldFileError):
            file = error.file if isinstance(error, HeldFileError) else _find_file(error)
            self._obstacle = _Obstacle(file if file.exists() else None, now + _RETRY_SECONDS)
        text = describe_error(error, self.say) or describe_unexpected(error, self.say)
        self._show_message(self.say("cli.error.head", text=text))

    def _show_message(self, text: str) -> None:
        """Show a message, but not the same one again."""
        if text != self._last_message:
            typer.echo(f"{datetime.now():%H:%M:%S} {text}", err=True)
        self._last_message = text


def _list_other_inputs(options: RunOptions) -> tuple[Path, ...]:
    """List the files beside the input folder that a run reads."""
    previous = options.previous / RUN_JSON if options.previous else None
    config = options.config or Path(SETTINGS_FILE)
    log = Path(options.output) / LOG
    lists = (options.clients,) if options.clients else CLIENT_LISTS
    named = (config, options.passwords, options.catalog, previous, options.benchmark, *lists, log)
    return tuple(path for path in named if path)


def _find_file(error: OSError) -> Path:
    return Path(str(error.filename2 or error.filename or ""))


def _is_writable(path: Path) -> bool:
    try:
        path.open("r+b").close()
    except OSError:
        return False
    return True
