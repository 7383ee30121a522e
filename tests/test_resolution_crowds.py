"""Many returns of one name: told the same as if everybody were compared with everybody."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from sheet_diag.intake.resolution.candidates import Candidate, find_candidates
from sheet_diag.intake.resolution.choice import ReturnChoice
from sheet_diag.intake.resolution.grouping import (
    FirmTraits,
    NamedClient,
    find_compatible_clients,
)
from sheet_diag.intake.resolution.shared_names import find_shared_names
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import ProblemCode
from sheet_diag.text.wording import join_first
from tests.samples import CLOCK
from tests.test_resolution import received, settled

# --- who may be one client

_DOMAINS = ("a.example", "x.a.example", "y.x.a.example", "xa.example", "example", "b.example")
_says = st.builds(
    FirmTraits,
    st.frozensets(st.sampled_from(_DOMAINS), max_size=2),
    st.frozensets(st.sampled_from("EG"), max_size=2),
)
_bearers = st.lists(st.tuples(st.sampled_from(("", "", "7", "8", "9")), _says), max_size=9).map(
    # An id is borne once: all its returns speak together.
    lambda pairs: [
        *(NamedClient(client, says) for client, says in dict(pairs).items() if client),
        *dict.fromkeys(NamedClient("", says) for client, says in pairs if not client),
    ]
)


def may_be_one(one: NamedClient, other: NamedClient) -> bool:
    """The rule's own words."""
    if one.client and other.client:
        return one.client == other.client
    mails = [(a, b) for a in one.traits.domains for b in other.traits.domains]
    mail = any(a == b or a.endswith(f".{b}") or b.endswith(f".{a}") for a, b in mails)
    industries = one.traits.industries & other.traits.industries
    return (mail or not (one.traits.domains and other.traits.domains)) and bool(
        industries or not (one.traits.industries and other.traits.industries)
    )


@given(_bearers)
def test_compatible_clients_are_those_of_the_plain_rule(bearers: Sequence[NamedClient]) -> None:
    by_pairs = {one: [may_be_one(one, other) for other in bearers] for one in bearers}
    found = dict(find_compatible_clients(bearers))
    assert found.keys() == by_pairs.keys()
    for one in bearers:
        for other in bearers:
            assert (found[one] == found[other]) is (by_pairs[one] == by_pairs[other])


# --- what is told of namesakes

_client = st.fixed_dictionaries(
    {"name": st.sampled_from(("甲", "乙", "丙"))},
    optional={
        "id": st.sampled_from("123456789"),
        "mail": st.sampled_from(("x@one.example", "y@two.example")),
        "phone": st.sampled_from(("031", "032")),
        "who": st.sampled_from(("山田", "佐藤", "鈴木")),
    },
)
_choices = st.lists(st.lists(_client, min_size=1, max_size=3), max_size=14).map(
    lambda clients: [_choice(place, members) for place, members in enumerate(clients)]
)


def _choice(place: int, members: Sequence[dict[str, str]]) -> ReturnChoice:
    """A client all of whose returns count; they bear different names."""
    returns = (
        received(f"{n}{place}", " ".join(f"{field}={entry}" for field, entry in says.items()))
        for n, says in enumerate(members)
    )
    return ReturnChoice(tuple(find_candidates(returns, CLOCK).values()), ())


def by_pairs(choices: Sequence[ReturnChoice], one: ReturnChoice) -> list[tuple[ProblemCode, str]]:
    """The rule's own words."""
    told: dict[ProblemCode, list[str]] = {ProblemCode.TWO_IDS: [], ProblemCode.NAME_SHARED: []}
    for other in choices:
        if other is not one and names(one) & names(other):
            ids = all(any(each.client for each in choice.counting) for choice in (one, other))
            code = (
                ProblemCode.TWO_IDS
                if ids and contacts(one) & contacts(other)
                else ProblemCode.NAME_SHARED
            )
            told[code] += (each.label for each in other.counting)
    return [(code, join_first(sorted(labels))) for code, labels in told.items() if labels]


def names(choice: ReturnChoice) -> set[str]:
    return {each.name for each in choice.counting if each.name}


def contacts(choice: ReturnChoice) -> set[tuple[str, str]]:
    return {contact for each in choice.counting for contact in each.contacts}


@given(_choices)
def test_shared_names_are_those_of_the_plain_rule(choices: Sequence[ReturnChoice]) -> None:
    found = [[(p.code, p.value) for p in told] for told in find_shared_names(choices)]
    assert found == [by_pairs(choices, one) for one in choices]


# --- departments


def test_of_many_contradicting_departments_the_first_are_named() -> None:
    """In three signs of six items there is another answer for each."""
    signs = "○△×"
    answers = ["".join(signs[n // 3**place % 3] for place in range(6)) for n in range(30)]
    returns = [
        received(f"{n:02}", f"dept=部{n} day=1 answers={each}") for n, each in enumerate(answers)
    ]
    outcomes = settled(returns)
    assert {each.status for each in outcomes} == {ReturnStatus.HELD}
    for at, each in enumerate(outcomes):
        told = [p.value for p in each.problems if p.code is ProblemCode.DEPARTMENTS_DISAGREE]
        assert told == [f"{n:02}" for n in range(30) if n != at][:20]


def test_answers_are_fetched_once() -> None:
    (one,) = find_candidates([received("a", "day=1")], CLOCK).values()
    assert isinstance(one, Candidate)
    assert all(before is after for before, after in pairwise([one.answers, one.answers]))
