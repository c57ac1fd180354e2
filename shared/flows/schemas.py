"""JSON Schemas of the flow language, from its contracts: what an editor makes its forms of."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from shared.contracts.chat import ModelBlock, NamedTool, RuntimeBlock
from shared.contracts.flows import names
from shared.contracts.flows.document import Edge, FlowForm, FlowMeta, FlowSchemas
from shared.contracts.flows.nodes import BLOCKS, NODES, AgentCallNode
from shared.contracts.search import SearchIntent
from shared.contracts.sent import names_of
from shared.flows.calling import NEVER, SENT_BY
from shared.flows.labelling import label
from shared.flows.text_checks import RESOLVED

type Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
HERE = "#/$defs/"
PLACEHOLDER = {"type": "string", "pattern": r"\$\{|\{\{", "title": "template"}
NOT_TEMPLATED = ("NodeId", "VariableName", "OnError")
NOT_IN_A_NODE = ("sessionId", "onDisconnect", "agentId", "profile")
LISTED: Mapping[str, str] = {
    "participants": "participants",
    "indexes": "indexes",
    "index": "indexes",
    "search_index": "indexes",
    "search_indexes": "indexes",
    "semanticConfiguration": "semanticConfigurations",
    "semantic_config": "semanticConfigurations",
    "tooling": "tools",
    "alias": "aliases",
    "profile": "profiles",
    "default_credential_profile": "profiles",
}
"""Fields whose values `GET /api/catalog` has, and where."""
OBJECTS = frozenset({"query", "headers", "credentials"})
"""Of a `rest_call`: templates stand in their members, and not for all of them."""
_MODELS: tuple[type[BaseModel], ...] = (
    SearchIntent, ModelBlock, RuntimeBlock, NamedTool, FlowMeta, Edge, FlowForm,
)  # fmt: skip


@cache
def schemas() -> FlowSchemas:
    nodes = {kind: _of_node(kind, model) for kind, model in NODES.items()}
    flow = _plain(FlowForm)
    label("flow", flow)
    flow["properties"]["nodes"]["items"] = {"$ref": "#/$defs/node"}
    definitions = flow.pop("$defs", {})
    for kind, schema in nodes.items():
        # The same name has another form where templates may stand for it.
        inner = json.loads(json.dumps(schema).replace(f'"{HERE}', f'"{HERE}{kind}.'))
        own = inner.pop("$defs", {})
        definitions |= {f"{kind}.{name}": each for name, each in own.items()}
        definitions[kind] = {name: each for name, each in inner.items() if name != "$schema"}
    definitions["node"] = {"anyOf": [{"$ref": f"#/$defs/{kind}"} for kind in nodes]}
    limits = {
        "nodes": names.MAX_NODES,
        "blockDepth": names.MAX_DEPTH,
        "iterations": names.MAX_ITERATIONS,
        "parallel": names.MAX_PARALLEL,
        "steps": names.MAX_STEPS,
        "text": names.MAX_TEXT,
        "expression": names.MAX_EXPRESSION,
        "templates": names.MAX_TEMPLATES,
        "expressions": names.MAX_EXPRESSIONS,
    }
    as_list = {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": names.MAX_NODES}
    whole = {"$schema": DRAFT, "anyOf": [flow, as_list], "$defs": definitions}
    return FlowSchemas(flow=whole, nodes=nodes, limits=limits)


def _of_node(kind: str, model: type[BaseModel]) -> Schema:
    schema = _plain(model)
    properties: dict[str, Schema] = schema["properties"]
    if model is AgentCallNode:
        for name in NOT_IN_A_NODE:
            del properties[name]
        schema["x-sent-by"] = {
            profile: [name for name in properties if name in fields and name not in NEVER]
            for profile, fields in SENT_BY.items()
        }
    for called in BLOCKS.get(kind, {}):
        properties[called] = {
            "type": "array",
            "items": {"type": "object", "required": ["type"]},
            "x-block": True,
        }
    templated = set(properties) - {"type", "id", "label", "ui", "__sim_only", "save_as"}
    if model is not AgentCallNode:
        templated &= {*RESOLVED.get(kind, ())} - OBJECTS
    for name, each in properties.items():
        if name in LISTED:
            each["x-catalog"] = LISTED[name]
        if name in templated:
            properties[name] = _or_template(each)
    if model is AgentCallNode:
        _templates_within(schema["$defs"])
    label(kind, schema)
    schema["required"] = ["type", *(n for n in schema.get("required", ()) if n != "type")]
    return {"$schema": DRAFT, **schema}


def _templates_within(definitions: dict[str, Schema]) -> None:
    """Of an `agent_call` templates stand in all that it says to the agent."""
    for name, each in definitions.items():
        if name in NOT_TEMPLATED:
            continue
        if each.get("type") == "object":
            inner = each.get("properties", {})
            each["properties"] = {field: _or_template(schema) for field, schema in inner.items()}
        else:
            definitions[name] = _or_template(each)


def _plain(model: type[BaseModel]) -> Schema:
    """Each field under the name that is documented only, and without null, which is the same as
    leaving it out."""
    schema = model.model_json_schema(mode="validation", by_alias=True)
    by_name = {each.__name__: each for each in _MODELS}
    _keep_documented(schema, model)
    for name, definition in schema.get("$defs", {}).items():
        if name in by_name:
            _keep_documented(definition, by_name[name])
    return schema


def _keep_documented(schema: Schema, model: type[BaseModel]) -> None:
    kept = [names[0] for names in names_of(model).values()]
    schema["properties"] = {name: _without_null(schema["properties"][name]) for name in kept}
    for name, each in schema["properties"].items():
        each["title"] = name
        if name in LISTED:
            each["x-catalog"] = LISTED[name]


def _without_null(schema: Schema) -> Schema:
    forms = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if "anyOf" not in schema or len(forms) == len(schema["anyOf"]):
        return dict(schema)
    rest = {n: e for n, e in schema.items() if n != "anyOf" and (n, e) != ("default", None)}
    return {**forms[0], **rest} if len(forms) == 1 else {"anyOf": forms, **rest}


def _or_template(schema: Schema) -> Schema:
    """A text is one anyway; anything else may be a template of it."""
    if schema.get("type") == "string" and "pattern" not in schema and "enum" not in schema:
        return {**schema, "x-template": True}
    if not {"type", "anyOf", "$ref", "enum", "const"} & schema.keys():
        return {**schema, "x-template": True}
    names = ("title", "default", "description", "x-catalog")
    beside: Schema = {name: schema[name] for name in names if name in schema}
    form = {n: each for n, each in schema.items() if n not in beside}
    return {"anyOf": [form, PLACEHOLDER], "x-template": True, **beside}
