"""Catalogues as files: the built-in one, to be copied and broken, and one about something else."""

from __future__ import annotations

import shutil
from pathlib import Path

BUILT_IN = Path(__file__).parents[1] / "sheet_diag/catalog/data/jis-q-27002"
NEWEST = "2026.2"
TOP = f"{NEWEST}.yaml"
FILES = [
    TOP,
    "report.yaml",
    "standards.yaml",
    *sorted(each.relative_to(BUILT_IN).as_posix() for each in (BUILT_IN / NEWEST).rglob("*.yaml")),
]


def copy_of_built_in(folder: Path) -> Path:
    """A copy that a test may change: the file of the newest version in it."""
    return Path(shutil.copytree(BUILT_IN, folder / "catalog")) / TOP


# Other categories, answers, ids, levels and numbers; everything in one file.
KITCHEN = """
id: kitchen
version: v2
title: {ja: 厨房の衛生点検, en: Kitchen hygiene}
purpose: {ja: 衛生の状況をお伺いします。, en: About hygiene.}
standards:
  - id: rules
    name: {ja: 厨房の決まり2026, en: Rules of 2026}
    frame:
      unit: {ja: 決まり, en: rules}
      groups:
        - {id: a, size: 3, covers: ["a*"], name: {ja: 手, en: Hands}}
        - {id: b, size: 2, covers: [b1, b2], name: {ja: 庫内, en: Store}}
      requirements:
        - {id: a1, name: {ja: 手を洗う, en: Wash hands}, items: [hands]}
        - {id: a2, items: [hands, fridge]}
        - {id: b1, items: []}
answer_sets:
  how_often:
    - {id: always, value: 1, label: {ja: いつも, en: Always}, meaning: {ja: 毎回, en: Every time}}
    - {id: mostly, value: 2/3, label: {ja: だいたい, en: Mostly}, meaning: {ja: 大半, en: Most}}
    - {id: never, value: 0, label: {ja: しない, en: Never}, meaning: {ja: 皆無, en: Not once}}
    - {id: pass, role: not_applicable, label: {ja: 対象外, en: Pass}, meaning: {ja: なし, en: No}}
profile:
  - {id: company, kind: text, required: true, label: {ja: 店名, en: Restaurant}}
  - id: seats
    kind: choice
    label: {ja: 席数, en: Seats}
    choices:
      - {id: few, to: 20, label: {ja: 20席まで, en: Up to 20}}
      - {id: many, from: 21, label: {ja: 21席から, en: From 21}}
categories:
  - id: kitchen
    weight: 2
    name: {ja: 調理場, en: Kitchen}
    short: {ja: 調理, en: Kitchen}
    introduction: {ja: 調理場についてです。, en: About the kitchen.}
    example: {ja: 手洗い, en: washing hands}
    items:
      - id: hands
        topic: {ja: 手洗い, en: Hands}
        answer_set: how_often
        weight: 5
        question: {ja: 手を洗いますか。, en: Do you wash your hands?}
        comment: {title: {ja: 手洗い, en: Hands}, text: {ja: 洗ってください。, en: Wash.}}
        note: {kind: advice, text: {ja: 石けんが有効です。, en: Soap helps.}}
  - id: store
    name: {ja: 倉庫, en: Store}
    short: {ja: 倉庫, en: Store}
    introduction: {ja: 倉庫についてです。, en: About the store.}
    example: {ja: 冷蔵庫, en: the fridge}
    items:
      - id: fridge
        topic: {ja: 冷蔵庫, en: Fridge}
        answer_set: how_often
        weight: 1
        na_allowed: true
        na_when: {ja: 冷蔵庫がない, en: There is no fridge}
        hint: {never: {ja: 測っていない。, en: It is not measured.}}
        question: {ja: 温度を測りますか。, en: Do you measure the temperature?}
        comment: {title: {ja: 温度, en: Heat}, text: {ja: 測ってください。, en: Measure.}}
        note: {kind: case, text: {ja: 食中毒の例があります。, en: There are cases.}}
scoring:
  ranks: {A: 90, B: 80, C: 60, D: 40, E: 0}
  gates: {category_answered: 1, total_answered: 1, applicable_categories: 1}
  caps: {}
  review: {na_share_over: 1/2}
  comments: {categories: 1, items: 1}
insurance:
  exposure:
    points: {seats: {many: 1}}
    levels: {all: 0}
    unknown: {field: seats, at_least: all}
    no_profile: all
    assumption: {ja: 一律です。, en: All alike.}
  level:
    all: {A: 1, B: 1, C: 1, D: 1, E: 1, none: 1}
  variant: {item: fridge, answers: {}, otherwise: plain}
report:
  labels:
    report.title: {ja: 衛生診断, en: Hygiene report}
    report.categories.intro: {ja: 分野は次のとおりです。, en: The areas are these.}
    report.comments.intro: {ja: コメントは次のとおりです。, en: The comments are these.}
    report.comments.none: {ja: ありません。, en: There are none.}
    report.closing: {ja: 以上です。, en: That is all.}
  ranks:
    A: &rank {legend: {ja: 説明, en: Legend}, overall: {ja: 総評, en: Overall}}
    B: *rank
    C: *rank
    D: *rank
    E: *rank
  marks:
    - {score: 50, mark: "+", meaning: {ja: 上, en: Up}}
    - {score: 0, mark: "-", meaning: {ja: 下, en: Down}}
  insurance:
    notices: {1: {plain: {ja: ご検討ください。, en: Please consider it.}}}
    exposure: {all: {ja: 一律, en: All}}
"""
