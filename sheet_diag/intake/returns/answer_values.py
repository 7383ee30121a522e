"""Read what a text means as the answer to a question, by its kind; nothing is ever guessed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from sheet_diag.intake.dates import parse_typed_date
from sheet_diag.intake.returns.vocabulary import Vocabulary, heading_spellings
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Choice, Item, ItemKind
from sheet_diag.model.conditions import CHOSEN_JOINT
from sheet_diag.model.returns import Response
from sheet_diag.text.answer_words import show_answer
from sheet_diag.text.normalize import label_key, normalize_text
from sheet_diag.text.typed_numbers import read_number
from sheet_diag.text.wording import Wording

_SEPARATORS: Final = re.compile(r"[、,，;；\n]")
# As normalised, in the line of a choice that is chosen, and of one that is not.
_MARKS: Final = (*"○◯〇●◎✓✔☑レ有1yx", "はい", "true", "yes")
_NO_MARKS: Final = ("", *"×-ー―無0n", "なし", "いいえ", "false", "no")


def read_value(vocabulary: Vocabulary, item: Item, text: str) -> str | None:
    """Read the answer that a text is (see `Response.choice`); None where it is not plainly one."""
    match item.kind:
        case ItemKind.SINGLE:
            choice = vocabulary.find_choice(item, text)
            return choice.id if choice else None
        case ItemKind.MULTIPLE:
            return _read_list(vocabulary, item, text)
        case ItemKind.NUMBER:
            return _read_number(item, text)
        case ItemKind.DATE:
            day, _ = parse_typed_date(text)
            return day if day and item.takes(day) else None
        case ItemKind.TEXT:
            return text or None


def _read_list(vocabulary: Vocabulary, item: Item, text: str) -> str | None:
    """Read the choices that a text lists; one that is unknown leaves all of them undecided."""
    whole = vocabulary.find_choice(item, text)
    if whole:
        return whole.id
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    found = [vocabulary.find_choice(item, part) for part in parts]
    known = {choice.id for choice in found if choice}
    return join_chosen(vocabulary, item, known) if parts and None not in found else None


def join_chosen(vocabulary: Vocabulary, item: Item, chosen: Collection[str]) -> str | None:
    """Join the choices of one answer in the order of the set; None where there is none."""
    choices = vocabulary.catalog.choices_of(item)
    return CHOSEN_JOINT.join(each for each in choices if each in chosen) or None


def _read_number(item: Item, text: str) -> str | None:
    for unit in {item.unit[lang] for lang in Lang} if item.unit else ("",):
        number = read_number(text, unit)
        if number is not None:
            return number if item.takes(number) else None
    return None


def read_mark(text: str) -> bool | None:
    """Read whether a choice of several is marked; None where that is not plain."""
    folded = normalize_text(text)
    if folded in _MARKS or text.strip() in _MARKS:
        return True
    return False if folded in _NO_MARKS or text.strip() in _NO_MARKS else None


def join_lines(
    vocabulary: Vocabulary,
    item: Item,
    lines: Sequence[tuple[Choice | None, Response]],
    lang: Lang,
) -> Response:
    """Join what stands beside a question and in the lines of its choices.

    A list beside the question says the same as the lines, or stands alone; else nothing is decided.
    """
    marks: dict[str, set[bool | None]] = {}
    listed = ""
    for choice, response in lines:
        if choice:
            marks.setdefault(choice.id, set()).add(read_mark(response.raw))
        elif label_key(response.raw) not in heading_spellings("sheet.lines.below"):
            listed = listed or response.raw
    chosen = join_chosen(vocabulary, item, [name for name, each in marks.items() if True in each])
    of_list = _read_list(vocabulary, item, listed) if listed else chosen
    is_plain = all(len(each) == 1 and None not in each for each in marks.values())
    first = lines[0][1]
    if is_plain and of_list and chosen in (None, of_list):
        labels = show_answer(vocabulary.catalog, item, of_list, Wording(lang))
        return replace(first, choice=of_list, raw=listed or labels)
    told = [response for choice, response in lines if choice and response.raw]
    shown = [listed] if listed else []
    shown += [f"{each.cell}: {each.raw}" for each in told]
    return replace(first, choice=None, raw=" / ".join(shown))
