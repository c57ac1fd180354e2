"""The pack is complete and agrees with itself."""

import re
from datetime import date

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from .packs import (
    LANGUAGES,
    PACK,
    agent_tools,
    contracts,
    flows,
    knowledge,
    part,
    read_json,
    texts,
    tools,
)

PROMPTS = {
    *("base", "triage", "plan", "respond", "small_talk", "summary", "clarify"),
    *("agent", "choose", "coordinator", "retrieval_agent", "domain_expert"),
    *("tooling_agent", "critic"),
}
TOOLS = {
    *("createTask", "createProject", "createUser", "updateTask"),
    *("findTasks", "findProjects", "findUsers"),
}
AGENT_TOOLS = {"searchCerebro", "ai_search", "upsertCerebro", "http", "mcp"}
META = {
    *("id", "title", "language", "category", "scope", "kind", "version", "source", "url"),
    *("confidence", "allowedRoles", "updatedAt"),
}
KINDS = {"contract", "rule", "flow", "example", "faq"}
ROLES = {"employee", "manager", "admin", "operator"}
SENTENCE = re.compile(r"[^.!?:]+[.!?:]")


def test_the_pack_says_its_version_and_languages() -> None:
    pack = read_json(PACK / "pack.json")

    assert pack["version"] == PACK.name
    assert texts(pack, "languages") == list(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_prompt_is_there_in_every_language(language: str) -> None:
    found = {path.stem: path.read_text("utf-8") for path in (PACK / "prompts" / language).glob("*")}

    assert set(found) == PROMPTS
    assert all(len(text.split()) > 80 for text in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_prompts_hold_no_template_syntax(language: str) -> None:
    for path in (PACK / "prompts" / language).glob("*.md"):
        assert not re.search(r"\$\{|\{\{|\{%", path.read_text("utf-8")), path.name


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("base", ["<language>", "<today>", "<timezone>", "<evidence>", "<results>"]),
        ("triage", ["SMALL_TALK", "NEED_MORE_CONTEXT", "FLOW_EXECUTION", "UNKNOWN", "confidence"]),
        ("triage", ["<open_question>", "continues_open_question", "reason"]),
        ("plan", ["<tools>", "<flows>", "flow_type", "calls", "null", "<today>"]),
        ("plan", ["args", "sources", "field", "source", "quote"]),
        ("plan", ["user", "session", "erp", "cerebro", "default", "Other"]),
        ("respond", ["<results>", "<evidence>", "<doubtful/>", "[2]", "ok", "failed", "unknown"]),
        ("small_talk", ["<user>", "EIRA"]),
        ("agent", ["<instructions>", "<evidence>", "<tool_result>", "<discussion>", "[2]", "JSON"]),
        ("choose", ["<participants>", "<discussion>", "next", "end", "reason"]),
        ("coordinator", ["<discussion>", "<evidence>", "[n]"]),
        ("critic", ["<draft>", "<evidence>", "content", "remarks"]),
    ],
)
def test_prompts_name_what_the_app_hands_them(language: str, prompt: str, names: list[str]) -> None:
    text = (PACK / "prompts" / language / f"{prompt}.md").read_text("utf-8")

    assert [name for name in names if name not in text] == []


def test_there_is_a_contract_for_each_tool() -> None:
    assert set(tools()) == TOOLS
    assert set(agent_tools()) == AGENT_TOOLS
    assert all(tool["name"] == name for name, tool in contracts().items())


@pytest.mark.parametrize("name", sorted(TOOLS | AGENT_TOOLS))
def test_a_contract_has_valid_schemas(name: str) -> None:
    arguments = part(contracts()[name], "arguments")

    Draft202012Validator.check_schema(arguments)
    Draft202012Validator.check_schema(part(contracts()[name], "result"))
    assert arguments["additionalProperties"] is False
    assert set(texts(arguments, "required")) <= set(part(arguments, "properties"))


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_argument_can_be_asked_for_in_every_language(name: str) -> None:
    properties = part(tools()[name], "arguments", "properties")
    for argument in properties:
        schema = part(properties, argument)
        assert schema["title"]
        assert schema["description"]
        assert set(part(schema, "x-label")) == set(LANGUAGES), argument
        assert ("enum" in schema) == ("x-choices" in schema), argument
        if "enum" in schema:
            choices = part(schema, "x-choices")
            assert list(choices) == texts(schema, "enum")
            assert all(set(part(choices, choice)) == set(LANGUAGES) for choice in choices)
        if "default" in schema:
            Draft202012Validator(schema).validate(schema["default"])


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_effects_can_be_reconciled_and_reads_repeated(name: str) -> None:
    tool = tools()[name]
    request = part(tool, "request")

    assert set(part(tool, "description")) == set(LANGUAGES)
    if tool["effect"]:
        assert tool["idempotencyKey"] is True
        reconcile = part(tool, "reconcile")
        assert reconcile["path"] == request["path"]
    match request["method"]:
        case "POST":
            assert part(reconcile, "query") == {"idempotencyKey": "{effectId}"}
        case "PATCH":
            # The record itself says what it has become.
            assert reconcile == {"method": "GET", "path": "/tasks/{id}"}
        case _:
            assert not tool["effect"]
    if not tool["effect"]:
        assert request["method"] == "GET"
        assert texts(request, "query") == list(part(tool, "arguments", "properties"))


def test_a_call_with_all_required_arguments_is_accepted() -> None:
    schema = part(tools()["createTask"], "arguments")
    validator = Draft202012Validator(schema, format_checker=FormatChecker(("date",)))

    assert validator.is_valid({"title": "Revisar el contrato", "dueDate": "2026-11-27"})
    assert not validator.is_valid({"title": "Revisar el contrato", "dueDate": "el viernes"})
    assert not validator.is_valid({"title": "Revisar el contrato"})


def test_flows_ask_for_what_their_tools_require() -> None:
    assert set(flows()) == {"CreateTask", "CreateProject", "CreateUser", "UpdateTask"}
    for name, flow in flows().items():
        assert flow["flowType"] == name
        assert set(part(flow, "required")) == set(texts(flow, "tools"))
        for tool in texts(flow, "tools"):
            arguments = part(tools()[tool], "arguments")
            assert set(texts(part(flow, "required"), tool)) == set(texts(arguments, "required"))


def test_flows_speak_every_language() -> None:
    for flow in flows().values():
        for name in ("intent", "examples", "confirmation", "object"):
            assert set(part(flow, name)) == set(LANGUAGES)
        assert all(len(texts(part(flow, "examples"), language)) >= 3 for language in LANGUAGES)


def test_confirmations_name_only_arguments_that_are_always_there() -> None:
    for flow in flows().values():
        (tool,) = texts(flow, "tools")
        arguments = part(tools()[tool], "arguments")
        properties = part(arguments, "properties")
        certain = {name for name in properties if "default" in part(properties, name)}
        for text in part(flow, "confirmation").values():
            always = re.sub(r"\[[^\[\]]*\]", "", str(text))
            assert set(re.findall(r"\{(\w+)\}", str(text))) <= set(properties)
            named = set(re.findall(r"\{(\w+)\}", always))
            assert named <= certain | set(texts(arguments, "required"))


def test_there_is_enough_knowledge_in_both_languages() -> None:
    languages = [document.meta["language"] for document in knowledge()]

    assert len(languages) >= 48
    assert languages.count("es") >= 36
    assert languages.count("en") >= 12


def test_every_document_has_the_whole_front_matter() -> None:
    for document in knowledge():
        meta = document.meta
        assert set(meta) == META, document.file.name
        assert meta["id"] == document.file.stem
        assert meta["language"] in LANGUAGES
        assert meta["scope"] in {"public", "internal"}
        assert meta["kind"] in KINDS
        assert meta["version"] == PACK.name
        assert str(meta["url"]).startswith("https://docs.eira.example/")
        assert isinstance(meta["confidence"], float)
        assert 0 <= meta["confidence"] <= 1
        assert set(texts(meta, "allowedRoles")) <= ROLES
        date.fromisoformat(str(meta["updatedAt"]))


@pytest.mark.parametrize("name", ["id", "title", "url"])
def test_documents_can_be_told_apart(name: str) -> None:
    values = [document.meta[name] for document in knowledge()]

    assert len(set(values)) == len(values)


def test_documents_are_neither_stubs_nor_books() -> None:
    for document in knowledge():
        assert 100 <= len(document.text.split()) <= 350, document.file.name


def test_documents_can_be_quoted_sentence_by_sentence() -> None:
    for document in knowledge():
        for line in document.text.splitlines():
            if line and not line.startswith("#"):
                assert SENTENCE.search(line), f"{document.file.name}: {line}"
                assert line.rstrip("*»”")[-1] in ".:?!", f"{document.file.name}: {line}"


@pytest.mark.parametrize(
    ("fee", "amount"),
    [
        ("[Tt]asa de renovación|renovación de la licencia de actividad cuesta", "92,40 euros"),
        ("tasa de apertura|licencia de apertura de un local cuesta", "184,80 euros"),
        ("renewal fee|renewal of an activity licence costs", "92.40 euros"),
        ("opening licence costs", "184.80 euros"),
    ],
)
def test_a_fee_is_the_same_wherever_it_is_named(fee: str, amount: str) -> None:
    sentences = [
        sentence
        for document in knowledge()
        for sentence in re.split(r"(?<=[.?!])\s|\n", document.text)
        if re.search(fee, sentence) and "euros" in sentence
    ]

    assert sentences
    assert [sentence for sentence in sentences if amount not in sentence] == []


def test_several_documents_say_what_renewing_a_licence_takes() -> None:
    wanted = re.compile(r"[Pp]ara renovar la licencia de actividad necesitas [^.]+\.")
    found = [document.meta["id"] for document in knowledge() if wanted.search(document.text)]

    assert len(found) >= 2
