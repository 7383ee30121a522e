"""Report views of the clients of the demonstration and of odd ones, without files or processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Final

from sheet_diag.cli.demo import returns as demo
from sheet_diag.diagnosis.comparison.compare import ComparisonBasis, Comparisons
from sheet_diag.diagnosis.damage import estimate_damage
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import ItemChange, Movement, PastDiagnosis, PreviousDiagnosis
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.results import ClientReport, ReturnOutcome
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.view.build import build_view
from tests import ranks
from tests.catalogs import JIS, present
from tests.samples import allow_na, client, receive_sheet, reference, resolve_all

AS_OF: Final = date(2026, 11, 30)
ISSUER: Final = replace(demo.ISSUER, author="診断 太郎", sign=True)
LONG_NAME: Final = (
    "独立行政法人サンプル情報処理総合研究開発機構関東甲信越地域統括本部附属産業技術総合支援センター西館分室"
    "第二企画課分析係長"
)
COMMENT: Final = (
    "日常の運用は丁寧に行われているとの印象を受けました。弱点は「社外に渡す情報」と「サーバー室」に"
    "集まっています。サーバー室の施錠は鍵の交換と記録簿で足り、費用もわずかです。まずこの1件を年内に"
    "終え、年明けに委託先の契約書の点検へ進むことをお勧めします。"
)


@dataclass(frozen=True)
class Case:
    """A client: answers as in `tests.catalogs.answers`, and what else its report shows."""

    rows: Mapping[str, str] = field(default_factory=dict)
    rest: str = "○"
    name: str = "株式会社見本"
    lang: Lang = Lang.JA
    catalog: Catalog = JIS
    profile: Mapping[str, str] = field(default_factory=dict)
    comment: str = ""
    overrides: tuple[Override, ...] = ()
    peers: bool = False
    previous: bool = False
    damage: bool = True


_COMMENTS: Final = {
    Lang.JA: (COMMENT, "診断 太郎"),
    Lang.EN: (
        "Day-to-day practice is good; what is missing is proof that it works. We suggest "
        "starting with the locks of the server room and will gladly join the first review.",
        "T. Shindan",
    ),
}
_COMPANY: Final = {Lang.JA: "株式会社見本商事", Lang.EN: "Sample Trading K.K."}
OVERRIDE: Final = Override(
    "PHY-01",
    "partial",
    "一部",
    "no",
    "11月20日の訪問時に、サーバー室が終日無施錠であることを確認したため。",
    "診断 太郎",
)
_WITHOUT_PHY: Final = allow_na(JIS, "PHY")
ODD: Final[Mapping[str, Case]] = {
    "all_yes": Case(),
    "all_no": Case(rest="×", peers=True),
    "all_unknown": Case(rest="?"),
    "no_name": Case({"POL": "△", "HUM": "×"}, name=""),
    "long_name": Case(rest="×", name=LONG_NAME, previous=True, peers=True),
    "long_comment": Case(
        {"COM": "×", "PHY": "?", "POL": "△"}, rest="○", comment=COMMENT * 6, overrides=(OVERRIDE,)
    ),
    "not_applicable": Case({"PHY": "-", "POL": "△"}, catalog=_WITHOUT_PHY, peers=True),
    "one_finding": Case({"AST-08": "△"}),
    "no_peers": Case({"COM": "△", "PHY": "×"}, comment=COMMENT),
    "missing": Case({"PHY": "×", "COM": "?", "POL": "×"}, rest="△", previous=True),
    "english": Case(
        {"COM": "×", "HUM": "△"},
        name="Sample Trading K.K.",
        lang=Lang.EN,
        peers=True,
        previous=True,
    ),
    "typed_as_markup": Case({"POL": "×"}, name='#panic("x") *太* $x$ @a <b> \\ `y` [z] // "'),
    "rare_characters": Case({"HUM": "△"}, name="𠮷田髙﨑①商店"),
}


@cache
def _others() -> tuple[ReturnOutcome, ...]:
    """Twelve clients that others are compared with."""
    signs = "○△×?○△×○△△○△"
    given = (
        client(f"相手{n}", {"POL": sign, "COM": signs[-n]}, rest="○△"[n % 2])
        for n, sign in enumerate(signs, 1)
    )
    return tuple(resolve_all(*given))


def view_of(case: Case, *, issuer: Issuer = ISSUER) -> ReportView:
    """Build the view of a case."""
    received = client(
        case.name, case.rows, rest=case.rest, catalog=case.catalog, lang=case.lang,
        profile=case.profile,
    )  # fmt: skip
    judgement = Judgement(case.overrides, case.comment)
    outcome = resolve_all(replace(received, judgement=judgement), catalog=case.catalog)[0]
    if case.peers:
        outcome = compare([outcome, *_others()])[0]
    if case.previous:
        outcome = _add_previous(outcome)
    return view_of_outcome(outcome, case.catalog, issuer=issuer, damage=case.damage)


def compare(outcomes: Sequence[ReturnOutcome]) -> list[ReturnOutcome]:
    """Set each outcome beside the others."""
    found = Comparisons.of(JIS, outcomes, ComparisonBasis())
    return [found.add_peers(each) for each in outcomes]


def _add_previous(outcome: ReturnOutcome) -> ReturnOutcome:
    assert outcome.diagnosis
    categories = outcome.diagnosis.scores.categories
    then = {
        id: None if each.score is None else max(Fraction(0), each.score - 8)
        for id, each in categories.items()
    }
    moved = [
        ItemChange("POL-01", Movement.IMPROVED, "no", "yes"),
        ItemChange("HUM-01", Movement.IMPROVED, "no", "partial"),
        ItemChange("PHY-05", Movement.WORSENED, "yes", "partial"),
    ]
    previous = PreviousDiagnosis(
        as_of=date(2025, 11, 28),
        rank=ranks.D,
        score=Fraction(413, 10),
        categories=then,
        changes=tuple(moved),
        same_catalog=True,
        copied=False,
    )
    return replace(outcome, comparison=replace(outcome.comparison, previous=previous))


def view_of_outcome(
    outcome: ReturnOutcome,
    catalog: Catalog = JIS,
    *,
    lang: Lang | None = None,
    issuer: Issuer = ISSUER,
    damage: bool = True,
) -> ReportView:
    """Build the view of a diagnosed return."""
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    assert sheet
    assert diagnosis
    history: tuple[PastDiagnosis, ...] = ()
    if previous := outcome.comparison.previous:
        before = PastDiagnosis(date(2024, 11, 29), "jis-q-27002@2026.1", Fraction(251, 10), ranks.E)
        last = PastDiagnosis(previous.as_of, "jis-q-27002@2026.2", previous.score, previous.rank)
        history = (before, last)
    exposure = present(diagnosis.insurance).exposure
    report = ClientReport(
        received=outcome.received,
        sheet=sheet,
        diagnosis=diagnosis,
        problems=outcome.problems,
        number="SD-20261130-9d8b4820",
        as_of=AS_OF,
        lang=lang or sheet.lang,
        comparison=outcome.comparison,
        damage=estimate_damage(catalog, exposure, sheet.profile) if damage else (),
        history=history,
    )
    return build_view(ReportContext(report, catalog, issuer))


def reference_view(lang: Lang) -> ReportView:
    """Build the view of the reference client: reviewed, with a comment, among other clients."""
    profile = demo.build_profile(JIS, next(each for each in demo.DEMO_CLIENTS if each.lang is lang))
    entries = Entries({**profile, "company": _COMPANY[lang]}, reference(lang))
    received = receive_sheet(entries, lang=lang)
    judgement = Judgement((OVERRIDE,), *_COMMENTS[lang])
    outcome = resolve_all(replace(received, judgement=judgement))[0]
    compared = _add_previous(compare([outcome, *_others()])[0])
    return view_of_outcome(compared)


def demo_views() -> Iterator[tuple[str, ReportView]]:
    """Build the views of all clients of the demonstration that are ranked."""
    given = [
        receive_sheet(demo._build_entries(JIS, each), file=each.file, lang=each.lang)
        for each in demo.DEMO_CLIENTS
    ]
    for outcome in compare(resolve_all(*given)):
        if outcome.diagnosis and outcome.result:
            yield (
                outcome.received.sheet.name if outcome.received.sheet else "",
                view_of_outcome(outcome),
            )
