"""The OpenAPI 3.1 document, generated from the contracts and the table of routes."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal

from azurefunctions.extensions.http.fastapi import Request, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.edge import SAFE_HEADERS
from api.openapi import examples
from api.openapi.operations import JSON, Operation, Parameter, Reply
from api.openapi.routes import ROUTES
from api.problems import TITLES
from shared.contracts.events import RUN_EVENT, TIMELINE_EVENT
from shared.contracts.problems import Problem
from shared.contracts.wording import say
from shared.ports import Orchestrations

type Json = dict[str, Any]
type Mode = Literal["validation", "serialization"]
type Refs = dict[type[BaseModel], Json]

REF = "#/components/schemas/{model}"
EVENT_STREAM = "text/event-stream"
ERRORS: dict[str, tuple[str, str, str]] = {
    "400": ("A field is wrong; `errors` points to it.", "INVALID_REQUEST", "invalid_request"),
    "401": ("No valid access token.", "UNAUTHENTICATED", "token_missing"),
    "403": (
        "A right is missing, or what was named is on no list of the settings.",
        "NOT_ALLOWED",
        "search_index_not_allowed",
    ),
    "404": ("Not there, or not yours.", "NOT_FOUND", "conversation_not_found"),
    "409": (
        "Something else was there first: a run under way or over, another body with the same "
        "Idempotency-Key, a decision.",
        "CONVERSATION_BUSY",
        "conversation_busy",
    ),
    "410": ("It is too late.", "EXPIRED", "approval_expired_gone"),
    "412": (
        "Somebody else has saved it meanwhile: `newest` says who, when and as which version.",
        "VERSION_CONFLICT",
        "flow_changed",
    ),
    "413": ("The message, the context or the body is too large.", "TOO_LARGE", "body_too_large"),
    "415": ("The body is not JSON.", "UNSUPPORTED_MEDIA_TYPE", "unsupported_media_type"),
    "422": ("The content filter stopped it.", "CONTENT_BLOCKED", "content_blocked"),
    "428": (
        "`If-Match` is missing: which version was edited?",
        "PRECONDITION_REQUIRED",
        "flow_unconditional",
    ),
    "429": ("Too many requests; see Retry-After.", "MODEL_RATE_LIMIT", "model_rate_limit"),
    "500": ("A defect of ours.", "INTERNAL", "internal"),
    "503": ("A service the app relies on is away.", "STORE_UNAVAILABLE", "store_unavailable"),
    "504": ("A service the app relies on did not answer in time.", "TIMEOUT", "timeout"),
}
"""What it means, and an example: its code, and the key of its sentence."""
VALUES: Json = {
    "name": "nominas", "run_id": examples.RUN_ID, "limit": 262_144, "allowed": JSON,
    "who": "Luis Prieto", "version": 2, "when": "2026-11-22 10:00 UTC",
}  # fmt: skip


async def openapi(_: Request, __: Orchestrations) -> Response:
    return Response(document(), headers=SAFE_HEADERS, media_type=JSON)


@cache
def document() -> str:
    """The whole document as JSON text."""
    return json.dumps(build(), ensure_ascii=False)


def build() -> Json:
    refs, schemas = _schemas()
    paths: Json = {}
    for operation in ROUTES:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, refs)
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "EIRA Agents", "version": "1"},
        "servers": [{"url": "/api"}],
        "security": [{"bearer": []}],
        "components": {
            "schemas": schemas,
            "responses": {code: _problem(code, refs) for code in ERRORS},
            "securitySchemes": {"bearer": bearer},
        },
        "paths": paths,
    }


def _schemas() -> tuple[Refs, Json]:
    """A body is described as it may be sent, an answer as it is written."""
    models: dict[type[BaseModel], Mode] = {Problem: "serialization"}
    for operation in ROUTES:
        if operation.body is not None:
            models[operation.body] = "validation"
        models |= dict.fromkeys(_answered(operation), "serialization")
    found, definitions = models_json_schema(list(models.items()), by_alias=True, ref_template=REF)
    schemas: Json = dict(definitions["$defs"])
    for name, union in (("RunEvent", RUN_EVENT), ("TimelineEvent", TIMELINE_EVENT)):
        schema = union.json_schema(by_alias=True, ref_template=REF, mode="serialization")
        schemas |= schema.pop("$defs")
        schemas[name] = schema
    return {model: dict(found[model, mode]) for model, mode in models.items()}, schemas


def _answered(operation: Operation) -> Iterator[type[BaseModel]]:
    for reply in operation.replies:
        yield from reply.models
        if not isinstance(reply.events, str):
            yield from reply.events
    if operation.told_as is not None:
        yield operation.told_as


def _operation(operation: Operation, refs: Refs) -> Json:
    answers = {reply.status: _reply(reply, refs) for reply in operation.replies}
    errors = {code: _error(code, operation, refs) for code in operation.every_error}
    written: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "responses": answers | errors,
    }
    if operation.open:
        written["security"] = []
    if operation.parameters:
        written["parameters"] = [_parameter(each) for each in operation.parameters]
    if operation.body is not None:
        content = {"schema": refs[operation.body]} | _examples(operation.examples)
        written["requestBody"] = {
            "required": operation.body_required,
            "content": dict.fromkeys(operation.media_types, content),
        }
    return written


def _reply(reply: Reply, refs: Refs) -> Json:
    content: Json = {}
    if reply.models:
        schema = _any_of([refs[model] for model in reply.models])
        content[JSON] = {"schema": schema} | _examples(reply.examples)
    if reply.events:
        content[EVENT_STREAM] = _events(reply, refs)
    headers = {"x-correlation-id": "The request's own, or a new one.", **dict(reply.headers)}
    if reply.status == "200" and not content:
        content[JSON] = {"schema": {"type": "object"}}
    written: Json = {
        "description": reply.text,
        "headers": {name: _header(text) for name, text in headers.items()},
    }
    return written | ({"content": content} if content else {})


def _events(reply: Reply, refs: Refs) -> Json:
    if isinstance(reply.events, str):
        name: str = reply.events
        schema: Json = {"$ref": REF.format(model=name)}
    else:
        name = reply.events[0].__name__
        schema = _any_of([refs[form] for form in reply.events])
    frames = {"summary": "Each `data:` line is one event.", "value": examples.FRAMES[name]}
    return {"schema": _frame(schema, reply.closed_by), "examples": {"frames": frames}}


def _frame(event: Json, closed_by: str | None) -> Json:
    """One event of a stream, as OpenAPI 3.2 describes it: its data is JSON of this schema."""
    data: Json = {"type": "string", "contentMediaType": JSON, "contentSchema": event}
    if closed_by is not None:
        data = {"anyOf": [{"const": closed_by}, data]}
    text = {"type": "string"}
    properties = {"id": text, "event": text, "data": data}
    return {"type": "object", "properties": properties, "required": ["data"]}


def _any_of(forms: list[Json]) -> Json:
    return forms[0] if len(forms) == 1 else {"anyOf": forms}


def _error(code: str, operation: Operation, refs: Refs) -> Json:
    if operation.told_as is None:
        return {"$ref": f"#/components/responses/{code}"}
    written = _problem(code, refs)
    written["content"] = {JSON: {"schema": refs[operation.told_as]}}
    return written


def _problem(code: str, refs: Refs) -> Json:
    meaning, error, key = ERRORS[code]
    shown = examples.problem(int(code), error, TITLES[int(code)], say(key, "es", **VALUES))
    media = {"schema": refs[Problem]} | _examples(((error.lower().replace("_", " "), shown),))
    written: Json = {
        "description": meaning,
        "headers": {"x-correlation-id": _header("The request's own, or a new one.")},
        "content": {"application/problem+json": media},
    }
    if code == "404":
        # What the host cannot route never reaches the app: a path with a line break in it, say.
        written["content"]["text/plain"] = {"schema": {"type": "string"}}
    if code in ("429", "503"):
        written["headers"]["Retry-After"] = _header("Seconds to wait, where they are known.")
    return written


def _examples(named: tuple[tuple[str, Json], ...]) -> Json:
    return {"examples": {name: {"value": value} for name, value in named}} if named else {}


def _header(text: str) -> Json:
    return {"description": text, "schema": {"type": "string"}}


def _parameter(parameter: Parameter) -> Json:
    return {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.text,
        "required": parameter.place == "path",
        "schema": {"type": parameter.kind, **dict(parameter.limits)},
    }
