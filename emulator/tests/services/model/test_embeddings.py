"""Embeddings, asked for by the real OpenAI SDK."""

import math

import openai
import pytest


async def test_the_sdks_default_form_gives_unit_vectors(client: openai.AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="multilingual-e5-small", input="vacaciones")

    vector = answer.data[0].embedding
    assert len(vector) == 384
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-4)


async def test_floats_and_base64_say_the_same(azure: openai.AsyncAzureOpenAI) -> None:
    packed = await azure.embeddings.create(model="d", input=["uno", "dos"])
    plain = await azure.embeddings.create(model="d", input=["uno", "dos"], encoding_format="float")

    assert [item.index for item in packed.data] == [0, 1]
    for one, other in zip(packed.data, plain.data, strict=True):
        assert one.embedding == pytest.approx(other.embedding, abs=1e-6)
    assert packed.usage.total_tokens == 2


async def test_fewer_dimensions_are_a_cut_unit_vector(client: openai.AsyncOpenAI) -> None:
    whole = await client.embeddings.create(model="m", input="contrato")
    cut = await client.embeddings.create(model="m", input="contrato", dimensions=64)

    vector = cut.data[0].embedding
    assert len(vector) == 64
    assert math.hypot(*vector) == pytest.approx(1, abs=1e-4)
    ratio = whole.data[0].embedding[0] / vector[0]
    assert vector[5] * ratio == pytest.approx(whole.data[0].embedding[5], abs=1e-5)


async def test_what_means_the_same_lies_nearer(client: openai.AsyncOpenAI) -> None:
    texts = ["solicitar vacaciones", "request holidays", "la impresora no funciona"]

    answer = await client.embeddings.create(model="m", input=texts)

    first, same, other = (item.embedding for item in answer.data)
    assert math.sumprod(first, same) > math.sumprod(first, other)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": []}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": "x", "dimensions": 1000}, "dimensions"),
        ({"input": "x", "encoding_format": "hex"}, "encoding_format"),
    ],
)
async def test_a_wrong_field_is_named(
    client: openai.AsyncOpenAI, body: dict[str, object], param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await client.post("/embeddings", body={"model": "m", **body}, cast_to=object)

    assert refused.value.param == param
