"""Repeats the recorded calls of the SDK's client and of the management API, one after the other."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientSession
from yarl import URL

from tests.conformance import recordings
from tests.conformance.comparing import Case, Masks, recorded_masks, unlisted_differences
from tests.conformance.durable_scenarios import Player
from tests.conformance.durable_shapes import exchange, objects, parsed, taken_apart
from tests.conformance.http_exchanges import Answer, recorded_answer
from tests.conformance.instance_lists import by_instance, page, total, without_the_cut
from tests.conformance.probes import Probe
from tests.conformance.recordings import Json, JsonObject

# An orchestration that was started a moment ago may not be where the recording found it.
_SETTLING_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_TOKEN = "x-ms-continuation-token"
SDK, MANAGEMENT = "durable: SDK client", "durable: management API"


@dataclass(frozen=True, slots=True)
class Transcript:
    """What both recordings came to on the local host; `binding` is the client's binding string."""

    sdk: list[Case]
    management: list[Case]
    binding: Case


class Repeater:
    """Repeats calls on one host; ids, ports and times are masked on both sides."""

    def __init__(self, probe: Probe, http: ClientSession) -> None:
        self._probe = probe
        self._http = http
        self._player = Player(probe, http)
        self._keys = {key: name for name, key in probe.keys().items()}

    async def repeat(self) -> Transcript:
        """Both recordings in the order in which they were made: the second builds on the first."""
        sdk = [await self._sdk_case(said) for said in recordings.lines("client/sdk_calls.ndjson")]
        binding = self._binding()
        rpc = str(json.loads(binding)["rpcBaseUrl"]).removesuffix("/durabletask/")
        api = recordings.lines("client/management_api.ndjson")
        management = [await self._management_case(said, rpc) for said in api]
        said = recordings.document("client/durable_client_binding.json")
        expected = parsed(str(said["as_string"]), recorded_masks())
        return Transcript(sdk, management, Case("binding", expected, parsed(binding, self._ours())))

    def _binding(self) -> str:
        return next(str(n["value"]) for n in self._probe.recorded() if n["kind"] == "binding")

    def _ours(self) -> Masks:
        main = self._probe.url.removeprefix("http://")
        rpc = json.loads(self._binding())["rpcBaseUrl"].split("/")[2]
        return Masks({rpc: "<rpc>", main: "<main>", **self._keys})

    # The SDK's client

    async def _sdk_case(self, said: JsonObject) -> Case:
        expected = _sdk_call(objects(said["http"]), said["python_result"], recorded_masks())
        body = {"op": said["op"], "args": said["args"], "kw": said["kw"]}

        async def observe() -> Json:
            before = len(self._probe.recorded())
            async with self._http.post(f"{self._probe.url}/api/sdk", json=body) as response:
                result: Json = await response.json()
            notes = self._probe.recorded()[before:]
            exchanges = [note for note in notes if note["kind"] == "sdk_http"]
            return _aligned(expected, _sdk_call(exchanges, result, self._ours()))

        reads = {str(call["method"]) for call in objects(said["http"])} <= {"GET"}
        return await _settled(SDK, str(said["label"]), expected, observe, again=reads)

    # The management API

    async def _management_case(self, said: JsonObject, rpc: str) -> Case:
        request = said["request"]
        assert isinstance(request, dict)
        if request["method"] != "GET":
            await self._until_none_is_pending(rpc)
        paged = "top=" in str(request["path"])
        counted = total(said)
        theirs = exchange(recorded_answer(said), recorded_masks())
        expected = _listed(theirs, paged=paged, count=counted)
        base = rpc if said["surface"] == "rpc" else self._probe.url

        async def observe() -> Json:
            answer = await self._player.ask(request, base)
            return _aligned(expected, _listed(exchange(answer, self._ours()), paged=paged))

        reads = request["method"] in {"GET", "HEAD"}
        name = f"{said['surface']}: {said['label']}"
        return await _settled(MANAGEMENT, name, expected, observe, again=reads)

    async def _until_none_is_pending(self, rpc: str) -> None:
        deadline = time.monotonic() + _SETTLING_SECONDS
        while True:
            async with self._http.get(f"{rpc}/durabletask/instances?runtimeStatus=Pending") as said:
                if await said.json() == []:
                    return
            assert time.monotonic() < deadline, "an instance stays pending"
            await asyncio.sleep(_PAUSE_SECONDS)


async def repeat_on(probe: Probe) -> Transcript:
    """Repeat all recorded calls on a host without any instances."""
    async with ClientSession() as http:
        return await Repeater(probe, http).repeat()


async def _settled(
    area: str, name: str, expected: Json, observe: Callable[[], Awaitable[Json]], *, again: bool
) -> Case:
    """A case; a reading call is repeated until it differs in nothing but what is listed."""
    deadline = time.monotonic() + _SETTLING_SECONDS
    case = Case(name, expected, await observe())
    while again and any(unlisted_differences(area, case)) and time.monotonic() < deadline:
        await asyncio.sleep(_PAUSE_SECONDS)
        case = Case(name, expected, await observe())
    return case


def _sdk_call(exchanges: list[JsonObject], result: Json, masks: Masks) -> Json:
    assert isinstance(result, dict)
    counts = [total(each) for each in exchanges]
    shaped = taken_apart(result, masks)
    assert isinstance(shaped, dict)
    if "result" in shaped:
        shaped["result"] = by_instance(shaped["result"], counts[0] if counts else None)
    return {
        "http": [
            _listed(_sdk_exchange(each, masks), count=count)
            for each, count in zip(exchanges, counts, strict=True)
        ],
        "python": shaped,
    }


def _listed(answer: Json, *, paged: bool = False, count: int | None = None) -> Json:
    """An answer whose body is a list of instances, by their ids or (one page) counted."""
    assert isinstance(answer, dict)
    if not paged:
        return answer | {"body": by_instance(answer["body"], count)}
    told = answer["headers"]
    assert isinstance(told, dict)
    if told.get(_TOKEN):
        told = told | {_TOKEN: "<token>"}
    return answer | {"body": page(answer["body"]), "headers": told}


def _aligned(expected: Json, observed: Json) -> Json:
    """The observed answer without list items that the recording was cut by, wherever it is."""
    if isinstance(expected, list) and isinstance(observed, list):
        pairs = zip(expected, observed, strict=False)
        return [_aligned(*pair) for pair in pairs] + observed[len(expected) :]
    if isinstance(expected, dict) and isinstance(observed, dict):
        cut = without_the_cut(expected, observed)
        assert isinstance(cut, dict)
        return {
            key: _aligned(expected[key], value) if key in expected else value
            for key, value in cut.items()
        }
    return observed


def _sdk_exchange(said: JsonObject, masks: Masks) -> JsonObject:
    pairs = said["response_headers"]
    assert isinstance(pairs, list)
    answer = Answer(
        int(str(said["status"])),
        str(said["reason"]),
        [[str(part) for part in pair] for pair in pairs if isinstance(pair, list)],
        str(said["response_body"]),
    )
    url = URL(str(said["url"]))
    shaped = exchange(answer, masks)
    assert isinstance(shaped, dict)
    return {
        "method": said["method"],
        "url": masks.text(str(url)),
        "request": parsed(str(said["request_json"]), masks),
        **shaped,
    }
