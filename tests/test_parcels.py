"""Who gets which mail, told by tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.mail.campaign.due_mails import LeftOut, corrections, requests, results
from sheet_diag.mail.campaign.password_mails import passwords_of
from sheet_diag.mail.campaign.selection import Choosing, selected
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import Event, MailKind, Parcel, Posted, ReportForm, about_report
from sheet_diag.model.results import Status
from sheet_diag.storage.report_passwords.fingerprints import fits, seal

NOW = datetime(2026, 12, 28, tzinfo=UTC)
OUTPUT = Path("output")


def _client(number: int, due: date | None = date(2026, 12, 25)) -> ListedClient:
    return ListedClient(
        f"C-{number}", f"見本{number}", Lang.JA, (f"a@{number}.example.jp",), due=due
    )


def _fact(client: str, status: Status, **more: Any) -> ReturnFacts:
    return ReturnFacts(client, "見本", status, f"sha-{client}", f"{client}.xlsx", **more)


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
    mails = [
        *corrections(clients, (held,), OUTPUT, named),
        *results(clients, (ranked,), OUTPUT, {}, named),
    ]
    assert all(isinstance(mail, Parcel) and mail.strange for mail in mails)


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
    told = passwords_of(results(clients, facts, OUTPUT, right), clients, right, book)
    assert _told(told) == ["C-1 sha-C-1", "C-2 sha-C-2"]
    swapped = {"c-1": "word 2", "c-2": "word 1"}
    told = passwords_of(results(clients, facts, OUTPUT, swapped), clients, swapped, book)
    assert _told(told) == ["C-1 password_changed", "C-2 password_changed"]


def _of_first(event: Event, kind: MailKind, word: str = "") -> Posted:
    line = _posted(event, kind, "C-1", "sha-C-1")
    return replace(line, seal=seal(word)) if word else line


@pytest.mark.parametrize(
    ("log", "says"),
    [
        pytest.param("R P", [], id="told"),
        pytest.param("R P R", ["C-1 sha-C-1"], id="the report went out once more"),
        pytest.param("R R P", [], id="and the password after it"),
        pytest.param("R P R P", [], id="each twice"),
        pytest.param("R B R P", [], id="after it came back"),
        pytest.param("R P R B", ["C-1 result_first"], id="and that came back"),
        pytest.param("R P F", [], id="in another form, under the same password"),
        pytest.param("O Q F", ["C-1 sha-C-1"], id="in another form, under a new password"),
        pytest.param("O Q N", ["C-1 sha-C-1"], id="under a new password"),
        pytest.param("O Q N P", [], id="which was told"),
        pytest.param("M", ["C-1 report_moved"], id="to nobody who is listed now"),
    ],
)
def test_a_password_goes_out_once_more_after_its_report(
    tmp_path: Path, log: str, says: list[str]
) -> None:
    lines = {
        "R": _of_first(Event.SENT, MailKind.RESULT, "word"),
        "B": _of_first(Event.BOUNCED, MailKind.RESULT),
        "P": _of_first(Event.SENT, MailKind.PASSWORD, "word"),
        "O": _of_first(Event.SENT, MailKind.RESULT, "former"),
        "Q": _of_first(Event.SENT, MailKind.PASSWORD, "former"),
    }
    about = about_report("sha-C-1", ReportForm.PRINTED)
    lines |= {
        "N": lines["R"],
        "F": replace(lines["R"], about=about),
        "M": replace(lines["R"], addresses=("gone@1.example.jp",)),
    }
    book = _book(tmp_path, *(lines[each] for each in log.split()))
    facts = [_fact("C-1", Status.RANKED, result="1.xlsx")]
    clients, words = ClientList((_client(1),)), {"c-1": "word"}
    reports = results(clients, facts, OUTPUT, words)
    found = selected(passwords_of(reports, clients, words, book), book)
    assert _told([*found.parcels, *found.left_out]) == says


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
    left = [LeftOut("C-1 a", "mail.left.no_sheet", client="C-1"), LeftOut("x", "mail.left.no_due")]
    assert len(selected(left, _book(tmp_path)).left_out) == 2
    assert len(selected(left, _book(tmp_path), Choosing(frozenset({"c-1"}))).left_out) == 1


def test_results_and_passwords_go_apart(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2), _client(3)))
    facts = tuple(_fact(f"C-{n}", Status.RANKED, result=f"results/{n}.xlsx") for n in range(1, 4))
    words = {"c-1": "one", "c-2": "two"}
    reports = list(results(clients, facts, OUTPUT, words))
    assert _told(reports) == [f"C-{n} sha-C-{n} output/results/{n}.xlsx" for n in range(1, 4)]
    assert [mail.password for mail in reports if isinstance(mail, Parcel)] == ["one", "two", ""]
    line = replace(_posted(Event.SENT, MailKind.RESULT, "C-1", "sha-C-1"), file="1.xlsx")
    told = list(passwords_of(reports, clients, words, _book(tmp_path, line)))
    assert sorted(_told(told)) == ["C-1 sha-C-1", "C-2 result_first", "C-3 no_password"]
    (mail,) = (each for each in told if isinstance(each, Parcel))
    assert (mail.password, mail.attachment, mail.facts["file"]) == ("one", None, "1.xlsx")


# --- reports in another form

BOOK, PRINT, BOTH = ReportForm


def _reports(form: ReportForm, **fact: Any) -> list[Parcel | LeftOut]:
    """The mail with the report of the only client, in a form."""
    told = {"result": "results/1.xlsx", "pdf": "pdf/1.pdf", "pdf_sha256": "abc", **fact}
    facts = (_fact("C-1", Status.RANKED, **told),)
    return list(results(ClientList((_client(1),)), facts, OUTPUT, {"c-1": "word"}, form=form))


@pytest.mark.parametrize(
    ("form", "files"),
    [(BOOK, ["results/1.xlsx"]), (PRINT, ["pdf/1.pdf"]), (BOTH, ["results/1.xlsx", "pdf/1.pdf"])],
)
def test_a_report_goes_out_as_is_asked_for(form: ReportForm, files: list[str]) -> None:
    (mail,) = _reports(form)
    assert isinstance(mail, Parcel)
    assert [path.relative_to(OUTPUT).as_posix() for path in mail.files] == files
    assert mail.file_names == " / ".join(path.name for path in mail.files)
    assert (mail.form, mail.printed, mail.password) == (form, "abc", "word")


@pytest.mark.parametrize(
    ("fact", "says"),
    [
        pytest.param({"pdf": "", "pdf_sha256": ""}, "no_pdf", id="a run without PDFs"),
        pytest.param(
            {"pdf": "", "pdf_sha256": "", "unprinted": True}, "unprinted", id="not printed"
        ),
        pytest.param({"pdf_sha256": ""}, "no_pdf", id="a run of an earlier version"),
    ],
)
def test_without_a_pdf_the_client_is_stopped(fact: dict[str, Any], says: str) -> None:
    for form in (PRINT, BOTH):
        (left,) = _reports(form, **fact)
        assert isinstance(left, LeftOut)
        assert (left.key, left.rests) == (f"mail.left.{says}", False)
    assert _told(_reports(BOOK, **fact)) == ["C-1 sha-C-1 output/results/1.xlsx"]


def _sent(form: ReportForm, event: Event = Event.SENT, word: str = "word") -> Posted:
    """The line of a report that went out in a form."""
    (mail,) = _reports(form)
    assert isinstance(mail, Parcel)
    line = _posted(event, MailKind.RESULT, "C-1", mail.about)
    return replace(line, file=mail.file_names, seal=seal(word))


NAMED = frozenset({"c-1"})


@pytest.mark.parametrize(
    ("log", "asked", "only", "says"),
    [
        pytest.param([], PRINT, (), ["1.pdf"], id="new"),
        pytest.param([(BOOK, Event.SENT)], BOOK, NAMED, "done", id="the same form"),
        pytest.param([(BOOK, Event.SENT)], PRINT, (), "otherwise", id="another form"),
        pytest.param([(PRINT, Event.BY_HAND)], BOOK, (), "otherwise", id="by hand"),
        pytest.param([(BOOK, Event.SENT)], BOTH, (), "otherwise", id="both, one is there"),
        pytest.param([(BOTH, Event.SENT)], PRINT, NAMED, "done", id="one, both are there"),
        pytest.param([(BOOK, Event.SENT)], PRINT, NAMED, ["1.pdf"], id="another one, named"),
        pytest.param([(BOOK, Event.SENT)], BOTH, NAMED, ["1.pdf"], id="what is missing of both"),
        pytest.param([(PRINT, Event.SENT)], BOTH, NAMED, ["1.xlsx"], id="the workbook is missing"),
        pytest.param(
            [(BOOK, Event.SENT), (PRINT, Event.SENT)], BOTH, NAMED, "done", id="both, one by one"
        ),
        pytest.param([(BOOK, Event.SENDING)], PRINT, NAMED, "unknown", id="nobody knows"),
        pytest.param(
            [(BOOK, Event.SENT), (BOOK, Event.BOUNCED)], PRINT, (), ["1.pdf"], id="it came back"
        ),
    ],
)
def test_a_report_goes_out_in_another_form_only_to_who_is_named(
    tmp_path: Path,
    log: list[tuple[ReportForm, Event]],
    asked: ReportForm,
    only: Iterable[str],
    says: str | list[str],
) -> None:
    book = _book(tmp_path, *(_sent(form, event) for form, event in log))
    told = selected(_reports(asked), book, Choosing(frozenset(only)))
    found: str | list[str] = [path.name for each in told.parcels for path in each.files]
    if told.done:
        found = "otherwise" if told.otherwise else "done"
    elif told.left_out:
        found = told.left_out[0].key.removeprefix("mail.left.")
    assert found == says


def test_what_is_sent_later_in_another_form_is_a_mail_of_its_own(tmp_path: Path) -> None:
    book = _book(tmp_path, _sent(BOOK))
    (rest,) = selected(_reports(BOTH), book, Choosing(NAMED)).parcels
    assert rest.about == f"sha-C-1/{PRINT}"
    assert (rest.form, rest.printed) == (PRINT, "abc")


def test_another_form_is_not_sent_under_another_password(tmp_path: Path) -> None:
    """The password that the client was told opens both."""
    book = _book(tmp_path, _sent(BOOK, word="former"))
    assert _told(selected(_reports(PRINT), book, Choosing(NAMED)).left_out) == [
        "C-1 password_changed"
    ]


@pytest.mark.parametrize(
    ("log", "says"),
    [
        pytest.param([(PRINT, "word")], "1.pdf", id="a PDF"),
        pytest.param([(BOTH, "word")], "1.xlsx / 1.pdf", id="both"),
        pytest.param([(BOOK, "word"), (PRINT, "word")], "1.xlsx / 1.pdf", id="one by one"),
        pytest.param([(BOOK, "word"), (PRINT, "other")], "1.xlsx", id="under two passwords"),
        pytest.param([(BOOK, "other"), (PRINT, "third")], None, id="under others"),
    ],
)
def test_one_password_mail_serves_every_form(
    tmp_path: Path, log: list[tuple[ReportForm, str]], says: str | None
) -> None:
    book = _book(tmp_path, *(_sent(form, word=word) for form, word in log))
    clients = ClientList((_client(1),))
    (mail,) = passwords_of(_reports(BOOK), clients, {"c-1": "word"}, book)
    if says is None:
        assert _told([mail]) == ["C-1 password_changed"]
    else:
        assert isinstance(mail, Parcel)
        assert (mail.about, mail.facts["file"]) == ("sha-C-1", says)


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
    selection = selected(mails, _book(tmp_path), Choosing(frozenset({"c-2"})))
    assert [parcel.client.id for parcel in selection.parcels] == ["C-2"]


def test_a_password_is_told_though_the_return_is_gone(tmp_path: Path) -> None:
    book = _book(tmp_path, _of_first(Event.SENT, MailKind.RESULT, "word"))
    clients, words = ClientList((_client(1), _client(2))), {"c-1": "word", "c-2": "two"}
    assert _told(passwords_of((), clients, words, book)) == ["C-1 sha-C-1"]
    assert _told(passwords_of((), clients, words, book, frozenset({"c-2"}))) == []
    assert _told(passwords_of((), clients, {}, book)) == ["C-1 password_lost"]


@pytest.mark.parametrize(
    ("log", "day", "says"),
    [
        pytest.param([Event.SENT], NOW.date(), ["C-1"], id="the first time was today"),
        pytest.param([Event.SENT] * 2, NOW.date(), ["C-1 again_today"], id="and the second"),
        pytest.param([Event.SENT] * 2, date(2026, 12, 29), ["C-1"], id="that was yesterday"),
        pytest.param([], NOW.date(), ["C-1"], id="never yet"),
    ],
)
def test_who_is_stopped_while_sending_again_can_go_on(
    tmp_path: Path, log: list[Event], day: date, says: list[str]
) -> None:
    book = _book(tmp_path, *(_posted(event, MailKind.REQUEST, "C-1") for event in log))
    mails = requests(ClientList((_client(1),)), {"C-1": Path("1.xlsx")}, frozenset())
    found = selected(mails, book, Choosing(frozenset({"c-1"}), again=True, today=day))
    told = [line.removesuffix(" 1.xlsx") for line in _told([*found.parcels, *found.left_out])]
    assert told == says
    assert [mail.again for mail in found.parcels] == [bool(log)] * len(found.parcels)
