"""What refers to something: formulas, validations, conditional formats, links, charts."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.lint.formulas import Names, bad_reference, flaws
from tests.lint.names import names_of
from tests.lint.package import Package, Page
from tests.workbooks import NS, utf16_units

_MOST_LINKS, _MOST_VALIDATIONS = 65_530, 65_534
_LONGEST_LIST = 255
_FORMULA = f"{{{NS['m']}}}f"
_MESSAGES = (("errorTitle", 32), ("promptTitle", 32), ("error", 255), ("prompt", 255))
_X14 = "{http://schemas.microsoft.com/office/spreadsheetml/2009/9/main}"
_XM = "{http://schemas.microsoft.com/office/excel/2006/main}"
_OFFICE_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def bad_formulas(package: Package, page: Page) -> Iterator[str]:
    """Formulas of cells, conditional formats and charts; none may be what a text says."""
    names, texts = names_of(package), {text for text in package.strings if text[:1] == "="}
    for cell in page.root.iterfind("m:sheetData/m:row/m:c", NS):
        formula = cell.find(_FORMULA)
        if formula is not None:
            place = f"{page.name}!{cell.get('r')}"
            yield from _formula_flaws(place, formula.text, names)
            if f"={formula.text}" in texts:
                yield f"formula-of-text: {place}: {formula.text}"
    for area in page.root.iterfind("m:conditionalFormatting", NS):
        for formula in area.iterfind("m:cfRule/m:formula", NS):
            yield from _formula_flaws(f"{page.name}!{area.get('sqref')}", formula.text, names)
    for extension in page.root.iter(f"{_X14}conditionalFormatting"):
        for formula in extension.iter(f"{_XM}f"):
            yield from _formula_flaws(f"{page.name}: extension", formula.text, names)
    for chart in _charts(package, page):
        for formula in package.xml(chart).iterfind(".//c:f", NS):
            yield from _formula_flaws(chart, formula.text, names)


def _formula_flaws(place: str, formula: str | None, names: Names) -> Iterator[str]:
    for flaw in flaws(formula or "", names):
        yield f"formula: {place}: {flaw}"


def _charts(package: Package, page: Page) -> list[str]:
    drawings = package.related(page.part, "drawing")
    return [chart for drawing in drawings for chart in package.related(drawing, "chart")]


def bad_validations(package: Package, page: Page) -> Iterator[str]:
    names = names_of(package)
    rules = page.root.findall("m:dataValidations/m:dataValidation", NS)
    cells = sum(len(rule.get("sqref", "").split()) for rule in rules)
    if max(len(rules), cells) > _MOST_VALIDATIONS:
        yield f"too-many: {page.name}: {len(rules)} validations"
    for rule in rules:
        yield from _bad_validation(f"{page.name}!{rule.get('sqref')}", rule, names)


def _bad_validation(place: str, rule: Element, names: Names) -> Iterator[str]:
    first = rule.findtext("m:formula1", "", NS)
    if rule.get("type") == "list" and first.startswith('"'):
        if utf16_units(first) - 2 > _LONGEST_LIST:
            yield f"list-too-long: {place}: {utf16_units(first) - 2} characters"
        elif not first.endswith('"') or '"' in first[1:-1].replace('""', ""):
            yield f"formula: {place}: syntax: {first}"
    else:
        for formula in rule.iterfind("m:*", NS):
            yield from _formula_flaws(place, formula.text, names)
    for name, longest in _MESSAGES:
        if utf16_units(rule.get(name, "")) > longest:
            yield f"message-too-long: {place}: {name}"


def bad_links(package: Package, page: Page) -> Iterator[str]:
    """Links inside lead to a cell that can be; those outside are judged as relationships."""
    names = names_of(package)
    links = page.root.findall("m:hyperlinks/m:hyperlink", NS)
    if len(links) > _MOST_LINKS:
        yield f"too-many: {page.name}: {len(links)} links"
    for link in links:
        place, location = f"{page.name}!{link.get('ref')}", link.get("location")
        if link.get(_OFFICE_ID) is None and not location:
            yield f"link: {place}: leads nowhere"
        if link.get(_OFFICE_ID) is None and location:
            for flaw in bad_reference(location, names):
                yield f"link: {place}: {flaw}"
