"""Calls a function in a Python process of its own, started by `sys.executable -m`.

`multiprocessing` runs the caller's main program again in each of its processes. A script without a
main guard would call itself for ever, and a notebook has no main program. So whoever calls
sheet-diag from Python has the work done in such a process, which may start others.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

_Out = TypeVar("_Out")
_PACKAGE: Final = Path(__file__).parents[3]  # the folder that holds the package


class ChildDiedError(RuntimeError):
    """The process ended without an answer."""


def call_in_child(function: Callable[..., _Out], *arguments: Any) -> _Out:
    """Call a function of this package in a new process; what it raises is raised here.

    Raises `ChildDiedError`.
    """
    request = pickle.dumps((function, arguments), protocol=pickle.HIGHEST_PROTOCOL)
    paths = [str(_PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__],  # -P: no file beside the caller is taken for ours
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        process_group=None if sys.platform == "win32" else 0,  # Ctrl-C reaches it through us alone
    )
    with process:
        try:
            answer, _ = process.communicate(request)
        except BaseException:
            process.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
            raise
    if not answer:
        raise ChildDiedError(f"the reading process ended with exit code {process.returncode}")
    value, error = pickle.loads(answer)  # of the process that was started here
    if error is not None:
        raise error
    result: _Out = value
    return result


def _answer() -> None:
    """In the process: do the call; whatever is printed meanwhile goes to the error stream."""
    with os.fdopen(os.dup(1), "wb") as stream:
        os.dup2(2, 1)
        function, arguments = pickle.load(sys.stdin.buffer)
        answer: tuple[object, Exception | None]
        try:
            answer = function(*arguments), None
        except Exception as error:  # noqa: BLE001 - raised where the result is awaited
            answer = None, error
        stream.write(pickle.dumps(answer, protocol=pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    try:
        _answer()
    except KeyboardInterrupt:
        sys.exit(130)
