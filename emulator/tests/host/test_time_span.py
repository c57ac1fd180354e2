"""Durations in .NET's notation."""

from datetime import timedelta

import pytest

from emulator.host.time_span import parse_time_span, time_span_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("01:30", timedelta(hours=1, minutes=30)),
        ("1.12:00:00", timedelta(days=1, hours=12)),
        ("00:00:01.5", timedelta(seconds=1.5)),
        ("24:00:00", timedelta(days=24)),
        ("7", timedelta(days=7)),
        ("-00:00:01", timedelta(seconds=-1)),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta) -> None:
    assert parse_time_span(text) == expected


@pytest.mark.parametrize("text", ["", "x", "00:60:00", "1:2:3:4:5", "00:00:61", "* * * * *"])
def test_what_is_no_duration_is_none(text: str) -> None:
    assert parse_time_span(text) is None


@pytest.mark.parametrize("text", ["00:30:00", "1.00:00:00", "00:00:01.5000000"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    span = parse_time_span(text)
    assert span is not None
    assert time_span_text(span) == text
