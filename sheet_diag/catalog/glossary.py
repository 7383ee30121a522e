"""Explains the terms of a catalogue in its questions, in the order in which a sheet asks them."""

from __future__ import annotations

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Category, Item
from sheet_diag.model.record import Text
from sheet_diag.text.glosses import Glosses


def explain_questions(catalog: Catalog) -> Catalog:
    """Explain each term where the questions and hints first use it."""
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
            "hint": {key: _explain_text(text, glosses) for key, text in item.hint.items()},
            "na_when": _explain_text(item.na_when, glosses) if item.na_when else None,
        }
    )


def _explain_text(text: Text, glosses: dict[Lang, Glosses]) -> Text:
    return Text(**{lang.value: glosses[lang].explain(text[lang]) for lang in Lang})
