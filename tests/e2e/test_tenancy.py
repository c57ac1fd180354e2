"""Two tenants on the wire: what one has is, on every route, as unknown to the other as nothing."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from ulid import ULID

from tests.e2e.conftest import Call
from tests.e2e.people import Answer, Person
from tests.e2e.stores import Stores
from tests.e2e.test_access import claims_of
from tests.e2e.test_control import new_address, wish

OF_EACH_ANSWER = frozenset({"date", "x-correlation-id"})
METHODS = ("get", "post", "put", "patch", "delete")
OF_NO_TENANT = {"streams": "runId", "quotas": "subject"}
"""Containers whose key is no tenant: whose run it is, is asked first; a subject is a hash."""


async def with_ids(who: Person) -> list[tuple[str, str, Any]]:
    """Method, path and an example of the body, of every operation that takes an id."""
    paths = (await who.get("/openapi.json")).body["paths"]
    return [
        (method.upper(), path, example_of(operation))
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS and "{" in path
    ]


def example_of(operation: Mapping[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return next((each["value"] for each in content.get("examples", {}).values()), None)


def told(answer: Answer) -> tuple[int, Any, dict[str, str]]:
    """Status, body and headers, but for what is of each answer alone."""
    assert answer.body.pop("correlationId") == answer.headers["x-correlation-id"]
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return answer.status, answer.body, {n: v for n, v in headers.items() if n not in OF_EACH_ANSWER}


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_what_another_tenant_has_is_as_unknown_as_what_never_was(
    person: Call, olga: Person, accept: str
) -> None:
    marta = await person("marta")
    conversation = await marta.open_conversation()
    asked = await marta.post(conversation, wish(new_address()))
    made = await marta.ask("POST", "/flows", json={"flow": []})
    assert made.status == 201
    hers = {
        "id": conversation,
        "runId": asked.body["runId"],
        "approvalId": asked.body["approval"]["approvalId"],
        "flowId": made.body["flowId"],
        "version": 1,
    }
    born = ULID.from_str(conversation).timestamp
    nobodys = hers | {name: str(ULID.from_timestamp(born)) for name in ("id", "runId", "flowId")}
    found = await with_ids(olga)
    assert len(found) >= 13
    for method, path, body in found:
        hers_answer, no_answer = [
            told(await olga.ask(
                method, path.format(**ids), json=body, headers={"Accept": accept}
            ))
            for ids in (hers, nobodys)
        ]  # fmt: skip
        assert hers_answer[0] == 404, (method, path)
        assert hers_answer == no_answer, (method, path)
    view = (await marta.get(f"/runs/{hers['runId']}")).body
    assert [each["state"] for each in view["approvals"]] == ["open"], "nothing came of it"


@pytest.mark.parametrize("other", ["11111111-1111-4111-8111-111111111111", "*", "' or 1 eq 1"])
async def test_a_tenant_that_a_request_names_is_not_asked(
    ana: Person, olga: Person, other: str
) -> None:
    hers = claims_of(str(ana.token))
    conversation = await ana.open_conversation()
    pretended = {
        "X-Tenant-Id": other.strip("'"),
        "X-MS-CLIENT-PRINCIPAL-ID": hers["oid"],
        "X-Forwarded-User": hers["oid"],
        "X-Original-URL": "/api/health",
        "Cookie": f"tenantId={hers['tid']}",
    }
    query = f"?tenantId={quote(other)}&tid={hers['tid']}"
    for path in (f"/conversations/{conversation}", "/approvals", "/catalog"):
        plain = await olga.get(path)
        answer = await olga.ask("GET", f"{path}{query}", headers=pretended)
        assert answer.status == plain.status
        for each in (answer, plain):
            each.body.pop("correlationId", None)
        assert answer.body == plain.body
    body = {"sessionId": "s1", "message": "Hola", "agent": "normal", "tenantId": hers["tid"]}
    refused = await olga.ask("POST", "/chat", json=body)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "/tenantId")


async def test_each_item_and_document_is_of_the_tenant_of_who_made_it(
    ana: Person, olga: Person, stores: Stores, title: str
) -> None:
    """All keys begin with the tenant, and it is the one of the token."""
    order = f"Crea una tarea: {title}, para el 2036-12-04"
    whose = {}
    for who in (ana, olga):
        run = await who.say(await who.open_conversation(), order)
        assert run.end["type"] == "done"
        whose[run.run_id] = str(claims_of(str(who.token))["tid"])
    counted = set()
    async for container in stores.database.list_containers():
        name, first = container["id"], container["partitionKey"]["paths"][0]
        assert first == f"/{OF_NO_TENANT.get(name, 'tenantId')}"
        for run_id, tenant in whose.items():
            for item in await stores.of_run(name, run_id):
                counted.add(name)
                assert name in OF_NO_TENANT or item["tenantId"] == tenant
    assert counted >= {"conversations", "runs", "events", "streams"}
    tenants = set(whose.values())
    found = [dict(each) async for each in await stores.cerebro.search(title, top=10)]
    mine = [each for each in found if title in each["content"]]
    assert {each["tenantId"] for each in mine} == tenants
    for each in mine:
        assert len([tenant for tenant in tenants if tenant in str(each)]) == 1
