"""Reports as PDF, printed by LibreOffice: one office process for many files.

LibreOffice prints the visible sheets of a workbook, so what is to be printed comes as a copy that
shows nothing else. The office gets a profile of its own, which also tells it which font stands in
for the house's where that is not installed: any other would be wider and spill over the page.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from sheet_diag.text.text_metrics import FONT

_PLACES: Final = (
    r"C:\Program Files\LibreOffice\program\soffice.com",
    r"C:\Program Files (x86)\LibreOffice\program\soffice.com",
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
)
# Japanese fonts of the width of the house's, the best first; it goes by two names.
_OWN_FONTS: Final = (FONT, "Yu Gothic")
_SUBSTITUTE_FONTS: Final = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "TakaoGothic",
    "VL Gothic",
)
_START_SECONDS: Final = 90
_FILE_SECONDS: Final = 15
_FILES_A_CALL: Final = 40
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Font/Substitution">
<prop oor:name="Replacement" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Font/Substitution/FontPairs">
<node oor:name="_0" oor:op="replace">
<prop oor:name="ReplaceFont" oor:op="fuse"><value>{own}</value></prop>
<prop oor:name="SubstituteFont" oor:op="fuse"><value>{other}</value></prop>
<prop oor:name="Always" oor:op="fuse"><value>true</value></prop>
<prop oor:name="OnScreenOnly" oor:op="fuse"><value>false</value></prop>
</node></item>
</oor:items>
"""


def find_office() -> str | None:
    """Find the program of LibreOffice on this machine."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    return found or next((place for place in _PLACES if Path(place).exists()), None)


def print_workbooks(office: str, sources: Sequence[Path], work: Path) -> Iterator[Path | None]:
    """Print each workbook in turn, in the folder `work`; None where it cannot be printed.

    The names of the sources differ. A file that brings the office down costs that file only.
    """
    profile = work / "profile"
    (profile / "user").mkdir(parents=True)
    if font := _find_substitute_font():
        settings = _PROFILE.format(own=escape(FONT), other=escape(font))
        (profile / "user" / "registrymodifications.xcu").write_text(settings, encoding="utf-8")
    for start in range(0, len(sources), _FILES_A_CALL):
        batch = sources[start : start + _FILES_A_CALL]
        _convert(office, batch, profile, work)
        works = any((work / f"{source.stem}.pdf").exists() for source in batch)
        for source in batch:
            target = work / f"{source.stem}.pdf"
            if not target.exists():  # once more, on its own
                _convert(office, [source], profile, work)
            yield target if target.exists() else None
            if not works and not target.exists():  # the office itself is broken
                yield from (None for _ in sources[sources.index(source) + 1 :])
                return


def normalize_pdf(
    content: bytes, *, title: str, author: str, as_of: date, owner: Mapping[str, str] | None = None
) -> bytes:
    """Give a PDF its title and take the clock out: the same pages give the same bytes.

    `owner` are the properties of the workbook that tell whose it is, by their keys.
    """
    from pypdf import PdfReader, PdfWriter  # here: most runs print nothing, and it loads slowly

    writer = PdfWriter()
    writer.append(PdfReader(io.BytesIO(content)), import_outline=False)
    day = f"D:{as_of:%Y%m%d}000000Z"
    writer.add_metadata({"/Title": title, "/Author": author, "/CreationDate": day})
    writer.add_metadata({f"/{key}": text for key, text in (owner or {}).items()})
    result = io.BytesIO()
    writer.write(result)
    return result.getvalue()


def _find_substitute_font() -> str | None:
    """Find the font to print with where the house's own is not installed."""
    fonts = shutil.which("fc-list")
    if not fonts:
        return None
    told = subprocess.run([fonts, ":", "family"], capture_output=True, check=False, timeout=60)
    families = set(told.stdout.decode("utf-8", "replace").replace("\n", ",").split(","))
    if families & set(_OWN_FONTS):
        return None
    return next((font for font in _SUBSTITUTE_FONTS if font in families), None)


def _convert(office: str, sources: Sequence[Path], profile: Path, target: Path) -> None:
    """Call the office once; what it could not print is not there afterwards."""
    command = [office, f"-env:UserInstallation={profile.absolute().as_uri()}", "--headless"]
    command += ["--norestore", "--convert-to", "pdf", "--outdir", str(target)]
    command += [str(source) for source in sources]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_choose_environment(target),
        start_new_session=sys.platform != "win32",
    )
    try:
        process.wait(_START_SECONDS + _FILE_SECONDS * len(sources))
    except subprocess.TimeoutExpired:
        pass
    finally:
        _end(process)


def _choose_environment(work: Path) -> dict[str, str]:
    """Keep what the office writes meanwhile in a folder, and let it understand every path."""
    chosen = {**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(work.absolute()))}
    if chosen.get("LC_ALL") in ("C", "POSIX"):  # it would wait for ever before a Japanese path
        chosen["LC_ALL"] = "C.UTF-8"
    return chosen


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the office and what it started, also where this process is being stopped."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
