"""Makes one PDF of a report, in a run and later: the same source gives the same pages."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property

from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.reports.encryption import encrypt_pdf
from sheet_diag.reports.pdf.maker import set_pdf
from sheet_diag.reports.pdf.sources import PdfSource, PdfStyle
from sheet_diag.storage.file_names import pdf_name


@dataclass(frozen=True)
class MadePdf:
    """A PDF as the client gets it; `missing` are the characters that it shows as 〓."""

    content: bytes
    missing: str

    @cached_property
    def sha256(self) -> str:
        """Its digest, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def make_pdf(style: PdfStyle, source: PdfSource, password: str) -> MadePdf | None:
    """Make a PDF that the password opens (empty: open to all); None where that fails."""
    logo = style.logos.get(source.lang)
    try:
        made = set_pdf(source.view, logo=logo, owner=source.owner, font=style.font)
        content = encrypt_pdf(made.content, password) if password else made.content
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # noqa: BLE001 - Typst panics with one of these; it costs this PDF alone
        return None
    return MadePdf(content, made.missing)


def note_pdf(outcome: ReturnOutcome, made: MadePdf | None) -> ReturnOutcome:
    """Note with a report its PDF, or that it could not be made."""
    if made is None:
        problem = Problem(ProblemCode.NOT_PRINTED)
        return replace(outcome, problems=(*outcome.problems, problem))
    problems = outcome.problems
    if made.missing:
        problems = (*problems, Problem(ProblemCode.CHARACTERS_NOT_SHOWN, value=made.missing))
    name = pdf_name(outcome.result or "")
    return replace(outcome, pdf=name, pdf_sha256=made.sha256, problems=problems)
