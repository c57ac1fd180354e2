"""Chat completions, spoken by the real OpenAI SDK over TLS."""

import asyncio
import json

import jsonschema
import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam, ChatCompletionToolParam
from pydantic import BaseModel

from emulator.services.serving import RunningService
from emulator.services.tls import Authority
from emulator.tests.services.model.conftest import KEY

HELLO: list[ChatCompletionMessageParam] = [{"role": "user", "content": "hello there"}]
WEATHER: ChatCompletionToolParam = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Tells the weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city"],
        },
    },
}


class Ticket(BaseModel):
    subject: str
    kind: str
    tags: list[str]


async def test_an_answer_says_that_it_is_scripted(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="any", messages=HELLO)

    assert (answer.model, answer.system_fingerprint) == ("scripted-local", "scripted-local")
    assert "scripted" in (answer.choices[0].message.content or "")
    assert answer.choices[0].finish_reason == "stop"


async def test_usage_adds_up(client: openai.AsyncOpenAI) -> None:
    usage = (await client.chat.completions.create(model="any", messages=HELLO)).usage

    assert usage is not None
    assert usage.prompt_tokens > 0
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


async def test_streamed_chunks_join_to_the_whole_answer(client: openai.AsyncOpenAI) -> None:
    whole = await client.chat.completions.create(model="any", messages=HELLO)

    stream = await client.chat.completions.create(
        model="any", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]

    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert [chunk.usage for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)


async def test_without_include_usage_no_chunk_lacks_choices(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="any", messages=HELLO, stream=True)

    assert all([bool(chunk.choices) async for chunk in stream])


async def test_the_raw_stream_ends_with_done(client: openai.AsyncOpenAI) -> None:
    async with client.chat.completions.with_streaming_response.create(
        model="any", messages=HELLO, stream=True
    ) as response:
        lines = [line async for line in response.iter_lines() if line]

    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: ") for line in lines)


async def test_azure_paths_and_tokens_work_as_well(azure: openai.AsyncAzureOpenAI) -> None:
    answer = await azure.chat.completions.create(model="my-deployment", messages=HELLO)
    stream = await azure.chat.completions.create(model="d", messages=HELLO, stream=True)

    assert answer.choices[0].message.content
    assert [chunk async for chunk in stream]


async def test_the_synchronous_clients_work(service: RunningService, authority: Authority) -> None:
    def talk() -> tuple[str | None, str]:
        transport = openai.DefaultHttpxClient(verify=authority.client_context())
        with openai.OpenAI(
            base_url=f"{service.url}/openai/v1", api_key=KEY, http_client=transport
        ) as plain:
            whole = plain.chat.completions.create(model="m", messages=HELLO)
        transport = openai.DefaultHttpxClient(verify=authority.client_context())
        with openai.AzureOpenAI(
            azure_endpoint=service.url, api_key=KEY, api_version="v", http_client=transport
        ) as azure:
            stream = azure.chat.completions.create(model="d", messages=HELLO, stream=True)
            text = "".join(c.choices[0].delta.content or "" for c in stream)
        return whole.choices[0].message.content, text

    whole, streamed = await asyncio.to_thread(talk)

    assert whole == streamed


async def test_a_tool_is_called_when_the_message_speaks_of_it(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "what is the weather in this city?"}],
        tools=[WEATHER],
    )

    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls"
    assert choice.message.tool_calls is not None
    call = choice.message.tool_calls[0]
    assert call.type == "function"
    assert call.function.name == "get_weather"
    assert "city" in json.loads(call.function.arguments)


async def test_a_tool_call_is_streamed_in_pieces(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="any", messages=HELLO, tools=[WEATHER], tool_choice="required", stream=True
    )
    chunks = [chunk async for chunk in stream]

    calls = [c.choices[0].delta.tool_calls[0] for c in chunks if c.choices[0].delta.tool_calls]
    names = [c.function.name for c in calls if c.function and c.function.name]
    arguments = "".join(c.function.arguments or "" for c in calls if c.function)
    assert names == ["get_weather"]
    assert json.loads(arguments) == {"city": "hello there"}
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


async def test_no_tool_is_called_twice_for_one_message(client: openai.AsyncOpenAI) -> None:
    messages: list[ChatCompletionMessageParam] = [
        {"role": "user", "content": "weather please"},
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": "{}"},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "sunny"},
    ]

    answer = await client.chat.completions.create(model="a", messages=messages, tools=[WEATHER])

    assert answer.choices[0].message.tool_calls is None
    assert "sunny" in (answer.choices[0].message.content or "")


async def test_tool_choice_none_answers_in_words(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "weather"}],
        tools=[WEATHER],
        tool_choice="none",
    )

    assert answer.choices[0].message.content


async def test_an_unknown_schema_gets_a_valid_document(client: openai.AsyncOpenAI) -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["subject", "kind", "due", "tags"],
        "properties": {
            "subject": {"type": "string", "maxLength": 12},
            "kind": {"enum": ["bug", "question", "other"]},
            "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        },
    }

    answer = await client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "I have a question about payroll"}],
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "ticket", "strict": False, "schema": schema},
        },
    )

    document = json.loads(answer.choices[0].message.content or "")
    jsonschema.validate(document, schema)
    assert document["kind"] == "question"
    assert document["due"] is None


async def test_the_sdk_parses_a_pydantic_answer(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.parse(
        model="any", messages=HELLO, response_format=Ticket
    )

    assert answer.choices[0].message.parsed == Ticket(
        subject="hello there", kind="hello there", tags=[]
    )


async def test_a_json_object_is_an_object(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model="any",
        messages=[{"role": "user", "content": "answer in JSON"}],
        response_format={"type": "json_object"},
    )

    assert isinstance(json.loads(answer.choices[0].message.content or ""), dict)


async def test_max_tokens_cuts_and_says_so(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="any", messages=HELLO, max_tokens=3)

    assert answer.usage is not None
    assert answer.usage.completion_tokens == 3
    assert answer.choices[0].finish_reason == "length"


async def test_a_stop_ends_the_answer_before_itself(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="any", messages=HELLO, stop=["scripted"])

    assert answer.choices[0].message.content == "I am a "


async def test_both_models_are_listed(client: openai.AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]

    assert names == ["scripted-local", "multilingual-e5-small"]
    assert (await client.models.retrieve("scripted-local")).owned_by == "emulator"
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt-0")
