"""Agents called by OpenAI's own client, over a real socket."""

from collections.abc import AsyncIterator
from uuid import uuid4

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.e2e.cloud import Host
from tests.e2e.people import Person
from tests.e2e.surroundings import SLOWLY, Surroundings

QUESTION = "¿Qué necesito para renovar la licencia?"


@pytest.fixture
async def client(host: Host, ana: Person) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{host.url}/api/v1", api_key=ana.token, max_retries=0
    ) as client:
        yield client


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(each.delta.content or "" for chunk in chunks for each in chunk.choices)


async def stored_text(who: Person, completion_id: str) -> str:
    answer = await who.get(f"/runs/{completion_id.removeprefix('chatcmpl-')}")
    return str(answer.body["text"])


async def test_a_completion_is_the_answer_of_a_run_with_its_citations(
    client: openai.AsyncOpenAI, ana: Person
) -> None:
    completion = await client.chat.completions.create(
        model="rag",
        messages=[
            {"role": "system", "content": "Responde con lo que dicen los documentos."},
            {"role": "user", "content": "Hola"},
            {"role": "assistant", "content": "Buenas."},
            {"role": "user", "content": QUESTION},
        ],
        temperature=0.2,
        max_completion_tokens=600,
        user=uuid4().hex,
    )
    (choice,) = completion.choices
    assert choice.message.content
    assert choice.message.content == await stored_text(ana, completion.id)
    assert choice.finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens > 0
    citations = (completion.model_extra or {})["citations"]
    assert citations[0]["documentId"]


@pytest.mark.parametrize("model", ["normal", "rag", "retrieval", "coordinator"])
async def test_the_pieces_of_a_stream_are_the_answer(
    client: openai.AsyncOpenAI, ana: Person, model: str
) -> None:
    stream = await client.chat.completions.create(
        model=model,
        messages=[{"role": "user", "content": QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert text_of(chunks) == await stored_text(ana, chunks[0].id) != ""
    *_, finished, counted = chunks
    assert finished.choices[0].finish_reason == "stop"
    assert counted.choices == []
    assert counted.usage is not None


async def test_text_comes_while_it_is_written(
    client: openai.AsyncOpenAI, ana: Person, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    stream = await client.chat.completions.create(
        model="normal", messages=[{"role": "user", "content": "Hola [[tokens:300]]"}], stream=True
    )
    chunks: list[ChatCompletionChunk] = []
    async for chunk in stream:
        chunks.append(chunk)
        if text_of([chunk]):
            break
    await around.flow()
    chunks += [chunk async for chunk in stream]
    assert text_of(chunks) == await stored_text(ana, chunks[0].id)
    assert sum(bool(text_of([chunk])) for chunk in chunks) > 1


async def test_an_answer_from_documents_comes_while_it_is_written(
    client: openai.AsyncOpenAI, ana: Person, around: Surroundings
) -> None:
    await around.pace(10, SLOWLY)
    stream = await client.chat.completions.create(
        model="rag", messages=[{"role": "user", "content": QUESTION}], stream=True
    )
    chunks: list[ChatCompletionChunk] = []
    async for chunk in stream:
        chunks.append(chunk)
        if text_of([chunk]):
            break
    await around.flow()
    chunks += [chunk async for chunk in stream]
    assert text_of(chunks) == await stored_text(ana, chunks[0].id)
    assert sum(bool(text_of([chunk])) for chunk in chunks) > 1


async def test_what_is_listed_may_be_named_as_a_model(client: openai.AsyncOpenAI) -> None:
    listed = [model.id async for model in client.models.list()]
    assert {"normal", "rag", "coordinator"} < set(listed)
    completion = await client.chat.completions.create(
        model=listed[-1],
        messages=[{"role": "user", "content": "Hola"}],
        presence_penalty=0,
        seed=7,
        store=False,
    )
    assert completion.choices[0].message.content


async def test_text_that_is_written_again_alike_is_told_once(
    client: openai.AsyncOpenAI, ana: Person, around: Surroundings
) -> None:
    await around.fail("model", cut="mid", path="chat/completions")
    stream = await client.chat.completions.create(
        model="normal", messages=[{"role": "user", "content": "Hola [[tokens:60]]"}], stream=True
    )
    chunks = [chunk async for chunk in stream]
    assert text_of(chunks) == await stored_text(ana, chunks[0].id)


async def test_the_same_key_is_the_same_completion(client: openai.AsyncOpenAI) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    first, again = [
        await client.chat.completions.create(
            model="normal", messages=[{"role": "user", "content": "Hola"}], extra_headers=key
        )
        for _ in range(2)
    ]
    assert first == again


async def test_tools_of_the_client_are_refused_by_their_name(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.chat.completions.create(
            model="normal",
            messages=[{"role": "user", "content": "Hola"}],
            tools=[{"type": "function", "function": {"name": "mine", "parameters": {}}}],
        )
    assert (refused.value.param, refused.value.code) == ("tools", "INVALID_REQUEST")
    assert refused.value.type == "invalid_request_error"


async def test_nobody_without_a_token_that_holds_is_answered(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        await client.with_options(api_key="sk-no-token").chat.completions.create(
            model="normal", messages=[{"role": "user", "content": "Hola"}]
        )
    assert refused.value.code == "UNAUTHENTICATED"


async def test_a_model_that_breaks_ends_a_stream_with_an_error(
    client: openai.AsyncOpenAI, around: Surroundings
) -> None:
    await around.fail("model", status=500, count=20)
    stream = await client.chat.completions.create(
        model="normal", messages=[{"role": "user", "content": "Hola"}], stream=True
    )
    with pytest.raises(openai.APIError) as failed:
        async for _ in stream:
            pass
    assert failed.value.code == "MODEL_UNAVAILABLE"
