"""Who gets which mail, told by tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.model.basics import Lang
from sheet_diag.model.clientlist import ClientList, ListedClient
from sheet_diag.model.post import Event, MailKind, Parcel, Posted
from sheet_diag.model.results import Status
from sheet_diag.model.standing import ReturnFacts, Stage, Standing, Turnout
from sheet_diag.parcels import (
    LeftOut,
    corrections,
    passwords_of,
    reminders,
    requests,
    results,
    selected,
)
from sheet_diag.postbook import Postbook
from sheet_diag.seals import fits, seal

TODAY = date(2026, 12, 28)
NOW = datetime(2026, 12, 28, tzinfo=UTC)
OUTPUT = Path("output")


def _client(number: int, due: date | None = date(2026, 12, 25)) -> ListedClient:
    return ListedClient(
        f"C-{number}", f"見本{number}", Lang.JA, (f"a@{number}.example.jp",), due=due
    )


def _fact(client: str, status: Status, **more: Any) -> ReturnFacts:
    return ReturnFacts(client, "見本", status, f"sha-{client}", f"{client}.xlsx", **more)


def _turnout(*standings: Standing) -> Turnout:
    return Turnout(TODAY, standings, (), (), {})


def _book(path: Path, *posted: Posted) -> Postbook:
    book = Postbook.open(path / "mail-log.jsonl")
    for each in posted:
        book.add(each)
    book.close()
    return book


def _posted(event: Event, kind: MailKind, client: str, about: str = "", text: str = "") -> Posted:
    number = client.removeprefix("C-")
    addresses = (f"a@{number}.example.jp",)
    return Posted(NOW, event, client, kind, about, addresses=addresses, text=text)


def _told(mails: Iterable[Parcel | LeftOut]) -> list[str]:
    """A line a mail: `C-1 about attachment`, or why there is none."""
    return [
        f"{each.who.split()[0]} {each.key.removeprefix('mail.left.')}"
        if isinstance(each, LeftOut)
        else " ".join(filter(None, (each.client.id, each.about, _file(each))))
        for each in mails
    ]


def _file(parcel: Parcel) -> str:
    return parcel.attachment.as_posix() if parcel.attachment else ""


def test_everybody_is_asked_and_told_of_last_year_where_there_is_one() -> None:
    clients = ClientList((_client(1), _client(2)))
    sheets = {"C-1": Path("1.xlsx"), "C-2": Path("2.xlsx")}
    mails = list(requests(clients, sheets, frozenset({"C-2"})))
    assert _told(mails) == ["C-1 1.xlsx", "C-2 2.xlsx"]
    assert [bool(mail.facts.get("previous")) for mail in mails] == [False, True]


@pytest.mark.parametrize(
    ("stage", "due", "days", "reminders_", "reminded", "says"),
    [
        pytest.param(Stage.SENT, date(2026, 12, 25), 0, 0, None, ["C-1 1 s"], id="late"),
        pytest.param(
            Stage.REMINDED, date(2026, 12, 25), 0, 1, date(2026, 12, 26), ["C-1 2 s"], id="again"
        ),
        pytest.param(Stage.SENT, TODAY, 0, 0, None, [], id="the last day is not late"),
        pytest.param(Stage.SENT, TODAY, 1, 0, None, ["C-1 1 s"], id="a day ahead"),
        pytest.param(Stage.RECEIVED, date(2026, 12, 1), 0, 0, None, [], id="answered"),
        pytest.param(Stage.CORRECTING, date(2026, 12, 1), 0, 0, None, [], id="to be corrected"),
        pytest.param(Stage.UNSENT, date(2026, 12, 1), 0, 0, None, [], id="never asked"),
        pytest.param(Stage.REMINDED, date(2026, 12, 1), 0, 1, TODAY, ["C-1 today"], id="today"),
        pytest.param(Stage.SENT, None, 0, 0, None, ["C-1 no_due"], id="without a due date"),
    ],
)
def test_who_is_late_is_reminded(
    stage: Stage,
    due: date | None,
    days: int,
    reminders_: int,
    reminded: date | None,
    says: list[str],
) -> None:
    standing = Standing(_client(1, due), stage, reminders=reminders_, reminded=reminded)
    mails = list(reminders(_turnout(standing), {"C-1": Path("s")}, None, days))
    assert _told(mails) == says


def test_the_deadline_of_all_counts_where_a_client_has_none() -> None:
    standing = Standing(_client(1, None), Stage.SENT)
    late = reminders(_turnout(standing), {"C-1": Path("s")}, date(2026, 12, 20), 0)
    assert _told(late) == ["C-1 1 s"]


def test_without_a_sheet_nobody_is_reminded() -> None:
    standing = Standing(_client(1), Stage.SENT)
    assert _told(reminders(_turnout(standing), {}, None, 0)) == ["C-1 no_sheet"]


def test_held_returns_go_back() -> None:
    clients = ClientList((_client(1), _client(2), _client(3)))
    facts = (
        _fact("C-1", Status.HELD, correction="corrections/1.xlsx"),
        _fact("c-2", Status.RANKED, result="results/2.xlsx"),
        _fact("C-3", Status.REJECTED),
        _fact("C-4", Status.HELD, correction="corrections/4.xlsx"),
        _fact("", Status.HELD, correction="corrections/5.xlsx"),
        _fact("C-1", Status.SUPERSEDED),
    )
    assert _told(corrections(clients, facts, OUTPUT)) == [
        "C-1 sha-C-1 output/corrections/1.xlsx",
        "C-3 unreadable",
        "見本 not_listed",
        "見本 not_listed",
    ]


def test_a_return_from_another_clients_address_is_asked_about_first() -> None:
    clients = ClientList((_client(1), _client(2)))
    held = _fact("C-1", Status.HELD, correction="c.xlsx", strange=True)
    ranked = _fact("C-2", Status.RANKED, result="r.xlsx", strange=True)
    assert _told(corrections(clients, (held,), OUTPUT)) == ["C-1 sender"]
    assert _told(results(clients, (ranked,), OUTPUT, {})) == ["C-2 sender"]
    named = frozenset({"c-1", "c-2"})
    assert _told(corrections(clients, (held,), OUTPUT, named)) == ["C-1 sha-C-1 output/c.xlsx"]
    assert _told(results(clients, (ranked,), OUTPUT, {}, named)) == ["C-2 sha-C-2 output/r.xlsx"]


def test_a_password_that_does_not_open_what_was_sent_is_not_told(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2)))
    facts = [_fact(f"C-{n}", Status.RANKED, result=f"{n}.xlsx") for n in (1, 2)]
    sent = [
        replace(
            _posted(Event.SENT, MailKind.RESULT, f"C-{n}", f"sha-C-{n}"), seal=seal(f"word {n}")
        )
        for n in (1, 2)
    ]
    book = _book(tmp_path, *sent)
    right = {"c-1": "word 1", "c-2": "word 2"}
    told = passwords_of(results(clients, facts, OUTPUT, right), book)
    assert _told(told) == ["C-1 sha-C-1", "C-2 sha-C-2"]
    swapped = {"c-1": "word 2", "c-2": "word 1"}
    told = passwords_of(results(clients, facts, OUTPUT, swapped), book)
    assert _told(told) == ["C-1 password_changed", "C-2 password_changed"]


@pytest.mark.parametrize("sealed", ["", ".", "00.", "xyz.00", "00"])
def test_what_is_no_seal_fits_nothing(sealed: str) -> None:
    assert not fits("", sealed)
    assert not fits("word", sealed)


def test_a_seal_tells_nothing_and_is_another_one_each_time() -> None:
    assert seal("word") != seal("word")
    assert "word" not in seal("word")
    assert fits("word", seal("word"))
    assert not fits("Word", seal("word"))


def test_who_is_named_is_told_why_there_is_no_mail(tmp_path: Path) -> None:
    left = [LeftOut("C-1 a", "mail.left.no_sheet", client="C-1"), LeftOut("x", "mail.left.today")]
    assert len(selected(left, _book(tmp_path)).left_out) == 2
    assert len(selected(left, _book(tmp_path), frozenset({"c-1"})).left_out) == 1


def test_results_and_passwords_go_apart(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2), _client(3)))
    facts = tuple(_fact(f"C-{n}", Status.RANKED, result=f"results/{n}.xlsx") for n in range(1, 4))
    words = {"c-1": "one", "c-2": "two"}
    reports = list(results(clients, facts, OUTPUT, words))
    assert _told(reports) == [f"C-{n} sha-C-{n} output/results/{n}.xlsx" for n in range(1, 4)]
    assert [mail.password for mail in reports if isinstance(mail, Parcel)] == ["one", "two", ""]
    book = _book(tmp_path, _posted(Event.SENT, MailKind.RESULT, "C-1", "sha-C-1"))
    told = list(passwords_of(reports, book))
    assert _told(told) == ["C-1 sha-C-1", "C-2 result_first", "C-3 no_password"]
    assert isinstance(told[0], Parcel)
    assert (told[0].password, told[0].attachment, told[0].facts["file"]) == ("one", None, "1.xlsx")


@pytest.mark.parametrize(
    ("events", "chosen", "left", "done"),
    [
        pytest.param([], 1, 0, 0, id="new"),
        pytest.param([Event.SENDING], 0, 1, 0, id="nobody knows"),
        pytest.param([Event.SENDING, Event.SENT], 0, 0, 1, id="sent"),
        pytest.param([Event.BY_HAND], 0, 0, 1, id="by hand"),
        pytest.param([Event.SENDING, Event.DEFERRED], 1, 0, 0, id="try again"),
        pytest.param([Event.SENDING, Event.UNSENT], 1, 0, 0, id="did not go"),
        pytest.param([Event.SENDING, Event.REFUSED], 0, 1, 0, id="refused"),
        pytest.param([Event.SENDING, Event.SENT, Event.BOUNCED], 0, 1, 0, id="bounced"),
    ],
)
def test_no_mail_goes_twice(
    tmp_path: Path, events: list[Event], chosen: int, left: int, done: int
) -> None:
    book = _book(tmp_path, *(_posted(event, MailKind.REQUEST, "C-1") for event in events))
    mails = requests(ClientList((_client(1),)), {"C-1": Path("1.xlsx")}, frozenset())
    selection = selected(mails, book)
    assert (len(selection.parcels), len(selection.left_out), selection.done) == (chosen, left, done)


def test_a_corrected_address_is_written_to_again(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        _posted(Event.SENDING, MailKind.REQUEST, "C-1"),
        _posted(Event.REFUSED, MailKind.REQUEST, "C-1", text="550 no such user"),
    )
    moved = ListedClient("C-1", "見本1", Lang.JA, ("b@1.example.jp",))
    mails = requests(ClientList((moved,)), {"C-1": Path("1.xlsx")}, frozenset())
    assert len(selected(mails, book).parcels) == 1


def test_only_those_who_are_named(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2)))
    mails = requests(clients, dict.fromkeys(("C-1", "C-2"), Path("s")), frozenset())
    selection = selected(mails, _book(tmp_path), frozenset({"c-2"}))
    assert [parcel.client.id for parcel in selection.parcels] == ["C-2"]
