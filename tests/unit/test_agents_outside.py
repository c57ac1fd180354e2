"""Agents that call other systems: who may, what is told of it, and what nobody knows."""

from shared.contracts.outside import McpServer, Outside
from shared.errors import ModelError, RemoteError
from tests.fakes.agents import tool_call
from tests.fakes.methods import method
from tests.fakes.world import World
from tests.unit.test_agent_calls import TEAM, Asked, a_team, tools

SERVER = McpServer(
    name="corp-tools", url="https://corp.example/mcp", methods=("addNote",), right="tasks:read"
)
ADDS = tool_call("corp-tools_addNote", text="Llamar mañana")


def with_notes() -> World:
    """A world with a server that adds notes, and says of it neither that it reads nor keys."""
    world = World(outside=Outside(servers=(SERVER,)))
    note = method("corp-tools", "addNote", text={"type": "string"})
    world.methods.declared["corp-tools"] = [note]
    return world


async def test_among_several_other_systems_are_called_by_the_tooling_agent() -> None:
    world = with_notes()
    team = a_team()
    await Asked(world, team).run(tools("mcp"), mode="sequential", speakers=TEAM, max_steps=8)
    offered = {name: [tool.name for tool in request.tools] for name, request in team.asked}
    assert offered["ToolingAgent"] == ["corp-tools_addNote"]
    assert offered["RetrievalAgent"] == offered["DomainExpert"] == []


async def test_what_another_systems_tool_has_done_is_told_and_not_remembered_as_the_erps() -> None:
    world = with_notes()
    world.tools.answer = {"text": "hecho", "structured": {"id": "N-1"}}
    failing = a_team(says={"Coordinator": [(ADDS,), ModelError("gone", retryable=False)]})
    ran = await Asked(world, failing).run(tools("mcp"))
    assert [effect.state for effect in world.effects.stored.values()] == ["done"]
    assert "Hecho: mcp" in ran.turn.text
    assert (ran.turn.entities, ran.audit.entities) == ((), ())
    assert ran.outcome.memory == "none"
    assert world.knowledge.documents == {}


async def test_an_answer_warns_of_a_change_of_which_nobody_knows_whether_it_was_made() -> None:
    world = with_notes()
    world.tools.failures = [RemoteError("gone", sent=True)] * 9
    ran = await Asked(world, a_team(says={"Coordinator": [(ADDS,), "No se sabe."]})).run(
        tools("mcp")
    )
    assert [effect.state for effect in world.effects.stored.values()] == ["unknown"]
    assert ran.turn.warnings == ("effect_unknown",)


async def test_a_failure_behind_such_a_change_says_which_one_and_where_to_look() -> None:
    world = with_notes()
    world.tools.failures = [RemoteError("gone", sent=True)] * 9
    failing = a_team(says={"Coordinator": [(ADDS,), ModelError("gone", retryable=False)]})
    told = (await Asked(world, failing).run(tools("mcp"))).turn.text
    assert "No se sabe si se ha hecho: mcp (" in told
    assert "Llamar mañana" in told
    assert "ERP" not in told
