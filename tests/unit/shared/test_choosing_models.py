"""Which model answers: what a call may ask for is on a list of the settings, or refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shared.contracts.models import ModelChoice, Provider
from shared.errors import ModelError, NotAllowedError
from shared.llm.choosing import Limits, Offer, OfferedModels
from shared.llm.keyed import Access
from shared.ports import Model, ModelMessage, ModelRequest
from tests.fakes.credentials import FakeCredentials
from tests.fakes.services import FakeModel

AZURE = "https://eira.openai.azure.com"
OTHER = "https://eira-eu.openai.azure.com/"


@dataclass
class Connected:
    """Remembers which models it was asked for."""

    endpoint: str
    access: Access | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    patient: list[bool] = field(default_factory=list)
    models: dict[str, FakeModel] = field(default_factory=dict)
    closed: int = 0

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        self.asked.append((name, version))
        self.patient.append(patient)
        return self.models.setdefault(name, FakeModel(pieces=(name,)))

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Offered:
    connections: list[Connected] = field(default_factory=list)
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    fallback: tuple[ModelChoice, ...] = ()
    limits: Mapping[str, Limits] = field(default_factory=dict)
    credentials: FakeCredentials = field(default_factory=FakeCredentials)

    def models(self) -> OfferedModels:
        offers: dict[Provider, Offer] = {
            "azure-openai": Offer("gpt-4o", self.connect, AZURE, (OTHER,)),
            "anthropic": Offer("claude", self.connect),
            "google": Offer("gemini", self.connect),
        }
        return OfferedModels(
            default="azure-openai",
            offers=offers,
            allowed=frozenset({"azure-openai", "anthropic"}),
            credentials=self.credentials,
            aliases=self.aliases,
            names=self.names,
            fallback=self.fallback,
            limits=self.limits,
        )

    def connect(self, endpoint: str, access: Access | None) -> Connected:
        self.connections.append(Connected(endpoint, access))
        return self.connections[-1]

    def asked(self, choice: ModelChoice) -> str:
        self.models().get(choice)
        ((name, _),) = self.connections[-1].asked
        return name


def test_what_a_call_leaves_out_is_that_of_the_settings() -> None:
    offered = Offered()
    offered.models().get(ModelChoice())
    (connection,) = offered.connections
    assert (connection.endpoint, connection.asked) == (AZURE, [("gpt-4o", None)])


@pytest.mark.parametrize(
    ("choice", "named"),
    [
        (ModelChoice(provider="google"), "google"),
        (ModelChoice(endpoint="https://evil.example"), "https://evil.example"),
        (ModelChoice(endpoint=f"{AZURE}.evil.example"), f"{AZURE}.evil.example"),
        (ModelChoice(endpoint=f"{AZURE}@evil.example"), f"{AZURE}@evil.example"),
        (ModelChoice(endpoint=f"{AZURE}/openai"), f"{AZURE}/openai"),
        (ModelChoice(endpoint=f"{AZURE}?a=b"), f"{AZURE}?a=b"),
        (ModelChoice(endpoint=AZURE.replace("https", "http")), AZURE.replace("https", "http")),
        (ModelChoice(endpoint="https://[x"), "https://[x"),
        (ModelChoice(endpoint=""), ""),
        (ModelChoice(name="../../files"), "../../files"),
        (ModelChoice(name="gpt?api-version=1"), "gpt?api-version=1"),
        (ModelChoice(name=""), ""),
        (ModelChoice(name="x" * 129), "x" * 129),
    ],
)
def test_what_is_on_no_list_is_refused_by_its_name(choice: ModelChoice, named: str) -> None:
    offered = Offered()
    with pytest.raises(NotAllowedError) as caught:
        offered.models().get(choice)
    assert caught.value.values == {"name": named}
    assert offered.connections == []


def test_a_provider_without_an_endpoint_of_its_own_has_none_that_a_call_may_name() -> None:
    with pytest.raises(NotAllowedError):
        Offered().models().get(ModelChoice(provider="anthropic", endpoint="https://a.example"))


@pytest.mark.parametrize("written", [OTHER, OTHER.rstrip("/"), OTHER.upper().rstrip("/")])
def test_an_endpoint_of_the_list_is_called_as_the_settings_write_it(written: str) -> None:
    offered = Offered()
    offered.models().get(ModelChoice(endpoint=written))
    assert [each.endpoint for each in offered.connections] == [OTHER]


def test_a_model_may_be_asked_for_by_name_where_no_names_are_listed() -> None:
    assert Offered().asked(ModelChoice(name="gpt-4.1-mini")) == "gpt-4.1-mini"


def test_where_names_are_listed_no_other_may_be_asked_for() -> None:
    offered = Offered(names=frozenset({"gpt-4o-mini"}), aliases={"reasoning": "o3"})
    assert offered.asked(ModelChoice(name="gpt-4o-mini")) == "gpt-4o-mini"
    assert offered.asked(ModelChoice(name="gpt-4o")) == "gpt-4o"
    assert offered.asked(ModelChoice(name="o3")) == "o3"
    with pytest.raises(NotAllowedError):
        offered.models().get(ModelChoice(name="o3-pro"))


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        (ModelChoice(), "gpt-4.1-mini"),
        (ModelChoice(name="default"), "gpt-4.1-mini"),
        (ModelChoice(name="Reasoning"), "o3-mini"),
        (ModelChoice(provider="anthropic"), "claude"),
        (ModelChoice(provider="anthropic", name="reasoning"), "claude"),
    ],
)
def test_the_aliases_stand_for_models_of_the_default_provider(
    choice: ModelChoice, name: str
) -> None:
    offered = Offered(aliases={"default": "gpt-4.1-mini", "reasoning": "o3-mini"})
    assert offered.asked(choice) == name


async def test_there_is_one_client_for_each_provider_and_endpoint() -> None:
    offered = Offered()
    models = offered.models()
    for version in ("2024-10-21", "2025-01-01-preview", None):
        models.get(ModelChoice(name="a", api_version=version))
        models.get(ModelChoice(name="b", endpoint=OTHER))
    models.get(ModelChoice(provider="anthropic"))
    assert [each.endpoint for each in offered.connections] == [AZURE, OTHER, ""]
    assert offered.connections[0].asked[:2] == [("a", "2024-10-21"), ("a", "2025-01-01-preview")]
    await models.close()
    await models.close()
    assert [each.closed for each in offered.connections] == [1, 1, 1]


ASKED = ModelRequest((ModelMessage("user", "hola"),), max_tokens=900)
CHAIN = (
    ModelChoice(name="gpt-4o"),
    ModelChoice(provider="azure-openai", name="gpt-4o-mini"),
    ModelChoice(provider="google", name="gemini"),
)


async def test_the_models_to_fall_back_on_are_asked_in_turn_and_connected_when_needed() -> None:
    offered = Offered(fallback=CHAIN)
    model = offered.models().get(ModelChoice())
    (azure,) = offered.connections
    assert azure.asked == [("gpt-4o", None)]
    azure.models["gpt-4o"].failure = ModelError("busy", code="MODEL_RATE_LIMIT")
    azure.models["gpt-4o-mini"] = FakeModel(failure=ModelError("down"))
    assert (await model.complete(ASKED)).text == "gemini"
    assert azure.asked == [("gpt-4o", None), ("gpt-4o-mini", None)]
    assert [each.patient for each in offered.connections] == [[False, False], [True]]


def test_a_model_behind_which_there_is_no_other_is_patient() -> None:
    offered = Offered(fallback=CHAIN[:1])
    offered.models().get(ModelChoice())
    assert offered.connections[0].patient == [True]


async def test_no_model_of_who_counts_the_tries_is_patient() -> None:
    offered = Offered(fallback=CHAIN[1:])
    model = offered.models().get(ModelChoice(), patient=False)
    (azure,) = offered.connections
    azure.models["gpt-4o"].failure = ModelError("busy", code="MODEL_RATE_LIMIT")
    azure.models["gpt-4o-mini"] = FakeModel(failure=ModelError("down"))
    assert (await model.complete(ASKED)).text == "gemini"
    assert [each.patient for each in offered.connections] == [[False, False], [False]]


async def test_a_call_that_wants_a_certain_endpoint_is_answered_there_or_not_at_all() -> None:
    offered = Offered(fallback=CHAIN)
    model = offered.models().get(ModelChoice(endpoint=OTHER))
    offered.connections[0].models["gpt-4o"].failure = ModelError("down")
    with pytest.raises(ModelError):
        await model.complete(ASKED)


def test_a_provider_to_fall_back_on_may_not_be_asked_for_by_a_call() -> None:
    with pytest.raises(NotAllowedError):
        Offered(fallback=CHAIN).models().get(ModelChoice(provider="google"))


@pytest.mark.parametrize(
    ("profile", "most"), [("rag", 300), ("normal", 500), (None, 900), ("coordinator", 900)]
)
async def test_a_profile_gets_no_more_tokens_than_its_limit(profile: str | None, most: int) -> None:
    limits = {"rag": Limits(300), "default": Limits(500), "coordinator": Limits(2_000)}
    offered = Offered(limits=limits)
    await offered.models().get(ModelChoice(), profile).complete(ASKED)
    (request,) = offered.connections[0].models["gpt-4o"].requests
    assert request.max_tokens == most


def test_a_profile_may_have_models_of_its_own() -> None:
    limits = {"rag": Limits(names=frozenset({"gpt-4.1-mini"}))}
    models = Offered(names=frozenset({"o3"}), limits=limits).models()
    models.get(ModelChoice(name="gpt-4.1-mini"), "rag")
    models.get(ModelChoice(name="o3"), "normal")
    models.get(ModelChoice(), "rag")
    for name, profile in (("o3", "rag"), ("gpt-4.1-mini", "normal")):
        with pytest.raises(NotAllowedError):
            models.get(ModelChoice(name=name), profile)
