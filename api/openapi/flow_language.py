"""Prints what the flow language is made of, for the interpreter in TypeScript, which has it from
`frontend/projects/flow-engine/src/lib/language.json`."""

import json
import re
import sys
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from api.simulator_keys import HEADER
from shared.contracts.chat import ModelBlock, NamedTool, RuntimeBlock
from shared.contracts.credentials import KEYED_TOOLS, OTHER_NAMES
from shared.contracts.flow_wording import OF_EXPRESSIONS, OF_FLOWS
from shared.contracts.flows import names
from shared.contracts.flows.document import Edge, FlowForm, FlowMeta, FlowSchemas
from shared.contracts.flows.nodes import BLOCKS, NODES, OF_THE_NODE, AgentCallNode
from shared.contracts.search import FLAT_SPELLINGS, MAX_INDEXES, SearchIntent
from shared.contracts.sent import names_of
from shared.contracts.wording import WORDING
from shared.flows import calling, cleaning, evaluating, exporting, expressions, graph
from shared.flows.node_checks import USUAL_SETTINGS
from shared.flows.schemas import schemas
from shared.flows.stepping import SAVED
from shared.flows.text_checks import RESOLVED
from shared.flows.variable_checks import GIVEN

_PARTS: tuple[type[BaseModel], ...] = (
    FlowForm, FlowMeta, Edge, SearchIntent, ModelBlock, RuntimeBlock, NamedTool,
)  # fmt: skip

_LABELS = ("x-label", "x-help", "x-choices", "x-limit")


def language() -> dict[str, Any]:
    """As JSON has it."""
    found = _without_labels(schemas())
    whole = found.flow["anyOf"][0]
    inner = {name: each for name, each in found.flow["$defs"].items() if _is_of_the_envelope(name)}
    return {
        "limits": {**found.limits, **_limits()},
        "simOnly": {"marker": names.SIM_ONLY, "key": names.SIM_KEY, "meta": names.SIM_META},
        "keys": {"header": HEADER, "tools": KEYED_TOOLS, "otherNames": OTHER_NAMES},
        "nodes": found.nodes,
        "flow": {**whole, "$defs": inner},
        "spellings": _spellings(),
        "ofTheNode": [names_of(AgentCallNode)[field][0] for field in OF_THE_NODE],
        "blocks": BLOCKS,
        "ports": graph.OF_TYPE,
        "calls": {
            "sentBy": calling.SENT_BY,
            "never": calling.NEVER,
            "notGenerative": sorted(calling.NOT_GENERATIVE),
            "flatSpellings": FLAT_SPELLINGS,
            "saved": SAVED,
        },
        "texts": {"resolved": RESOLVED, "given": GIVEN, "usualSettings": USUAL_SETTINGS},
        "expressions": {
            "reserved": sorted(names.RESERVED),
            "functions": expressions.FUNCTIONS,
            "macros": sorted(expressions.MACROS),
            "string": expressions.STRING,
            "refused": expressions.REFUSED,
            "sign": expressions.SIGN.replace("(?P<", "(?<"),
            "number": evaluating.NUMBER.pattern,
            "all": evaluating.ALL,
        },
        "exports": {
            "keptOfSecureValue": exporting.KEPT_OF_SECURE_VALUE,
            "names": cleaning.NAMES.pattern,
            "values": cleaning.VALUES.pattern,
        },
        "wording": _wording(),
    }


def _without_labels(found: FlowSchemas) -> FlowSchemas:
    """What forms are made with is of no use to an interpreter, and a third of the schemas."""
    return FlowSchemas.model_validate(_plain(found.model_dump(by_alias=True)))


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {name: _plain(each) for name, each in value.items() if name not in _LABELS}
        case list():
            return [_plain(each) for each in value]
        case _:
            return value


def _limits() -> dict[str, int]:
    return {
        "variables": names.MAX_VARIABLES_BYTES,
        "nesting": expressions.MAX_NESTING,
        "expressionDepth": expressions.MAX_DEPTH,
        "work": evaluating.MAX_WORK,
        "charactersOfAPart": evaluating.OF_A_PART,
        "leastSecret": cleaning.LEAST_SECRET,
        "indexes": MAX_INDEXES,
        "defaultIterations": names.DEFAULT_ITERATIONS,
        "defaultParallel": names.DEFAULT_PARALLEL,
    }


def _is_of_the_envelope(name: str) -> bool:
    return "." not in name and name != "node" and name not in NODES


def _spellings() -> dict[str, Mapping[str, list[str]]]:
    """By node type, or by the name of a part, the other names of fields by the documented one."""
    every: dict[str, type[BaseModel]] = {**NODES, **{each.__name__: each for each in _PARTS}}
    return {
        name: {
            documented: others
            for documented, *others in names_of(model).values()
            if others
        }
        for name, model in every.items()
    }  # fmt: skip


def _wording() -> dict[str, Mapping[str, str]]:
    of_fields = {key: each for key, each in WORDING.items() if re.match(r"field_|or$", key)}
    return {**of_fields, **OF_FLOWS, **OF_EXPRESSIONS}  # type: ignore[dict-item]


def main() -> None:
    sys.stdout.write(json.dumps(language(), ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    main()
