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
