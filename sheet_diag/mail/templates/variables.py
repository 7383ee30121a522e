"""The variables of mail templates, and their values for a client.

Values are text, numbers or yes and no, cleaned of line breaks and invisible characters. Notes,
scores and ranks are not among them, and only a password mail has the password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sheet_diag.model.mail import OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MAIL_KINDS
from sheet_diag.model.record import Text
from sheet_diag.model.settings import Issuer
from sheet_diag.text.normalize import strip_honorific
from sheet_diag.text.wording import Wording

SIGNATURE: Final = "signature"
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


def list_variables(kind: str) -> tuple[str, ...]:
    """List the variables of a kind of template."""
    return (*COMMON, *_OF_KIND[kind])


def find_kinds_with(name: str) -> tuple[str, ...]:
    """Find the kinds of templates that have the variable."""
    return tuple(kind for kind in _OF_KIND if name in list_variables(kind))


def explain_variables(kind: str, say: Wording) -> tuple[tuple[str, str], ...]:
    """Explain the variables of a kind."""
    return tuple((name, say(f"letter.word.{name}")) for name in list_variables(kind))


def build_variables(
    mail: OutgoingMail, issuer: Issuer, today: date, survey: Text | None = None
) -> dict[str, object]:
    """Build the variables of a mail, as `list_variables` lists them."""
    say = Wording(mail.client.lang)
    due = _find_due_day(mail, issuer, today)
    words: dict[str, object] = {
        **_build_client_variables(mail, say),
        **_build_firm_variables(issuer, say),
        "survey": survey[say.lang] if survey else say("letter.survey"),
        "today": format_long_date(today, say),
        "file": clean_value(mail.file_names or mail.report_files),
        "due": format_long_date(due, say) if due else "",
        "overdue": due is not None and due < today,
        "number": mail.subject.reminder,
        CORRECTING: mail.asks_for_correction,
        "previous": mail.is_prefilled,
        "points": mail.points,
        "both": mail.subject.form is ReportForm.BOTH,
        "protected": bool(mail.password),
        "agreed": bool(mail.client.password),
        "password": clean_value(mail.password),
    }
    return {name: words[name] for name in list_variables(mail.kind)}


def format_long_date(day: date, say: Wording) -> str:
    """`2026年12月25日（金）`."""
    weekdays, months = say("letter.weekdays").split(), say("letter.months").split()
    weekday, month = weekdays[day.weekday()], months[day.month - 1]
    return say("letter.date", year=day.year, month=month, day=day.day, weekday=weekday)


def clean_value(text: str) -> str:
    """Put a value on one line, without invisible characters and those that mark values."""
    return _NONCHARACTERS.sub("", _UNSEEN.sub(" ", text)).strip(" ")


def _build_client_variables(mail: OutgoingMail, say: Wording) -> dict[str, object]:
    client = mail.client
    company, title = clean_value(client.company), clean_value(client.title)
    contact = strip_honorific(clean_value(client.contact))
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


def _find_due_day(mail: OutgoingMail, issuer: Issuer, today: date) -> date | None:
    """Find the day by which an answer is asked for.

    It is that of the mail, of the client or of all. A reminder names the day of the mail only, also
    one that has passed.
    """
    if mail.kind.spec.tells_past_due:
        return mail.due
    due = mail.due or mail.client.due or issuer.deadline
    return None if due is not None and due < today else due
