"""What the contracts of a pack must agree on, beyond the shape of each."""

import re
from collections.abc import Iterator, Mapping, Sequence, Set

from shared.contracts.identity import Language
from shared.contracts.tools import Arguments, FlowContract, RestCall, ToolContract
from shared.packs.conditions import condition_problems, synonym_problems
from shared.packs.json_lines import JsonFile, Place
from shared.packs.problems import Problem

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
RECONCILED_BY = "effectId"
"""What a reconciliation query may name besides the arguments."""


def tool_problems(
    name: str, tool: ToolContract, file: JsonFile, languages: Sequence[Language]
) -> Iterator[Problem]:
    """`name` is the file's."""
    if tool.name != name:
        what = f"name is {tool.name!r} in a file called {name!r}"
        yield file.problem(("name",), what, "give both the same name")
    yield from _untranslated(("description",), tool.description, file, languages)
    properties = tool.arguments.get("properties")
    if not isinstance(properties, dict) or tool.arguments.get("additionalProperties") is not False:
        what = "the arguments are not a closed object"
        remedy = 'give them "properties" and "additionalProperties": false'
        yield file.problem(("arguments",), what, remedy)
        return
    for argument, schema in properties.items():
        yield from _argument_problems(argument, schema, file, languages)
    yield from _kind_problems(tool, file)
    yield from _unknown_arguments(tool, properties, file)
    yield from _approval_problems(tool, properties, file)


def _kind_problems(tool: ToolContract, file: JsonFile) -> Iterator[Problem]:
    needed = {"rest": "request", "cerebro": "operation"}.get(tool.kind)
    for name in ("request", "operation"):
        if (getattr(tool, name) is not None) != (name == needed):
            verb = "needs" if name == needed else "has no"
            remedy = "add it" if name == needed else "remove it"
            yield file.problem((name,), f"a tool of kind {tool.kind!r} {verb} {name!r}", remedy)


def _argument_problems(
    argument: str, schema: Arguments, file: JsonFile, languages: Sequence[Language]
) -> Iterator[Problem]:
    place: Place = ("arguments", "properties", argument)
    yield from _untranslated((*place, "x-label"), schema.get("x-label", {}), file, languages)
    choices = schema.get("x-choices", {})
    for value in schema.get("enum", ()):
        yield from _untranslated((*place, "x-choices", value), choices.get(value, {}), file,
                                 languages)  # fmt: skip
    for value in choices:
        if value not in schema.get("enum", ()):
            what = f"{value!r} is no value of {argument}"
            yield file.problem((*place, "x-choices", value), what, "remove it or add it to enum")
    yield from synonym_problems(argument, schema, place, file)


def _unknown_arguments(
    tool: ToolContract, properties: Arguments, file: JsonFile
) -> Iterator[Problem]:
    """Arguments that are named somewhere and declared nowhere."""
    named: dict[Place, Set[str]] = {
        ("arguments", "required"): {*tool.arguments.get("required", ())},
        ("sensitive",): {*tool.sensitive},
    }
    if tool.request:
        named["request",] = _named(tool.request)
    if tool.reconcile:
        named["reconcile",] = _named(tool.reconcile) - {RECONCILED_BY}
    for place, names in named.items():
        for name in sorted(names - properties.keys()):
            what = f"there is no argument {name!r}"
            yield file.problem(place, what, "declare it under arguments.properties or remove it")


def _named(call: RestCall) -> set[str]:
    """The arguments that a request's path and query are made of."""
    path = set(_PLACEHOLDER.findall(call.path))
    if isinstance(call.query, dict):
        return path | {name for text in call.query.values() for name in _PLACEHOLDER.findall(text)}
    return path | set(call.query)


def _approval_problems(
    tool: ToolContract, properties: Arguments, file: JsonFile
) -> Iterator[Problem]:
    approval = tool.approval
    match approval.when:
        case "above":
            if approval.field not in properties:
                what = f"there is no argument {approval.field!r} to compare"
                yield file.problem(("approval", "field"), what, "name one of the arguments")
            if approval.amount is None:
                what = "no amount is said above which somebody approves"
                yield file.problem(("approval", "amount"), what, "add it")
        case "roles":
            if not approval.roles:
                what = "no role is said that needs an approval"
                yield file.problem(("approval", "roles"), what, "name at least one")
        case "always" | "never":
            return


def flow_problems(
    name: str,
    flow: FlowContract,
    file: JsonFile,
    languages: Sequence[Language],
    tools: Mapping[str, ToolContract],
    unreadable: Set[str],
) -> Iterator[Problem]:
    """`name` is the file's; `unreadable` tools are there and could not be read."""
    if flow.flow_type != name:
        what = f"flowType is {flow.flow_type!r} in a file called {name!r}"
        yield file.problem(("flowType",), what, "give both the same name")
    for translated in ("intent", "confirmation", "object"):
        yield from _untranslated((translated,), getattr(flow, translated), file, languages)
    for position, tool in enumerate(flow.tools):
        if tool not in tools and tool not in unreadable:
            what = f"no such tool: {tool}"
            yield file.problem(("tools", position), what, "correct the name or add the tool")
    for tool, fields in flow.required.items():
        if tool not in flow.tools:
            what = f"{tool} is not among the flow's tools"
            yield file.problem(("required", tool), what, "add it there or remove it here")
        elif tool in tools:
            yield from _unknown_fields(tool, fields, tools[tool], file)
    yield from _confirmation_problems(flow, file, tools)
    yield from condition_problems(flow, file, tools, unreadable)


def _unknown_fields(
    tool: str, fields: Sequence[str], contract: ToolContract, file: JsonFile
) -> Iterator[Problem]:
    for position, field in enumerate(fields):
        if field not in contract.arguments.get("properties", {}):
            what = f"{tool} has no argument {field!r}"
            yield file.problem(("required", tool, position), what, "correct the name")


def _confirmation_problems(
    flow: FlowContract, file: JsonFile, tools: Mapping[str, ToolContract]
) -> Iterator[Problem]:
    if not set(flow.tools) <= tools.keys():
        return
    known = {field for tool in flow.tools for field in tools[tool].arguments.get("properties", {})}
    for language, text in flow.confirmation.items():
        for name in _PLACEHOLDER.findall(text):
            if name not in known:
                what = f"no tool of the flow has an argument {name!r}"
                yield file.problem(("confirmation", language), what, "correct the name in braces")


def _untranslated(
    place: Place, texts: Mapping[Language, str], file: JsonFile, languages: Sequence[Language]
) -> Iterator[Problem]:
    for language in languages:
        if not texts.get(language):
            name = ".".join(map(str, place))
            yield file.problem(place, f"{name} has no text in {language!r}", "write it")
