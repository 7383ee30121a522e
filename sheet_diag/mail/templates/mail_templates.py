"""Writes the text of a mail from the firm's own template, or from ours where it has none.

The plain part of a mail is the text as it stands, the HTML part is the same text as Markdown in a
frame, so that neither says what the other does not.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sheet_diag.mail.templates.checks import find_template_faults
from sheet_diag.mail.templates.files import (
    FRAME,
    MailTemplateError,
    TemplateSource,
    format_template_name,
    load_custom_templates,
    load_default_template,
)
from sheet_diag.mail.templates.render import HtmlFrame, MailTemplate, MailText
from sheet_diag.mail.templates.variables import CORRECTING, SIGNATURE, build_variables
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.settings import Issuer

_RULE = "─" * 20


class MailTemplates:
    """The mail templates of a firm."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the firm's own templates, if it has a folder of them.

        Raises `MailTemplateError` with everything that is wrong with any of them.
        """
        self._custom = load_custom_templates(folder) if folder else {}
        faults = [fault for each in self._custom.values() for fault in find_template_faults(each)]
        if faults:
            raise MailTemplateError(faults)
        self._templates: dict[TemplateSource, MailTemplate] = {}
        self._frame = HtmlFrame(self._source(FRAME))

    def write(self, mail: OutgoingMail, issuer: Issuer, today: date) -> MailText:
        """Write the text of a mail in the client's language.

        Raises `MailTemplateError` where the firm's own template fails for this client.
        """
        lang = mail.client.lang
        variables = build_variables(mail, issuer, today)
        subject, body = self._choose(mail).render(variables).subject_and_body()
        source = self._source(format_template_name(SIGNATURE, lang))
        signature = self._template(source).render(variables)
        foot = f"\n{_RULE}\n{signature.plain()}\n" if signature.marked else ""
        html = self._frame.render_page(lang, subject.plain(), issuer.name, body, signature)
        return MailText(subject.plain(), f"{body.plain()}\n{foot}", html)

    def _choose(self, mail: OutgoingMail) -> MailTemplate:
        """Choose a template; a firm's own reminder without corrections is not used for them."""
        name = format_template_name(mail.kind.value, mail.client.lang)
        template = self._template(self._source(name))
        if mail.repeats_correction and not template.uses(CORRECTING):
            return self._template(load_default_template(name))
        return template

    def _template(self, source: TemplateSource) -> MailTemplate:
        if source not in self._templates:
            self._templates[source] = MailTemplate(source)
        return self._templates[source]

    def _source(self, name: str) -> TemplateSource:
        return self._custom.get(name) or load_default_template(name)
