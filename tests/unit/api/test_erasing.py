"""Erasing a conversation: nothing that was said is left, whatever happens on the way."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from activities.fold import fold
from activities.left_behind import left_behind
from activities.record import remember
from api import conversations, erasing, runs
from api.control import feedback
from api.erp_events import receive
from api.sweep import sweep
from shared.contracts.activities import FoldRequest, RecordRequest, RunRef
from shared.contracts.agent_steps import AgentStep
from shared.contracts.audit import Actor, AuditEvent, Entity, done_event_id
from shared.contracts.chain_check import check_chain
from shared.contracts.conversations import Conversation, Summary
from shared.contracts.effects import Effect
from shared.contracts.evidence import KnowledgeDocument
from shared.contracts.plan import OpenPlan
from shared.contracts.runs import EndedBadly, RunOutcome, ToolOutcome
from shared.ports import Dependencies, OrchestrationState
from tests.fakes.erp_events import grid_event
from tests.fakes.http import Answer, read
from tests.fakes.samples import AT, an_approval, evidence, past_turn, snippet, task_call, task_plan
from tests.fakes.world import ANA, LUIS, World
from tests.unit.api.people import ASYNC, SSE, Desk, running_desk

MARKER = "jirafa-violeta"
TENANT = ANA.tenant_id
OPERATOR = LUIS.model_copy(update={"rights": (erasing.ERASE,)})


def traces(world: World) -> list[str]:
    """Where in the stores the marker is."""
    kept = (
        world.conversations, world.runs, world.agent_steps, world.effects, world.approvals,
        world.audit, world.entities, world.dead_letters, world.log, world.readers, world.quotas,
    )  # fmt: skip
    found = [type(each).__name__ for each in kept if MARKER in repr(vars(each))]
    return found + ["knowledge"] * (MARKER in repr(world.knowledge.documents))


async def spoken() -> tuple[Desk, str, str]:
    """A conversation whose one run has left the marker everywhere; and the run."""
    desk = running_desk()
    desk.world.model.pieces = ("Hola, ", MARKER)
    conversation = await desk.conversation(title=MARKER)
    key = {"idempotency-key": MARKER}
    answer = await desk.post(conversation, f"Hola {MARKER}", **key)
    run_id = str(answer.json["runId"])
    body = {"rating": "up", "comment": MARKER, "tags": [MARKER]}
    await desk.person().call(feedback, "POST", body, path={"runId": run_id})
    await leave_traces(desk.world, conversation, run_id)
    return desk, conversation, run_id


async def leave_traces(world: World, conversation: str, run_id: str) -> None:
    plan, task = task_plan(task_call(title=MARKER)), Entity(type="task", id="T-1")
    found = evidence(snippet(content=MARKER))
    await world.runs.put_plan(TENANT, run_id, plan)
    await world.runs.put_evidence(TENANT, run_id, "cerebro", found)
    await world.runs.put_opened(TENANT, run_id, OpenPlan(run_id=run_id, plan=plan))
    effect = Effect(
        effect_id="e1", tenant_id=TENANT, run_id=run_id, step=0, tool="createTask", state="done",
        args={"title": MARKER}, result={"id": "T-1"}, updated_at=AT,
    )  # fmt: skip
    await world.effects.reserve(effect)
    asked = an_approval(run_id=run_id).model_copy(update={"comment": MARKER})
    await world.approvals.open(asked)
    step = AgentStep(run_id=run_id, tenant_id=TENANT, number=1, speaker="A", text=MARKER)
    await world.agent_steps.put(step)
    await world.readers.stay(TENANT, run_id, MARKER, AT)
    summary = Summary(run_id=run_id, conversation_id=conversation, tenant_id=TENANT, text=MARKER)
    await world.conversations.put_summary(summary)
    there = await world.conversations.get(TENANT, conversation)
    assert there is not None
    await world.conversations.set_open_plan(there, run_id, plan)
    await world.entities.link(TENANT, task, conversation)
    done = AuditEvent(
        event_id=done_event_id(run_id, of_call=False), tenant_id=TENANT, correlation_id=MARKER,
        conversation_id=conversation, run_id=run_id, actor=Actor(user_id=ANA.user_id), at=AT,
        kind="flow.executed",
        results=(ToolOutcome(call_id="c0", tool="createTask", status="ok", args={"t": MARKER}),),
    )  # fmt: skip
    await world.audit.record(done)
    document = KnowledgeDocument(
        id=done_event_id(run_id, of_call=False), title=MARKER, content=MARKER, source="EIRA",
        category="event", scope="tenant", kind="event", version="1", tenant_id=TENANT,
        updated_at=AT, confidence=1.0, conversation_id=conversation,
    )  # fmt: skip
    await world.knowledge.upsert("cerebro", [(document, None)])


async def erase(desk: Desk, conversation: str, who: str = "ana") -> Answer:
    return await desk.person(who).call(erasing.erase, "DELETE", path={"id": conversation})


async def assert_erased(desk: Desk, conversation: str, run_id: str) -> None:
    assert traces(desk.world) == []
    for handler in (conversations.read, conversations.events):
        assert (await desk.person().call(handler, path={"id": conversation})).status == 404
    assert (await desk.run(run_id)).status == 404
    assert (await desk.person().call(runs.events, path={"runId": run_id})).status == 404
    assert (await desk.post(conversation, "Hola")).status == 404
    listed = await desk.person().call(conversations.listed)
    assert conversation not in listed.body.decode()
    items = await desk.world.deps().chains.items(TENANT, conversation)
    checked = check_chain(items, desk.world.audit.second)
    assert (checked.breaks, checked.unsealed) == ((), {})
    assert checked.erased == checked.events - 1


async def test_nothing_that_was_said_is_left_and_the_chain_holds() -> None:
    desk, conversation, run_id = await spoken()
    assert len(traces(desk.world)) >= 9, "the test looks where something is"
    answer = await erase(desk, conversation)
    assert (answer.status, answer.body) == (204, b"")
    await assert_erased(desk, conversation, run_id)
    assert desk.world.entities.links == set()
    (event,) = desk.world.audit.events.values()
    assert (event.kind, event.actor.user_id) == ("conversation.erased", ANA.user_id)


async def test_other_conversations_stay_as_they_are() -> None:
    desk, conversation, _ = await spoken()
    other = await desk.conversation(title="otra")
    desk.world.model.pieces = ("Hola, ", "Ana.")
    kept = (await desk.post(other, "Hola")).json["runId"]
    await erase(desk, conversation)
    assert (await desk.run(kept)).json["text"] == "Hola, Ana."
    turns = (await desk.person().call(conversations.read, path={"id": other})).json["turns"]
    assert [each["message"] for each in turns] == ["Hola"]


async def test_who_asks_again_is_told_the_same() -> None:
    desk, conversation, _ = await spoken()
    for _ in range(2):
        assert (await erase(desk, conversation)).status == 204
    assert len(desk.world.audit.events) == 1


@pytest.mark.parametrize(
    ("who", "status"), [("luis", 404), ("olga", 404), ("operator", 204), ("far", 404)]
)
async def test_only_the_owner_and_operators_of_the_tenant_may(who: str, status: int) -> None:
    desk, conversation, _ = await spoken()
    desk.world.callers["operator"] = OPERATOR
    desk.world.callers["far"] = OPERATOR.model_copy(update={"tenant_id": "tenant-b"})
    assert (await erase(desk, conversation, who)).status == status
    assert (await erase(desk, "01NOPE", who)).status == 404
    assert bool(traces(desk.world)) == (status == 404)
    # Also of what is erased: nobody else learns that there was anything.
    await erase(desk, conversation)
    assert (await erase(desk, conversation, who)).status == status


async def test_it_is_refused_while_a_run_is_under_way_and_nothing_is_lost() -> None:
    desk = Desk()
    conversation = await desk.conversation(title=MARKER)
    run_id = str((await desk.post(conversation, MARKER, **ASYNC)).json["runId"])
    answer = await erase(desk, conversation)
    assert (answer.status, answer.code) == (409, "CONVERSATION_BUSY")
    assert run_id in answer.json["detail"]
    assert (await desk.run(run_id)).status == 200
    desk.orchestrations.states[run_id] = OrchestrationState("completed", None)
    assert (await erase(desk, conversation)).status == 204
    assert traces(desk.world) == []


async def test_a_message_that_comes_first_wins_and_one_that_comes_second_finds_nothing() -> None:
    desk = Desk()
    conversation = await desk.conversation()
    claim = desk.world.conversations.begin_erasing

    async def behind_a_message(*given: Any) -> bool:
        await desk.post(conversation, "Hola", **ASYNC)
        return await claim(*given)

    desk.world.conversations.begin_erasing = behind_a_message  # type: ignore[method-assign, assignment]
    assert (await erase(desk, conversation)).code == "CONVERSATION_BUSY"
    desk.world.conversations.begin_erasing = claim  # type: ignore[method-assign]

    other = await desk.conversation()
    turn = desk.world.conversations.claim

    async def behind_an_erasure(*given: Any) -> bool:
        await erase(desk, other)
        return await turn(*given)

    desk.world.conversations.claim = behind_an_erasure  # type: ignore[method-assign, assignment]
    assert (await desk.post(other, "Hola", **ASYNC)).status == 404
    assert desk.orchestrations.started[-1][2]["run"]["conversationId"] != other  # type: ignore[index]


async def test_a_live_timeline_ends_with_who_erased_the_conversation() -> None:
    desk, conversation, _ = await spoken()
    response = await desk.person().begin(
        conversations.events, path={"id": conversation}, headers=SSE
    )
    reading = asyncio.create_task(read(response))
    await asyncio.sleep(0)
    assert (await erase(desk, conversation)).status == 204
    async with asyncio.timeout(60):
        lines = (await reading).body.decode().splitlines()
    kinds = [json.loads(line[6:])["event"]["kind"] for line in lines if line.startswith("data: ")]
    assert kinds[-1] == "conversation.erased"
    assert kinds.count("conversation.erased") == 1


class DiedError(BaseException):
    """The process is gone: nobody handles that."""


@dataclass
class Life:
    """Ends at this call of a store, service or orchestration, and does nothing any more."""

    ends_at: int
    calls: int = 0

    def around(self, port: Any) -> Any:
        return Mortal(port, self)


class Mortal:
    def __init__(self, port: Any, life: Life) -> None:
        self._port, self._life = port, life

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._port, name)

        async def called(*given: Any, **named: Any) -> Any:
            self._life.calls += 1
            if self._life.calls >= self._life.ends_at:
                raise DiedError
            return await method(*given, **named)

        return called


def mortal(deps: Dependencies, life: Life) -> Dependencies:
    names = {
        "conversations", "runs", "log", "audit", "chains", "entities", "knowledge"
    } & {each.name for each in fields(deps)}  # fmt: skip
    return replace(deps, **{name: life.around(getattr(deps, name)) for name in names})


async def begun(desk: Desk, conversation: str) -> Conversation:
    found = await desk.world.conversations.get(TENANT, conversation)
    assert found is not None
    return found


@pytest.mark.parametrize("ends_at", range(1, 18))
async def test_whoever_erases_may_die_anywhere_and_the_timer_goes_on(ends_at: int) -> None:
    desk, conversation, run_id = await spoken()
    life = Life(ends_at)
    person = replace(desk.person(), deps=mortal(desk.world.deps(), life))
    try:
        await person.call(erasing.erase, "DELETE", path={"id": conversation})
    except DiedError:
        there = desk.world.conversations.stored.get((TENANT, conversation))
        if there is not None and there.erasing is not None:
            assert (await desk.post(conversation, "Hola")).status == 404
    desk.world.clock.now += timedelta(minutes=5)
    await erasing.resume(desk.orchestrations, desk.world.deps())
    if life.calls < 4:
        # It had not begun: everything is there.
        assert len(traces(desk.world)) >= 9
    assert (await erase(desk, conversation)).status == 204
    await assert_erased(desk, conversation, run_id)


async def test_there_are_no_more_places_to_die_at() -> None:
    desk, conversation, _ = await spoken()
    life = Life(1_000)
    person = replace(desk.person(), deps=mortal(desk.world.deps(), life))
    await person.call(erasing.erase, "DELETE", path={"id": conversation})
    assert life.calls == 17


async def test_the_timer_leaves_alone_what_has_just_begun() -> None:
    desk, conversation, _ = await spoken()
    life = Life(6)
    person = replace(desk.person(), deps=mortal(desk.world.deps(), life))
    with pytest.raises(DiedError):
        await person.call(erasing.erase, "DELETE", path={"id": conversation})
    await erasing.resume(desk.orchestrations, desk.world.deps())
    assert (await begun(desk, conversation)).erasing is not None


# --- what is still at work behind the end of a run ------------------------------------------------


async def test_a_run_that_waits_for_cerebro_gives_it_up() -> None:
    desk, conversation, run_id = await spoken()
    waits = RunOutcome(
        run_id=run_id, tenant_id=TENANT, state="DONE", finish_reason="stop", ended_at=AT,
        memory="pending",
    )  # fmt: skip
    desk.world.runs.outcomes[TENANT, run_id] = waits
    desk.orchestrations.states[run_id] = OrchestrationState("running", None)
    assert (await erase(desk, conversation)).status == 204
    assert desk.orchestrations.states[run_id].runtime == "terminated"


async def test_a_run_that_still_folds_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "LOOKS", 2)
    monkeypatch.setattr(erasing, "LOOK_SECONDS", 0)
    desk, conversation, run_id = await spoken()
    desk.orchestrations.states[run_id] = OrchestrationState("running", None)
    assert (await erase(desk, conversation)).code == "CONVERSATION_BUSY"
    desk.orchestrations.states[run_id] = OrchestrationState("completed", None)
    assert (await erase(desk, conversation)).status == 204


async def test_what_is_left_of_a_run_does_not_come_back_from_what_a_worker_remembers() -> None:
    desk, conversation, run_id = await spoken()
    world = desk.world
    record = world.runs.records[TENANT, run_id]
    ref = RunRef(
        run_id=run_id, tenant_id=TENANT, conversation_id=conversation, correlation_id="corr-1"
    )
    for n in range(50):
        turn = past_turn(f"{run_id[:-2]}{n:02}", MARKER * 100, MARKER * 100)
        await world.conversations.add_turn(
            turn.model_copy(update={"conversation_id": conversation})
        )
    kept = dict(world.conversations.kept)
    plans = dict(world.runs.plans)
    await erase(desk, conversation)
    # As a worker that has read them before sees them.
    world.runs.records[TENANT, run_id] = record.model_copy(update={"message": "Hola"})
    world.runs.plans.update(plans)
    world.conversations.kept.update(kept)
    world.model.answers["summary"] = [MARKER]
    await fold(FoldRequest(run=ref, language="es"), world.deps())
    request = RecordRequest(run=ref, flow_type="CreateTask", steps=1, language="es")
    remembered = await remember(request.model_copy(update={"broken_off": True}), world.deps())
    assert remembered.memory == "none"
    assert world.conversations.summaries == {}
    assert world.knowledge.documents == {}


async def test_the_sweeper_ends_no_run_that_was_erased() -> None:
    desk, conversation, run_id = await spoken()
    request = desk.orchestrations.started[-1][2]
    await erase(desk, conversation)
    desk.orchestrations.bad.append(EndedBadly(run_id, request, terminated=True))
    await sweep(desk.orchestrations, desk.world.deps(), left_behind)
    await assert_erased(desk, conversation, run_id)


async def test_what_the_erp_tells_later_does_not_reach_it() -> None:
    desk, conversation, run_id = await spoken()
    await erase(desk, conversation)
    await desk.world.entities.link(TENANT, Entity(type="task", id="T-7"), conversation)
    await receive(json.dumps(grid_event()), desk.world.deps())
    await desk.world.entities.unlink(TENANT, conversation)
    await assert_erased(desk, conversation, run_id)
