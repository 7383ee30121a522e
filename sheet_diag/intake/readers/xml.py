"""Walk XML parts element by element, at the speed of expat, with nothing but elements allowed.

A document type is refused before any entity could be expanded, and nothing outside is fetched.
Names are local: prefixes and namespaces differ between writers (`x:`, Strict) and mean nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from xml.parsers import expat

Attributes = Mapping[str, str]
StartHandler = Callable[[str, Attributes], None]


class MarkupError(Exception):
    """The part is no well-formed XML, or holds what none of these parts may hold."""


def walk_xml(
    part: bytes,
    start: StartHandler | None = None,
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Call back for every element and text in order, with names as written.

    Raises `MarkupError`, and whatever the callbacks raise.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    if start:
        parser.StartElementHandler = start
    if end:
        parser.EndElementHandler = end
    if text:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise MarkupError(str(error)) from error


def local_name(name: str) -> str:
    """Cut the prefix off a name."""
    return name[name.rfind(":") + 1 :]


def read_elements(part: bytes) -> list[tuple[str, Attributes, str]]:
    """Read every element with its attributes (names local) and its own text, for small parts.

    Of a damaged part, what comes before the damage.
    """
    found: list[tuple[str, Attributes, list[str]]] = []
    opened: list[int] = []

    def start(name: str, attributes: Attributes) -> None:
        opened.append(len(found))
        found.append(
            (local_name(name), {local_name(key): attributes[key] for key in attributes}, [])
        )

    def text(data: str) -> None:
        found[opened[-1]][2].append(data)

    def end(_: str) -> None:
        opened.pop()

    with suppress(MarkupError):  # the caller takes what was found before the damage
        walk_xml(part, start, end, text)
    return [(name, attributes, "".join(texts)) for name, attributes, texts in found]


def _refuse_document_type(*_: object) -> None:
    raise MarkupError("document type declared")
