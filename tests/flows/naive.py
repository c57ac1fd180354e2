"""What a flow of assignments, conditions and loops comes to, told in the plainest way: a recursive
walk over its JSON. It is what the interpreter is measured by."""

from typing import Any

from shared.flows.evaluating import evaluate
from shared.flows.templates import resolve

type Node = dict[str, Any]
type Variables = dict[str, Any]


def walk(nodes: list[Node], variables: Variables) -> list[str]:
    """Changes the variables; answers what was said."""
    said: list[str] = []
    for node in nodes:
        match node["type"]:
            case "response":
                said.append(str(resolve(node["text"], variables)))
            case "assign_var":
                _assign(node, variables)
            case "condition":
                chosen = "then" if evaluate(node["expression"], variables) else "else"
                said += walk(node.get(chosen, []), variables)
            case _:
                said += _loop(node, variables)
    return said


def _assign(node: Node, variables: Variables) -> None:
    value, name = resolve(node["value"], variables), node["name"]
    if node.get("mode") == "append":
        variables[name] = [*variables.get(name, []), value]
    else:
        variables[name] = value


def _loop(node: Node, variables: Variables) -> list[str]:
    said: list[str] = []
    names = (node["item_as"], node["index_as"])
    kept = {name: variables[name] for name in names if name in variables}
    results = []
    for index, item in enumerate(node["over"]):
        variables.update(zip(names, (item, index), strict=True))
        said += walk(node["body"], variables)
        results.append(resolve(node["collect"], variables))
    for name in names:
        variables.pop(name, None)
    variables.update(kept)
    variables[node["save_as"]] = results
    return said
