"""JSON answers."""

from azurefunctions.extensions.http.fastapi import Response

from shared.contracts.base import Contract


def json_answer(
    content: Contract, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    body = content.model_dump_json(by_alias=True, exclude_none=True)
    return Response(body, status, headers or {}, media_type="application/json")
