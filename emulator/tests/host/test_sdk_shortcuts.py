"""The shortcuts give what the SDK would have got without them."""

from collections import namedtuple
from datetime import datetime

import pytest
from dateutil.parser import ParserError
from dateutil.parser import parse as guess
from hypothesis import given
from hypothesis import strategies as st

from emulator.host.durable.clock import SECOND, iso, iso_seconds
from emulator.host.worker.sdk_shortcuts import classes_made_once, faster_parse

LATEST = 250_000_000_000 * SECOND // 10
TEXTS = st.integers(0, LATEST).flatmap(
    lambda ticks: st.sampled_from([iso(ticks), iso_seconds(ticks)])
)


@given(TEXTS)
def test_it_reads_what_the_extension_writes_as_dateutil_does(text: str) -> None:
    ours, theirs = faster_parse(guess)(text), guess(text)
    assert ours == theirs
    assert repr(ours) == repr(theirs)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T03:00:00.123+00:00",
        "2026-11-22T03:00:00",
        "2026-11-22 03:00Z",
        "22 November 2026",
        "2026-11-22T03:00:00.12345678Z",
    ],
)
def test_any_other_text_is_left_to_dateutil(text: str) -> None:
    asked: list[str] = []

    def noting(text: str) -> datetime:
        asked.append(text)
        read: datetime = guess(text)
        return read

    assert faster_parse(noting)(text) == guess(text)
    assert asked.count(text) == 1


def test_a_day_that_does_not_exist_is_refused_as_by_dateutil() -> None:
    with pytest.raises(ParserError, match="2026-02-30"):
        faster_parse(guess)("2026-02-30T00:00:00Z")


def test_a_class_is_made_once_for_each_name_and_its_fields() -> None:
    make = classes_made_once(namedtuple)
    one = make("Pair", ("a", "b"))
    assert make("Pair", ["a", "b"]) is one
    assert make("Pair", ("a", "c")) is not one
    assert one.__doc__ == namedtuple("Pair", ("a", "b")).__doc__
