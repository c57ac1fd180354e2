"""What the answer of an MCP server comes to: its text, its structure, and the names of the rest."""

from typing import TYPE_CHECKING

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
    words; what is neither is named by `omitted`."""
    texts = [block.text for block in answer.content if block.type == "text"]
    omitted = sorted({block.type for block in answer.content if block.type != "text"})
    told: dict[str, object] = {}
    if answer.structured_content is not None:
        told["json"] = answer.structured_content
    elif texts:
        told["text"] = "\n".join(texts)
    return told | ({"omitted": omitted} if omitted else {})
