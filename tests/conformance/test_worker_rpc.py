"""What the worker library gets from the host: at the start, and of each kind of trigger."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import azure_functions_runtime

from emulator.tests.host.harness import eventually
from tests.conformance.comparing import Case, Masks
from tests.conformance.conftest import Conform
from tests.conformance.http_exchanges import ask, keyed_site, repeat
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json, JsonObject, lines
from tests.conformance.worker_messages import (
    invocations,
    messages,
    request_shown,
    response_shown,
)

_SAMPLES = "worker_rpc/samples.ndjson"
_LIBRARY = Path(azure_functions_runtime.__file__).parent
_MEASURED = re.compile(r'"(startTime|duration)": \d+')
"""Milliseconds that the worker has measured: no two runs agree on them."""


def test_the_worker_is_started_as_recorded(
    recorded_http_probe: Probe, recorded_durable_probe: Probe, conform: Conform
) -> None:
    probes = {"http_probe": recorded_http_probe, "durable_probe": recorded_durable_probe}
    cases = [
        _at_start(said, probes[str(said["app"])])
        for said in lines(_SAMPLES)
        if said["type"] in ("worker_init_request", "function_metadata_response")
    ]
    conform("worker: start", cases)


def test_invocations_of_the_http_probe_are_as_recorded(
    recorded_http_probe: Probe, conform: Conform
) -> None:
    site = keyed_site(recorded_http_probe)
    ask(site.address, "GET", "/api/echo/1", {})
    wanted = lines("eventgrid/webhook.ndjson")
    for label in ("handshake event but header says Notification", "function raises"):
        repeat("", next(said for said in wanted if said["label"] == label), site)
    master = {"x-functions-key": site.keys["MASTER_KEY"], "Content-Type": "application/json"}
    ask(site.address, "POST", "/admin/functions/boom_timer", master, b'{"input": null}')
    conform("worker: HTTP, Event Grid, timer", _invoked("http_probe", recorded_http_probe))


def test_invocations_of_the_durable_probe_are_as_recorded(
    recorded_durable_probe: Probe, conform: Conform
) -> None:
    address = recorded_durable_probe.url.removeprefix("http://")
    ask(address, "GET", "/api/ping", {})
    start = "/runtime/webhooks/durabletask/orchestrators"
    for name, instance, body in (
        ("single", "g-single-activity", b'"\\"Tokyo\\""'),
        ("fail_unhandled", "g-fail-unhandled", b""),
        ("entity_call", "g-entity-call", b""),
    ):
        content = {"Content-Type": "application/json"}
        ask(address, "POST", f"{start}/{name}/{instance}", content, body)
    conform("worker: Durable", _invoked("durable_probe", recorded_durable_probe))


def _at_start(said: JsonObject, probe: Probe) -> Case:
    observed = next(one for one in messages(probe) if one["type"] == said["type"])
    masks = Masks({str(probe.app): "<app>", str(_LIBRARY): "<workers>/python"})
    name = f"{said['app']}: {said['type']}"
    if said["type"] == "worker_init_request":
        return Case(name, said["msg"], masks.json(observed["msg"]))
    return Case(name, _functions(said["msg"]), _functions(masks.json(observed["msg"])))


def _functions(answer: Json) -> Json:
    found = cast("list[JsonObject]", cast("JsonObject", answer)["function_metadata_results"])
    kept = ("directory", "script_file", "entry_point", "name", "language", "raw_bindings")
    return {str(one["name"]): {name: one[name] for name in kept} for one in found}


def _invoked(app: str, probe: Probe) -> list[Case]:
    cases = []
    for said in lines(_SAMPLES):
        if said["app"] == app and said["type"] == "invocation":
            function = str(said["function"])
            like = _Like(probe, said)
            eventually(like.found)
            expected, observed = Masks(), Masks()
            cases.append(
                Case(
                    f"{said['trigger']} {function}",
                    expected.json(_shown(said, asked=said)),
                    observed.json(_shown(like.found()[0], asked=said)),
                )
            )
    return cases


@dataclass(frozen=True, slots=True)
class _Like:
    """The invocations on our host of the function in a recorded one that ended in its way."""

    probe: Probe
    said: JsonObject

    def found(self) -> list[JsonObject]:
        ended = _ending(self.said)
        found = invocations(self.probe, str(self.said["function"]))
        alike = [one for one in found if ended is None or _ending(one) == ended]
        wanted = request_shown(cast("JsonObject", self.said["request"]))
        return sorted(alike, key=lambda one: _request(one) != wanted)


def _request(message: JsonObject) -> JsonObject:
    return request_shown(cast("JsonObject", message["request"]))


def _ending(message: JsonObject) -> set[str] | None:
    response = cast("JsonObject | None", message["response"])
    return None if response is None else set(response_shown(response))


def _shown(message: JsonObject, asked: JsonObject) -> Json:
    request = cast("JsonObject", message["request"])
    context = cast("JsonObject", request["trace_context"])
    attributes = cast("JsonObject", context["attributes"])
    shown: JsonObject = {
        **request_shown(request),
        "invocation_id": request["invocation_id"],
        "attributes": {**attributes, "ProcessId": str(attributes.get("ProcessId", "")).isdigit()},
    }
    if asked["response"] is not None:  # of streamed answers nothing is written down
        text = json.dumps(response_shown(cast("JsonObject", message["response"])))
        shown["response"] = json.loads(_MEASURED.sub(r'"\1": 0', text))
    return shown
