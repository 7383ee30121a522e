"""The pages of reports as pictures: `make pictures` writes those of docs/pictures anew.

Drawn by Typst with the report's own fonts, so that they are the same on every machine:
`tests/test_report_pictures.py` compares them with what is kept.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.report_view import ReportView
from sheet_diag.reports.pdf.maker import (
    TEMPLATE,
    compile_shortest,
    load_compiler,
    prepare_inputs,
)
from tests.report_views import reference_view

_PPI: Final = 60.0


def draw_pages(view: ReportView) -> list[bytes]:
    """Draw each page of a report as PNG."""
    inputs = prepare_inputs(view, logo=None, owner={})
    _, setting = compile_shortest(inputs)
    pages = load_compiler(system=inputs.system).compile(
        TEMPLATE, format="png", ppi=_PPI, sys_inputs={**inputs.texts, "setting": str(setting)}
    )
    assert isinstance(pages, list)
    return pages


def draw_reference() -> Mapping[str, bytes]:
    """Draw the reference client's report, in English page 1 alone, by the names of the pictures."""
    pages = {Lang.JA: draw_pages(reference_view(Lang.JA))}
    pages[Lang.EN] = draw_pages(reference_view(Lang.EN))[:1]
    return {
        f"report-{lang.value}-{number}.png": page
        for lang, drawn in pages.items()
        for number, page in enumerate(drawn, 1)
    }


def write(folder: Path) -> None:
    """Write `report-ja-1.png` and so on in place of those that are there."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("report-*.png"):
        old.unlink()
    for name, content in draw_reference().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
