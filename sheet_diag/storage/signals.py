"""Replaces the handler of Ctrl-C for a while."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

InterruptHandler = Callable[[int, FrameType | None], object] | signal.Handlers


@contextmanager
def handle_interrupts(answer: InterruptHandler) -> Iterator[None]:
    """Handle Ctrl-C with `answer` meanwhile; in the main thread alone, where it arrives."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    former = signal.signal(signal.SIGINT, answer)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
