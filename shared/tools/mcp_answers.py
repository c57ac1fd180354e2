"""What the answer of an MCP server comes to: its text, its structure, and the names of the rest."""

from typing import TYPE_CHECKING

from shared.tools.storable import is_storable

if TYPE_CHECKING:
    from mcp import MCPError
    from mcp_types import CallToolResult

NOT_OF_THE_METHOD = frozenset({-32000, -32001, -32600, -32603, -32700})
"""JSON-RPC codes that the SDK also gives when the connection, not the method, has failed: closed,
timed out, answered by something else (a redirect, a page), internal, unreadable."""


def said_by(error: "MCPError") -> bool:
    """Whether the server has refused the call, rather than never answered it."""
    return error.code not in NOT_OF_THE_METHOD


def result_of(answer: "CallToolResult") -> dict[str, object]:
    """`json` is the structured content, `text` the blocks of text unless they say the same in other
    words; what is neither, or could not be kept as it is, is named by `omitted`."""
    texts = [block.text for block in answer.content if block.type == "text"]
    omitted: set[str] = {block.type for block in answer.content if block.type != "text"}
    told: dict[str, object] = {}
    structured = answer.structured_content
    if structured is not None and is_storable(structured):
        told["json"] = structured
    elif texts:
        told["text"] = "\n".join(texts)
    elif structured is not None:
        omitted.add("structured")
    return told | ({"omitted": sorted(omitted)} if omitted else {})
