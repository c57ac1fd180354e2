"""Another tenant's ids are as unknown as those that never were, on every route there is.

The routes are those of function_app: a new one is walked as soon as it is in the table.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from shared.contracts.conversations import Conversation
from tests.fakes.http import Answer, Caller
from tests.fakes.samples import a_flow, an_approval
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import ANA, OLGA, World
from tests.unit.api.counted import Asked, Counting
from tests.unit.api.table import Route, table

EVERY_RIGHT = (
    *OLGA.rights, "users:read", "users:write", "approvals:decide", "knowledge:read",
    "knowledge:write", "http:call", "mcp:call", "runs:read", "runs:operate", "conversations:erase",
    "flows:read", "flows:write",
)  # fmt: skip
POWERFUL = OLGA.model_copy(update={"roles": ("admin", "operator"), "rights": EVERY_RIGHT})
SESSION = "abc-123"
OLD, JUST_MADE = timedelta(hours=1), timedelta(seconds=1)
"""What was just made is looked for twice: the store that is asked may not have it yet."""
TABLE = table()
WITH_IDS = [route for route in TABLE if route.ids]
FORMS = [{}, {"accept": "text/event-stream"}, {"prefer": "respond-async"}]


@dataclass
class Place:
    """What Ana has, and somebody of another tenant who may do everything there."""

    world: World = field(default_factory=lambda: World(callers={"ana": ANA, "olga": POWERFUL}))
    orchestrations: FakeOrchestrations = field(default_factory=FakeOrchestrations)
    hers: Mapping[str, str] = field(default_factory=dict)

    async def fill(self, age: timedelta = OLD) -> None:
        """A conversation, a thread, a run, an open approval and a flow, made so long ago."""
        at = self.world.clock() - age
        run_id = id_made(at.timestamp())
        self.hers = {"id": id_made(at.timestamp()), "runId": run_id, "approvalId": "a0"}
        self.hers |= {name: id_made(at.timestamp()) for name in ("threadId", "flowId")}
        self.hers |= {"version": "1"}
        await self.world.flows.create(a_flow(self.hers["flowId"], at=at))
        for name, session in (("id", None), ("threadId", SESSION)):
            await self.world.conversations.create(
                Conversation(
                    conversation_id=self.hers[name],
                    tenant_id=ANA.tenant_id,
                    owner_id=ANA.user_id,
                    session_id=session,
                    pack_version=self.world.deps().packs.current,
                    created_at=at,
                    updated_at=at,
                )
            )
        await self.world.begin("¿Qué plazo tengo?", ANA, run_id)
        await self.world.approvals.open(an_approval(run_id=run_id))

    def nobodys(self) -> Mapping[str, str]:
        """Ids of the same age that nothing has."""
        born = ULID.from_str(self.hers["id"]).timestamp
        ids = {name: id_made(born) for name in self.hers}
        return ids | {"approvalId": "a0", "version": "1"}

    async def ask(
        self, route: Route, ids: Mapping[str, str], headers: Mapping[str, str], **more: Any
    ) -> tuple[Answer, list[Asked]]:
        counting = Counting()
        caller = Caller(counting.before(self.world.deps()), self.orchestrations, "olga")
        path = {name: ids[name] for name in route.ids}
        answer = await caller.call(
            route.handler, route.method, path=path, headers=headers, **{"body": route.body} | more
        )
        return answer, counting.asked


def id_made(seconds: float) -> str:
    return str(ULID.from_timestamp(seconds))


def told(answer: Answer) -> tuple[int, dict[str, Any], dict[str, str]]:
    """All of an answer but the correlation id, of which each has its own."""
    body = answer.json
    headers = dict(answer.headers)
    assert body.pop("correlationId") == headers.pop("x-correlation-id")
    return answer.status, body, headers


def told_of(asked: list[Asked], ids: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was asked for, with each id by its name."""
    found = []
    for each in asked:
        text = repr(each.arguments)
        for name, value in ids.items():
            text = text.replace(repr(value), name)
        found.append((each.name, text))
    return found


@pytest.fixture
async def place() -> Place:
    made = Place()
    await made.fill()
    return made


def test_the_walk_knows_every_route_with_an_id() -> None:
    assert {route.name for route in WITH_IDS} >= {
        "read_conversation", "post_message", "conversation_events", "read_run", "run_events",
        "cancel_run", "rate_run", "decide_approval", "read_flow", "save_flow", "restore_flow",
    }  # fmt: skip


@pytest.mark.parametrize("age", [OLD, JUST_MADE], ids=["old", "just made"])
@pytest.mark.parametrize("route", WITH_IDS, ids=[route.name for route in WITH_IDS])
async def test_another_tenants_id_is_as_unknown_as_one_that_never_was(
    route: Route, age: timedelta
) -> None:
    place = Place()
    await place.fill(age)
    for form in FORMS:
        hers, asked = await place.ask(route, place.hers, form)
        none, then = await place.ask(route, nobodys := place.nobodys(), form)
        assert hers.status == 404
        assert told(hers) == told(none)
        assert asked, "a store was asked"
        assert told_of(asked, place.hers) == told_of(then, nobodys), "and as much for the other"
        assert all(each.arguments[0] == OLGA.tenant_id for each in asked), "by its tenant first"
    assert place.orchestrations.raised == []
    assert place.orchestrations.started == []


@pytest.mark.parametrize("route", WITH_IDS, ids=[route.name for route in WITH_IDS])
async def test_no_event_and_no_turn_is_read_for_an_id_of_another_tenant(
    place: Place, route: Route
) -> None:
    """The log has only the run in its key: whose run it is, is known before it is read."""
    _, asked = await place.ask(route, place.hers, {"accept": "text/event-stream"})
    assert not any(each.name.startswith(("log.", "readers.")) for each in asked)


@pytest.mark.parametrize("route", WITH_IDS, ids=[route.name for route in WITH_IDS])
async def test_a_body_that_is_wrong_tells_no_more_of_it(place: Place, route: Route) -> None:
    wrong = {"body": {"nonsense": 1}}
    hers, _ = await place.ask(route, place.hers, {}, **wrong)
    none, _ = await place.ask(route, place.nobodys(), {}, **wrong)
    assert told(hers) == told(none)
    assert hers.status in (400, 404)


async def test_a_thread_of_another_tenant_is_as_unknown(place: Place) -> None:
    """An id in the body, and the session that it belongs to is named rightly."""
    (route,) = [each for each in TABLE if each.name == "post_chat"]
    answers: list[object] = []
    for thread in (place.hers["threadId"], place.hers["id"], place.nobodys()["threadId"]):
        body = {"sessionId": SESSION, "message": "Hola", "agent": "normal", "threadId": thread}
        answer, asked = await place.ask(route, {}, {}, body=body)
        assert answer.status == 404
        answers.append((told(answer), told_of(asked, {"thread": thread})))
    assert answers[0] == answers[1] == answers[2]


# --- whose one is, the token says -----------------------------------------------------------------

PRINCIPAL = base64.b64encode(
    json.dumps(
        {
            "auth_typ": "aad",
            "claims": [
                {"typ": "tid", "val": ANA.tenant_id},
                {"typ": "oid", "val": ANA.user_id},
                {"typ": "roles", "val": "admin"},
            ],
        }
    ).encode()
).decode()
PRETENDED = {
    "x-tenant-id": ANA.tenant_id,
    "x-ms-tenant-id": ANA.tenant_id,
    "tenantid": ANA.tenant_id,
    "tid": ANA.tenant_id,
    "x-user-id": ANA.user_id,
    "x-roles": "admin,operator",
    "x-forwarded-user": ANA.user_id,
    "x-forwarded-for": "127.0.0.1",
    "x-original-url": "/api/health",
    "x-http-method-override": "GET",
    "x-ms-client-principal": PRINCIPAL,
    "x-ms-client-principal-id": ANA.user_id,
    "x-ms-token-aad-access-token": "ana",
    "cookie": f"tenantId={ANA.tenant_id}; AppServiceAuthSession=ana",
}
NAMED = {"tenantId": ANA.tenant_id, "tenant": ANA.tenant_id, "tid": ANA.tenant_id, "user": "ana"}
NAMED |= {"access_token": "ana", "token": "ana", "code": "ana", "roles": "admin"}


@pytest.mark.parametrize("route", TABLE, ids=[route.name for route in TABLE])
async def test_headers_and_queries_that_name_another_tenant_change_nothing(
    place: Place, route: Route
) -> None:
    plain, asked = await place.ask(route, place.hers, FORMS[2])
    pretended, then = await place.ask(route, place.hers, FORMS[2] | PRETENDED, query=NAMED)
    assert pretended.status == plain.status
    assert [each.name for each in then] == [each.name for each in asked]
    assert ANA.tenant_id not in repr(then)
    assert ANA.user_id not in repr(then)


@pytest.mark.parametrize("route", TABLE, ids=[route.name for route in TABLE])
async def test_nobody_comes_in_by_such_a_header_alone(place: Place, route: Route) -> None:
    counting = Counting()
    caller = Caller(counting.before(place.world.deps()), place.orchestrations, None)
    path = {name: place.hers[name] for name in route.ids}
    answer = await caller.call(
        route.handler, route.method, route.body, path=path, headers=PRETENDED, query=NAMED
    )
    assert answer.status == 401
    assert counting.asked == []


async def test_an_idempotency_key_finds_no_run_of_another_tenant(place: Place) -> None:
    """Nor of another user: the claim is made of both."""
    (route,) = [each for each in TABLE if each.name == "post_chat"]
    headers = FORMS[2] | {"idempotency-key": "the-same"}
    body = {"sessionId": SESSION, "message": "Hola", "agent": "normal"}
    runs = set()
    for token in ("ana", "olga"):
        caller = Caller(place.world.deps(), place.orchestrations, token)
        answer = await caller.call(route.handler, "POST", body, headers=headers)
        assert answer.status == 202
        runs.add(answer.json["runId"])
    assert len(runs) == 2
    assert {tenant for tenant, run in place.world.runs.records if run in runs} == {
        ANA.tenant_id, OLGA.tenant_id,
    }  # fmt: skip
