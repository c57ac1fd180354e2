"""The ERP's OpenAPI 3.1 document, made from the kinds so that it cannot drift from the checks."""

from collections.abc import Mapping

from .kinds import KINDS, Json, Kind
from .problems import CONTENT_TYPE
from .validation import MAX_LIMIT

_AUTHOR: Mapping[str, object] = {
    "createdAt": "2026-11-22T09:30:00.000Z",
    "createdBy": "a1000000-0000-4000-8000-000000000001",
    "tenantId": "11111111-1111-4111-8111-111111111111",
}


def document(url: str) -> Json:
    """The whole document for an ERP reached under `url`."""
    paths: dict[str, object] = {"/health": _health()}
    for kind in KINDS:
        paths[f"/{kind.path}"] = {"get": _list(kind), "post": _create(kind)}
        paths[f"/{kind.path}/{{id}}"] = {
            "parameters": [_id_parameter(kind)],
            "get": _read(kind),
            "patch": _change(kind),
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Demo ERP",
            "version": "1.0.0",
            "description": "Tasks, projects and users of one tenant; no tenant sees another's.",
        },
        "servers": [{"url": url}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "responses": _refusals(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def example_record(kind: Kind) -> Json:
    """A stored record as the ERP would answer it."""
    return {
        "id": f"{kind.prefix}-1042",
        **kind.defaults,
        **kind.example,
        "status": kind.states[0],
        **_AUTHOR,
    }


def _schemas() -> Json:
    schemas: dict[str, object] = {"Problem": _problem_schema()}
    for kind in KINDS:
        schemas[f"New{kind.schema_name}"] = kind.new_schema()
        schemas[f"{kind.schema_name}Change"] = _change_schema(kind)
        schemas[kind.schema_name] = _record_schema(kind)
        schemas[f"{kind.schema_name}Page"] = _page_schema(kind)
    return schemas


def _record_schema(kind: Kind) -> Json:
    moment = {"type": "string", "format": "date-time"}
    return {
        "type": "object",
        "required": [
            *("id", *kind.required, *kind.defaults),
            *("status", "createdAt", "createdBy", "tenantId"),
        ],
        "properties": {
            "id": {"type": "string", "pattern": kind.id_pattern},
            **kind.fields,
            "status": {"type": "string", "enum": list(kind.states)},
            "createdAt": moment,
            "updatedAt": moment,
            "createdBy": {"type": "string", "description": "The user's id."},
            "tenantId": {"type": "string"},
        },
    }


def _change_schema(kind: Kind) -> Json:
    """Of a merge patch: anything may be left out, and what is not required may be null."""
    fields: dict[str, object] = {
        name: schema if name in kind.required else {"anyOf": [schema, {"type": "null"}]}
        for name, schema in kind.fields.items()
    }
    fields["status"] = {"type": "string", "enum": list(kind.states)}
    return {"type": "object", "additionalProperties": False, "properties": fields}


def _page_schema(kind: Kind) -> Json:
    return {
        "type": "object",
        "required": ["items", "total", "next"],
        "properties": {
            "items": {"type": "array", "items": _ref(kind.schema_name)},
            "total": {"type": "integer", "minimum": 0, "description": "How many match in all."},
            "next": {"type": ["string", "null"], "description": "Cursor of the next page."},
        },
    }


def _problem_schema() -> Json:
    error = {
        "type": "object",
        "required": ["pointer", "detail"],
        "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
    }
    return {
        "type": "object",
        "description": "RFC 9457; `errors` names the fields that are wrong.",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "errors": {"type": "array", "items": error},
        },
    }


def _create(kind: Kind) -> Json:
    body = {"schema": _ref(f"New{kind.schema_name}"), "example": kind.example}
    location = {"description": "Path of the record.", "schema": {"type": "string"}}
    return {
        "operationId": f"create{kind.schema_name}",
        "summary": f"Creates one of the {kind.path}.",
        "parameters": [_key("give the record already made"), *_on_behalf()],
        "requestBody": {"required": True, "content": {"application/json": body}},
        "responses": {
            "201": {
                **_answer("The record.", kind.schema_name, example_record(kind)),
                "headers": {"Location": location, "Idempotent-Replayed": _replayed("made")},
            },
            **_refused("400", "401", "409", "413", "422"),
        },
    }


def _list(kind: Kind) -> Json:
    page = {"items": [example_record(kind)], "total": 1, "next": None}
    return {
        "operationId": f"find{kind.schema_name}s",
        "summary": f"Lists the {kind.path}, newest first.",
        "parameters": [*_filters(kind), *_paging(), *_on_behalf()],
        "responses": {
            "200": _answer("One page.", f"{kind.schema_name}Page", page),
            **_refused("400", "401", "422"),
        },
    }


def _read(kind: Kind) -> Json:
    return {
        "operationId": f"read{kind.schema_name}",
        "summary": "Reads one record.",
        "parameters": _on_behalf(),
        "responses": {
            "200": _answer("The record.", kind.schema_name, example_record(kind)),
            **_refused("400", "401", "404"),
        },
    }


def _change(kind: Kind) -> Json:
    patch = {
        "schema": _ref(f"{kind.schema_name}Change"),
        "example": {"status": kind.states[1]},
    }
    changed = {
        **example_record(kind),
        "status": kind.states[1],
        "updatedAt": "2026-11-23T08:00:00.000Z",
    }
    return {
        "operationId": f"change{kind.schema_name}",
        "summary": "Changes one record by a JSON merge patch (RFC 7396).",
        "parameters": [_key("change nothing more"), *_on_behalf()],
        "requestBody": {
            "required": True,
            "content": {"application/merge-patch+json": patch, "application/json": patch},
        },
        "responses": {
            "200": {
                **_answer("The record as it is now.", kind.schema_name, changed),
                "headers": {"Idempotent-Replayed": _replayed("changed")},
            },
            **_refused("400", "401", "404", "409", "413", "422"),
        },
    }


def _health() -> Json:
    schema = {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}}
    content = {"application/json": {"schema": schema, "example": {"status": "ok"}}}
    return {
        "get": {
            "operationId": "health",
            "summary": "Whether the ERP answers.",
            "security": [],
            "responses": {"200": {"description": "It does.", "content": content}},
        }
    }


def _filters(kind: Kind) -> list[Json]:
    found = [
        _parameter(one.name, f"{one.compares}: {one.name}", one.schema()) for one in kind.filters
    ]
    if "projectId" in kind.fields:
        text = "The project's id, or part of its name or customer."
        found.append(_parameter("project", text, {"type": "string"}))
    words = f"Words that all occur in {', '.join(kind.searched)}."
    found.append(_parameter("q", words, {"type": "string"}))
    key = "The record made by the request with this Idempotency-Key."
    found.append(_parameter("idempotencyKey", key, {"type": "string"}))
    return found


def _paging() -> list[Json]:
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": 20}
    return [
        _parameter("limit", "How many records a page holds.", limit),
        _parameter("after", "The `next` of the page before.", {"type": "string"}),
    ]


def _on_behalf() -> list[Json]:
    tenant = "Whose records; required from an app's own identity, ignored from a person's token."
    user = "Who is written down as the author; likewise."
    return [
        _parameter("x-tenant-id", tenant, {"type": "string"}, place="header"),
        _parameter("x-user-id", user, {"type": "string"}, place="header"),
    ]


def _key(again: str) -> Json:
    return _parameter(
        "Idempotency-Key",
        f"The same key and body again {again}; another body gives 422.",
        {"type": "string", "minLength": 1, "maxLength": 255},
        place="header",
    )


def _replayed(done: str) -> Json:
    return {
        "description": f"`true` when an earlier request had {done} the record.",
        "schema": {"type": "string", "const": "true"},
    }


def _id_parameter(kind: Kind) -> Json:
    schema = {"type": "string", "pattern": kind.id_pattern}
    return {**_parameter("id", "The record's id.", schema, place="path"), "required": True}


def _parameter(name: str, description: str, schema: Json, place: str = "query") -> Json:
    return {"name": name, "in": place, "description": description, "schema": schema}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(description: str, schema_name: str, example: Json) -> Json:
    content = {"application/json": {"schema": _ref(schema_name), "example": example}}
    return {"description": description, "content": content}


_REFUSALS = {
    "400": ("BadRequest", "The request cannot be read.", "invalid-json"),
    "401": ("Unauthenticated", "No token, or none for this ERP.", "unauthenticated"),
    "404": ("NotFound", "The tenant has no such record.", "not-found"),
    "409": ("Conflict", "A value that must occur once is taken.", "already-exists"),
    "413": ("TooLarge", "The body is over 64 KB.", "refused"),
    "422": ("Invalid", "A field or the idempotency key is not acceptable.", "invalid-fields"),
}


def _refused(*statuses: str) -> Json:
    return {one: {"$ref": f"#/components/responses/{_REFUSALS[one][0]}"} for one in statuses}


def _refusals() -> Json:
    found: dict[str, object] = {}
    for status, (name, description, code) in _REFUSALS.items():
        example = {
            "type": f"urn:problem:erp:{code}",
            "title": name,
            "status": int(status),
            "detail": description,
        }
        content = {CONTENT_TYPE: {"schema": _ref("Problem"), "example": example}}
        found[name] = {"description": description, "content": content}
    return found
