"""What is wrong with a letter that a firm has written, line by line, before anything is sent.

A letter is read, its words are compared with those that its kind has, and it is written once with
all of them and once with as few as there can be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final

from jinja2 import Environment, TemplateError, TemplateSyntaxError, meta, nodes

from sheet_diag.letters.pages import Frame, frame_environment
from sheet_diag.letters.sources import SIGNATURE, Fault, LetterError, Source
from sheet_diag.letters.texts import Template, Written, environment
from sheet_diag.letters.variables import kinds_with, names_of
from sheet_diag.model.post import MailKind

FRAME_WORDS: Final = ("lang", "subject", "firm", "body", "signature")

_NEEDED_IN_FRAME: Final = ("lang", "body", "signature")
_FETCHING: Final = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
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
    used = meta.find_undeclared_variables(frame_environment().parse(source.text))
    missing = [name for name in _NEEDED_IN_FRAME if name not in used]
    faults = [("letter.error.missing", _at(source, 1, name=name)) for name in missing]
    return faults or list(_faults_in_frame_trial(source))


def _faults_of_words(source: Source, reader: Environment, known: tuple[str, ...]) -> list[Fault]:
    try:
        tree = reader.parse(source.text)
    except TemplateSyntaxError as error:
        return [("letter.error.syntax", _at(source, error.lineno))]
    return [
        *(("letter.error.include", _at(source, node.lineno)) for node in tree.find_all(_FETCHING)),
        *_unknown_words(source, tree, known),
        *_unknown_filters(source, tree, reader),
    ]


def _unknown_words(
    source: Source, tree: nodes.Template, known: tuple[str, ...]
) -> Iterator[Fault]:
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


def _unknown_filters(
    source: Source, tree: nodes.Template, reader: Environment
) -> Iterator[Fault]:
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
        if source.kind != SIGNATURE:
            yield from _faults_of_letter(source, written, words)
            return


def _faults_of_letter(
    source: Source, written: Written, words: dict[str, object]
) -> Iterator[Fault]:
    """A letter has a subject, names the company, and that of the password tells it."""
    try:
        _, body = written.subject_and_body()
    except ValueError:
        yield "letter.error.subject", _at(source, _first_line(source))
        return
    needed = ["company"] + ["password"] * (source.kind == MailKind.PASSWORD)
    for name in needed:
        if str(words[name]) not in body.plain():
            shown = "addressee" if name == "company" else name
            yield "letter.error.missing", _at(source, _first_line(source), name=shown)


def _faults_in_frame_trial(source: Source) -> Iterator[Fault]:
    from sheet_diag.model.basics import Lang

    try:
        Frame(source).around(Lang.JA, "", "", Written("."), Written("."))
    except TemplateError:
        yield "letter.error.syntax", _at(source, 1)


def _all_words(source: Source) -> dict[str, object]:
    flags = {"overdue": True, "previous": True, "number": _SEVERAL, "points": _SEVERAL}
    words = {name: flags.get(name, f"<{name}>") for name in names_of(source.kind)}
    words["addressee"] = f"{words['company']}"
    return words


def _few_words(source: Source) -> dict[str, object]:
    always = {"company": "<company>", "addressee": "<company>", "password": "<password>"}
    flags = {"overdue": False, "previous": False, "number": 1, "points": 0}
    return {name: {**always, **flags}.get(name, "") for name in names_of(source.kind)}


def _first_line(source: Source) -> int:
    """The first line that holds text; comments come before it."""
    ...
