"""Secrets and personal data are put wherever they can be; then all that was written is searched.

A secret is nowhere. Personal data is where a conversation is kept, nowhere else, and nowhere at all
once it was erased.
"""

import asyncio
import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import pytest

from tests.e2e.cloud import ROOT, Host, Services, running_host
from tests.e2e.people import Answer, Person, Run
from tests.e2e.stores import Stores
from tests.e2e.surroundings import Durable, Surroundings
from tests.e2e.taps import Tap, tapped
from tests.e2e.test_control import decide
from tests.e2e.traces import folder

CLOUD = ROOT / "demo" / "cloud.json"
ALL = 100_000
"""Documents; other tests have stored some, too."""
HEADERS = ("X-Canary", "Cookie", "X-Api-Key", "Proxy-Authorization", "X-Functions-Key")


@dataclass(frozen=True, slots=True)
class Place:
    """A host of its own, whose model and ERP are overheard."""

    host: Host
    data: Path
    services: Services
    model: Tap
    erp: Tap


@pytest.fixture(scope="module")
def place(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        trust = services.trust()
        model, erp = (
            stack.enter_context(tapped(services.urls[name], trust)) for name in ("model", "erp")
        )
        data = tmp_path_factory.mktemp("canaries") / "data"
        routes = json.loads(services.environment["AI__EndpointRoutes"])
        settings = {
            "AzureOpenAI__Endpoint": model.url,
            "AI__EndpointRoutes": json.dumps(dict.fromkeys(routes, model.url)),
            "Erp__BaseUrl": erp.url,
            "Telemetry__Folder": str(data.with_name("telemetry")),
            # One that nobody reads, and that the start tells of by its name.
            "OpenAI__LegacySecretOfAnotherApp": "made-up-canary-setting-0099",
        }
        host = stack.enter_context(running_host(services, data, settings=settings))
        told = replaced(services, settings)
        yield Place(host, data, told, model, erp)


def replaced(services: Services, settings: Mapping[str, str]) -> Services:
    environment = {**services.environment, **settings}
    return Services(services.urls, services.data, services.ca_file, environment)


@dataclass
class Canaries:
    """Secrets by what they are; what a person tells of herself, likewise."""

    secrets: dict[str, str]
    personal: dict[str, str]

    @property
    def told(self) -> str:
        """In a person's words."""
        who = self.personal
        return (
            f"me llamo {who['name']}, mi NIF es {who['nif']}, mi correo {who['e-mail']}, mi "
            f"teléfono {who['phone']} y mi cuenta {who['iban']}"
        )

    def headers(self) -> dict[str, str]:
        return {name: self.secrets[f"header {name}"] for name in HEADERS}


@dataclass
class Story:
    """What people did, and everything that they were answered."""

    people: dict[str, Person]
    conversations: list[tuple[Person, str]] = field(default_factory=list)
    """Whose, and the path that it is erased by."""
    runs: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    def answered(self, answer: Answer) -> Answer:
        self.heard.append(f"{dict(answer.headers)}\n{json.dumps(answer.body)}")
        if run_id := answer.headers.get("x-run-id"):
            self.runs.append(run_id)
        return answer

    def ran(self, run: Run) -> Run:
        self.heard.append(json.dumps([dict(event.data) for event in run.events]))
        self.runs.append(run.run_id)
        return run

    async def opened(self, person: Person) -> str:
        conversation = await person.open_conversation()
        self.began(person, conversation)
        return conversation

    def began(self, person: Person, conversation: str, session: str = "") -> None:
        self.conversations.append((person, f"/conversations/{conversation}?sessionId={session}"))


def forms(value: str) -> set[str]:
    """In which a value may have been written."""
    ascii_only = json.dumps(value)[1:-1]
    return {value, ascii_only, quote(value), base64.b64encode(value.encode()).decode()}


def made_up(value: object) -> Iterator[str]:
    """Every secret of the local cloud's configuration, wherever it stands in it."""
    if isinstance(value, dict):
        for each in value.values():
            yield from made_up(each)
    elif isinstance(value, list):
        for each in value:
            yield from made_up(each)
    elif isinstance(value, str) and value.startswith("made-up-"):
        yield value


@pytest.fixture
def canaries(place: Place) -> Canaries:
    number = uuid4().int
    eight = f"{number % 10**8:08d}"
    letter = "TRWAGMYFPDXBNJZSQVHLCKE"[int(eight) % 23]
    configured = sorted(set(made_up(json.loads(CLOUD.read_text("utf-8")))))
    assert len(configured) >= 8
    secrets = {f"configured {value}": value for value in configured}
    secrets |= {f"header {name}": f"canary-{uuid4().hex}" for name in HEADERS}
    secrets |= {"query": f"canary-{uuid4().hex}", "setting": "made-up-canary-setting-0099"}
    secrets["identity header"] = place.services.environment["IDENTITY_HEADER"]
    secrets["handle key"] = handle_key()
    keys = [path for path in place.data.rglob("host.json") if "masterKey" in path.read_text()]
    for value in keys_in(json.loads(keys[0].read_text("utf-8"))):
        secrets[f"host key {len(secrets)}"] = value
    personal = {
        "name": f"Casilda Berruguete {eight}",
        "nif": f"{eight}{letter}",
        "e-mail": f"casilda.{eight}@correo.example",
        "phone": f"6{eight}",
        "iban": f"ES91 2100 0418 45{eight[:2]} {eight[2:6]} {eight[4:]}",
    }
    return Canaries(secrets, personal)


def handle_key() -> str:
    secrets = json.loads(CLOUD.read_text("utf-8"))["services"]["keyvault"]["secrets"]
    return str(secrets["eira-handle-key"])


def keys_in(document: Mapping[str, Any]) -> Iterator[str]:
    yield document["masterKey"]["value"]
    for kind in ("functionKeys", "systemKeys"):
        yield from (key["value"] for key in document[kind])


@pytest.fixture
async def story(
    place: Place, http: aiohttp.ClientSession, around: Surroundings, canaries: Canaries
) -> Story:
    people = {
        name: Person(http, place.host.url, await around.token(name))
        for name in ("ana", "marta", "luis", "olga")
    }
    canaries.secrets |= {f"token of {name}": str(who.token) for name, who in people.items()}
    return Story(people)


async def conversations(story: Story, canaries: Canaries) -> None:
    """Small talk, a question, a task, a rating, and a user whom somebody else approves."""
    ana, marta, headers = story.people["ana"], story.people["marta"], canaries.headers()
    first = await story.opened(ana)
    story.ran(await ana.say(first, f"Hola, {canaries.told}"))
    for message in (
        f"¿Qué necesito para renovar la licencia? {canaries.told}",
        f"Crea una tarea: llamar a {canaries.personal['name']} al {canaries.personal['phone']}, "
        "para el 2036-12-04",
    ):
        answer = story.answered(await ana.post(first, message, **headers))
        assert answer.status == 200, answer.body
    rated = {"rating": "up", "comment": canaries.told, "tags": ["bien"]}
    await ana.ask("POST", f"/runs/{story.runs[-1]}/feedback", json=rated)
    second = await story.opened(marta)
    who = f"{canaries.personal['name']}, {canaries.personal['e-mail']}"
    asked = story.answered(await marta.post(second, f"Da de alta a {who}, como empleada"))
    assert asked.status == 202, asked.body
    assert (await decide(ana, asked, "approve", comment=canaries.told)).status == 200
    story.ran(await marta.follow(asked.body["runId"]))


async def agent_calls(story: Story, canaries: Canaries) -> None:
    """With a profile, a handle, tools, and over each of the protocols."""
    ana, headers = story.people["ana"], canaries.headers()
    session = uuid4().hex
    wanted = {"source": "key_vault", "alias": "kv-search", "sessionId": session}
    resolved = await ana.ask("POST", "/config/resolve", json=wanted, headers=headers)
    assert resolved.status == 200, resolved.body
    canaries.secrets["handle"] = resolved.body["handleId"]
    case = {"server": "corp-tools", "method": "getCase", "params": {"id": "EXP-2026-014"}}
    said = f"Consulta el expediente: {canaries.told}"
    common = {"sessionId": session, "message": said, "context": {"persona": canaries.told}}
    calls: list[dict[str, object]] = [
        {"agent_profile": "normal", "profile": "prod", "tools": [{"name": "mcp", "args": case}]},
        {
            "agent_profile": "rag",
            "profile": "prod",
            "search": {"mode": "hybrid", "index": "cerebro"},
            "credentials": {"search": canaries.secrets["handle"]},
        },
    ]
    for call in calls:
        answer = story.answered(await ana.ask("POST", "/chat", json=common | call, headers=headers))
        assert answer.status == 200, answer.body
        story.began(ana, answer.body["threadId"], session)
    run = await ana.call(common | calls[0])
    story.began(ana, story.ran(run).end["threadId"], session)
    spoken = {"model": "normal", "messages": [{"role": "user", "content": canaries.told}]}
    answer = story.answered(await ana.ask("POST", "/v1/chat/completions", json=spoken))
    assert answer.status == 200, answer.body
    view = await ana.get(f"/runs/{answer.headers['x-run-id']}")
    story.began(ana, view.body["conversationId"])


async def failures(story: Story, canaries: Canaries, around: Surroundings) -> None:
    """A model, a search and a store that fail, and requests that are refused at the door."""
    ana, olga, headers = story.people["ana"], story.people["olga"], canaries.headers()
    there = await story.opened(ana)
    message = f"¿Cómo renuevo la licencia? {canaries.told}"
    for service, status in (("model", 400), ("model", 401), ("search", 500), ("search", 403)):
        await around.fail(service, status=status)
        story.answered(await ana.post(there, message, **headers))
        await around.heal()
    query = f"?code={canaries.secrets['query']}&name={quote(canaries.personal['name'])}"
    refused = [
        await ana.ask("POST", f"/conversations/{there}/messages{query}", data=canaries.told),
        await ana.ask("POST", "/chat", json={"apiKey": canaries.secrets["query"]}),
        await ana.ask("POST", f"/chat{query}", json={"sessionId": canaries.told, "message": 7}),
        await ana.get(f"/runs/{quote(canaries.personal['name'])}", **headers),
        await olga.post(there, canaries.told, **headers),
        await Person(ana.http, ana.app, canaries.secrets["query"]).get("/approvals"),
        await Person(ana.http, ana.app, f"{ana.token}x").get("/approvals", **headers),
    ]
    assert {story.answered(each).status for each in refused} <= {400, 401, 404, 415}


async def written(place: Place, story: Story, stores: Stores, durable: Durable) -> dict[str, str]:
    """Everything, by where it is."""
    items = [
        json.dumps(item, ensure_ascii=False)
        for container in await stores.counts()
        for item in await stores.items(container)
    ]
    found = await stores.cerebro.search("*", top=ALL, include_total_count=True)
    documents = [dict(each) async for each in found]
    assert len(documents) == await found.get_count() > 0
    instances = [await durable.instance_text(run) for run in dict.fromkeys(story.runs)]
    assert all('"runtimeStatus"' in each for each in instances)
    told = sorted(folder(place.services).iterdir())
    assert told
    return {
        "cosmos": "\n".join(items),
        "cerebro": json.dumps(documents, ensure_ascii=False, default=str),
        "durable": "\n".join(instances),
        "durable's files": "\n".join(text_of(path) for path in durable_files(place.data)),
        "log": place.host.log.read_text("utf-8"),
        "telemetry": "\n".join(path.read_text("utf-8") for path in told),
    }


def durable_files(data: Path) -> list[Path]:
    """What the host keeps, its keys aside."""
    found = [path for path in data.rglob("*") if path.is_file()]
    files = [path for path in found if path.suffix != ".json"]
    assert any("sqlite" in path.name or "db" in path.name for path in files), found
    return files


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def found(places: Mapping[str, str], canaries: Mapping[str, str]) -> list[tuple[str, str]]:
    """Which canary is where."""
    return [
        (place, name)
        for place, text in places.items()
        for name, value in canaries.items()
        if any(form in text for form in forms(value))
    ]


async def test_no_secret_is_written_and_no_personal_data_but_where_it_is_kept_and_erased(
    place: Place, story: Story, canaries: Canaries, around: Surroundings, stores: Stores,
    http: aiohttp.ClientSession,
) -> None:  # fmt: skip
    durable = Durable(http, place.host.url)
    await asyncio.gather(conversations(story, canaries), agent_calls(story, canaries))
    await failures(story, canaries, around)
    add_tokens_of_the_app(place, canaries)
    check_what_others_were_sent(place, canaries)

    places = await written(place, story, stores, durable)
    # Else nothing would be found because nothing was looked through.
    searched = {where for where, text in places.items() if any(run in text for run in story.runs)}
    assert searched == set(places)
    handle = {"handle": canaries.secrets.pop("handle")}
    assert found(places | {"answers": "\n".join(story.heard)}, canaries.secrets) == []
    # It is of no use to anybody else, and a step of the run has to read it.
    assert found(places, handle) == [("cosmos", "handle")]
    kept = {where for where, _ in found(places, canaries.personal)}
    assert kept == {"cosmos", "cerebro"}

    for person, path in story.conversations:
        answer = await person.ask("DELETE", path)
        assert answer.status == 204, answer.body
    places = await written(place, story, stores, durable)
    assert found(places, canaries.personal) == []
    assert found(places, canaries.secrets | handle) == []


def add_tokens_of_the_app(place: Place, canaries: Canaries) -> None:
    """Those of its managed identity, and the key of the profile that was used."""
    tokens = {
        value.partition(" ")[2] if value.lower().startswith("bearer ") else value
        for tap in (place.model, place.erp)
        for name in ("authorization", "api-key")
        for value in tap.header(name)
    }
    assert len(tokens) >= 2
    canaries.secrets |= {f"sent {n}": token for n, token in enumerate(sorted(tokens))}


def check_what_others_were_sent(place: Place, canaries: Canaries) -> None:
    """No secret in what a model or the ERP is told; in headers no other than the service's own."""
    said = {"prompts": place.model.said, "orders": place.erp.said}
    assert canaries.personal["name"] in said["prompts"], "they were overheard"
    assert found(said, canaries.secrets) == []
    callers = {name: value for name, value in canaries.secrets.items() if "token of" in name}
    headers = {name: value for name, value in canaries.secrets.items() if "header" in name}
    for tap in (place.model, place.erp):
        sent = {"headers": json.dumps([dict(each.headers) for each in tap.passed])}
        assert found(sent, callers | headers) == []
    erp_tokens = place.erp.header("authorization")
    assert not erp_tokens & place.model.header("authorization"), "each has its own"
