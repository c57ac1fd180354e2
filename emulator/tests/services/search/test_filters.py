"""A filter keeps exactly the documents for which the same test in Python holds."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.search.columns import Column, Mask
from emulator.services.search.definitions import Field, IndexDefinition
from emulator.services.search.errors import SearchError
from emulator.services.search.filters import Filters, FullText
from emulator.services.search.json_types import Json, JsonObject
from emulator.services.search.parsing import parse_definition

TYPES = {
    "allowedRoles": "Collection(Edm.String)",
    "nullable": "Edm.String",
    "trueNumber": "Edm.Int32",
    "price": "Edm.Double",
    "ready": "Edm.Boolean",
    "notBefore": "Edm.DateTimeOffset",
    "scores": "Collection(Edm.Int32)",
}
PLAIN: list[Json] = [{"name": name, "type": edm} for name, edm in TYPES.items()]
DEFINITION: JsonObject = {
    "name": "filters",
    "fields": [
        {"name": "id", "type": "Edm.String", "key": True},
        *PLAIN,
        {"name": "place", "type": "Edm.GeographyPoint"},
        {
            "name": "rooms",
            "type": "Collection(Edm.ComplexType)",
            "fields": [
                {"name": "price", "type": "Edm.Double"},
                {"name": "tags", "type": "Collection(Edm.String)"},
            ],
        },
        {
            "name": "address",
            "type": "Edm.ComplexType",
            "fields": [{"name": "city", "type": "Edm.String"}],
        },
    ],
}
PARSED: IndexDefinition = parse_definition(DEFINITION)
NO_MATCH = np.zeros(0, dtype=np.bool_)


def kept(documents: list[JsonObject], text: str) -> list[int]:
    """The positions of the documents that pass the filter."""
    columns = {one.name: filled(one, documents) for one in PARSED.fields}

    def nothing(part: FullText) -> Mask:
        return NO_MATCH

    mask = Filters(columns).mask(text, len(documents), nothing)
    return [int(row) for row in np.flatnonzero(mask)]


def filled(one: Field, documents: list[JsonObject]) -> Column:
    column = Column(one)
    for row, document in enumerate(documents):
        column.put(row, document.get(one.name, [] if one.collection else None))
    return column


type Test = Callable[[JsonObject], bool]


@dataclass(frozen=True, slots=True)
class Case:
    """A filter, and the same in Python."""

    text: str
    test: Test


WORDS = st.sampled_from(["", "a", "b", "it's", "á é", "null", "A"])
NUMBERS = st.integers(-3, 3)
FLOATS = st.sampled_from([-1.5, 0.0, 0.1, 2.25, 1e10])
MOMENTS = st.integers(-2, 2).map(lambda days: datetime(2026, 1, 10, tzinfo=UTC) + timedelta(days))
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "gt": lambda left, right: left > right,
    "ge": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "le": lambda left, right: left <= right,
}


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def optional[T](values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.one_of(st.none(), values)


documents = st.fixed_dictionaries(
    {
        "allowedRoles": st.lists(WORDS, max_size=3),
        "nullable": optional(WORDS),
        "trueNumber": optional(NUMBERS),
        "price": optional(FLOATS),
        "ready": optional(st.booleans()),
        "notBefore": optional(MOMENTS.map(iso)),
        "scores": st.lists(NUMBERS, max_size=3),
    }
)


@st.composite
def equalities(draw: st.DrawFn) -> Case:
    name, constant, shown = draw(
        st.one_of(
            st.tuples(st.just("nullable"), WORDS).map(lambda p: (p[0], p[1], quoted(p[1]))),
            st.tuples(st.just("trueNumber"), NUMBERS).map(lambda p: (p[0], p[1], str(p[1]))),
            st.tuples(st.just("ready"), st.booleans()).map(
                lambda p: (p[0], p[1], str(p[1]).lower())
            ),
            st.sampled_from(sorted(TYPES)[2:4]).map(lambda name: (name, None, "null")),
        )
    )
    if draw(st.booleans()):
        return Case(f"{name} eq {shown}", lambda document: document[name] == constant)
    return Case(f"{name} ne {shown}", lambda document: document[name] != constant)


@st.composite
def orderings(draw: st.DrawFn) -> Case:
    operator = draw(st.sampled_from(sorted(COMPARE)))
    compare = COMPARE[operator]
    if draw(st.booleans()):
        moment = draw(MOMENTS)

        def later(document: JsonObject) -> bool:
            value = document["notBefore"]
            return isinstance(value, str) and compare(
                datetime.fromisoformat(value).timestamp(), moment.timestamp()
            )

        return Case(f"notBefore {operator} {iso(moment)}", later)
    number = draw(FLOATS)
    name = draw(st.sampled_from(["price", "trueNumber"]))

    def beyond(document: JsonObject) -> bool:
        value = document[name]
        return isinstance(value, int | float) and compare(value, number)

    return Case(f"{name} {operator} {number}", beyond)


@st.composite
def memberships(draw: st.DrawFn) -> Case:
    wanted = draw(st.lists(st.sampled_from(["a", "b", "á é", "A"]), min_size=1, max_size=3))
    values = quoted("|".join(wanted))
    if draw(st.booleans()):
        return Case(
            f"search.in(nullable, {values}, '|')", lambda document: document["nullable"] in wanted
        )
    every = draw(st.booleans())
    combine = all if every else any

    def hold(document: JsonObject) -> bool:
        return combine(role in wanted for role in cast(list[Json], document["allowedRoles"]))

    return Case(f"allowedRoles/{'all' if every else 'any'}(r: search.in(r, {values}, '|'))", hold)


@st.composite
def quantified(draw: st.DrawFn) -> Case:
    low, high = draw(NUMBERS), draw(NUMBERS)

    def hold(document: JsonObject) -> bool:
        scores = cast(list[int], document["scores"])
        return any(score > low and score != high for score in scores)

    return Case(f"scores/any(s: s gt {low} and not (s eq {high}))", hold)


simple = st.one_of(
    equalities(),
    orderings(),
    memberships(),
    quantified(),
    st.just(Case("ready", lambda document: document["ready"] is True)),
    st.just(Case("scores/any()", lambda document: bool(document["scores"]))),
)


def negation(case: Case) -> Case:
    return Case(f"not ({case.text})", lambda document: not case.test(document))


def conjunction(cases: tuple[Case, Case]) -> Case:
    left, right = cases
    return Case(f"({left.text} and {right.text})", lambda d: left.test(d) and right.test(d))


def disjunction(cases: tuple[Case, Case]) -> Case:
    left, right = cases
    return Case(f"({left.text} or {right.text})", lambda d: left.test(d) or right.test(d))


def larger(parts: st.SearchStrategy[Case]) -> st.SearchStrategy[Case]:
    return st.one_of(
        parts.map(negation),
        st.tuples(parts, parts).map(conjunction),
        st.tuples(parts, parts).map(disjunction),
    )


@given(
    found=st.lists(documents, min_size=1, max_size=12),
    case=st.recursive(simple, larger, max_leaves=6),
)
def test_a_filter_equals_the_same_test_in_python(found: list[JsonObject], case: Case) -> None:
    expected = [row for row, document in enumerate(found) if case.test(document)]
    assert kept(found, case.text) == expected


PLACES: list[JsonObject] = [
    {
        "place": {"type": "Point", "coordinates": [-3.70, 40.42]},
        "address": {"city": "Madrid"},
        "rooms": [{"price": 50.0, "tags": ["wifi"]}, {"price": 200.0, "tags": []}],
    },
    {
        "place": {"type": "Point", "coordinates": [2.17, 41.39]},
        "address": {"city": "Barcelona"},
        "rooms": [{"price": 90.0, "tags": ["wifi", "sea"]}],
    },
    {"place": None, "address": {"city": None}, "rooms": []},
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("address/city eq 'Madrid'", [0]),
        ("address/city ne 'Madrid'", [1, 2]),
        ("rooms/any(r: r/price lt 60)", [0]),
        ("rooms/any(r: r/price gt 80 and r/tags/any(t: t eq 'wifi'))", [1]),
        ("rooms/all(r: r/tags/any())", [1, 2]),
        ("geo.distance(place, geography'POINT(-3.7 40.4)') lt 10", [0]),
        ("geo.distance(place, geography'POINT(-3.7 40.4)') gt 400", [1]),
        ("not rooms/any() or false", [2]),
        ("not(address/city eq 'Madrid')", [1, 2]),
        ("'Madrid' eq address/city", [0]),
    ],
)
def test_nested_fields_and_distances_can_be_filtered(text: str, expected: list[int]) -> None:
    assert kept(PLACES, text) == expected


def test_a_chain_of_thousands_of_alternatives_is_evaluated() -> None:
    text = " or ".join(f"trueNumber eq {number}" for number in range(3000))
    assert kept([{"trueNumber": 2999}, {"trueNumber": 3000}], text) == [0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nullable",
        "rooms/price gt 3",
        "allowedRoles eq 'a'",
        "nullable/any(x: x eq 'a')",
        "notBefore gt 2026-01-01T00:00:00",
        "price add 1 gt 2",
        "nullable in ('a', 'b')",
        "geo.distance(place, 'here') lt 1",
        "ready eq 'true'",
    ],
)
def test_what_azure_refuses_is_refused(text: str) -> None:
    with pytest.raises(SearchError) as refused:
        kept(PLACES, text)
    assert refused.value.status == 400


def test_a_value_that_comes_later_is_tested_too() -> None:
    column = Column(replace(PARSED.fields[1], name="nullable", type="Edm.String", collection=False))
    filters = Filters({"nullable": column})
    column.put(0, "a")
    first = filters.mask("nullable eq 'b'", 1, lambda part: NO_MATCH)
    column.put(1, "b")
    second = filters.mask("nullable eq 'b'", 2, lambda part: NO_MATCH)
    assert (first.tolist(), second.tolist()) == ([False], [False, True])
