"""What is laid on the shelf comes back as it was, and is seen meanwhile by whoever looks."""

import os
import pickle
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from sheet_diag.diagnosis.evaluate import diagnose, evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ItemScore, ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import (
    Problem,
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.pipeline.record_store import (
    DiagnosedReturn,
    RecordStore,
    load_outcome,
    load_records,
    load_sheet,
    strip_return,
)
from tests import ranks
from tests.catalogs import JIS, answers, built_in_catalogs
from tests.samples import client


def _read(given: ReceivedFile) -> DiagnosedReturn:
    assert given.sheet
    return given, evaluate(JIS, given.sheet)


def _returns() -> list[DiagnosedReturn]:
    rows: tuple[dict[str, str], ...] = ({"POL-01": "×", "PHY-02": "?"}, {}, {"COM-03": "△"})
    return [_read(client(f"見本{at}", each)) for at, each in enumerate(rows)]


def test_everything_that_a_diagnosis_holds_is_read_back(tmp_path: Path) -> None:
    newest = built_in_catalogs()["2026.2"]
    answered = answers(newest, {"PHY": "?", "COM": "△"}, rest="×")
    received = client("見本", {})
    before = diagnose(newest, answered, {})
    assert all((before.comments, before.plan, before.ways, before.unknown, before.threats))
    with RecordStore(tmp_path / "records") as shelf:
        kept = shelf.keep(strip_return(received, before))
        sent = pickle.loads(pickle.dumps(_ranked(kept)))
        assert load_outcome(sent, shelf.record_of(kept[0])).diagnosis == before


def _ranked(read: DiagnosedReturn) -> ReturnOutcome:
    received, diagnosis = read
    return ReturnOutcome(received, ReturnStatus.RANKED, received.problems, diagnosis)


def test_a_record_put_back_is_the_return_that_was_read(tmp_path: Path) -> None:
    returns = _returns()
    with RecordStore(tmp_path / "records") as shelf:
        kept = [shelf.keep(strip_return(*each)) for each in returns]
        for before, after in zip(returns, kept, strict=True):
            sent = pickle.loads(pickle.dumps(_ranked(after)))  # as a worker gets it
            with pytest.raises(LookupError):
                len(sent.received.sheet.responses)
            assert load_outcome(sent, shelf.record_of(after[0])) == _ranked(before)


def test_parts_on_the_shelf_are_seen_as_if_they_were_here(tmp_path: Path) -> None:
    (received, diagnosis) = _returns()[0]
    with RecordStore(tmp_path / "records") as shelf:
        shelf.keep(strip_return(*_returns()[1]))  # the first on the shelf is another
        kept, thin = shelf.keep(strip_return(received, diagnosis))
        assert received.sheet
        assert kept.sheet
        assert diagnosis
        assert thin
        assert kept.sheet.answers == received.sheet.answers
        assert len(kept.sheet.responses) == len(received.sheet.responses)
        assert kept.sheet.responses[3] == received.sheet.responses[3]
        assert list(thin.open_items) == list(diagnosis.open_items)
        assert list(thin.comments) == list(diagnosis.comments)
        assert list(thin.ways) == list(diagnosis.ways)
        assert dict(thin.effects) == dict(diagnosis.effects)
        assert dict(thin.scores.items) == dict(diagnosis.scores.items)
        assert replace(thin.scores, items={}) == replace(diagnosis.scores, items={})


def test_what_was_not_read_has_no_record(tmp_path: Path) -> None:
    received = ReceivedFile("a.xlsx", "")
    with RecordStore(tmp_path / "records") as shelf:
        assert shelf.keep(strip_return(received)) == (received, None)
        assert (
            load_outcome(ReturnOutcome(received, ReturnStatus.REJECTED, ()), b"").received
            is received
        )


def test_a_return_is_kept_before_its_diagnosis_and_again_with_it(tmp_path: Path) -> None:
    received, diagnosis = _returns()[0]
    with RecordStore(tmp_path / "records") as shelf:
        kept, none = shelf.keep(strip_return(received))
        assert none is None
        sheet = load_sheet(kept, shelf.record_of(kept))
        assert sheet == received.sheet
        again = shelf.keep(strip_return(replace(kept, sheet=sheet), diagnosis))
        loaded = load_outcome(_ranked(again), shelf.record_of(again[0]))
        assert loaded == _ranked((received, diagnosis))


def test_equal_things_are_held_once(tmp_path: Path) -> None:
    returns = [_read(client(name, {"POL-01": "×"})) for name in ("甲", "乙")]
    with RecordStore(tmp_path / "records") as shelf:
        (_, one), (_, two) = (shelf.keep(strip_return(*each)) for each in returns)
        assert one
        assert two
        assert one.scores.categories["POL"] is two.scores.categories["POL"]


def test_a_fraction_travels_as_two_integers() -> None:
    content = pickle.dumps(Fraction(123456789, 987654321))
    assert b"/" not in content
    assert pickle.loads(content) == Fraction(123456789, 987654321)


# --- what a pickle may hold

_RECORDS = (
    ReceivedFile(
        "a.xlsx",
        "0" * 64,
        sheet=ReturnedSheet(
            SheetIdentity("c", "1", None), Lang.JA, {"company": "見本"}, (Response("1"),), "回答"
        ),
        problems=(Problem(ProblemCode.UNANSWERED),),
    ),
    ItemScore(Fraction(2, 3), Fraction(10**30, 7), None),
    (ReturnStatus.RANKED, ranks.A, date(2026, 11, 26), frozenset({1}), [b"x", {"a": None}]),
)


@pytest.mark.parametrize("record", _RECORDS)
@pytest.mark.parametrize("protocol", [4, 5])
def test_records_come_back_as_they_were(record: object, protocol: int) -> None:
    assert load_records(pickle.dumps(record, protocol)) == record


class _Evil:
    """What asks for another callable when it is loaded."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.how = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.how


_EVIL = {
    "a command": pickle.dumps(_Evil(os.system, "exit 1")),
    "a built-in function": pickle.dumps(_Evil(eval, "1 + 1")),
    "a class of ours that is no record": pickle.dumps(_Evil(RecordStore, Path("x"))),
    "a record of the catalogue, which validates": b"csheet_diag.model.basics\nText\n.",
    "what the model imports": b"csheet_diag.model.returns\ndataclass\n.",
    "what hangs on a record": b"\x80\x04\x8c\x1asheet_diag.model.returns.\x94.",
    "a path through a record": pickle.dumps(None)[:-2]
    + b"\x8c\x18sheet_diag.model.returns\x8c\x1aReceived.__init__.__globals__\x93.",
    "a persistent id": b"Px\n.",
    "an extension": b"\x82\x01.",
}


@pytest.mark.parametrize("case", _EVIL)
def test_nothing_else_is_built(case: str) -> None:
    with pytest.raises(pickle.UnpicklingError):
        load_records(_EVIL[case])


def test_what_is_cut_off_is_refused() -> None:
    with pytest.raises(pickle.UnpicklingError):
        load_records(pickle.dumps(_RECORDS[1])[:-5])
