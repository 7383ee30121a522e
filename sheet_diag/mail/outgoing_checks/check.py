"""誤送信の防止: checks that a mail takes the files of its client to that client and nobody else.

Looks at the bytes that would leave, parsed again as a receiver would, and at nothing that made
them. What cannot be checked does not leave: a fault of the checks is an error, never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property

from sheet_diag.mail.outgoing_checks.attachments import ExpectedAttachments, compare_attachments
from sheet_diag.mail.outgoing_checks.documents import AttachmentFile, AttachmentOpener
from sheet_diag.mail.outgoing_checks.parsing import AmbiguousMailError, ParsedMail, parse_mail
from sheet_diag.mail.outgoing_checks.recipients import (
    compare_owners,
    compare_recipients,
    compare_row,
    warn_about_new_domains,
)
from sheet_diag.mail.outgoing_checks.results import (
    CheckedMail,
    MailCheckFinding,
    check_error,
    check_warning,
)
from sheet_diag.mail.outgoing_checks.texts import (
    ClientIndex,
    compare_file_name,
    compare_letter,
    require_no_other_password,
    require_no_password,
    require_password,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.settings import IntakeSettings


@dataclass(frozen=True)
class MailChecker:
    """The checks on the mails of one campaign.

    `sender` is the address that mails come from. `former_domains` are those that a client was
    written to at before, by folded client id (empty: nothing known); `former_owners` are the ids of
    the clients that an address was written to for (see `collect_address_owners`). `named` are the
    folded ids of clients that a person has named, one by one. `passwords` are those of the reports,
    by client id. `unprotected`: the user said that results may go out open. `report_lang` is the
    language that all reports are asked for in (None: that of each client).
    """

    catalog: Catalog
    clients: ClientList
    sender: str
    former_domains: Mapping[str, frozenset[str]]
    passwords: Mapping[str, str] = field(repr=False)
    reading: IntakeSettings = field(default_factory=IntakeSettings)
    unprotected: bool = False
    former_owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    named: frozenset[str] = frozenset()
    report_lang: Lang | None = None

    def inspect(self, content: bytes, outgoing: OutgoingMail) -> CheckedMail:
        """Check the final bytes of a mail. Raises nothing, whatever they hold."""
        try:
            found = tuple(self._findings(content, outgoing))
        except AmbiguousMailError as error:
            found = (check_error(error.key),)
        except Exception as error:  # noqa: BLE001 - what could not be checked does not leave
            found = (check_error("guard.fault", reason=type(error).__name__),)
        return CheckedMail(outgoing, found)

    def ahead(
        self, mails: Sequence[OutgoingMail], jobs: int | None = None
    ) -> AbstractContextManager[Iterable[OutgoingMail]]:
        """Yield the mails in order for a loop that checks each, and open their files ahead of it.

        Many files are opened in several processes (None: one per core).
        """
        files = [[AttachmentFile(path, self._password_for(m)) for path in m.files] for m in mails]
        return self._opener.ahead(list(zip(mails, files, strict=True)), jobs)

    @cached_property
    def _known_passwords(self) -> Mapping[str, str]:
        return {client.casefold(): word for client, word in self.passwords.items() if word}

    @cached_property
    def _opener(self) -> AttachmentOpener:
        return AttachmentOpener(self.catalog, self.reading.limits)

    @cached_property
    def _index(self) -> ClientIndex:
        return ClientIndex.of(self.clients, self._known_passwords)

    def _password_for(self, outgoing: OutgoingMail) -> str:
        """Return the password of the files of a mail (empty: they are open)."""
        client = outgoing.client.id.casefold()
        return self._known_passwords.get(client, "") if outgoing.kind.spec.is_report else ""

    def _findings(self, content: bytes, outgoing: OutgoingMail) -> Iterator[MailCheckFinding]:
        mail, row = parse_mail(content), self._index.by_id.get(outgoing.client.id.casefold())
        yield from compare_row(outgoing, row)
        if row is None:
            return
        yield from compare_recipients(mail, row, self._index, self.sender)
        yield from compare_letter(mail, row, self._index)
        yield from self._check_passwords(mail, outgoing, row)
        for attached in mail.attached:
            yield from compare_file_name(attached.name, row, self._index)
        yield from compare_attachments(mail, self._expected(outgoing, row))
        yield from warn_about_new_domains(row, self.former_domains)
        if outgoing.doubt:
            yield check_warning(outgoing.doubt.key, **outgoing.doubt.parts)
        if outgoing.sender_doubt:
            yield check_warning(f"guard.{outgoing.sender_doubt}", id=row.id, company=row.company)
        named = row.id.casefold() in self.named
        yield from compare_owners(row, self.former_owners, self._index, named=named)

    def _expected(self, outgoing: OutgoingMail, row: ListedClient) -> ExpectedAttachments:
        return ExpectedAttachments(
            mail=outgoing,
            row=row,
            catalog=self.catalog,
            opener=self._opener,
            password=self._password_for(outgoing),
            unprotected=self.unprotected,
            report_lang=self.report_lang,
        )

    def _check_passwords(
        self, mail: ParsedMail, outgoing: OutgoingMail, row: ListedClient
    ) -> Iterator[MailCheckFinding]:
        yield from require_no_other_password(mail, row, self._known_passwords, self._index)
        spec = outgoing.kind.spec
        if not spec.tells_password:
            yield from require_no_password(mail, outgoing, self._known_passwords)
        if spec.tells_password or (spec.is_report and not self.unprotected):
            yield from require_password(mail, outgoing, self._known_passwords, self._index)
