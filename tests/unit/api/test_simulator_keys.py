"""Keys in the header of a call: only where development is set up, and in nothing that is kept."""

import json
from dataclasses import replace

import pytest

from api import catalog
from api.simulator_keys import HEADER
from shared.contracts.credentials import SecureValues
from tests.fakes.http import Answer, Caller
from tests.unit.api.rules import ChatDesk
from tests.unit.api.test_chat import MINIMAL, end

CANARY = "made-up-canary-of-a-key"

KEYS = {HEADER: json.dumps({"openai": CANARY, "search": CANARY})}


class Developing(ChatDesk):
    """Where the settings allow keys of the simulator."""

    def person(self, token: str | None = "ana") -> Caller:
        person = super().person(token)
        policy = replace(person.deps.policy, secure_values=SecureValues(typed_keys=True))
        return replace(person, deps=replace(person.deps, policy=policy))


async def test_a_call_is_made_with_the_keys_that_it_brings_until_it_has_been_answered() -> None:
    desk = Developing()
    answer = await desk.ask(MINIMAL, **KEYS)
    record = await desk.world.runs.get("tenant-a", answer.json["runId"])
    assert record is not None
    assert record.scope is not None
    assert set(record.scope.handles) == {"openai", "azure-openai", "ai_search"}
    for tool in record.scope.handles:
        secret = await desk.world.credentials.secret(tool, record.scope)
        assert secret is not None
        assert secret.value == CANARY


async def test_what_is_kept_of_the_call_has_no_key_in_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    desk = Developing()
    answer = await desk.ask(MINIMAL, **KEYS)
    [record] = desk.world.runs.records.values()
    kept = f"{record.model_dump_json()} {record!r} {desk.orchestrations.started!r} {answer!r}"
    assert CANARY not in f"{kept} {desk.world.log.runs!r} {desk.world.conversations.stored!r}"
    assert CANARY not in caplog.text


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
async def test_the_keys_are_forgotten_when_the_answer_is_told(accept: str) -> None:
    desk = Developing()
    record = await desk.run(MINIMAL, idempotency_key="k")
    await end(desk, record)
    asked = {"idempotency_key": "k", "prefer": "", "accept": accept}
    answer = await desk.ask(MINIMAL, **asked, **KEYS)
    assert answer.status == 200
    assert not desk.world.credentials.typed._kept


async def test_the_keys_of_a_call_that_is_refused_are_forgotten() -> None:
    desk = Developing()
    answer = await desk.ask({**MINIMAL, "profile": "nowhere"}, **KEYS)
    assert answer.code == "NOT_ALLOWED"
    assert not desk.world.credentials.typed._kept


async def test_outside_development_they_are_refused_naming_the_header() -> None:
    desk = ChatDesk()
    answer = await desk.ask(MINIMAL, **KEYS)
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert HEADER in answer.json["detail"]
    assert CANARY not in answer.body.decode()
    assert desk.world.runs.records == {}


async def refused(header: str) -> Answer:
    desk = Developing()
    answer = await desk.ask(MINIMAL, **{HEADER: header})
    assert desk.world.runs.records == {}
    assert not desk.world.credentials.typed._kept
    assert CANARY not in answer.body.decode()
    return answer


@pytest.mark.parametrize(
    "header",
    [
        "", "ñ", "[]", "{}", CANARY, f'["{CANARY}"]', f'{{"openai": ["{CANARY}"]}}',
        '{"openai": ""}',
        f'{{"openai": "{CANARY} {CANARY}"}}', '{"openai": "' + "x" * 20_000 + '"}',
    ],
)  # fmt: skip
async def test_what_is_no_such_header_is_told_without_quoting_it(header: str) -> None:
    answer = await refused(header)
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    assert answer.json["errors"][0]["pointer"] == f"/{HEADER}"


async def test_a_tool_that_takes_no_keys_is_named() -> None:
    answer = await refused(json.dumps({"mcp:corp-tools": CANARY}))
    assert (answer.status, answer.code) == (403, "NOT_ALLOWED")
    assert f"{HEADER}/mcp:corp-tools" in answer.json["detail"]


async def test_the_catalog_tells_whether_keys_are_taken() -> None:
    for desk, taken in ((ChatDesk(), False), (Developing(), True)):
        answer = await desk.person().call(catalog.read)
        assert answer.json["simulatorKeys"] is taken
