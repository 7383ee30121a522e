"""Set what the consultant decided over what was read, with a record of each change.

Pure. A line counts for every readable return of its client; one that fits no client, or more than
one, or that another line contradicts, changes nothing and is told where it stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final, NamedTuple

from sheet_diag.diagnosis.override_lines import (
    TextByLang,
    compare_lines,
    file_key,
    format_places,
    keep_agreeing,
    what_details,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.overrides import (
    AnswerOverride,
    ClientComment,
    Judgement,
    Override,
    OverridesContent,
    ReturnSelection,
    WordMeaning,
)
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Response, ReturnedSheet
from sheet_diag.text.answer_words import show_answer
from sheet_diag.text.normalize import (
    are_same_form,
    company_key,
    firm_domain,
    normalize_text,
    split_legal_form,
)
from sheet_diag.text.problems import problem_spec
from sheet_diag.text.wording import Wording

_REPLACEABLE: Final = (ProblemCode.NOT_UNDERSTOOD, ProblemCode.CHECKBOX_ANSWER)
_ASSIGNED: Final = (ProblemCode.FILE_ASSIGNED, ProblemCode.FILE_LEFT_OUT)


def apply_overrides(catalog: Catalog, read: Sequence[ReceivedFile]) -> list[ReceivedFile]:
    """Apply the overrides in what was read, and account for each; the order stays."""
    if not any(each.decisions for each in read):
        return list(read)
    plan = _OverridePlan(catalog, read)
    assigned = sum(any(p.code in _ASSIGNED for p in each.problems) for each in read)
    return [
        _summarize_file(at, each, plan, assigned)
        if each.decisions
        else _apply_to_return(at, each, plan)
        for at, each in enumerate(read)
    ]


@dataclass(frozen=True, slots=True)
class _MatchedOverride:
    """An override of one client: the file that holds it, and the client's returns."""

    file: int
    entry: AnswerOverride
    returns: tuple[int, ...]

    @property
    def sheet(self) -> str:
        return self.entry.sheet

    @property
    def row(self) -> int:
        return self.entry.row


class _OverridePlan:
    """Which line does what to which return; returns and files are known by their places in what
    was read.

    `used` holds by return and item the line that sets the answer, `replaced` that of the word, and
    `selected` by return the line for which it counts; `faults` by file what was not applied, and
    why; `counts` how much of a file was.
    """

    def __init__(self, catalog: Catalog, received: Sequence[ReceivedFile]) -> None:
        self.catalog = catalog
        self.faults: dict[int, list[Problem]] = defaultdict(list)
        self.used: dict[int, dict[str, AnswerOverride]] = defaultdict(dict)
        self.replaced: dict[int, dict[str, WordMeaning]] = defaultdict(dict)
        self.selected: dict[int, ReturnSelection] = {}
        self.remarks: dict[int, list[ClientComment]] = defaultdict(list)
        self.counts: dict[int, Counter[str]] = defaultdict(Counter)
        self._received = received
        self._returns = _ReturnIndex(received)
        lines: list[_MatchedOverride] = []
        files = [(at, each.decisions) for at, each in enumerate(received) if each.decisions]
        for file, decisions in files:
            for entry in decisions.overrides:
                if found := self._find(file, entry.client, entry.sheet, entry.cells[0]):
                    lines.append(_MatchedOverride(file, entry, found))
            for remark in decisions.comments:
                if found := self._find(file, remark.client, remark.sheet, remark.cell):
                    self._place(file, remark, found)
        self._choose(lines)
        for file, decisions in files:
            self._replace_words(file, decisions)
            self._select_returns(file, decisions)

    def _find(self, file: int, client: str, sheet: str, cell: str) -> tuple[int, ...]:
        """Find the returns of a client; none, and a fault, where that is not certain."""
        found = self._returns.of(client)
        if found and not self._returns.are_ambiguous(client, found):
            return found
        files = ", ".join(self._received[at].label for at in found)
        code = (
            ProblemCode.OVERRIDE_CLIENT_AMBIGUOUS if found else ProblemCode.OVERRIDE_CLIENT_UNKNOWN
        )
        details = (("files", files),) if found else ()
        self.faults[file].append(Problem(code, sheet, cell, value=client, details=details))
        return ()

    def _place(self, file: int, remark: ClientComment, returns: Sequence[int]) -> None:
        self.counts[file]["placed"] += 1
        for at in returns:
            self.remarks[at].append(remark)

    def _choose(self, lines: Sequence[_MatchedOverride]) -> None:
        """Leave out lines that contradict each other, and take the first of those that agree."""
        compared = compare_lines(
            lines,
            keys_of=lambda line: [(at, line.entry.item) for at in line.returns],
            says=lambda line: line.entry.after,
        )
        for line, against, earlier in compared:
            if against:
                self._tell(line, ProblemCode.OVERRIDE_CONTRADICTS, format_places(against))
            elif earlier:
                self._tell(line, ProblemCode.OVERRIDE_TWICE, format_places(earlier))
            else:
                self._use(line)

    def _use(self, line: _MatchedOverride) -> None:
        entry = line.entry
        changed = [at for at in line.returns if _changes_anything(self._received[at], entry)]
        for at in changed:
            self.used[at][entry.item] = entry
        if changed:
            self.counts[line.file]["applied"] += 1
        else:
            self._tell(line, ProblemCode.OVERRIDE_SAME, _answer_labels(self.catalog, entry))

    def _tell(self, line: _MatchedOverride, code: ProblemCode, texts: TextByLang) -> None:
        entry = line.entry
        place = (entry.sheet, entry.cells[1], entry.item)
        self.faults[line.file].append(Problem(code, *place, details=what_details(texts)))

    def _replace_words(self, file: int, decisions: OverridesContent) -> None:
        """Give words their meaning in the answers that say them and that no line sets."""
        kept, faults = keep_agreeing(
            decisions.words,
            keys_of=lambda line: (line.key,),
            says=lambda line: line.choices,
            place_of=lambda line: (line.cell, line.word),
        )
        self.faults[file] += faults
        meanings = {line.key: line for line in kept}
        unused = dict(meanings)
        for at, received in enumerate(self._received) if meanings else ():
            for item, word in _unread_words(received):
                line = meanings.get(word)
                is_set = item in self.used[at] or item in self.replaced[at]
                if line and not is_set and self._offers(item, line):
                    self.replaced[at][item] = line
                    self.counts[file]["replaced"] += 1
                    unused.pop(word, None)
        for line in unused.values():
            code = ProblemCode.OVERRIDE_WORD_UNUSED
            self.faults[file].append(Problem(code, line.sheet, line.cell, value=line.word))

    def _offers(self, item: str, line: WordMeaning) -> bool:
        """Whether a question offers what a word means."""
        asked = self.catalog.items[item]
        return line.choices.get(asked.answer_set) in [c.id for c in self.catalog.offered(asked)]

    def _select_returns(self, file: int, decisions: OverridesContent) -> None:
        """Note which return of a client is to count."""
        found = {line: self._returns.of(line.client) for line in decisions.selections}
        kept, faults = keep_agreeing(
            [line for line in found if self._find_selected(file, line, found[line])],
            keys_of=lambda line: found[line],
            says=lambda line: file_key(line.file),
            place_of=lambda line: (line.cells[0], line.client),
        )
        self.faults[file] += faults
        self.counts[file]["selected"] += len(kept)
        chosen = {
            self._received[at].sha256: line
            for line in kept
            for at in self._returns.of_file(line.file)
        }
        for at, each in enumerate(self._received) if chosen else ():
            if each.sheet and each.sha256 in chosen:  # of copies any one may take part
                self.selected[at] = chosen[each.sha256]

    def _find_selected(self, file: int, line: ReturnSelection, returns: Sequence[int]) -> bool:
        """Whether the file of a line is one of its client's returns; tells where it is not."""
        at = {*self._returns.of_file(line.file)}
        if at and at <= {*returns}:
            return True
        known = bool(returns)
        code = ProblemCode.OVERRIDE_FILE_UNKNOWN if known else ProblemCode.OVERRIDE_CLIENT_UNKNOWN
        value = line.file if known else line.client
        self.faults[file].append(Problem(code, line.sheet, line.cells[known], value=value))
        return False


def _answer_labels(catalog: Catalog, entry: AnswerOverride) -> TextByLang:
    item = catalog.items[entry.item]
    return {lang: show_answer(catalog, item, entry.after, Wording(lang)) for lang in Lang}


# --- whose line it is


class _Firm(NamedTuple):
    """What a return says of its firm; each is empty where it does not."""

    client: str
    industry: str
    domain: str
    form: str


class _ReturnIndex:
    """The readable returns by what a client may be called, and by file; all by their places."""

    def __init__(self, received: Sequence[ReceivedFile]) -> None:
        self._firms: dict[int, _Firm] = {}
        self._names: dict[int, str] = {}
        self._by_id: dict[str, list[int]] = defaultdict(list)
        self._by_name: dict[str, dict[_Firm, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._without_id: dict[str, set[_Firm]] = defaultdict(set)
        self._by_file: dict[str, list[int]] = defaultdict(list)
        for at, each in enumerate(received):
            if sheet := each.sheet:
                firm = self._firms[at] = _firm_of(sheet)
                self._by_id[firm.client].append(at)
                self._by_file[file_key(each.label)].append(at)
                if sheet.name:
                    name = self._names[at] = company_key(sheet.name)
                    self._by_name[name][firm].append(at)
                    if not firm.client:
                        self._without_id[name].add(firm)

    def of(self, typed: str) -> tuple[int, ...]:
        """Find the returns of a client named by id, by company, or by one of its files."""
        client = normalize_text(typed)
        if client and client in self._by_id:
            return tuple(sorted({*self._by_id[client], *self._without_id_of(client)}))
        form, firms = split_legal_form(typed)[1].kind, self._by_name.get(company_key(typed), {})
        fitting = [firm for firm in firms if firm.client or are_same_form(firm.form, form)]
        named = [at for firm in fitting for at in firms[firm]] or self.of_file(typed)
        ids = {self._firms[at].client for at in named} - {""}
        # A department may have typed the name in another way.
        return tuple(sorted({*named, *(at for each in ids for at in self._by_id[each])}))

    def of_file(self, typed: str) -> Sequence[int]:
        """Find the return of a file."""
        return self._by_file.get(file_key(typed), ())

    def are_ambiguous(self, typed: str, found: Sequence[int]) -> bool:
        """Whether the returns found may be of several clients; those of an id never are."""
        client = normalize_text(typed)
        is_id = bool(client) and client in self._by_id
        return not is_id and _is_ambiguous({self._firms[at] for at in found})

    def _without_id_of(self, client: str) -> Iterator[int]:
        """Find the returns without an id that have a client's name and can be no other's.

        They are those that count as the client's: see `sheet_diag.intake.resolution.grouping`.
        """
        own = {self._firms[at] for at in self._by_id[client]}
        for name in {self._names[at] for at in self._by_id[client] if at in self._names}:
            fitting = {
                firm
                for firm in self._without_id.get(name, ())
                if not all(_is_ambiguous({firm, each}) for each in own)
            }
            for firm in fitting:
                others = (each for each in self._by_name[name] if each.client != client)
                if all(_is_ambiguous({firm, each}) != (each in fitting) for each in others):
                    yield from self._by_name[name][firm]


def _firm_of(sheet: ReturnedSheet) -> _Firm:
    return _Firm(
        client=normalize_text(sheet.identity.client or ""),
        industry=sheet.profile.get("industry", ""),
        domain=firm_domain(sheet.profile.get("email", "")),
        form=split_legal_form(sheet.name)[1].kind,
    )


def _is_ambiguous(firms: Collection[_Firm]) -> bool:
    """Tell whether returns are of several clients: of two ids, or, where one has no id, of two
    industries, mail domains or legal forms."""
    ids = {firm.client for firm in firms}
    industries = {firm.industry for firm in firms} - {""}
    domains = {firm.domain for firm in firms} - {""}
    shortest = min(domains, key=len, default="")
    # mail.example.jp and example.jp are one firm's.
    others = [d for d in domains if d != shortest and not d.endswith(f".{shortest}")]
    kinds = {firm.form for firm in firms}
    has_forms = not all(are_same_form(one, other) for one, other in combinations(kinds, 2))
    strangers = len(industries) > 1 or bool(others) or has_forms
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


def _unread_words(received: ReceivedFile) -> Iterator[tuple[str, str]]:
    """Find the items whose answers are words that nobody can read, and these as words are compared.

    An answer of which anything else is to be settled is none.
    """
    settled = [p for p in received.problems if p.item and problem_spec(p.code).answer_settles]
    counts = Counter(problem.item for problem in settled)
    for problem in settled if received.sheet else ():
        if problem.code in _REPLACEABLE and counts[problem.item] == 1:
            yield problem.item or "", normalize_text(problem.value or "")


def _apply_to_return(at: int, received: ReceivedFile, plan: _OverridePlan) -> ReceivedFile:
    """Apply to a return what was decided on it; nothing changes where nothing was."""
    entries, words = plan.used.get(at, {}), plan.replaced.get(at, {})
    remarks, selection = plan.remarks.get(at, []), plan.selected.get(at)
    if received.sheet is None or not (entries or words or remarks or selection):
        return received
    judgement = Judgement(
        comment="\n".join(remark.text for remark in remarks),
        comment_by=_join_names([remark.by for remark in remarks], received.sheet.lang),
        selection=selection.reason if selection else "",
    )
    if not (entries or words):  # what was read and found stands
        return replace(received, judgement=judgement)
    set_here = [_record_override(received, item, e.after, e) for item, e in entries.items()]
    replaced = [
        _record_override(received, item, word.choices[plan.catalog.items[item].answer_set], word)
        for item, word in words.items()
    ]
    overrides = (*set_here, *replaced)
    after = {override.item: override.after for override in overrides}
    responses = tuple(
        replace(each, choice=after[each.item], is_confirmed=False) if each.item in after else each
        for each in received.sheet.responses
    )
    told = [
        *(_change_problem(ProblemCode.OVERRIDDEN, received, e, plan.catalog) for e in set_here),
        *(
            _change_problem(ProblemCode.ANSWER_REPLACED, received, e, plan.catalog)
            for e in replaced
        ),
    ]
    return replace(
        received,
        sheet=replace(received.sheet, responses=responses),
        problems=(*_problems_left(received, after), *told),
        judgement=replace(judgement, overrides=overrides),
    )


def _join_names(names: Sequence[str], lang: Lang) -> str:
    return Wording(lang)("overrides.joint").join(dict.fromkeys(filter(None, names)))


def _record_override(
    received: ReceivedFile, item: str, after: str, entry: AnswerOverride | WordMeaning
) -> Override:
    response = _find_response(received, item)
    before, raw = response.choice, response.raw
    return Override(item, before, raw, after, entry.reason, entry.by)


def _problems_left(received: ReceivedFile, items: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems that are left; a new answer removes those of the old."""
    for problem in received.problems:
        if problem.item not in items or not problem_spec(problem.code).answer_settles:
            yield problem


def _change_problem(
    code: ProblemCode, received: ReceivedFile, override: Override, catalog: Catalog
) -> Problem:
    response = _find_response(received, override.item)
    item = catalog.items[override.item]
    details = [("reason", override.reason), ("by", override.by), ("before", override.before or "")]
    for lang in Lang:
        say, raw = Wording(lang), override.raw
        said = say("overrides.said", raw=raw) if raw else say("overrides.said.nothing")
        after = show_answer(catalog, item, override.after, say)
        details += [(f"before_{lang.value}", said), (f"after_{lang.value}", after)]
    sheet = received.sheet.sheet if received.sheet else None
    place = (sheet, response.cell, override.item, override.raw or None)
    return Problem(code, *place, tuple(details))


def _summarize_file(
    file: int, received: ReceivedFile, plan: _OverridePlan, assigned: int
) -> ReceivedFile:
    """Return the file of the overrides, with what became of its lines."""
    counts = {**plan.counts[file], "assigned": assigned}
    names = ("applied", "replaced", "assigned", "selected", "placed")
    details = tuple((name, str(counts.get(name, 0))) for name in names)
    summary = Problem(ProblemCode.OVERRIDES_READ, details=details)
    return replace(received, problems=(summary, *received.problems, *plan.faults[file]))
