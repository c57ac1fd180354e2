"""The table of triggers, as Microsoft's worker library indexes it."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import activities, agent_activities
from shared.contracts.activities import (
    ASK_APPROVAL,
    AWAIT_TURN,
    FINISH,
    FOLD,
    PLAN,
    PREPARE,
    RECORD,
    REMEMBER,
    RESPOND,
    RETRIEVE,
    RUN_TOOL,
    SETTLE_APPROVAL,
)
from shared.contracts.agent_activities import CHOOSE, CLOSE_CALL, OPEN_CALL, SPEAK, USE_TOOL
from shared.contracts.flows import runs as flow_runs
from shared.contracts.flows.runs import ADVANCE_FLOW, CLOSE_FLOW, SEAL_VALUE

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "AzureOpenAI__Endpoint": "https://ai.example",
    "AzureSearch__Endpoint": "https://search.example",
    "Cosmos__Endpoint": "https://cosmos.example",
    "Erp__BaseUrl": "https://erp.example",
    "Erp__Scope": "api://erp/.default",
    "Auth__Audience": "api://eira-agents",
    "Auth__Tenants": '["11111111-1111-1111-1111-111111111111"]',
}
ROUTES = {
    "create_conversation": ("POST", "conversations"),
    "list_conversations": ("GET", "conversations"),
    "rename_conversation": ("PATCH", "conversations/{id}"),
    "erase_conversation": ("DELETE", "conversations/{id}"),
    "read_conversation": ("GET", "conversations/{id}"),
    "post_message": ("POST", "conversations/{id}/messages"),
    "post_chat": ("POST", "chat"),
    "run_agui": ("POST", "agui"),
    "complete_chat": ("POST", "v1/chat/completions"),
    "list_models": ("GET", "v1/models"),
    "read_me": ("GET", "me"),
    "read_catalog": ("GET", "catalog"),
    "resolve_secure_value": ("POST", "config/resolve"),
    "read_flow_schema": ("GET", "flows/schema"),
    "validate_flow": ("POST", "flows/validate"),
    "export_flow": ("POST", "flows/export"),
    "create_flow": ("POST", "flows"),
    "list_flows": ("GET", "flows"),
    "read_flow": ("GET", "flows/{flowId}"),
    "save_flow": ("PUT", "flows/{flowId}"),
    "delete_flow": ("DELETE", "flows/{flowId}"),
    "list_flow_versions": ("GET", "flows/{flowId}/versions"),
    "restore_flow": ("POST", "flows/{flowId}/versions/{version}/restore"),
    "run_flow": ("POST", "flows/runs"),
    "conversation_events": ("GET", "conversations/{id}/events"),
    "list_runs": ("GET", "runs"),
    "read_run": ("GET", "runs/{runId}"),
    "run_events": ("GET", "runs/{runId}/events"),
    "read_run_flow": ("GET", "runs/{runId}/flow"),
    "post_input": ("POST", "runs/{runId}/input"),
    "cancel_run": ("POST", "runs/{runId}/cancel"),
    "regenerate_answer": ("POST", "runs/{runId}/regenerate"),
    "rate_run": ("POST", "runs/{runId}/feedback"),
    "list_approvals": ("GET", "approvals"),
    "decide_approval": ("POST", "runs/{runId}/approvals/{approvalId}"),
    "health": ("GET", "health"),
    "openapi": ("GET", "openapi.json"),
}
ACTIVITIES = {
    spec.name
    for spec in (
        ASK_APPROVAL, AWAIT_TURN, FINISH, FOLD, PLAN, PREPARE, RECORD, REMEMBER, RESPOND, RETRIEVE,
        RUN_TOOL, SETTLE_APPROVAL, OPEN_CALL, SPEAK, USE_TOOL, CHOOSE, CLOSE_CALL,
        ADVANCE_FLOW, SEAL_VALUE, CLOSE_FLOW,
    )
}  # fmt: skip


def indexed(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if "__" not in name}
    return subprocess.run(
        [sys.executable, "-m", "tests.unit.indexed_app"],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    done = indexed(SETTINGS)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return report


def triggers(app: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The trigger binding by function, for triggers of this kind."""
    return {
        name: binding
        for name, function in app["functions"].items()
        for binding in function["bindings"]
        if binding["type"] == kind
    }


def test_the_functions_are_exactly_these(app: dict[str, Any]) -> None:
    others = {"turn", "chat", "flow", "sweeper", "purger", "watch", "anchor", "eraser", "erp_event"}
    assert set(app["functions"]) == {*ROUTES, *ACTIVITIES, *others}


def test_every_route_has_one_method_and_lets_the_handler_decide_who_comes_in(
    app: dict[str, Any],
) -> None:
    found = triggers(app, "httpTrigger")
    assert {name: (b["methods"], b["route"]) for name, b in found.items()} == {
        name: ([method], route) for name, (method, route) in ROUTES.items()
    }
    assert {binding["authLevel"] for binding in found.values()} == {"ANONYMOUS"}


def test_every_activity_is_bound_under_the_name_of_its_spec(app: dict[str, Any]) -> None:
    found = triggers(app, "activityTrigger")
    assert set(found) == ACTIVITIES
    for name, binding in found.items():
        assert binding.get("activity") in (None, name)


def test_every_activity_does_what_the_spec_of_its_name_says() -> None:
    tree = ast.parse((ROOT / "function_app.py").read_text("utf-8"))
    calls = [each for each in ast.walk(tree) if isinstance(each, ast.Call)]
    bound = [each for each in calls if ast.unparse(each.func) == "register_activity"]
    assert len(bound) == len(ACTIVITIES)
    rooms = {"steps": activities, "agent_steps": agent_activities, "flow_steps": flow_runs}
    for call in bound:
        assert isinstance(call.args[1], ast.Constant)
        assert isinstance(call.args[2], ast.Lambda)
        spec = ast.unparse(call.args[2].body).strip("()").split(",")[0]
        room, _, name = spec.partition(".")
        assert getattr(rooms[room], name).name == call.args[1].value


def test_the_orchestrator_and_the_timer_are_bound(app: dict[str, Any]) -> None:
    assert set(triggers(app, "orchestrationTrigger")) == {"turn", "chat", "flow"}
    assert set(triggers(app, "eventGridTrigger")) == {"erp_event"}
    assert triggers(app, "timerTrigger")["sweeper"]["schedule"] == "*/15 * * * * *"


def test_a_function_takes_what_is_bound_to_it_and_nothing_else(app: dict[str, Any]) -> None:
    for function in app["functions"].values():
        bound = {b["name"] for b in function["bindings"] if b["name"] != "$return"}
        assert set(function["parameters"]) == bound


def test_the_worker_accepts_every_annotation(app: dict[str, Any]) -> None:
    """It refuses a function with a generic alias such as dict[str, str]."""
    assert all(function["generic"] == [] for function in app["functions"].values())


def test_nothing_blocks_the_threads_that_orchestrators_share(app: dict[str, Any]) -> None:
    blocking = {name for name, function in app["functions"].items() if not function["async"]}
    assert blocking == {"turn", "chat", "flow"}


def test_answers_are_streamed(app: dict[str, Any]) -> None:
    assert app["streams"]


def test_indexing_imports_nothing_that_a_first_call_can_wait_for(app: dict[str, Any]) -> None:
    assert app["early"] == []


def test_an_app_that_is_not_configured_says_which_setting_is_missing() -> None:
    done = indexed({name: value for name, value in SETTINGS.items() if name != "Erp__BaseUrl"})
    assert done.returncode != 0
    assert "Erp__BaseUrl" in done.stderr
