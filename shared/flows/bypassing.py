"""Taking nodes out of a graph that is written with edges."""

from collections.abc import Mapping
from typing import Any

type JsonObject = dict[str, Any]


def bypassed(
    flow: Mapping[str, Any], kept: list[Any], edges: list[Any]
) -> tuple[list[Any], list[Any]]:
    """The nodes that are kept, and edges that lead past the others: who went into one of these goes
    on where its `next` led. Where the flow began with one, it begins behind it."""
    left = {name for each in kept if (name := _id(each))}
    gone = {name for each in flow["nodes"] if (name := _id(each)) and name not in left}
    if not gone:
        return kept, edges
    after = {
        source: each.get("to")
        for each in edges
        if (source := _source(each)) in gone and _port(each) == "next"
    }
    found = []
    for edge in edges:
        if _source(edge) in gone:
            continue
        target = _past(edge.get("to"), gone, after) if isinstance(edge, Mapping) else None
        if target is not None:
            found.append({**edge, "to": target})
    return _begun(flow, kept, gone, after), found


def _past(name: Any, gone: set[str], after: Mapping[str, Any]) -> Any:
    seen = set()
    while isinstance(name, str) and name in gone and name not in seen:
        seen.add(name)
        name = after.get(name)
    return None if isinstance(name, str) and name in gone else name


def _begun(
    flow: Mapping[str, Any], kept: list[Any], gone: set[str], after: Mapping[str, Any]
) -> list[Any]:
    edges = [each for each in flow["edges"] if isinstance(each, Mapping)]
    led_to = {each["to"] for each in edges if isinstance(each.get("to"), str)}
    names = [_id(each) for each in flow["nodes"]]
    start = next((name for name in names if name not in led_to), names[0] if names else None)
    if start not in gone:
        return kept
    first = _past(start, gone, after)
    return sorted(kept, key=lambda each: _id(each) != first)


def _id(node: Any) -> str | None:
    name = node.get("id") if isinstance(node, Mapping) else None
    return name if isinstance(name, str) else None


def _source(edge: Any) -> str | None:
    name = edge.get("from") if isinstance(edge, Mapping) else None
    return name if isinstance(name, str) else None


def _port(edge: Mapping[str, Any]) -> Any:
    return edge.get("port") or "next"
