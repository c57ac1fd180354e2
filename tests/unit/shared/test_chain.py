"""The chain of audit events: whatever is done to it is found, and erasing is nothing of that."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.chain import (
    SETTLED_AFTER_SECONDS,
    Anchor,
    Head,
    Link,
    Sealed,
    canonical,
    digest_of_event,
    digest_of_link,
    erased_of,
    item_of,
    next_anchor,
    next_link,
)
from shared.contracts.chain_check import (
    SEALED_WITHIN_SECONDS,
    Checked,
    check_anchors,
    check_chain,
)
from tests.fakes.samples import AT

HERE = ("tenant-a", "c1")
STORED_AT = 1_000
SOON = STORED_AT + 60
MARKER = "jirafa-violeta"

type Item = dict[str, Any]


def event(number: int, kind: str = "flow.executed") -> Item:
    return {
        "id": f"01RUN{number:03}-1-flow",
        "eventId": f"01RUN{number:03}-1-flow",
        "tenantId": HERE[0],
        "conversationId": HERE[1],
        "actor": {"userId": "user-ana", "roles": ["employee"]},
        "kind": kind,
        "at": "2026-11-22T10:00:00Z",
        "results": [{"tool": "createTask", "args": {"title": MARKER, "hours": 2.5}}],
        "usage": {"totalTokens": 3},
        "salt": f"{number:032x}",
        "_ts": STORED_AT,
        "_etag": f'"{number}"',
    }


def sealed(events: Sequence[Item], sizes: Sequence[int]) -> list[Item]:
    """The events with their links: so many of them in each."""
    rest, links, head = list(events), [], None
    for size in sizes:
        entries = [Sealed(event_id=e["id"], digest=digest_of_event(e)) for e in rest[:size]]
        rest = rest[size:]
        if entries:
            head = next_link(HERE, head, entries, AT)
            links.append({**item_of(head), "_ts": STORED_AT + 1})
    return [*events, *links]


def erased(items: Sequence[Item], kinds_kept: str = "conversation.erased") -> list[Item]:
    return [
        item if item["id"].startswith("link-") or item["kind"] == kinds_kept
        else {**erased_of(item), "_ts": STORED_AT + 9}
        for item in items
    ]  # fmt: skip


def an_erased_chain(count: int, sizes: Sequence[int]) -> list[Item]:
    events = [event(n) for n in range(count)] + [event(count, "conversation.erased")]
    return erased(sealed(events, [*sizes, count + 1]))


def found(items: Sequence[Item]) -> Checked:
    return check_chain(items, SOON)


def is_noticed(items: Sequence[Item]) -> bool:
    checked = found(items)
    return bool(checked.breaks or checked.unsealed)


SIZES = st.lists(st.integers(1, 2), min_size=1, max_size=4)


@st.composite
def chains(draw: st.DrawFn) -> list[Item]:
    """Whole chains, also erased ones, in any order of their items."""
    sizes = draw(SIZES)
    count = sum(sizes)
    whole = sealed([event(n) for n in range(count)], sizes)
    items = an_erased_chain(count, sizes) if draw(st.booleans()) else whole
    return list(draw(st.permutations(items)))


def leaves(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to everything in it that is no object and no list."""
    if isinstance(value, dict):
        return [found for name in value for found in leaves(value[name], (*way, name))]
    if isinstance(value, list):
        return [found for place, each in enumerate(value) for found in leaves(each, (*way, place))]
    return [way]


def changed(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return value + "x"
        case _:
            return "x"


@given(chains())
def test_a_chain_that_nobody_touched_holds(items: list[Item]) -> None:
    checked = found(items)
    assert (checked.breaks, checked.unsealed) == ((), {})
    links = [item for item in items if item["id"].startswith("link-")]
    assert set(checked.digests) == set(range(1, len(links) + 1))


@given(chains(), st.data())
def test_any_change_of_any_value_is_found(items: list[Item], data: st.DataObject) -> None:
    touched = deepcopy(items)
    place = data.draw(st.integers(0, len(touched) - 1))
    ours = {name: v for name, v in touched[place].items() if not name.startswith("_")}
    way = data.draw(st.sampled_from(leaves(ours)))
    target: Any = touched[place]
    for step in way[:-1]:
        target = target[step]
    target[way[-1]] = changed(target[way[-1]])
    assert found(touched).breaks


@given(chains(), st.data(), st.sampled_from(["x", "salt2", "_x", "content", "erased", "ttl"]))
def test_any_field_that_is_added_is_found(
    items: list[Item], data: st.DataObject, name: str
) -> None:
    touched = deepcopy(items)
    target = touched[data.draw(st.integers(0, len(touched) - 1))]
    if name not in target:
        target[name] = True
        assert found(touched).breaks


@given(chains(), st.data())
def test_any_field_that_is_taken_away_is_found(items: list[Item], data: st.DataObject) -> None:
    touched = deepcopy(items)
    target = touched[data.draw(st.integers(0, len(touched) - 1))]
    name = data.draw(st.sampled_from([n for n in target if not n.startswith("_") and n != "id"]))
    del target[name]
    assert found(touched).breaks


@given(chains(), st.data())
def test_an_event_or_a_link_that_is_taken_out_is_found(
    items: list[Item], data: st.DataObject
) -> None:
    """Of a chain's end what is left holds; that is what anchors are for."""
    place = data.draw(st.integers(0, len(items) - 1))
    assert is_noticed([*items[:place], *items[place + 1 :]])


@given(chains(), st.data())
def test_items_that_change_places_are_found(items: list[Item], data: st.DataObject) -> None:
    events = [n for n, item in enumerate(items) if not item["id"].startswith("link-")]
    links = [n for n, item in enumerate(items) if item["id"].startswith("link-")]
    group = data.draw(st.sampled_from([each for each in (events, links) if len(each) > 1] or [[]]))
    if not group:
        return
    one, other = data.draw(st.lists(st.sampled_from(group), min_size=2, max_size=2, unique=True))
    touched = deepcopy(items)
    touched[one]["id"], touched[other]["id"] = touched[other]["id"], touched[one]["id"]
    assert found(touched).breaks


@given(chains(), st.data())
def test_what_is_put_in_is_found(items: list[Item], data: st.DataObject) -> None:
    """Also a link that would fit, but for its place in the chain."""
    stranger = event(900)
    entry = Sealed(event_id=stranger["id"], digest=digest_of_event(stranger))
    links = sorted(item["seq"] for item in items if item["id"].startswith("link-"))
    assert is_noticed([*items, stranger])
    seq = data.draw(st.sampled_from([0, *(each + 1 for each in links[1:]), links[-1] + 1]))
    link = next_link(HERE, None, [entry], AT).model_copy(update={"seq": seq})
    fitting = {**item_of(link), "digest": digest_of_link(item_of(link))}
    assert found([*items, stranger, fitting]).breaks


@given(chains())
def test_a_chain_does_not_hold_for_another_conversation(items: list[Item]) -> None:
    moved = [{**item, "conversationId": "c2"} for item in items]
    assert found(moved).breaks


@given(SIZES)
def test_what_is_erased_keeps_its_digest_and_nothing_that_was_said(sizes: list[int]) -> None:
    count = sum(sizes)
    whole = sealed([event(n) for n in range(count + 1)], [*sizes, 1])
    for item in whole:
        if not item["id"].startswith("link-"):
            left = erased_of(item)
            assert digest_of_event(left) == digest_of_event(item)
            assert erased_of(left) == left
            text = json.dumps(left)
            assert MARKER not in text
            assert "user-ana" not in text
            assert item["salt"] not in text
    checked = found(an_erased_chain(count, sizes))
    assert (checked.breaks, checked.erased) == ((), count)


@given(SIZES, st.data())
def test_nobody_hides_a_change_behind_an_erasure_that_was_none(
    sizes: list[int], data: st.DataObject
) -> None:
    items = sealed([event(n) for n in range(sum(sizes))], sizes)
    place = data.draw(st.integers(0, sum(sizes) - 1))
    items[place] = erased_of(items[place])
    assert found(items).breaks


def test_a_second_seal_of_an_event_changes_nothing() -> None:
    items = sealed([event(0)], [1])
    head = Link.model_validate(items[-1])
    again = next_link(HERE, head, head.entries, AT)
    assert found([*items, item_of(again)]).breaks == ()


def test_what_is_not_sealed_yet_is_told_and_is_a_break_once_it_is_old() -> None:
    items = [*sealed([event(0)], [1]), event(1)]
    checked = found(items)
    assert (checked.breaks, checked.unsealed) == ((), {"01RUN001-1-flow": STORED_AT})
    late = check_chain(items, STORED_AT + SEALED_WITHIN_SECONDS + 1)
    assert [each.item for each in late.breaks] == ["01RUN001-1-flow"]


def test_what_the_timer_had_to_seal_is_told_for_good() -> None:
    items = [event(0), event(1), *sealed([event(0)], [1])[1:]]
    head = Link.model_validate(items[-1])
    entry = Sealed(event_id=items[1]["id"], digest=digest_of_event(items[1]))
    behind = item_of(next_link(HERE, head, [entry], AT))
    in_time, late = STORED_AT + SETTLED_AFTER_SECONDS, STORED_AT + SETTLED_AFTER_SECONDS + 1
    items[2]["_ts"] = in_time
    assert found([*items, behind | {"_ts": in_time}]).late == ()
    checked = found([*items, behind | {"_ts": late}])
    assert (checked.breaks, checked.late) == ((), ("01RUN001-1-flow",))


def test_what_was_sealed_in_time_is_not_late_for_a_second_seal() -> None:
    items = [*sealed([event(0)], [1])]
    items[-1]["_ts"] = STORED_AT
    head = Link.model_validate(items[-1])
    again = item_of(next_link(HERE, head, head.entries, AT)) | {"_ts": STORED_AT + 9_999}
    assert found([*items, again]).late == ()


@pytest.mark.parametrize(
    "touch",
    [
        lambda item: item.update(entries="none"),
        lambda item: item.update(entries=[1, {"eventId": []}]),
        lambda item: item.update(seq="1", digest=None, previous=7),
        lambda item: item.clear(),
    ],
)
def test_what_is_no_link_any_more_is_a_break_and_no_crash(touch: Callable[[Item], None]) -> None:
    items = sealed([event(0)], [1])
    touch(items[-1])
    assert is_noticed(items)


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53))
def test_a_number_is_the_same_however_the_store_writes_it(number: float) -> None:
    as_double = float(number)
    assert canonical({"n": number}) == canonical({"n": as_double})
    if as_double.is_integer():
        assert canonical({"n": int(as_double)}) == canonical({"n": as_double})


def test_different_values_are_different() -> None:
    values = [1, "1", "1.0", True, None, [], {}, [1], {"1": 1}, "", 0, False, 10**400]
    assert len({canonical(each) for each in values}) == len(values)
    assert canonical({"a": 1, "b": [2.0]}) == canonical({"b": [2], "a": 1.0})


def anchors(*heads: Sequence[Head]) -> list[Item]:
    made: list[Anchor] = []
    for some in heads:
        made.append(next_anchor(HERE[0], made[-1] if made else None, some, AT, 7))
    return [dict(item_of(each)) for each in made]


def heads_of(items: Sequence[Item], up_to: int) -> list[Head]:
    digest = found(items).digests[up_to]
    return [Head(conversation_id=HERE[1], seq=up_to, digest=digest)]


@given(st.integers(1, 5), st.data())
def test_a_conversation_that_lost_its_end_does_not_fit_its_anchor(
    count: int, data: st.DataObject
) -> None:
    items = sealed([event(n) for n in range(count)], [1] * count)
    held = anchors(heads_of(items, 1), heads_of(items, count))
    digests = {HERE[1]: found(items).digests}
    assert check_anchors(held, digests).breaks == ()
    assert check_anchors(held, {}).breaks
    assert check_anchors(held, {}, only="c2").breaks == ()
    left = data.draw(st.integers(0, count - 1))
    cut = [*items[:left], *items[count : count + left]]
    assert found(cut).breaks == ()
    assert check_anchors(held, {HERE[1]: found(cut).digests}).breaks


def test_a_chain_that_was_written_anew_does_not_fit_its_anchor() -> None:
    held = anchors(heads_of(sealed([event(0)], [1]), 1))
    forged = sealed([{**event(0), "kind": "erp.event"}], [1])
    assert found(forged).breaks == ()
    assert check_anchors(held, {HERE[1]: found(forged).digests}).breaks


@given(st.integers(2, 5), st.data())
def test_anchors_are_a_chain_themselves(count: int, data: st.DataObject) -> None:
    heads = [[Head(conversation_id=f"c{n}", seq=1, digest=f"d{n}")] for n in range(count)]
    digests = {f"c{n}": {1: f"d{n}"} for n in range(count)}
    whole = anchors(*heads)
    assert check_anchors(whole, digests).breaks == ()
    place = data.draw(st.integers(0, count - 2))
    assert check_anchors([*whole[:place], *whole[place + 1 :]], digests).breaks
    touched = deepcopy(whole)
    touched[place]["upTo"] += 1
    assert check_anchors(touched, digests).breaks
