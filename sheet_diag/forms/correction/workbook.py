"""A return and its problems -> the sheet that goes back: all entries in place, faults marked.

Understood answers stand there in the words of the drop-down, others as typed. Where the client gave
no single answer the cell is blank, and the letter says what was given.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sheet_diag.forms.correction.cell_notes import write_note
from sheet_diag.forms.correction.letter import truncate_entry, write_correction_letter
from sheet_diag.forms.correction.points import CorrectionPoint, list_correction_points
from sheet_diag.forms.hearing_sheet.content import Entries, PreviousAnswers, SheetContent
from sheet_diag.forms.hearing_sheet.workbook import write_pages
from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.model.basics import Lang, parse_iso_day
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.model.returns import Problem, ProblemCode, Response, ReturnedSheet, SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.answer_words import enter_answer
from sheet_diag.text.wording import Wording, word_catalog
from sheet_diag.xlsx.book import Book

# Where the raw text is no answer that the client ever gave to that question.
_NOT_TYPED: Final = {
    ProblemCode.DUPLICATE_ITEM,
    ProblemCode.SHEETS_DISAGREE,
    ProblemCode.MERGED_ANSWER,
    ProblemCode.ERROR_VALUE,
    ProblemCode.NOT_CALCULATED,
    ProblemCode.EMPTY_RESULT,
    ProblemCode.PICTURE_ANSWER,
    ProblemCode.DATA_TYPE_ANSWER,
    ProblemCode.CHECKBOX_ANSWER,
    ProblemCode.SYMBOL_ANSWER,
    ProblemCode.STRUCK_ANSWER,
    ProblemCode.ITEM_ROW_MISSING,
}


def make_correction_sheet(
    catalog: Catalog,
    sheet: ReturnedSheet,
    problems: Sequence[Problem],
    issuer: Issuer,
    replaces: Sequence[str],
) -> tuple[bytes, int]:
    """Make the workbook to be mailed back; return it, and the number of points in its letter.

    `replaces` are the SHA-256 of the returns that count no more once this one comes back. The same
    arguments give the same bytes.
    """
    say, issuer = word_catalog(catalog, sheet.lang), issuer.in_lang(sheet.lang)
    answers = _collect_answers(catalog, sheet, problems)
    remarks = {each.item: each.remark for each in sheet.responses}
    evidence = {each.item: each.evidence for each in sheet.responses}
    given = Entries(_collect_profile(catalog, sheet, problems), answers, remarks, evidence)
    lost = {each.item: each.raw for each in sheet.responses if not answers.get(each.item)}
    found = list_correction_points(catalog, problems, given, lost, say)
    notes, field_notes = _write_notes(found.points, say)
    entries = replace(given, notes=notes, field_notes=field_notes)
    identity = SheetIdentity(catalog.id, catalog.version, sheet.identity.client)
    previous = _list_previous(sheet)
    content = SheetContent(
        catalog, say, issuer, entries, identity, tuple(replaces), previous=previous
    )
    book = Book(
        title=catalog.title[sheet.lang],
        author=issuer.name,
        created=FIXED_CREATED,
        subject=catalog.id,
    )
    request = book.page(say("sheet.name.request"))
    _, places = write_pages(book, content)
    write_correction_letter(request, content, found, places)
    request.open_here()
    book.seal()
    return book.bytes(), len(found.points)


def _list_previous(sheet: ReturnedSheet) -> PreviousAnswers | None:
    """List what stood beside the answers, where any of it was confirmed."""
    day = parse_iso_day(sheet.former_day)
    if day is None or not sheet.confirmed:
        return None
    return PreviousAnswers(day, {each.item: each.former for each in sheet.responses})


def _collect_answers(
    catalog: Catalog, sheet: ReturnedSheet, problems: Sequence[Problem]
) -> dict[str, str]:
    codes: dict[str, set[ProblemCode]] = {}
    for problem in problems:
        if problem.item:
            codes.setdefault(problem.item, set()).add(problem.code)
    overridden = {p.item: p for p in problems if p.code is ProblemCode.OVERRIDDEN}
    confirmed = sheet.confirmed if _list_previous(sheet) else ()
    same = word_catalog(catalog, sheet.lang)("sheet.former.same")
    return {
        response.item: same
        if response.item in confirmed
        else _find_answer(
            catalog,
            _restore_given(response, overridden.get(response.item)),
            codes.get(response.item, set()),
            sheet.lang,
        )
        for response in sheet.responses
        if response.item in catalog.items
    }


def _restore_given(response: Response, overridden: Problem | None) -> Response:
    """Return the client's own answer where the consultant set another; blank without one."""
    if overridden is None:
        return response
    before = dict(overridden.details).get("before")
    return replace(response, choice=before) if before else replace(response, choice=None, raw="")


def _find_answer(catalog: Catalog, response: Response, codes: set[ProblemCode], lang: Lang) -> str:
    if codes & _NOT_TYPED:
        return ""
    if response.choice is None or ProblemCode.NA_NOT_ALLOWED in codes:
        return response.raw
    return enter_answer(catalog, catalog.items[response.item], response.choice, Wording(lang))


def _collect_profile(
    catalog: Catalog, sheet: ReturnedSheet, problems: Sequence[Problem]
) -> dict[str, str]:
    entries = {
        problem.item: problem.value or ""
        for problem in problems
        if problem.code is ProblemCode.PROFILE_NOT_UNDERSTOOD and problem.item
    }
    # What the client list says is no answer of the client.
    ours = {problem.item for problem in problems if problem.code is ProblemCode.TAKEN_FROM_LIST}
    for field in catalog.profile:
        value = sheet.profile.get(field.id) if field.id not in ours else None
        if value and field.kind is FieldKind.CHOICE and value in field.by_id:
            entries[field.id] = field.by_id[value].label[sheet.lang]
        elif value:
            entries[field.id] = value
    return entries


def _write_notes(
    points: Iterable[CorrectionPoint], say: Wording
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Write the notes on cells, by item and by field id: what is there, what is expected, why."""
    texts = [(point, _write_note(number, point, say)) for number, point in enumerate(points, 1)]
    items = {point.item: text for point, text in texts if point.item}
    fields = {point.field: text for point, text in texts if point.field}
    return items, fields


def _write_note(number: int, point: CorrectionPoint, say: Wording) -> str:
    entry = truncate_entry(point.entry) or say("sheet.request.nothing")
    return write_note(number, entry, point.expected, point.text, say)
