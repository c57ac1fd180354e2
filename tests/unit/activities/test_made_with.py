"""Every step of an agent call is made with its profile and handles; messages are the app's own."""

from dataclasses import replace

import pytest

from activities.retrieve import retrieve
from activities.speak import speak
from activities.use_tool import use_tool
from shared.contracts.activities import RetrieveRequest
from shared.contracts.agents import AgentCall, AskedTool
from shared.contracts.credentials import CredentialScope, Holder
from shared.errors import ModelError
from tests.fakes.agents import FakeModels
from tests.fakes.calls import begin_call
from tests.fakes.services import FakeModel
from tests.fakes.world import ANA, World
from tests.unit.activities.test_speak import asked as asked_to_speak
from tests.unit.activities.test_use_tool import FIND, begun
from tests.unit.activities.test_use_tool import asked as asked_to_use

CALL = AgentCall(
    session_id="s1",
    profile="coordinator",
    tools=(AskedTool(name="findTasks"),),
    credential_profile="prod",
    credentials={"ai_search": "h_abc"},
)
SCOPE = CredentialScope(Holder(ANA.tenant_id, ANA.user_id, "s1"), "prod", {"ai_search": "h_abc"})


async def test_a_model_is_asked_in_the_calls_scope() -> None:
    world = World()
    run, deps = await begin_call(world, "hola", CALL), world.deps()
    await speak(asked_to_speak(run, answers=True), deps)
    assert isinstance(deps.models, FakeModels)
    assert deps.models.scopes == [SCOPE]


async def test_a_handle_that_is_over_by_then_fails_the_step_for_good() -> None:
    world = World(model=FakeModel(failure=ModelError("", code="NOT_ALLOWED", retryable=False)))
    run = await begin_call(world, "hola", CALL)
    with pytest.raises(ModelError) as caught:
        await speak(asked_to_speak(run, answers=True, retries=3), world.deps())
    failure = caught.value.as_failure()
    assert (failure.code, failure.message, failure.retryable) == (
        "NOT_ALLOWED", "not_allowed", False,
    )  # fmt: skip
    assert len(world.model.requests) == 1


async def test_a_tool_is_called_in_the_calls_scope() -> None:
    world = World()
    run = await begun(world, FIND)
    record = await world.runs.get(run.tenant_id, run.run_id)
    assert record is not None
    await use_tool(asked_to_use(run), world.deps())
    assert [each.scope for each in world.tools.calls] == [record.scope]
    assert record.scope is not None
    assert record.scope.profile == "default"


async def test_evidence_is_looked_up_and_embedded_in_the_calls_scope() -> None:
    world = World()
    run, deps = await begin_call(world, "hola", CALL), world.deps()
    other = FakeModel()
    models = FakeModels(world.model, embedders={"prod": other})
    await retrieve(RetrieveRequest(run=run, index="cerebro", after=0), replace(deps, models=models))
    (query,) = world.knowledge.queries
    assert query.scope == SCOPE


async def test_a_message_is_the_apps_own() -> None:
    world = World()
    run = await world.begin("hola")
    await retrieve(RetrieveRequest(run=run, index="cerebro", after=0), world.deps())
    (query,) = world.knowledge.queries
    assert query.scope is None
