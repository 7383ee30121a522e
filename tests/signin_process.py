"""`sheet-diag`, for which Microsoft and Google are a server of the test, and the keyring is a file.

`python -m tests.signin_process ADDRESS KEYRING [words of a command …]`. A browser that is opened
signs in by itself, trusting what the environment names.
"""

from __future__ import annotations

import os
import signal
import ssl
import sys
import threading
import urllib.request
import webbrowser
from pathlib import Path

AUTHORITY = "SIGNIN_PROCESS_AUTHORITY"


def main() -> None:
    """Run the command."""
    _, address, kept, *words = sys.argv
    sys.argv = ["sheet-diag", *words]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    webbrowser.open = _browse  # type: ignore[assignment]

    import keyring

    from sheet_diag.__main__ import main as run
    from sheet_diag.mail.auth import providers
    from tests.keyrings import FileKeyring

    keyring.set_keyring(FileKeyring(Path(kept)))
    providers.MICROSOFT = address  # type: ignore[misc]
    providers.GOOGLE_PAGE = f"{address}/google/page"  # type: ignore[misc]
    providers.GOOGLE_TOKENS = f"{address}/google/token"  # type: ignore[misc]
    run()


def _browse(address: str) -> bool:
    threading.Thread(target=browse, args=(address, os.environ[AUTHORITY])).start()
    return True


def browse(address: str, authority: str | Path) -> str:
    """What a browser shows in the end, once somebody has signed in there."""
    context = ssl.create_default_context(cafile=authority)
    with urllib.request.urlopen(address, context=context, timeout=60) as page:
        text: str = page.read().decode()
    return text


if __name__ == "__main__":
    main()
