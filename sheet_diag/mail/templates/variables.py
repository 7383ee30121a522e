"""What a letter can say of a client, and which letter may say what.

The words are text, numbers or yes and no, cleaned of line breaks and unseen marks. Notes, scores
and ranks are not among them, and the password is a word of its own letter alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sheet_diag.mail.templates.files import SIGNATURE
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.mail_kinds import MAIL_KINDS
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording

COMMON: Final = (
    "addressee", "company", "contact", "title", "client_id",
    "sender", "firm", "department", "person", "address", "phone", "email",
    "survey", "today",
)  # fmt: skip
CORRECTING: Final = "correcting"
_OF_KIND: Final[Mapping[str, tuple[str, ...]]] = {
    **{kind: spec.variables for kind, spec in MAIL_KINDS.items()},
    SIGNATURE: (),
}
# Control marks, and those that turn or hide text.
_UNSEEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+"
)
_NONCHARACTERS: Final = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_HONORIFICS: Final = re.compile(r"[\s\u3000]*(?:様|さま|殿|御中)$")


def list_variables(kind: str) -> tuple[str, ...]:
    """What a letter of the kind can use."""
    return (*COMMON, *_OF_KIND[kind])


def find_kinds_with(name: str) -> tuple[str, ...]:
    """The kinds of letters that can use the word."""
    return tuple(kind for kind in _OF_KIND if name in list_variables(kind))


def explain_variables(kind: str, say: Wording) -> tuple[tuple[str, str], ...]:
    """The words of a kind, and what each stands for."""
    return tuple((name, say(f"letter.word.{name}")) for name in list_variables(kind))


def build_variables(parcel: OutgoingMail, issuer: Issuer, today: date) -> dict[str, object]:
    """The words of the parcel's letter: exactly those that `list_variables` tells."""
    say = Wording(parcel.client.lang)
    due = _find_due_day(parcel, issuer, today)
    words: dict[str, object] = {
        **_build_client_variables(parcel, say),
        **_build_firm_variables(issuer, say),
        "survey": say("letter.survey"),
        "today": format_long_date(today, say),
        "file": clean_value(parcel.file_names or parcel.report_files),
        "due": format_long_date(due, say) if due else "",
        "overdue": due is not None and due < today,
        "number": parcel.subject.reminder,
        CORRECTING: parcel.asks_for_correction,
        "previous": parcel.is_prefilled,
        "points": parcel.points,
        "protected": bool(parcel.password),
        "password": clean_value(parcel.password),
    }
    return {name: words[name] for name in list_variables(parcel.kind)}


def format_long_date(day: date, say: Wording) -> str:
    """`2026年12月25日（金）`."""
    weekdays, months = say("letter.weekdays").split(), say("letter.months").split()
    weekday, month = weekdays[day.weekday()], months[day.month - 1]
    return say("letter.date", year=day.year, month=month, day=day.day, weekday=weekday)


def clean_value(text: str) -> str:
    """One line without marks that nobody sees. What nobody may use stands for a value inside."""
    return _NONCHARACTERS.sub("", _UNSEEN.sub(" ", text)).strip(" ")


def _build_client_variables(parcel: OutgoingMail, say: Wording) -> dict[str, object]:
    client = parcel.client
    company, title = clean_value(client.company), clean_value(client.title)
    contact = _HONORIFICS.sub("", clean_value(client.contact))
    titled = contact and title
    person = say("letter.addressee.titled", contact=contact, title=title) if titled else contact
    person = person or title
    key = "person" if person else "anyone"
    return {
        "addressee": say(f"letter.addressee.{key}", company=company, person=person),
        "company": company,
        "contact": contact,
        "title": title,
        "client_id": clean_value(client.id),
    }


def _build_firm_variables(issuer: Issuer, say: Wording) -> dict[str, object]:
    firm, person = clean_value(issuer.name), clean_value(issuer.contact)
    sender = say("letter.sender", firm=firm, person=person) if firm and person else firm or person
    return {
        "sender": sender,
        "firm": firm,
        "department": clean_value(issuer.department),
        "person": person,
        "address": clean_value(issuer.address),
        "phone": clean_value(issuer.phone),
        "email": clean_value(issuer.email),
    }


def _find_due_day(parcel: OutgoingMail, issuer: Issuer, today: date) -> date | None:
    """The day by which an answer is asked for: that of the parcel (blank: none) where it knows one,
    else that of the client or of all. Only a reminder names a day that has passed."""
    if parcel.kind.spec.tells_past_due:
        return parcel.due
    due = parcel.due or parcel.client.due or issuer.deadline
    return None if due is not None and due < today else due
