"""Starts `sheet-diag` and `python -m sheet_diag`; quiet on Ctrl-C."""

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it loads ends it with 130 and no traceback."""
    try:
        from sheet_diag.cli.main import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except SystemExit as ended:
        if ended.code == _INTERRUPTED and "distributed" in sys.modules:
            _end_at_once()
        raise


def _end_at_once() -> None:
    """End at once after Ctrl-C in a run over a cluster.

    Everything is cleaned up by now, and threads of Dask that were at work may keep Python from
    ending.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
