"""Twenty clients who try every page of a report: `python -m tests.gallery FOLDER`.

Writes their returns of last year and of this one and runs both, so that the pages can be looked
at: short and very long names and remarks, nothing to improve, rank E, a category that does not
apply, every flag, last year's results beside this year's; as PDF, too.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.diagnosis.comparison.compare import ComparisonBasis
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.run_json.reader import load_previous_run
from tests.catalogs import JIS, Answers, answers
from tests.samples import allow_na, labels, reference

_LONG_NAME: Final = (
    "特定非営利活動法人見本県情報セキュリティ対策推進協議会連合会附属見本総合研究支援機構"
)
_LONG_REMARK: Final = "本社では実施していますが、支店と営業所では来年度の計画に含めています。" * 8
_NAME_EN: Final = "The Sample Association for Advancing Information Security in Japan, Inc."


CATALOG: Final = allow_na(JIS, "PHY")


@dataclass(frozen=True)
class OddClient:
    """A client: answers as in `tests.catalogs.answers`, or at random by `shares` of ○ △ × ?."""

    name: str
    rows: Mapping[str, str] = field(default_factory=dict)
    rest: str = "○"
    shares: tuple[float, float, float, float] | None = None
    lang: Lang = Lang.JA
    remark: str = ""
    profile: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    last_year: str = ""  # the sign that every open answer had last year; empty: no return


_SPECIAL: Final = (
    OddClient("鷹"),
    OddClient(_LONG_NAME, {"PHY": "×", "COM": "△"}, remark=_LONG_REMARK, last_year="×"),
    OddClient("改善なし株式会社", last_year="△"),
    OddClient("すべて未実施株式会社", rest="×"),
    OddClient("すべて一部株式会社", rest="△", last_year="×"),
    OddClient("わからない株式会社", rest="?"),
    OddClient("前回と同じ株式会社", {"POL": "△", "HUM": "×"}, last_year="="),
    OddClient("悪化した株式会社", {"AST": "×", "CRI": "△"}, last_year="○"),
    OddClient(
        "該当なしの多い有限会社",
        {item.id: "-" for item in JIS.items.values() if item.na_allowed} | {"CRI": "△"},
    ),
    OddClient("未回答のある株式会社", {"POL-04": ".", "HUM-03": ".", "COM-03": ".", "PHY": "△"}),
    OddClient("設備のない株式会社", {"PHY": "-", "POL": "△"}),
    OddClient("矛盾のある株式会社", {"AST-09": "-", "AST-08": "△", "COM": "×"}),
    OddClient(
        "重大項目だけ未実施の株式会社", {i.id: "×" for i in JIS.items.values() if i.critical}),
    OddClient("重大項目ひとつの株式会社", {"PHY-01": "×"}),
    OddClient(_NAME_EN, {"PHY": "×", "COM": "?"}, lang=Lang.EN, remark="Head office only. " * 12),
    OddClient("Nothing To Improve K.K.", lang=Lang.EN, last_year="×"),
    OddClient("All Missing Ltd.", rest="×", lang=Lang.EN),
    OddClient("=1+1&<b>株式会社", {"HUM": "△"}, remark='=HYPERLINK("http://x","y")'),
)  # fmt: skip
_INDUSTRIES: Final = ("E", "I", "G", "L", "R", "P", "F", "N", "J")
_SIZES: Final = ("upto_5", "upto_20", "upto_50", "upto_100", "upto_300")


def odd_clients() -> list[OddClient]:
    """List all twenty, each with its id."""
    chance = random.Random("gallery")
    found = list(_SPECIAL)
    for number in range(20 - len(found)):
        good = chance.random()
        shares = (good, (1 - good) / 2, (1 - good) / 3, (1 - good) / 6)
        last_year = chance.choice("×△○") if number % 2 else ""
        found.append(OddClient(f"見本{number + 1:02}株式会社", shares=shares, last_year=last_year))
    numbered = (replace(each, client=f"C-{place:03}") for place, each in enumerate(found, 1))
    return list(numbered)


def run_gallery(folder: Path) -> Path:
    """Write the returns and run both years; return the folder with this year's output."""
    write(folder)
    years = (("then", "output_then", 2025), ("input", "output", 2026))
    for returns, output, year in years:
        before = folder / "output_then" if year == 2026 else None
        config = RunConfig(
            input=folder / returns,
            output=folder / output,
            catalog=CATALOG,
            issuer=ISSUER,
            as_of=date(year, 11, 23),
            lang=Lang.JA,
            comparison=ComparisonBasis(
                previous=load_previous_run(before, CATALOG) if before else None
            ),
            pdf=before is not None,
        )
        run(config, lambda stage, done, total: None)  # noqa: ARG005 - nobody is watching
    return folder / "output"


def write(folder: Path) -> None:
    """Write the returns of both years."""
    chance = random.Random("answers")
    for place, client in enumerate(odd_clients()):
        now = _answers(client, chance)
        _put(folder / "input", client, place, now)
        if client.last_year:
            sign = client.last_year
            earlier = now if sign == "=" else _earlier(now, sign, chance)
            _put(folder / "then", client, place, earlier)
    reference_client = OddClient("株式会社見本商事", client="C-000")
    _write(folder / "input" / "reference.xlsx", reference_client, 0, reference(), {})


def _answers(client: OddClient, chance: random.Random) -> Answers:
    if client.shares is None:
        return answers(CATALOG, client.rows, client.rest)
    signs = {item: chance.choices("○△×?", client.shares)[0] for item in CATALOG.items}
    return answers(CATALOG, signs)


def _earlier(now: Answers, sign: str, chance: random.Random) -> Answers:
    """Make last year's answers: a third of this year's are different there."""
    other = answers(CATALOG, {}, sign)
    return {item: other[item] if chance.random() < 0.33 else now[item] for item in now}


def _put(folder: Path, client: OddClient, place: int, given: Answers) -> None:
    remarks = {"POL-01": client.remark, "PHY-02": client.remark} if client.remark else {}
    path = folder / f"{place:02}.xlsx"
    _write(path, client, place, labels(CATALOG, given, client.lang), remarks)


def _write(
    path: Path, client: OddClient, place: int, words: Mapping[str, str], remarks: Mapping[str, str]
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = {
        "industry": _INDUSTRIES[place * place % len(_INDUSTRIES)],
        "employees": _SIZES[place % len(_SIZES)],
    }
    shown = {
        name: CATALOG.field_by_id[name].by_id[choice].label[client.lang]
        for name, choice in chosen.items()
    }
    profile = {"company": client.name, **shown, **client.profile}
    entries = Entries(profile, dict(words), dict(remarks))
    path.write_bytes(make_hearing_sheet(CATALOG, client.lang, ISSUER, entries, client.client))


if __name__ == "__main__":
    print(run_gallery(Path(sys.argv[1])))  # noqa: T201 - it is a command
