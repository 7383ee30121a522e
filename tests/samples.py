"""Filled-in sheets, and what the product makes of them, without files or processes.

Answers are written in the signs of `tests.catalogs`: ○ △ × ? and - (該当なし), . (未回答).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.intake.receive import read_content
from sheet_diag.intake.resolution.resolve import decide_status, resolve_returns
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ResponseStatus
from sheet_diag.model.portfolio import Portfolio
from sheet_diag.model.results import ClientReport, Diagnosis, ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import ReceivedFile, ReturnedSheet
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.exports import open_exports
from sheet_diag.reports.portfolio.client_facts import add_list_entry, summarize_outcome
from sheet_diag.reports.portfolio.tables import PortfolioBuilder
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.reports.view.build import build_view
from sheet_diag.storage.file_names import report_number, result_name
from sheet_diag.text.wording import Wording, word_catalog
from tests.catalogs import JIS, Answers, answers

DATA = Path(__file__).parent / "data"
AS_OF = date(2026, 11, 23)
CLOCK = datetime(2026, 12, 31, tzinfo=UTC)  # that of the machine
ISSUER = Issuer(
    name="見本リスク株式会社",
    department="診断室",
    address="東京都千代田区見本町1-2-3",
    phone="03-0000-0000",
    email="shindan@example.co.jp",
    contact="診断窓口",
    deadline=date(2026, 12, 25),
)
ISSUER_EN = Issuer(
    name="Sample Risk Ltd.", department="Security", address="1-2-3 Sample-cho, Tokyo"
)
PROFILE = {"company": "株式会社見本", "industry": "製造業", "employees": "6〜20人"}
PROFILE_EN = {"company": "Sample K.K.", "industry": "Manufacturing", "employees": "6 to 20"}


def labels(catalog: Catalog, given: Answers, lang: Lang = Lang.JA) -> dict[str, str]:
    """The words of the drop-down for choice ids; nothing where unanswered."""
    return {
        item: catalog.choices_of(catalog.items[item])[choice].label[lang]
        for item, choice in given.items()
        if choice
    }


def reference(lang: Lang = Lang.JA) -> dict[str, str]:
    """The reference answers, as chosen from the drop-downs."""
    choices = {c.label.ja: c.id for c in JIS.answer_sets["implementation"]}
    with (DATA / "reference_answers.csv").open(encoding="utf-8", newline="") as file:
        given: Answers = {row["id"]: choices[row["answer"]] for row in csv.DictReader(file)}
    return labels(JIS, given, lang)


def receive_sheet(
    entries: Entries, *, file: str = "a.xlsx", catalog: Catalog = JIS, lang: Lang = Lang.JA
) -> ReceivedFile:
    """The sheet filled in, sent back and read."""
    content = make_hearing_sheet(catalog, lang, ISSUER, entries)
    return read_content(file, content, catalog)


_CLIENTS: dict[tuple[object, ...], tuple[Catalog, ReceivedFile]] = {}


def client(
    name: str,
    rows: Mapping[str, str] | None = None,
    *,
    rest: str = "○",
    catalog: Catalog = JIS,
    lang: Lang = Lang.JA,
    profile: Mapping[str, str] = MappingProxyType({}),
) -> ReceivedFile:
    """A return named after its client, answered as `tests.catalogs.answers` reads it."""
    key = (name, repr(rows), rest, id(catalog), lang, repr(profile))
    if key not in _CLIENTS:
        given = labels(catalog, answers(catalog, rows or {}, rest), lang)
        words = {**(PROFILE if lang is Lang.JA else PROFILE_EN), **profile, "company": name}
        entries = Entries(words, given)
        received = receive_sheet(entries, file=f"{name}.xlsx", catalog=catalog, lang=lang)
        _CLIENTS[key] = catalog, received  # the catalogue, so that its id is nobody else's
    return _CLIENTS[key][1]


def reword(given: ReceivedFile, text: str) -> ReceivedFile:
    """The return as if the client had typed `text` wherever he can, and in the file's name.

    Bypasses the sheet, so that texts that no workbook can hold are tried too; the choices stay.
    """
    sheet = given.sheet
    assert sheet
    typed = tuple(replace(each, raw=text, remark=text, evidence=text) for each in sheet.responses)
    profile = {**sheet.profile, "company": text, "department": text}
    identity = replace(sheet.identity, client=text)
    name = replace(sheet, identity=identity, profile=profile, responses=typed, sheet=text)
    return replace(given, file=text, sheet=name)


def resolve_all(*returns: ReceivedFile, catalog: Catalog = JIS) -> list[ReturnOutcome]:
    """What becomes of the returns, with the names of the results."""
    return [_name_result(outcome) for outcome in decide_outcomes(catalog, returns)]


def decide_outcomes(
    catalog: Catalog,
    returns: Sequence[ReceivedFile],
    evaluate: Callable[[Catalog, ReturnedSheet], Diagnosis] = evaluate,
) -> Iterator[ReturnOutcome]:
    """What becomes of the returns; those that count are diagnosed here."""
    for each in resolve_returns(catalog, returns, CLOCK):
        if isinstance(each, ReturnOutcome):
            yield each
        else:
            assert each.received.sheet
            diagnosis = evaluate(catalog, each.received.sheet)
            yield decide_status(catalog, each.received, diagnosis, each.problems)


def report(
    given: ReceivedFile | ReturnOutcome,
    *,
    catalog: Catalog = JIS,
    lang: Lang | None = None,
    issuer: Issuer = ISSUER,
) -> bytes:
    """The client's report."""
    outcome = given if isinstance(given, ReturnOutcome) else resolve_all(given, catalog=catalog)[0]
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    assert sheet
    assert diagnosis
    number = report_number(AS_OF, outcome.received.sha256)
    language = lang or sheet.lang
    made = ClientReport(
        received=outcome.received,
        sheet=sheet,
        diagnosis=diagnosis,
        problems=outcome.problems,
        number=number,
        as_of=AS_OF,
        lang=language,
        comparison=outcome.comparison,
        plan=outcome.plan,
    )
    context = ReportContext(made, catalog, issuer)
    return build_client_report(context, build_view(context), SOFTWARE_SIGNATURE)


def summary(
    outcomes: Sequence[ReturnOutcome], *, catalog: Catalog = JIS, listed: ClientList | None = None
) -> Portfolio:
    """The portfolio's tables."""
    gathering, entries = PortfolioBuilder(catalog, AS_OF), (listed or ClientList()).by_id()
    for outcome in outcomes:
        gathering.add(add_list_entry(summarize_outcome(catalog, outcome), entries))
    return gathering.portfolio()


def portfolio(
    outcomes: Sequence[ReturnOutcome],
    *,
    catalog: Catalog = JIS,
    lang: Lang = Lang.JA,
    issuer: Issuer = ISSUER,
    turnout: ResponseStatus | None = None,
    listed: ClientList | None = None,
) -> bytes:
    """The portfolio's workbook."""
    tables = replace(summary(outcomes, catalog=catalog, listed=listed), responses=turnout)
    return build_portfolio(tables, catalog, issuer, word_catalog(catalog, lang)).bytes()


def export_files(outcomes: Sequence[ReturnOutcome], folder: Path, lang: Lang = Lang.JA) -> None:
    """The portfolio's files, below `data/` of the folder."""
    (folder / "data").mkdir()
    with open_exports(JIS, AS_OF, Wording(lang), lambda name: folder / name) as exports:
        for outcome in outcomes:
            exports.add(summarize_outcome(JIS, outcome))
        exports.finish(summary(outcomes))


def change_catalog(catalog: Catalog, **parts: Any) -> Catalog:
    """A catalogue with some of its parts replaced, validated anew."""
    return Catalog.model_validate({**catalog.model_dump(), **parts})


def change_items(catalog: Catalog, parts: Mapping[str, Mapping[str, Any]]) -> Catalog:
    """A catalogue with some parts of some items replaced, validated anew."""
    content = catalog.model_dump()
    for category in content["categories"]:
        for item in category["items"]:
            item |= parts.get(item["id"], {})
    return Catalog.model_validate(content)


def name_categories(catalog: Catalog) -> Catalog:
    """The catalogue with a name for each category: those of `tests.catalogs` are all alike."""
    content = catalog.model_dump()
    for number, each in enumerate(content["categories"], 1):
        each["name"] = each["short"] = {"ja": f"分野{number}", "en": f"Area {number}"}
    return Catalog.model_validate(content)


def allow_na(catalog: Catalog, category: str) -> Catalog:
    """The catalogue with 該当なし allowed in every question of a category."""
    content = catalog.model_dump()
    for each in content["categories"]:
        if each["id"] == category:
            for item in each["items"]:
                item |= {"na_allowed": True, "na_when": {"ja": "設備がない", "en": "there is none"}}
    return Catalog.model_validate(content)


def _name_result(outcome: ReturnOutcome) -> ReturnOutcome:
    sheet = outcome.received.sheet
    if outcome.status is not ReturnStatus.RANKED or sheet is None:
        return outcome
    number = report_number(AS_OF, outcome.received.sha256)
    return replace(outcome, result=f"results/{result_name(sheet.name, number)}")
