"""What Python programs call: single files, whole runs, and the answers as frames.

Every function reads in a process of its own (`execution.child`), so a file that aborts its reader
harms nobody, and neither a notebook nor a script needs a main guard. What a caller can mend is
raised as `SheetDiagError` with a sentence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, ReturnOutcome
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.catalog_source import load_catalog_source
from sheet_diag.pipeline.execution.child import call_in_child
from sheet_diag.pipeline.read_returns import Returns
from sheet_diag.pipeline.run import RunConfig, RunResult
from sheet_diag.text.errors import describe_error
from sheet_diag.text.wording import Wording

AnyPath = str | os.PathLike[str]
_Out = TypeVar("_Out")
_USUAL: Final = IntakeSettings()


class SheetDiagError(Exception):
    """What a caller can mend; its text is a sentence for people."""


def load_catalog(source: AnyPath | None = None, *, lang: Lang = Lang.JA) -> Catalog:
    """Load a catalogue: by its workbook or folder, or a built-in one as `NAME` or `NAME@VERSION`.

    Raises `SheetDiagError` with every fault found, and where there is no such version.
    """
    path = None if source is None else Path(source)
    return _with_sentences(lang, load_catalog_source, path)


def diagnose(
    path: AnyPath,
    catalog: Catalog | None = None,
    *,
    intake: IntakeSettings = _USUAL,
    lang: Lang = Lang.JA,
) -> Diagnosis:
    """Read and diagnose one return.

    Raises `SheetDiagError` where there is no such file, where it holds no return that can be read,
    and where it holds several (see `check`).
    """
    outcomes = check([path], catalog, intake=intake, lang=lang)
    say = Wording(lang)
    if len(outcomes) > 1:
        raise SheetDiagError(say("api.several", path=path, count=len(outcomes)))
    diagnosis = outcomes[0].diagnosis
    if diagnosis is None:
        raise SheetDiagError(say("api.not_read", path=path, reason=_reason(outcomes[0], lang)))
    return diagnosis


def check(
    paths: Iterable[AnyPath],
    catalog: Catalog | None = None,
    *,
    intake: IntakeSettings = _USUAL,
    lang: Lang = Lang.JA,
) -> tuple[ReturnOutcome, ...]:
    """Judge single files as a run would, each by itself; write nothing.

    Gives an outcome per return, in the order of the files. Raises `SheetDiagError` where there is
    no such file.
    """
    if isinstance(paths, str | os.PathLike):
        raise TypeError("check takes several paths; for one file write check([path])")
    files = [Path(path) for path in paths]
    return _call(lang, _check, files, catalog or load_catalog(lang=lang), intake)


def run(config: RunConfig) -> RunResult:
    """Run over the input folder and write the output folder, as `sheet-diag run` does.

    Raises `SheetDiagError` where that cannot be done; the former output then stays as it was.
    """
    if not isinstance(config, RunConfig):
        raise TypeError(f"run takes a RunConfig, not {type(config).__name__}")
    config = replace(config, input=Path(config.input), output=Path(config.output))
    _require_folder(config.input, config.lang)
    return _call(config.lang, _run, config)


def read_returns(
    folder: AnyPath,
    catalog: Catalog | None = None,
    *,
    intake: IntakeSettings = _USUAL,
    jobs: int | None = None,
    lang: Lang = Lang.JA,
) -> Returns:
    """Read every return below a folder into frames; write nothing.

    `jobs` is the number of processes (None: one per core), `lang` the language of the labels.
    Raises `SheetDiagError` where there is no such folder, or nothing in it.
    """
    config = RunConfig(
        input=Path(folder),
        output=Path(folder) / "output",  # where a run in this folder would have written
        catalog=catalog or load_catalog(lang=lang),
        intake=intake,
        jobs=jobs,
        lang=lang,
    )
    _require_folder(config.input, lang)
    return _call(lang, _read_returns, config)


# --- in the process that does the work


def _check(
    files: list[Path], catalog: Catalog, intake: IntakeSettings
) -> tuple[ReturnOutcome, ...]:
    from sheet_diag.pipeline.ingest import check_files
    from sheet_diag.pipeline.input_files import require_file

    for file in files:
        require_file(file)
    return tuple(check_files(files, catalog, intake))


def _run(config: RunConfig) -> RunResult:
    from sheet_diag.pipeline.input_files import require_folders, require_input_files
    from sheet_diag.pipeline.run import run_files

    require_folders(config.input, config.output)
    found = require_input_files(config.input, config.output)
    return run_files(found, config, _ignore_progress)


def _read_returns(config: RunConfig) -> Returns:
    from sheet_diag.pipeline.input_files import require_input_files
    from sheet_diag.pipeline.read_returns import read_returns

    found = require_input_files(config.input, config.output)
    return read_returns(found, config, _ignore_progress)


def _ignore_progress(stage: str, done: int, total: int) -> None:
    del stage, done, total


# --- errors


def _call(lang: Lang, function: Callable[..., _Out], *arguments: Any) -> _Out:
    """Call a function in a process of its own; what a caller can mend is raised as a sentence."""
    result: _Out = call_in_child(_with_sentences, lang, function, *arguments)
    return result


def _with_sentences(lang: Lang, function: Callable[..., _Out], *arguments: Any) -> _Out:
    try:
        return function(*arguments)
    except Exception as error:
        sentence = describe_error(error, Wording(Lang(lang)))
        if sentence is None:
            raise
        raise SheetDiagError(sentence) from error


def _require_folder(path: Path, lang: Lang) -> None:
    if not path.is_dir():
        raise SheetDiagError(Wording(lang)("api.no_folder", path=path))


def _reason(outcome: ReturnOutcome, lang: Lang) -> str:
    from sheet_diag.text.problems import problem_message

    return " ".join(problem_message(problem, lang) for problem in outcome.problems)
