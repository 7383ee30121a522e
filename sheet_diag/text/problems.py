"""Every code of a problem: its severity, what it says, and what to do about it.

The sentences lie in `wording/problem.yaml`, `CODE.says` and `CODE.todo`; they take `{value}` (what
stands there), `{item}`, and the details named by the finder. Two more are for the client himself:
`CODE.client` stands on the sheet that goes back to him, `CODE.ask` in a mail about a file that
cannot be read.
"""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Code, Problem, Severity
from sheet_diag.text.wording import Wording, labels

_SEVERITY: Final = {
    Code.NOT_UNDERSTOOD: Severity.ERROR,
    Code.DUPLICATE_ITEM: Severity.ERROR,
    Code.FOREIGN_CATALOG: Severity.ERROR,
    Code.NOT_HEARING_SHEET: Severity.ERROR,
    Code.NO_ANSWER_COLUMN: Severity.ERROR,
    Code.ANSWER_COLUMN_TWICE: Severity.ERROR,
    Code.NO_ACCESS: Severity.ERROR,
    Code.READER_DIED: Severity.ERROR,
    Code.NOT_PROCESSED: Severity.ERROR,
    Code.NO_REMARK_COLUMN: Severity.WARNING,
    Code.CONTRADICTION: Severity.WARNING,
    Code.NA_SHARE_HIGH: Severity.WARNING,
    Code.STRICT_RANK_DIFFERS: Severity.WARNING,
    Code.NOT_PRINTED: Severity.WARNING,
    Code.UNREADABLE: Severity.ERROR,
    Code.WRONG_FORMAT: Severity.ERROR,
    Code.TOO_LARGE: Severity.ERROR,
    Code.EMPTY_FILE: Severity.ERROR,
    Code.OWN_OUTPUT: Severity.ERROR,
    Code.UNSAFE_FILE: Severity.ERROR,
    Code.PASSWORD_NEEDED: Severity.ERROR,
    Code.PASSWORD_WRONG: Severity.ERROR,
    Code.PASSWORD_UNSUPPORTED: Severity.ERROR,
    Code.SENSITIVITY_LABEL: Severity.ERROR,
    Code.NESTED_TOO_DEEP: Severity.ERROR,
    Code.TOO_MANY_MEMBERS: Severity.ERROR,
    Code.ARCHIVE_EMPTY: Severity.ERROR,
    Code.MAIL_WITHOUT_SHEET: Severity.ERROR,
    Code.LINK_OUTSIDE: Severity.ERROR,
    Code.SHEETS_DISAGREE: Severity.ERROR,
    Code.ERROR_VALUE: Severity.ERROR,
    Code.NOT_CALCULATED: Severity.ERROR,
    Code.PICTURE_ANSWER: Severity.ERROR,
    Code.MERGED_ANSWER: Severity.ERROR,
    Code.DEPARTMENTS_DISAGREE: Severity.ERROR,
    Code.OVERRIDES_UNREAD: Severity.ERROR,
    Code.OVERRIDES_COLUMN: Severity.ERROR,
    Code.OVERRIDE_INCOMPLETE: Severity.ERROR,
    Code.OVERRIDE_CLIENT_UNKNOWN: Severity.ERROR,
    Code.OVERRIDE_CLIENT_AMBIGUOUS: Severity.ERROR,
    Code.OVERRIDE_ITEM_UNKNOWN: Severity.ERROR,
    Code.OVERRIDE_NOT_UNDERSTOOD: Severity.ERROR,
    Code.OVERRIDE_NA_NOT_ALLOWED: Severity.ERROR,
    Code.OVERRIDE_CONTRADICTS: Severity.ERROR,
    Code.OVERRIDES_EMPTY: Severity.WARNING,
    Code.OVERRIDDEN: Severity.WARNING,
    Code.PLAN_OLDER: Severity.WARNING,
    Code.PLAN_WITHOUT_CLIENT: Severity.WARNING,
    Code.OVERRIDES_READ: Severity.INFO,
    Code.OVERRIDE_TWICE: Severity.INFO,
    Code.OVERRIDE_SAME: Severity.INFO,
    Code.PLAN_READ: Severity.INFO,
    Code.STRAY_CELLS: Severity.WARNING,
    Code.PICTURES: Severity.WARNING,
    Code.ACTIVE_CONTENT: Severity.WARNING,
    Code.HIDDEN_ROWS: Severity.WARNING,
    Code.HIDDEN_SHEET: Severity.WARNING,
    Code.FORMULA_ANSWER: Severity.WARNING,
    Code.ITEM_NEW: Severity.WARNING,
    Code.QUESTION_CHANGED: Severity.WARNING,
    Code.NEWER_RETURN: Severity.WARNING,
    Code.NAME_SHARED: Severity.WARNING,
    Code.ID_SHARED: Severity.WARNING,
    Code.TWO_IDS: Severity.WARNING,
    Code.COPIED_FROM_PREVIOUS: Severity.WARNING,
    Code.LISTED_UNSURE: Severity.WARNING,
    Code.NOT_LISTED: Severity.WARNING,
    Code.ID_NOT_LISTED: Severity.WARNING,
    Code.LISTED_NAME_DIFFERS: Severity.WARNING,
    Code.LIST_DISAGREES: Severity.WARNING,
    Code.SENDER_DISAGREES: Severity.WARNING,
    Code.LISTED_AS: Severity.INFO,
    Code.TAKEN_FROM_LIST: Severity.INFO,
    Code.PASSWORD_USED: Severity.INFO,
    Code.SECOND_READER: Severity.INFO,
    Code.SAME_ANSWERS: Severity.INFO,
    Code.REPLACES: Severity.INFO,
    Code.CORRECTED: Severity.INFO,
    Code.CATEGORY_INCOMPLETE: Severity.ERROR,
    Code.TOTAL_INCOMPLETE: Severity.ERROR,
    Code.TOO_FEW_CATEGORIES: Severity.ERROR,
    Code.UNANSWERED: Severity.WARNING,
    Code.NA_NOT_ALLOWED: Severity.WARNING,
    Code.UNKNOWN_ITEM: Severity.WARNING,
    Code.ITEM_ROW_MISSING: Severity.WARNING,
    Code.COMPANY_MISSING: Severity.WARNING,
    Code.PROFILE_NOT_UNDERSTOOD: Severity.WARNING,
    Code.PROFILE_SHEET_MISSING: Severity.WARNING,
    Code.SHEET_TWICE: Severity.WARNING,
    Code.IDENTITY_DISAGREES: Severity.WARNING,
    Code.OTHER_VERSION: Severity.WARNING,
    Code.DUPLICATE_SAME: Severity.INFO,
    Code.ANSWER_READ_AS: Severity.INFO,
    Code.PROFILE_MISSING: Severity.INFO,
    Code.PROFILE_READ_AS: Severity.INFO,
    Code.IDENTITY_MISSING: Severity.INFO,
    Code.NOT_A_RETURN: Severity.INFO,
    Code.SAME_FILE: Severity.INFO,
}
# Details whose values are names of ours, told as `problem.<detail>.<value>`; commas part several.
_TERMS: Final = ("kind", "field", "reason", "active")
_COMMA: Final = {Lang.JA: "、", Lang.EN: ", "}
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
}


# What the consultant is told and a client is not: about other clients, files and our own work.
FOR_THE_CONSULTANT: Final = frozenset(
    {
        Code.NAME_SHARED,
        Code.ID_SHARED,
        Code.TWO_IDS,
        Code.NOT_PRINTED,
        Code.PLAN_OLDER,
        Code.PLAN_WITHOUT_CLIENT,
        Code.LISTED_AS,
        Code.LISTED_UNSURE,
        Code.NOT_LISTED,
        Code.ID_NOT_LISTED,
        Code.LISTED_NAME_DIFFERS,
        Code.LIST_DISAGREES,
        Code.SENDER_DISAGREES,
    }
)


def severity(code: Code) -> Severity:
    """How much the problem matters."""
    return _SEVERITY[code]


def message(problem: Problem, lang: Lang) -> str:
    """One sentence that says what is wrong, without the place."""
    return _sentence(problem, "says", lang)


def advice(problem: Problem, lang: Lang) -> str:
    """What to do about it; empty where nothing needs to be done."""
    return _sentence(problem, "todo", lang)


def entry(problem: Problem, lang: Lang) -> str:
    """What stands there as people read it: a choice of the company sheet by its label."""
    told = dict(problem.details)
    return told.get(f"own_{lang.value}", problem.value or "")


def plea(problem: Problem, lang: Lang) -> str:
    """What the client is asked to do, said to him; as the advice where there is no other word."""
    return _sentence(problem, "client", lang) or advice(problem, lang)


def request(problem: Problem, lang: Lang, file: str) -> str:
    """What to write to the client of a file that cannot be read; empty where it is not his matter.

    `file` is the name by which he sent it.
    """
    say = Wording(lang)
    kind = dict(problem.details).get("kind", "")
    remedy = say(f"problem.remedy.{_REMEDY.get(kind, 'sheet')}")
    return _sentence(problem, "ask", lang, file=file, remedy=remedy)


def held_request(lang: Lang, file: str) -> str:
    """What to write to the client whose correction sheet is attached."""
    return Wording(lang)("problem.request.held", file=file)


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
