"""Drawings on a scale, as scatter charts: lines and words at exact places.

XlsxWriter takes 6 ms for a chart of a dozen series, so its XML is written here. No axis is shown;
the places stand in cells, which may hold formulas. Excel draws a series over those before it,
LibreOffice below them, and marks of its own below lines: so all marks are lines, and none is lost
below another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from xlsxwriter.chart_scatter import ChartScatter

from sheet_diag.text.excel_text import storable_text
from sheet_diag.text.text_metrics import FONT
from sheet_diag.xlsx.references import CellSpan

_POINT: Final = 12700  # EMU
_NO_LINE: Final = "<a:ln><a:noFill/></a:ln>"
_NO_MARK: Final = '<c:marker><c:symbol val="none"/></c:marker>'
_SPACES: Final = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line through all points: its colour, its width in points, whether it is dashed."""

    color: str
    width: float
    is_dashed: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """The words at every point: where ("t", "b", "ctr", "l" or "r"), and how they look."""

    position: str
    size: float
    color: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A series: the cells of its places with what they hold now, and how it is drawn.

    A line is interrupted where nothing is above the scale (None: the cell is empty). `name` is what
    a label says; `name_cell` is the cell that holds it where it may change.
    """

    across: CellSpan
    up: CellSpan
    places: Sequence[tuple[float, float | None]]
    name: str = ""
    name_cell: CellSpan | None = None
    line: Line | None = None
    label: Label | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What the drawing shows of both scales, and where: margins left and right, as shares."""

    low: float
    high: float
    bottom: float
    top: float
    margin: float = 0.0
    color: str = ""  # none where what lies below is to be seen


class DrawnScatter(ChartScatter):  # type: ignore[misc]  # XlsxWriter publishes no types
    """A chart that writes itself; XlsxWriter places it."""

    def __init__(self, frame: Frame, points: Sequence[Points]) -> None:
        super().__init__({})
        self.embedded = True
        self.series = points  # an empty chart is refused
        self._frame = frame

    def _assemble_xml_file(self) -> None:
        self.fh.write("".join(_chart(self._frame, self.series)))
        self._xml_close()


def _chart(frame: Frame, points: Sequence[Points]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    yield f'<c:chartSpace {_SPACES}><c:roundedCorners val="0"/><c:chart>'
    yield '<c:autoTitleDeleted val="1"/><c:plotArea><c:layout><c:manualLayout>'
    yield '<c:layoutTarget val="inner"/><c:xMode val="edge"/><c:yMode val="edge"/>'
    yield f'<c:x val="{frame.margin:.6g}"/><c:y val="0"/><c:w val="{1 - 2 * frame.margin:.6g}"/>'
    yield '<c:h val="1"/></c:manualLayout></c:layout>'
    yield '<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
    for number, each in enumerate(points):
        yield from _series(number, each)
    yield '<c:axId val="1"/><c:axId val="2"/></c:scatterChart>'
    yield _axis(1, "b", frame.low, frame.high)
    yield _axis(2, "l", frame.bottom, frame.top)
    yield f"<c:spPr><a:noFill/>{_NO_LINE}</c:spPr></c:plotArea>"
    ground = _fill(frame.color) if frame.color else "<a:noFill/>"
    yield '<c:plotVisOnly val="0"/><c:dispBlanksAs val="gap"/></c:chart>'
    yield f"<c:spPr>{ground}{_NO_LINE}</c:spPr></c:chartSpace>"


def _axis(number: int, side: str, low: float, high: float) -> str:
    return (
        f'<c:valAx><c:axId val="{number}"/><c:scaling><c:orientation val="minMax"/>'
        f'<c:max val="{high:.6g}"/><c:min val="{low:.6g}"/></c:scaling><c:delete val="1"/>'
        f'<c:axPos val="{side}"/><c:numFmt formatCode="General" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="none"/>'
        f'<c:crossAx val="{3 - number}"/><c:crosses val="min"/>'
        '<c:crossBetween val="midCat"/></c:valAx>'
    )


def _series(number: int, each: Points) -> Iterator[str]:
    yield f'<c:ser><c:idx val="{number}"/><c:order val="{number}"/>{_name(each)}'
    yield f"<c:spPr>{_line(each.line)}</c:spPr>{_NO_MARK}"
    if each.label:
        yield _label(each.label)
    yield from _numbers("xVal", each.across, [across for across, _ in each.places])
    yield from _numbers("yVal", each.up, [up for _, up in each.places])
    yield '<c:smooth val="0"/></c:ser>'


def _numbers(tag: str, cells: CellSpan, numbers: Sequence[float | None]) -> Iterator[str]:
    yield f"<c:{tag}><c:numRef><c:f>{_reference(cells)}</c:f><c:numCache>"
    yield f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(numbers)}"/>'
    for place, value in enumerate(numbers):
        if value is not None:
            yield f'<c:pt idx="{place}"><c:v>{value:.16g}</c:v></c:pt>'
    yield f"</c:numCache></c:numRef></c:{tag}>"


def _name(each: Points) -> str:
    if not each.name:
        return ""
    text = escape(storable_text(each.name))
    if each.name_cell is None:
        return f"<c:tx><c:v>{text}</c:v></c:tx>"
    cache = f'<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>{text}</c:v></c:pt></c:strCache>'
    return f"<c:tx><c:strRef><c:f>{_reference(each.name_cell)}</c:f>{cache}</c:strRef></c:tx>"


def _reference(cells: CellSpan) -> str:
    return escape(cells.reference_from(""))


def _fill(color: str) -> str:
    return f'<a:solidFill><a:srgbClr val="{color.removeprefix("#")}"/></a:solidFill>'


def _line(line: Line | None) -> str:
    if line is None:
        return _NO_LINE
    dash = '<a:prstDash val="dash"/>' if line.is_dashed else ""
    width = round(line.width * _POINT)
    return f'<a:ln w="{width}" cap="flat">{_fill(line.color)}{dash}<a:miter lim="800000"/></a:ln>'


def _label(label: Label) -> str:
    look = f'sz="{round(label.size * 100)}" b="{int(label.is_bold)}"'
    font = f'<a:latin typeface="{FONT}"/>'  # `fonts` names the other
    shown = "".join(
        f'<c:show{what} val="{int(what == "SerName")}"/>'
        for what in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize")
    )
    return (
        f"<c:dLbls><c:spPr><a:noFill/>{_NO_LINE}</c:spPr>"
        '<c:txPr><a:bodyPr wrap="none"/><a:lstStyle/><a:p><a:pPr>'
        f"<a:defRPr {look}>{_fill(label.color)}{font}</a:defRPr></a:pPr>"
        '<a:endParaRPr lang="ja-JP"/></a:p></c:txPr>'
        f'<c:dLblPos val="{label.position}"/>{shown}</c:dLbls>'
    )
