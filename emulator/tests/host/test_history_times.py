"""Times of the history read fast are the times that dateutil reads."""

from datetime import datetime

import pytest
from dateutil.parser import ParserError
from dateutil.parser import parse as guess
from hypothesis import given
from hypothesis import strategies as st

from emulator.host.durable.clock import SECOND, iso, iso_seconds
from emulator.host.worker.history_times import faster

LATEST = 250_000_000_000 * SECOND // 10
TEXTS = st.integers(0, LATEST).flatmap(
    lambda ticks: st.sampled_from([iso(ticks), iso_seconds(ticks)])
)


@given(TEXTS)
def test_it_reads_what_the_extension_writes_as_dateutil_does(text: str) -> None:
    ours, theirs = faster(guess)(text), guess(text)
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

    assert faster(noting)(text) == guess(text)
    assert asked.count(text) == 1


def test_a_day_that_does_not_exist_is_refused_as_by_dateutil() -> None:
    with pytest.raises(ParserError, match="2026-02-30"):
        faster(guess)("2026-02-30T00:00:00Z")
