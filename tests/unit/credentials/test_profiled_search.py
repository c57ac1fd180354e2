"""Cerebro by credential profile: which service is asked, with which key."""

from dataclasses import dataclass, field

import pytest
from azure.core.credentials import AzureKeyCredential

from shared.contracts.credentials import CredentialScope, Holder, SecretRef, ToolCredential
from shared.contracts.evidence import ContextPack
from shared.errors import NotAllowedError, SearchError, SearchKeyRefusedError, SecretError
from shared.ports import EventQuery, KnowledgeQuery
from shared.search.cerebro import SearchCredential
from shared.search.profiled import ProfiledKnowledge, Service
from shared.search.query import SearchProfile
from tests.fakes.credentials import FakeCredentials
from tests.fakes.services import FakeKnowledge

OWN, PROD = "https://own.example", "https://prod.example"
HOLDER = Holder("tenant-a", "user-ana", "s1")
IDENTITY = AzureKeyCredential("stands for the managed identity")
KEY = SecretRef(source="key_vault", name="search-key")


@dataclass
class Made:
    endpoint: str
    key: str
    profile: SearchProfile
    knowledge: FakeKnowledge
    closed: bool = False

    async def close(self) -> None:
        self.closed = True


@dataclass
class Scene:
    made: list[Made] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    own: FakeKnowledge = field(default_factory=FakeKnowledge)
    credentials: FakeCredentials = field(
        default_factory=lambda: FakeCredentials(
            {
                "prod": {"ai_search": ToolCredential("ai_search", "prod", KEY, PROD)},
                "identity": {
                    "ai_search": ToolCredential(
                        "ai_search", "identity", endpoint=PROD, semantic_configuration="other"
                    )
                },
            }
        )
    )

    def __post_init__(self) -> None:
        profile = SearchProfile("cerebro", "usual", ("cerebro",))
        self.knowledge = ProfiledKnowledge(
            self.own, OWN, profile, IDENTITY, self.credentials, self.build
        )

    def build(self, endpoint: str, key: SearchCredential, profile: SearchProfile) -> Service:
        assert isinstance(key, AzureKeyCredential)
        refused = SearchKeyRefusedError("403") if key.key in self.refuses else None
        knowledge = FakeKnowledge(packs={"cerebro": ContextPack()}, failure=refused)
        self.made.append(Made(endpoint, key.key, profile, knowledge))
        return Service(knowledge, self.made[-1].close)

    async def search(self, profile: str | None = "prod", **handles: str) -> None:
        scope = CredentialScope(HOLDER, profile, handles) if profile else None
        query = KnowledgeQuery("hola", "cerebro", "tenant-a", (), scope=scope)
        await self.knowledge.search(query)

    @property
    def asked(self) -> list[tuple[str, str]]:
        return [(each.endpoint, each.key) for each in self.made]


async def test_where_no_profile_speaks_of_it_the_apps_own_service_is_asked() -> None:
    scene = Scene()
    await scene.search(None)
    await scene.search("default")
    await scene.search("unheard-of")
    assert (len(scene.own.queries), scene.made) == (3, [])


async def test_a_profile_has_its_own_service_and_key() -> None:
    scene = Scene()
    await scene.search()
    await scene.search()
    assert scene.asked == [(PROD, "search-key-1")]
    assert not scene.own.queries


async def test_without_a_secret_the_managed_identity_asks() -> None:
    scene = Scene()
    await scene.search("identity")
    assert scene.asked == [(PROD, IDENTITY.key)]
    assert scene.made[0].profile.semantic_configuration == "other"


async def test_another_version_of_the_key_takes_the_place_of_the_first() -> None:
    scene = Scene()
    await scene.search()
    scene.credentials.rotate("search-key")
    await scene.search()
    assert scene.asked == [(PROD, "search-key-1"), (PROD, "search-key-2")]
    assert [each.closed for each in scene.made] == [True, False]
    await scene.knowledge.close()
    assert scene.made[1].closed


async def test_a_key_that_is_refused_is_asked_for_once_more() -> None:
    scene = Scene(refuses={"search-key-1"})
    with pytest.raises(SearchKeyRefusedError):
        await scene.search()
    scene.credentials.rotates = True
    await scene.search()
    assert scene.asked[-1] == (PROD, "search-key-2")


async def test_that_no_key_can_be_had_is_a_failure_of_the_search() -> None:
    scene = Scene()
    scene.credentials.failure = SecretError("away")
    with pytest.raises(SearchError) as caught:
        await scene.search()
    assert caught.value.code == "CREDENTIALS_UNAVAILABLE"
    scene.credentials.failure = NotAllowedError("handle_not_allowed", name="credentials/ai_search")
    with pytest.raises(SearchError) as caught:
        await scene.search()
    assert (caught.value.code, caught.value.retryable) == ("NOT_ALLOWED", False)


async def test_what_the_app_remembers_goes_to_its_own_service() -> None:
    scene = Scene()
    await scene.knowledge.upsert("cerebro", [])
    assert await scene.knowledge.stored("cerebro", "d1") is None
    assert not scene.made


async def test_what_the_app_asks_itself_is_in_the_default_profile() -> None:
    scene = Scene()
    entry = ToolCredential("ai_search", "default", KEY)
    scene.credentials.entries = {"default": {"ai_search": entry}}
    await scene.knowledge.upsert("cerebro", [])
    await scene.knowledge.forget("cerebro", [])
    assert await scene.knowledge.events(EventQuery("cerebro", "tenant-a", (), "c1")) == ()
    await scene.search(None)
    assert scene.asked == [(OWN, "search-key-1")]
