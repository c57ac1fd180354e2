"""The seam to language models."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.contracts.runs import Usage
from shared.contracts.tools import JsonSchema


@dataclass(frozen=True, slots=True)
class ModelMessage:
    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`schema` asks for an answer that is JSON of this schema (strict), under `schema_name`."""

    messages: tuple[ModelMessage, ...]
    schema: JsonSchema | None = None
    schema_name: str = "answer"
    max_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """`model` is what the service says answered: of an alias or a deployment, the very version."""

    text: str
    usage: Usage
    model: str = ""


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Last item of a stream: why the model stopped and what it used."""

    finish_reason: Literal["stop", "length"]
    usage: Usage


class Model(Protocol):
    """A language model. Every method raises ModelError (code MODEL_RATE_LIMIT on a 429)."""

    def stream(self, request: ModelRequest) -> AsyncGenerator[str | StreamEnd]:
        """Yield pieces of text as they come, then one StreamEnd."""
        ...

    async def complete(self, request: ModelRequest) -> Completion: ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector per text, in order, of the embedding deployment's dimensions."""
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...
