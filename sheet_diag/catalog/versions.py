"""Sets versions of a catalogue side by side: what became of the questions of another one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

from sheet_diag.catalog.load import (
    BUILT_IN,
    list_built_in_versions,
    load_built_in_version,
    load_sent_texts,
)
from sheet_diag.model.basics import Lang, UserError
from sheet_diag.model.catalog import Catalog, Category, Item, ItemKind, cached_per_catalog
from sheet_diag.model.record import Text
from sheet_diag.model.versions import Relation, Step, VersionMap, match_versions
from sheet_diag.text.question_digests import digest_questions, is_same_question, spell_as_asked

_VERSIONS: Final = 8  # a campaign has sheets of one or two


class WrongVersionError(UserError):
    """Most sheets are of a version that was not named; the sentence says how to name it."""


def require_version_of_most(catalog: Catalog, versions: Sequence[str | None]) -> None:
    """Refuse a version of the built-in catalogue where most sheets are of another one.

    Raises `WrongVersionError`.
    """
    for version, count in Counter(versions).most_common(1):
        if 2 * count > len(versions) and _load_packaged(catalog, version):
            parts = {"version": f"{BUILT_IN}@{version}", "count": str(count)}
            raise WrongVersionError(
                "cli.error.catalog.other", own=catalog.version, all=str(len(versions)), **parts
            )


@cached_per_catalog
def is_packaged(catalog: Catalog) -> bool:
    """Whether the product itself holds what a catalogue asks, and every version of it.

    An edited copy of a built-in one may still bear its id and version.
    """
    if catalog.id != BUILT_IN or catalog.version not in list_built_in_versions():
        return False
    sent = frozenset(load_sent_texts(catalog))
    return all(item.question[lang] in sent for item in catalog.items.values() for lang in Lang)


def find_catalog_to_read_by(
    catalog: Catalog, version: str | None, asked: Mapping[str, str]
) -> Catalog | None:
    """Find by what a sheet of another version is read; None where it is of this one.

    `asked` are the digests of its questions (empty: unknown). Where only the catalogue tells of
    that version, its questions stand under their old numbers in what is returned.
    """
    if packaged := _load_packaged(catalog, version):
        return packaged
    now = digest_questions(catalog)
    is_same = all(is_same_question(digest, now.get(item)) for item, digest in asked.items())
    if version in (None, catalog.version) and is_same:
        return None
    return _rebuilder(catalog)(version or catalog.version, tuple(asked))


def map_version(
    catalog: Catalog, other: Catalog, version: str | None, former: Mapping[str, bool]
) -> VersionMap:
    """Find what became of the questions of a version; `former` as in `match_versions`."""
    told = spell_as_asked(catalog.earlier.rows_of(version), former)
    if not told and (later := other.earlier.rows_of(catalog.version)):
        same = [row for row in later if row.relation in (Relation.SAME, Relation.REWORDED)]
        return VersionMap(tuple(Step(row.relation, row.new, row.old) for row in same), ())
    return match_versions(told, catalog.items, former)


def _load_packaged(catalog: Catalog, version: str | None) -> Catalog | None:
    """Load the version of a sheet, where it is another one that the product itself holds."""
    if catalog.id != BUILT_IN or version in (None, catalog.version):
        return None
    if version not in list_built_in_versions():
        return None
    other = load_built_in_version(version)
    return other if map_version(catalog, other, version, {}).sources else None


@cached_per_catalog
def _rebuilder(catalog: Catalog) -> Callable[[str, tuple[str, ...]], Catalog]:
    """Make the function that rebuilds earlier versions of a catalogue, each once."""

    @lru_cache(maxsize=_VERSIONS)
    def rebuild(version: str, asked: tuple[str, ...]) -> Catalog:
        items = dict(_list_former_items(catalog, version, asked))
        if items == catalog.items:
            return catalog
        parts = {name: getattr(catalog, name) for name in Catalog.model_fields}
        categories = tuple(_fill_categories(catalog, items))
        return Catalog.model_validate({**parts, "categories": categories})

    return rebuild


def _list_former_items(
    catalog: Catalog, version: str, asked: Sequence[str]
) -> Iterator[tuple[str, Item | None]]:
    """List the old numbers, each with the item of now that reads its row (None: there is none)."""
    told = spell_as_asked(catalog.earlier.rows_of(version), asked)
    olds, news = {row.old for row in told}, {row.new for row in told}
    for row in told:
        if row.old:
            yield row.old, catalog.items.get(row.new or "")
    for old in asked or catalog.items:
        if old not in olds:
            yield old, None if old in news else catalog.items.get(old)


def _fill_categories(catalog: Catalog, items: Mapping[str, Item | None]) -> Iterator[Category]:
    """Put items under their old numbers into the categories; what is asked no more into the last.

    Of that only the number is known.
    """
    spare = next(iter(catalog.items.values()))
    filled: dict[str, list[Item]] = {category.id: [] for category in catalog.categories}
    for old, item in items.items():
        number = Text(ja=old, en=old)
        unknown = {"question": number, "hint": {}, "kind": ItemKind.TEXT}
        update = {"id": old, "condition": None, **({} if item else unknown)}
        place = catalog.category_of[item.id].id if item else catalog.categories[-1].id
        filled[place].append((item or spare).model_copy(update=update))
    for category in catalog.categories:
        if filled[category.id]:
            yield category.model_copy(update={"items": tuple(filled[category.id])})
