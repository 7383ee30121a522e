"""The process that workers are forked from: started early, so that it loads what they need while
this one still loads its own.

Where workers are not forked (Windows, macOS) there is none, and each loads for itself.
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
    "sheet_diag.forms.write",
)


def prepare(modules: Sequence[str] = WRITING_MODULES) -> BaseContext:
    """Start it, if it does not run yet, and have it load the modules; returns at once.

    It is deaf to Ctrl-C: that is for the parent.
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
