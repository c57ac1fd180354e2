"""Keys of the tool `http`: in the header of their rule, to their own host, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from shared.contracts.credentials import (
    CredentialScope,
    Holder,
    SecretRef,
    SecureAlias,
    ToolCredential,
)
from shared.contracts.outside import HttpRule, Outside
from shared.errors import RemoteSecretError, SecretError
from shared.packs import FolderPacks
from shared.ports import ToolAnswered, ToolInvocation, ToolRefused
from shared.tools.as_called import as_called
from shared.tools.http import HttpTools
from tests.fakes.credentials import FakeCredentials
from tests.fakes.world import ANA, PACKS

HTTP = FolderPacks(PACKS).get(FolderPacks(PACKS).current).tools["http"]
KEY = SecretRef(source="key_vault", name="billing-key")
HELD = SecretRef(source="key_vault", name="held-key")
HOLDER = Holder(ANA.tenant_id, ANA.user_id, "s1")
ALIAS = SecureAlias("billing", HELD, ("http:billing",))


@dataclass
class Scene:
    """A host with a key, and one without; both tell what they were sent."""

    billing: BaseTestServer
    other: BaseTestServer
    seen: list[tuple[str, str | None, str | None]]
    refuses: set[str]
    credentials: FakeCredentials = field(default_factory=FakeCredentials)

    def entries(self, endpoint: str) -> None:
        tool = ToolCredential("http:billing", "prod", KEY, endpoint)
        self.credentials.entries = {"prod": {"http:billing": tool}}
        self.credentials.aliases = {"billing": ALIAS}

    async def call(
        self, url: str, *, profile: str = "prod", header: str = "bearer", **handles: str
    ) -> ToolAnswered | ToolRefused:
        host, other = (f"localhost:{each.port}" for each in (self.billing, self.other))
        rules = (
            HttpRule.model_validate(
                {
                    "scheme": "http",
                    "host": host,
                    "path": "/**",
                    "credential": "http:billing",
                    "header": header,
                }
            ),
            HttpRule(scheme="http", host=other, path="/**"),
        )
        outside = Outside(http=rules, private_hosts=(host, other))
        scope = CredentialScope(
            HOLDER, profile, {k.replace("_", ":"): v for k, v in handles.items()}
        )
        args = {"url": url}
        invocation = ToolInvocation(
            as_called(HTTP, args, outside), args, ANA, "corr-1", "en", scope=scope
        )
        return await HttpTools(outside, self.credentials).call(invocation)

    def url(self, server: BaseTestServer, path: str = "/a") -> str:
        return f"http://localhost:{server.port}{path}"

    @property
    def bearers(self) -> list[str | None]:
        return [bearer for _, bearer, _ in self.seen]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    seen: list[tuple[str, str | None, str | None]] = []
    refuses: set[str] = set()
    servers: list[TestServer] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        bearer = request.headers.get("authorization")
        seen.append((request.path, bearer, request.headers.get("api-key")))
        if bearer in refuses:
            return web.json_response({}, status=401)
        if request.path == "/away":
            raise web.HTTPFound(f"http://localhost:{servers[1].port}/b")
        return web.json_response({})

    for _ in range(2):
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", handle)
        servers.append(TestServer(app))
    async with servers[0] as billing, servers[1] as other:
        found = Scene(billing, other, seen, refuses)
        found.entries(found.url(billing, ""))
        yield found


async def test_the_key_is_sent_as_its_rule_says(scene: Scene) -> None:
    await scene.call(scene.url(scene.billing))
    await scene.call(scene.url(scene.billing), header="api-key")
    assert scene.seen == [
        ("/a", "Bearer billing-key-1", None),
        ("/a", None, "billing-key-1"),
    ]


async def test_it_is_sent_nowhere_else(scene: Scene) -> None:
    await scene.call(scene.url(scene.other))
    answer = await scene.call(scene.url(scene.billing, "/away"))
    assert isinstance(answer, ToolAnswered)
    assert scene.bearers == [None, "Bearer billing-key-1", None]


async def test_a_profile_whose_key_is_for_another_host_sends_none(scene: Scene) -> None:
    scene.entries("http://localhost:1")
    await scene.call(scene.url(scene.billing))
    await scene.call(scene.url(scene.billing), profile="default")
    assert scene.bearers == [None, None]


async def test_a_key_that_is_refused_is_asked_for_once_more(scene: Scene) -> None:
    scene.refuses.add("Bearer billing-key-1")
    answer = await scene.call(scene.url(scene.billing))
    assert isinstance(answer, ToolRefused)
    assert answer.status == 401
    scene.credentials.rotates = True
    assert isinstance(await scene.call(scene.url(scene.billing)), ToolAnswered)
    assert scene.bearers[-2:] == ["Bearer billing-key-1", "Bearer billing-key-2"]


async def test_a_handle_goes_before_the_profiles_key(scene: Scene) -> None:
    handle = (await scene.credentials.seal(ALIAS, HOLDER)).handle
    await scene.call(scene.url(scene.billing), http_billing=handle)
    await scene.call(scene.url(scene.billing), profile="default", http_billing=handle)
    assert scene.bearers == ["Bearer held-key-1"] * 2


async def test_a_handle_that_is_over_is_refused_and_nothing_is_sent(scene: Scene) -> None:
    handle = (await scene.credentials.seal(ALIAS, HOLDER)).handle
    scene.credentials.over = True
    answer = await scene.call(scene.url(scene.billing), http_billing=handle)
    assert isinstance(answer, ToolRefused)
    assert (answer.status, "credentials/http:billing" in answer.reason) == (403, True)
    assert not scene.seen


async def test_without_its_key_a_call_is_not_made(scene: Scene) -> None:
    scene.credentials.failure = SecretError("away")
    with pytest.raises(RemoteSecretError) as caught:
        await scene.call(scene.url(scene.billing))
    assert not caught.value.sent
    assert not scene.seen
