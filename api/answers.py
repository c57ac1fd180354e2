"""JSON answers."""

from azurefunctions.extensions.http.fastapi import Response

from shared.contracts.base import Contract

AS_NO_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def json_text(content: Contract) -> str:
    """The same JSON, written so that nobody can take a piece of it for HTML: these characters
    stand in texts only, where they may be written as escapes (RFC 8259, section 7)."""
    return content.model_dump_json(by_alias=True, exclude_none=True).translate(AS_NO_MARKUP)


def json_answer(
    content: Contract, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(json_text(content), status, headers or {}, media_type="application/json")
