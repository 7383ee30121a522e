"""The words by which the parts of a firm's own hearing sheet are known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from sheet_diag.text.normalize import label_key, tidy_text


class Role(StrEnum):
    """What a column of a firm's sheet holds."""

    NUMBER = "number"
    CATEGORY = "category"
    TOPIC = "topic"
    QUESTION = "question"
    CHOICES = "choices"
    ANSWER = "answer"
    GUIDANCE = "guidance"
    POINTS = "points"
    WEIGHT = "weight"
    UNIT = "unit"
    REMARK = "remark"
    OTHER = "other"


# In the order in which a heading is asked; each is found anywhere in it, except where bound.
_HEADINGS: Final = (
    (Role.OTHER, r"前回|昨年|前年|得点|点数|担当|期限|証跡|日付|確認者|last|previous|score$"),
    (Role.NUMBER, r"^(no|no\.|№|nо|番号|項番|通番|連番|id|q|q\.?no|(設問|質問|項目)(番号|no))$"),
    (Role.REMARK, r"備考|コメント|特記|メモ|理由|自由記|remark|^notes?$|comment"),
    (Role.GUIDANCE, r"補足|例$|説明|解説|ヒント|目安|基準|ポイント|guidance|example|hint"),
    (Role.POINTS, r"配点|^points?$"),
    (Role.WEIGHT, r"重み|重要度|ウ[ェエ]イト|weight"),
    (Role.UNIT, r"^単位$|^units?$"),
    (Role.CHOICES, r"選択肢|^choices$|^options$"),
    (Role.CATEGORY, r"大項目|大分類|分野|カテゴリ|^区分|領域|^章|category|section|area$|domain"),
    (Role.TOPIC, r"[中小]項目|[中小]分類|^項目名?$|テーマ|管理策|topic|^item$|^control"),
    (Role.QUESTION, r"設問|質問|(確認|点検|チェック|診断)(事項|項目|内容)|^内容$|question"),
    (Role.ANSWER, r"回答|評価|判定|状況|チェック|該当|結果$|answer|response|^check|status"),
)  # fmt: skip
_ASIDE_AT_END: Final = re.compile(r"\s*[(\[【][^()\[\]【】]*[)\]】]\s*$")
_QUESTION_END: Final = re.compile(r"(?:か|こと|\?)[。.?!]*$")
_REQUEST_END: Final = re.compile(r"(?:ください|下さい|願います)[。.]*$")
_TOTAL: Final = re.compile(r"(?:合計|小計|総計|総合計|計|平均|得点率?|total|subtotal|sum)[点数:]*")
_NOTE: Final = re.compile(r"[※＊*#]|(?:注|備考|note)\d*[:：)]", re.IGNORECASE)
NUMBER: Final = re.compile(r"(?:no\.?|q\.?|第)?[a-z]{0,4}[-.]?\d{1,4}(?:[-.]\d{1,4}){0,4}[問項]?")
# Numbers as they stand before a text, folded; the text begins behind them.
_LEADING: Final = re.compile(
    r"(?:[(]?(?:第|no\.?)?(q?(?:[a-z]{1,3}[-.])?\d{1,3}(?:[-.]\d{1,3}){0,3})(?:[章節部問編])?[).:、\s]+"
    r"|第?([一二三四五六七八九十]{1,3})(?:[章節部編][\s.:、]*|[.:、]\s*)"
    r"|([ivx]{1,5}|[a-z])[).:、]\s*"
    r"|([ivx]{1,5})\s+)(?=\S)",
    re.IGNORECASE,
)
_CIRCLED: Final = re.compile(r"\s*([①-⑳㉑-㊿❶-❿⑴-⒇⓵-⓾])[.\s:、]*(?=\S)")
_ROMAN: Final = re.compile(r"\s*([Ⅰ-Ⅻⅰ-ⅻ])[.．。:：、\s　]*(?=\S)")
_SIGN: Final = r"([^\s　：:=＝、,，／/;；（）()。・「」【】]{1,4})\s*(?:[：:=＝]|…+|[→⇒])"
_PAIR: Final = re.compile(
    rf"(?<![^\s　、,，／/;；（(【\[。・：:]){_SIGN}\s*"
    r"([^：:=＝→⇒\n…]+?)"
    rf"(?=\s*[\s　、,，／/;；・]\s*{_SIGN.replace('(', '(?:', 1)}|\s*[）)\]】。\n]|\s*$)"
)
_BOX: Final = re.compile(r"[□☐☑■◻]")
_IN_BRACKETS: Final = re.compile(r"[（(【\[]([^（）()【】\[\]]+)[）)】\]]")
_SEPARATORS: Final = re.compile(r"[・／/、,，|｜\s　\n]+")
_SEVERAL: Final = re.compile(
    r"複数(?:回答|選択)可?|(?:すべて|全て)(?:を|に)?(?:選|お選|○)|select all"
)
_TWO_THINGS: Final = re.compile(
    r"かつ(?!て)|[かね][。？?]\s*また|か[。？?].+か[。？?]"
    r"|、(?:また|さらに|加えて)、|\?.+\?"
)
_UNITS: Final = (
    (re.compile(r"人数|員数|何人|何名|headcount|how many (?:people|employees)"), "人", "people"),
    (re.compile(r"台数|何台|how many (?:pcs|computers|devices)"), "台", "units"),
    (re.compile(r"件数|何件|how many (?:cases|incidents)"), "件", "cases"),
    (re.compile(r"拠点数|何拠点"), "拠点", "sites"),
    (re.compile(r"回数|何回|how many times"), "回", "times"),
    (re.compile(r"日数|何日"), "日", "days"),
    (re.compile(r"年数|何年"), "年", "years"),
    (re.compile(r"金額|売上高|資本金|いくら"), "", ""),
    (re.compile(r"数(?:を|は|量)|how many|number of"), "", ""),
)
_WRITE_DOWN: Final = re.compile(
    r"(?:ご?記入|ご?入力|お書き|お聞かせ|お答え|お知らせ|教えて|挙げて)[^。]*(?:ください|下さい|願い)"
    r"|自由記述|please (?:enter|describe|state|give|fill)",
    re.IGNORECASE,
)


def fold(text: str) -> str:
    """Fold width and case, and keep the line breaks."""
    return unicodedata.normalize("NFKC", tidy_text(text)).casefold()


def find_role(heading: str) -> Role | None:
    """Find what a column holds by its heading; None where that says nothing."""
    key = label_key(heading)
    return next((role for role, words in _HEADINGS if key and re.search(words, key)), None)


def is_question(text: str) -> bool:
    """Whether a text ends as questions and criteria do."""
    return _QUESTION_END.search(_ASIDE_AT_END.sub("", fold(text))) is not None


def is_request(text: str) -> bool:
    """Whether a text asks for something to be written."""
    plain = _ASIDE_AT_END.sub("", fold(text))
    return _REQUEST_END.search(plain) is not None or _WRITE_DOWN.search(plain) is not None


def asks_to_write(text: str) -> bool:
    """Whether the answer is to be written rather than chosen."""
    return _WRITE_DOWN.search(fold(text)) is not None


def asks_for_several(text: str) -> bool:
    """Whether more than one choice may be taken."""
    return _SEVERAL.search(fold(text)) is not None


def asks_two_things(text: str) -> bool:
    """Whether a question seems to ask two things at once."""
    return _TWO_THINGS.search(fold(_ASIDE_AT_END.sub("", text))) is not None


def find_unit(text: str, *, japanese: bool) -> str | None:
    """Find the unit of the number that a question asks for; None where it asks for none."""
    plain = fold(text)
    for words, unit, english in _UNITS:
        if words.search(plain):
            return unit if japanese else english
    return None


def is_total(text: str) -> bool:
    """Whether a text heads a row of totals."""
    return _TOTAL.fullmatch("".join(fold(text).split())) is not None


def is_note(text: str) -> bool:
    """Whether a text is a note of the author."""
    return _NOTE.match(text.strip()) is not None


def is_number(text: str) -> bool:
    """Whether a text is the number of a question or a part."""
    plain = "".join(fold(text).split()).strip("().")
    return len(plain) <= 16 and NUMBER.fullmatch(plain) is not None


def fold_number(text: str) -> str:
    """Fold the number of a question: ① is 1, (1) and 1. are 1, as No.1 is."""
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    plain = re.sub(r"^(?:no\.?|№|第)(?=\d)", "", plain, flags=re.IGNORECASE)
    return plain.strip("().．、:：").removesuffix("問").removesuffix("項")


_KANJI: Final = "〇一二三四五六七八九"


def split_number(text: str) -> tuple[str, str]:
    """Split the number off the beginning of a text; empty where there is none."""
    if found := _CIRCLED.match(text) or _ROMAN.match(text):
        return fold_number(found[1]), text[found.end() :].strip()
    folded = unicodedata.normalize("NFKC", text)
    if found := _LEADING.match(folded):
        digits, kanji, *letters = found.groups()
        number = digits or (_read_kanji(kanji) if kanji else next(filter(None, letters)))
        return number, folded_rest(text, found.end())
    return "", text.strip()


def folded_rest(text: str, end: int) -> str:
    """Return what stands behind the first `end` characters of a folded text, unfolded."""
    at = next(
        i for i in range(len(text) + 1) if len(unicodedata.normalize("NFKC", text[:i])) >= end
    )
    return text[at:].strip()


def _read_kanji(text: str) -> str:
    tens, ten, ones = text.rpartition("十")
    value = 10 * (_KANJI.index(tens) if tens else 1) if ten else 0
    return str(value + (_KANJI.index(ones) if ones else 0))


def number_shape(text: str) -> str:
    """Describe how a heading is numbered or marked, to tell levels of headings apart."""
    first = text.strip()[:1]
    if _ROMAN.match(text):
        return "roman"
    if _CIRCLED.match(text):
        return "circled"
    number, rest = split_number(text)
    if number:
        behind = unicodedata.normalize("NFKC", text)[: len(text) - len(rest)]
        kind = "digit" if number.isdigit() else "other"
        return kind + ("(" if "(" in behind else "") + str(number.count("-") + number.count("."))
    return first if first and not first.isalnum() else ""


def parse_legend(text: str) -> list[tuple[str, str]]:
    """Parse a legend such as 「○：実施 △：一部 ×：未実施」; empty where it is none."""
    pairs = [
        (sign.strip(), meaning.strip(" 　、,，／/;；")) for sign, meaning in _PAIR.findall(text)
    ]
    pairs = [(sign, meaning) for sign, meaning in pairs if meaning and _is_sign(sign)]
    return pairs if len({sign for sign, _ in pairs}) == len(pairs) else []


def _is_sign(text: str) -> bool:
    folded = unicodedata.normalize("NFKC", text)
    return len(folded) <= 2 and not re.search("[\u3041-\u30fa\u3400-\u9fff]", folded)


def list_bracketed(text: str) -> Iterator[Sequence[str]]:
    """List the words in brackets of a heading, such as 「回答（はい・いいえ）」."""
    for inner in _IN_BRACKETS.findall(text):
        words = split_choices(inner)
        if len(words) >= 2 and all(len(word) <= 10 for word in words):
            yield words


def split_printed(text: str) -> list[str]:
    """Split choices that are printed in a cell, such as 「はい ・ いいえ」 or 「□有 □無」."""
    parts = _BOX.split(text) if _BOX.search(text) else split_choices(text)
    words = [word.strip(" 　・/／") for word in parts if word.strip(" 　・/／")]
    return words if len(words) > 1 and all(len(word) <= 12 for word in words) else []


def split_choices(text: str) -> list[str]:
    """Split words that stand beside each other; N/A is one."""
    parts = text.split(" / ") if " / " in text else _SEPARATORS.split(text)
    return [word.strip() for word in parts if word.strip()]


def split_words(text: str) -> list[str]:
    """Split the choices in a cell; numbers before them are theirs."""
    lines = [line.strip(" 　・") for line in text.split("\n") if line.strip(" 　・")]
    if len(lines) < 2:
        lines = [
            each for each in re.split(r"[／/、,，|｜]|\s{1,}(?=\S)", text.strip()) if each.strip()
        ]
    return [line.strip() for line in lines]
