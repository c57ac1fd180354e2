"""Embeddings: in batches, each text once, and one who gives up takes nothing from the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from shared.errors import ModelError
from shared.search.embedding import BATCH, RememberingModel
from tests.fakes.services import FakeModel


@dataclass
class CountingModel(FakeModel):
    """Answers when `free` is set."""

    batches: list[list[str]] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.batches.append(list(texts))
        self.asked.set()
        await self.free.wait()
        return await super().embed(texts)


@dataclass
class SteppingModel(FakeModel):
    """Each request has a step of its own, after which it answers."""

    steps: list[asyncio.Event] = field(default_factory=list)
    begun: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.steps.append(step := asyncio.Event())
        async with self.begun:
            self.begun.notify_all()
        await step.wait()
        return await super().embed(texts)

    async def under_way(self, requests: int) -> None:
        async with self.begun:
            await self.begun.wait_for(lambda: len(self.steps) == requests)


@pytest.fixture
def inner() -> CountingModel:
    model = CountingModel()
    model.free.set()
    return model


async def test_a_text_is_embedded_once_and_answers_stand_in_order(inner: CountingModel) -> None:
    model = RememberingModel(inner)
    assert await model.embed(["a", "bbb", "a"]) == [[1.0, 1.0], [3.0, 1.0], [1.0, 1.0]]
    assert await model.embed(["cc", "a"]) == [[2.0, 1.0], [1.0, 1.0]]
    assert inner.batches == [["a", "bbb"], ["cc"]]
    assert await model.embed([]) == []


async def test_many_texts_go_in_batches(inner: CountingModel) -> None:
    texts = [f"text {number}" for number in range(2 * BATCH + 1)]
    vectors = await RememberingModel(inner).embed(texts)
    assert vectors == [[float(len(text)), 1.0] for text in texts]
    assert [len(batch) for batch in inner.batches] == [BATCH, BATCH, 1]


async def test_indexes_asked_side_by_side_share_one_request(inner: CountingModel) -> None:
    inner.free.clear()
    model = RememberingModel(inner)
    asking = [asyncio.create_task(model.embed(["licencia"])) for _ in range(3)]
    await inner.asked.wait()
    inner.free.set()
    assert await asyncio.gather(*asking) == [[[8.0, 1.0]]] * 3
    assert inner.batches == [["licencia"]]


async def test_one_that_gives_up_leaves_the_vector_to_the_others(inner: CountingModel) -> None:
    inner.free.clear()
    model = RememberingModel(inner)
    hasty = asyncio.create_task(model.embed(["licencia"]))
    await inner.asked.wait()
    patient = asyncio.create_task(model.embed(["licencia"]))
    hasty.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hasty
    inner.free.set()
    assert await patient == [[8.0, 1.0]]
    assert inner.batches == [["licencia"]]


async def test_a_failure_is_not_remembered(inner: CountingModel) -> None:
    model = RememberingModel(inner)
    inner.failure = ModelError("away")
    with pytest.raises(ModelError):
        await model.embed(["licencia"])
    inner.failure = None
    assert await model.embed(["licencia"]) == [[8.0, 1.0]]


async def test_only_the_newest_vectors_are_remembered(inner: CountingModel) -> None:
    model = RememberingModel(inner, size=2)
    for text in ("a", "b", "a", "c", "a"):
        await model.embed([text])
    assert inner.batches == [["a"], ["b"], ["c"]], "what is used stays"
    await model.embed(["b"])
    assert inner.batches[-1] == ["b"]


async def test_a_text_asked_for_while_it_waits_for_its_batch_spoils_neither() -> None:
    inner = SteppingModel()
    model = RememberingModel(inner)
    texts = [f"text {number}" for number in range(BATCH + 1)]
    library = asyncio.create_task(model.embed(texts))
    await inner.under_way(1)
    question = asyncio.create_task(model.embed(texts[-1:]))
    await inner.under_way(2)
    failures: list[object] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: failures.append(context["message"])
    )
    inner.steps[0].set()
    await inner.under_way(3)
    inner.steps[1].set()
    vector = await question
    inner.steps[2].set()
    assert (await library)[-1:] == vector == await model.embed(texts[-1:])
    assert (failures, len(inner.steps)) == ([], 3)
