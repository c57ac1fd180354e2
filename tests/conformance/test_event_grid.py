"""The Event Grid webhook: handshakes, deliveries, keys and errors, as recorded."""

import json
from typing import cast

from emulator.tests.host.harness import eventually
from tests.conformance.comparing import Case
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import Site, keyed_site, repeat
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json, JsonObject, lines
from tests.conformance.worker_messages import messages, request_shown, response_shown

_FUNCTIONS = ("eg", "eg_raw", "eg_boom")


def test_the_webhook_answers_and_the_function_sees_events_as_recorded(
    recorded_http_probe: Probe, conform: Conform
) -> None:
    site = keyed_site(recorded_http_probe)
    cases = [_delivered(said, site) for said in lines("eventgrid/webhook.ndjson")]
    conform("event grid: webhook", cases)


def test_the_worker_gets_each_event_as_recorded(
    recorded_http_probe: Probe, conform: Conform
) -> None:
    site = keyed_site(recorded_http_probe)
    for said in lines("eventgrid/webhook.ndjson"):
        repeat("", said, site)
    by_hand = next(
        said for said in lines("admin/admin.ndjson") if said["label"] == "run by hand: eg"
    )
    repeat("", by_hand, site)
    recorded = {_key(one): one for one in lines("eventgrid/worker_messages.ndjson")}
    observed: dict[str, JsonObject] = {}

    def all_there() -> bool:
        found = (one for one in messages(recorded_http_probe) if one["type"] == "invocation")
        for one in found:
            if one["function"] in _FUNCTIONS:
                request = cast("JsonObject", one["request"])
                flat = {**one, **request}
                observed[_key(flat)] = flat
        return observed.keys() >= recorded.keys()

    eventually(all_there)
    assert observed.keys() == recorded.keys()
    cases = [Case(key, _shown(recorded[key]), _shown(observed[key])) for key in recorded]
    conform("event grid: what the worker gets", cases)


def _delivered(said: JsonObject, site: Site) -> Case:
    """One request, its answer, and the events that functions saw meanwhile."""
    before = len(_seen(site.probe))
    case = repeat(str(said["label"]), said, site)
    wanted = cast("list[Json]", said["seen_by_function"])
    seen = _seen(site.probe)[before:]
    return Case(
        case.name,
        {**cast("JsonObject", case.expected), "seen": _sorted(wanted)},
        {**cast("JsonObject", case.observed), "seen": _sorted(seen)},
    )


def _seen(probe: Probe) -> list[Json]:
    notes = (note for note in probe.recorded() if note.get("what") in _FUNCTIONS)
    return [{"what": note["what"], "event": note["event"]} for note in notes]


def _sorted(events: list[Json]) -> list[Json]:
    # The events of a batch run at once and in no order.
    return sorted(events, key=json.dumps)


def _key(message: JsonObject) -> str:
    """Function and event id, by which messages are paired; run by hand or delivered."""
    [given] = cast("list[JsonObject]", message["input_data"])
    event = json.loads(str(cast("JsonObject", given["data"])["json"]))
    return f"{message['function']} {event['id']}"


def _shown(message: JsonObject) -> Json:
    response = cast("JsonObject", message["response"])
    return {**request_shown(message), "response": response_shown(response)}
