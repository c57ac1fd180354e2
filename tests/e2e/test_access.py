"""Who may come in, and what the others see: nothing."""

import base64
import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from emulator.services.tokens import SigningKeys
from tests.e2e.cloud import Host, Services
from tests.e2e.conftest import Call
from tests.e2e.people import Answer, Person
from tests.e2e.stores import Stores

OPEN = {"/health", "/openapi.json"}
UNKNOWN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * 3))
    return claims


def unsigned(claims: Mapping[str, Any]) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


@pytest.fixture
def bad_tokens(ana: Person, services: Services) -> dict[str, str | None]:
    assert ana.token is not None
    keys = SigningKeys.load_or_create(services.data / "keys")
    claims = claims_of(ana.token)
    head, payload, signature = ana.token.split(".")
    now = int(time.time())
    stranger = "99999999-9999-4999-8999-999999999999"
    return {
        "none": None,
        "empty": "",
        "garbage": "abc",
        "three parts": "a.b.c",
        "signature cut": f"{head}.{payload}.{signature[:-8]}",
        "unsigned": unsigned(claims),
        "expired": keys.sign({**claims, "exp": now - 600, "iat": now - 4200, "nbf": now - 4200}),
        "other audience": keys.sign({**claims, "aud": "api://other"}),
        "other issuer": keys.sign({**claims, "iss": "https://evil.example/v2.0"}),
        "other tenant": keys.sign({**claims, "tid": stranger}),
        "no person": keys.sign({k: v for k, v in claims.items() if k != "oid"}),
        "claims changed": ".".join(
            [head, unsigned({**claims, "roles": []}).split(".")[1], signature]
        ),
    }


OPENAI = (("POST", "/v1/chat/completions"), ("GET", "/v1/models"))


async def operations(ana: Person) -> list[tuple[str, str]]:
    document = (await ana.get("/openapi.json")).body
    return [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete")
    ]


def assert_unauthenticated(answer: Answer, why: object) -> None:
    assert answer.status == 401, why
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    if why in OPENAI:
        # Its errors have the form that OpenAI's clients read.
        assert answer.body["error"]["code"] == "UNAUTHENTICATED"
        assert answer.headers["x-correlation-id"]
        return
    assert answer.body["code"] == "UNAUTHENTICATED", why
    assert answer.headers["x-correlation-id"] == answer.body["correlationId"]


async def test_every_route_but_two_refuses_requests_without_a_token(ana: Person) -> None:
    nobody = replace(ana, token=None)
    found = await operations(ana)
    assert len(found) >= 8
    for method, path in found:
        answer = await nobody.ask(method, path.replace("{", "").replace("}", ""))
        if path in OPEN:
            assert answer.status == 200, path
        else:
            assert_unauthenticated(answer, (method, path))


async def test_a_token_that_is_not_valid_here_is_refused(
    ana: Person, bad_tokens: Mapping[str, str | None]
) -> None:
    conversation = await ana.open_conversation()
    for why, token in bad_tokens.items():
        somebody = replace(ana, token=token)
        assert_unauthenticated(await somebody.get(f"/conversations/{conversation}"), why)
    for scheme in (f"Basic {ana.token}", f"{ana.token}", "Bearer"):
        answer = await replace(ana, token=None).get("/runs/x", Authorization=scheme)
        assert_unauthenticated(answer, scheme)


@pytest.mark.parametrize("user", ["olga", "luis"])
async def test_a_run_of_somebody_else_is_as_unknown_as_none(
    ana: Person, person: Call, user: str
) -> None:
    run = await ana.say(await ana.open_conversation(), "Hola, ¿cómo va?")
    other = await person(user)
    for path in ("", "/events"):
        theirs = await other.get(f"/runs/{run.run_id}{path}")
        none = await other.get(f"/runs/{UNKNOWN}{path}")
        assert theirs.status == none.status == 404
        for answer in (theirs, none):
            assert answer.body.pop("correlationId") == answer.headers["x-correlation-id"]
        assert theirs.body == none.body
    assert (await ana.get(f"/runs/{run.run_id}")).status == 200


async def test_a_right_that_is_missing_is_told_and_nothing_is_made(
    person: Call, ana: Person
) -> None:
    luis = await person("luis")
    run = await luis.say(
        await luis.open_conversation(),
        "Da de alta a Carmen Ruiz, carmen.ruiz.prueba@valdeoro.example, como empleada",
    )
    assert run.tool_statuses == [("createUser", "started"), ("createUser", "failed")]
    assert "users:write" in run.of("tool")[-1]["error"]
    assert run.end["type"] == "done"


async def test_who_may_not_see_users_does_not_read_of_them_in_events_either(
    person: Call, ana: Person, stores: Stores, host: Host, http: aiohttp.ClientSession, title: str
) -> None:
    assert ana.token is not None
    number, tenant = title.rpartition(" ")[2], str(claims_of(ana.token)["tid"])
    name, address = f"Carmen Exp{number}", f"carmen.{number}@valdeoro.example"
    event = {
        "specversion": "1.0",
        "id": f"user-{number}",
        "type": "user.created",
        "source": "/erp",
        "subject": f"/tenants/{tenant}/users/U-{number}",
        "data": {"record": {"fullName": name, "email": address, "role": "gestor"}},
    }
    url = f"{host.url}/runtime/webhooks/eventgrid?functionName=erp_event"
    told = {"aeg-event-type": "Notification"}
    async with http.post(url, json=[event], headers=told) as taken:
        assert taken.status == 202
    seen = {}
    for who in (ana, await person("luis")):
        run = await who.say(await who.open_conversation(), f"¿Qué se sabe de {name}?")
        assert run.end["type"] == "done"
        seen[who] = address in f"{run.text}{await stores.of_run('runs', run.run_id)}"
    assert list(seen.values()) == [True, False]


@pytest.mark.parametrize("path", ["/conversations", "/health", "/openapi.json"])
async def test_pages_of_origins_that_nobody_named_may_read_nothing(ana: Person, path: str) -> None:
    origin = {"Origin": "https://evil.example"}
    asking = origin | {"Access-Control-Request-Method": "GET"}
    # Which headers a page may read is said to all; without an origin it holds for none.
    for answer in (
        await ana.ask("GET", path, headers=origin),
        await ana.ask("OPTIONS", path, headers=asking),
    ):
        told = {
            name.lower() for name in answer.headers if name.lower().startswith("access-control")
        }
        assert told <= {"access-control-expose-headers"}


async def test_every_answer_forbids_what_a_browser_might_do_with_it(ana: Person) -> None:
    conversation = await ana.open_conversation()
    stranger = replace(ana, token=None)
    answers = [
        await ana.get("/health"),
        await ana.get("/openapi.json"),
        await ana.get(f"/conversations/{conversation}"),
        await ana.get(f"/conversations/{UNKNOWN}"),
        await stranger.get(f"/conversations/{conversation}"),
        await ana.post(conversation, "Hola"),
    ]
    for answer in answers:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert {each.headers["Cache-Control"] for each in answers[2:]} == {"no-store"}
