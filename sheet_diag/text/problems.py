"""Every kind of problem: how it is treated, what it says, and what to do about it.

The sentences lie in `labels/problem.yaml`, `CODE.says` and `CODE.todo`; they take `{value}` (what
stands there), `{item}`, and the details named by the finder. Two more are for the client himself:
`CODE.client` stands on the sheet that goes back to him, `CODE.ask` in a mail about a file that
cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text.wording import Wording, labels


class PointKind(IntEnum):
    """What a client is asked about on his correction, in the order of its page."""

    ENTRY = 0  # one cell of the company or the question sheet
    GENERAL = 1  # a category or the whole sheet
    OPEN = 2  # a question without an answer


@dataclass(frozen=True, slots=True)
class ProblemSpec:
    """How a kind of problem is treated.

    `point` is what the client is asked about (None: it is not his to correct). `shows_value`: the
    value stood in the returned sheet, and is told where no cell of the new one shows it.
    `answer_settles`: a new answer that the consultant sets settles it. `for_consultant`: a client
    never sees it, because it is about other clients, files or our own work.
    """

    severity: Severity
    point: PointKind | None = None
    shows_value: bool = False
    answer_settles: bool = False
    for_consultant: bool = False


# An answer that cannot be decided on: the client chooses anew, or the consultant sets it.
_UNDECIDED: Final = ProblemSpec(
    Severity.ERROR, point=PointKind.ENTRY, shows_value=True, answer_settles=True
)
_WITHOUT_TEXT: Final = replace(_UNDECIDED, shows_value=False)  # its value is a sign of ours
_SPECS: Final = {
    ProblemCode.UNANSWERED: ProblemSpec(  # the value: what other sheets of the workbook say
        Severity.WARNING, point=PointKind.OPEN, shows_value=True, answer_settles=True
    ),
    ProblemCode.NOT_UNDERSTOOD: _UNDECIDED,
    ProblemCode.FORMER_ANSWER_MISSING: _UNDECIDED,
    ProblemCode.ENTRY_NOT_UNDERSTOOD: replace(_UNDECIDED, severity=Severity.WARNING),
    ProblemCode.NA_NOT_ALLOWED: ProblemSpec(
        Severity.WARNING, point=PointKind.ENTRY, shows_value=True, answer_settles=True
    ),
    ProblemCode.ANSWER_AMBIGUOUS: _UNDECIDED,
    ProblemCode.ANSWER_MISPLACED: ProblemSpec(
        Severity.WARNING, point=PointKind.ENTRY, shows_value=True, answer_settles=True
    ),
    ProblemCode.SECOND_ANSWER: _UNDECIDED,
    ProblemCode.ANSWERS_SHIFTED: ProblemSpec(
        Severity.ERROR, point=PointKind.GENERAL, shows_value=True
    ),
    ProblemCode.LEFT_OVER: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL, shows_value=True),
    ProblemCode.LEFT_OVER_MANY: ProblemSpec(
        Severity.WARNING, point=PointKind.GENERAL, shows_value=True
    ),
    ProblemCode.QUESTION_MISPLACED: _UNDECIDED,
    ProblemCode.DUPLICATE_ITEM: _UNDECIDED,
    ProblemCode.DUPLICATE_SAME: ProblemSpec(Severity.INFO),
    ProblemCode.UNKNOWN_ITEM: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.ITEM_ROW_MISSING: ProblemSpec(
        Severity.WARNING, point=PointKind.OPEN, answer_settles=True
    ),
    ProblemCode.ANSWER_READ_AS: ProblemSpec(Severity.INFO),
    ProblemCode.COMPANY_MISSING: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.COMPANY_UNNAMED: ProblemSpec(
        Severity.WARNING, point=PointKind.ENTRY, shows_value=True
    ),
    ProblemCode.COMPANY_TWICE: ProblemSpec(Severity.ERROR, point=PointKind.ENTRY),
    ProblemCode.PROFILE_MISSING: ProblemSpec(Severity.INFO, point=PointKind.ENTRY),
    ProblemCode.PROFILE_NOT_UNDERSTOOD: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.PROFILE_UNPRINTABLE: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.PROFILE_READ_AS: ProblemSpec(Severity.INFO),
    ProblemCode.PROFILE_CONFIRM: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.PROFILE_SHEET_MISSING: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.SHEET_TWICE: ProblemSpec(
        Severity.WARNING, point=PointKind.GENERAL, shows_value=True
    ),
    ProblemCode.SHEETS_JOINED: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.IDENTITY_MISSING: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.IDENTITY_DISAGREES: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.OTHER_VERSION: ProblemSpec(Severity.WARNING),
    ProblemCode.VERSION_CARRIED_OVER: ProblemSpec(Severity.WARNING),
    ProblemCode.VERSION_MATCHED: ProblemSpec(Severity.WARNING),
    ProblemCode.FOREIGN_CATALOG: ProblemSpec(Severity.ERROR),
    ProblemCode.BLANK_RETURN: ProblemSpec(Severity.ERROR, point=PointKind.GENERAL),
    ProblemCode.NOT_HEARING_SHEET: ProblemSpec(Severity.ERROR),
    ProblemCode.NO_ANSWER_COLUMN: ProblemSpec(Severity.ERROR),
    ProblemCode.ANSWER_COLUMN_TWICE: ProblemSpec(
        Severity.ERROR, point=PointKind.GENERAL, shows_value=True
    ),
    ProblemCode.ANSWER_COLUMN_FOUND: ProblemSpec(Severity.WARNING),
    ProblemCode.IDS_READ_AS: ProblemSpec(Severity.INFO),
    ProblemCode.READ_BY_QUESTION: ProblemSpec(Severity.WARNING),
    ProblemCode.NO_REMARK_COLUMN: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.NA_CONTRADICTION: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.NA_AGAINST_COMPANY: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.ANSWER_CONTRADICTION: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.CONTRADICTION: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.NA_SHARE_HIGH: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.STRICT_RANK_DIFFERS: ProblemSpec(Severity.WARNING),
    ProblemCode.NO_ACCESS: ProblemSpec(Severity.ERROR),
    ProblemCode.READER_DIED: ProblemSpec(Severity.ERROR),
    ProblemCode.NOT_PROCESSED: ProblemSpec(Severity.ERROR),
    ProblemCode.UNREADABLE: ProblemSpec(Severity.ERROR),
    ProblemCode.WRONG_FORMAT: ProblemSpec(Severity.ERROR),
    ProblemCode.TOO_LARGE: ProblemSpec(Severity.ERROR),
    ProblemCode.UNSAFE_FILE: ProblemSpec(Severity.ERROR),
    ProblemCode.PASSWORD_NEEDED: ProblemSpec(Severity.ERROR),
    ProblemCode.PASSWORD_WRONG: ProblemSpec(Severity.ERROR),
    ProblemCode.PASSWORD_UNSUPPORTED: ProblemSpec(Severity.ERROR),
    ProblemCode.PASSWORD_USED: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.PASSWORD_MAILED: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.SENSITIVITY_LABEL: ProblemSpec(Severity.ERROR),
    ProblemCode.NESTED_TOO_DEEP: ProblemSpec(Severity.ERROR),
    ProblemCode.TOO_MANY_MEMBERS: ProblemSpec(Severity.ERROR),
    ProblemCode.ARCHIVE_EMPTY: ProblemSpec(Severity.ERROR),
    ProblemCode.MAIL_WITHOUT_SHEET: ProblemSpec(Severity.ERROR),
    ProblemCode.MAIL_AUTOMATIC: ProblemSpec(Severity.INFO),
    ProblemCode.LINK_OUTSIDE: ProblemSpec(Severity.ERROR),
    ProblemCode.EMPTY_FILE: ProblemSpec(Severity.ERROR),
    ProblemCode.NOT_A_RETURN: ProblemSpec(Severity.INFO),
    ProblemCode.SECOND_READER: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.STRAY_CELLS: ProblemSpec(
        Severity.WARNING, point=PointKind.GENERAL, shows_value=True
    ),
    ProblemCode.PICTURES: ProblemSpec(Severity.WARNING, point=PointKind.GENERAL),
    ProblemCode.ACTIVE_CONTENT: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.HIDDEN_ROWS: ProblemSpec(Severity.WARNING),
    ProblemCode.HIDDEN_SHEET: ProblemSpec(Severity.WARNING),
    ProblemCode.SHEETS_DISAGREE: _UNDECIDED,
    ProblemCode.ERROR_VALUE: _UNDECIDED,
    ProblemCode.NOT_CALCULATED: _WITHOUT_TEXT,
    ProblemCode.FORMULA_ANSWER: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.PICTURE_ANSWER: _WITHOUT_TEXT,
    ProblemCode.EMPTY_RESULT: _WITHOUT_TEXT,
    ProblemCode.DATA_TYPE_ANSWER: _WITHOUT_TEXT,
    ProblemCode.CHECKBOX_ANSWER: _UNDECIDED,
    ProblemCode.SYMBOL_ANSWER: _UNDECIDED,
    ProblemCode.STRUCK_ANSWER: _UNDECIDED,
    ProblemCode.STRUCK_PART: ProblemSpec(Severity.INFO),
    ProblemCode.PROFILE_STRUCK: ProblemSpec(Severity.WARNING),
    ProblemCode.STRUCK_TEXT: ProblemSpec(Severity.WARNING),
    ProblemCode.SYMBOL_TEXT: ProblemSpec(Severity.WARNING),
    ProblemCode.NOTE: ProblemSpec(Severity.WARNING),
    ProblemCode.MORE_CELLS: ProblemSpec(Severity.WARNING),
    ProblemCode.MERGED_ANSWER: _UNDECIDED,
    ProblemCode.ITEM_NEW: ProblemSpec(Severity.WARNING, point=PointKind.OPEN, answer_settles=True),
    ProblemCode.QUESTION_CHANGED: ProblemSpec(Severity.WARNING, point=PointKind.ENTRY),
    ProblemCode.QUESTION_REPLACED: ProblemSpec(
        Severity.WARNING, point=PointKind.OPEN, answer_settles=True
    ),
    ProblemCode.SAME_FILE: ProblemSpec(Severity.INFO),
    ProblemCode.SAME_ANSWERS: ProblemSpec(Severity.INFO),
    ProblemCode.NEWER_RETURN: ProblemSpec(Severity.WARNING),
    ProblemCode.BLANK_SUPERSEDED: ProblemSpec(Severity.WARNING),
    ProblemCode.ORDER_UNCLEAR: ProblemSpec(Severity.ERROR, for_consultant=True),
    ProblemCode.REPLACES: ProblemSpec(Severity.INFO),
    ProblemCode.CORRECTED: ProblemSpec(Severity.INFO),
    ProblemCode.NAME_SHARED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.LEGAL_FORM_MOVED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.ID_SHARED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.TWO_IDS: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.DEPARTMENTS_DISAGREE: ProblemSpec(Severity.ERROR, point=PointKind.ENTRY),
    ProblemCode.OWN_OUTPUT: ProblemSpec(Severity.ERROR),
    ProblemCode.OWN_REQUEST: ProblemSpec(Severity.INFO),
    ProblemCode.OVERRIDDEN: ProblemSpec(Severity.WARNING),
    ProblemCode.OVERRIDES_READ: ProblemSpec(Severity.INFO),
    ProblemCode.OVERRIDES_UNREAD: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDES_EMPTY: ProblemSpec(Severity.WARNING),
    ProblemCode.OVERRIDES_COLUMN: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDES_OPEN: ProblemSpec(Severity.WARNING),
    ProblemCode.OVERRIDE_INCOMPLETE: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_STRUCK: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_CLIENT_UNKNOWN: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_CLIENT_AMBIGUOUS: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_ITEM_UNKNOWN: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_ITEM_CHANGED: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_NOT_UNDERSTOOD: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_NA_NOT_ALLOWED: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_CONTRADICTS: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_TWICE: ProblemSpec(Severity.INFO),
    ProblemCode.OVERRIDE_SAME: ProblemSpec(Severity.INFO),
    ProblemCode.OVERRIDE_LINES_DIFFER: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_LINE_TWICE: ProblemSpec(Severity.INFO),
    ProblemCode.OVERRIDE_FILE_UNKNOWN: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_WORD_KNOWN: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_WORD_NOT_UNDERSTOOD: ProblemSpec(Severity.ERROR),
    ProblemCode.OVERRIDE_WORD_UNUSED: ProblemSpec(Severity.INFO),
    ProblemCode.ANSWER_REPLACED: ProblemSpec(Severity.INFO),
    ProblemCode.FILE_ASSIGNED: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.FILE_LEFT_OUT: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.RETURN_SELECTED: ProblemSpec(Severity.INFO),
    ProblemCode.RETURN_NOT_SELECTED: ProblemSpec(Severity.WARNING),
    ProblemCode.LISTED_AS: ProblemSpec(Severity.INFO, for_consultant=True),
    ProblemCode.LISTED_UNSURE: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.NOT_LISTED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.ID_NOT_LISTED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.LISTED_NAME_DIFFERS: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.LIST_DISAGREES: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.SENDER_DISAGREES: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.SENDER_UNPROVEN: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.TAKEN_FROM_LIST: ProblemSpec(Severity.INFO),
    ProblemCode.PLAN_READ: ProblemSpec(Severity.INFO),
    ProblemCode.PLAN_OLDER: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.PLAN_WITHOUT_CLIENT: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.PLAN_ENTRY_UNKNOWN: ProblemSpec(Severity.WARNING),
    ProblemCode.PLAN_DONE_OPEN: ProblemSpec(Severity.WARNING),
    ProblemCode.PLAN_QUESTION_GONE: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.ANSWER_NOT_ASKED: ProblemSpec(Severity.WARNING),
    ProblemCode.GATE_UNANSWERED: ProblemSpec(
        Severity.ERROR, point=PointKind.OPEN, answer_settles=True
    ),
    ProblemCode.CATEGORY_INCOMPLETE: ProblemSpec(Severity.ERROR, point=PointKind.GENERAL),
    ProblemCode.TOTAL_INCOMPLETE: ProblemSpec(Severity.ERROR, point=PointKind.GENERAL),
    ProblemCode.TOO_FEW_CATEGORIES: ProblemSpec(Severity.ERROR, point=PointKind.GENERAL),
    ProblemCode.COPIED_FROM_PREVIOUS: ProblemSpec(Severity.WARNING),
    ProblemCode.NOT_PRINTED: ProblemSpec(Severity.WARNING, for_consultant=True),
    ProblemCode.CHARACTERS_NOT_SHOWN: ProblemSpec(Severity.WARNING, for_consultant=True),
}
# Details whose values are names of ours, shown as `problem.<detail>.<value>`, several by commas.
_TERMS: Final = ("kind", "field", "reason", "active", "place", "column")
_COMMA: Final = {Lang.JA: "、", Lang.EN: ", "}
NOTE_DETAIL: Final = "note"  # the text of a note on the cell that the problem is about
# What helps with a kind of file that is no workbook; else the hearing sheet itself is asked for.
_REMEDY: Final = {
    "numbers": "numbers",
    "wps": "save_as",
    "xlsb": "save_as",
    "opendocument": "save_as",
    "rar": "zip",
    "lzh": "zip",
    "sevenzip": "zip",
    "archive": "zip",
    "shortcut": "download",
    "smime": "plain_mail",
    "winmail": "plain_mail",
    "unknown": "save_as",
    "html": "save_as",
    "xmlsheet": "save_as",
    "tar": "zip",
    "executable": "zip",
    "split": "whole",
    "rpmsg": "unprotected",
    "pst": "alone",
}


def problem_spec(code: ProblemCode) -> ProblemSpec:
    """Look up how a kind of problem is treated."""
    return _SPECS[code]


def problem_severity(code: ProblemCode) -> Severity:
    """Look up how much a problem matters."""
    return _SPECS[code].severity


def problem_message(problem: Problem, lang: Lang) -> str:
    """Say in one sentence what is wrong, without the place; a note on the cell is added."""
    return _add_note(problem, _sentence(problem, "says", lang), lang)


def told_to_client(problem: Problem, lang: Lang) -> str:
    """Say the same to the client, in words to him, and what he is asked to check."""
    said = _sentence(problem, "told", lang) or _sentence(problem, "says", lang)
    return _add_note(problem, said, lang)


def _add_note(problem: Problem, said: str, lang: Lang) -> str:
    note = dict(problem.details).get(NOTE_DETAIL)
    return Wording(lang)("problem.with_note", says=said, note=note) if note else said


def several_message(problem: Problem, lang: Lang, parts: Mapping[str, str]) -> str:
    """Say in one sentence what is wrong with several; empty where there is none for them.

    `problem` is the first; `parts` are `count`, `items` and `values`.
    """
    return _sentence(problem, "many", lang, **parts)


def problem_advice(problem: Problem, lang: Lang) -> str:
    """Say what to do about it; empty where nothing needs to be done."""
    advice = Wording(lang)(f"problem.advice.{_find_remedy(problem)}")
    return _sentence(problem, "todo", lang, advice=advice)


def problem_entry(problem: Problem, lang: Lang) -> str:
    """Show the entry as people read it: a choice of the company sheet by its label."""
    details = dict(problem.details)
    return details.get(f"own_{lang.value}", problem.value or "")


def client_advice(problem: Problem, lang: Lang) -> str:
    """Ask the client to correct it, in words to him; by the advice where there are none."""
    return _sentence(problem, "client", lang) or problem_advice(problem, lang)


def client_request(problem: Problem, lang: Lang, file: str) -> str:
    """Write to the client of a file that cannot be read; empty where that is not his matter.

    `file` is the name by which he sent it.
    """
    remedy = Wording(lang)(f"problem.remedy.{_find_remedy(problem)}")
    return _sentence(problem, "ask", lang, file=file, remedy=remedy)


def correction_request(lang: Lang, file: str) -> str:
    """Write to the client whose correction sheet is attached."""
    return Wording(lang)("problem.request.held", file=file)


def _find_remedy(problem: Problem) -> str:
    """Find what helps with a kind of file."""
    return _REMEDY.get(dict(problem.details).get("kind", ""), "sheet")


def _sentence(problem: Problem, kind: str, lang: Lang, **more: str) -> str:
    key = f"problem.{problem.code.value}.{kind}"
    if key not in labels():
        return ""
    say = Wording(lang)
    known = {"value": problem.value or "", "item": problem.item or ""}
    parts = {**known, **dict(problem.details), **more}
    for name in _TERMS:
        terms = [f"problem.{name}.{term}" for term in parts.get(name, "").split(",")]
        if all(term in labels() for term in terms):
            parts[name] = _COMMA[lang].join(map(say, terms))
    return say(key, **parts)
