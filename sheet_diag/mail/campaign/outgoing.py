"""From the mails that are due to drafts in a folder, or to what goes out over SMTP.

Every mail is written, then read again from its bytes and looked at by the guard. A mail that is
sent is written and looked at a second time right before it leaves: files may have changed between
the question and the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sheet_diag.mail.compose.message import (
    FromAddress,
    compose_message,
    create_message_id,
    format_draft,
    format_draft_name,
    format_final,
)
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.outgoing_checks.results import MailCheckError, MailCheckWarning
from sheet_diag.mail.smtp.records import FinalMail
from sheet_diag.mail.templates.letters import MailTemplates
from sheet_diag.mail.templates.render import MailText
from sheet_diag.model.mail import (
    MailEvent,
    MailKey,
    MailLogEntry,
    MailSubject,
    OutgoingMail,
    ReportForm,
)
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.managed_folder import (
    FileFacts,
    ManagedFolder,
    read_note,
    remove_managed_files,
)
from sheet_diag.storage.report_passwords.fingerprints import fingerprint_mails

DRAFTS: Final = "drafts"
_KIND, _CLIENT, _ABOUT, _ADDRESSES = "kind", "client", "about", "addresses"
_FILE, _SEAL, _DUE, _EDITION, _AGAIN = "file", "seal", "due", "edition", "again"
_REQUIRED_NOTES: Final = {_KIND, _CLIENT, _ABOUT, _ADDRESSES, _FILE, _SEAL}

ProgressStep = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ComposeContext:
    """What every mail is written with. `jobs` is how many processes open attachments (None: one per
    core)."""

    issuer: Issuer
    sender: FromAddress
    letters: MailTemplates
    guard: MailChecker
    output: Path
    today: date
    jobs: int | None = None

    def drafts(self, kind: MailKind) -> Path:
        """The folder of the drafts of a kind."""
        return drafts_folder(self.output, kind)


@dataclass(frozen=True, slots=True)
class CheckedMail:
    """A mail that the guard has looked at, and where its draft stands (None: it has none)."""

    mail: OutgoingMail
    errors: tuple[MailCheckError, ...] = ()
    warnings: tuple[MailCheckWarning, ...] = ()
    path: Path | None = None


def drafts_folder(output: Path, kind: MailKind) -> Path:
    """Where the drafts of a kind lie in an output folder."""
    return output / DRAFTS / kind.value


def write_drafts(
    office: ComposeContext,
    kind: MailKind,
    parcels: Sequence[OutgoingMail],
    only: frozenset[str],
    step: ProgressStep,
) -> list[CheckedMail]:
    """Make the folder of drafts anew, or of those of some clients (`only`, folded ids); a mail
    that the guard refuses has none. Raises `OSError`."""
    found = []
    drafts = _read_drafts(office.output, kind)
    kept = {n: facts for n, facts in drafts.items() if only and not _is_of_client(facts, only)}
    with (
        ManagedFolder(office.drafts(kind), kept) as folder,
        fingerprint_mails(parcels) as seals,
        office.guard.ahead(parcels, office.jobs) as ready,
    ):
        for done, (parcel, seal) in enumerate(zip(ready, seals, strict=True), 1):
            content = format_draft(
                compose_message(parcel, _write_letter(office, parcel), office.sender)
            )
            looked = _check_mail(office, parcel, content)
            if not looked.errors:
                path = folder.write(format_draft_name(parcel), content, _draft_note(parcel, seal))
                looked = CheckedMail(parcel, warnings=looked.warnings, path=path)
            found.append(looked)
            step(done)
    return found


def check_mails(
    office: ComposeContext, parcels: Sequence[OutgoingMail], step: ProgressStep
) -> list[CheckedMail]:
    """What the guard says of mails that are to be sent."""
    found = []
    with office.guard.ahead(parcels, office.jobs) as ready:
        for done, parcel in enumerate(ready, 1):
            found.append(_check_mail(office, parcel, _compose_sendable(office, parcel, "", None)))
            step(done)
    return found


class Dispatcher:
    """The mails on their way out; `stopped` are those that the guard stopped at the last moment."""

    def __init__(self, office: ComposeContext, book: MailLog) -> None:
        self._office = office
        self._book = book
        self.stopped: list[CheckedMail] = []

    def outgoing(self, parcels: Iterable[OutgoingMail]) -> Iterator[FinalMail]:
        """Each mail as it leaves; its draft is taken away once it has, or may have."""
        domain = self._office.sender.address.rpartition("@")[2]
        for parcel in parcels:
            attempt = self._book.state(parcel.key).attempts
            message_id = create_message_id(self._book.token, parcel, domain, attempt)
            content = _compose_sendable(
                self._office, parcel, message_id, datetime.now().astimezone()
            )
            looked = _check_mail(self._office, parcel, content)
            if looked.errors:
                self.stopped.append(looked)
                continue
            try:
                yield FinalMail(parcel, content, message_id)
            finally:
                if self._book.state(parcel.key).is_done or self._book.state(parcel.key).pending:
                    delete_drafts(self._office, [parcel])


def note_drafts_as_sent(
    office: ComposeContext, kind: MailKind, book: MailLog, only: frozenset[str]
) -> list[MailLogEntry]:
    """Note that a person has sent the drafts that lie in the folder, and take them away.

    `only` names clients by folded id (empty: all). Raises `OSError`.
    """
    drafts = _read_drafts(office.output, kind, only)
    again = {_draft_key(facts, kind) for facts in drafts.values() if facts.get(_AGAIN)}
    # Noted already, and still there, where the command was stopped right here.
    marked = [
        line
        for line in _entries_by_hand(drafts, kind)
        if line.key and (line.key in again or not book.state(line.key).is_done)
    ]
    for line in marked:
        book.add(line)
    remove_managed_files(office.drafts(kind), set(drafts))
    return marked


def list_drafts(output: Path, kind: MailKind, only: frozenset[str]) -> tuple[MailLogEntry, ...]:
    """The drafts of a kind that lie there, each as the line that notes it as sent by a person now;
    `only` names clients by folded id (empty: all)."""
    return tuple(_entries_by_hand(_read_drafts(output, kind, only), kind))


def find_draft_names(office: ComposeContext, parcels: Sequence[OutgoingMail]) -> set[str]:
    """The names of the drafts that lie there of these mails, which are of one kind; a draft with
    the report in another form is one too."""
    keys = {_without_form(parcel.key) for parcel in parcels}
    return {
        name
        for kind in {parcel.kind for parcel in parcels}
        for name, facts in _read_drafts(office.output, kind).items()
        if _without_form(_draft_key(facts, kind)) in keys
    }


def delete_drafts(office: ComposeContext, parcels: Sequence[OutgoingMail]) -> None:
    """Take away the drafts of mails that are about to be sent otherwise. Raises `OSError`."""
    names = find_draft_names(office, parcels)
    for kind in {parcel.kind for parcel in parcels}:
        remove_managed_files(office.drafts(kind), names)


def _read_drafts(
    output: Path, kind: MailKind, only: frozenset[str] = frozenset()
) -> dict[str, FileFacts]:
    """The drafts that lie in the folder, as far as its note tells all of them; `only` names clients
    by folded id (empty: all)."""
    made = read_note(drafts_folder(output, kind))
    return {
        name: facts
        for name, facts in made.items()
        if facts.keys() >= _REQUIRED_NOTES
        and facts[_KIND] == kind.value
        and _is_of_client(facts, only)
    }


def _draft_key(facts: FileFacts, kind: MailKind) -> MailKey:
    return MailKey.of(kind, facts[_CLIENT], MailSubject.parse(kind, facts[_ABOUT]))


def _without_form(key: MailKey) -> MailKey:
    """Return the key that all forms of one report share."""
    return replace(key, subject=replace(key.subject, form=ReportForm.WORKBOOK))


def _is_of_client(facts: FileFacts, only: frozenset[str]) -> bool:
    return not only or facts[_CLIENT].casefold() in only


def _entries_by_hand(drafts: Mapping[str, FileFacts], kind: MailKind) -> Iterator[MailLogEntry]:
    """The lines that note drafts as sent by a person now, in the order of their names."""
    now = datetime.now().astimezone()
    return (_entry_by_hand(drafts[name], kind, now) for name in sorted(drafts))


def _entry_by_hand(facts: FileFacts, kind: MailKind, now: datetime) -> MailLogEntry:
    return MailLogEntry(
        time=now,
        event=MailEvent.BY_HAND,
        client=facts[_CLIENT],
        kind=kind,
        subject=MailSubject.parse(kind, facts[_ABOUT]),
        addresses=tuple(facts[_ADDRESSES].split()),
        file=facts[_FILE],
        password_fingerprint=facts[_SEAL],
        due=_parse_day(facts.get(_DUE, "")),
        edition=facts.get(_EDITION, ""),
    )


def _parse_day(iso: str) -> date | None:
    """The day that a note tells; notes of earlier versions tell none."""
    with suppress(ValueError):
        return date.fromisoformat(iso)
    return None


def _write_letter(office: ComposeContext, parcel: OutgoingMail) -> MailText:
    return office.letters.write(parcel, office.issuer, office.today)


def _compose_sendable(
    office: ComposeContext, parcel: OutgoingMail, message_id: str, when: datetime | None
) -> bytes:
    letter = _write_letter(office, parcel)
    return format_final(
        compose_message(parcel, letter, office.sender, message_id=message_id, date=when)
    )


def _check_mail(office: ComposeContext, parcel: OutgoingMail, content: bytes) -> CheckedMail:
    verdict = office.guard.inspect(content, parcel)
    return CheckedMail(parcel, verdict.errors, verdict.warnings)


def _draft_note(parcel: OutgoingMail, seal: str) -> dict[str, str]:
    """What the folder notes of a draft, so that it can be marked as sent."""
    return {
        _KIND: parcel.kind.value,
        _CLIENT: parcel.client.id,
        _ABOUT: parcel.subject.text,
        _ADDRESSES: " ".join(parcel.client.addresses),
        _FILE: parcel.file_names,
        _SEAL: seal,
        _DUE: parcel.due.isoformat() if parcel.due else "",
        _EDITION: parcel.edition,
        _AGAIN: "1" if parcel.again else "",
    }
