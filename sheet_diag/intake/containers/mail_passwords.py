"""Find what may be a password in the text of a mail, and the passwords to try on an archive.

Many firms send an archive and its password in two mails. A word found here goes into the library
that tries it and nowhere else: into no message, no log and no file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from sheet_diag.model.settings import IntakeSettings, MailOrigin, MailWords

_MOST: Final = 20  # words tried on one archive
_WEEK: Final = 7 * 24 * 3600
_MINUTE: Final = 60
_TEXT: Final = 50_000  # characters of a mail that are looked through
_NAME: Final = r"パスワード|パスコード|暗証番号|pass\s?(?:word|code|phrase)|passwd|(?<![a-z])pw"
# The name is followed by a sign, a bracket or the end of its line; or it begins a sentence.
_NAMED: Final = re.compile(
    rf"(?:{_NAME})[ \t]*(?:(?P<sentence>は|(?<=[ \t])is\b)[ \t]*:?|[」』】\])>]?[ \t]*[:=]|"
    rf"[」』】\])>]|(?=[「『【\[(<\"])|(?P<alone>(?=\n)))\s*(?P<word>\S{{1,64}})",
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
_MIXED: Final = re.compile(r"\d|[a-z][A-Z]")
_SHORTEST: Final = 4
_BRACKETS: Final = "「」『』【】[]<>\"'“”‘’()"
_SENTENCE_END: Final = "。、.,;"
# Typed letters behind which nothing but the end of the sentence stands on their line.
_TOLD: Final = re.compile(
    r"[「『【\[(<\"'“‘]{0,3}([!-~]{4,64}?)[」』】\])>\"'”’]{0,3}"
    r" ?(です|でございます|になります|となります)?[。.]? ?$",
    re.MULTILINE,
)
_TYPED: Final = re.compile(r"[!-~]{4}")


def find_words(text: str) -> MailWords | None:
    """Find the words that may be a password, the likeliest first."""
    text = _narrow(text)
    named = dict.fromkeys(_named_words(text))
    lone = dict.fromkeys(word for word in _lone_words(text) if word not in named)
    return MailWords(tuple(named)[:_MOST], tuple(lone)[:_MOST]) if named or lone else None


def tells_password(text: str) -> bool:
    """Whether a mail with this text and no file is surely there to tell a password."""
    text = _narrow(text)
    for match in _NAMED.finditer(text):
        told = _TOLD.match(text, match.start("word"))
        in_sentence = match["sentence"] or match["alone"] is not None
        if told and (_is_mixed(told[1]) or not in_sentence):
            return True
    lone = any(_is_mixed(word) for word in _LINE.findall(text) if not _NO_PASSWORD.fullmatch(word))
    return lone and bool(_MENTIONED.search(text))


def may_tell_password(text: str) -> bool:
    """Whether there is a word in a mail that is named a password or typed on a line of its own."""
    words = find_words(text)
    return words is not None and (bool(words.named) or any(map(str.isascii, words.lone)))


def may_hold_password(title: str) -> bool:
    """Whether a password may stand in the subject of a mail or its name as a file."""
    title = _narrow(title)
    rest = _MENTIONED.sub(" ", title)
    return bool(_NAMED.search(title)) or (rest != title and bool(_TYPED.search(rest)))


def add_mailed_passwords(reading: IntakeSettings, mail: MailOrigin | None) -> IntakeSettings:
    """Add the passwords that the sender of a mail wrote within a week after it."""
    passwords = reading.passwords
    if mail is None or not passwords.mails:
        return reading
    after = [each for each in passwords.mails if follows(each.origin, mail)]
    after.sort(key=lambda each: each.origin.sent)
    named = _typed_first(word for each in after for word in each.words.named)
    lone = _typed_first(word for each in after for word in each.words.lone)
    words = tuple(dict.fromkeys((*named, *lone)))[:_MOST]
    return replace(
        reading, passwords=replace(passwords, common=(*passwords.common, *words), mails=())
    )


def follows(later: MailOrigin, earlier: MailOrigin) -> bool:
    """Whether a mail is of the same sender and followed within a week, or the same minute."""
    start = earlier.sent // _MINUTE * _MINUTE
    return later.sender == earlier.sender and start <= later.sent <= earlier.sent + _WEEK


def _narrow(text: str) -> str:
    """Make letters and signs of full width narrow, and one sort of spaces and line ends."""
    text = unicodedata.normalize("NFKC", text[:_TEXT]).replace("\r\n", "\n")
    return _SPACES.sub(" ", text)


def _named_words(text: str) -> Iterator[str]:
    """Find what follows a name of passwords: the letters of a keyboard, then all up to a space."""
    words = [match["word"] for match in _NAMED.finditer(text)]
    for word in words:
        if ascii_ := _ASCII.match(word.lstrip(_BRACKETS)):
            yield from _forms(ascii_[0])
    for word in words:
        yield from _forms(word)


def _lone_words(text: str) -> Iterator[str]:
    """Find the lines of one word, first those that look most like a password; other letters than
    those of a keyboard only where no line has these alone."""
    words = [word for word in _LINE.findall(text) if not _NO_PASSWORD.fullmatch(word)]
    typed = [word for word in words if word.isascii()]
    for word in sorted(typed or words, key=lambda each: not _is_mixed(each)):
        yield from _forms(word)


def _typed_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=lambda each: not each.isascii())


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
