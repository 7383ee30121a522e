"""The base of the records of the catalogue: exact numbers, texts in every language.

Apart from `basics`, so that a language is known before pydantic is loaded.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sheet_diag.model.basics import Lang


def _parse_exact(value: object) -> Fraction:
    """Read `2/3` or `85`; a float is refused, because 0.1 is not a tenth."""
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("write a whole number or a fraction such as 2/3")
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError("write a whole number or a fraction such as 2/3") from error


Exact = Annotated[Fraction, BeforeValidator(_parse_exact)]
Share = Annotated[Exact, Field(ge=0, le=1)]
Score = Annotated[Exact, Field(ge=0, le=100)]
NonEmptyText = Annotated[str, Field(min_length=1, pattern=r"\S")]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40)]


class Record(BaseModel):
    """A frozen record that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Text(Record):
    """One sentence or label in every language."""

    ja: NonEmptyText
    en: NonEmptyText

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en
