"""The reference client's report as pictures for the docs: `make pictures`.

Printed as `--pdf` prints it, a PNG a page; needs LibreOffice and pdftoppm (poppler-utils).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ClientReport, ReturnOutcome
from sheet_diag.reports.client.workbook import build_print_copy
from sheet_diag.reports.office import find_office, print_workbooks
from tests.catalogs import JIS
from tests.samples import AS_OF, client, receive_sheet, reference, resolve_all

_DPI = "64"
_PROFILES = {
    Lang.JA: {
        "company": "株式会社見本商事",
        "industry": "卸売業，小売業",
        "employees": "51〜100人",
    },
    Lang.EN: {
        "company": "Sample Trading K.K.",
        "industry": "Wholesale and retail trade",
        "employees": "51 to 100",
    },
}


def draw(folder: Path) -> None:
    """Write `report-ja-1.png` and so on."""
    folder.mkdir(parents=True, exist_ok=True)
    office = find_office()
    if office is None:
        raise SystemExit("LibreOffice is not installed")
    with tempfile.TemporaryDirectory() as work:
        sources = [Path(work) / f"report-{lang.value}.xlsx" for lang in Lang]
        for lang, source in zip(Lang, sources, strict=True):
            source.write_bytes(_copy(_reference_client(lang), lang))
        printed = print_workbooks(office, sources, Path(work))
        for source, path in zip(sources, printed, strict=True):
            if path is None:
                raise SystemExit(f"{source.name} could not be printed")
            command = ["pdftoppm", "-r", _DPI, "-png", str(path), str(folder / source.stem)]
            subprocess.run(command, check=True)


def _reference_client(lang: Lang) -> ReturnOutcome:
    """The reference answers among a few other clients."""
    entries = Entries(_PROFILES[lang], reference(lang))
    others = [
        client(f"{sign}{number}", {"POL": sign}, rest="○△"[number % 2])
        for number, sign in enumerate("×△?○×△", 1)
    ]
    found = resolve_all(receive_sheet(entries, lang=lang), *others)
    return Comparisons.of(JIS, found, ComparisonBasis()).add_peers(found[0])


def _copy(outcome: ReturnOutcome, lang: Lang) -> bytes:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    assert sheet
    assert diagnosis
    report = ClientReport(
        outcome.received, sheet, diagnosis, (), "SD-20261123-0dd95d12", AS_OF, lang
    )
    return build_print_copy(
        replace(report, comparison=outcome.comparison), JIS, ISSUER, SOFTWARE_SIGNATURE
    )


if __name__ == "__main__":
    draw(Path(sys.argv[1]))
