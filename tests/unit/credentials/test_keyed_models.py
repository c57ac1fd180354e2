"""Models with the keys of profiles: whose key goes where, and what becomes of a refused one."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import pytest

from shared.contracts.credentials import CredentialScope, Holder, SecretRef, ToolCredential
from shared.contracts.models import ModelChoice, Provider
from shared.errors import KeyRefusedError, ModelError, NotAllowedError, SecretError
from shared.llm.choosing import Offer, OfferedModels
from shared.llm.keyed import Access
from shared.ports import Model, ModelMessage, ModelRequest, StreamEnd
from tests.fakes.credentials import FakeCredentials
from tests.fakes.services import FakeModel

OWN, PROD, OTHER = "https://own.example", "https://prod.example", "https://prod2.example"
ANY = ModelChoice()
ASKED = ModelRequest((ModelMessage("user", "hola"),))
HOLDER = Holder("tenant-a", "user-ana", "s1")


def scope(profile: str, **handles: str) -> CredentialScope:
    return CredentialScope(HOLDER, profile, handles)


def entry(tool: str, profile: str) -> ToolCredential:
    return ToolCredential(tool, profile, SecretRef(source="key_vault", name=f"{profile}-key"))


@dataclass
class Connected:
    endpoint: str
    access: Access | None
    refuses: set[str]
    model_: FakeModel = field(default_factory=FakeModel)
    names: list[str] = field(default_factory=list)
    closed: bool = False

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        assert not self.closed
        self.names.append(name)
        key = self.access.key if self.access else None
        self.model_.failure = (
            KeyRefusedError("401", retryable=False) if key in self.refuses else None
        )
        return self.model_

    async def close(self) -> None:
        self.closed = True


@dataclass
class Scene:
    credentials: FakeCredentials = field(
        default_factory=lambda: FakeCredentials(
            {
                "prod": {
                    "azure-openai": replace(
                        entry("azure-openai", "prod"),
                        endpoint=PROD,
                        endpoints=(OTHER,),
                        deployment="p-4o",
                    )
                },
                "claude": {"anthropic": entry("anthropic", "claude")},
                "vectors": {
                    "azure-openai": replace(
                        entry("azure-openai", "vectors"), embeddings_deployment="e-3"
                    )
                },
            }
        )
    )
    connections: list[Connected] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        offers: dict[Provider, Offer] = {
            "azure-openai": Offer("gpt-4o", self.connect, OWN, ("https://own2.example",)),
            "anthropic": Offer("claude", self.connect),
        }
        self.models = OfferedModels(
            default="azure-openai",
            offers=offers,
            allowed=frozenset({"azure-openai"}),
            credentials=self.credentials,
            aliases={"default": "gpt-4.1", "reasoning": "o3"},
            names=frozenset({"gpt-4o-mini"}),
            fallback=(ModelChoice(name="gpt-4o-mini"),),
        )

    def connect(self, endpoint: str, access: Access | None) -> Connected:
        self.connections.append(Connected(endpoint, access, self.refuses))
        return self.connections[-1]

    async def ask(self, choice: ModelChoice = ANY, **more: str) -> Connected:
        """Whom a call of this profile reaches."""
        profile = more.pop("profile", "prod")
        await self.models.get(choice, None, scope(profile, **more)).complete(ASKED)
        return self.connections[-1]

    @property
    def keys(self) -> list[str | None]:
        return [each.access.key if each.access else None for each in self.connections]


async def test_a_profile_has_its_own_endpoint_key_and_model() -> None:
    reached = await Scene().ask()
    assert (reached.endpoint, reached.names) == (PROD, ["p-4o"])
    assert reached.access == Access("prod-key-1")


@pytest.mark.parametrize("name", [None, "default", "p-4o"])
async def test_the_profiles_deployment_is_its_default(name: str | None) -> None:
    assert (await Scene().ask(ModelChoice(name=name))).names == ["p-4o"]


async def test_without_a_profile_nothing_changes() -> None:
    scene = Scene()
    for profile in (None, scope("default"), scope("unheard-of")):
        await scene.models.get(ModelChoice(), None, profile).complete(ASKED)
    (connection,) = scene.connections
    assert (connection.endpoint, connection.access) == (OWN, None)


@pytest.mark.parametrize("endpoint", [OWN, "https://own2.example", "https://evil.example"])
async def test_a_key_goes_to_the_endpoints_of_its_profile_only(endpoint: str) -> None:
    scene = Scene()
    with pytest.raises(NotAllowedError):
        await scene.ask(ModelChoice(endpoint=endpoint))
    assert not scene.connections
    assert (await scene.ask(ModelChoice(endpoint=OTHER))).endpoint == OTHER


async def test_a_profile_without_an_endpoint_uses_those_of_the_settings() -> None:
    assert (await Scene().ask(profile="vectors")).endpoint == OWN


async def test_a_profile_may_bring_a_provider_that_calls_may_not_name_otherwise() -> None:
    scene = Scene()
    reached = await scene.ask(ModelChoice(), profile="claude")
    assert (reached.names, reached.access) == (["claude"], Access("claude-key-1"))
    with pytest.raises(NotAllowedError):
        await scene.ask(ModelChoice(provider="anthropic"), profile="prod")
    with pytest.raises(NotAllowedError):
        await scene.ask(ModelChoice(provider="google"), profile="claude")


async def test_the_model_of_the_settings_may_be_named_in_any_profile() -> None:
    assert (await Scene().ask(ModelChoice(name="gpt-4o"))).names == ["gpt-4o"]


async def test_models_are_on_the_same_list_in_every_profile() -> None:
    with pytest.raises(NotAllowedError):
        await Scene().ask(ModelChoice(name="gpt-5"))
    assert (await Scene().ask(ModelChoice(name="gpt-4o-mini"))).names == ["gpt-4o-mini"]


async def test_in_a_profile_nobody_of_another_one_answers_instead() -> None:
    scene = Scene()
    model = scene.models.get(ModelChoice(), None, scope("prod"))
    scene.refuses.add("prod-key-1")
    with pytest.raises(KeyRefusedError):
        await model.complete(ASKED)
    assert {each.endpoint for each in scene.connections} == {PROD}


async def test_one_connection_serves_a_key_until_it_is_rotated() -> None:
    scene = Scene()
    for _ in range(3):
        await scene.ask()
    assert scene.keys == ["prod-key-1"]
    scene.credentials.rotate("prod-key")
    await scene.ask()
    assert scene.keys == ["prod-key-1", "prod-key-2"]
    assert [each.closed for each in scene.connections] == [True, False]
    await scene.models.close()
    assert all(each.closed for each in scene.connections)


async def test_whoever_is_being_answered_keeps_the_connection() -> None:
    scene = Scene()
    model = scene.models.get(ModelChoice(), None, scope("prod"))
    async with aclosing(model.stream(ASKED)) as stream:
        assert await anext(stream) == "Hola"
        scene.credentials.rotate("prod-key")
        await scene.ask()
        assert not scene.connections[0].closed
        assert isinstance([piece async for piece in stream][-1], StreamEnd)
    assert [each.closed for each in scene.connections] == [True, False]


@pytest.mark.parametrize("how", ["complete", "stream", "embed"])
async def test_a_key_that_is_refused_is_asked_for_once_more(how: str) -> None:
    scene = Scene()
    model = scene.models.get(ModelChoice(), None, scope("prod"))
    await model.complete(ASKED)
    scene.refuses.add("prod-key-1")

    async def ask() -> None:
        match how:
            case "complete":
                await model.complete(ASKED)
            case "stream":
                assert [piece async for piece in model.stream(ASKED)]
            case _:
                await model.embed(["hola"])

    with pytest.raises(KeyRefusedError):
        await ask()
    scene.credentials.rotate("prod-key")
    seen = scene.credentials.versions.copy()
    await ask()
    assert scene.keys[-1] == "prod-key-2"
    assert scene.credentials.versions == seen


async def test_the_rotation_may_be_between_the_reading_and_the_call() -> None:
    scene = Scene()
    model = scene.models.get(ModelChoice(), None, scope("prod"))
    scene.refuses.add("prod-key-1")
    scene.credentials.rotates = True
    assert (await model.complete(ASKED)).text
    assert scene.keys == ["prod-key-1", "prod-key-2"]


async def test_that_no_key_can_be_had_is_a_failure_of_the_model() -> None:
    scene = Scene()
    scene.credentials.failure = SecretError("away")
    with pytest.raises(ModelError) as caught:
        await scene.ask()
    assert (caught.value.code, caught.value.retryable) == ("CREDENTIALS_UNAVAILABLE", True)
    scene.credentials.failure = NotAllowedError("handle_not_allowed", name="credentials/openai")
    with pytest.raises(ModelError) as caught:
        await scene.ask()
    assert (caught.value.code, caught.value.retryable) == ("NOT_ALLOWED", False)


async def test_a_profile_may_embed_with_another_model() -> None:
    scene = Scene()
    model = scene.models.embedder(scope("vectors"))
    assert model is not None
    await model.embed(["hola"])
    assert scene.connections[-1].access == Access("vectors-key-1", embeddings="e-3")
    assert scene.models.embedder(scope("prod")) is None
    assert scene.models.embedder(None) is None


async def test_many_at_once_share_a_connection() -> None:
    scene = Scene()
    await asyncio.gather(*(scene.ask() for _ in range(20)))
    assert len(scene.connections) == 1
