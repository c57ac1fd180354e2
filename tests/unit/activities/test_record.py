"""What was done, for the audit and for later answers."""

import asyncio
import json

import pytest

from activities.record import record
from api.erp_events import receive
from shared.contracts.activities import Recorded, RecordRequest
from shared.contracts.agent_steps import AgentResult
from shared.contracts.agents import AgentCall
from shared.contracts.audit import AuditEvent, Entity
from shared.contracts.effects import Effect, EffectState
from shared.contracts.evidence import NO_ROLE, KnowledgeDocument
from shared.contracts.plan import Plan, ToolCall
from shared.contracts.remembered import readers_of
from shared.contracts.runs import ToolOutcome, Usage
from shared.errors import ModelError, SearchError, StoreError
from shared.packs import FolderPacks
from shared.ports import KnowledgeQuery
from tests.fakes.calls import begin_call
from tests.fakes.erp_events import grid_event
from tests.fakes.samples import AT, TASK_ARGS, an_approval, task_plan
from tests.fakes.virtual_time import run_virtually
from tests.fakes.world import ANA, LUIS, PACKS, RUN_ID, World

USED = Usage(prompt_tokens=5, completion_tokens=2, total_tokens=7)
RESULT: dict[str, object] = {"id": "T-7", "title": "revisar contrato ACME", "status": "abierta"}


async def with_effect(world: World, state: EffectState = "done", tool: str = "createTask") -> None:
    await world.effects.reserve(
        Effect(
            effect_id="e1", tenant_id=ANA.tenant_id, run_id=RUN_ID, step=0, tool=tool, state=state,
            args=TASK_ARGS, result=RESULT if state == "done" else None, updated_at=AT,
        )
    )  # fmt: skip


async def recorded(world: World, broken_off: bool = False, plan: Plan | None = None) -> Recorded:
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(run.tenant_id, run.run_id, plan or task_plan())
    request = RecordRequest(
        run=run,
        after=5,
        flow_type="CreateTask",
        steps=1,
        language="es",
        usage=USED,
        broken_off=broken_off,
    )
    return await record(request, world.deps())


def event_of(world: World) -> AuditEvent:
    (event,) = world.audit.events.values()
    return event


async def test_the_audit_event_says_who_did_what_with_which_result() -> None:
    world = World()
    await with_effect(world)
    assert (await recorded(world)).memory == "stored"
    event = event_of(world)
    assert event.kind == "flow.executed"
    assert (event.actor.user_id, event.actor.roles) == (ANA.user_id, ANA.roles)
    assert event.tools == ("createTask",)
    assert event.results[0].result == RESULT
    assert event.entities == (Entity(type="task", id="T-7"),)
    assert event.provenance["c0"]["title"].source == "user"
    assert event.correlation_id == "corr-1"


async def test_the_audit_event_names_the_model_and_what_was_used_so_far() -> None:
    world = World()
    await with_effect(world)
    await recorded(world)
    event = event_of(world)
    assert (event.model, event.usage) == ("gpt-4o", USED)


async def test_the_audit_event_says_who_decided_what_and_why() -> None:
    world = World()
    await with_effect(world, tool="createUser")
    asked = an_approval(run_id=RUN_ID).model_copy(update={"tool": "createUser"})
    await world.approvals.open(
        asked.model_copy(
            update={
                "state": "rejected",
                "decided_by": LUIS.user_id,
                "decided_at": AT,
                "comment": "ya existe",
            }
        )
    )
    await recorded(
        world, plan=Plan(flow_type="CreateUser", calls=(ToolCall(tool="createUser", args={}),))
    )
    (decision,) = event_of(world).approvals
    assert (decision.approval_id, decision.tool, decision.state) == ("a0", "createUser", "rejected")
    assert (decision.decided_by, decision.decided_at) == (LUIS.user_id, AT)
    assert decision.comment == "ya existe"


async def test_what_was_made_is_remembered_for_the_tenant_only() -> None:
    world = World()
    await with_effect(world)
    await recorded(world)
    (document,) = world.knowledge.documents.values()
    assert document.tenant_id == ANA.tenant_id
    assert (document.kind, document.category) == ("event", "event")
    assert "T-7" in document.title
    assert "revisar contrato ACME" in document.content
    assert "tarea T-7" in document.content
    assert (document.entities, document.conversation_id) == (("task:T-7",), "c1")


async def test_what_was_made_is_remembered_in_words_and_for_those_who_may_read_it() -> None:
    world = World()
    await with_effect(world)
    await recorded(world)
    (document,) = world.knowledge.documents.values()
    assert document.title == "Hecho en el ERP: la tarea T-7 «revisar contrato ACME»"
    assert document.content.startswith("la tarea T-7 «revisar contrato ACME»: título: revisar")
    assert document.allowed_roles == ("employee", "manager")


async def test_what_nobody_may_read_is_remembered_for_nobody() -> None:
    world = World()
    pack = FolderPacks(PACKS).get(FolderPacks(PACKS).current)
    assert readers_of(["user"], pack, {"employee": ("tasks:read",)}) == (NO_ROLE,)
    assert readers_of(["task", "user"], pack, {"a": ("tasks:read",), "b": ("users:read",)}) == (
        NO_ROLE,
    )
    assert readers_of(["invoice"], pack, {}) == ()
    document = evidence_document(NO_ROLE)
    await world.knowledge.upsert("cerebro", [(document, None)])
    query = KnowledgeQuery(
        text="Carmen", index="cerebro", tenant_id="tenant-a", roles=("employee",)
    )
    assert (await world.knowledge.search(query)).snippets == ()


def evidence_document(role: str) -> KnowledgeDocument:
    return KnowledgeDocument(
        id="e-1", title="Carmen Ruiz", content="Carmen", source="ERP", category="event",
        scope="tenant", kind="event", version="1", tenant_id="tenant-a", allowed_roles=(role,),
        updated_at=AT, confidence=1.0,
    )  # fmt: skip


@pytest.mark.parametrize("state", ["failed", "unknown", "sent"])
async def test_what_was_not_made_is_recorded_but_not_remembered(state: EffectState) -> None:
    world = World()
    await with_effect(world, state)
    assert (await recorded(world, broken_off=state == "sent")).memory == "none"
    assert event_of(world).results[0].status != "ok"
    assert world.knowledge.documents == {}


async def test_a_read_is_recorded_but_not_remembered() -> None:
    world = World()
    await with_effect(world, tool="findTasks")
    plan = task_plan(ToolCall(tool="findTasks", args=TASK_ARGS))
    assert (await recorded(world, plan=plan)).memory == "none"
    assert event_of(world).entities == ()


@pytest.mark.parametrize("away", ["model", "search"])
async def test_cerebro_may_come_later(away: str) -> None:
    world = World()
    await with_effect(world)
    if away == "model":
        world.model.failure = ModelError("away")
    else:
        world.knowledge.failure = SearchError("away")
    assert (await recorded(world)).memory == "pending"
    assert event_of(world).kind == "flow.executed"


async def test_without_its_audit_event_a_step_has_failed() -> None:
    world = World()
    await with_effect(world)

    async def away(event: AuditEvent) -> None:
        raise StoreError("away")

    world.audit.record = away  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await recorded(world)


async def test_a_second_execution_changes_nothing() -> None:
    world = World()
    await with_effect(world)
    await recorded(world)
    first = event_of(world)
    await recorded(world)
    assert event_of(world) == first
    assert len(world.knowledge.documents) == 1


async def test_the_conversation_concerns_what_was_made_in_it() -> None:
    world = World()
    await with_effect(world)
    await recorded(world)
    await recorded(world)
    assert world.entities.links == {(ANA.tenant_id, Entity(type="task", id="T-7"), "c1")}


@pytest.mark.parametrize(
    ("found", "linked"), [([], 0), ([{"id": "T-7"}], 1), ([{"id": "T-7"}, {"id": "T-8"}], 0)]
)
async def test_it_concerns_what_was_found_when_that_is_one_thing(
    found: list[dict[str, str]], linked: int
) -> None:
    world = World()
    await with_effect(world, tool="findTasks")
    ((key, effect),) = world.effects.stored.items()
    world.effects.stored[key] = effect.model_copy(update={"result": {"items": found}})
    await recorded(world, plan=task_plan(ToolCall(tool="findTasks", args=TASK_ARGS)))
    assert len(world.entities.links) == linked
    assert event_of(world).entities == ()


async def test_what_the_erp_told_before_the_conversation_was_linked_is_added() -> None:
    world = World()
    await with_effect(world)
    await receive(json.dumps(grid_event(kind="task.created")), world.deps())
    assert world.audit.events == {}
    await recorded(world)
    await recorded(world)
    kinds = [event.kind for event in world.audit.events.values()]
    assert kinds == ["flow.executed", "erp.event"]


async def test_what_the_erp_told_before_the_run_is_not_the_conversations() -> None:
    world = World()
    await with_effect(world)
    await receive(json.dumps(grid_event()), world.deps())
    ((key, seen),) = world.entities.seen.items()
    world.entities.seen[key] = seen.model_copy(update={"timeline_id": RUN_ID[:4]})
    await recorded(world)
    assert event_of(world).kind == "flow.executed"


# --- of agents ------------------------------------------------------------------------------------


async def called(world: World, *, used: int, broken_off: bool = False) -> Recorded:
    call = AgentCall(session_id="s1", profile="coordinator")
    request = RecordRequest(
        run=await begin_call(world, "Crea una tarea", call),
        after=5,
        flow_type="AgentCall",
        steps=1,
        used=used,
        language="es",
        broken_off=broken_off,
    )
    return await record(request, world.deps())


def a_result() -> AgentResult:
    outcome = ToolOutcome(
        call_id="s1.0", tool="createTask", status="ok", result=RESULT, effect_id="e1"
    )
    return AgentResult(
        run_id=RUN_ID, tenant_id=ANA.tenant_id, number=1, call=0, speaker="A", outcome=outcome,
        place=0,
    )  # fmt: skip


def test_what_a_replica_does_not_have_yet_is_waited_for() -> None:
    async def late() -> None:
        world = World()
        recording = asyncio.create_task(called(world, used=1))
        await asyncio.sleep(0.2)
        await world.agent_steps.put_result(a_result())
        assert (await recording).memory == "stored"
        assert event_of(world).tools == ("createTask",)

    run_virtually(late())


async def test_a_change_whose_step_kept_nothing_of_it_is_in_the_audit_all_the_same() -> None:
    world = World()
    await with_effect(world)
    assert (await called(world, used=0, broken_off=True)).memory == "stored"
    event = event_of(world)
    assert (event.kind, event.tools) == ("agent.called", ("createTask",))
    assert event.entities == (Entity(type="task", id="T-7"),)


async def test_a_change_that_was_kept_is_in_the_audit_once() -> None:
    world = World()
    await with_effect(world)
    await world.agent_steps.put_result(a_result())
    await called(world, used=1, broken_off=True)
    assert event_of(world).tools == ("createTask",)
