"""The folders of drafts, one for each kind of mail: made anew, listed, noted as sent.

The note of a folder keeps of each draft what the mail log needs once a person has sent it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from sheet_diag.mail.campaign.outgoing import ComposeContext, ProgressStep, compose_drafts
from sheet_diag.mail.compose.facts import MailFacts, read_mail_facts
from sheet_diag.mail.compose.message import format_draft_name
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.mail.smtp.send_attempt import FinalMail
from sheet_diag.model.basics import parse_iso_day
from sheet_diag.model.mail import (
    MailEvent,
    MailKey,
    MailLogEntry,
    MailSubject,
    OutgoingMail,
    ReportForm,
)
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.managed_folder import (
    FileFacts,
    ManagedFolder,
    read_note,
    remove_managed_files,
)

DRAFTS: Final = "drafts"
_KIND, _CLIENT, _ABOUT, _ADDRESSES = "kind", "client", "about", "addresses"
_FILE, _SEAL, _DUE, _EDITION, _AGAIN = "file", "seal", "due", "edition", "again"
_SUBJECT, _DIGESTS = "subject", "sha256"
_REQUIRED: Final = {_KIND, _CLIENT, _ABOUT, _ADDRESSES, _FILE, _SEAL}


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft that stands in its folder, with the log entry of its being sent by a person now.

    `again`: it goes out although its client has it already.
    """

    name: str
    kind: MailKind
    entry: MailLogEntry
    again: bool

    @property
    def key(self) -> MailKey:
        """The key of the mail."""
        return MailKey.of(self.kind, self.entry.client, self.entry.subject)


@dataclass(frozen=True, slots=True)
class DraftFolder:
    """The drafts of a kind of mail below an output folder."""

    output: Path
    kind: MailKind

    @property
    def path(self) -> Path:
        """Where the drafts stand."""
        return self.output / DRAFTS / self.kind

    def list_drafts(self, only: frozenset[str] = frozenset()) -> list[Draft]:
        """List the drafts by name: all, or those of some clients (`only`, folded ids)."""
        now = datetime.now().astimezone()
        notes = self._read_notes()
        return [
            Draft(name, self.kind, _entry_by_hand(note, self.kind, now), bool(note.get(_AGAIN)))
            for name, note in sorted(notes.items())
            if not only or _client_key(note) in only
        ]

    def note_as_sent(self, drafts: Sequence[Draft], log: MailLog) -> int:
        """Note that a person has sent the drafts, and delete them. Raises `OSError`.

        Returns how many of them were not in the log: after a kill right here they may be.
        """
        now = datetime.now().astimezone()
        new = [each.entry for each in drafts if each.again or not log.state(each.key).is_done]
        for entry in new:
            log.add(replace(entry, time=now))
        self.remove(each.name for each in drafts)
        return len(new)

    def remove(self, names: Iterable[str]) -> None:
        """Delete drafts. Raises `OSError`."""
        remove_managed_files(self.path, set(names))

    def clear(self) -> None:
        """Delete every draft, whatever its note says. Raises `OSError`."""
        self.remove(read_note(self.path))

    def write(
        self,
        context: ComposeContext,
        mails: Sequence[OutgoingMail],
        only: frozenset[str],
        step: ProgressStep,
    ) -> list[CheckedMail]:
        """Replace the drafts, or those of some clients (`only`, folded ids), by those of mails.

        A mail in which the checks find an error gets no draft. Raises `OSError`.
        """
        notes = self._read_notes()
        kept = {
            name: note for name, note in notes.items() if only and _client_key(note) not in only
        }
        checked = []
        with ManagedFolder(self.path, kept) as folder:
            for draft in compose_drafts(context, mails, context.compose_draft, step):
                mail = draft.checked.mail
                if not draft.checked.errors:
                    note = _note(mail, draft.fingerprint, read_mail_facts(draft.content))
                    folder.write(format_draft_name(mail), draft.content, note)
                checked.append(draft.checked)
        return checked

    def _read_notes(self) -> Mapping[str, FileFacts]:
        """Read what is known of each draft, by file name, as far as that is all of it."""
        return {
            name: note
            for name, note in read_note(self.path).items()
            if _is_complete(note) and note[_KIND] == self.kind
        }


def find_drafts_of(output: Path, mails: Sequence[OutgoingMail]) -> Mapping[DraftFolder, set[str]]:
    """Find the drafts of mails, those with the report in another form too: names by folder."""
    keys = {_without_form(mail.key) for mail in mails}
    folders = [DraftFolder(output, kind) for kind in dict.fromkeys(mail.kind for mail in mails)]
    return {
        folder: {draft.name for draft in folder.list_drafts() if _without_form(draft.key) in keys}
        for folder in folders
    }


def delete_drafts_after_sending(
    output: Path, log: MailLog, mails: Iterable[FinalMail]
) -> Iterator[FinalMail]:
    """Pass mails on; the draft of each is deleted once it has gone out, or may have."""
    for final in mails:
        try:
            yield final
        finally:
            state = log.state(final.mail.key)
            if state.is_done or state.pending:
                for folder, names in find_drafts_of(output, [final.mail]).items():
                    folder.remove(names)


def _without_form(key: MailKey) -> MailKey:
    """Return the key that all forms of one report share."""
    return replace(key, subject=replace(key.subject, form=ReportForm.WORKBOOK))


def _client_key(note: FileFacts) -> str:
    return note[_CLIENT].casefold()


def _is_complete(note: FileFacts) -> bool:
    """Whether a note has all that the log needs of its draft: anybody may have edited it."""
    if not (note.keys() >= _REQUIRED and all(isinstance(each, str) for each in note.values())):
        return False
    with suppress(ValueError):
        MailSubject.parse(MailKind(note[_KIND]), note[_ABOUT])
        return True
    return False


def _note(mail: OutgoingMail, fingerprint: str, facts: MailFacts) -> FileFacts:
    """Describe a draft for the note of its folder."""
    return {
        _KIND: mail.kind.value,
        _CLIENT: mail.client.id,
        _ABOUT: mail.subject.text,
        _ADDRESSES: " ".join(mail.addresses),
        _FILE: mail.file_names,
        _SEAL: fingerprint,
        _DUE: mail.due.isoformat() if mail.due else "",
        _EDITION: mail.edition,
        _AGAIN: "1" if mail.again else "",
        _SUBJECT: facts.subject_line,
        _DIGESTS: " ".join(facts.attachments),
    }


def _entry_by_hand(note: FileFacts, kind: MailKind, now: datetime) -> MailLogEntry:
    return MailLogEntry(
        time=now,
        event=MailEvent.BY_HAND,
        client=note[_CLIENT],
        kind=kind,
        subject=MailSubject.parse(kind, note[_ABOUT]),
        addresses=tuple(note[_ADDRESSES].split()),
        file=note[_FILE],
        password_fingerprint=note[_SEAL],
        due=parse_iso_day(note.get(_DUE, "")),
        edition=note.get(_EDITION, ""),
        subject_line=note.get(_SUBJECT, ""),
        attachments=tuple(note.get(_DIGESTS, "").split()),
    )
