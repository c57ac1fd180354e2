"""A model's place is taken by others before it has spoken, and never after."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.runs import Usage
from shared.errors import ModelError
from shared.llm.bounding import CappedModel, FallingBackModel
from shared.ports import Completion, Model, ModelMessage, ModelRequest, StreamEnd

REQUEST = ModelRequest((ModelMessage("user", "hola"),))
FAILURES = {
    "busy": ModelError("busy", code="MODEL_RATE_LIMIT", retry_after=30.0),
    "late": ModelError("late", code="TIMEOUT"),
    "down": ModelError("down"),
    "refused": ModelError("refused", retryable=False),
    "blocked": ModelError("blocked", code="CONTENT_BLOCKED", retryable=False),
}
PASSING = ("busy", "late", "down")


@dataclass
class Scripted:
    """Says `says`, then fails as `fails` tells, or ends."""

    says: tuple[str, ...] = ()
    fails: str | None = None
    asked: int = 0
    closed: int = 0
    requests: list[ModelRequest] = field(default_factory=list)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        self.asked += 1
        self.requests.append(request)
        try:
            for piece in self.says:
                yield piece
            if self.fails:
                raise FAILURES[self.fails]
            yield StreamEnd("stop", Usage())
        finally:
            self.closed += 1

    async def complete(self, request: ModelRequest) -> Completion:
        self.asked += 1
        self.requests.append(request)
        if self.fails:
            raise FAILURES[self.fails]
        return Completion("".join(self.says), Usage())

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked += 1
        return [[1.0] for _ in texts]

    async def close(self) -> None:
        return


def chained(first: Model, *others: Scripted) -> FallingBackModel:
    return FallingBackModel(first, tuple(partial(made, other) for other in others))


def made(model: Model) -> Model:
    return model


async def read(model: Model) -> tuple[str, ModelError | None]:
    said = ""
    try:
        async for piece in model.stream(REQUEST):
            said += piece if isinstance(piece, str) else ""
    except ModelError as error:
        return said, error
    return said, None


SCRIPTS = st.builds(
    Scripted,
    says=st.sampled_from([(), ("a",), ("a", "b")]),
    fails=st.sampled_from([None, *FAILURES]),
)


@given(chain=st.lists(SCRIPTS, min_size=1, max_size=4))
async def test_the_first_that_speaks_or_ends_is_the_only_one_that_is_heard(
    chain: list[Scripted],
) -> None:
    said, failure = await read(chained(chain[0], *chain[1:]))
    asked = [script for script in chain if script.asked]
    assert asked == chain[: len(asked)]
    assert all(script.asked == script.closed == 1 for script in asked)
    *before, last = asked
    assert all(script.fails and not script.says for script in before)
    assert chain[0] is last or chain[0].fails in PASSING
    assert said == "".join(last.says)
    if last.says or last.fails is None or last.fails == "blocked":
        assert failure is (FAILURES[last.fails] if last.fails else None)
    else:
        # Nobody spoke: it is the failure of the one that was to be asked.
        assert chain[0].fails is not None
        assert failure is FAILURES[chain[0].fails]


@given(chain=st.lists(SCRIPTS, min_size=1, max_size=4))
async def test_a_whole_answer_is_that_of_the_first_that_has_one(chain: list[Scripted]) -> None:
    model = chained(chain[0], *chain[1:])
    first = chain[0].fails
    if first is None or first not in PASSING:
        heard = chain[:1]
    else:
        stops = [i for i, each in enumerate(chain) if i and each.fails in (None, "blocked")]
        heard = chain[: stops[0] + 1] if stops else chain
    if heard[-1].fails is None:
        assert (await model.complete(REQUEST)).text == "".join(heard[-1].says)
    else:
        with pytest.raises(ModelError) as caught:
            await model.complete(REQUEST)
        blocked = heard[-1].fails == "blocked"
        assert caught.value is FAILURES["blocked" if blocked else str(first)]
    assert [script.asked for script in chain] == [
        int(any(script is each for each in heard)) for script in chain
    ]


async def test_a_stream_that_is_left_closes_the_one_that_speaks() -> None:
    first, second = Scripted(fails="down"), Scripted(says=("a", "b"))
    async with aclosing(chained(first, second).stream(REQUEST)) as stream:
        assert await anext(stream) == "a"
    assert (first.closed, second.closed) == (1, 1)


async def test_vectors_come_from_one_model_only() -> None:
    first, second = Scripted(), Scripted()
    assert await chained(first, second).embed(["a"]) == [[1.0]]
    assert (first.asked, second.asked) == (1, 0)


@given(asked=st.none() | st.integers(1, 10_000), most=st.integers(1, 10_000))
async def test_an_answer_never_has_more_tokens_than_the_cap(asked: int | None, most: int) -> None:
    inner = Scripted(says=("a",))
    model = CappedModel(inner, most)
    request = ModelRequest(REQUEST.messages, max_tokens=asked)
    await model.complete(request)
    _ = [piece async for piece in model.stream(request)]
    assert {each.max_tokens for each in inner.requests} == {min(asked or most, most)}
