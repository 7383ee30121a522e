"""The command `catalog preview`: a catalogue tried on clients that nobody knows."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.arguments import build_run_config
from sheet_diag.cli.errors import fail
from sheet_diag.cli.options import RunOptions
from sheet_diag.cli.output import run_with_progress
from sheet_diag.diagnosis.occurrence import find_absences
from sheet_diag.diagnosis.simulation import (
    SimulatedReturn,
    draw_answers,
    draw_profile,
    simulate_returns,
)
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.catalog import Catalog, FieldKind, Item, ItemKind, ProfileField
from sheet_diag.model.conditions import split_chosen
from sheet_diag.pipeline.run import run
from sheet_diag.reports.preview import make_preview_workbook
from sheet_diag.text.wording import Wording

_CLIENTS: Final = {"strong": 0.93, "middling": 0.6, "weak": 0.2}
_FILLED: Final = {
    FieldKind.EMAIL: "info@example.jp",
    FieldKind.NUMBER: "30",
    FieldKind.DATE: "2026/4/1",
    FieldKind.TEXT: "03-0000-0001",
}


def choose_folder(typed: Path | None, named: Path, say: Wording) -> Path:
    """Choose the folder: the one that was typed, else a new one with the name of the book."""
    if typed is not None:
        if typed.exists() and any(typed.iterdir()):
            fail(say("preview.error.folder", path=typed), say)
        return typed
    name = say("preview.folder", name=named.stem)
    tried = (named.with_name(name if n == 1 else f"{name}{n}") for n in range(1, 1000))
    return next(path for path in tried if not path.exists())


def write_preview(catalog: Catalog, options: RunOptions, folder: Path, say: Wording) -> None:
    """Write blank sheet, reports of three clients, and what 500 simulated returns show."""
    returns = Path(options.input)
    config = build_run_config(options, say)
    issuer = config.issuer.in_lang(say.lang)
    (folder / "hearing_sheet.xlsx").write_bytes(make_hearing_sheet(catalog, say.lang, issuer))
    for name in _CLIENTS:
        entries = _fill_in(catalog, name, say)
        sheet = make_hearing_sheet(catalog, say.lang, issuer, entries)
        (returns / f"{name}.xlsx").write_bytes(sheet)
    run_with_progress(say, lambda progress: run(config, progress))
    simulated = list(simulate_returns(catalog))
    name = say("preview.file")
    (folder / name).write_bytes(make_preview_workbook(catalog, simulated, say))
    typer.echo(say("preview.done", path=folder))
    _tell_ranks(catalog, simulated, say)
    absent = len(list(find_absences(catalog, simulated)))
    typer.echo(say("preview.done.absent", count=absent, file=name))


def _tell_ranks(catalog: Catalog, simulated: list[SimulatedReturn], say: Wording) -> None:
    counts = Counter(each.scores.rank for each in simulated)
    told = [
        say("preview.done.rank", rank=say("preview.held") if rank is None else rank, count=count)
        for rank in (*catalog.ranks, None)
        if (count := counts[rank])
    ]
    ranks = say("book.note.comma").join(told)
    typer.echo(say("preview.done.ranks", count=len(simulated), ranks=ranks))


def _fill_in(catalog: Catalog, name: str, say: Wording) -> Entries:
    """Fill in the sheet as a client of this strength does."""
    chance = random.Random(f"{name}/{catalog.sha256}")
    profile = draw_profile(catalog, chance)
    answers = draw_answers(catalog, _CLIENTS[name], chance)
    return Entries(
        dict(_fill_company(catalog, profile, say(f"preview.client.{name}"), say)),
        {
            item.id: _write_answer(catalog, item, answer, say)
            for item in catalog.items.values()
            if (answer := answers[item.id])
        },
    )


def _fill_company(
    catalog: Catalog, profile: Mapping[str, str], name: str, say: Wording
) -> Iterator[tuple[str, str]]:
    for field in catalog.profile:
        yield field.id, _write_field(field, profile.get(field.id, ""), name, say)


def _write_field(field: ProfileField, drawn: str, name: str, say: Wording) -> str:
    if field.kind is FieldKind.CHOICE:
        return field.by_id[drawn].label[say.lang] if drawn else ""
    if field.id == "company":
        return name
    if field.id in ("department", "respondent"):
        return say("preview.department")
    return drawn or _FILLED[field.kind]


def _write_answer(catalog: Catalog, item: Item, answer: str, say: Wording) -> str:
    match item.kind:
        case ItemKind.SINGLE | ItemKind.MULTIPLE:
            choices = catalog.choices_of(item)
            labels = [choices[each].label[say.lang] for each in split_chosen(answer)]
            return say("book.note.comma").join(labels)
        case ItemKind.DATE:
            return answer.replace("-", "/")
        case ItemKind.TEXT:
            return say("preview.text")
        case ItemKind.NUMBER:
            return answer
