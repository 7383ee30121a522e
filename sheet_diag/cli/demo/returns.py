"""The folder of the demonstration: blank sheets, and what its clients send back.

It is made anew unless somebody works in it. The returns are made as clients make them: in two
languages, with ticks and circles instead of the listed words, in a subfolder, one half finished,
and one file that is something else.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sheet_diag.cli.arguments import SETTINGS_FILE
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, Item, ProfileField
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.theme import BODY

CLIENT_LIST: Final = "clients.xlsx"
_MARK_FILE: Final = ".sheet-diag-demo"
STRAY_FILE: Final = "御見積書_見本印刷.xlsx"  # what somebody has sent by mistake
ISSUER: Final = Issuer(
    name="見本リスクコンサルティング株式会社",
    department="情報セキュリティ診断室",
    address="東京都千代田区見本町1-2-3 見本ビル5階",
    phone="03-0000-0000",
    email="shindan@example.co.jp",
    contact="診断窓口",
    deadline=date(2026, 12, 25),
    author="山田太郎",
    reviewer="佐藤花子",
    english=Issuer(
        name="Sample Risk Consulting K.K.",
        department="Information Security Assessment",
        address="5F Mihon Building, 1-2-3 Mihon-cho, Chiyoda-ku, Tokyo",
        phone="+81 3 0000 0000",
        email="shindan@example.co.jp",
        contact="Assessment desk",
        deadline=date(2026, 12, 25),
        author="Taro Yamada",
        reviewer="Hanako Sato",
    ),
)

_ISSUER_KEYS: Final = (
    "name", "department", "address", "phone", "email", "contact", "author", "reviewer",
)  # fmt: skip

# Shares of yes, partial, no, unknown by how far a company has come; `critical` never misses.
_MATURITY: Final = {
    "excellent": (0.94, 0.06, 0.0, 0.0),
    "good": (0.62, 0.25, 0.10, 0.03),
    "fair": (0.46, 0.30, 0.19, 0.05),
    "poor": (0.24, 0.28, 0.38, 0.10),
    "none": (0.07, 0.14, 0.57, 0.22),
}
_CAREFUL: Final = ("excellent", "good")
# The answers of the reference report, a letter an item: yes, partial, no, a = not applicable.
_REFERENCE: Final = {
    "POL": "yyyyppyyy",
    "HUM": "yppyypayy",
    "AST": "pyyyyyynp",
    "COM": "yypnyyypp",
    "PHY": "npyypyypy",
    "CRI": "yyyyyppyn",
}
_REMARKS: Final = {
    Lang.JA: (
        "現在、担当部署で見直しを進めています。",
        "本社のみ実施。支店は来期に対応予定です。",
        "取引先の要請を受けて整備しました。",
    ),
    Lang.EN: (
        "Under review by the department in charge.",
        "Head office only; branches next year.",
        "Set up at a customer's request.",
    ),
}
_ANSWER_HABITS: Final[Mapping[str, Mapping[str, str]]] = {
    "list": {},
    "marks": {"y": "○", "p": "△", "n": "×"},
    "words": {"y": "済", "p": "一部実施", "n": "未実施", "u": "不明"},
    "wide": {"y": "ＹＥＳ", "n": "ＮＯ"},
}


@dataclass(frozen=True, slots=True)
class DemoClient:
    """An invented client.

    `industry` and `employees` are as in the drop-down, or as typed; `folder` is that of its
    return below the input folder.
    """

    name: str
    industry: str
    employees: str
    maturity: str = "good"
    records: str = "upto_1000"
    lang: Lang = Lang.JA
    way: str = "list"
    folder: str = ""
    complete: bool = True

    @property
    def file(self) -> str:
        """Its return, below the input folder."""
        title = "ヒアリングシート" if self.lang is Lang.JA else "Hearing sheet"
        return f"{self.folder}/{title}_{self.name}.xlsx".lstrip("/")


DEMO_CLIENTS: Final = (
    DemoClient("株式会社見本商事", "I", "upto_100", "reference", "over_1000"),
    DemoClient("見本電機工業株式会社", "E", "upto_300", "excellent", "over_1000"),
    DemoClient("株式会社サンプルシステムズ", "G", "upto_100", "excellent", "over_10000"),
    DemoClient("例示信用金庫サービス株式会社", "J", "upto_300", "excellent", "over_100000"),
    DemoClient("見本ロジスティクス株式会社", "H", "upto_300", "good", "over_1000", way="marks"),
    DemoClient("医療法人見本会", "P", "upto_100", "good", "over_10000"),
    DemoClient("株式会社例示ソフト開発", "G", "upto_50", "good", "over_1000", folder="追加分"),
    DemoClient("サンプル建設株式会社", "D", "upto_100", "good", way="words"),
    DemoClient("見本食品工業株式会社", "E", "upto_300", "good", "over_1000"),
    DemoClient("株式会社例示出版", "G", "upto_20", "good", "over_10000", way="wide"),
    DemoClient("サンプル不動産株式会社", "K", "upto_20", "fair", "over_1000"),
    DemoClient("見本鉄工株式会社", "E", "upto_50", "fair", way="marks"),
    DemoClient("株式会社例示ツアーズ", "N", "upto_20", "fair", "over_10000"),
    DemoClient("サンプル薬局株式会社", "I", "upto_50", "fair", "over_10000", folder="追加分"),
    DemoClient("学校法人見本学園", "O", "upto_100", "fair", "over_10000"),
    DemoClient("例示設計事務所", "L", "upto_20", "fair"),
    DemoClient("有限会社見本水産", "B", "upto_5", "poor"),
    DemoClient("株式会社サンプル旅館", "M", "upto_50", "poor", "over_1000", way="words"),
    DemoClient("例示印刷株式会社", "E", "18名", "poor", "over_1000"),
    DemoClient("見本運送有限会社", "H", "upto_20", "none"),
    DemoClient("サンプル介護サービス株式会社", "P", "upto_50", "none", "over_1000"),
    DemoClient("Sample Trading K.K.", "I", "upto_50", "good", "over_1000", Lang.EN),
    DemoClient("Example Robotics Japan Ltd.", "E", "upto_100", "fair", "upto_1000", Lang.EN),
    DemoClient("株式会社見本デザイン", "L", "upto_20", "good", complete=False),
)  # fmt: skip


def write_demo_sheets(folder: Path, catalog: Catalog) -> Path:
    """Write the blank sheets and `input/`; returns the path of the Japanese blank sheet."""
    returns = folder / "input"
    returns.mkdir(parents=True, exist_ok=True)
    mark_demo_folder(folder)
    sheet = folder / "hearing_sheet.xlsx"
    sheet.write_bytes(make_hearing_sheet(catalog, Lang.JA, ISSUER))
    (folder / "hearing_sheet_en.xlsx").write_bytes(make_hearing_sheet(catalog, Lang.EN, ISSUER))
    for client in DEMO_CLIENTS:
        path = returns / client.file
        path.parent.mkdir(exist_ok=True)
        entries = _build_entries(catalog, client)
        path.write_bytes(make_hearing_sheet(catalog, client.lang, ISSUER, entries))
    (returns / STRAY_FILE).write_bytes(_write_stray_workbook())
    return sheet


def build_settings_text(say: Wording) -> str:
    """Write sheet-diag.toml as a firm would, without a mail server."""
    lines = [
        f"# {say('cli.demo.settings')}",
        f'language = "{say.lang.value}"',
        f"deadline = {ISSUER.deadline}",
    ]
    for table, issuer in (("issuer", ISSUER), ("issuer.en", ISSUER.in_lang(Lang.EN))):
        # A text of JSON is one of TOML, too.
        texts = {key: json.dumps(getattr(issuer, key), ensure_ascii=False) for key in _ISSUER_KEYS}
        lines += ["", f"[{table}]", *(f"{key} = {text}" for key, text in texts.items())]
    return "\n".join(lines) + "\n"


def _build_entries(catalog: Catalog, client: DemoClient) -> Entries:
    chance = random.Random(f"{client.name}/{catalog.id}")
    answers, remarks = {}, {}
    for position, category in enumerate(catalog.categories):
        if not client.complete and position > len(catalog.categories) // 2:
            break
        for place, item in enumerate(category.items):
            letter = _draw_answer(client, category.id, place, item, chance)
            answers[item.id] = _type_answer(catalog, item, letter, client)
            if letter == "p" and chance.random() < 0.12:
                remarks[item.id] = chance.choice(_REMARKS[client.lang])
    return Entries(build_profile(catalog, client), answers, remarks)


def _draw_answer(
    client: DemoClient, category: str, place: int, item: Item, chance: random.Random
) -> str:
    """Draw the answer that the client means: y, p, n, u or a."""
    if client.maturity == "reference" and place < len(_REFERENCE.get(category, "")):
        return _REFERENCE[category][place]
    maturity = "good" if client.maturity == "reference" else client.maturity
    if item.na_allowed and chance.random() < 0.12:
        return "a"
    if item.critical and maturity in _CAREFUL:
        return "y"
    return chance.choices("ypnu", _MATURITY[maturity])[0]


def _type_answer(catalog: Catalog, item: Item, letter: str, client: DemoClient) -> str:
    """Write the answer as this client does; the drop-down's word where it has no habit."""
    choices = list(catalog.choices_of(item).values())
    choice = next((c for c in choices if _answer_letter(c) == letter), choices[0])
    return _ANSWER_HABITS[client.way].get(letter, choice.label[client.lang])


def _answer_letter(choice: Choice) -> str:
    if choice.role is ChoiceRole.NOT_APPLICABLE:
        return "a"
    if choice.role is ChoiceRole.UNKNOWN:
        return "u"
    return {0: "n", 1: "y"}.get(int(choice.value or 0), "p") if choice.value in (0, 1) else "p"


def build_profile(catalog: Catalog, client: DemoClient) -> dict[str, str]:
    """Build what the client enters on the company sheet."""
    wanted: dict[str, str | tuple[str, ...]] = {
        "company": client.name,
        "department": "総務部" if client.lang is Lang.JA else "General Affairs",
        "phone": f"03-0000-{DEMO_CLIENTS.index(client) + 1:04}",
        "industry": client.industry,
        "employees": client.employees,
        "personal_records": client.records,
        "entrusted_data": "yes" if client.industry in "GIJ" else "no",
        # By version of the company sheet: with the card numbers in one field, or apart.
        "sensitive_data": ("yes", "clients") if client.industry in "JP" else ("no", "staff_only"),
        "card_data": "outsourced" if client.industry in "IM" else "none",
        "it_dependence": "half_or_more" if client.industry in "GJ" else "under_half",
        "sites": "1" if client.employees in ("upto_5", "upto_20") else "3",
        "date": "2026/11/16",
    }
    return {
        field.id: _label(field, wanted[field.id], client.lang)
        for field in catalog.profile
        if field.id in wanted
    }


def _label(field: ProfileField, value: str | tuple[str, ...], lang: Lang) -> str:
    """Write a value as the field takes it: of several choices the one that it has."""
    values = (value,) if isinstance(value, str) else value
    known = [field.by_id[each] for each in values if each in field.by_id]
    return known[0].label[lang] if known else values[0]


def _write_stray_workbook() -> bytes:
    """Write an ordinary workbook that a client sent by mistake."""
    book = Book(title="御見積書", author="", created=date(2026, 11, 2))
    page = book.page("見積書")
    for row, (label, amount) in enumerate(
        (("印刷費", 120000), ("用紙代", 38000), ("合計", 158000))
    ):
        page.text(row, 0, label, BODY)
        page.number(row, 1, amount, BODY)
    return book.bytes()


def is_free_for_demo(folder: Path) -> bool:
    """Whether the demonstration may be written into the folder.

    It is new, empty, or made by an earlier demonstration whose client list and settings nobody
    has changed: no campaign of the user is lost.
    """
    if not folder.is_dir():
        return not folder.exists()
    path = folder / _MARK_FILE
    if path.exists():
        return path.read_text(encoding="utf-8") == _digest(folder)
    return not any(folder.iterdir())


def mark_demo_folder(folder: Path) -> None:
    """Note that the demonstration made the folder as it is now. Raises `OSError`."""
    (folder / _MARK_FILE).write_text(_digest(folder), encoding="utf-8")


def _digest(folder: Path) -> str:
    """Compute the SHA-256 of what people would change; empty where nothing is there."""
    paths = [path for name in (CLIENT_LIST, SETTINGS_FILE) if (path := folder / name).is_file()]
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest() if content else ""
