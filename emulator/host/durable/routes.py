"""The management API over HTTP, the same on the webhook and on the worker's own port."""

import base64
import binascii
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from emulator.host.durable import failures
from emulator.host.durable.clock import iso, parse_iso
from emulator.host.durable.codec import compact
from emulator.host.durable.entities import entity_id
from emulator.host.durable.json_errors import JsonProblem, Reading, json_problem
from emulator.host.durable.links import Links
from emulator.host.durable.management import (
    ConflictError,
    InstanceGoneError,
    Management,
    UnknownInstanceError,
)
from emulator.host.durable.records import InstanceFilter, Status

_NET_STACK = "   at emulator.host.durable"
_TOKEN = "x-ms-continuation-token"  # noqa: S105 - the name of a header
_PAGE = 100
_STATUSES = {
    "pending",
    "running",
    "completed",
    "failed",
    "terminated",
    "suspended",
    "canceled",
    "continuedasnew",
}
_CONNECTIONS = {None, "", "Storage", "AzureWebJobsStorage"}

type Answer = Awaitable[web.StreamResponse]


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its decoded path below the API's root, query and where it came in."""

    request: web.Request
    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    webhook: bool

    @property
    def origin(self) -> str:
        """`http://host:port` as the client knows it."""
        return f"{self.request.scheme}://{self.request.host}"

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean of the query; anything but true and false counts as the default."""
        value = self.query.get(name, "").lower()
        return {"true": True, "false": False}.get(value, default)


class Routes:
    """Answers requests of the management API."""

    def __init__(self, management: Management, links: Links, hub: str) -> None:
        self._management = management
        self._links = links
        self._hub = hub

    async def answer(self, request: web.Request, tail: str, *, webhook: bool) -> web.StreamResponse:
        """Answer one request; `tail` is the raw path below the API's root."""
        path = tuple(unquote(part) for part in tail.strip("/").split("/"))
        call = Call(request, request.method, path, request.query, webhook)
        # A slash inside an id is not taken apart again.
        handler = None if any("/" in part for part in path) else self._handler(call)
        if handler is None:
            return _empty(404)
        refusal = self._foreign_hub(call)
        if refusal is not None:
            return refusal
        try:
            return await handler(call)
        except UnknownInstanceError:
            return _empty(404)
        except InstanceGoneError:
            return _empty(410)
        except ConflictError as error:
            return _error(500, _WENT_WRONG, str(error), error.type_name)

    def _foreign_hub(self, call: Call) -> web.Response | None:
        if call.query.get("taskHub", self._hub).casefold() != self._hub.casefold():
            return _empty(404)
        connection = call.query.get("connection")
        if connection not in _CONNECTIONS:
            message = f"Unable to resolve the Azure Storage connection named '{connection}'."
            return _error(500, _WENT_WRONG, message, "System.InvalidOperationException")
        return None

    def _handler(self, call: Call) -> Callable[[Call], Answer] | None:
        match (call.method, *call.path):
            case ("POST", "orchestrators", _) | ("POST", "orchestrators", _, _):
                return self._start
            case ("GET", "instances"):
                return self._list
            case ("DELETE", "instances"):
                return self._purge_by
            case ("GET", "instances", _):
                return self._status
            case ("DELETE", "instances", _):
                return self._purge
            case ("POST", "instances", _, "raiseEvent", _):
                return self._raise_event
            case ("POST", "instances", _, operation):
                return self._operation(operation)
        return self._entity_handler(call)

    def _entity_handler(self, call: Call) -> Callable[[Call], Answer] | None:
        match (call.method, *call.path):
            case ("GET", "entities") | ("GET", "entities", _):
                return self._entities
            case ("GET", "entities", _, _):
                return self._entity
            case ("POST", "entities", _, _):
                return self._signal
        return None

    def _operation(self, name: str) -> Callable[[Call], Answer] | None:
        return {
            "terminate": self._terminate,
            "suspend": self._suspend,
            "resume": self._resume,
            "rewind": self._rewind,
            "restart": self._restart,
        }.get(name)

    # Orchestrations

    async def _start(self, call: Call) -> web.StreamResponse:
        text = (await call.request.text()).strip()
        if text and (problem := json_problem(text, "deserializing")) is not None:
            return _invalid_json(problem, "deserializing")
        asked = call.path[2] if len(call.path) > 2 else None
        instance_id = await self._management.start(
            call.path[1], asked, text or None, call.query.get("version")
        )
        seconds = _number(call.query.get("timeout"))
        if seconds is not None:
            return await self._start_and_wait(call, instance_id, seconds)
        return self._accepted(call, instance_id)

    async def _start_and_wait(
        self, call: Call, instance_id: str, seconds: float
    ) -> web.StreamResponse:
        ended = await self._management.wait_for_end(instance_id, seconds)
        if ended is None:
            return self._accepted(call, instance_id)
        if ended.status is Status.COMPLETED:
            return _json_text(200, ended.output or "null")
        return self._status_response(call, instance_id)

    def _accepted(self, call: Call, instance_id: str) -> web.Response:
        payload = self._links.payload(call.origin, instance_id)
        headers = {"Location": payload["statusQueryGetUri"], "Retry-After": "10"}
        return _json(202, payload, headers)

    async def _status(self, call: Call) -> web.StreamResponse:
        return self._status_response(call, call.path[1])

    def _status_response(self, call: Call, instance_id: str) -> web.Response:
        status, shown = self._management.status_json(
            instance_id, show_input=call.flag("showInput", default=True)
        )
        if call.flag("showHistory"):
            output = call.flag("showHistoryOutput")
            shown["historyEvents"] = self._management.history_json(instance_id, show_output=output)
        if not status.ended:
            location = call.origin + call.request.raw_path
            return _json(202, shown, {"Location": location, "Retry-After": "5"})
        broken = status is Status.FAILED and call.flag("returnInternalServerErrorOnFailure")
        return _json(500 if broken else 200, shown)

    async def _list(self, call: Call) -> web.StreamResponse:
        token = call.request.headers.get(_TOKEN, "").strip()
        wanted = _filter(call, after=_decoded(token), prefix=call.query.get("instanceIdPrefix"))
        limit = int(_number(call.query.get("top")) or _PAGE)
        page, following = self._management.list_json(
            wanted, max(1, limit), show_input=call.flag("showInput", default=True)
        )
        headers = {}
        if following is not None:
            headers[_TOKEN] = base64.b64encode(following.encode()).decode()
        elif not call.webhook:
            headers[_TOKEN] = ""
        return _json(200, page, headers)

    async def _raise_event(self, call: Call) -> web.StreamResponse:
        _, instance_id, _, name = call.path
        self._management.running(instance_id)
        text = (await call.request.text()).strip()
        declared = "Content-Type" in call.request.headers
        if call.request.content_type != "application/json" and (declared or not text):
            return _json(400, {"Message": "Only application/json request content is supported"})
        if (problem := json_problem(text, "loading")) is not None:
            return _invalid_json(problem, "loading")
        await self._management.raise_event(instance_id, name, compact(json.loads(text)))
        return _empty(202)

    async def _terminate(self, call: Call) -> web.StreamResponse:
        await self._management.terminate(call.path[1], call.query.get("reason"))
        return _empty(202)

    async def _suspend(self, call: Call) -> web.StreamResponse:
        await self._management.suspend(call.path[1], call.query.get("reason"))
        return _empty(202)

    async def _resume(self, call: Call) -> web.StreamResponse:
        await self._management.resume(call.path[1], call.query.get("reason"))
        return _empty(202)

    async def _rewind(self, call: Call) -> web.StreamResponse:
        await self._management.rewind(call.path[1], call.query.get("reason"))
        return _empty(202)

    async def _restart(self, call: Call) -> web.StreamResponse:
        new_id = call.flag("restartWithNewInstanceId", default=True)
        try:
            instance_id = await self._management.restart(call.path[1], new_id=new_id)
        except UnknownInstanceError:
            message = f"An orchestrastion with the instanceId {call.path[1]} was not found."
            mismatch = "InstanceId does not match a valid orchestration instance."
            return _error(400, mismatch, message, "System.ArgumentException")
        return self._accepted(call, instance_id)

    async def _purge(self, call: Call) -> web.StreamResponse:
        if not await self._management.purge(call.path[1]):
            return _empty(404)
        return _json(200, {"instancesDeleted": 1})

    async def _purge_by(self, call: Call) -> web.StreamResponse:
        wanted = _filter(call)
        if wanted.created_from is None:
            return _json(400, "Please provide value for 'createdTimeFrom' parameter.")
        deleted = await self._management.purge_by(wanted)
        return _json(200, {"instancesDeleted": deleted}) if deleted else _empty(404)

    # Entities

    async def _entities(self, call: Call) -> web.StreamResponse:
        name = call.path[1].lower() if len(call.path) > 1 else None
        fetch = call.flag("fetchState")
        shown = [
            {
                "entityId": {"name": entity.name, "key": entity.key},
                "lastOperationTime": iso(entity.touched),
                "state": json.loads(entity.state) if fetch and entity.state else None,
            }
            for entity in self._management.entities(name)
            if fetch or entity.exists
        ]
        return _json(200, shown, {} if call.webhook else {_TOKEN: ""})

    async def _entity(self, call: Call) -> web.StreamResponse:
        entity = self._management.entity(entity_id(call.path[1], call.path[2]))
        if entity is None or entity.state is None:
            return _empty(404)
        return _json_text(200, compact(json.loads(entity.state)))

    async def _signal(self, call: Call) -> web.StreamResponse:
        _, name, key = call.path
        if not self._management.knows_entity(name):
            known = self._management.known_entities()
            return _json(400, {"Message": failures.unknown_function(name, "entity", known)})
        text = (await call.request.text()).strip()
        operation = call.query.get("op", "")
        await_json = text and call.request.content_type == "application/json"
        if await_json:
            problem = json_problem(text, "loading")
            if problem is not None:
                return _json(400, {"Message": f"Could not parse JSON content: {problem.message}"})
        value = (text if await_json else compact(text)) if text else None
        await self._management.signal(entity_id(name, key), operation, value)
        return _empty(202)


_WENT_WRONG = "Something went wrong while processing your request"


def _invalid_json(problem: JsonProblem, reading: Reading) -> web.Response:
    if problem.truncated and reading == "deserializing":
        kind = "Newtonsoft.Json.JsonSerializationException"
        return _error(500, _WENT_WRONG, problem.message, kind)
    kind = "Newtonsoft.Json.JsonReaderException"
    return _error(400, "Invalid JSON content", problem.message, kind)


def _filter(call: Call, *, after: str | None = None, prefix: str | None = None) -> InstanceFilter:
    asked = {each.strip().lower() for each in call.query.get("runtimeStatus", "").split(",")}
    known = asked & _STATUSES
    return InstanceFilter(
        prefix=prefix or None,
        statuses=frozenset(each.capitalize() for each in known) if known else None,
        created_from=_time(call.query.get("createdTimeFrom")),
        created_to=_time(call.query.get("createdTimeTo")),
        after=after,
    )


def _time(text: str | None) -> int | None:
    try:
        return parse_iso(text) if text else None
    except ValueError:
        return None


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _decoded(token: str) -> str | None:
    try:
        return base64.b64decode(token, validate=True).decode() if token else None
    except (binascii.Error, UnicodeDecodeError):
        return None


def _json(status: int, value: object, headers: Mapping[str, str] | None = None) -> web.Response:
    return _json_text(status, compact(value), headers)


def _json_text(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status,
        text=text,
        content_type="application/json",
        charset="utf-8",
        headers=headers or {},
    )


def _error(status: int, message: str, exception: str, kind: str) -> web.Response:
    return _json(
        status,
        {
            "Message": message,
            "ExceptionMessage": exception,
            "ExceptionType": kind,
            "StackTrace": _NET_STACK,
        },
    )


def _empty(status: int) -> web.Response:
    return web.Response(status=status)
