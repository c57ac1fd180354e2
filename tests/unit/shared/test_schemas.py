"""What a tool's arguments break of its contract, told by field and without what was given."""

import pytest

from shared.contracts.tools import Arguments, JsonSchema
from shared.packs import FolderPacks
from shared.ports import ToolInvocation, ToolRefused
from shared.tools.kinds import ToolsByKind
from shared.tools.schemas import first_problem, problems_of
from tests.fakes.services import FakeTools
from tests.fakes.world import ANA, PACKS

TOOLS = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools
NOTE = {"id": "a", "title": "Avisos", "content": "Con un mes.", "source": "Urbanismo"}


def wrong(tool: str, **args: object) -> tuple[str, ...]:
    return problems_of(args, TOOLS[tool].arguments, "en")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "event"}, "/document/kind: must be contract, rule, flow, example, faq"),
        ({"content": ""}, "/document/content: must have at least 1 characters"),
        ({"content": " \n"}, "/document/content: is not valid"),
        ({"content": "a" * 2_501}, "/document/content: must have at most 2500 characters"),
        ({"url": "javascript:alert(1)"}, "/document/url: is not valid"),
        ({"url": "https://"}, "/document/url: is not valid"),
        ({"url": 7}, "/document/url: is not valid"),
        ({"confidence": 2}, "/document/confidence: must be 1 or less"),
        ({"tenantId": "*"}, "/document/tenantId: there is no such field"),
    ],
)
def test_a_document_that_breaks_its_contract_is_refused_by_field(
    change: Arguments, told: str
) -> None:
    assert told in wrong("upsertCerebro", document={**NOTE, **change})


@pytest.mark.parametrize("name", NOTE)
def test_a_field_that_is_missing_is_named(name: str) -> None:
    document = {key: value for key, value in NOTE.items() if key != name}
    assert wrong("upsertCerebro", document=document) == (f"/document/{name}: is missing",)


@pytest.mark.parametrize("tool", ["searchCerebro", "ai_search"])
@pytest.mark.parametrize(
    ("args", "place"),
    [
        ({"query": ""}, "/query"),
        ({"query": " \t"}, "/query"),
        ({"query": "a\ud800"}, "/"),
        ({"query": None}, "/query"),
        ({}, "/query"),
        ({"query": "x", "topK": 11}, "/topK"),
        ({"query": "x", "vector": [1]}, "/vector"),
    ],
)
def test_a_search_that_breaks_its_contract_is_refused_by_field(
    tool: str, args: Arguments, place: str
) -> None:
    assert {each.partition(":")[0] for each in wrong(tool, **args)} == {place}


def test_all_that_is_missing_is_named_once() -> None:
    told = ("/document/source: is missing", "/document/title: is missing")
    assert sorted(wrong("upsertCerebro", document={"id": "a", "content": "b"})) == sorted(told)


def test_what_keeps_the_contract_is_not_complained_of() -> None:
    assert wrong("upsertCerebro", document={**NOTE, "url": "http://a.example/x"}) == ()
    assert wrong("searchCerebro", query="¿Cuánto cuesta?", topK=3) == ()


async def test_what_is_refused_reaches_no_tool_and_is_not_looked_for() -> None:
    inner = FakeTools()
    tools = ToolsByKind(rest=inner, cerebro=inner, http=inner, mcp=inner)
    call = ToolInvocation(
        TOOLS["upsertCerebro"], {"document": {**NOTE, "kind": "event"}}, ANA, "c", key="e"
    )
    answer = await tools.call(call)
    assert isinstance(answer, ToolRefused)
    assert (answer.status, "/document/kind" in answer.reason) == (400, True)
    assert "event" not in answer.reason
    assert await tools.find(call) is None
    assert inner.calls == []


def test_a_schema_of_anybodys_is_not_trusted_to_be_one() -> None:
    schemas: list[JsonSchema] = [
        {"type": "nonsense"},
        {"$ref": "https://elsewhere.example/schema.json"},
        {"$ref": "#/$defs/loop", "$defs": {"loop": {"$ref": "#/$defs/loop"}}},
        {"properties": {"n": {"multipleOf": 0.5}}},
    ]
    for schema in schemas:
        assert first_problem({"n": 10**400}, schema) == "the schema cannot be used"
