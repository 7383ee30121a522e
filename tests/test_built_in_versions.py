"""The two built-in versions: how they are named, and that a campaign of 2026.1 ends as it began."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
import typer

import sheet_diag
from sheet_diag.catalog.load import UnknownVersionError, list_built_in_versions, load_catalog
from sheet_diag.cli.arguments import load_campaign_catalog, load_chosen_catalog
from sheet_diag.cli.commands import template
from sheet_diag.cli.demo.returns import DEMO_CLIENTS, build_profile, write_demo_sheets
from sheet_diag.cli.options import MailOptions
from sheet_diag.cli.settings_file import Settings, load_settings
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.receive import read_content
from sheet_diag.intake.returns.company import parse_profile_value
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.managed_folder import CATALOG_NOTE, ManagedFolder
from sheet_diag.text.wording import Wording
from tests.catalogs import FORMER_JIS, JIS, present
from tests.samples import resolve_all

FORMER = Path("jis-q-27002@2026.1")
SAY = Wording(Lang.JA)
DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# --- names


def test_the_newest_version_is_taken_where_nothing_is_said() -> None:
    assert list_built_in_versions() == ("2026.1", "2026.2")
    assert load_catalog().version == load_catalog(Path("jis-q-27002")).version == "2026.2"
    assert (JIS.version, FORMER_JIS.version) == ("2026.2", "2026.1")


def test_name_and_version_name_a_built_in_catalogue() -> None:
    assert load_catalog(FORMER).version == "2026.1"
    assert sheet_diag.load_catalog("jis-q-27002@2026.1").version == "2026.1"
    assert load_catalog(Path("jis-q-27002@2026.2")).version == "2026.2"


def test_a_file_of_the_name_comes_first(here: Path) -> None:
    (here / str(FORMER)).write_text("- no catalogue", "utf-8")
    with pytest.raises(sheet_diag.SheetDiagError, match="設問カタログに誤り"):
        sheet_diag.load_catalog(FORMER)


def test_an_unknown_version_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UnknownVersionError) as caught:
        load_catalog(Path("jis-q-27002@2025.1"))
    assert caught.value.describe(SAY) == (
        "内蔵の設問カタログjis-q-27002に、版「2025.1」はありません。"
        "次のいずれかを指定してください：2026.1, 2026.2"
    )
    with pytest.raises(typer.Exit) as ended:
        template(catalog=Path("jis-q-27002@2025.1"))
    assert ended.value.exit_code == 2


def test_another_name_is_a_path() -> None:
    with pytest.raises(sheet_diag.SheetDiagError, match="kitchen@1"):
        sheet_diag.load_catalog("kitchen@1")


# --- option, settings, campaign


def test_the_settings_name_a_catalogue_and_the_option_comes_first(here: Path) -> None:
    (here / "sheet-diag.toml").write_text('catalog = "jis-q-27002@2026.1"\n', "utf-8")
    settings = load_settings(None)
    assert load_chosen_catalog(None, settings).version == "2026.1"
    assert load_chosen_catalog(Path("jis-q-27002@2026.2"), settings).version == "2026.2"
    assert load_chosen_catalog(None, Settings()).version == "2026.2"


def test_a_folder_in_the_settings_lies_beside_them(here: Path) -> None:
    from tests.catalog_files import KITCHEN

    (here / "firm" / "own").mkdir(parents=True)
    (here / "firm" / "own" / "catalog.yaml").write_text(KITCHEN, "utf-8")
    (here / "firm" / "a.toml").write_text('catalog = "own"\n', "utf-8")
    assert load_chosen_catalog(None, load_settings(here / "firm" / "a.toml")).id == "kitchen"


def ran(folder: Path, version: str) -> None:
    """A folder in which a run of the version was made."""
    head = {"id": "jis-q-27002", "version": version, "sha256": "0"}
    run = {"schema": 1, "as_of": "2026-11-23", "catalog": head, "returns": []}
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_text(json.dumps(run), "utf-8")


@pytest.mark.parametrize("version", ["2026.1", "2026.2"])
def test_a_campaign_goes_on_with_the_version_of_its_last_run(
    here: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    ran(here / "output", version)
    assert load_campaign_catalog(MailOptions(), Settings(), SAY).version == version
    told = "版2026.1で始まっているため" in capsys.readouterr().err
    assert told is (version == "2026.1")


@pytest.mark.parametrize(
    ("note", "version"),
    [
        pytest.param({CATALOG_NOTE: "jis-q-27002@2026.1"}, "2026.1", id="noted"),
        pytest.param({CATALOG_NOTE: "jis-q-27002@2026.2"}, "2026.2", id="newest"),
        pytest.param({"client": "C-1"}, "2026.1", id="issued when there was one version"),
        pytest.param({CATALOG_NOTE: "kitchen@1"}, "2026.2", id="of an own catalogue"),
    ],
)
def test_a_campaign_without_a_run_goes_on_with_its_issued_sheets(
    here: Path, note: dict[str, str], version: str
) -> None:
    with ManagedFolder(here / "output" / "outbox") as folder:
        folder.write("a.xlsx", b"", note)
    assert load_campaign_catalog(MailOptions(), Settings(), SAY).version == version


def test_the_option_comes_before_the_campaign(here: Path) -> None:
    ran(here / "output", "2026.1")
    options = MailOptions(catalog=Path("jis-q-27002@2026.2"))
    assert load_campaign_catalog(options, Settings(), SAY).version == "2026.2"


# --- what stays as it was


@pytest.mark.parametrize(
    ("lang", "digest"),
    [
        (Lang.JA, "c1259ea01beaf7ef0db4fbc2703190ba52f2754617922ce8b0e3e80cda25d787"),
        (Lang.EN, "35c61f49b988063a995e0892c204f5ef1d7b6638e4fc87f7ccdd345d7b04891a"),
    ],
)
def test_the_blank_sheet_of_2026_1_keeps_its_bytes(lang: Lang, digest: str) -> None:
    blank = make_hearing_sheet(FORMER_JIS, lang, Issuer())
    assert hashlib.sha256(blank).hexdigest() == digest


def facts(outcome: ReturnOutcome) -> dict[str, Any]:
    """What the kept file says of a return."""
    assert outcome.received.sheet
    assert outcome.diagnosis
    scores = outcome.diagnosis.scores
    interval = [scores.rank, scores.upper_rank] if scores.rank else None
    return {
        "name": outcome.received.sheet.name,
        "status": outcome.status,
        "score": str(scores.overall),
        "rank": scores.rank,
        "interval": interval,
        "caps": [[cap.rule.code, cap.at_most, *cap.because] for cap in scores.caps],
        "insurance": present(outcome.diagnosis.insurance).level,
    }


def test_the_demonstration_of_2026_1_is_judged_as_it_was(here: Path) -> None:
    kept = {
        each["name"]: each
        for each in json.loads((DATA / "demonstration_2026.1.json").read_text("utf-8"))
    }
    write_demo_sheets(here, FORMER_JIS)
    for client in DEMO_CLIENTS:
        content = (here / "input" / client.file).read_bytes()
        received = read_content(client.file, content, FORMER_JIS)
        (outcome,) = resolve_all(received, catalog=FORMER_JIS)
        found = facts(outcome)
        assert found == kept[found["name"]]
    assert len(kept) == len(DEMO_CLIENTS) + 1  # and a file that is no return


@pytest.mark.parametrize("catalog", [FORMER_JIS, JIS], ids=lambda each: each.version)
def test_the_company_sheets_of_the_demonstration_hold_choices_of_the_version(catalog: Any) -> None:
    for client in DEMO_CLIENTS:
        typed = build_profile(catalog, client)
        assert {field.id for field in catalog.profile if field.required} <= typed.keys()
        for field in catalog.profile:
            if field.choices and field.id in typed:
                assert parse_profile_value(field, typed[field.id])[0]
