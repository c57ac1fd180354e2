"""Answers the page and its data, below /runtime/ui."""

import json
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from emulator.host.durable.clock import iso
from emulator.host.durable.codec import compact
from emulator.host.durable.explaining import explained
from emulator.host.durable.extension import DurableExtension
from emulator.host.durable.management import UnknownInstanceError
from emulator.host.durable.records import Instance, Operation, Status
from emulator.host.ui.spans import spans_of

_PAGE = Path(__file__).with_name("page.html")
# Nothing but what the page itself holds, and data from where it came.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_STATUSES = {status.value.lower(): status for status in Status}
_MOST = 1000
_USUAL = 100

type Refusal = Callable[[web.Request], web.Response | None]


class Inspector:
    """Everything here only reads; what changes an instance is the management API's.

    The page itself holds nothing secret; its data is for whom `refusal` lets pass.
    """

    def __init__(self, durable: DurableExtension, refusal: Refusal) -> None:
        self._durable = durable
        self._refusal = refusal

    def routes(self) -> list[web.RouteDef]:
        """What is to be added to the main port's application."""
        data = "/runtime/ui/data"
        return [
            web.get("/runtime/ui", self._page),
            web.get("/runtime/ui/", self._page),
            web.get(f"{data}/orchestrations", self._list),
            web.get(f"{data}/orchestrations/{{id}}", self._show),
            web.get(f"{data}/entities", self._entities),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        text = _PAGE.read_text("utf-8")
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _list(self, request: web.Request) -> web.Response:
        """The youngest orchestrations; `status` (comma separated), `name` and `top` narrow."""
        refused = self._refusal(request)
        if refused is not None:
            return refused
        asked = [each.strip().lower() for each in request.query.get("status", "").split(",")]
        statuses = [_STATUSES[each] for each in asked if each in _STATUSES]
        unknown = [each for each in asked if each and each not in _STATUSES]
        top = request.query.get("top", str(_USUAL))
        if unknown or not top.isdecimal():
            return web.Response(status=400, text="status or top is not understood\n")
        found = self._durable.management.latest(
            statuses, request.query.get("name", ""), min(int(top), _MOST)
        )
        return _json([_summary(row) for row in found])

    async def _show(self, request: web.Request) -> web.Response:
        """One orchestration with its spans, children and values; 404 when there is none."""
        refused = self._refusal(request)
        if refused is not None:
            return refused
        management = self._durable.management
        try:
            row = management.status(request.match_info["id"])
        except UnknownInstanceError:
            return web.Response(status=404)
        spans = spans_of(management.events(row.id), ended=row.status.ended)
        shown = _summary(row) | {
            "input": _value(row.input),
            "output": None if row.status is Status.FAILED else _value(row.output),
            "customStatus": _value(row.custom_status),
            "stack": _explained(row)[1],
            "version": row.version,
            "executionId": row.execution_id,
            "spans": [span.to_json() for span in spans],
        }
        return _json(shown)

    async def _entities(self, request: web.Request) -> web.Response:
        """All entities with their states and the operations that wait for them."""
        refused = self._refusal(request)
        if refused is not None:
            return refused
        management = self._durable.management
        waiting: dict[str, list[Operation]] = {}
        for operation in management.waiting_operations():
            waiting.setdefault(operation.entity, []).append(operation)
        shown = [
            {
                "id": entity.id,
                "name": entity.name,
                "key": entity.key,
                "exists": entity.exists,
                "state": _value(entity.state),
                "updated": iso(entity.touched),
                "waiting": [each.name for each in waiting.pop(entity.id, [])],
            }
            for entity in management.entities(None)
        ]
        return _json(shown)


def _summary(row: Instance) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "status": row.status.value,
        "created": iso(row.created),
        "updated": iso(row.updated),
        "parent": None if row.parent is None else row.parent.instance_id,
        "error": _explained(row)[0],
    }


def _explained(row: Instance) -> tuple[str | None, str | None]:
    if row.status is not Status.FAILED or row.output is None:
        return None, None
    return explained(str(json.loads(row.output)))


def _value(text: str | None) -> object:
    """JSON text as a value. Clients of the SDK wrap theirs in a second layer of JSON."""
    value: object = None if text is None else json.loads(text)
    if isinstance(value, str) and value[:1] in {"{", "[", '"'}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _json(document: object) -> web.Response:
    return web.json_response(text=compact(document), headers={"Cache-Control": "no-store"})
