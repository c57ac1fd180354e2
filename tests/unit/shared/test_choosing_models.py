"""Which model answers: what a call may ask for is on a list of the settings, or refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from shared.contracts.models import ModelChoice, Provider
from shared.errors import NotAllowedError
from shared.llm.choosing import Offer, OfferedModels
from shared.ports import Model
from tests.fakes.services import FakeModel

AZURE = "https://eira.openai.azure.com"
OTHER = "https://eira-eu.openai.azure.com/"


@dataclass
class Connected:
    """Remembers which models it was asked for."""

    endpoint: str
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    closed: int = 0

    def model(self, name: str, version: str | None) -> Model:
        self.asked.append((name, version))
        return FakeModel()

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Offered:
    connections: list[Connected] = field(default_factory=list)
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    def models(self) -> OfferedModels:
        offers: dict[Provider, Offer] = {
            "azure-openai": Offer("gpt-4o", self.connect, AZURE, (OTHER,)),
            "anthropic": Offer("claude", self.connect),
        }
        return OfferedModels("azure-openai", offers, self.aliases, self.names)

    def connect(self, endpoint: str) -> Connected:
        self.connections.append(Connected(endpoint))
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
