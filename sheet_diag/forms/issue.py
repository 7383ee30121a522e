"""The client list -> a hearing sheet for each client, to be mailed.

Filled in is what the list knows of the client; the sheet asks to correct what is wrong. What comes
back counts as the client's entry, and where it differs from the list, intake tells.
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
from sheet_diag.forms.hearing_sheet.workbook import (
    PROFILE_SHEET_NUMBER,
    QUESTIONS_SHEET_NUMBER,
    make_hearing_workbook,
)
from sheet_diag.forms.layout import (
    IDENTITY_KEYS,
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QuestionColumn,
)
from sheet_diag.model.catalog import Catalog, FieldKind, ProfileField
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.excel_text import storable_text
from sheet_diag.text.normalize import strip_honorific
from sheet_diag.text.wording import Wording, word_catalog
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
    say = word_catalog(catalog, client.lang)
    return SheetContent(
        catalog,
        say,
        replace(issuer.in_lang(client.lang), deadline=client.due or issuer.deadline),
        Entries(dict(_known_entries(catalog, client))),
        SheetIdentity(catalog.id, catalog.version, client.id or None),
        addressee=_format_addressee(client, say),
        previous=order.previous,
    )


def _known_entries(catalog: Catalog, client: ListedClient) -> Iterator[tuple[str, str]]:
    """Yield the fields that a column of the list answers, and their entries."""
    known = {
        "company": client.company,
        "respondent": strip_honorific(client.contact),
        "title": client.title,
        "email": client.addresses[0] if client.addresses else "",
        "industry": client.industry,
        "employees": client.employees,
    }
    for field in catalog.profile:
        entry = known.get(field.id, "")
        if field.kind in _TEXT_FIELD_KINDS and entry:
            yield field.id, entry
        elif entry in field.by_id:
            yield field.id, field.by_id[entry].label[client.lang]


def _format_addressee(client: ListedClient, say: Wording) -> str:
    """Address the firm where no person is known, else the person under the firm's name."""
    contact = strip_honorific(client.contact)
    if not contact:
        return say("sheet.cover.firm", company=client.company)
    key = "sheet.cover.person.titled" if client.title else "sheet.cover.person"
    return say(key, company=client.company, title=client.title, contact=contact)


class BulkSheetWriter:
    """A writer of sheets of one catalogue for one issuer, whose only entries are the profile's.

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
            return template.copy(texts, [word for _, word in _open_cells(content)])
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
    cells = [cell for cell, _ in _open_cells(content)]
    name = _CLIENT_KEY if content.identity.client else ""
    try:
        return WorkbookTemplate(workbook, TemplateSlots(texts, name, cells))
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
    yield content.previous.as_of.isoformat() if content.previous else ""


def _copy_key(content: SheetContent) -> Hashable:
    """Compute what two sheets must share so that one can be a copy of the other.

    That is which texts are there, which of them are equal, which choices are there, and the
    heights of their rows.
    """
    texts = list(_variable_texts(content))
    lang = content.say.lang
    entries = content.entries.profile
    heights = [
        field_height(each, entries.get(each.id, ""), lang) for each in content.catalog.profile
    ]
    return (
        lang,
        tuple(map(texts.index, texts)),
        tuple(bool(text.strip(" ")) for text in texts),
        frozenset(entries),
        (*heights, addressee_height(content.addressee), lead_height(content)),
    )


def _open_cells(content: SheetContent) -> Iterator[tuple[tuple[int, int, int], str]]:
    """Yield the cells of choices and of last year's answers, and their labels."""
    for row, field in enumerate(content.catalog.profile, PROFILE_FIRST_ROW):
        if field.kind is FieldKind.CHOICE:
            cell = (PROFILE_SHEET_NUMBER, row, PROFILE_LABEL_COLUMN + 1)
            yield cell, content.entries.profile.get(field.id, "")
    if content.previous:
        column = content.at(QuestionColumn.FORMER)
        for item, row in question_rows(content.catalog).items.items():
            text = content.previous_text(content.catalog.items[item])
            yield (QUESTIONS_SHEET_NUMBER, row, column), text


def _text_entries(content: SheetContent) -> Iterator[tuple[ProfileField, str]]:
    for field in content.catalog.profile:
        if field.kind in _TEXT_FIELD_KINDS:
            yield field, content.entries.profile.get(field.id, "")
