"""overrides.xlsx -> what the consultant decided, row by row, and every row that has a fault.

Which return a row is about, and whether it changes anything, is found by
`sheet_diag.diagnosis.overrides` once all returns are known. A row with a fault decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, TypeVar

from sheet_diag.forms.layout import (
    LISTS_SHEET,
    OVERRIDE_OPTIONAL,
    OVERRIDE_REFERENCES,
    OVERRIDE_TABLES,
    OVERRIDES_FILE,
    cell_name,
)
from sheet_diag.intake.cells import CellMark, Grid, RefusedError, WorkbookContent
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.returns.answer_values import read_value
from sheet_diag.intake.returns.question_tables import find_stray_cells
from sheet_diag.intake.returns.vocabulary import (
    Vocabulary,
    heading_spellings,
    question_key,
    vocabulary_of,
)
from sheet_diag.intake.table_file import (
    HeadedColumns,
    Headings,
    Table,
    TableRow,
    find_tables,
    match_headings,
    read_headings,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item, ItemKind
from sheet_diag.model.overrides import (
    AnswerOverride,
    ClientComment,
    FileAssignment,
    OverrideLine,
    OverrideLines,
    OverridesContent,
    ReturnSelection,
    WordMeaning,
)
from sheet_diag.model.record import Text
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.model.versions import Relation
from sheet_diag.text.answer_words import describe_entry
from sheet_diag.text.normalize import item_key, label_key, normalize_text
from sheet_diag.text.problems import problem_message
from sheet_diag.text.wording import Wording

_HEADER_ROWS: Final = 30  # the headings stand among the first rows of a sheet
# What a line is about, and the cell that is blank as long as nothing is decided on that.
_OPEN: Final = {
    "amendments": (("client", "item"), "after"),
    "assignments": (("file",), "client"),
    "selections": (("client", "file"), "reason"),
}
_ITEM_COLUMNS: Final = 4  # of the list of questions
_MOST_PLACES: Final = 5  # named where a workbook holds what is not ours
_READABLE: Final = (None, CellMark.FORMULA)
# What an answer to the old question says of the new one, too.
_SAME: Final = (Relation.SAME, Relation.REWORDED, Relation.MERGED)
_SEPARATOR: Final = {Lang.JA: "・", Lang.EN: ", "}

_Kind = TypeVar("_Kind")
_Line = AnswerOverride | ClientComment | WordMeaning | FileAssignment | ReturnSelection


def is_overrides_file(found: InputFile) -> bool:
    """Tell whether a file of the input folder is the consultant's, by its name."""
    return found.name.casefold() == OVERRIDES_FILE


def read_overrides(
    content: bytes, name: str, catalog: Catalog, reading: IntakeSettings
) -> tuple[OverridesContent | None, tuple[Problem, ...]]:
    """Read the content of a file (None: it cannot be read), and what is wrong with it.

    Raises nothing for whatever it may hold.
    """
    try:
        opened = open_workbook_bytes(content, name, reading)
        workbook = read_workbook(opened, reading.limits)
    except RefusedError as error:
        why = (f"why_{lang.value}" for lang in Lang)
        texts = (problem_message(error.problem, lang).rstrip("。") for lang in Lang)
        details = tuple(zip(why, texts, strict=True))
        return None, (Problem(ProblemCode.OVERRIDES_UNREAD, details=details),)
    return parse_overrides(workbook, catalog)


def parse_overrides(
    workbook: WorkbookContent, catalog: Catalog
) -> tuple[OverridesContent, tuple[Problem, ...]]:
    """Read the lines in a workbook's cells, and every fault."""
    lines: dict[str, list[_Line]] = defaultdict(list)
    faults: list[Problem] = list(find_stray_cells(workbook.grids))
    vocabulary = _follow_numbers(vocabulary_of(catalog), workbook)
    for grid in workbook.grids:
        found = _find_table(grid)
        if not found:
            continue
        key, table = found
        wrong = [*_check_columns(table, key)]
        rows = [] if wrong else list(table.rows())
        left = [row for row in rows if not _is_open(row, key)]
        faults += wrong
        if count := _count_open(rows, left, key):
            faults.append(Problem(ProblemCode.OVERRIDES_OPEN, grid.name, value=str(count)))
        for row in left:
            line = _parse_row(row, key, vocabulary)
            if isinstance(line, Problem):
                faults.append(line)
            else:
                lines[key].append(line)
    content = OverridesContent(
        overrides=_of_type(lines["amendments"], AnswerOverride),
        comments=_of_type(lines["remarks"], ClientComment),
        words=_of_type(lines["words"], WordMeaning),
        assignments=_of_type(lines["assignments"], FileAssignment),
        selections=_of_type(lines["selections"], ReturnSelection),
    )
    if not faults and content == OverridesContent():
        faults.append(Problem(ProblemCode.OVERRIDES_EMPTY))
    return content, tuple(faults)


def _follow_numbers(vocabulary: Vocabulary, workbook: WorkbookContent) -> Vocabulary:
    """Let the numbers of a workbook mean the questions that its own list has beside them.

    A question that the catalogue has no more is followed where that tells what became of it.
    """
    items = dict(vocabulary.items)
    news = {row.old: row.new for row in vocabulary.catalog.earlier.items if row.relation in _SAME}
    followed = {
        item_key(old): vocabulary.catalog.items.get(new or "") for old, new in news.items() if old
    }
    listed = dict(_read_questions(workbook))
    for number, question in listed.items():
        now = items.pop(number, None)
        is_same = now is not None and question in vocabulary.questions[now.id]
        found = now if is_same else vocabulary.asked.get(question) or followed.get(number)
        items |= {number: found} if found else {}
    for number, item in followed.items():
        items |= {number: item} if item and number not in {*items, *listed} else {}
    return replace(vocabulary, items=items)


def _read_questions(workbook: WorkbookContent) -> Iterator[tuple[str, str]]:
    """Read the list of questions that a workbook was made with, as they are compared."""
    names = heading_spellings("overrides.sheet.items")
    for grid in (each for each in workbook.grids if label_key(each.name) in names):
        for number, _, question in (cells[:3] for cells in grid.rows if len(cells) >= 3):
            if number and question:
                yield item_key(number), question_key(question)


def read_override_lines(
    content: bytes, name: str, reading: IntakeSettings
) -> tuple[OverrideLines, tuple[str, ...]]:
    """Read the lines of a file as texts, and the first places that hold anything else.

    Raises `RefusedError` where it cannot be read.
    """
    workbook = read_workbook(open_workbook_bytes(content, name, reading), reading.limits)
    lines: dict[str, list[OverrideLine]] = defaultdict(list)
    others: list[str] = []
    for grid in workbook.grids:
        found = _find_table(grid)
        others += islice(_find_other_cells(grid, found), _MOST_PLACES)
        for row in found[1].rows() if found else ():
            lines[found[0] if found else ""].append({c: row.text(c) for c in row.places})
    return lines, tuple(others[:_MOST_PLACES])


def _find_other_cells(grid: Grid, found: tuple[str, Table] | None) -> Iterator[str]:
    """Find what writing a sheet anew would lose: texts of others, notes, strokes."""
    if grid.cut:
        yield grid.name
    unreadable = [at for at, mark in grid.marks.items() if mark not in _READABLE]
    for at in sorted({*unreadable, *grid.notes, *grid.struck}):
        yield f"{grid.name} {cell_name(*at)}"
    if found:
        key, table = found
        own = {places[0] for places in table.columns.values()}
        for problem in _check_columns(table, key):
            yield f"{grid.name} {problem.cell}"
    elif grid.name == LISTS_SHEET:
        return
    else:
        is_items = label_key(grid.name) in heading_spellings("overrides.sheet.items")
        own = set(range(_ITEM_COLUMNS)) if is_items else set()
    for row, cells in enumerate(grid.rows):
        for column, text in enumerate(cells):
            is_lead = column == 0 and found and row < found[1].header
            if text.strip() and column not in own and not is_lead:
                yield f"{grid.name} {cell_name(row, column)}"


def _of_type(lines: Sequence[_Line], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(line for line in lines if isinstance(line, kind))


def _find_table(grid: Grid) -> tuple[str, Table] | None:
    """Find the table of a sheet, and which one it is.

    The name of the sheet tells that, or else two of its headings.
    """
    named = label_key(grid.name)
    keys = [k for k in OVERRIDE_TABLES if named in heading_spellings(f"overrides.sheet.{k}")]
    found = [
        (key, table)
        for key in keys or OVERRIDE_TABLES
        for table in find_tables(grid, _headings(key), _has_two(key), _HEADER_ROWS)
    ]
    if found:
        key, table = max(found, key=lambda each: _fit(*each))
        return key, replace(table, end=len(grid.rows))
    if not keys:
        return None
    cells = grid.rows[0] if grid.rows else ()
    return keys[0], Table(grid, 0, len(grid.rows), match_headings(cells, _headings(keys[0])))


def _headings(key: str) -> Headings:
    columns = (*_entered_columns(key), *OVERRIDE_REFERENCES.get(key, ()))
    return read_headings(tuple(f"overrides.column.{column}" for column in columns))


def _entered_columns(key: str) -> tuple[str, ...]:
    return (*OVERRIDE_TABLES[key], *OVERRIDE_OPTIONAL.get(key, ()))


def _has_two(key: str) -> Callable[[HeadedColumns], bool]:
    return lambda columns: len(columns.keys() & {*OVERRIDE_TABLES[key]}) > 1


def _fit(key: str, table: Table) -> tuple[int, int]:
    """How well a table's headings are those of a kind: how many are there, how few are missing."""
    needed = OVERRIDE_TABLES[key]
    there = len(table.columns.keys() & {*needed})
    return there, there - len(needed)


def _check_columns(table: Table, key: str) -> Iterator[Problem]:
    """Find headings that are missing or stand twice."""
    cells = table.grid.rows[table.header] if table.grid.rows else ()
    lang = Lang.EN if any(cells) and all(text.isascii() for text in cells) else Lang.JA
    for column in _entered_columns(key):
        places = table.columns.get(column, ())
        if len(places) > 1 or (not places and column in OVERRIDE_TABLES[key]):
            cell = cell_name(table.header, places[-1] if places else 0)
            heading = Wording(lang)(f"overrides.column.{column}")
            yield Problem(ProblemCode.OVERRIDES_COLUMN, table.grid.name, cell, value=heading)


def _is_open(row: TableRow, key: str) -> bool:
    """Whether nothing is decided yet on what a line is about."""
    about, decided = _OPEN.get(key, ((), ""))
    is_blank = bool(decided) and not row.text(decided) and not row.mark(decided)
    return is_blank and all(map(row.text, about))


def _count_open(rows: Sequence[TableRow], decided: Sequence[TableRow], key: str) -> int:
    """Count what is left open; nothing of a client of whom another return was selected."""
    settled = {normalize_text(row.text("client")) for row in decided if key == "selections"}
    left = sum(normalize_text(row.text("client")) not in settled for row in rows)
    return left if settled else len(rows) - len(decided)


def _parse_row(row: TableRow, key: str, vocabulary: Vocabulary) -> _Line | Problem:
    """Read what a row decides, or its first fault."""
    struck = row.grid.struck
    for column in _entered_columns(key) if struck else ():
        if (row.row, row.places.get(column, -1)) in struck:
            return _row_problem(row, ProblemCode.OVERRIDE_STRUCK, column)
    if blank := [column for column in OVERRIDE_TABLES[key] if not row.text(column)]:
        names = {lang: [Wording(lang)(f"overrides.column.{c}") for c in blank] for lang in Lang}
        fields = {lang.value: _SEPARATOR[lang].join(names[lang]) for lang in Lang}
        code = ProblemCode.OVERRIDE_INCOMPLETE
        return _row_problem(row, code, blank[0], fields=Text(**fields))
    return _PARSERS[key](row, vocabulary)


def _parse_answer_override(row: TableRow, vocabulary: Vocabulary) -> AnswerOverride | Problem:
    catalog, item = vocabulary.catalog, vocabulary.items.get(item_key(row.text("item")))
    if item is None:
        is_asked = item_key(row.text("item")) in vocabulary_of(catalog).items
        unknown, changed = ProblemCode.OVERRIDE_ITEM_UNKNOWN, ProblemCode.OVERRIDE_ITEM_CHANGED
        return _row_problem(row, changed if is_asked else unknown, "item")
    answer, is_na = _read_answer(row.text("after"), item, vocabulary)
    if answer is None:
        code = ProblemCode.OVERRIDE_NA_NOT_ALLOWED if is_na else ProblemCode.OVERRIDE_NOT_UNDERSTOOD
        return _row_problem(row, code, "after", item.id, expected=_expected_answers(item, catalog))
    return AnswerOverride(
        client=row.text("client"),
        item=item.id,
        after=answer,
        reason=row.text("reason"),
        by=row.text("by"),
        sheet=row.grid.name,
        row=row.row + 1,
        cells=(row.cell("client"), row.cell("item")),
    )


def _read_answer(text: str, item: Item, vocabulary: Vocabulary) -> tuple[str | None, bool]:
    """Read the answer of a line, and whether it is 該当なし that is not allowed."""
    if item.kind is not ItemKind.SINGLE:
        return read_value(vocabulary, item, text), False
    choice = vocabulary.spellings[item.answer_set].get(normalize_text(text))
    if choice and choice in tuple(vocabulary.catalog.offered(item)):
        return choice.id, False
    return None, choice is not None


def _row_problem(
    row: TableRow, code: ProblemCode, column: str, item: str = "", **details: Text
) -> Problem:
    """Make the problem of a cell of a row."""
    texts = [(f"{key}_{lang.value}", v[lang]) for key, v in details.items() for lang in Lang]
    place = (row.grid.name, row.cell(column), item or None, row.text(column) or None)
    return Problem(code, *place, tuple(texts))


def _expected_answers(item: Item, catalog: Catalog) -> Text:
    ja, en = (describe_entry(catalog, item, Wording(lang)) for lang in Lang)
    return Text(ja=ja, en=en)


def _parse_word(row: TableRow, vocabulary: Vocabulary) -> WordMeaning | Problem:
    """Read what a word of clients stands for; one that is read anyway is refused."""
    word, meaning = normalize_text(row.text("word")), normalize_text(row.text("meaning"))
    sets = vocabulary.spellings.items()
    known = next((choices[word].label for _, choices in sets if word in choices), None)
    if known:
        return _row_problem(row, ProblemCode.OVERRIDE_WORD_KNOWN, "word", known=known)
    found = {name: choices[meaning].id for name, choices in sets if meaning in choices}
    if not found:
        code = ProblemCode.OVERRIDE_WORD_NOT_UNDERSTOOD
        labels = dict.fromkeys(c.label for _, choices in sets for c in choices.values())
        expected = Text(ja=" / ".join(t.ja for t in labels), en=" / ".join(t.en for t in labels))
        return _row_problem(row, code, "meaning", expected=expected)
    return WordMeaning(
        word=row.text("word"),
        key=word,
        choices=found,
        reason=row.text("reason"),
        by=row.text("set_by"),
        sheet=row.grid.name,
        row=row.row + 1,
        cell=row.cell("word"),
    )


def _parse_assignment(row: TableRow, vocabulary: Vocabulary) -> FileAssignment:
    del vocabulary
    client = row.text("client")
    is_left_out = label_key(client) in heading_spellings("overrides.left_out")
    return FileAssignment(
        file=row.text("file"),
        client="" if is_left_out else client,
        sheet=row.grid.name,
        row=row.row + 1,
        cells=(row.cell("file"), row.cell("client")),
    )


def _parse_selection(row: TableRow, vocabulary: Vocabulary) -> ReturnSelection:
    del vocabulary
    return ReturnSelection(
        client=row.text("client"),
        file=row.text("file"),
        reason=row.text("reason"),
        sheet=row.grid.name,
        row=row.row + 1,
        cells=(row.cell("client"), row.cell("file")),
    )


def _parse_comment(row: TableRow, vocabulary: Vocabulary) -> ClientComment:
    del vocabulary
    return ClientComment(
        client=row.text("client"),
        text=row.text("text"),
        by=row.text("comment_by"),
        sheet=row.grid.name,
        cell=row.cell("client"),
    )


_PARSERS: Final[Mapping[str, Callable[[TableRow, Vocabulary], _Line | Problem]]] = {
    "amendments": _parse_answer_override,
    "words": _parse_word,
    "assignments": _parse_assignment,
    "selections": _parse_selection,
    "remarks": _parse_comment,
}
