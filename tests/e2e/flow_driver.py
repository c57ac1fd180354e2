"""Runs a case of the conformance suite through the platform, as the suite's own driver does: one
action is answered at a time, the oldest first, and what each of them asks for is looked at."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.e2e.flow_cases import Rewritten, is_late, name_of, threads_in, with_threads
from tests.e2e.people import Person, Run
from tests.e2e.stand_in import StandIn
from tests.e2e.stores import Stores
from tests.e2e.waiting import PATIENCE_SECONDS
from tests.flows.cases import Case

LOOK_AGAIN_SECONDS = 0.1
"""Many look at the same time."""
NOTHING_MUCH = [{"type": "response", "text": "Hola"}]
TENANT = "11111111-1111-4111-8111-111111111111"


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it; `state` is as it is stored, `view` as it is told."""

    case: Case
    status: str
    state: dict[str, Any]
    view: dict[str, Any]
    run: Run
    actions: list[dict[str, Any]]


@dataclass
class Driver:
    ana: Person
    stores: Stores
    stand_in: StandIn
    case: Case
    actions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What calls and questions ask for, by key."""

    async def played(self) -> Played:
        name = name_of(self.case)
        self.case = with_threads(self.case, await self._threads(name))
        self.wanted: deque[str] = deque(self.case.get("order", ()))
        self.rewritten = Rewritten(self.case, self.stand_in.url, name)
        with self.stand_in.guiding(name):
            body = {"flow": self.rewritten.flow, "inputs": self.rewritten.inputs}
            self.run_id = await begun(self.ana, **body, sessionId=name)
            async with asyncio.timeout(PATIENCE_SECONDS):
                progress = await self._to_rest()
            view = await view_of(self.ana, self.run_id)
            if progress["state"]["status"] == "running":
                stopped = await self.ana.ask("POST", f"/runs/{self.run_id}/cancel")
                assert stopped.status == 202, stopped.body
        run = await self.ana.follow(self.run_id)
        state = progress["state"]
        return Played(self.case, state["status"], state, view, run, self._in_order(run))

    async def _threads(self, session: str) -> dict[str, str]:
        """Each is that of a run of the same session."""
        found = {}
        for made_up in threads_in(self.case):
            run_id = await begun(self.ana, flow=NOTHING_MUCH, sessionId=session)
            await self.ana.follow(run_id)
            found[made_up] = (await self.ana.get(f"/runs/{run_id}")).body["conversationId"]
        return found

    async def _to_rest(self) -> dict[str, Any]:
        """Where the run is at its end, or waits for what the case has no answer to."""
        released = None
        while True:
            progress = await self._progress()
            waiting = self._see(progress)
            if (progress["state"] or {}).get("status", "running") != "running":
                return progress
            if released not in waiting:
                key = self._chosen(waiting)
                if key is not None and await self._release(key, waiting[key]):
                    released = key
                if key is None and waiting and await self._have_arrived(waiting):
                    return progress
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _progress(self) -> dict[str, Any]:
        items = self.stores.database.get_container_client("runs")
        item = await items.read_item("flow-progress", partition_key=[TENANT, self.run_id])
        found: dict[str, Any] = json.loads(item["text"])
        return found

    def _see(self, progress: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """What waits, the oldest first."""
        waiting = {}
        for _, pending in sorted(progress["pending"].items(), key=lambda each: int(each[0])):
            action = pending["action"]
            self.actions[action["key"]] = self.rewritten.unmarked(action)
            waiting[action["key"]] = action
        return waiting

    def _chosen(self, waiting: dict[str, dict[str, Any]]) -> str | None:
        if self.wanted and self.wanted[0] in waiting:
            return self.wanted[0]
        known = (key for key, each in waiting.items() if self._outcome(key, each) is not None)
        return next(known, None)

    def _outcome(self, key: str, action: dict[str, Any]) -> Any:
        answers = self.case.get("answers", {})
        return answers.get(key, answers.get(action["node"]))

    async def _release(self, key: str, action: dict[str, Any]) -> bool:
        """Whether it is answered now: a call is not before it has come."""
        outcome = self._outcome(key, action)
        match action["kind"]:
            case "ask":
                body = {"message": outcome["text"], "key": key}
                taken = await self.ana.ask("POST", f"/runs/{self.run_id}/input", json=body)
                assert taken.status == 202, taken.body
            case "agent_call" | "rest_call" if not action.get("leaks") and not is_late(outcome):
                if self.rewritten.key(key) not in self.stand_in.arrived:
                    return False
                self._check_sent(key, action)
                speaks = action["kind"] == "agent_call" and "failed" not in outcome
                told = outcome["text"] if speaks else outcome
                self.stand_in.answer(self.rewritten.key(key), told)
        if self.wanted and self.wanted[0] == key:
            self.wanted.popleft()
        return True

    async def _have_arrived(self, waiting: dict[str, dict[str, Any]]) -> bool:
        asked = [key for key, action in waiting.items() if action["kind"] == "ask"]
        view = await view_of(self.ana, self.run_id) if asked else {}
        calls = [self.rewritten.key(key) for key in waiting if key not in asked]
        told = asked[:1] == [view["waiting"]] if "waiting" in view else not asked
        return told and set(calls) <= self.stand_in.arrived.keys()

    def _check_sent(self, key: str, action: dict[str, Any]) -> None:
        """What arrived at the stand-in is what the flow says."""
        arrived = self.stand_in.arrived[self.rewritten.key(key)]
        if action["kind"] == "agent_call":
            message = action["request"].get("message") or action["request"]["system_prompt"]
            assert json.dumps(message)[1:-1] in json.dumps(arrived.body), arrived
            return
        url = urlsplit(action["url"])
        where = f"{url.path}?{url.query}" if url.query else url.path
        assert unquote(arrived.path) == unquote(where)
        assert arrived.method == action["method"]
        assert arrived.headers.items() >= action["headers"].items()
        if action["credentials"]:
            assert arrived.headers["authorization"].startswith("Bearer ")
        if action["body"] is not None:
            assert arrived.body == action["body"]

    def _in_order(self, run: Run) -> list[dict[str, Any]]:
        """All actions as the suite's driver tells them, by when their nodes began."""
        texts, citations = _said(run)
        found: list[dict[str, Any]] = []
        for each in run.of("node"):
            key, kind = each["key"], each["kind"]
            if each["status"] != "started":
                continue
            told: dict[str, Any] = {"key": key, "kind": kind}
            if kind == "response" and key in texts:
                asks = key in self.actions
                found.append({"key": key, "kind": "ask" if asks else "say", "text": texts[key],
                              "citations": citations.get(key, [])})  # fmt: skip
            elif key in self.actions:
                found.append(self.actions[key])
            elif kind == "secure_value":
                found.append(told)
        return found


def _said(run: Run) -> tuple[dict[str, str], dict[str, Any]]:
    texts: dict[str, str] = {}
    for each in run.of("text"):
        texts[each["node"]] = texts.get(each["node"], "") + each["text"]
    return texts, {each["node"]: each["citations"] for each in run.of("citations")}


async def begun(ana: Person, flow: object, inputs: object = None, **more: object) -> str:
    body = {"flow": flow, "inputs": inputs or {}, **more}
    answer = await ana.ask("POST", "/flows/runs", json=body, headers={"Prefer": "respond-async"})
    assert answer.status == 202, answer.body
    return str(answer.body["runId"])


async def view_of(ana: Person, run_id: str) -> dict[str, Any]:
    answer = await ana.get(f"/runs/{run_id}/flow")
    assert answer.status == 200, answer.body
    return dict(answer.body)


def nodes(run: Run, status: str) -> list[str]:
    return [each["key"] for each in run.of("node") if each["status"] == status]
