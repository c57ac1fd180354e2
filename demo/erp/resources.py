"""Create, list, read and change: the same four operations for every kind of record."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from aiohttp import web

from .callers import Caller, Gate
from .kinds import CLOSED, PROJECTS, Json, Kind
from .problems import FieldError, Problem, Wording, invalid, not_found
from .publishing import Publisher
from .store import Announce, ChangeRequest, Created, KeyReused, NewRecord, Query, Store, ValueTaken
from .validation import check_changed, check_filter, check_limit, check_new

LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Resource:
    """The HTTP face of one kind."""

    kind: Kind
    store: Store
    gate: Gate
    publisher: Publisher | None = None

    def routes(self) -> Iterable[web.RouteDef]:
        path = f"/{self.kind.path}"
        return (
            web.post(path, self.create),
            web.get(path, self.list),
            web.get(f"{path}/{{id}}", self.read),
            web.patch(f"{path}/{{id}}", self.change),
        )

    async def create(self, request: web.Request) -> web.Response:
        caller = self.gate.caller(request)
        body = await _body(request)
        fields = check_new(self.kind, body)
        new = NewRecord(
            tenant=caller.tenant_id,
            record={
                **fields,
                "status": self.kind.states[0],
                "createdAt": _now(),
                "createdBy": caller.user_id,
                "tenantId": caller.tenant_id,
            },
            request_hash=_hash(body),
            idempotency_key=_idempotency_key(request),
        )
        created = self._create(caller, new, self._announce(request, caller, "created"))
        headers = {"Location": f"/{self.kind.path}/{created.record['id']}"}
        if created.replayed:
            headers["Idempotent-Replayed"] = "true"
        return web.json_response(created.record, status=201, headers=headers)

    async def list(self, request: web.Request) -> web.Response:
        caller = self.gate.caller(request)
        given = request.query
        query = Query(
            tenant=caller.tenant_id,
            limit=check_limit(given.get("limit")),
            after=_cursor(given.get("after")),
            equals=self._filters("equals", given),
            contains=self._filters("contains", given),
            words=given.get("q", ""),
            project=given.get("project") if "projectId" in self.kind.fields else None,
            idempotency_key=given.get("idempotencyKey"),
        )
        page = self.store.find(self.kind, query)
        following = None if page.after is None else str(page.after)
        return web.json_response(
            {"items": list(page.records), "total": page.total, "next": following}
        )

    async def read(self, request: web.Request) -> web.Response:
        caller = self.gate.caller(request)
        return web.json_response(self._existing(caller, request))

    async def change(self, request: web.Request) -> web.Response:
        """A JSON merge patch (RFC 7396): null takes a field away."""
        caller = self.gate.caller(request)
        patch = await _body(request)
        record = self._existing(caller, request)
        asked = ChangeRequest(
            tenant=caller.tenant_id,
            request_hash=_hash({"id": record["id"], "patch": patch}),
            idempotency_key=_idempotency_key(request),
        )
        try:
            if (earlier := self.store.changed(self.kind, asked)) is not None:
                return web.json_response(earlier, headers={"Idempotent-Replayed": "true"})
            changed = self._merged(caller, record, patch)
            announce = self._announce(request, caller, "updated", _changes(record, changed))
            return web.json_response(self.store.replace(self.kind, asked, changed, announce))
        except KeyReused:
            raise _key_reused() from None
        except ValueTaken:
            raise self._taken() from None

    def _merged(self, caller: Caller, record: Json, patch: Json) -> Json:
        """The record with the patch in it; raises `Problem` 422."""
        own = {*self.kind.fields, "status"}
        fields = {name: value for name, value in record.items() if name in own} | dict(patch)
        fields = {name: value for name, value in fields.items() if value is not None}
        check_changed(self.kind, fields)
        if "projectId" in patch and "projectId" in fields:
            self._check_project(caller, fields)
        kept = {name: value for name, value in record.items() if name not in own}
        return {**kept, **fields, "updatedAt": _now()}

    def _announce(
        self, request: web.Request, caller: Caller, verb: str, changed: Sequence[str] = ()
    ) -> Announce | None:
        """Nothing to tell when nobody listens, or when a change changed nothing."""
        if self.publisher is None or (verb == "updated" and not changed):
            return None
        correlation_id = request.headers.get("x-correlation-id", "")[:128] or str(uuid4())
        return self.publisher.announce(self.kind, verb, caller, correlation_id, changed)

    def _create(self, caller: Caller, new: NewRecord, announce: Announce | None) -> Created:
        try:
            if (earlier := self.store.replay(self.kind, new)) is not None:
                return earlier
            self._check_project(caller, new.record)
            return self.store.create(self.kind, new, announce)
        except KeyReused:
            raise _key_reused() from None
        except ValueTaken:
            raise self._taken() from None

    def _existing(self, caller: Caller, request: web.Request) -> Json:
        record_id = request.match_info["id"]
        record = self.store.read(self.kind, caller.tenant_id, record_id)
        if record is None:
            raise not_found(record_id)
        return record

    def _check_project(self, caller: Caller, fields: Json) -> None:
        if "projectId" not in self.kind.fields or "projectId" not in fields:
            return
        project_id = str(fields["projectId"])
        project = self.store.read(PROJECTS, caller.tenant_id, project_id)
        if project is None:
            wording = Wording(
                f"No existe el proyecto {project_id}.", f"There is no project {project_id}."
            )
        elif project["status"] == CLOSED:
            wording = Wording(
                f"El proyecto {project_id} está cerrado y no admite tareas.",
                f"The project {project_id} is closed and takes no tasks.",
            )
        else:
            return
        raise invalid([FieldError("/projectId", wording)])

    def _filters(self, compares: str, given: Mapping[str, str]) -> Mapping[str, str]:
        return {
            one.name: check_filter(one, given[one.name])
            for one in self.kind.filters
            if one.compares == compares and one.name in given
        }

    def _taken(self) -> Problem:
        name = str(self.kind.unique)
        wording = Wording(
            f"Ya hay otro registro con el mismo valor en «{name}».",
            f"Another record already has this “{name}”.",
        )
        return Problem(409, "already-exists", wording, [FieldError(f"/{name}", wording)])


def _changes(before: Json, after: Json) -> list[str]:
    """The fields that are another value now, or gone."""
    names = sorted((before.keys() | after.keys()) - {"updatedAt"})
    return [name for name in names if before.get(name) != after.get(name)]


async def _body(request: web.Request) -> Json:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        wording = Wording(
            "El cuerpo de la petición debe ser un objeto JSON.",
            "The body of the request must be a JSON object.",
        )
        raise Problem(400, "invalid-json", wording)
    return body


def _idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        wording = Wording(
            f"Idempotency-Key tiene de 1 a {LONGEST_KEY} caracteres.",
            f"Idempotency-Key has 1 to {LONGEST_KEY} characters.",
        )
        raise Problem(400, "invalid-header", wording)
    return key


def _key_reused() -> Problem:
    wording = Wording(
        "Esta Idempotency-Key ya se usó con otros datos; usa una nueva.",
        "This Idempotency-Key was used with other data; use a new one.",
    )
    return Problem(422, "idempotency-key-reused", wording)


def _cursor(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal():
        wording = Wording(
            "«after» es el valor de «next» de la página anterior.",
            "“after” is the “next” of the page before.",
        )
        raise invalid([FieldError("/after", wording)])
    return int(text)


def _hash(body: Json) -> str:
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
