"""Mail templates: both forms of a text say the same, whatever the names hold.

A template that a firm has written is checked line by line before anything is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest

from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.mail.templates import mail_templates
from sheet_diag.mail.templates.files import (
    FRAME,
    MailTemplateError,
    copy_templates,
    format_template_name,
    list_template_names,
    load_default_template,
)
from sheet_diag.mail.templates.mail_templates import MailTemplates, _start_worker
from sheet_diag.mail.templates.render import MailText
from sheet_diag.mail.templates.variables import SIGNATURE, explain_variables, list_variables
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient
from sheet_diag.model.mail import MailSubject, OutgoingMail, ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.settings import Issuer, Limits
from sheet_diag.text.wording import Wording, labels

TODAY = date(2026, 12, 28)
DUE = date(2026, 12, 25)
GOLDEN = Path(__file__).parent / "data" / "letters"
DOCS = Path(__file__).parent.parent / "docs" / "letters.md"
PASSWORD = "kT7-mQ2x_Rw9*"
SHA256 = "0dd95d12" * 8
CHASED = (MailKind.REMINDER, MailSubject(SHA256, reminder=1))  # of a correction
CLIENTS = {
    Lang.JA: ListedClient(
        "C-001", "株式会社見本商事", Lang.JA, ("taro@example.co.jp",), "山田 太郎", "総務部長",
        note="要注意の先",
    ),
    Lang.EN: ListedClient(
        "C-002", "Sample Trading K.K.", Lang.EN, ("t@example.com",), "Taro Yamada", "Manager",
        note="watch out",
    ),
}  # fmt: skip
FIRMS = {
    Lang.JA: ISSUER,
    Lang.EN: Issuer(
        name="Sample Risk Consulting",
        department="Security Assessment Office",
        address="1-2-3 Sample-cho, Chiyoda-ku, Tokyo",
        phone="03-0000-0000",
        email="shindan@example.co.jp",
        contact="Hanako Sato",
        deadline=DUE,
    ),
}


def parcel(kind: MailKind, lang: Lang = Lang.JA, **changes: object) -> OutgoingMail:
    path = None if kind is MailKind.PASSWORD else Path(f"sheet_{CLIENTS[lang].id}.xlsx")
    has_password = kind in (MailKind.RESULT, MailKind.PASSWORD)
    whole = OutgoingMail(
        kind, CLIENTS[lang], MailSubject(reminder=1 if kind is MailKind.REMINDER else 0),
        attachment=path, password=PASSWORD if has_password else "",
        due=DUE if kind is MailKind.REMINDER else None,
        points=3, is_prefilled=True, report_files="report_C-001.xlsx",
    )  # fmt: skip
    return replace(whole, **changes)  # type: ignore[arg-type]


def written(
    of: OutgoingMail, issuer: Issuer | None = None, letters: MailTemplates | None = None
) -> MailText:
    firm = FIRMS[of.client.lang] if issuer is None else issuer
    return (letters or MailTemplates()).write(of, firm, TODAY)


class _Text(HTMLParser):
    """The text of a page as people see it, blanks apart."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen = ""
        self._hidden = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as it is called
        self._hidden = tag in ("title", "style") or self._hidden

    def handle_endtag(self, tag: str) -> None:
        self._hidden = self._hidden and tag not in ("title", "style")

    def handle_data(self, data: str) -> None:
        self.seen += "" if self._hidden else data


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def shown(letter: MailText) -> str:
    return squeezed(_Text(letter.html).seen)


def expected(letter: MailText, firm: str) -> str:
    """What the page of the letter shows: the firm, and the plain text without bullets and rule."""
    text = re.sub(r"^- ", "", letter.text.replace("─" * 20, ""), flags=re.MULTILINE)
    return squeezed(firm + text)


# --- the letters


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(
    "name", [*MailKind, "reminder-2", "reminder-correcting", "reminder-correcting-2"]
)
def test_a_text_equals_its_golden_file(name: str, lang: Lang) -> None:
    kind = MailKind(name.partition("-")[0])
    due = DUE if kind is MailKind.REMINDER else date(2027, 1, 15)
    client = replace(CLIENTS[lang], due=due)
    mail = parcel(kind, lang, client=client)
    if kind is MailKind.REMINDER:
        number = 2 if name.endswith("-2") else 1
        mail = replace(
            mail, subject=MailSubject(SHA256 if "correcting" in name else "", reminder=number)
        )
    letter = written(mail)
    path = GOLDEN / f"{name}.{lang.value}.txt"
    assert f"{letter.subject}\n\n{letter.text}" == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(("kind", "subject"), [*((kind, None) for kind in MailKind), CHASED])
def test_html_shows_what_the_text_says(
    kind: MailKind, subject: MailSubject | None, lang: Lang
) -> None:
    letter = written(parcel(kind, lang, **({"subject": subject} if subject else {})))
    assert shown(letter) == expected(letter, FIRMS[lang].name)
    assert f'<html lang="{lang.value}"' in letter.html


_NAMES = {
    "markup and Markdown": "<b>*x*_y_</b> [a](http://b)",
    "entities": "A&amp;B &lt;C&gt; & D",
    "escapes": r"a\*b\\c `code` **bold** ~~no~~",
    "a list": "+ 1. # > - *",
    "a rule": "---",
    "a heading": "# x",
    "an address": "<http://example.com/> ![p](http://e.com/p.png)",
    "a template": "{{ password }} {% if x %} {# no #}",
    "an indent": "        x",
    "quotes": '"it\'s"',
    "rare kanji": "髙﨑𠮷野家 はしご高",
    "characters of a firm's own": "外字\ue000\ue001",
}


@pytest.mark.parametrize("name", _NAMES.values(), ids=_NAMES)
@pytest.mark.parametrize("kind", MailKind)
def test_names_are_shown_literally_in_both_forms(kind: MailKind, name: str) -> None:
    client = replace(CLIENTS[Lang.JA], company=name, contact=name, title=name)
    letter = written(parcel(kind, client=client))
    assert letter.text.startswith(f"{name.strip()}\n{name.strip()} {name.strip()} 様\n")
    assert shown(letter) == expected(letter, ISSUER.name)
    assert squeezed(name) in shown(letter)
    assert not re.search(r"<(b|i|em|strong|code|a|img|h\d|ol|blockquote)[ >]", letter.html)


@pytest.mark.parametrize(
    "name", ["A\r\nBcc: x@example.com", "A\u2028B", "A\x00B", "A\u202eB", "A\ufdd0\ufdd1B"]
)
def test_values_stay_on_their_line_and_hide_nothing(name: str) -> None:
    client = replace(CLIENTS[Lang.JA], company=name)
    letter = written(parcel(MailKind.REQUEST, client=client))
    assert letter.text.split("\n")[1] == "総務部長 山田 太郎 様"
    assert not re.search("[\r\x00\u2028\u202e\ufdd0\ufdd1]", letter.text + letter.html)


@pytest.mark.parametrize("field", ["name", "department", "address", "phone", "email", "contact"])
def test_values_of_the_firm_are_shown_literally(field: str) -> None:
    firm = replace(ISSUER, **{field: "<i>*x*</i>"})  # type: ignore[arg-type]
    letter = written(parcel(MailKind.REQUEST), firm)
    assert shown(letter) == expected(letter, firm.name)
    assert "<i>" not in letter.html


@pytest.mark.parametrize("lang", Lang)
def test_a_mail_names_the_issuer_in_its_language(lang: Lang) -> None:
    both = replace(FIRMS[Lang.JA], english=FIRMS[Lang.EN])
    letter = written(parcel(MailKind.REQUEST, lang), both)
    assert letter == written(parcel(MailKind.REQUEST, lang), FIRMS[lang])


@pytest.mark.parametrize(
    ("contact", "title", "lines"),
    [
        ("山田 太郎", "総務部長", ["株式会社見本商事", "総務部長 山田 太郎 様"]),
        ("山田 太郎様", "", ["株式会社見本商事", "山田 太郎 様"]),
        ("山田　太郎", "", ["株式会社見本商事", "山田　太郎 様"]),
        ("", "総務部長", ["株式会社見本商事", "総務部長 様"]),
        ("", "", ["株式会社見本商事", "ご担当者 様"]),
    ],
)
def test_a_japanese_addressee_has_an_honorific(contact: str, title: str, lines: list[str]) -> None:
    client = replace(CLIENTS[Lang.JA], contact=contact, title=title)
    assert written(parcel(MailKind.REQUEST, client=client)).text.split("\n")[:2] == lines


@pytest.mark.parametrize(
    ("contact", "title", "start"),
    [
        ("Taro", "Manager", "Sample Trading K.K.\nAttn: Taro, Manager\n\nDear Taro,"),
        ("Taro", "", "Sample Trading K.K.\nAttn: Taro\n\nDear Taro,"),
        ("", "Manager", "Sample Trading K.K.\nAttn: Manager\n\nDear Sir or Madam,"),
        ("", "", "Sample Trading K.K.\n\nDear Sir or Madam,"),
    ],
)
def test_an_english_addressee_has_a_salutation(contact: str, title: str, start: str) -> None:
    client = replace(CLIENTS[Lang.EN], contact=contact, title=title)
    assert written(parcel(MailKind.REQUEST, Lang.EN, client=client)).text.startswith(start)


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize(
    ("kind", "subject"), [*((kind, MailSubject(reminder=1)) for kind in MailKind), CHASED]
)
def test_missing_values_leave_no_gaps(kind: MailKind, subject: MailSubject, lang: Lang) -> None:
    client = replace(CLIENTS[lang], contact="", title="")
    bare = {"subject": subject, "due": None, "points": 0, "is_prefilled": False, "report_files": ""}
    letter = written(parcel(kind, lang, client=client, **bare), Issuer())
    assert not re.search(
        r"\n\n\n|：$|: $|でございます。\n{0}^の|^\s*でございます", letter.text, re.MULTILINE
    )
    assert shown(letter) == expected(letter, "")


# (number, due, what is said, what is not)
_REMINDERS = {
    "before the day": (1, date(2026, 12, 31), "近づいて", "過ぎて"),
    "on the day": (1, TODAY, "近づいて", "過ぎて"),
    "late": (1, DUE, "過ぎて", "重ねてのお願い"),
    "late again": (2, DUE, "重ねてのお願い", "近づいて"),
    "no day": (1, None, "到着を確認できておりません", "期限"),
}


@pytest.mark.parametrize(("number", "due", "said", "unsaid"), _REMINDERS.values(), ids=_REMINDERS)
def test_a_second_reminder_is_firmer(number: int, due: date | None, said: str, unsaid: str) -> None:
    letter = written(parcel(MailKind.REMINDER, due=due, subject=MailSubject(reminder=number)))
    assert said in letter.text
    assert unsaid not in letter.text
    assert "行き違い" in letter.text


# (number, due, what is said, what is not)
_CHASES = {
    "before the day": (1, date(2026, 12, 31), "近づいて", "過ぎて"),
    "late": (1, DUE, "過ぎて", "重ねてのお願い"),
    "late again": (2, DUE, "重ねてのお願い", "近づいて"),
    "no day was told": (1, None, "到着を確認できておりません", "期限"),
    "no day was told, again": (2, None, "重ねてのお願い", "期限"),
}


@pytest.mark.parametrize(("number", "due", "said", "unsaid"), _CHASES.values(), ids=_CHASES)
def test_reminders_of_a_correction_ask_for_that(
    number: int, due: date | None, said: str, unsaid: str
) -> None:
    """The client's own day is over, and was that of the first answer."""
    client = replace(CLIENTS[Lang.JA], due=date(2026, 12, 1))
    subject = MailSubject(SHA256, reminder=number)
    of = parcel(MailKind.REMINDER, client=client, subject=subject, due=due)
    letter = written(of)
    assert letter.subject.endswith("ヒアリングシートのご修正について")
    assert said in letter.text
    assert unsaid not in letter.text
    assert "2026年12月1日" not in letter.text
    assert "3か所" in letter.text
    assert "修正のお願い" in letter.text
    assert "行き違い" in letter.text
    first = written(replace(of, subject=MailSubject(reminder=number)))
    assert first.subject.endswith("ヒアリングシートのご提出について")
    assert "修正" not in first.text


def test_a_reminder_of_a_request_without_a_day_names_no_day() -> None:
    client = replace(CLIENTS[Lang.JA], due=DUE)
    of = parcel(MailKind.REMINDER, client=client, due=None)
    assert "期限" not in written(of).text
    assert "期限" in written(replace(of, due=DUE)).text


@pytest.mark.parametrize(
    ("kind", "due", "is_named"),
    [
        (MailKind.REQUEST, date(2027, 1, 15), True),
        (MailKind.REQUEST, DUE, False),
        (MailKind.CORRECTION, date(2027, 1, 15), True),
        (MailKind.CORRECTION, DUE, False),
        (MailKind.REMINDER, DUE, True),
    ],
)
def test_a_day_that_has_passed_is_not_asked_for(kind: MailKind, due: date, is_named: bool) -> None:
    client = replace(CLIENTS[Lang.JA], due=due)
    assert ("ご提出期限：" in written(parcel(kind, client=client, due=due)).text) is is_named


def test_the_day_comes_from_the_mail_then_the_client_then_the_firm() -> None:
    client = replace(CLIENTS[Lang.JA], due=date(2027, 1, 15))
    firm = replace(ISSUER, deadline=date(2027, 1, 20))
    for of, day in (
        (parcel(MailKind.REQUEST, client=client, due=date(2027, 2, 1)), "2027年2月1日（月）"),
        (parcel(MailKind.REQUEST, client=client), "2027年1月15日（金）"),
        (parcel(MailKind.REQUEST), "2027年1月20日（水）"),
    ):
        assert f"ご提出期限：{day}\n" in written(of, firm).text


def test_points_that_were_not_counted_are_not_named() -> None:
    assert "か所" in written(parcel(MailKind.CORRECTION)).text
    assert "か所" not in written(parcel(MailKind.CORRECTION, points=0)).text


def test_last_years_answers_are_named_where_the_sheet_has_them() -> None:
    assert "前回" in written(parcel(MailKind.REQUEST)).text
    assert "前回" not in written(parcel(MailKind.REQUEST, is_prefilled=False)).text


@pytest.mark.parametrize("lang", Lang)
def test_only_a_password_mail_has_the_password(lang: Lang) -> None:
    for kind in MailKind:
        letter = written(parcel(kind, lang, password=PASSWORD))
        is_shown = PASSWORD in letter.text and PASSWORD in letter.html
        assert is_shown is (kind is MailKind.PASSWORD)
        assert PASSWORD not in letter.subject


@pytest.mark.parametrize(
    ("lang", "says"), [(Lang.JA, "PDFはお読みいただくための"), (Lang.EN, "The PDF is for reading.")]
)
def test_a_report_in_both_forms_comes_with_what_each_is_for(lang: Lang, says: str) -> None:
    whole, alone = (
        written(parcel(MailKind.RESULT, lang, subject=MailSubject("0" * 64, form))).text
        for form in (ReportForm.BOTH, ReportForm.PRINTED)
    )
    assert says in whole
    assert says not in alone
    assert "\n\n\n" not in whole + alone


def test_an_open_report_is_not_called_protected() -> None:
    assert "パスワードで保護" in written(parcel(MailKind.RESULT)).text
    assert "パスワード" not in written(parcel(MailKind.RESULT, password="")).text


def test_notes_on_a_client_are_no_variables() -> None:
    for lang in Lang:
        for kind in MailKind:
            assert CLIENTS[lang].note not in written(parcel(kind, lang)).text
            assert {"note", "group", "rank", "score"}.isdisjoint(list_variables(kind))


# --- the firm's own letters

GOOD = "件名: ご依頼\n\n{{ addressee }}\n\n本文です。\n"


def own(folder: Path, content: str | bytes, name: str = "request.ja.md") -> MailTemplates:
    data = content.encode("utf-8") if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return MailTemplates(folder)


def fault(folder: Path, content: str | bytes, name: str = "request.ja.md") -> MailTemplateError:
    with pytest.raises(MailTemplateError) as caught:
        own(folder, content, name)
    for lang in Lang:  # the sentence can be said
        for each in caught.value.faults:
            assert Wording(lang)(each.key, **each.parts)
    return caught.value


@pytest.mark.parametrize(
    "code", ["utf-8", "utf-8-sig", "cp932", "utf-16"], ids=lambda code: f"saved as {code}"
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_template_of_the_firm_replaces_ours(tmp_path: Path, code: str, end: str) -> None:
    letters = own(tmp_path, GOOD.replace("\n", end).encode(code))
    letter = written(parcel(MailKind.REQUEST), letters=letters)
    assert letter.subject == "ご依頼"
    assert "様\n\n本文です。\n\n─" in letter.text
    assert "督促" not in letter.text
    other = written(parcel(MailKind.REMINDER), letters=letters)
    assert other == written(parcel(MailKind.REMINDER))


@pytest.mark.parametrize(
    ("own_words", "says"),
    [
        ("独自の督促です。", False),
        ("{% if correcting %}独自の修正の督促です。{% else %}独自の督促です。{% endif %}", True),
    ],
)
def test_a_reminder_template_without_corrections_is_not_used_for_them(
    tmp_path: Path, own_words: str, says: bool
) -> None:
    """It would ask for a hearing sheet, where another workbook is attached."""
    text = f"件名: 督促\n\n{{{{ addressee }}}}\n\n{own_words}\n"
    letters = own(tmp_path, text, "reminder.ja.md")
    assert "独自の督促です。" in written(parcel(MailKind.REMINDER), letters=letters).text
    of = parcel(MailKind.REMINDER, subject=MailSubject(SHA256, reminder=1))
    assert ("独自の修正の督促です。" in written(of, letters=letters).text) is says
    assert (written(of, letters=letters) == written(of)) is not says


def test_markdown_that_reads_as_text_is_formatted(tmp_path: Path) -> None:
    body = (
        "## 見出し\n\n**{{ company }}**様\n\n1. 一\n2. 二\n\n`{{ client_id }}`\n\n"
        "[案内](https://example.com/{{ client_id }})\n\n一\n----\n二\n\n"
        "    字下げ\n\n&amp; \\* <b>x</b>\n"
    )
    letter = written(parcel(MailKind.REQUEST), letters=own(tmp_path, GOOD + body))
    for part in (
        "<strong>株式会社見本商事</strong>様",
        "<code>C-001</code>",
        'href="https://example.com/C-001"',
        "一</p>\n<hr",
        "&amp;amp; \\* &lt;b&gt;x&lt;/b&gt;",
    ):
        assert part in letter.html, part
    assert letter.html.count("<h2") == 1
    assert "<pre" not in letter.html
    assert "**株式会社見本商事**様" in letter.text


def test_a_value_makes_no_dangerous_link(tmp_path: Path) -> None:
    letters = own(tmp_path, GOOD + "[x]({{ contact }})\n")
    client = replace(CLIENTS[Lang.JA], contact="javascript:alert(1)")
    letter = written(parcel(MailKind.REQUEST, client=client), letters=letters)
    assert "href" not in letter.html


def test_a_template_may_use_macros_and_filters(tmp_path: Path) -> None:
    text = "{% macro box(x) %}- *{{ x|upper }}*{% endmacro %}{{ box(company) }}\n"
    client = replace(CLIENTS[Lang.JA], company="a_b_*c*")
    letter = written(parcel(MailKind.REQUEST, client=client), letters=own(tmp_path, GOOD + text))
    assert "<em>A_B_*C*</em></li>" in letter.html
    assert "- *A_B_*C**" in letter.text
    assert not re.search("[\ufdd0\ufdd1]", letter.text + letter.html)


def test_a_filter_may_cut_a_value(tmp_path: Path) -> None:
    text = "{% macro box(x) %}{{ x }}{% endmacro %}{{ box(company)|truncate(6, true, '') }}\n"
    client = replace(CLIENTS[Lang.JA], company="<b>abcdef")
    letter = written(parcel(MailKind.REQUEST, client=client), letters=own(tmp_path, GOOD + text))
    assert "\n&lt;b&gt;ab" in letter.html
    assert "<b>ab" in letter.text
    assert not re.search("[\ufdd0\ufdd1]", letter.text + letter.html)


# What is wrong -> (text, key, line, parts)
_FAULTS: Mapping[str, tuple[str, str, int, Mapping[str, str]]] = {
    "typo": (GOOD + "{{ compnay }}", "unknown", 6, {"name": "compnay", "near": "company"}),
    "attribute": (GOOD + "\n{{ company.name }}", "failed", 7, {}),
    "open braces": (GOOD + "{{ company", "syntax", 6, {"text": "{{ company"}),
    "if without end": (GOOD + "{% if due %}", "syntax", 6, {}),
    "unknown tag": (GOOD + "{% iff due %}", "syntax", 6, {}),
    "filter": (GOOD + "{{ company|uper }}", "filter", 6, {"name": "uper", "near": "upper"}),
    "filter not reached": (
        GOOD + "{% if contact == '?' %}{{ due|nope }}{% endif %}", "filter", 6, {"name": "nope"},
    ),
    "test": (GOOD + "{% if due is oddd %}{% endif %}", "filter", 6, {"near": "odd"}),
    "include": (GOOD + "{% include 'other.md' %}", "include", 6, {}),
    "no subject": ("{{ addressee }}\n", "subject", 1, {"text": "{{ addressee }}"}),
    "empty subject": ("{# x\n #}\n\n件名: \n\n{{ addressee }}\n", "subject", 4, {}),
    "nothing": ("", "subject", 1, {}),
    "no company": ("件名: x\n\nこんにちは\n", "missing", 1, {"name": "addressee"}),
    "password elsewhere": (
        GOOD + "{{ password }}", "not_here", 6, {"name": "password", "others": "password.ja.md"},
    ),
    "escape from the box": (GOOD + "{{ ''.__class__.__mro__ }}", "failed", 6, {}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "key", "line", "parts"), _FAULTS.values(), ids=_FAULTS)
def test_faults_of_a_template_are_reported_with_their_line(
    tmp_path: Path, text: str, key: str, line: int, parts: Mapping[str, str]
) -> None:
    error = fault(tmp_path, text)
    assert error.key == f"letter.error.{key}"
    assert error.parts["line"] == str(line)
    assert error.parts["path"].endswith("request.ja.md")
    assert dict(parts).items() <= dict(error.parts).items()


_LOOPS = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
# What takes for ever, or all memory.
_BOMBS: Mapping[str, str] = {
    "loops in loops": _LOOPS,
    "a long text": "{% for a in range(99999) %}xxx{% endfor %}",
    "doubling": "{% set x = 'xx' %}" + "{% set x = x ~ x %}" * 40 + "{{ x }}",
    "a wide text": "{{ 'x'.center(10 ** 10) }}",
    "a macro that calls itself": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "blocks in blocks": "{% if due %}" * 200 + "{% endif %}" * 200,
    "braces in braces": "{{ " + "(" * 50_000 + " }}",
    "a large file": "x" * 300_000,
}


@pytest.fixture
def short_of_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the process of the firm's own templates two seconds."""
    _start_worker.cache_clear()
    monkeypatch.setattr(mail_templates, "_LIMITS", Limits(seconds=2, memory=400))
    yield
    _start_worker.cache_clear()


@pytest.mark.usefixtures("short_of_time")
def test_a_template_that_takes_too_much_is_reported(tmp_path: Path) -> None:
    for name, text in _BOMBS.items():
        assert fault(tmp_path, GOOD + text).key == "letter.error.too_much", name


@pytest.mark.usefixtures("short_of_time")
def test_a_template_that_takes_too_much_for_one_client_harms_no_other(tmp_path: Path) -> None:
    letters = own(tmp_path, GOOD + "{% if contact == 'x' %}" + _LOOPS + "{% endif %}")
    client = replace(CLIENTS[Lang.JA], contact="x")
    with pytest.raises(MailTemplateError) as caught:
        written(parcel(MailKind.REQUEST, client=client), letters=letters)
    assert caught.value.key == "letter.error.too_much"
    assert written(parcel(MailKind.REQUEST), letters=letters).subject == "ご依頼"


def test_a_template_without_a_subject_for_one_client_is_reported(tmp_path: Path) -> None:
    letters = own(tmp_path, "{% if contact != 'x' %}" + GOOD + "{% endif %}{{ addressee }}")
    client = replace(CLIENTS[Lang.JA], contact="x")
    with pytest.raises(MailTemplateError) as caught:
        written(parcel(MailKind.REQUEST, client=client), letters=letters)
    assert caught.value.key == "letter.error.subject"


def test_a_password_template_needs_the_password(tmp_path: Path) -> None:
    error = fault(tmp_path, GOOD, "password.ja.md")
    assert (error.key, error.parts["name"]) == ("letter.error.missing", "password")


def test_a_template_is_tried_with_as_few_values_as_possible(tmp_path: Path) -> None:
    error = fault(tmp_path, GOOD + "{{ 6 // points }}\n", "correction.ja.md")
    assert (error.key, error.parts["line"]) == ("letter.error.failed", "6")


def test_every_template_is_checked_and_every_fault_reported(tmp_path: Path) -> None:
    (tmp_path / "result.en.md").write_text("Subject: x\n\n{{ company }} {{ rank }}\n")
    error = fault(tmp_path, GOOD + "{{ a }}\n{{ b }}\n")
    assert [each.parts["name"] for each in error.faults] == ["a", "b", "rank"]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("request.ja.md.txt", "request.ja.md"),
        ("Reqest.ja.md", "request.ja.md"),
        ("frame.htm", FRAME),
    ],
)
def test_a_misnamed_template_is_reported(tmp_path: Path, name: str, near: str) -> None:
    error = fault(tmp_path, GOOD, name)
    assert (error.key, error.parts["near"]) == ("letter.error.name", near)


@pytest.mark.parametrize("name", ["REQUEST.JA.MD", "request.ja.md"])
def test_the_case_of_a_file_name_does_not_matter(tmp_path: Path, name: str) -> None:
    letters = own(tmp_path, GOOD, name)
    assert written(parcel(MailKind.REQUEST), letters=letters).subject == "ご依頼"


def test_other_files_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "request.ja - コピー.md").write_text("{{ x", encoding="utf-8")
    (tmp_path / "memo.txt").write_text("x")
    own(tmp_path, GOOD)


def test_a_template_in_an_unknown_encoding_is_reported(tmp_path: Path) -> None:
    assert fault(tmp_path, b"\x81\xff\xfe\xff").key == "letter.error.encoding"


def test_a_missing_folder_of_templates_is_reported(tmp_path: Path) -> None:
    with pytest.raises(MailTemplateError) as caught:
        MailTemplates(tmp_path / "nowhere")
    assert caught.value.key == "letter.error.folder"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("{{ body }}", "", "missing"),
        ("{{ signature }}", "", "missing"),
        ("{{ lang }}", "ja", "missing"),
        ("{{ firm }}", "{{ frm }}", "unknown"),
        ("{{ firm }}", "{{ firm }", "syntax"),
        ("{{ firm }}", "{{ firm.x.y }}", "failed"),
    ],
)
def test_faults_of_the_frame_are_reported(tmp_path: Path, old: str, new: str, key: str) -> None:
    text = load_default_template(FRAME).text.replace(old, new)
    if key == "missing" and old == "{{ lang }}":
        text = re.sub(r"\{% set fonts.*?%\}", '{% set fonts = "x" %}', text)
    assert fault(tmp_path, text, FRAME).key == f"letter.error.{key}"


@pytest.mark.parametrize("text", ["", "{# none #}\n"])
def test_a_firm_may_do_without_a_signature(tmp_path: Path, text: str) -> None:
    letter = written(parcel(MailKind.REQUEST), letters=own(tmp_path, text, "signature.ja.md"))
    assert letter.text.endswith("よろしくお願い申し上げます。\n")
    assert "border-top" not in letter.html
    assert shown(letter) == expected(letter, ISSUER.name)


# --- copies


def test_copied_templates_can_be_used_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    made = copy_templates(folder)
    assert {path.name for path in made} == {
        *(format_template_name(kind, lang) for kind in (*MailKind, SIGNATURE) for lang in Lang),
        FRAME,
    }  # fmt: skip
    letters = MailTemplates(folder)
    for lang in Lang:
        for kind in MailKind:
            of = parcel(kind, lang)
            assert written(of, letters=letters) == written(of)
        chased = parcel(MailKind.REMINDER, lang, subject=MailSubject(SHA256, reminder=1))
        assert written(chased, letters=letters) == written(chased)


def test_copies_replace_no_file(tmp_path: Path) -> None:
    (tmp_path / "Request.JA.md").write_text(GOOD, encoding="utf-8")
    made = copy_templates(tmp_path, Lang.JA)
    assert {path.name for path in made} == {*list_template_names(Lang.JA), FRAME} - {
        "request.ja.md"
    }
    assert (tmp_path / "Request.JA.md").read_text(encoding="utf-8") == GOOD
    assert copy_templates(tmp_path, Lang.JA) == ()


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("kind", [*MailKind, SIGNATURE])
def test_copied_templates_explain_their_variables(tmp_path: Path, kind: str, lang: Lang) -> None:
    copy_templates(tmp_path, lang)
    content = (tmp_path / format_template_name(kind, lang)).read_bytes()
    text = content.decode("utf-8-sig")
    assert content.startswith(b"\xef\xbb\xbf")
    assert "\n" not in text.replace("\r\n", "")
    head = text.partition("#}")[0]
    for name, text in explain_variables(kind, Wording(lang)):
        assert re.search(rf"\b{name}\b", head)
        assert text in head


def test_the_docs_explain_every_variable() -> None:
    text = DOCS.read_text(encoding="utf-8")
    words = {key for key in labels() if key.startswith("letter.word.")}
    for key in words:
        assert f"| `{key.removeprefix('letter.word.')}` | {labels()[key]['en']} |" in text, key
