"""The colours of ranks: the catalogue's own, or those of their places between best and worst."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog, cached_per_catalog
from sheet_diag.xlsx.theme import INK, RANK_STEPS, WHITE

_LEAST_CONTRAST: Final = 4.5  # of small letters, after WCAG 2


@dataclass(frozen=True, slots=True)
class RankColours:
    """The colour of a rank as a fill, that of letters on it, and that of its letters on white."""

    fill: str
    on_fill: str
    letters: str


@cached_per_catalog
def rank_colours(catalog: Catalog) -> Mapping[str, RankColours]:
    """Find the colours of each rank, by its label."""
    own = (rule.colour for rule in catalog.scoring.ranks)
    pairs = zip(catalog.ranks, own, strict=True)
    return {rank: _make_colours(colour or _colour_between(rank)) for rank, colour in pairs}


def _make_colours(fill: str) -> RankColours:
    on_fill = max(WHITE, INK, key=lambda colour: contrast(fill, colour))
    return RankColours(fill, on_fill, _darken(fill))


def _colour_between(rank: Rank) -> str:
    """Mix the two colours of the five steps between which a rank lies."""
    last, place = rank.total - 1, rank.position * (len(RANK_STEPS) - 1)
    step = min(place // last, len(RANK_STEPS) - 2)
    part = place - step * last
    pairs = zip(_parts(RANK_STEPS[step]), _parts(RANK_STEPS[step + 1]), strict=True)
    return _join([(a * (last - part) + b * part) // last for a, b in pairs])


def _darken(colour: str) -> str:
    """Darken a colour until small letters in it can be read on white."""
    while contrast(colour, WHITE) < _LEAST_CONTRAST:
        colour = _join([part * 9 // 10 for part in _parts(colour)])
    return colour


def contrast(first: str, second: str) -> float:
    """Compute the contrast of two colours, 1 to 21, after WCAG 2."""
    darker, lighter = sorted(map(_luminance, (first, second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)


def _parts(colour: str) -> tuple[int, int, int]:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue


def _join(parts: list[int]) -> str:
    return "#" + "".join(f"{part:02X}" for part in parts)
