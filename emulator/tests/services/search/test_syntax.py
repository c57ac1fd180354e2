"""What search texts ask for, by either syntax."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.services.search.errors import SearchError
from emulator.services.search.lucene_syntax import parse_full
from emulator.services.search.query_tree import (
    Boosted,
    Clauses,
    Everything,
    Node,
    Pattern,
    Phrase,
    Scoped,
    Word,
    negated,
    prefix,
)
from emulator.services.search.simple_syntax import parse_simple

A, B, C = Word("a"), Word("b"), Word("c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Everything()),
        ("*", Everything()),
        ("a", A),
        ("a b", Clauses((("should", A), ("should", B)))),
        ("a + b", Clauses((("must", A), ("must", B)))),
        ("a+b", Clauses((("must", A), ("must", B)))),
        ("a | b", Clauses((("should", A), ("should", B)))),
        ("a + b c", Clauses((("should", Clauses((("must", A), ("must", B)))), ("should", C)))),
        ("-a", negated(A)),
        ("wi-fi", Word("wi-fi")),
        ('"a b"', Phrase("a b")),
        ("fac*", prefix("fac")),
        (r"a\+b", Word("a+b")),
        ("(a b) + c", Clauses((("must", Clauses((("should", A), ("should", B)))), ("must", C)))),
    ],
)
def test_a_simple_text_is_read_so(text: str, expected: Node) -> None:
    assert parse_simple(text, "any") == expected


def test_words_are_joined_by_the_search_mode() -> None:
    assert parse_simple("a b", "all") == Clauses((("must", A), ("must", B)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*:*", Everything()),
        ("a AND b", Clauses((("must", A), ("must", B)))),
        ("a OR b", Clauses((("should", A), ("should", B)))),
        ("a AND NOT b", Clauses((("must", A), ("must_not", B)))),
        ("+a -b c", Clauses((("must", A), ("must_not", B), ("should", C)))),
        ("title:a^2.5", Boosted(Scoped("title", A), 2.5)),
        ('title:"a b"~3', Scoped("title", Phrase("a b", 3))),
        ("a~", Word("a", 2)),
        ("a~1", Word("a", 1)),
        ("f?ct*", Pattern("f.ct.*")),
        ("/fac[a-z]+/", Pattern("fac[a-z]+")),
        ("wi-fi", Word("wi-fi")),
        ("(a b) AND c", Clauses((("must", Clauses((("should", A), ("should", B)))), ("must", C)))),
    ],
)
def test_a_full_text_is_read_so(text: str, expected: Node) -> None:
    assert parse_full(text, "any") == expected


@pytest.mark.parametrize("text", ["(a", "a)", "AND", "title:", "[a TO b]", '"a', "()"])
def test_a_full_text_in_error_is_refused(text: str) -> None:
    with pytest.raises(SearchError, match="Failed to parse query string"):
        parse_full(text, "any")


@given(text=st.text(max_size=40))
def test_any_text_can_be_read_or_is_refused_in_words(text: str) -> None:
    parse_simple(text, "any")
    with contextlib.suppress(SearchError):
        parse_full(text, "all")
