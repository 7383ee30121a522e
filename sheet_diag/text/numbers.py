"""Writes scores as people read them."""

from __future__ import annotations

from fractions import Fraction


def format_score(value: Fraction) -> str:
    """Write a score with one decimal, truncated, so that it never rounds up over a border."""
    tenths = _tenths(value)
    return f"{tenths // 10}.{tenths % 10}"


def truncate_score(value: Fraction) -> float:
    """Truncate a score to the number that is printed."""
    return float(format_score(value))


def score_change(now: Fraction, then: Fraction) -> Fraction:
    """Compute the difference of two scores as printed, so that it adds up on the page."""
    return Fraction(_tenths(now) - _tenths(then), 10)


def _tenths(score: Fraction) -> int:
    return score.numerator * 10 // score.denominator
