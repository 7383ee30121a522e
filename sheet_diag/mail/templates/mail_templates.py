"""Writes the text of a mail from the firm's own template, or from ours where it has none.

The plain part of a mail is the text as it stands, the HTML part is the same text as Markdown in a
frame, so that neither says what the other does not. A firm's own templates are programs: they are
read and rendered in a process that has little time and memory.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from sheet_diag.mail.templates.checks import find_template_faults
from sheet_diag.mail.templates.files import (
    FRAME,
    TOO_MUCH,
    MailTemplateError,
    TemplateSource,
    format_template_name,
    load_custom_templates,
    load_default_template,
    word_templates,
)
from sheet_diag.mail.templates.render import HtmlFrame, MailTemplate, MailText
from sheet_diag.mail.templates.variables import CORRECTING, SIGNATURE, build_variables
from sheet_diag.model.basics import Message
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.record import Text
from sheet_diag.model.settings import Issuer, Limits

if TYPE_CHECKING:
    from sheet_diag.pipeline.execution.workers import Workers

_RULE: Final = "─" * 20
_LIMITS: Final = Limits(seconds=20, memory=1_024)

_In = TypeVar("_In")
_Out = TypeVar("_Out")
_Sources = tuple[TemplateSource, ...]
_LetterJob = tuple[_Sources, Text | None, OutgoingMail, Issuer, date]


class MailTemplates:
    """The mail templates of a firm."""

    def __init__(self, folder: Path | None = None, catalog: Catalog | None = None) -> None:
        """Read the firm's own templates, if it has a folder of them.

        What the catalogue says stands in place of ours, the firm's own in place of both. Raises
        `MailTemplateError` with everything that is wrong with any of them.
        """
        custom = word_templates(catalog.mails if catalog else {})
        custom |= load_custom_templates(folder) if folder else {}
        self._custom: _Sources = tuple(custom.values())
        self._survey = catalog.survey if catalog else None
        faults: list[Message] = []
        for source in self._custom:
            faults += _call_worker(_find_faults, source, source)
        if faults:
            raise MailTemplateError(faults)

    def write(self, mail: OutgoingMail, issuer: Issuer, today: date) -> MailText:
        """Write the text of a mail in the client's language.

        Raises `MailTemplateError` where the firm's own template fails for this client.
        """
        if not self._custom:
            return _load_templates((), self._survey).write(mail, issuer, today)
        job = (self._custom, self._survey, mail, issuer, today)
        written = _call_worker(_write, job, _blame(self._custom, mail))
        if isinstance(written, list):
            raise MailTemplateError(written)
        return written


# --- the process


def _call_worker(
    task: Callable[[bool, _In], _Out], entry: _In, blamed: TemplateSource
) -> _Out | list[Message]:
    """Do a task; where it takes too much, return the fault of the template that is blamed."""
    from sheet_diag.pipeline.execution.workers import WorkerDied

    (done,) = _start_worker().map(task, [entry])
    return [blamed.fault(TOO_MUCH, 1)] if isinstance(done, WorkerDied) else done


@cache
def _start_worker() -> Workers[bool]:
    """Start the process, which ends with this one."""
    from sheet_diag.pipeline.execution.workers import WorkerProcesses, Workers

    process = WorkerProcesses(1, True, _LIMITS).__enter__()
    atexit.register(process.shutdown, cancel_futures=True)
    return Workers(process)


def _find_faults(_: bool, source: TemplateSource) -> list[Message]:
    try:
        return find_template_faults(source)
    except (RecursionError, MemoryError, SyntaxError):  # blocks in blocks in blocks
        return [source.fault(TOO_MUCH, 1)]


def _write(_: bool, job: _LetterJob) -> MailText | list[Message]:
    custom, survey, mail, issuer, today = job
    try:
        return _load_templates(custom, survey).write(mail, issuer, today)
    except MailTemplateError as error:
        return list(error.faults)
    except ValueError:
        return [_blame(custom, mail).fault("letter.error.subject", 1)]


def _blame(custom: _Sources, mail: OutgoingMail) -> TemplateSource:
    """Choose the template that is told where nobody knows which one failed."""
    return next((each for each in custom if each.kind == mail.kind), custom[0])


# --- the texts


@cache
def _load_templates(custom: _Sources, survey: Text | None) -> _Templates:
    return _Templates({source.name: source for source in custom}, survey)


class _Templates:
    """The firm's own templates by name, and ours in place of all others."""

    def __init__(self, custom: dict[str, TemplateSource], survey: Text | None) -> None:
        self._custom = custom
        self._survey = survey
        self._templates: dict[TemplateSource, MailTemplate] = {}
        self._frame = HtmlFrame(self._source(FRAME))

    def write(self, mail: OutgoingMail, issuer: Issuer, today: date) -> MailText:
        """Write the text of a mail. Raises `MailTemplateError`."""
        lang = mail.client.lang
        issuer = issuer.in_lang(lang)
        variables = build_variables(mail, issuer, today, self._survey)
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
