"""Terms are explained in brackets where a document first uses them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml
from openpyxl.workbook import Workbook

import sheet_diag
from sheet_diag.catalog.load import load_catalog
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, GlossaryEntry
from sheet_diag.model.record import Text
from sheet_diag.model.results import ClientReport
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.view.build import build_view
from sheet_diag.text.glosses import Glosses, explain_questions
from tests.catalogs import catalog
from tests.samples import AS_OF, client, resolve_all
from tests.workbooks import open_workbook, texts_on


def entry(gloss_ja: str, gloss_en: str, ja: list[str], en: list[str]) -> GlossaryEntry:
    texts = {"ja": gloss_ja, "en": gloss_en}
    return GlossaryEntry.model_validate({"forms": {"ja": ja, "en": en}, "gloss": texts})


GLOSSARY = (
    entry(
        "データを暗号化し金銭を要求する不正プログラム",
        "malware that encrypts data",
        ["ランサムウェア"],
        ["ransomware"],
    ),
    entry("第三者が読めない形への変換", "conversion", ["暗号化"], ["encryption", "encrypted"]),
    entry(
        "攻撃に悪用される弱点",
        "weaknesses that attackers exploit",
        ["脆弱性"],
        ["vulnerability", "vulnerabilities"],
    ),
    entry("社外からつなぐ装置", "a device", ["VPN機器"], ["VPN device"]),
)
RANSOM = "ランサムウェア（データを暗号化し金銭を要求する不正プログラム）"
WEAK = "脆弱性（攻撃に悪用される弱点）"


@pytest.mark.parametrize(
    ("texts", "explained"),
    [
        pytest.param(
            ["脆弱性を調べる。", "脆弱性を直す。"],
            [f"{WEAK}を調べる。", "脆弱性を直す。"],
            id="at the first place alone",
        ),
        pytest.param(["脆弱性の脆弱性。"], [f"{WEAK}の脆弱性。"], id="once in a text"),
        pytest.param([f"{WEAK}を調べる。"], [f"{WEAK}を調べる。"], id="written by the author"),
        pytest.param(
            ["脆弱性を調べる。", f"{WEAK}を直す。"],
            [f"{WEAK}を調べる。", "脆弱性を直す。"],
            id="written by the author at a later place",
        ),
        pytest.param(
            ["脆弱性（OSのものなど）を直す。", "脆弱性の一覧。"],
            ["脆弱性（OSのものなど）を直す。", f"{WEAK}の一覧。"],
            id="something else in brackets",
        ),
        pytest.param(
            ["脆弱性診断を受ける。", "脆弱性を直す。"],
            ["脆弱性診断を受ける。", f"{WEAK}を直す。"],
            id="not in a longer word",
        ),
        pytest.param(
            ["ランサムウェアの被害。", "暗号化していますか。"],
            [f"{RANSOM}の被害。", "暗号化（第三者が読めない形への変換）していますか。"],
            id="not in the explanation of another term",
        ),
        pytest.param(
            ["ランサムウェアが脆弱性を突く。"], [f"{RANSOM}が{WEAK}を突く。"], id="two in a text"
        ),
        pytest.param(["規程はありますか。"], ["規程はありますか。"], id="none"),
    ],
)
def test_a_term_is_explained_once_at_its_first_place(
    texts: list[str], explained: list[str]
) -> None:
    glosses = Glosses(GLOSSARY, Lang.JA)
    assert [glosses.explain(text) for text in texts] == explained
    again = Glosses(GLOSSARY, Lang.JA)
    assert [again.explain(text) for text in explained] == explained


def test_an_english_term_is_known_in_every_form_and_case() -> None:
    glosses = Glosses(GLOSSARY, Lang.EN)
    texts = ["Vulnerabilities are fixed.", "A vulnerability.", "Encrypted files.", "VPN devices."]
    assert [glosses.explain(text) for text in texts] == [
        "Vulnerabilities (weaknesses that attackers exploit) are fixed.",
        "A vulnerability.",
        "Encrypted (conversion) files.",
        "VPN devices.",
    ]


def test_without_a_glossary_a_text_stays() -> None:
    assert Glosses((), Lang.JA).explain(RANSOM) == RANSOM


def test_questions_and_hints_explain_terms_in_the_order_of_the_sheet() -> None:
    asked = explain_questions(_asking("脆弱性を調べますか。", "脆弱性を直しますか。"))
    first, second = asked.items.values()
    assert first.question.ja == f"{WEAK}を調べますか。"
    assert first.hint["yes"].ja == "脆弱性とVPN機器（社外からつなぐ装置）を調べる。"
    assert second.question.ja == "脆弱性を直しますか。"
    assert second.hint["yes"].ja == "脆弱性とVPN機器を調べる。"


def test_a_catalogue_without_a_glossary_stays() -> None:
    asked = _asking("脆弱性を調べますか。", "直しますか。").model_copy(update={"glossary": ()})
    assert explain_questions(asked) is asked


def _asking(*questions: str) -> Catalog:
    """A catalogue with a glossary and these questions."""
    blank = catalog("3 2")
    (category,) = blank.categories
    hint = {"yes": Text(ja="脆弱性とVPN機器を調べる。", en="Looked for.")}
    items = tuple(
        item.model_copy(update={"question": Text(ja=question, en="Done?"), "hint": hint})
        for item, question in zip(category.items, questions, strict=True)
    )
    categories = (category.model_copy(update={"items": items}),)
    return blank.model_copy(update={"categories": categories, "glossary": GLOSSARY})


# --- the built-in glossary

FOLDER = Path(sheet_diag.__file__).parent / "catalog/data/jis-q-27002/2026.2"
ENTRIES = tuple(
    GlossaryEntry.model_validate(each)
    for each in yaml.safe_load((FOLDER / "glossary.yaml").read_text("utf-8"))
)
TERMS = (
    "ランサムウェア VPN機器 リモートデスクトップ 多要素認証 脆弱性 EDR ビジネスメール詐欺 生成AI"
    " 暗号化 アクセスログ SCS評価制度 要配慮個人情報"
)


def test_every_term_of_the_product_has_one_explanation_in_both_languages() -> None:
    assert [form for each in ENTRIES for form in each.forms.ja] == TERMS.split()
    assert [each.gloss.ja for each in ENTRIES if re.search("[（）()。]", each.gloss.ja)] == []
    assert [each.gloss.en for each in ENTRIES if re.search("[().]", each.gloss.en)] == []
    assert all(each.forms.en for each in ENTRIES)


@pytest.mark.parametrize("lang", Lang)
def test_explanations_in_texts_of_questions_are_those_of_the_glossary(lang: Lang) -> None:
    files = sorted((FOLDER / "items").glob("*"))
    written = re.sub("links: .*", "", "".join(file.read_text("utf-8") for file in files))
    brackets = "（([^（）]+)）" if lang is Lang.JA else r" \(([^()]+)\)"
    for each in ENTRIES:
        for form in each.forms[lang]:
            found = set(re.findall(re.escape(form) + brackets, written, re.IGNORECASE))
            assert found <= {each.gloss[lang]}, form


# --- the report


@cache
def newest() -> Catalog:
    return load_catalog(Path("jis-q-27002@2026.2"))


@cache
def report_of(lang: Lang, sign: str) -> Workbook:
    """The report on the newest questions, all answered alike."""
    returned = client("甲", catalog=newest(), rest=sign, lang=lang)
    (outcome,) = resolve_all(returned, catalog=newest())
    assert outcome.received.sheet
    assert outcome.diagnosis
    of = ClientReport(
        outcome.received, outcome.received.sheet, outcome.diagnosis, (), "1", AS_OF, lang
    )
    context = ReportContext(of, newest(), Issuer())
    return open_workbook(build_client_report(context, build_view(context), ""))


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("sign", ["×", "△", "?"])
def test_a_report_explains_a_term_once_in_all_its_sheets(lang: Lang, sign: str) -> None:
    brackets = "（{}）" if lang is Lang.JA else " ({})"
    texts = [text for page in report_of(lang, sign).worksheets for text in texts_on(page)]
    found = 0
    for each in newest().glossary:
        explanation = brackets.format(each.gloss[lang])
        places = [number for number, text in enumerate(texts) if explanation in text]
        assert len(places) <= 1, each.forms
        found += len(places)
        assert sum(text.count(explanation) for text in texts) == len(places)
    assert found >= 10


def test_a_report_of_version_2026_1_explains_no_terms() -> None:
    assert load_catalog(Path("jis-q-27002@2026.1")).glossary == ()
