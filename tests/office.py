"""LibreOffice for tests: workbooks as it saves them, with every formula calculated anew.

One process serves all conversions of a test session. It holds a workbook open, because it would end
after the last one otherwise; every conversion is a call of `soffice` that hands its files over.
What one worker has had converted is there for the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from filelock import FileLock
from openpyxl import Workbook

_SECONDS = 150  # for one call: a cold start on a busy machine takes long
_ATTEMPTS = 3  # now and then it hangs at full load, and only a new process helps
# Without it the values stored in the file are shown as they are, since Excel is trusted.
_ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""


def find_soffice() -> str:
    """Find the program; without it the test is skipped, but not on the project's own servers."""
    found = shutil.which("soffice")
    if not found and "CI" in os.environ:
        pytest.fail("soffice is missing: install libreoffice-calc")
    if not found:
        pytest.skip("LibreOffice (soffice) is not installed")
    return found


class Office:
    """LibreOffice with a profile of its own in `folder`; it starts at the first conversion.

    `common` keeps what was converted.
    """

    def __init__(self, program: str, folder: Path, common: Path) -> None:
        self._folder, self._common = folder, common
        self._command = [program, f"-env:UserInstallation={(folder / 'profile').as_uri()}"]
        self._command += ["--headless", "--norestore", "--nologo"]
        self._process: subprocess.Popen[bytes] | None = None
        user = folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_ALWAYS_CALCULATE, "utf-8")

    def convert(self, contents: Mapping[str, bytes], old: str, new: str) -> dict[str, bytes]:
        """Convert workbooks by name; `new` is an ending, or an ending, a colon and a filter."""
        digests = sorted((name, hashlib.sha256(each).digest()) for name, each in contents.items())
        known_by = hashlib.sha256(repr((old, new, digests)).encode()).hexdigest()
        folder, ending = self._common / f"converted-{known_by}", new.partition(":")[0]
        paths = {name: folder / f"{name}.{ending}" for name in contents}
        with FileLock(f"{folder}.lock"):
            if not all(path.exists() for path in paths.values()):
                self._convert(contents, old, new, folder)
        return {name: path.read_bytes() for name, path in paths.items()}

    def _convert(self, contents: Mapping[str, bytes], old: str, new: str, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)  # of a call that failed
        source = target / "source"
        source.mkdir(parents=True)
        for name, content in contents.items():
            (source / f"{name}.{old}").write_bytes(content)
        command = [*self._command, "--convert-to", new, "--outdir", str(target)]
        command += [str(path) for path in sorted(source.iterdir())]
        for _ in range(_ATTEMPTS):
            self._start()
            try:
                subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                self.close()
            else:
                return
        pytest.fail("LibreOffice does not answer")

    def _start(self) -> None:
        """Start the process unless it runs, and wait until it can be called."""
        if self._process and self._process.poll() is None:
            return
        held = self._folder / "held.xlsx"
        lock = self._folder / f".~lock.{held.name}#"  # there once the workbook is open
        lock.unlink(missing_ok=True)
        Workbook().save(held)
        self._process = subprocess.Popen(
            [*self._command, str(held)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + _SECONDS
        while not lock.exists() and self._process.poll() is None:
            if time.monotonic() > deadline:
                self.close()
                pytest.fail("LibreOffice does not start")
            time.sleep(0.05)

    def close(self) -> None:
        """End the process and its children."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
