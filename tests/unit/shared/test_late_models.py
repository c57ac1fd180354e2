"""A provider's SDK is imported when its first model is asked, once, and not before."""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field

from shared.llm.late import LateConnection
from shared.ports import Model, ModelMessage, ModelRequest, StreamEnd
from tests.fakes.services import FakeModel

REQUEST = ModelRequest((ModelMessage("user", "hola"),))


@dataclass
class Built:
    made: list[tuple[str, str | None, bool]] = field(default_factory=list)
    closed: int = 0

    def model(self, name: str, version: str | None, *, patient: bool) -> Model:
        self.made.append((name, version, patient))
        return FakeModel()

    async def close(self) -> None:
        self.closed += 1


@dataclass
class Workshop:
    built: list[Built] = field(default_factory=list)

    def build(self) -> Built:
        self.built.append(Built())
        return self.built[-1]

    def connection(self) -> LateConnection:
        return LateConnection("json", self.build)


async def test_nothing_is_built_before_a_model_is_asked_nor_closed() -> None:
    workshop = Workshop()
    connection = workshop.connection()
    connection.model("m", None, patient=True)
    await connection.close()
    assert workshop.built == []


async def test_models_that_are_asked_at_the_same_time_share_one_connection() -> None:
    workshop = Workshop()
    connection = workshop.connection()
    models = [connection.model(name, "v1", patient=False) for name in ("a", "b", "c")]
    await asyncio.gather(*(model.complete(REQUEST) for model in models))
    (built,) = workshop.built
    assert sorted(built.made) == [("a", "v1", False), ("b", "v1", False), ("c", "v1", False)]
    await connection.close()
    assert built.closed == 1


async def test_what_the_model_says_comes_as_it_is() -> None:
    model = Workshop().connection().model("m", None, patient=True)
    *pieces, end = [piece async for piece in model.stream(REQUEST)]
    assert pieces == list(FakeModel().pieces)
    assert isinstance(end, StreamEnd)
    async with aclosing(model.stream(REQUEST)) as stream:
        assert await anext(stream) == "Hola"
    assert (await model.complete(REQUEST)).text == "Hola, Ana."
    assert await model.embed(["abc"]) == [[3.0, 1.0]]
