"""What a mail says: the firm's own letters, ours where it has none, written for one client.

A letter is one text. The plain part of the mail is that text as it stands, the HTML part is the
same text set by Markdown into a frame, so that neither ever says what the other does not. Knows
nothing of mails: who gets a letter and what is attached is told by the parcel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sheet_diag.mail.templates.checks import faults_of, faults_of_frame
from sheet_diag.mail.templates.files import (
    FRAME,
    SIGNATURE,
    LetterError,
    Source,
    file_name,
    firms_sources,
    our_source,
)
from sheet_diag.mail.templates.html import Frame
from sheet_diag.mail.templates.render import Letter, Template, Written
from sheet_diag.mail.templates.variables import CORRECTING, words_for
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailKind, Parcel
from sheet_diag.model.settings import Issuer

_RULE = "─" * 20


class Letters:
    """The letters of a firm."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the firm's own letters, if it has a folder of them.

        Raises `LetterError` with everything that is wrong with any of them.
        """
        self._firms = firms_sources(folder) if folder else {}
        faults = [fault for source in self._firms.values() for fault in _faults(source)]
        if faults:
            raise LetterError(faults)
        self._templates: dict[Source, Template] = {}
        self._frame: Frame | None = None

    def write(self, parcel: Parcel, issuer: Issuer, today: date) -> Letter:
        """The letter of the parcel, in the client's language. Raises `LetterError` where the firm's
        own letter stumbles over this client."""
        lang = parcel.client.lang
        words = words_for(parcel, issuer, today)
        letter = self._template(self._source_for(parcel)).written(words)
        signature = self._template(self._source(file_name(SIGNATURE, lang))).written(words)
        subject, body = letter.subject_and_body()
        foot = f"\n{_RULE}\n{signature.plain()}\n" if signature.marked else ""
        text = f"{body.plain()}\n{foot}"
        html = self._framed(lang, subject.plain(), issuer, body, signature)
        return Letter(subject.plain(), text, html)

    def _source_for(self, parcel: Parcel) -> Source:
        """A reminder of the firm's own that knows of no corrections is none of a correction."""
        name = file_name(parcel.kind.value, parcel.client.lang)
        source = self._source(name)
        reminds_of_correction = parcel.kind is MailKind.REMINDER and parcel.corrects
        if reminds_of_correction and not self._template(source).uses(CORRECTING):
            return our_source(name)
        return source

    def _template(self, source: Source) -> Template:
        if source not in self._templates:
            self._templates[source] = Template(source)
        return self._templates[source]

    def _framed(
        self, lang: Lang, subject: str, issuer: Issuer, body: Written, signature: Written
    ) -> str:
        if self._frame is None:
            self._frame = Frame(self._source(FRAME))
        return self._frame.around(lang, subject, issuer.name, body, signature)

    def _source(self, name: str) -> Source:
        return self._firms.get(name) or our_source(name)


def _faults(source: Source) -> list[tuple[str, dict[str, str]]]:
    check: Callable[[Source], list[tuple[str, dict[str, str]]]]
    check = faults_of_frame if source.name == FRAME else faults_of
    return check(source)
