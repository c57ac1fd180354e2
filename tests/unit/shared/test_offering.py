"""How tools are offered to a model, and what the calls it writes come to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.agents import AskedTool
from shared.contracts.outside import HttpRule, McpServer, Outside
from shared.contracts.wording import WORDING
from shared.packs import FolderPacks
from shared.tools.offering import (
    MAX_ARGUMENTS,
    Offer,
    Problem,
    bound,
    called,
    declared,
    expanded,
    offered,
    offers,
)
from tests.fakes.methods import FakeMethods, method
from tests.fakes.world import PACKS

TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools
OUTSIDE = Outside(
    http=(HttpRule(host="api.example.org:443", path="/v1/**"),),
    servers=(
        McpServer(
            name="corp-tools",
            url="https://tools.example.org/mcp",
            methods=("getCase", "addNote"),
            reads=("getCase",),
        ),
        McpServer(name="maps", url="https://maps.example.org/mcp", methods=("find.place",)),
    ),
)
GET_CASE = method("corp-tools", "getCase", id={"type": "string"})
ADD_NOTE = method("corp-tools", "addNote", id={"type": "string"}, text={"type": "string"})
FIND = method("maps", "find.place", q={"type": "string", "default": "plaza"})
METHODS = {(each.server, each.name): each for each in (GET_CASE, ADD_NOTE, FIND)}


def asked(name: str, **args: object) -> AskedTool:
    return AskedTool(name=name, args=args)


def offering(*tools: AskedTool) -> tuple[Offer, ...]:
    return offers(expanded(tools, OUTSIDE), TOOLS, METHODS)


def the_offer(name: str, **args: object) -> Offer:
    (offer,) = offering(asked(name, **args))
    return offer


def problem(offer: Offer, written: object) -> str:
    text = written if isinstance(written, str) else json.dumps(written)
    found = bound(offer, text)
    assert isinstance(found, Problem), found
    assert found.key in WORDING
    return found.key


def test_a_contract_is_offered_in_the_language_and_without_what_is_for_people() -> None:
    tool = offered(the_offer("ai_search"), "en", OUTSIDE)
    assert tool.name == "ai_search"
    assert tool.description.startswith("Searches")
    assert "x-" not in json.dumps(tool.parameters)
    assert "$schema" not in tool.parameters
    assert tool.parameters["required"] == ["query"]


def test_what_is_bound_is_not_shown_and_comes_back_with_what_the_model_wrote() -> None:
    offer = the_offer("ai_search", topK=2, filter="category eq 'tramites'")
    shown = offered(offer, "es", OUTSIDE).parameters["properties"]
    assert {"topK", "filter"}.isdisjoint(shown)
    assert bound(offer, '{"query": "terrazas"}') == {
        "query": "terrazas", "topK": 2, "filter": "category eq 'tramites'",
    }  # fmt: skip


def test_what_is_bound_cannot_be_chosen_though_it_may_be_repeated() -> None:
    offer = the_offer("ai_search", topK=2)
    assert problem(offer, {"query": "a", "topK": 10}) == "call_bound"
    assert bound(offer, '{"query": "a", "topK": 2}') == {"query": "a", "topK": 2}


def test_a_tool_whose_arguments_are_all_bound_is_called_without_any() -> None:
    offer = the_offer("mcp", server="corp-tools", method="getCase", params={"id": "EXP-1"})
    assert offered(offer, "es", OUTSIDE).parameters["properties"] == {}
    call = {"server": "corp-tools", "method": "getCase", "params": {"id": "EXP-1"}}
    assert bound(offer, "") == bound(offer, "{}") == call
    assert problem(offer, {"id": "EXP-2"}) == "call_bound"


def test_a_method_is_offered_with_the_schema_and_the_words_of_its_server() -> None:
    tool = offered(the_offer("mcp", server="corp-tools", method="addNote"), "es", OUTSIDE)
    assert tool.name == "corp-tools_addNote"
    assert tool.description == ADD_NOTE.description
    assert tool.parameters == {**ADD_NOTE.parameters, "required": ["id", "text"]}


def test_a_server_may_be_named_by_its_url_and_then_goes_by_its_id() -> None:
    offer = the_offer("mcp", server="https://tools.example.org/mcp", method="getCase")
    call = {"server": "corp-tools", "method": "getCase", "params": {"id": "E"}}
    assert bound(offer, '{"id": "E"}') == call


def test_mcp_without_a_method_is_each_method_that_may_be_called() -> None:
    assert [each.name for each in offering(asked("mcp"))] == [
        "corp-tools_getCase", "corp-tools_addNote", "maps_find_place",
    ]  # fmt: skip
    assert [each.name for each in offering(asked("mcp", server="maps"))] == ["maps_find_place"]


@pytest.mark.parametrize(
    "args",
    [
        {"server": "other"},
        {"server": "https://evil.example/mcp"},
        {"server": "corp-tools", "method": "dropTables"},
        {"server": ["corp-tools"]},
        {"method": "dropTables"},
    ],
)
def test_what_is_on_no_list_is_not_offered(args: dict[str, object]) -> None:
    assert offering(asked("mcp", **args)) == ()


def test_a_method_that_its_server_does_not_declare_and_a_tool_without_contract_are_left_out() -> (
    None
):
    assert offers(expanded([asked("mcp")], OUTSIDE), TOOLS, {}) == ()
    assert offering(asked("sudo")) == ()


async def test_a_server_that_is_away_is_done_without() -> None:
    servers = FakeMethods({"corp-tools": [GET_CASE, ADD_NOTE], "maps": [FIND]}, away={"maps"})
    found = await declared(expanded([asked("mcp"), asked("ai_search")], OUTSIDE), servers)
    assert set(found) == {("corp-tools", "getCase"), ("corp-tools", "addNote")}
    servers.away.clear()
    assert set(await declared(expanded([asked("mcp")], OUTSIDE), servers)) == set(METHODS)


def test_offers_have_names_of_their_own_that_providers_take() -> None:
    found = offering(
        asked("ai_search", index="a"), asked("ai_search", index="b"), asked("mcp"), asked("mcp")
    )
    names = [each.name for each in found]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").replace("-", "").isalnum() for name in names)
    first, second = called(found, "ai_search"), called(found, "ai_search_2")
    assert first
    assert second
    assert (first.asked.args, second.asked.args) == ({"index": "a"}, {"index": "b"})


def test_a_tool_that_was_not_offered_is_none() -> None:
    found = offering(asked("ai_search"))
    assert called(found, "createUser") is None
    assert called(found, "mcp") is None


def test_http_says_what_it_may_call_and_its_method_is_get_if_not_said() -> None:
    offer = the_offer("http")
    assert "GET https://api.example.org/v1/**" in offered(offer, "es", OUTSIDE).description
    written = '{"url": "https://api.example.org/v1/a"}'
    assert bound(offer, written) == {"url": "https://api.example.org/v1/a", "method": "GET"}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("no JSON", "call_no_object"),
        ("[1]", "call_no_object"),
        ('"query"', "call_no_object"),
        ("null", "call_no_object"),
        ('{"query": NaN}', "call_no_object"),
        ('{"query": "\\ud800"}', "call_no_object"),
        ("[" * 20_000, "call_no_object"),
        (f'{{"query": "{"a" * MAX_ARGUMENTS}"}}', "call_too_large"),
        ("{}", "call_bad_arguments"),
        ('{"query": 7}', "call_bad_arguments"),
        ('{"query": "a", "topK": 99}', "call_bad_arguments"),
        ('{"query": "a", "tenantId": "tenant-b"}', "call_bad_arguments"),
        ('{"query": "a", "__proto__": {}}', "call_bad_arguments"),
    ],
)
def test_a_call_that_cannot_be_made_is_a_problem_with_a_sentence(written: str, key: str) -> None:
    assert problem(the_offer("ai_search"), written) == key


def test_parameters_of_a_method_are_checked_against_its_own_schema() -> None:
    offer = the_offer("mcp", server="corp-tools", method="addNote")
    assert problem(offer, {"id": "E"}) == "call_bad_arguments"
    assert problem(offer, {"id": "E", "text": "a", "as": "admin"}) == "call_bad_arguments"
    assert problem(offer, {"server": "maps", "id": "E", "text": "a"}) == "call_bad_arguments"


def test_a_schema_that_cannot_be_used_or_leads_elsewhere_is_a_problem_and_is_not_followed() -> None:
    for parameters in (
        {"type": "object", "$ref": "https://evil.example/schema.json"},
        {"type": "objekt"},
        {"type": "object", "properties": {"id": {"$ref": "#/$defs/none"}}},
    ):
        bad = GET_CASE.model_copy(update={"parameters": parameters})
        one = expanded([asked("mcp", server="corp-tools", method="getCase")], OUTSIDE)
        (offer,) = offers(one, TOOLS, {("corp-tools", "getCase"): bad})
        assert problem(offer, {"id": "E"}) == "call_bad_arguments"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(written=st.dictionaries(st.sampled_from(["query", "topK", "filter", "x"]), json_values))
def test_whatever_a_model_writes_what_is_bound_stays(written: dict[str, object]) -> None:
    fixed: dict[str, object] = {"filter": "category eq 'a'", "topK": 1}
    found = bound(the_offer("ai_search", **fixed), json.dumps(written))
    assert isinstance(found, Problem) or {name: found[name] for name in fixed} == fixed


@given(text=st.text(max_size=200))
def test_any_text_is_a_problem_or_a_call(text: str) -> None:
    found = bound(the_offer("ai_search"), text)
    assert isinstance(found, Problem | dict)
