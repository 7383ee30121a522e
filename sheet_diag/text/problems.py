"""Every code of a problem: its severity, what it says, and what to do about it.

The sentences lie in `wording/problem.yaml`, `CODE.says` and `CODE.todo`; they take `{value}` (what
stands there), `{item}`, and the details named by the finder. Two more are for the client himself:
`CODE.client` stands on the sheet that goes back to him, `CODE.ask` in a mail about a file that
cannot be read.
"""

from __future__ import annotations

from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text.wording import Wording, labels

_SEVERITY: Final = {
    ProblemCode.NOT_UNDERSTOOD: Severity.ERROR,
    ProblemCode.DUPLICATE_ITEM: Severity.ERROR,
    ProblemCode.FOREIGN_CATALOG: Severity.ERROR,
    ProblemCode.NOT_HEARING_SHEET: Severity.ERROR,
    ProblemCode.NO_ANSWER_COLUMN: Severity.ERROR,
    ProblemCode.ANSWER_COLUMN_TWICE: Severity.ERROR,
    ProblemCode.NO_ACCESS: Severity.ERROR,
    ProblemCode.READER_DIED: Severity.ERROR,
    ProblemCode.NOT_PROCESSED: Severity.ERROR,
    ProblemCode.NO_REMARK_COLUMN: Severity.WARNING,
    ProblemCode.CONTRADICTION: Severity.WARNING,
    ProblemCode.NA_SHARE_HIGH: Severity.WARNING,
    ProblemCode.STRICT_RANK_DIFFERS: Severity.WARNING,
    ProblemCode.NOT_PRINTED: Severity.WARNING,
    ProblemCode.UNREADABLE: Severity.ERROR,
    ProblemCode.WRONG_FORMAT: Severity.ERROR,
    ProblemCode.TOO_LARGE: Severity.ERROR,
    ProblemCode.EMPTY_FILE: Severity.ERROR,
    ProblemCode.OWN_OUTPUT: Severity.ERROR,
    ProblemCode.UNSAFE_FILE: Severity.ERROR,
    ProblemCode.PASSWORD_NEEDED: Severity.ERROR,
    ProblemCode.PASSWORD_WRONG: Severity.ERROR,
    ProblemCode.PASSWORD_UNSUPPORTED: Severity.ERROR,
    ProblemCode.SENSITIVITY_LABEL: Severity.ERROR,
    ProblemCode.NESTED_TOO_DEEP: Severity.ERROR,
    ProblemCode.TOO_MANY_MEMBERS: Severity.ERROR,
    ProblemCode.ARCHIVE_EMPTY: Severity.ERROR,
    ProblemCode.MAIL_WITHOUT_SHEET: Severity.ERROR,
    ProblemCode.LINK_OUTSIDE: Severity.ERROR,
    ProblemCode.SHEETS_DISAGREE: Severity.ERROR,
    ProblemCode.ERROR_VALUE: Severity.ERROR,
    ProblemCode.NOT_CALCULATED: Severity.ERROR,
    ProblemCode.PICTURE_ANSWER: Severity.ERROR,
    ProblemCode.MERGED_ANSWER: Severity.ERROR,
    ProblemCode.DEPARTMENTS_DISAGREE: Severity.ERROR,
    ProblemCode.OVERRIDES_UNREAD: Severity.ERROR,
    ProblemCode.OVERRIDES_COLUMN: Severity.ERROR,
    ProblemCode.OVERRIDE_INCOMPLETE: Severity.ERROR,
    ProblemCode.OVERRIDE_CLIENT_UNKNOWN: Severity.ERROR,
    ProblemCode.OVERRIDE_CLIENT_AMBIGUOUS: Severity.ERROR,
    ProblemCode.OVERRIDE_ITEM_UNKNOWN: Severity.ERROR,
    ProblemCode.OVERRIDE_NOT_UNDERSTOOD: Severity.ERROR,
    ProblemCode.OVERRIDE_NA_NOT_ALLOWED: Severity.ERROR,
    ProblemCode.OVERRIDE_CONTRADICTS: Severity.ERROR,
    ProblemCode.OVERRIDES_EMPTY: Severity.WARNING,
    ProblemCode.OVERRIDDEN: Severity.WARNING,
    ProblemCode.PLAN_OLDER: Severity.WARNING,
    ProblemCode.PLAN_WITHOUT_CLIENT: Severity.WARNING,
    ProblemCode.OVERRIDES_READ: Severity.INFO,
    ProblemCode.OVERRIDE_TWICE: Severity.INFO,
    ProblemCode.OVERRIDE_SAME: Severity.INFO,
    ProblemCode.PLAN_READ: Severity.INFO,
    ProblemCode.STRAY_CELLS: Severity.WARNING,
    ProblemCode.PICTURES: Severity.WARNING,
    ProblemCode.ACTIVE_CONTENT: Severity.WARNING,
    ProblemCode.HIDDEN_ROWS: Severity.WARNING,
    ProblemCode.HIDDEN_SHEET: Severity.WARNING,
    ProblemCode.FORMULA_ANSWER: Severity.WARNING,
    ProblemCode.ITEM_NEW: Severity.WARNING,
    ProblemCode.QUESTION_CHANGED: Severity.WARNING,
    ProblemCode.NEWER_RETURN: Severity.WARNING,
    ProblemCode.NAME_SHARED: Severity.WARNING,
    ProblemCode.ID_SHARED: Severity.WARNING,
    ProblemCode.TWO_IDS: Severity.WARNING,
    ProblemCode.COPIED_FROM_PREVIOUS: Severity.WARNING,
    ProblemCode.LISTED_UNSURE: Severity.WARNING,
    ProblemCode.NOT_LISTED: Severity.WARNING,
    ProblemCode.ID_NOT_LISTED: Severity.WARNING,
    ProblemCode.LISTED_NAME_DIFFERS: Severity.WARNING,
    ProblemCode.LIST_DISAGREES: Severity.WARNING,
    ProblemCode.SENDER_DISAGREES: Severity.WARNING,
    ProblemCode.LISTED_AS: Severity.INFO,
    ProblemCode.TAKEN_FROM_LIST: Severity.INFO,
    ProblemCode.PASSWORD_USED: Severity.INFO,
    ProblemCode.SECOND_READER: Severity.INFO,
    ProblemCode.SAME_ANSWERS: Severity.INFO,
    ProblemCode.REPLACES: Severity.INFO,
    ProblemCode.CORRECTED: Severity.INFO,
    ProblemCode.CATEGORY_INCOMPLETE: Severity.ERROR,
    ProblemCode.TOTAL_INCOMPLETE: Severity.ERROR,
    ProblemCode.TOO_FEW_CATEGORIES: Severity.ERROR,
    ProblemCode.UNANSWERED: Severity.WARNING,
    ProblemCode.NA_NOT_ALLOWED: Severity.WARNING,
    ProblemCode.UNKNOWN_ITEM: Severity.WARNING,
    ProblemCode.ITEM_ROW_MISSING: Severity.WARNING,
    ProblemCode.COMPANY_MISSING: Severity.WARNING,
    ProblemCode.PROFILE_NOT_UNDERSTOOD: Severity.WARNING,
    ProblemCode.PROFILE_SHEET_MISSING: Severity.WARNING,
    ProblemCode.SHEET_TWICE: Severity.WARNING,
    ProblemCode.IDENTITY_DISAGREES: Severity.WARNING,
    ProblemCode.OTHER_VERSION: Severity.WARNING,
    ProblemCode.DUPLICATE_SAME: Severity.INFO,
    ProblemCode.ANSWER_READ_AS: Severity.INFO,
    ProblemCode.PROFILE_MISSING: Severity.INFO,
    ProblemCode.PROFILE_READ_AS: Severity.INFO,
    ProblemCode.IDENTITY_MISSING: Severity.INFO,
    ProblemCode.NOT_A_RETURN: Severity.INFO,
    ProblemCode.SAME_FILE: Severity.INFO,
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
        ProblemCode.NAME_SHARED,
        ProblemCode.ID_SHARED,
        ProblemCode.TWO_IDS,
        ProblemCode.NOT_PRINTED,
        ProblemCode.PLAN_OLDER,
        ProblemCode.PLAN_WITHOUT_CLIENT,
        ProblemCode.LISTED_AS,
        ProblemCode.LISTED_UNSURE,
        ProblemCode.NOT_LISTED,
        ProblemCode.ID_NOT_LISTED,
        ProblemCode.LISTED_NAME_DIFFERS,
        ProblemCode.LIST_DISAGREES,
        ProblemCode.SENDER_DISAGREES,
    }
)


def problem_severity(code: ProblemCode) -> Severity:
    """How much the problem matters."""
    return _SEVERITY[code]


def problem_message(problem: Problem, lang: Lang) -> str:
    """One sentence that says what is wrong, without the place."""
    return _sentence(problem, "says", lang)


def problem_advice(problem: Problem, lang: Lang) -> str:
    """What to do about it; empty where nothing needs to be done."""
    return _sentence(problem, "todo", lang)


def problem_entry(problem: Problem, lang: Lang) -> str:
    """What stands there as people read it: a choice of the company sheet by its label."""
    told = dict(problem.details)
    return told.get(f"own_{lang.value}", problem.value or "")


def client_advice(problem: Problem, lang: Lang) -> str:
    """What the client is asked to do, said to him; as the advice where there is no other word."""
    return _sentence(problem, "client", lang) or problem_advice(problem, lang)


def client_request(problem: Problem, lang: Lang, file: str) -> str:
    """What to write to the client of a file that cannot be read; empty where it is not his matter.

    `file` is the name by which he sent it.
    """
    say = Wording(lang)
    kind = dict(problem.details).get("kind", "")
    remedy = say(f"problem.remedy.{_REMEDY.get(kind, 'sheet')}")
    return _sentence(problem, "ask", lang, file=file, remedy=remedy)


def correction_request(lang: Lang, file: str) -> str:
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
