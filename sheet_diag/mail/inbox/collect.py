"""Collects returns: goes through a folder of the mailbox and says what became of each message.

Heads decide first, so that most messages stay where they are. A mail is logged once its file is
safely in place, with all its entries at once, so that a kill loses nothing and nothing comes twice.
What was collected and deleted before any run had read it is fetched again. Texts come last: one may
tell the password of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from sheet_diag.intake.containers.mail_passwords import may_tell_password
from sheet_diag.intake.containers.received_mail import read_eml
from sheet_diag.intake.discovery import InputFile, find_input_files
from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import Mailbox
from sheet_diag.mail.inbox.bounces import SentMailIndex
from sheet_diag.mail.inbox.contents import MailContents, MailReader
from sheet_diag.mail.inbox.delivery_reports import DeliveryReportReader
from sheet_diag.mail.inbox.headers import MessageHeaders, read_message_headers
from sheet_diag.mail.inbox.known_mails import FetchedMail, KnownMails
from sheet_diag.mail.inbox.mail_owner import ClientMatcher
from sheet_diag.mail.inbox.own_files import hash_own_files
from sheet_diag.mail.inbox.results import (
    CollectedMail,
    CollectResult,
    MailOutcome,
    UncollectedMail,
)
from sheet_diag.mail.inbox.store import MailStore, format_file_label
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import MIB, IntakeSettings
from sheet_diag.pipeline.input_files import find_missing_mails
from sheet_diag.reports.response_status.read_files import ReadFiles

_FILES_IN_TEXT: Final = 10_240  # bytes above which a text may hold a file (uuencode)
_PASSWORD_COMES: Final = timedelta(days=7)  # before or after the file that it opens


def collect_returned_mails(
    box: Mailbox,
    input: Path,
    log: MailLog,
    clients: ClientList,
    catalog: Catalog,
    reading: IntakeSettings,
    *,
    read: ReadFiles,
    own: Iterable[str] = (),
    since: date | None = None,
    progress: Callable[[int], object],
) -> CollectResult:
    """Put the returns in an open folder of a mailbox into the input folder, each message once.

    `read` is what the last run has read, `own` are our own addresses. Messages that arrived before
    the day `since` are left; `progress` gets the number of messages so far. The result says where
    the connection broke (`stopped`). Raises `OSError` where a file or the log cannot be written.
    """
    addresses = frozenset(each.casefold() for each in (*own, box.user))
    with ExitStack() as closing:
        reader = closing.enter_context(MailReader(catalog, reading))
        store = MailStore(input)
        closing.callback(store.clear)
        found = find_input_files(input, apart_from=log.path.parent) if input.is_dir() else ()
        known = KnownMails(log, find_missing_mails(log.entries, read, found))
        collector = _Collector(box, log, clients, addresses, reader, store, reading, known)
        collector.complete_log(found)
        try:
            for done, head in enumerate(box.heads(since), 1):
                collector.decide(read_message_headers(head))
                progress(done)
            collector.decide_texts()
        except MailboxError as error:
            collector.result.stopped = error
        else:
            lost = known.missing
            collector.result.lost = tuple(
                each for each in lost if since is None or each.time.date() >= since
            )
        return collector.result


class _Collector:
    """Decides about one message after the other."""

    def __init__(
        self,
        box: Mailbox,
        log: MailLog,
        clients: ClientList,
        own: frozenset[str],
        reader: MailReader,
        store: MailStore,
        reading: IntakeSettings,
        known: KnownMails,
    ) -> None:
        self.result = CollectResult()
        self._box = box
        self._log = log
        self._own = own
        self._reader = reader
        self._store = store
        self._max_size = reading.limits.file * MIB
        self._sent = SentMailIndex(log.entries, own)
        self._matcher = ClientMatcher(clients, self._sent.by_id)
        self._reports = DeliveryReportReader(log, self._sent)
        self._known = known
        self._texts: list[MessageHeaders] = []

    @cached_property
    def _own_files(self) -> frozenset[str]:
        return hash_own_files(self._log.path.parent, self._log.entries)

    def complete_log(self, found: Iterable[InputFile]) -> None:
        """Complete the lines of earlier versions from the files that they name.

        What cannot be read now is completed another time.
        """
        files = {each.name: each.path for each in found if not (each.blocked or each.outside)}
        for lines in self._known.incomplete:
            path, content = files.get(lines[-1].file), b""
            with suppress(OSError):
                content = path.read_bytes() if path else b""
            mail = FetchedMail.of(content, lines[-1].message_id)
            if path and content and lines[-1].sha256 in ("", mail.sha256):
                contents = self._reader.read_contents(path, lines[-1].file)
                told = replace(
                    lines[-1], sha256=mail.sha256, holds=contents.digests, locked=contents.locked
                )
                self._known.add(mail, [replace(told, client=each.client) for each in lines])

    def decide(self, headers: MessageHeaders) -> None:
        """Decide about one message, or put a text aside. Raises `MailboxError`, `OSError`."""
        is_text = not headers.may_bring_files and headers.size <= _FILES_IN_TEXT
        if self._known.is_collected(headers):
            self._count(MailOutcome.KNOWN)
        elif headers.is_receipt:  # it may return our mail with all that was attached
            self._count(MailOutcome.AUTOMATIC)
        elif self._known.is_left(headers) or (is_text and not headers.is_report):
            self._texts.append(headers)
        else:
            self._decide_by_content(headers)

    def decide_texts(self) -> None:
        """Decide about the texts: one may tell the password of a file that came with another."""
        for headers in self._texts:
            fetched = self._fetch(headers) if self._is_near_locked(headers) else None
            if isinstance(fetched, FetchedMail) and self._tells_password(fetched):
                self._store.write_draft(fetched.content)
                self._collect(headers, fetched, MailContents())
            elif isinstance(fetched, MailOutcome):
                self._count(fetched)
            else:
                self._count(self._leave(headers))

    def _fetch(self, headers: MessageHeaders) -> FetchedMail | MailOutcome:
        """Fetch a mail; where that is not to be done, say what became of it."""
        if headers.size > self._max_size:
            self.result.too_large.append(self._describe(headers))
            return MailOutcome.TOO_LARGE
        content = self._box.message(headers.uid)
        if content is None:
            return MailOutcome.GONE
        mail = FetchedMail.of(content, headers.message_id, headers.size)
        return MailOutcome.KNOWN if self._known.recognize(mail) else mail

    def _decide_by_content(self, headers: MessageHeaders) -> None:
        mail = self._fetch(headers)
        if isinstance(mail, MailOutcome):
            self._count(mail)
        elif headers.is_formal_report:  # what it returns is ours, and no answer
            self._count(self._decide_report(headers, mail))
        elif self._is_ours(headers, mail):
            self._leave_ours(headers, mail)
        else:
            self._decide_by_returns(headers, mail)

    def _decide_by_returns(self, headers: MessageHeaders, mail: FetchedMail) -> None:
        contents = self._read_contents(headers, mail) if mail.files else MailContents()
        brought = contents.digests if headers.is_report else contents.files
        if brought and self._own_files.issuperset(brought):
            self._leave_ours(headers, mail)
        elif brought:
            self._collect(headers, mail, contents)
        elif headers.is_report:
            self._count(self._decide_report(headers, mail))
        else:
            if not mail.files:
                self._known.add_left(mail, headers)
            self._texts.append(headers)

    def _is_ours(self, headers: MessageHeaders, mail: FetchedMail) -> bool:
        """Whether every file in it is one of ours.

        Earlier versions did not log what they sent: of theirs, a copy in our name is ours.
        """
        sent = self._sent.by_id.get(headers.message_id)
        is_old = sent is not None and bool(sent.file) and not sent.attachments
        if is_old and headers.sender.casefold() in self._own:
            return True
        return bool(mail.files) and self._own_files.issuperset(mail.files)

    def _leave_ours(self, headers: MessageHeaders, mail: FetchedMail) -> None:
        """Leave a copy of our mail, or an answer that brings back what we sent."""
        if headers.is_report:
            self._count(self._decide_report(headers, mail))
            return
        self._known.add_left(mail, headers)
        self._texts.append(headers)

    def _is_near_locked(self, headers: MessageHeaders) -> bool:
        """Whether its sender has sent a file with a password in those days, or will have."""
        if headers.message_id in self._sent.by_id and headers.sender.casefold() in self._own:
            return False
        sender = headers.sender.casefold()
        days = [each.time for each in self._known.locked if sender in each.folded_addresses]
        return any(abs(headers.when - day) <= _PASSWORD_COMES for day in days)

    def _tells_password(self, mail: FetchedMail) -> bool:
        try:
            return may_tell_password(read_eml(mail.content).read_text())
        except Exception:  # noqa: BLE001 - damaged mails make the library raise all sorts
            return False

    def _decide_report(self, headers: MessageHeaders, mail: FetchedMail) -> MailOutcome:
        """Leave a report that says nothing of an address for a person to read."""
        is_understood = self._read_report(headers, mail)
        return MailOutcome.REPORT if is_understood else self._leave(headers)

    def _read_report(self, headers: MessageHeaders, mail: FetchedMail) -> bool:
        """Take in the failures in a report. Tell whether there are any."""
        report = self._reports.read(mail.content, headers.when)
        self.result.bounces += report.news
        if not headers.is_seen:
            self.result.unconfirmed += report.unconfirmed
        return report.understood

    def _read_contents(self, headers: MessageHeaders, mail: FetchedMail) -> MailContents:
        client = self._matcher.match_headers(headers)
        name = f"{format_file_label(client, headers.sender)}.eml"
        return self._reader.read_contents(self._store.write_draft(mail.content), name)

    def _collect(self, headers: MessageHeaders, mail: FetchedMail, contents: MailContents) -> None:
        """Put the draft of a mail into its place and log it; a report in it counts, too."""
        if headers.is_report:
            self._read_report(headers, mail)
        matches = self._matcher.match_sheets(headers, contents.clients)
        by_headers = self._matcher.match_headers(headers)
        client = matches[0].client if len(matches) == 1 else by_headers
        label = format_file_label(client, headers.sender)
        file = self._store.keep_draft(mail.content, label, headers.when)
        entry = MailLogEntry(
            time=headers.when,
            event=MailEvent.COLLECTED,
            addresses=(headers.sender,) if headers.sender else (),
            file=file,
            sha256=mail.sha256,
            holds=contents.digests,
            dmarc=contents.dmarc,
            locked=contents.locked,
        )
        again = self._known.is_missing(mail)
        ids = [match.client.id if match.client else "" for match in matches]
        self._known.add(mail, [replace(entry, client=id_) for id_ in ids])
        for id_, match in zip(ids, matches, strict=True):
            collected = CollectedMail(id_, file, headers.sender, match.warnings, again)
            self.result.new.append(collected)
        self._count(MailOutcome.NEW)

    def _leave(self, headers: MessageHeaders) -> MailOutcome:
        """Leave a mail without a return; what people write needs a reader until it has one."""
        if headers.is_automatic and not headers.is_report:
            return MailOutcome.AUTOMATIC
        if headers.sender.casefold() in self._own:
            return MailOutcome.OWN
        needs_reader = self._matcher.is_of_client(headers) or headers.is_report
        if not needs_reader or headers.is_seen:
            return MailOutcome.OTHER
        self.result.without_sheet.append(self._describe(headers))
        return MailOutcome.WITHOUT_SHEET

    def _describe(self, headers: MessageHeaders) -> UncollectedMail:
        client = self._matcher.match_headers(headers)
        return UncollectedMail(client.id if client else "", headers.sender, headers.subject)

    def _count(self, outcome: MailOutcome) -> None:
        self.result.counts[outcome] += 1
