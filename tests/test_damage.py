"""What incidents have cost other firms: the lookup, its figures, and where it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli.settings_file import SettingsError, load_settings
from sheet_diag.diagnosis.damage import estimate_damage
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.damage import DamageTable
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.tasks import DocumentSettings, PublishJob, WorkerContext, publish
from tests.samples import AS_OF, ISSUER, change_catalog, client, resolve_all
from tests.workbooks import cut_texts, open_workbook, texts_on

NEWEST = load_catalog(Path("jis-q-27002@2026.2"))
HEADING = "事故が起きた場合の費用の目安（参考）"


def _table() -> DamageTable:
    assert NEWEST.damage
    return NEWEST.damage


# --- the lookup


LOOKED_UP: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "small": ("low", {"personal_records": "upto_1000"}, ["ransomware 100-1000", "leak 340-680"]),
    "middle": ("mid", {"personal_records": "over_1000"}, ["ransomware 500-3800", "leak 350-2400"]),
    "large": (
        "high", {"personal_records": "over_10000"}, ["ransomware 1000-6000", "leak 1100-9400"],
    ),
    "no upper figure": (
        "high", {"personal_records": "over_100000"}, ["ransomware 1000-6000", "leak 2300-"],
    ),
    "cards are added to a leak": (
        "mid", {"personal_records": "over_1000", "card_data": "handled"},
        ["ransomware 500-3800", "leak 450-2900 with cards"],
    ),
    "and more stays and more": (
        "high", {"personal_records": "over_100000", "card_data": "handled"},
        ["ransomware 1000-6000", "leak 2400- with cards"],
    ),
    "cards of others are not": (
        "mid", {"personal_records": "over_1000", "card_data": "outsourced"},
        ["ransomware 500-3800", "leak 350-2400"],
    ),
    "records not known": (
        "mid", {"personal_records": "unknown", "card_data": "handled"}, ["ransomware 500-3800"],
    ),
    "records blank": ("mid", {"entrusted_data": "yes"}, ["ransomware 500-3800"]),
    "no company sheet": ("mid", {}, []),
    "nothing in it that counts": ("mid", {"company": "見本", "industry": "E"}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", LOOKED_UP)
def test_a_range_is_looked_up_by_exposure_records_and_cards(case: str) -> None:
    exposure, profile, expected = LOOKED_UP[case]
    found = estimate_damage(NEWEST, exposure, profile)
    assert [
        f"{each.scenario} {each.low}-{each.high or ''}{' with cards' * each.with_cards}"
        for each in found
    ] == expected


def test_a_catalogue_without_the_table_prints_nothing() -> None:
    without = change_catalog(NEWEST, damage=None)
    assert estimate_damage(without, "high", {"personal_records": "over_1000"}) == ()


def test_a_range_names_every_figure_that_it_rests_on() -> None:
    ransomware, leak = estimate_damage(
        NEWEST, "mid", {"personal_records": "over_1000", "card_data": "handled"}
    )
    assert [figure.id for figure in ransomware.figures] == ["F10", "F11", "F20"]
    assert [figure.id for figure in leak.figures] == ["F1", "F2", "F3", "F4", "F6", "F7", "F8"]


# --- the data


FEWEST = {"upto_1000": 0, "over_1000": 1_001, "over_10000": 10_000, "over_100000": 100_000}
MOST = {"upto_1000": 1_000, "over_1000": 9_999, "over_10000": 99_999}


def test_the_ranges_of_a_leak_follow_from_the_figures() -> None:
    low = {figure.id: figure.low or 0 for figure in _table().figures}
    high = {figure.id: figure.high or 0 for figure in _table().figures}
    for each in _table().ranges:
        if each.scenario != "leak":
            continue
        fewest, most = FEWEST[each.choice or ""], MOST.get(each.choice or "")
        least = Fraction(low["F1"] + low["F2"] + low["F3"]) + Fraction(low["F4"] * fewest, 10_000)
        least += low["F6"] * (fewest >= 10_000)
        assert each.low == _two_digits(least, up=False)
        if most is None:
            assert each.high is None
            continue
        more = Fraction(high["F1"] + high["F2"] + high["F3"] + high["F6"] * (most > 1_000))
        more += Fraction((high["F4"] + high["F7"]) * most, 10_000)
        assert each.high == _two_digits(more, up=True)


def _two_digits(amount: Fraction, *, up: bool) -> int:
    unit: int = 10 ** (len(str(int(amount))) - 2)
    return (-(-amount // unit) if up else amount // unit) * unit


def test_the_ends_for_ransomware_are_figures_of_surveys() -> None:
    ends = {end for figure in _table().figures for end in (figure.low, figure.high)}
    assert {1000, 3800, 6019} <= ends
    assert [each.high for each in _table().ranges if each.exposure] == [1000, 3800, 6000]


# --- on the page


def _printed(
    profile: Mapping[str, str], catalog: Catalog = NEWEST, *, wanted: bool = True
) -> list[list[str]]:
    """The texts of the report's first sheet, and of all others."""
    (outcome,) = resolve_all(
        client("見本", {"POL": "×"}, catalog=catalog, profile=profile), catalog=catalog
    )
    documents = DocumentSettings(ISSUER, AS_OF, Lang.JA, damage_estimate=wanted)
    published = publish(
        WorkerContext(catalog, IntakeSettings(), documents), PublishJob(outcome, b"")
    )
    assert published.document
    first, *others = open_workbook(published.document, values=True).worksheets
    assert cut_texts(first, margin=0.6) == []
    return [texts_on(first), [text for each in others for text in texts_on(each)]]


RECORDS = {"personal_records": "1,001件以上1万件未満"}


def test_the_estimate_stands_in_the_section_on_insurance_alone() -> None:
    first, others = _printed(RECORDS)
    section = first.index("5. 保険のご案内")
    start = first.index(HEADING)
    assert section < start < first.index("6. 診断の方法と前提")
    assert not any("万円〜" in text for text in [*first[:start], *others])
    texts = first[start:]
    assert "他社の調査に基づく費用の目安です。" in texts[1]
    assert "100万円〜1,000万円\n（報道による）" in texts
    assert "350万円〜2,400万円\n（報道による）" in texts
    basis = "\n".join(text for text in texts if "年）：" in text)
    for figure in ("F1", "F2", "F3", "F4", "F6", "F7", "F10", "F11"):
        (found,) = (each for each in _table().figures if each.id == figure)
        assert found.what.ja in basis
        assert f"{found.source.ja}（{found.year}年）" in basis
    assert any("売上の減少" in text and "含みません" in text for text in texts)
    assert any("当方の仮定" in text for text in texts)
    assert not any(word in "".join(texts) for word in ("貴社の損害額", "予想", "最大"))


def test_figures_that_are_confirmed_are_not_told_as_reported_by_the_press() -> None:
    table: dict[str, Any] = _table().model_dump()
    for figure in table["figures"]:
        figure["confirmed"] = figure["id"] != "F11"
    first, _ = _printed(RECORDS, change_catalog(NEWEST, damage=table))
    assert "350万円〜2,400万円" in first
    assert "100万円〜1,000万円\n（報道による）" in first


def test_no_estimate_is_printed_unless_it_is_wanted() -> None:
    assert HEADING not in _printed(RECORDS, wanted=False)[0]
    assert HEADING not in _printed({})[0]


# --- the setting


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("", False), ("[report]\n", False), ("[report]\ndamage_estimate = true\n", True)],
)
def test_the_setting_is_off_unless_set(tmp_path: Path, text: str, *, wanted: bool) -> None:
    path = tmp_path / "sheet-diag.toml"
    path.write_text(text, encoding="utf-8")
    assert load_settings(path).damage_estimate is wanted


@pytest.mark.parametrize("text", ['damage_estimate = "yes"', "damage_estimat = true"])
def test_a_wrong_setting_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sheet-diag.toml"
    path.write_text(f"[report]\n{text}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_settings(path)
    assert "report.damage_estimat" in str(told.value.faults[0].parts)
