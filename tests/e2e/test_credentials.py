"""Credential profiles and handles over the socket: whose key goes where, and who is refused."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import aiohttp
import pytest

from tests.e2e.cloud import Host, Services, running_host
from tests.e2e.people import Person, Run
from tests.e2e.recorders import Recorder, recording
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Surroundings

VAULT = "https://vault.azure.net"


@dataclass(frozen=True, slots=True)
class Place:
    """A host of its own, whose profiles lead to recorders instead of Azure."""

    host: Host
    prod: Recorder
    staging: Recorder


@pytest.fixture(scope="module")
def place(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        prod, staging = (stack.enter_context(recording(name)) for name in ("prod", "staging"))
        entries = {
            name: {
                "azure-openai": {
                    "source": "key_vault",
                    "secret": f"kv://e2e/{name}",
                    "endpoint": recorder.url,
                    "deployment": f"gpt-{name}",
                }
            }
            for name, recorder in (("prod", prod), ("staging", staging), ("unused", staging))
        }
        default = json.loads(services.environment["Security__CredentialProfiles"])["default"]
        values = {
            "Aliases": {
                "model": {"source": "key_vault", "secret": "kv://e2e/handle"},
                "search": {"source": "key_vault", "secret": "secrets/search-api-key"},
            },
            "AllowedSecrets": ["kv://e2e/handle", "secrets/search-api-key"],
            "Dev": {"AllowSimulatorKeys": True},
        }
        access = {"prod": {"roles": ["manager"]}, "staging": {}, "unused": {}}
        settings = {
            "Security__CredentialProfiles": json.dumps({"default": default, **entries}),
            "Security__ProfileAccess": json.dumps(access),
            "Security__SecureValues": json.dumps(values),
        }
        data = tmp_path_factory.mktemp("credentials") / "data"
        host = stack.enter_context(running_host(services, data, settings=settings))
        yield Place(host, prod, staging)


@dataclass(frozen=True, slots=True)
class Keys:
    """Key Vault's administrator."""

    http: aiohttp.ClientSession
    services: Services

    async def put(self, name: str, value: str) -> None:
        identity = self.services.environment
        async with self.http.get(
            identity["IDENTITY_ENDPOINT"],
            params={"api-version": "2019-08-01", "resource": VAULT},
            headers={"X-IDENTITY-HEADER": identity["IDENTITY_HEADER"]},
        ) as response:
            token = (await response.json())["access_token"]
        async with self.http.put(
            f"{self.services.urls['keyvault']}/secrets/{name}?api-version=7.6",
            json={"value": value},
            headers={"Authorization": f"Bearer {token}"},
        ) as response:
            response.raise_for_status()


@pytest.fixture
async def keys(http: aiohttp.ClientSession, services: Services, place: Place) -> Keys:
    """Each test begins with keys that the endpoints take."""
    vault = Keys(http, services)
    for name, recorder in (("prod", place.prod), ("staging", place.staging)):
        key = f"made-up-{name}-{uuid4().hex}"
        await vault.put(f"e2e-{name}", key)
        recorder.keys, recorder.asked = {key}, []
    return vault


@pytest.fixture
async def ana(http: aiohttp.ClientSession, place: Place, around: Surroundings) -> Person:
    return Person(http, place.host.url, await around.token("ana"))


def body(**more: object) -> dict[str, object]:
    return {"sessionId": "s1", "message": "Hola", "agent_profile": "normal", **more}


async def resolved(person: Person, alias: str, session: str = "s1") -> str:
    asked = {"source": "key_vault", "alias": alias, "sessionId": session}
    answer = await person.ask("POST", "/config/resolve", json=asked)
    assert answer.status == 200, answer.body
    return str(answer.body["handleId"])


def keys_of(recorder: Recorder) -> list[str]:
    return [key for _, key in recorder.asked]


async def test_a_profile_reaches_its_own_endpoint_with_its_own_key(
    ana: Person, place: Place, keys: Keys
) -> None:
    for profile, reached, other in (
        ("staging", place.staging, place.prod), ("prod", place.prod, place.staging),
    ):  # fmt: skip
        before = len(other.asked)
        run = await ana.call(body(profile=profile))
        assert run.text == reached.says
        path, key = reached.asked[-1]
        assert f"/deployments/gpt-{profile}/" in path
        assert key in reached.keys
        assert len(other.asked) == before
    plain = await ana.call(body())
    assert plain.end["type"] == "done"
    assert plain.text not in ("prod", "staging")


async def test_a_profile_is_for_whom_the_settings_admit(
    http: aiohttp.ClientSession, place: Place, around: Surroundings, keys: Keys
) -> None:
    luis = Person(http, place.host.url, await around.token("luis"))
    for profile in ("prod", "nowhere"):
        answer = await luis.ask("POST", "/chat", json=body(profile=profile))
        assert (answer.status, answer.body["code"]) == (403, "NOT_ALLOWED")
        assert profile in answer.body["detail"]
    catalog = (await luis.get("/catalog")).body
    assert (catalog["profiles"], catalog["aliases"]) == (["default", "staging", "unused"], [])
    assert (await luis.ask("POST", "/config/resolve", json={})).status in (400, 403)


async def test_a_key_that_was_rotated_is_noticed_when_the_old_one_is_refused(
    ana: Person, place: Place, keys: Keys
) -> None:
    await ana.call(body(profile="staging"))
    old, new = keys_of(place.staging)[-1], f"made-up-staging-{uuid4().hex}"
    await keys.put("e2e-staging", new)
    place.staging.keys, place.staging.asked = {new}, []
    run = await ana.call(body(profile="staging"))
    assert run.text == "staging"
    assert keys_of(place.staging) == [old, new]


async def test_a_vault_that_is_away_stops_only_who_has_no_key_yet(
    ana: Person, place: Place, keys: Keys, around: Surroundings
) -> None:
    await ana.call(body(profile="staging"))
    await around.fail("keyvault", status=503, count=99, path="/secrets")
    run = await ana.call(body(profile="staging"))
    assert run.text == "staging"
    retried = {"runtime": {"retry_count": 0}}
    answer = await ana.ask("POST", "/chat", json=body(profile="unused", **retried))
    assert (answer.status, answer.body["code"]) == (503, "CREDENTIALS_UNAVAILABLE")
    assert answer.body["retryable"] is True
    english = await ana.speaking("en").ask("POST", "/chat", json=body(profile="unused", **retried))
    assert "credential store" in english.body["detail"]


async def test_a_handle_goes_before_the_profiles_key_and_nowhere_else(
    ana: Person, place: Place, keys: Keys
) -> None:
    value = f"made-up-handle-{uuid4().hex}"
    await keys.put("e2e-handle", value)
    place.staging.keys = {value}
    handle = await resolved(ana, "model")
    run = await ana.call(body(profile="staging", credentials={"azure-openai": handle}))
    assert run.text == "staging"
    assert keys_of(place.staging)[-1] == value


async def test_a_handle_lets_a_search_be_made_with_its_key(ana: Person, keys: Keys) -> None:
    handle = await resolved(ana, "search")
    search = {"mode": "hybrid", "index": "cerebro"}
    asked = body(agent_profile="retrieval", search=search, message="teletrabajo")
    run = await ana.call({**asked, "credentials": {"search": handle}})
    (found,) = run.of("citations")
    assert found["citations"]
    assert not run.end.get("warnings")


async def test_a_handle_is_refused_to_everybody_else_before_anything_is_started(
    ana: Person,
    http: aiohttp.ClientSession,
    place: Place,
    around: Surroundings,
    keys: Keys,
) -> None:
    handle = await resolved(ana, "search")
    others = [Person(http, place.host.url, await around.token(user)) for user in ("luis", "olga")]
    tampered = handle[:-6] + ("AAAAAA" if not handle.endswith("AAAAAA") else "BBBBBB")
    tried: list[tuple[Person, Mapping[str, object]]] = [
        (ana, body(sessionId="s2", credentials={"search": handle})),
        (ana, body(sessionId="", credentials={"search": handle})),
        (ana, body(credentials={"search": tampered})),
        (ana, body(credentials={"mcp:corp-tools": handle})),
        *((other, body(credentials={"search": handle})) for other in others),
    ]
    before = len(keys_of(place.prod)) + len(keys_of(place.staging))
    for person, asked in tried:
        answer = await person.ask("POST", "/chat", json=asked)
        assert (answer.status, answer.body["code"]) == (403, "NOT_ALLOWED"), asked
        assert "credentials/" in answer.body["detail"]
        assert "x-run-id" not in answer.headers
    assert len(keys_of(place.prod)) + len(keys_of(place.staging)) == before


async def test_only_the_handle_is_stored(
    ana: Person, place: Place, keys: Keys, stores: Stores
) -> None:
    value = f"made-up-handle-{uuid4().hex}"
    await keys.put("e2e-handle", value)
    place.staging.keys = {value}
    handle = await resolved(ana, "model")
    run: Run = await ana.call(body(profile="staging", credentials={"azure-openai": handle}))
    items = await stores.of_run("runs", run.run_id)
    (record,) = (item for item in items if "call" in item and "message" in item)
    assert record["call"]["credentials"] == {"azure-openai": handle}
    assert value not in json.dumps(items)
    assert value not in json.dumps([dict(event.data) for event in run.events])
    assert value not in place.host.log.read_text("utf-8")


async def test_a_key_of_the_simulator_is_used_once_and_kept_nowhere(
    ana: Person, place: Place, keys: Keys, stores: Stores
) -> None:
    value = f"made-up-typed-{uuid4().hex}"
    place.staging.keys = {value}
    header = {"x-sim-credentials": json.dumps({"openai": value})}
    run = await ana.call(body(profile="staging"), header)
    assert run.text == place.staging.says
    assert keys_of(place.staging) == [value]
    without = await ana.call(body(profile="staging"))
    assert without.end["type"] == "error"
    assert keys_of(place.staging).count(value) == 1
    items = await stores.of_run("runs", run.run_id)
    assert value not in json.dumps(items)
    assert value not in json.dumps([dict(event.data) for event in run.events])
    assert value not in place.host.log.read_text("utf-8")
