"""The report view: one form for all clients, and page 1 of the report."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from pydantic import TypeAdapter

from sheet_diag.cli.demo import returns as demo
from sheet_diag.cli.demo.returns import DEMO_CLIENTS, DemoClient
from sheet_diag.diagnosis.damage import estimate_damage
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Item
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.report_view import ReportView, Summary
from sheet_diag.model.settings import Issuer
from sheet_diag.reports.view.build import build_view
from sheet_diag.reports.view.comment import cut_sentences
from tests.catalogs import JIS, SCORING, SIGNS, Return, catalog, present, returns
from tests.report_contexts import compared, make_context, make_view
from tests.samples import ISSUER, ISSUER_EN, allow_na, change_items, name_categories
from tests.test_label_texts import find_blanks

DATA: Final = Path(__file__).parent / "data"
FORM: Final = TypeAdapter(ReportView)
OVERRIDE: Final = Override("PHY-01", "partial", "一部", "no", "訪問時に無施錠だったため。", "田中")
_ONE_CATEGORY: Final = {**SCORING, "gates": {**SCORING["gates"], "applicable_categories": 1}}

ODD: Final[Mapping[str, Mapping[str, Any]]] = {
    "all yes": {},
    "all no": {"rest": "×"},
    "all unknown": {"rest": "?"},
    "all in part": {"rest": "△"},
    "one finding in A": {"rows": {"AST-08": "△"}},
    "one open question": {"rows": {"AST-08": "."}},
    "no name": {"rows": {"POL": "△"}, "profile": {"company": ""}},
    "no company sheet": {"rows": {"HUM": "×"}, "profile": dict.fromkeys(
        ("company", "personal_records", "entrusted_data"), "")},
    "a category that does not apply": {
        "rows": {"PHY": "-", "POL": "△"}, "of": allow_na(JIS, "PHY")},
    "compared": {"rows": {"COM": "×", "POL": "△"}, "comparison": compared()},
    "compared, rank A": {"comparison": compared()},
    "with comment and changed answers": {
        "rows": {"PHY-01": "×"}, "judgement": Judgement((OVERRIDE,), "よく整っています。" * 60)},
    "one category": {"rest": "△", "of": catalog("3! 2 1", scoring=_ONE_CATEGORY)},
    "twelve categories": {"rest": "△", "of": name_categories(catalog(*["3! 2"] * 12))},
    "English": {"rows": {"COM": "×", "HUM": "?"}, "lang": Lang.EN, "comparison": compared(),
                "profile": {"company": "Sample K.K."}, "issuer": ISSUER_EN},
}  # fmt: skip


@cache
def odd(name: str) -> ReportView:
    return make_view(**ODD[name])


each_odd = pytest.mark.parametrize("name", ODD)


def texts(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a view with its place."""
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, dict):
        for key, part in node.items():
            yield from texts(part, f"{place}.{key}")
    elif isinstance(node, list | tuple):
        for number, part in enumerate(node):
            yield from texts(part, f"{place}.{number}")


# --- one form


def test_the_schema_is_the_one_that_is_kept() -> None:
    kept = json.loads((DATA / "report_view.schema.json").read_text(encoding="utf-8"))
    assert FORM.json_schema() == kept


@each_odd
def test_a_view_has_the_form_of_the_schema(name: str) -> None:
    view = odd(name)
    written = json.dumps(asdict(view), ensure_ascii=False)
    assert FORM.validate_json(written, strict=True) == view


@pytest.mark.parametrize("client", DEMO_CLIENTS, ids=lambda each: each.name)
def test_a_view_of_a_client_of_the_demonstration_has_the_form_of_the_schema(
    client: DemoClient,
) -> None:
    if not client.complete:  # it is held, and gets no report
        return
    typed = demo._build_entries(JIS, client)
    choices = {item: choose(JIS.items[item], word, client) for item, word in typed.answers.items()}
    signs = {choice: sign for sign, choice in SIGNS.items()}
    view = make_view({item: signs[choice] for item, choice in choices.items()}, lang=client.lang)
    assert FORM.validate_json(json.dumps(asdict(view)), strict=True) == view


def choose(item: Item, word: str, client: DemoClient) -> str:
    """What a client of the demonstration means by the word that it typed."""
    meant = {typed: letter for letter, typed in demo._ANSWER_HABITS[client.way].items()}
    for choice in JIS.choices_of(item).values():
        if word == choice.label[client.lang] or meant.get(word) == demo._answer_letter(choice):
            return choice.id
    raise ValueError(word)


HALF: Final = "a\ud800\x07\r\nb"  # half a character, a control character, a line end
TYPED: Final = Judgement((Override("PHY-01", None, HALF, "no", HALF, HALF),), HALF, comment_by=HALF)


def test_what_people_typed_is_printable_everywhere() -> None:
    profile = {"company": HALF, "personal_records": HALF}
    view = make_view({"PHY-01": "×"}, profile=profile, judgement=TYPED)
    said = [text for _, text in texts(asdict(view))]
    assert sum("a? \nb" in text for text in said) >= 5  # entry, answer, reason, name, comment
    assert view.head.addressee == "a?  b　御中"
    for text in said:
        assert not re.search("[\ud800\x07\r]", text)


@settings(max_examples=20)
@given(returns())
def test_every_open_item_and_every_key_measure_missed_is_told_whatever_the_answers(
    answered: Return,
) -> None:
    context = make_context(of=answered.catalog, choices=answered.answers)
    diagnosis = context.report.diagnosis
    assume(diagnosis.scores.rank)
    view = build_view(context)
    assert FORM.validate_json(json.dumps(asdict(view)), strict=True) == view
    rows = [row.id for phase in present(view.roadmap).phases for row in phase.rows]
    assert [*rows, *(text.split(" ")[0] for text in present(view.roadmap).later)] == [
        *diagnosis.open_items
    ]
    table = view.measures.key_measures.rows if view.measures.key_measures else ()
    assert [row.id for row in table] == [*diagnosis.top_items]
    assert view.summary.why.count("。") <= 3
    assert bool(view.summary.result) is bool(diagnosis.plan)


@each_odd
def test_the_same_client_gives_the_same_view(name: str) -> None:
    assert make_view(**ODD[name]) == odd(name)


@each_odd
def test_no_text_has_a_gap_but_those_for_page_numbers(name: str) -> None:
    gaps = {place for place, text in texts(asdict(odd(name))) if re.search("[{}]", text)}
    assert gaps <= {".page_of", ".summary.note"}


_OF_THE_PRODUCT: Final = re.compile(r"(?<!ヒアリング)シート|SHA|sheet-diag|\bsheets?\b")


@each_odd
def test_no_text_speaks_of_software_digests_or_sheets(name: str) -> None:
    for place, text in texts(asdict(odd(name))):
        assert not _OF_THE_PRODUCT.search(text), (place, text)


@each_odd
def test_a_text_of_a_view_is_of_one_language(name: str) -> None:
    view = odd(name)
    for place, text in texts(asdict(view)):
        if view.lang == "en":
            assert not re.search(r"[぀-ヿ一-鿿]", text), (place, text)
        else:
            told = re.sub(r"[A-Z]+\d?-\d+ ", "", text)  # an item's number before its topic
            assert find_blanks(told, printed=True) == [], (place, text)


_SENTENCES: Final = (
    r"\.summary\.(why|paragraph)", r"\.categories\.(intro|texts\.\d+\.text|ranks\.\d+\.text)",
    r"\.measures\.(none|not_known|comments_intro|key_measures\.lead)",
    r"\.measures\.comments\.\d+\.(note|items\.\d+\.text)", r"\.roadmap\.(none|note|threats\.lead)",
    r"\.comparisons\.peers\.notes\.\d", r"\.comparisons\.previous\.(sentence|warning)",
    r"\.insurance\.(notice|damage\.(lead|notes\.\d))", r"\.method\.rows\.[02-6]\.text",
)  # fmt: skip


@each_odd
def test_a_sentence_ends_as_sentences_do(name: str) -> None:
    view = odd(name)
    end = "。" if view.lang == "ja" else "."
    own = "文" if "categories" in name or name == "one category" else ""
    for place, text in texts(asdict(view)):
        if any(re.fullmatch(each, place) for each in _SENTENCES) and text:
            assert text.rstrip("）)").endswith(end) or own, (place, text)


@each_odd
def test_a_term_is_explained_once(name: str) -> None:
    view = odd(name)
    said = " ".join(text for _, text in texts(asdict(view)))
    for entry in JIS.glossary if ODD[name].get("of", JIS).id == JIS.id else ():
        assert said.count(entry.gloss[Lang(view.lang)]) <= 1, entry.gloss


# --- the head


SIGNED: Final = replace(ISSUER, author="診断太郎", approver="承認一郎")


def test_who_signs_is_named_in_three_cells() -> None:
    signs = make_view(issuer=SIGNED).head.signs
    assert [(each.label, each.name) for each in signs] == [
        ("作成", "診断太郎"), ("審査", ""), ("承認", "承認一郎"),
    ]  # fmt: skip


def test_without_names_there_is_a_box_only_where_it_is_asked_for() -> None:
    assert make_view(issuer=ISSUER).head.signs == ()
    asked = make_view(issuer=replace(ISSUER, sign=True)).head.signs
    assert [each.name for each in asked] == ["", "", ""]


def test_the_contact_of_the_issuer_is_two_lines() -> None:
    first, second = make_view().head.contact
    assert first == "診断室　診断窓口"
    assert second == "電話　03-0000-0000　shindan@example.co.jp"
    assert make_view(issuer=Issuer(name="見本")).head.contact == ()


def test_an_english_report_names_the_issuer_in_english() -> None:
    issuer = replace(ISSUER, english=Issuer(name="Sample Risk Ltd.", author="T. Shindan"))
    view = make_view(lang=Lang.EN, issuer=issuer)
    assert (view.head.issuer, view.author) == ("Sample Risk Ltd.", "Sample Risk Ltd.")
    assert view.head.signs[0].name == "T. Shindan"
    assert make_view(issuer=issuer).head.issuer == ISSUER.name


def test_a_long_name_is_cut_in_headers_only() -> None:
    name = "株式会社" + "長" * 40
    view = make_view(profile={"company": name})
    assert view.head.addressee == f"{name}　御中"
    assert view.head.company == "株式会社" + "長" * 19 + "…"
    assert view.subject == name
    english = "Sample Holdings of Japan"
    assert make_view(profile={"company": english}).head.company == english


def test_a_client_without_a_name_is_not_addressed_but_told_by_its_file() -> None:
    assert odd("no name").head.addressee == "（会社名未記入）　ご回答ファイル：a.xlsx"
    english = make_view(profile={"company": ""}, lang=Lang.EN)
    assert english.head.addressee == "(company name not given) · file: a.xlsx"


def test_a_return_that_a_gate_holds_has_no_view() -> None:
    with pytest.raises(ValueError, match="holds"):
        make_view(rest=".")


# --- what to do first


def page1(rows: Mapping[str, str] | None = None, **parts: Any) -> Summary:
    return make_view(rows or {}, **parts).summary


def test_the_first_three_of_the_plan_stand_on_page_1() -> None:
    summary = page1({"PHY-01": "×", "COM-04": "×", "AST-08": "×", "POL-05": "△"})
    assert summary.first_heading == "まず行うこと"
    assert summary.heads == ("対策　（→ 最初の一歩）", "期限の目安", "工数", "効果")
    first, *others = summary.measures
    assert (first.id, first.is_key) == ("PHY-01", True)
    assert first.title == present(JIS.items["PHY-01"].comment.title).ja
    step = JIS.items["PHY-01"].first_step_short
    assert step
    assert first.step == step.ja
    assert (first.due, first.effort, first.effect) == ("2026年12月末", "中", "＋3.1点")
    assert len(others) == 2


def test_english_writes_months_and_efforts_in_words() -> None:
    first = page1({"PHY-01": "×"}, lang=Lang.EN).measures[0]
    assert (first.due, first.effort, first.effect) == ("Dec 2026", "Medium", "+3.1")


def test_a_measure_that_may_be_in_place_is_to_be_confirmed() -> None:
    assert page1({"PHY-01": "?"}).heads[0].startswith("対策の実施（または実施状況の確認）")
    assert page1({"PHY-01": "."}).heads[0].startswith("対策の実施（または実施状況の確認）")


@pytest.mark.parametrize(
    ("rows", "heading"),
    [
        ({"PHY-01": "×"}, "まず行うこと"),
        ({"AST-08": "△"}, "さらに高めるために"),
        ({}, "この水準を保つために"),
    ],
)
def test_the_heading_says_what_the_measures_are_for(rows: dict[str, str], heading: str) -> None:
    assert page1(rows).first_heading == heading


def test_where_nothing_is_open_three_rows_keep_the_level() -> None:
    summary = page1()
    assert [(each.due, each.effort, each.effect) for each in summary.measures] == [
        ("2027年11月末", "小", "－"), ("随時", "小", "－"), ("2027年5月末", "中", "－"),
    ]  # fmt: skip
    assert (summary.result, summary.result_note) == ("", "")


RESULTS: Final[Mapping[str, tuple[Mapping[str, str], str, str]]] = {
    "the rank rises": (
        {"PHY-01": "×"}, "この1件で　96.8 → 100.0点　ランクB → A", "",
    ),
    "it stays, and the next is not far": (
        {"PHY": "×"}, "この3件で　83.3 → 90.6点　ランクC",
        "ランクBまでは、ほかに1件（ロードマップの◎）",
    ),
    "the best": (
        {"AST-08": "△"}, "この1件で　98.8 → 100.0点　ランクA",
        "最上位のランクに、ゆとりが生まれます。",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RESULTS)
def test_the_result_is_what_these_measures_lead_to(case: str) -> None:
    rows, result, note = RESULTS[case]
    summary = page1(rows)
    assert (summary.result, summary.result_note) == (result, note)


def test_the_result_is_never_better_than_the_caps_allow() -> None:
    summary = page1({"PHY": "×"})
    assert summary.result.endswith("90.6点　ランクC")  # by the score alone it would be A


def test_english_counts_one_measure_and_many() -> None:
    one, many = page1({"AST-08": "△"}, lang=Lang.EN), page1({"PHY": "×"}, lang=Lang.EN)
    assert one.result == "With this measure: 98.8 → 100.0, rating A"
    assert many.result == "With these 3 measures: 83.3 → 90.6, rating C"
    assert many.result_note == "1 more (◎ in the roadmap) for rating B"


def test_a_catalogue_without_efforts_and_steps_leaves_them_out() -> None:
    bare = change_items(JIS, {"PHY-01": {"effort": None, "first_step_short": None}})
    first = page1({"PHY-01": "×"}, of=bare).measures[0]
    assert (first.step, first.effort) == ("", "－")


# --- the bar and the boxes


def test_the_bar_has_the_ranks_of_the_catalogue_and_its_key_says_all_values() -> None:
    bar = page1({"COM": "×"}, comparison=compared()).bar
    assert [(each.rank, each.low, each.high) for each in bar.fields] == [
        ("E", 0, 30), ("D", 30, 50), ("C", 50, 70), ("B", 70, 85), ("A", 85, 100),
    ]  # fmt: skip
    assert bar.base == "B"  # that of the score, where a cap holds the rank at C
    assert (bar.places.own, bar.places.median, bar.places.before) == (83.3, 62.4, 65.2)
    assert [(each.drawn, each.text) for each in bar.key] == [
        ("own", "貴社83.3点"), ("before", "前回65.2点"), ("median", "全診断先（24社）の中央値62点"),
        ("", "数字はランクの境界点"),
    ]  # fmt: skip


def test_without_peers_there_is_no_median_anywhere() -> None:
    for place, text in texts(asdict(make_view({"COM": "×"}))):
        assert "中央値" not in text, place


def test_last_time_stands_beside_the_score() -> None:
    assert page1({"COM": "×"}, comparison=compared()).before == "前回65.2点（ランクC）　▲ ＋18.1"
    assert page1({"COM": "×"}).before == ""


def test_last_time_with_earlier_questions_is_not_subtracted() -> None:
    summary = page1({"COM": "×"}, comparison=compared(common=True))
    assert summary.before == "前回65.2点（ランクC、旧版の設問）"
    assert summary.bar.places.before is None


def test_a_category_out_of_scope_has_no_mark() -> None:
    boxes = {each.name: each for each in odd("a category that does not apply").summary.boxes}
    assert (boxes["物理・環境"].score, boxes["物理・環境"].mark) == ("対象外", "")


# --- the consultant's word


def test_a_short_comment_stands_whole_on_page_1() -> None:
    comment = page1(judgement=Judgement((), "整っています。"), issuer=SIGNED).comment
    assert comment
    assert comment.heading == "担当コンサルタントより"
    assert (comment.author, comment.fitting) == ("診断太郎", ("整っています。",))


def test_who_wrote_the_comment_stands_beside_it() -> None:
    comment = page1(
        judgement=Judgement((), "整っています。", comment_by="田中"), issuer=SIGNED
    ).comment
    assert comment
    assert comment.author == "田中"


@pytest.mark.parametrize(
    ("lang", "sentence", "most"),
    [(Lang.JA, "二十文字の文がここに一つ置いてあります。", (300, 200, 120)),
     (Lang.EN, "This sentence has forty characters now. ", (600, 400, 240))],
)  # fmt: skip
def test_a_long_comment_is_cut_at_the_ends_of_sentences(
    lang: Lang, sentence: str, most: tuple[int, ...]
) -> None:
    whole = (sentence * 40).strip()
    comment = page1(judgement=Judgement((), whole), lang=lang).comment
    assert comment
    assert comment.whole == whole
    remark = {Lang.JA: "（全文は3章に掲載）", Lang.EN: "(in full in section 3)"}[lang]
    kept = [text.removesuffix(remark).strip() for text in comment.fitting]
    assert all(text.endswith(remark) for text in comment.fitting)
    for text, length in zip(kept, most, strict=True):
        assert whole.startswith(text)
        assert text[-1] in "。."
        assert length - len(sentence) < len(text) <= length


def test_a_comment_without_an_end_of_a_sentence_is_not_cut() -> None:
    comment = page1(judgement=Judgement((), "あ" * 700)).comment
    assert comment
    assert comment.fitting == ()
    assert comment.whole == "あ" * 700


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("一文。二文。", 4, "一文。"),
        ("「一文。」と言う。二文。", 6, ""),
        ("一行\n二行", 4, "一行"),
        ("It is 3.5 points. Good.", 20, "It is 3.5 points."),
    ],
)
def test_a_quoted_sentence_and_a_decimal_point_end_nothing(text: str, most: int, cut: str) -> None:
    assert cut_sentences(text, most) == cut


def test_without_a_comment_there_is_no_box() -> None:
    assert page1().comment is None


def test_changed_answers_are_told_on_page_1() -> None:
    judged = Judgement((OVERRIDE,))
    view = make_view({"PHY-01": "×"}, judgement=judged)
    assert view.summary.note == (
        "※担当者が確かめた結果に基づき、1問の回答を修正して評価しました（{page}ページ）。"
    )
    assert f"「{view.method.heading}」に記載" in view.summary.sheet_note
    assert page1({"PHY-01": "×"}).note == ""
    english = page1({"PHY-01": "×"}, judgement=Judgement((OVERRIDE,) * 2), lang=Lang.EN).note
    assert english == (
        "Note: 2 answers were changed after the consultant had checked them (page {page})."
    )


def test_the_day_of_the_view_is_that_of_the_report() -> None:
    assert make_view(as_of=date(2027, 1, 5)).created == "2027-01-05"
    assert make_view(as_of=date(2027, 1, 5)).head.day == "2027年1月5日"


def test_damage_is_shown_only_where_it_is_wanted() -> None:
    assert present(make_view().insurance).damage is None
    wanted = estimate_damage(JIS, "mid", {"personal_records": "over_1000"})
    damage = present(make_view(damage=wanted).insurance).damage
    assert damage
    assert damage.heading == "事故が起きた場合の費用の目安（参考）"
    assert all("年）：" in row.basis for row in damage.rows)
