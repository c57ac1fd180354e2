"""Answers of `http` that come in events."""

from dataclasses import replace

from shared.ports import ToolAnswered, ToolRefused
from tests.unit.shared.test_http_tool import LIMIT, answering, invocation, place


async def streamed(body: str) -> tuple[list[str], ToolAnswered | ToolRefused]:
    heard: list[str] = []

    async def listens(text: str) -> None:
        heard.append(text)

    async with place(answering(body, 200, **{"Content-Type": "text/event-stream"})) as there:
        called = replace(invocation(there.url()), listens=listens, any_status=True)
        return heard, await there.tools.call(called)


async def test_each_event_is_passed_on_and_all_of_them_are_the_text() -> None:
    heard, answer = await streamed('data: {"text": "Uno, "}\n\ndata: dos.\n\n')
    assert heard == ["Uno, ", "dos."]
    assert isinstance(answer, ToolAnswered)
    assert answer.result["text"] == "Uno, dos."


async def test_a_line_without_an_end_is_kept_no_further_than_the_limit() -> None:
    heard, answer = await streamed("data: " + "x" * LIMIT)
    assert heard == []
    assert isinstance(answer, ToolAnswered)
    assert answer.result["omitted"] == "http_too_large"
