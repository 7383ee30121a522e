"""Tell what stands in place of a company name, and characters that nobody can read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from sheet_diag.text.normalize import label_key, normalize_text, split_legal_form

_WORDS: Final = """
    同上 同左 同前 同じ 同様 同社 上記 前記 〃 々 別紙 別添 別表 添付 参照
    弊社 当社 自社 小社 我社 我が社 わが社 貴社 御社 本社 本店 会社
    会社名 社名 貴社名 御社名 法人名 企業名 団体名 商号 名称 正式名称
    なし 無し 無 ナシ 特になし 特に無し 該当なし 不明 未定 未記入 未入力 未回答 無記入 記入なし
    空欄 空白 省略 略 匿名 非公開 要確認 確認中 記入済み 記入済 様 御中
    n/a n.a na none nil null unknown tbd tbc ditto same company
"""
_PHRASES: Final = (
    "same as above", "as above", "see above", "see attached", "see attachment", "not applicable",
    "our company", "my company", "company name", "not given", "left blank",
)  # fmt: skip
_NO_NAMES: Final = frozenset(map(normalize_text, (*_WORDS.split(), *_PHRASES)))
# 別紙1をご参照ください, 封筒に記載のとおり, 前回と同じ
_ELSEWHERE: Final = re.compile(
    r".{1,15}(参照|参考|[のに]?記載|(の|記載の?)(通り|とおり)|[とに]同じ|と同様|[をに](ご|御)?覧)"
    r"(のこと|の通り|のとおり|して)?(ください|下さい|願います|お願いします|です)?"
)
_CROSSES: Final = re.compile("x{2,}")
_FILLERS: Final = "\u115f\u1160\u3164\uffa0〇"  # letters by their class, that show nothing
_LETTERS: Final = ("Lu", "Ll", "Lt", "Lo", "Co")
_DIGITS: Final = ("Nd", "Nl")
# Private characters, control and direction marks, halves of characters, and what is not to be seen.
_ODD: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2069\u2800\u3164\ud800-\udfff\ue000-\uf8ff\ufeff\uffa0\ufffd"
    "\U000f0000-\U0010ffff]"
)


def is_company_name(text: str) -> bool:
    """Whether a text names a company, and is no sign, number or reference in its place."""
    plain = normalize_text(text)
    if plain in _NO_NAMES or label_key(text) in _NO_NAMES or _ELSEWHERE.fullmatch(plain):
        return False
    name, form = split_legal_form(text)
    classes = {unicodedata.category(char) for char in name if char not in _FILLERS}
    is_named = not classes.isdisjoint(_LETTERS) or (
        bool(form.kind) and not classes.isdisjoint(_DIGITS)
    )
    return is_named and not _CROSSES.fullmatch(name)


def find_odd_characters(text: str) -> tuple[str, ...]:
    """Find the characters that are not shown, or that only some machines show, by their codes."""
    return tuple(dict.fromkeys(f"U+{ord(char):04X}" for char in _ODD.findall(text)))
