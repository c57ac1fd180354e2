"""`./eira smoke` against an app that works, and against apps that do not."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from aiohttp import web

from cli.deployment import smoke
from cli.deployment.smoke import MESSAGE
from tests.cli.conftest import Eira
from tests.cli.fake_platform import CONVERSATION_ID, FakeApp, done, state, text

GREETING = [state("RECEIVED"), text("Hola, "), text("Ana."), state("PERSISTED_EVENT"), done()]
FAILED = {"type": "error", "code": "MODEL_UNAVAILABLE", "message": "…", "retryable": True}


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PAUSE_SECONDS", 0.0)


@dataclass
class Renumbered(FakeApp):
    """Who resumes gets events by these numbers, whatever they were when they were told first."""

    numbers: Sequence[int] = ()

    async def _stream(self, request: web.Request, after: int) -> web.StreamResponse:
        if not after:
            return await super()._stream(request, after)
        frames = [f"id: {n}\ndata: {json.dumps(self.events[n - 1])}\n\n" for n in self.numbers]
        headers = {"Content-Type": "text/event-stream"}
        return web.Response(text="".join(frames), headers=headers)


async def test_an_app_that_works_is_tried_whole_and_left_as_it_was(eira: Eira) -> None:
    app = FakeApp(GREETING)
    ended = await eira("smoke", app=app)
    assert (ended.status, ended.err) == (0, "")
    assert [line.split(":")[0] for line in ended.out.splitlines()] == [
        "✓ health", "✓ sign-in", "✓ conversation", "✓ resume", "✓ erased", "All is well",
    ]  # fmt: skip
    assert (app.messages, app.resumed_after) == ([MESSAGE], ["2", None])
    assert app.erased == [CONVERSATION_ID]


async def test_machines_get_json_alone(eira: Eira) -> None:
    ended = await eira("smoke", "--json", app=FakeApp(GREETING))
    document = json.loads(ended.out)
    assert document["ok"] is True
    assert [each["area"] for each in document["findings"]][-2:] == ["resume", "erased"]


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([4, 5], "event 3 never came"),
        ([3, 3, 4, 5], "event 3 came twice"),
        ([2, 3, 4, 5], "event 2 came twice"),
        ([4, 3, 5], "the events did not come in order"),
        ([3, 4], "the stream ended without done"),
        ([], "the stream ended without done"),
    ],
)
async def test_a_resume_that_loses_or_doubles_anything_is_found_out(
    eira: Eira, numbers: list[int], said: str
) -> None:
    app = Renumbered(GREETING, numbers=numbers)
    ended = await eira("smoke", app=app)
    assert ended.status == 1
    assert f"✗ resume: {said}" in ended.err
    assert "Last-Event-ID: 2" in ended.err
    assert app.erased == [CONVERSATION_ID]


async def test_a_run_that_fails_is_told_with_its_code_and_is_erased_all_the_same(
    eira: Eira,
) -> None:
    for events in ([state("RECEIVED"), FAILED], [state("RECEIVED"), text("Hola"), FAILED]):
        app = FakeApp(events)
        ended = await eira("smoke", app=app)
        assert ended.status == 1
        assert "MODEL_UNAVAILABLE" in ended.err
        assert app.erased == [CONVERSATION_ID]


async def test_an_app_that_is_still_being_replaced_is_waited_for(eira: Eira) -> None:
    ended = await eira("smoke", app=FakeApp(GREETING, health_statuses=[503, 404]))
    assert ended.status == 0


async def test_an_app_that_does_not_come_is_told_with_where_to_look(
    eira: Eira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smoke, "WAITS_SECONDS", 0.0)
    ended = await eira("smoke", app=FakeApp(GREETING, health_statuses=[503]))
    assert ended.status == 1
    assert ended.err.startswith("✗ health: status 503")
    assert "az webapp log tail" in ended.err


async def test_who_is_refused_is_told_why_and_what_to_set(eira: Eira) -> None:
    problem = {"status": 401, "code": "UNAUTHENTICATED", "detail": "Who?"}
    ended = await eira("smoke", app=FakeApp(GREETING, problem=problem))
    assert "✗ conversation: the app answers 401: Who?" in ended.err
    assert "Auth__Audience" in ended.err
    ended = await eira("smoke", "--user", "nobody", app=FakeApp(GREETING))
    assert "✗ sign-in: the identity service gives no token" in ended.err


async def test_a_run_that_still_writes_and_a_service_that_is_away_are_waited_for(
    eira: Eira,
) -> None:
    app = FakeApp(GREETING, erase_statuses=[409, 503, 409])
    ended = await eira("smoke", app=app)
    assert (ended.status, app.erased) == (0, [CONVERSATION_ID])


async def test_what_cannot_be_erased_is_said_with_where_it_is(eira: Eira) -> None:
    ended = await eira("smoke", app=FakeApp(GREETING, erase_statuses=[500]))
    assert ended.status == 1
    assert "✗ erased: the conversation of this test stays: status 500" in ended.err
    assert f"/api/conversations/{CONVERSATION_ID}" in ended.err


async def test_an_app_elsewhere_is_tried_with_a_token_that_is_given(
    eira: Eira, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIRA_TOKEN", "token-of-ana")
    monkeypatch.delenv("Auth__Audience", raising=False)
    monkeypatch.setattr(smoke, "WAITS_SECONDS", 0.0)
    nobody = "http://127.0.0.1:9"
    refused = await eira("smoke", "--url", nobody, app=FakeApp(GREETING))
    assert refused.status == 2
    assert "Say --audience" in refused.err
    app = FakeApp(GREETING)
    ended = await eira("smoke", "--url", nobody, "--audience", "api://a", app=app)
    assert ended.status == 1
    assert ended.err.startswith("✗ health: ")
