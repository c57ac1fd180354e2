"""Runs the recorded Durable scenarios on the local host, all at once, and keeps what it answers."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientSession
from yarl import URL

from tests.conformance import recordings
from tests.conformance.comparing import RECORDED_MAIN
from tests.conformance.http_exchanges import Answer
from tests.conformance.probes import Probe
from tests.conformance.recordings import JsonObject
from tests.conformance.worker_messages import messages

_BLOBS = "SYSTEM_KEY_blobs_extension"
_PATIENCE_SECONDS = 30.0
_PAUSE_SECONDS = 0.02
_ENDED = {"Completed", "Failed", "Terminated"}
_BARE = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


@dataclass(slots=True)
class Observed:
    """What one scenario did on the local host, in the shape of durable/raw."""

    http: list[tuple[str, Answer]] = field(default_factory=list)
    episodes: list[JsonObject] = field(default_factory=list)
    entity_batches: list[JsonObject] = field(default_factory=list)
    invocations: list[JsonObject] = field(default_factory=list)
    final: Answer | None = None


def scenarios() -> list[JsonObject]:
    """All recorded scenarios, in the order of their recording."""
    return [
        recordings.document(f"durable/raw/{entry['scenario']}.json")
        for entry in json.loads(recordings.read("durable/index.json"))
    ]


class Player:
    """Plays scenarios on a probe host that asks for keys."""

    def __init__(self, probe: Probe, http: ClientSession) -> None:
        self._probe = probe
        self._http = http
        keys = probe.keys()
        # The local host has no extension for blobs: another system key stands for its key.
        self._keys = keys | {_BLOBS: keys["SYSTEM_KEY_eventgrid_extension"]}
        self._read = 0
        self._episodes: defaultdict[str, list[JsonObject]] = defaultdict(list)

    async def play_all(self, recorded: Sequence[JsonObject]) -> list[Observed]:
        """Play them at once; each waits for its own conditions only."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._play(scenario)) for scenario in recorded]
        observed = [task.result() for task in tasks]
        self._attach_recordings(recorded, observed)
        return observed

    async def ask(self, request: JsonObject, base: str | None = None) -> Answer:
        """Send a recorded request to this host; `base` is another URL than the main port's."""
        body = request["body"]
        if body is not None:
            body = str(body).replace(f"http://{RECORDED_MAIN}", self._probe.url)
        given = request["headers"]
        assert isinstance(given, dict)
        path = self._with_keys(str(request["path"]))
        async with self._http.request(
            str(request["method"]),
            URL((base or self._probe.url) + path, encoded=True),
            data=body,
            headers={name: self._with_keys(str(value)) for name, value in given.items()},
            skip_auto_headers=_BARE,
        ) as response:
            pairs = [[name, value] for name, value in response.headers.items()]
            text = await response.text("utf-8")
            return Answer(response.status, response.reason or "", pairs, text)

    def _with_keys(self, text: str) -> str:
        for name, key in self._keys.items():
            text = text.replace(name, key)
        return text

    async def _play(self, scenario: JsonObject) -> Observed:
        observed = Observed()
        steps = scenario["http"]
        assert isinstance(steps, list)
        for step in steps:
            assert isinstance(step, dict)
            await self._until_episodes(scenario, before=float(str(step["at_s"])))
            observed.http.append((str(step["step"]), await self._repeat(step)))
        await self._until_over(scenario)
        final = scenario["final_status"]
        assert isinstance(final, dict)
        observed.final = await self._repeat(final)
        return observed

    async def _repeat(self, step: JsonObject) -> Answer:
        """Ask again; a status is asked for until what the last episode said has been stored."""
        request = step["request"]
        assert isinstance(request, dict)
        answer = await self.ask(request)
        if request["method"] == "GET":
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while _state(answer.body) != _state(str(step["body"])) and time.monotonic() < deadline:
                await asyncio.sleep(_PAUSE_SECONDS)
                answer = await self.ask(request)
        return answer

    async def _until_over(self, scenario: JsonObject) -> None:
        """Until the instance has ended, or (if it never does) has had all its episodes."""
        seen = scenario["status_seen"]
        assert isinstance(seen, list)
        if seen[-1] == ["TIMEOUT"]:
            await self._until_episodes(scenario, before=float("inf"))
            return
        path = f"/runtime/webhooks/durabletask/instances/{scenario['instance']}?code="

        async def ended() -> bool:
            answer = await self.ask(
                {
                    "method": "GET",
                    "path": f"{path}SYSTEM_KEY_durabletask_extension",
                    "headers": {},
                    "body": None,
                }
            )
            return json.loads(answer.body)["runtimeStatus"] in _ENDED

        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not await ended():
            assert time.monotonic() < deadline, f"{scenario['scenario']} does not end"
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _until_episodes(self, scenario: JsonObject, before: float) -> None:
        """Until there were as many episodes as when this moment came in the recording."""
        episodes = scenario["episodes"]
        assert isinstance(episodes, list)
        wanted = sum(
            1
            for episode in episodes
            if isinstance(episode, dict) and float(str(episode["at_s"])) < before
        )
        own = str(scenario["instance"])

        def enough() -> bool:
            self._sort_notes()
            return wanted <= len(self._episodes[own])

        await _until(enough, f"{own} has not had {wanted} episodes")

    def _sort_notes(self) -> None:
        """Put each new episode to the scenario of its instance or of its instance's parent."""
        notes = self._probe.recorded()
        for note in notes[self._read :]:
            if note["kind"] == "orchestrator":
                parent = json.loads(str(note["input"]))["parentInstanceId"]
                self._episodes[parent or str(note["instance"])].append(note)
        self._read = len(notes)

    def _attach_recordings(
        self, recorded: Sequence[JsonObject], observed: Sequence[Observed]
    ) -> None:
        self._sort_notes()
        batches = [note for note in self._probe.recorded() if note["kind"] == "entity"]
        invoked = [said for said in messages(self._probe) if said["type"] == "invocation"]
        for scenario, target in zip(recorded, observed, strict=True):
            own = str(scenario["instance"])
            target.episodes = self._episodes[own]
            target.entity_batches = [
                batch for batch in batches if f'"key":"{own}' in str(batch["input"])
            ]
            ids = {own, *(str(episode["instance"]) for episode in target.episodes)}
            target.invocations = [said for said in invoked if _instance_of(said) in ids]


def _instance_of(invocation: JsonObject) -> str | None:
    """Whose an activity is, or an orchestrator that raised; None for all other invocations."""
    match invocation:
        case {"request": {"trigger_metadata": {"instanceId": {"string": str(activity_of)}}}}:
            return activity_of
        case {
            "request": {"input_data": [{"data": {"string": str(given)}}]},
            "response": {"result": {"exception": dict()}},
        } if '"history"' in given:
            return str(json.loads(given)["instanceId"])
    return None


def _state(status: str) -> tuple[object, object, int]:
    """What shows that an episode is stored; one that waits on changes nothing but the history."""
    shown = json.loads(status)
    return shown["runtimeStatus"], shown["customStatus"], len(shown.get("historyEvents") or ())


async def _until(condition: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, complaint
        await asyncio.sleep(_PAUSE_SECONDS)
