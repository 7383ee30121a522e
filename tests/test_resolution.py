"""Which return counts: tables of returns and their fates, one table a rule.

A return is `file | what it says | fate`. It says `name` (見本 unless told), `id`, `dept`, `mail`,
`phone`, `who`, `trade` (industry), `day` (the workbook's own time), `time` (the hour of its file),
`sent` (the day of its mail), `answers`
in the signs of `tests.catalogs`, `fixes` (the files that it was sent back to correct) and `bytes`
(the file whose bytes it shares). A fate is the status, then what is told of the choice,
where DISAGREE is short for DEPARTMENTS_DISAGREE, UNCLEAR for
ORDER_UNCLEAR, BLANK for BLANK_SUPERSEDED.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheet_diag.diagnosis.evaluate import choose_comments, choose_notice
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import Diagnosis, ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.text.problems import problem_advice, problem_message
from tests.catalogs import answer_row, catalog
from tests.samples import decide_outcomes

SMALL = catalog("1", "1", "1", "1", "1", "1")
YES = "○○○○○○"
FIELDS = {
    "department": "dept",
    "email": "mail",
    "phone": "phone",
    "respondent": "who",
    "industry": "trade",
}
CHOICE = {
    ProblemCode.SAME_FILE,
    ProblemCode.SAME_ANSWERS,
    ProblemCode.NEWER_RETURN,
    ProblemCode.BLANK_SUPERSEDED,
    ProblemCode.ORDER_UNCLEAR,
    ProblemCode.REPLACES,
    ProblemCode.CORRECTED,
    ProblemCode.NAME_SHARED,
    ProblemCode.LEGAL_FORM_MOVED,
    ProblemCode.ID_SHARED,
    ProblemCode.TWO_IDS,
    ProblemCode.DEPARTMENTS_DISAGREE,
}

SAME_BYTES = {
    "the first by name counts, whenever it was copied": """
        b | time=9         | superseded SAME_FILE a
        a | time=1 bytes=b | ranked
        c | time=5 bytes=b | superseded SAME_FILE a
    """,
    "all copies are as new as the newest of them": """
        a | time=1                | ranked REPLACES b (file_time)
        b | time=2 answers=×○○○○○ | superseded NEWER_RETURN a (1)
        c | time=3 bytes=a        | superseded SAME_FILE a
    """,
    "the copies of a return that gives way": """
        a | day=1                | superseded NEWER_RETURN b (1)
        b | day=2 answers=×○○○○○ | ranked REPLACES a (modified)
        c | day=1 bytes=a        | superseded SAME_FILE a
    """,
}

CLIENTS = {
    "spellings of one name": """
        a | name=株式会社見本 day=1 | superseded SAME_ANSWERS b
        b | name=㈱　見本 day=2   | ranked REPLACES a (modified)
    """,
    "one id under two names": """
        a | name=見本 id=7 day=1  | superseded SAME_ANSWERS b
        b | name=新見本 id=7 day=2 | ranked REPLACES a (modified) ID_SHARED a
    """,
    "no name, no id: each alone": """
        a | name= day=1 | ranked
        b | name= day=2 | ranked
    """,
    "other names": """
        a | name=見本 day=1 | ranked
        b | name=手本 day=2 | ranked
    """,
    "a lost id joins the only id of its name": """
        a | id=7 day=1 | superseded SAME_ANSWERS b
        b | day=2      | ranked REPLACES a, c (modified)
        c | id=7 day=1 | superseded SAME_ANSWERS b
    """,
    "a lost id joins by a former name": """
        a | id=7 name=旧見本 day=1 | superseded SAME_ANSWERS c
        b | id=7 name=見本 day=2  | superseded SAME_ANSWERS c
        c | name=旧見本 day=3      | ranked REPLACES a, b (modified)
    """,
    "a lost id does not join what it speaks against": """
        a | id=7 mail=x@one.example day=1 | ranked NAME_SHARED b
        b | mail=x@two.example day=2      | ranked NAME_SHARED a
    """,
    "a lost id speaks against none of an id's returns": """
        a | id=7 mail=x@one.example day=1 | superseded SAME_ANSWERS c
        b | id=7 mail=x@two.example day=2 | superseded SAME_ANSWERS c
        c | mail=x@two.example day=3      | ranked REPLACES a, b (modified)
    """,
    "a lost id between two ids": """
        a | id=7 day=1 | ranked NAME_SHARED b, c
        b | id=8 day=2 | ranked NAME_SHARED a, c
        c | day=3      | ranked NAME_SHARED a, b
    """,
    "two lost ids between two ids are one client": """
        a | id=7 day=1 | ranked NAME_SHARED b, d
        b | id=8 day=2 | ranked NAME_SHARED a, d
        c | day=3      | superseded SAME_ANSWERS d
        d | day=4      | ranked REPLACES c (modified) NAME_SHARED a, b
    """,
    "two ids, nothing in common": """
        a | id=7 mail=x@one.example who=田中 | ranked NAME_SHARED b
        b | id=8 mail=y@one.example who=佐藤 | ranked NAME_SHARED a
    """,
    "two ids, one address": """
        a | id=7 mail=X@one.example | ranked TWO_IDS b
        b | id=8 mail=x@One.example | ranked TWO_IDS a
    """,
    "two ids, one phone": """
        a | id=7 phone=03-1234-5678 | ranked TWO_IDS b
        b | id=8 phone=０３(1234)5678 | ranked TWO_IDS a
    """,
    "two ids, one respondent, and a namesake": """
        a | id=7 who=田中 | ranked TWO_IDS b NAME_SHARED c
        b | id=8 who=田中 | ranked TWO_IDS a NAME_SHARED c
        c | id=9 who=佐藤 | ranked NAME_SHARED a, b
    """,
    "a lost id and one of two ids, one respondent": """
        a | id=7 who=田中 | ranked NAME_SHARED b, c
        b | id=8          | ranked NAME_SHARED a, c
        c | who=田中      | ranked NAME_SHARED a, b
    """,
    "two ids, one under that name formerly": """
        a | id=7 name=旧見本 day=1 | superseded SAME_ANSWERS b
        b | id=7 name=新見本 day=2 | ranked REPLACES a (modified) ID_SHARED a NAME_SHARED c
        c | id=8 name=旧見本       | ranked NAME_SHARED b
    """,
    "two ids, one with two departments": """
        a | id=7 dept=総務                | held DISAGREE b (1: C1-1) NAME_SHARED c
        b | id=7 dept=開発 answers=×○○○○○ | held DISAGREE a (1: C1-1) NAME_SHARED c
        c | id=8                          | ranked NAME_SHARED a, b
    """,
    "two ids stay two whatever the answers and times": """
        a | id=7 day=1                | ranked NAME_SHARED b
        b | id=8 day=2 answers=××○○○○ | ranked NAME_SHARED a
    """,
    "one name, two mail domains": """
        a | mail=x@one.example day=1 | ranked NAME_SHARED b
        b | mail=x@two.example day=2 | ranked NAME_SHARED a
    """,
    "one name, a domain and one below it": """
        a | mail=x@one.example day=1       | superseded SAME_ANSWERS b
        b | mail=x@tokyo.one.example day=2 | ranked REPLACES a (modified)
    """,
    "one name, public mail says nothing": """
        a | mail=x@gmail.com day=1     | superseded SAME_ANSWERS c
        b | mail=x@one.example day=2   | superseded SAME_ANSWERS c
        c | mail=x@abc.ocn.ne.jp day=3 | ranked REPLACES a, b (modified)
    """,
    "one name, two industries": """
        a | trade=E day=1 | ranked NAME_SHARED b
        b | trade=G day=2 | ranked NAME_SHARED a
    """,
    "one name, an industry and none": """
        a | trade=E day=1 | superseded SAME_ANSWERS b
        b | day=2         | ranked REPLACES a (modified)
    """,
    "one name, a return that could be either's": """
        a | trade=E day=1 | superseded SAME_ANSWERS d
        b | trade=G day=2 | ranked NAME_SHARED c, d
        c | day=3         | ranked NAME_SHARED b, d
        d | trade=E day=4 | ranked REPLACES a (modified) NAME_SHARED b, c
    """,
    "one name, a return that its address assigns": """
        a | trade=E mail=x@one.example day=1 | superseded SAME_ANSWERS b
        b | mail=x@one.example day=2         | ranked REPLACES a (modified) NAME_SHARED c
        c | trade=G mail=x@two.example day=3 | ranked NAME_SHARED b
    """,
    "two legal forms": """
        a | name=株式会社見本 day=1 | ranked NAME_SHARED b
        b | name=有限会社見本 day=2 | ranked NAME_SHARED a
    """,
    "two legal forms and one id": """
        a | id=7 name=株式会社見本 day=1 | superseded SAME_ANSWERS b
        b | id=7 name=有限会社見本 day=2 | ranked REPLACES a (modified)
    """,
    "a legal form and none": """
        a | name=株式会社見本 day=1 | superseded SAME_ANSWERS c
        b | name=(株)見本 day=2   | superseded SAME_ANSWERS c
        c | name=見本 day=3       | ranked REPLACES a, b (modified)
    """,
    "a name without a legal form that could be either's": """
        a | name=株式会社見本 day=1 | ranked NAME_SHARED b, c
        b | name=有限会社見本 day=2 | ranked NAME_SHARED a, c
        c | name=見本 day=3       | ranked NAME_SHARED a, b
    """,
    "a legal form in short and in full": """
        a | name=医療法人見本 day=1     | superseded SAME_ANSWERS b
        b | name=医療法人社団見本 day=2 | ranked REPLACES a (modified)
    """,
    "the legal form at the other end": """
        a | name=株式会社見本 day=1 | superseded SAME_ANSWERS b
        b | name=見本株式会社 day=2 | ranked REPLACES a (modified) LEGAL_FORM_MOVED a
    """,
    "the legal form at the other end, one id": """
        a | id=7 name=株式会社見本 day=1 | superseded SAME_ANSWERS b
        b | id=7 name=見本株式会社 day=2 | ranked REPLACES a (modified)
    """,
    "more than five namesakes": """
        a | id=1 | ranked NAME_SHARED b, c, d, e, f, …
        b | id=2 | ranked NAME_SHARED a, c, d, e, f, …
        c | id=3 | ranked NAME_SHARED a, b, d, e, f, …
        d | id=4 | ranked NAME_SHARED a, b, c, e, f, …
        e | id=5 | ranked NAME_SHARED a, b, c, d, f, …
        f | id=6 | ranked NAME_SHARED a, b, c, d, e, …
        g | id=7 | ranked NAME_SHARED a, b, c, d, e, …
    """,
}

CORRECTIONS = {
    "whatever it says, and however old it is": """
        a | name=見本 id=7 day=5                        | superseded CORRECTED b
        b | name=手本 id=8 day=1 fixes=a answers=×○○○○○ | ranked REPLACES a (corrected)
    """,
    "the same answers once more": """
        a | day=1         | superseded CORRECTED b
        b | day=2 fixes=a | ranked REPLACES a (corrected)
    """,
    "of a return that is not here": """
        a | day=1                        | superseded NEWER_RETURN b (1)
        b | day=2 fixes=z answers=×○○○○○ | ranked REPLACES a (modified)
    """,
    "of a correction": """
        a | day=1                        | superseded CORRECTED c
        b | day=2 fixes=a answers=×○○○○○ | superseded CORRECTED c
        c | day=1 fixes=b                | ranked REPLACES a, b (corrected)
    """,
    "two of one return": """
        a |                                     | superseded CORRECTED c
        b | dept=X fixes=a day=2 answers=×○○○○○ | superseded NEWER_RETURN c (1)
        c | dept=Y fixes=a day=3     | ranked REPLACES a (corrected) REPLACES b (modified)
    """,
    "two of one return, in no order": """
        a |                        | superseded CORRECTED c
        b | fixes=a answers=×○○○○○ | held UNCLEAR c (1: untimed)
        c | fixes=a day=3          | held REPLACES a (corrected) UNCLEAR b (1: untimed)
    """,
    "two of one return that is newer than both": """
        a | day=9                        | superseded CORRECTED b
        b | day=3 fixes=a answers=×○○○○○ | ranked REPLACES a (corrected) REPLACES c (modified)
        c | day=2 fixes=a answers=○×○○○○ | superseded NEWER_RETURN b (2)
    """,
    "what the corrected return had replaced stays replaced": """
        a | name=A day=3 answers=×○○○○○ | superseded NEWER_RETURN c (1)
        b | name=A day=4                | superseded CORRECTED c
        c | name=B day=5 fixes=b | ranked REPLACES b (corrected) REPLACES a (modified)
    """,
    "a correction is as new as what it corrects": """
        a | day=3                        | superseded CORRECTED c
        b | day=4                        | superseded CORRECTED c
        c | day=1 fixes=b answers=×○○○○○ | ranked REPLACES a, b, d (corrected)
        d | day=1                        | superseded CORRECTED c
    """,
    "a return newer than both": """
        a | day=1                        | superseded SAME_ANSWERS c
        b | day=2 fixes=a answers=×○○○○○ | superseded NEWER_RETURN c (1)
        c | day=3                        | ranked REPLACES a, b (modified)
    """,
    "of two departments at once": """
        a | dept=総務 day=1                          | superseded CORRECTED c
        b | dept=開発 day=2 answers=×○○○○○           | superseded CORRECTED c
        c | dept=総務 day=3 answers=△○○○○○ fixes=a,b | ranked REPLACES a, b (corrected)
    """,
    "in a circle": """
        a | name=見本 day=1 fixes=c answers=×○○○○○ | superseded NEWER_RETURN c (1)
        b | name=手本 day=2 fixes=a                | superseded SAME_ANSWERS c
        c | name=模範 day=3 fixes=b                | ranked REPLACES a, b (modified)
    """,
    "of itself": """
        a | day=1                        | superseded NEWER_RETURN b (1)
        b | day=2 fixes=b answers=×○○○○○ | ranked REPLACES a (modified)
    """,
}

NEWEST = {
    "by the workbook, not by its file, which a download makes anew": """
        a | day=2 time=1                | ranked REPLACES b (modified_only)
        b | day=1 time=2 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "by the mail that brought it": """
        a | sent=3 day=2                | ranked REPLACES b (mailed)
        b | sent=2 day=1 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "by the mail where a workbook has no time": """
        a | sent=3 time=1               | ranked REPLACES b (mailed)
        b | sent=2 day=9 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "by the workbook of two that one mail brought": """
        a | sent=3 day=2                | ranked REPLACES b (modified)
        b | sent=3 day=1 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "a mail and a workbook that say the opposite": """
        a | sent=3 day=1                | held UNCLEAR b (1: opposed)
        b | sent=2 day=2 answers=×○○○○○ | held UNCLEAR a (1: opposed)
    """,
    "say the opposite of the same answers": """
        a | sent=3 day=1 | ranked REPLACES b (same)
        b | sent=2 day=2 | superseded SAME_ANSWERS a
    """,
    "a missing time is not old": """
        a | day=1 time=1          | superseded NEWER_RETURN b (1)
        b | time=9 answers=×○○○○○ | ranked REPLACES a (file_time)
    """,
    "a missing time is not new": """
        a | day=1 time=9          | ranked REPLACES b (file_time)
        b | time=1 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "no kind of time that both have": """
        a | day=1                 | held UNCLEAR b (1: untimed)
        b | time=9 answers=×○○○○○ | held UNCLEAR a (1: untimed)
    """,
    "no kind of time that both have, and the same answers": """
        a | day=1  | superseded SAME_ANSWERS b
        b | sent=9 | ranked REPLACES a (same)
    """,
    "then by the file": """
        a | day=1 time=2                | ranked REPLACES b (file_time)
        b | day=1 time=1 answers=×○○○○○ | superseded NEWER_RETURN a (1)
    """,
    "never by name": """
        a | answers=×○○○○○ | held UNCLEAR b (1: untimed)
        b |                | held UNCLEAR a (1: untimed)
    """,
    "what is older than one of two is out of the question": """
        a | day=1 answers=××○○○○         | superseded NEWER_RETURN b (2)
        b | day=2 time=3                 | held REPLACES a (modified) UNCLEAR c (1: untimed)
        c | time=3 answers=×○○○○○        | held UNCLEAR b (1: untimed)
    """,
    "a third that is newer than both settles it": """
        a | day=1 sent=2 answers=××○○○○ | superseded NEWER_RETURN c (2)
        b | day=2 sent=1 answers=×○○○○○ | superseded NEWER_RETURN c (1)
        c | day=3 sent=3                | ranked REPLACES a, b (mailed)
    """,
    "a correction settles it": """
        a | answers=××○○○○   | superseded CORRECTED c
        b | answers=×○○○○○   | superseded CORRECTED c
        c | fixes=a,b        | ranked REPLACES a, b (corrected)
    """,
    "one of several that is in no order": """
        a | day=1 answers=××○○○○ time=1 | superseded NEWER_RETURN b (2)
        b | day=2 time=2                | ranked REPLACES a (modified) REPLACES c (file_time)
        c | time=1 answers=×○○○○○       | superseded NEWER_RETURN b (1)
    """,
    "a kind for each pair": """
        a | time=1 answers=×○○○○○       | superseded NEWER_RETURN c (1)
        b | day=1 time=1 answers=×○○○○○ | superseded NEWER_RETURN c (1)
        c | day=1 time=2                | ranked REPLACES a, b (file_time)
    """,
    "a newer one without an answer": """
        a | day=1                | ranked REPLACES b (blank)
        b | day=2 answers=...... | superseded BLANK a
    """,
    "a correction without an answer": """
        a | day=1                        | ranked REPLACES b (blank)
        b | day=2 fixes=a answers=...... | superseded BLANK a
    """,
    "a correction of one without an answer": """
        a | day=1 answers=...... | superseded CORRECTED b
        b | day=2 fixes=a        | ranked REPLACES a (corrected)
    """,
    "of two without an answer either": """
        a | answers=...... | superseded SAME_ANSWERS b
        b | answers=...... | held REPLACES a (same)
    """,
    "an answer more is a difference": """
        a | day=1 answers=○○○○○. | superseded NEWER_RETURN b (1)
        b | day=2                | ranked REPLACES a (modified)
    """,
    "a return that is held counts, too": """
        a | day=1                | superseded NEWER_RETURN b (3)
        b | day=2 answers=○○○... | held REPLACES a (modified)
    """,
    "a held return gives way": """
        a | day=1 answers=○○○... | superseded NEWER_RETURN b (3)
        b | day=2                | ranked REPLACES a (modified)
    """,
}

DEPARTMENTS = {
    "that contradict each other": """
        a | dept=総務 day=1                | held DISAGREE b (2: C1-1, C3-1)
        b | dept=開発 day=2 answers=×○△○○○ | held DISAGREE a (2: C1-1, C3-1)
    """,
    "that contradict each other in everything": """
        a | dept=総務 day=1                | held DISAGREE b (6: C1-1, C2-1, C3-1, C4-1, C5-1, …)
        b | dept=開発 day=2 answers=××××?× | held DISAGREE a (6: C1-1, C2-1, C3-1, C4-1, C5-1, …)
    """,
    "one that did not answer is no contradiction": """
        a | dept=総務 day=1                | superseded NEWER_RETURN b (1)
        b | dept=開発 day=2 answers=.○○○○○ | held REPLACES a (modified)
    """,
    "nor is one that the older did not answer": """
        a | dept=総務 day=1 answers=.○○○○○ | superseded NEWER_RETURN b (1)
        b | dept=開発 day=2                | ranked REPLACES a (modified)
    """,
    "the same answers": """
        a | dept=総務 day=1 | superseded SAME_ANSWERS b
        b | dept=開発 day=2 | ranked REPLACES a (modified)
    """,
    "one department, two spellings": """
        a | dept=IT day=1                | superseded NEWER_RETURN b (1)
        b | dept=ｉｔ day=2 answers=×○○○○○ | ranked REPLACES a (modified)
    """,
    "one without a name contradicts none": """
        a | dept=総務 day=1        | superseded NEWER_RETURN b (1)
        b | day=2 answers=×○○○○○ | ranked REPLACES a (modified)
    """,
    "one without a name, newer than two at odds": """
        a | dept=総務 day=1                | superseded NEWER_RETURN c (1)
        b | dept=開発 day=2 answers=×○○○○○ | superseded NEWER_RETURN c (2)
        c | day=3 answers=○×○○○○         | ranked REPLACES a, b (modified)
    """,
    "first the newest of each": """
        a | dept=総務 day=1 answers=××○○○○ | superseded NEWER_RETURN c (2)
        b | dept=総務 day=2                | superseded SAME_ANSWERS c
        c | dept=開発 day=3                | ranked REPLACES a, b (modified)
    """,
    "an older return of a department at odds": """
        a | dept=総務 day=1                | superseded NEWER_RETURN b (1)
        b | dept=総務 day=2 answers=×○○○○○ | held REPLACES a (modified) DISAGREE c (2: C1-1, C2-1)
        c | dept=開発 day=3 answers=○×○○○○ | held DISAGREE b (2: C1-1, C2-1)
    """,
    "three of which two agree": """
        a | dept=総務 day=1 answers=×○○○○○ | held DISAGREE c (1: C1-1)
        b | dept=営業 day=2                | superseded SAME_ANSWERS c
        c | dept=開発 day=3                | held REPLACES b (modified) DISAGREE a (1: C1-1)
    """,
    "three at odds": """
        a | dept=総務 day=1 answers=×○○○○○ | held DISAGREE b (1: C1-1) DISAGREE c (1: C1-1)
        b | dept=営業 day=2 answers=△○○○○○ | held DISAGREE a (1: C1-1) DISAGREE c (1: C1-1)
        c | dept=開発 day=3                | held DISAGREE a (1: C1-1) DISAGREE b (1: C1-1)
    """,
    "of two clients": """
        a | id=7 dept=総務 day=1                | ranked NAME_SHARED b
        b | id=8 dept=開発 day=2 answers=×○○○○○ | ranked NAME_SHARED a
    """,
}

TABLES = {
    f"{rule}: {name}": table
    for rule, tables in (
        ("same bytes", SAME_BYTES),
        ("clients", CLIENTS),
        ("corrections", CORRECTIONS),
        ("newest", NEWEST),
        ("departments", DEPARTMENTS),
    )
    for name, table in tables.items()
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_stated_rules_decide_which_return_counts(table: str) -> None:
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    outcomes = settled(received(file, says) for file, says, _ in rows)
    fates = {outcome.received.file: _fate(outcome) for outcome in outcomes}
    assert fates == {file: fate for file, _, fate in rows}


def test_answers_not_understood_are_compared_as_typed() -> None:
    old, new, same = (
        _typed(received(file, f"day={day}"), word)
        for file, day, word in (("a", 1, "たぶん"), ("b", 3, "未定"), ("c", 2, "未定 "))
    )
    fates = {outcome.received.file: _fate(outcome) for outcome in settled([old, new, same])}
    assert fates["a"] == "superseded NEWER_RETURN b (1)"
    assert fates["c"] == "superseded SAME_ANSWERS b"


def test_a_superseded_return_has_no_result() -> None:
    repaired = Problem(ProblemCode.ANSWER_READ_AS)
    old = received("a", "day=1", problems=(repaired,))
    outcome = settled([old, received("b", "day=2")])[0]
    assert outcome.diagnosis is None
    assert [problem.code for problem in outcome.problems] == [ProblemCode.SAME_ANSWERS]


def test_contradicting_departments_show_no_rank() -> None:
    returns = [received("a", "dept=総務"), received("b", "dept=営業 answers=×○○○○○")]
    for outcome in settled(returns):
        assert outcome.diagnosis
        assert outcome.diagnosis.scores.rank is None


def test_an_unreadable_return_takes_no_part() -> None:
    broken = ReceivedFile("a", "b", problems=(Problem(ProblemCode.UNREADABLE),))
    passed = ReceivedFile("c", "b", problems=(Problem(ProblemCode.NOT_A_RETURN),), ignored=True)
    outcomes = settled([broken, received("b", "day=1"), passed])
    assert [outcome.status for outcome in outcomes] == [
        ReturnStatus.REJECTED,
        ReturnStatus.RANKED,
        ReturnStatus.IGNORED,
    ]
    assert [outcome.problems for outcome in outcomes] == [broken.problems, (), passed.problems]


def test_members_are_named_by_their_place() -> None:
    first = received("a.zip", "day=1", member="票.xlsx")
    second = received("b.zip", "day=2 answers=×○○○○○", member="票.xlsx")
    outcomes = settled([first, second])
    assert outcomes[0].problems[0].value == "b.zip › 票.xlsx"


@pytest.mark.parametrize("lang", Lang)
def test_every_sentence_finds_its_parts(lang: Lang) -> None:
    told = {}
    for table in TABLES.values():
        rows = [line.split("|") for line in table.strip().splitlines()]
        for outcome in settled(received(file.strip(), says.strip()) for file, says, _ in rows):
            told.update({problem.code: problem for problem in outcome.problems})
    assert told.keys() >= CHOICE
    for code in CHOICE:
        words = problem_message(told[code], lang) + problem_advice(told[code], lang)
        assert words
        assert not set("{}") & set(words)


# --- what holds of any returns

_SAYS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(("", "手本", "㈱見本", "(有)見本", "見本㈱")),
        "id": st.sampled_from("789"),
        "dept": st.sampled_from(("総務", "営業")),
        "mail": st.sampled_from(("x@one.example", "y@two.example", "z@gmail.com")),
        "trade": st.sampled_from("EG"),
        "day": st.sampled_from("123"),
        "time": st.sampled_from("12"),
        "answers": st.sampled_from(("×○○○○○", "○×○○○○", "○○○○..", ".○○○○○")),
        "fixes": st.sets(st.sampled_from("abcdefg"), min_size=1, max_size=2).map(",".join),
        "bytes": st.sampled_from("ab"),
    },
)


def _heap(says: Sequence[dict[str, str]]) -> list[ReceivedFile]:
    """Returns named a, b, …; one that shares bytes says the same as the file that it is."""
    returns: dict[str, ReceivedFile] = {}
    for file, each in zip("abcdefg", says, strict=False):
        origin = each.get("bytes", file)
        content = {**says["abcdefg".index(origin)], "bytes": origin} if origin < file else {**each}
        if origin >= file:
            content.pop("bytes", None)
        content["time"] = each.get("time", "0")
        words = " ".join(f"{field}={entry}" for field, entry in content.items())
        returns[file] = received(file, words)
    return list(returns.values())


heaps = st.lists(_SAYS, min_size=2, max_size=7).map(_heap)


@given(heaps, st.randoms(use_true_random=False))
def test_the_order_of_the_files_does_not_matter(heap: list[ReceivedFile], random: Random) -> None:
    shuffled = random.sample(heap, len(heap))
    expected = {outcome.received.file: outcome for outcome in settled(heap)}
    outcomes = settled(shuffled)
    assert [outcome.received for outcome in outcomes] == shuffled
    assert {outcome.received.file: outcome for outcome in outcomes} == expected


@given(heaps)
def test_a_superseded_return_names_one_that_counts(heap: list[ReceivedFile]) -> None:
    outcomes = {outcome.received.label: outcome for outcome in settled(heap)}
    counting = {label for label, o in outcomes.items() if o.status is not ReturnStatus.SUPERSEDED}
    assert counting
    for outcome in outcomes.values():
        if outcome.status is ReturnStatus.SUPERSEDED:
            (problem,) = outcome.problems
            same_file = problem.code is ProblemCode.SAME_FILE
            assert problem.value in (outcomes if same_file else counting)


@given(heaps)
def test_two_ids_are_one_client_only_by_a_correction(heap: list[ReceivedFile]) -> None:
    if any(each.sheet and each.sheet.replaces for each in heap):
        return
    ids = {each.label: _id(each) for each in heap}
    for outcome in settled(heap):
        if outcome.status is ReturnStatus.SUPERSEDED:
            pair = {ids[outcome.received.label], ids[outcome.problems[0].value or ""]}
            assert len(pair - {None}) <= 1


# --- helpers


def received(
    file: str, says: str, *, member: str | None = None, problems: tuple[Problem, ...] = ()
) -> ReceivedFile:
    """The return that the notation above describes."""
    words = dict(word.split("=", 1) for word in says.split(" ") if word)
    profile = {field: words[word] for field, word in FIELDS.items() if word in words}
    given_answers = answer_row(SMALL, words.get("answers", YES))
    sheet = ReturnedSheet(
        SheetIdentity(SMALL.id, SMALL.version, words.get("id")),
        Lang.JA,
        {**profile, "company": words.get("name", "見本")},
        tuple(Response(item, choice) for item, choice in given_answers.items()),
        "診断",
        tuple(filter(None, words.get("fixes", "").split(","))),
    )
    return ReceivedFile(
        file=file,
        sha256=words.get("bytes", file),
        member=member,
        modified=f"{_day(words['day']):%FT%TZ}" if "day" in words else "",
        file_time=int((_day("1") + timedelta(hours=int(words["time"]))).timestamp()) * 10**9
        if "time" in words
        else 0,
        mail_time=int(_day(words["sent"]).timestamp()) if "sent" in words else 0,
        sheet=sheet,
        problems=problems,
    )


def _day(number: str) -> datetime:
    return datetime(2026, 11, int(number), tzinfo=UTC)


def settled(returns: Iterable[ReceivedFile]) -> list[ReturnOutcome]:
    return list(decide_outcomes(SMALL, list(returns), _evaluate))


def _evaluate(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
    """Without what would lift the rank, which takes most of the time."""
    answers, scores = sheet.answers, score_answers(catalog, sheet.answers)
    comments = tuple(choose_comments(catalog, answers, scores)) if scores.rank else ()
    return Diagnosis(scores, comments, choose_notice(catalog, answers, sheet.profile, scores.rank))


def _fate(outcome: ReturnOutcome) -> str:
    told = (problem for problem in outcome.problems if problem.code in CHOICE)
    return " ".join((outcome.status.value, *map(_told, told)))


def _told(problem: Problem) -> str:
    newer = problem.code is ProblemCode.NEWER_RETURN  # the one that counts says the reason
    details = ": ".join(entry for key, entry in problem.details if not newer or key == "count")
    code = (
        problem.code.removeprefix("DEPARTMENTS_").removeprefix("ORDER_").removesuffix("_SUPERSEDED")
    )
    return f"{code} {problem.value}" + (f" ({details})" if details else "")


def _typed(given_return: ReceivedFile, word: str) -> ReceivedFile:
    """The return with a word in its first answer that is no choice."""
    sheet = given_return.sheet
    assert sheet
    responses = (replace(sheet.responses[0], choice=None, raw=word), *sheet.responses[1:])
    return replace(given_return, sheet=replace(sheet, responses=responses))


def _id(given_return: ReceivedFile) -> str | None:
    return given_return.sheet.identity.client if given_return.sheet else None
