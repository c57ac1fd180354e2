"""What a flow calls: agents, addresses, secure values and people; and what stops it."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api import approvals, chat, erasing, runs
from api.identifiers import new_id
from orchestrators.flow import CALLS_AT_ONCE
from shared.contracts.conversations import Conversation
from shared.contracts.credentials import SecretRef, SecureAlias, SecureValues
from shared.contracts.flows.runs import FlowProgress
from shared.contracts.outside import HttpRule, Outside
from shared.contracts.tools import ApprovalPolicy, Pack
from shared.packs import FolderPacks
from shared.ports import Dependencies, ToolAnswered, ToolInvocation
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.flow_runs import FakeFlowRuns
from tests.fakes.http import Caller
from tests.fakes.world import ANA, LUIS, PACKS, World
from tests.unit.api.rules import CALLERS, READER

CALLER = READER.model_copy(update={"rights": (*READER.rights, "http:call", "secrets:resolve")})
BOSS = LUIS.model_copy(update={"rights": (*LUIS.rights, "approvals:decide")})
URL = "https://api.example.org/things"
AGENT = [
    {"type": "agent_call", "id": "ask", "agent_profile": "normal", "message": "Hola",
     "save_as": "r"},
]  # fmt: skip


class Addresses:
    """Answers calls of `http`, and remembers those that change something."""

    def __init__(self) -> None:
        self.written: list[Mapping[str, Any]] = []
        self.heard: list[ToolInvocation] = []

    async def call(self, invocation: ToolInvocation) -> ToolAnswered:
        self.heard.append(invocation)
        args = invocation.args
        if args["method"] != "GET":
            self.written.append(args)
        if invocation.listens is not None:
            for piece in ("Uno, ", "dos."):
                await invocation.listens(piece)
            return ToolAnswered({"status": 200, "text": "Uno, dos."})
        return ToolAnswered({"status": 200, "json": {"n": len(self.written)}})

    async def find(self, invocation: ToolInvocation) -> None:
        return None


def allowed(deps: Dependencies, addresses: Addresses, **policy: Any) -> Dependencies:
    outside = Outside(
        http=(HttpRule(host="api.example.org:443", path="/**", methods=("GET", "POST")),)
    )
    agents = replace(deps.policy.agents, outside=outside)
    policy = {"outside": outside, "agents": agents, **policy}
    packs = FolderPacks(PACKS)
    return replace(deps, tools=addresses, packs=packs, policy=replace(deps.policy, **policy))


@pytest.fixture
def addresses() -> Addresses:
    return Addresses()


@pytest.fixture
async def desk(tmp_path: Path, addresses: Addresses) -> AsyncIterator[FlowDesk]:
    world = World(callers={**CALLERS, "ana": CALLER, "luis": BOSS})
    async with flow_desk(tmp_path, world, lambda deps: allowed(deps, addresses)) as found:
        yield found


def write(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "rest_call", "id": name, "method": "POST", "url": URL, "body": {"n": name},
            "save_as": name, **more}  # fmt: skip


async def test_a_write_is_made_once_and_is_in_the_ledger(
    desk: FlowDesk, addresses: Addresses
) -> None:
    run_id = await desk.run([write("a"), write("b"), {"type": "response", "text": "${b.json.n}"}])
    view = await desk.view(run_id)
    assert view["status"] == "done", view
    assert [each["body"]["n"] for each in addresses.written] == ["a", "b"]
    effects = await desk.deps.effects.of_run(ANA.tenant_id, run_id, 2)
    assert [(each.step, each.state) for each in effects] == [(0, "done"), (1, "done")]
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert [each["status"] for each in told.json["effects"]] == ["ok", "ok"]
    assert told.json["text"] == "2"


async def test_an_address_that_is_not_allowed_is_not_called(
    desk: FlowDesk, addresses: Addresses
) -> None:
    """Where its host is known only when it is called."""
    elsewhere = {"type": "rest_call", "url": "https://${host}/x", "save_as": "r"}
    run_id = await desk.run([elsewhere], {"host": "elsewhere.example"})
    view = await desk.view(run_id)
    assert view["failure"]["code"] == "NOT_ALLOWED"
    assert view["failure"]["node"] == "@0"
    assert "elsewhere.example" in view["failure"]["detail"]
    assert not addresses.heard
    events = await desk.events(run_id)
    assert events[-1]["type"] == "error"
    assert events[-1]["code"] == "NOT_ALLOWED"


async def test_a_refused_call_fails_with_the_sentence_of_the_chat(desk: FlowDesk) -> None:
    asked = {"agent_profile": "retrieval", "message": "Hola"}
    search = {"mode": "keyword", "index": "${which}"}
    flow = [{**asked, "type": "agent_call", "id": "ask", "search": search}]
    run_id = await desk.run(flow, {"which": "nada"})
    posted = {**asked, "search": {**search, "index": "nada"}, "sessionId": "s"}
    said = (await desk.ana.call(chat.post, "POST", posted)).json["detail"]
    assert "nada" in said
    failure = (await desk.view(run_id))["failure"]
    assert failure == {"code": "NOT_ALLOWED", "node": "ask", "detail": said}
    told = await desk.ana.call(runs.read, path={"runId": run_id})
    assert said in told.json["error"]["message"]


async def test_a_call_that_is_wrong_fails_with_the_place_and_why(desk: FlowDesk) -> None:
    wrong = {"type": "agent_call", "id": "ask", "agent_profile": "normal", "message": "${m}"}
    run_id = await desk.run([wrong], {"m": " "})
    detail = (await desk.view(run_id))["failure"]["detail"]
    assert detail.startswith("/message: ")


async def test_a_call_of_a_thread_that_is_busy_leaves_no_run_that_never_ends(
    desk: FlowDesk,
) -> None:
    other, thread = new_id(), new_id()
    now = desk.deps.now()
    await desk.deps.conversations.create(
        Conversation(
            conversation_id=thread,
            tenant_id=ANA.tenant_id,
            owner_id=ANA.user_id,
            session_id="",
            pack_version=desk.deps.packs.current,
            created_at=now,
            updated_at=now,
            active_run_id=other,
        )
    )
    run_id = await desk.run([{**AGENT[0], "threadId": thread}])
    assert (await desk.view(run_id))["failure"]["code"] == "CONVERSATION_BUSY"
    assert await desk.deps.flow_runs.calls(ANA.tenant_id, run_id) == ()
    assert await desk.deps.runs.of_conversation(ANA.tenant_id, thread) == ()


async def test_a_failed_call_may_be_gone_on_from(desk: FlowDesk) -> None:
    elsewhere = {"type": "rest_call", "url": "https://${host}/x", "save_as": "r",
                 "on_error": "continue"}  # fmt: skip
    flow = [elsewhere, {"type": "response", "text": "${r.error.code}"}]
    run_id = await desk.run(flow, {"host": "elsewhere.example"})
    assert (await desk.view(run_id))["status"] == "done"
    said = [each["text"] for each in await desk.events(run_id) if each["type"] == "text"]
    assert said == ["NOT_ALLOWED"]


async def test_a_streamed_answer_is_told_as_it_comes(desk: FlowDesk) -> None:
    streamed = {"type": "rest_call", "id": "s", "url": URL, "stream": True, "save_as": "r"}
    run_id = await desk.run([streamed])
    events = await desk.events(run_id)
    pieces = [each["text"] for each in events if each["type"] == "text" and each["node"] == "s"]
    assert "".join(pieces) == "Uno, dos."
    assert (await desk.view(run_id))["variables"]["r"]["text"] == "Uno, dos."


async def test_a_flow_asks_and_goes_on_with_what_the_user_says(desk: FlowDesk) -> None:
    flow = [{"type": "response", "id": "q", "text": "¿Cuál?", "wait": True, "save_as": "a"},
            {"type": "response", "text": "Elegiste ${a.text}"}]  # fmt: skip
    run_id = await desk.begin(flow)
    await desk.waits(run_id)
    assert (await desk.view(run_id))["waiting"] == "q"
    assert (await desk.say(run_id, "x" * 8_001)).status == 413
    assert (await desk.say(run_id, "la B", key="other")).status == 409
    assert (await desk.say(run_id, "la B")).status == 202
    assert (await desk.say(run_id, "la C")).status == 409
    await desk.ended(run_id)
    said = [each["text"] for each in await desk.events(run_id) if each["type"] == "text"]
    assert said == ["¿Cuál?", "Elegiste la B"]
    again = await desk.say(run_id, "la B")
    assert (again.status, again.code) == (409, "INPUT_CONFLICT")


class StoredLater(FakeFlowRuns):
    """A question is told before it is stored: so often nobody finds it yet."""

    looks = 0

    async def progress(
        self, tenant_id: str, run_id: str, *, anew: bool = False
    ) -> FlowProgress | None:
        found = await super().progress(tenant_id, run_id, anew=anew)
        if found is None or self.looks == 0:
            return found
        self.looks -= 1
        return found.model_copy(update={"pending": {}})


async def test_who_answers_before_the_question_is_stored_is_heard(tmp_path: Path) -> None:
    stored = StoredLater()
    async with flow_desk(tmp_path, change=lambda deps: replace(deps, flow_runs=stored)) as desk:
        run_id = await desk.begin([{"type": "response", "id": "q", "text": "¿?", "wait": True}])
        await desk.waits(run_id)
        stored.looks = 2
        answer = await desk.say(run_id, "sí")
        assert (answer.status, answer.json["key"]) == (202, "q")
        await desk.ended(run_id)


async def test_the_same_request_does_not_answer_the_next_question(desk: FlowDesk) -> None:
    ask = {"type": "response", "text": "¿Cuál?", "wait": True}
    run_id = await desk.begin([ask | {"id": "q1"}, ask | {"id": "q2"}])
    await desk.waits(run_id, "q1")
    headers = {"idempotency-key": "k1"}
    first = await desk.say(run_id, "sí", headers=headers)
    assert first.json["key"] == "q1"
    await desk.waits(run_id, "q2")
    again = await desk.say(run_id, "sí", headers=headers)
    assert (again.status, again.json["key"]) == (202, "q1")
    assert (await desk.view(run_id))["waiting"] == "q2"
    other = await desk.say(run_id, "no", headers=headers)
    assert (other.status, other.code) == (409, "IDEMPOTENCY_MISMATCH")


async def test_the_same_answer_to_the_same_question_again_changes_nothing(desk: FlowDesk) -> None:
    ask = {"type": "response", "text": "¿Cuál?", "wait": True}
    run_id = await desk.begin([ask | {"id": "q1"}, ask | {"id": "q2"}])
    await desk.waits(run_id, "q1")
    assert (await desk.say(run_id, "sí", key="q1")).status == 202
    await desk.waits(run_id, "q2")
    again = await desk.say(run_id, "sí", key="q1")
    assert (again.status, again.json["key"]) == (202, "q1")
    other = await desk.say(run_id, "no", key="q1")
    assert (other.status, other.code) == (409, "INPUT_CONFLICT")
    assert (await desk.view(run_id))["waiting"] == "q2"
    assert (await desk.say(run_id, "no", key="q2")).status == 202
    await desk.ended(run_id)
    headers = {"idempotency-key": "late"}
    assert (await desk.say(run_id, "sí", key="q1", headers=headers)).json["key"] == "q1"
    assert (await desk.say(run_id, "no", key="q1")).code == "INPUT_CONFLICT"


async def test_what_is_no_flow_is_one_fault(desk: FlowDesk) -> None:
    answer = await desk.post({"flow": 5})
    assert [each["pointer"] for each in answer.json["errors"]] == ["/flow"]


async def test_a_version_goes_with_a_flow_that_is_kept(desk: FlowDesk) -> None:
    answer = await desk.post({"flow": [], "version": 2})
    assert answer.status == 400
    assert [each["pointer"] for each in answer.json["errors"]] == ["/version"]


async def test_nobody_else_answers_for_the_user(desk: FlowDesk) -> None:
    run_id = await desk.begin([{"type": "response", "text": "¿?", "wait": True}])
    await desk.waits(run_id)
    answer = await desk.say(run_id, "sí", token="luis")
    assert answer.status == 404


async def test_rounds_side_by_side_are_calls_side_by_side(
    desk: FlowDesk, addresses: Addresses
) -> None:
    loop = {"type": "loop", "over": [1, 2, 3, 4, 5], "parallel": True, "max_parallel": 3,
            "collect": "${r.status}", "save_as": "all",
            "body": [write("w", save_as="r")]}  # fmt: skip
    run_id = await desk.run([loop])
    assert (await desk.view(run_id))["variables"]["all"] == [200] * 5
    assert len(addresses.written) == 5
    effects = await desk.deps.effects.of_run(ANA.tenant_id, run_id, 5)
    assert len({each.effect_id for each in effects}) == 5


async def test_of_loops_within_loops_only_some_calls_are_under_way_at_once(desk: FlowDesk) -> None:
    read = {"type": "rest_call", "url": URL, "save_as": "r"}
    inner = {"type": "loop", "over": [1, 2, 3, 4, 5], "parallel": True, "max_parallel": 8,
             "collect": "${r.status}", "save_as": "some", "body": [read]}  # fmt: skip
    outer = {**inner, "collect": "${some}", "save_as": "all", "body": [inner]}
    run_id = await desk.run([outer])
    assert (await desk.view(run_id))["variables"]["all"] == [[200] * 5] * 5
    woken = [json.loads(text) for name, text in desk.worker.contexts if name == "flow"]
    assert max(most_at_once(each["history"]) for each in woken) == CALLS_AT_ONCE


def most_at_once(history: list[dict[str, Any]]) -> int:
    under_way: set[int] = set()
    most = 0
    for event in history:
        if event.get("Name") == "use_tool":
            under_way.add(event["EventId"])
        under_way.discard(event.get("TaskScheduledId", -1))
        most = max(most, len(under_way))
    return most


async def test_a_long_loop_begins_anew_now_and_then(desk: FlowDesk, addresses: Addresses) -> None:
    loop = {"type": "loop", "over": list(range(90)),
            "body": [write("w", save_as="r")]}  # fmt: skip
    run_id = await desk.run([loop, {"type": "response", "text": "Fin"}])
    view = await desk.view(run_id)
    assert view["status"] == "done", view
    assert len(addresses.written) == 90
    woken = [json.loads(text) for name, text in desk.worker.contexts if name == "flow"]
    assert sum("resumed" in each["input"] for each in woken) > 0
    # A call of REST and its step are eight events of Durable's history.
    assert max(len(each["history"]) for each in woken) < 500


async def test_a_secure_value_is_a_handle(tmp_path: Path, addresses: Addresses) -> None:
    alias = SecureAlias("kv", SecretRef(source="key_vault", name="secrets-x"), ("ai_search",))
    values = SecureValues(aliases={"kv": alias}, right="knowledge:read")
    node = {"type": "secure_value", "source": "key_vault", "alias": "kv", "save_as": "h"}
    world = World(callers={**CALLERS, "ana": CALLER})
    async with flow_desk(
        tmp_path, world, lambda deps: allowed(deps, addresses, secure_values=values)
    ) as desk:
        view = await desk.view(await desk.run([node]))
        assert view["variables"]["h"].startswith("h_")
        view = await desk.view(await desk.run([{**node, "secret": "secrets/y"}]))
        assert view["failure"]["code"] == "NOT_ALLOWED"
        assert "secret" in view["failure"]["detail"]


async def test_the_same_key_and_body_are_one_run(desk: FlowDesk) -> None:
    body = {"flow": [{"type": "response", "text": "Hola"}]}
    first = await desk.post(body, **{"idempotency-key": "k"})
    again = await desk.post(body, **{"idempotency-key": "k"})
    assert first.json["runId"] == again.json["runId"]
    body = {"flow": [{"type": "response", "text": "Adiós"}]}
    other = await desk.post(body, **{"idempotency-key": "k"})
    assert other.code == "IDEMPOTENCY_MISMATCH"
    await desk.ended(str(first.json["runId"]))


async def test_what_is_wrong_with_a_flow_is_told_at_once(desk: FlowDesk) -> None:
    answer = await desk.post({"flow": [{"type": "response"}, {"type": "nothing"}]})
    assert answer.status == 400
    assert {each["pointer"] for each in answer.json["errors"]} == {"/flow/0/text", "/flow/1/type"}
    assert (await desk.post({"inputs": {}})).status == 400
    assert (await desk.post({"flowId": "none"})).status in (403, 404)


async def test_nothing_that_somebody_wrote_is_in_durables_history(desk: FlowDesk) -> None:
    canary = "canario-7f3a"
    flow = [
        {"type": "assign_var", "id": canary, "name": "v", "value": canary},
        {"type": "agent_call", "id": f"{canary}-a", "agent_profile": "normal",
         "message": f"${{v}} {canary}", "save_as": "r"},
        write(f"{canary.replace('-', '_')}_w"),
        {"type": "response", "text": canary, "id": f"{canary}-r"},
    ]  # fmt: skip
    run_id = await desk.run({"meta": {"name": canary}, "nodes": flow}, {"message": canary})
    assert (await desk.view(run_id))["status"] == "done"
    for _, text in desk.worker.contexts:
        assert "canario" not in text


class Approving(FolderPacks):
    """Each call of `http` that changes something has to be approved by somebody else."""

    def get(self, version: str) -> Pack:
        pack = super().get(version)
        http = pack.tools["http"]
        bound = http.model_copy(update={"approval": ApprovalPolicy(when="always")})
        return pack.model_copy(update={"tools": {**pack.tools, "http": bound}})


@pytest.mark.parametrize(("decision", "made"), [("approve", 1), ("reject", 0)])
async def test_a_write_waits_until_somebody_approves_it(
    tmp_path: Path, addresses: Addresses, decision: str, made: int
) -> None:
    world = World(callers={**CALLERS, "ana": CALLER, "luis": BOSS})

    def change(deps: Dependencies) -> Dependencies:
        return replace(allowed(deps, addresses), packs=Approving(PACKS))

    async with flow_desk(tmp_path, world, change) as desk:
        run_id = await desk.begin([write("a", on_error="continue")])
        asked = await desk.told(run_id, "approval")
        luis = Caller(desk.deps, desk.orchestrations, "luis")
        body = {"decision": decision, "payloadHash": asked["payloadHash"]}
        path = {"runId": run_id, "approvalId": asked["approvalId"]}
        decided = await luis.call(approvals.decide, "POST", body, path=path)
        assert decided.status == 200, decided.body
        await desk.ended(run_id)
        kept = (await desk.view(run_id))["variables"]["a"]
    assert len(addresses.written) == made
    assert made or kept["error"]["code"] == "APPROVAL_REJECTED"


async def test_with_its_conversation_all_of_a_flow_is_erased(desk: FlowDesk) -> None:
    run_id = await desk.run([*AGENT, {"type": "response", "text": "${r.text}"}])
    record = await desk.deps.runs.get(ANA.tenant_id, run_id)
    assert record is not None
    (child,) = await desk.deps.flow_runs.calls(ANA.tenant_id, run_id)
    there = {"id": record.conversation_id}
    erased = await desk.ana.call(erasing.erase, "DELETE", path=there, query={"sessionId": ""})
    assert erased.status == 204, erased.body
    for each in (run_id, child):
        assert await desk.deps.runs.get(ANA.tenant_id, each, anew=True) is None
    assert not await desk.deps.log.all(run_id)
