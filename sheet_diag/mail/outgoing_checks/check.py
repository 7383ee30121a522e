"""誤送信の防止: a mail carries the things of its client to that client, and to nobody else.

Looks at the bytes that would leave, parsed again as a receiver would, and at nothing that made
them. What cannot be looked at does not leave: a fault in here is a refusal, never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from sheet_diag.mail.outgoing_checks.attachments import ExpectedAttachments, compare_attachments
from sheet_diag.mail.outgoing_checks.client_index import ClientIndex
from sheet_diag.mail.outgoing_checks.documents import AttachmentFile, AttachmentOpener
from sheet_diag.mail.outgoing_checks.parsing import AmbiguousMailError, ParsedMail, parse_mail
from sheet_diag.mail.outgoing_checks.recipients import (
    compare_owners,
    compare_recipients,
    compare_row,
    warn_about_new_domains,
)
from sheet_diag.mail.outgoing_checks.results import (
    MailCheckError,
    MailCheckFinding,
    MailCheckResult,
    MailCheckWarning,
    check_error,
    check_warning,
)
from sheet_diag.mail.outgoing_checks.texts import (
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
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import IntakeSettings


@dataclass(frozen=True, slots=True)
class MailChecker:
    """The guard of one campaign.

    `sender` is the address that mails come from; `former_domains` are those written to before, by
    folded client id (empty: nothing known), `former_owners` the ids of the clients that an address
    was written to for (see `addressbook.owners`), `named` the folded ids of clients that a person
    has named, one by one; `passwords` are those of the reports, by client id.
    `unprotected`: the user said that results may go out open. `report_lang` is the language that
    all reports are asked for in (None: that of each client).
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
    _register: ClientIndex = field(init=False, repr=False, compare=False)
    _passwords: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _opener: AttachmentOpener = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Look through the list once, for all mails."""
        passwords = {client.casefold(): word for client, word in self.passwords.items() if word}
        object.__setattr__(self, "_passwords", passwords)
        object.__setattr__(self, "_opener", AttachmentOpener(self.catalog, self.reading.limits))
        object.__setattr__(self, "_register", ClientIndex.of(self.clients, passwords))

    def inspect(self, content: bytes, parcel: OutgoingMail) -> MailCheckResult:
        """Look at the final bytes of a mail. Raises nothing, whatever they hold."""
        try:
            found = tuple(self._findings(content, parcel))
        except AmbiguousMailError as error:
            found = (check_error(error.key),)
        except Exception as error:  # noqa: BLE001 - whatever went wrong: what is unseen stays here
            found = (check_error("guard.fault", reason=type(error).__name__),)
        refusals = tuple(each for each in found if isinstance(each, MailCheckError))
        return MailCheckResult(
            refusals, tuple(each for each in found if isinstance(each, MailCheckWarning))
        )

    def ahead(
        self, parcels: Sequence[OutgoingMail], jobs: int | None = None
    ) -> AbstractContextManager[Iterable[OutgoingMail]]:
        """The same parcels in the same order, for a loop in which each is inspected: their files
        are opened ahead of it, where they are many in several processes (None: one per core)."""
        mails = [(parcel, [*self._enclosures(parcel)]) for parcel in parcels]
        return self._opener.ahead(mails, jobs)

    def _enclosures(self, parcel: OutgoingMail) -> Iterator[AttachmentFile]:
        for path in parcel.files:
            yield AttachmentFile(path, self._password_for(parcel.kind, parcel.client.id))

    def _password_for(self, kind: MailKind, client: str) -> str:
        """What opens the files of a mail (empty: they are open)."""
        return self._passwords.get(client.casefold(), "") if kind.spec.is_report else ""

    def _findings(self, content: bytes, parcel: OutgoingMail) -> Iterator[MailCheckFinding]:
        mail, row = parse_mail(content), self._register.rows.get(parcel.client.id.casefold())
        yield from compare_row(parcel, row)
        if row is None:
            return
        yield from compare_recipients(mail, row, self._register, self.sender)
        yield from compare_letter(mail, row, self._register)
        yield from self._passwords_in(mail, parcel, row)
        for attached in mail.attached:
            yield from compare_file_name(attached.name, row, self._register)
        yield from compare_attachments(mail, self._due(parcel, row))
        yield from warn_about_new_domains(row, self.former_domains)
        if parcel.sender_mismatch:
            yield check_warning("guard.sender", id=row.id, company=row.company)
        named = row.id.casefold() in self.named
        yield from compare_owners(row, self.former_owners, self._register, named=named)

    def _due(self, parcel: OutgoingMail, row: ListedClient) -> ExpectedAttachments:
        return ExpectedAttachments(
            mail=parcel,
            row=row,
            catalog=self.catalog,
            opener=self._opener,
            password=self._password_for(parcel.kind, row.id),
            unprotected=self.unprotected,
            report_lang=self.report_lang,
        )

    def _passwords_in(
        self, mail: ParsedMail, parcel: OutgoingMail, row: ListedClient
    ) -> Iterator[MailCheckFinding]:
        yield from require_no_other_password(mail, row, self._passwords, self._register)
        spec = parcel.kind.spec
        if not spec.tells_password:
            yield from require_no_password(mail, parcel, self._passwords)
        if spec.tells_password or (spec.is_report and not self.unprotected):
            yield from require_password(mail, parcel, self._passwords, self._register)
