"""Set what the consultant decided over what was read, with a record of each change.

Pure. A line counts for every readable return of its client; one that fits no client, or more than
one, or that another line contradicts, changes nothing and is told where it stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.overrides import AnswerOverride, ClientComment, Judgement, Override
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Response, ReturnedSheet
from sheet_diag.text.normalize import company_key, firm_domain, normalize_text
from sheet_diag.text.problems import problem_spec
from sheet_diag.text.wording import Wording

TextByLang = Mapping[Lang, str]


def apply_overrides(catalog: Catalog, read: Sequence[ReceivedFile]) -> list[ReceivedFile]:
    """Apply the overrides in what was read, and account for each; the order stays."""
    if not any(each.decisions for each in read):
        return list(read)
    plan = _OverridePlan(catalog, read)
    return [
        _summarize_file(at, each, plan) if each.decisions else _apply_to_return(at, each, plan)
        for at, each in enumerate(read)
    ]


@dataclass(frozen=True, slots=True)
class _MatchedOverride:
    """An override of one client: the file that holds it, and the client's returns."""

    file: int
    entry: AnswerOverride
    returns: tuple[int, ...]


class _OverridePlan:
    """Which line does what to which return; returns and files are known by their places in what
    was read.

    `used` holds by return and item the line that sets the answer; `faults` by file what was not
    applied, and why; `applied` and `placed` how many lines and comments of a file were.
    """

    def __init__(self, catalog: Catalog, received: Sequence[ReceivedFile]) -> None:
        self.catalog = catalog
        self.faults: dict[int, list[Problem]] = defaultdict(list)
        self.used: dict[int, dict[str, AnswerOverride]] = defaultdict(dict)
        self.remarks: dict[int, list[ClientComment]] = defaultdict(list)
        self.placed: dict[int, int] = defaultdict(int)
        self.applied: dict[int, int] = defaultdict(int)
        self._received = received
        self._returns = _ReturnIndex(received)
        lines: list[_MatchedOverride] = []
        for file, each in enumerate(received):
            for entry in each.decisions.overrides if each.decisions else ():
                if found := self._find(file, entry.client, entry.sheet, entry.cells[0]):
                    lines.append(_MatchedOverride(file, entry, found))
            for remark in each.decisions.comments if each.decisions else ():
                if found := self._find(file, remark.client, remark.sheet, remark.cell):
                    self._place(file, remark, found)
        self._choose(lines)

    def _find(self, file: int, client: str, sheet: str, cell: str) -> tuple[int, ...]:
        """Find the returns of a client; none, and a fault, where that is not certain."""
        found = self._returns.of(client)
        if found and not _is_ambiguous(found, self._received):
            return found
        files = ", ".join(self._received[at].label for at in found)
        code = (
            ProblemCode.OVERRIDE_CLIENT_AMBIGUOUS if found else ProblemCode.OVERRIDE_CLIENT_UNKNOWN
        )
        details = (("files", files),) if found else ()
        self.faults[file].append(Problem(code, sheet, cell, value=client, details=details))
        return ()

    def _place(self, file: int, remark: ClientComment, returns: Sequence[int]) -> None:
        self.placed[file] += 1
        for at in returns:
            self.remarks[at].append(remark)

    def _choose(self, lines: Sequence[_MatchedOverride]) -> None:
        """Leave out lines that contradict each other, and take the first of those that agree."""
        rivals: dict[tuple[int, str], list[_MatchedOverride]] = defaultdict(list)
        for line in lines:
            for at in line.returns:
                rivals[at, line.entry.item].append(line)
        for line in lines:
            entry = line.entry
            groups = [rivals[at, entry.item] for at in line.returns]
            against = [o for g in groups for o in g if o.entry.after != entry.after]
            earlier = [o for g in groups for o in g[: g.index(line)]]
            if against:
                self._tell(line, ProblemCode.OVERRIDE_CONTRADICTS, _format_places(against))
            elif earlier:
                self._tell(line, ProblemCode.OVERRIDE_TWICE, _format_places(earlier))
            else:
                self._use(line)

    def _use(self, line: _MatchedOverride) -> None:
        entry = line.entry
        changed = [at for at in line.returns if _changes_anything(self._received[at], entry)]
        for at in changed:
            self.used[at][entry.item] = entry
        if changed:
            self.applied[line.file] += 1
        else:
            self._tell(line, ProblemCode.OVERRIDE_SAME, _answer_labels(self.catalog, entry))

    def _tell(self, line: _MatchedOverride, code: ProblemCode, texts: TextByLang) -> None:
        entry = line.entry
        details = tuple((f"what_{lang.value}", text) for lang, text in texts.items())
        problem = Problem(code, entry.sheet, entry.cells[1], entry.item, details=details)
        self.faults[line.file].append(problem)


def _format_places(lines: Sequence[_MatchedOverride]) -> TextByLang:
    places = dict.fromkeys((line.entry.sheet, line.entry.row) for line in lines)
    return {
        lang: ("、" if lang is Lang.JA else ", ").join(
            Wording(lang)("overrides.place", sheet=sheet, row=row) for sheet, row in places
        )
        for lang in Lang
    }


def _answer_labels(catalog: Catalog, entry: AnswerOverride) -> TextByLang:
    label = catalog.choices_of(catalog.items[entry.item])[entry.after].label
    return {lang: label[lang] for lang in Lang}


# --- whose line it is


class _ReturnIndex:
    """The readable returns by what a client may be called; a return is known by its place."""

    def __init__(self, received: Sequence[ReceivedFile]) -> None:
        self._ids: dict[int, str] = {}
        self._by_id: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for at, sheet in ((at, each.sheet) for at, each in enumerate(received)):
            if sheet:
                self._ids[at] = _id_of(sheet)
                self._by_id[_id_of(sheet)].append(at)
                if sheet.name:
                    self._by_name[company_key(sheet.name)].append(at)

    def of(self, typed: str) -> tuple[int, ...]:
        """Find the returns of a client named by id or by company."""
        client = normalize_text(typed)
        if client and client in self._by_id:
            return tuple(self._by_id[client])
        named = self._by_name.get(company_key(typed), [])
        ids = {self._ids[at] for at in named} - {""}
        # A department may have typed the name in another way.
        return tuple(sorted({*named, *(at for each in ids for at in self._by_id[each])}))


def _id_of(sheet: ReturnedSheet) -> str:
    return normalize_text(sheet.identity.client or "")


def _is_ambiguous(found: Sequence[int], received: Sequence[ReceivedFile]) -> bool:
    """Tell whether returns are of several clients: of two ids, or, where one has no id, of two
    industries or mail domains."""
    sheets = [sheet for at in found if (sheet := received[at].sheet)]
    ids = {_id_of(sheet) for sheet in sheets}
    industries = {sheet.profile.get("industry", "") for sheet in sheets} - {""}
    domains = {firm_domain(sheet.profile.get("email", "")) for sheet in sheets} - {""}
    shortest = min(domains, key=len, default="")
    # mail.example.jp and example.jp are one firm's.
    others = [d for d in domains if d != shortest and not d.endswith(f".{shortest}")]
    strangers = len(industries) > 1 or bool(others)
    return len(ids - {""}) > 1 or ("" in ids and strangers)


# --- what it changes


def _changes_anything(received: ReceivedFile, entry: AnswerOverride) -> bool:
    response = _find_response(received, entry.item)
    return response.choice != entry.after or any(
        problem.item == entry.item and problem_spec(problem.code).answer_settles
        for problem in received.problems
    )


def _find_response(received: ReceivedFile, item: str) -> Response:
    responses = received.sheet.responses if received.sheet else ()
    return next((each for each in responses if each.item == item), Response(item))


def _apply_to_return(at: int, received: ReceivedFile, plan: _OverridePlan) -> ReceivedFile:
    """Apply to a return what was decided on it; nothing changes where nothing was."""
    entries, remarks = plan.used.get(at, {}), plan.remarks.get(at, [])
    if received.sheet is None or not (entries or remarks):
        return received
    comment = "\n".join(remark.text for remark in remarks)
    if not entries:  # what was read and found stands
        return replace(received, judgement=Judgement((), comment))
    overrides = [_record_override(received, entry) for entry in entries.values()]
    after = {override.item: override.after for override in overrides}
    responses = tuple(
        replace(each, choice=after.get(each.item, each.choice)) for each in received.sheet.responses
    )
    return replace(
        received,
        sheet=replace(received.sheet, responses=responses),
        problems=_update_problems(received, overrides, plan.catalog),
        judgement=Judgement(tuple(overrides), comment),
    )


def _record_override(received: ReceivedFile, entry: AnswerOverride) -> Override:
    response = _find_response(received, entry.item)
    return Override(
        item=entry.item,
        before=response.choice,
        raw=response.raw,
        after=entry.after,
        reason=entry.reason,
        by=entry.by,
    )


def _update_problems(
    received: ReceivedFile, overrides: Sequence[Override], catalog: Catalog
) -> tuple[Problem, ...]:
    """List the problems that are left, then the changes; a new answer removes those of the old."""
    items = {override.item for override in overrides}
    left = (
        p
        for p in received.problems
        if p.item not in items or not problem_spec(p.code).answer_settles
    )
    return (*left, *(_overridden_problem(received, override, catalog) for override in overrides))


def _overridden_problem(received: ReceivedFile, override: Override, catalog: Catalog) -> Problem:
    response = _find_response(received, override.item)
    label = catalog.choices_of(catalog.items[override.item])[override.after].label
    details = [("reason", override.reason), ("by", override.by), ("before", override.before or "")]
    for lang in Lang:
        say, raw = Wording(lang), override.raw
        said = say("overrides.said", raw=raw) if raw else say("overrides.said.nothing")
        details += [(f"before_{lang.value}", said), (f"after_{lang.value}", label[lang])]
    sheet = received.sheet.sheet if received.sheet else None
    place = (sheet, response.cell, override.item, override.raw or None)
    return Problem(ProblemCode.OVERRIDDEN, *place, tuple(details))


def _summarize_file(file: int, received: ReceivedFile, plan: _OverridePlan) -> ReceivedFile:
    """Return the file of the overrides, with what became of its lines."""
    counts = (("applied", str(plan.applied[file])), ("placed", str(plan.placed[file])))
    summary = Problem(ProblemCode.OVERRIDES_READ, details=counts)
    return replace(received, problems=(summary, *received.problems, *plan.faults[file]))
