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
    parts = _find_parts(lines)
    if parts:
        prefixes = _choose_prefixes(lines, parts)
        lines = [
            replace(line, number=f"{prefixes[part]}-{line.number}")
            for line, part in zip(lines, parts, strict=True)
        ]
    return NumberedLines(tuple(_rename_categories(lines)), from_texts, parts is not None)


def _begin_with_numbers(lines: Sequence[QuestionLine]) -> bool:
    return bool(lines) and all(split_number(line.text)[0] for line in lines)


def _split_text(line: QuestionLine) -> QuestionLine:
    number, text = split_number(line.text)
    return replace(line, number=number, text=text)


def _find_parts(lines: Sequence[QuestionLine]) -> list[tuple[str, ...]] | None:
    """Find in which parts the numbers begin again: categories, else topics within them."""
    numbers = [item_key(line.number) for line in lines]
    if max(Counter(filter(None, numbers)).values(), default=0) < 2:
        return None
    by_category: list[tuple[str, ...]] = [(line.category,) for line in lines]
    by_topic: list[tuple[str, ...]] = [(line.category, line.topic) for line in lines]
    for parts in (by_category, by_topic):
        pairs = Counter(pair for pair in zip(parts, numbers, strict=True) if pair[1])
        if max(pairs.values()) == 1:
            return parts
    return None


def _choose_prefixes(
    lines: Sequence[QuestionLine], parts: Sequence[tuple[str, ...]]
) -> dict[tuple[str, ...], str]:
    """Choose what stands before the numbers of each part: its own number, else a letter."""
    names = list(dict.fromkeys(line.category for line in lines))
    columns = {line.category: fold_number(line.part) for line in reversed(lines)}
    own = {name: columns[name] or split_number(name)[0] for name in names}
    if not all(own.values()) or len(set(own.values())) < len(own):
        own = {name: _letter(at) for at, name in enumerate(names)}
    found: dict[tuple[str, ...], str] = {}
    for part in dict.fromkeys(parts):
        place = sum(each[0] == part[0] for each in found) + 1
        inner = [split_number(name)[0] or str(place) for name in part[1:]]
        found[part] = "-".join([own[part[0]], *inner])
    return found


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
