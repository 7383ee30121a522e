"""Find domains of a client list that may be those of somebody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from email_validator import EmailNotValidError, validate_email

from sheet_diag.intake.client_list.entries import read_shared
from sheet_diag.intake.client_list.headings import cell_message, format_other_place
from sheet_diag.intake.table_file import TableRow
from sheet_diag.model.basics import Message
from sheet_diag.text.lookalikes import domain_skeleton, find_foreign_letters
from sheet_diag.text.normalize import company_key, firm_domain


@dataclass(slots=True)
class DomainChecks:
    """The domains so far, each with its company and where it first stood; and by their looks."""

    firms: dict[str, tuple[str, TableRow]] = field(default_factory=dict)
    looks: dict[str, tuple[str, TableRow]] = field(default_factory=dict)

    def check(self, row: TableRow, addresses: Sequence[str]) -> Iterator[Message]:
        """Check the domains of the addresses in a row."""
        domains = {address: firm_domain(address) for address in addresses}
        for address, domain in domains.items():
            if not domain:
                yield cell_message("clients.note.free_mail", value=address)
        for domain in dict.fromkeys(address.rpartition("@")[2] for address in addresses):
            yield from self._check_letters(row, domain)
        firms = tuple(dict.fromkeys(filter(None, domains.values())))
        if len(firms) > 1:
            yield cell_message("clients.note.domains", value=", ".join(firms))
        shared, _ = read_shared(row.text("shared"), addresses)
        yield from self._find_other_firms(row, [domains[e] for e in addresses if e not in shared])

    def _check_letters(self, row: TableRow, domain: str) -> Iterator[Message]:
        """Find letters of other scripts, and domains that look like one that stood before."""
        shown = _decode_domain(domain)
        value = domain if shown == domain else f"{shown} ({domain})"
        if letters := find_foreign_letters(shown):
            yield cell_message("clients.note.letters", value=value, letters=letters)
        other, first = self.looks.setdefault(domain_skeleton(shown), (domain, row))
        if other != domain:
            place = format_other_place(first, "mail", row)
            parts = {"value": value, "other": _decode_domain(other), "place": place}
            yield cell_message("clients.note.lookalike", **parts)

    def _find_other_firms(self, row: TableRow, domains: Sequence[str]) -> Iterator[Message]:
        name = company_key(row.text("company"))
        for domain in dict.fromkeys(filter(None, domains)):
            other, first = self.firms.setdefault(domain, (name, row))
            if other != name:
                parts = {"value": domain, "place": format_other_place(first, "mail", row)}
                yield cell_message("clients.note.domain_shared", **parts)


def _decode_domain(domain: str) -> str:
    """Spell a domain in its own letters; one that none spell stays as it is."""
    if "xn--" not in domain:
        return domain
    try:
        return validate_email(f"x@{domain}", check_deliverability=False).domain
    except EmailNotValidError:
        return domain
