"""The loader: texts in YAML, the digest, and questionnaires other than the built-in one."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.raw_tree import NotYamlError, read_yaml
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog, ChoiceRole, cached_per_catalog
from tests.catalog_files import BUILT_IN, FILES, KITCHEN, NEWEST, TOP, copy_of_built_in
from tests.catalogs import answers, catalog

NEWEST_CATALOG = load_catalog(Path(f"jis-q-27002@{NEWEST}"))


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return copy_of_built_in(tmp_path)


# --- YAML


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("2026-04-01", "2026-04-01"),
        ("2026-13-45", "2026-13-45"),
        ("12:30", "12:30"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("2/3", "2/3"),
        ("=", "="),
        ("<<", "<<"),
        ("85", 85),
        ("-1", -1),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("~", None),
        ("", None),
        ("\ufeffyes", "yes"),
    ],
)
def test_plain_yaml_values_are_texts(source: str, value: object) -> None:
    read = read_yaml(source.encode())
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("a: 1\nb: 2\na: 3", "line 3, column 1: the key 'a' stands twice", id="twice"),
        pytest.param(
            "x: {yes: 1, yes: 2}", "line 1, column 13: the key 'yes' stands twice", id="in a flow"
        ),
        pytest.param("? [a]\n: 1", "line 1, column 3: found unhashable key", id="a list as key"),
    ],
)
def test_repeated_and_unusable_keys_are_refused(source: str, message: str) -> None:
    with pytest.raises(NotYamlError, match=message):
        read_yaml(source.encode())


def test_a_number_of_thousands_of_digits_is_no_crash() -> None:
    with pytest.raises(NotYamlError, match="line 1, column 4"):
        read_yaml(b"a: " + b"9" * 5000)


# --- digest


def test_line_ends_do_not_change_the_digest(top: Path) -> None:
    for file in FILES:
        content = (top.parent / file).read_bytes()
        (top.parent / file).write_bytes(content.replace(b"\n", b"\r\n"))
    assert load_catalog(top) == NEWEST_CATALOG


@pytest.mark.parametrize("file", FILES)
def test_any_other_change_changes_the_digest(top: Path, file: str) -> None:
    with (top.parent / file).open("a", encoding="utf-8") as end:
        end.write("# 2\n")
    changed = load_catalog(top)
    assert changed.sha256 != NEWEST_CATALOG.sha256
    assert changed.model_copy(update={"sha256": NEWEST_CATALOG.sha256}) == NEWEST_CATALOG


def test_every_way_to_name_the_built_in_catalogue_gives_one_digest() -> None:
    digest = NEWEST_CATALOG.sha256
    assert digest == load_catalog(BUILT_IN / TOP).sha256
    assert len(digest) == 64


# --- other catalogues


PARTS = ("profile", "report", "standards", "threats", "damage", "glossary", "earlier")


def test_a_catalogue_may_be_one_file(tmp_path: Path) -> None:
    text = (BUILT_IN / TOP).read_text("utf-8")
    for file in FILES:
        for key in (
            "profile",
            "report",
            "standards",
            "threats",
            "damage",
            "glossary",
            "earlier",
            "    items",
        ):
            part = "\n" + textwrap.indent((BUILT_IN / file).read_text("utf-8"), "      ")
            text = text.replace(f"{key}: {file}\n", f"{key}:{part}")
    single = tmp_path / "single.yaml"
    single.write_text(text, "utf-8")
    catalog = load_catalog(single)
    assert catalog.model_copy(update={"sha256": NEWEST_CATALOG.sha256}) == NEWEST_CATALOG


def test_another_questionnaire_loads_without_code(tmp_path: Path) -> None:
    (tmp_path / "kitchen.yaml").write_text(KITCHEN, "utf-8")
    catalog = load_catalog(tmp_path / "kitchen.yaml")
    assert list(catalog.items) == ["hands", "fridge"]
    assert [category.weight for category in catalog.categories] == [2, 1]
    hands, fridge = catalog.items.values()
    assert [choice.id for choice in catalog.offered(hands)] == ["always", "mostly", "never"]
    assert [choice.id for choice in catalog.offered(fridge)] == [
        "always",
        "mostly",
        "never",
        "pass",
    ]
    assert catalog.choices_of(fridge)["pass"].role is ChoiceRole.NOT_APPLICABLE


# --- what is computed once for a catalogue


def test_a_result_is_computed_once_for_a_catalogue() -> None:
    asked: list[Catalog] = []

    @cached_per_catalog
    def names(catalog: Catalog) -> tuple[str, ...]:
        asked.append(catalog)
        return tuple(catalog.items)

    one, other = catalog("1 1"), catalog("1 1")
    assert [names(each) for each in (one, one, other, one)] == [("C1-1", "C1-2")] * 4
    assert [id(each) for each in asked] == [id(one), id(other)]


def test_catalogues_of_one_digest_have_results_of_their_own() -> None:
    one, other = catalog("1 1"), catalog("3 1")
    assert one.sha256 == other.sha256
    for each, expected in ((one, 50), (other, 75), (one, 50)):
        assert score_answers(each, answers(each, {"C1": "○×"})).overall == expected
