"""Every label exists in both languages, is used, and is given what it asks for."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import sheet_diag
from sheet_diag.catalog.errors import CatalogFaultCode
from sheet_diag.forms.layout import QuestionColumn
from sheet_diag.model.basics import Lang, Rank
from sheet_diag.model.catalog import FieldKind, NoteKind
from sheet_diag.model.client_status import Stage
from sheet_diag.model.comparison import Movement
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.portfolio import FollowUp
from sheet_diag.model.results import FindingCode, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text import problems
from sheet_diag.text.wording import Wording, labels

PACKAGE = Path(sheet_diag.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
PARTS = {key.split(".", maxsplit=1)[0] for key in labels()}
_ENUMS: tuple[type[Enum], ...] = (
    ProblemCode, QuestionColumn, CatalogFaultCode, FieldKind, FindingCode, FollowUp, MailKind,
    Movement, NoteKind, Rank,
    Severity, Stage, ReturnStatus,
)  # fmt: skip
_IN_ENUMS = {str(member.value) for enum in _ENUMS for member in enum}
_HALF_WIDTH_KANA = re.compile(r"[\uff61-\uff9f]")
_JAPANESE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


_KEY = re.compile(rf"(?:{'|'.join(PARTS)})\.[A-Za-z_]\w*(?:\.\w+)*")
_FILE = re.compile(r"\.(?:yaml|toml|xlsx|csv|json|py)$")


# --- the texts


@pytest.mark.parametrize("key", sorted(labels()))
def test_both_languages(key: str) -> None:
    texts = labels()[key]
    assert set(texts) == {"ja", "en"}
    assert texts["ja"].strip()
    assert texts["en"].strip()
    assert not _HALF_WIDTH_KANA.search(texts["ja"])
    assert not _JAPANESE.search(texts["en"])
    ja, en = placeholders(texts["ja"]), placeholders(texts["en"])
    assert {name.removesuffix("_ja") for name in ja} == {name.removesuffix("_en") for name in en}


@pytest.mark.parametrize("text", ["はい", "カ", "漢", "（", "、", "ｱ", "・", "　"])
def test_what_counts_as_japanese(text: str) -> None:
    assert _JAPANESE.search(text)


@pytest.mark.parametrize("text", ["◎ ✓ ★ ▼ ◀ ×", "é – ’", "−"])
def test_what_does_not(text: str) -> None:
    assert not _JAPANESE.search(text)


# --- the keys in the source


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def literals(path: Path) -> frozenset[str]:
    """Every string written in a module, parts of f-strings apart."""
    inside = {
        id(part)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    constants = (node for node in ast.walk(tree(path)) if isinstance(node, ast.Constant))
    return frozenset(
        node.value for node in constants if isinstance(node.value, str) and id(node) not in inside
    )


def patterns(path: Path) -> Iterator[tuple[str, ...]]:
    """The fixed parts of every f-string that starts as a key does."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            if str(parts[0]).split(".", maxsplit=1)[0] in PARTS and "." in str(parts[0]):
                yield tuple("\0" if part is None else str(part) for part in parts)


# Modules that are handed the variable part of a key by others.
_WORDS_FROM = {
    "calculation_table.py": [PACKAGE / "model" / "rules.py"],
    "overall_section.py": [PACKAGE / "model" / "rules.py"],
    "labels.py": [PACKAGE / "model" / "rules.py"],
    "token_request.py": [PACKAGE / "mail" / "auth" / "tls.py"],
    "client_list.py": [PACKAGE / "model" / "client_columns.py"],
    "entries.py": [PACKAGE / "model" / "client_columns.py"],
    "reader.py": [PACKAGE / "intake" / "table_file.py"],
    "connecting.py": [PACKAGE / "mail" / "auth" / "tls.py"],
    "due_mails.py": [
        PACKAGE / "mail" / "campaign" / "selection.py",
        PACKAGE / "mail" / "campaign" / "reminders.py",
        PACKAGE / "mail" / "campaign" / "password_mails.py",
    ],
    "problems.py": SOURCES,
    "groups.py": SOURCES,
    "panels.py": SOURCES,
    "output.py": [
        PACKAGE / "pipeline" / name
        for name in (
            "run.py",
            "ingest.py",
            "publish.py",
            "print_pdf.py",
            "execution/dask_executor.py",
        )
    ],
}


@cache
def words(path: Path) -> set[str]:
    """What may stand for a variable part of a key: a word of the module, or of an enum."""
    modules = [path, *_WORDS_FROM.get(path.name, [])]
    found = {text for module in modules for text in literals(module)}
    return {text for text in found if re.fullmatch(r"[A-Za-z0-9_.]+", text)} | _IN_ENUMS


def used(path: Path) -> set[str]:
    """The keys that a module uses, as far as they can be told from its text."""
    keys = set(literals(path) & set(labels()))
    for parts in patterns(path):
        matcher = re.compile("".join("(.+)" if part == "\0" else re.escape(part) for part in parts))
        for key in labels():
            match = matcher.fullmatch(key)
            if match and set(match.groups()) <= words(path):
                keys.add(key)
    return keys


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_key_in_the_source_is_unknown(path: Path) -> None:
    written = {text for text in literals(path) if _KEY.fullmatch(text) and not _FILE.search(text)}
    # The end of a longer key is a key's part: "report.conditions." + "catalog.sha256".
    ends = {each for each in written if any(key.endswith(f".{each}") for key in labels())}
    assert written - ends <= set(labels())
    for parts in patterns(path):
        matcher = re.compile("".join(".+" if part == "\0" else re.escape(part) for part in parts))
        assert any(matcher.fullmatch(each) for each in labels()), "".join(parts)


def test_every_key_is_used() -> None:
    known = set().union(*(used(path) for path in SOURCES))
    assert sorted(set(labels()) - known) == []


def calls(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Calls with a literal key: the key, and the names of the parts that it is given."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            names = {keyword.arg for keyword in node.keywords}
            if node.args[0].value in labels() and None not in names:
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


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_is_told(code: ProblemCode, lang: Lang) -> None:
    texts = {kind: labels().get(f"problem.{code.value}.{kind}") for kind in ("says", "todo")}
    assert texts["says"]
    names = set().union(*(placeholders(text[lang.value]) for text in texts.values() if text))
    details = tuple((name, f"<{name}>") for name in sorted(names - {"value", "item"}))
    problem = Problem(code, item="<item>", value="<value>", details=details)
    said, todo = problems.problem_message(problem, lang), problems.problem_advice(problem, lang)
    assert {name for name in names if f"<{name}>" in said + todo} == names
    assert said
    assert todo or problems.problem_severity(code) is not Severity.ERROR


# Known wherever a sentence of the kind is made; what `says` names, its finder gives.
_GIVEN = {"client": set(), "ask": {"file", "remedy"}}


@pytest.mark.parametrize("kind", _GIVEN)
@pytest.mark.parametrize("code", ProblemCode)
def test_sentences_for_clients_ask_for_no_more_than_is_known(code: ProblemCode, kind: str) -> None:
    known = {"value", "item", *_GIVEN[kind]}
    for name in ("says", "todo"):
        for text in labels().get(f"problem.{code.value}.{name}", {}).values():
            known |= placeholders(text)
    for text in labels().get(f"problem.{code.value}.{kind}", {}).values():
        assert placeholders(text) <= known


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("code", ProblemCode)
def test_the_client_is_told_in_his_words(code: ProblemCode, lang: Lang) -> None:
    texts = {kind: labels().get(f"problem.{code.value}.{kind}", {}) for kind in _GIVEN}
    names = set().union(*(placeholders(text[lang.value]) for text in texts.values() if text))
    details = tuple((name, f"<{name}>") for name in sorted(names))
    problem = Problem(code, item="<item>", value="<value>", details=details)
    if texts["client"]:
        said = problems.client_advice(problem, lang)
        assert placeholders(texts["client"][lang.value]) == _shown(said)
    if texts["ask"]:
        said = problems.client_request(problem, lang, "<file>")
        assert placeholders(texts["ask"][lang.value]) - {"remedy"} == _shown(said)
    else:
        assert problems.client_request(problem, lang, "a.xlsx") == ""


def _shown(text: str) -> set[str]:
    return set(re.findall(r"<(\w+)>", text))


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", ["pdf", "image", "archive", "document", "xlsb", "html", "unknown"])
def test_names_of_ours_are_told_as_people_say_them(kind: str, lang: Lang) -> None:
    problem = Problem(ProblemCode.WRONG_FORMAT, value=kind, details=(("kind", kind),))
    assert Wording(lang)(f"problem.kind.{kind}") in problems.problem_message(problem, lang)
