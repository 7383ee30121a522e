"""Number the questions of a firm's sheet: folded, unique, and taken off what they stand before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.intake.catalog_import.lines import QuestionLine
from sheet_diag.intake.catalog_import.words import fold_number, split_number
from sheet_diag.text.normalize import item_key

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class NumberedLines:
    """The questions with their numbers; whether these came from the texts, and were restarted."""

    lines: tuple[QuestionLine, ...]
    from_texts: bool = False
    restarted: bool = False


def number_lines(lines: Sequence[QuestionLine]) -> NumberedLines:
    """Number the questions as the sheet does, and take numbers off the names of categories."""
    from_texts = not any(line.number for line in lines) and _begin_with_numbers(lines)
    if from_texts:
        lines = [_split_text(line) for line in lines]
    lines = [replace(line, number=fold_number(line.number)) for line in lines]
    restarted = _are_restarted(lines)
    if restarted:
        prefixes = _choose_prefixes(lines)
        lines = [replace(e, number=f"{prefixes[e.category]}-{e.number}") for e in lines]
    return NumberedLines(tuple(_rename_categories(lines)), from_texts, restarted)


def _begin_with_numbers(lines: Sequence[QuestionLine]) -> bool:
    return bool(lines) and all(split_number(line.text)[0] for line in lines)


def _split_text(line: QuestionLine) -> QuestionLine:
    number, text = split_number(line.text)
    return replace(line, number=number, text=text)


def _are_restarted(lines: Sequence[QuestionLine]) -> bool:
    """Whether numbers begin again in each category, and are told apart by it."""
    numbers = Counter(item_key(line.number) for line in lines if line.number)
    pairs = Counter((line.category, item_key(line.number)) for line in lines if line.number)
    return max(numbers.values(), default=0) > 1 == max(pairs.values(), default=0)


def _choose_prefixes(lines: Sequence[QuestionLine]) -> dict[str, str]:
    """Choose what stands before the numbers of each category: its own number, else a letter."""
    names = list(dict.fromkeys(line.category for line in lines))
    parts = {line.category: fold_number(line.part) for line in reversed(lines)}
    own = {name: parts[name] or split_number(name)[0] for name in names}
    if all(own.values()) and len(set(own.values())) == len(own):
        return own
    return {name: _letter(at) for at, name in enumerate(names)}


def _letter(at: int) -> str:
    return _LETTERS[at] if at < len(_LETTERS) else _letter(at // 26 - 1) + _LETTERS[at % 26]


def _rename_categories(lines: Sequence[QuestionLine]) -> list[QuestionLine]:
    """Take the numbers off the names of categories and topics, where they stay apart."""
    names = {line.category: split_number(line.category)[1].strip("■●◆【】 　") for line in lines}
    if len(set(names.values())) < len(names) or not all(names[each] or not each for each in names):
        names = {name: name for name in names}
    return [
        replace(line, category=names[line.category], topic=split_number(line.topic)[1])
        for line in lines
    ]
