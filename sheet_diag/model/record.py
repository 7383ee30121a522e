"""The base of the records of the catalogue: exact numbers, texts in every language.

Apart from `basics`, so that a language is known before pydantic is loaded.
"""

from __future__ import annotations

import re
from contextlib import suppress
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sheet_diag.model.basics import Lang

_DIGITS: Final = 6  # of a number that a person writes; those of a file of ours are longer
_LONG: Final = 1_000
_WRONG: Final = "-"  # beside a text that is wrong, which is told once


def parse_exact(value: object, digits: int = _DIGITS) -> Fraction:
    """Read `2/3` or `85`; a float is refused, because 0.1 is not a tenth. Raises `ValueError`.

    An exponent is refused, too: it stands for any number of digits.
    """
    if isinstance(value, Fraction):
        return value
    if isinstance(value, int | str) and not isinstance(value, bool):
        form = rf"\s*[-+]?\d{{1,{digits}}}(?:/\d{{1,{digits}}}|\.\d{{0,{digits}}})?\s*"
        with suppress(ValueError, ZeroDivisionError):
            if re.fullmatch(form, str(value)):
                return Fraction(value)
    raise ValueError("write a whole number or a fraction such as 2/3")


Exact = Annotated[Fraction, BeforeValidator(parse_exact)]
LongScore = Annotated[Fraction, BeforeValidator(lambda value: parse_exact(value, _LONG))]
Share = Annotated[Exact, Field(ge=0, le=1)]


def parse_weight(value: object) -> int | Fraction:
    """Read an exact number; a whole one stays an `int`. Raises `ValueError`."""
    exact = parse_exact(value)
    return exact.numerator if exact.denominator == 1 else exact


Weight = Annotated[int | Fraction, BeforeValidator(parse_weight)]
Score = Annotated[Exact, Field(ge=0, le=100)]
NonEmptyText = Annotated[str, Field(min_length=1, pattern=r"\S")]
# A name by which the parts of a catalogue refer to each other, such as the number of a question.
Id = Annotated[
    str, Field(pattern=r"^[^\s\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]*[^\s\p{C}])?$", max_length=40)
]
# What stands in the stamp of a sheet and in names of files: letters and digits of any script.
FileId = Annotated[str, Field(pattern=r"^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$", max_length=40)]


class Record(BaseModel):
    """A frozen record that refuses unknown names."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))


class Text(Record):
    """One sentence or label in every language; one that is left out is as the other."""

    ja: NonEmptyText
    en: NonEmptyText

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and len(given := raw.keys() & set(Lang)) == 1:
            text = raw[given.pop()]
            other = text if isinstance(text, str) and text.strip() else _WRONG
            return dict.fromkeys(Lang, other) | raw
        return raw

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en
