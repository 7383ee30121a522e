"""Conditions: how they are read, when they hold, and how a formula spells them."""

from __future__ import annotations

import pytest

from sheet_diag.model.conditions import Condition
from sheet_diag.text.condition_words import (
    ConditionError,
    ConditionFaultCode,
    ConditionSource,
    SourceCells,
    parse_condition,
    spell_condition,
)
from sheet_diag.text.typed_numbers import read_number

_YES_NO = {"はい": "yes", "いいえ": "no", "Yes": "yes", "No": "no"}
_DEVICES = {"パソコン": "pc", "私物": "own", "USB、その他": "other"}
SOURCES = (
    ConditionSource("A-1", ("A-1",), _YES_NO),
    ConditionSource("B1", ("B1",), _DEVICES),
    ConditionSource("C1", ("C1",), is_number=True),
    ConditionSource("D1", ("D1",), {"1": "one", "2": "two", "3": "three", "不明": "?"}),
    ConditionSource("E1", ("E1",), is_comparable=False),
    ConditionSource("industry", ("業種", "Industry"), {"製造業": "maker"}, of_company=True),
    ConditionSource("staff", ("従業員数", "Staff"), is_number=True, of_company=True),
    ConditionSource("Z9", ("Z9",), _YES_NO, is_later=True),
)


def _shown(condition: Condition) -> str:
    joint = " or " if condition.any_of else " and "
    return joint.join(
        f"{'@' if t.of_company else ''}{t.source}{t.relation.value}{'|'.join(t.values)}"
        for t in condition.terms
    )


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("A-1=はい", "A-1=yes"),
        ("Ａ－１＝ハイ", None),
        (" a−1 ＝ はい ", "A-1=yes"),
        ("A-1=Yes", "A-1=yes"),
        ("A-1=はい、いいえ", "A-1=yes|no"),
        ("A-1≠いいえ", "A-1≠no"),
        ("A-1<>いいえ", "A-1≠no"),
        ("A-1!=いいえ", "A-1≠no"),
        ("A-1=はいかつC1≧1", "A-1=yes and C1≧1"),
        ("A-1=はい または B1=私物", "A-1=yes or B1=own"),
        ("A-1=yes AND B1=私物 and C1<3", "A-1=yes and B1=own and C1<3"),
        ("A-1=yes or C1 >= 1,200", "A-1=yes or C1≧1200"),
        ("C1≧10", "C1≧10"),
        ("C1>=10", "C1≧10"),
        ("C1が10以上", "C1≧10"),
        ("C1が１０以下", "C1≦10"),
        ("C1が1,000超", "C1>1000"),
        ("C1が2.50未満", "C1<2.5"),
        ("C1=0、3", "C1=0|3"),
        ("C1≠0", "C1≠0"),
        ("B1=「USB、その他」、私物", "B1=other|own"),
        ("D1≧2", "D1=two|three"),
        ("D1未満", None),
        ("会社情報：業種＝製造業", "@industry=maker"),
        ("Company: Staff >= 50", "@staff≧50"),
    ],
)
def test_a_condition_is_read_in_every_spelling_of_the_contract(text: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(ConditionError):
            parse_condition(text, SOURCES)
    else:
        assert _shown(parse_condition(text, SOURCES)) == read


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ("", ConditionFaultCode.SYNTAX, ""),
        ("はい", ConditionFaultCode.SYNTAX, "はい"),
        ("A-1=", ConditionFaultCode.SYNTAX, "A-1="),
        ("=はい", ConditionFaultCode.SYNTAX, "=はい"),
        ("A-1=はい かつ", ConditionFaultCode.SYNTAX, ""),
        ("C1≧多い", ConditionFaultCode.SYNTAX, "多い"),
        ("A-1=はい かつ B1=私物 または C1=1", ConditionFaultCode.MIXED, None),
        ("A-2=はい", ConditionFaultCode.UNKNOWN, "A-2"),
        ("会社情報:規模=大", ConditionFaultCode.UNKNOWN, "会社情報:規模"),
        ("Z9=はい", ConditionFaultCode.FORWARD, "Z9"),
        ("A-1=済", ConditionFaultCode.CHOICE, "済"),
        ("A-1=はい または いいえ", ConditionFaultCode.CHOICE, "はい または いいえ"),
        ("A-1≧1", ConditionFaultCode.CHOICE, "1"),
        ("D1>3", ConditionFaultCode.CHOICE, "3"),
        ("E1=何か", ConditionFaultCode.SYNTAX, "E1=何か"),
        ("E1≧2020", ConditionFaultCode.SYNTAX, "E1≧2020"),
    ],
)
def test_what_is_no_condition_is_a_fault_at_its_word(
    text: str, code: ConditionFaultCode, word: str | None
) -> None:
    with pytest.raises(ConditionError) as caught:
        parse_condition(text, SOURCES)
    assert caught.value.code is code
    assert word is None or caught.value.word == word


@pytest.mark.parametrize(
    ("text", "answers", "holds"),
    [
        ("A-1=はい", {"A-1": "yes"}, True),
        ("A-1=はい", {"A-1": "no"}, False),
        ("A-1=はい", {}, False),
        ("A-1≠はい", {"A-1": "no"}, True),
        ("A-1≠はい", {"A-1": "yes"}, False),
        ("A-1≠はい", {}, False),
        ("B1=私物", {"B1": "pc,own"}, True),
        ("B1≠私物", {"B1": "pc,own"}, False),
        ("B1≠私物", {"B1": "pc"}, True),
        ("C1≧10", {"C1": "10"}, True),
        ("C1>10", {"C1": "10"}, False),
        ("C1>10", {"C1": "10.5"}, True),
        ("C1=10", {"C1": "10"}, True),
        ("C1≠10", {"C1": "9"}, True),
        ("A-1=はい かつ C1<3", {"A-1": "yes", "C1": "2"}, True),
        ("A-1=はい かつ C1<3", {"A-1": "yes"}, False),
        ("A-1=はい または C1<3", {"A-1": "yes"}, True),
    ],
)
def test_what_is_not_answered_satisfies_neither_equal_nor_unequal(
    text: str, answers: dict[str, str], holds: bool
) -> None:
    assert parse_condition(text, SOURCES).holds(lambda term: answers.get(term.source)) is holds


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("A-1=はい", 'AND(IF(K,OR(D="yes"),FALSE))'),
        ("A-1≠はい、いいえ", 'AND(IF(K,NOT(OR(D="yes",D="no")),FALSE))'),
        ("C1≧1.5 または C1=0", "OR(IF(K,D>=1.5,FALSE),IF(K,OR(D=0),FALSE))"),
    ],
)
def test_a_formula_asks_first_whether_the_source_counts(text: str, formula: str) -> None:
    cells = SourceCells("K", "D", {each: f'D="{each}"' for each in ("yes", "no")})
    assert spell_condition(parse_condition(text, SOURCES), lambda _: cells) == formula


@pytest.mark.parametrize(
    ("typed", "unit", "number"),
    [
        ("12", "", "12"),
        ("１，２００", "", "1200"),
        ("3台", "台", "3"),
        ("3 台", "台", "3"),
        ("3台", "", None),
        ("12か月", "カ月", "12"),
        ("12年", "か月", None),
        ("1.50", "", "1.5"),
        ("-0", "", "0"),
        ("−5", "", "-5"),
        ("1,20", "", None),
        ("③", "", None),
        ("約10", "", None),
        ("10以上", "", None),
        ("", "", None),
    ],
)
def test_a_number_takes_its_own_unit_alone(typed: str, unit: str, number: str) -> None:
    assert read_number(typed, unit) == number
