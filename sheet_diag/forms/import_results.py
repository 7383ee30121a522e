"""The first page of an imported questionnaire: what was taken, what was not, what to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.proposal import CatalogProposal, Gap
from sheet_diag.catalog.rows import SheetRows
from sheet_diag.forms.page_writer import write_lead, write_title
from sheet_diag.model.basics import Message
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BLUE, CELL, HEAD, HEADING, INSET, MIDDLE

_WIDTHS: Final = (170, 290, 420)
_LAST: Final = len(_WIDTHS) - 1
_LOOK: Final = {**CELL, **INSET, **MIDDLE}
Locate = Callable[[Gap], str]  # the name of the cell of the new workbook, without its sheet
_Line = tuple[str, str, str, str]  # where the first cell leads to (empty: nowhere), and the cells


def write_import_results(
    page: Page, proposal: CatalogProposal, locate: Locate, say: Wording
) -> None:
    """Write the page."""
    page.columns(_WIDTHS)
    write_title(page, say("import.title"), _LAST)
    write_lead(page, _write_summary(proposal, say), _LAST)
    taken = [("", e.place, e.heading, write_message(e.became, say)) for e in proposal.taken]
    row = _write_section(page, 4, ("taken", "place", "heading", "became"), taken, say)
    gaps = list(_list_gaps(proposal, locate, say))
    row = _write_section(page, row, ("gaps", "place", "stands", "look"), gaps, say)
    left = [("", e.place, e.text, write_message(e.why, say)) for e in proposal.left_out]
    row = _write_section(page, row, ("left", "place", "heading", "why"), left, say)
    if proposal.lost:
        lost = [("", str(n), write_message(what, say), "") for what, n in proposal.lost]
        _write_section(page, row, ("lost", "count", "what", ""), lost, say)
    page.paper(landscape=False, header="", footer=f"&C&8{say('sheet.footer.page')}")
    page.fit_width()
    page.select(0, 0)


def _write_summary(proposal: CatalogProposal, say: Wording) -> str:
    sets = {row["set"] for row in proposal.rows.get("choices", ())}
    return say(
        "import.lead",
        source=proposal.source,
        questions=len(proposal.rows["questions"]),
        sets=len(sets),
        gaps=count_points(proposal),
        left=len(proposal.left_out) + len(proposal.lost),
    )


def write_message(message: Message, say: Wording) -> str:
    """Write a sentence; a key of a column in it becomes its heading."""
    parts = dict(message.parts)
    if key := parts.pop("key", ""):
        parts["heading"] = load_sheet_forms()["questions"].write_heading(key, say.lang)
    return say(message.key, **parts)


def count_points(proposal: CatalogProposal) -> int:
    """Count what has to be looked at, as the page lists it."""
    return len(list(_join_gaps(proposal.gaps)))


def _list_gaps(proposal: CatalogProposal, locate: Locate, say: Wording) -> Iterator[_Line]:
    forms = load_sheet_forms()
    for gaps in _join_gaps(proposal.gaps):
        sheet, cells = forms[gaps[0].sheet][say.lang], [locate(gap) for gap in gaps]
        place = cells[0] if len(cells) == 1 else f"{cells[0]}:{cells[-1]}"
        stands = [text for gap in gaps if (text := _text_of(proposal.rows, gap))]
        target = f"internal:'{sheet}'!{place}"
        look = write_message(gaps[0].says, say)
        yield target, f"{sheet}!{place}", say("book.note.comma").join(stands), look


def _text_of(rows: SheetRows, gap: Gap) -> str:
    return rows[gap.sheet][gap.row].get(gap.key, "")


def _join_gaps(gaps: Iterable[Gap]) -> Iterator[list[Gap]]:
    """Join the gaps of cells below each other that want the same look."""
    joined: list[Gap] = []
    for gap in sorted(gaps, key=lambda each: (each.sheet != "questions", each.sheet, each.row)):
        if joined and not _continues(joined[-1], gap):
            yield joined
            joined = []
        joined.append(gap)
    if joined:
        yield joined


def _continues(last: Gap, gap: Gap) -> bool:
    same = (last.sheet, last.key, last.says) == (gap.sheet, gap.key, gap.says)
    return same and gap.row == last.row + 1


def _write_section(
    page: Page, row: int, keys: Sequence[str], lines: Sequence[_Line], say: Wording
) -> int:
    """Write a heading and its table; return the row below."""
    page.height(row, 8)
    page.merged(row + 1, 0, _LAST, say(f"import.section.{keys[0]}"), HEADING)
    page.height(row + 1, 22)
    for col, key in enumerate(keys[1:]):
        page.text(row + 2, col, say(f"import.column.{key}") if key else "", HEAD)
    page.height(row + 2, 20)
    row += 3
    for target, *cells in lines or [("", say("import.none"), "", "")]:
        for col, text in enumerate(cells):
            page.client_text(row, col, text, _LOOK)
        if target:
            page.link(row, 0, target, cells[0], {**_LOOK, "font_color": BLUE})
        page.height(row, max(20.0, *map(_height, cells, _WIDTHS)))
        row += 1
    return row


def _height(text: str, width: int) -> float:
    return row_height(text, room=column_room(width, indent=1), size=10, padding=6)
