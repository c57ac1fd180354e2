"""Which form of an answer a caller wants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.negotiation import wants_events, wants_no_waiting
from tests.fakes.http import request

EVENTS, JSON = "text/event-stream", "application/json"
QUALITIES = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
PARTS = st.lists(
    st.tuples(
        st.sampled_from([EVENTS, JSON, "application/*", "*/*", "text/*", "text/html"]),
        st.one_of(st.none(), QUALITIES),
    ),
    min_size=1,
    max_size=5,
)


def accepts(header: str | None) -> bool:
    return wants_events(request(headers={} if header is None else {"accept": header}))


def written(parts: list[tuple[str, float | None]]) -> str:
    return ", ".join(name if q is None else f"{name};q={q}" for name, q in parts)


@pytest.mark.parametrize(
    ("header", "events"),
    [
        (None, False),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/event-stream", True),
        ("TEXT/Event-Stream", True),
        ("text/event-stream, */*", False),
        ("text/event-stream, */*;q=0.1", True),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream, application/json;q=0.5", True),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=0.9, application/json;q=0, */*", True),
        ("text/*", False),
        ("text/event-stream; charset=utf-8; q=0.8", True),
        ("text/event-stream;q=high", False),
        ("text/event-stream;q=0.1, application/json", False),
        ("text/event-stream;q=0, */*", False),
        ("text/event-stream;q=0.123456, */*;q=0.1", True),
        ("text/event-stream;q=2, application/json", False),
        ("text/event-stream;q=inf, application/json;q=0.1", False),
        ("text/event-stream;q=nan", False),
        ("text/event-stream;q=-1", False),
        ("text/html", False),
        ("text/html, application/json;q=0", False),
    ],
)
def test_events_are_for_who_prefers_them(header: str | None, events: bool) -> None:
    assert accepts(header) is events


@given(PARTS.flatmap(lambda parts: st.tuples(st.just(parts), st.permutations(parts))))
def test_the_order_of_what_is_accepted_does_not_matter(
    both: tuple[list[tuple[str, float | None]], list[tuple[str, float | None]]],
) -> None:
    assert accepts(written(both[0])) == accepts(written(both[1]))


@given(QUALITIES, QUALITIES)
def test_of_two_named_forms_the_better_one_is_sent_and_json_at_a_tie(
    events: float, json: float
) -> None:
    assert accepts(f"{EVENTS};q={events}, {JSON};q={json}") is (events > json)


@given(PARTS)
def test_a_form_that_is_excluded_is_not_sent_while_the_other_is_acceptable(
    parts: list[tuple[str, float | None]],
) -> None:
    others = [(name, q) for name, q in parts if name not in (EVENTS, JSON)]
    assert not accepts(written([*others, (EVENTS, 0)]))
    assert accepts(written([*others, (JSON, 0), (EVENTS, 0.001)]))


@given(PARTS)
def test_nobody_gets_events_who_did_not_name_them(parts: list[tuple[str, float | None]]) -> None:
    named = any(name == EVENTS and q != 0 for name, q in parts)
    assert named or not accepts(written(parts))


@given(st.text(st.characters(max_codepoint=255)))
def test_any_header_is_understood_or_means_json(header: str) -> None:
    assert accepts(header) in (True, False)


@pytest.mark.parametrize(
    ("header", "waits"),
    [("respond-async", False), ("wait=10, Respond-Async", False), ("wait=10", True), ("", True)],
)
def test_who_will_not_wait_says_so(header: str, waits: bool) -> None:
    assert wants_no_waiting(request(headers={"prefer": header})) is not waits
