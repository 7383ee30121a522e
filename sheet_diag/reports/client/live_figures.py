"""The formulas of the first sheet: figures that follow answers changed on 回答と採点.

Each stands for a figure of the view, which is the value that it has now. Sentences do not follow.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.reports.client.calculation_layout import MARK, SHOWN, CalculationLayout
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.score_drawings import LiveScore
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import truncate_score


@dataclass(frozen=True, slots=True)
class LiveFigures:
    """The figures as the sheet `home` refers to them; formulas come without their `=`."""

    context: ReportContext
    calculation: CalculationLayout
    home: str

    @property
    def none(self) -> str:
        """What stands where there is no mark."""
        return self.context.say("report.none")

    @property
    def rank(self) -> str:
        """The rank."""
        return self.calculation.result_cell("rank").reference_from(self.home)

    @property
    def overall(self) -> LiveScore:
        """The overall score as printed."""
        cell = self.calculation.result_cell("score").reference_from(self.home)
        catalog, score = self.context.catalog, self.context.cell_values.record.overall
        return LiveScore(cell, truncate_score(score), catalog.scoring.full, catalog.takes_points)

    def unless_changed(self, text: str) -> str:
        """A text as long as score and rank are those that the sentences speak of."""
        overall, rank = self.overall, quote_formula_text(self.context.cell_values.record.rank)
        changed = quote_formula_text(self.context.say("report.sheet.changed"))
        same = f"AND({overall.formula}={overall.now},{self.rank}={rank})"
        return f"IF({same},{quote_formula_text(text)},{changed})"

    def overall_in(self, text: str, shown: str) -> str:
        """A text that holds the overall score, which is `shown` now."""
        before, _, after = text.partition(shown)
        figure = self.overall.formula  # of a sum: as many decimals as it has
        if not self.context.catalog.scoring.is_sum:
            figure = f"FIXED({figure},1,TRUE)"
        parts = (quote_formula_text(before), figure, quote_formula_text(after))
        return "&".join(part for part in parts if part != '""')

    def score(self, category: str) -> LiveScore | None:
        """The score of a category; None where it is 対象外."""
        shown = self.context.cell_values.shown(category)
        if shown is None:
            return None
        catalog, formula = self.context.catalog, self.shown(category)
        return LiveScore(formula, shown, catalog.scoring.full_of_category, catalog.takes_points)

    def shown(self, category: str) -> str:
        """The score of a category as printed, or 対象外."""
        return self.calculation.of(category, SHOWN).reference_from(self.home)

    def mark(self, category: str) -> str:
        """The mark of a category."""
        return self.calculation.of(category, MARK).reference_from(self.home)

    def word(self, category: str) -> str:
        """The mark of a category, and what it means."""
        mark = self.mark(category)
        found = mark
        for each in reversed(self.context.catalog.report.marks):
            meaning = each.meaning[self.context.say.lang]
            named, told = map(quote_formula_text, (each.mark, f"{each.mark}  {meaning}"))
            found = f"IF({mark}={named},{told},{found})"
        return found
