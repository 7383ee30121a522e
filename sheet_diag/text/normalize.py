"""Normalise typed words for comparison: one spelling for all that look alike to a person.

Normalising is lossy (① becomes 1, ㈱ becomes (株)), so the raw value is always kept beside it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache, wraps
from typing import Final, NamedTuple

# Zero-width characters, BOM, bidi marks, variation selectors: seen in pasted answers, not meant.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\u00ad]")
# A carriage return as a workbook's XML spells it; a reader may leave it so.
_RETURN: Final = "_x000D_"
_EDGES = " 　'\"“”。．.、,・:;"
# NFKC leaves these beside the characters that people type for them.
_ALIKE = (("‘", "'"), ("’", "'"), ("〜", "~"))
_PAIRS = ("()", "[]", "「」", "『』", "【】")
# What people add to a heading, a label or a number: asides in brackets, marks, a polite prefix.
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕|<[^<>]*>")
_SIGNS = re.compile(r"[※*★☆●■◆◇◎・#†:_\s]")
_POLITE = ("ご", "御", "お")

# Legal forms. The short ones of one character stand after a name for a place or a person too.
_FORMS = """
    株式会社 有限会社 合同会社 合資会社 合名会社 相互会社 特例有限会社 (株) (有) (同)
    株式會社 有限會社 合資會社 合名會社 相互會社
    一般社団法人 一般財団法人 公益社団法人 公益財団法人 社団法人 財団法人
    (一社) (一財) (公社) (公財) 医療法人社団 医療法人財団 医療法人 社会医療法人
    学校法人 社会福祉法人 宗教法人 特定非営利活動法人 npo法人 (npo法人) (特非)
    国立大学法人 公立大学法人 独立行政法人 地方独立行政法人 (独)
"""
_FORMS_BEFORE = "(資) (名) (相) (社) (財) (医) (学) (福) (宗)"
_FORMS_AFTER = r"""
    inc incorporated corp corporation co company ltd limited pte pty plc gmbh
    l\.?l\.?c l\.?l\.?p k\.?\s?k g\.?\s?k y\.?\s?k
"""


def _any_of(forms: str) -> str:
    return "|".join(re.escape(form) for form in sorted(forms.split(), key=len, reverse=True))


# What short forms stand for.
_FULL_FORMS: Final = {
    "(株)": "株式会社", "(有)": "有限会社", "(同)": "合同会社", "(資)": "合資会社",
    "(名)": "合名会社", "(相)": "相互会社", "(社)": "社団法人", "(財)": "財団法人",
    "(一社)": "一般社団法人", "(一財)": "一般財団法人", "(公社)": "公益社団法人",
    "(公財)": "公益財団法人", "(医)": "医療法人", "(学)": "学校法人", "(福)": "社会福祉法人",
    "(宗)": "宗教法人", "(独)": "独立行政法人", "(特非)": "特定非営利活動法人",
    "npo法人": "特定非営利活動法人", "(npo法人)": "特定非営利活動法人",
    "kk": "株式会社", "gk": "合同会社", "yk": "有限会社",
}  # fmt: skip
_DOTS = re.compile(r"[.\s]")
_BEFORE = re.compile(rf"(?:{_any_of(_FORMS + _FORMS_BEFORE)}|[kgy]\.?k(?![a-z0-9&'-]))")
_AFTER = re.compile(rf"(?:{_any_of(_FORMS)}|(?<![a-z0-9&'-])(?:{'|'.join(_FORMS_AFTER.split())}))$")
_LONGEST_NAME: Final = 255
_MOST_FORMS: Final = 4  # in one name: 株式会社, then Co., Ltd.
_HONORIFICS: Final = ("様", "さま", "殿", "御中")
# Addresses whose domain, or the domain above it, says nothing about the firm.
_PUBLIC_MAIL: Final = """
    gmail.com googlemail.com yahoo.co.jp yahoo.com yahoo.ne.jp ymail.ne.jp outlook.com outlook.jp
    hotmail.com hotmail.co.jp live.jp live.com msn.com icloud.com me.com mac.com aol.com
    proton.me protonmail.com gmx.com mail.com
    docomo.ne.jp ezweb.ne.jp au.com softbank.ne.jp i.softbank.jp vodafone.ne.jp ymobile.ne.jp
    rakuten.jp uqmobile.jp excite.co.jp
    ocn.ne.jp nifty.com biglobe.ne.jp so-net.ne.jp plala.or.jp dion.ne.jp odn.ne.jp
    asahi-net.or.jp dti.ne.jp eonet.ne.jp zaq.ne.jp hi-ho.ne.jp
"""
_PUBLIC_DOMAINS: Final = tuple(f".{domain}" for domain in _PUBLIC_MAIL.split())
_LONGEST_DOMAIN: Final = 253  # RFC 1035
_DOMAIN: Final = re.compile(r"@([^\s@<>,;]+\.[^\s@<>,;]+)")
_JOINTS = re.compile(r"[\s・·‧•‐‑‒–—―−-]")  # not ー, a sound
_DASHES = re.compile("[‐‑‒–—―−ー－]")
_SPACES = re.compile(r"\s")
# Between letters and digits a dash may be missing, before a digit zeros.
_DASH_OR_ZEROS = re.compile(r"(?<=[^\W\d])-(?=\d)|(?<!\d)0+(?=\d)")


# Every return holds the same words, up to whole questions, and looking one up takes a tenth of the
# time of normalising it again. Long texts are not kept, to save memory.
_LONGEST_KEPT: Final = 256
_MOST_KEPT: Final = 4096


def cache_short_texts(change: Callable[[str], str]) -> Callable[[str], str]:
    """Cache what a function makes of short texts."""
    looked_up = lru_cache(maxsize=_MOST_KEPT)(change)

    @wraps(change)
    def changed(text: str) -> str:
        return looked_up(text) if len(text) <= _LONGEST_KEPT else change(text)

    return changed


@cache_short_texts
def normalize_text(text: str) -> str:
    """Normalise width, case, white space, invisible characters and punctuation at the edges."""
    plain = " ".join(_normalize_width(text).replace(_RETURN, "\r").split()).strip(_EDGES)
    while len(plain) > 1 and plain[0] + plain[-1] in _PAIRS:
        plain = plain[1:-1].strip(_EDGES)
    return plain.casefold()


@cache_short_texts
def fold_text(text: str) -> str:
    """Normalise width, case, invisible characters; without any white space."""
    return "".join(_normalize_width(text).split()).casefold()


@cache_short_texts
def label_key(text: str) -> str:
    """Spell a heading or a label for comparison, without what people add to it."""
    plain = normalize_text(text)
    bare = _SIGNS.sub("", _ASIDE.sub("", plain)) or _SIGNS.sub("", plain)
    if bare.startswith(_POLITE) and len(bare) > 1:
        bare = bare[1:]
    return bare.removesuffix("欄") or bare


@cache_short_texts
def item_key(text: str) -> str:
    """Spell an item id for comparison, without width, case, white space and kinds of dash."""
    return _SPACES.sub("", _DASHES.sub("-", normalize_text(text)))


def loose_item_key(text: str) -> str:
    """Spell an item id also without marks, asides in brackets, leading zeros and first dash."""
    return _DASH_OR_ZEROS.sub("", _DASH_OR_ZEROS.sub("", _DASHES.sub("-", label_key(text))))


def _normalize_width(text: str) -> str:
    """Make characters of one width, and drop invisible ones."""
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    for typed, meant in _ALIKE:
        wide = wide.replace(typed, meant)
    return wide


@cache_short_texts
def tidy_text(text: str) -> str:
    """Clean free text without changing what it says: line ends, invisible and edge white space."""
    text = _INVISIBLE.sub("", text).replace(_RETURN, "\r")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip(" \t\n\u3000\u00a0")


def strip_honorific(name: str, honorifics: Iterable[str] = _HONORIFICS) -> str:
    """Remove the honorific that a name ends with, which our texts add themselves."""
    found = next((each for each in honorifics if name.endswith(each)), "")
    return name.removesuffix(found).rstrip() if found else name


def company_key(name: str) -> str:
    """The key of a company name for matching, never for print: without its legal forms.

    Spaces, middle dots and hyphens do not count. Variants of a character (髙 高) stay apart: they
    are different names. A name that is nothing but a legal form is only normalised.
    """
    left, _ = _strip_forms(name)
    return _JOINTS.sub("", left) or normalize_text(name)


class LegalForm(NamedTuple):
    """The legal form in a name, in full (empty: it says none), and whether it stands first."""

    kind: str = ""
    is_first: bool = False


def split_legal_form(name: str) -> tuple[str, LegalForm]:
    """Split a company name into what is left without its legal forms, and the one that tells.

    Latin forms such as Co., Ltd. stand for several Japanese ones, and tell nothing.
    """
    left, forms = _strip_forms(name)
    return left, next((form for form in forms if form.kind), LegalForm())


def are_same_form(one: str, other: str) -> bool:
    """Whether two legal forms may be one: one is a part of the other, or not told."""
    return one in other or other in one


def _strip_forms(name: str) -> tuple[str, list[LegalForm]]:
    """Strip the legal forms from a name, those before it first; a text too long is no name."""
    left = _normalize_width(name).casefold().strip(_EDGES)
    forms: list[LegalForm] = []
    if len(left) > _LONGEST_NAME:
        return left, forms
    while len(forms) < _MOST_FORMS and (found := _BEFORE.match(left) or _AFTER.search(left)):
        is_first = found.re is _BEFORE
        forms.append(LegalForm(_full_form(found[0]), is_first))
        left = (left[found.end() :] if is_first else left[: found.start()]).strip(_EDGES)
    return left, forms


def _full_form(form: str) -> str:
    """Spell a legal form in full; empty for a Latin one that tells nothing."""
    full = _FULL_FORMS.get(_DOTS.sub("", form), form).replace("會", "会")
    return "" if full.isascii() else full


def firm_domain(email: str) -> str:
    """The domain of a firm's own mail address; empty for public mail, and where there is none."""
    found = _DOMAIN.search(normalize_text(email))
    domain = found[1].rstrip(".") if found else ""
    is_public = f".{domain}".endswith(_PUBLIC_DOMAINS)
    return "" if is_public or len(domain) > _LONGEST_DOMAIN else domain


def is_one_firm(one: str, other: str) -> bool:
    """Whether two domains are of one firm, as mail.example.jp and example.jp are."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def is_address_of(address: str, addresses: Iterable[str]) -> bool:
    """Whether a mail address is one of some, or of the same firm; public mail is of none."""
    own = firm_domain(address)
    return any(
        address.casefold() == each.casefold() or bool(own and is_one_firm(own, firm_domain(each)))
        for each in addresses
    )
