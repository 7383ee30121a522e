"""The pipeline as a user of pandas and openpyxl writes it: what ours is measured against.

Every return is read by `pandas.read_excel`, every report written by openpyxl, the portfolio by
`DataFrame.to_excel`. It scores with our own rules, and is given the layout of its reports
(`benchmarks.report_layout`): only reading and writing are its own, and what it lacks (stored
results of formulas, bars in cells) it saves. Loading the layouts, and its imports, are not timed.

    python -m benchmarks.plain_pipeline RETURNS LAYOUTS OUTPUT plain|tuned
"""

from __future__ import annotations

import gc
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from copy import copy
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from benchmarks.report_layout import ReportLayout, SheetLayout, Style, load_layouts
from sheet_diag.catalog.load import load_catalog
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis
from sheet_diag.model.returns import Response, ReturnedSheet, SheetIdentity
from sheet_diag.text.normalize import normalize_text

_PROFILE, _QUESTIONS = 1, 2  # positions of the sheets
_LABEL, _FIELD = 1, 2  # columns of the company sheet
_NUMBER, _ANSWER, _REMARK = 0, 4, 5  # columns of the question sheet

SetStyle = Callable[[Any, int], None]  # gives a cell the style of that number
MakeSetter = Callable[[Worksheet, Sequence[Style]], SetStyle]


class PlainPipeline:
    """Reads, scores, writes; keeps a row a client for the portfolio."""

    def __init__(self, catalog: Catalog, make_setter: MakeSetter) -> None:
        self.catalog = catalog
        self._make_setter = make_setter
        self._choices = {item: _spellings(catalog, item) for item in catalog.items}
        self._labels = {field.label[lang]: field for field in catalog.profile for lang in Lang}
        self._clients: list[dict[str, Any]] = []
        self._answers: list[dict[str, Any]] = []

    def process(self, source: Path, report: ReportLayout, target: Path) -> Diagnosis:
        """Process one client, from return to report."""
        frames = pd.read_excel(source, sheet_name=None, header=None, engine="openpyxl")
        sheet = self.read(list(frames.values()))
        diagnosis = evaluate(self.catalog, sheet)
        write_report(report, target, self._make_setter)
        self._keep(sheet, diagnosis)
        return diagnosis

    def read(self, frames: list[pd.DataFrame]) -> ReturnedSheet:
        """Read the answers on the sheets."""
        responses = {}
        for row in frames[_QUESTIONS].fillna("").to_numpy().tolist():
            if row[_NUMBER] in self.catalog.items:
                item, raw = row[_NUMBER], str(row[_ANSWER])
                choice = self._choices[item].get(normalize_text(raw))
                responses[item] = Response(item, choice, raw, str(row[_REMARK]))
        profile = {}
        for row in frames[_PROFILE].fillna("").to_numpy().tolist():
            field, text = self._labels.get(row[_LABEL]), str(row[_FIELD])
            if field and text:
                ids = {choice.label[lang]: choice.id for choice in field.choices for lang in Lang}
                profile[field.id] = ids.get(text, text)
        return ReturnedSheet(SheetIdentity(), Lang.JA, profile, tuple(responses.values()), "")

    def _keep(self, sheet: ReturnedSheet, diagnosis: Diagnosis) -> None:
        scores = diagnosis.scores
        by_category = {id_: _number(each.score) for id_, each in scores.categories.items()}
        ranks = {"rank": scores.rank, "overall": _number(scores.overall)}
        self._clients.append({**sheet.profile, **ranks, **by_category})
        self._answers += [
            {"company": sheet.name, "item": r.item, "answer": r.raw, "remark": r.remark}
            for r in sheet.responses
        ]

    def portfolio(self, target: Path) -> None:
        """Write all clients, the averages of each industry and size, and every answer."""
        clients, answers = pd.DataFrame(self._clients), pd.DataFrame(self._answers)
        scores = ["overall", *self.catalog.category_by_id]
        counts = answers.groupby(["item", "answer"]).size().unstack(fill_value=0)
        with pd.ExcelWriter(target) as writer:
            clients.sort_values("overall").to_excel(writer, sheet_name="clients", index=False)
            for field in ("industry", "employees"):
                clients.groupby(field)[scores].mean().to_excel(writer, sheet_name=field)
            heat = answers.pivot_table("answer", "company", "item", "first")
            heat.to_excel(writer, sheet_name="heat map")
            counts.to_excel(writer, sheet_name="items")
            answers.to_excel(writer, sheet_name="answers", index=False)


def write_report(report: ReportLayout, target: Path, make_setter: MakeSetter) -> None:
    """Write the report's workbook."""
    book = Workbook()
    first = book.worksheets[0]
    set_style = make_setter(first, report.styles)
    for sheet in report.sheets:
        _write_sheet(book.create_sheet(sheet.title), sheet, set_style)
    book.remove(first)
    book.save(target)


def _write_sheet(page: Worksheet, sheet: SheetLayout, set_style: SetStyle) -> None:
    # Merged once they have borders, cells would take half as long again.
    for area in sheet.merged:
        page.merge_cells(area)
    for row, column, value, style in sheet.cells:
        set_style(page.cell(row, column, value), style)
    for number, height in sheet.heights.items():
        page.row_dimensions[number].height = height
    for letter, width in sheet.widths.items():
        page.column_dimensions[letter].width = width
    for name, setting in sheet.settings.items():
        setattr(page, name, setting)
    page.sheet_view.showGridLines = sheet.grid_lines
    page.auto_filter.ref = sheet.filter
    for each in sheet.drop_downs:
        page.add_data_validation(each)
    for area, rule in sheet.highlights:
        page.conditional_formatting.add(area, rule)
    for chart in sheet.charts:
        page.add_chart(chart)


def set_each(_: Worksheet, styles: Sequence[Style]) -> SetStyle:
    """Set font, fill and so on cell by cell, as the manual of openpyxl shows it."""

    def set_style(cell: Any, number: int) -> None:
        for name, value in styles[number].items():
            setattr(cell, name, value)

    return set_style


def copy_patterns(scratch: Worksheet, styles: Sequence[Style]) -> SetStyle:
    """Copy `_style` of a pattern cell, as those do it who know how openpyxl works inside."""
    patterns: list[Any] = [scratch.cell(number + 1, 1) for number in range(len(styles))]
    set_pattern = set_each(scratch, styles)
    for number, pattern in enumerate(patterns):
        set_pattern(pattern, number)

    def set_style(cell: Any, number: int) -> None:
        cell._style = copy(patterns[number]._style)

    return set_style


def _spellings(catalog: Catalog, item: str) -> dict[str, str]:
    """Map every normalized spelling of an item's choices to the choice's id."""
    return {
        normalize_text(word): choice.id
        for choice in catalog.choices_of(catalog.items[item]).values()
        for lang in Lang
        for word in (choice.label[lang], *getattr(choice.aliases, lang))
    }


def _number(score: Fraction | None) -> float | None:
    return None if score is None else float(score)


def run(returns: Sequence[Path], layouts: Path, output: Path, way: str) -> dict[str, float]:
    """Measure seconds by the clock and of the processor."""
    output.mkdir(parents=True, exist_ok=True)
    pipeline = PlainPipeline(load_catalog(None), WAYS[way])
    reports = list(load_layouts(layouts))
    # What is given must not slow down Python's search for garbage.
    gc.collect()
    gc.freeze()
    started = time.perf_counter(), time.process_time()
    for source, report in zip(returns, reports, strict=True):
        pipeline.process(source, report, output / source.name)
    pipeline.portfolio(output / "portfolio.xlsx")
    wall, cpu = time.perf_counter() - started[0], time.process_time() - started[1]
    return {"clients": len(returns), "wall": wall, "cpu": cpu}


WAYS: Final = {"plain": set_each, "tuned": copy_patterns}

if __name__ == "__main__":
    warnings.simplefilter("ignore", UserWarning)  # extensions that openpyxl does not know
    folder, layouts_file, target, chosen = sys.argv[1:]
    files = sorted(Path(folder).iterdir())
    sys.stdout.write(json.dumps(run(files, Path(layouts_file), Path(target), chosen)))
