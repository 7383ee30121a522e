"""Sets a client's report as PDF from its view, by Typst: the same bytes for the same input.

The fonts come along, so that every machine makes the same pages. A compiler is kept for each
process: the first report loads it, the others take a tenth of a second.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sheet_diag.forms.layout import pack_owner
from sheet_diag.reports.pdf.coverage import find_missing

if TYPE_CHECKING:
    from typst import Compiler

    from sheet_diag.model.report_view import ReportView

_FOLDER: Final = Path(__file__).parent
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
_TIGHTEST: Final = 2
_PAGE_TOP, _PAGE_HEIGHT = 20 / 25.4 * 72, 259 / 25.4 * 72
_LEAST_FILL: Final = 0.25  # of the last page


@dataclass(frozen=True, slots=True)
class SetPdf:
    """A report as PDF; `missing` are the characters that no font here shows, each once."""

    content: bytes
    missing: str


def can_set_pdf() -> bool:
    """Tell whether this machine can set PDFs: there is no Typst for some."""
    return importlib.util.find_spec("typst") is not None


def has_font(family: str) -> bool:
    """Tell whether a font family is installed here."""
    return family.casefold() in _families(system=True)


def set_pdf(
    view: ReportView, *, logo: bytes | None, owner: Mapping[str, str], font: str = ""
) -> SetPdf:
    """Set a report; `owner` are the properties that tell whose it is, `font` a family to prefer."""
    data = _map_texts(asdict(view), partial(unicodedata.normalize, "NFC"))
    house = (font,) if font and has_font(font) else ()
    fonts, missing = _choose_fonts(data, house)
    shown = str.maketrans(dict.fromkeys(missing, _MISSING))
    data = _map_texts(data, lambda text: text.translate(shown))
    inputs = {
        "view": json.dumps(data, ensure_ascii=False),
        "fonts": json.dumps(fonts),
        "created": json.dumps(_date_parts(view.created)),
        "keywords": pack_owner(owner),
        "logo": json.dumps(list(logo)) if logo else "",
    }
    return SetPdf(_compile_shortest(inputs, system=len(fonts) > 1), missing)


def _map_texts(data: object, change: Callable[[str], object]) -> object:
    """Change every text of a view."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {key: _map_texts(each, change) for key, each in data.items()}
    if isinstance(data, list | tuple):
        return [_map_texts(each, change) for each in data]
    return data


def _choose_fonts(data: object, house: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """Choose the fonts that show a view, and list the characters that none shows."""
    characters: set[str] = set()
    _map_texts(data, characters.update)
    rare = find_missing(characters)
    if not rare:
        return (*house, _FONT), ""
    installed = _families(system=True)
    others = [family for family in _SYSTEM_FONTS if family.casefold() in installed]
    fonts = (*house, _FONT, *others)
    return fonts, "".join(each for each in rare if not _can_show(each, fonts))


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
        _compiler(system=True).compile(
            source, format="pdf", sys_inputs=inputs, pdf_standards=[_STANDARD]
        )
    except TypstError:
        return False
    return True


def _compile_shortest(inputs: Mapping[str, str], *, system: bool) -> bytes:
    """Compile a report; tighter where that spares a last page that is nearly empty."""
    content, pages, fill = _compile(inputs, 0, system=system)
    if pages > 1 and fill < _LEAST_FILL:
        for tight in range(1, _TIGHTEST + 1):
            tighter, fewer, _ = _compile(inputs, tight, system=system)
            if fewer < pages:
                return tighter
    return content


def _compile(inputs: Mapping[str, str], tight: int, *, system: bool) -> tuple[bytes, int, float]:
    """Compile a report once: its bytes, its pages, and how full the last one is."""
    compiler = _compiler(system=system)
    content = compiler.compile(
        _FOLDER / "report.typ",
        format="pdf",
        sys_inputs={**inputs, "tight": str(tight)},
        pdf_standards=[_STANDARD],
    )
    assert isinstance(content, bytes)
    end = json.loads(compiler.query("<end>", field="value", one=True))
    height = float(end["y"].removesuffix("pt")) - _PAGE_TOP
    return content, end["page"], height / _PAGE_HEIGHT


@functools.cache
def _compiler(*, system: bool) -> Compiler:
    from typst import Compiler, Fonts

    fonts = Fonts(
        include_system_fonts=system,
        include_embedded_fonts=False,
        font_paths=[_FOLDER / "fonts"],
    )
    return Compiler(_FOLDER / "report.typ", root=_FOLDER, font_paths=fonts)


@functools.cache
def _families(*, system: bool) -> frozenset[str]:
    from typst import Fonts

    fonts = Fonts(include_system_fonts=system, include_embedded_fonts=False)
    return frozenset(family.casefold() for family in fonts.families())


def _date_parts(created: str) -> dict[str, int]:
    day = date.fromisoformat(created[:10])
    return {"year": day.year, "month": day.month, "day": day.day}
