"""The table of headings: the sheets of a questionnaire's workbook, their columns and their words.

Whoever reads, writes, checks or explains such a workbook takes the headings from here. The key of a
cell is its English heading in small letters, with what follows it: `question`, `guidance: はい`,
`question (english)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import resources
from typing import Final, Literal

from pydantic import TypeAdapter

from sheet_diag.catalog.raw_tree import read_yaml
from sheet_diag.model.basics import Lang
from sheet_diag.model.record import Record
from sheet_diag.text.normalize import fold_text as fold

Kind = Literal[
    "text", "name", "id", "list", "condition", "colour", "free", "word", "yes", "star", "whole",
    "number", "positive", "points",
]  # fmt: skip
_LANGUAGES: Final = {
    Lang.JA: {Lang.JA: "日本語", Lang.EN: "英語"},
    Lang.EN: {Lang.JA: "Japanese", Lang.EN: "English"},
}
_REQUIRED_MARKS: Final = ("*", "(必須)", "(required)")
RANK: Final = "rank: "  # the key of a column that is headed by a rank alone


class Names(Record):
    """How a thing is called, or what is said of it, in both languages of the headings."""

    ja: str
    en: str

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en


class Heading(Record):
    """A column, or a name in the first column of a sheet of names and values.

    `of`: a choice, framework or rank follows, or stands for the heading. `telling`: a column that
    is there without an entry says something else than none. `labels`: what an entry words anew.
    """

    ja: str
    en: str
    kind: Kind
    required: bool = False
    carried: bool = False
    second: bool = False
    telling: bool = False
    of: Literal["choice", "framework", "rank"] | None = None
    example: Names | None = None
    meaning: Names
    default: Names | None = None
    words: Mapping[str, Names] = {}
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name under which rows hold its cells."""
        return self.en.casefold()

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en


class SheetForm(Record):
    """A sheet: its names, its columns, and the names that its first column may hold."""

    ja: str
    en: str
    about: Names
    columns: tuple[Heading, ...]
    entries: tuple[Heading, ...] = ()

    @property
    def key(self) -> str:
        """The name under which its rows are kept."""
        return self.en.casefold()

    def __getitem__(self, lang: Lang) -> str:
        return self.ja if lang is Lang.JA else self.en

    @cached_property
    def by_key(self) -> Mapping[str, Heading]:
        """The columns and entries by their keys."""
        return {each.key: each for each in (*self.columns, *self.entries)}

    def find_column(self, heading: str, lang: Lang) -> str | None:
        """Find the key of a heading as a person wrote it (None: there is none)."""
        return _find_key(self.columns, heading, lang)

    def find_entry(self, name: str) -> str | None:
        """Find the key of a name in the first column, in either language (None: none)."""
        found = (_find_key(self.entries, name, lang) for lang in Lang)
        return next(filter(None, found), None)

    def heading_of(self, key: str) -> Heading:
        """Find the heading of a key that `find_column` or `find_entry` gave."""
        plain = "rank" if key.startswith(RANK) else strip_language(key)
        start, separator, _ = plain.partition(": ")
        return self.by_key.get(plain) or self.by_key[start + ":" if separator else plain]

    def write_heading(self, key: str, lang: Lang) -> str:
        """Write the heading of a key."""
        plain = strip_language(key)
        behind = _second_suffix(lang) if plain != key else ""
        if plain.startswith(RANK):
            return plain.removeprefix(RANK) + behind
        found = self.heading_of(key)
        of = plain.partition(": ")[2] if found.of else ""
        return (f"{found[lang]} {of}" if of and lang is Lang.EN else found[lang] + of) + behind


@cache
def load_sheet_forms() -> Mapping[str, SheetForm]:
    """Load the table, by the keys of the sheets."""
    source = resources.files("sheet_diag.catalog") / "headings.yaml"
    forms = TypeAdapter(tuple[SheetForm, ...]).validate_python(read_yaml(source.read_bytes()))
    return {form.key: form for form in forms}


def strip_language(key: str) -> str:
    """Return the key of the same cell in the first language."""
    return key.removesuffix(" (english)").removesuffix(" (japanese)")


def second_key(key: str, lang: Lang) -> str:
    """Return the key of the same cell in the second language of a catalogue in `lang`."""
    return f"{key} ({_other(lang).casefold()})"


def _find_key(headings: tuple[Heading, ...], text: str, lang: Lang) -> str | None:
    plain = fold(text)
    for mark in _REQUIRED_MARKS:
        plain = plain.removesuffix(mark)
    second = plain.endswith(suffix := fold(_second_suffix(lang)))
    plain = plain.removesuffix(suffix)
    for key, heading in _match(headings, plain, text, lang):
        if not second:
            return key
        if heading.second:
            return second_key(key, lang)
    return None


def _match(
    headings: tuple[Heading, ...], plain: str, text: str, lang: Lang
) -> Iterator[tuple[str, Heading]]:
    for heading in headings:
        name = fold(heading[lang])
        if heading.of in ("choice", "framework"):
            _, separator, of = text.replace("：", ":").partition(":")
            if separator and plain.startswith(name) and of.strip():
                yield heading.key + " " + _cut_suffix(of.strip(), lang), heading
        elif heading.of is None and plain == name:
            yield heading.key, heading


def _cut_suffix(of: str, lang: Lang) -> str:
    """Drop the name of the second language behind a choice or framework."""
    folded, suffix = fold(of), fold(_second_suffix(lang))
    if not folded.endswith(suffix):
        return of
    return of[: max(of.rfind("（"), of.rfind("("))].strip()


def _second_suffix(lang: Lang) -> str:
    return f"（{_other(lang, lang)}）" if lang is Lang.JA else f" ({_other(lang, lang)})"


def _other(lang: Lang, called_in: Lang = Lang.EN) -> str:
    return _LANGUAGES[called_in][Lang.EN if lang is Lang.JA else Lang.JA]
