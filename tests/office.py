"""LibreOffice for tests: workbooks as it saves them, with every formula calculated anew."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

SECONDS = 180  # for one call: a cold start on a busy machine takes most of it
# Without it the values stored in the file are shown as they are, since Excel is trusted.
_ALWAYS_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""


def find_soffice() -> str:
    """The program; without it the test is skipped, but not on the project's own servers."""
    found = shutil.which("soffice")
    if not found and "CI" in os.environ:
        pytest.fail("soffice is missing: install libreoffice-calc")
    if not found:
        pytest.skip("LibreOffice (soffice) is not installed")
    return found


def convert(
    soffice: str, folder: Path, contents: Mapping[str, bytes], old: str, new: str
) -> dict[str, bytes]:
    """The workbooks as LibreOffice saves them, all in one call with a profile of its own; `new` is
    an ending, or an ending and a filter parted by a colon."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_ALWAYS_CALCULATE, "utf-8")
    source, target = folder / "source", folder / "target"
    source.mkdir()
    for name, content in contents.items():
        (source / f"{name}.{old}").write_bytes(content)
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", new, "--outdir", str(target)]
    command += [str(path) for path in sorted(source.iterdir())]
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    ending = new.partition(":")[0]
    return {name: (target / f"{name}.{ending}").read_bytes() for name in contents}
