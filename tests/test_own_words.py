"""Titles, headings and names of things that a catalogue words itself."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.mail.templates.mail_templates import MailTemplates
from sheet_diag.mail.templates.render import MailText
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, MailTexts
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.record import Text
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import word_catalog
from tests.books import QUESTIONS, build, write_book
from tests.catalogs import JIS, bare_catalog, present
from tests.report_contexts import make_view
from tests.samples import AS_OF, ISSUER
from tests.workbooks import open_workbook, texts_on

NAMES = {
    "category": Text(ja="領域", en="field"),
    "question": Text(ja="質問", en="item"),
    "rank": Text(ja="レベル", en="level"),
    "score": Text(ja="スコア", en="mark"),
}
NAMED = bare_catalog("3! 2", "1", names=NAMES)


def with_labels(**labels: str | None) -> Catalog:
    """A bare catalogue that words these labels itself (`_` for `.`); None prints nothing."""
    report = bare_catalog("1").report
    worded = {
        key.replace("_", "."): Text(ja=text, en=text) if text else None
        for key, text in labels.items()
    }
    return bare_catalog("3! 2", "1", report=report.model_copy(update={"labels": worded}))


def test_titles_and_headings_are_those_of_the_catalogue() -> None:
    catalog = with_labels(
        report_title="衛生診断書",
        report_overall_heading="1. 診断の結果",
        view_roadmap_heading="4. 次の段へ",
    )
    view = make_view({"C1": "×"}, of=catalog)
    assert (view.head.title, view.summary.heading) == ("衛生診断書", "1. 診断の結果")
    assert present(view.roadmap).heading == "4. 次の段へ"
    assert view.categories.heading == "2. 各項目評価"


def test_a_place_that_says_nothing_prints_nothing() -> None:
    assert make_view(of=with_labels(report_categories_intro=None)).categories.intro == ""
    assert make_view(of=with_labels()).categories.intro.startswith("ご回答を、次の2つの")


def test_a_report_calls_things_as_the_catalogue_does() -> None:
    said = json.dumps(asdict(make_view({"C1": "×"}, of=NAMED)), ensure_ascii=False)
    assert [word for word in ("カテゴリ", "設問", "ランク", "評価点") if word in said] == []
    assert [word for word in ("領域", "質問", "レベル", "スコア") if word not in said] == []


def test_names_follow_letter_case_and_number_in_english_and_leave_figures_alone() -> None:
    say = word_catalog(NAMED, Lang.EN)
    assert say("report.categories.name") == "Field"
    assert say("report.categories.intro", count=2).endswith("following fields (2).")
    assert say("report.overall.score") == "Overall mark"
    assert say("view.comments.score", score="70.0 score") == "Mark 70.0 score"


def test_headings_by_which_a_sheet_is_read_again_stay_as_they_are() -> None:
    book = open_workbook(make_hearing_sheet(NAMED, Lang.JA, Issuer()))
    texts = [text for page in book for text in texts_on(page)]
    assert word_catalog(JIS, Lang.JA)("sheet.column.question") in texts


def test_the_sheet_of_texts_gives_headings_and_names(tmp_path: Path) -> None:
    rows = [
        ["場所", "文"],
        ["次のランクの見出し", "次の段へ"],
        ["おわりにの見出し", "結び"],
        ["呼び名：ランク", "レベル"],
        ["おわりに", "なし"],
    ]
    built = build(write_book(tmp_path / "倉庫.xlsx", {"設問": QUESTIONS, "文章": rows}))
    assert built.catalog
    say = word_catalog(built.catalog, Lang.JA)
    assert say("view.roadmap.heading") == "4. 次の段へ"
    assert say("view.method.again") == "結び"
    assert say("report.overall.rank") == "判定レベル"
    assert say("report.closing") == ""


MAILS = {MailKind.REQUEST: MailTexts(subject=Text(ja="点検のお願い", en="Please check"))}
BODY = {MailKind.REQUEST: MailTexts(body=Text(ja="{{ company }}をご記入ください。", en="Fill in."))}
LETTER = OutgoingMail(
    MailKind.REQUEST, ListedClient("C-1", "青空商事", Lang.JA, ("a@example.co.jp",))
)


def mailed(catalog: Catalog, folder: Path | None = None) -> MailText:
    return MailTemplates(folder, catalog).write(LETTER, ISSUER, AS_OF)


def test_mails_are_headed_by_what_the_catalogue_is_called() -> None:
    called = mailed(bare_catalog("1", survey=Text(ja="衛生点検", en="Hygiene check")))
    assert called.subject == "【ご依頼】衛生点検 ヒアリングシートご記入のお願い"
    assert "このたび、衛生点検の実施にあたり" in called.text
    assert mailed(JIS).subject.startswith("【ご依頼】情報セキュリティ診断")


def test_a_catalogue_words_subject_and_body_of_a_mail() -> None:
    headed = mailed(bare_catalog("1", mails=MAILS))
    assert headed.subject == "点検のお願い"
    assert "このたび、" in headed.text
    worded = mailed(bare_catalog("1", mails=BODY))
    assert "青空商事" in worded.text.split("{{ company }}をご記入ください。")[0]
    assert "このたび、" not in worded.text


def test_the_firms_own_template_goes_before_the_catalogue(tmp_path: Path) -> None:
    (tmp_path / "request.ja.md").write_text(
        "件名: 弊社より\n\n{{ addressee }}\n\n本文です。\n", encoding="utf-8"
    )
    assert mailed(bare_catalog("1", mails=MAILS), tmp_path).subject == "弊社より"


def test_the_sheet_of_texts_gives_mails(tmp_path: Path) -> None:
    rows = [["場所", "文"], ["件名：依頼", "{題名}のお願い"], ["本文：結果", "結果です。"]]
    built = build(write_book(tmp_path / "倉庫.xlsx", {"設問": QUESTIONS, "文章": rows}))
    assert built.catalog
    assert {
        kind: (each.subject and each.subject.ja, each.body and each.body.ja)
        for kind, each in built.catalog.mails.items()
    } == {MailKind.REQUEST: ("倉庫のお願い", None), MailKind.RESULT: (None, "結果です。")}
    assert built.catalog.survey
    assert built.catalog.survey.ja == "倉庫"
