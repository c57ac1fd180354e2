"""`/api/flows`: flows of the tenant, kept with all their versions."""

import re
from asyncio import gather, to_thread
from dataclasses import dataclass

from azurefunctions.extensions.http.fastapi import Response

from api.answers import json_answer
from api.auditing import audit
from api.bodies import parse, read_body, whole_number
from api.edge import Call
from api.flows import lists_of, schema
from api.identifiers import new_id
from api.paging import cursor_of, place_of, searched_words
from shared.calling.refusing import invalid
from shared.contracts.flows.document import FlowProblem
from shared.contracts.flows.stored import (
    FlowEntry,
    FlowHead,
    FlowPage,
    FlowVersions,
    FlowView,
    SaveFlow,
    StoredFlow,
    document_of,
    name_of,
)
from shared.contracts.flows.versions import Editor, FlowVersion
from shared.contracts.paging import ListPlace, stamp
from shared.errors import (
    ChangedError,
    ForbiddenError,
    NotFoundError,
    StoreError,
    UnconditionalError,
)
from shared.flows.checking import check
from shared.flows.findings import told
from shared.flows.keeping import keep

READ, WRITE = "flows:read", "flows:write"
MAX_PAGE = 100
DEFAULT_PAGE = 20
MAX_VERSION = 10**9
TRIES = 20
"""Others may be faster that often, where nobody says which version was edited."""
ETAG = re.compile(r'(?:W/)?"([1-9]\d{0,8})"', re.ASCII)


@dataclass(frozen=True, slots=True)
class _Document:
    """What is to be stored; `warnings` say what of it was sent and is not."""

    text: str
    name: str | None
    warnings: tuple[FlowProblem, ...] = ()
    restored: int | None = None


async def listed(call: Call) -> Response:
    """Those of the tenant, saved last first; with `q` those whose name has these words."""
    _check(call, READ)
    limit = _limit(call)
    found = await call.deps.flows.of_tenant(
        call.caller.tenant_id, place_of(call), limit + 1, searched_words(call)
    )
    items = tuple(map(_entry, found[:limit]))
    following = cursor_of(_place(found[limit - 1])) if len(found) > limit else None
    return json_answer(FlowPage(items=items, next=following))


async def create(call: Call) -> Response:
    _check(call, WRITE)
    document = await _sent(call)
    by, now = _editor(call), call.deps.now()
    first = StoredFlow(
        flow_id=new_id(),
        tenant_id=call.caller.tenant_id,
        created_at=now,
        created_by=by,
        about=FlowVersion(version=1, name=document.name, saved_at=now, saved_by=by),
        document=document.text,
    )
    await call.deps.flows.create(first)
    await _audit_saved(call, first)
    headers = {"Location": f"/api/flows/{first.flow_id}"}
    return await _told(call, first, 1, document.warnings, 201, headers)


async def read(call: Call) -> Response:
    """The newest version, or the `version` that is asked for."""
    if call.path("flowId") == "schema":
        # Azure's host tries routes in the order of their functions' names, whatever is more
        # specific (azure-functions-host issue 9876); `flows/schema` must not hang on that.
        return await schema(call)
    _check(call, READ)
    number = _number(call, "version")
    flow_id, tenant_id = call.path("flowId"), call.caller.tenant_id
    stored, head = await gather(
        call.deps.flows.read(tenant_id, flow_id, number),
        call.deps.flows.head(tenant_id, flow_id),
    )
    if head is None:
        raise NotFoundError("flow_not_found")
    if stored is None:
        raise NotFoundError("flow_version_not_found")
    return await _told(call, stored, max(head.newest.version, stored.about.version))


async def save(call: Call) -> Response:
    """A new version, if that which was edited is still the newest; the newest itself where nothing
    was changed."""
    _check(call, WRITE)
    head, edited = await _head(call), _edited(call)
    document = await _sent(call)
    stored = await _unchanged(call, head, edited, document)
    stored = stored or await _added(call, head, edited, document)
    newest = max(head.newest.version, stored.about.version)
    return await _told(call, stored, newest, document.warnings)


async def restore(call: Call) -> Response:
    """An earlier version, as the newest one."""
    _check(call, WRITE)
    head = await _head(call)
    edited, number = _edited(call), _path_version(call)
    source = await call.deps.flows.read(head.tenant_id, head.flow_id, number)
    if source is None:
        raise NotFoundError("flow_version_not_found")
    document = _Document(source.document, source.about.name, restored=number)
    stored = await _added(call, head, edited, document)
    return await _told(call, stored, max(head.newest.version, stored.about.version))


async def versions(call: Call) -> Response:
    """Who saved what when, the newest first."""
    _check(call, READ)
    limit, before = _limit(call), _number(call, "before")
    head = await _head(call)
    found = await call.deps.flows.versions(head.tenant_id, head.flow_id, limit + 1, before)
    older = found[limit - 1].version if len(found) > limit else None
    return json_answer(FlowVersions(items=found[:limit], older=older))


async def delete(call: Call) -> Response:
    """With all its versions. Runs under way have their own copy, and go on."""
    _check(call, WRITE)
    flow_id, tenant_id = call.path("flowId"), call.caller.tenant_id
    if call.request.headers.get("if-match") is not None:
        head, edited = await _head(call), _edited(call)
        if edited not in (None, head.newest.version):
            raise ChangedError(head.newest)
    if not await call.deps.flows.delete(tenant_id, flow_id):
        raise NotFoundError("flow_not_found")
    await audit(call, "flow.deleted", _partition(flow_id), f"{flow_id}-deleted")
    return Response(status_code=204)


async def _unchanged(
    call: Call, head: FlowHead, edited: int | None, document: _Document
) -> StoredFlow | None:
    """The newest version, where it was edited and is just what was sent. Not with a `*`: the one
    that this replica knows may not be the newest, and what is sent is to be so."""
    if edited != head.newest.version:
        return None
    newest = await call.deps.flows.read(head.tenant_id, head.flow_id, head.newest.version)
    return newest if newest is not None and newest.document == document.text else None


async def _added(call: Call, head: FlowHead, edited: int | None, document: _Document) -> StoredFlow:
    """Raises ChangedError, NotFoundError."""
    number = edited or head.newest.version
    for _ in range(TRIES):
        following = _following(call, head, number + 1, document)
        stored = await call.deps.flows.add(following)
        if stored is None:
            raise await _lost(call, head)
        if stored == following or (edited is not None and _repeats(stored, following)):
            await _audit_saved(call, stored)
            return stored
        if edited is not None:
            raise ChangedError((await _head(call)).newest)
        number += 1
    raise StoreError("flows: others were faster every time")


async def _lost(call: Call, head: FlowHead) -> ChangedError:
    """The version that was edited is none; or the flow was deleted meanwhile."""
    now = await call.deps.flows.head(head.tenant_id, head.flow_id)
    if now is None:
        raise NotFoundError("flow_not_found")
    return ChangedError(now.newest)


def _repeats(stored: StoredFlow, following: StoredFlow) -> bool:
    """Who repeats a request that was not answered meets what it has stored."""
    return (stored.document, stored.about.saved_by.user_id, stored.about.restored) == (
        following.document,
        following.about.saved_by.user_id,
        following.about.restored,
    )


def _following(call: Call, head: FlowHead, number: int, document: _Document) -> StoredFlow:
    return StoredFlow(
        flow_id=head.flow_id,
        tenant_id=head.tenant_id,
        created_at=head.created_at,
        created_by=head.created_by,
        about=FlowVersion(
            version=number,
            name=document.name,
            saved_at=call.deps.now(),
            saved_by=_editor(call),
            restored=document.restored,
        ),
        document=document.text,
    )


async def _sent(call: Call) -> _Document:
    """Raises InvalidRequestError for what is no flow."""
    posted = parse(SaveFlow, call.request, await read_body(call.request), call.language)
    kept = await to_thread(keep, posted.flow)
    if kept is None:
        raise invalid("/flow", "flow_not_a_flow", call.language)
    warnings = told(kept.findings, call.language)
    return _Document(document_of(kept.flow), name_of(kept.flow), warnings)


async def _told(
    call: Call,
    stored: StoredFlow,
    newest: int,
    warnings: tuple[FlowProblem, ...] = (),
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    flow = stored.flow
    problems = await to_thread(check, flow, call.language, lists_of(call))
    view = FlowView(
        **dict(stored.about),
        flow_id=stored.flow_id,
        created_at=stored.created_at,
        created_by=stored.created_by,
        newest=newest,
        flow=flow,
        valid=not any(each.severity == "error" for each in problems),
        problems=problems,
        warnings=warnings,
    )
    etag = {"ETag": f'"{stored.about.version}"'}
    return json_answer(view, status, etag | (headers or {}))


async def _head(call: Call) -> FlowHead:
    """Another tenant's is as unknown as one that does not exist. Raises NotFoundError."""
    found = await call.deps.flows.head(call.caller.tenant_id, call.path("flowId"))
    if found is None:
        raise NotFoundError("flow_not_found")
    return found


def _check(call: Call, right: str) -> None:
    """Raises ForbiddenError."""
    if right not in call.caller.rights:
        raise ForbiddenError("no_right_to_use", name="flows", right=right)


def _edited(call: Call) -> int | None:
    """The version that `If-Match` names; None for any. Raises UnconditionalError,
    InvalidRequestError."""
    given = call.request.headers.get("if-match")
    if given is None:
        raise UnconditionalError("flow_unconditional")
    if given.strip() == "*":
        return None
    if (found := ETAG.fullmatch(given.strip())) is None:
        raise invalid("/If-Match", "field_etag", call.language)
    return int(found[1])


def _number(call: Call, name: str) -> int | None:
    """A version in the query. Raises InvalidRequestError."""
    given = call.request.query_params.get(name)
    if given is None:
        return None
    return whole_number(given, f"/{name}", 1, MAX_VERSION, call.language)


def _path_version(call: Call) -> int:
    given = call.path("version")
    if not given.isdecimal() or not 1 <= len(given) <= 9 or int(given) == 0:
        raise NotFoundError("flow_version_not_found")
    return int(given)


def _limit(call: Call) -> int:
    given = call.request.query_params.get("limit", str(DEFAULT_PAGE))
    return whole_number(given, "/limit", 1, MAX_PAGE, call.language)


def _editor(call: Call) -> Editor:
    return Editor(user_id=call.caller.user_id, name=call.caller.name)


def _entry(head: FlowHead) -> FlowEntry:
    return FlowEntry(
        **dict(head.newest),
        flow_id=head.flow_id,
        created_at=head.created_at,
        created_by=head.created_by,
    )


def _place(head: FlowHead) -> ListPlace:
    return ListPlace(stamp(head.newest.saved_at), head.flow_id)


def _partition(flow_id: str) -> str:
    """Where its audit events are."""
    return f"flow-{flow_id}"


async def _audit_saved(call: Call, stored: StoredFlow) -> None:
    about = stored.about
    details = {"flowId": stored.flow_id, "version": str(about.version)}
    if about.restored is not None:
        details["restored"] = str(about.restored)
    event_id = f"{stored.flow_id}-{about.version:09}"
    await audit(call, "flow.saved", _partition(stored.flow_id), event_id, details=details)
