"""What a client types stays text: it never becomes a formula, link or print code."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from tests.catalogs import catalog
from tests.lint import lint
from tests.samples import ISSUER, client, name_categories, portfolio, report, resolve_all, reword
from tests.workbooks import (
    NS,
    calamine_values,
    header_and_footer,
    open_workbook,
    sheet_parts,
    utf16_units,
    xml_parts,
)

pytestmark = pytest.mark.slow("a report and a portfolio for each of forty texts")

TEXTS = {
    "formula": "=1+1",
    "array formula": "{=1+1}",
    "plus": "+1",
    "minus": "-2",
    "at": "@SUM(1)",
    "full-width": "＝1＋1",
    "function": '=HYPERLINK("http://x.example/","x")',
    "DDE": "=cmd|' /C calc'!A0",
    "tab first": "\t=1+1",
    "apostrophe": "'=1+1",
    "link": "http://x.example/",
    "mail": "mailto:a@b.example",
    "internal": "internal:Sheet1!A1",
    "external": "external:c:\\x.xlsx",
    "ampersand": 'A&B "quoted"',
    "page code": "&P 2026 &N &D",
    "font code": '&"Wingdings"&24&Kff0000x',
    "digits first": "3M 2026",
    "picture code": "A&G商事",
    "picture": "x&[Picture]",
    "section code": "&L&C&R",
    "markup": "<b>x</b>]]>&amp;<!--",
    "line breaks": "a\nb\r\nc\rd",
    "control characters": "a\0b\x01c\x0bd\x1fe\x7ff\x85g",
    "escapes": "_x000D_ _x0041_ _x005F_",
    "no characters": "頭\ufffe中\uffff尾",
    "lone surrogate": "頭\ud800中\udc00尾",
    "emoji": "☃😀👨‍👩‍👧",
    "spaces": "  a  ",
    "braces": "{count} {0} %s",
    "one digit": "1",
    "number": "00123",
    "boolean": "TRUE",
    "error": "#REF!",
}
LONG = {
    "one header long": "株式会社" + "見" * 296,
    "40,000 characters": "あ" * 40_000,
    "20,000 snowmen": "☃" * 20_000,
    "20,000 emoji": "😀" * 20_000,
    "long formula": "=" + "1+" * 20_000 + "1",
    "many lines": "a\n" * 5_000,
}
ALL = {**TEXTS, **LONG}
_SMALL = name_categories(catalog("3! 1", "2", "1", "2 1"))

every_text = pytest.mark.parametrize("which", ALL)


def storable(text: str) -> bool:
    """Whether a cell can hold the text as it is."""
    return utf16_units(text) <= 32_000 and not re.search("[\ud800-\udfff\ufffe\uffff]", text)


WHOLE = [which for which, text in ALL.items() if storable(text)]
_START = re.compile("[^\0-\x1f\ud800-\udfff\ufffe\uffff_]*")


def start(text: str) -> str:
    """The start of the text as every reader gives it back."""
    found = _START.match(text)
    return found[0][:200] if found else ""


# Long enough to distinguish the client's cells from ours.
DISTINCT = [which for which, text in ALL.items() if len(start(text).strip()) > 1]


def _of_another(received: ReceivedFile) -> ReceivedFile:
    """The same said by another client: two returns of one client would be settled."""
    sheet = received.sheet
    assert sheet
    identity = replace(sheet.identity, client=f"{sheet.identity.client}2")
    return replace(received, sheet=replace(sheet, identity=identity))


def outcomes(text: str) -> list[ReturnOutcome]:
    """One ranked, one held, one rejected and one more, all of them saying `text`."""
    ranked = reword(client("a", {"C2": "△"}, catalog=_SMALL), text)
    found = (
        ProblemCode.ANSWER_READ_AS,
        ProblemCode.NA_NOT_ALLOWED,
        ProblemCode.PROFILE_READ_AS,
        ProblemCode.OTHER_VERSION,
    )
    names = ("read", "expected", "field", "kind")
    details = tuple((name, text) for name in names)
    noted = tuple(Problem(code, text, "D7", "C1-1", text, details) for code in found)
    held = _of_another(reword(client("b", {"C1": "."}, catalog=_SMALL), text))
    wrong = Problem(ProblemCode.UNREADABLE, text, None, None, text)
    rejected = ReceivedFile(text, "0" * 64, problems=(wrong,))
    fine = client("c", rest="△", catalog=_SMALL)
    given = (replace(ranked, problems=noted), held, rejected, fine)
    made = resolve_all(*given, catalog=_SMALL)
    assert [each.status for each in made] == [
        ReturnStatus.RANKED,
        ReturnStatus.HELD,
        ReturnStatus.REJECTED,
        ReturnStatus.RANKED,
    ]
    return made


@cache
def made(which: str) -> tuple[bytes, bytes, list[str]]:
    """The report, the portfolio, and what the writer warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        given = outcomes(ALL[which])
        books = (report(given[0], catalog=_SMALL), portfolio(given, catalog=_SMALL))
    return (*books, [str(each.message) for each in caught])


def cells(content: bytes) -> Iterator[Any]:
    for page in open_workbook(content).worksheets:
        for row in page.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


@every_text
def test_the_writer_refuses_nothing(which: str) -> None:
    assert made(which)[2] == []


@every_text
def test_every_reader_finds_the_workbook_sound(which: str) -> None:
    for content in made(which)[:2]:
        assert lint(content) == []
        book = open_workbook(content)
        assert list(calamine_values(content)) == book.sheetnames


@every_text
def test_no_text_of_the_client_becomes_a_formula(which: str) -> None:
    plain, written = made("emoji")[0], made(which)
    assert formulas(written[0]) == formulas(plain)
    assert formulas(written[1]) == {}
    for content in written[:2]:
        for name, root in xml_parts(content).items():
            if "tables/" in name:
                assert root.findall(".//m:calculatedColumnFormula", NS) == []
        assert "definedName" not in _names(content, ALL[which])


def formulas(content: bytes) -> dict[str, list[str | None]]:
    """The formulas by sheet, of those that have any."""
    found = {
        name: [each.text for each in root.findall(".//m:f", NS)]
        for name, root in sheet_parts(content).items()
    }
    return {name: texts for name, texts in found.items() if texts}


def _names(content: bytes, text: str) -> str:
    """Defined names that hold the text."""
    found = xml_parts(content)["xl/workbook.xml"].findall("m:definedNames/m:definedName", NS)
    return "definedName" if any(text in str(name.text) for name in found if len(text) > 4) else ""


@every_text
def test_links_lead_to_results_only(which: str) -> None:
    for content, links in zip(made(which)[:2], (0, 2), strict=True):
        parts = xml_parts(content)
        targets = [
            str(relation.get("Target"))
            for name, root in parts.items()
            if "worksheets/_rels" in name
            for relation in root
            if str(relation.get("Type")).endswith("/hyperlink")
        ]
        assert len(targets) == links
        assert all(re.fullmatch(r"results[\\/][^\\/:]+\.xlsx", target) for target in targets)
        inside = [
            str(link.get("location"))
            for root in sheet_parts(content).values()
            for link in root.findall("m:hyperlinks/m:hyperlink", NS)
            if link.get("location")
        ]
        names = open_workbook(content).sheetnames
        assert all(place.split("!", maxsplit=1)[0].strip("'") in names for place in inside)


CODES = re.compile(r"&(?:[LCRPNDTFAGBIUESXYZOH+-]|\"[^\"]*\"|\d+|K[0-9A-F]{6}|\[\w+\])")


def codes(text: str) -> list[str]:
    """What Excel reads as codes in a header or footer: && is a plain ampersand."""
    return CODES.findall(text.replace("&&", ""))


@every_text
def test_no_text_of_the_client_becomes_a_header_code(which: str) -> None:
    for content, plain in zip(made(which)[:2], made("emoji")[:2], strict=True):
        for name, root in sheet_parts(content).items():
            # Long remarks stand on a sheet of their own, which is headed as the answers are.
            same = sheet_parts(plain).get(name, sheet_parts(plain).get("回答と採点"))
            assert same is not None
            expected = header_and_footer(same)
            found = header_and_footer(root)
            assert [codes(text) for text in found] == [codes(text) for text in expected]


def test_an_ampersand_is_printed_in_headers() -> None:
    header = header_and_footer(sheet_parts(made("ampersand")[0])["診断報告書"])[0]
    assert 'A&&B "quoted"' in header


def with_text(content: bytes, page: str, text: str) -> int:
    """Cells of a sheet, as calamine decodes them, in which the whole text stands."""
    rows = calamine_values(content)[page]
    return sum(1 for row in rows for value in row if isinstance(value, str) and text in value)


@pytest.mark.parametrize("which", WHOLE)
def test_hostile_texts_are_kept(which: str) -> None:
    text = ALL[which]
    first, second, _ = made(which)
    items = len(_SMALL.items)
    # 診断報告書 shows the name as it can be printed; the whole stands on 診断条件.
    pieces = [str(row[-1]) for row in calamine_values(first).get("備考の全文", [])]
    parted = "".join(pieces).count(text)  # a long remark goes on in the next row
    assert with_text(first, "回答と採点", text) + parted >= items  # remarks
    assert with_text(first, "診断条件", text) >= 3  # client, file, sheet
    assert with_text(second, "一覧", text) >= 1
    assert with_text(second, "ヒートマップ", text) >= 1
    assert with_text(second, "要確認", text) >= 2  # held and rejected
    assert with_text(second, "データ", text) >= items


@pytest.mark.parametrize("which", sorted(set(ALL) - set(WHOLE)))
def test_what_no_cell_can_hold_is_cut(which: str) -> None:
    text = ALL[which]
    legal = [part[:5000] for part in re.split("[\ud800-\udfff\ufffe\uffff]", text) if part]
    for content in made(which)[:2]:
        found = [str(cell.value) for cell in cells(content)]
        found = [each for each in found if all(part in each for part in legal)]
        assert found
        assert all(utf16_units(each) <= 32_767 for each in found)
        if len(text) > 5000:
            assert any(each.endswith("…") for each in found)


@pytest.mark.parametrize("which", DISTINCT)
def test_a_text_stays_text_when_a_person_edits_its_cell(which: str) -> None:
    for content in made(which)[:2]:
        found = [cell for cell in cells(content) if str(cell.value).startswith(start(ALL[which]))]
        assert found
        assert [cell.coordinate for cell in found if not cell.quotePrefix] == []
        assert {cell.data_type for cell in found} == {"s"}


def test_profile_entries_that_are_no_choices_are_texts_of_the_client() -> None:
    """A catalogue may ask for industry and employees in the client's own words."""
    given = client("a", catalog=_SMALL)
    assert given.sheet
    profile = {**given.sheet.profile, "industry": "=1+1", "employees": "=2+2"}
    typed = replace(given, sheet=replace(given.sheet, profile=profile))
    content = portfolio(resolve_all(typed, catalog=_SMALL), catalog=_SMALL)
    found = [cell for cell in cells(content) if cell.value in ("=1+1", "=2+2")]
    # In 概要 and 一覧 twice each, in 業種別, 規模別 once each, in データ twice a row.
    assert len(found) == 2 + 2 + 2 + 2 * len(_SMALL.items)
    assert {cell.data_type for cell in found} == {"s"}
    assert all(cell.quotePrefix for cell in found)


@every_text
def test_a_prefilled_sheet_keeps_hostile_texts_as_text(which: str) -> None:
    text = ALL[which]
    given = Entries(
        {"company": text, "department": text}, {"C1-1": text}, {"C1-1": text, "C1-2": text}
    )
    content = make_hearing_sheet(_SMALL, Lang.JA, ISSUER, given)
    assert lint(content) == []
    unlocked = [cell for cell in cells(content) if not cell.protection.locked]
    assert len(unlocked) == 5
    assert {cell.data_type for cell in unlocked} == {"s"}
    assert all(cell.quotePrefix for cell in unlocked)
    assert all(str(cell.value).startswith(start(text)) for cell in unlocked)
