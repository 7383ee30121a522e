"""The client list -> a hearing sheet for each client, to be mailed.

Filled in is what the firm wrote to: company, person, title, address. All of it the client may
change. Industry and size are not: they count, so the client has to say them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.forms.hearing_sheet.company import field_height
from sheet_diag.forms.hearing_sheet.content import Entries, PreviousAnswers, SheetContent
from sheet_diag.forms.hearing_sheet.cover import addressee_height, deadline_text
from sheet_diag.forms.hearing_sheet.questions import (
    lead_height,
    lead_text,
    question_rows,
    stamp_text,
)
from sheet_diag.forms.hearing_sheet.workbook import QUESTIONS_SHEET_NUMBER, make_hearing_workbook
from sheet_diag.forms.layout import IDENTITY_KEYS, QuestionColumn
from sheet_diag.model.catalog import Catalog, FieldKind, ProfileField
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.excel_text import storable_text
from sheet_diag.text.normalize import strip_honorific
from sheet_diag.text.wording import Wording, word_sheet
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.template import TemplateSlots, WorkbookTemplate

_TEXT_FIELD_KINDS: Final = (
    FieldKind.TEXT,
    FieldKind.EMAIL,
)  # whose entries stand there as they are
_MAX_TEMPLATES: Final = 128  # each takes some 150 KB
_CLIENT_KEY: Final = IDENTITY_KEYS[2]


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """A sheet to be made, with last year's answers beside the new ones where they are known."""

    client: ListedClient
    previous: PreviousAnswers | None = None


def issue_sheets(catalog: Catalog, issuer: Issuer, orders: Iterable[SheetOrder]) -> Iterator[bytes]:
    """Make a workbook for each order, as they are asked for; the same order, the same bytes."""
    writer = BulkSheetWriter()
    for order in orders:
        yield writer.sheet(make_sheet_content(catalog, issuer, order))


def make_sheet_content(catalog: Catalog, issuer: Issuer, order: SheetOrder) -> SheetContent:
    """Collect what the sheet of an order is made from."""
    client = order.client
    say = word_sheet(catalog, client.lang)
    return SheetContent(
        catalog,
        say,
        replace(issuer.in_lang(client.lang), deadline=client.due or issuer.deadline),
        Entries(_profile_entries(catalog, client)),
        SheetIdentity(catalog.id, catalog.version, client.id or None),
        addressee=_format_addressee(client, say),
        previous=order.previous,
    )


def _profile_entries(catalog: Catalog, client: ListedClient) -> dict[str, str]:
    known = {
        "company": client.company,
        "respondent": strip_honorific(client.contact),
        "title": client.title,
        "email": client.addresses[0] if client.addresses else "",
    }
    fields = {field.id for field in catalog.profile if field.kind in _TEXT_FIELD_KINDS}
    return {name: entry for name, entry in known.items() if entry and name in fields}


def _format_addressee(client: ListedClient, say: Wording) -> str:
    """Address the firm where no person is known, else the person under the firm's name."""
    contact = strip_honorific(client.contact)
    if not contact:
        return say("sheet.cover.firm", company=client.company)
    key = "sheet.cover.person.titled" if client.title else "sheet.cover.person"
    return say(key, company=client.company, title=client.title, contact=contact)


class BulkSheetWriter:
    """A writer of sheets of one catalogue for one issuer, whose only entries are profile texts.

    Deadlines may differ.
    """

    def __init__(self) -> None:
        self._templates: dict[Hashable, WorkbookTemplate] = {}

    def sheet(self, content: SheetContent) -> bytes:
        """Make a workbook: the same bytes as those of `make_hearing_workbook`."""
        texts = [text for text in _variable_texts(content) if text]
        if not all(storable_text(text) == text for text in texts):
            return make_hearing_workbook(content)
        key = _copy_key(content)
        template = self._templates.pop(key, None)
        if template is None:
            workbook = make_hearing_workbook(content)
            self._keep(key, _make_template(workbook, content, texts))
            return workbook
        self._keep(key, template)
        if all(map(template.is_free, texts)):
            return template.copy(texts, [word for _, word in _previous_cells(content)])
        return make_hearing_workbook(content)

    def _keep(self, key: Hashable, template: WorkbookTemplate | None) -> None:
        """Keep a template as the one that was used last."""
        if template:
            self._templates[key] = template
        if len(self._templates) > _MAX_TEMPLATES:
            del self._templates[next(iter(self._templates))]


def _make_template(
    workbook: bytes, content: SheetContent, texts: Sequence[str]
) -> WorkbookTemplate | None:
    """Make a template of a workbook; None where a text of the client is also one of ours."""
    cells = [cell for cell, _ in _previous_cells(content)]
    name = _CLIENT_KEY if content.identity.client else ""
    try:
        return WorkbookTemplate(workbook, TemplateSlots(texts, name, QUESTIONS_SHEET_NUMBER, cells))
    except WorkbookError:
        return None


def _variable_texts(content: SheetContent) -> Iterator[str]:
    """Yield the texts that differ, the client's id first; empty where nothing stands."""
    yield content.identity.client or ""
    yield stamp_text(content)
    for _, entry in _text_entries(content):
        yield entry
    yield content.addressee
    yield deadline_text(content)
    yield lead_text(content) if content.previous else ""


def _copy_key(content: SheetContent) -> Hashable:
    """Compute what two sheets must share so that one can be a copy of the other.

    That is which texts are there, which of them are equal, and the heights of their rows.
    """
    texts = list(_variable_texts(content))
    lang = content.say.lang
    heights = [field_height(field, entry, lang) for field, entry in _text_entries(content)]
    return (
        lang,
        tuple(map(texts.index, texts)),
        tuple(bool(text.strip(" ")) for text in texts),
        (*heights, addressee_height(content.addressee), lead_height(content)),
    )


def _previous_cells(content: SheetContent) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the cells of last year's answers, and their labels."""
    if content.previous:
        column = content.at(QuestionColumn.FORMER)
        for item, row in question_rows(content.catalog).items.items():
            yield (row, column), content.previous_text(content.catalog.items[item])


def _text_entries(content: SheetContent) -> Iterator[tuple[ProfileField, str]]:
    for field in content.catalog.profile:
        if field.kind in _TEXT_FIELD_KINDS:
            yield field, content.entries.profile.get(field.id, "")
