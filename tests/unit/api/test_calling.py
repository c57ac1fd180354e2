"""What an inline agent call comes to: who speaks, what is looked up, what is refused."""

import json
from dataclasses import replace
from typing import Any

import pytest

from shared.contracts.agent_policy import ProfileLists
from shared.contracts.agents import AgentCall
from shared.contracts.outside import Outside
from shared.errors import ForbiddenError, InvalidRequestError, NotAllowedError
from tests.fakes.world import ANA
from tests.plan_requests import plan_requests
from tests.unit.api.rules import READER, RULES, call_of, ruled

MINIMAL = {"message": "Hola"}
RAG = {"message": "Hola", "agent_profile": "rag", "search": {"mode": "hybrid"}}


def refused(body: dict[str, Any], rules: Any = RULES) -> tuple[str, object]:
    with pytest.raises(NotAllowedError) as caught:
        call_of(body, rules)
    return caught.value.message, caught.value.values["name"]


def wrong(body: dict[str, Any], rules: Any = RULES) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        call_of(body, rules)
    return [each.pointer for each in caught.value.problems]


@pytest.mark.parametrize(("name", "body"), plan_requests().items(), ids=plan_requests())
def test_every_example_of_the_plan_is_accepted_as_it_stands(
    name: str, body: dict[str, Any]
) -> None:
    call = call_of(body).call
    assert AgentCall.model_validate_json(json.dumps(call.wire())) == call, name


# --- who speaks -----------------------------------------------------------------------------------


def test_without_a_profile_the_coordinator_works_with_the_default_participants() -> None:
    found = call_of(MINIMAL)
    assert (found.call.profile, found.call.mode) == ("coordinator", "group_chat")
    assert found.shape.coordinator == "Coordinator"
    assert found.shape.speakers == ("RetrievalAgent", "DomainExpert")
    assert found.call.participants == ("Coordinator", "RetrievalAgent", "DomainExpert")


def test_one_default_participant_is_a_plain_agent() -> None:
    shape = call_of(MINIMAL, ruled(default_participants=("Coordinator",))).shape
    assert (shape.mode, shape.speakers, shape.coordinator) == (None, ("Coordinator",), None)


def test_the_settings_choose_the_profile_of_a_call_that_names_none() -> None:
    assert call_of(MINIMAL, ruled(default_profile="domain_expert")).call.profile == "domain_expert"


def test_agent_profile_wins_over_agent() -> None:
    assert call_of(RAG | {"agent": "coordinator"}).call.profile == "rag"


@pytest.mark.parametrize(
    ("profile", "speaker"),
    [
        ("normal", "Coordinator"),
        ("rag", "RetrievalAgent"),
        ("retrieval", "RetrievalAgent"),
        ("domain_expert", "DomainExpert"),
    ],
)
def test_a_profile_alone_is_one_agent(profile: str, speaker: str) -> None:
    shape = call_of(RAG | {"agent_profile": profile}).shape
    assert (shape.mode, shape.speakers, shape.coordinator) == (None, (speaker,), None)
    assert shape.evidence_only == (profile == "retrieval")


@pytest.mark.parametrize("name", ["retrieval", "RetrievalAgent", "RETRIEVALAGENT", "Retrieval"])
def test_participants_go_by_name_or_alias_in_any_case(name: str) -> None:
    body = {**MINIMAL, "mode": "sequential", "participants": [name, "domain_expert", name]}
    assert call_of(body).shape.speakers == ("RetrievalAgent", "DomainExpert")


@pytest.mark.parametrize("mode", ["group_chat", "fanout"])
def test_a_coordinator_comes_along_where_one_is_needed(mode: str) -> None:
    body = {**MINIMAL, "mode": mode, "participants": ["domain_expert"]}
    found = call_of(body)
    assert found.shape.coordinator == "Coordinator"
    assert found.shape.speakers == ("DomainExpert",)


def test_in_a_sequence_the_coordinator_has_its_place() -> None:
    people = ["DomainExpert", "Coordinator"]
    shape = call_of({**MINIMAL, "mode": "sequential", "participants": people}).shape
    assert (shape.speakers, shape.coordinator) == (("DomainExpert", "Coordinator"), None)


def test_one_participant_in_a_sequence_is_a_plain_agent() -> None:
    found = call_of({**MINIMAL, "mode": "sequential", "participants": ["domain_expert"]})
    assert (found.call.mode, found.shape.speakers) == (None, ("DomainExpert",))


def test_several_without_a_mode_have_that_of_the_settings() -> None:
    body = {**MINIMAL, "agent": "normal", "participants": ["retrieval", "domain_expert"]}
    assert call_of(body, ruled(default_mode="fanout")).shape.mode == "fanout"


def test_a_critic_that_is_brought_in_reviews_and_does_not_speak() -> None:
    body = {**MINIMAL, "participants": ["DomainExpert", "critic"]}
    shape = call_of(body).shape
    assert (shape.mode, shape.speakers) == (None, ("DomainExpert",))
    assert shape.critics == {"DomainExpert": "Critic"}
    assert call_of({**MINIMAL, "participants": ["DomainExpert"]}).shape.critics == {}


@pytest.mark.parametrize("participants", [["Critic"], ["Coordinator"]])
def test_somebody_has_to_speak(participants: list[str]) -> None:
    body = {**MINIMAL, "mode": "group_chat", "participants": participants}
    assert wrong(body) == ["/participants"]


def test_a_participant_on_no_list_is_refused_by_its_name() -> None:
    body = {**MINIMAL, "participants": ["DomainExpert"]}
    assert refused(body, ruled(participants=("Coordinator",))) == (
        "participant_not_allowed", "DomainExpert"
    )  # fmt: skip
    assert refused({**MINIMAL, "participants": ["Nobody"]})[1] == "Nobody"


def test_a_profile_whose_speaker_is_not_allowed_is_refused() -> None:
    rules = ruled(participants=("Coordinator",))
    assert refused(RAG, rules) == ("participant_not_allowed", "RetrievalAgent")


def test_a_participant_needs_its_right() -> None:
    with pytest.raises(ForbiddenError) as caught:
        call_of({**MINIMAL, "participants": ["ToolingAgent"]})
    assert caught.value.values == {"name": "ToolingAgent", "right": "mcp:call"}


def test_a_mode_on_no_list_is_refused() -> None:
    assert refused(MINIMAL, ruled(modes=("sequential",))) == ("mode_not_allowed", "group_chat")


# --- what is looked up ----------------------------------------------------------------------------


def test_normal_looks_nothing_up_and_says_so() -> None:
    body = {"message": "Hola", "agent_profile": "normal", "tools": ["ai_search"]}
    found = call_of(body | {"search": {"mode": "hybrid", "indexes": ["tramites-es"]}})
    assert (found.call.search, found.call.tools, found.shape.indexes) == (None, (), ())
    assert found.shape.retrieves == "never"
    assert found.warnings == ("ignored_search",)


def test_rag_always_looks_up_and_has_its_tool() -> None:
    found = call_of(RAG | {"search": {"mode": "keyword", "retrievalPolicy": "never"}})
    assert found.shape.retrieves == "always"
    assert [tool.name for tool in found.call.tools] == ["ai_search"]
    assert found.shape.indexes == ("cerebro",), "the default index is allowed"


@pytest.mark.parametrize("search", [None, {}, {"indexes": ["tramites-es"]}])
def test_rag_needs_a_search_mode(search: dict[str, Any] | None) -> None:
    assert wrong(RAG | {"search": search}) == ["/search/mode"]


def test_the_flat_spelling_of_the_mode_will_do() -> None:
    body = {"message": "Hola", "agent_profile": "rag", "search_mode": "semantic"}
    search = call_of(body | {"search_index": "tramites-es", "topK": 3}).call.search
    assert search is not None
    assert (search.mode, search.chosen_indexes, search.top_k) == ("semantic", ("tramites-es",), 3)


def test_what_the_search_does_not_say_may_stand_with_its_tool() -> None:
    args = {"mode": "keyword", "topK": 2, "index": "tramites-es", "query": "licencia"}
    body = {"message": "Hola", "tools": ["http", {"name": "ai_search", "args": args}]}
    for profile in ("retrieval", "rag", "domain_expert"):
        search = call_of(body | {"agent_profile": profile}).call.search
        assert search is not None
        assert (search.mode, search.top_k) == ("keyword", 2)
        assert search.chosen_indexes == ("tramites-es",)
        said = {"agent_profile": profile, "search": {"mode": "hybrid", "indexes": ["cerebro"]}}
        search = call_of(body | said).call.search
        assert search is not None
        assert (search.mode, search.top_k) == ("hybrid", 2)
        assert search.chosen_indexes == ("cerebro",)


def test_arguments_of_the_search_tool_at_fault_are_pointed_at_there() -> None:
    tools = [{"name": "ai_search", "args": {"mode": "keyword", "topK": 11}}]
    body = {"message": "Hola", "agent_profile": "retrieval", "tools": tools}
    assert wrong(body) == ["/tools/0/args/topK"]


def test_evidence_calls_no_tool_and_says_so() -> None:
    body = {"message": "Hola", "agent": "retrieval"}
    assert call_of(body | {"tools": ["ai_search"]}).warnings == ()
    assert call_of(body | {"tools": ["http"]}).warnings == ("ignored_by_retrieval",)


@pytest.mark.parametrize("policy", ["always", "conditional", "never"])
def test_others_look_up_when_the_request_or_the_settings_say(policy: Any) -> None:
    body = {**MINIMAL, "agent": "domain_expert"}
    assert call_of(body, replace(RULES, retrieval=policy)).shape.retrieves == policy
    asked = call_of(body | {"search": {"retrievalPolicy": policy}})
    assert asked.shape.retrieves == policy
    assert (asked.call.search is None) == (policy == "never")


def test_an_index_on_no_list_is_refused_by_its_name() -> None:
    body = RAG | {"search": {"mode": "hybrid", "indexes": ["cerebro", "nominas"]}}
    assert refused(body) == ("search_index_not_allowed", "nominas")


def test_a_profile_may_search_fewer_indexes_than_all() -> None:
    rules = ruled(profiles={"rag": ProfileLists(indexes=("faq-ciudadania",))})
    assert call_of(RAG, rules).shape.indexes == ("faq-ciudadania",)
    named = RAG | {"search": {"mode": "hybrid", "index": "cerebro"}}
    assert refused(named, rules) == ("search_index_not_allowed", "cerebro")
    assert call_of(named | {"agent_profile": "domain_expert"}, rules).shape.indexes == ("cerebro",)


def test_the_lists_of_default_hold_for_profiles_without_their_own() -> None:
    lists = {
        "default": ProfileLists(indexes=("tramites-es",), participants=("Coordinator",)),
        "rag": ProfileLists(),
    }
    rules = ruled(profiles=lists)
    assert call_of(RAG, rules).shape.indexes == ("cerebro",)
    assert refused({**MINIMAL, "agent": "domain_expert"}, rules)[1] == "DomainExpert"


def test_without_any_index_the_default_one_is_refused() -> None:
    assert refused(RAG, ruled(indexes=())) == ("search_index_not_allowed", "cerebro")


def test_evidence_takes_no_model_and_no_instructions() -> None:
    body = {"message": "Hola", "agent": "retrieval", "system_prompt": "Sé breve"}
    found = call_of(body | {"participants": ["DomainExpert"], "model": {"temperature": 1}})
    assert found.call.system_prompt is None
    assert found.call.model.temperature is None
    assert found.warnings == ("ignored_by_retrieval",)


# --- tools ----------------------------------------------------------------------------------------


def test_names_and_names_with_arguments_are_one_list() -> None:
    bound = {"name": "ai_search", "args": {"topK": 5}}
    tools = call_of({**MINIMAL, "tools": [bound], "tooling": ["ai_search", "http"]}).call.tools
    assert [(tool.name, tool.args) for tool in tools] == [("ai_search", {"topK": 5}), ("http", {})]


@pytest.mark.parametrize(
    ("tool", "found"),
    [
        ("createUser", ("tool_not_allowed", "createUser")),
        ({"name": "mcp", "args": {"server": "evil"}}, ("mcp_server_not_allowed", "evil")),
        (
            {"name": "mcp", "args": {"server": "corp-tools", "method": "drop"}},
            ("mcp_method_not_allowed", "drop"),
        ),
        (
            {"name": "http", "args": {"url": "https://169.254.169.254/latest"}},
            ("host_not_allowed", "169.254.169.254"),
        ),
        (
            {"name": "ai_search", "args": {"index": "nominas"}},
            ("search_index_not_allowed", "nominas"),
        ),
    ],
)
def test_what_a_tool_names_has_to_be_on_a_list(tool: Any, found: tuple[str, str]) -> None:
    assert refused({**MINIMAL, "tools": [tool]}) == found


def test_a_tool_that_the_pack_does_not_have_is_refused() -> None:
    rules = replace(RULES, tools={})
    assert refused({**MINIMAL, "tools": ["ai_search"]}, rules) == ("tool_not_allowed", "ai_search")


def test_a_tool_needs_its_right_and_is_not_added_without_it() -> None:
    rules = replace(RULES, caller=ANA)
    with pytest.raises(ForbiddenError):
        call_of({**MINIMAL, "tools": ["ai_search"]}, rules)
    assert call_of(RAG, rules).call.tools == ()


def test_an_mcp_server_needs_its_own_right_and_may_be_named_by_its_url() -> None:
    server = RULES.settings.outside.servers[0]
    tool = {"name": "mcp", "args": {"server": server.url, "method": "getCase"}}
    assert call_of({**MINIMAL, "tools": [tool]}).call.tools[0].args == tool["args"]
    strict = server.model_copy(update={"right": "cases:use"})
    with pytest.raises(ForbiddenError) as caught:
        call_of({**MINIMAL, "tools": [tool]}, ruled(outside=Outside(servers=(strict,))))
    assert caught.value.values == {"name": "corp-tools", "right": "cases:use"}


def test_arguments_of_a_search_are_checked_where_they_stand() -> None:
    tool = {"name": "ai_search", "args": {"query": "x", "topK": 11, "nope": 1}}
    pointers = wrong({**MINIMAL, "tooling": ["http"], "tools": ["http", tool]})
    assert pointers == ["/tools/1/args/topK", "/tools/1/args/nope"]


# --- limits, credentials --------------------------------------------------------------------------


def test_limits_of_the_settings_hold_and_are_told() -> None:
    rules = ruled(max_tokens=500, max_turns=4, max_steps=3, timeout_ms=20_000)
    body = {
        **MINIMAL, "max_turns": 12, "model": {"max_tokens": 800},
        "runtime": {"timeoutMs": 30_000, "max_internal_steps": 8, "retry_count": 0},
    }  # fmt: skip
    found = call_of(body, rules)
    assert (found.call.max_turns, found.shape.max_turns) == (4, 4)
    assert found.call.model.max_tokens == 500
    assert (found.call.runtime.timeout_ms, found.shape.max_steps, found.shape.retries) == (
        20_000, 3, 0
    )  # fmt: skip
    assert found.warnings == ("limited",)
    assert call_of(MINIMAL, rules).warnings == ()


def test_a_deployment_is_a_model_by_another_name() -> None:
    for field in ("deployment", "name"):
        assert (
            call_of({**MINIMAL, "model": {field: "gpt-4o-mini"}}).call.model.name == "gpt-4o-mini"
        )


def test_a_credential_profile_has_to_be_on_the_list() -> None:
    assert call_of({**MINIMAL, "profile": "prod"}).call.credential_profile == "prod"
    assert refused({**MINIMAL, "profile": "root"}) == ("profile_not_allowed", "root")
    assert call_of({**MINIMAL, "profile": "default"}).call.credential_profile == "default"
    assert call_of(MINIMAL).call.credential_profile == "default"


def test_a_credential_profile_may_be_for_certain_people_only() -> None:
    assert refused({**MINIMAL, "profile": "ops"}) == ("profile_not_allowed", "ops")
    operator = READER.model_copy(update={"roles": ("operator",)})
    rules = replace(RULES, caller=operator)
    assert call_of({**MINIMAL, "profile": "ops"}, rules).call.credential_profile == "ops"


def test_that_no_credential_profile_is_named_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    call_of({**MINIMAL, "profile": "prod"})
    assert not caplog.records
    call_of(MINIMAL)
    assert "default" in caplog.text
    caplog.clear()
    call_of(MINIMAL, ruled(credential_profiles={}))
    assert not caplog.records


def test_a_credential_profile_may_have_a_default_index_of_its_own() -> None:
    rules = ruled(profile_indexes={"prod": "tramites-es"})
    rag = {**MINIMAL, "agent_profile": "rag", "search": {"mode": "hybrid"}}
    assert call_of({**rag, "profile": "prod"}, rules).shape.indexes == ("tramites-es",)
    assert call_of(rag, rules).shape.indexes == ("cerebro",)
    named = {**rag, "profile": "prod", "search": {"mode": "hybrid", "index": "faq-ciudadania"}}
    assert call_of(named, rules).shape.indexes == ("faq-ciudadania",)


def test_handles_are_kept_by_the_tools_own_names() -> None:
    found = call_of({**MINIMAL, "credentials": {"search": "h_abc", "openai": "h_def"}})
    assert found.call.credentials == {"ai_search": "h_abc", "openai": "h_def"}
    assert "h_abc" not in repr(found)
    both = {"search": "h_abc", "ai_search": "h_def"}
    assert wrong({**MINIMAL, "credentials": both}) == ["/credentials"]


def test_what_changes_nothing_is_warned_about() -> None:
    body = {**MINIMAL, "agentId": "a1", "provider": "agent_service", "stream": True}
    assert call_of(body).warnings == ("ignored_agent_id", "ignored_provider", "ignored_stream")
