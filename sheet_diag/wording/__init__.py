"""Every label that people read and the catalogue does not hold, in Japanese and English.

The texts lie beside this module, one YAML file a part of the product; a key such as
`sheet.column.answer` is the file's name and the key in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources

import yaml

from sheet_diag.model.basics import Lang


class Wording:
    """The labels of one language: `say("sheet.column.answer")`."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang

    def __call__(self, key: str, /, **parts: object) -> str:
        """The label, with its `{parts}` filled in. Raises `KeyError` for an unknown key."""
        text = self._texts[key]
        return text.format(**parts) if parts else text

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        return _texts_in(self.lang)


@cache
def labels() -> Mapping[str, Mapping[str, str]]:
    """Every label: key -> language -> text."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Mapping[str, str]] = {}
    for file in resources.files(__name__).iterdir():
        if file.name.endswith(".yaml"):
            texts = yaml.load(file.read_bytes().decode("utf-8"), Loader=loader)
            prefix = file.name.removesuffix(".yaml")
            found.update({f"{prefix}.{key}": text for key, text in texts.items()})
    return found


@cache
def _texts_in(lang: Lang) -> Mapping[str, str]:
    """One language apart: a report asks for a label a thousand times."""
    return {key: texts[lang.value] for key, texts in labels().items()}
