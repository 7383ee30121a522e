"""How exact numbers are written: on the page and in run.json."""

from __future__ import annotations

from fractions import Fraction


def format_score(value: Fraction) -> str:
    """A score as printed: one decimal, truncated, so that it never rounds up over a border."""
    tenths = value.numerator * 10 // value.denominator
    return f"{tenths // 10}.{tenths % 10}"


def truncate_score(value: Fraction) -> float:
    """A score as printed, as a number."""
    return float(format_score(value))


def format_fraction(value: Fraction) -> str:
    """A fraction in lowest terms: `a/b`, or `a` where it is whole."""
    return str(value)
