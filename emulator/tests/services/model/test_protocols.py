"""The same scripted model in Anthropic's and in Google's protocol, spoken by their SDKs."""

import json
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import pytest
from google import genai
from google.genai import errors, types

from emulator.services.serving import RunningService
from emulator.services.tls import Authority
from emulator.tests.services.model.conftest import KEY

WEATHER: dict[str, object] = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
}
SAID = "what is the weather in Vigo"
CALLED: list[dict[str, Any]] = [
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "call_1", "name": "get_weather", "input": {}}],
    },
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "call_1", "content": "rain"}],
    },
]
"""What may not be told without declaring a tool."""


@pytest.fixture
async def claude(
    service: RunningService, authority: Authority
) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=f"{service.url}/anthropic",
        api_key=KEY,
        max_retries=0,
        http_client=anthropic.DefaultAsyncHttpxClient(verify=authority.client_context()),
    ) as made:
        yield made


@pytest.fixture
async def gemini(service: RunningService, authority: Authority) -> AsyncIterator[genai.Client]:
    options = types.HttpOptions(
        base_url=f"{service.url}/google",
        httpx_async_client=anthropic.DefaultAsyncHttpxClient(verify=authority.client_context()),
        retry_options=types.HttpRetryOptions(attempts=1),
    )
    client = genai.Client(vertexai=False, api_key=KEY, http_options=options)
    yield client
    await client.aio.aclose()
    assert options.httpx_async_client is not None
    await options.httpx_async_client.aclose()


def config(**more: Any) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(**more)


WEATHER_TOOL = types.Tool(
    function_declarations=[
        types.FunctionDeclaration(
            name="get_weather", description="Tells the weather.", parameters_json_schema=WEATHER
        )
    ]
)


async def test_anthropics_stream_joins_to_its_whole_answer(
    claude: anthropic.AsyncAnthropic,
) -> None:
    asked: dict[str, Any] = {
        "model": "claude-x",
        "max_tokens": 100,
        "system": "Be kind.",
        "messages": [{"role": "user", "content": "hello there"}],
    }
    whole = await claude.messages.create(**asked)
    async with claude.messages.stream(**asked) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        last = await stream.get_final_message()
    (block,) = whole.content
    assert block.type == "text"
    assert "scripted" in block.text
    assert text == block.text
    assert (whole.model, whole.stop_reason) == ("scripted-local", "end_turn")
    assert last.stop_reason == "end_turn"
    assert last.usage.output_tokens == whole.usage.output_tokens > 0


async def test_anthropics_tools_are_called_and_their_results_read(
    claude: anthropic.AsyncAnthropic,
) -> None:
    said: list[anthropic.types.MessageParam] = [{"role": "user", "content": SAID}]
    tools: list[anthropic.types.ToolParam] = [
        {"name": "get_weather", "description": "Tells the weather.", "input_schema": WEATHER}
    ]
    called = await claude.messages.create(
        model="claude-x", max_tokens=100, messages=said, tools=tools
    )
    (use,) = called.content
    assert use.type == "tool_use"
    assert (called.stop_reason, set(use.input)) == ("tool_use", {"city"})
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "rain"}
    more: list[Any] = [
        {"role": "assistant", "content": called.content},
        {"role": "user", "content": [result]},
    ]
    answer = await claude.messages.create(
        model="claude-x", max_tokens=100, messages=[*said, *more], tools=tools
    )
    (block,) = answer.content
    assert block.type == "text"
    assert "rain" in block.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_tokens": 0},
        {"messages": []},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]},
        {"extra_body": {"temperature": 0.5, "top_p": 0.5}},
        {"extra_body": {"temperature": 1.5}},
        {"messages": [{"role": "assistant", "content": "hi"}, {"role": "user", "content": "hi"}]},
        {"messages": [{"role": "user", "content": "hi"}, *CALLED]},
    ],
)
async def test_anthropic_refuses_in_its_own_shape(
    claude: anthropic.AsyncAnthropic, wrong: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {
        "model": "claude-x",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": "hi"}],
    }
    with pytest.raises(anthropic.BadRequestError) as caught:
        await claude.messages.create(**(asked | wrong))
    assert caught.value.type == "invalid_request_error"
    assert caught.value.api_message


async def test_anthropic_lets_nobody_in_without_a_key(claude: anthropic.AsyncAnthropic) -> None:
    stranger = claude.with_options(api_key="made-up-other-key")
    with pytest.raises(anthropic.AuthenticationError) as caught:
        await stranger.messages.create(
            model="claude-x", max_tokens=10, messages=[{"role": "user", "content": "hi"}]
        )
    assert caught.value.type == "authentication_error"


async def test_googles_stream_joins_to_its_whole_answer(gemini: genai.Client) -> None:
    models = gemini.aio.models
    whole = await models.generate_content(model="gemini-x", contents="hello there")
    stream = await models.generate_content_stream(model="gemini-x", contents="hello there")
    chunks = [chunk async for chunk in stream]
    assert whole.text is not None
    assert "scripted" in whole.text
    assert "".join(chunk.text or "" for chunk in chunks) == whole.text
    assert whole.model_version == "scripted-local"
    told = chunks[-1].usage_metadata
    assert told is not None
    assert whole.usage_metadata is not None
    assert told.total_token_count == whole.usage_metadata.total_token_count


async def test_googles_functions_are_called_and_their_results_read(gemini: genai.Client) -> None:
    asked = config(
        tools=[WEATHER_TOOL],
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
    )
    models = gemini.aio.models
    said = types.Content(role="user", parts=[types.Part(text=SAID)])
    called = await models.generate_content(model="gemini-3-x", contents=[said], config=asked)
    (call,) = called.function_calls or []
    assert (call.name, set(call.args or {})) == ("get_weather", {"city"})
    assert called.candidates is not None
    made = called.candidates[0].content
    assert made is not None
    response = types.FunctionResponse(id=call.id, name=call.name, response={"result": "rain"})
    returned = types.Content(role="user", parts=[types.Part(function_response=response)])
    answer = await models.generate_content(
        model="gemini-3-x", contents=[said, made, returned], config=asked
    )
    assert "rain" in (answer.text or "")


async def test_googles_formats_hold(gemini: genai.Client) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    for more in ({}, {"response_json_schema": schema}):
        answer = await gemini.aio.models.generate_content(
            model="gemini-x",
            contents="hello",
            config=config(response_mime_type="application/json", **more),
        )
        assert isinstance(json.loads(answer.text or ""), dict)


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        ("gemini-x", {"temperature": 3.0}),
        ("gemini-x", {"tools": [WEATHER_TOOL], "response_mime_type": "application/json"}),
    ],
)
async def test_google_refuses_in_its_own_shape(
    gemini: genai.Client, model: str, wrong: dict[str, Any]
) -> None:
    with pytest.raises(errors.ClientError) as caught:
        await gemini.aio.models.generate_content(
            model=model, contents="hello", config=config(**wrong)
        )
    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


async def test_a_call_without_its_signature_is_refused_by_the_models_that_sign(
    gemini: genai.Client,
) -> None:
    part = types.Part(function_call=types.FunctionCall(id="c", name="get_weather", args={}))
    contents = [
        types.Content(role="user", parts=[types.Part(text=SAID)]),
        types.Content(role="model", parts=[part]),
    ]
    with pytest.raises(errors.ClientError, match="thought_signature"):
        await gemini.aio.models.generate_content(model="gemini-3-x", contents=list(contents))
