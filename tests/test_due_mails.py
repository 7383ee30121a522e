"""Who gets which mail, told by tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.mail.campaign.due_mails import Skipped, due_corrections, due_reports, due_requests
from sheet_diag.mail.campaign.password_mails import due_passwords
from sheet_diag.mail.campaign.selection import SelectionRules, select_mails
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.mail.templates.files import format_template_name, load_default_template
from sheet_diag.mail.templates.variables import explain_variables
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MAIL_KINDS, MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.storage.report_passwords.fingerprints import make_fingerprint, matches_fingerprint
from sheet_diag.text.wording import Wording

NOW = datetime(2026, 12, 28, tzinfo=UTC)
OUTPUT = Path("output")


def _client(number: int, due: date | None = date(2026, 12, 25)) -> ListedClient:
    return ListedClient(
        f"C-{number}", f"見本{number}", Lang.JA, (f"a@{number}.example.jp",), due=due
    )


def _fact(client: str, status: ReturnStatus, **more: Any) -> ReturnFacts:
    return ReturnFacts(client, "見本", status, f"sha-{client}", f"{client}.xlsx", **more)


def _book(path: Path, *posted: MailLogEntry) -> MailLog:
    book = MailLog.open(path / "mail-log.jsonl")
    for each in posted:
        book.add(each)
    book.close()
    return book


def _posted(
    event: MailEvent,
    kind: MailKind,
    client: str,
    about: str = "",
    text: str = "",
    addresses: tuple[str, ...] = (),
) -> MailLogEntry:
    to = addresses or (f"a@{client.removeprefix('C-')}.example.jp",)
    return MailLogEntry(
        NOW, event, client, kind, MailSubject.parse(kind, about), addresses=to, text=text
    )


def _told(mails: Iterable[OutgoingMail | Skipped]) -> list[str]:
    """A line a mail: `C-1 about attachment`, or why there is none."""
    return [
        f"{each.who.split()[0]} {each.key.removeprefix('mail.left.')}"
        if isinstance(each, Skipped)
        else " ".join(filter(None, (each.client.id, each.subject.text, _file(each))))
        for each in mails
    ]


def _file(parcel: OutgoingMail) -> str:
    return parcel.attachment.as_posix() if parcel.attachment else ""


@pytest.mark.parametrize("kind", MailKind)
def test_a_kind_of_mail_has_its_specification_templates_and_labels(kind: MailKind) -> None:
    for lang in Lang:
        say, name = Wording(lang), format_template_name(kind, lang)
        assert set(kind.spec.variables) <= dict(explain_variables(kind, say)).keys()
        assert load_default_template(name).text
        assert say(f"letter.draft.{kind}", number=1)
        assert say(f"mail.drafts.lying.{kind}", count=1, path="drafts")
    assert MAIL_KINDS.keys() == set(MailKind)


def test_every_client_with_a_sheet_is_asked() -> None:
    clients = ClientList((_client(1), _client(2)))
    sheets = {"C-1": Path("1.xlsx"), "C-2": Path("2.xlsx")}
    mails = list(due_requests(clients, sheets, frozenset({"C-2"})))
    assert _told(mails) == ["C-1 1.xlsx", "C-2 2.xlsx"]
    assert [bool(mail.is_prefilled) for mail in mails] == [False, True]


def test_held_returns_get_a_correction_mail() -> None:
    clients = ClientList((_client(1), _client(2), _client(3)))
    facts = (
        _fact("C-1", ReturnStatus.HELD, correction="corrections/1.xlsx"),
        _fact("c-2", ReturnStatus.RANKED, result="results/2.xlsx"),
        _fact("C-3", ReturnStatus.REJECTED),
        _fact("C-4", ReturnStatus.HELD, correction="corrections/4.xlsx"),
        _fact("", ReturnStatus.HELD, correction="corrections/5.xlsx"),
        _fact("C-1", ReturnStatus.SUPERSEDED),
    )
    assert _told(due_corrections(clients, facts, OUTPUT)) == [
        "C-1 sha-C-1 output/corrections/1.xlsx",
        "C-3 unreadable",
        "見本 not_listed",
        "見本 not_listed",
    ]


def test_a_return_from_another_clients_address_needs_only() -> None:
    clients = ClientList((_client(1), _client(2)))
    held = _fact("C-1", ReturnStatus.HELD, correction="c.xlsx", sender_doubt="sender")
    ranked = _fact("C-2", ReturnStatus.RANKED, result="r.xlsx", sender_doubt="sender")
    assert _told(due_corrections(clients, (held,), OUTPUT)) == ["C-1 sender"]
    assert _told(due_reports(clients, (ranked,), OUTPUT, {})) == ["C-2 sender"]
    named = frozenset({"c-1", "c-2"})
    assert _told(due_corrections(clients, (held,), OUTPUT, named)) == ["C-1 sha-C-1 output/c.xlsx"]
    assert _told(due_reports(clients, (ranked,), OUTPUT, {}, named)) == [
        "C-2 sha-C-2 output/r.xlsx"
    ]
    mails = [
        *due_corrections(clients, (held,), OUTPUT, named),
        *due_reports(clients, (ranked,), OUTPUT, {}, named),
    ]
    assert all(isinstance(mail, OutgoingMail) and mail.sender_doubt for mail in mails)


def test_a_password_that_does_not_open_the_sent_report_is_not_sent(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2)))
    facts = [_fact(f"C-{n}", ReturnStatus.RANKED, result=f"{n}.xlsx") for n in (1, 2)]
    sent = [
        replace(
            _posted(MailEvent.SENT, MailKind.RESULT, f"C-{n}", f"sha-C-{n}"),
            password_fingerprint=make_fingerprint(f"word {n}"),
        )
        for n in (1, 2)
    ]
    book = _book(tmp_path, *sent)
    right = {"c-1": "word 1", "c-2": "word 2"}
    told = due_passwords(due_reports(clients, facts, OUTPUT, right), clients, right, book)
    assert _told(told) == ["C-1 sha-C-1", "C-2 sha-C-2"]
    swapped = {"c-1": "word 2", "c-2": "word 1"}
    told = due_passwords(due_reports(clients, facts, OUTPUT, swapped), clients, swapped, book)
    assert _told(told) == ["C-1 password_changed", "C-2 password_changed"]


def _of_first(event: MailEvent, kind: MailKind, word: str = "") -> MailLogEntry:
    line = _posted(event, kind, "C-1", "sha-C-1")
    return replace(line, password_fingerprint=make_fingerprint(word)) if word else line


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
def test_a_password_goes_out_again_after_its_report_did(
    tmp_path: Path, log: str, says: list[str]
) -> None:
    lines = {
        "R": _of_first(MailEvent.SENT, MailKind.RESULT, "word"),
        "B": _of_first(MailEvent.BOUNCED, MailKind.RESULT),
        "P": _of_first(MailEvent.SENT, MailKind.PASSWORD, "word"),
        "O": _of_first(MailEvent.SENT, MailKind.RESULT, "former"),
        "Q": _of_first(MailEvent.SENT, MailKind.PASSWORD, "former"),
    }
    subject = MailSubject("sha-C-1", ReportForm.PRINTED)
    lines |= {
        "N": lines["R"],
        "F": replace(lines["R"], subject=subject),
        "M": replace(lines["R"], addresses=("gone@1.example.jp",)),
    }
    book = _book(tmp_path, *(lines[each] for each in log.split()))
    facts = [_fact("C-1", ReturnStatus.RANKED, result="1.xlsx")]
    clients, words = ClientList((_client(1),)), {"c-1": "word"}
    reports = due_reports(clients, facts, OUTPUT, words)
    found = select_mails(due_passwords(reports, clients, words, book), book)
    assert _told([*found.mails, *found.skipped]) == says


@pytest.mark.parametrize("sealed", ["", ".", "00.", "xyz.00", "00"])
def test_a_malformed_fingerprint_matches_no_password(sealed: str) -> None:
    assert not matches_fingerprint("", sealed)
    assert not matches_fingerprint("word", sealed)


def test_a_fingerprint_hides_its_password_and_is_salted() -> None:
    assert make_fingerprint("word") != make_fingerprint("word")
    assert "word" not in make_fingerprint("word")
    assert matches_fingerprint("word", make_fingerprint("word"))
    assert not matches_fingerprint("Word", make_fingerprint("word"))


def test_only_limits_the_skipped_clients(tmp_path: Path) -> None:
    left = [Skipped("C-1 a", "mail.left.no_sheet", client="C-1"), Skipped("x", "mail.left.no_due")]
    assert len(select_mails(left, _book(tmp_path)).skipped) == 2
    assert len(select_mails(left, _book(tmp_path), SelectionRules(frozenset({"c-1"}))).skipped) == 1


def test_a_password_goes_out_only_after_its_report(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2), _client(3)))
    facts = tuple(
        _fact(f"C-{n}", ReturnStatus.RANKED, result=f"results/{n}.xlsx") for n in range(1, 4)
    )
    words = {"c-1": "one", "c-2": "two"}
    reports = list(due_reports(clients, facts, OUTPUT, words))
    assert _told(reports) == [f"C-{n} sha-C-{n} output/results/{n}.xlsx" for n in range(1, 4)]
    assert [mail.password for mail in reports if isinstance(mail, OutgoingMail)] == [
        "one",
        "two",
        "",
    ]
    line = replace(_posted(MailEvent.SENT, MailKind.RESULT, "C-1", "sha-C-1"), file="1.xlsx")
    told = list(due_passwords(reports, clients, words, _book(tmp_path, line)))
    assert sorted(_told(told)) == ["C-1 sha-C-1", "C-2 result_first", "C-3 no_password"]
    (mail,) = (each for each in told if isinstance(each, OutgoingMail))
    assert (mail.password, mail.attachment, mail.report_files) == ("one", None, "1.xlsx")


# --- reports in another form

BOOK, PRINT, BOTH = ReportForm


def _reports(form: ReportForm, **fact: Any) -> list[OutgoingMail | Skipped]:
    """The mail with the report of the only client, in a form."""
    told = {"result": "results/1.xlsx", "pdf": "pdf/1.pdf", "pdf_sha256": "abc", **fact}
    facts = (_fact("C-1", ReturnStatus.RANKED, **told),)
    return list(due_reports(ClientList((_client(1),)), facts, OUTPUT, {"c-1": "word"}, form=form))


@pytest.mark.parametrize(
    ("form", "files"),
    [(BOOK, ["results/1.xlsx"]), (PRINT, ["pdf/1.pdf"]), (BOTH, ["pdf/1.pdf", "results/1.xlsx"])],
)
def test_a_report_goes_out_in_the_form_that_is_asked_for(
    form: ReportForm, files: list[str]
) -> None:
    (mail,) = _reports(form)
    assert isinstance(mail, OutgoingMail)
    assert [path.relative_to(OUTPUT).as_posix() for path in mail.files] == files
    assert mail.file_names == " / ".join(path.name for path in mail.files)
    assert (mail.subject.form, mail.pdf_sha256, mail.password) == (form, "abc", "word")


@pytest.mark.parametrize(
    "fact",
    [
        pytest.param({"pdf": "", "pdf_sha256": ""}, id="a run without PDFs"),
        pytest.param({"pdf_sha256": ""}, id="a run of an earlier version"),
    ],
)
def test_a_pdf_that_is_not_made_yet_has_its_place(fact: dict[str, Any]) -> None:
    for form in (PRINT, BOTH):
        (mail,) = _reports(form, **fact)
        assert isinstance(mail, OutgoingMail)
        assert (mail.files[0], mail.pdf_sha256) == (OUTPUT / "pdf" / "1.pdf", "")
    assert _told(_reports(BOOK, **fact)) == ["C-1 sha-C-1 output/results/1.xlsx"]


def _sent(form: ReportForm, event: MailEvent = MailEvent.SENT, word: str = "word") -> MailLogEntry:
    """The line of a report that went out in a form."""
    (mail,) = _reports(form)
    assert isinstance(mail, OutgoingMail)
    line = _posted(event, MailKind.RESULT, "C-1", mail.subject.text)
    return replace(line, file=mail.file_names, password_fingerprint=make_fingerprint(word))


NAMED = frozenset({"c-1"})


@pytest.mark.parametrize(
    ("log", "asked", "only", "says"),
    [
        pytest.param([], PRINT, (), ["1.pdf"], id="new"),
        pytest.param([(BOOK, MailEvent.SENT)], BOOK, NAMED, "done", id="the same form"),
        pytest.param([(BOOK, MailEvent.SENT)], PRINT, (), "otherwise", id="another form"),
        pytest.param([(PRINT, MailEvent.BY_HAND)], BOOK, (), "otherwise", id="by hand"),
        pytest.param([(BOOK, MailEvent.SENT)], BOTH, (), "otherwise", id="both, one is there"),
        pytest.param([(BOTH, MailEvent.SENT)], PRINT, NAMED, "done", id="one, both are there"),
        pytest.param([(BOOK, MailEvent.SENT)], PRINT, NAMED, ["1.pdf"], id="another one, named"),
        pytest.param(
            [(BOOK, MailEvent.SENT)], BOTH, NAMED, ["1.pdf"], id="what is missing of both"
        ),
        pytest.param(
            [(PRINT, MailEvent.SENT)], BOTH, NAMED, ["1.xlsx"], id="the workbook is missing"
        ),
        pytest.param(
            [(BOOK, MailEvent.SENT), (PRINT, MailEvent.SENT)],
            BOTH,
            NAMED,
            "done",
            id="both, one by one",
        ),
        pytest.param([(BOOK, MailEvent.SENDING)], PRINT, NAMED, "unknown", id="nobody knows"),
        pytest.param(
            [(BOOK, MailEvent.SENT), (BOOK, MailEvent.BOUNCED)],
            PRINT,
            (),
            ["1.pdf"],
            id="it came back",
        ),
    ],
)
def test_a_report_in_another_form_goes_only_to_named_clients(
    tmp_path: Path,
    log: list[tuple[ReportForm, MailEvent]],
    asked: ReportForm,
    only: Iterable[str],
    says: str | list[str],
) -> None:
    book = _book(tmp_path, *(_sent(form, event) for form, event in log))
    told = select_mails(_reports(asked), book, SelectionRules(frozenset(only)))
    found: str | list[str] = [path.name for each in told.mails for path in each.files]
    if told.done:
        found = "otherwise" if told.in_other_form else "done"
    elif told.skipped:
        found = told.skipped[0].key.removeprefix("mail.left.")
    assert found == says


def test_a_second_form_of_a_report_is_a_mail_of_its_own(tmp_path: Path) -> None:
    book = _book(tmp_path, _sent(BOOK))
    (rest,) = select_mails(_reports(BOTH), book, SelectionRules(NAMED)).mails
    assert rest.subject.text == f"sha-C-1/{PRINT}"
    assert (rest.subject.form, rest.pdf_sha256) == (PRINT, "abc")


def test_a_second_form_needs_the_password_of_the_first(tmp_path: Path) -> None:
    """The password that the client was told opens both."""
    book = _book(tmp_path, _sent(BOOK, word="former"))
    assert _told(select_mails(_reports(PRINT), book, SelectionRules(NAMED)).skipped) == [
        "C-1 password_changed"
    ]


@pytest.mark.parametrize(
    ("log", "says"),
    [
        pytest.param([(PRINT, "word")], "1.pdf", id="a PDF"),
        pytest.param([(BOTH, "word")], "1.pdf / 1.xlsx", id="both"),
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
    (mail,) = due_passwords(_reports(BOOK), clients, {"c-1": "word"}, book)
    if says is None:
        assert _told([mail]) == ["C-1 password_changed"]
    else:
        assert isinstance(mail, OutgoingMail)
        assert (mail.subject.text, mail.report_files) == ("sha-C-1", says)


@pytest.mark.parametrize(
    ("events", "chosen", "left", "done"),
    [
        pytest.param([], 1, 0, 0, id="new"),
        pytest.param([MailEvent.SENDING], 0, 1, 0, id="nobody knows"),
        pytest.param([MailEvent.SENDING, MailEvent.SENT], 0, 0, 1, id="sent"),
        pytest.param([MailEvent.BY_HAND], 0, 0, 1, id="by hand"),
        pytest.param([MailEvent.SENDING, MailEvent.DEFERRED], 1, 0, 0, id="try again"),
        pytest.param([MailEvent.SENDING, MailEvent.UNSENT], 1, 0, 0, id="did not go"),
        pytest.param([MailEvent.SENDING, MailEvent.REFUSED], 0, 1, 0, id="refused"),
        pytest.param([MailEvent.SENDING, MailEvent.SENT, MailEvent.BOUNCED], 0, 1, 0, id="bounced"),
    ],
)
def test_no_mail_is_selected_twice(
    tmp_path: Path, events: list[MailEvent], chosen: int, left: int, done: int
) -> None:
    book = _book(tmp_path, *(_posted(event, MailKind.REQUEST, "C-1") for event in events))
    mails = due_requests(ClientList((_client(1),)), {"C-1": Path("1.xlsx")}, frozenset())
    selection = select_mails(mails, book)
    assert (len(selection.mails), len(selection.skipped), selection.done) == (chosen, left, done)


def test_a_mail_refused_before_goes_to_a_corrected_address(tmp_path: Path) -> None:
    book = _book(
        tmp_path,
        _posted(MailEvent.SENDING, MailKind.REQUEST, "C-1"),
        _posted(MailEvent.REFUSED, MailKind.REQUEST, "C-1", text="550 no such user"),
    )
    moved = ListedClient("C-1", "見本1", Lang.JA, ("b@1.example.jp",))
    mails = due_requests(ClientList((moved,)), {"C-1": Path("1.xlsx")}, frozenset())
    assert len(select_mails(mails, book).mails) == 1


def test_only_limits_the_selected_mails(tmp_path: Path) -> None:
    clients = ClientList((_client(1), _client(2)))
    mails = due_requests(clients, dict.fromkeys(("C-1", "C-2"), Path("s")), frozenset())
    selection = select_mails(mails, _book(tmp_path), SelectionRules(frozenset({"c-2"})))
    assert [parcel.client.id for parcel in selection.mails] == ["C-2"]


def test_a_password_goes_out_although_the_return_is_no_longer_there(tmp_path: Path) -> None:
    book = _book(tmp_path, _of_first(MailEvent.SENT, MailKind.RESULT, "word"))
    clients, words = ClientList((_client(1), _client(2))), {"c-1": "word", "c-2": "two"}
    assert _told(due_passwords((), clients, words, book)) == ["C-1 sha-C-1"]
    assert _told(due_passwords((), clients, words, book, frozenset({"c-2"}))) == []
    assert _told(due_passwords((), clients, {}, book)) == ["C-1 password_lost"]


@pytest.mark.parametrize(
    ("log", "day", "asks"),
    [
        pytest.param([MailEvent.SENT], NOW.date(), "", id="the first time was today"),
        pytest.param([MailEvent.SENT] * 2, NOW.date(), "today", id="and the second"),
        pytest.param([MailEvent.SENT] * 2, date(2026, 12, 29), "", id="that was yesterday"),
        pytest.param([MailEvent.SENT, MailEvent.BOUNCED], NOW.date(), "refused", id="it failed"),
        pytest.param([MailEvent.SENDING], NOW.date(), "unknown", id="nobody knows"),
        pytest.param([], NOW.date(), "", id="never yet"),
    ],
)
def test_again_always_sends_a_mail_and_asks_where_it_may_be_wrong(
    tmp_path: Path, log: list[MailEvent], day: date, asks: str
) -> None:
    book = _book(tmp_path, *(_posted(event, MailKind.REQUEST, "C-1") for event in log))
    mails = due_requests(ClientList((_client(1),)), {"C-1": Path("1.xlsx")}, frozenset())
    found = select_mails(mails, book, SelectionRules(frozenset({"c-1"}), again=True, today=day))
    (mail,) = found.mails
    assert found.skipped == ()
    assert mail.again == bool(log)
    assert (mail.doubt.key if mail.doubt else "") == (f"mail.again.{asks}" if asks else "")


@pytest.mark.parametrize("event", [MailEvent.DEFERRED, MailEvent.UNDELIVERED])
def test_an_address_that_was_deferred_gets_the_mail_next_time(
    tmp_path: Path, event: MailEvent
) -> None:
    client = ListedClient("C-1", "見本1", Lang.JA, ("a@1.example.jp", "b@1.example.jp"))
    mails = list(due_requests(ClientList((client,)), {"C-1": Path("1.xlsx")}, frozenset()))
    first, second = client.addresses
    lines = [
        _posted(MailEvent.SENT, MailKind.REQUEST, "C-1", addresses=client.addresses),
        _posted(event, MailKind.REQUEST, "C-1", addresses=(second.upper(),)),
    ]
    if event is MailEvent.DEFERRED:  # what a server says before it takes the mail for the others
        lines = [lines[1], replace(lines[0], addresses=(first,))]
    with MailLog.open(tmp_path / "log") as log:
        log.add_all(lines)
        (mail,) = select_mails(mails, log).mails
        assert mail.addresses == ("b@1.example.jp",)
        assert log.find_unfinished() == {mail.key}
        log.add(_posted(MailEvent.SENT, MailKind.REQUEST, "C-1", addresses=mail.addresses))
        assert select_mails(mails, log).done == 1
