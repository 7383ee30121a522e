"""The reference of the guides to workbooks of questionnaires, written from the table of headings.

`python -m tests.catalog_reference` writes it into the guides again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from sheet_diag.catalog.headings import Heading, load_sheet_forms
from sheet_diag.model.basics import Lang

DOCS: Final = Path(__file__).parents[1] / "docs"
GUIDES: Final = {Lang.JA: DOCS / "catalog.ja.md", Lang.EN: DOCS / "catalog.md"}
_BEGIN, _END = "<!-- reference -->\n", "<!-- end of reference -->"
_HEADS: Final = {
    Lang.JA: ("見出し", "意味", "空欄のとき", "例"),
    Lang.EN: ("Heading", "Meaning", "If blank", "Example"),
}
_REQUIRED: Final = {Lang.JA: "（必須）", Lang.EN: " (required)"}
_ENTRIES: Final = {
    Lang.JA: "1列目には、次の名前を書きます。",
    Lang.EN: "The first column takes these names.",
}


def write_reference(lang: Lang) -> str:
    """Write the reference of every sheet."""
    return "\n".join(_list_lines(lang))


def replace_reference(guide: str, lang: Lang) -> str:
    """Put the reference into a guide in place of what stands there."""
    before, _, rest = guide.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{write_reference(lang)}\n{_END}{after}"


def _list_lines(lang: Lang) -> Iterator[str]:
    for form in load_sheet_forms().values():
        yield f"\n### {form[lang]}\n\n{form.about[lang]}\n"
        yield from _list_table(form.columns, lang)
        if form.entries:
            yield f"\n{_ENTRIES[lang]}\n"
            yield from _list_table(form.entries, lang)


def _list_table(headings: Sequence[Heading], lang: Lang) -> Iterator[str]:
    yield _row(_HEADS[lang])
    yield "|---|---|---|---|"
    for each in headings:
        name = each[lang] + (_REQUIRED[lang] if each.required else "")
        default, example = (part[lang] if part else "" for part in (each.default, each.example))
        yield _row((name, each.meaning[lang], default, example))


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


if __name__ == "__main__":
    for language, path in GUIDES.items():
        text = replace_reference(path.read_text(encoding="utf-8"), language)
        path.write_text(text, encoding="utf-8")
