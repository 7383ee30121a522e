"""A return: its responses, profile and identity, and the problems found in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Cost, Effort
from sheet_diag.model.overrides import NO_JUDGEMENT, Judgement, OverridesContent

_JOINT: Final = re.compile(r" › |/")  # between a folder, an archive or a mail, and what lies in it


class Severity(StrEnum):
    """`error` holds or rejects the return, `warning` is to be checked, `info` records a repair."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class ProblemCode(StrEnum):
    """Every kind of problem; `text.problems` says how each is treated and worded."""

    UNANSWERED = "UNANSWERED"
    NOT_UNDERSTOOD = "NOT_UNDERSTOOD"
    ENTRY_NOT_UNDERSTOOD = "ENTRY_NOT_UNDERSTOOD"
    NA_NOT_ALLOWED = "NA_NOT_ALLOWED"
    FORMER_ANSWER_MISSING = "FORMER_ANSWER_MISSING"
    ANSWER_AMBIGUOUS = "ANSWER_AMBIGUOUS"
    ANSWER_MISPLACED = "ANSWER_MISPLACED"
    SECOND_ANSWER = "SECOND_ANSWER"
    ANSWERS_SHIFTED = "ANSWERS_SHIFTED"
    LEFT_OVER = "LEFT_OVER"
    LEFT_OVER_MANY = "LEFT_OVER_MANY"
    QUESTION_MISPLACED = "QUESTION_MISPLACED"
    DUPLICATE_ITEM = "DUPLICATE_ITEM"
    DUPLICATE_SAME = "DUPLICATE_SAME"
    UNKNOWN_ITEM = "UNKNOWN_ITEM"
    ITEM_ROW_MISSING = "ITEM_ROW_MISSING"
    ANSWER_READ_AS = "ANSWER_READ_AS"
    COMPANY_MISSING = "COMPANY_MISSING"
    COMPANY_UNNAMED = "COMPANY_UNNAMED"
    COMPANY_TWICE = "COMPANY_TWICE"
    PROFILE_MISSING = "PROFILE_MISSING"
    PROFILE_NOT_UNDERSTOOD = "PROFILE_NOT_UNDERSTOOD"
    PROFILE_UNPRINTABLE = "PROFILE_UNPRINTABLE"
    PROFILE_READ_AS = "PROFILE_READ_AS"
    PROFILE_CONFIRM = "PROFILE_CONFIRM"
    PROFILE_SHEET_MISSING = "PROFILE_SHEET_MISSING"
    SHEET_TWICE = "SHEET_TWICE"
    SHEETS_JOINED = "SHEETS_JOINED"
    IDENTITY_MISSING = "IDENTITY_MISSING"
    IDENTITY_DISAGREES = "IDENTITY_DISAGREES"
    OTHER_VERSION = "OTHER_VERSION"
    VERSION_CARRIED_OVER = "VERSION_CARRIED_OVER"
    VERSION_MATCHED = "VERSION_MATCHED"
    FOREIGN_CATALOG = "FOREIGN_CATALOG"
    BLANK_RETURN = "BLANK_RETURN"
    NOT_HEARING_SHEET = "NOT_HEARING_SHEET"
    NO_ANSWER_COLUMN = "NO_ANSWER_COLUMN"
    ANSWER_COLUMN_TWICE = "ANSWER_COLUMN_TWICE"
    ANSWER_COLUMN_FOUND = "ANSWER_COLUMN_FOUND"
    NO_REMARK_COLUMN = "NO_REMARK_COLUMN"
    IDS_READ_AS = "IDS_READ_AS"
    READ_BY_QUESTION = "READ_BY_QUESTION"
    NA_CONTRADICTION = "NA_CONTRADICTION"
    NA_AGAINST_COMPANY = "NA_AGAINST_COMPANY"
    ANSWER_CONTRADICTION = "ANSWER_CONTRADICTION"
    CONTRADICTION = "CONTRADICTION"
    NA_SHARE_HIGH = "NA_SHARE_HIGH"
    STRICT_RANK_DIFFERS = "STRICT_RANK_DIFFERS"
    NO_ACCESS = "NO_ACCESS"
    READER_DIED = "READER_DIED"
    NOT_PROCESSED = "NOT_PROCESSED"
    UNREADABLE = "UNREADABLE"
    WRONG_FORMAT = "WRONG_FORMAT"
    TOO_LARGE = "TOO_LARGE"
    UNSAFE_FILE = "UNSAFE_FILE"
    PASSWORD_NEEDED = "PASSWORD_NEEDED"
    PASSWORD_WRONG = "PASSWORD_WRONG"
    PASSWORD_UNSUPPORTED = "PASSWORD_UNSUPPORTED"
    PASSWORD_USED = "PASSWORD_USED"
    PASSWORD_MAILED = "PASSWORD_MAILED"
    SENSITIVITY_LABEL = "SENSITIVITY_LABEL"
    NESTED_TOO_DEEP = "NESTED_TOO_DEEP"
    TOO_MANY_MEMBERS = "TOO_MANY_MEMBERS"
    ARCHIVE_EMPTY = "ARCHIVE_EMPTY"
    MAIL_WITHOUT_SHEET = "MAIL_WITHOUT_SHEET"
    MAIL_AUTOMATIC = "MAIL_AUTOMATIC"
    LINK_OUTSIDE = "LINK_OUTSIDE"
    EMPTY_FILE = "EMPTY_FILE"
    NOT_A_RETURN = "NOT_A_RETURN"
    SECOND_READER = "SECOND_READER"
    STRAY_CELLS = "STRAY_CELLS"
    PICTURES = "PICTURES"
    ACTIVE_CONTENT = "ACTIVE_CONTENT"
    HIDDEN_ROWS = "HIDDEN_ROWS"
    HIDDEN_SHEET = "HIDDEN_SHEET"
    SHEETS_DISAGREE = "SHEETS_DISAGREE"
    ERROR_VALUE = "ERROR_VALUE"
    NOT_CALCULATED = "NOT_CALCULATED"
    FORMULA_ANSWER = "FORMULA_ANSWER"
    EMPTY_RESULT = "EMPTY_RESULT"
    PICTURE_ANSWER = "PICTURE_ANSWER"
    DATA_TYPE_ANSWER = "DATA_TYPE_ANSWER"
    CHECKBOX_ANSWER = "CHECKBOX_ANSWER"
    SYMBOL_ANSWER = "SYMBOL_ANSWER"
    STRUCK_ANSWER = "STRUCK_ANSWER"
    STRUCK_PART = "STRUCK_PART"
    PROFILE_STRUCK = "PROFILE_STRUCK"
    STRUCK_TEXT = "STRUCK_TEXT"
    SYMBOL_TEXT = "SYMBOL_TEXT"
    NOTE = "NOTE"
    MORE_CELLS = "MORE_CELLS"
    MERGED_ANSWER = "MERGED_ANSWER"
    ITEM_NEW = "ITEM_NEW"
    QUESTION_CHANGED = "QUESTION_CHANGED"
    QUESTION_REPLACED = "QUESTION_REPLACED"
    SAME_FILE = "SAME_FILE"
    SAME_ANSWERS = "SAME_ANSWERS"
    NEWER_RETURN = "NEWER_RETURN"
    BLANK_SUPERSEDED = "BLANK_SUPERSEDED"
    ORDER_UNCLEAR = "ORDER_UNCLEAR"
    REPLACES = "REPLACES"
    CORRECTED = "CORRECTED"
    NAME_SHARED = "NAME_SHARED"
    LEGAL_FORM_MOVED = "LEGAL_FORM_MOVED"
    ID_SHARED = "ID_SHARED"
    TWO_IDS = "TWO_IDS"
    DEPARTMENTS_DISAGREE = "DEPARTMENTS_DISAGREE"
    OWN_OUTPUT = "OWN_OUTPUT"
    OWN_REQUEST = "OWN_REQUEST"
    OVERRIDDEN = "OVERRIDDEN"
    OVERRIDES_READ = "OVERRIDES_READ"
    OVERRIDES_UNREAD = "OVERRIDES_UNREAD"
    OVERRIDES_EMPTY = "OVERRIDES_EMPTY"
    OVERRIDES_COLUMN = "OVERRIDES_COLUMN"
    OVERRIDES_OPEN = "OVERRIDES_OPEN"
    OVERRIDE_INCOMPLETE = "OVERRIDE_INCOMPLETE"
    OVERRIDE_STRUCK = "OVERRIDE_STRUCK"
    OVERRIDE_CLIENT_UNKNOWN = "OVERRIDE_CLIENT_UNKNOWN"
    OVERRIDE_CLIENT_AMBIGUOUS = "OVERRIDE_CLIENT_AMBIGUOUS"
    OVERRIDE_ITEM_UNKNOWN = "OVERRIDE_ITEM_UNKNOWN"
    OVERRIDE_ITEM_CHANGED = "OVERRIDE_ITEM_CHANGED"
    OVERRIDE_NOT_UNDERSTOOD = "OVERRIDE_NOT_UNDERSTOOD"
    OVERRIDE_NA_NOT_ALLOWED = "OVERRIDE_NA_NOT_ALLOWED"
    OVERRIDE_CONTRADICTS = "OVERRIDE_CONTRADICTS"
    OVERRIDE_TWICE = "OVERRIDE_TWICE"
    OVERRIDE_SAME = "OVERRIDE_SAME"
    OVERRIDE_LINES_DIFFER = "OVERRIDE_LINES_DIFFER"
    OVERRIDE_LINE_TWICE = "OVERRIDE_LINE_TWICE"
    OVERRIDE_FILE_UNKNOWN = "OVERRIDE_FILE_UNKNOWN"
    OVERRIDE_WORD_KNOWN = "OVERRIDE_WORD_KNOWN"
    OVERRIDE_WORD_NOT_UNDERSTOOD = "OVERRIDE_WORD_NOT_UNDERSTOOD"
    OVERRIDE_WORD_UNUSED = "OVERRIDE_WORD_UNUSED"
    ANSWER_REPLACED = "ANSWER_REPLACED"
    FILE_ASSIGNED = "FILE_ASSIGNED"
    FILE_LEFT_OUT = "FILE_LEFT_OUT"
    RETURN_SELECTED = "RETURN_SELECTED"
    RETURN_NOT_SELECTED = "RETURN_NOT_SELECTED"
    LISTED_AS = "LISTED_AS"
    LISTED_UNSURE = "LISTED_UNSURE"
    NOT_LISTED = "NOT_LISTED"
    ID_NOT_LISTED = "ID_NOT_LISTED"
    LISTED_NAME_DIFFERS = "LISTED_NAME_DIFFERS"
    LIST_DISAGREES = "LIST_DISAGREES"
    SENDER_DISAGREES = "SENDER_DISAGREES"
    SENDER_UNPROVEN = "SENDER_UNPROVEN"
    TAKEN_FROM_LIST = "TAKEN_FROM_LIST"
    PLAN_READ = "PLAN_READ"
    PLAN_OLDER = "PLAN_OLDER"
    PLAN_WITHOUT_CLIENT = "PLAN_WITHOUT_CLIENT"
    PLAN_ENTRY_UNKNOWN = "PLAN_ENTRY_UNKNOWN"
    PLAN_DONE_OPEN = "PLAN_DONE_OPEN"
    PLAN_QUESTION_GONE = "PLAN_QUESTION_GONE"
    ANSWER_NOT_ASKED = "ANSWER_NOT_ASKED"
    GATE_UNANSWERED = "GATE_UNANSWERED"
    CATEGORY_INCOMPLETE = "CATEGORY_INCOMPLETE"
    TOTAL_INCOMPLETE = "TOTAL_INCOMPLETE"
    TOO_FEW_CATEGORIES = "TOO_FEW_CATEGORIES"
    COPIED_FROM_PREVIOUS = "COPIED_FROM_PREVIOUS"
    NOT_PRINTED = "NOT_PRINTED"
    CHARACTERS_NOT_SHOWN = "CHARACTERS_NOT_SHOWN"


@dataclass(frozen=True, slots=True)
class Problem:
    """不備 or a repair. `details` are named parts of its sentence."""

    code: ProblemCode
    sheet: str | None = None
    cell: str | None = None
    item: str | None = None
    value: str | None = None
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """回答 to one item. `choice` is None where nothing that can be understood was entered.

    `choice` is the id of a choice (of several: joined), a number in digits, an ISO date or a text,
    by the kind of the item. `is_asked` is False where the item does not apply to the client: then
    nothing that stands here counts. `evidence` is what the client named as proof (証跡), beside its
    remark. `former` is the answer of last time that stood beside it (empty: none); `is_confirmed`
    says that the client answered 「前回と同じ」, and `choice` is that.
    """

    item: str
    choice: str | None = None
    raw: str = ""
    remark: str = ""
    cell: str | None = None
    evidence: str = ""
    is_asked: bool = True
    is_confirmed: bool = False
    former: str = ""


@dataclass(frozen=True, slots=True)
class SheetIdentity:
    """What a sheet says it is; None where it says nothing in any of its places."""

    catalog: str | None = None
    version: str | None = None
    client: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnedSheet:
    """回収票: one hearing sheet that could be read.

    `profile` holds choice ids for fields with choices, and text as typed for the others.
    `replaces` holds the SHA-256 of the returns that this one was sent back to correct, `former_day`
    the day (ISO 8601) of the answers of last time that it shows (empty: it shows none).
    """

    identity: SheetIdentity
    lang: Lang
    profile: Mapping[str, str]
    responses: Sequence[Response]
    sheet: str
    replaces: tuple[str, ...] = ()
    former_day: str = ""

    @property
    def name(self) -> str:
        """The company name as typed; empty where none was."""
        return self.profile.get("company", "")

    @property
    def answers(self) -> dict[str, str | None]:
        """What counts as the answer by item id: `Response.choice`, or `NOT_ASKED`."""
        return {each.item: each.choice if each.is_asked else NOT_ASKED for each in self.responses}

    @property
    def confirmed(self) -> tuple[str, ...]:
        """The items whose answer of last time the client confirmed."""
        found = (each for each in self.responses if each.is_asked and each.choice)
        return tuple(each.item for each in found if each.is_confirmed)


class AttachmentKind(StrEnum):
    """What is no return for certain; other files may be one that only has to be saved anew."""

    PDF = "pdf"
    DOCUMENT = "document"
    IMAGE = "image"
    VIDEO = "video"
    TEXT = "text"
    WORKBOOK = "workbook"  # that can be read, with nothing of ours in it


@dataclass(frozen=True, slots=True)
class Attachment:
    """添付資料: a file that came beside a return and is none, listed and not read.

    `name` is its place in the mail or archive, `size` in bytes. `container` names the mail or
    archive where it came with returns of several clients.
    """

    name: str
    kind: AttachmentKind
    size: int
    sha256: str
    container: str = ""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of the input folder, or a member of one, and what was read of it.

    `plan` is the 改善計画 that came in it, also in a report that is no return; `judgement` what the
    consultant set beside it, whose answers already stand in `sheet`. `decisions` are those of
    overrides.xlsx, where the file is that.

    `file` is relative to the input folder, with forward slashes; `member` is its place in an
    archive or a mail; `sheet` is None where it was rejected or ignored. `modified` is the
    workbook's own time of its last change (ISO 8601, UTC; empty: unknown), `file_time` that of
    the file or of the archive's member (nanoseconds since 1970). `file_sha256` is that of the
    archive or the mail in the input folder that `member` lies in (empty: it lies in none),
    `mail_senders` the addresses that the mails around it came from, the outermost first (one of
    them empty: a mail names no sender), and `mail_member` the place of the innermost (empty: it is
    `file`, or there is none), `mail_time` when that was sent (seconds since 1970; 0: no mail, or
    unknown). `dmarc` is what the mail server found of the outermost (`pass`, `fail` and the like;
    empty: it was not judged), `sender_doubt` why its sender may not be the client, as a key of
    `problem.reason` (empty: nothing says so).

    `attachments` are what came beside a return; `as_attachment` is what the file itself is beside
    one (None: it may be a return).

    With a client list, `received` is the day on which it came (ISO date; empty: unknown), and
    `sender` the id of the listed client whose mail brought it (empty: nobody's).
    """

    file: str
    sha256: str
    member: str | None = None
    modified: str = ""
    file_time: int = 0
    sheet: ReturnedSheet | None = None
    problems: tuple[Problem, ...] = field(default=())
    ignored: bool = False
    plan: ReturnedPlan | None = None
    judgement: Judgement = NO_JUDGEMENT
    decisions: OverridesContent | None = None
    received: str = ""
    sender: str = ""
    file_sha256: str = ""
    mail_senders: tuple[str, ...] = ()
    mail_member: str = ""
    mail_time: int = 0
    dmarc: str = ""
    sender_doubt: str = ""
    attachments: tuple[Attachment, ...] = ()
    as_attachment: Attachment | None = None

    @property
    def label(self) -> str:
        """The file, and the place in it, for messages."""
        return f"{self.file} › {self.member}" if self.member else self.file

    @property
    def sent_name(self) -> str:
        """The name of the file as the client gave it, without what it lies in."""
        return _JOINT.split(self.label)[-1]

    def require_sheet(self) -> ReturnedSheet:
        """Return the sheet. Raises `ValueError` where none could be read."""
        if self.sheet is None:
            raise ValueError(f"{self.label} was not read")
        return self.sheet


# What columns of the plan offer; the words are `plan.<column>.<choice>`.
PLAN_CHOICES: Final = {
    "effort": tuple(Effort),
    "cost": tuple(Cost),
    "status": ("open", "begun", "done", "dropped"),
}
EMPTIED: Final = " "  # in a column of the plan: what was proposed there was taken out


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One line of the plan, as typed. `due` is ISO 8601 where it could be read as a date.

    A column is empty where nobody entered anything, `EMPTIED` where a proposal was taken out.
    """

    item: str
    effort: str = ""
    owner: str = ""
    due: str = ""
    status: str = ""
    cost: str = ""

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered."""
        return bool(self.effort or self.cost or self.owner or self.due or self.status)


@dataclass(frozen=True, slots=True)
class ReturnedPlan:
    """A plan. `client` and `name` say whose it is, as far as the file tells; `number` is that of
    the report it belongs to. Lines without any entry are left out."""

    entries: tuple[PlanEntry, ...]
    client: str = ""
    name: str = ""
    number: str = ""
