"""Starts the process that workers are forked from, early, so that it loads their modules meanwhile.

Where workers are not forked (Windows, macOS) there is none, and each worker loads for itself.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
from collections.abc import Sequence
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from typing import Final

READING_MODULES: Final = ("sheet_diag.pipeline.tasks",)
WRITING_MODULES: Final = (
    *READING_MODULES,
    "sheet_diag.reports.client.workbook",
    "sheet_diag.forms.correction.workbook",
)


def prepare(modules: Sequence[str] = WRITING_MODULES) -> BaseContext:
    """Start the process, if it does not run yet, and have it load the modules.

    Returns at once. The process ignores Ctrl-C, which the parent handles.
    """
    if sys.platform in ("win32", "darwin"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(modules))
    resource_tracker.ensure_running()  # it unblocks signals when it starts, so it starts first
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
    return context
