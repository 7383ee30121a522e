"""Writes scores as people read them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sheet_diag.model.rules import ScoringRule


def format_score(value: Fraction) -> str:
    """Write a score with one decimal, rounded down, so that it never gets over a border."""
    tenths = _tenths(value)
    whole, decimal = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{decimal}"


def format_overall(value: Fraction, rule: ScoringRule) -> str:
    """Write an overall score; a whole sum of points stands without a decimal."""
    is_whole = rule.is_sum and value.denominator == 1
    return str(value.numerator) if is_whole else format_score(value)


def overall_shape(rule: ScoringRule) -> str:
    """Give the number format of overall scores in cells, which are truncated already."""
    return "General" if rule.is_sum else "0.0"


def write_number(value: int | Fraction) -> str:
    """Write an exact number: as a decimal where it is one, else as a fraction."""
    if value.denominator == 1:
        return str(value.numerator)
    decimal = f"{float(value):.6f}".rstrip("0")
    return decimal if Fraction(decimal) == value else str(value)


def print_score(value: int | Fraction) -> str:
    """Write a limit or a full score: with as many decimals as it has, one at most if endless."""
    exact = write_number(value)
    return format_score(Fraction(value)) if "/" in exact else exact


def to_cell(value: int | Fraction) -> int | float:
    """Convert an exact number to what a cell holds."""
    return value.numerator if value.denominator == 1 else float(value)


def truncate(value: Fraction) -> Fraction:
    """Truncate a score to tenths, downwards."""
    return Fraction(_tenths(value), 10)


def truncate_score(value: Fraction) -> float:
    """Truncate a score to the number that is printed."""
    return float(truncate(value))


def score_change(now: Fraction, then: Fraction) -> Fraction:
    """Compute the difference of two scores as printed, so that it adds up on the page."""
    return Fraction(_tenths(now) - _tenths(then), 10)


def _tenths(score: Fraction) -> int:
    return score.numerator * 10 // score.denominator
