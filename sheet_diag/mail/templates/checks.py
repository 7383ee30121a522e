"""Checks the templates that a firm has written, line by line, before anything is sent.

The words of a template are compared with the variables of its kind; then it is rendered once with
all of them and once with as few as there can be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from sheet_diag.mail.templates.files import (
    FRAME,
    MailTemplateError,
    TemplateSource,
)
from sheet_diag.mail.templates.render import (
    HtmlFrame,
    MailTemplate,
    MarkedText,
    create_frame_environment,
    create_text_environment,
)
from sheet_diag.mail.templates.variables import SIGNATURE, find_kinds_with, list_variables
from sheet_diag.model.basics import Lang, Message
from sheet_diag.model.mail_kinds import MailKind

FRAME_WORDS: Final = ("lang", "subject", "firm", "body", "signature")

_NEEDED_IN_FRAME: Final = ("lang", "body", "signature")
_FETCHING: Final = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_COMPANY: Final = "<company>"
_HEAD: Final = re.compile(r"(?:\s|\{#.*?#\})*", re.DOTALL)
_FLAGS: Final = ("overdue", "previous", "both", "protected", "correcting")
_SEVERAL: Final = 3  # a number, of reminders or of points


def find_template_faults(source: TemplateSource) -> list[Message]:
    """Find what is wrong with a template, the signature or the frame."""
    if source.name == FRAME:
        return _find_frame_faults(source)
    known = list_variables(source.kind)
    return _find_word_faults(source, create_text_environment(), known) or list(
        _find_trial_faults(source)
    )


def _find_frame_faults(source: TemplateSource) -> list[Message]:
    """Find what is wrong with the frame."""
    faults = _find_word_faults(source, create_frame_environment(), FRAME_WORDS)
    if faults:
        return faults
    faults = list(_find_frame_trial_faults(source))
    if faults:
        return faults
    missing = [name for name in _NEEDED_IN_FRAME if not _is_shown(name, source)]
    return [source.fault("letter.error.missing", 1, {"name": name}) for name in missing]


def _find_word_faults(
    source: TemplateSource, reader: Environment, known: tuple[str, ...]
) -> list[Message]:
    try:
        tree = reader.parse(source.text)
    except TemplateSyntaxError as error:
        return [source.fault("letter.error.syntax", error.lineno)]
    filters = list(_find_unknown_filters(source, tree, reader))
    if filters:  # without them the words are unknown
        return filters
    return [
        *(source.fault("letter.error.include", node.lineno) for node in tree.find_all(_FETCHING)),
        *_find_unknown_words(source, tree, known),
    ]


def _find_unknown_words(
    source: TemplateSource, tree: nodes.Template, known: tuple[str, ...]
) -> Iterator[Message]:
    unknown = meta.find_undeclared_variables(tree) - set(known)
    reported = set()
    for node in tree.find_all(nodes.Name):
        if node.name in unknown and node.name not in reported:
            reported.add(node.name)
            yield _unknown_word_fault(source, node, known)


def _unknown_word_fault(
    source: TemplateSource, node: nodes.Name, known: tuple[str, ...]
) -> Message:
    kinds = [] if known is FRAME_WORDS else find_kinds_with(node.name)
    if kinds:
        names = ", ".join(f"{kind}.{source.lang.value}.md" for kind in kinds)
        return source.fault(
            "letter.error.not_here", node.lineno, {"name": node.name, "others": names}
        )
    parts = {"name": node.name, "near": _find_near_names(node.name, known)}
    return source.fault("letter.error.unknown", node.lineno, parts)


def _find_unknown_filters(
    source: TemplateSource, tree: nodes.Template, reader: Environment
) -> Iterator[Message]:
    for node in tree.find_all((nodes.Filter, nodes.Test)):
        assert isinstance(node, nodes.Filter | nodes.Test)
        known = reader.filters if isinstance(node, nodes.Filter) else reader.tests
        if node.name not in known:
            parts = {"name": node.name, "near": _find_near_names(node.name, known)}
            yield source.fault("letter.error.filter", node.lineno, parts)


def _find_trial_faults(source: TemplateSource) -> Iterator[Message]:
    for words in (_create_all_words(source), _create_few_words(source)):
        try:
            written = MailTemplate(source).render(words)
        except MailTemplateError as error:
            yield from error.faults
            return
        faults = [] if source.kind == SIGNATURE else list(_find_text_faults(source, written, words))
        if faults:
            yield from faults
            return


def _find_text_faults(
    source: TemplateSource, written: MarkedText, words: Mapping[str, object]
) -> Iterator[Message]:
    """Require a subject and the company, in a password mail also the password."""
    try:
        _, body = written.subject_and_body()
    except ValueError:
        yield source.fault("letter.error.subject", _find_first_line(source))
        return
    if str(words["company"]) not in body.plain():
        yield source.fault("letter.error.missing", _find_first_line(source), {"name": "addressee"})
    tells_password = MailKind(source.kind).spec.tells_password
    if tells_password and str(words["password"]) not in body.plain():
        yield source.fault("letter.error.missing", _find_first_line(source), {"name": "password"})


def _find_frame_trial_faults(source: TemplateSource) -> Iterator[Message]:
    for firm in ("<firm>", ""):
        try:
            HtmlFrame(source).render_page(
                Lang.JA, "<subject>", firm, MarkedText("."), MarkedText(".")
            )
        except MailTemplateError as error:
            yield from error.faults
            return


def _is_shown(name: str, source: TemplateSource) -> bool:
    """Whether the page shows the word."""
    frame = HtmlFrame(source)
    if name == "lang":
        pages = {
            lang: frame.render_page(lang, "", "", MarkedText("."), MarkedText(".")) for lang in Lang
        }
        return all(f'lang="{lang.value}"' in page for lang, page in pages.items())
    texts = {each: MarkedText(f"<{each}>") for each in ("body", "signature")}
    return f"&lt;{name}&gt;" in frame.render_page(Lang.JA, "", "", **texts)


def _create_all_words(source: TemplateSource) -> dict[str, object]:
    special = {"addressee": _COMPANY, **dict.fromkeys(_FLAGS, True)}
    numbers = dict.fromkeys(("number", "points"), _SEVERAL)
    return {
        name: {**special, **numbers}.get(name, f"<{name}>") for name in list_variables(source.kind)
    }


def _create_few_words(source: TemplateSource) -> dict[str, object]:
    always = {"company": _COMPANY, "addressee": _COMPANY, "password": "<password>"}
    special = {**dict.fromkeys(_FLAGS, False), "number": 1, "points": 0}
    return {name: {**always, **special}.get(name, "") for name in list_variables(source.kind)}


def _find_first_line(source: TemplateSource) -> int:
    """Find the line of the first text, behind the comments."""
    head = _HEAD.match(source.text)
    return source.text.count("\n", 0, head.end() if head else 0) + 1


def _find_near_names(name: str, known: Iterable[str]) -> str:
    """Find the nearest of the known names; all of them where none is near."""
    names = sorted(known)
    return ", ".join(get_close_matches(name, names, n=1) or names)
