"""Writes scores as people read them."""

from __future__ import annotations

from fractions import Fraction


def format_score(value: Fraction) -> str:
    """Write a score with one decimal, rounded down, so that it never gets over a border."""
    tenths = _tenths(value)
    whole, decimal = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else ''}{whole}.{decimal}"


def write_number(value: int | Fraction) -> str:
    """Write an exact number: as a decimal where it is one, else as a fraction."""
    decimal = f"{float(value):g}"
    return decimal if Fraction(decimal) == value else str(value)


def to_cell(value: int | Fraction) -> int | float:
    """Convert an exact number to what a cell holds."""
    return value if isinstance(value, int) else float(value)


def truncate_score(value: Fraction) -> float:
    """Truncate a score to the number that is printed."""
    return float(format_score(value))


def score_change(now: Fraction, then: Fraction) -> Fraction:
    """Compute the difference of two scores as printed, so that it adds up on the page."""
    return Fraction(_tenths(now) - _tenths(then), 10)


def _tenths(score: Fraction) -> int:
    return score.numerator * 10 // score.denominator
