"""Renders a mail template with the variables of a client, as text and as a page.

Every value that a template puts into the text is marked, so that the plain text shows it as it is
and the HTML knows that nothing in it is Markdown or markup. The page is the text as Markdown in a
frame that Outlook can draw; only what reads well as plain text too is Markdown here: paragraphs,
lists, rules, headings, emphasis, links. Lines break where the text breaks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Final

import jinja2
from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup

from sheet_diag.mail.templates.files import MOST_CHARS, TOO_MUCH, MailTemplateError, TemplateSource
from sheet_diag.model.basics import Lang

# Two code points that Unicode keeps out of every text.
_BEGIN: Final = "\ufdd0"
_END: Final = "\ufdd1"
_MARKS: Final = re.compile(f"[{_BEGIN}{_END}]")

_SUBJECT: Final = re.compile(r"[ \t\u3000]*(?:件名|subject)[ \t\u3000]*[:：](.*)", re.IGNORECASE)
_GAP: Final = re.compile(r"\n(?:[ \t\u3000]*\n){2,}")
_ENDS: Final = re.compile(r"[ \t\u3000]+$", re.MULTILINE)
# What a template may end with.
_FAILURES: Final = (TemplateError, ArithmeticError, TypeError, ValueError, LookupError)
# What would make the two forms of a mail say different things.
_NOT_HERE: Final = ["code", "lheading", "reference", "image", "escape", "entity"]
_VALUE: Final = re.compile(f"{_BEGIN}([^{_BEGIN}{_END}]*){_END}")
_PLACE: Final = re.compile(f"{_BEGIN}([0-9]+){_END}")
# Word, which draws mails in Outlook, takes styles from each element alone.
_STYLES: Final = {
    "p": "margin:0 0 16px 0;",
    "ul": "margin:0 0 16px 0;padding:0 0 0 24px;",
    "ol": "margin:0 0 16px 0;padding:0 0 0 28px;",
    "li": "margin:0 0 4px 0;",
    "a": "color:#0b5394;text-decoration:underline;",
    "hr": "border:0;border-top:1px solid #c8ccd0;margin:16px 0;",
    **dict.fromkeys(
        ("h1", "h2", "h3", "h4", "h5", "h6"),
        "font-size:16px;line-height:1.5;font-weight:bold;margin:8px 0 8px 0;",
    ),
}


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
        return _MARKS.sub("", self.marked)

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
        text = template.render(words)
    except _FAILURES as error:
        fault = source.fault("letter.error.failed", _find_error_line(error))
        raise MailTemplateError([fault]) from error
    except (MemoryError, RecursionError):  # in the process that renders
        text = None
    if text is None or len(text) > MOST_CHARS:
        raise MailTemplateError([source.fault(TOO_MUCH, 1)])
    return text


@cache
def create_text_environment() -> ImmutableSandboxedEnvironment:
    """Create the environment of templates: text and their variables, nothing else."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, finalize=_mark_value, trim_blocks=True, lstrip_blocks=True
    )


def _find_error_line(error: BaseException) -> int:
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
    return text if _BEGIN in text or not text else f"{_BEGIN}{text}{_END}"


class HtmlFrame:
    """The page around the text of every mail."""

    def __init__(self, source: TemplateSource) -> None:
        self._source = source
        self._template = create_frame_environment().from_string(source.text)

    def render_page(
        self, lang: Lang, subject: str, firm: str, body: MarkedText, signature: MarkedText
    ) -> str:
        """Render the whole page. Raises `MailTemplateError` where the frame fails."""
        words = {
            "lang": lang.value,
            "subject": subject,
            "firm": firm,
            "body": Markup(_convert_to_html(body)),
            "signature": Markup(_convert_to_html(signature)),
        }
        return render_template(self._template, words, self._source)


@cache
def create_frame_environment() -> ImmutableSandboxedEnvironment:
    """Create the environment of the frame; what is no HTML of ours is escaped."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def _convert_to_html(written: MarkedText) -> str:
    """Convert a text to HTML, its values as text."""
    values: list[str] = []

    def place(found: re.Match[str]) -> str:
        values.append(found[1])
        return f"{_BEGIN}{len(values) - 1}{_END}"

    text = _VALUE.sub(place, written.marked)
    page: str = _Markdown(values).render(text)
    filled = _PLACE.sub(lambda found: _escape_value(values[int(found[1])]), page)
    return _MARKS.sub("", filled).strip()  # a filter may have cut one of a pair off


def _escape_value(value: str) -> str:
    return escape(value).replace("\n", "<br>")


class _Markdown(MarkdownIt):
    """Markdown in which a value is one character; links are judged with their values."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__("commonmark", {"html": False, "breaks": True})
        self.disable(_NOT_HERE)
        self._values = values

    def parse(self, src: str, env: EnvType | None = None) -> list[Token]:
        """Parse into tokens, each with its style."""
        tokens = super().parse(src, env)
        for token in (*tokens, *(child for each in tokens for child in each.children or ())):
            if token.nesting >= 0 and token.tag in _STYLES:
                token.attrSet("style", _STYLES[token.tag])
        return tokens

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - as the library calls it
        """Format a link with its values; the library judges the result."""
        filled = _PLACE.sub(lambda found: self._values[int(found[1])], url)
        return super().normalizeLink(filled)
