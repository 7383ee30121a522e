"""Writes our templates as files that a firm can edit, with their variables explained on top."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sheet_diag.mail.templates.files import (
    FRAME,
    SIGNATURE,
    TemplateSource,
    list_template_names,
    load_default_template,
)
from sheet_diag.mail.templates.variables import explain_variables
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording

# Editors on Windows know UTF-8 by its mark, and old ones see no line end but their own.
_MARK: Final = "\ufeff"


def copy_templates(folder: Path, lang: Lang | None = None) -> tuple[Path, ...]:
    """Write the templates of a language (None: of all) and the frame into a folder.

    A file that is there stays as it is. Returns the files that were written; raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name.casefold() for path in folder.iterdir()}
    langs = [lang] if lang else list(Lang)
    names = [name for each in langs for name in list_template_names(each)] + [FRAME]
    missing = [name for name in names if name.casefold() not in there]
    return tuple(_copy(load_default_template(name), folder / name) for name in missing)


def _copy(source: TemplateSource, path: Path) -> Path:
    text = source.text if source.name == FRAME else f"{_head(source)}\n{source.text}"
    content = f"{_MARK}{text}".replace("\n", "\r\n").encode("utf-8")
    with path.open("xb") as file:
        file.write(content)
    return path


def _head(source: TemplateSource) -> str:
    """Format the comment on top, which is in no mail."""
    say = Wording(source.lang)
    key = "signature" if source.kind == SIGNATURE else "letter"
    words = [
        say("letter.head.word", name=name, text=text)
        for name, text in explain_variables(source.kind, say)
    ]
    return "\n".join(("{#", say(f"letter.head.{key}"), say("letter.head.words"), *words, "#}"))
