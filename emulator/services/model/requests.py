"""What a client may send to /chat/completions, parsed once at the edge."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from .errors import RequestError
from .strict import check_strict

type JsonObject = Mapping[str, JsonValue]
type Role = Literal["system", "developer", "user", "assistant", "tool", "function"]


class _Wire(BaseModel):
    # Real servers know more fields than a scripted model needs; those are accepted and ignored.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(_Wire):
    type: str
    text: str = ""


class CalledFunction(_Wire):
    name: str
    arguments: str = "{}"


class MadeCall(_Wire):
    id: str
    function: CalledFunction


class Message(_Wire):
    role: Role
    content: str | Sequence[Part] | None = None
    name: str | None = None
    tool_calls: Sequence[MadeCall] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """All the text of the message; images and files are not looked at."""
        if self.content is None:
            return ""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content if part.text)


class Function(_Wire):
    name: Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
    description: str = ""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    strict: bool | None = None


class Tool(_Wire):
    type: Literal["function"]
    function: Function


class NamedFunction(_Wire):
    name: str


class NamedChoice(_Wire):
    type: Literal["function"]
    function: NamedFunction


class NamedSchema(_Wire):
    name: str
    schema_: dict[str, JsonValue] = Field(default_factory=dict, alias="schema")
    strict: bool | None = None


class PlainFormat(_Wire):
    type: Literal["text", "json_object"]


class SchemaFormat(_Wire):
    type: Literal["json_schema"]
    json_schema: NamedSchema


class StreamOptions(_Wire):
    include_usage: bool = False


class ChatRequest(_Wire):
    """The body of a chat completion, with the fields that change what is answered."""

    messages: Annotated[Sequence[Message], Field(min_length=1)]
    model: str = ""
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    tools: Sequence[Tool] | None = None
    tool_choice: Literal["none", "auto", "required"] | NamedChoice | None = None
    response_format: Annotated[PlainFormat | SchemaFormat, Field(discriminator="type")] | None = (
        None
    )
    stop: str | Annotated[Sequence[str], Field(max_length=4)] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(ge=0, le=1)] | None = None
    n: Annotated[int, Field(ge=1)] | None = None

    @property
    def limit(self) -> int | None:
        """How many tokens the answer may have."""
        return self.max_completion_tokens or self.max_tokens

    @property
    def stops(self) -> Sequence[str]:
        if self.stop is None:
            return ()
        return (self.stop,) if isinstance(self.stop, str) else self.stop

    @property
    def schema_format(self) -> NamedSchema | None:
        if isinstance(self.response_format, SchemaFormat):
            return self.response_format.json_schema
        return None

    @property
    def wants_json_object(self) -> bool:
        return isinstance(self.response_format, PlainFormat) and (
            self.response_format.type == "json_object"
        )


def parse_chat_request(body: object) -> ChatRequest:
    """The request in a decoded body; raises `RequestError` naming the first field that is wrong."""
    if not isinstance(body, dict):
        raise RequestError(
            "We could not parse the JSON body of your request: it must be an object."
        )
    try:
        request = ChatRequest.model_validate(body)
    except ValidationError as error:
        raise _first_problem(error) from None
    _check_combinations(request)
    return request


def _first_problem(error: ValidationError) -> RequestError:
    problem = error.errors(include_url=False, include_context=False)[0]
    param = _path(problem["loc"])
    if problem["type"] == "missing":
        message = f"Missing required parameter: '{param}'."
        return RequestError(message, param=param, code="missing_required_parameter")
    message = f"Invalid value for '{param}': {problem['msg']}."
    return RequestError(message, param=param, code="invalid_value")


def _path(location: Sequence[str | int]) -> str:
    """`("messages", 0, "content", "str")` as OpenAI writes it: `messages[0].content`."""
    path = ""
    for part in location:
        if isinstance(part, int):
            path += f"[{part}]"
        elif re.fullmatch(r"[a-z_]+", part) and part not in ("str", "text", "json_schema"):
            path += f".{part}" if path else part
    return path


def _check_combinations(request: ChatRequest) -> None:
    if request.n is not None and request.n > 1:
        raise RequestError("This model answers one choice only: 'n' must be 1.", param="n")
    if request.stream_options is not None and not request.stream:
        raise RequestError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    if request.tool_choice not in (None, "none") and not request.tools:
        raise RequestError(
            "'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice"
        )
    _check_named_tool(request)
    _check_tool_messages(request.messages)
    if request.wants_json_object and not any("json" in m.text.lower() for m in request.messages):
        raise RequestError(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of"
            " type 'json_object'.",
            param="messages",
        )
    schema = request.schema_format
    if schema is not None and schema.strict:
        check_strict(schema.schema_, schema.name)


def _check_named_tool(request: ChatRequest) -> None:
    if isinstance(request.tool_choice, NamedChoice):
        name = request.tool_choice.function.name
        if name not in {tool.function.name for tool in request.tools or ()}:
            raise RequestError(
                f"Tool choice '{name}' is not among the 'tools'.", param="tool_choice"
            )


def _check_tool_messages(messages: Sequence[Message]) -> None:
    announced: set[str] = set()
    for index, message in enumerate(messages):
        announced |= {call.id for call in message.tool_calls or ()}
        if message.role == "tool" and message.tool_call_id not in announced:
            raise RequestError(
                "Messages with role 'tool' must be a response to a preceding message with"
                " 'tool_calls'.",
                param=f"messages[{index}].role",
            )
