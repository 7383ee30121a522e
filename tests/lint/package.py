"""The package as a lint needs it: parts, relationships, sheets; and what must not be in it."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from sheet_diag.catalog.load import load_catalog
from tests.workbooks import NS, parse_part

_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
# Parts that could act or fetch; none of them is ever ours.
_ACTIVE = re.compile(
    r"vbaProject|externalLinks/|embeddings/|activeX/|ctrlProps/|connections|queryTables/"
    r"|macrosheets/|customUI|webextensions|ddeLink",
    re.IGNORECASE,
)
# Our own files beside the workbook, and the pages that the built-in questions name.
_PAGES = {link.url for item in load_catalog().items.values() for link in item.links}
_LINK = re.compile(
    r"(?:results|corrections)[\\/](?!\.)[^\\/:]+\.xlsx|" + "|".join(map(re.escape, _PAGES))
)


@dataclass(frozen=True, slots=True)
class Relation:
    """`target` is a part's name, or the address as written where `external`."""

    kind: str
    target: str
    external: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A worksheet: its name, its part and the part's content."""

    name: str
    part: str
    root: Element


class Package:
    """An .xlsx, its parts parsed when asked for."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            self.names = source.namelist()
            self._content = {name: source.read(name) for name in self.names}

    def xml(self, part: str) -> Element:
        return parse_part(self._content[part])

    def relations(self, part: str) -> dict[str, Relation]:
        """Relationships of a part by id."""
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._content:
            return {}
        return {each.get("Id", ""): _relation(folder, each) for each in self.xml(path)}

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part names by a kind of relationship, those that exist."""
        found = self.relations(part).values()
        return [each.target for each in found if each.kind == kind and each.target in self._content]

    @cached_property
    def book(self) -> Element:
        return self.xml("xl/workbook.xml")

    @cached_property
    def sheet_names(self) -> list[str]:
        return [each.get("name", "") for each in self.book.findall("m:sheets/m:sheet", NS)]

    @cached_property
    def pages(self) -> list[Page]:
        """The sheets whose parts exist."""
        relations = self.relations("xl/workbook.xml")
        found = []
        for each in self.book.findall("m:sheets/m:sheet", NS):
            relation = relations.get(each.get(f"{_OFFICE}id", ""))
            if relation and relation.target in self._content:
                page = Page(each.get("name", ""), relation.target, self.xml(relation.target))
                found.append(page)
        return found

    @cached_property
    def strings(self) -> list[str]:
        """Shared strings."""
        if "xl/sharedStrings.xml" not in self._content:
            return []
        return [text_of(each) for each in self.xml("xl/sharedStrings.xml").findall("m:si", NS)]

    @cached_property
    def defined_names(self) -> list[Element]:
        return self.book.findall("m:definedNames/m:definedName", NS)

    def tables(self, page: Page) -> list[Element]:
        return [self.xml(part) for part in self.related(page.part, "table")]


def text_of(root: Element) -> str:
    """The text of a shared or inline string, its runs joined, readings left out."""
    return "".join(
        each.text or "" for each in [*root.findall("m:t", NS), *root.findall("m:r/m:t", NS)]
    )


def _relation(folder: str, found: Element) -> Relation:
    kind = found.get("Type", "").rsplit("/", 1)[-1]
    target, external = found.get("Target", ""), found.get("TargetMode") == "External"
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(kind, target, external)


def bad_package(package: Package) -> Iterator[str]:
    """Parts that act or are named twice, relationships that lead nowhere or outside."""
    for name in sorted({each for each in package.names if package.names.count(each) > 1}):
        yield f"part-twice: {name}"
    for name in package.names:
        if _ACTIVE.search(name):
            yield f"active-part: {name}"
    for name in package.names:
        if name.endswith(".xml"):
            yield from _bad_relations(package, name)


def _bad_relations(package: Package, part: str) -> Iterator[str]:
    relations = package.relations(part)
    for key, relation in relations.items():
        if relation.external:
            if relation.kind != "hyperlink" or not _LINK.fullmatch(relation.target):
                yield f"external: {part}: {relation.target}"
        elif relation.target.split("#")[0] not in package.names:
            yield f"relationship: {part}: {key} leads to no part"
    used = {
        value
        for element in package.xml(part).iter()
        for name, value in element.attrib.items()
        if name.startswith(_OFFICE)
    }
    for key in sorted(used - set(relations)):
        yield f"relationship: {part}: {key} is not there"
