"""A run diagnoses each return that counts once, as it is after every change to its sheet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.overrides import AnswerOverride, OverridesContent
from sheet_diag.model.results import Diagnosis, ReturnOutcome
from sheet_diag.model.returns import ReceivedFile, ReturnedSheet
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.pipeline import tasks
from sheet_diag.pipeline.execution.workers import Workers, set_worker_context
from sheet_diag.pipeline.ingest import Executors
from sheet_diag.pipeline.record_store import RecordStore, load_outcome, strip_return
from sheet_diag.pipeline.run import RunConfig, decide_outcomes
from tests.catalogs import JIS, present
from tests.samples import client

FILE_TIME = 1_700_000_000 * 10**9
SIZES = tuple(JIS.field_by_id["employees"].by_id)
DECISION = AnswerOverride("見本", "POL-01", "no", "面談", "診断太郎", "回答", 2, ("A2", "B2"))
LISTED = ListedClient("C-01", "見本", Lang.JA, ("a@one.example",), employees=SIZES[-1])


def quiet(stage: str, done: int, total: int) -> None:
    del stage, done, total


def catalog_with_exposure() -> Catalog:
    """The catalogue, whose insurance notice asks for the size of the client."""
    rule = present(JIS.insurance).exposure
    exposure = rule.model_copy(update={"points": {**rule.points, "employees": {SIZES[-1]: 9}}})
    insurance = present(JIS.insurance).model_copy(update={"exposure": exposure})
    return JIS.model_copy(update={"insurance": insurance})


def decide(folder: Path, *returns: ReceivedFile) -> list[ReturnOutcome]:
    """What a run makes of the returns, in one thread of this process."""
    catalog = catalog_with_exposure()
    set_worker_context(tasks.WorkerContext(catalog, IntakeSettings()))
    order = RunConfig(
        folder,
        folder,
        catalog,
        Issuer(),
        date(2026, 11, 23),
        Lang.JA,
        clients=ClientList((LISTED,)),
    )
    with ThreadPoolExecutor(1) as pool, RecordStore(folder / "records") as store:
        workers = Workers[tasks.WorkerContext](pool)
        kept = [store.keep(strip_return(each))[0] for each in returns]
        outcomes = decide_outcomes(order, Executors(workers, workers), kept, store, quiet)
        return [load_outcome(each, store.record_of(each.received)) for each in outcomes]


def test_a_return_is_diagnosed_once_after_the_list_and_the_overrides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    diagnosed: list[ReturnedSheet] = []

    def count(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
        diagnosed.append(sheet)
        return evaluate(catalog, sheet)

    monkeypatch.setattr(tasks, "evaluate", count)
    later = FILE_TIME + 3600 * 10**9
    newer = replace(client("見本", {"POL-04": "△"}, profile={"employees": ""}), file_time=later)
    older = replace(client("見本", {"POL-04": "×"}), sha256="0" * 64, file="b", file_time=FILE_TIME)
    decisions = OverridesContent((DECISION,))
    file = ReceivedFile("overrides.xlsx", "f" * 64, ignored=True, decisions=decisions)
    outcomes = decide(tmp_path, newer, older, file)
    assert [each.status.value for each in outcomes] == ["ranked", "superseded", "ignored"]
    (sheet,) = diagnosed
    assert sheet.answers == {**(newer.sheet.answers if newer.sheet else {}), "POL-01": "no"}
    assert sheet.profile["employees"] == SIZES[-1]
    assert outcomes[0].received.sheet == sheet
    assert outcomes[0].diagnosis == evaluate(catalog_with_exposure(), sheet)
    assert outcomes[1].diagnosis is None


@pytest.mark.parametrize("error", [RuntimeError, MemoryError])
def test_a_fault_in_the_diagnosis_costs_one_return(
    error: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_for_one(catalog: Catalog, sheet: ReturnedSheet) -> Diagnosis:
        if sheet.name == "甲":
            raise error
        return evaluate(catalog, sheet)

    monkeypatch.setattr(tasks, "evaluate", fail_for_one)
    outcomes = decide(tmp_path, client("甲"), client("乙"))
    assert [each.status.value for each in outcomes] == ["rejected", "ranked"]
    code = "READER_DIED" if error is MemoryError else "NOT_PROCESSED"
    assert [problem.code.value for problem in outcomes[0].problems] == [code]
