"""Every label exists in both languages, is used, and is given what it asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final

import pytest

import sheet_diag
from sheet_diag.catalog.errors import CatalogFaultCode
from sheet_diag.diagnosis.occurrence import Matter
from sheet_diag.forms.layout import QuestionColumn
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import FieldKind, NoteKind
from sheet_diag.model.client_status import Stage
from sheet_diag.model.comparison import Movement
from sheet_diag.model.conditions import Relation
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.portfolio import FollowUp
from sheet_diag.model.results import FindingCode, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.model.standards import RequirementState
from sheet_diag.text import problems
from sheet_diag.text.wording import Wording, labels

PACKAGE = Path(sheet_diag.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
PARTS = {key.split(".", maxsplit=1)[0] for key in labels()}
_ENUMS: tuple[type[Enum], ...] = (
    ProblemCode, QuestionColumn, CatalogFaultCode, FieldKind, FindingCode, FollowUp, MailKind,
    Movement, NoteKind,
    RequirementState, Severity, Stage, ReturnStatus, Matter,
)  # fmt: skip
_IN_ENUMS = {str(member.value) for enum in _ENUMS for member in enum}
_IN_ENUMS |= {member.name.lower() for member in Relation}
_HALF_WIDTH_KANA = re.compile(r"[\uff61-\uff9f]")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


_KEY = re.compile(rf"(?:{'|'.join(PARTS)})\.[A-Za-z_]\w*(?:\.\w+)*")
_ENDS = {key[found.end() :] for key in labels() for found in re.finditer(r"\.", key)}
_FILE = re.compile(r"\.(?:typ|yaml|toml|xlsx|csv|json|py)$")


# --- the texts


def faults_of(texts: Mapping[str, str]) -> list[str]:
    """List what is wrong with the texts of one label."""
    if set(texts) != {"ja", "en"}:
        return [f"languages: {sorted(texts)}"]
    ja, en = texts["ja"], texts["en"]
    parts = [
        {name.removesuffix(f"_{lang}") for name in placeholders(texts[lang])} for lang in texts
    ]
    checks = {
        "empty": not (ja.strip() and en.strip()),
        "half-width kana": bool(_HALF_WIDTH_KANA.search(ja)),
        "Japanese in the English text": bool(_JAPANESE.search(en)),
        "other parts in the other language": parts[0] != parts[1],
    }
    return [name for name, is_wrong in checks.items() if is_wrong]


def test_every_label_is_sound_in_both_languages() -> None:
    found = {key: faults for key, texts in labels().items() if (faults := faults_of(texts))}
    assert not found
    assert len(labels()) > 1_000


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        ({"ja": "はい"}, "languages: ['ja']"),
        ({"ja": " ", "en": "Yes"}, "empty"),
        ({"ja": "ﾊｲ", "en": "Yes"}, "half-width kana"),
        ({"ja": "はい", "en": "Yes（はい）"}, "Japanese in the English text"),
        ({"ja": "{a}", "en": "{b}"}, "other parts in the other language"),
        ({"ja": "{a_ja}", "en": "{a_en}"}, ""),
    ],
)
def test_each_fault_of_a_label_is_found(texts: dict[str, str], fault: str) -> None:
    assert faults_of(texts) == ([fault] if fault else [])


def test_only_japanese_letters_count_as_japanese() -> None:
    for text in ("はい", "カ", "漢", "（", "、", "ｱ", "・", "　"):
        assert _JAPANESE.search(text), text
    for text in ("◎ ✓ ★ ▼ ◀ ×", "é – ’", "−"):
        assert not _JAPANESE.search(text), text


# --- the keys in the source


@cache
def nodes(path: Path) -> tuple[ast.Call | ast.Constant | ast.JoinedStr, ...]:
    """Every call, constant and f-string of a module."""
    walked = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return tuple(
        node for node in walked if isinstance(node, ast.Call | ast.Constant | ast.JoinedStr)
    )


@cache
def literals(path: Path) -> frozenset[str]:
    """Every string written in a module, parts of f-strings apart."""
    inside = {
        id(part) for node in nodes(path) if isinstance(node, ast.JoinedStr) for part in node.values
    }
    constants = (node for node in nodes(path) if isinstance(node, ast.Constant))
    return frozenset(
        node.value for node in constants if isinstance(node.value, str) and id(node) not in inside
    )


def patterns(path: Path) -> Iterator[tuple[str, ...]]:
    """The fixed parts of every f-string that starts as a key does."""
    for node in nodes(path):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            if str(parts[0]).split(".", maxsplit=1)[0] in PARTS and "." in str(parts[0]):
                yield tuple("\0" if part is None else str(part) for part in parts)


# Packages that others hand the variable part of a key: problems are described for all, the
# command line shows what every stage reports.
_GIVEN_WORDS: Final = ("text", "cli")


@cache
def words(package: str) -> frozenset[str]:
    """What may stand for a variable part of a key in a package: its own words, and the model's."""
    packages = (package, "model", *(("diagnosis",) if package == "reports" else ()))
    found = {
        text
        for path in SOURCES
        if package in _GIVEN_WORDS or package_of(path) in packages
        for text in literals(path)
    }
    return frozenset(t for t in found if re.fullmatch(r"[A-Za-z0-9_.]+", t)) | _IN_ENUMS


def package_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0]


def used(path: Path) -> set[str]:
    """The keys that a module uses, as far as they can be told from its text."""
    keys = set(literals(path) & set(labels()))
    for parts in patterns(path):
        matcher = re.compile("".join("(.+)" if part == "\0" else re.escape(part) for part in parts))
        for key in labels():
            match = matcher.fullmatch(key)
            if match and set(match.groups()) <= words(package_of(path)):
                keys.add(key)
    return keys


def unknown_keys(path: Path) -> set[str]:
    """The keys in a module that no label has."""
    written = {text for text in literals(path) if _KEY.fullmatch(text) and not _FILE.search(text)}
    # The end of a longer key is a key's part: "report.conditions." + "catalog.sha256".
    unknown = written - _ENDS - set(labels())
    for parts in patterns(path):
        matcher = re.compile("".join(".+" if part == "\0" else re.escape(part) for part in parts))
        if not any(matcher.fullmatch(each) for each in labels()):
            unknown.add("".join(parts))
    return unknown


def test_no_key_in_the_source_is_unknown() -> None:
    found = {str(path): keys for path in SOURCES if (keys := unknown_keys(path))}
    assert not found


def test_every_key_is_used() -> None:
    known = set().union(*(used(path) for path in SOURCES))
    assert sorted(set(labels()) - known) == []


_DECLARING: Final = ("takes", "group")


def calls(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Calls with a literal key: the key, and the names of the parts that it is given.

    Not those that hand a key on: with other arguments and no part, or to declare a command.
    """
    for node in nodes(path):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            names = {keyword.arg for keyword in node.keywords}
            hands_on = (len(node.args) > 1 and not names) or not names.isdisjoint(_DECLARING)
            if node.args[0].value in labels() and None not in names and not hands_on:
                yield str(node.args[0].value), {str(name) for name in names}


def test_calls_give_the_parts_that_the_texts_ask_for() -> None:
    wrong = [
        (path.name, key, given)
        for path in SOURCES
        for key, given in calls(path)
        for lang in Lang
        if placeholders(labels()[key][lang.value]) != given
    ]
    assert wrong == []
    assert sum(1 for path in SOURCES for _ in calls(path)) > 100


def test_a_key_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        Wording(Lang.JA)("sheet.column.nothing")


# --- problems


def make_problem(code: ProblemCode, texts: Iterable[Mapping[str, str]], lang: Lang) -> Problem:
    """Make a problem with a value for every part of its texts."""
    names = set().union(*(placeholders(text[lang.value]) for text in texts if text))
    details = tuple((name, f"<{name}>") for name in sorted(names - {"value", "item"}))
    return Problem(code, item="<item>", value="<value>", details=details)


def texts_of(code: ProblemCode, *kinds: str) -> list[Mapping[str, str]]:
    return [labels().get(f"problem.{code.value}.{kind}", {}) for kind in kinds]


def parts_in(text: str) -> set[str]:
    return set(re.findall(r"<(\w+)>", text))


@pytest.mark.parametrize("lang", Lang)
def test_every_problem_has_a_sentence_with_all_its_parts(lang: Lang) -> None:
    for code in ProblemCode:
        texts = texts_of(code, "says", "todo")
        problem = make_problem(code, texts, lang)
        message = problems.problem_message(problem, lang)
        advice = problems.problem_advice(problem, lang)
        wanted = set().union(*(placeholders(text[lang.value]) for text in texts if text))
        assert message, code
        assert parts_in(message + advice) == wanted - {"advice"}, code
        assert advice or problems.problem_severity(code) is not Severity.ERROR, code


# Known wherever a sentence of the kind is made; what `says` names, its finder gives.
_GIVEN: Mapping[str, set[str]] = {"client": set(), "ask": {"file", "remedy"}}


@pytest.mark.parametrize("kind", _GIVEN)
def test_sentences_for_clients_ask_for_no_more_than_is_known(kind: str) -> None:
    for code in ProblemCode:
        known = {"value", "item", *_GIVEN[kind]}
        for texts in texts_of(code, "says", "todo"):
            known = known.union(*map(placeholders, texts.values()))
        for text in texts_of(code, kind)[0].values():
            assert placeholders(text) <= known, code


@pytest.mark.parametrize("lang", Lang)
def test_the_client_gets_the_sentences_that_are_for_him(lang: Lang) -> None:
    for code in ProblemCode:
        advice, request = texts_of(code, *_GIVEN)
        problem = make_problem(code, (advice, request), lang)
        if advice:
            said = problems.client_advice(problem, lang)
            assert placeholders(advice[lang.value]) == parts_in(said), code
        said = problems.client_request(problem, lang, "<file>")
        wanted = placeholders(request[lang.value]) - {"remedy"} if request else set()
        assert parts_in(said) == wanted, code
        assert bool(said) is bool(request), code


@pytest.mark.parametrize("lang", Lang)
def test_kinds_of_files_are_named_as_people_name_them(lang: Lang) -> None:
    for kind in ("pdf", "image", "archive", "document", "xlsb", "html", "unknown"):
        problem = Problem(ProblemCode.WRONG_FORMAT, value=kind, details=(("kind", kind),))
        assert Wording(lang)(f"problem.kind.{kind}") in problems.problem_message(problem, lang)
