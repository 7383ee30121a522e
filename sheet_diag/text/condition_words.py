"""Conditions as people write them, and as formulas spell them.

「A1=はい かつ B1≠私物」「C1≧1」「会社情報:業種=製造業」, or with `and` and `or`. What is not
plainly a condition is a fault and never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.conditions import Condition, Relation, Term, compare_numbers
from sheet_diag.text.normalize import item_key, normalize_text
from sheet_diag.text.typed_numbers import read_number


class ConditionFaultCode(StrEnum):
    """Why a text is no condition of its place."""

    SYNTAX = "condition_syntax"
    MIXED = "condition_mixed"
    UNKNOWN = "condition_unknown"
    FORWARD = "condition_forward"
    CHOICE = "choice_not_in_set"


class ConditionError(ValueError):
    """A text that is no condition: the word at fault, and the words that might stand there."""

    def __init__(self, code: ConditionFaultCode, word: str, known: Iterable[str] = ()) -> None:
        self.code, self.word, self.known = code, word, tuple(known)
        super().__init__(f"{code}: {word}")


@dataclass(frozen=True, slots=True)
class ConditionSource:
    """A question or a field of the company sheet that a condition may refer to.

    `names` are its number or its labels, `choices` the ids by label; one that takes neither choices
    nor a number cannot be compared (`is_comparable`). `is_later` says that it stands
    below the question with the condition, or is that question.
    """

    id: str
    names: tuple[str, ...]
    choices: Mapping[str, str] = field(default_factory=dict)
    is_number: bool = False
    of_company: bool = False
    is_later: bool = False
    is_comparable: bool = True


_COMPANY: Final = re.compile(r"(?:会社情報|company)\s*:\s*(.+)", re.IGNORECASE)
_QUOTED: Final = re.compile("「([^「」]*)」")
_FIRST_MARK: Final = 0xE000  # stands for a quoted value while the text is taken apart
_JOINTS: Final = re.compile(r"(かつ|または|\s+and\s+|\s+or\s+)", re.IGNORECASE)
_ANY_OF: Final = ("または", "or")
_JOINT_WORDS: Final = {Lang.JA: (" かつ ", " または "), Lang.EN: (" and ", " or ")}
_NEEDS_QUOTES: Final = re.compile("[、,;=≠≧≦<>]|かつ|または|\\b(?:and|or)\\b", re.IGNORECASE)
_SEPARATORS: Final = re.compile("[、,;]")
_SIGNS: Final = {
    "≠": Relation.IS_NOT, "<>": Relation.IS_NOT, "!=": Relation.IS_NOT,
    "≧": Relation.AT_LEAST, ">=": Relation.AT_LEAST, "≥": Relation.AT_LEAST,
    "≦": Relation.AT_MOST, "<=": Relation.AT_MOST, "≤": Relation.AT_MOST,
    "=": Relation.IS, ">": Relation.ABOVE, "<": Relation.BELOW,
}  # fmt: skip
_WORDS: Final = {
    "以上": Relation.AT_LEAST,
    "以下": Relation.AT_MOST,
    "超": Relation.ABOVE,
    "未満": Relation.BELOW,
}
_BY_SIGN: Final = re.compile(f"(.*?)({'|'.join(map(re.escape, _SIGNS))})(.*)", re.DOTALL)
_BY_WORD: Final = re.compile(rf"(.*?)[がは]?\s*([-+]?\d[\d,.]*)\s*({'|'.join(_WORDS)})")
_NAMED: Final = (Relation.IS, Relation.IS_NOT)


def parse_condition(text: str, sources: Iterable[ConditionSource]) -> Condition:
    """Read a condition over the given sources. Raises `ConditionError`."""
    known = _Sources(sources)
    plain = unicodedata.normalize("NFKC", text).strip()
    quoted = _QUOTED.findall(plain)
    marked = plain
    for place, each in enumerate(quoted):
        marked = marked.replace(f"「{each}」", chr(_FIRST_MARK + place), 1)

    def restore(part: str) -> str:
        whole = (quoted[ord(c) - _FIRST_MARK] if _is_mark(c, quoted) else c for c in part)
        return "".join(whole).strip()

    pieces, joints = _split_terms(marked)
    if len(joints) > 1:
        raise ConditionError(ConditionFaultCode.MIXED, plain)
    terms = tuple(_parse_term(piece, known, restore) for piece in pieces)
    return Condition(terms=terms, any_of=not joints.isdisjoint(_ANY_OF))


def _is_mark(char: str, quoted: list[str]) -> bool:
    return 0 <= ord(char) - _FIRST_MARK < len(quoted)


def _split_terms(text: str) -> tuple[list[str], set[str]]:
    """Split the terms, and list the words between them; a value may hold such a word itself."""
    first, *rest = _JOINTS.split(text)
    pieces, joints = [first], set()
    for joint, piece in zip(rest[::2], rest[1::2], strict=True):
        if _compares(piece) or not piece.strip():
            pieces.append(piece)
            joints.add(joint.strip().lower())
        else:
            pieces[-1] += joint + piece
    return pieces, joints


def _compares(piece: str) -> bool:
    return bool(_BY_SIGN.match(piece) or _BY_WORD.fullmatch(piece.strip()))


class _Sources:
    """The sources by their names as compared: numbers of questions, labels of fields."""

    def __init__(self, sources: Iterable[ConditionSource]) -> None:
        self._of: dict[tuple[bool, str], ConditionSource] = {}
        for each in sources:
            for name in each.names:
                self._of.setdefault((each.of_company, item_key(name)), each)

    def find(self, name: str) -> ConditionSource:
        """Find the source of a name."""
        field = _COMPANY.fullmatch(name)
        found = self._of.get((field is not None, item_key(field[1] if field else name)))
        if found is None:
            names = [each.names[0] for each in self._of.values() if each.of_company is bool(field)]
            raise ConditionError(ConditionFaultCode.UNKNOWN, name, dict.fromkeys(names))
        if found.is_later:
            raise ConditionError(ConditionFaultCode.FORWARD, name)
        return found


def _parse_term(piece: str, sources: _Sources, restore: Callable[[str], str]) -> Term:
    left, relation, right = _split_term(piece, restore)
    source = sources.find(left)
    if not source.is_comparable:
        raise ConditionError(ConditionFaultCode.SYNTAX, restore(piece))
    typed = [value for part in _SEPARATORS.split(right) if (value := restore(part))]
    if not typed or (relation not in _NAMED and len(typed) > 1):
        raise ConditionError(ConditionFaultCode.SYNTAX, restore(piece))
    if source.is_number:
        values = [_number(value) for value in typed]
    elif relation in _NAMED:
        values = [_choice(value, source) for value in typed]
    else:  # choices whose labels are numbers
        values, relation = _choices_in_order(relation, typed[0], source), Relation.IS
    return Term(
        source=source.id,
        of_company=source.of_company,
        relation=relation,
        values=tuple(dict.fromkeys(values)),
        is_number=source.is_number,
    )


def _split_term(piece: str, restore: Callable[[str], str]) -> tuple[str, Relation, str]:
    if found := _BY_SIGN.fullmatch(piece.strip()):
        left, sign, right = found.groups()
        relation = _SIGNS[sign]
    elif found := _BY_WORD.fullmatch(piece.strip()):
        left, right, word = found.groups()
        relation = _WORDS[word]
    else:
        raise ConditionError(ConditionFaultCode.SYNTAX, restore(piece))
    if not restore(left):
        raise ConditionError(ConditionFaultCode.SYNTAX, restore(piece))
    return restore(left), relation, right if relation in _NAMED else right.replace(",", "")


def _number(typed: str) -> str:
    number = read_number(typed)
    if number is None:
        raise ConditionError(ConditionFaultCode.SYNTAX, typed)
    return number


def _choice(typed: str, source: ConditionSource) -> str:
    """Find the choice of a label; other spellings are not taken."""
    key = normalize_text(typed)
    found = {id_ for label, id_ in source.choices.items() if normalize_text(label) == key}
    if len(found) != 1:
        raise ConditionError(ConditionFaultCode.CHOICE, typed, source.choices)
    return found.pop()


def _choices_in_order(relation: Relation, typed: str, source: ConditionSource) -> list[str]:
    """List the choices whose labels are numbers in this relation to one."""
    limit = read_number(typed)
    numbers = {id_: read_number(label) for label, id_ in source.choices.items()}
    found = [
        id_
        for id_, number in numbers.items()
        if limit and number and compare_numbers(relation, number, limit)
    ]
    if not found:
        raise ConditionError(ConditionFaultCode.CHOICE, typed, source.choices)
    return found


def write_condition(condition: Condition, name_of: Callable[[Term], str], lang: Lang) -> str:
    """Write a condition as `parse_condition` reads it.

    `name_of` gives the label of a choice or a field: that of a term with one value, or with none
    that of its source.
    """
    joint = _JOINT_WORDS[lang][condition.any_of]
    return joint.join(_write_term(each, name_of, lang) for each in condition.terms)


def _write_term(term: Term, name_of: Callable[[Term], str], lang: Lang) -> str:
    comma = "、" if lang is Lang.JA else ", "
    source = name_of(term.model_copy(update={"values": ()}))
    if term.of_company:
        source = f"{'会社情報' if lang is Lang.JA else 'company'}:{source}"
    if term.is_number:
        values = list(term.values)
    else:
        labels = [name_of(term.model_copy(update={"values": (each,)})) for each in term.values]
        values = [f"「{each}」" if _NEEDS_QUOTES.search(each) else each for each in labels]
    return f"{source}{term.relation.value}{comma.join(values)}"


# --- as a formula

_FORMULA_SIGNS: Final = {
    Relation.AT_LEAST: ">=",
    Relation.AT_MOST: "<=",
    Relation.ABOVE: ">",
    Relation.BELOW: "<",
}


@dataclass(frozen=True, slots=True)
class SourceCells:
    """Where a source stands in a workbook.

    `known` is a formula: whether its answer counts. `answer` is its cell; `chosen` holds for each
    choice the formula that asks whether it was chosen.
    """

    known: str
    answer: str
    chosen: Mapping[str, str] = field(default_factory=dict)


def spell_condition(condition: Condition, cells_of: Callable[[Term], SourceCells]) -> str:
    """Spell a condition as a formula without the sign of equality."""
    terms = ",".join(_spell_term(term, cells_of(term)) for term in condition.terms)
    return f"{'OR' if condition.any_of else 'AND'}({terms})"


def _spell_term(term: Term, cells: SourceCells) -> str:
    if sign := _FORMULA_SIGNS.get(term.relation):
        test = f"{cells.answer}{sign}{term.values[0]}"
    else:
        test = f"OR({','.join(_spell_values(term, cells))})"
    if term.relation is Relation.IS_NOT:
        test = f"NOT({test})"
    return f"IF({cells.known},{test},FALSE)"


def _spell_values(term: Term, cells: SourceCells) -> Iterator[str]:
    for value in term.values:
        yield f"{cells.answer}={value}" if term.is_number else cells.chosen[value]
