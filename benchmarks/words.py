"""Words that invented clients are made of: names of companies, trades, remarks, people."""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Lang

FIRST: Final = tuple("青赤白金銀朝夕春秋冬東西南北中上下大小高長広深清新若明光松竹")
SECOND: Final = tuple("葉川山田原野木林森谷岡崎沢浜島浦池橋宮里村町坂岩石泉滝峰塚畑")
MARKS: Final = ("見本", "例示", "サンプル")
FIRST_EN: Final = (
    "North South East West Upper Lower Great Little High Long Broad Deep Clear New Young Bright "
    "Silver Golden White Red Blue Green Spring Summer Autumn Winter Morning Evening Pine Bamboo"
).split()
SECOND_EN: Final = (
    "leaf river mount field plain moor tree wood forest vale hill cape marsh beach isle bay pond "
    "bridge shrine village town slope rock stone well fall peak mound garden ford"
).split()
MARKS_EN: Final = ("Sample", "Example", "Specimen")

# What a company does, and its industry by the letter of the catalogue's list.
TRADES: Final = (
    ("農園", "Farms", "A"), ("水産", "Fisheries", "B"), ("建設", "Construction", "D"),
    ("工務店", "Builders", "D"), ("設備工業", "Fittings", "D"), ("電機", "Electric", "E"),
    ("精密工業", "Precision", "E"), ("食品", "Foods", "E"), ("化学工業", "Chemicals", "E"),
    ("印刷", "Printing", "E"), ("鉄工所", "Ironworks", "E"), ("繊維", "Textiles", "E"),
    ("製薬", "Pharma", "E"), ("ガス", "Gas", "F"), ("システムズ", "Systems", "G"),
    ("ソフトウェア", "Software", "G"), ("通信", "Telecom", "G"), ("出版", "Publishing", "G"),
    ("運輸", "Transport", "H"), ("物流", "Logistics", "H"), ("倉庫", "Warehousing", "H"),
    ("商事", "Trading", "I"), ("商店", "Stores", "I"), ("薬局", "Pharmacy", "I"),
    ("百貨店", "Department Store", "I"), ("信用保証", "Credit", "J"), ("保険代理", "Insurance", "J"),
    ("不動産", "Real Estate", "K"), ("リース", "Leasing", "K"), ("設計", "Design", "L"),
    ("法務事務所", "Law Office", "L"), ("会計", "Accounting", "L"), ("旅館", "Inn", "M"),
    ("フードサービス", "Catering", "M"), ("ツアーズ", "Tours", "N"), ("学院", "Academy", "O"),
    ("医療会", "Medical", "P"), ("介護サービス", "Care", "P"), ("警備保障", "Security", "R"),
    ("人材サービス", "Staffing", "R"),
)  # fmt: skip
FORMS: Final = ("株式会社{}", "{}株式会社", "{}株式会社", "{}有限会社", "合同会社{}")
FORM_EN: Final = "{} Co., Ltd."
WHO: Final = {
    Lang.JA: ("総務部で", "情報システム担当が", "本社では", "支店では", "委託先と協議し、", "役員会で",
              "各部門の責任者が", "親会社の規程に沿って", "拠点ごとに", "外部の専門家の助言を受け、"),
    Lang.EN: ("General Affairs", "The IT team", "Head office", "Each branch", "Our contractor",
              "The board", "Every department head", "The parent company", "A consultant"),
}  # fmt: skip
WHAT: Final = {
    Lang.JA: ("台帳を整備しています", "手順書を見直しています", "教育を年1回行っています",
              "一部の部署だけ実施しています", "予算を確保しました", "口頭で周知しています",
              "点検の記録を残しています", "まだ着手できていません", "運用は始めましたが記録がありません",
              "クラウドサービスへの移行にあわせて対応します", "取引先の監査で指摘を受けました"),
    Lang.EN: ("keeps a register of it", "is reviewing the procedure", "trains staff once a year",
              "does so in some departments only", "has secured a budget", "has told staff by word",
              "keeps records of the checks", "has not begun yet", "was audited by a customer"),
}  # fmt: skip
WHEN: Final = {
    Lang.JA: ("", "。来期に全社へ広げる予定です", "。2026年10月から", "。詳細は別途ご説明します",
              "。対象はサーバー約20台 & PC 150台です", "。\n改訂は年度末の予定です",
              "（関連規程：ISMS-03 <第4版>）"),
    Lang.EN: ("", "; company-wide next year", " since October 2026", "; details on request",
              " (20 servers & 150 PCs)", ".\nRevision is due in March"),
}  # fmt: skip
DEPARTMENTS: Final = {
    Lang.JA: ("総務部", "情報システム部", "経営企画室", "管理本部", "リスク管理課"),
    Lang.EN: ("General Affairs", "IT", "Corporate Planning", "Risk Management"),
}
PEOPLE: Final = {
    Lang.JA: ("見本 太郎", "例示 花子", "佐見 一郎", "田例 良子", "本見 次郎"),
    Lang.EN: ("Alex Sample", "Kim Example", "Robin Specimen"),
}
