"""Liveness, and what is configured; no secrets."""

from collections.abc import Callable

from azurefunctions.extensions.http.fastapi import Request, Response

from api.answers import json_answer
from api.edge import SAFE_HEADERS, Endpoint, correlation_id_of
from shared.contracts.base import Contract
from shared.ports import Dependencies, Orchestrations


class Health(Contract):
    status: str
    pack_version: str
    indexes: tuple[str, ...]


def health(get_dependencies: Callable[[], Dependencies]) -> Endpoint:
    async def endpoint(request: Request, _: Orchestrations) -> Response:
        deps = get_dependencies()
        view = Health(status="ok", pack_version=deps.packs.current, indexes=deps.policy.indexes)
        return json_answer(
            view, headers=SAFE_HEADERS | {"x-correlation-id": correlation_id_of(request)}
        )

    return endpoint
