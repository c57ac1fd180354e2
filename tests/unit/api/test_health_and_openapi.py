"""Liveness, and the document that describes the API."""

import json

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.answers import json_text
from api.edge import EXPOSED
from api.health import health
from api.openapi.document import build, openapi
from api.openapi.examples import EVENTS
from api.openapi.operations import Operation
from api.openapi.routes import ROUTES as ROUTES_OF_THE_DOCUMENT
from api.problems import TITLES
from shared.contracts.events import RUN_EVENT
from shared.contracts.problems import Problem
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


def test_a_page_of_another_origin_may_read_every_header_of_the_document() -> None:
    document = build()
    replies = [*document["components"].get("responses", {}).values()]
    for operations in document["paths"].values():
        for operation in operations.values():
            replies += operation["responses"].values()
    told = {name.lower() for reply in replies for name in reply.get("headers", {})}
    (exposed,) = EXPOSED.values()
    assert told == {name.strip().lower() for name in exposed.split(",")}


def test_the_document_has_every_route_and_no_other() -> None:
    described = {
        (method.upper(), path.lstrip("/"))
        for path, operations in build()["paths"].items()
        for method in operations
    }
    assert described == set(ROUTES.values())


def test_the_document_is_openapi() -> None:
    OpenAPIV31SpecValidator(build()).validate()


OPERATIONS = [each for each in ROUTES_OF_THE_DOCUMENT if not each.open]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_what_is_shown_as_an_example_is_one(operation: Operation) -> None:
    for _, sent in operation.examples:
        assert operation.body is not None
        operation.body.model_validate_json(json.dumps(sent))
    for reply in operation.replies:
        for (_, shown), model in zip(reply.examples, reply.models, strict=True):
            written = model.model_validate_json(json.dumps(shown))
            assert json.loads(json_text(written)) == shown


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_operation_that_takes_or_answers_something_shows_it(operation: Operation) -> None:
    assert operation.body is None or operation.examples
    assert all(reply.examples for reply in operation.replies if reply.models)
    assert {"401", "500", "503", "504"} <= set(operation.every_error)


def test_the_events_of_a_run_are_a_union_told_apart_by_their_type() -> None:
    union = build()["components"]["schemas"]["RunEvent"]
    told = set(union["discriminator"]["mapping"])
    assert {"state", "text", "agent_turn", "handoff", "tool", "error", "done"} <= told
    examples_of_events = [
        line.removeprefix("data: ") for line in EVENTS.splitlines() if line.startswith("data: ")
    ]
    assert [RUN_EVENT.validate_json(line).type for line in examples_of_events] == [
        "state", "tool", "text", "done"
    ]  # fmt: skip


def test_every_status_of_a_problem_is_documented_with_an_example() -> None:
    responses = build()["components"]["responses"]
    assert set(map(int, responses)) == set(TITLES)
    for code, response in responses.items():
        [shown] = response["content"]["application/problem+json"]["examples"].values()
        problem = Problem.model_validate(shown["value"])
        assert problem.status == int(code)
        assert "{" not in problem.detail


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
