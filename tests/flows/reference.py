"""The reference of docs/flows.md, from the schemas and the wording.

`python -m tests.flows.reference` writes it anew; a test fails while it is old.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shared.contracts.flow_wording import OF_FLOWS
from shared.flows.calling import SENT_BY
from shared.flows.schemas import schemas

type Schema = dict[str, Any]

PAPER = Path(__file__).parents[2] / "docs" / "flows.md"
BEGIN, END = "<!-- reference: generated -->\n", "<!-- end of reference -->\n"
KINDS = {
    "string": "text",
    "boolean": "true or false",
    "array": "list",
    "integer": "whole number",
}
OF_EVERY_NODE = ("type", "id", "label", "ui", "__sim_only")


def reference() -> str:
    """The lines between the two marks."""
    return "\n".join([*_nodes(), *_sent(), *_codes(), ""])


def _nodes() -> Iterator[str]:
    for kind, schema in schemas().nodes.items():
        yield f"### `{kind}`\n"
        # What is said of the fields of a call is in the paper on the API.
        told = schema["description"].split("\n\nOne call of an agent")[0]
        yield " ".join(told.split()) + "\n"
        yield "| field | form |\n|---|---|"
        for name, each in schema["properties"].items():
            if name not in OF_EVERY_NODE:
                must = " (required)" if name in schema["required"] else ""
                yield f"| `{name}`{must} | {_form(each, schema['$defs'])} |"
        yield ""


def _form(schema: Schema, definitions: dict[str, Schema]) -> str:
    text = _kind(schema, definitions)
    default = schema.get("default")
    if default not in (None, {}, [], ""):
        shown = str(default).lower() if isinstance(default, bool) else default
        text += f", default `{shown}`"
    return text


def _kind(schema: Schema, definitions: dict[str, Schema]) -> str:
    match schema:
        case {"$ref": str(name)}:
            return _kind(definitions[name.rpartition("/")[2]], definitions)
        case {"anyOf": list(forms)}:
            told = dict.fromkeys(_kind(each, definitions) for each in forms)
            return " or ".join(each for each in told if each != "template") or "text"
        case {"title": "template"}:
            return "template"
        case {"enum": list(values)}:
            return ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"type": "array", "items": dict(items)} if "x-block" in schema:
            return "list of nodes"
        case {"type": "array", "items": dict(items)}:
            return f"list of {_kind(items, definitions) if items else 'anything'}"
        case {"type": "object"} if "properties" in schema:
            return "object with " + ", ".join(f"`{name}`" for name in schema["properties"])
        case {"type": str(kind)}:
            return KINDS.get(kind, kind) + _bounds(schema)
        case _:
            return "anything"


def _bounds(schema: Schema) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None:
        return ""
    return f", {least} to {most}" if most is not None else f", {least} or more"


def _sent() -> Iterator[str]:
    yield "### What each profile sends\n"
    yield "| profile | fields |\n|---|---|"
    for profile, fields in SENT_BY.items():
        yield f"| `{profile}` | {', '.join(f'`{name}`' for name in fields)} |"
    yield ""


def _codes() -> Iterator[str]:
    yield "### Codes\n"
    yield "| code | what is told |\n|---|---|"
    for key, sentences in OF_FLOWS.items():
        shown = re.sub(r"\{(\w+)\}", r"…", sentences["en"])
        yield f"| `{key.removeprefix('flow_')}` | {shown} |"


def written(paper: str) -> str:
    """The paper with the reference as it is now."""
    before, rest = paper.split(BEGIN)
    return before + BEGIN + reference() + END + rest.split(END)[1]


if __name__ == "__main__":
    PAPER.write_text(written(PAPER.read_text("utf-8")), "utf-8")
