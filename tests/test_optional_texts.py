"""What a catalogue may leave out: nothing is said of it, or a standard sentence stands."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Comment
from sheet_diag.model.record import Text
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.client.workbook import build_client_report
from sheet_diag.reports.exports import DataTables
from sheet_diag.reports.portfolio.workbook import build_portfolio
from sheet_diag.reports.run_json.diagnosis_entry import describe_diagnosis
from sheet_diag.reports.view.build import build_view
from sheet_diag.reports.view.measures import advice_text
from sheet_diag.text.wording import word_catalog
from tests.catalogs import JIS, bare_catalog
from tests.report_contexts import make_context, make_view
from tests.samples import AS_OF, ISSUER, client, resolve_all, summary
from tests.workbooks import open_workbook, texts_on

BARE = bare_catalog("3! 2 1n", "2 1", "1 1")
GUIDANCE = Text(ja="兼任で結構です。", en="Part-time is fine.")
both = pytest.mark.parametrize("lang", list(Lang))


def test_a_report_without_insurance_has_no_section_on_it_and_numbers_on() -> None:
    view = make_view({"C1": "×"}, of=BARE)
    assert view.insurance is None
    assert view.method.heading == "5. 診断の方法と前提"
    assert make_view().method.heading == "6. 診断の方法と前提"


@both
def test_nothing_that_is_left_out_is_mentioned_in_a_report(lang: Lang) -> None:
    context = make_context({"C1": "×", "C2": "△"}, of=BARE, lang=lang)
    view = build_view(context)
    book = open_workbook(build_client_report(context, view, "test"))
    said = "\n".join(text for page in book for text in texts_on(page))
    said += json.dumps(asdict(view), ensure_ascii=False)
    words = {Lang.JA: "保険 影響度 （例：", Lang.EN: "Insurance Exposure (Examples"}[lang]
    assert [word for word in words.split() if word in said] == []
    assert view.categories.texts == ()
    assert [(each.note_label, each.note) for each in view.measures.comments] == [("", "")] * 2


def test_a_portfolio_without_insurance_says_nothing_of_it() -> None:
    outcomes = resolve_all(client("見本", {"C1": "×"}, catalog=BARE), catalog=BARE)
    tables, say = summary(outcomes, catalog=BARE), word_catalog(BARE, Lang.JA)
    book = open_workbook(build_portfolio(tables, BARE, ISSUER, say).bytes())
    assert [t for page in book for t in texts_on(page) if "保険" in t or "影響度" in t] == []
    assert "insurance" not in DataTables(BARE, AS_OF, say).clients(tables).column_names
    with_it = resolve_all(client("見本", {"POL": "×"}))
    assert "insurance" in DataTables(JIS, AS_OF, say).clients(summary(with_it)).column_names


def test_run_json_tells_that_there_is_no_notice_and_no_note() -> None:
    context = make_context({"C1": "×"}, of=BARE)
    entry = describe_diagnosis(BARE, context.report.diagnosis, AS_OF)
    assert entry["insurance"] is None
    assert [each["note"] for each in entry["comments"]] == [None]


ADVICE = {
    "×": "「C1-1を行っていますか。」に「いいえ」とご回答いただきました。「はい」とお答えいただける",
    "△": "「C1-1を行っていますか。」に「一部」とご回答いただきました。「はい」とお答えいただける",
    "?": "「C1-1を行っていますか。」に「わからない」とご回答いただきました。まず、",
    ".": "「C1-1を行っていますか。」にはご回答がありませんでした。",
}


@pytest.mark.parametrize(("sign", "begins"), ADVICE.items())
def test_without_advice_a_sentence_names_the_answer_and_the_full_one(
    sign: str, begins: str
) -> None:
    context = make_context({"C1-1": sign}, of=BARE)
    said = advice_text(context, BARE.items["C1-1"])
    assert said.startswith(begins)
    assert "「はい」" in said


def test_the_advice_of_an_answer_goes_before_that_of_the_question() -> None:
    words = {name: Text(ja=name, en=name) for name in ("問の提言", "いいえの提言")}
    asked = BARE.items["C1-1"].model_copy(
        update={
            "comment": Comment(text=words["問の提言"]),
            "advice": {"no": words["いいえの提言"]},
        }
    )
    assert advice_text(make_context({"C1-1": "×"}, of=BARE), asked) == "いいえの提言"
    assert advice_text(make_context({"C1-1": "△"}, of=BARE), asked) == "問の提言"


def test_the_topic_heads_advice_without_a_title() -> None:
    view = make_view({"C1": "×"}, of=BARE)
    assert [each.title for each in view.measures.comments[0].items] == ["項目C1-1", "項目C1-2"]


@both
def test_a_sheet_shows_guidance_and_leaves_out_what_is_not_there(lang: Lang) -> None:
    first, *others = BARE.categories[0].items
    guided = first.model_copy(update={"guidance": GUIDANCE})
    category = BARE.categories[0].model_copy(update={"items": (guided, *others)})
    catalog = bare_catalog("1", categories=(category,))
    book = open_workbook(make_hearing_sheet(catalog, lang, Issuer()))
    texts = [text for page in book for text in texts_on(page)]
    assert GUIDANCE[lang] in texts
    say = word_catalog(catalog, lang)
    assert not {say("sheet.cover.purpose"), say("sheet.cover.choices")} & set(texts)


def test_not_applicable_may_be_allowed_without_a_condition() -> None:
    assert BARE.items["C1-3"].na_allowed
    assert BARE.items["C1-3"].na_when is None
