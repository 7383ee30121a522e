"""Which of the due mails go out now: the mail log tells what has gone out before.

A mail that went out is not selected again, unless somebody wants it so, nor is one to an address
that has refused it. A report that a client has in one form goes out in another one only to clients
that are named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from sheet_diag.mail.campaign.due_mails import Skipped
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import Message
from sheet_diag.model.client_status import EditedFile
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry, OutgoingMail, ReportForm
from sheet_diag.storage.report_passwords.fingerprints import matches_fingerprint


@dataclass(frozen=True, slots=True)
class MailSelection:
    """The mails that go out now, and who gets none.

    `done` mails have gone out before; `in_other_form` of them are reports that went out in another
    form than is asked for now.
    """

    mails: tuple[OutgoingMail, ...]
    skipped: tuple[Skipped, ...] = ()
    done: int = 0
    in_other_form: int = 0


@dataclass(frozen=True, slots=True)
class SelectionRules:
    """How mails are selected.

    `only` are folded ids of clients (empty: all). They get what they have got before `again`, after
    a question where that failed or was done on the same day (`today`). Clients that have `answered`
    (folded ids) need no request.
    """

    only: frozenset[str] = frozenset()
    answered: frozenset[str] = frozenset()
    again: bool = False
    today: date | None = None


_ALL: Final = SelectionRules()


def select_mails(
    mails: Iterable[OutgoingMail | Skipped], log: MailLog, rules: SelectionRules = _ALL
) -> MailSelection:
    """Select the mails that go out now."""
    selected: list[OutgoingMail] = []
    skipped: list[Skipped] = []
    done = in_other_form = 0
    for mail in mails:
        if rules.only and mail.client_key not in rules.only:
            continue
        decided = mail if isinstance(mail, Skipped) else _decide(mail, log, rules)
        if isinstance(decided, Skipped):
            skipped.append(decided)
        elif decided:
            selected.append(decided)
        else:
            done += 1
            in_other_form += isinstance(mail, OutgoingMail) and bool(_missing_forms(mail, log))
    return MailSelection(tuple(selected), tuple(skipped), done, in_other_form)


def _decide(
    mail: OutgoingMail, log: MailLog, rules: SelectionRules
) -> OutgoingMail | Skipped | None:
    """Decide on a mail: as it goes out, why it does not, or None where it has gone out."""
    sent, missing = _sent_by_form(mail, log), _missing_forms(mail, log)
    if _is_answered_already(mail, rules):
        return None if sent else Skipped.of(mail.client, "answered", is_final=True)
    if rules.again:
        doubt = _find_doubt(mail, log, rules)
        return replace(mail, again=bool(sent or doubt), doubt=doubt)
    rest = _find_rest(mail, log)
    if (not missing or (sent and not rules.only)) and not mail.again and not rest:
        return _skip_outdated(mail, sent.values())
    if mail.edited and not rules.only and not _was_sent_since(mail, mail.edited, log):
        return Skipped.of(mail.client, "edited", {"kept": mail.edited.kept, "id": mail.client.id})
    if _is_pending(mail, log):
        return Skipped.of(mail.client, "unknown")
    if _is_drafted(mail, log):
        return Skipped.of(mail.client, "drafted", {"id": mail.client.id})
    if mail.again:
        return _skip_refused(mail, log) or replace(mail, again=bool(sent))
    if rest:
        return _skip_outdated(mail, sent.values()) or replace(mail, rest=rest)
    if not _opens_all(mail.password, sent.values()):
        return _skip_unopened(mail)
    is_whole = len(missing) == len(mail.subject.form.files)
    asked = mail if is_whole else reduce_to_form(mail, missing[0])
    return _skip_refused(asked, log) or asked


def _was_sent_since(mail: OutgoingMail, edited: EditedFile, log: MailLog) -> bool:
    """Tell whether any report has gone to the client since one lies aside that was edited."""
    return any(
        line.kind is mail.kind
        and line.says_sent
        and line.client.casefold() == mail.client_key
        and line.time > edited.time
        for line in log.entries
    )


def _find_doubt(mail: OutgoingMail, log: MailLog, rules: SelectionRules) -> Message | None:
    """Find what a person is asked before a mail goes out again (None: nothing)."""
    if _is_pending(mail, log):
        return Message("mail.again.unknown")
    if _is_drafted(mail, log):
        return Message("mail.left.drafted", {"id": mail.client.id})
    if refused := _skip_refused(mail, log):
        return Message("mail.again.refused", refused.parts)
    return Message("mail.again.today") if _went_out_today(mail, log, rules) else None


def _find_rest(mail: OutgoingMail, log: MailLog) -> tuple[str, ...]:
    """Find the addresses of a mail that went out which have not got it this far."""
    state = log.state(mail.key)
    addresses = mail.client.addresses if state.is_done else ()
    return tuple(each for each in addresses if each.casefold() in state.deferred)


def _is_pending(mail: OutgoingMail, log: MailLog) -> bool:
    return any(log.state(key).pending for key in _keys_by_form(mail).values())


def _is_drafted(mail: OutgoingMail, log: MailLog) -> bool:
    return any(log.state(key).draft for key in _keys_by_form(mail).values())


def _went_out_today(mail: OutgoingMail, log: MailLog, rules: SelectionRules) -> bool:
    """Tell whether it has gone out once more today with the content of now."""
    line = log.state(mail.key).resent
    if line is None:
        return False
    return line.edition == mail.edition and line.time.date() == rules.today


def _is_answered_already(mail: OutgoingMail, rules: SelectionRules) -> bool:
    """Tell whether it asks a client, not named, for what has come."""
    if not mail.kind.spec.asks_first or rules.only:
        return False
    return mail.client_key in rules.answered


def _skip_outdated(mail: OutgoingMail, sent: Iterable[MailLogEntry]) -> Skipped | None:
    """Skip a mail that went to an address of before, or whose content has changed since."""
    for line in sent:
        if line.event is not MailEvent.CALLED and not line.was_sent_to(mail.client):
            parts = {"id": mail.client.id, "addresses": ", ".join(line.addresses)}
            return Skipped.of(mail.client, "moved", parts)
        if mail.edition and line.edition and mail.edition != line.edition:
            return Skipped.of(mail.client, "changed", {"id": mail.client.id})
    return None


def _missing_forms(mail: OutgoingMail, log: MailLog) -> list[ReportForm]:
    """Find the forms of a mail that its client has not got yet."""
    has = {form for each in _sent_by_form(mail, log) for form in each.files}
    return [form for form in mail.subject.form.files if form not in has]


def reduce_to_form(mail: OutgoingMail, form: ReportForm) -> OutgoingMail:
    """Reduce a report in several forms to one of them."""
    paths = dict(zip(mail.subject.form.files, mail.files, strict=True))
    subject = replace(mail.subject, form=form)
    return replace(mail, subject=subject, attachment=paths[form], second_attachment=None)


def _keys_by_form(mail: OutgoingMail) -> dict[ReportForm, MailKey]:
    """Find the keys of the same mail in every form; only a report has several."""
    if not mail.kind.spec.is_report:
        return {mail.subject.form: mail.key}
    return {
        form: replace(mail.key, subject=replace(mail.subject, form=form)) for form in ReportForm
    }


def _sent_by_form(mail: OutgoingMail, log: MailLog) -> dict[ReportForm, MailLogEntry]:
    """Find the log entries of a mail that its client may have, by form."""
    found = ((form, log.state(key).sent) for form, key in _keys_by_form(mail).items())
    return {form: line for form, line in found if line}


def _opens_all(password: str, sent: Iterable[MailLogEntry]) -> bool:
    """Tell whether a password opens every report that went out encrypted."""
    return all(
        matches_fingerprint(password, each.password_fingerprint)
        for each in sent
        if each.password_fingerprint
    )


def _skip_unopened(report: OutgoingMail) -> Skipped:
    """Skip a report: the one that went out does not open with the password of now, if any."""
    key = "password_changed" if report.password else "password_lost"
    return Skipped.of(report.client, key, {"id": report.client.id})


def _skip_refused(mail: OutgoingMail, log: MailLog) -> Skipped | None:
    """Skip a mail that was refused at every address of the list."""
    refused = log.state(mail.key).refused
    if not all(address.casefold() in refused for address in mail.client.addresses):
        return None
    last = log.state(mail.key).last
    parts = {
        "id": mail.client.id,
        "addresses": ", ".join(mail.client.addresses),
        "reason": last.text if last else "",
    }
    return Skipped.of(mail.client, "refused", parts)
