"""The OpenAPI 3.1 document, generated from the contracts."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from azurefunctions.extensions.http.fastapi import Request, Response
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.edge import NO_SNIFFING
from shared.contracts.approvals import ApprovalDecided, ApprovalList, DecideApproval
from shared.contracts.audit import EventPage
from shared.contracts.chat import PostChat
from shared.contracts.conversations import ConversationView, CreateConversation, PostMessage
from shared.contracts.events import RUN_EVENT, TIMELINE_EVENT
from shared.contracts.problems import Problem
from shared.contracts.runs import (
    PostFeedback,
    RunAnswer,
    RunStarted,
    RunStopping,
    RunView,
    RunWaiting,
)
from shared.ports import Orchestrations

REF = "#/components/schemas/{model}"
MODELS = (
    CreateConversation,
    ConversationView,
    PostMessage,
    PostChat,
    EventPage,
    RunAnswer,
    RunStarted,
    RunStopping,
    RunWaiting,
    RunView,
    PostFeedback,
    DecideApproval,
    ApprovalDecided,
    ApprovalList,
    Problem,
)
EVERYWHERE = ("401", "500", "503")
WITH_A_BODY = ("400", "413", "415")
OF_A_RUN = ("409", "422", "429", "504")
RESPONSES = {
    "400": "A field is wrong; `errors` points to it.",
    "401": "No valid access token.",
    "403": "The right to do this is missing.",
    "404": "Not there, or not yours.",
    "409": "Something else was there first: a run under way or over, another body with the same "
    "Idempotency-Key, a decision.",
    "410": "It is too late.",
    "413": "The message or the body is too large.",
    "415": "The body is not JSON.",
    "422": "The content filter stopped it.",
    "429": "Too many requests; see Retry-After.",
    "500": "A defect of ours.",
    "503": "A service the app relies on is away.",
    "504": "A service the app relies on did not answer in time.",
}


async def openapi(_: Request, __: Orchestrations) -> Response:
    return Response(document(), headers=NO_SNIFFING, media_type="application/json")


@cache
def document() -> str:
    """The whole document as JSON text."""
    import json

    return json.dumps(build(), ensure_ascii=False)


def build() -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(model, "serialization") for model in MODELS], by_alias=True, ref_template=REF
    )
    events = RUN_EVENT.json_schema(by_alias=True, ref_template=REF, mode="serialization")
    lines = TIMELINE_EVENT.json_schema(by_alias=True, ref_template=REF, mode="serialization")
    schemas = definitions["$defs"] | events.pop("$defs") | lines.pop("$defs")
    schemas |= {"RunEvent": events, "TimelineEvent": lines}
    return {
        "openapi": "3.1.0",
        "info": {"title": "EIRA Agents", "version": "1"},
        "servers": [{"url": "/api"}],
        "security": [{"bearer": []}],
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
        "paths": _paths(),
    }


def _paths() -> dict[str, Any]:
    conversation = _parameter("id", "path", "The conversation's id.")
    run = _parameter("runId", "path", "The run's id, a ULID.")
    prefer = _parameter("Prefer", "header", "`respond-async`: do not wait for the run's end.")
    key = _parameter("Idempotency-Key", "header", "The same key and body give the same run.")
    last = _parameter("Last-Event-ID", "header", "Resume behind this event.", "integer")
    after = _parameter("after", "query", "Resume behind this one.")
    approval = _parameter("approvalId", "path", "The approval's id, as its event has it.")
    limit = _parameter("limit", "query", "Items of a page, 1 to 100.", "integer")
    return {
        "/conversations": {
            "post": _operation(
                "Create a conversation", "201", ConversationView, body=CreateConversation
            )
        },
        "/conversations/{id}": {
            "get": _operation("Read a conversation", "200", ConversationView, [conversation])
        },
        "/conversations/{id}/messages": {
            "post": _operation(
                "Send a message: one run",
                "200",
                RunAnswer,
                [conversation, key, prefer],
                PostMessage,
                True,
            )
        },
        "/chat": {
            "post": _operation(
                "Call an agent, alone or with others", "200", RunAnswer, [key, prefer], PostChat
            )
        },
        "/conversations/{id}/events": {
            "get": _timeline(
                _operation(
                    "Audit timeline, live as SSE", "200", EventPage, [conversation, after, limit]
                ),
                _parameter("Last-Event-ID", "header", "Resume behind this event, live."),
            )
        },
        "/runs/{runId}": {"get": _operation("Read a run", "200", RunView, [run])},
        "/runs/{runId}/events": {
            "get": _operation("Follow a run", "200", None, [run, last, after], stream=True)
        },
        "/runs/{runId}/cancel": {
            "post": _operation("Stop a run", "202", RunStopping, [run], conflicts=("409",))
        },
        "/runs/{runId}/feedback": {
            "post": _operation("Say what you think of it", "204", None, [run], PostFeedback)
        },
        "/runs/{runId}/approvals/{approvalId}": {
            "post": _operation(
                "Decide on one exact payload",
                "200",
                ApprovalDecided,
                [run, approval],
                DecideApproval,
                conflicts=("403", "409", "410"),
            )
        },
        "/approvals": {"get": _operation("What waits for me", "200", ApprovalList)},
        "/health": {"get": _open("Liveness")},
        "/openapi.json": {"get": _open("This document")},
    }


def _timeline(operation: dict[str, Any], last: dict[str, Any]) -> dict[str, Any]:
    """Pages as JSON, or the lines as they come."""
    operation["parameters"].append(last)
    lines = {"schema": {"$ref": REF.format(model="TimelineEvent")}}
    operation["responses"]["200"]["content"]["text/event-stream"] = lines
    return operation


def _operation(
    summary: str,
    status: str,
    answer: type[BaseModel] | None,
    parameters: list[dict[str, Any]] | None = None,
    body: type[BaseModel] | None = None,
    stream: bool = False,
    conflicts: Sequence[str] = (),
) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref(answer)}} if answer else {}
    if stream:
        content["text/event-stream"] = {"schema": REF_RUN_EVENT}
    headers = {"x-correlation-id": _header("The request's own, or a new one.")}
    if stream:
        headers["x-run-id"] = _header("The run's id.")
    if status == "201":
        headers["Location"] = _header("Where the new resource is.")
    responses: dict[str, Any] = {
        status: {"description": "As asked.", "content": content, "headers": headers}
    }
    if body in (PostMessage, PostChat):
        responses["202"] = {
            "description": "Started, or waiting for an approval; look at Location.",
            "content": {
                "application/json": {"schema": {"anyOf": [_ref(RunStarted), _ref(RunWaiting)]}}
            },
            "headers": headers | {"Location": _header("Where to look.")},
        }
    wrong = sorted({*_errors(parameters or [], body), *conflicts})
    responses |= {code: _problem(code) for code in wrong}
    operation: dict[str, Any] = {"summary": summary, "responses": responses}
    if parameters:
        operation["parameters"] = parameters
    if body is not None:
        required = body in (PostMessage, PostChat)
        operation["requestBody"] = {
            "required": required,
            "content": {"application/json": {"schema": _ref(body)}},
        }
    return operation


def _errors(parameters: list[dict[str, Any]], body: type[BaseModel] | None) -> list[str]:
    """What can go wrong with an operation of this form."""
    codes = {*EVERYWHERE}
    if body is not None:
        codes |= {*WITH_A_BODY}
    if body in (PostMessage, PostChat):
        codes |= {*OF_A_RUN}
    if any(parameter["in"] == "path" for parameter in parameters):
        codes.add("404")
    if any(parameter["in"] == "query" for parameter in parameters):
        codes.add("400")
    return sorted(codes)


def _problem(code: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref(Problem)}}
    return {"description": RESPONSES[code], "content": content}


def _header(text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": "string"}}


REF_RUN_EVENT = {"$ref": REF.format(model="RunEvent")}


def _open(summary: str) -> dict[str, Any]:
    return {"summary": summary, "security": [], "responses": {"200": {"description": "As asked."}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _parameter(name: str, place: str, text: str, kind: str = "string") -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "description": text,
        "required": place == "path",
        "schema": {"type": kind},
    }
