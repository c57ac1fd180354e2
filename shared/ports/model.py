"""The seam to language models."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.contracts.credentials import CredentialScope
from shared.contracts.models import ModelChoice
from shared.contracts.runs import Usage
from shared.contracts.tools import JsonSchema


@dataclass(frozen=True, slots=True)
class ModelTool:
    """A function the model may ask for; `parameters` is the JSON Schema of its arguments."""

    name: str
    description: str
    parameters: JsonSchema


@dataclass(frozen=True, slots=True)
class ModelToolCall:
    """`arguments` is what the model wrote: meant to be a JSON object, and not always one."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ModelMessage:
    """An `assistant` message may hold the `calls` that the model asked for; each is answered by a
    `tool` message with its `call_id`."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[ModelToolCall, ...] = ()
    call_id: str | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """`schema` asks for an answer that is JSON of this schema (strict), under `schema_name`;
    `json` for a JSON object of any shape. `temperature` 0 to 2, `top_p` 0 to 1: a model that takes
    neither is not sent them."""

    messages: tuple[ModelMessage, ...]
    schema: JsonSchema | None = None
    schema_name: str = "answer"
    max_tokens: int | None = None
    tools: tuple[ModelTool, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    json: bool = False


type FinishReason = Literal["stop", "length", "tool_calls"]
"""`length`: the answer was cut, and asks for no tools."""


@dataclass(frozen=True, slots=True)
class Completion:
    """`model` is what the service says answered: of an alias or a deployment, the very version."""

    text: str
    usage: Usage
    model: str = ""
    finish_reason: FinishReason = "stop"
    calls: tuple[ModelToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """Last item of a stream: why the model stopped, what it used, and which tools it asks for."""

    finish_reason: FinishReason
    usage: Usage
    calls: tuple[ModelToolCall, ...] = ()
    model: str = ""


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


class Models(Protocol):
    """The models that a call may choose from."""

    def get(
        self,
        choice: ModelChoice,
        profile: str | None = None,
        scope: CredentialScope | None = None,
        *,
        patient: bool = True,
    ) -> Model:
        """Who answers: provider, name (`default` and `reasoning` are those of the settings) and
        endpoint; what is left out is the settings', or the credential profile's of `scope`. How it
        is asked is told by each request.

        `profile` is the agent profile whose limits hold. Only a `patient` model repeats by itself
        what was refused for the moment: who counts the tries wants none. Raises NotAllowedError
        naming what is refused, ConfigurationError for a provider whose extra or settings are
        missing. That a key cannot be had, or a handle is none, is a ModelError of the model that is
        asked."""
        ...

    def embedder(self, scope: CredentialScope | None) -> Model | None:
        """Who makes vectors of what is looked for in this credential profile, where it names one;
        None: as the app itself does."""
        ...

    async def close(self) -> None:
        """Let go of the connections of all of them."""
        ...
