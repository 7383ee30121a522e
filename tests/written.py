"""A workbook of every kind that we write, and the demonstration with all of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from itertools import cycle, product
from pathlib import Path

from sheet_diag.forms.call_list import make_call_list
from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.forms.hearing_sheet.content import Entries, PreviousAnswers
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.issue import SheetOrder, issue_sheets
from sheet_diag.forms.overrides import make_overrides_workbook
from sheet_diag.forms.page_writer import FormContext
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording
from tests.campaigns import six_clients
from tests.catalogs import JIS
from tests.samples import ISSUER, PROFILE, client, portfolio, receive_sheet, report, resolve_all
from tests.test_cli import ENVIRONMENT

AS_OF = date(2026, 11, 23)
_KINDS = (
    "blank sheet",
    "filled sheet",
    "issued sheet",
    "issued sheet with former answers",
    "correction",
    "report",
    "portfolio",
    "portfolio with a client list",
    "decisions",
    "passwords",
)
KINDS = tuple(f"{kind} {lang.value}" for kind, lang in product(_KINDS, Lang))


def write_every_kind(folder: Path) -> None:
    """One workbook by each of `KINDS`. Texts of clients look like formulas and markup."""
    for lang in Lang:
        given = [client("=a&b", {"POL": "△"}, lang=lang), client("b", rest="×", lang=lang)]
        entries = Entries(PROFILE, {"POL-01": "=1+1"}, {"POL-01": "a&b <c>"})
        made = (
            make_hearing_sheet(JIS, lang, ISSUER),
            make_hearing_sheet(JIS, lang, Issuer(), entries, "7"),
            *_issued(lang),
            _correction(lang),
            report(given[0], lang=lang),
            portfolio(resolve_all(*given), lang=lang),
            portfolio(resolve_all(*given), lang=lang, turnout=six_clients()),
            make_overrides_workbook(JIS, lang, ISSUER),
            _call_list(lang),
        )
        for kind, content in zip(_KINDS, made, strict=True):
            (folder / f"{kind} {lang.value}.xlsx").write_bytes(content)


def _issued(lang: Lang) -> Iterator[bytes]:
    """Two sheets, each a copy of one before it; last year's answers on the second one."""
    clients = [
        ListedClient(f"C-{n}", f"=a&b {n}", lang, (f"{n}@a.jp",), contact="=1+1", title="<b>")
        for n in "12"
    ]
    choices = cycle(("yes", "partial", "no", "unknown", None, "no longer there"))
    asked = list(JIS.items)[1:]
    former = PreviousAnswers(date(2025, 11, 23), dict(zip(asked, choices, strict=False)))
    for each in (None, former):
        yield list(issue_sheets(JIS, ISSUER, [SheetOrder(c, each) for c in clients]))[-1]


def _call_list(lang: Lang) -> bytes:
    """A client who was told, one with an agreed password, one with a note of a person's."""
    rows = [
        ("=1+1", "=a&b", "<b>", "+81-3-1234-5678", "ABCDE-FGHJK-MNPQR-STUVW", "2026-11-24", ""),
        ("2", "b" * 60, "", "", "=Agreed", "", ""),
        ("", "c", "", "", "-1", "=1+1", "+1"),
    ]
    context = FormContext(JIS, ISSUER, Wording(lang))
    return make_call_list(context, rows, ("=memo",), ("@above",), lambda number: number == "2")


def _correction(lang: Lang) -> bytes:
    """Asks about blanks and about an answer that looks like a formula."""
    entries = Entries({**PROFILE, "company": "=a&b"}, {"POL-01": "=1+1", "POL-04": "<b>"})
    outcome = resolve_all(receive_sheet(entries, lang=lang))[0]
    sheet = outcome.received.sheet
    assert sheet
    digests = (outcome.received.sha256,)
    return make_correction_sheet(JIS, sheet, outcome.problems, ISSUER, digests)[0]


def make_demonstration(folder: Path) -> None:
    """Make `demo` in the folder, and keep in `demo.txt` what was said."""
    command = [sys.executable, "-m", "sheet_diag", "demo", "--as-of", AS_OF.isoformat()]
    environment = {**ENVIRONMENT, "TZ": "Asia/Tokyo", "COLUMNS": "120"}
    done = subprocess.run(command, cwd=folder, capture_output=True, env=environment, timeout=180)
    assert (done.returncode, done.stderr) == (0, b"")
    (folder / "demo.txt").write_bytes(done.stdout)


def demonstration_workbooks(demonstration: Path) -> list[Path]:
    """List its workbooks; of a folder with many, the smallest and the largest."""
    folders: dict[Path, list[Path]] = {}
    for path in sorted((demonstration / "demo").rglob("*.xlsx")):
        folders.setdefault(path.parent, []).append(path)
    assert max(map(len, folders.values())) > 20
    return [
        path
        for paths in folders.values()
        for path in paths
        if path in (min(paths, key=_size), max(paths, key=_size))
    ]


def _size(path: Path) -> int:
    return path.stat().st_size
