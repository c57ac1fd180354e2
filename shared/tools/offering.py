"""How an agent's tools are offered to its model, and what a call that the model wrote comes to.

What the caller has bound is not in the schema that the model sees, and is put in again behind it.
"""

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from shared.contracts.agents import AskedTool
from shared.contracts.credentials import CredentialScope
from shared.contracts.identity import Language
from shared.contracts.outside import Outside, ServerMethod
from shared.contracts.tools import Arguments, JsonSchema, ToolContract
from shared.errors import ErpError
from shared.ports import ModelTool, ServerMethods
from shared.tools.schemas import first_problem
from shared.tools.storable import is_storable

log = logging.getLogger("eira.tools")

MAX_ARGUMENTS = 32_000
"""Characters of JSON that a model may write for one call."""
MAX_NAME = 60
"""Providers take 64; the rest tells apart what would be called the same."""

type MethodsByName = Mapping[tuple[str, str], ServerMethod]


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a call is not made: a key of the wording, and for the model where to look."""

    key: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as a model is offered it; `name` is what this model calls it by.

    `method` is that of a call of `mcp`, whose parameters are what the model writes.
    """

    name: str
    contract: ToolContract
    asked: AskedTool
    method: ServerMethod | None = None


def expanded(asked: Sequence[AskedTool], outside: Outside) -> tuple[AskedTool, ...]:
    """`mcp` without a method becomes one tool for each that may be called, each with its own
    schema; a server goes by its id from here on. What is on no list is left out."""
    return tuple(each for one in asked for each in _expanded(one, outside))


def _expanded(asked: AskedTool, outside: Outside) -> Iterator[AskedTool]:
    if asked.name != "mcp":
        yield asked
        return
    if outside.refused("mcp", asked.args):
        return
    named = outside.server(asked.args.get("server"))
    for server in outside.servers if named is None else (named,):
        method = asked.args.get("method")
        for each in server.methods if method is None else (method,):
            if each in server.methods:
                bound = {**asked.args, "server": server.name, "method": each}
                yield AskedTool(name="mcp", args=bound)


async def declared(
    asked: Sequence[AskedTool], methods: ServerMethods, scope: CredentialScope | None = None
) -> MethodsByName:
    """What the servers of `asked` (`expanded`) declare. Of one that cannot be asked that is
    nothing: its methods are not offered, and whoever speaks goes on without them."""
    servers = dict.fromkeys(str(each.args["server"]) for each in asked if each.name == "mcp")
    found = await asyncio.gather(*(_of(server, methods, scope) for server in servers))
    return {(each.server, each.name): each for one in found for each in one}


async def _of(
    server: str, methods: ServerMethods, scope: CredentialScope | None
) -> Sequence[ServerMethod]:
    try:
        return tuple((await methods.of(server, scope)).values())
    except ErpError as error:
        log.warning("%s", error)
        return ()


def offers(
    asked: Sequence[AskedTool], tools: Mapping[str, ToolContract], methods: MethodsByName
) -> tuple[Offer, ...]:
    """`asked` are `expanded`. What no contract or no server declares is left out; each has a name
    of its own, the same again for the same input."""
    found: list[Offer] = []
    taken: Counter[str] = Counter()
    for one in asked:
        contract = tools.get(one.name)
        method = methods.get((str(one.args.get("server")), str(one.args.get("method"))))
        if contract is None or (contract.kind == "mcp" and method is None):
            continue
        name = _name(one, contract)
        taken[name] += 1
        unique = name if taken[name] == 1 else f"{name}_{taken[name]}"
        found.append(Offer(unique, contract, one, method if contract.kind == "mcp" else None))
    return tuple(found)


def _name(asked: AskedTool, contract: ToolContract) -> str:
    plain = asked.name
    if contract.kind == "mcp":
        plain = f"{asked.args['server']}_{asked.args['method']}"
    return re.sub(r"[^A-Za-z0-9_-]", "_", plain)[:MAX_NAME]


def offered(offer: Offer, language: Language, outside: Outside) -> ModelTool:
    """What the model is told of a tool: nothing of what is bound."""
    contract = offer.contract
    text = offer.method.description if offer.method else contract.description[language]
    if contract.kind == "http":
        text = "\n".join([text, *(rule.told() for rule in outside.http)])
    schema, fixed = _schema(offer)
    shown = schema if offer.method else _for_models(schema)
    return ModelTool(offer.name, text, _without(fixed, shown))


def bound(offer: Offer, arguments: str) -> Arguments | Problem:
    """The arguments that the tool is called with, for what the model wrote."""
    if len(arguments) > MAX_ARGUMENTS:
        return Problem("call_too_large", f"> {MAX_ARGUMENTS}")
    written = read_arguments(arguments)
    if written is None:
        return Problem("call_no_object")
    schema, fixed = _schema(offer)
    for name in sorted(fixed.keys() & written.keys()):
        if written[name] != fixed[name]:
            return Problem("call_bound", name)
    merged = {**({} if offer.method else _defaults(schema)), **written, **fixed}
    if (wrong := first_problem(merged, schema)) is not None:
        return Problem("call_bad_arguments", wrong)
    if offer.method is None:
        return merged
    return {"server": offer.method.server, "method": offer.method.name, "params": merged}


def called(offers: Sequence[Offer], name: str) -> Offer | None:
    """By the name that the model was given; None for a tool that it made up."""
    return next((each for each in offers if each.name == name), None)


def _schema(offer: Offer) -> tuple[JsonSchema, Arguments]:
    """What the arguments are checked against, and those that the caller has chosen."""
    if offer.method is None:
        return offer.contract.arguments, offer.asked.args
    params = offer.asked.args.get("params", {})
    return offer.method.parameters, params if isinstance(params, dict) else {}


def read_arguments(arguments: str) -> Arguments | None:
    """A call without arguments may be an empty text. What no store would keep is refused."""
    try:
        found = json.loads(arguments.strip() or "{}")
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and is_storable(found) else None


def _defaults(schema: JsonSchema) -> Arguments:
    properties = schema.get("properties", {})
    return {name: one["default"] for name, one in properties.items() if "default" in one}


def _without(fixed: Arguments, schema: JsonSchema) -> JsonSchema:
    """The schema of what is left to choose."""
    properties, required = schema.get("properties", {}), schema.get("required", ())
    return {
        "type": "object",
        **{name: each for name, each in schema.items() if name != "$schema"},
        "properties": {name: each for name, each in properties.items() if name not in fixed},
        "required": [name for name in required if name not in fixed],
    }


def _for_models(schema: JsonSchema) -> JsonSchema:
    """Without what a contract says to people, to forms and to the code that checks."""
    properties = {
        name: {key: value for key, value in each.items() if not key.startswith("x-")}
        for name, each in schema["properties"].items()
    }
    return {**schema, "properties": properties}
