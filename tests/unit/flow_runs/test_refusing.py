"""What is known to be wrong with a flow for its caller is told before anything of it is run."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api import flows, kept_flows
from tests.fakes.flow_desk import FlowDesk, flow_desk
from tests.fakes.world import World
from tests.unit.api.rules import CALLERS
from tests.unit.flow_runs.test_calls import AGENT, CALLER, URL, Addresses, allowed

KEEPER = CALLER.model_copy(update={"rights": (*CALLER.rights, "flows:read", "flows:write")})


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[FlowDesk]:
    world = World(callers={**CALLERS, "ana": KEEPER})
    async with flow_desk(tmp_path, world, lambda deps: allowed(deps, Addresses())) as found:
        yield found


NOT_ALLOWED: list[tuple[dict[str, Any], str]] = [
    ({"type": "use_profile", "profile": "nada"}, "/flow/0/profile"),
    ({"type": "rest_call", "url": "http://169.254.169.254/"}, "/flow/0/url"),
    ({"type": "rest_call", "url": URL, "method": "DELETE"}, "/flow/0/method"),
    ({"type": "secure_value", "source": "key_vault", "alias": "nada", "save_as": "h"},
     "/flow/0/alias"),
    ({**AGENT[0], "agent_profile": "rag", "search": {"mode": "hybrid", "index": "nada"}},
     "/flow/0/search/index"),
    ({**AGENT[0], "tools": ["nada"]}, "/flow/0/tools/0"),
    ({**AGENT[0], "model": {"provider": "google"}}, "/flow/0/model/provider"),
    ({**AGENT[0], "agent_profile": "coordinator", "participants": ["Nada"]},
     "/flow/0/participants/0"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "pointer"), NOT_ALLOWED, ids=[each[1] for each in NOT_ALLOWED])
async def test_what_the_caller_may_not_name_is_refused_before_anything_is_begun(
    desk: FlowDesk, node: dict[str, Any], pointer: str
) -> None:
    answer = await desk.post({"flow": [node]})
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")
    told = {each["pointer"]: each["message"] for each in answer.json["errors"]}
    checked = await desk.ana.call(flows.validate, "POST", {"flow": [node]})
    errors = [each for each in checked.json["problems"] if each["severity"] == "error"]
    assert told == {f"/flow{each['pointer']}": each["message"] for each in errors}
    assert [*told] == [pointer]
    assert "usar" in told[pointer]
    assert desk.orchestrations.started == []


async def test_a_kept_flow_that_names_what_is_not_allowed_any_more_is_refused_likewise(
    desk: FlowDesk,
) -> None:
    flow = [{"type": "response", "text": "Hola"}, {"type": "use_profile", "profile": "nada"}]
    kept = await desk.ana.call(kept_flows.create, "POST", {"flow": flow})
    assert (kept.status, kept.json["valid"]) == (201, False)
    answer = await desk.post({"flowId": kept.json["flowId"]})
    assert answer.status == 400
    [told] = answer.json["errors"]
    assert told["pointer"] == "/flow/1/profile"
    assert "nada" in told["message"]
    assert desk.orchestrations.started == []


@pytest.mark.parametrize("path", ["flow", "validate", "export"])
async def test_what_is_no_flow_is_told_in_words(desk: FlowDesk, path: str) -> None:
    routes = {"flow": None, "validate": flows.validate, "export": flows.export}
    route = routes[path]
    body = {"flow": 5}
    answer = await (desk.post(body) if route is None else desk.ana.call(route, "POST", body))
    assert answer.status == 400
    told = [(each["pointer"], each["message"]) for each in answer.json["errors"]]
    assert told == [("/flow", "debe ser un objeto JSON o una lista")]


async def test_a_flow_with_nothing_in_it_is_not_begun(desk: FlowDesk) -> None:
    nothing: list[object] = [[], {"nodes": []}]
    for flow in nothing:
        answer = await desk.post({"flow": flow})
        assert answer.status == 400
        assert [each["pointer"] for each in answer.json["errors"]] == ["/flow"]
    assert desk.orchestrations.started == []
