"""The frame itself: masks, comparison, the copies and the document."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance import recordings, table
from tests.conformance.comparing import (
    ABSENT,
    Accepted,
    Case,
    Difference,
    Masks,
    Report,
    differences,
    headers,
)
from tests.conformance.probes import Tail


def test_every_field_that_differs_is_found() -> None:
    case = Case("c", {"a": [1, 2], "b": "x", "c": None}, {"a": [1, 2.0], "b": "x", "d": 1})
    assert [(one.path, one.expected, one.observed) for one in differences("area", case)] == [
        ("a/1", 2, 2.0),
        ("c", None, ABSENT),
        ("d", ABSENT, 1),
    ]


def test_masks_number_ids_and_hide_times_and_names() -> None:
    masks = Masks({"127.0.0.1:7071": "<main>"})
    first, second = "5d23c66f-e4a1-4132-b62f-5365d77c7596", "3822d618ace445b282b500a1a08b8d6d"
    said = f"http://127.0.0.1:7071/{first}/{second}/{first} 2026-11-22T00:48:03.3178158Z"
    assert masks.text(said) == "http://<main>/<guid 1>/<guid 2>/<guid 1> <time>"
    assert masks.json({"Date": ["Sun, 22 Nov 2026 00:48:47 GMT"]}) == {"Date": ["<date>"]}


def test_a_star_in_a_listed_difference_stands_for_any_text() -> None:
    listed = Accepted("area", "start *", "headers/*", "because")
    assert listed.covers(Difference("area", "start [1]", "headers/server", "a", "b"))
    assert not listed.covers(Difference("area", "start [1]", "status", "a", "b"))
    assert not listed.covers(Difference("other", "start [1]", "headers/server", "a", "b"))


def test_headers_are_compared_without_regard_to_case() -> None:
    pairs = [["Server", "a"], ["X-One", "1"], ["x-one", "2"], ["Date", "now"]]
    assert headers(pairs, "date") == {"server": "a", "x-one": "1, 2"}


def test_a_section_of_the_document_is_replaced_and_the_rest_stays() -> None:
    text = "before\n<!-- conformance: begin -->\n<!-- conformance: end -->\nafter\n"
    accepted = [Accepted("b", "c|d", "p", "why")]
    once = table.with_sections(text, [Report("b", 2, 1, accepted), Report("a", 1, 1, [])])
    twice = table.with_sections(once, [Report("a", 3, 3, [])])
    assert twice.startswith("before\n<!--")
    assert twice.endswith("-->\nafter\n")
    assert table.written("a", twice) == table.section(Report("a", 3, 3, []))
    assert table.written("b", twice) == table.section(Report("b", 2, 1, accepted))
    assert twice.index("### a") < twice.index("### b")
    whole = table.with_sections(twice, [Report("c", 1, 1, [])], complete=True)
    assert [table.written(area, whole) is None for area in "abc"] == [True, True, False]


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("restless")
def test_many_threads_may_read_what_an_app_records(tmp_path: Path) -> None:
    file = tmp_path / "notes.ndjson"
    tail = Tail(file)

    def write_and_read(number: int) -> int:
        with file.open("a", encoding="utf-8") as opened:
            opened.write(json.dumps({"n": number, "padding": "x" * 3000}) + "\n")
        return len(tail.lines())

    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(write_and_read, range(60)))
    assert min(counts) >= 1
    assert sorted(str(line["n"]) for line in tail.lines()) == sorted(map(str, range(60)))


def test_the_copies_are_what_was_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = {name: recordings.read(name) for name in recordings.names("")}
    monkeypatch.setattr(recordings, "ORIGINALS", tmp_path / "nowhere")
    assert recordings.names("") == sorted(everything)
    assert {name: recordings.read(name) for name in everything} == everything
