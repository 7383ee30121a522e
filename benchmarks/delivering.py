"""Every encrypted report opened before its mail leaves, in two ways: seconds by the clock.

python -m benchmarks.delivering [--reports 200] [--alone 60]

A mail that is sent is looked at twice, when a person is asked and right before it leaves. As
`sheet-diag deliver` does it, the reports are opened in several processes, and the second look knows
what it has seen; alone, one process opens each of them at each look. Alone takes the same time for
every report: it is measured on some of them, half of these before and half after the other way, so
that a busy machine slows down both, and reckoned for all. Both ways have to come to the same
verdict.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from benchmarks.clients import Campaign
from benchmarks.issuing import listed
from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.forms.write import Entries, make_hearing_sheet
from sheet_diag.mail.campaign.due_mails import due_reports
from sheet_diag.mail.campaign.outgoing import CheckedMail, ComposeContext, Dispatcher, check_mails
from sheet_diag.mail.compose.message import FromAddress
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.outgoing_checks.check import MailChecker
from sheet_diag.mail.templates.letters import MailTemplates
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.run_json.reader import load_return_facts
from sheet_diag.storage.report_passwords.file import PASSWORDS_FILE as PASSWORDS
from sheet_diag.storage.report_passwords.password_list import PasswordList

_SEED: Final = 7
_DAY: Final = date(2026, 11, 26)
_LOOKS: Final = 2
_SENDER: Final = FromAddress("shindan@example.co.jp", "")


@dataclass(frozen=True, slots=True)
class Delivery:
    """Reports that are to be sent, and the folder that they lie in."""

    catalog: Catalog
    clients: ClientList
    output: Path
    parcels: tuple[OutgoingMail, ...]

    def office(self, jobs: int | None) -> ComposeContext:
        """Where the mails are written, by a guard that has seen nothing yet."""
        passwords = PasswordList.load(self.output / PASSWORDS).by_id()
        guard = MailChecker(self.catalog, self.clients, _SENDER.address, {}, passwords)
        return ComposeContext(ISSUER, _SENDER, MailTemplates(), guard, self.output, _DAY, jobs)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds for two looks at `reports` mails by `jobs` processes; one process alone was measured
    with `alone` of them."""

    reports: int
    alone: int
    jobs: int
    together_seconds: float
    alone_seconds: float

    @property
    def ratio(self) -> float:
        """How many times faster it is together."""
        alone = self.alone_seconds / self.alone
        return alone / (self.together_seconds / self.reports)


def prepared(catalog: Catalog, folder: Path, count: int) -> Delivery:
    """A campaign in which everybody has answered, run with --protect."""
    campaign, source, output = Campaign(catalog, _SEED), folder / "input", folder / "output"
    source.mkdir(parents=True)
    filled = [campaign.client(number) for number in range(count)]
    clients = ClientList(
        tuple(  # two clients may not have one address
            replace(listed(number, each), addresses=(f"info{number}@example.co.jp",))
            for number, each in enumerate(filled)
        )
    )
    for client, each in zip(clients.clients, filled, strict=True):
        entries = Entries(
            {**each.entries.profile, "company": client.company},
            {item: _first(catalog, item, client.lang) for item in catalog.items},
        )
        content = make_hearing_sheet(catalog, client.lang, ISSUER, entries, client.id)
        (source / f"{client.id}.xlsx").write_bytes(content)
    run(_order(catalog, source, output, clients), lambda *_: None)
    _, facts = load_return_facts(output)
    words = PasswordList.load(output / PASSWORDS).by_id()
    mails = [
        each
        for each in due_reports(clients, facts, output, words)
        if isinstance(each, OutgoingMail)
    ]
    if len(mails) != count:
        raise AssertionError(f"{len(mails)} of {count} clients have a report")
    return Delivery(catalog, clients, output, tuple(mails))


def measure(delivery: Delivery, alone: int, jobs: int) -> Taken:
    """Look at the mails both ways; AssertionError where one is refused."""
    some = delivery.parcels[:alone]
    halves = (some[: len(some) // 2], some[len(some) // 2 :])
    before = _alone(delivery, halves[0])
    start = time.perf_counter()
    office = delivery.office(jobs)
    _require_passed(check_mails(office, delivery.parcels, _no_step))
    leaving = Dispatcher(office, MailLog(delivery.output / "no-mail-log"))
    if len(list(leaving.outgoing(delivery.parcels))) != len(delivery.parcels):
        _require_passed(leaving.stopped)
    together = time.perf_counter() - start
    after = _alone(delivery, halves[1])
    return Taken(len(delivery.parcels), len(some), jobs, together, before + after)


def _alone(delivery: Delivery, parcels: Sequence[OutgoingMail]) -> float:
    """Seconds for the looks by one process that remembers nothing."""
    start = time.perf_counter()
    for _ in range(_LOOKS):
        _require_passed(check_mails(delivery.office(1), parcels, _no_step))
    return time.perf_counter() - start


def _require_passed(looked: Sequence[CheckedMail]) -> None:
    stopped = [refusal.key for each in looked for refusal in each.errors]
    if stopped:
        raise AssertionError(f"a mail was stopped: {stopped[0]}")


def _no_step(_: int) -> None:
    """Nobody watches."""


def _first(catalog: Catalog, item: str, lang: Lang) -> str:
    return next(iter(catalog.offered(catalog.items[item]))).label[lang]


def _order(catalog: Catalog, source: Path, output: Path, clients: ClientList) -> RunConfig:
    return RunConfig(
        input=source,
        output=output,
        catalog=catalog,
        issuer=ISSUER,
        as_of=_DAY,
        lang=Lang.JA,
        protect=True,
        clients=clients,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--alone", type=int, default=60, help="reports opened alone at most")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        delivery = prepared(load_catalog(), Path(folder), chosen.reports)
        taken = measure(delivery, min(chosen.alone, chosen.reports), chosen.jobs)
    print(_line(taken))  # noqa: T201  # what the command is for


def _line(taken: Taken) -> str:
    alone = taken.alone_seconds / taken.alone
    return (
        f"{taken.reports:>6} encrypted reports, looked at twice: {taken.jobs} process(es) "
        f"{taken.together_seconds:.1f} s, alone {alone * taken.reports:.1f} s "
        f"({1000 * alone:.0f} ms each), {taken.ratio:.1f} times"
    )


if __name__ == "__main__":
    main()
