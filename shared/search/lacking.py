"""What an index lacks of what this version's definition says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from azure.search.documents.indexes.models import SearchField, SearchIndex

from shared.search.fields import VECTOR_FIELD

type Mending = Literal["create", "reindex"]
"""What brings an index to its definition: `create` adds to it, a `reindex` makes it anew."""

USES = ("key", "searchable", "filterable", "sortable", "facetable")


@dataclass(frozen=True, slots=True)
class Lack:
    """`of_vectors`: they are of another length."""

    what: str
    mending: Mending
    of_vectors: bool = False


def lacking(held: SearchIndex, wanted: SearchIndex) -> tuple[Lack, ...]:
    """Everything; what an index has besides is of no matter."""
    return (*_of_fields(held, wanted), *_of_semantics(held, wanted), *_of_scoring(held, wanted))


def _of_fields(held: SearchIndex, wanted: SearchIndex) -> Iterator[Lack]:
    there = {field.name: field for field in held.fields}
    for field in wanted.fields:
        if (found := there.get(field.name)) is None:
            yield Lack(f"there is no field {field.name}", "create")
        elif wrong := _wrong_with(found, field):
            of_vectors = field.name == VECTOR_FIELD and found.type == field.type
            yield Lack(f"the field {field.name} {wrong}", "reindex", of_vectors)


def _wrong_with(held: SearchField, wanted: SearchField) -> str | None:
    if held.type != wanted.type:
        return f"is {_written(held.type)}, not {_written(wanted.type)}"
    if wanted.name == VECTOR_FIELD and held.vector_search_dimensions != (
        length := wanted.vector_search_dimensions
    ):
        return f"holds vectors of {held.vector_search_dimensions} dimensions, not {length}"
    unfit = [use for use in USES if getattr(wanted, use) and not getattr(held, use)]
    if unfit:
        return f"is not {' and not '.join(unfit)}"
    if wanted.analyzer_name and held.analyzer_name != wanted.analyzer_name:
        analyser = _written(held.analyzer_name) if held.analyzer_name else "no analyser"
        return f"is read by {analyser}, not {_written(wanted.analyzer_name)}"
    return None


def _written(name: object) -> str:
    """As Azure writes it, also where the SDK has made a name of its own for it."""
    return str(getattr(name, "value", name))


def _of_semantics(held: SearchIndex, wanted: SearchIndex) -> Iterator[Lack]:
    for name in sorted(_semantic_names(wanted) - _semantic_names(held)):
        yield Lack(f"there is no semantic configuration {name}", "create")


def _semantic_names(index: SearchIndex) -> set[str]:
    semantic = index.semantic_search
    return {each.name for each in (semantic.configurations or ())} if semantic else set()


def _of_scoring(held: SearchIndex, wanted: SearchIndex) -> Iterator[Lack]:
    there = {each.name for each in held.scoring_profiles or ()}
    for profile in wanted.scoring_profiles or ():
        if profile.name not in there:
            yield Lack(f"there is no scoring profile {profile.name}", "create")
