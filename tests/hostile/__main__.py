"""Make the hostile set in a folder that is not there yet."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.hostile import make


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    folders = [each for each in arguments if each != "--pipes"]
    if len(folders) != 1 or Path(folders[0]).exists():
        sys.stderr.write("python -m tests.hostile [--pipes] FOLDER   (a new one)\n")
        return 2
    made = make(Path(folders[0]), pipes="--pipes" in arguments)
    sys.stdout.write(f"{len(made)} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
