"""`sheet-diag` and `python -m sheet_diag`: the first thing that runs, and quiet on Ctrl-C."""

import os
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line; stopped while it loads, it ends with 130 and no traceback."""
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
    """Leave after Ctrl-C in a run over a cluster: all is put away by now, and threads of Dask that
    it caught at work may keep Python from ending for ever."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
