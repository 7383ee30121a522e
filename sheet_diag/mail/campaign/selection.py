"""Which of the mails that are to be go out now: the mail log tells what has gone out before.

A mail that went out is not chosen again, unless somebody wants it so, nor is one to an address that
has refused it. A report that somebody has in one form goes out in another one only to clients that
are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.mail import MailKey, MailLogEntry, OutgoingMail, ReportForm
from sheet_diag.storage.report_passwords.fingerprints import matches_fingerprint


@dataclass(frozen=True, slots=True)
class MailSelection:
    """The mails to be written, and who gets none. `done` mails have gone out before,
    `in_other_form` of them are reports that went out in another form than is asked for now."""

    mails: tuple[OutgoingMail, ...]
    skipped: tuple[Skipped, ...] = ()
    done: int = 0
    in_other_form: int = 0


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """How mails are chosen: `only` names clients by folded id (empty: all), who get what they have
    got before `again`, once a day (`today`, so that whoever was stopped can go on); those who have
    `answered` (folded ids) need no request."""

    only: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    again: bool = False
    today: date | None = None


def select_mails(
    mails: Iterable[OutgoingMail | Skipped], book: MailLog, choosing: SelectionRules | None = None
) -> MailSelection:
    """What of these mails is to go out (None: all that have not)."""
    choosing = choosing or SelectionRules()
    chosen: list[OutgoingMail] = []
    skipped: list[Skipped] = []
    done = in_other_form = 0
    for mail in mails:
        client = mail.client if isinstance(mail, Skipped) else mail.client.id
        if choosing.only and client.casefold() not in choosing.only:
            continue
        decided = mail if isinstance(mail, Skipped) else _decide(mail, book, choosing)
        if isinstance(decided, Skipped):
            skipped.append(decided)
        elif decided:
            chosen.append(decided)
        else:
            done += 1
            in_other_form += isinstance(mail, OutgoingMail) and bool(_missing_forms(mail, book))
    return MailSelection(tuple(chosen), tuple(skipped), done, in_other_form)


def _decide(
    mail: OutgoingMail, book: MailLog, choosing: SelectionRules
) -> OutgoingMail | Skipped | None:
    """The mail as it is to go out (None: it has gone out)."""
    sent, lacking = _sent_by_form(mail, book), _missing_forms(mail, book)
    if _is_answered_already(mail, choosing):
        return None if sent else Skipped.of(mail.client, "answered", is_final=True)
    again = choosing.again or mail.again
    if (not lacking or (sent and not choosing.only)) and not again:
        return _skip_outdated(mail, sent.values())
    if any(book.state(key).pending for key in _keys_by_form(mail).values()):
        return Skipped.of(mail.client, "unknown")
    if choosing.again and _went_out_today(mail, book, choosing):
        return Skipped.of(mail.client, "again_today", is_final=True)
    if again:
        return _skip_refused(mail, book) or replace(mail, again=bool(sent))
    if not _opens_all(mail.password, sent.values()):
        return _skip_unopened(mail)
    asked = mail if len(lacking) == len(mail.subject.form.files) else _in_one_form(mail, lacking[0])
    return _skip_refused(asked, book) or asked


def _went_out_today(mail: OutgoingMail, book: MailLog, choosing: SelectionRules) -> bool:
    """Whether it has gone out once more today, saying what it says now."""
    line = book.state(mail.key).resent
    if line is None:
        return False
    return line.edition == mail.edition and line.time.date() == choosing.today


def _is_answered_already(mail: OutgoingMail, choosing: SelectionRules) -> bool:
    """Whether it asks for what is there, and nobody has named its client."""
    if not mail.kind.spec.asks_first or choosing.only:
        return False
    return mail.client.id.casefold() in choosing.answered


def _skip_outdated(mail: OutgoingMail, sent: Iterable[MailLogEntry]) -> Skipped | None:
    """What went out before, where it went to nobody who is listed now, or says something else."""
    for line in sent:
        if not line.was_sent_to(mail.client):
            parts = {"id": mail.client.id, "addresses": ", ".join(line.addresses)}
            return Skipped.of(mail.client, "moved", parts)
        if mail.edition and line.edition and mail.edition != line.edition:
            return Skipped.of(mail.client, "changed", {"id": mail.client.id})
    return None


def _missing_forms(mail: OutgoingMail, book: MailLog) -> list[ReportForm]:
    """The forms in which nobody has it yet, of those that it is to go out in."""
    has = {form for each in _sent_by_form(mail, book) for form in each.files}
    return [form for form in mail.subject.form.files if form not in has]


def _in_one_form(mail: OutgoingMail, form: ReportForm) -> OutgoingMail:
    """The report in the one form that its client has not got yet."""
    paths = dict(zip(mail.subject.form.files, mail.files, strict=True))
    subject = replace(mail.subject, form=form)
    return replace(mail, subject=subject, attachment=paths[form], second_attachment=None)


def _keys_by_form(mail: OutgoingMail) -> dict[ReportForm, MailKey]:
    """The mails that bring the same thing, each in another form: several for a report alone."""
    if not mail.kind.spec.is_report:
        return {mail.subject.form: mail.key}
    return {
        form: replace(mail.key, subject=replace(mail.subject, form=form)) for form in ReportForm
    }


def _sent_by_form(mail: OutgoingMail, book: MailLog) -> dict[ReportForm, MailLogEntry]:
    """What of it somebody may have, in which form."""
    found = ((form, book.state(key).sent) for form, key in _keys_by_form(mail).items())
    return {form: line for form, line in found if line}


def _opens_all(password: str, sent: Iterable[MailLogEntry]) -> bool:
    """Whether it is the password of every report that went out encrypted."""
    return all(
        matches_fingerprint(password, each.password_fingerprint)
        for each in sent
        if each.password_fingerprint
    )


def _skip_unopened(report: OutgoingMail) -> Skipped:
    """What has gone out does not open with the password that its client has now, if any."""
    key = "password_changed" if report.password else "password_lost"
    return Skipped.of(report.client, key, {"id": report.client.id})


def _skip_refused(mail: OutgoingMail, book: MailLog) -> Skipped | None:
    """The mail came back from every address that the list still has."""
    refused = book.state(mail.key).refused
    if not all(address.casefold() in refused for address in mail.client.addresses):
        return None
    last = book.state(mail.key).last
    parts = {"addresses": ", ".join(mail.client.addresses), "reason": last.text if last else ""}
    return Skipped.of(mail.client, "refused", parts)
