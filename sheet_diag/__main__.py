"""`sheet-diag` and `python -m sheet_diag`: the first thing that runs, and quiet on Ctrl-C."""

import sys


def main() -> None:
    """Run the command line; stopped while it loads, it ends with 130 and no traceback."""
    try:
        from sheet_diag.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
