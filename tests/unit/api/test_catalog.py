"""What a caller is told that agent calls may name: by the settings, and by rights."""

from dataclasses import replace

import pytest

from api import catalog
from api.catalog import catalog_of
from shared.contracts.agent_policy import ProfileLists
from shared.errors import ForbiddenError, NotAllowedError
from tests.fakes.world import ANA
from tests.unit.api.rules import READER, RULES, ChatDesk, call_of, ruled


async def test_the_catalog_has_names_only() -> None:
    answer = await ChatDesk().person().call(catalog.read)
    assert answer.status == 200
    assert answer.json["mcpServers"] == [{"name": "corp-tools", "methods": ["getCase"]}]
    assert answer.json["modes"] == ["sequential", "fanout", "group_chat"]
    assert answer.json["profiles"] == ["default", "prod"]
    assert "example.org" not in answer.body.decode()
    assert (await ChatDesk().person(None).call(catalog.read)).status == 401


def test_what_a_right_is_missing_for_is_left_out() -> None:
    found, more = catalog_of(replace(RULES, caller=ANA)), catalog_of(RULES)
    assert (found.tools, found.mcp_servers) == ((), ())
    assert "ai_search" in more.tools
    assert "ToolingAgent" not in more.participants
    able = READER.model_copy(update={"rights": (*READER.rights, "mcp:call")})
    assert "ToolingAgent" in catalog_of(replace(RULES, caller=able)).participants


def test_a_profile_shows_what_it_is_limited_to() -> None:
    lists = {"rag": ProfileLists(indexes=("tramites-es",), participants=("RetrievalAgent",))}
    [rag] = [p for p in catalog_of(ruled(profiles=lists)).agent_profiles if p.name == "rag"]
    assert (rag.indexes, rag.participants) == (("tramites-es",), ("RetrievalAgent",))


def test_a_profile_that_nobody_may_speak_for_is_left_out() -> None:
    found = catalog_of(ruled(participants=("Coordinator",)))
    assert [each.name for each in found.agent_profiles] == ["normal", "coordinator"]


@pytest.mark.parametrize("caller", [ANA, READER])
def test_what_the_catalog_names_is_allowed(caller: object) -> None:
    rules = replace(RULES, caller=caller)  # type: ignore[arg-type]
    found = catalog_of(rules)
    for index in found.indexes:
        call_of({"message": "Hola", "agent": "retrieval", "search": {"index": index}}, rules)
    for tool in found.tools:
        call_of({"message": "Hola", "tools": [tool]}, rules)
    for name in {*rules.tools} - {*found.tools}:
        with pytest.raises((ForbiddenError, NotAllowedError)):
            call_of({"message": "Hola", "tools": [name]}, rules)


def test_tools_are_told_with_the_names_of_their_arguments() -> None:
    [search] = [each for each in catalog_of(RULES).tool_forms if each.name == "ai_search"]
    assert search.label == "Buscar en la documentación"
    first = search.arguments[0]
    assert (first.name, first.label, first.required) == ("query", "consulta", True)
    modes = next(each for each in search.arguments if each.name == "mode")
    assert "hybrid" in modes.choices
    assert [each.name for each in catalog_of(RULES).tool_forms] == list(catalog_of(RULES).tools)
    assert catalog_of(replace(RULES, caller=ANA)).tool_forms == ()


def test_profiles_are_told_with_the_names_of_what_they_have() -> None:
    """Of those only that the caller may name."""
    tools = {"prod": {"openai": ("secret", "endpoint")}, "ops": {"openai": ("secret",)}}
    found = catalog_of(ruled(profile_tools=tools)).credential_profiles
    assert [(each.name, len(each.tools)) for each in found] == [("default", 0), ("prod", 1)]
    assert found[1].tools[0].settings == ("secret", "endpoint")


def test_limits_are_those_of_the_settings() -> None:
    limits = catalog_of(ruled(max_tokens=700, max_turns=3)).limits
    assert (limits.tokens, limits.turns, limits.top_k, limits.indexes) == (700, 3, 10, 3)
