"""The client list -> a hearing sheet for each client, to be mailed.

Filled in is what the firm wrote to: company, person, title, address. All of it the client may
change. Industry and size are not: they count, so the client has to say them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sheet_diag.forms.bulk import TEXT_FIELD_KINDS, BulkSheetWriter
from sheet_diag.forms.hearing_sheet.content import Entries, PreviousColumn, SheetContent
from sheet_diag.forms.hearing_sheet.previous_answers import previous_answer_texts
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording

# A list may name people as they are addressed: nobody is 様 twice.
_HONORIFIC: Final = re.compile(r"\s*(?:様|さま|殿|御中)$")


@dataclass(frozen=True, slots=True)
class FormerAnswers:
    """What a client answered on an earlier day: choice ids by item id (None: left open)."""

    as_of: date
    answers: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class SheetOrder:
    """A sheet to be made, with last year's answers beside the new ones where they are known."""

    client: ListedClient
    former: FormerAnswers | None = None


def issue_sheets(catalog: Catalog, issuer: Issuer, orders: Iterable[SheetOrder]) -> Iterator[bytes]:
    """Make a workbook for each order, as they are asked for; the same order, the same bytes."""
    press = BulkSheetWriter()
    for order in orders:
        yield press.sheet(make_sheet_content(catalog, issuer, order))


def make_sheet_content(catalog: Catalog, issuer: Issuer, order: SheetOrder) -> SheetContent:
    """Collect what the sheet of an order is made from."""
    client, former = order.client, order.former
    say = Wording(client.lang)
    return SheetContent(
        catalog,
        say,
        replace(issuer, deadline=client.due or issuer.deadline),
        Entries(_profile_entries(catalog, client)),
        SheetIdentity(catalog.id, catalog.version, client.id or None),
        addressee=_format_addressee(client, say),
        former=PreviousColumn(former.as_of, previous_answer_texts(former.answers, catalog, say))
        if former
        else None,
    )


def _profile_entries(catalog: Catalog, client: ListedClient) -> dict[str, str]:
    known = {
        "company": client.company,
        "respondent": _strip_honorific(client.contact),
        "title": client.title,
        "email": client.addresses[0] if client.addresses else "",
    }
    fields = {field.id for field in catalog.profile if field.kind in TEXT_FIELD_KINDS}
    return {name: entry for name, entry in known.items() if entry and name in fields}


def _format_addressee(client: ListedClient, say: Wording) -> str:
    """Address the firm where no person is known, else the person under the firm's name."""
    contact = _strip_honorific(client.contact)
    if not contact:
        return say("sheet.cover.firm", company=client.company)
    key = "sheet.cover.person.titled" if client.title else "sheet.cover.person"
    return say(key, company=client.company, title=client.title, contact=contact)


def _strip_honorific(contact: str) -> str:
    return _HONORIFIC.sub("", contact)
