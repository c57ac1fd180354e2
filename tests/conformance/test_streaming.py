"""Answers as they come over the wire, and what a function notices of a client that leaves."""

from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import cast

from emulator.tests.host.harness import eventually
from tests.conformance.comparing import Case, recorded_masks
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, keyed_site
from tests.conformance.probes import Probe
from tests.conformance.raw_exchanges import (
    ENDED,
    OPEN,
    RESET,
    answer_shown,
    connected,
    leave,
    received,
)
from tests.conformance.recordings import Json, JsonObject, lines

# The function that computes was recorded for six seconds; so long it need not go on in the dark.
_RECORDED_TICKS, _TICKS = 60, 40


def test_answers_are_sent_as_recorded(keyed_http_probe: Probe, conform: Conform) -> None:
    site = keyed_site(keyed_http_probe)
    with ThreadPoolExecutor(8) as pool:
        cases = pool.map(lambda said: _sent(said, site), lines("http/streaming.ndjson"))
        conform("http: streaming", cases)


def test_functions_notice_that_a_client_left_as_recorded(
    keyed_http_probe: Probe, conform: Conform
) -> None:
    with ThreadPoolExecutor(3) as pool:
        cases = pool.map(
            lambda said: _left(said, keyed_http_probe), lines("http/disconnect.ndjson")
        )
        conform("http: clients that leave", cases)


def _sent(said: JsonObject, site: Site) -> Case:
    pieces = [text for _, text in cast("list[tuple[float, str]]", said["received"])]
    data = "".join(pieces[:-1]).encode()
    expected = answer_shown(data, _end_of(pieces[-1]), recorded_masks())
    with connected(site.address) as connection:
        connection.sendall(str(said["sent"]).replace("127.0.0.1:7071", site.address).encode())
        observed = answer_shown(*received(connection), site.masks())
    return Case(str(said["label"]), expected, observed)


def _end_of(text: str) -> str:
    if text.startswith("ConnectionResetError"):
        return RESET
    return {"EOF": ENDED, "(no more data)": OPEN}[text]


def _left(said: JsonObject, probe: Probe) -> Case:
    """Leave when the function has done as much as it had in the recording."""
    recorded = cast("list[JsonObject]", said["app_notes"])
    before = [note for note in recorded if cast("float", note["s_after_close"]) < 0]
    expected = [note for note in recorded if cast("int", note.get("i", 0)) < _TICKS]
    tag = recorded[0]["tag"]

    def notes() -> list[JsonObject]:
        return [note for note in probe.recorded() if note.get("tag") == tag]

    with connected(probe.url.removeprefix("http://")) as connection:
        connection.sendall(
            str(said["sent"]).replace(f"n={_RECORDED_TICKS}", f"n={_TICKS}").encode()
        )
        data = b""
        last = max(cast("int", note.get("i", 0)) for note in recorded)
        while "/sse" in str(said["sent"]) and f"id: {last}\n".encode() not in data:
            more = connection.recv(65536)
            assert more, "the stream ended"
            data += more
        eventually(lambda: len(notes()) >= len(before))
        leave(connection)
    eventually(lambda: notes()[-1]["what"] == expected[-1]["what"])
    return Case(str(said["label"]), _seen(expected), _seen(notes()))


def _seen(notes: list[JsonObject]) -> Json:
    """Notes without what no two runs share: times, who cancelled, how far a function had come."""
    kept = ("what", "type", "disconnected")
    shown = [{name: note[name] for name in kept if name in note} for note in notes]
    # How many ticks come before the client is seen to be gone depends on the machine.
    return [note for note, _ in groupby(shown)]
