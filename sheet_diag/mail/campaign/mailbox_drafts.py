"""Drafts in the firm's own mailbox: put there, and found again among the sent mails.

Each is logged before it is put there, so that none is put there twice. A mail program may give a
mail another Message-ID when it sends it; then To, Subject and attachments tell which draft it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from sheet_diag.intake.containers.mail_headers import clean_line
from sheet_diag.mail.campaign.outgoing import (
    CheckedDraft,
    ComposeContext,
    ProgressStep,
    compose_drafts,
)
from sheet_diag.mail.compose.facts import create_log_entry, read_mail_facts
from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import DRAFT_REFUSED, Mailbox
from sheet_diag.mail.inbox.headers import MessageHeaders, read_message_headers
from sheet_diag.mail.log.address_history import normalize_address
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.results import CheckedMail
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail


def put_drafts(
    context: ComposeContext,
    mails: Sequence[OutgoingMail],
    log: MailLog,
    box: Mailbox,
    folder: str,
    step: ProgressStep,
) -> Iterator[CheckedMail]:
    """Put a draft of each mail into a folder of the mailbox, unless the checks find an error.

    Raises `MailboxError`, `OSError`.
    """
    compose = partial(_compose, context, log)
    for draft in compose_drafts(context, mails, compose, step):
        if not draft.checked.errors:
            entry = _create_entry(draft, context.create_message_id(draft.checked.mail, log))
            log.add(entry)
            try:
                box.add_draft(folder, draft.content, entry.time)
            except MailboxError as error:
                if error.key == DRAFT_REFUSED:
                    log.add(replace(entry, event=MailEvent.UNSENT))
                raise
        yield draft.checked


def _compose(context: ComposeContext, log: MailLog, mail: OutgoingMail) -> bytes:
    message_id = context.create_message_id(mail, log)
    return context.compose_final(mail, message_id, datetime.now().astimezone())


def _create_entry(draft: CheckedDraft, message_id: str) -> MailLogEntry:
    now, facts = datetime.now().astimezone(), read_mail_facts(draft.content)
    mail = draft.checked.mail
    return create_log_entry(MailEvent.DRAFTED, now, mail, message_id, draft.fingerprint, facts)


@dataclass(frozen=True, slots=True)
class DraftSearch:
    """Where the drafts are: sent (as the log will have it), still there, or nowhere."""

    sent: tuple[MailLogEntry, ...]
    lying: tuple[MailLogEntry, ...]
    missing: tuple[MailLogEntry, ...]


def search_drafts(
    box: Mailbox, folder: str, drafts: Sequence[MailLogEntry], log: MailLog
) -> DraftSearch:
    """Search the sent mails and the folder of drafts for drafts. Raises `MailboxError`."""
    left, sent = list(drafts), list[MailLogEntry]()
    known = frozenset(each.message_id for each in log.entries) - {each.message_id for each in left}
    for place in box.list_sent_folders():
        for draft, headers in _match_drafts(box, place, left, known):
            found = headers.message_id or draft.message_id
            sent.append(
                replace(draft, time=headers.when, event=MailEvent.BY_HAND, message_id=found)
            )
            left.remove(draft)
    lying = [draft for draft, _ in _match_drafts(box, folder, left, known)]
    missing = (each for each in left if each not in lying)
    return DraftSearch(tuple(sent), tuple(lying), tuple(missing))


def _match_drafts(
    box: Mailbox, folder: str, drafts: Iterable[MailLogEntry], known: frozenset[str]
) -> list[tuple[MailLogEntry, MessageHeaders]]:
    """Match drafts with the messages of a folder: by Message-ID, else by all that they bring.

    Messages with an id that is `known` are other mails.
    """
    left = {each.message_id: each for each in drafts}
    if not left:
        return []
    box.open_folder(folder)
    found, others = [], []
    since = min(each.time.date() for each in left.values())
    for headers in map(read_message_headers, box.heads(since)):
        if draft := left.pop(headers.message_id, None):
            found.append((draft, headers))
        elif headers.message_id not in known:
            others.append(headers)
    for headers in others:
        for draft in [each for each in left.values() if _is_like(headers, each)]:
            if draft.message_id in left and _brings_files(box, headers, draft):
                found.append((left.pop(draft.message_id), headers))
                break
    return found


def _is_like(headers: MessageHeaders, draft: MailLogEntry) -> bool:
    """Whether a message has the recipients and the Subject of a draft, and is not older."""
    recipients = set(map(normalize_address, headers.recipients))
    return (
        headers.when >= draft.time
        and headers.subject == clean_line(draft.subject_line)
        and recipients.issuperset(map(normalize_address, draft.addresses))
    )


def _brings_files(box: Mailbox, headers: MessageHeaders, draft: MailLogEntry) -> bool:
    """Whether a message brings the files of a draft; a signature may bring others."""
    if not draft.file:
        return True
    content = box.message(headers.uid)
    return content is not None and set(draft.attachments) <= set(
        read_mail_facts(content).attachments
    )
