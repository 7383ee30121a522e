"""Below the 改善計画: the pages of public bodies that help with what is open, each once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sheet_diag.model.catalog import Link
from sheet_diag.reports.client.context import ReportContext
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import CENTERED_9, HEADING, LINK, TEXT_9, Look

_URL: Final[Look] = {**TEXT_9, **LINK}

LinkNumbers = Mapping[Link, int]


def number_links(context: ReportContext) -> LinkNumbers:
    """Number the links of the open items, each once, from 1 on."""
    items = (context.catalog.items[name] for name in context.report.diagnosis.open_items)
    links = dict.fromkeys(link for item in items for link in item.links)
    return {link: number for number, link in enumerate(links, 1)}


def refer_to_links(links: Iterable[Link], numbers: LinkNumbers) -> str:
    """Write the numbers of an item's links."""
    return "\n".join(f"[{numbers[link]}]" for link in links)


def write_links(
    page: Page, row: int, at: Mapping[str, int], numbers: LinkNumbers, context: ReportContext
) -> int:
    """Write the list from `row` on below the columns `at`; the client's columns stay free.

    Returns the row after it.
    """
    if not numbers:
        return row
    title, last = at["title"], len(at) - 1
    page.height(row, 10)
    page.merged(row + 1, 0, last, context.say("plan.links.heading"), HEADING)
    page.height(row + 1, 24)
    for line, (link, number) in enumerate(numbers.items(), row + 2):
        page.text(line, 0, f"[{number}]", CENTERED_9)
        page.merged(line, 1, title, link.title, TEXT_9)
        page.merged(line, title + 1, last, "", _URL)
        page.link(line, title + 1, link.url, link.url, _URL)
        texts = ((link.title, (1, title)), (link.url, (title + 1, last)))
        page.height(line, max(page.text_height(text, TEXT_9, at, 8) for text, at in texts))
    return row + 2 + len(numbers)
