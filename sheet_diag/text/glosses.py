"""Explains terms in brackets where a document first uses them.

A term inside a longer word is left alone (脆弱性診断 is another thing than 脆弱性), and so is one
that its author explains otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Category, GlossaryEntry, Item
from sheet_diag.model.record import Text

_MARKS: Final = 0xE000  # from here on, each character stands for the explanation of an entry
_LONGER: Final = "[A-Za-z0-9ァ-ヺー々一-鿿]"  # goes on with the word
_BRACKET: Final = "（| ?[(]"
_BRACKETS: Final = {Lang.JA: "（{}）", Lang.EN: " ({})"}


class Glosses:
    """The terms that a document explains, in one language, and those it has explained so far."""

    def __init__(self, glossary: Sequence[GlossaryEntry], lang: Lang) -> None:
        marked = {chr(_MARKS + number): entry for number, entry in enumerate(glossary)}
        self._explanations = {
            mark: _BRACKETS[lang].format(entry.gloss[lang]) for mark, entry in marked.items()
        }
        self._marks = {
            form.lower(): mark
            for mark, entry in marked.items()
            for form in entry.forms[lang] or (*entry.forms.ja, *entry.forms.en)
        }
        self._forms, self._term = _compile_terms(self._marks)
        self._explained: set[str] = set()

    def explain(self, text: str) -> str:
        """Explain each term that is new, and take out explanations that come again."""
        if not _is_found(self._forms, text):
            return text
        for mark, explanation in self._explanations.items():
            text = text.replace(explanation, mark)
        text = self._term.sub(self._mark_term, text)
        for mark, explanation in self._explanations.items():
            text = text.replace(mark, explanation)
        return text

    def _mark_term(self, found: re.Match[str]) -> str:
        term, mark = found["term"], self._marks[found["term"].lower()]
        if found["mark"] not in (mark, None):
            return found[0]
        is_new = mark not in self._explained
        self._explained.add(mark)
        return term + mark if is_new else term


def drop_explanations(glossary: Sequence[GlossaryEntry], text: str, lang: Lang) -> str:
    """Take all explanations of terms out of a text."""
    for entry in glossary:
        text = text.replace(_BRACKETS[lang].format(entry.gloss[lang]), "")
    return text


@lru_cache(maxsize=4096)  # the texts of a catalogue come again in every report of a run
def _is_found(pattern: re.Pattern[str], text: str) -> bool:
    return pattern.search(text) is not None


def _compile_terms(marks: Mapping[str, str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile what finds any form, and what finds a term with its mark or at the end of a word."""
    longest = sorted(marks, key=len, reverse=True)
    forms = "|".join(map(re.escape, longest)) or "(?!)"
    marked = f"(?P<mark>[{''.join(marks.values())}])" if marks else "(?P<mark>(?!))"
    term = f"(?<![A-Za-z])(?P<term>{forms})(?:{marked}|(?!{_LONGER}|{_BRACKET}))"
    return re.compile(forms, re.IGNORECASE), re.compile(term, re.IGNORECASE)


# --- in the questions of a catalogue


def explain_questions(catalog: Catalog) -> Catalog:
    """Explain each term where the questions and hints first use it, in the order of the sheet."""
    if not catalog.glossary:
        return catalog
    glosses = {lang: Glosses(catalog.glossary, lang) for lang in Lang}
    categories = tuple(_explain_category(each, glosses) for each in catalog.categories)
    return catalog.model_copy(update={"categories": categories})


def _explain_category(category: Category, glosses: dict[Lang, Glosses]) -> Category:
    items = tuple(_explain_item(item, glosses) for item in category.items)
    return category.model_copy(update={"items": items})


def _explain_item(item: Item, glosses: dict[Lang, Glosses]) -> Item:
    return item.model_copy(
        update={
            "question": _explain_text(item.question, glosses),
            "guidance": _explain_text(item.guidance, glosses) if item.guidance else None,
            "hint": {key: _explain_text(text, glosses) for key, text in item.hint.items()},
            "na_when": _explain_text(item.na_when, glosses) if item.na_when else None,
        }
    )


def _explain_text(text: Text, glosses: dict[Lang, Glosses]) -> Text:
    return Text(**{lang.value: glosses[lang].explain(text[lang]) for lang in Lang})
