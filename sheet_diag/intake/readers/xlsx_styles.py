"""Read what the cells of an .xlsx refer to: styles, texts of several styles, rich values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, TypeVar

from sheet_diag.intake.cells import CellMark
from sheet_diag.intake.readers.package import (
    Attributes,
    MarkupError,
    WorkbookPackage,
    local_name,
    read_elements,
    walk_xml,
)
from sheet_diag.intake.readers.survey import unescape_text
from sheet_diag.intake.readers.text_styles import (
    PLAIN,
    Run,
    SharedContent,
    TextStyle,
    may_be_special,
    name_symbol_font,
    pick_font,
)

_T = TypeVar("_T")
_OFF: Final = ("0", "false", "off")
_RICH_VALUES: Final = "xl/richdata/"
# Kinds of rich values: pictures, and errors that older versions do not know, such as #SPILL!.
_PICTURES: Final = ("_localimage", "_webimage", "_imageurl")
_ERRORS: Final = ("_error",)


class FontElements:
    """Collects what the elements of one font say; those of a run have other names."""

    def __init__(self) -> None:
        self._struck = False
        self._name = ""
        self._charset: int | None = None

    def add(self, name: str, attributes: Attributes) -> None:
        """Add an element within the font, by its local name."""
        value = attributes.get("val", "")
        if name == "strike":
            self._struck = value not in _OFF
        elif name in ("name", "rFont"):
            self._name = value
        elif name == "charset" and value.isdecimal():
            self._charset = int(value[:9])

    def style(self) -> TextStyle:
        """Give the style of a text in this font."""
        return TextStyle(self._struck, name_symbol_font(self._name, self._charset))


class RichText:
    """Collects the parts of a text, each with its style, from the elements within it."""

    def __init__(self) -> None:
        self.runs: list[Run] = []
        self._font: FontElements | None = None
        self._texts: list[str] = []
        self._into = ""

    def start(self, name: str, attributes: Attributes) -> None:
        """Begin an element, by its local name; readings over characters are left out."""
        if self._into == "rPh":
            return
        if name in ("t", "rPh"):
            self._into = name
        elif name == "rPr":
            self._font = FontElements()
        elif self._font:
            self._font.add(name, attributes)

    def text(self, data: str) -> None:
        """Add text."""
        if self._into == "t":
            self._texts.append(data)

    def end(self, name: str) -> None:
        """End an element."""
        if name == self._into:
            self._into = ""
        if name == "t" and self._texts:
            style = self._font.style() if self._font else None
            self.runs.append((unescape_text("".join(self._texts)), style))
            self._texts.clear()
        elif name == "r":
            self._font = None


def read_shared_content(
    package: WorkbookPackage, styles_part: str, texts_part: str
) -> SharedContent:
    """Read what is special of styles, texts and values; usual parts are not parsed."""
    content = package.read(styles_part)
    checkboxes = any("/featurepropertybag" in name for name in package.names)
    read = enumerate(_cell_styles(content)) if checkboxes or may_be_special(content) else ()
    styles = {str(at): style for at, style in read if style != PLAIN}
    texts = package.read(texts_part)
    is_rich = b"rPr" in texts and (styles or may_be_special(texts))
    values = RichValues(package)
    return SharedContent(styles, _rich_texts(texts) if is_rich else {}, values.mark)


def _cell_styles(part: bytes) -> Iterator[TextStyle]:
    """Read the style of each number that a cell may have."""
    fonts: list[FontElements] = []
    numbers: list[int] = []
    checkboxes: set[int] = set()
    section = ""
    for name, attributes, _ in read_elements(part):
        if name in _SECTIONS:
            section = name
        elif section == "fonts":
            if name == "font":
                fonts.append(FontElements())
            elif fonts:
                fonts[-1].add(name, attributes)
        elif section == "cellXfs":
            if name == "xf":
                typed = attributes.get("fontId", "")
                numbers.append(int(typed[:9]) if typed.isdecimal() else 0)
            elif name == "xfComplement":
                checkboxes.add(len(numbers) - 1)
    styles = [font.style() for font in fonts]
    for at, number in enumerate(numbers):
        style = pick_font(styles, number)
        yield replace(style, checkbox=True) if at in checkboxes else style


_SECTIONS: Final = frozenset(
    ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
)


def _rich_texts(part: bytes) -> Mapping[str, Sequence[Run]]:
    """Read the shared texts of several styles, by number."""
    walker = _SharedTexts()
    with suppress(MarkupError):  # the readers refuse the rest, too
        walk_xml(part, walker.start, walker.end, walker.text)
    return walker.found


class _SharedTexts:
    """Collects those texts that have a part with a font of its own."""

    def __init__(self) -> None:
        self.found: dict[str, Sequence[Run]] = {}
        self._number = -1
        self._rich: RichText | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        name = local_name(name)
        if name == "si":
            self._number += 1
            self._rich = RichText()
        elif self._rich:
            self._rich.start(name, attributes)

    def text(self, data: str) -> None:
        if self._rich:
            self._rich.text(data)

    def end(self, name: str) -> None:
        name = local_name(name)
        if self._rich is None:
            return
        self._rich.end(name)
        if name == "si":
            if any(style for _, style in self._rich.runs):
                self.found[str(self._number)] = self._rich.runs
            self._rich = None


# --- values that are no text


class RichValues:
    """What the values beyond text are: pictures, data types, errors of newer versions."""

    def __init__(self, package: WorkbookPackage) -> None:
        self._marks: Sequence[CellMark | None] = ()
        self._usual = CellMark.DATA_TYPE
        if any(name.startswith(_RICH_VALUES) for name in package.names):
            self._marks = tuple(_value_marks(package))
            # Only pictures put into cells have this part.
            if f"{_RICH_VALUES}richvaluerel.xml" in package.names:
                self._usual = CellMark.PICTURE

    def mark(self, number: str) -> CellMark:
        """Tell what a value is by the number that its cell gives (`vm`)."""
        return _pick(self._marks, number, 1) or self._usual


def _value_marks(package: WorkbookPackage) -> Iterator[CellMark | None]:
    """Follow each number to its value, and that to the structure which names its kind."""
    structures = read_elements(package.read(f"{_RICH_VALUES}rdrichvaluestructure.xml"))
    kinds = [_kind_mark(each.get("t", "")) for name, each, _ in structures if name == "s"]
    values = read_elements(package.read(f"{_RICH_VALUES}rdrichvalue.xml"))
    marks = [_pick(kinds, each.get("s", "")) for name, each, _ in values if name == "rv"]
    numbers: list[str] = []
    section = ""
    for name, attributes, _ in read_elements(package.read("xl/metadata.xml")):
        if name in ("futureMetadata", "cellMetadata", "valueMetadata"):
            section = attributes.get("name", name)
        elif name == "rvb" and section == "XLRICHVALUE":
            numbers.append(attributes.get("i", ""))
        elif name == "rc" and section == "valueMetadata":
            yield _pick(marks, _pick(numbers, attributes.get("v", "")) or "")


def _kind_mark(kind: str) -> CellMark:
    if kind.lower() in _PICTURES:
        return CellMark.PICTURE
    return CellMark.ERROR if kind.lower() in _ERRORS else CellMark.DATA_TYPE


def _pick(values: Sequence[_T | None], number: str, first: int = 0) -> _T | None:
    """Pick a value by its number in the file; None where there is none."""
    place = int(number[:9]) - first if number.isdecimal() else -1
    return values[place] if 0 <= place < len(values) else None
