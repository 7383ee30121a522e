"""Writes the text of a mail from the firm's own template, or from ours where it has none.

The plain part of a mail is the text as it stands, the HTML part is the same text as Markdown in a
frame, so that neither says what the other does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sheet_diag.mail.templates.checks import find_frame_faults, find_template_faults
from sheet_diag.mail.templates.files import (
    FRAME,
    SIGNATURE,
    MailTemplateError,
    TemplateSource,
    format_template_name,
    load_custom_templates,
    load_default_template,
)
from sheet_diag.mail.templates.html import HtmlFrame
from sheet_diag.mail.templates.render import MailTemplate, MailText, MarkedText
from sheet_diag.mail.templates.variables import CORRECTING, build_variables
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.settings import Issuer

_RULE = "─" * 20


class MailTemplates:
    """The mail templates of a firm."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the firm's own templates, if it has a folder of them.

        Raises `MailTemplateError` with everything that is wrong with any of them.
        """
        self._firms = load_custom_templates(folder) if folder else {}
        faults = [fault for source in self._firms.values() for fault in _find_faults(source)]
        if faults:
            raise MailTemplateError(faults)
        self._templates: dict[TemplateSource, MailTemplate] = {}
        self._frame: HtmlFrame | None = None

    def write(self, mail: OutgoingMail, issuer: Issuer, today: date) -> MailText:
        """The letter of the mail, in the client's language. Raises `MailTemplateError` where the
        firm's
        own letter stumbles over this client."""
        lang = mail.client.lang
        words = build_variables(mail, issuer, today)
        letter = self._template(self._source_for(mail)).written(words)
        signature = self._template(self._source(format_template_name(SIGNATURE, lang))).written(
            words
        )
        subject, body = letter.subject_and_body()
        foot = f"\n{_RULE}\n{signature.plain()}\n" if signature.marked else ""
        text = f"{body.plain()}\n{foot}"
        html = self._framed(lang, subject.plain(), issuer, body, signature)
        return MailText(subject.plain(), text, html)

    def _source_for(self, mail: OutgoingMail) -> TemplateSource:
        """A reminder of the firm's own that knows of no corrections is none of a correction."""
        name = format_template_name(mail.kind.value, mail.client.lang)
        source = self._source(name)
        if mail.repeats_correction and not self._template(source).uses(CORRECTING):
            return load_default_template(name)
        return source

    def _template(self, source: TemplateSource) -> MailTemplate:
        if source not in self._templates:
            self._templates[source] = MailTemplate(source)
        return self._templates[source]

    def _framed(
        self, lang: Lang, subject: str, issuer: Issuer, body: MarkedText, signature: MarkedText
    ) -> str:
        if self._frame is None:
            self._frame = HtmlFrame(self._source(FRAME))
        return self._frame.render_page(lang, subject, issuer.name, body, signature)

    def _source(self, name: str) -> TemplateSource:
        return self._firms.get(name) or load_default_template(name)


def _find_faults(source: TemplateSource) -> list[tuple[str, dict[str, str]]]:
    check: Callable[[TemplateSource], list[tuple[str, dict[str, str]]]]
    check = find_frame_faults if source.name == FRAME else find_template_faults
    return check(source)
