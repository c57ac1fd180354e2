"""The conformance suite of the flow language, run durably: the same traces and variables."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from shared.contracts.agent_policy import AgentPolicy
from shared.contracts.credentials import ProfileAccess, SecretRef, SecureAlias, SecureValues
from shared.contracts.models import PROVIDERS
from shared.contracts.outside import HttpMethod, HttpRule, Outside
from shared.flows.json_values import equal
from shared.ports import Dependencies
from tests.fakes.flow_desk import flow_desk
from tests.fakes.world import World
from tests.flows.cases import Case, called, cases
from tests.unit.api.rules import CALLERS, READER
from tests.unit.flow_runs.scripted import Scripted

PATIENCE_SECONDS = 60.0
ABLE = READER.model_copy(update={"rights": (*READER.rights, "tasks:write")})
PROFILES = ("prod", "staging", "testing-real", "a", "b", "p")
ALIASES = ("search-prod", "kv-search", "rest", "de-nadie", "a")
METHODS = get_args(HttpMethod.__value__)
ANYWHERE = Outside(
    http=(
        HttpRule(methods=METHODS, host="api.example.org:443", path="/**"),
        HttpRule(methods=METHODS, host="x.test:443", path="/**"),
    )
)


def allowing(deps: Dependencies) -> Dependencies:
    """What the suite names may be named by everybody."""
    agents: AgentPolicy = replace(
        deps.policy.agents,
        providers=PROVIDERS,
        credential_profiles=dict.fromkeys(PROFILES, ProfileAccess()),
        tools=("ai_search", "http", "mcp", "createTask"),
        outside=ANYWHERE,
    )
    secret = SecretRef(source="key_vault", name="x")
    values = SecureValues(
        aliases={name: SecureAlias(name=name, secret=secret, tools=()) for name in ALIASES},
        right="knowledge:read",
    )
    policy = replace(deps.policy, agents=agents, outside=ANYWHERE, secure_values=values)
    return replace(deps, policy=policy)


@pytest.mark.parametrize("case", cases("run"), ids=called)
async def test_a_flow_is_run_durably(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = case["expected"]
    world = World(callers={**CALLERS, "ana": ABLE})
    async with flow_desk(tmp_path, world, allowing) as desk, asyncio.timeout(PATIENCE_SECONDS):
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
