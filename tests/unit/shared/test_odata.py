"""Filters of callers: what is one, where a broken one breaks, what it means when written."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.search.json_types import JsonObject
from shared.contracts.identity import Language
from shared.contracts.wording import WORDING
from shared.search.fields import FILTERABLE
from shared.search.odata import (
    ITEM,
    MAX_DEPTH,
    Compared,
    Constant,
    Filter,
    FilterError,
    Joined,
    Literally,
    Negated,
    OneOf,
    Quantified,
    parse,
    written,
)
from tests.fakes.filtering import kept

SEARCHABLE = ("title", "content")


def read(text: str) -> Filter:
    return parse(text, FILTERABLE, SEARCHABLE)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("category eq 'transito'", "category eq 'transito'"),
        ("  category\n eq\t'tran''sito' ", "category eq 'tran''sito'"),
        ("'a' eq category", "category eq 'a'"),
        ("0.5 le confidence", "confidence ge 0.5"),
        ("confidence gt -1.5e3", "confidence gt -1.5e3"),
        ("category eq null", "category eq null"),
        ("updatedAt ge 2026-01-01T00:00:00Z", "updatedAt ge 2026-01-01T00:00:00Z"),
        ("updatedAt lt 2026-01-01T10:00:00.1234567+01:00",
         "updatedAt lt 2026-01-01T10:00:00.1234567+01:00"),
        ("kind eq 'a' and kind eq 'b' or kind eq 'c'",
         "((kind eq 'a' and kind eq 'b') or kind eq 'c')"),
        ("kind eq 'a' and (kind eq 'b' or kind eq 'c')",
         "(kind eq 'a' and (kind eq 'b' or kind eq 'c'))"),
        ("not (kind eq 'a') and not(kind eq 'b')", "(not (kind eq 'a') and not (kind eq 'b'))"),
        ("not search.in(kind, 'a')", "not (search.in(kind, 'a'))"),
        ("not allowedRoles/any()", "not (allowedRoles/any())"),
        ("confidence lt INF", "confidence lt INF"),
        ("search.in(kind, 'rule,faq')", "search.in(kind, 'rule,faq')"),
        ("search.in(kind,'rule|faq','|')", "search.in(kind, 'rule|faq', '|')"),
        ("allowedRoles/any(r: r eq 'a')", f"allowedRoles/any({ITEM}: {ITEM} eq 'a')"),
        ("allowedRoles/any(x:search.in(x,'a,b') or x eq 'c')",
         f"allowedRoles/any({ITEM}: (search.in({ITEM}, 'a,b') or {ITEM} eq 'c'))"),
        ("allowedRoles/all(r: r ne 'a' and not (r eq 'b'))",
         f"allowedRoles/all({ITEM}: ({ITEM} ne 'a' and not ({ITEM} eq 'b')))"),
        ("allowedRoles/any()", "allowedRoles/any()"),
        ("true", "true"),
        ("search.ismatch('agua luz')", "search.ismatch('agua luz')"),
        ("search.ismatchscoring('a*', 'title,content', 'full', 'all')",
         "search.ismatchscoring('a*', 'title,content', 'full', 'all')"),
    ],
)  # fmt: skip
def test_a_filter_is_written_as_it_was_meant(text: str, meaning: str) -> None:
    assert written(read(text)) == meaning


@pytest.mark.parametrize(
    ("text", "position", "reason"),
    [
        ("", 1, "filter_field_expected"),
        ("category eq 'a", 13, "filter_open_string"),
        ("category eq 'a''", 13, "filter_open_string"),
        ("category eq \"a\"", 13, "filter_unreadable"),
        ("category eq 'a' -- x", 17, "filter_unreadable"),
        ("category eq 'a' /* x */", 18, "filter_unreadable"),
        ("category eq 'a'; true", 16, "filter_unreadable"),
        ("category eq 'a')", 16, "filter_unexpected"),
        ("category eq 'a') or (true", 16, "filter_unexpected"),
        ("(category eq 'a'", 17, "filter_expected"),
        ("category eq 'a' and", 20, "filter_field_expected"),
        ("or true", 1, "filter_field_expected"),
        ("category EQ 'a'", 10, "filter_operator"),
        ("category", 9, "filter_operator"),
        ("'a'", 4, "filter_operator"),
        ("not kind eq 'a'", 5, "filter_not"),
        ("true and not 'a' eq kind", 14, "filter_not"),
        ("confidence lt 1e400", 15, "filter_number"),
        ("confidence gt -1e400", 15, "filter_number"),
        ("category eq", 12, "filter_constant"),
        ("category eq kind", 13, "filter_constant"),
        ("category eq 5", 13, "filter_type"),
        ("confidence eq 'a'", 15, "filter_type"),
        ("updatedAt gt '2026-01-01'", 14, "filter_type"),
        ("updatedAt gt 2026-13-01T00:00:00Z", 14, "filter_moment"),
        ("updatedAt gt 2026-01-01", 14, "filter_type"),
        ("nothing eq 'a'", 1, "filter_field"),
        ("content eq 'a'", 1, "filter_field"),
        ("contentVector eq 'a'", 1, "filter_field"),
        ("contains(category, 'a')", 1, "filter_function"),
        ("tolower(category) eq 'a'", 1, "filter_function"),
        ("geo.distance(category, category) lt 5", 1, "filter_function"),
        ("allowedRoles eq 'a'", 1, "filter_collection"),
        ("category/any(c: c eq 'a')", 1, "filter_no_collection"),
        ("allowedRoles/some(r: r eq 'a')", 14, "filter_expected"),
        ("allowedRoles/any(category: category eq 'a')", 18, "filter_variable"),
        ("allowedRoles/any(r: category eq 'a')", 21, "filter_field"),
        ("allowedRoles/any(r: item eq 'a')", 21, "filter_field"),
        ("allowedRoles/any(r: r ne 'a')", 21, "filter_any"),
        ("allowedRoles/any(r: r eq 'a' and r eq 'b')", 21, "filter_any"),
        ("allowedRoles/all(r: r eq 'a')", 21, "filter_all"),
        ("allowedRoles/all(r: r ne 'a' or r ne 'b')", 21, "filter_all"),
        ("allowedRoles/any(r: search.ismatch('a'))", 21, "filter_match_inside"),
        ("search.in(confidence, '1')", 11, "filter_type"),
        ("search.in(kind)", 15, "filter_expected"),
        ("search.in(kind, 5)", 17, "filter_text"),
        ("search.in(kind, 'a', 'b', 'c')", 25, "filter_expected"),
        ("search.ismatch('a', 'title', 'simple')", 16, "filter_match"),
        ("search.ismatch('a', 'title', 'sql', 'any')", 16, "filter_match"),
        ("search.ismatch('a', 'tenantId')", 16, "filter_unsearchable"),
    ],
)  # fmt: skip
def test_a_broken_filter_is_refused_where_it_breaks(text: str, position: int, reason: str) -> None:
    with pytest.raises(FilterError) as refused:
        read(text)
    assert (refused.value.position, refused.value.reason) == (position, reason)
    languages: tuple[Language, ...] = get_args(Language.__value__)
    assert all(WORDING[reason][each].format(**refused.value.values) for each in languages)


def test_brackets_go_only_so_deep() -> None:
    deepest = MAX_DEPTH - 1
    assert read("(" * deepest + "true" + ")" * deepest) == Constant(True)
    for text in ("(" * 4_000, "not " * 1_000 + "true"):
        with pytest.raises(FilterError, match="filter_too_deep"):
            read(text)


def test_a_long_chain_is_no_deep_one() -> None:
    chain = read(" or ".join(["kind eq 'a'"] * 300))
    assert isinstance(chain, Joined)
    assert len(chain.parts) == 300


def test_the_shape_of_a_filter_holds_no_constant_and_no_name_of_the_callers() -> None:
    text = "search.in(kind, 'secreto') and allowedRoles/any(secreto: secreto eq 'secreto')"
    assert written(read(text), shape=True) == (
        f"(search.in(kind, ?) and allowedRoles/any({ITEM}: {ITEM} eq ?))"
    )


# --- properties -----------------------------------------------------------------------------------

VALUES = st.sampled_from(["a", "b", "it''s", "", "x y", "' or true", "and"])


def text_of(value: str) -> Literally:
    return Literally("Edm.String", "'" + value.replace("'", "''") + "'")


TEXTS = VALUES.map(text_of)
LISTS = st.lists(st.sampled_from(["a", "b", "it's"]), min_size=1, max_size=3)
ROLE_IN = LISTS.map(lambda values: OneOf(ITEM, (text_of(",".join(values)), text_of(","))))
SINGLE: st.SearchStrategy[Filter] = st.one_of(
    st.builds(
        Compared, st.sampled_from(["kind", "category"]), st.sampled_from(["eq", "ne"]), TEXTS
    ),
    st.builds(
        Compared,
        st.just("confidence"),
        st.sampled_from(["gt", "ge", "lt", "le"]),
        st.sampled_from([Literally("Edm.Double", text) for text in ("0", "0.5", "-1")]),
    ),
    LISTS.map(lambda values: OneOf("kind", (text_of("|".join(values)), text_of("|")))),
    st.builds(Quantified, st.just("allowedRoles"), st.just("any"), ROLE_IN),
    st.just(Quantified("allowedRoles", "any")),
)
JOINED = {"and": all, "or": any}


def larger(parts: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    return st.one_of(
        st.builds(Negated, parts),
        st.builds(
            Joined,
            st.sampled_from(["and", "or"]),
            st.lists(parts, min_size=2, max_size=3).map(tuple),
        ),
    )


FILTERS = st.recursive(SINGLE, larger, max_leaves=8)
DOCUMENTS: st.SearchStrategy[JsonObject] = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["a", "b", "it's", None]),
        "category": st.sampled_from(["a", "it's", "' or true", ""]),
        "confidence": st.sampled_from([-1.0, 0.0, 0.5, None]),
        "allowedRoles": st.lists(st.sampled_from(["a", "b", "it's"]), max_size=2),
    }
)


@given(FILTERS)
def test_what_is_written_is_read_as_the_same(tree: Filter) -> None:
    assert read(written(tree)) == tree


@given(FILTERS, st.lists(DOCUMENTS, min_size=1, max_size=6))
def test_the_service_understands_the_parts_as_we_do(
    tree: Filter, documents: list[JsonObject]
) -> None:
    """Another parser, of another library, joins and negates what is kept as the tree says."""
    assert set(kept(documents, written(tree))) == meant(tree, documents)


def meant(tree: Filter, documents: list[JsonObject]) -> set[int]:
    every = set(range(len(documents)))
    match tree:
        case Negated(part):
            return every - meant(part, documents)
        case Joined(operator, parts):
            found = [meant(part, documents) for part in parts]
            return {row for row in every if JOINED[operator](row in each for each in found)}
        case _:
            return set(kept(documents, written(tree)))


@given(st.text(alphabet="()'/:,.| \n\\-*;abeinortqu0159TZ\"", max_size=60))
def test_any_text_is_a_filter_or_is_refused_at_a_place_inside_it(text: str) -> None:
    found = outcome(text)
    if isinstance(found, int):
        assert 1 <= found <= len(text) + 1
    else:
        assert read(written(found)) == found


def outcome(text: str) -> Filter | int:
    """The filter, or where it breaks."""
    try:
        return read(text)
    except FilterError as error:
        return error.position
