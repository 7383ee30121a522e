"""The facts beside the rank: each a label, the text it has now, and the formula that gives it."""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.reports.client.calculation_layout import EXACT, NAME, SHOWN, CalculationLayout
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.formula_values import VariantValues
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.numbers import format_score

_HOLE = "\0"  # stands in a label for what a formula gives


@dataclass(frozen=True, slots=True)
class OverallFact:
    """One line of the box."""

    label: str
    text: str
    formula: str


def list_overall_facts(
    letter: ReportContext, result: CalculationLayout, home: str
) -> list[OverallFact]:
    """Overall score, base rank, cap and weakest category, for the sheet `home`."""
    reading = letter.readings.record
    return [
        _score(letter, reading, result, home),
        OverallFact(
            letter.say("report.overall.base"),
            reading.base.value,
            f"={result.decided('base').reference_from(home)}",
        ),
        _cap(letter, reading, result, home),
        _weakest(letter, result, home),
    ]


def _score(
    letter: ReportContext, reading: VariantValues, result: CalculationLayout, home: str
) -> OverallFact:
    say, of = letter.say, letter.say("report.overall.of")
    points = say("report.overall.points", score=format_score(reading.overall))
    hollow = say("report.overall.points", score=_HOLE)
    formula = _spliced(hollow + of, _figure(result.decided("score").reference_from(home)))
    return OverallFact(say("report.overall.score"), points + of, f"={formula}")


def _cap(
    letter: ReportContext, reading: VariantValues, result: CalculationLayout, home: str
) -> OverallFact:
    say = letter.say
    base, cap = (result.decided(row).reference_from(home) for row in ("base", "cap"))
    texts = {
        key: _spliced(say(f"report.overall.cap.{key}", rank=_HOLE), cap) for key in ("at", "idle")
    }
    nothing = say("report.overall.cap.none")
    either = f"IF({cap}>{base},{texts['at']},{texts['idle']})"
    none = quote_formula_text(say("report.none"))
    formula = f"=IF({cap}={none},{quote_formula_text(nothing)},{either})"
    text = nothing
    if reading.cap:
        key = "at" if reading.cap.position > reading.base.position else "idle"
        text = say(f"report.overall.cap.{key}", rank=reading.cap.value)
    return OverallFact(say("report.overall.cap"), text, formula)


def _weakest(letter: ReportContext, result: CalculationLayout, home: str) -> OverallFact:
    say, scores = letter.say, letter.report.diagnosis.scores.categories
    applicable = {name: each.score for name, each in scores.items() if each.score is not None}
    weakest = min(applicable, key=lambda name: applicable[name])
    parts = {"name": letter.categories([weakest]), "score": format_score(applicable[weakest])}
    exact = result.column(EXACT).reference_from(home)
    place = f"MATCH(MIN({exact}),{exact},0)"
    name = f"INDEX({result.column(NAME).reference_from(home)},{place})"
    lowest = _figure(f"INDEX({result.column(SHOWN).reference_from(home)},{place})")
    hollow = say("report.overall.weakest.of", name=_HOLE, score=_HOLE)
    text = say("report.overall.weakest.of", **parts)
    return OverallFact(say("report.overall.weakest"), text, f"={_spliced(hollow, name, lowest)}")


def _figure(cell: str) -> str:
    """A shown score as text; FIXED, because TEXT takes its format in the user's language."""
    return f"FIXED({cell},1,TRUE)"


def _spliced(hollow: str, *formulas: str) -> str:
    """The formula of a text with holes, which the formulas fill in order."""
    first, *others = hollow.split(_HOLE)
    pieces = [quote_formula_text(first)] if first else []
    for formula, words in zip(formulas, others, strict=True):
        pieces += [formula, quote_formula_text(words)] if words else [formula]
    return "&".join(pieces)
