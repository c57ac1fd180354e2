"""What is refused, and that the refusal names what is wrong."""

from collections.abc import Mapping

import aiohttp
import openai
import pytest
from pydantic import JsonValue

from emulator.services.model.access import AUDIENCE
from emulator.services.model.app import create_app
from emulator.services.model.errors import RequestError
from emulator.services.model.strict import check_strict
from emulator.services.serving import RunningService
from emulator.services.tokens import SigningKeys
from emulator.tests.services.conftest import StartService
from emulator.tests.services.model.conftest import KEY

USER = {"role": "user", "content": "hello"}
OBJECT: Mapping[str, object] = {"type": "object", "properties": {"a": {"type": "string"}}}


async def _post(
    http: aiohttp.ClientSession,
    url: str,
    body: Mapping[str, object],
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Mapping[str, object]]:
    sent = {"api-key": KEY} if headers is None else headers
    async with http.post(url, json=body, headers=sent) as response:
        document = await response.json()
    return response.status, document["error"]


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role"),
        ({"messages": [USER], "temperature": 3}, "temperature"),
        ({"messages": [USER], "max_tokens": 0}, "max_tokens"),
        ({"messages": [USER], "n": 2}, "n"),
        ({"messages": [USER], "stream_options": {"include_usage": True}}, "stream_options"),
        ({"messages": [USER], "tool_choice": "required"}, "tool_choice"),
        ({"messages": [USER], "response_format": {"type": "json_object"}}, "messages"),
        ({"messages": [USER], "response_format": {"type": "yaml"}}, "response_format"),
        ({"messages": [{"role": "tool", "content": "x", "tool_call_id": "c"}]}, "messages[0].role"),
    ],
)
async def test_a_wrong_field_is_named(
    service: RunningService,
    http: aiohttp.ClientSession,
    body: Mapping[str, object],
    param: str,
) -> None:
    status, error = await _post(http, f"{service.url}/v1/chat/completions", {"model": "m", **body})

    assert status == 400
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param


async def test_openai_needs_a_model(service: RunningService, http: aiohttp.ClientSession) -> None:
    status, error = await _post(http, f"{service.url}/v1/chat/completions", {"messages": [USER]})

    assert (status, error["param"]) == (400, "model")


@pytest.mark.parametrize(
    "schema",
    [
        OBJECT,
        {**OBJECT, "additionalProperties": False},
        {"type": "string"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["a"],
            "properties": {"a": {"type": "array", "items": OBJECT}},
        },
    ],
)
async def test_a_schema_that_is_not_strict_is_refused(
    client: openai.AsyncOpenAI, schema: dict[str, object]
) -> None:
    with pytest.raises(openai.BadRequestError, match="Invalid schema"):
        await client.chat.completions.create(
            model="m",
            messages=[{"role": "user", "content": "x"}],
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "s", "strict": True, "schema": schema},
            },
        )


def _closed(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [*properties],
        "properties": properties,
    }


def _nested(levels: int) -> dict[str, object]:
    """Objects and arrays in turn, `levels` of them in one another; alternatives are no level."""
    inner: dict[str, object] = {"type": "string"}
    for level in range(levels, 0, -1):
        some = {"anyOf": [inner, {"type": "null"}]}
        inner = _closed(a=some) if level % 2 else {"type": "array", "items": some}
    return inner


STRING = {"type": "string"}
# Properties that are called like keywords.
KEYWORDS = _closed(format=STRING, default=STRING, properties=STRING, items=STRING)
RECURSIVE = {
    **_closed(first={"$ref": "#/$defs/node"}),
    "$defs": {"node": _closed(next={"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]})},
}


def _wide(count: int) -> dict[str, object]:
    return _closed(**{f"p{number}": STRING for number in range(count)})


@pytest.mark.parametrize("schema", [_wide(100), _nested(5), KEYWORDS, RECURSIVE])
def test_a_schema_within_the_limits_is_taken(schema: dict[str, JsonValue]) -> None:
    check_strict(schema, "s")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        (_wide(101), "101 parameters exceeds limit of 100."),
        (_closed(a=_wide(60), b=_wide(39)), "101 parameters exceeds limit of 100."),
        (_nested(6), "6 levels of nesting exceeds limit of 5."),
        (
            _closed(day={"type": "string", "format": "date"}),
            "In context=('properties', 'day'), 'format' is not permitted.",
        ),
        (
            _closed(a={"anyOf": [{"type": "array", "items": STRING, "minItems": 1}]}),
            "In context=('properties', 'a', 'anyOf', '0'), 'minItems' is not permitted.",
        ),
        (
            {**_closed(), "$defs": {"n": {"type": "integer", "default": 1}}},
            "In context=('$defs', 'n'), 'default' is not permitted.",
        ),
    ],
)
def test_what_strict_mode_does_not_take_is_refused_in_the_services_words(
    schema: dict[str, JsonValue], message: str
) -> None:
    with pytest.raises(RequestError) as refused:
        check_strict(schema, "s")

    assert refused.value.message == f"Invalid schema for response_format 's': {message}"
    assert (refused.value.status, refused.value.param) == (400, "response_format")
    assert refused.value.code == "invalid_json_schema"


@pytest.mark.parametrize("headers", [{}, {"api-key": "wrong"}, {"Authorization": "Bearer wrong"}])
async def test_nobody_is_let_in_without_a_credential(
    service: RunningService, http: aiohttp.ClientSession, headers: Mapping[str, str]
) -> None:
    url = f"{service.url}/v1/chat/completions"

    status, error = await _post(http, url, {"model": "m", "messages": [USER]}, headers)

    assert (status, error["code"]) == (401, "invalid_api_key")


async def test_a_token_for_another_service_is_refused(
    service: RunningService, http: aiohttp.ClientSession, keys: SigningKeys
) -> None:
    token = keys.sign({"aud": "https://vault.azure.net"})
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{service.url}/v1/chat/completions"

    status, error = await _post(http, url, {"model": "m", "messages": [USER]}, headers)

    assert status == 401
    assert AUDIENCE in str(error["message"])


async def test_without_configured_keys_no_key_is_good(
    start_service: StartService, http: aiohttp.ClientSession
) -> None:
    service = await start_service(create_app, "model")

    status, _ = await _post(http, f"{service.url}/v1/embeddings", {"model": "m", "input": "x"})

    assert status == 401


async def test_azure_paths_need_an_api_version(
    service: RunningService, http: aiohttp.ClientSession
) -> None:
    url = f"{service.url}/openai/deployments/d/chat/completions"

    status, error = await _post(http, url, {"messages": [USER]})

    assert (status, error["param"]) == (404, "api-version")


async def test_unknown_routes_and_broken_json_have_the_same_shape(
    service: RunningService, http: aiohttp.ClientSession
) -> None:
    headers = {"api-key": KEY}
    async with http.post(f"{service.url}/v1/nothing", headers=headers) as response:
        unknown = (response.status, (await response.json())["error"]["code"])
    url = f"{service.url}/v1/chat/completions"
    async with http.post(url, data=b"{", headers=headers) as response:
        broken = (response.status, (await response.json())["error"]["type"])

    assert unknown == (404, "unknown_url")
    assert broken == (400, "invalid_request_error")
