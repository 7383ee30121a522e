"""Writes scores as people read them."""

from __future__ import annotations

from fractions import Fraction


def format_score(value: Fraction) -> str:
    """Write a score with one decimal, truncated, so that it never rounds up over a border."""
    tenths = value.numerator * 10 // value.denominator
    return f"{tenths // 10}.{tenths % 10}"


def truncate_score(value: Fraction) -> float:
    """Truncate a score to the number that is printed."""
    return float(format_score(value))
