"""A template and the words of a client -> the text of a letter.

Every value that a template puts into the text is marked as such, so that the plain text can show it
as it is and the HTML can be sure that nothing in it is Markdown or markup.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import jinja2
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from sheet_diag.mail.templates.files import MailTemplateError, TemplateSource

# Two code points that Unicode keeps out of every text.
BEGIN: Final = "\ufdd0"
END: Final = "\ufdd1"
MARKS: Final = re.compile(f"[{BEGIN}{END}]")

_SUBJECT: Final = re.compile(r"[ \t\u3000]*(?:件名|subject)[ \t\u3000]*[:：](.*)", re.IGNORECASE)
_GAP: Final = re.compile(r"\n(?:[ \t\u3000]*\n){2,}")
_ENDS: Final = re.compile(r"[ \t\u3000]+$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class MailText:
    """What a mail says: its subject, and one text in both forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text whose values stand between marks."""

    marked: str

    def plain(self) -> str:
        """The text as people read it."""
        return MARKS.sub("", self.marked)

    def subject_and_body(self) -> tuple[MarkedText, MarkedText]:
        """The first line, and all below it. Raises `ValueError` where the first is no subject."""
        first, _, rest = self.marked.partition("\n")
        found = _SUBJECT.fullmatch(first)
        if not found or not MarkedText(found[1]).plain().strip():
            raise ValueError("no subject")
        return MarkedText(found[1].strip()), MarkedText(rest.strip("\n"))


class MailTemplate:
    """A letter that is ready to be written."""

    def __init__(self, source: TemplateSource) -> None:
        self._source = source
        self._template = create_text_environment().from_string(source.text)

    def uses(self, word: str) -> bool:
        """Whether the word is anywhere in it, be it in a condition."""
        return word in meta.find_undeclared_variables(
            create_text_environment().parse(self._source.text)
        )

    def written(self, words: Mapping[str, object]) -> MarkedText:
        """The text for a client. Raises `MailTemplateError` where the template stumbles."""
        text = render_template(self._template, words, self._source)
        return MarkedText(_GAP.sub("\n\n", _ENDS.sub("", text)).strip("\n"))


def render_template(
    template: jinja2.Template, words: Mapping[str, object], source: TemplateSource
) -> str:
    """The template with its words. Raises `MailTemplateError` where it stumbles."""
    try:
        return template.render(words)
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        line = find_error_line(error)
        parts = {"path": source.path, "line": str(line), "text": source.line(line)}
        raise MailTemplateError([("letter.error.failed", parts)]) from error


@cache
def create_text_environment() -> ImmutableSandboxedEnvironment:
    """How templates are read: nothing but text and the words that they are given."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_mark_value, trim_blocks=True, lstrip_blocks=True
    )


def find_error_line(error: BaseException) -> int:
    """The line of the template where it went wrong; 1 where nobody knows."""
    lines = [1]
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[-1]


def _mark_value(value: Any) -> str:
    """The value between marks; what holds marks already is a text of the template's own making."""
    text = str(value)
    return text if BEGIN in text or not text else f"{BEGIN}{text}{END}"
