"""Framing of server-sent events, read back the way a browser does."""

import json

from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.events import RUN_EVENT, RunEvent, StateEvent
from shared.streams.sse import HEARTBEAT, encode
from shared.streams.tailing import Numbered
from tests.fakes.log_events import done, text


def parsed(stream: bytes) -> list[tuple[int, str, str]]:
    """WHATWG HTML 9.2.6: lines end in CR LF, LF or CR; a blank line dispatches the event."""
    events: list[tuple[int, str, str]] = []
    fields: dict[str, str] = {}
    lines = stream.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in lines[:-1]:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            events.append((int(fields["id"]), fields["event"], fields["data"]))
            fields = {}
    return events


def test_a_frame_has_the_number_the_type_and_the_event() -> None:
    assert encode([Numbered(7, StateEvent(state="TRIAGED"))]) == (
        b'id: 7\nevent: state\ndata: {"type":"state","state":"TRIAGED"}\n\n'
    )


def test_the_end_is_an_event_like_any_other() -> None:
    ((number, kind, data),) = parsed(encode([Numbered(9, done())]))
    assert (number, kind) == (9, "done")
    assert json.loads(data)["threadId"] == "c1"


def test_a_heartbeat_is_a_comment_that_no_client_sees_as_an_event() -> None:
    assert HEARTBEAT.startswith(b":")
    assert parsed(HEARTBEAT + encode([Numbered(1, text("a"))]))[0][1] == "text"


@given(st.lists(st.text(), max_size=5))
def test_any_text_survives_the_way_over_the_wire(contents: list[str]) -> None:
    """Line ends, separators and emoji too: JSON keeps them on one line."""
    events: list[RunEvent] = [text(content) for content in contents]
    stream = encode(Numbered(n, event) for n, event in enumerate(events, start=1))
    read = parsed(stream)
    assert [number for number, _, _ in read] == list(range(1, len(events) + 1))
    assert [RUN_EVENT.validate_json(data) for _, _, data in read] == events
