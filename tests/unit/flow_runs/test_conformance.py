"""The conformance suite of the flow language, run durably: the same traces and variables."""

import asyncio
from pathlib import Path

import pytest

from shared.flows.json_values import equal
from tests.fakes.flow_desk import flow_desk
from tests.flows.cases import Case, called, cases
from tests.unit.flow_runs.scripted import Scripted

PATIENCE_SECONDS = 60.0


@pytest.mark.parametrize("case", cases("run"), ids=called)
async def test_a_flow_is_run_durably(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = case["expected"]
    async with flow_desk(tmp_path) as desk, asyncio.timeout(PATIENCE_SECONDS):
        scripted = Scripted(desk, case)
        scripted.install()
        monkeypatch.setattr("activities.advance_flow.ready", scripted.ready)
        run_id = await desk.begin(case["flow"], case.get("inputs", {}))
        progress = await scripted.played(run_id)
        view, events = await desk.view(run_id), await desk.events(run_id)
    assert view["status"] == wanted["status"], view
    nodes = [each for each in events if each["type"] == "node"]
    if "trace" in wanted:
        assert [each["key"] for each in nodes if each["status"] == "started"] == wanted["trace"]
    found = view["variables"]
    if "variables" in wanted:
        told = {name: found.get(name) for name in wanted["variables"]}
        assert equal(told, wanted["variables"]), told
    assert not set(wanted.get("absent", ())) & set(found)
    for name, value in wanted.get("failure", {}).items():
        assert progress.state is not None
        assert getattr(progress.state.failure, name) == value
    said = [each for each in wanted.get("actions", ()) if each["kind"] in ("say", "ask")]
    texts = [each["text"] for each in events if each["type"] == "text"]
    for text, told_of in zip(texts, said, strict=bool(said)):
        assert text == told_of.get("text", text)
