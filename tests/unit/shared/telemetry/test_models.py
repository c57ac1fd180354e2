"""What is told of calls of models: numbers and names, and no word of what was said."""

import json
from contextlib import aclosing

import pytest
from opentelemetry.trace import SpanKind

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.ports import ModelMessage, ModelRequest, StreamEnd
from shared.telemetry import names
from shared.telemetry.context import traceparent
from shared.telemetry.models import Asked, TracedConnection, TracedModel, server_of
from shared.telemetry.prices import Price, Prices
from shared.telemetry.recording import span
from tests.fakes.services import FakeModel
from tests.fakes.telemetry import telling

ASKED = Asked("azure-openai", "https://contoso.openai.azure.com/canary?canary=1", "gpt-4o")
EMBEDS = Asked("azure-openai", "https://contoso.openai.azure.com", "text-embedding-3-small")
REQUEST = ModelRequest(
    messages=(ModelMessage("user", "canary-prompt"),),
    max_tokens=120,
    temperature=0.2,
    schema={"title": "canary-schema"},
    schema_name="triage",
)
PRICES = Prices("EUR", {"gpt-4o": Price(2.5, 10.0)})


def traced(model: FakeModel) -> TracedModel:
    return TracedModel(model, ASKED, EMBEDS)


async def test_a_streamed_answer_is_a_span_with_its_tokens_and_its_cost() -> None:
    with telling(prices=PRICES) as told:
        pieces = [piece async for piece in traced(FakeModel(pieces=("ca", "nary"))).stream(REQUEST)]
        about = told.about("chat gpt-4o")
        assert told.points("gen_ai.client.operation.time_to_first_chunk")
        ((labels, cost),) = told.points("eira.model.cost")
    assert pieces[:2] == ["ca", "nary"]
    assert isinstance(pieces[-1], StreamEnd)
    assert about[names.OPERATION] == "chat"
    assert about[names.PROVIDER] == "azure.ai.openai"
    assert about[names.REQUEST_MODEL] == "gpt-4o"
    assert about[names.SERVER_ADDRESS] == "contoso.openai.azure.com"
    assert about[names.SERVER_PORT] == 443
    assert about[names.STREAM] is True
    assert (about[names.INPUT_TOKENS], about[names.OUTPUT_TOKENS]) == (10, 3)
    assert about[names.FINISH_REASONS] == ("stop",)
    assert cost == pytest.approx((10 * 2.5 + 3 * 10) / 1_000_000)
    assert about[names.COST] == cost
    assert labels[names.CURRENCY] == "EUR"


async def test_tokens_are_counted_by_kind_and_model() -> None:
    with telling() as told:
        async for _ in traced(FakeModel()).stream(REQUEST):
            pass
        points = told.points("gen_ai.client.token.usage")
    counted = {str(about[names.KIND_OF_TOKENS]): value for about, value in points}
    assert counted == {"input": 10, "output": 3}


async def test_nothing_that_was_asked_or_answered_is_in_a_span() -> None:
    model = FakeModel(answers={"triage": ["canary-answer"]}, pieces=("canary", "-text"))
    with telling() as told:
        await traced(model).complete(REQUEST)
        async for _ in traced(model).stream(REQUEST):
            pass
        await traced(model).embed(["canary-embedded"])
        assert len(told.spans) == 3
        assert "canary" not in "".join(each.to_json() for each in told.spans)


async def test_a_model_that_fails_is_told_by_code_and_in_the_measure() -> None:
    model = FakeModel(failure=ModelError("canary", code="MODEL_RATE_LIMIT"))
    with telling() as told:
        with pytest.raises(ModelError):
            await traced(model).complete(REQUEST)
        with pytest.raises(ModelError):
            async for _ in traced(model).stream(REQUEST):
                pass
        assert [each.attributes and each.attributes[names.ERROR_TYPE] for each in told.spans] == [
            "MODEL_RATE_LIMIT"
        ] * 2
        ((about, _),) = told.points("gen_ai.client.operation.duration")
        assert about[names.ERROR_TYPE] == "MODEL_RATE_LIMIT"
        assert all(not each.status.is_ok and not each.events for each in told.spans)


async def test_who_stops_reading_behind_the_end_has_not_broken_the_call_off() -> None:
    with telling() as told:
        async with aclosing(traced(FakeModel()).stream(REQUEST)) as pieces:
            async for piece in pieces:
                if isinstance(piece, StreamEnd):
                    break
        assert names.ERROR_TYPE not in told.about("chat gpt-4o")


async def test_who_stops_reading_before_it_has() -> None:
    with telling() as told:
        async with aclosing(traced(FakeModel()).stream(REQUEST)) as pieces:
            await anext(pieces)
        assert told.about("chat gpt-4o")[names.ERROR_TYPE] == "CANCELLED"


async def test_a_call_is_below_what_asks_for_it_and_current_only_while_it_is_sent() -> None:
    current: list[str | None] = []

    class Looking(FakeModel):
        async def embed(self, texts: object) -> list[list[float]]:
            current.append(traceparent())
            return [[1.0]]

    with telling() as told:
        with span("step", SpanKind.INTERNAL, {}):
            outside = traceparent()
            stream = traced(Looking()).stream(REQUEST)
            await anext(stream)
            assert traceparent() == outside
            await stream.aclose()
            await traced(Looking()).embed(["x"])
        assert told.parent("chat gpt-4o") == "step"
        embedding = told.span("embeddings text-embedding-3-small")
    assert current == [f"00-{embedding.context.trace_id:032x}-{embedding.context.span_id:016x}-01"]


async def test_each_model_of_a_connection_has_its_own_name() -> None:
    class Connects:
        def model(self, name: str, version: str | None, *, patient: bool) -> FakeModel:
            return FakeModel()

        async def close(self) -> None: ...

    connection = TracedConnection(Connects(), "anthropic", "", "text-embedding-3-small")
    with telling() as told:
        await connection.model("claude", None, patient=True).complete(ModelRequest(()))
        about = told.about("chat claude")
    assert about[names.PROVIDER] == "anthropic"
    assert names.SERVER_ADDRESS not in about


async def test_where_nothing_is_told_a_model_answers_as_before() -> None:
    model = FakeModel(answers={"triage": [{"a": 1}]})
    answer = await traced(model).complete(REQUEST)
    assert json.loads(answer.text) == {"a": 1}
    assert [p async for p in traced(model).stream(REQUEST)][:-1] == ["Hola", ", ", "Ana."]


@pytest.mark.parametrize(
    ("endpoint", "server"),
    [
        ("", {}),
        ("http://localhost/x", {names.SERVER_ADDRESS: "localhost", names.SERVER_PORT: 80}),
        ("https://u:p@host:8443/?k=1", {names.SERVER_ADDRESS: "host", names.SERVER_PORT: 8443}),
    ],
)
def test_of_an_endpoint_only_the_host_is_told(endpoint: str, server: dict[str, object]) -> None:
    assert server_of(endpoint) == server


@pytest.mark.parametrize(
    ("names_", "cost"),
    [
        (("gpt-4o",), 2.5),
        (("gpt-4o-2024-11-20", "x"), 2.5),
        (("gpt-4o-mini-2024-07-18",), 0.15),
        (("", "my-deployment"), 1.0),
        (("gpt-4", "gpt-4omega"), None),
    ],
)
def test_a_price_is_that_of_the_model_or_of_its_version(
    names_: tuple[str, ...], cost: float | None
) -> None:
    table = {
        "gpt-4o": Price(2.5, 10),
        "gpt-4o-mini": Price(0.15, 0.6),
        "my-deployment": Price(1.0),
    }
    assert Prices(table=table).cost(names_, Usage(prompt_tokens=1_000_000)) == cost
