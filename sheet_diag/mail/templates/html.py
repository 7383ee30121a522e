"""Converts the text of a mail to HTML: Markdown in a frame that Outlook can draw.

Only what reads well as plain text too is Markdown here: paragraphs, lists, rules, headings,
emphasis, links. Lines break where the text breaks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from typing import Final

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType
from markupsafe import Markup

from sheet_diag.mail.templates.files import TemplateSource
from sheet_diag.mail.templates.render import BEGIN, END, MARKS, MarkedText, render_template
from sheet_diag.model.basics import Lang

# What would make the two forms of a mail say different things.
_NOT_HERE: Final = ["code", "lheading", "reference", "image", "escape", "entity"]
_VALUE: Final = re.compile(f"{BEGIN}([^{BEGIN}{END}]*){END}")
_PLACE: Final = re.compile(f"{BEGIN}([0-9]+){END}")
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
            "body": Markup(convert_to_html(body)),
            "signature": Markup(convert_to_html(signature)),
        }
        return render_template(self._template, words, self._source)


@cache
def create_frame_environment() -> ImmutableSandboxedEnvironment:
    """Create the environment of the frame; what is no HTML of ours is escaped."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=True)


def convert_to_html(written: MarkedText) -> str:
    """Convert a text to HTML, its values as text."""
    values: list[str] = []

    def place(found: re.Match[str]) -> str:
        values.append(found[1])
        return f"{BEGIN}{len(values) - 1}{END}"

    text = _VALUE.sub(place, written.marked)
    page: str = _Markdown(values).render(text)
    filled = _PLACE.sub(lambda found: _escape_value(values[int(found[1])]), page)
    return MARKS.sub("", filled).strip()  # a filter may have cut one of a pair off


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
