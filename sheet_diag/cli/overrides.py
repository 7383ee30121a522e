"""The command `overrides`: the consultant's workbook, with a line for all that he has to decide."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.arguments import load_campaign_catalog, read_settings
from sheet_diag.cli.errors import fail
from sheet_diag.cli.options import MailOptions
from sheet_diag.diagnosis.override_lines import file_key
from sheet_diag.forms.layout import OVERRIDE_TABLES, OVERRIDES_FILE
from sheet_diag.forms.overrides import make_overrides_workbook
from sheet_diag.intake.cells import RefusedError
from sheet_diag.intake.discovery import read_stable_file
from sheet_diag.intake.overrides import read_override_lines
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.overrides import OverrideLine, OverrideLines
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import ProblemCode
from sheet_diag.model.settings import IntakeSettings, Limits
from sheet_diag.reports.run_json.reader import RunJsonProblem, load_return_problems
from sheet_diag.storage.file_moves import write_whole_file
from sheet_diag.storage.open_files import require_free
from sheet_diag.storage.output_files import RUN_JSON, choose_kept_names
from sheet_diag.storage.rights import follow_rights
from sheet_diag.text.normalize import company_key, item_key, normalize_text
from sheet_diag.text.problem_groups import item_titles
from sheet_diag.text.problems import PointKind, problem_message, problem_spec
from sheet_diag.text.wording import Wording

_COUNTING: Final = (ReturnStatus.RANKED, ReturnStatus.HELD)
# What leaves it uncertain whose a return is.
_WHOSE: Final = (
    ProblemCode.COMPANY_TWICE, ProblemCode.LISTED_UNSURE, ProblemCode.NOT_LISTED
)  # fmt: skip
_NAMELESS: Final = (ProblemCode.COMPANY_MISSING, ProblemCode.COMPANY_UNNAMED)

_Return = tuple[ReturnFacts, Sequence[RunJsonProblem]]


def write_overrides(options: MailOptions, say: Wording) -> None:
    """Write the workbook: anew with all former lines, and those that are to be decided."""
    settings = read_settings(options.config)
    catalog = load_campaign_catalog(options, settings, say)
    path = options.input / OVERRIDES_FILE
    has_run = (options.output / RUN_JSON).is_file()
    if path.exists() and not has_run:
        fail(say("cli.error.overrides", path=path), say)
    former = _read_former(path, settings.limits, say) if path.exists() else {}
    returns = load_return_problems(options.output) if has_run else []
    new = _find_new_lines(returns, former, catalog, say)
    count = sum(map(len, new.values()))
    if path.exists() and not count:
        typer.echo(say("cli.overrides.nothing", path=path))
        return
    lines = {key: [*former.get(key, ()), *new.get(key, ())] for key in OVERRIDE_TABLES}
    content = make_overrides_workbook(catalog, say.lang, settings.issuer, lines)
    with follow_rights(options.output):
        kept = _keep_former(path, options.output)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole_file(path, content)
    if kept:
        typer.echo(say("cli.overrides.added", path=path, count=count, kept=kept))
    else:
        typer.echo(
            say("cli.overrides.filled" if count else "cli.overrides.done", path=path, count=count)
        )


def _read_former(path: Path, limits: Limits, say: Wording) -> OverrideLines:
    """Read the lines of the workbook; ends where it holds anything that would be lost."""
    require_free([path])
    try:
        content = read_stable_file(path.resolve())
        lines, others = read_override_lines(content, path.name, IntakeSettings(limits))
    except RefusedError as error:
        why = problem_message(error.problem, say.lang)
        fail(say("cli.error.overrides.unread", path=path, why=why), say)
    if others:
        places = say("overrides.joint").join(others)
        fail(say("cli.error.overrides.others", path=path, places=places), say)
    return lines


def _keep_former(path: Path, output: Path) -> Path | None:
    """Copy the former workbook, and return where to; None where there is none."""
    if not path.exists():
        return None
    ((_, name),) = choose_kept_names(output, [OVERRIDES_FILE], datetime.now())
    kept = output / name
    kept.parent.mkdir(parents=True)
    with kept.open("xb") as file:
        file.write(path.read_bytes())
    return kept


# --- what is to be decided


@dataclass(frozen=True, slots=True)
class _NewLine:
    """A line of a table; `about` are the keys that a former one about the same has, too."""

    table: str
    about: frozenset[tuple[str, str]]
    line: OverrideLine


def _find_new_lines(
    returns: Sequence[_Return], former: OverrideLines, catalog: Catalog, say: Wording
) -> Mapping[str, list[OverrideLine]]:
    """Make a line for all that is to be decided and has none yet."""
    counting = [each for each in returns if each[0].status in _COUNTING]
    known = {
        (table, *key)
        for table, lines in former.items()
        for line in lines
        for key in _keys(table, line)
    }
    new: dict[str, list[OverrideLine]] = defaultdict(list)
    for each in _list_lines(counting, catalog, say):
        if not any((each.table, *key) in known for key in each.about):
            new[each.table].append(each.line)
    return new


def _list_lines(counting: Sequence[_Return], catalog: Catalog, say: Wording) -> Iterator[_NewLine]:
    names = Counter(company_key(fact.name) for fact, _ in counting if fact.name)
    titles = item_titles(catalog, say.lang)
    for fact, problems in counting:
        file = f"{fact.file} › {fact.member}" if fact.member else fact.file
        is_unique = names[company_key(fact.name)] == 1 if fact.name else False
        own = [fact.client, fact.name if is_unique else "", file]
        client = next(filter(None, own))
        shown = {"client": client, "company": fact.name}

        def describe(found: Iterable[RunJsonProblem], file: str = file) -> str:
            return "\n".join(_describe(each, file, say) for each in found)

        for item, found in _group_by_item(problems, catalog).items():
            about = frozenset((key, item_key(item)) for name in own for key in _spellings(name))
            line = {"item": item, "question": titles[item], "found": describe(found)}
            yield _NewLine("amendments", about, {**shown, **line})
        unsure = [each for each in problems if each.code in _WHOSE]
        if not (fact.client or fact.name):
            unsure += [each for each in problems if each.code in _NAMELESS]
        if unsure:
            line = {"file": file, "company": fact.name, "found": describe(unsure)}
            yield _NewLine("assignments", frozenset([(file_key(file), "")]), line)
        if unclear := [each for each in problems if each.code == ProblemCode.ORDER_UNCLEAR]:
            line = {**shown, "file": file, "found": describe(unclear)}
            yield _NewLine("selections", frozenset([(file_key(file), "")]), line)


def _group_by_item(
    problems: Sequence[RunJsonProblem], catalog: Catalog
) -> Mapping[str, list[RunJsonProblem]]:
    """Group by item what a new answer settles; a question that was left blank is none of it."""
    found: dict[str, list[RunJsonProblem]] = defaultdict(list)
    for each in problems:
        code = next((code for code in ProblemCode if code == each.code), None)
        spec = problem_spec(code) if code else None
        is_open = spec and spec.answer_settles and (spec.point is not PointKind.OPEN or each.value)
        if is_open and each.item and each.item in catalog.items:
            found[each.item].append(each)
    return found


def _describe(problem: RunJsonProblem, file: str, say: Wording) -> str:
    """Say what stands there, and where."""
    value, says = problem.value or "", problem.message
    if value not in says:
        says = say("overrides.found.value", says=says, value=value)
    if not problem.cell:
        return says
    place = " ".join(filter(None, (file, problem.sheet, problem.cell)))
    return say("overrides.found", says=says, place=place)


def _keys(table: str, line: OverrideLine) -> Iterator[tuple[str, str]]:
    """The keys of what a line is about, in every spelling."""
    if table == "amendments":
        item = item_key(line.get("item", ""))
        yield from ((key, item) for key in _spellings(line.get("client", "")))
    else:
        yield file_key(line.get("file", "")), ""


def _spellings(client: str) -> set[str]:
    """Spell what names a client as ids, companies and files are compared."""
    return {normalize_text(client), company_key(client), file_key(client)} - {""}
