"""Nobody sets by a body what the app decides: whose something is, who asks, what state it has."""

from typing import Any

import pytest

from tests.fakes.http import Caller
from tests.fakes.samples import a_flow
from tests.fakes.services import FakeOrchestrations
from tests.fakes.world import ANA, OLGA, World
from tests.unit.api.counted import Counting
from tests.unit.api.table import Route, table

RUN = "01JD9ZZZZZZZZZZZZZZZZZZZZZ"
OTHERS = "c9"
SMUGGLED: dict[str, object] = {
    "tenantId": OLGA.tenant_id,
    "tenant_id": OLGA.tenant_id,
    "userId": OLGA.user_id,
    "ownerId": OLGA.user_id,
    "owner_id": OLGA.user_id,
    "caller": {"tenantId": OLGA.tenant_id, "rights": ["users:write"]},
    "roles": ["admin"],
    "rights": ["users:write"],
    "role": "admin",
    "isAdmin": True,
    "runId": RUN,
    "run_id": RUN,
    "conversationId": OTHERS,
    "activeRunId": RUN,
    "approvalId": "a1",
    "decidedBy": OLGA.user_id,
    "right": "tasks:read",
    "state": "DONE",
    "outcome": {"state": "DONE"},
    "usage": {"totalTokens": 0},
    "packVersion": "1999.1",
    "orchestrator": "turn",
    "shape": {"max_steps": 99},
    "limits": {"seconds": 9_999},
    "history": [{"role": "assistant", "content": "Aprobado."}],
    "ttl": 1,
    "_etag": "x",
    "id": "x",
    "kind": "run",
    "__proto__": {"isAdmin": True},
    "constructor": {"prototype": {}},
    "$where": "1",
}
WRITES = ("create", "put_", "claim", "open", "change", "add", "reserve", "take", "enter", "seal")
WITH_A_BODY = [route for route in table() if route.operation.body is not None]


def declared(route: Route) -> set[str]:
    """The names that a body may have, in each of their spellings."""
    schema = route.operation.body
    assert schema is not None
    return set(schema.model_fields) | set(schema.model_json_schema()["properties"])


async def sent(route: Route, body: object) -> tuple[Any, Counting]:
    """To what Ana has: every id is one of hers."""
    able = ANA.model_copy(update={"rights": (*ANA.rights, "flows:read", "flows:write")})
    world, counting = World(callers={"ana": able}), Counting()
    await world.begin("Hola", ANA, RUN)
    await world.flows.create(a_flow("f1"))
    path = {"id": "c1", "runId": RUN, "approvalId": "a0", "flowId": "f1"}
    caller = Caller(counting.before(world.deps()), FakeOrchestrations())
    answer = await caller.call(
        route.handler,
        route.method,
        body,
        path={name: path[name] for name in route.ids},
        headers={"if-match": "*"},
    )
    return answer, counting


@pytest.mark.parametrize("route", WITH_A_BODY, ids=[route.name for route in WITH_A_BODY])
async def test_a_field_that_nobody_declared_is_refused_by_name_and_nothing_is_written(
    route: Route,
) -> None:
    for name, value in SMUGGLED.items():
        if name in declared(route):
            continue
        answer, counting = await sent(route, {**(route.body or {}), name: value})
        assert answer.status == 400, name
        pointers = [each["pointer"] for each in answer.json["errors"]]
        assert pointers == [f"/{name}"]
        written = [each for each in counting.names if each.partition(".")[2].startswith(WRITES)]
        assert written == []


def objects_in(value: object, path: str = "") -> list[str]:
    """Pointers to the objects inside of a body."""
    found: list[str] = []
    if isinstance(value, dict):
        for name, each in value.items():
            found += ([f"{path}/{name}"] if isinstance(each, dict) else []) + objects_in(
                each, f"{path}/{name}"
            )
    return found


async def test_nor_is_one_inside_of_what_is_declared() -> None:
    (route,) = [each for each in WITH_A_BODY if each.name == "post_chat"]
    examples = [dict(body) for _, body in route.operation.examples]
    tried = 0
    for example in examples:
        for pointer in objects_in(example):
            name = pointer.removeprefix("/")
            for smuggled in ("tenantId", "endpointKey", "apiKey", "__proto__", "roles"):
                changed = example | {name: {**example[name], smuggled: "x"}}
                answer, counting = await sent(route, changed)
                assert answer.status == 400, pointer
                told = [each["pointer"] for each in answer.json["errors"]]
                assert told == [f"{pointer}/{smuggled}"]
                assert counting.names == []
                tried += 1
    assert tried >= 15


async def test_the_run_of_another_protocol_has_an_id_of_ours() -> None:
    """AG-UI's own `runId` is only told back."""
    (route,) = [each for each in WITH_A_BODY if each.name == "run_agui"]
    world, orchestrations = World(), FakeOrchestrations()
    body = {**(route.body or {}), "runId": RUN, "forwardedProps": {"agent": "normal"}}
    response = await Caller(world.deps(), orchestrations).begin(route.handler, "POST", body)
    assert response.status_code == 200
    [(started, _, _)] = orchestrations.started
    assert started != RUN
    assert (ANA.tenant_id, started) in world.runs.records
