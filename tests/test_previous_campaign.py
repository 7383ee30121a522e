"""What is told of a client from year to year, and never of another."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheet_diag.mail.campaign.previous_campaign import (
    compare_with_previous_returns,
    find_addresses_of_others,
    find_changed_domains,
    find_previous_returns,
    find_renumbered_clients,
)
from sheet_diag.mail.log.address_history import collect_address_owners, collect_client_domains
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.comparison import PreviousReturn
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus


def _clients(*rows: str) -> ClientList:
    """`C-1 株式会社甲 a@ko.example`, one a client."""
    found = (row.split() for row in rows)
    return ClientList(tuple(ListedClient(id_, name, Lang.JA, (mail,)) for id_, name, mail in found))


def _then(*rows: str) -> list[PreviousReturn]:
    """`C-1 株式会社甲`, `- 株式会社甲` without an id; the answers say which row it was."""
    found = (row.split() for row in rows)
    return [
        PreviousReturn("" if id_ == "-" else id_, name, {"POL-01": str(n)}, None, None, {})
        for n, (id_, name) in enumerate(found)
    ]


LIST = _clients("C-1 株式会社甲 a@ko.example", "C-2 株式会社乙 a@otsu.example")


@pytest.mark.parametrize(
    ("then", "found"),
    [
        pytest.param(["C-1 株式会社甲", "C-2 乙"], {"C-1": "0", "C-2": "1"}, id="the same"),
        pytest.param(["c-1 (株)甲"], {"C-1": "0"}, id="written in another way"),
        pytest.param(["C-1 株式会社丙"], {}, id="the id was another firm's"),
        pytest.param(["C-9 株式会社甲"], {}, id="the firm had another id"),
        pytest.param(["- 株式会社甲"], {"C-1": "0"}, id="by name where no id was told"),
        pytest.param(["- 株式会社甲", "- 甲"], {}, id="two of that name"),
        pytest.param(["C-1 甲", "C-1 甲"], {}, id="two departments"),
        pytest.param(["C-1 甲", "- 甲"], {"C-1": "0"}, id="the id comes first"),
    ],
)
def test_last_years_return_is_found_by_id_and_name(then: list[str], found: dict[str, str]) -> None:
    former = find_previous_returns(LIST, _then(*then))
    assert {client: each.answers["POL-01"] for client, each in former.items()} == found


def test_a_name_of_two_clients_finds_no_return() -> None:
    twins = _clients("C-1 甲 a@ko.example", "C-2 株式会社甲 a@otsu.example")
    assert find_previous_returns(twins, _then("- 甲")) == {}


@pytest.mark.parametrize(
    ("then", "keys"),
    [
        pytest.param(["C-1 株式会社甲", "C-2 (株)乙"], [], id="the same"),
        pytest.param(["C-1 丙"], ["C-1 other_company"], id="another firm"),
        pytest.param(["C-9 甲"], ["C-1 other_id"], id="another id"),
        pytest.param(["C-2 甲", "C-1 乙"], ["other_company", "other_id"] * 2, id="swapped"),
    ],
)
def test_ids_that_changed_since_last_year_are_found(then: list[str], keys: list[str]) -> None:
    found = [
        f"{each.who.split()[0]} {each.key}"
        for each in compare_with_previous_returns(LIST, _then(*then))
    ]
    for text, key in zip(found, keys, strict=True):
        assert all(part in text.replace("mail.year.", "") for part in key.split())


def _sent(client: str, address: str, event: MailEvent = MailEvent.SENT) -> MailLogEntry:
    now = datetime(2025, 12, 1, tzinfo=UTC)
    return MailLogEntry(now, event, client, MailKind.REQUEST, addresses=(address,))


def test_a_domain_never_written_to_is_found() -> None:
    posted = [
        _sent("C-1", "x@KO.example"),
        _sent("C-1", "x@gone.example", MailEvent.REFUSED),
        _sent("C-2", "x@new.example", MailEvent.BY_HAND),
    ]
    facts = [ReturnFacts("c-1", "甲", ReturnStatus.RANKED, "s", "f", email="y@mail.ko.example")]
    known = collect_client_domains(posted, facts)
    assert known == {
        "c-1": frozenset({"ko.example", "mail.ko.example"}),
        "c-2": frozenset({"new.example"}),
    }
    assert [each.who.split()[0] for each in find_changed_domains(LIST, known)] == ["C-2"]


def _past(*mails: str) -> dict[str, frozenset[str]]:
    """`C-1 a@ko.example`, one a mail that went out."""
    pairs = (mail.split() for mail in mails)
    return collect_address_owners([_sent(client, address) for client, address in pairs])


@pytest.mark.parametrize(
    ("past", "found"),
    [
        pytest.param(["C-1 a@ko.example", "c-2 A@otsu.example"], [], id="the same"),
        pytest.param(["C-2 a@ko.example"], ["C-1 C-2 株式会社乙"], id="another client's"),
        pytest.param(["C-9 a@ko.example"], ["C-1 C-9"], id="of one who has left the list"),
        pytest.param(["C-1 a@ko.example", "C-2 a@ko.example"], [], id="his as well"),
        pytest.param(["C-2 a@KO.example"], ["C-1 C-2 株式会社乙"], id="a domain in capitals"),
    ],
)
def test_an_address_of_another_client_is_found(past: list[str], found: list[str]) -> None:
    told = [
        f"{each.who.split()[0]} {each.parts['others']}"
        for each in find_addresses_of_others(LIST, _past(*past))
    ]
    assert told == found


@pytest.mark.parametrize(
    ("past", "found"),
    [
        pytest.param(["C-1 a@ko.example"], [], id="the same"),
        pytest.param(["C-9 a@ko.example"], ["C-1 C-9"], id="another id"),
        pytest.param(["C-9 x@ko.example"], [], id="another address"),
        pytest.param(["C-2 a@ko.example"], [], id="the id of one who is listed"),
        pytest.param(["C-9 a@ko.example", "C-1 x@ko.example"], [], id="both ids"),
        pytest.param([], [], id="nothing sent"),
    ],
)
def test_a_client_with_a_changed_id_is_found(past: list[str], found: list[str]) -> None:
    told = [
        f"{r.who.split()[0]} {r.parts['before']}"
        for r in find_renumbered_clients(LIST, _past(*past))
    ]
    assert told == found


@pytest.mark.parametrize(
    ("then", "now", "lost"),
    [("001", "1", True), ("000", "0", True), ("0010", "10", True), ("001", "10", False),
     ("A01", "A1", False), ("100", "1", False)],
)  # fmt: skip
def test_zeros_that_excel_dropped_are_recognised(then: str, now: str, lost: bool) -> None:
    clients = _clients(f"{now} 甲 a@ko.example")
    (told,) = find_renumbered_clients(clients, _past(f"{then} a@ko.example"))
    assert (told.key == "mail.renumbered.zeros") == lost


def test_domains_are_compared_as_the_name_system_spells_them() -> None:
    clients = _clients("C-1 甲 a@青葉.example", "C-2 乙 a@otsu.example")
    spelt = "青葉".encode("idna").decode()
    assert not list(
        find_changed_domains(
            clients, collect_client_domains([_sent("C-1", f"b@{spelt}.example")], [])
        )
    )
    assert not list(find_addresses_of_others(clients, _past(f"C-1 a@{spelt}.example")))
    assert list(find_addresses_of_others(clients, _past(f"C-2 a@{spelt}.example")))
