"""Approvals: the exact payload, once, in time."""

from datetime import timedelta

import pytest

from activities.approvals import ask_approval, confirmation_in_words, settle_approval
from activities.run_tool import effect_of
from shared.contracts.activities import (
    ApprovalAsked,
    AskApprovalRequest,
    CallRef,
    SettleApprovalRequest,
)
from shared.contracts.agent_steps import AgentStep, StepToolCall
from shared.contracts.agents import AgentCall
from shared.contracts.approvals import Approval, ApprovalState
from shared.contracts.events import ApprovalEvent, StateEvent
from shared.contracts.masking import MASK
from shared.contracts.plan import Plan, ToolCall
from shared.contracts.tools import ApprovalPolicy, must_be_approved
from shared.errors import StoreError
from tests.fakes.calls import begin_call
from tests.fakes.samples import TASK_ARGS, task_plan
from tests.fakes.world import ANA, RUN_ID, World


async def asked(world: World, plan: Plan | None = None) -> ApprovalAsked:
    run = await world.begin("Crea una tarea")
    await world.runs.put_plan(run.tenant_id, run.run_id, plan or task_plan())
    request = AskApprovalRequest(run=run, announce=("WAITING_APPROVAL",), step=0, language="es")
    return await ask_approval(request, world.deps())


async def stored(world: World) -> Approval:
    found = await world.approvals.get(ANA.tenant_id, RUN_ID, "a0")
    assert found is not None
    return found


async def settled(world: World, *, stopped: bool = False) -> ApprovalState:
    run = await world.begin("Crea una tarea")
    request = SettleApprovalRequest(run=run, step=0, stopped=stopped)
    return (await settle_approval(request, world.deps())).state


async def test_an_approval_is_opened_for_the_payload_that_would_be_sent() -> None:
    world = World()
    answer = await asked(world)
    approval = await stored(world)
    (item,) = await world.log.all(RUN_ID)
    state, event = item.events
    assert isinstance(state, StateEvent)
    assert state.state == "WAITING_APPROVAL"
    assert isinstance(event, ApprovalEvent)
    assert (event.label, event.labels["dueDate"]) == ("Crear tarea", "fecha límite")
    assert (event.approval_id, event.payload_hash) == ("a0", approval.payload_hash)
    assert (event.args, event.expires_at) == (TASK_ARGS, approval.expires_at)
    assert approval.expires_at - approval.asked_at == timedelta(hours=24)
    assert (approval.asked_by, approval.asked_by_name) == (ANA.user_id, ANA.name)
    assert not answer.decided
    record = await world.runs.get(ANA.tenant_id, RUN_ID)
    assert record is not None
    contract = world.deps().packs.get(record.pack_version).tools["createTask"]
    effect = effect_of(record, 0, task_plan().calls[0], contract, world.deps())
    assert approval.payload_hash == effect.effect_id


async def test_it_says_what_will_be_done_in_the_language_of_whoever_looks() -> None:
    world = World()
    await asked(world)
    approval = await stored(world)
    spanish = approval.confirmation["es"]
    assert str(TASK_ARGS["title"]) in spanish
    assert "{" not in spanish + approval.confirmation["en"]
    assert approval.confirmation["en"].startswith("The task “")
    (item,) = await world.log.all(RUN_ID)
    assert isinstance(item.events[-1], ApprovalEvent)
    assert item.events[-1].confirmation == spanish


async def test_what_a_contract_calls_sensitive_is_not_told() -> None:
    world = World()
    pack = world.deps().packs.get(world.deps().packs.current)
    contract = pack.tools["createTask"].model_copy(update={"sensitive": ("title", "dueDate")})
    call = task_plan().calls[0]
    masked_pack = pack.model_copy(update={"tools": {**pack.tools, "createTask": contract}})
    told = confirmation_in_words(call, "CreateTask", masked_pack)
    assert str(TASK_ARGS["title"]) not in told["es"]
    assert MASK in told["es"]


async def test_asking_again_asks_once() -> None:
    world = World()
    first = await asked(world)
    assert await asked(world) == first
    assert len(await world.log.all(RUN_ID)) == 1


async def test_asking_again_finds_what_was_decided_meanwhile() -> None:
    world = World()
    await asked(world)
    await decide(world, "approved")
    assert (await asked(world)).decided


async def decide(world: World, state: ApprovalState) -> None:
    approval = await stored(world)
    assert await world.approvals.change(approval.model_copy(update={"state": state}))


@pytest.mark.parametrize(
    ("decided", "state"), [("approved", "used"), ("rejected", "rejected"), (None, "expired")]
)
async def test_what_was_decided_is_settled_once_and_for_all(
    decided: ApprovalState | None, state: ApprovalState
) -> None:
    world = World()
    await asked(world)
    if decided:
        await decide(world, decided)
    assert await settled(world) == state
    assert await settled(world) == state, "a repeated execution settles the same"
    assert (await stored(world)).state == state


async def test_a_stopped_run_uses_no_approval() -> None:
    world = World()
    await asked(world)
    await decide(world, "approved")
    assert await settled(world, stopped=True) == "withdrawn"


async def test_a_decision_in_the_same_moment_is_read_by_the_retry() -> None:
    world = World()
    await asked(world)
    real = world.approvals.get

    async def then_decided(tenant_id: str, run_id: str, approval_id: str) -> Approval | None:
        found = await real(tenant_id, run_id, approval_id)
        world.approvals.get = real  # type: ignore[method-assign]
        await decide(world, "approved")
        return found

    world.approvals.get = then_decided  # type: ignore[method-assign]
    with pytest.raises(StoreError):
        await settled(world)
    assert await settled(world) == "used"


@pytest.mark.parametrize(
    ("policy", "waits"),
    [
        (ApprovalPolicy(), False),
        (ApprovalPolicy(when="always"), True),
        (ApprovalPolicy(when="above", field="hours", amount=10), True),
        (ApprovalPolicy(when="above", field="hours", amount=40), False),
        (ApprovalPolicy(when="above", field="title", amount=40), True),
        (ApprovalPolicy(when="above", field="cost", amount=40), False),
        (ApprovalPolicy(when="roles", roles=("employee",)), True),
        (ApprovalPolicy(when="roles", roles=("manager",)), False),
    ],
)
def test_a_policy_says_which_calls_wait(policy: ApprovalPolicy, waits: bool) -> None:
    args = {"hours": 12, "title": "x"}
    assert must_be_approved(policy, args, ANA.roles) is waits


async def test_a_call_of_an_agent_is_asked_for_by_its_place_and_its_payload() -> None:
    world = World()
    call = AgentCall(session_id="s1", profile="coordinator")
    run = await begin_call(world, "Crea una tarea", call)
    made = StepToolCall(
        call_id="s2.1", provider_id="x", name="createTask", tool="createTask", args=TASK_ARGS
    )
    first = made.model_copy(update={"tool": "findTasks", "args": {}})
    await world.agent_steps.put(
        AgentStep(
            run_id=RUN_ID, tenant_id=ANA.tenant_id, number=2, speaker="A", calls=(first, made)
        )
    )
    request = AskApprovalRequest(
        run=run, step=3, language="es", agent_call=CallRef(number=2, call=1)
    )
    answer = await ask_approval(request, world.deps())
    found = await world.approvals.get(ANA.tenant_id, RUN_ID, answer.approval_id)
    assert found is not None
    assert (found.step, found.tool, found.args) == (3, "createTask", TASK_ARGS)
    record = await world.runs.get(ANA.tenant_id, RUN_ID)
    assert record is not None
    contract = world.deps().packs.get(record.pack_version).tools["createTask"]
    planned = ToolCall(tool="createTask", args=TASK_ARGS)
    effect = effect_of(record, 3, planned, contract, world.deps())
    assert found.payload_hash == effect.effect_id, "exactly what `use_tool` will send"
    assert found.confirmation["es"]
