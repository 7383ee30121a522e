"""The words of a catalogue and of our sheets, and where they stand on a returned sheet.

Words are normalised once for all returns. The cells of a sheet are looked through once, for all
that look for something on it; whatever holds none of our words was written by the client.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import chain
from typing import Final, TypeVar

from sheet_diag.catalog.load import load_sent_texts
from sheet_diag.forms.layout import FORMER_JOINT, is_software_signature
from sheet_diag.intake.cells import CellPosition, Grid
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import (
    Catalog,
    Choice,
    ChoiceRole,
    Item,
    ItemKind,
    ProfileField,
    cached_per_catalog,
)
from sheet_diag.model.record import Text
from sheet_diag.text.answer_words import entry_hints, line_id
from sheet_diag.text.normalize import (
    cache_short_texts,
    item_key,
    label_key,
    loose_item_key,
    normalize_text,
)
from sheet_diag.text.question_digests import digest_text, list_other_texts
from sheet_diag.text.wording import Wording, labels

# The choices of each answer set by their normalised labels and aliases in both languages.
ChoiceSpellings = Mapping[str, Mapping[str, Choice]]

_SPACES: Final = re.compile(r"\s")
_CONFIRMATION: Final = "sheet.former.same"  # an answer
_FORMER_SIGNS: Final = ("new", "unanswered", "changed")
_IN_BRACKETS: Final = re.compile(r"[（(](.*)[）)]", re.DOTALL)
_MAX_ID_LENGTH: Final = 60
# Letters, a dash, digits; signs such as ② are no digits here.
_NUMBER_BEFORE: Final = re.compile(r"\W*[^\W\d]+\d*\W?\d+")
_MAX_LENGTH: Final = 2000  # a longer text is none of our words
_CACHED_TEXTS: Final = 4096
_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of a catalogue, by their normalised spellings.

    `items` are by the key of their number, `loose_items` by the looser one where that is of one
    item alone. `questions` hold the wordings of each question (see `question_key`), `asked` the
    item of each wording, `hints` the choice of each line of an item's hint, `categories` the names
    of all. `lines` hold the question and the choice of each line below it. `fields` hold the id
    and the language of each label of the profile, `loose_fields` those by `label_key`.
    """

    catalog: Catalog
    items: Mapping[str, Item]
    loose_items: Mapping[str, Item]
    spellings: ChoiceSpellings
    questions: Mapping[str, frozenset[str]]
    asked: Mapping[str, Item]
    hints: Mapping[str, Mapping[str, Choice]]
    categories: frozenset[str]
    fields: Mapping[str, tuple[str, Lang]]
    loose_fields: Mapping[str, tuple[str, Lang]]
    lines: Mapping[str, tuple[Item, Choice]]

    def find_item(self, number: str) -> Item | None:
        """Find the item of a number as typed."""
        if not number or len(number) > _MAX_ID_LENGTH:
            return None
        return self.items.get(item_key(number)) or self.loose_items.get(loose_item_key(number))

    def find_line(self, number: str) -> tuple[Item, Choice] | None:
        """Find the question and the choice of a line by its number as typed."""
        return self.lines.get(item_key(number)) if self.lines and number else None

    def find_item_before(self, number: str) -> Item | None:
        """Find the item whose number a text begins with, such as 「POL-01-2」 or 「POL-01②」."""
        found = _NUMBER_BEFORE.match(number[:_MAX_ID_LENGTH])
        return self.find_item(found[0]) if found else None

    def find_choice(self, item: Item, text: str) -> Choice | None:
        """Find the choice that a text is, by its label, an alias or a line of the item's hint."""
        found = self.spellings.get(item.answer_set, {}).get(normalize_text(text))
        return found or self.hints[item.id].get(question_key(text))

    def is_former_mark(self, item: Item | None, text: str) -> bool:
        """Whether a text is what we write for an answer of last time that cannot be confirmed.

        That is a sign, or labels and signs in brackets.
        """
        signs = {key for name in _FORMER_SIGNS for key in heading_spellings(f"sheet.former.{name}")}
        signs |= heading_spellings("sheet.check.not_asked").keys()
        inner = _IN_BRACKETS.fullmatch(text.strip())
        if inner is None or item is None:
            return label_key(text) in signs
        choices = self.catalog.choices_of(item).values()
        own = {label_key(choice.label[lang]) for choice in choices for lang in Lang}
        return all(label_key(part) in own | signs for part in inner[1].split(FORMER_JOINT))

    def find_labels(self, text: str) -> frozenset[str]:
        """Find the choices whose labels stand in a text, as normalised, by id."""
        found = _label_patterns(self.catalog)
        return frozenset(choice for choice, label in found if label.search(text))

    def is_ambiguous(self, item: Item, text: str) -> bool:
        """Whether a text may mean 該当なし or another choice, such as 「なし」."""
        typed = normalize_text(text)
        return item.na_allowed and any(
            word != typed and word.endswith(typed)
            for word, choice in self.spellings.get(item.answer_set, {}).items()
            if choice.role is ChoiceRole.NOT_APPLICABLE and not word.isascii()
        )


@cached_per_catalog
def _label_patterns(catalog: Catalog) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """List the labels of all choices, each not as a part of a longer word in Latin letters."""
    return tuple(
        (choice.id, re.compile(rf"(?<![a-z]){re.escape(normalize_text(label))}(?![a-z])"))
        for choice in chain.from_iterable(catalog.answer_sets.values())
        for label in (choice.label[lang] for lang in Lang)
    )


@cached_per_catalog
def vocabulary_of(catalog: Catalog) -> Vocabulary:
    """Build the vocabulary of a catalogue."""
    items = catalog.items.values()
    questions = {
        item.id: frozenset(question_key(item.question[lang]) for lang in Lang) for item in items
    }
    fields = [
        (spelling, (field.id, lang))
        for field in catalog.profile
        for spelling, lang in _field_spellings(field).items()
    ]
    return Vocabulary(
        catalog,
        items={item_key(item.id): item for item in items},
        loose_items=_unique((loose_item_key(item.id), item) for item in items),
        spellings={
            name: {normalize_text(word): each for each in choices for word in _words(each)}
            for name, choices in catalog.answer_sets.items()
        },
        questions=questions,
        asked=_unique((key, item) for item in items for key in questions[item.id]),
        hints={
            item.id: {question_key(line): choice for line, choice in _hint_lines(catalog, item)}
            for item in items
        },
        categories=frozenset(
            question_key(text[lang])
            for category in catalog.categories
            for text in (category.name, category.short)
            for lang in Lang
        ),
        fields={question_key(spelling): field for spelling, field in fields},
        loose_fields=_unique((label_key(spelling), field) for spelling, field in fields),
        lines={
            item_key(line_id(item, choice, lang)): (item, choice)
            for item in items
            if item.kind is ItemKind.MULTIPLE
            for choice in catalog.choices_of(item).values()
            for lang in Lang
        },
    )


def _field_spellings(field: ProfileField) -> Mapping[str, Lang]:
    """Map the spellings of a field to their language; the first where they are the same."""
    return {
        spelling: lang
        for lang in reversed(Lang)
        for spelling in (field.label[lang], *field.aliases[lang])
    }


def _unique(pairs: Iterable[tuple[str, _Found]]) -> dict[str, _Found]:
    """Keep the keys that mean one thing."""
    listed = list(pairs)
    found = dict(listed)
    clear = Counter(key for key, value in listed if found[key] != value)
    return {key: value for key, value in found.items() if key and key not in clear}


def _hint_lines(catalog: Catalog, item: Item) -> Iterator[tuple[str, Choice]]:
    choices = catalog.choices_of(item)
    for name, text in item.hint.items():
        for lang in Lang:
            line = Wording(lang)(
                "sheet.hint.line", label=choices[name].label[lang], text=text[lang]
            )
            yield line, choices[name]


@cache_short_texts
def question_key(text: str) -> str:
    """Spell a text as questions are compared: normalised, without white space."""
    return _SPACES.sub("", normalize_text(text))


@cache  # asked for every row of every sheet of a campaign
def heading_spellings(key: str) -> Mapping[str, Lang]:
    """The spellings of a heading as `label_key` gives them, by the key of its label."""
    return {label_key(Wording(lang)(key)): lang for lang in Lang}


def is_confirmation(text: str) -> bool:
    """Whether an answer is that of last time."""
    return label_key(text) in heading_spellings(_CONFIRMATION)


def _words(choice: Choice) -> Iterator[str]:
    yield from (choice.label.ja, choice.label.en)
    yield from (*choice.aliases.ja, *choice.aliases.en)


@cached_per_catalog
def list_explained_choices(catalog: Catalog) -> frozenset[tuple[str, str]]:
    """List the choices with their meanings, as the cover sets them beside each other."""
    return frozenset(
        (normalize_text(choice.label[lang]), normalize_text(choice.meaning[lang]))
        for choices in catalog.answer_sets.values()
        for choice in choices
        for lang in Lang
        if choice.meaning
    )


# --- what we sent

# Labels of the sheet with something filled in, by which a cell of ours is known.
_FILLED_LABELS: Final = (
    "stamp", "former.lead", "cover.check.field", "request.band.must", "request.band.please",
)  # fmt: skip
_FILLED: Final = "\ue000"  # stands for what is filled in
# What the check of the cover puts together.
_CHECK_RESULTS: Final = (
    ("{}", "cover.check.answers.open", "{}", "cover.check.answers.close"),
    ("{}", "cover.check.wrong.open"),
)


def is_sent_text(catalog: Catalog, text: str) -> bool:
    """Whether a text is one that we sent; the words of choices alone are none."""
    return bool(text) and _sent_text_test(catalog)(text)


@cached_per_catalog
def _sent_text_test(catalog: Catalog) -> Callable[[str], bool]:
    """Make the test whether a text is one that we sent, in any version of the sheet.

    The words of choices are none: where they stand, they may be an answer.
    """
    sent = load_sent_texts(catalog)
    known = {question_key(text) for text in (*list_sheet_texts(catalog), *sent)}
    choices = {word for each in vocabulary_of(catalog).spellings.values() for word in each}
    filled = re.compile("|".join(_filled_patterns(text for text in sent if "{" in text)))

    def is_ours(text: str) -> bool:
        key = question_key(text)
        return key in known or filled.fullmatch(key) is not None

    def is_sent(text: str) -> bool:
        if normalize_text(text) in choices:
            return False
        return is_ours(text) or all(map(is_ours, text.splitlines()))

    return is_sent


def list_sheet_texts(catalog: Catalog) -> Iterator[str]:
    """List the texts of a blank sheet that the catalogue and our labels give, a line each."""
    for lang in Lang:
        yield from (text[lang] for text in _list_catalog_texts(catalog) if text)
        for item in catalog.items.values():
            yield item.id
            yield from (line for line, _ in _hint_lines(catalog, item))
            yield from entry_hints(catalog, item, Wording(lang))
            if item.na_when:
                choices = catalog.choices_of(item).values()
                na = next(c for c in choices if c.role is ChoiceRole.NOT_APPLICABLE)
                parts = {"label": na.label[lang], "condition": item.na_when[lang]}
                yield Wording(lang)("sheet.hint.na", **parts)
        for key, texts in labels().items():
            if key.startswith("sheet.") and key != _CONFIRMATION and "{" not in texts[lang]:
                yield texts[lang]


def _list_catalog_texts(catalog: Catalog) -> Iterator[Text | None]:
    """List the texts that stand on a sheet as the catalogue gives them."""
    yield from list_other_texts(catalog)
    for item in catalog.items.values():
        yield from (item.question, item.guidance)


def leave_out_texts(words: SheetWords, digests: Collection[str]) -> SheetWords:
    """Leave out of a sheet the texts that the catalogue wrote on it, known by their digests."""
    if not digests:
        return words
    others = (at for at in words.others if digest_text(words.grid.text(*at)) not in digests)
    return replace(words, others=tuple(others))


def _filled_patterns(former: Iterable[str]) -> Iterator[str]:
    """Build the patterns of labels with something filled in, of those in `former` sheets, too."""
    texts = list(former)
    for lang in Lang:
        say = Wording(lang)
        texts += [say(f"sheet.{key}") for key in _FILLED_LABELS]
        for parts in _CHECK_RESULTS:
            texts.append("".join(p if p == "{}" else say(f"sheet.{p}") for p in parts))
    for text in texts:
        fixed = question_key(re.sub(r"\{\w*\}", _FILLED, text)).split(_FILLED)
        yield f".{{0,{_MAX_ID_LENGTH}}}".join(map(re.escape, fixed))


# --- where they stand


@dataclass(frozen=True, slots=True)
class KnownWord:
    """What a text of ours stands for: the number of an item, the wording of a question, the label
    of a profile field (its id and the label's language), our signature; or nothing of these."""

    item: Item | None = None
    question: Item | None = None
    field: tuple[str, Lang] | None = None
    signature: bool = False


@dataclass(frozen=True, slots=True)
class WordCell:
    """A cell that holds such a word."""

    row: int
    column: int
    word: KnownWord


@dataclass(frozen=True, slots=True)
class SheetWords:
    """A sheet, and the cells with known words: row by row, from the left.

    `others` are the cells with any other text, or with a mark instead, in the same order.
    """

    grid: Grid
    word_cells: tuple[WordCell, ...]
    others: tuple[CellPosition, ...]


def find_known_words(grids: Sequence[Grid], catalog: Catalog) -> tuple[SheetWords, ...]:
    """Find the known words on every sheet."""
    match = _word_matcher(catalog)
    return tuple(_find_sheet_words(grid, match) for grid in grids)


_OURS: Final = KnownWord()


def _find_sheet_words(grid: Grid, match: Callable[[str], KnownWord | None]) -> SheetWords:
    words: list[WordCell] = []
    others: list[CellPosition] = []
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            if text:
                word = match(text) if len(text) <= _MAX_LENGTH else None
                if word is None:
                    others.append((row, column))
                elif word is not _OURS:
                    words.append(WordCell(row, column, word))
    others += (at for at in grid.marks if not grid.text(*at))
    return SheetWords(grid, tuple(words), tuple(sorted(others)))


@cached_per_catalog
def _word_matcher(catalog: Catalog) -> Callable[[str], KnownWord | None]:
    """Match texts with known words; nearly all texts of a return stand in every other, too."""
    vocabulary, is_sent = vocabulary_of(catalog), _sent_text_test(catalog)

    @lru_cache(maxsize=_CACHED_TEXTS)
    def match(text: str) -> KnownWord | None:
        item, question = vocabulary.find_item(text), vocabulary.asked.get(question_key(text))
        sent, signature = is_sent(text), is_software_signature(text)
        field = vocabulary.fields.get(question_key(text))
        if field is None and not sent:
            field = vocabulary.loose_fields.get(label_key(text))
        if item or question or field or signature:
            return KnownWord(item, question, field, signature)
        return _OURS if sent else None

    return match
