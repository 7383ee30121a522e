"""Sets a client's report as PDF from its view, by Typst: the same bytes for the same input.

The fonts come along, so that every machine makes the same pages. A compiler is kept for each
process: the first report loads it, the others take a tenth of a second.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheet_diag.forms.layout import pack_owner
from sheet_diag.reports.pdf.coverage import find_missing

if TYPE_CHECKING:
    from typst import Compiler, Fonts

    from sheet_diag.model.report_view import ReportView

_FOLDER: Final = Path(__file__).parent
TEMPLATE: Final = _FOLDER / "report.typ"
_FONT: Final = "BIZ UDPGothic"
# Japanese fonts of the systems, for characters that the report's own lacks.
_SYSTEM_FONTS: Final = (
    "Yu Gothic",
    "Meiryo",
    "MS PGothic",
    "Hiragino Sans",
    "Hiragino Kaku Gothic ProN",
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "IPAexGothic",
)
_MISSING: Final = "〓"
_STANDARD: Final = "ua-1"
# As `setting` of theme.typ counts them.
_DESIGNED: Final = 0
_TIGHTER: Final = (1, 2)
_SPREAD: Final = 3
_PAGE_TOP, _PAGE_HEIGHT = 20 / 25.4 * 72, 259 / 25.4 * 72
_LEAST_FILL: Final = 0.25  # of the last page


@dataclass(frozen=True, slots=True)
class SetPdf:
    """A report as PDF; `missing` are the characters that no font here shows, each once."""

    content: bytes
    missing: str


@dataclass(frozen=True, slots=True)
class TypstInputs:
    """What the template is given; `system`: fonts of the machine are needed beside the own."""

    texts: Mapping[str, str]
    system: bool
    missing: str


def can_set_pdf() -> bool:
    """Tell whether this machine can set PDFs: there is no Typst for some."""
    return importlib.util.find_spec("typst") is not None


def has_font(family: str) -> bool:
    """Tell whether a font family is installed here."""
    return family.casefold() in _families()


def set_pdf(
    view: ReportView, *, logo: bytes | None, owner: Mapping[str, str], font: str = ""
) -> SetPdf:
    """Set a report; `owner` are the properties that tell whose it is, `font` a family to prefer."""
    inputs = prepare_inputs(view, logo=logo, owner=owner, font=font)
    content, _ = compile_shortest(inputs)
    return SetPdf(content, inputs.missing)


def prepare_inputs(
    view: ReportView, *, logo: bytes | None, owner: Mapping[str, str], font: str = ""
) -> TypstInputs:
    """Prepare what the template is given: normalized texts, fonts that show them."""
    data = _map_texts(asdict(view), partial(unicodedata.normalize, "NFC"))
    characters: set[str] = set()
    _map_texts(data, characters.update)
    rare = find_missing(characters)
    fonts = _choose_fonts(rare, font)
    missing = "".join(each for each in rare if not _can_show(each, fonts))
    shown = str.maketrans(dict.fromkeys(missing, _MISSING))
    data = _map_texts(data, lambda text: text.translate(shown))
    day = date.fromisoformat(view.created[:10])
    texts = {
        "view": json.dumps(data, ensure_ascii=False),
        "fonts": json.dumps(fonts),
        "created": json.dumps({"year": day.year, "month": day.month, "day": day.day}),
        "keywords": pack_owner(owner),
        "logo": json.dumps(list(logo or b"")),
    }
    return TypstInputs(texts, bool(rare) or len(fonts) > 1, missing)


def _map_texts(data: object, change: Callable[[str], object]) -> object:
    """Change every text of a view."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {key: _map_texts(each, change) for key, each in data.items()}
    if isinstance(data, list | tuple):
        return [_map_texts(each, change) for each in data]
    return data


def _choose_fonts(rare: str, font: str) -> tuple[str, ...]:
    """Choose the families, the preferred first; those of the machine for rare characters."""
    house = (font,) if font and has_font(font) else ()
    others = (family for family in _SYSTEM_FONTS if has_font(family)) if rare else ()
    return (*house, _FONT, *others)


@functools.cache
def _can_show(character: str, fonts: tuple[str, ...]) -> bool:
    from typst import TypstError

    source = (
        b"#set document(title: [x])\n"
        b"#set text(font: json(bytes(sys.inputs.fonts)))\n"
        b"#sys.inputs.text"
    )
    inputs = {"fonts": json.dumps(fonts), "text": character}
    try:
        load_compiler(system=True).compile(
            source, format="pdf", sys_inputs=inputs, pdf_standards=[_STANDARD]
        )
    except TypstError:
        return False
    return True


def compile_shortest(inputs: TypstInputs) -> tuple[bytes, int]:
    """Compile a report so that its last page is not nearly empty: with a page less if it can.

    Else its sections begin a page sooner. Returns the PDF and its setting.
    """
    content, pages, fill = _compile(inputs, _DESIGNED)
    if pages == 1 or fill >= _LEAST_FILL:
        return content, _DESIGNED
    for setting in _TIGHTER:
        tighter, fewer, _ = _compile(inputs, setting)
        if fewer < pages:
            return tighter, setting
    spread, same, fill = _compile(inputs, _SPREAD)
    if same == pages and fill >= _LEAST_FILL:
        return spread, _SPREAD
    return content, _DESIGNED


def _compile(inputs: TypstInputs, setting: int) -> tuple[bytes, int, float]:
    """Compile a report once: its bytes, its pages, and how full the last one is."""
    compiler = load_compiler(system=inputs.system)
    content = compiler.compile(
        TEMPLATE,
        format="pdf",
        sys_inputs={**inputs.texts, "setting": str(setting)},
        pdf_standards=[_STANDARD],
    )
    assert isinstance(content, bytes)
    end = json.loads(compiler.query("<end>", field="value", one=True))
    height = float(end["y"].removesuffix("pt")) - _PAGE_TOP
    return content, end["page"], height / _PAGE_HEIGHT


@functools.cache
def load_compiler(*, system: bool) -> Compiler:
    """Load the compiler, with the fonts of the machine beside the own or without them."""
    from typst import Compiler

    return Compiler(TEMPLATE, root=_FOLDER, font_paths=_load_fonts(system=system))


@functools.cache
def _families() -> frozenset[str]:
    return frozenset(family.casefold() for family in _load_fonts(system=True).families())


@functools.cache
def _load_fonts(*, system: bool) -> Fonts:
    from typst import Fonts

    return Fonts(
        include_system_fonts=system, include_embedded_fonts=False, font_paths=[_FOLDER / "fonts"]
    )
