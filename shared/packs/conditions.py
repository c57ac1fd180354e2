"""What a pack says about checking values: synonyms, records of the ERP, conditions of flows."""

from collections.abc import Iterator, Mapping, Set
from typing import assert_never

from pydantic import ValidationError

from shared.contracts.tools import (
    Arguments,
    Changing,
    EntityRule,
    FlowContract,
    InOrder,
    RightHeld,
    ToolContract,
    Unused,
    Usable,
)
from shared.packs.json_lines import JsonFile, Place
from shared.packs.problems import Problem


def synonym_problems(
    argument: str, schema: Arguments, place: Place, file: JsonFile
) -> Iterator[Problem]:
    values = ("true", "false") if schema.get("type") == "boolean" else schema.get("enum", ())
    for value in schema.get("x-synonyms", {}):
        if value not in values:
            what = f"{value!r} is no value of {argument}"
            yield file.problem((*place, "x-synonyms", value), what, "remove it or add it to enum")


def record_problems(
    tool: ToolContract, file: JsonFile, tools: Mapping[str, ToolContract], unreadable: Set[str]
) -> Iterator[Problem]:
    """Of the arguments that mean a record of the ERP."""
    for argument, schema in tool.arguments.get("properties", {}).items():
        if "x-entity" not in schema:
            continue
        place: Place = ("arguments", "properties", argument, "x-entity")
        try:
            rule = EntityRule.model_validate(schema["x-entity"])
        except ValidationError as error:
            first = error.errors()[0]
            what = f"x-entity: {'.'.join(map(str, first['loc']))}: {first['msg']}"
            yield file.problem(place, what, "correct it")
        else:
            yield from _lookup_problems(rule, place, file, tools, unreadable)


def condition_problems(
    flow: FlowContract, file: JsonFile, tools: Mapping[str, ToolContract], unreadable: Set[str]
) -> Iterator[Problem]:
    for position, condition in enumerate(flow.preconditions):
        place: Place = ("preconditions", position)
        match condition:
            case RightHeld():
                rights = {tools[name].right for name in flow.tools if name in tools}
                if condition.right not in rights and not unreadable:
                    what = f"no tool of the flow needs the right {condition.right!r}"
                    yield file.problem((*place, "right"), what, "correct the name")
                continue
            case InOrder():
                fields: tuple[str, ...] = ("earlier", "later")
            case Usable():
                fields = ("field",)
            case Unused():
                fields = ("field",)
                yield from _lookup_problems(
                    condition.lookup, (*place, "lookup"), file, tools, unreadable
                )
            case Changing():
                fields = ()
                yield from _changing_problems(condition, place, file, tools)
            case _:
                assert_never(condition)
        yield from _field_problems(condition, fields, place, file, tools, unreadable)


def _changing_problems(
    condition: Changing, place: Place, file: JsonFile, tools: Mapping[str, ToolContract]
) -> Iterator[Problem]:
    contract = tools.get(condition.tool)
    known = contract.arguments.get("properties", {}) if contract else condition.fields
    for position, name in enumerate(condition.fields):
        if name not in known:
            what = f"{condition.tool} has no argument {name!r}"
            yield file.problem((*place, "fields", position), what, "correct the name")


def _field_problems(
    condition: InOrder | Usable | Unused | Changing,
    fields: tuple[str, ...],
    place: Place,
    file: JsonFile,
    tools: Mapping[str, ToolContract],
    unreadable: Set[str],
) -> Iterator[Problem]:
    contract = tools.get(condition.tool)
    if contract is None:
        if condition.tool not in unreadable:
            what = f"no such tool: {condition.tool}"
            yield file.problem((*place, "tool"), what, "correct the name or add the tool")
        return
    known = contract.arguments.get("properties", {})
    for field in fields:
        name = getattr(condition, field)
        if name not in known:
            what = f"{condition.tool} has no argument {name!r}"
            yield file.problem((*place, field), what, "correct the name")
        elif isinstance(condition, Usable) and "x-entity" not in known[name]:
            what = f"{name!r} says no record of the ERP"
            yield file.problem((*place, field), what, 'give the argument an "x-entity"')


def _lookup_problems(
    rule: EntityRule,
    place: Place,
    file: JsonFile,
    tools: Mapping[str, ToolContract],
    unreadable: Set[str],
) -> Iterator[Problem]:
    contract = tools.get(rule.tool)
    if contract is None:
        if rule.tool not in unreadable:
            what = f"no such tool: {rule.tool}"
            yield file.problem((*place, "tool"), what, "correct the name or add the tool")
    elif contract.effect:
        what = f"{rule.tool} changes the ERP"
        yield file.problem((*place, "tool"), what, "name a tool that only reads")
    elif rule.query not in contract.arguments.get("properties", {}):
        what = f"{rule.tool} has no argument {rule.query!r}"
        yield file.problem((*place, "query"), what, "correct the name")
    elif strangers := (rule.offer or {}).keys() - contract.arguments["properties"].keys():
        what = f"{rule.tool} has no argument {min(strangers)!r}"
        yield file.problem((*place, "offer"), what, "correct the name")
