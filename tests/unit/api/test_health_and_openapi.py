"""Liveness, and the document that describes the API."""

import json

from api.health import health
from api.openapi import build, openapi
from tests.fakes.http import read, request
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import World
from tests.unit.test_function_app import ROUTES


async def test_health_says_what_is_configured_without_a_token_and_without_secrets() -> None:
    deps = World().deps()
    answer = await read(await health(lambda: deps)(request(), FakeOrchestrations()))
    assert answer.status == 200
    assert answer.json == {
        "status": "ok", "packVersion": deps.packs.current, "indexes": ["cerebro"]
    }  # fmt: skip
    assert answer.headers["x-correlation-id"]


async def test_the_document_is_served_as_json() -> None:
    answer = await read(await openapi(request(), FakeOrchestrations()))
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json == json.loads(json.dumps(build()))


def test_the_document_has_every_route_and_no_other() -> None:
    described = {
        (method.upper(), path.lstrip("/"))
        for path, operations in build()["paths"].items()
        for method in operations
    }
    assert described == set(ROUTES.values())


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = build()
    text = json.dumps(document)
    schemas = document["components"]["schemas"]
    references = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert references <= set(schemas)
    assert "$defs" not in text


def test_every_route_but_health_and_the_document_asks_for_a_token() -> None:
    document = build()
    assert document["security"] == [{"bearer": []}]
    open_routes = {
        path
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if operation.get("security") == []
    }
    assert open_routes == {"/health", "/openapi.json"}
