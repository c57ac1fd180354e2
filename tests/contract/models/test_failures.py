"""What any provider's failures mean to us, and that nobody is left hanging."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing

import pytest

from shared.bootstrap import build_credential, build_models
from shared.contracts.models import ModelChoice
from shared.errors import ModelError, NotAllowedError
from shared.ports import Model
from shared.settings import Settings
from tests.contract.models.conftest import Wire, says, streamed
from tests.e2e.waiting import until

HELLO = says("hola")
CALLS: dict[str, Callable[[Model], Awaitable[object]]] = {
    "stream": lambda model: streamed(model, HELLO),
    "complete": lambda model: model.complete(HELLO),
}
SLOW = {"Model__Retries": "0", "Model__TimeoutSeconds": "0.4"}


async def failure_of(call: Awaitable[object]) -> ModelError:
    with pytest.raises(ModelError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("call", CALLS)
async def test_a_rate_limit_says_how_long_to_wait_in_seconds_or_by_a_date(
    model: Model, wire: Wire, call: str
) -> None:
    for dated in (False, True):
        await wire.fails(status=429, retryAfter=30, retryDate=dated)
        failure = await failure_of(CALLS[call](model))
        assert (failure.code, failure.retry_after) == ("MODEL_RATE_LIMIT", 30.0)
        assert failure.retryable


@pytest.mark.parametrize("call", CALLS)
async def test_another_refusal_says_whether_to_try_again(
    model: Model, wire: Wire, call: str
) -> None:
    refusals = {400: False, 403: False, 404: False, 500: True, 503: True}
    for status, retryable in refusals.items():
        await wire.fails(status=status)
        failure = await failure_of(CALLS[call](model))
        assert (failure.code, failure.retryable) == ("MODEL_UNAVAILABLE", retryable), status


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("patience", [SLOW])
async def test_a_model_that_does_not_answer_in_time_is_given_up(
    model: Model, wire: Wire, call: str, patience: dict[str, str]
) -> None:
    await wire.fails(delayMs=60_000, count=1_000)

    async def is_given_up() -> bool:
        # On a slow machine that time may pass before there is a connection.
        return (await failure_of(CALLS[call](model))).code == "TIMEOUT"

    await until(is_given_up)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("cut", ["before", "mid"])
async def test_a_connection_that_breaks_is_a_failure_and_not_an_answer(
    model: Model, wire: Wire, call: str, cut: str
) -> None:
    await wire.fails(cut=cut)
    failure = await failure_of(CALLS[call](model))
    assert (failure.code, failure.retryable) == ("MODEL_UNAVAILABLE", True)


@pytest.mark.parametrize("call", CALLS)
async def test_what_a_content_filter_stops_is_not_tried_again(model: Model, call: str) -> None:
    request = says("esto [[filtered]]")
    made = model.complete(request) if call == "complete" else streamed(model, request)
    failure = await failure_of(made)
    assert (failure.code, failure.retryable) == ("CONTENT_BLOCKED", False)


@pytest.mark.parametrize("patience", [{"Model__Retries": "1"}])
async def test_a_refusal_for_the_moment_is_repeated_as_often_as_the_settings_say(
    model: Model, wire: Wire, patience: dict[str, str]
) -> None:
    await wire.fails(status=503)
    assert (await model.complete(HELLO)).text
    assert await wire.calls() == 2
    await wire.fails(status=503, count=2)
    assert (await failure_of(model.complete(HELLO))).code == "MODEL_UNAVAILABLE"
    assert await wire.calls() == 4


async def test_behind_a_model_that_refuses_for_the_moment_another_is_asked_at_once(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = "azure-openai" if wire.provider != "azure-openai" else "google"
    monkeypatch.setenv("AI__Models__Fallback", f'["{other}:scripted-local"]')
    monkeypatch.setenv("Model__Retries", "2")
    async with build_credential() as credential:
        models = build_models(Settings(), credential)
        model = models.get(ModelChoice(provider=wire.provider))
        await wire.fails(status=503)
        pieces, end = await streamed(model, HELLO)
        await wire.fails(status=503)
        assert (await model.complete(HELLO)).text == "".join(pieces)
        await models.close()
    assert end.finish_reason == "stop"
    assert await wire.calls() == 2


async def test_who_counts_the_tries_is_told_each_failure(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("Model__Retries", "2")
    async with build_credential() as credential:
        models = build_models(Settings(), credential)
        model = models.get(ModelChoice(provider=wire.provider), patient=False)
        for call in (model.complete(HELLO), streamed(model, HELLO)):
            await wire.fails(status=503)
            assert (await failure_of(call)).code == "MODEL_UNAVAILABLE"
        await models.close()
    assert await wire.calls() == 2


@pytest.mark.parametrize("how", ["closed", "cancelled"])
async def test_a_stream_that_nobody_reads_on_closes_its_connection(
    model: Model, wire: Wire, how: str
) -> None:
    await wire.paced(tokens_per_second=5)
    request = says("hola [[tokens:100000]]")

    async def is_under_way() -> bool:
        return await wire.streams() == 1

    if how == "closed":
        async with aclosing(model.stream(request)) as stream:
            assert await anext(stream)
            await until(is_under_way)
    else:
        reading = asyncio.create_task(streamed(model, request))
        await until(is_under_way)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    # At that pace the answer would take hours.
    await wire.no_stream_is_left()


async def test_a_wrong_key_is_refused_and_told_to_nobody(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    for section in ("AzureOpenAI", "OpenAI", "ModelProxy", "Anthropic", "Google"):
        monkeypatch.setenv(f"{section}__ApiKey", "made-up-wrong-key")
    async with build_credential() as credential:
        models = build_models(Settings(), credential)
        model = models.get(ModelChoice(provider=wire.provider))
        failure = await failure_of(model.complete(HELLO))
        await models.close()
    assert not failure.retryable
    assert "made-up-wrong-key" not in str(failure)


async def test_a_provider_and_an_endpoint_that_the_settings_do_not_name_are_refused(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI__AllowedProviders", "[]")
    async with build_credential() as credential:
        models = build_models(Settings(), credential)
        choice = ModelChoice(provider=wire.provider)
        if wire.provider == "azure-openai":
            choice = ModelChoice(endpoint="https://elsewhere.example")
        with pytest.raises(NotAllowedError):
            models.get(choice)
