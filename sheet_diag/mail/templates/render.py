"""Renders a mail template with the variables of a client.

Every value that a template puts into the text is marked, so that the plain text shows it as it is
and the HTML knows that nothing in it is Markdown or markup.
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
    """The subject of a mail, and its text in both forms."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text whose values stand between marks."""

    marked: str

    def plain(self) -> str:
        """Return the text as people read it."""
        return MARKS.sub("", self.marked)

    def subject_and_body(self) -> tuple[MarkedText, MarkedText]:
        """Split off the subject. Raises `ValueError` where the first line is none."""
        first, _, rest = self.marked.partition("\n")
        found = _SUBJECT.fullmatch(first)
        if not found or not MarkedText(found[1]).plain().strip():
            raise ValueError("no subject")
        return MarkedText(found[1].strip()), MarkedText(rest.strip("\n"))


class MailTemplate:
    """A template that is ready to be rendered."""

    def __init__(self, source: TemplateSource) -> None:
        self._source = source
        self._template = create_text_environment().from_string(source.text)

    def uses(self, word: str) -> bool:
        """Whether the word is anywhere in it, also in a condition."""
        return word in meta.find_undeclared_variables(
            create_text_environment().parse(self._source.text)
        )

    def render(self, words: Mapping[str, object]) -> MarkedText:
        """Render the text for a client. Raises `MailTemplateError` where the template fails."""
        text = render_template(self._template, words, self._source)
        return MarkedText(_GAP.sub("\n\n", _ENDS.sub("", text)).strip("\n"))


def render_template(
    template: jinja2.Template, words: Mapping[str, object], source: TemplateSource
) -> str:
    """Render a template. Raises `MailTemplateError` where it fails."""
    try:
        return template.render(words)
    except (TemplateError, ArithmeticError, TypeError, ValueError, LookupError) as error:
        line = find_error_line(error)
        parts = {"path": source.path, "line": str(line), "text": source.line(line)}
        raise MailTemplateError([("letter.error.failed", parts)]) from error


@cache
def create_text_environment() -> ImmutableSandboxedEnvironment:
    """Create the environment of templates: text and their variables, nothing else."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_mark_value, trim_blocks=True, lstrip_blocks=True
    )


def find_error_line(error: BaseException) -> int:
    """Find the line of the template where it failed; 1 where that is unknown."""
    lines = [1]
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    return lines[-1]


def _mark_value(value: Any) -> str:
    """Put a value between marks, unless the template made it of marked values."""
    text = str(value)
    return text if BEGIN in text or not text else f"{BEGIN}{text}{END}"
