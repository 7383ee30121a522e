"""Find what may be a password in the text of a mail, and the passwords to try on an archive.

Many firms send an archive and its password in two mails. A word found here goes into the library
that tries it and nowhere else: into no message, no log and no file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from sheet_diag.model.settings import IntakeSettings, MailOrigin

_MOST: Final = 20  # words tried on one archive
_WEEK: Final = 7 * 24 * 3600
_MINUTE: Final = 60
_TEXT: Final = 50_000  # characters of a mail that are looked through
_NAME: Final = r"パスワード|パスコード|暗証番号|pass\s?(?:word|code|phrase)|passwd|(?<![a-z])pw"
# The name is followed by a sign, a bracket or the end of its line; or it begins a sentence.
_NAMED: Final = re.compile(
    rf"(?:{_NAME})[ \t]*(?:(?P<sentence>は|(?<=[ \t])is\b)[ \t]*:?|[」』】\])>]?[ \t]*[:=]|"
    rf"[」』】\])>]|(?=[「『【\[(<\"])|(?=\n))\s*(?P<word>\S{{1,64}})",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"[ \t]+")
_MENTIONED: Final = re.compile(_NAME, re.IGNORECASE)
_ASCII: Final = re.compile(r"[!-~]+")
_LINE: Final = re.compile(r"^[ \t]*(\S{6,64})[ \t]*$", re.MULTILINE)
# Lines of a greeting or a signature.
_NO_PASSWORD: Final = re.compile(
    r"\W*|.*://.*|www\..*|\S+@\S+\.\S+|(tel|fax)?:?[\d()+]+(-[\d()]+)+|.*:|"
    rf".*({_NAME})([^!-~]|[:=]).*",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"\d")
_MIXED: Final = re.compile(r"\d|[a-z][A-Z]")
_SHORTEST: Final = 4
_BRACKETS: Final = "「」『』【】[]<>\"'“”‘’()"
_SENTENCE_END: Final = "。、.,;"


def find_words(text: str) -> tuple[str, ...]:
    """Find the words that may be a password, the likeliest first."""
    text = _narrow(text)
    found = dict.fromkeys([*_named_words(text), *_lone_words(text)])
    return tuple(found)[:_MOST]


def tells_password(text: str) -> bool:
    """Whether a mail with this text and no file is there to tell a password."""
    text = _narrow(text)
    for match in _NAMED.finditer(text):
        word = _plain(match["word"])
        typed = _ASCII.match(word)
        if _is_mixed(typed[0] if typed else "") or (
            not match["sentence"] and (_is_typed(word) or _DIGIT.search(word))
        ):
            return True
    lone = any(_is_mixed(word) for word in _LINE.findall(text) if not _NO_PASSWORD.fullmatch(word))
    return lone and bool(_MENTIONED.search(text))


def add_mailed_passwords(reading: IntakeSettings, mail: MailOrigin | None) -> IntakeSettings:
    """Add the passwords that the sender of a mail wrote within a week after it."""
    passwords = reading.passwords
    if mail is None or not passwords.mails:
        return reading
    after = [each for each in passwords.mails if follows(each.origin, mail)]
    after.sort(key=lambda each: each.origin.sent)
    words = tuple(dict.fromkeys(word for each in after for word in each.words))[:_MOST]
    return replace(
        reading, passwords=replace(passwords, common=(*passwords.common, *words), mails=())
    )


def follows(later: MailOrigin, earlier: MailOrigin) -> bool:
    """Whether a mail is of the same sender and followed within a week, or the same minute."""
    start = earlier.sent // _MINUTE * _MINUTE
    return later.sender == earlier.sender and start <= later.sent <= earlier.sent + _WEEK


def _narrow(text: str) -> str:
    """Make letters and signs of full width narrow, and one space of several."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", text[:_TEXT]))


def _named_words(text: str) -> Iterator[str]:
    """Find what follows a name of passwords: the letters of a keyboard, then all up to a space."""
    words = [match["word"] for match in _NAMED.finditer(text)]
    for word in words:
        if ascii_ := _ASCII.match(word.lstrip(_BRACKETS)):
            yield from _forms(ascii_[0])
    for word in words:
        yield from _forms(word)


def _lone_words(text: str) -> Iterator[str]:
    """Find the lines of one word, first those that look most like a password."""
    words = [word for word in _LINE.findall(text) if not _NO_PASSWORD.fullmatch(word)]
    for word in sorted(words, key=lambda each: (not each.isascii(), not _is_mixed(each))):
        yield from _forms(word)


def _forms(word: str) -> Iterator[str]:
    """Offer a word without the brackets around it and the end of a sentence, and as it is."""
    for form in (_plain(word), word):
        if any(char.isalnum() for char in form):
            yield form


def _plain(word: str) -> str:
    return word.rstrip(_SENTENCE_END).strip(_BRACKETS)


def _is_typed(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isascii()


def _is_mixed(word: str) -> bool:
    """Whether it is typed letters that are no word: with digits, or capitals within."""
    return _is_typed(word) and bool(_MIXED.search(word))
