"""Whole agent calls: the orchestration and its activities, on stores in memory."""

from shared.contracts.agent_activities import ChatRequest, ChatShape
from shared.contracts.agents import AgentCall
from shared.streams.showing import shown_text
from tests.fakes.calls import begin_call
from tests.fakes.running import RunningOrchestrations
from tests.fakes.world import World


async def run_call(world: World, message: str, call: AgentCall, shape: ChatShape) -> str:
    """The id of the run, which is over."""
    run = await begin_call(world, message, call)
    orchestrations = RunningOrchestrations(deps=world.deps())
    request = ChatRequest(run=run, after=0, shape=shape)
    await orchestrations.start(run.run_id, "chat", request.wire())
    for task in orchestrations.tasks:
        await task
    return run.run_id


async def test_one_agent_without_tools_answers() -> None:
    world = World()
    call = AgentCall(session_id="s1", profile="normal")
    run_id = await run_call(world, "Hola", call, ChatShape(speakers=("Coordinator",)))
    assert shown_text(await world.log.all(run_id)) == "Hola, Ana."
    turn = await world.conversations.get_turn("tenant-a", "c1", run_id)
    assert turn is not None
    assert turn.text == "Hola, Ana."
    outcome = world.runs.outcomes["tenant-a", run_id]
    assert (outcome.state, outcome.usage.total_tokens) == ("DONE", 13)
    (called,) = (each for each in world.audit.events.values() if each.kind == "agent.called")
    assert called.call is not None
    assert (called.call.profile, called.call.session_id) == ("normal", "s1")
