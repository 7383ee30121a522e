"""The client list beside the returns: who is recognised, what is filled in, what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sheet_diag.forms.correction.workbook import make_correction_sheet
from sheet_diag.intake.resolution.client_matching import KnownSenders, match_clients
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.text.problems import problem_advice, problem_message, problem_spec
from tests.catalogs import JIS
from tests.samples import ISSUER
from tests.test_linear_time import FEW, LINEAR, MANY, grows
from tests.workbooks import open_workbook, texts_on

INDUSTRIES = tuple(JIS.field_by_id["industry"].by_id)
SIZES = tuple(JIS.field_by_id["employees"].by_id)
ONE, OTHER = INDUSTRIES[:2]
SMALL, LARGE = SIZES[0], SIZES[-1]


def listed(
    key: str, company: str, *addresses: str, industry: str = "", employees: str = ""
) -> ListedClient:
    return ListedClient(key, company, Lang.JA, addresses, industry=industry, employees=employees)


LIST = ClientList(
    (
        listed("C-01", "株式会社甲", "a@ko.example", industry=ONE, employees=SMALL),
        listed("C-02", "乙商事", "b@otsu.example"),
        listed("C-03", "丙", "c@hei-east.example"),
        listed("C-04", "丙", "c@hei-west.example"),
        listed("C-06", "己", "d@ki.example", industry=ONE, employees=LARGE),
        listed("C-05", "丁", "tei@gmail.com", industry=ONE),
    )
)


def read(
    client: str = "",
    *problems: Problem,
    file: str = "a.xlsx",
    sha256: str = "1",
    **profile: str,
) -> ReceivedFile:
    """A return with the id and the profile, answered with yes."""
    sheet = ReturnedSheet(SheetIdentity(client=client or None), Lang.JA, profile, (), "回答")
    return ReceivedFile(file, sha256, sheet=sheet, problems=problems)


def told(given: ReceivedFile) -> list[str]:
    """`CODE reason|field`."""
    problems = given.problems
    return [
        " ".join(filter(None, (p.code, p.item, dict(p.details).get("reason")))) for p in problems
    ]


def of(given: ReceivedFile) -> str:
    assert given.sheet
    return given.sheet.identity.client or ""


def known(sender: str = "", file: str = "a.xlsx") -> KnownSenders:
    return KnownSenders(LIST, {file: [sender]} if sender else {})


FULL = {"industry": ONE, "employees": SMALL}
CASES: Mapping[str, tuple[Mapping[str, str], str, str, Sequence[str]]] = {
    # the sheet, the sender, whose it is then, what is told
    "the name alone": ({"company": "㈱ 甲", **FULL}, "", "C-01", ["LISTED_AS listed_name"]),
    "name and mail of a part of the firm": (
        {"company": "甲", "email": "x@tokyo.ko.example", **FULL}, "", "C-01",
        ["LISTED_AS listed_name"],
    ),
    "the name, but mail of another firm": (
        {"company": "甲", "email": "x@kou.example", **FULL}, "", "",
        ["LISTED_UNSURE listed_domain"],
    ),
    "the name, mail of nobody's firm, and another industry": (
        {"company": "丁", "industry": OTHER}, "", "", ["LISTED_UNSURE listed_industry"],
    ),
    "the name, own mail, and another industry": (
        {"company": "甲", "email": "x@ko.example", "industry": OTHER, "employees": SMALL}, "",
        "C-01", ["LISTED_AS listed_name", "LIST_DISAGREES industry"],
    ),
    "a name that two bear": (
        {"company": "丙", "email": "c@hei-east.example"}, "", "",
        ["LISTED_UNSURE listed_namesakes"],
    ),
    "a name that two bear, from one of them": (
        {"company": "丙"}, "C-04", "C-04", ["LISTED_AS listed_sender"],
    ),
    "no name, from a listed address": ({}, "C-02", "C-02", ["LISTED_AS listed_sender"]),
    "no name, from nobody": ({}, "", "", ["NOT_LISTED"]),
    "another name than the sender's": (
        {"company": "戊"}, "C-02", "", ["LISTED_UNSURE listed_sender_name"],
    ),
    "a listed name, from another listed client": (
        {"company": "甲", **FULL}, "C-02", "", ["LISTED_UNSURE listed_sender_name"],
    ),
    "a name that nobody bears": ({"company": "戊"}, "", "", ["NOT_LISTED"]),
    "its id": ({"id": "C-02", "company": "乙商事"}, "", "C-02", []),
    "its id, typed wide": ({"id": "ｃ－０２", "company": "乙商事"}, "", "C-02", []),
    "its id, no name": ({"id": "C-02"}, "C-02", "C-02", []),
    "an id that is not listed": (
        {"id": "X-9", "company": "甲"}, "C-01", "X-9", ["ID_NOT_LISTED"],
    ),
    "the id of another firm": (
        {"id": "C-01", "company": "乙商事"}, "", "C-01", ["LISTED_NAME_DIFFERS"],
    ),
    "its id, from another client": (
        {"id": "C-02", "company": "乙商事"}, "C-01", "C-02", ["SENDER_DISAGREES"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_return_is_matched_with_its_client(case: str) -> None:
    says, sender, client, expected = CASES[case]
    profile = {key: entry for key, entry in says.items() if key != "id"}
    (found,) = match_clients(JIS, [read(says.get("id", ""), **profile)], known(sender))
    assert (of(found), told(found)) == (client, expected)
    assert found.sender == sender


def test_every_problem_of_the_list_has_its_sentences() -> None:
    for says, sender, _, _ in CASES.values():
        profile = {key: entry for key, entry in says.items() if key != "id"}
        (found,) = match_clients(JIS, [read(says.get("id", ""), **profile)], known(sender))
        for problem in found.problems:
            for lang in Lang:
                assert problem_message(problem, lang)
                assert problem_advice(problem, lang) or problem.code is ProblemCode.LISTED_AS
            assert problem_spec(problem.code).for_consultant


def test_copies_of_one_file_are_of_one_client() -> None:
    """It must not depend on which of them counts."""
    copies = [read(file=name) for name in ("a.xlsx", "b.eml")]
    assert [of(each) for each in match_clients(JIS, copies, known("C-02", "b.eml"))] == [
        "C-02",
        "C-02",
    ]


def test_a_file_from_two_clients_belongs_to_nobody() -> None:
    copies = [read(file=name) for name in ("a.eml", "b.eml")]
    found = match_clients(JIS, copies, KnownSenders(LIST, {"a.eml": ["C-01"], "b.eml": ["C-02"]}))
    assert [told(each) for each in found] == [["LISTED_UNSURE listed_senders"]] * 2


# --- what the list knows


def missing(field: str) -> Problem:
    return Problem(
        ProblemCode.PROFILE_MISSING, "会社情報", "C12", field, details=(("field", field),)
    )


def test_blanks_are_filled_from_the_list() -> None:
    given = read("C-06", missing("industry"), missing("employees"), company="己")
    (found,) = match_clients(JIS, [given], known())
    assert found.sheet
    assert found.sheet.profile == {"company": "己", "industry": ONE, "employees": LARGE}
    assert told(found) == ["TAKEN_FROM_LIST industry", "TAKEN_FROM_LIST employees"]


def test_the_sheet_counts_where_both_say_something() -> None:
    given = read("C-01", company="甲", industry=OTHER, employees=LARGE)
    (found,) = match_clients(JIS, [given], known())
    assert found.sheet
    assert found.sheet.profile["industry"] == OTHER
    assert told(found) == ["LIST_DISAGREES industry", "LIST_DISAGREES employees"]
    label = JIS.field_by_id["industry"].by_id
    text = problem_message(found.problems[0], Lang.JA)
    assert label[ONE].label.ja in text
    assert label[OTHER].label.ja in text


def test_an_entry_that_is_not_understood_is_reported_beside_the_list() -> None:
    details = (("field", "業種"), ("expected", "…"))
    problem = Problem(
        ProblemCode.PROFILE_NOT_UNDERSTOOD, item="industry", value="色々", details=details
    )
    (found,) = match_clients(JIS, [read("C-01", problem, company="甲", employees=SMALL)], known())
    assert told(found) == ["PROFILE_NOT_UNDERSTOOD industry", "TAKEN_FROM_LIST industry"]


@pytest.mark.parametrize(("company", "sender"), [("乙商事", ""), ("甲", "C-02")])
def test_nothing_is_filled_in_for_an_uncertain_client(company: str, sender: str) -> None:
    (found,) = match_clients(JIS, [read("C-01", company=company)], known(sender))
    assert found.sheet
    assert found.sheet.profile == {"company": company}


def test_a_correction_leaves_out_what_the_list_filled_in() -> None:
    (found,) = match_clients(JIS, [read("C-01", company="甲", employees=SMALL)], known())
    sheet = found.sheet
    assert sheet
    label = JIS.field_by_id["industry"].by_id[ONE].label.ja
    with_it = make_correction_sheet(JIS, sheet, (), ISSUER, ())[0]
    without = make_correction_sheet(JIS, sheet, found.problems, ISSUER, ())[0]
    assert len(strings_of(with_it, label)) > len(strings_of(without, label))


def strings_of(content: bytes, text: str) -> list[str]:
    return [each for page in open_workbook(content) for each in texts_on(page) if each == text]


# --- the mail log


def posted(event: MailEvent, *addresses: str, file: str = "in/a.eml", day: int = 5) -> MailLogEntry:
    kind = None if event is MailEvent.COLLECTED else MailKind.REQUEST
    time = datetime(2026, 11, day, tzinfo=UTC)
    return MailLogEntry(time, event, "C-02", kind, addresses=addresses, file=file)


@pytest.mark.parametrize(
    ("line", "senders", "days"),
    [
        (posted(MailEvent.COLLECTED, "A@ko.example"), {"in/a.eml": {"C-01"}}, 1),
        (posted(MailEvent.COLLECTED, "x@ko.example"), {}, 1),
        (posted(MailEvent.COLLECTED, "x@ko.example", "b@otsu.example"), {"in/a.eml": {"C-02"}}, 1),
        (posted(MailEvent.SENT, "a@ko.example"), {}, 0),
        (posted(MailEvent.COLLECTED, "a@ko.example", file=""), {}, 0),
    ],
)
def test_only_a_listed_address_is_a_sender(
    line: MailLogEntry, senders: Mapping[str, set[str]], days: int
) -> None:
    found = KnownSenders.of(LIST, [line])
    assert (found.senders, len(found.mails)) == (senders, days)


FILE, HELD = posted(MailEvent.COLLECTED, "a@ko.example"), "held"
TOLD = replace(FILE, sha256="mail", holds=(HELD, "other"))
BEFORE = replace(TOLD, time=datetime(2026, 11, 4, tzinfo=UTC), addresses=("b@otsu.example",))


@pytest.mark.parametrize(
    ("lines", "file", "around", "sha256", "sender"),
    [
        pytest.param([FILE], "in/a.eml", "", "1", "C-01", id="old log, by name"),
        pytest.param([FILE], "in/b.eml", "", "1", "", id="old log, moved"),
        pytest.param([TOLD], "in/b.eml", "mail", "1", "C-01", id="moved"),
        pytest.param([TOLD], "in/a.eml", "new", "1", "", id="another file under its name"),
        pytest.param([TOLD], "b.xlsx", "", HELD, "C-01", id="an attachment that was saved"),
        pytest.param([TOLD], "b.zip", "zip", HELD, "C-01", id="and packed"),
        pytest.param([TOLD], "b.eml", "", "mail", "C-01", id="a mail without a sheet"),
        pytest.param([TOLD, replace(BEFORE, sha256="2")], "b", "", HELD, "", id="from two"),
        pytest.param([TOLD, replace(BEFORE, sha256="2")], "b", "2", HELD, "C-02", id="one of them"),
    ],
)
def test_a_collected_file_is_known_by_its_content(
    lines: Sequence[MailLogEntry], file: str, around: str, sha256: str, sender: str
) -> None:
    given = replace(read(file=file, sha256=sha256), file_sha256=around, file_time=0)
    (found,) = match_clients(JIS, [given], KnownSenders.of(LIST, lines))
    assert found.sender == sender
    if len(lines) == 1:
        assert found.received == ("2026-11-05" if sender else "")


def test_an_attachment_that_was_saved_keeps_its_mail() -> None:
    """What the server said of its sender is in the log."""
    given = read(file="b.xlsx", sha256=HELD)
    line = replace(TOLD, addresses=("x@y.example",), dmarc="fail")
    (found,) = match_clients(JIS, [given], KnownSenders.of(LIST, [line]))
    assert (found.mail_senders, found.dmarc) == (("x@y.example",), "fail")


PAIR = ClientList(
    (listed("C-01", "株式会社甲", "a@ko.example"), listed("C-02", "乙商事", "A@ko.example"))
)


@pytest.mark.parametrize(
    ("client", "company", "found"),
    [
        pytest.param("C-02", "乙商事", "C-02", id="by the id"),
        pytest.param("", "(株)甲", "C-01", id="by the name of one of them"),
        pytest.param("", "", "", id="by nothing"),
        pytest.param("", "丙", "", id="another name"),
    ],
)
def test_a_sheet_from_a_shared_address_is_of_the_client_that_it_names(
    client: str, company: str, found: str
) -> None:
    profile = {"company": company} if company else {}
    given = replace(read(client, **profile), mail_senders=("a@KO.example",))
    (matched,) = match_clients(JIS, [given], KnownSenders(PAIR))
    assert (of(matched), matched.sender) == (found, "")
    assert "SENDER_DISAGREES" not in told(matched)


@pytest.mark.parametrize(
    ("mailed_by", "logged", "sender"),
    [
        pytest.param(["A@KO.example"], "", "C-01", id="listed"),
        pytest.param(["x@ko.example"], "", "", id="of the firm, but not listed"),
        pytest.param(["us@firm.example", "b@otsu.example"], "", "C-02", id="forwarded"),
        pytest.param(["a@ko.example", "b@otsu.example"], "", "C-01", id="the outermost"),
        pytest.param(["a@ko.example"], "C-02", "C-01", id="before the log"),
        pytest.param(["us@firm.example"], "C-02", "C-02", id="the log where it tells nothing"),
    ],
)
def test_the_mail_around_a_return_names_its_sender(
    mailed_by: Sequence[str], logged: str, sender: str
) -> None:
    given = replace(read("C-01", company="甲"), mail_senders=tuple(mailed_by))
    (found,) = match_clients(JIS, [given], known(logged))
    assert found.sender == sender
    assert ("SENDER_DISAGREES" in told(found)) is (sender == "C-02")


def test_the_day_is_that_of_the_log_else_that_of_the_file() -> None:
    moment = int(datetime(2026, 11, 7, 12).timestamp()) * 10**9
    returns = [
        replace(read(file=name, sha256=name), file_time=time)
        for name, time in (("a.eml", moment), ("b.xlsx", moment), ("c", 0), ("d", 10**30))
    ]
    found = match_clients(
        JIS, returns, KnownSenders(LIST, mails={"a.eml": posted(MailEvent.COLLECTED)})
    )
    assert [each.received for each in found] == ["2026-11-05", "2026-11-07", "", ""]


def test_the_time_of_a_mail_is_its_own_else_that_of_the_log() -> None:
    moment = datetime(2026, 11, 5, tzinfo=UTC)
    own = replace(read(file="a.eml", sha256="1"), mail_time=9)
    saved, unknown = read(file="b.xlsx", sha256="2"), read(file="c.xlsx", sha256="3")
    logged = dict.fromkeys(("a.eml", "2"), posted(MailEvent.COLLECTED))
    found = match_clients(JIS, [own, saved, unknown], KnownSenders(LIST, mails=logged))
    assert [each.mail_time for each in found] == [9, int(moment.timestamp()), 0]


def test_an_unreadable_file_keeps_its_sender() -> None:
    given = ReceivedFile("a.xlsx", "1", problems=(Problem(ProblemCode.UNREADABLE),))
    (found,) = match_clients(JIS, [given], known("C-01"))
    assert (found.sender, found.problems) == ("C-01", given.problems)


def test_matching_takes_linear_time() -> None:
    def crowd(count: int) -> tuple[list[ReceivedFile], KnownSenders]:
        clients = tuple(listed(f"C{n}", f"会社{n}", f"a@c{n}.example") for n in range(count))
        returns = [read(file=str(n), sha256=str(n), company=f"会社{n}") for n in range(count)]
        return returns, KnownSenders(
            ClientList(clients), {str(n): [f"C{n}"] for n in range(0, count, 2)}
        )

    growth = grows(lambda one: list(match_clients(JIS, *one)), crowd(FEW), crowd(MANY))
    assert growth < LINEAR
