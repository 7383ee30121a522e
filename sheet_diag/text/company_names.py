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
# Letters, marks and signs by their class, that show nothing.
_FILLERS: Final = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
_NOT_SHOWN: Final = ("Cc", "Cf", "Cs")  # control and direction marks, halves of characters
_SELECTOR: Final = "VARIATION SELECTOR"  # of the form of the character before it
_ODD: Final = (*_NOT_SHOWN, "Co")  # and private characters
_LETTERS: Final = ("Lu", "Ll", "Lt", "Lo", "Co")
_DIGITS: Final = ("Nd", "Nl")


def is_company_name(text: str) -> bool:
    """Whether a text names a company, and is no sign, number or reference in its place."""
    text = text.translate(dict.fromkeys(map(ord, _FILLERS)))
    plain = normalize_text(text)
    if plain in _NO_NAMES or label_key(text) in _NO_NAMES or _ELSEWHERE.fullmatch(plain):
        return False
    name, form = split_legal_form(text)
    classes = {unicodedata.category(char) for char in name if char != "〇"}
    is_named = not classes.isdisjoint(_LETTERS) or (
        bool(form.kind) and not classes.isdisjoint(_DIGITS)
    )
    return is_named and not _CROSSES.fullmatch(name)


def find_odd_characters(text: str) -> tuple[str, ...]:
    """Find the characters that are not shown, or that only some machines show, by their codes."""
    odd = (char for char in text if char == "\ufffd" or _is_odd(char, _ODD))
    return tuple(dict.fromkeys(f"U+{ord(char):04X}" for char in odd))


def is_invisible(text: str) -> bool:
    """Whether a text shows nothing: it is blank, or all of its characters are invisible."""
    return all(
        char.isspace() or _is_odd(char, _NOT_SHOWN) or _SELECTOR in unicodedata.name(char, "")
        for char in text
    )


def _is_odd(char: str, classes: tuple[str, ...]) -> bool:
    return char in _FILLERS or (char not in "\t\n\r" and unicodedata.category(char) in classes)
