"""The client list of the demonstration, as the firm keeps it: whom it writes to, and by when.

Days are counted from the day of the diagnosis, so that on every day somebody is late and somebody
is not. Addresses are at domains that nobody can have (RFC 2606, and those that JPRS keeps).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sheet_diag.cli.demo.returns import DEMO_CLIENTS, DemoClient
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ListedClient

# Days before the day of the diagnosis; seven of them are the same day of the week.
REQUESTED_DAYS_AGO: Final = 28
DUE_DAYS_AGO: Final = 10
REMINDED_DAYS_AGO: Final = 7
UNKNOWN_FILE_DAYS_AGO: Final = 2  # when the file that is no return came

_GROUPS: Final[Mapping[str, Mapping[Lang, str]]] = {
    "tokyo": {Lang.JA: "東京支店", Lang.EN: "Tokyo"},
    "osaka": {Lang.JA: "大阪支店", Lang.EN: "Osaka"},
    "nagoya": {Lang.JA: "名古屋支店", Lang.EN: "Nagoya"},
}
_NOTES: Final[Mapping[str, Mapping[Lang, str]]] = {
    "": {Lang.JA: "", Lang.EN: ""},
    "two": {Lang.JA: "部署のアドレスにも送付", Lang.EN: "Also to the department's address"},
    "moved": {Lang.JA: "期限延長のご希望あり（了承済み）", Lang.EN: "Asked for more time (agreed)"},
    "closing": {Lang.JA: "決算期のため期限を延長", Lang.EN: "Closing its books: more time"},
    "new": {Lang.JA: "新規のご契約。依頼はこれから", Lang.EN: "New contract; not written to yet"},
}


@dataclass(frozen=True, slots=True)
class DemoListEntry:
    """A client of the list, the file of its return below the input folder, the day on which it came
    (None: it has not), and whether the client has been written to."""

    client: ListedClient
    file: str
    came: date | None
    asked: bool

    def is_late(self, day: date) -> bool:
        """Tell whether its time was over on a day, and nothing had come."""
        due = self.client.due
        is_over = due is not None and due < day
        return self.asked and is_over and (self.came is None or self.came > day)


@dataclass(frozen=True, slots=True)
class _DemoRow:
    """A line of the list. `came` is how many days ago the return came (None: it has not), `due` in
    how many days the time is over (negative: it has been for so long), `contacted` how many days
    ago somebody talked with the client about its result (None: nobody did)."""

    company: str
    contact: str
    title: str
    mail: str
    group: str
    came: int | None
    due: int = -DUE_DAYS_AGO
    note: str = ""
    asked: bool = True
    contacted: int | None = None


_ROWS: Final = (
    _DemoRow("株式会社見本商事", "佐々木 健一", "総務部長",
          "sasaki@m-shoji.example.co.jp", "tokyo", 20),
    _DemoRow("見本電機工業株式会社", "高橋 由美子", "品質課長",
          "takahashi@denki.example.co.jp", "osaka", 19),
    _DemoRow("株式会社サンプルシステムズ", "伊藤 翔", "取締役",
          "ito@s-systems.example.co.jp", "tokyo", 21),
    _DemoRow("例示信用金庫サービス株式会社", "渡辺 誠", "管理部長",
          "watanabe@r-shinkin.example.co.jp risk@r-shinkin.example.co.jp", "nagoya", 16,
          note="two"),
    _DemoRow("見本ロジスティクス株式会社", "中村 大輔", "総務課長",
          "nakamura@m-logi.example.co.jp", "osaka", 15),
    _DemoRow("医療法人見本会", "小林 恵", "事務長",
          "kobayashi@m-kai.example.or.jp", "tokyo", 14),
    _DemoRow("株式会社例示ソフト開発", "加藤 直樹", "代表取締役",
          "kato@r-soft.example.co.jp", "nagoya", 9),
    _DemoRow("サンプル建設株式会社", "吉田 隆", "管理部長",
          "yoshida@kensetsu.example.co.jp", "tokyo", 13),
    _DemoRow("見本食品工業株式会社", "山本 美穂", "総務部長",
          "yamamoto@foods.example.co.jp", "osaka", 18),
    _DemoRow("株式会社例示出版", "松本 彩", "総務課長",
          "matsumoto@books.example.co.jp", "tokyo", 17),
    _DemoRow("サンプル不動産株式会社", "井上 剛", "取締役",
          "inoue@s-fudosan.example.co.jp", "osaka", 12),
    _DemoRow("見本鉄工株式会社", "木村 修", "工場長",
          "kimura@m-tekko.example.co.jp", "nagoya", 11),
    _DemoRow("株式会社例示ツアーズ", "林 さくら", "業務課長",
          "hayashi@r-tours.example.co.jp", "tokyo", 13),
    _DemoRow("サンプル薬局株式会社", "清水 愛", "薬局統括",
          "shimizu@yakkyoku.example.co.jp", "osaka", 8),
    _DemoRow("学校法人見本学園", "原 智子", "事務局次長",
          "hara@gakuen.example.ac.jp", "tokyo", 12),
    _DemoRow("例示設計事務所", "森 達也", "所長",
          "mori@r-sekkei.example.jp", "nagoya", 14),
    _DemoRow("有限会社見本水産", "", "",
          "info@m-suisan.example.jp", "osaka", 5),
    _DemoRow("株式会社サンプル旅館", "橋本 千夏", "支配人",
          "hashimoto@s-ryokan.example.jp", "nagoya", 11),
    _DemoRow("例示印刷株式会社", "阿部 浩二", "",
          "abe@r-insatsu.example.co.jp", "tokyo", 16, contacted=4),
    _DemoRow("見本運送有限会社", "石川 茂", "代表取締役",
          "ishikawa@m-unso.example.jp", "osaka", 3),
    _DemoRow("サンプル介護サービス株式会社", "前田 久美", "施設長",
          "maeda@s-kaigo.example.co.jp", "nagoya", 10),
    _DemoRow("Sample Trading K.K.", "Emily Carter", "Manager",
          "emily@trading.example.com", "tokyo", 15),
    _DemoRow("Example Robotics Japan Ltd.", "Daniel Weber", "IT Manager",
          "daniel@robotics.example.com", "osaka", 12),
    _DemoRow("株式会社見本デザイン", "藤田 涼", "制作部長",
          "fujita@m-design.example.jp", "tokyo", 2, 4, "moved"),
    _DemoRow("見本化学工業株式会社", "岡田 正樹", "総務部長",
          "okada@m-kagaku.example.co.jp", "osaka", None),
    _DemoRow("株式会社例示フーズ", "長谷川 恵美", "管理課長",
          "hasegawa@r-foods.example.co.jp", "nagoya", None, 11, "closing"),
    _DemoRow("サンプル保険代理店株式会社", "村上 健太", "代表取締役",
          "murakami@s-hoken.example.jp", "tokyo", None, 21, "new", asked=False),
)  # fmt: skip

# What the list tells of those whose return has not come, as it does of the others.
_NOT_RETURNED: Final = (
    DemoClient("見本化学工業株式会社", "E", "upto_300"),
    DemoClient("株式会社例示フーズ", "M", "upto_50"),
    DemoClient("サンプル保険代理店株式会社", "J", "upto_20"),
)
# The list has a choice where a client has typed how many they are.
_EMPLOYEE_CHOICES: Final = {"18名": "upto_20"}


def demo_clients(as_of: date, lang: Lang) -> tuple[DemoListEntry, ...]:
    """Return the clients in the order of the list, groups and notes in the language of the firm."""
    known = {client.name: client for client in (*DEMO_CLIENTS, *_NOT_RETURNED)}
    return tuple(
        _make_client(line, known[line.company], f"C-{number:03}", as_of, lang)
        for number, line in enumerate(_ROWS, 1)
    )


def _make_client(
    line: _DemoRow, known: DemoClient, id_: str, as_of: date, lang: Lang
) -> DemoListEntry:
    client = ListedClient(
        id=id_,
        company=line.company,
        lang=known.lang,
        addresses=tuple(line.mail.split()),
        contact=line.contact,
        title=line.title,
        industry=known.industry,
        employees=_EMPLOYEE_CHOICES.get(known.employees, known.employees),
        due=as_of + timedelta(days=line.due),
        group=_GROUPS[line.group][lang],
        contacted=None if line.contacted is None else as_of - timedelta(days=line.contacted),
        note=_NOTES[line.note][lang],
    )
    came = None if line.came is None else as_of - timedelta(days=line.came)
    return DemoListEntry(client, known.file, came, line.asked)
