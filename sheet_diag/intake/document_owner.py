"""Read what a document of ours says of itself: what it is, whose, in which language.

Opened as carefully as a return, with one password and no other: it comes out of a mail, and may
be anything. Reports what stands there, never whether that is right.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sheet_diag.forms.layout import (
    COMPANY_KEY,
    IDENTITY_KEYS,
    LANG_KEY,
    PLAN_KEYS,
    company_property,
    unpack_owner,
)
from sheet_diag.intake.cells import (
    RefusedError,
    WorkbookContent,
    check_size,
    unreadable_file_error,
    wrong_format_error,
)
from sheet_diag.intake.file_types import FileKind, detect_file_kind
from sheet_diag.intake.open_workbook import OpenedWorkbook, open_workbook_bytes, read_workbook
from sheet_diag.intake.returns.reader import read_return
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.mail_kinds import DocumentKind
from sheet_diag.model.returns import Problem, ProblemCode, ReturnedSheet
from sheet_diag.model.settings import IntakeSettings, Limits, Passwords

__all__ = ["DocumentOwner", "RefusedError", "read_document_owner"]

_CATALOG_KEY, _, _CLIENT_KEY = IDENTITY_KEYS
_, _PLAN_CLIENT_KEY, _PLAN_NAME_KEY = PLAN_KEYS
_PLAN_ROWS: Final = 40  # the keys of the plan stand among the first rows of its sheet


@dataclass(frozen=True, slots=True)
class DocumentOwner:
    """What a document says of itself; empty where it says nothing.

    Every place that tells a client or a company counts: more than one entry is a contradiction.
    `companies` are as `layout.company_property` writes them. `protected` tells that it opened
    with the password and does not without.
    """

    document: DocumentKind
    catalogs: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    lang: str = ""
    protected: bool = False


def read_document_owner(
    content: bytes, name: str, catalog: Catalog, limits: Limits, password: str = ""
) -> DocumentOwner:
    """Read a document called `name`. Raises `RefusedError` where it cannot be read, does not open
    with the password (empty: none), or is no document that we write."""
    check_size(len(content), limits)
    if detect_file_kind(content, name) is FileKind.PDF:
        return _owner_of_pdf(content, password)
    opened = open_workbook_bytes(content, "", IntakeSettings(limits, _single_password(password)))
    if opened.kind is not FileKind.XLSX:
        raise wrong_format_error(opened.kind.value)
    return _owner_of_workbook(opened, catalog, limits)


def _single_password(password: str) -> Passwords:
    return Passwords((password,) if password else ())


def _owner_of_workbook(opened: OpenedWorkbook, catalog: Catalog, limits: Limits) -> DocumentOwner:
    book = read_workbook(opened, limits)
    sheet, problems = read_return(book, catalog)
    codes = {problem.code: problem for problem in problems}
    if ProblemCode.OWN_OUTPUT in codes:
        return _owner_of_properties(book.properties, opened.password_used, book)
    if sheet is None:
        foreign = codes.get(ProblemCode.FOREIGN_CATALOG)
        catalogs = _distinct(foreign.value or "") if foreign else ()
        return DocumentOwner(DocumentKind.OTHER, catalogs=catalogs, protected=opened.password_used)
    return _owner_of_sheet(sheet, codes, protected=opened.password_used)


def _owner_of_sheet(
    sheet: ReturnedSheet, codes: Mapping[ProblemCode, Problem], *, protected: bool
) -> DocumentOwner:
    """Read a hearing sheet, which says it in three places and in the cell of the company."""
    identity, disagreement = sheet.identity, codes.get(ProblemCode.IDENTITY_DISAGREES)
    clients = _distinct(identity.client or "")
    if disagreement:
        clients = _distinct(*clients, *(disagreement.value or "").split(", "))
    return DocumentOwner(
        document=DocumentKind.CORRECTION if sheet.replaces else DocumentKind.SHEET,
        catalogs=_distinct(identity.catalog or ""),
        clients=clients,
        companies=_distinct(company_property(sheet.name)),
        lang=sheet.lang.value,
        protected=protected,
    )


def _owner_of_properties(
    properties: Mapping[str, str], protected: bool, book: WorkbookContent | None = None
) -> DocumentOwner:
    """Read a report, which says it in its properties; a workbook again, beside its plan."""
    client, company = properties.get(_CLIENT_KEY, ""), properties.get(COMPANY_KEY, "")
    again = dict(_plan_keys(book)) if book else {}
    # A portfolio has the mark of our output and no language: it is nobody's report.
    is_report = bool(properties.get(LANG_KEY)) or _PLAN_NAME_KEY in again
    return DocumentOwner(
        document=DocumentKind.REPORT if is_report else DocumentKind.OTHER,
        catalogs=_distinct(properties.get(_CATALOG_KEY, "")),
        clients=_distinct(client, again.get(_PLAN_CLIENT_KEY, "")),
        companies=_distinct(company, company_property(again.get(_PLAN_NAME_KEY, ""))),
        lang=properties.get(LANG_KEY, ""),
        protected=protected,
    )


def _plan_keys(book: WorkbookContent) -> Iterator[tuple[str, str]]:
    for grid in book.grids:
        for cells in grid.rows[:_PLAN_ROWS]:
            for key, value in pairwise(cells):
                if key in PLAN_KEYS:
                    yield key, value.strip()


def _distinct(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _owner_of_pdf(content: bytes, password: str) -> DocumentOwner:
    """Read a PDF; one that opens without a password is open to all, whatever it claims."""
    from pypdf import PdfReader  # here: it loads slowly

    try:
        file = PdfReader(io.BytesIO(content))
        locked = file.is_encrypted and not file.decrypt("")
        opens = not locked or (bool(password) and bool(file.decrypt(password)))
        facts: Mapping[str, object] = (file.metadata or {}) if opens else {}
        properties = {str(key).removeprefix("/"): str(text) for key, text in facts.items()}
    except MemoryError:
        raise
    except Exception as error:  # the library raises all sorts on a damaged file
        raise unreadable_file_error(error) from error
    if not opens:
        raise RefusedError(
            Problem(ProblemCode.PASSWORD_WRONG if password else ProblemCode.PASSWORD_NEEDED)
        )
    properties |= unpack_owner(properties.get("Keywords", ""))
    return _owner_of_properties(properties, locked)
