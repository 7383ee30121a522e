"""What `catalog diff` says: what differs between two questionnaires, and whom it concerns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import typer

from sheet_diag.catalog.differences import (
    Difference,
    DifferenceKind,
    find_differences,
    match_catalogs,
    propose_rows,
)
from sheet_diag.catalog.version_rows import add_version_rows, list_version_rows
from sheet_diag.cli.errors import fail
from sheet_diag.diagnosis.comparison.affected import AffectedClient, GivenAnswers, score_by_both
from sheet_diag.diagnosis.scoring.score import OverallResult
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.model.versions import VersionMap
from sheet_diag.storage.output_files import RUN_JSON
from sheet_diag.text.numbers import format_score
from sheet_diag.text.terminal_text import printable_text
from sheet_diag.text.wording import Wording, find_label, join_first

_MOST: Final = 20  # lines of a kind, and clients
_QUESTIONS: Final = (DifferenceKind.ADDED, DifferenceKind.REMOVED)
_LONGEST: Final = 45  # characters of a question


def show_differences(
    old: Catalog, new: Catalog, returns: Path | None, reading: IntakeSettings, say: Wording
) -> VersionMap:
    """Print what differs, and which clients it concerns; return what became of the questions."""
    versions = match_catalogs(old, new)
    found = list(dict.fromkeys(find_differences(old, new, versions)))
    names = {"old": f"{old.id}@{old.version}", "new": f"{new.id}@{new.version}"}
    typer.echo(say("diff.head", **names))
    if not found:
        typer.echo(say("diff.none"))
    for kind in DifferenceKind:
        own = [each for each in found if each.kind is kind]
        if own:
            typer.echo("\n" + say(f"diff.kind.{kind}", count=len(own)))
            _show_lines(list(_tell_all(kind, own, say)), say)
    if returns:
        given = _load_answers(returns, old, reading, say)
        _show_clients(list(score_by_both(old, new, versions, given)), say)
    return versions


def _show_lines(lines: Sequence[str], say: Wording) -> None:
    for line in lines[:_MOST]:
        typer.echo("  " + printable_text(line))
    if len(lines) > _MOST:
        typer.echo("  " + say("diff.line.more", count=len(lines) - _MOST))


def _tell_all(kind: DifferenceKind, found: Sequence[Difference], say: Wording) -> Iterator[str]:
    if kind is not DifferenceKind.SHOWN:
        yield from (_tell(each, say) for each in found)
        return
    by_what = sorted(found, key=lambda each: each.what)
    for what, group in groupby(by_what, key=lambda each: each.what):
        places = [each.place for each in group if each.place]
        parts = {"what": _name(what, say), "places": join_first(places), "count": len(places)}
        yield say("diff.line.places", **parts) if places else _name(what, say)


def _tell(each: Difference, say: Wording) -> str:
    before, after = (_shorten(text) or say("diff.blank") for text in (each.before, each.after))
    if each.kind in _QUESTIONS:
        text = before if each.kind is DifferenceKind.REMOVED else after
        return say("diff.line.question", place=each.place, text=text)
    if each.kind is not DifferenceKind.SCORING:
        return say("diff.line.moved", place=each.place, before=before, after=after)
    what = _name(each.what, say)
    if not (each.before or each.after):
        return say("diff.line.part", place=each.place, what=what) if each.place else what
    return say("diff.line.value", place=each.place, what=what, before=before, after=after)


def _name(what: str, say: Wording) -> str:
    return say(f"diff.what.{what}") if find_label(f"diff.what.{what}") else say("diff.what.other")


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


# --- what became of the questions


def write_proposal(
    versions: VersionMap,
    old: Catalog,
    new: Catalog,
    source: Path,
    reading: IntakeSettings,
    say: Wording,
) -> None:
    """Write a copy of the new workbook with rows of 版の対応 that its author has yet to check."""
    rows = list(propose_rows(versions, old.version))
    if not rows:
        return
    if refusal := _find_refusal(old, new, say):
        typer.echo("\n" + refusal)
        return
    from sheet_diag.cli.catalog_books import find_free, read_source, write_book
    from sheet_diag.forms.catalog_workbook import make_catalog_workbook

    sheets, lang = read_source(source, reading, say, chosen=False)
    remark = Wording(lang)("diff.proposal.remark")
    proposed = list_version_rows(versions, old.version, lang, remark)
    place = source if source.exists() else Path(new.id)
    target = find_free(place, say("diff.proposal.suffix"))
    sheets = add_version_rows(sheets, proposed, old.version, lang)
    write_book(target, make_catalog_workbook(sheets, lang, target.stem))
    typer.echo("\n" + say("diff.proposal.done", path=target, count=len(proposed)))


def _find_refusal(old: Catalog, new: Catalog, say: Wording) -> str:
    """Say why no row can tell of that version; empty where one can."""
    if old.id != new.id:
        return say("diff.proposal.other_id", old=old.id, new=new.id)
    if old.version == new.version:
        return say("diff.proposal.same_version", version=old.version)
    others = {row.version for row in new.earlier.items} - {old.version}
    if others:
        previous = ", ".join(sorted(others))
        return say("diff.proposal.other_previous", previous=previous, version=old.version)
    return ""


# --- clients


def _load_answers(
    folder: Path, old: Catalog, reading: IntakeSettings, say: Wording
) -> list[GivenAnswers]:
    """Load the answers of an output folder, or read the returns in a folder."""
    from sheet_diag.reports.run_json.reader import load_given_answers, read_run_catalog

    if not (folder / RUN_JSON).is_file():
        return _read_returns(folder, old, reading, say)
    used = read_run_catalog(folder)
    if used and used != f"{old.id}@{old.version}":
        fail(say("diff.error.other_run", folder=folder, used=used), say)
    return load_given_answers(folder)


def _read_returns(
    folder: Path, old: Catalog, reading: IntakeSettings, say: Wording
) -> list[GivenAnswers]:
    from sheet_diag.pipeline.execution.forkserver import READING_MODULES, prepare
    from sheet_diag.pipeline.ingest import check_files

    prepare(READING_MODULES)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    sheets = [each.received.sheet for each in check_files(files, old, reading)]
    given = [GivenAnswers(each.name, each.answers, each.profile) for each in sheets if each]
    if not given:
        fail(say("diff.error.no_returns", folder=folder), say)
    return given


def _show_clients(clients: Sequence[AffectedClient], say: Wording) -> None:
    changed = [each for each in clients if each.is_changed]
    typer.echo("\n" + say("diff.clients", count=len(clients), changed=len(changed)))
    _show_lines([_tell_client(each, say) for each in changed], say)


def _tell_client(each: AffectedClient, say: Wording) -> str:
    before, after = _tell_state(each.before, say), _tell_state(each.after, say)
    if each.asked:
        parts = {"before": before, "after": after, "count": each.asked}
        return say("diff.client.asked", name=each.name, **parts)
    return say("diff.client", name=each.name, before=before, after=after)


def _tell_state(result: OverallResult, say: Wording) -> str:
    if result.rank is None or result.overall is None:
        return say("diff.state.held")
    return say("diff.state.ranked", score=format_score(result.overall), rank=result.rank)
