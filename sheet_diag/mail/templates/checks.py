"""What is wrong with a letter that a firm has written, line by line, before anything is sent.

A letter is read, its words are compared with those that its kind has, and it is written once with
all of them and once with as few as there can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from sheet_diag.mail.templates.files import SIGNATURE, Fault, LetterError, Source
from sheet_diag.mail.templates.html import Frame, frame_environment
from sheet_diag.mail.templates.render import Template, Written, environment
from sheet_diag.mail.templates.variables import kinds_with, names_of
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailKind

FRAME_WORDS: Final = ("lang", "subject", "firm", "body", "signature")

_NEEDED_IN_FRAME: Final = ("lang", "body", "signature")
_FETCHING: Final = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_COMPANY: Final = "<company>"
_HEAD: Final = re.compile(r"(?:\s|\{#.*?#\})*", re.DOTALL)
_FLAGS: Final = ("overdue", "previous", "protected", "correcting")
_SEVERAL: Final = 3  # a number, of reminders or of points


def faults_of(source: Source) -> list[Fault]:
    """What is wrong with a letter or the signature."""
    known = names_of(source.kind)
    return _faults_of_words(source, environment(), known) or list(_faults_in_trial(source))


def faults_of_frame(source: Source) -> list[Fault]:
    """What is wrong with the frame."""
    faults = _faults_of_words(source, frame_environment(), FRAME_WORDS)
    if faults:
        return faults
    faults = list(_faults_in_frame_trial(source))
    if faults:
        return faults
    missing = [name for name in _NEEDED_IN_FRAME if not _is_shown(name, source)]
    return [("letter.error.missing", _at(source, 1, name=name)) for name in missing]


def _faults_of_words(source: Source, reader: Environment, known: tuple[str, ...]) -> list[Fault]:
    try:
        tree = reader.parse(source.text)
    except TemplateSyntaxError as error:
        return [("letter.error.syntax", _at(source, error.lineno))]
    filters = list(_unknown_filters(source, tree, reader))
    if filters:  # without them nobody can tell the words
        return filters
    return [
        *(("letter.error.include", _at(source, node.lineno)) for node in tree.find_all(_FETCHING)),
        *_unknown_words(source, tree, known),
    ]


def _unknown_words(source: Source, tree: nodes.Template, known: tuple[str, ...]) -> Iterator[Fault]:
    strange = meta.find_undeclared_variables(tree) - set(known)
    told = set()
    for node in tree.find_all(nodes.Name):
        if node.name in strange and node.name not in told:
            told.add(node.name)
            yield _unknown_word(source, node, known)


def _unknown_word(source: Source, node: nodes.Name, known: tuple[str, ...]) -> Fault:
    kinds = [] if known is FRAME_WORDS else kinds_with(node.name)
    if kinds:
        names = ", ".join(f"{kind}.{source.lang.value}.md" for kind in kinds)
        return "letter.error.not_here", _at(source, node.lineno, name=node.name, others=names)
    parts = {"name": node.name, "near": _near(node.name, known)}
    return "letter.error.unknown", _at(source, node.lineno, **parts)


def _unknown_filters(source: Source, tree: nodes.Template, reader: Environment) -> Iterator[Fault]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        assert isinstance(node, nodes.Filter | nodes.Test)
        known = reader.filters if isinstance(node, nodes.Filter) else reader.tests
        if node.name not in known:
            parts = {"name": node.name, "near": _near(node.name, known)}
            yield "letter.error.filter", _at(source, node.lineno, **parts)


def _faults_in_trial(source: Source) -> Iterator[Fault]:
    for words in (_all_words(source), _few_words(source)):
        try:
            written = Template(source).written(words)
        except LetterError as error:
            yield from error.faults
            return
        faults = [] if source.kind == SIGNATURE else list(_faults_of_letter(source, written, words))
        if faults:
            yield from faults
            return


def _faults_of_letter(
    source: Source, written: Written, words: Mapping[str, object]
) -> Iterator[Fault]:
    """A letter has a subject and names the company; that of the password tells it."""
    try:
        _, body = written.subject_and_body()
    except ValueError:
        yield "letter.error.subject", _at(source, _first_line(source))
        return
    if str(words["company"]) not in body.plain():
        yield "letter.error.missing", _at(source, _first_line(source), name="addressee")
    if source.kind == MailKind.PASSWORD and str(words["password"]) not in body.plain():
        yield "letter.error.missing", _at(source, _first_line(source), name="password")


def _faults_in_frame_trial(source: Source) -> Iterator[Fault]:
    for firm in ("<firm>", ""):
        try:
            Frame(source).around(Lang.JA, "<subject>", firm, Written("."), Written("."))
        except LetterError as error:
            yield from error.faults
            return


def _is_shown(name: str, source: Source) -> bool:
    """Whether the page changes with the word in the way it should."""
    frame = Frame(source)
    if name == "lang":
        pages = {lang: frame.around(lang, "", "", Written("."), Written(".")) for lang in Lang}
        return all(f'lang="{lang.value}"' in page for lang, page in pages.items())
    texts = {each: Written(f"<{each}>") for each in ("body", "signature")}
    return f"&lt;{name}&gt;" in frame.around(Lang.JA, "", "", **texts)


def _all_words(source: Source) -> dict[str, object]:
    special = {"addressee": _COMPANY, **dict.fromkeys(_FLAGS, True)}
    numbers = dict.fromkeys(("number", "points"), _SEVERAL)
    return {name: {**special, **numbers}.get(name, f"<{name}>") for name in names_of(source.kind)}


def _few_words(source: Source) -> dict[str, object]:
    always = {"company": _COMPANY, "addressee": _COMPANY, "password": "<password>"}
    special = {**dict.fromkeys(_FLAGS, False), "number": 1, "points": 0}
    return {name: {**always, **special}.get(name, "") for name in names_of(source.kind)}


def _first_line(source: Source) -> int:
    """The line of the first text; comments stand before it."""
    head = _HEAD.match(source.text)
    return source.text.count("\n", 0, head.end() if head else 0) + 1


def _at(source: Source, line: int, **parts: str) -> dict[str, str]:
    return {"path": source.path, "line": str(line), "text": source.line(line), **parts}


def _near(name: str, known: Iterable[str]) -> str:
    """The nearest of the known names; all of them where none is near."""
    names = sorted(known)
    return ", ".join(get_close_matches(name, names, n=1) or names)
