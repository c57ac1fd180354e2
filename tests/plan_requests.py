"""The example requests of the integration plan, as `POST /api/chat` gets them."""

import json
from pathlib import Path
from typing import Any

type Body = dict[str, Any]

PLAN: dict[str, dict[str, Body]] = {
    kind: found
    for kind, found in json.loads(Path(__file__).with_suffix(".json").read_text("utf-8")).items()
    if kind != "about"
}
OF_THE_FLOW = ("type", "save_as")
"""What a node says to the flow, and not to the agent."""


def plan_requests() -> dict[str, Body]:
    """Every example by name; a flow's node as its runtime sends it."""
    nodes = {name: _sent(node) for name, node in PLAN["nodes"].items()}
    tools = {
        f"tool: {name}": {"message": "requisitos renovación licencia", "tools": [tool]}
        for name, tool in PLAN["tools"].items()
    }
    return {**PLAN["requests"], **nodes, **tools}


def _sent(node: Body) -> Body:
    own = {name: value for name, value in node.items() if name not in OF_THE_FLOW}
    return {"sessionId": "flow-1", "message": "Hola", **own}
